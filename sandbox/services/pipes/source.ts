import type { CreatePipeRequest } from '@aws-sdk/client-pipes';
import { checkWhole, refuseOthers, rejected } from './refusals.ts';

/** How a pipe fills its batches. */
export interface Batching {
  readonly batchSize: number;
  readonly windowSeconds: number;
}

/** How a pipe reads a stream, and what it does with records that fail. */
export interface StreamSource {
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** Infinite where the request says -1 or nothing. */
  readonly maximumRetryAttempts: number;
  /** Infinite where the request says -1 or nothing. */
  readonly maximumAgeSeconds: number;
  /** Whether a failed batch is halved. */
  readonly isBisected: boolean;
  /** A queue's or a topic's. */
  readonly deadLetterArn: string | undefined;
}

/** Records in a batch where the request does not say: 100, as Lambda reads streams; fewer where the target takes fewer. */
const STREAM_BATCH = 100;
/** What buses and queues take at once (eb-pipes-batching-concurrency.html, "Supported batchable targets"). */
export const TARGET_BATCH = 10;

/** Functions and state machines take a batch as one payload. */
export const takesWholeBatch = (target: string | undefined): boolean =>
  target?.startsWith('arn:aws:states:') === true || target?.startsWith('arn:aws:lambda:') === true;

const readStreamBatching = (request: CreatePipeRequest): Batching => {
  const target = takesWholeBatch(request.Target) ? Number.POSITIVE_INFINITY : TARGET_BATCH;
  const { BatchSize: batchSize = Math.min(STREAM_BATCH, target), MaximumBatchingWindowInSeconds: windowSeconds = 0 } =
    request.SourceParameters?.DynamoDBStreamParameters ?? {};
  checkWhole('BatchSize', batchSize, 1, 10_000);
  checkWhole('MaximumBatchingWindowInSeconds', windowSeconds, 0, 300);
  if (batchSize > target)
    throw rejected(`BatchSize ${batchSize} is more than the target takes at once, which is ${target}`);
  return { batchSize, windowSeconds };
};

/** Batch size and window. @throws AwsError `ValidationException` */
export const readBatching = (request: CreatePipeRequest): Batching => {
  if (request.SourceParameters?.DynamoDBStreamParameters !== undefined) return readStreamBatching(request);
  const { BatchSize: batchSize = 10, MaximumBatchingWindowInSeconds: windowSeconds = 0 } =
    request.SourceParameters?.SqsQueueParameters ?? {};
  checkWhole('BatchSize', batchSize, 1, 10_000);
  checkWhole('MaximumBatchingWindowInSeconds', windowSeconds, 0, 300);
  if (batchSize > 10 && windowSeconds === 0) {
    throw rejected('A BatchSize above 10 needs MaximumBatchingWindowInSeconds of at least 1');
  }
  return { batchSize, windowSeconds };
};

const unlessInfinite = (value: number): number => (value === -1 ? Number.POSITIVE_INFINITY : value);

/**
 * How a stream is read, `undefined` where the source is a queue. ParallelizationFactor is taken and changes nothing: there is
 * one batch at a time, in order.
 *
 * @throws AwsError `ValidationException`
 * @see https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html
 */
export const readStreamSource = (request: CreatePipeRequest): StreamSource | undefined => {
  if (request.Source?.startsWith('arn:aws:dynamodb:') !== true) return undefined;
  const parameters = request.SourceParameters?.DynamoDBStreamParameters;
  const {
    StartingPosition: startingPosition,
    MaximumRetryAttempts: attempts = -1,
    MaximumRecordAgeInSeconds: age = -1,
    OnPartialBatchItemFailure: onFailure,
    ParallelizationFactor: factor = 1,
    DeadLetterConfig: deadLetter,
  } = parameters ?? {};
  if (startingPosition !== 'TRIM_HORIZON' && startingPosition !== 'LATEST') {
    throw rejected(`StartingPosition must be TRIM_HORIZON or LATEST, not ${String(startingPosition)}`);
  }
  checkWhole('MaximumRetryAttempts', attempts, -1, 10_000);
  checkWhole('MaximumRecordAgeInSeconds', age, -1, 604_800);
  checkWhole('ParallelizationFactor', factor, 1, 10);
  if (onFailure !== undefined && onFailure !== 'AUTOMATIC_BISECT') {
    throw rejected(`OnPartialBatchItemFailure must be AUTOMATIC_BISECT, not ${String(onFailure)}`);
  }
  refuseOthers('DeadLetterConfig', deadLetter, ['Arn']);
  const arn = deadLetter?.Arn;
  if (arn !== undefined && !/^arn:aws:(sqs|sns):[\w-]+:\d{12}:[\w-]+$/.test(arn)) {
    throw rejected(`The dead-letter target ${arn} is neither a standard queue nor a topic`);
  }
  return {
    startingPosition,
    maximumRetryAttempts: unlessInfinite(attempts),
    maximumAgeSeconds: unlessInfinite(age),
    isBisected: onFailure === 'AUTOMATIC_BISECT',
    deadLetterArn: arn,
  };
};
