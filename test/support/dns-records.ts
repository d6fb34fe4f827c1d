import type { DnsRecord, FailoverRouting, RecordSet, RecordValue } from '../../functions/domain/dns-record.ts';
import type {
  AlarmReading,
  FailoverSituation,
  FailoverState,
  Progress,
  Word,
} from '../../functions/domain/failover-state.ts';
import type { RecordChange } from '../../functions/domain/zone.ts';
import { NOW, SERVICE_ID } from './builders.ts';

export const RECORD_ID = 'orders-db';
export const ZONE_ID = 'Z0123456789ABCDEFGHIJ';
export const RECORD_NAME = 'db.orders.example.internal';
export const PRIMARY_GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders/0123456789abcdef';
export const SECONDARY_GROUP =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/fedcba9876543210';

/** A load balancer, as a record leads to it. */
export const anAlias = (dnsName: string): RecordValue => ({ kind: 'alias', dnsName, zoneId: 'Z18D5FSROUN65G' });
export const PRIMARY = anAlias('primary.elb.us-west-2.amazonaws.com');
export const SECONDARY = anAlias('secondary.elb.eu-west-1.amazonaws.com');
/** A load balancer behind what stands between it and a record that only a person fails over. */
export const between = (side: 'primary' | 'secondary', value: RecordValue): RecordSet => {
  if (value.kind !== 'alias') throw new Error('Only an alias has something between.');
  const alias = { zoneId: value.zoneId, dnsName: `${value.dnsName}.`, evaluateTargetHealth: false };
  return { name: `_${side}.${RECORD_NAME}.`, type: 'A', alias };
};
export const atAddresses = (...addresses: readonly string[]): RecordValue => ({ kind: 'addresses', addresses });
export const atTargets = (targetGroupArn: string, port = 5432): RecordValue => ({
  kind: 'targets',
  targetGroupArn,
  port,
});

/** A primary in us-west-2 and a secondary in eu-west-1, where the ledger is. */
export const aFailover = (changes: Partial<FailoverRouting> = {}): FailoverRouting => ({
  kind: 'failover',
  primary: PRIMARY,
  secondary: SECONDARY,
  health: { name: 'orders-sick', region: 'us-west-2' },
  ...changes,
});

/** {@link aFailover}, under a name that somebody in the standby region's VPC can look up. */
export const aRecord = (changes: Partial<DnsRecord> = {}): DnsRecord => ({
  recordId: RECORD_ID,
  serviceId: SERVICE_ID,
  zoneId: ZONE_ID,
  name: RECORD_NAME,
  type: 'A',
  routing: aFailover(),
  client: { side: 'provider' },
  seenFrom: 'vpc',
  ...changes,
});

/** A record with one answer. */
export const aSimple = (value: RecordValue, changes: Partial<DnsRecord> = {}): DnsRecord =>
  aRecord({ routing: { kind: 'simple', value }, ...changes });

/** A record whose sides `blue`, `green` and so on have these weights, each at an address of its own. */
export const aWeighted = (weights: Readonly<Record<string, number>>, changes: Partial<DnsRecord> = {}): DnsRecord =>
  aRecord({
    routing: {
      kind: 'weighted',
      sides: Object.fromEntries(
        Object.entries(weights).map(([side, weight], index) => [
          side,
          { weight, value: atAddresses(`10.0.0.${index + 1}`) },
        ]),
      ),
    },
    ...changes,
  });

export const CHECKS = {
  health: 'check-health',
  latch: 'check-latch',
  primary: 'check-primary',
  made: 'us-west-2/orders-sick and the latch',
};
/** When the primary was first seen well, and by which alarm: that of {@link aFailover}. */
export const ARMED_BY = { armedAt: '2026-11-20T12:00:00.000Z', armedBy: 'us-west-2/orders-sick' };
/** A failover record that was written, and whose primary was seen well. */
export const ARMED: FailoverState = { version: 4, checks: CHECKS, ...ARMED_BY };
export const JO: Word = { by: 'jo', reason: 'a fire', at: '2026-11-23T11:00:00.000Z' };
/** {@link ARMED}, and failed over by jo an hour ago. */
export const ENGAGED: FailoverState = { ...ARMED, version: 5, engaged: JO };

/** What an alarm says since so many seconds. */
export const alarm = (
  state: Exclude<AlarmReading['state'], 'unreadable'>,
  seconds = 3_600,
  now = NOW,
): AlarmReading => ({ state, since: new Date(Date.parse(now) - seconds * 1000).toISOString() });
export const WELL = alarm('OK');
export const SICK = alarm('ALARM', 60);
export const NO_DATA = alarm('INSUFFICIENT_DATA', 60);
export const UNREADABLE: AlarmReading = { state: 'unreadable' };

/** An armed record whose primary is well and answered, where nothing is barred. */
export const aFailoverSituation = (changes: Partial<FailoverSituation> = {}): FailoverSituation => ({
  record: aRecord(),
  state: ARMED,
  mode: 'enforce',
  health: WELL,
  readiness: UNREADABLE,
  answered: 'primary',
  now: NOW,
  ...changes,
});

/** A run that did nothing yet. */
export const someProgress = (changes: Partial<Progress> = {}): Progress => ({
  since: NOW,
  isPromoted: false,
  isConverged: false,
  ...changes,
});

const keyOf = ({ name, type, setIdentifier = '' }: RecordSet): string => `${name} ${type} ${setIdentifier}`;
/** Whether a set is an alias of another of {@link ZONE_ID}. */
const leadsTo = ({ type, alias }: RecordSet, other: RecordSet): boolean =>
  alias?.zoneId === ZONE_ID && alias.dnsName === other.name && type === other.type;
const textOf = (set: RecordSet): string =>
  JSON.stringify(Object.entries(set).sort(([one], [other]) => (one < other ? -1 : 1)));

/**
 * A zone after a batch, by Route 53's rules: all or nothing, what is deleted is given as it is, what is created was not there. What an alias leads
 * to is there before the alias is, and, which Route 53 may not ask for, until it is gone.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 *
 * @throws Error where Route 53 would refuse the batch.
 */
export const afterBatch = (zone: readonly RecordSet[], changes: readonly RecordChange[]): readonly RecordSet[] => {
  let sets = [...zone];
  for (const { action, set } of changes) {
    if (action === 'DELETE') {
      const found = sets.find((each) => keyOf(each) === keyOf(set));
      if (found === undefined) throw new Error(`Tried to delete ${keyOf(set)} but it was not found`);
      if (sets.some((each) => leadsTo(each, found))) throw new Error(`${keyOf(set)}: an alias leads there`);
      if (textOf(found) !== textOf(set)) throw new Error(`${keyOf(set)}: the values provided do not match`);
      sets = sets.filter((each) => each !== found);
    } else {
      const same = sets.filter((each) => each.name === set.name && each.type === set.type);
      const isMixed = same.some(
        (each) =>
          (each.failover === undefined) !== (set.failover === undefined) ||
          (each.weight === undefined) !== (set.weight === undefined),
      );
      if (same.some((each) => keyOf(each) === keyOf(set)) || isMixed) throw new Error(`${keyOf(set)} already exists`);
      if (set.failover !== undefined && same.some(({ failover }) => failover === set.failover)) {
        throw new Error(`${keyOf(set)}: a second ${set.failover}`);
      }
      if (set.alias?.zoneId === ZONE_ID && !sets.some((each) => leadsTo(set, each))) {
        throw new Error(`Tried to create an alias that targets ${set.alias.dnsName}, but that target was not found`);
      }
      if (set.failover !== undefined && set.alias?.evaluateTargetHealth === false) {
        throw new Error(`${keyOf(set)}: a failover alias must evaluate the health of its target`);
      }
      sets.push(set);
    }
  }
  return sets;
};
