/** Brings one record in line: its latch's alarm, its health checks, its record sets. The one place where Route 53 is written. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { ensureChecks, ensureLatchAlarm } from '../aws/health-checks.ts';
import { changeSets, isInSync } from '../aws/hosted-zone.ts';
import { barOf, planRecord, type RecordPlan, readSides } from '../aws/record-plan.ts';
import { removeRecord } from '../aws/record-removal.ts';
import { readLeaving, readRecordView } from '../aws/records.ts';
import { IMPATIENT, perRegion, type Regions } from '../aws/regional.ts';
import type { Tables } from '../aws/registry.ts';
import { roleCredentials } from '../aws/role.ts';
import { type AlarmName, type DnsRecord, homeOf } from '../domain/dns-record.ts';
import type { FailoverState } from '../domain/failover-state.ts';
import { RecordId, stateAttributes } from '../registry/dns-records.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  recordId: RecordId,
  /** A change to wait for: then nothing else is done. */
  changeId: v.nullable(v.string()),
  /** Its entry is gone, and it is to leave. */
  isLeaving: v.exactOptional(v.boolean(), false),
});

interface Services extends Regions {
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  /** Route 53 as ourselves, or by the role of another account. */
  readonly route53: (role: DnsRecord['role']) => Route53Client;
  readonly region: string;
  /** What the names of the latches' alarms begin with. */
  readonly latchPrefix: string;
  readonly now: () => Date;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, each]) => [key, sorted(each)]),
      );

/** Stands for a health check that nobody may make. */
const WITHHELD = 'withheld';

/**
 * What it is about to write goes into the ledger first: asked again after that, it writes. Each call does what is left, and nothing where
 * nothing differs.
 *
 * @throws `NotSettled` where Route 53 is busy with the zone, or somebody changed it since it was read; `UnsafePlan` where it refuses for good;
 * `Throttled`, `Denied`, `Malformed`.
 */
export const run = async ({ recordId, changeId, isLeaving }: v.InferInput<typeof Input>, services: Services) => {
  const { dynamo, tables, region, latchPrefix } = services;
  const latch = { name: `${latchPrefix}${recordId}`, region };
  if (isLeaving === true) return leave({ recordId, changeId, latch }, services);
  const { record, state, modesSet } = await readRecordView(dynamo, tables, recordId);
  const zone = services.route53(record.role);
  if (changeId !== null) {
    return {
      did: (await isInSync(zone, changeId)) ? ('nothing' as const) : ('pending' as const),
      changeId,
      because: '',
    };
  }
  const bar = barOf(modesSet);
  const { applied, silent } = await readSides(record, state, services);
  let checks = state.checks;
  if (record.routing.kind === 'failover' && bar === undefined) {
    // Nothing is made for a record that can't be written: nobody would note it, nor delete it.
    if (checks === undefined) {
      const first = await planRecord(zone, record, { state, applied, unmade: WITHHELD });
      if (isStop(first)) return { ...stopBy(first), silent };
    }
    await ensureLatchAlarm(services.cloudwatch(region), { recordId, latch });
    ({ checks } = await ensureChecks(services.route53(undefined), { recordId, routing: record.routing, state, latch }));
  }
  const { written = writtenAs(record, services), leaving: _stays, ...known } = state;
  const moved = movedFrom(written, record);
  if (moved !== undefined) return { did: 'nothing' as const, doubt: moved, because: moved, silent };
  const next: FailoverState = {
    ...known,
    written: writtenAs(record, { now: () => new Date(written.at) }),
    ...(checks === undefined ? {} : { checks }),
    ...(Object.keys(applied).length === 0 ? {} : { applied }),
    version: state.version + 1,
  };
  const plan = await planRecord(zone, record, {
    state: next,
    applied,
    ...(bar === undefined ? {} : { unmade: WITHHELD }),
  });
  logger.info('record planned', { recordId, plan, silent, bar });
  if (isStop(plan)) return { ...stopBy(plan), silent };
  if (bar !== undefined) {
    return {
      did: 'nothing' as const,
      because: plan.kind === 'nothing' ? '' : bar,
      plan,
      ...(plan.kind === 'nothing' ? {} : { withheld: bar }),
      silent,
    };
  }
  if (!isSame({ ...state, version: 0 }, { ...next, version: 0 })) {
    return {
      did: 'noted' as const,
      item: stateAttributes(next),
      version: state.version,
      because: 'what is to be written is noted first',
      silent,
    };
  }
  if (plan.kind === 'nothing') return { did: 'nothing' as const, because: '', plan, silent };
  const change = await changeSets(zone, record, plan.changes);
  return {
    did: 'changed' as const,
    changeId: change,
    changes: plan.changes,
    because: `${plan.changes.length} changes`,
    silent,
  };
};

type Stop = Extract<RecordPlan, { kind: 'doubt' | 'foreign' }>;

const isStop = (plan: RecordPlan): plan is Stop => plan.kind === 'doubt' || plan.kind === 'foreign';

/** Nothing is done, and why. */
const stopBy = (plan: Stop) => {
  const { because } = plan;
  const nothing = { did: 'nothing' as const, because };
  return plan.kind === 'doubt' ? { ...nothing, doubt: because } : { ...nothing, foreign: because, plan };
};

type Written = NonNullable<FailoverState['written']>;

const writtenAs = (record: DnsRecord, { now }: Pick<Services, 'now'>): Written => {
  const { recordId: _known, ...home } = homeOf(record);
  return { ...home, at: now().toISOString() };
};

/** An entry that names another place than it is written at: what is there would be forgotten. */
const movedFrom = (written: Written, { zoneId, name, type }: DnsRecord): string | undefined =>
  written.zoneId === zoneId && written.name === name && written.type === type
    ? undefined
    : `it is written as ${written.type} ${written.name} in ${written.zoneId}, which would stay behind: take another id for the new name, and take this one away`;

/** A record whose entry is gone: waits for the change, or does what is left. */
const leave = async (
  {
    recordId,
    changeId,
    latch,
  }: { readonly recordId: string; readonly changeId: string | null; readonly latch: AlarmName },
  { dynamo, tables, route53, cloudwatch }: Services,
) => {
  if (changeId !== null) {
    const read = await readLeaving(dynamo, tables, recordId);
    // Until its sets have left every server, their checks stay.
    if (read.kind === 'leaving' && !(await isInSync(route53(read.home.role), changeId))) {
      return { did: 'pending' as const, changeId, because: '' };
    }
  }
  const removed = await removeRecord(recordId, {
    ...{ dynamo, tables, route53, latch },
    cloudwatch: cloudwatch(latch.region),
  });
  logger.info('record leaves', { recordId, removed });
  return removed;
};

export const handler = createHandler(Input, run, {
  cloudwatch: perRegion((region) => tracer.captureAWSv3Client(new CloudWatchClient({ region, ...IMPATIENT }))),
  elb: perRegion((region) => tracer.captureAWSv3Client(new ElasticLoadBalancingV2Client({ region, ...IMPATIENT }))),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  route53: (role) =>
    tracer.captureAWSv3Client(
      new Route53Client({
        region: required('AWS_REGION'),
        ...(role === undefined ? {} : { credentials: roleCredentials(new STSClient({}), role) }),
      }),
    ),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  region: required('AWS_REGION'),
  latchPrefix: required('LATCH_PREFIX'),
  now: () => new Date(),
});
