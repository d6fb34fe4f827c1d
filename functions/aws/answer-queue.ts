import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as v from 'valibot';
import type { Asked } from '../domain/answers.ts';
import { AccountId, CustomerId, EndpointId, ServiceId } from '../registry/schemas.ts';
import { chunksOf, eachAtOnce } from './chunks.ts';
import { calling } from './errors.ts';

/** As JSONata writes a time: it compares as text. */
const Moment = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a workflow's state `Answer` puts into the queue. */
const AnswerMessage = v.strictObject({
  serviceId: ServiceId,
  vpcEndpointId: EndpointId,
  owner: AccountId,
  verdict: v.picklist(['accept', 'reject']),
  /** A request is answered, or a connection that lives is cut off. */
  ends: v.picklist(['request', 'connection']),
  /** Whose place the endpoint must have to be accepted; null where it is to be rejected. */
  placeOf: v.nullable(CustomerId),
  /** The version of the service's modes under which it was decided. */
  modesVersion: Count,
  /** How often somebody had called the run to look again when it was decided. */
  wakes: Count,
  /** The run that asks, by its ARN; absent where one asks that began before runs said so. */
  execution: v.exactOptional(v.string()),
  /** How many looks in a row, up to now, found the endpoint not listed. */
  absences: Count,
  /** Until when it may be acted on without being decided again; null where only {@link deadline} bounds it. */
  freshUntil: v.nullable(Moment),
  deadline: Moment,
  /** Opens the state to whoever has it: never logged. */
  token: v.string(),
});

/** A message as Lambda hands it over. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const QueueRecord = v.object({
  messageId: v.string(),
  receiptHandle: v.string(),
  body: v.string(),
  /** Milliseconds since the epoch, as text. */
  attributes: v.object({ SentTimestamp: v.pipe(v.string(), v.digits()) }),
});

/** An answer that a workflow waits for, and how to reach both it and the message. */
export interface AskedByMessage extends Asked {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly token: string;
}

/** Reads a message; undefined where it is none of ours: nobody can be told then. */
export const readAsked = (record: v.InferOutput<typeof QueueRecord>): AskedByMessage | undefined => {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), AnswerMessage), record.body);
  if (!parsed.success) return undefined;
  const { vpcEndpointId, placeOf, freshUntil, ...rest } = parsed.output;
  return {
    ...rest,
    endpointId: vpcEndpointId,
    ...(placeOf === null ? {} : { placeOf }),
    ...(freshUntil === null ? {} : { freshUntil }),
    askedAt: Number(record.attributes.SentTimestamp),
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
  };
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
const MAX_ENTRIES = 10;

/**
 * Has messages show again in so many seconds.
 *
 * @returns the messages for which SQS did not do so: they show again when their visibility time-out ends, late and not lost.
 * @throws `Throttled`, `Denied`.
 */
export const showAgain = async <M extends { readonly receiptHandle: string }>(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly M[],
  seconds: number,
): Promise<readonly M[]> => {
  const failed = await eachAtOnce(chunksOf(messages, MAX_ENTRIES), async (chunk) => {
    const Entries = chunk.map(({ receiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }));
    const { Failed = [] } = await calling('have messages show again', () =>
      sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries })),
    );
    return chunk.filter((_, index) => Failed.some(({ Id }) => Id === String(index)));
  });
  return failed.flat();
};
