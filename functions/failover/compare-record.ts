/** Says what would be written into a record's zone: the dry run's. Its role allows reading only. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { barOf, NOT_MADE_YET, planRecord, readSides } from '../aws/record-plan.ts';
import { readRecordView } from '../aws/records.ts';
import { IMPATIENT, perRegion, type Regions } from '../aws/regional.ts';
import type { Tables } from '../aws/registry.ts';
import { roleCredentials } from '../aws/role.ts';
import type { DnsRecord } from '../domain/dns-record.ts';
import { AS_ENTERED } from '../domain/failover-state.ts';
import { RecordId, ShiftedSchema } from '../registry/dns-records.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  recordId: RecordId,
  /** Those of a shift that is tried first; null = as they were set. */
  weights: v.nullable(ShiftedSchema),
});

interface Services extends Pick<Regions, 'elb'> {
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  /** Route 53 as ourselves, or by the role of another account. */
  readonly route53: (role: DnsRecord['role']) => Route53Client;
}

/** @throws `Throttled`, `Denied`; `Malformed` for a record that is not there or can't be read. */
export const run = async (
  { recordId, weights }: v.InferOutput<typeof Input>,
  { dynamo, tables, route53, elb }: Services,
) => {
  const { record, state, modesSet } = await readRecordView(dynamo, tables, recordId);
  const { applied, silent } = await readSides(record, state, { elb });
  const plan = await planRecord(route53(record.role), record, {
    state: { ...state, weights: weights === AS_ENTERED ? {} : { ...state.weights, ...weights } },
    applied,
    unmade: NOT_MADE_YET,
  });
  const bar = barOf(modesSet);
  logger.info('record compared', { recordId, plan, silent, bar });
  return { plan, silent, ...(bar === undefined ? {} : { bar }) };
};

export const handler = createHandler(Input, run, {
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
});
