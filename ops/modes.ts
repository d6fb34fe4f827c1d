import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { malformed } from '../functions/domain/errors.ts';
import { MODES, type Modes, type ModesSet, NO_MODES_SET, type Pause } from '../functions/domain/mode.ts';
import { plainText } from '../functions/domain/text.ts';
import { ALL_SERVICES, CURRENT, ledgerKey } from '../functions/registry/keys.ts';
import { ModesSchema, parseWith, problemOf } from '../functions/registry/schemas.ts';
import { type Refused, refused } from './action.ts';
import type { Regional } from './services.ts';
import { isWritten, readItem } from './table.ts';

const Change = {
  by: v.string(),
  reason: v.string(),
  /** ISO 8601, UTC. */
  at: v.string(),
};

const ModeChangeSchema = v.object({
  /** One of EFFECTS; a later version of this program may know more of them. */
  effect: v.string(),
  /** The mode that was in force, by command or by where the service comes from. */
  from: v.picklist(MODES),
  to: v.picklist(MODES),
  ...Change,
});

const PauseChangeSchema = v.object({
  /** Whether it was paused then, or resumed. */
  paused: v.boolean(),
  ...Change,
});

const ChangeSchema = v.union([ModeChangeSchema, PauseChangeSchema]);

/** A mode that was set, or a pause that began or ended: who did it, and why. */
export type ModesChange = v.InferOutput<typeof ChangeSchema>;

/** A service's modes, or those of all services, with the last changes of them, oldest first. */
export interface ModesItem extends ModesSet {
  readonly changes: readonly ModesChange[];
}

/** How many changes are kept. With the longest reasons and ARNs they are half of what an item of DynamoDB may be. */
const KEPT_CHANGES = 50;

const ItemSchema = v.object({
  ...ModesSchema.entries,
  // The item is written whole: what a later version of this program set must not get lost.
  modes: v.looseObject(ModesSchema.entries.modes.entries),
  changes: v.exactOptional(v.array(ChangeSchema), []),
});

/**
 * Reads a service's modes as they are at this moment.
 *
 * @param serviceId - or ALL_SERVICES.
 * @throws `Malformed` for an item that no command wrote.
 */
export const readModes = async (serviceId: string, services: Regional): Promise<ModesItem> => {
  const item = await readItem(services.tables.ledger, ledgerKey.modes(serviceId), services);
  if (item === undefined) return { ...NO_MODES_SET, changes: [] };
  const parsed = parseWith(ItemSchema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`The modes of ${serviceId} can't be read: ${problemOf(parsed.issues)}`);
};

/** What a person wants to be in force, and the change that says so. */
export interface NextModes {
  readonly modes: Readonly<Partial<Modes>>;
  /** Absent = it is not paused. */
  readonly paused?: Pause;
  readonly change: ModesChange;
}

/**
 * Writes the modes whole, with who changed them and why: one write, on condition that nobody changed them since they were read.
 *
 * @param read - what the person decided on.
 * @returns the modes as they are now; or refused, with what somebody else did meanwhile. A write of our own whose reply was lost is no refusal.
 */
export const changeModes = async (
  serviceId: string,
  read: ModesItem,
  { modes, paused, change }: NextModes,
  services: Regional,
): Promise<ModesItem | Refused> => {
  const next: ModesItem = {
    modes,
    version: read.version + 1,
    ...(paused === undefined ? {} : { paused }),
    changes: [...read.changes, change].slice(-KEPT_CHANGES),
  };
  const command = new PutItemCommand({
    TableName: services.tables.ledger,
    Item: marshall({ ...ledgerKey.modes(serviceId), current: CURRENT, ...next }),
    ...(read.version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :read',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: marshall({ ':read': read.version }),
        }),
  });
  if (await isWritten(() => services.dynamo.send(command))) return next;
  const now = await readModes(serviceId, services);
  // The reply to our own write was lost, and it was made again.
  if (now.changes.some((each) => isSame(each, change))) return now;
  return refused(overtakenBy(serviceId, now.changes.at(-1)));
};

const isSame = (one: ModesChange, other: ModesChange): boolean =>
  one.by === other.by && one.at === other.at && whatOf(one) === whatOf(other);

const whatOf = (change: ModesChange): string =>
  'paused' in change ? String(change.paused) : `${change.effect} ${change.to}`;

const overtakenBy = (serviceId: string, change: ModesChange | undefined): string => {
  const what =
    change === undefined
      ? `Somebody changed the modes of ${nameOfServices(serviceId)} by hand`
      : `${plainText(change.by, 300)} ${didOf(serviceId, change)} at ${change.at} ("${plainText(change.reason, 500)}")`;
  return `${what}, while you were at it. Your change was not made: give the command again if you still want it.`;
};

const didOf = (serviceId: string, change: ModesChange): string =>
  'paused' in change
    ? `${change.paused ? 'paused' : 'resumed'} ${nameOfServices(serviceId)}`
    : `set ${plainText(change.effect, 40)} from ${change.from} to ${change.to}`;

/** A service, or all of them, as a sentence has it. */
export const nameOfServices = (serviceId: string): string =>
  serviceId === ALL_SERVICES ? 'all services' : plainText(serviceId, 40);
