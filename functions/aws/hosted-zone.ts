import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53';
import { markName, type RecordHome, type RecordSet, sideNames, withDot } from '../domain/dns-record.ts';
import { ConciergeError } from '../domain/errors.ts';
import type { RecordChange } from '../domain/zone.ts';
import { calling } from './errors.ts';

/** What no record of ours has: a set that has one of these is never the same as one of ours. */
const OTHERS = [
  'Region',
  'GeoLocation',
  'GeoProximityLocation',
  'CidrRoutingConfig',
  'MultiValueAnswer',
  'TrafficPolicyInstanceId',
] as const;

/** Reads a set as Route 53 lists it. */
export const recordSetFrom = (set: ResourceRecordSet): RecordSet => {
  const other = OTHERS.filter((key) => set[key] !== undefined && set[key] !== false);
  const { AliasTarget: alias, ResourceRecords: records } = set;
  return {
    name: withDot(set.Name ?? ''),
    type: set.Type ?? '',
    ...(set.SetIdentifier === undefined ? {} : { setIdentifier: set.SetIdentifier }),
    ...(set.Failover === undefined ? {} : { failover: set.Failover }),
    ...(set.Weight === undefined ? {} : { weight: set.Weight }),
    ...(set.TTL === undefined ? {} : { ttl: set.TTL }),
    ...(records === undefined || records.length === 0
      ? {}
      : { values: records.map(({ Value }) => Value ?? '').sort() }),
    ...(alias === undefined
      ? {}
      : {
          alias: {
            zoneId: alias.HostedZoneId ?? '',
            dnsName: withDot(alias.DNSName ?? ''),
            evaluateTargetHealth: alias.EvaluateTargetHealth === true,
          },
        }),
    ...(set.HealthCheckId === undefined ? {} : { healthCheckId: set.HealthCheckId }),
    ...(other.length === 0 ? {} : { other: other.join(' ') }),
  };
};

const toAws = (set: RecordSet): ResourceRecordSet => ({
  Name: set.name,
  Type: set.type as RRType,
  SetIdentifier: set.setIdentifier,
  Failover: set.failover,
  Weight: set.weight,
  TTL: set.ttl,
  ResourceRecords: set.values?.map((Value) => ({ Value })),
  AliasTarget:
    set.alias === undefined
      ? undefined
      : {
          HostedZoneId: set.alias.zoneId,
          DNSName: set.alias.dnsName,
          EvaluateTargetHealth: set.alias.evaluateTargetHealth,
        },
  HealthCheckId: set.healthCheckId,
});

/** The names under which a zone may have something of a record, as Route 53 lists them: what is below a name follows it. */
const namesOf = (record: Pick<RecordHome, 'name' | 'type'>): readonly string[] => {
  const below = [...sideNames(record), markName(record)].sort();
  return [withDot(record.name), ...below];
};

/** A page from a name on, and the name of the next; an absent next = there is nothing more. */
const readFrom = async (route53: Route53Client, HostedZoneId: string, StartRecordName: string) => {
  const {
    ResourceRecordSets = [],
    IsTruncated = false,
    NextRecordName = '',
  } = await calling(`list the records of ${StartRecordName}`, () =>
    route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, StartRecordName, MaxItems: 300 })),
  );
  return { sets: ResourceRecordSets.map(recordSetFrom), ...(IsTruncated ? { next: withDot(NextRecordName) } : {}) };
};

/**
 * What a zone has of one name: of any type, 300 at the most.
 *
 * @throws `Throttled`, `Denied`, and Route 53's own errors, `NoSuchHostedZone` among them.
 */
export const readName = async (route53: Route53Client, zoneId: string, name: string): Promise<readonly RecordSet[]> => {
  const { sets } = await readFrom(route53, zoneId, name);
  return sets.filter((set) => set.name === withDot(name));
};

/**
 * What a zone has of a record: every set of its name, of any type, of its sides', and of its mark's. One listing has them all, unless 300 others
 * come between: 100 are the most of one name and type.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 *
 * @throws `Throttled`, `Denied`, and Route 53's own errors, `NoSuchHostedZone` among them.
 */
export const readSets = async (
  route53: Route53Client,
  record: Pick<RecordHome, 'zoneId' | 'name' | 'type'>,
): Promise<readonly RecordSet[]> => {
  const found: RecordSet[] = [];
  let left = namesOf(record);
  for (let [first] = left; first !== undefined; [first] = left) {
    const { sets, next } = await readFrom(route53, record.zoneId, first);
    const isWhole = (name: string): boolean =>
      next === undefined || name === first || (name !== next && sets.some((set) => set.name === name));
    const whole = left.filter(isWhole);
    found.push(...sets.filter(({ name }) => whole.includes(name)));
    left = left.filter((name) => !whole.includes(name));
  }
  return found;
};

/** Route 53's refusals that another try mends: another batch of the same zone is under way. */
const BUSY: ReadonlySet<string> = new Set(['PriorRequestNotComplete']);

/**
 * Makes one batch, as a whole or not at all.
 *
 * @returns the change's id.
 * @throws `NotSettled` where another batch is under way, or somebody changed what we read; `UnsafePlan` where a protection forbids it;
 * `Throttled`, `Denied`, and Route 53's own errors.
 */
export const changeSets = async (
  route53: Route53Client,
  { zoneId, recordId }: Pick<RecordHome, 'zoneId' | 'recordId'>,
  changes: readonly RecordChange[],
): Promise<string> => {
  try {
    const { ChangeInfo } = await calling('change record sets', () =>
      route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zoneId,
          ChangeBatch: {
            Comment: `privatelink-concierge: ${recordId}`,
            Changes: changes.map(({ action, set }) => ({ Action: action, ResourceRecordSet: toAws(set) })),
          },
        }),
      ),
    );
    return (ChangeInfo?.Id ?? '').replace(/^\/change\//, '');
  } catch (error) {
    throw refusalOf(error, { zoneId, recordId });
  }
};

/** What a failed batch means for whoever made it; what is not of a batch is returned as it is. */
const refusalOf = (error: unknown, about: Pick<RecordHome, 'zoneId' | 'recordId'>): unknown => {
  if (!(error instanceof Error)) return error;
  if (BUSY.has(error.name))
    return new ConciergeError('NotSettled', `change record sets: ${error.message}`, about, error);
  if (error.name !== 'InvalidChangeBatch') return error;
  const said = messagesOf(error);
  // What was deleted, changed or created since we read it: the next look sees it.
  const isStale = /not found|already exists|do not match/i.test(said);
  return new ConciergeError(isStale ? 'NotSettled' : 'UnsafePlan', `Route 53 refused the batch: ${said}`, about, error);
};

const messagesOf = (error: Error): string => {
  const { messages } = error as { readonly messages?: readonly string[] };
  return messages === undefined || messages.length === 0 ? error.message : messages.join(' ');
};

/** Whether every server of Route 53 has a change. @throws `Throttled`, `Denied`, `NoSuchChange`. */
export const isInSync = async (route53: Route53Client, changeId: string): Promise<boolean> => {
  const { ChangeInfo } = await calling('get a change', () => route53.send(new GetChangeCommand({ Id: changeId })));
  return ChangeInfo?.Status === 'INSYNC';
};
