import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import {
  type DnsRecord,
  markName,
  type RecordValue,
  type Routing,
  sideNames,
  valuesOf,
  withDot,
} from '../domain/dns-record.ts';
import { malformed } from '../domain/errors.ts';
import { AS_ENTERED, type FailoverState, NO_STATE, type Word } from '../domain/failover-state.ts';
import type { Reading } from '../domain/registry.ts';
import { plainText } from '../domain/text.ts';
import { CustomerId, HostName, IpAddress, parseWith, problemOf, Region, ServiceId } from './schemas.ts';
import type { Item } from './view.ts';

const whole = (least: number, most: number) => {
  const problem = `not a whole number from ${least} to ${most}`;
  return v.pipe(v.number(problem), v.integer(problem), v.minValue(least, problem), v.maxValue(most, problem));
};

/** A record's id: what keys are built of, hence without `#`. */
export const RecordId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'not a record id'));
/** A hosted zone's id, with no `/hostedzone/` before it. */
export const ZoneId = v.pipe(v.string(), v.regex(/^Z[A-Z0-9]{1,31}$/, 'not the id of a hosted zone'));
/** A side's name: what Route 53 has as SetIdentifier. */
export const SideName = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'not a name of a side'));

/** Names are keys of maps: `v.record` would leave these out without a word, and the SDK takes no map with the second. */
const NO_KEYS: ReadonlySet<string> = new Set(['prototype', 'constructor']);
const hasKeys = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || !Object.keys(value).some((key) => NO_KEYS.has(key));

/** Something for each side, by the side's name. */
const bySide = <Each extends v.GenericSchema>(each: Each) =>
  v.pipe(
    v.custom<Record<string, v.InferInput<Each>>>(hasKeys, 'no side may be called prototype or constructor'),
    v.record(SideName, each),
  );
/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
const Weight = whole(0, 255);

/** What a shift may set. */
export const ShiftedSchema = v.union([v.literal(AS_ENTERED), bySide(Weight)]);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const AlarmSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1, 'names no alarm'), v.maxLength(255, 'longer than an alarm’s name')),
  region: Region,
});

const ValueSchema = v.variant('kind', [
  v.object({ kind: v.literal('alias'), dnsName: HostName, zoneId: ZoneId }),
  v.object({ kind: v.literal('addresses'), addresses: v.pipe(v.array(IpAddress), v.minLength(1, 'names nobody')) }),
  v.object({
    kind: v.literal('targets'),
    targetGroupArn: v.pipe(
      v.string(),
      v.regex(
        /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}$/,
        'not the ARN of a target group',
      ),
    ),
    port: whole(1, 65_535),
  }),
]) satisfies v.GenericSchema<unknown, RecordValue>;

const SidesSchema = v.pipe(
  bySide(v.object({ weight: Weight, value: ValueSchema })),
  v.check((sides) => Object.keys(sides).length > 0, 'names no side'),
  v.check(
    (sides) => Object.values(sides).some(({ weight }) => weight > 0),
    'every weight is 0: all would be answered alike',
  ),
);

const RoutingSchema = v.pipe(
  v.variant('kind', [
    v.object({ kind: v.literal('simple'), value: ValueSchema }),
    v.object({ kind: v.literal('weighted'), sides: SidesSchema }),
    v.object({
      kind: v.literal('failover'),
      primary: ValueSchema,
      secondary: ValueSchema,
      health: AlarmSchema,
      engages: v.exactOptional(v.picklist(['automatic', 'manual-armed'])),
      readiness: v.exactOptional(AlarmSchema),
      promotes: v.exactOptional(v.boolean()),
      healthyForSeconds: v.exactOptional(whole(0, 86_400)),
    }),
  ]),
  // Route 53 asks nobody before it leaves a primary whose own health is part of its check.
  v.check(
    (routing) => routing.kind !== 'failover' || routing.promotes !== true || routing.engages === 'manual-armed',
    'Route 53 would leave a sick primary before anybody has promoted the secondary: have a person’s word engage it ("engages": "manual-armed", --manual), or leave "promotes" away',
  ),
);

const RoleSchema = v.object(
  {
    roleArn: v.pipe(v.string(), v.regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'not the ARN of a role')),
    externalId: v.pipe(v.string(), v.regex(/^[\w+=,.@:/-]{2,1224}$/, 'not an external id')),
  },
  'a role needs an external id: without one, anybody could have us write there',
);

/**
 * The most characters of a name with the dot at the end: 255 octets, of which the first is the first label's length.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
const LONGEST_NAME = 254;

/** A record's entry. */
export const DnsRecordSchema = v.pipe(
  v.object({
    recordId: RecordId,
    serviceId: ServiceId,
    zoneId: ZoneId,
    name: v.pipe(HostName, v.regex(/^[^A-Z]*$/, 'not in lower case')),
    type: v.picklist(['A', 'AAAA'], 'not one of A, AAAA'),
    routing: RoutingSchema,
    ttl: v.exactOptional(whole(1, 60)),
    client: v.variant('side', [
      v.object({ side: v.literal('provider') }),
      v.object({ side: v.literal('consumer'), customerId: CustomerId }),
    ]),
    role: v.exactOptional(RoleSchema),
    seenFrom: v.exactOptional(v.picklist(['anywhere', 'vpc', 'nowhere'])),
  }),
  v.forward(
    v.check(
      ({ type, routing }) => fixedAddressesOf(routing).every((each) => each.includes(':') === (type === 'AAAA')),
      'an address is of the other family than the record’s type',
    ),
    ['routing'],
  ),
  v.forward(
    v.check(
      (record) => [markName(record), ...sideNames(record)].every((each) => each.length <= LONGEST_NAME),
      'too long: the names of the records beside it would have more than 255 octets',
    ),
    ['name'],
  ),
  v.forward(
    v.check(
      (record) => !aliasesOf(record.routing).some((each) => sideNames(record).includes(withDot(each))),
      'leads to a name that is kept for what stands between the record and its sides',
    ),
    ['routing'],
  ),
) satisfies v.GenericSchema<unknown, DnsRecord>;

const fixedAddressesOf = (routing: Routing): readonly string[] =>
  valuesOf({ routing }).flatMap(([, value]) => (value.kind === 'addresses' ? value.addresses : []));

const aliasesOf = (routing: Routing): readonly string[] =>
  valuesOf({ routing }).flatMap(([, value]) => (value.kind === 'alias' ? [value.dnsName] : []));

const PREFIX = 'RECORD#';

/** A record's entry as it could be read: an entry counts only where its own id is that of its key. */
export const recordFrom = (item: Item | undefined): Reading<DnsRecord> => {
  if (item === undefined) return { kind: 'absent' };
  const parsed = parseWith(DnsRecordSchema, item);
  const name = plainText(String(item.sk), 80);
  if (!parsed.success) return { kind: 'unreadable', problem: `${name}: ${problemOf(parsed.issues)}` };
  return `${PREFIX}${parsed.output.recordId}` === item.sk
    ? { kind: 'found', entry: parsed.output }
    : { kind: 'unreadable', problem: `${name}: its recordId is another one than its key's` };
};

const WordSchema = v.object({ by: v.string(), reason: v.string(), at: v.string() }) satisfies v.GenericSchema<
  unknown,
  Word
>;

/** What the ledger knows of a record. */
export const StateSchema = v.object({
  version: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  checks: v.exactOptional(
    v.object({ health: v.string(), latch: v.string(), primary: v.string(), made: v.exactOptional(v.string()) }),
  ),
  armedAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  armedBy: v.exactOptional(v.string()),
  engaged: v.exactOptional(WordSchema),
  released: v.exactOptional(WordSchema),
  weights: v.exactOptional(bySide(Weight)),
  adopted: v.exactOptional(WordSchema),
  applied: v.exactOptional(bySide(v.array(v.string()))),
  written: v.exactOptional(
    v.object({
      ...{ serviceId: ServiceId, zoneId: ZoneId, name: HostName, type: v.picklist(['A', 'AAAA']) },
      role: v.exactOptional(RoleSchema),
      at: v.pipe(v.string(), v.isoTimestamp()),
    }),
  ),
  leaving: v.exactOptional(WordSchema),
}) satisfies v.GenericSchema<unknown, FailoverState>;

/** What the ledger knows of a record as it could be read. */
export const stateReading = (recordId: string, item: Item | undefined): Reading<FailoverState> => {
  if (item === undefined) return { kind: 'found', entry: NO_STATE };
  const parsed = parseWith(StateSchema, item);
  if (parsed.success) return { kind: 'found', entry: parsed.output };
  return { kind: 'unreadable', problem: `What is known of ${recordId} can't be read: ${problemOf(parsed.issues)}` };
};

/** {@link stateReading}, for whoever can't go on without. @throws `Malformed` for an item that we did not write. */
export const stateFrom = (recordId: string, item: Item | undefined): FailoverState => {
  const reading = stateReading(recordId, item);
  if (reading.kind === 'unreadable') throw malformed(reading.problem, { recordId });
  return reading.kind === 'found' ? reading.entry : NO_STATE;
};

/** A state as the workflow puts it, without its key, in DynamoDB's form. */
export const stateAttributes = (state: FailoverState) => marshall(state, { removeUndefinedValues: true });
