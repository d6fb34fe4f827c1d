/** Reads the queue of answers: the one place where EC2 is told to accept or to reject, for all services of account and region. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as v from 'valibot';
import { type AskedByMessage, QueueRecord, readAsked, showAgain } from '../aws/answer-queue.ts';
import { type AnsweringServices, answerBatch, type Fate } from '../aws/answering.ts';
import { eachAtOnce } from '../aws/chunks.ts';
import { isThrottled } from '../aws/errors.ts';
import { isAwaited, isTold } from '../aws/task-tokens.ts';
import { isHeartbeatDue, showAgainIn } from '../domain/answers.ts';
import { countOr, required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.object({ Records: v.array(QueueRecord) });

interface Services extends AnsweringServices {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}

/** The messages that stay in the queue. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
interface Output {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * One read for the whole batch, then for each service at most one Accept and one Reject for many endpoints. Workflows hear of the ends; every
 * other message stays in the queue, and shows again together with others.
 *
 * If we die after a call, its messages show again, and find the state that it made.
 *
 * @throws `Denied` where no workflow could be told: the batch then stays in the queue.
 */
export const run = async ({ Records }: v.InferOutput<typeof Input>, services: Services): Promise<Output> => {
  const begun = services.now();
  const asked = Records.flatMap((record) => readAsked(record) ?? []);
  const ours = new Set(asked.map(({ messageId }) => messageId));
  const unreadable = Records.flatMap(({ messageId }) => (ours.has(messageId) ? [] : [messageId]));
  // Nobody can be told. It stays until the queue gives it to the dead letters.
  if (unreadable.length > 0) logger.error('messages that no workflow wrote', { unreadable });
  const fates = await answerBatch(asked, services);
  const left = await leave([...(await tell(fates, services)), ...fates.filter((fate) => fate.is === 'left')], services);
  const milliseconds = services.now() - begun;
  logger.info('answers looked at', { messages: Records.length, left: left.length, milliseconds });
  return { batchItemFailures: [...left, ...unreadable].map((itemIdentifier) => ({ itemIdentifier })) };
};

type Left = Extract<Fate, { readonly is: 'left' }>;

/** Tells the workflows that hear something; those that could not be told now are left. */
const tell = async (fates: readonly Fate[], { sfn }: Services): Promise<readonly Left[]> => {
  const told = fates.flatMap((fate) => (fate.is === 'told' ? [fate] : []));
  const untold = await eachAtOnce(told, async ({ asked, answer }): Promise<readonly Left[]> => {
    try {
      // Nobody waits any more: the run was stopped, or heard it from another copy of the message.
      if (!(await isTold(sfn, asked.token, answer))) logger.info('nobody waits for it', aboutIt(asked));
      return [];
    } catch (error) {
      if (isThrottled(error)) return [{ is: 'left', asked, callsWaiting: 0 }];
      throw error;
    }
  });
  return untold.flat();
};

const aboutIt = ({ serviceId, endpointId, verdict }: AskedByMessage) => ({ serviceId, endpointId, verdict });

/**
 * Has the messages show again when it is worth looking, and lets those workflows know whose patience would end before.
 *
 * @returns the messages that stay in the queue.
 */
const leave = async (left: readonly Left[], { sfn, sqs, queueUrl, now }: Services): Promise<readonly string[]> => {
  const at = now();
  const bySeconds = new Map<number, AskedByMessage[]>();
  for (const { asked, callsWaiting } of left) {
    const seconds = showAgainIn(at, callsWaiting, asked.serviceId);
    bySeconds.set(seconds, [...(bySeconds.get(seconds) ?? []), asked]);
  }
  const staying: string[] = [];
  for (const [seconds, messages] of bySeconds) {
    const awaited = await eachAtOnce(messages, async ({ token, askedAt }) => {
      if (!isHeartbeatDue(askedAt, at, at + seconds * 1000)) return true;
      return isAwaited(sfn, token).catch((error: unknown) => {
        if (isThrottled(error)) return true;
        throw error;
      });
    });
    const some = messages.filter((_, index) => awaited[index]);
    const late = await showAgain(sqs, queueUrl, some, seconds);
    if (late.length > 0) logger.warn('messages show again later than asked', { messages: late.length });
    staying.push(...some.map(({ messageId }) => messageId));
  }
  return staying;
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  sfn: tracer.captureAWSv3Client(new SFNClient({})),
  sqs: tracer.captureAWSv3Client(new SQSClient({})),
  ledger: required('LEDGER_TABLE'),
  queueUrl: required('ANSWER_QUEUE_URL'),
  region: required('AWS_REGION'),
  endpointsPerAnswer: countOr('ENDPOINTS_PER_ANSWER', 100),
  now: () => Date.now(),
});
