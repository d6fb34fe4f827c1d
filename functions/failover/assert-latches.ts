/** Writes the latches' metric from what the ledger says: the one place where it is written. */
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { readPartition } from '../aws/bindings.ts';
import { chunksOf } from '../aws/chunks.ts';
import { calling } from '../aws/errors.ts';
import { latchOf } from '../domain/failover.ts';
import { LATCH, METRIC_NAMESPACE } from '../domain/metric.ts';
import { stateReading } from '../registry/dns-records.ts';
import { RECORDS } from '../registry/keys.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({});

interface Services {
  readonly dynamo: DynamoDBClient;
  readonly cloudwatch: CloudWatchClient;
  readonly ledger: string;
  readonly now: () => Date;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MOST_DATA = 1_000;

/**
 * All latches of the ledger, each time: a metric that stops coming would leave its alarm where it is, in alarm or not, and a run that died
 * before it wrote is made good by the next minute. A thousand records cost one call.
 *
 * @throws `Throttled`, `Denied`.
 */
export const run = async (_input: v.InferOutput<typeof Input>, { dynamo, cloudwatch, ledger, now }: Services) => {
  const items = await readPartition(dynamo, { table: ledger, pk: RECORDS, isConsistent: true });
  const unreadable: string[] = [];
  const latches = [...items.values()].flatMap((item) => {
    const recordId = String(item.sk).replace(/^RECORD#/, '');
    const reading = stateReading(recordId, item);
    if (reading.kind === 'unreadable') unreadable.push(reading.problem);
    const latch = reading.kind === 'found' ? latchOf(reading.entry) : undefined;
    return latch === undefined ? [] : [{ recordId, latch }];
  });
  const at = now();
  for (const chunk of chunksOf(latches, MOST_DATA)) {
    await calling('write the latches', () =>
      cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: METRIC_NAMESPACE,
          MetricData: chunk.map(({ recordId, latch }) => ({
            MetricName: LATCH,
            Dimensions: [{ Name: 'record', Value: recordId }],
            Timestamp: at,
            Value: latch,
          })),
        }),
      ),
    );
  }
  logger.info('latches asserted', { latches, unreadable });
  return { latches, unreadable };
};

export const handler = createHandler(Input, run, {
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  cloudwatch: tracer.captureAWSv3Client(new CloudWatchClient({})),
  ledger: required('LEDGER_TABLE'),
  now: () => new Date(),
});
