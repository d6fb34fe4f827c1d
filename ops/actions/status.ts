import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { EFFECTS, type Modes, modesInForce, NO_MODES_SET, type Pause } from '../../functions/domain/mode.ts';
import { plainText } from '../../functions/domain/text.ts';
import type { RegistrySeen } from '../../functions/domain/trust.ts';
import { stateReading } from '../../functions/registry/dns-records.ts';
import { itemOf } from '../../functions/registry/items.ts';
import { CURRENT, CURRENT_INDEX, type Key, ledgerKey, RECORDS, registryKey } from '../../functions/registry/keys.ts';
import { ModesSchema, parseWith, problemOf, RegistrySeenSchema } from '../../functions/registry/schemas.ts';
import { createAction, isRefused, type Refused } from '../action.ts';
import { readPartition } from '../bindings.ts';
import { readableRecords, readEntries } from '../dns-records.ts';
import type { Regional, Standby } from '../services.ts';
import { type Both, inBoth, together } from '../standby.ts';
import { type DnsStanding, problemsAmong, type RecordStanding, type Records, shownOf } from './records.ts';

type Frozen = NonNullable<RegistrySeen['frozen']>;

/** What people set in one region, and what stands still there. All of it is plain text, whoever wrote it. */
export interface StatusThere {
  readonly outcome: 'listed';
  /** Each pause; `serviceId` is `ALL` for the pause of everything. */
  readonly paused: readonly (Pause & { readonly serviceId: string })[];
  /** Nothing is removed, since the registry is not believed. */
  readonly frozen?: Frozen;
  /** The services for which modes were set, with those that were set. */
  readonly services: readonly { readonly serviceId: string; readonly modes: Partial<Modes> }[];
  /** Items that somebody spoiled: for such a service nothing is done until they are mended. */
  readonly unreadable: readonly (Key & { readonly problem: string })[];
}

/** {@link StatusThere}, with its records in short. */
export interface StatusOfNames extends StatusThere {
  /** Those that can be read, in the order of their ids. */
  readonly records: readonly Omit<RecordStanding, 'last'>[];
  /** The mode of `dns` that is in force for each service that has records; pauses stand above. */
  readonly dns: readonly Omit<DnsStanding, 'paused'>[];
  readonly problems: Records['problems'];
}

/** What is in force in the region of the endpoint services, and in the standby region. */
export type Status = Both<StatusThere, StatusOfNames>;

/**
 * Shows what is paused, what is frozen, and the modes that were set; in the standby region also what became of its records. It reads the tables
 * and asks nobody else: it lags behind by a moment, and works while Route 53 takes no calls.
 *
 * @throws BadInput; what AWS throws. Where one region answered, the other's failure is told instead.
 */
export const status = createAction(v.strictObject({}), async (_input, services): Promise<Status | Refused> => {
  const read = await inBoth(services, () => statusIn(services), statusOfNames);
  return isRefused(read) ? read : together(read);
});

const statusOfNames = async (standby: Standby): Promise<StatusOfNames> => {
  const [there, entries, states] = await Promise.all([
    statusIn(standby),
    readEntries(standby),
    readPartition(standby.tables.ledger, RECORDS, standby),
  ]);
  const problems = [...problemsAmong(entries)];
  const all = readableRecords(entries);
  const records = all.map(({ recordId, serviceId, zoneId, name, type, routing }) => {
    const state = stateReading(recordId, states.get(registryKey.record(recordId).sk));
    if (state.kind === 'unreadable') problems.push({ name: recordId, problem: plainText(state.problem, 400) });
    return {
      ...{ recordId, serviceId, zoneId, name, type, routing },
      ...(state.kind === 'found' ? shownOf(state.entry, routing) : {}),
    };
  });
  const dns = [...new Set(all.map(({ serviceId }) => serviceId))].sort().map((serviceId) => {
    const modes = there.services.find((each) => each.serviceId === serviceId)?.modes ?? {};
    return { serviceId, mode: modesInForce({ ...NO_MODES_SET, modes }, undefined).dns };
  });
  return { ...there, records, dns, problems };
};

const statusIn = async (services: Regional): Promise<StatusThere> => {
  const paused: StatusThere['paused'][number][] = [];
  const modes: StatusThere['services'][number][] = [];
  const unreadable: StatusThere['unreadable'][number][] = [];
  let frozen: Frozen | undefined;
  for (const item of await readCurrent(services)) {
    const key = { pk: String(item.pk), sk: String(item.sk) };
    const spoiled = (issues: readonly v.BaseIssue<unknown>[]): void => {
      unreadable.push({ pk: plainText(key.pk, 80), sk: plainText(key.sk, 80), problem: problemOf(issues) });
    };
    if (isSame(key, ledgerKey.registrySeen())) {
      const seen = parseWith(RegistrySeenSchema, item);
      if (!seen.success) spoiled(seen.issues);
      else if (seen.output.frozen !== undefined) frozen = plainFrozen(seen.output.frozen);
      continue;
    }
    const serviceId = key.pk.replace(/^SERVICE#/, '');
    if (!isSame(key, ledgerKey.modes(serviceId))) continue;
    const set = parseWith(ModesSchema, item);
    if (!set.success) {
      spoiled(set.issues);
      continue;
    }
    const name = plainText(serviceId, 40);
    if (set.output.paused !== undefined) paused.push({ serviceId: name, ...plainPause(set.output.paused) });
    if (EFFECTS.some((effect) => set.output.modes[effect] !== undefined)) {
      modes.push({ serviceId: name, modes: set.output.modes });
    }
  }
  return { outcome: 'listed', paused, ...(frozen === undefined ? {} : { frozen }), services: modes, unreadable };
};

const isSame = (one: Key, other: Key): boolean => one.pk === other.pk && one.sk === other.sk;

const plainPause = ({ by, reason, at }: Pause): Pause => ({
  by: plainText(by, 300),
  reason: plainText(reason, 500),
  at: plainText(at, 40),
});

const plainFrozen = ({ because, at, count, tableId }: Frozen): Frozen => ({
  because: plainText(because, 500),
  at: plainText(at, 40),
  count,
  tableId: plainText(tableId, 80),
});

/** All that is in force, page after page, without what is long or of no use here: changes, places, admissions' notes. */
const readCurrent = async ({ dynamo, tables }: Regional): Promise<readonly Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName: tables.ledger,
        IndexName: CURRENT_INDEX.name,
        KeyConditionExpression: '#current = :current',
        ProjectionExpression: 'pk, sk, modes, paused, #version, #count, tableId, frozen',
        ExpressionAttributeNames: { '#current': CURRENT_INDEX.attribute, '#version': 'version', '#count': 'count' },
        ExpressionAttributeValues: marshall({ ':current': CURRENT }),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    items.push(...Items.map((item) => itemOf(item)));
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return items;
};
