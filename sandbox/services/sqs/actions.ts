import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageRequest,
  ReceiveMessageRequest,
  ReceiveMessageResult,
  SendMessageBatchRequest,
  SendMessageRequest,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../clock/clock.ts';
import type { ActionDefinition, CallContext, Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { keyPermissions } from '../key-lookup.ts';
import { numberOf } from './attributes.ts';
import { runBatch } from './batch.ts';
import { invalidParameter, kmsAccessDenied, kmsNotFound, missingParameter } from './errors.ts';
import { MAX_BATCH, MAX_IN_FLIGHT, MAX_MESSAGE_BYTES } from './limits.ts';
import { acceptMessage, receivedMessage, sentResult, sizeOf } from './messages.ts';
import type { Queue, SqsModel, StoredMessage } from './model.ts';
import { findQueue, onQueue, type SqsOptions } from './queue-access.ts';
import { queueActions } from './queue-actions.ts';

type QueueInput = { readonly QueueUrl?: string | undefined };

/** Resolves when a message may be there, or after `milliseconds`. */
const untilAvailable = (model: SqsModel, clock: Clock, arn: string, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    let done = false;
    let stop: () => void = () => undefined;
    const finish = (): void => {
      if (done) return;
      done = true;
      cancel();
      stop();
      resolve();
    };
    const cancel = clock.after(milliseconds, finish);
    stop = model.onAvailable(arn, finish);
    if (done) stop();
  });

const seconds = (value: number, name: string, least: number, most: number): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidParameter(name, value, `Must be >= ${least} and <= ${most}, if provided.`);
};

/** A message by a receipt handle of this queue: undefined where it is gone, or was received again since. */
const byHandle = (queue: Queue, handle: string | undefined): StoredMessage | undefined => {
  if (handle === undefined) throw missingParameter('ReceiptHandle');
  const [, arn, id] = Buffer.from(handle, 'base64').toString().split(' ');
  if (arn !== queue.arn || id === undefined) {
    throw new AwsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
      404,
    );
  }
  const message = queue.messages.get(id);
  return message?.receiptHandle === handle ? message : undefined;
};

const NOT_MODELLED = [
  'The URL of a queue in the home region does not name it; that of another does, in its path',
  'FIFO queues and their parameters are refused by name; MessageGroupId on standard queues (fair queues) is accepted without effect',
  'AddPermission, RemovePermission, ListDeadLetterSourceQueues, StartMessageMoveTask and its like',
  'RedriveAllowPolicy is stored, not enforced',
  'Short polls look at the whole queue, where AWS samples its servers; messages are not delivered twice or out of order of their own accord',
  'A receipt handle that is not the latest deletes nothing (AWS: the message might not be deleted)',
];

/**
 * Amazon SQS with standard queues. `model` holds the queues; pipes and event source mappings listen to it.
 * Follows docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference and the developer guide.
 */
export const sqsService = (cloud: Cloud, model: SqsModel, options: SqsOptions): ServiceDefinition => {
  const { clock } = cloud;

  const action = <I extends QueueInput, O>(
    names: { readonly iam: string; readonly key: readonly string[] },
    run: (queue: Queue, input: I, context: CallContext) => O | Promise<O>,
  ): ActionDefinition<I, O> => ({
    permissions(input, context) {
      const queue = findQueue(model, input.QueueUrl);
      const key = queue.attributes.get('KmsMasterKeyId');
      const ofKey =
        key === undefined || names.key.length === 0
          ? []
          : keyPermissions(options.keyPolicy, {
              region: cloud.region,
              via: 'sqs',
              key,
              actions: names.key,
              principal: context.principal,
              notFound: kmsNotFound,
            });
      return [onQueue(queue, names.iam), ...ofKey];
    },
    run: (input, context) => run(findQueue(model, input.QueueUrl), input, context),
  });

  const SEND = { iam: 'SendMessage', key: ['kms:GenerateDataKey', 'kms:Decrypt'] };
  const RECEIVE = { iam: 'ReceiveMessage', key: ['kms:Decrypt'] };
  const DELETE = { iam: 'DeleteMessage', key: [] };
  const CHANGE = { iam: 'ChangeMessageVisibility', key: [] };

  const receive = async (queue: Queue, input: ReceiveMessageRequest): Promise<ReceiveMessageResult> => {
    const limit = seconds(input.MaxNumberOfMessages ?? 1, 'MaxNumberOfMessages', 1, MAX_BATCH);
    const wait = input.WaitTimeSeconds ?? numberOf(queue.attributes, 'ReceiveMessageWaitTimeSeconds');
    const visibility = input.VisibilityTimeout ?? numberOf(queue.attributes, 'VisibilityTimeout');
    seconds(visibility, 'VisibilityTimeout', 0, 43_200);
    const deadline = clock.now() + seconds(wait, 'WaitTimeSeconds', 0, 20) * 1000;
    if (model.count(queue).inFlight >= MAX_IN_FLIGHT) {
      throw new AwsError(
        'OverLimit',
        `${MAX_IN_FLIGHT} messages of ${queue.name} are in flight: delete some first.`,
        403,
      );
    }
    let received = model.receive(queue, limit, visibility);
    while (received.length === 0 && clock.now() < deadline && model.byArn(queue.arn) === queue) {
      await untilAvailable(model, clock, queue.arn, deadline - clock.now());
      received = model.receive(queue, limit, visibility);
    }
    if (received.length === 0) return {};
    // oxlint-disable-next-line typescript/no-deprecated -- older clients ask by the older name
    const system = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])];
    return { Messages: received.map((message) => receivedMessage(message, system, input.MessageAttributeNames ?? [])) };
  };

  const remove = (queue: Queue, handle: string | undefined): void => {
    const message = byHandle(queue, handle);
    if (message !== undefined) model.remove(queue, message);
  };

  const change = (queue: Queue, handle: string | undefined, timeout: number | undefined): void => {
    const visibility = seconds(timeout ?? Number.NaN, 'VisibilityTimeout', 0, 43_200);
    const message = byHandle(queue, handle);
    if (message === undefined) {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw invalidParameter('ReceiptHandle', handle, reason);
    }
    if (message.visibleAt <= clock.now()) {
      throw new AwsError(
        'MessageNotInflight',
        `The message ${message.id} is not in flight: its visibility time-out is over.`,
      );
    }
    model.changeVisibility(queue, message, visibility);
  };

  return {
    name: 'sqs',
    denied: (message) =>
      /perform: kms:/.test(message) ? kmsAccessDenied(message) : new AwsError('AccessDeniedException', message, 403),
    notModelled: NOT_MODELLED,
    actions: {
      ...queueActions(cloud, model, options),
      SendMessage: action(SEND, (queue, input: SendMessageRequest, { principal }) =>
        sentResult(model.send(queue, acceptMessage(queue, input, principal))),
      ),
      SendMessageBatch: action(SEND, (queue, input: SendMessageBatchRequest, { principal }) => {
        const total = (input.Entries ?? []).reduce((sum, entry) => sum + sizeOf(entry), 0);
        if (total > MAX_MESSAGE_BYTES) {
          const message = `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${total} bytes.`;
          throw new AwsError('BatchRequestTooLong', message);
        }
        return runBatch(input.Entries, (entry) =>
          sentResult(model.send(queue, acceptMessage(queue, entry, principal))),
        );
      }),
      ReceiveMessage: action(RECEIVE, receive),
      DeleteMessage: action(DELETE, (queue, input: DeleteMessageRequest) => {
        remove(queue, input.ReceiptHandle);
        return {};
      }),
      DeleteMessageBatch: action(DELETE, (queue, input: DeleteMessageBatchRequest) =>
        runBatch(input.Entries, (entry) => {
          remove(queue, entry.ReceiptHandle);
          return {};
        }),
      ),
      ChangeMessageVisibility: action(CHANGE, (queue, input: ChangeMessageVisibilityRequest) => {
        change(queue, input.ReceiptHandle, input.VisibilityTimeout);
        return {};
      }),
      ChangeMessageVisibilityBatch: action(CHANGE, (queue, input: ChangeMessageVisibilityBatchRequest) =>
        runBatch(input.Entries, (entry) => {
          change(queue, entry.ReceiptHandle, entry.VisibilityTimeout);
          return {};
        }),
      ),
    },
  };
};
