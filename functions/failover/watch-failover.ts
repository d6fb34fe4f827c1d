/** The schedule's function, every minute: finds records whose failover nobody latched, and, in a slow rotation, those that are not as they ought to be. */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { Route53Client } from '@aws-sdk/client-route-53';
import { STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { RECORD_DRIFT_DETECTED, type RecordDriftDetected } from '../../events/record-drift-detected.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { readPartition } from '../aws/bindings.ts';
import { tellBus } from '../aws/bus.ts';
import { calling } from '../aws/errors.ts';
import { NOT_MADE_YET, planRecord, readSides } from '../aws/record-plan.ts';
import { readRecords } from '../aws/records.ts';
import { IMPATIENT, perRegion, type Regions, readAlarms } from '../aws/regional.ts';
import type { Tables } from '../aws/registry.ts';
import { roleCredentials } from '../aws/role.ts';
import type { AlarmName, DnsRecord } from '../domain/dns-record.ts';
import { ConciergeError, malformed } from '../domain/errors.ts';
import { CONFIRMED_WITHIN } from '../domain/failover.ts';
import { alarmText, type FailoverState, isArmed, madeOf } from '../domain/failover-state.ts';
import { keptFor } from '../domain/leaving.ts';
import { FOREIGN_RECORDS, UNREADABLE_ENTRIES } from '../domain/metric.ts';
import { turnOf } from '../domain/watch.ts';
import { stateReading } from '../registry/dns-records.ts';
import { ledgerKey, RECORDS } from '../registry/keys.ts';
import { type Item, keyText } from '../registry/view.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, metrics, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({ announce: v.boolean() });

interface Services extends Regions {
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly route53: (role: DnsRecord['role']) => Route53Client;
  readonly tables: Tables;
  readonly bus: string;
  readonly now: () => Date;
}

/** A record, and what is known of it. */
interface Known {
  readonly record: DnsRecord;
  readonly state: FailoverState;
}

/** What is to be done about a record, and why. */
type Finding = Pick<RecordDriftDetected, 'action' | 'because'>;

/** The alarm that a record's failover hangs on now: none where its latch holds, or was just let go. */
const healthOf = ({ record: { routing }, state }: Known): AlarmName | undefined =>
  routing.kind === 'failover' && state.engaged === undefined && state.released === undefined
    ? routing.health
    : undefined;

/**
 * Whether a failover record wants a run. Its alarm's event may be lost, and comes from nowhere when its region is gone: so an alarm that can't
 * be read is a reason to look as well, and the run asks DNS what clients get.
 *
 * @throws `Denied`, `Malformed` where there is no such alarm.
 */
const lookAtHealth = ({ record, state }: Known, alarms: Alarms, now: Date): Finding | undefined => {
  const { routing } = record;
  if (routing.kind !== 'failover' || state.engaged !== undefined) return undefined;
  const { released } = state;
  if (released !== undefined) {
    const isOver = now.getTime() - Date.parse(released.at) > CONFIRMED_WITHIN * 1_000;
    return isOver ? { action: 'follow', because: 'its latch was let go, and nobody saw that through' } : undefined;
  }
  const { health } = routing;
  const reading = alarms.get(alarmText(health));
  if (reading === undefined) throw malformed(`There is no alarm ${health.name} in ${health.region}.`, { ...health });
  if (reading instanceof Error) throw reading;
  if (!isArmed(state, routing)) {
    return reading.state === 'OK' && state.checks !== undefined
      ? { action: 'follow', because: `${health.name} is OK, and it is not armed` }
      : undefined;
  }
  if (routing.engages === 'manual-armed' || reading.state === 'OK') return undefined;
  return { action: 'follow', because: `${health.name} is ${reading.state}, and no latch holds` };
};

type Alarms = Awaited<ReturnType<typeof readAlarms>>;

/**
 * One record that nobody can look after keeps nobody from the others: it is told, and left. Where every primary is well and it is nobody's turn,
 * Route 53 is not asked and nothing is told. Failovers are told first: what else there is to find may take longer than we have.
 *
 * @throws `Throttled`, `Denied`.
 */
export const run = async ({ announce }: v.InferOutput<typeof Input>, services: Services) => {
  const { dynamo, tables, events, bus, now } = services;
  const [all, states] = await Promise.all([
    readRecords(dynamo, tables.registry),
    readPartition(dynamo, { table: tables.ledger, pk: RECORDS, isConsistent: false }),
  ]);
  const unreadable = [...all.values()].flatMap((each) => (each.kind === 'unreadable' ? [each.problem] : []));
  const foreign: string[] = [];
  const drifts: RecordDriftDetected[] = [];
  const known: Known[] = [];
  for (const reading of all.values()) {
    if (reading.kind !== 'found') continue;
    const { recordId } = reading.entry;
    const found = stateReading(recordId, states.get(keyText(ledgerKey.record(recordId))));
    if (found.kind === 'found') known.push({ record: reading.entry, state: found.entry });
    else if (found.kind === 'unreadable') unreadable.push(found.problem);
  }
  const lookAtEach = async (
    some: readonly Known[],
    look: (each: Known) => Finding | undefined | Promise<Finding | undefined>,
  ): Promise<void> => {
    for (const each of some) {
      const { recordId, serviceId } = each.record;
      try {
        const finding = await look(each);
        if (finding !== undefined) drifts.push({ schemaVersion: 1, recordId, serviceId, ...finding });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        unreadable.push(`${recordId}: ${error.name}: ${error.message}`);
      }
    }
  };
  const tell = async (some: readonly RecordDriftDetected[]): Promise<void> => {
    if (!announce) return;
    const entries = some.map((detail) => ({ detailType: RECORD_DRIFT_DETECTED, detail }));
    await tellBus(events, { bus, source: EVENT_SOURCE }, entries);
  };
  const asked = known.map(healthOf).filter((alarm) => alarm !== undefined);
  const alarms = await readAlarms(services, asked);
  await lookAtEach(known, (each) => lookAtHealth(each, alarms, now()));
  const told = drifts.length;
  await tell(drifts);
  await lookAtEach(
    known.filter(({ record }) => turnOf(record.recordId, now())),
    (each) => compare(each, services, foreign),
  );
  const leaving = await findLeaving(all, states, services).catch((error: unknown) => {
    if (!(error instanceof ConciergeError)) throw error;
    unreadable.push(`records without an entry: ${error.message}`);
    return [];
  });
  for (const { recordId, written, kept } of leaving) {
    if (kept !== undefined) unreadable.push(`${recordId}: its entry is gone, and it stays in its zone: ${kept}`);
    else if (turnOf(recordId, now())) {
      const because = 'its entry is gone';
      drifts.push({ schemaVersion: 1, recordId, serviceId: written.serviceId, action: 'remove', because });
    }
  }
  if (unreadable.length > 0) metrics.singleMetric().addMetric(UNREADABLE_ENTRIES, MetricUnit.Count, unreadable.length);
  if (foreign.length > 0) metrics.singleMetric().addMetric(FOREIGN_RECORDS, MetricUnit.Count, foreign.length);
  const report = { records: all.size, drifts, unreadable, foreign };
  logger.info('records watched', report);
  await tell(drifts.slice(told));
  return report;
};

type Written = NonNullable<FailoverState['written']>;

interface Leaving {
  readonly recordId: string;
  readonly written: Written;
  /** Why it stays all the same. */
  readonly kept: string | undefined;
}

/** What is written somewhere and has no entry any more. The registry's age is asked for only where there is such a record. */
const findLeaving = async (
  entries: ReadonlyMap<string, unknown>,
  states: ReadonlyMap<string, Item>,
  { dynamo, tables, now }: Services,
): Promise<readonly Leaving[]> => {
  const gone = [...states].flatMap(([key, item]) => {
    const recordId = String(item.sk).replace(/^RECORD#/, '');
    const reading = entries.has(key) ? undefined : stateReading(recordId, item);
    return reading?.kind === 'found' && reading.entry.written !== undefined
      ? [{ recordId, written: reading.entry.written, state: reading.entry }]
      : [];
  });
  if (gone.length === 0) return [];
  const missing = gone.filter(({ state }) => state.leaving === undefined).length;
  // Where nobody says when it was made, it counts as made just now.
  const madeAt = (missing === 0 ? undefined : await readMadeAt(dynamo, tables.registry)) ?? now();
  return gone.map(({ recordId, written, state }) => ({
    ...{ recordId, written },
    kept: keptFor(state, { entries: entries.size, missing, madeAt: madeAt.toISOString() }),
  }));
};

/** When a table was made: one that was restored from a backup is younger. @throws `Throttled`, `Denied`. */
const readMadeAt = async (dynamo: DynamoDBClient, table: string): Promise<Date | undefined> => {
  const { Table } = await calling('describe the registry', () =>
    dynamo.send(new DescribeTableCommand({ TableName: table })),
  );
  return Table?.CreationDateTime;
};

/** Puts a record beside its zone. One whose first run came to nothing, as nobody was healthy yet, has no health check: it is due all the same. */
const compare = async (
  { record, state }: Known,
  services: Services,
  foreign: string[],
): Promise<Finding | undefined> => {
  const { routing } = record;
  if (routing.kind === 'failover' && state.checks !== undefined && state.checks.made !== madeOf(state, routing)) {
    return { action: 'converge', because: 'its health checks are made of something else' };
  }
  const { applied } = await readSides(record, state, services);
  const plan = await planRecord(services.route53(record.role), record, { state, applied, unmade: NOT_MADE_YET });
  if (plan.kind === 'foreign') foreign.push(`${record.recordId}: ${plan.because}`);
  return plan.kind === 'change' ? { action: 'converge', because: `${plan.changes.length} changes are due` } : undefined;
};

export const handler = createHandler(Input, run, {
  cloudwatch: perRegion((region) => tracer.captureAWSv3Client(new CloudWatchClient({ region, ...IMPATIENT }))),
  elb: perRegion((region) => tracer.captureAWSv3Client(new ElasticLoadBalancingV2Client({ region, ...IMPATIENT }))),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  events: tracer.captureAWSv3Client(new EventBridgeClient({})),
  route53: (role) =>
    tracer.captureAWSv3Client(
      new Route53Client({
        ...IMPATIENT,
        ...(role === undefined ? {} : { credentials: roleCredentials(new STSClient(IMPATIENT), role) }),
      }),
    ),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  bus: required('EVENT_BUS'),
  now: () => new Date(),
});
