import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { malformed } from '../../functions/domain/errors.ts';
import { plainText } from '../../functions/domain/text.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { parseWith, problemOf, RegistrySeenSchema } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import type { Services } from '../services.ts';
import { isWritten, readItem } from '../table.ts';

type RegistrySeen = v.InferOutput<typeof RegistrySeenSchema>;
type Frozen = NonNullable<RegistrySeen['frozen']>;

const Input = v.strictObject({
  /** How many entries the person saw the registry to have. */
  count: v.pipe(v.number('not a whole number'), v.integer('not a whole number'), v.minValue(0, 'less than none')),
  reason: Reason,
});

/** The registry is believed as it is, and removals go on. */
export interface RegistryConfirmed {
  readonly outcome: 'confirmed';
  /** How many entries were believed to be there before, and how many are now. */
  readonly before: number;
  readonly count: number;
  /** What the freeze was for. */
  readonly ended: Frozen;
  readonly by: string;
}

/**
 * Says that a registry which shrank, or came from a restore, is right as it is. Until then nothing is removed because of it. The person says how
 * many entries they saw: it is refused where there are more or fewer by now.
 *
 * @throws BadInput; `Malformed` where the ledger's item can't be read; what AWS throws.
 */
export const confirmRegistry = createAction(
  Input,
  async ({ count, reason }, services): Promise<RegistryConfirmed | Refused> => {
    const read = await readSeen(services);
    if (read?.frozen === undefined) return refused(notFrozen(read));
    const { frozen } = read;
    if (frozen.count !== count) return refused(otherCount(frozen, count));

    const confirmed = { by: await services.caller(), reason, at: services.now().toISOString() };
    const done: RegistryConfirmed = {
      outcome: 'confirmed',
      before: read.count,
      count,
      ended: frozen,
      by: confirmed.by,
    };
    const command = new UpdateItemCommand({
      TableName: services.tables.ledger,
      Key: marshall(ledgerKey.registrySeen()),
      UpdateExpression:
        'SET #count = :count, tableId = :tableId, #at = :at, #version = :next, confirmed = :confirmed REMOVE frozen',
      ConditionExpression: '#version = :read',
      ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#version': 'version' },
      ExpressionAttributeValues: marshall({
        ':count': frozen.count,
        ':tableId': frozen.tableId,
        ':at': confirmed.at,
        ':next': read.version + 1,
        ':confirmed': confirmed,
        ':read': read.version,
      }),
    });
    if (await isWritten(() => services.dynamo.send(command))) return done;
    const now = await readSeen(services);
    // The reply to our own write was lost, and it was made again.
    if (now?.confirmed?.by === confirmed.by && now.confirmed.at === confirmed.at) return done;
    return refused(overtaken(now, count));
  },
);

const readSeen = async (services: Services): Promise<RegistrySeen | undefined> => {
  const item = await readItem(services.tables.ledger, ledgerKey.registrySeen(), services);
  if (item === undefined) return undefined;
  const parsed = parseWith(RegistrySeenSchema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`What the ledger says of the registry's size can't be read: ${problemOf(parsed.issues)}`);
};

const notFrozen = (seen: RegistrySeen | undefined): string => {
  if (seen === undefined) return 'Nothing is frozen: the registry was never looked through.';
  const { confirmed } = seen;
  const by =
    confirmed === undefined
      ? ''
      : ` ${plainText(confirmed.by, 300)} confirmed it last at ${plainText(confirmed.at, 40)}: "${plainText(confirmed.reason, 500)}".`;
  return `Nothing is frozen: the registry is believed to have ${seen.count} entries.${by}`;
};

const otherCount = (frozen: Frozen, count: number): string =>
  `The registry had ${frozen.count} entries when it was last looked through, at ${plainText(frozen.at, 40)}, not ${count}. See whether that is right, then confirm with --count ${frozen.count}.`;

const overtaken = (now: RegistrySeen | undefined, count: number): string => {
  if (now?.frozen === undefined) return notFrozen(now);
  return now.frozen.count === count
    ? 'The registry was looked through again in this moment, and still has as many entries. Nothing was confirmed: give the command again.'
    : otherCount(now.frozen, count);
};
