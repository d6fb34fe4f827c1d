import type { Cloud } from '../../cloud.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import type { PipeDefinition } from './model.ts';
import { madeAt, type PipeStreamRecord, sequenceOf } from './stream-records.ts';

/** Why a pipe gave up on records. */
export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** `2026-11-23T01:00:07Z`: a stream knows whole seconds. */
const inSeconds = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

/**
 * What a dead-letter queue is told of records that a pipe gave up on: where they are in the stream, not what is in them. The
 * batch's part is as Lambda documents it for streams (services-ddb-errors.html); `context` is what pipes are seen to
 * send instead of Lambda's request and response.
 */
export const deadLetter = (
  pipe: PipeDefinition,
  shardId: string,
  records: readonly PipeStreamRecord[],
  condition: Condition,
  now: number,
): object => {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) throw new Error('There is no dead letter of no records.');
  return {
    context: { partnerResourceArn: pipe.arn, condition },
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: sequenceOf(first),
      endSequenceNumber: sequenceOf(last),
      approximateArrivalOfFirstRecord: inSeconds(madeAt(first)),
      approximateArrivalOfLastRecord: inSeconds(madeAt(last)),
      batchSize: records.length,
      streamArn: pipe.source,
    },
  };
};

/** Sends a letter to the pipe's dead-letter queue or topic, as the pipe's role. @throws AwsError where that is refused */
export const sendDeadLetter = async (cloud: Cloud, pipe: PipeDefinition, letter: object): Promise<void> => {
  const arn = pipe.stream?.deadLetterArn;
  if (arn === undefined) return;
  const principal = cloud.assumeRole('pipes.amazonaws.com', pipe.roleArn, pipe.name);
  const text = JSON.stringify(letter);
  await (arn.startsWith('arn:aws:sns:')
    ? cloud.invoke({ service: 'sns', action: 'Publish', input: { TopicArn: arn, Message: text }, principal })
    : cloud.invoke({
        service: 'sqs',
        action: 'SendMessage',
        input: { QueueUrl: queueUrlOf(arn), MessageBody: text },
        principal,
      }));
};
