import type { Change } from '@aws-sdk/client-route-53';
import { aliasComplaints } from './alias-rules.ts';
import { route53Errors } from './errors.ts';
import { groupComplaints, zoneComplaints } from './group-rules.ts';
import type { Route53, Zone } from './model.ts';
import { InvalidName, isInZone, normalName } from './names.ts';
import { isSame, type RecordSet, type Records, readRecordSet, recordKey } from './record-set.ts';
import { valueComplaints } from './values.ts';

/** See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets */
const MOST_RECORDS = 1_000;
const MOST_CHARACTERS = 32_000;

const weightOf = ({ Action }: Change): number => (Action === 'UPSERT' ? 2 : 1);

const sum = (changes: readonly Change[], count: (values: readonly string[]) => number): number =>
  changes.reduce((total, change) => {
    const values = (change.ResourceRecordSet?.ResourceRecords ?? []).map(({ Value = '' }) => Value);
    return total + count(values) * weightOf(change);
  }, 0);

/** The size of a batch: an UPSERT counts twice. https://github.com/kubernetes-sigs/external-dns/issues/2537 */
const sizeComplaints = (changes: readonly Change[]): readonly string[] => {
  const records = sum(changes, (values) => values.length);
  const characters = sum(changes, (values) => values.reduce((total, value) => total + value.length, 0));
  return [
    ...(records > MOST_RECORDS ? [`Number of records limit of ${MOST_RECORDS} exceeded.`] : []),
    ...(characters > MOST_CHARACTERS ? [`Number of characters limit of ${MOST_CHARACTERS} exceeded.`] : []),
  ];
};

/** What a batch takes of the change throughput: CREATE and DELETE one, UPSERT two. */
export const throughputOf = (changes: readonly Change[]): number =>
  changes.reduce((total, change) => total + weightOf(change), 0);

/** `[name='a.example.com.', type='A', set-identifier='x']`, as in https://github.com/barnybug/cli53/issues/317 */
const told = ({ name, type, setIdentifier }: RecordSet): string =>
  `resource record set [name='${name}', type='${type}'${setIdentifier === undefined ? '' : `, set-identifier='${setIdentifier}'`}]`;

/** What shows of a record set by itself. */
const ownComplaints = (record: RecordSet, zone: Zone): readonly string[] => {
  try {
    normalName(record.name);
  } catch (error) {
    if (error instanceof InvalidName) return [error.message];
    throw error;
  }
  const protection = zone.protections.get(`${record.name} ${record.type}`);
  return [
    ...(isInZone(record.name, zone.name)
      ? []
      : [`RRSet with DNS name ${record.name} is not permitted in zone ${zone.name}`]),
    ...valueComplaints(record.type, record.name, record.values),
    // The sandbox's own words: AWS says only that the comment is in them.
    ...(protection === undefined
      ? []
      : [
          `RRSet with DNS name ${record.name}, type ${record.type} is protected by a resource record set protection${protection.comment === undefined ? '' : `: ${protection.comment}`}`,
        ]),
  ];
};

/** Makes one change to the records; says why where it can't. */
const apply = (records: Map<string, RecordSet>, action: string | undefined, record: RecordSet): readonly string[] => {
  const key = recordKey(record);
  const before = records.get(key);
  if (action === 'DELETE') {
    if (before === undefined) return [`Tried to delete ${told(record)} but it was not found`];
    if (!isSame(before, record)) {
      return [`Tried to delete ${told(record)} but the values provided do not match the current values`];
    }
    records.delete(key);
    return [];
  }
  if (action === 'CREATE' && before !== undefined) return [`Tried to create ${told(record)} but it already exists`];
  records.set(key, record);
  return [];
};

/** Of one record set a batch makes one change, or deletes it and then makes it anew. */
const isTwice = (before: readonly string[], action: string): boolean =>
  before.length > 0 && !(before.length === 1 && before[0] === 'DELETE' && action !== 'DELETE');

const NOTHING: Records = new Map();

/** Whether a record is an alias of another of the zone. */
const leadsTo = ({ id }: Zone, { alias, type }: RecordSet, other: RecordSet): boolean =>
  alias?.zoneId === id && alias.dnsName === other.name && type === other.type;

/** Whether what an alias of the zone leads to is not there yet. */
const isEarly = (zone: Zone, record: RecordSet, records: Records): boolean =>
  record.alias?.zoneId === zone.id &&
  ![...records.values()].some((other) => other !== record && leadsTo(zone, record, other));

/**
 * The zone's records after a batch, of which all or nothing is done.
 *
 * @throws AwsError `InvalidChangeBatch` with everything that is wrong, `NoSuchHealthCheck`
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export const afterBatch = (world: Route53, zone: Zone, changes: readonly Change[]): Records => {
  const tooLarge = sizeComplaints(changes);
  if (tooLarge.length > 0) throw route53Errors.invalidBatch(tooLarge);
  const records = new Map(zone.records);
  const actions = new Map<string, readonly string[]>();
  const made: RecordSet[] = [];
  const early = new Set<RecordSet>();
  const complaints: string[] = [];
  for (const { Action: action = '', ResourceRecordSet: set } of changes) {
    const record = readRecordSet(set ?? { Name: undefined, Type: undefined });
    // Whoever has it: https://repost.aws/knowledge-center/route-53-cross-account-health-checks
    if (action !== 'DELETE' && record.healthCheckId !== undefined && !world.healthChecks.has(record.healthCheckId)) {
      throw route53Errors.unknownHealthCheck(record.healthCheckId);
    }
    complaints.push(...ownComplaints(record, zone));
    const key = recordKey(record);
    const before = actions.get(key) ?? [];
    actions.set(key, [...before, action]);
    if (isTwice(before, action)) {
      complaints.push(
        `The request contains an invalid set of changes for a resource record set '${record.type} ${record.name}'`,
      );
      continue;
    }
    const failed = apply(records, action, record);
    complaints.push(...failed);
    if (action === 'DELETE' || failed.length > 0) continue;
    if (zone.records.has(key)) for (const each of made) if (leadsTo(zone, each, record)) early.add(each);
    if (isEarly(zone, record, records)) early.add(record);
    made.push(record);
  }
  for (const record of made) {
    complaints.push(...groupComplaints(record, records, zone.name, world.settings));
    const seen = world.settings.uncertain.aliasTargetComesFirst && early.has(record) ? NOTHING : records;
    complaints.push(...aliasComplaints(world, zone, record, seen));
  }
  complaints.push(...zoneComplaints(records, zone.name));
  if (complaints.length > 0) throw route53Errors.invalidBatch(complaints);
  return records;
};
