/** Says what is next for one record: from its entry, from what the ledger knows, from alarms and from what DNS answered. Calls Route 53 for nothing. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { canonical } from '../aws/lookups.ts';
import { readLeaving, readRecordView } from '../aws/records.ts';
import { IMPATIENT, perRegion, type Regions, readAlarm } from '../aws/regional.ts';
import type { Tables } from '../aws/registry.ts';
import type { AlarmName, DnsRecord, FailoverRouting, RecordValue } from '../domain/dns-record.ts';
import { ConciergeError } from '../domain/errors.ts';
import { answeredOf, nextFailoverStep } from '../domain/failover.ts';
import type { AlarmReading, Answered, FailoverState } from '../domain/failover-state.ts';
import { modesInForce } from '../domain/mode.ts';
import { RecordId, ShiftedSchema, stateAttributes } from '../registry/dns-records.ts';
import { IpAddress } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const person = { by: v.string(), reason: v.string() };

const RequestSchema = v.variant('action', [
  v.strictObject({ action: v.literal('converge') }),
  v.strictObject({ action: v.literal('remove') }),
  v.strictObject({ action: v.literal('follow') }),
  v.strictObject({ action: v.literal('status') }),
  v.strictObject({ action: v.literal('failover'), ...person, force: v.exactOptional(v.boolean()) }),
  v.strictObject({ action: v.literal('failback'), ...person, force: v.exactOptional(v.boolean()) }),
  v.strictObject({ action: v.literal('shift'), ...person, weights: ShiftedSchema }),
]);

const Input = v.strictObject({
  recordId: RecordId,
  request: RequestSchema,
  progress: v.strictObject({
    since: v.string(),
    wrote: v.nullable(
      v.strictObject({ what: v.picklist(['engaged', 'released', 'shifted', 'armed']), at: v.string() }),
    ),
    isPromoted: v.boolean(),
    isConverged: v.boolean(),
  }),
  /** What DNS said of each name that was asked for, null where it did not answer; null = nobody asked yet. */
  answers: v.nullable(v.record(v.string(), v.nullable(v.array(IpAddress)))),
});

interface Services extends Pick<Regions, 'cloudwatch'> {
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  readonly now: () => Date;
}

/** One name to look up. */
interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA';
}

/** The record's own name, and those that its sides lead to: which side an answer is of shows only beside them. */
const questionsOf = ({ name, type, seenFrom, routing }: DnsRecord): readonly Question[] => {
  if (seenFrom === undefined || seenFrom === 'nowhere' || routing.kind !== 'failover') return [];
  const names = [
    name,
    ...[routing.primary, routing.secondary].flatMap((side) => (side.kind === 'alias' ? [side.dnsName] : [])),
  ];
  return [...new Set(names)].map((each) => ({ name: each, type }));
};

type Answers = v.InferOutput<typeof Input>['answers'];

const addressesOf = (
  side: 'primary' | 'secondary',
  value: RecordValue,
  state: FailoverState,
  answers: Answers,
): readonly string[] => {
  if (value.kind === 'alias') return answers?.[value.dnsName] ?? [];
  return value.kind === 'addresses' ? value.addresses.map(canonical) : (state.applied?.[side] ?? []);
};

const answeredBy = (
  { name }: DnsRecord,
  { primary, secondary }: FailoverRouting,
  state: FailoverState,
  answers: Answers,
): Answered =>
  answeredOf(answers?.[name] ?? undefined, {
    primary: addressesOf('primary', primary, state, answers),
    secondary: addressesOf('secondary', secondary, state, answers),
  });

/** A record whose entry is gone. There is nobody to ask what clients get: they are to get nothing. */
const planRemoval = async (
  recordId: string,
  isConverged: boolean,
  { dynamo, tables, now }: Pick<Services, 'dynamo' | 'tables' | 'now'>,
) => {
  const read = await readLeaving(dynamo, tables, recordId);
  const at = { recordId, now: now().toISOString() };
  if (read.kind === 'kept') {
    const done = { step: 'done' as const, outcome: 'nothing' as const, because: read.because };
    const { zoneId = '', serviceId = '' } = read.home ?? {};
    return { zoneId, serviceId, questions: [], version: 0, ...done, situation: at };
  }
  const { home, state } = read;
  const { role: _kept, ...shown } = home;
  const about = { zoneId: home.zoneId, serviceId: home.serviceId, questions: [], version: state.version };
  const because =
    state.leaving === undefined
      ? 'its entry is gone'
      : `${state.leaving.by} took its entry away: ${state.leaving.reason}`;
  const step = isConverged ? ({ step: 'done', outcome: 'converged' } as const) : ({ step: 'converge' } as const);
  logger.info('removal planned', { recordId, step, because });
  return { ...about, ...step, because, situation: { ...at, record: shown } };
};

const NOT_ASKED: AlarmReading = { state: 'unreadable' };

/** What a person wants done, or seen, needs no alarm: one that was deleted, or that we may not read, is none. */
const BY_A_PERSON: ReadonlySet<string> = new Set(['failover', 'failback', 'status']);

/**
 * Every call reads afresh: what this run did so far is in the ledger, so that it may be asked again after a lost reply.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for a record that is not there or can't be read, or an alarm that is not there and that something
 * other than a person's word hangs on.
 */
export const run = async (
  { recordId, request, progress, answers }: v.InferOutput<typeof Input>,
  services: Services,
) => {
  const { dynamo, tables, now } = services;
  if (request.action === 'remove') return planRemoval(recordId, progress.isConverged, services);
  const { record: entry, state, modesSet } = await readRecordView(dynamo, tables, recordId);
  // An external id is between us and the other account: it is not to be logged.
  const { role: _kept, ...record } = entry;
  const { routing } = record;
  const questions = questionsOf(record);
  const about = { zoneId: record.zoneId, serviceId: record.serviceId, questions, version: state.version };
  if (answers === null && questions.length > 0)
    return { ...about, step: 'look' as const, because: 'what do clients get?' };
  const isFailover = routing.kind === 'failover';
  const readingOf = async (alarm: AlarmName | undefined): Promise<AlarmReading> => {
    if (alarm === undefined) return NOT_ASKED;
    try {
      return await readAlarm(services, alarm);
    } catch (error) {
      const isNone = error instanceof ConciergeError && (error.name === 'Malformed' || error.name === 'Denied');
      if (!isNone || !BY_A_PERSON.has(request.action)) throw error;
      logger.warn('an alarm could not be read', { recordId, alarm, error });
      return { state: 'unreadable' };
    }
  };
  const { health: healthAlarm, readiness: readinessAlarm } = isFailover ? routing : {};
  const [health, readiness] = await Promise.all([readingOf(healthAlarm), readingOf(readinessAlarm)]);
  const { paused } = modesSet;
  const situation = {
    record,
    state,
    mode: modesInForce(modesSet, undefined).dns,
    ...(paused === undefined ? {} : { paused }),
    health,
    readiness,
    answered: isFailover ? answeredBy(record, routing, state, answers) : ('unknown' as const),
    now: now().toISOString(),
  };
  if (request.action === 'status') return { ...about, step: 'status' as const, because: '', situation };
  const { wrote, ...rest } = progress;
  const step = nextFailoverStep(request, situation, { ...rest, ...(wrote === null ? {} : { wrote }) });
  logger.info('failover planned', { recordId, request, situation, step });
  const after = 'state' in step ? step.state : undefined;
  return {
    ...about,
    ...step,
    ...(after === undefined ? {} : { state: after, item: stateAttributes(after) }),
    situation,
  };
};

export const handler = createHandler(Input, run, {
  cloudwatch: perRegion((region) => tracer.captureAWSv3Client(new CloudWatchClient({ region, ...IMPATIENT }))),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  now: () => new Date(),
});
