import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetHostedZoneCommand } from '@aws-sdk/client-route-53';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { type DnsRecord, valuesOf, withDot } from '../../functions/domain/dns-record.ts';
import type { FailoverState } from '../../functions/domain/failover-state.ts';
import { plainText } from '../../functions/domain/text.ts';
import { DnsRecordSchema, recordFrom } from '../../functions/registry/dns-records.ts';
import { registryKey } from '../../functions/registry/keys.ts';
import { parseWith } from '../../functions/registry/schemas.ts';
import { BadInput, createAction, type Refused, refused } from '../action.ts';
import type { Item } from '../bindings.ts';
import { readableRecords, readEntries, readState, recordedBy, stillTheRecord } from '../dns-records.ts';
import { clashOf, optionOf, RecordOptions, recordOf } from '../record-options.ts';
import type { Standby } from '../services.ts';
import { standbyOf } from '../standby.ts';
import { isWritten, readItem } from '../table.ts';
import { type FailoverRun, runFailover } from '../update-failover.ts';

const Input = v.pipe(
  RecordOptions,
  v.rawCheck(({ dataset, addIssue }) => {
    const clash = dataset.typed ? clashOf(dataset.value) : undefined;
    if (clash !== undefined) addIssue({ message: clash });
  }),
);

/** The entry is in the registry, and this is what became of bringing its name in line. */
export interface Recorded {
  readonly outcome: 'recorded' | 'replaced';
  readonly record: DnsRecord;
  readonly by: string;
  /** Why nobody looked whether the zone has room for the name; absent where somebody did. */
  readonly unchecked?: string;
  /** Weights that a `shift` set, and that hold over the entry's. */
  readonly shifted?: Readonly<Record<string, number>>;
  readonly run: FailoverRun;
}

/** Seconds that a person waits for Route 53: a change takes a minute, as a rule. */
const PATIENCE = 300;

/**
 * Puts a record into the standby region's registry: which name is kept right with what, and has it done. One that is there is replaced on demand
 * only, and on condition that it still is the one that was read.
 *
 * @throws BadInput; NoStandby; `Malformed`; NotFollowed; what AWS throws.
 */
export const record = createAction(Input, async ({ replace, ...given }, services): Promise<Recorded | Refused> => {
  const entry = checked(recordOf(given));
  const { recordId } = entry;
  const standby = standbyOf(services);
  const [items, state] = await Promise.all([readEntries(standby), readState(recordId, standby)]);
  const key = registryKey.record(recordId);
  const before = items.get(key.sk);
  const objection =
    presenceOf(recordId, before, replace === true) ??
    overlapWith(entry, readableRecords(items)) ??
    moveOf(entry, before, state);
  if (objection !== undefined) return refused(objection);
  const zone = await lookAtZone(entry, standby);
  if (zone.kind === 'wrong') return refused(`${zone.because} Nothing was written.`);

  const by = await standby.caller();
  const recordedAt = standby.now().toISOString();
  const command = new PutItemCommand({
    TableName: standby.tables.registry,
    Item: marshall({ ...key, ...entry, recordedBy: by, recordedAt }, { removeUndefinedValues: true }),
    ...stillTheRecord(before),
  });
  if (!(await isWritten(() => standby.dynamo.send(command)))) {
    const now = await readItem(standby.tables.registry, key, standby);
    // The reply to our own write was lost, and it was made again.
    if (now?.recordedBy !== by || now.recordedAt !== recordedAt) return refused(overtaken(recordId, now));
  }
  const run = await runFailover({ recordId, action: 'converge' }, { patience: PATIENCE }, standby);
  return {
    outcome: before === undefined ? 'recorded' : 'replaced',
    record: entry,
    by,
    ...(zone.kind === 'unchecked' ? { unchecked: zone.because } : {}),
    ...(state.weights === undefined || entry.routing.kind !== 'weighted' ? {} : { shifted: state.weights }),
    run,
  };
});

/** The entry as the registry takes it. @throws BadInput naming the option that does not fit. */
const checked = (entry: DnsRecord): DnsRecord => {
  const parsed = parseWith(DnsRecordSchema, entry);
  if (parsed.success) return parsed.output;
  throw new BadInput(
    parsed.issues.map((issue) => ({ field: optionOf(v.getDotPath(issue) ?? ''), problem: issue.message })),
  );
};

const presenceOf = (recordId: string, before: Item | undefined, isReplacing: boolean): string | undefined => {
  if (before !== undefined && !isReplacing) {
    return `There is a record ${recordId} already${recordedBy(before)}. Nothing was written: take another id, or give --replace if all of it is to be as you say now.`;
  }
  return before === undefined && isReplacing
    ? `There is no record ${recordId} that could be replaced. Is the id right? If it is a new one, leave --replace away.`
    : undefined;
};

const isSameName = (one: DnsRecord, other: DnsRecord): boolean =>
  one.zoneId === other.zoneId && one.name === other.name && one.type === other.type;

const titleOf = ({ type, name, zoneId }: DnsRecord): string => `the ${type} records of ${name} in ${zoneId}`;

/** One name has one home. */
const overlapWith = (entry: DnsRecord, all: readonly DnsRecord[]): string | undefined => {
  const other = all.find((each) => each.recordId !== entry.recordId && isSameName(each, entry));
  return other === undefined
    ? undefined
    : `${other.recordId} has ${titleOf(entry)} already. Nothing was written: take it away first ("unrecord"), or replace that one.`;
};

/** What is in a zone stays there under its old name, and a latch that holds is of a primary and a secondary. */
const moveOf = (entry: DnsRecord, before: Item | undefined, { engaged }: FailoverState): string | undefined => {
  const read = recordFrom(before);
  if (read.kind === 'found' && !isSameName(read.entry, entry)) {
    return `${entry.recordId} has ${titleOf(read.entry)}, which would stay behind. Nothing was written: take another id for the new name, and then "unrecord --record ${entry.recordId}".`;
  }
  return engaged !== undefined && entry.routing.kind !== 'failover'
    ? `${entry.recordId} is failed over by ${plainText(engaged.by, 300)} since ${plainText(engaged.at, 40)}. Nothing was written: fail it back first, or take another id.`
    : undefined;
};

type ZoneLook =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly because: string }
  | { readonly kind: 'unchecked'; readonly because: string };

const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/**
 * Whether the zone has room for the name. It is asked as the person who calls, so another account's zone is not looked at, and where Route 53
 * does not answer, the run will tell.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
 */
const lookAtZone = async (entry: DnsRecord, { route53 }: Standby): Promise<ZoneLook> => {
  const { zoneId, name, role, seenFrom } = entry;
  if (role !== undefined) return { kind: 'unchecked', because: 'it is another account’s' };
  try {
    const { HostedZone } = await route53.send(new GetHostedZoneCommand({ Id: zoneId }));
    const zone = plainText(withDot(HostedZone?.Name ?? ''), 255);
    const wrong = (because: string): ZoneLook => ({ kind: 'wrong', because });
    if (!isWithin(withDot(name), zone)) return wrong(`${zoneId} is the zone ${zone}: it has no room for ${name}.`);
    if (HostedZone?.Config?.PrivateZone === true && seenFrom === 'anywhere') {
      return wrong(
        `${zoneId} (${zone}) is a private zone: nobody sees ${name} from anywhere. Give --seen-from vpc, or nowhere.`,
      );
    }
    for (const [side, value] of valuesOf(entry)) {
      if (value.kind !== 'alias' || value.zoneId !== zoneId) continue;
      const dnsName = withDot(value.dnsName);
      if (!isWithin(dnsName, zone)) {
        return wrong(
          `The alias of ${side} leads to ${value.dnsName}, which is none of ${zone}: give the zone of what it leads to, not ${zoneId}.`,
        );
      }
      if (dnsName === withDot(name)) return wrong(`The alias of ${side} leads to ${name} itself.`);
    }
    return { kind: 'right' };
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchHostedZone') {
      return {
        kind: 'wrong',
        because: `There is no hosted zone ${zoneId} in your account. Is it another account’s? Then give --role and --external-id.`,
      };
    }
    return { kind: 'unchecked', because: plainText(error instanceof Error ? error.message : String(error), 300) };
  }
};

const overtaken = (recordId: string, now: Item | undefined): string =>
  now === undefined
    ? `Somebody took ${recordId} away while you were at it. Nothing was written: give the command again, without --replace, if you still want it.`
    : `Somebody wrote ${recordId} while you were at it${recordedBy(now)}. Nothing was written: see "records", and give the command again if you still want it.`;
