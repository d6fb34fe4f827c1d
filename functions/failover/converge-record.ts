/** Brings one record in line: its latch's alarm, its health checks, its record sets. The one place where Route 53 is written. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { ensureChecks, ensureLatchAlarm } from '../aws/health-checks.ts';
import { changeSets, isInSync } from '../aws/hosted-zone.ts';
import { barOf, planRecord, readSides } from '../aws/record-plan.ts';
import { readRecordView } from '../aws/records.ts';
import { IMPATIENT, perRegion, type Regions } from '../aws/regional.ts';
import type { Tables } from '../aws/registry.ts';
import { roleCredentials } from '../aws/role.ts';
import type { DnsRecord } from '../domain/dns-record.ts';
import type { FailoverState } from '../domain/failover.ts';
import { RecordId, stateAttributes } from '../registry/dns-records.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  recordId: RecordId,
  /** A change to wait for: then nothing else is done. */
  changeId: v.nullable(v.string()),
});

interface Services extends Regions {
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  /** Route 53 as ourselves, or by the role of another account. */
  readonly route53: (role: DnsRecord['role']) => Route53Client;
  readonly region: string;
  /** What the names of the latches' alarms begin with. */
  readonly latchPrefix: string;
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
export const run = async ({ recordId, changeId }: v.InferOutput<typeof Input>, services: Services) => {
  const { dynamo, tables, region, latchPrefix } = services;
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
    const latch = { name: `${latchPrefix}${recordId}`, region };
    await ensureLatchAlarm(services.cloudwatch(region), { recordId, latch });
    ({ checks } = await ensureChecks(services.route53(undefined), { recordId, routing: record.routing, state, latch }));
  }
  const next: FailoverState = {
    ...state,
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
  if (plan.kind === 'doubt') return { did: 'nothing' as const, doubt: plan.because, because: plan.because, silent };
  if (plan.kind === 'foreign')
    return { did: 'nothing' as const, foreign: plan.because, because: plan.because, plan, silent };
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
});
