import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { malformed } from '../functions/domain/errors.ts';
import { EFFECTS, MODES, type ModesSet, NO_MODES_SET } from '../functions/domain/mode.ts';
import { ledgerKey } from '../functions/registry/keys.ts';
import { ModesSchema, parseWith, problemOf } from '../functions/registry/schemas.ts';
import type { Services } from './services.ts';
import { isWritten, readItem } from './table.ts';

const ChangeSchema = v.object({
  effect: v.picklist(EFFECTS),
  /** The mode that was in force, by command or by where the service comes from. */
  from: v.picklist(MODES),
  to: v.picklist(MODES),
  by: v.string(),
  reason: v.string(),
  /** ISO 8601, UTC. */
  at: v.string(),
});

/** One change of a mode, kept with the modes themselves. */
export type ModeChange = v.InferOutput<typeof ChangeSchema>;

/** A service's modes with all changes of them, oldest first. */
export interface ModesItem extends ModesSet {
  readonly changes: readonly ModeChange[];
}

const ItemSchema = v.object({ ...ModesSchema.entries, changes: v.exactOptional(v.array(ChangeSchema), []) });

/** Reads a service's modes as they are at this moment. @throws `Malformed` for an item that no command wrote. */
export const readModes = async (serviceId: string, services: Services): Promise<ModesItem> => {
  const item = await readItem(services.tables.ledger, ledgerKey.modes(serviceId), services);
  if (item === undefined) return { ...NO_MODES_SET, changes: [] };
  const parsed = parseWith(ItemSchema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`The modes of ${serviceId} can't be read: ${problemOf(parsed.issues)}`);
};

/**
 * Writes a change of modes: the mode and who set it why, in one write.
 *
 * @param version - of the modes on which the person decided; 0 = there were none.
 * @returns false where they have another version by now.
 */
export const isChanged = (
  { serviceId, version, change }: { serviceId: string; version: number; change: ModeChange },
  { dynamo, tables }: Services,
): Promise<boolean> => {
  const key = ledgerKey.modes(serviceId);
  const first = { ...key, modes: { [change.effect]: change.to }, version: 1, changes: [change] };
  return isWritten(() =>
    version === 0
      ? dynamo.send(
          new PutItemCommand({
            TableName: tables.ledger,
            Item: marshall(first),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        )
      : dynamo.send(
          new UpdateItemCommand({
            TableName: tables.ledger,
            Key: marshall(key),
            UpdateExpression:
              'SET modes.#effect = :mode, #version = :next, changes = list_append(if_not_exists(changes, :none), :change)',
            ConditionExpression: '#version = :read',
            ExpressionAttributeNames: { '#effect': change.effect, '#version': 'version' },
            ExpressionAttributeValues: marshall({
              ':mode': change.to,
              ':next': version + 1,
              ':read': version,
              ':none': [],
              ':change': [change],
            }),
          }),
        ),
  );
};
