/** Finds the records that an alarm or a target group is about, and what is to be asked of each. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { readRecords } from '../aws/records.ts';
import { type DnsRecord, valuesOf } from '../domain/dns-record.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.union([
  v.strictObject({ alarm: v.strictObject({ name: v.string(), region: v.string() }) }),
  v.strictObject({ targetGroupArn: v.string() }),
]);

type Cause = v.InferOutput<typeof Input>;

interface Services {
  readonly dynamo: DynamoDBClient;
  readonly registry: string;
}

const isAbout = ({ routing }: DnsRecord, cause: Cause): boolean => {
  if ('targetGroupArn' in cause) {
    return valuesOf({ routing }).some(
      ([, value]) => value.kind === 'targets' && value.targetGroupArn === cause.targetGroupArn,
    );
  }
  const { name, region } = cause.alarm;
  return routing.kind === 'failover' && routing.health.name === name && routing.health.region === region;
};

/**
 * An event is a hint: which records are concerned is what their entries say now.
 *
 * @returns an input of `update-failover` for each.
 * @throws `Throttled`, `Denied`.
 */
export const run = async (cause: Cause, { dynamo, registry }: Services) => {
  const all = await readRecords(dynamo, registry);
  const action = 'alarm' in cause ? 'follow' : 'converge';
  const wakes = [...all.values()].flatMap((reading) =>
    reading.kind === 'found' && isAbout(reading.entry, cause) ? [{ recordId: reading.entry.recordId, action }] : [],
  );
  logger.info('records found', { cause, wakes });
  return { wakes };
};

export const handler = createHandler(Input, run, {
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  registry: required('REGISTRY_TABLE'),
});
