import type { PutEventsRequestEntry, PutEventsResponse } from '@aws-sdk/client-eventbridge';
import type { SendMessageResult } from '@aws-sdk/client-sqs';
import type { Json } from '../../asl/definition.ts';
import { StateError } from '../../asl/state-error.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { SDK_SERVICES, sdkErrorName } from './sdk-services.ts';
import { firstSdkError, orTaskError, sdkCause } from './task-failure.ts';
import type { TaskContext } from './tasks.ts';

/** A parameter that is text for the service, and may be JSON in a state. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const call = <T>({ cloud, principal }: TaskContext, sdkName: string, action: string, input: unknown): Promise<T> => {
  const service = SDK_SERVICES[sdkName];
  if (service === undefined) throw new Error(`${sdkName} is not among the SDK services.`);
  return orTaskError<T>(
    () => cloud.invoke({ service: service.services[0] ?? sdkName, action, input, principal }),
    (failure) =>
      new StateError(sdkErrorName(service, failure.code), sdkCause(service.name, failure, cloud.random.uuid())),
  );
};

/** A reply beside the HTTP members that an optimised integration adds. */
export const withMetadata = (
  context: TaskContext,
  reply: Readonly<Record<string, unknown>>,
  contentType = 'application/x-amz-json-1.1',
): Json => {
  const { $metadata: _, ...members } = reply;
  const plain = JSON.parse(JSON.stringify(members)) as Record<string, Json>;
  const bytes = Buffer.byteLength(JSON.stringify(plain));
  return { ...plain, ...sdkMetadata(context.cloud, bytes, contentType) };
};

/**
 * `arn:aws:states:::events:putEvents`: the execution and its machine are added to each entry's resources, and an entry
 * that is refused fails the task with `EventBridge.FailedEntry`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html (the cause's form is not documented there)
 */
export const putEvents = async (context: TaskContext): Promise<Json> => {
  const { request, executionArn, stateMachineArn } = context;
  const { Entries: entries = [] } = (request.arguments ?? {}) as { Entries?: PutEventsRequestEntry[] };
  const input = {
    Entries: entries.map((entry) => ({
      ...entry,
      Detail: asText(entry.Detail ?? {}),
      Resources: [...(entry.Resources ?? []), executionArn, stateMachineArn],
    })),
  };
  const reply = await call<PutEventsResponse>(context, 'eventbridge', 'PutEvents', input);
  const result = withMetadata(context, { ...reply });
  if ((reply.FailedEntryCount ?? 0) > 0) throw new StateError('EventBridge.FailedEntry', JSON.stringify(result));
  return result;
};

/** What a state may give to `sqs:sendMessage`; AWS drops anything else without a word. */
const MESSAGE_PARAMETERS = [
  ...['QueueUrl', 'MessageBody', 'DelaySeconds', 'MessageAttributes', 'MessageDeduplicationId', 'MessageGroupId'],
];

/**
 * `arn:aws:states:::sqs:sendMessage`: `MessageBody` may be JSON, and is missing where it is null.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html; details as recorded on AWS
 * (github.com/localstack/localstack, test_sqs_task_service.snapshot.json).
 */
export const sendMessage = async (context: TaskContext): Promise<Json> => {
  const { cloud, principal, request } = context;
  const given = Object.entries((request.arguments ?? {}) as Record<string, unknown>);
  const { MessageBody: body, ...rest } = Object.fromEntries(
    given.filter(([name]) => MESSAGE_PARAMETERS.includes(name)),
  );
  const input = { ...rest, ...(body === undefined || body === null ? {} : { MessageBody: asText(body) }) };
  const reply = await orTaskError<SendMessageResult>(
    () => cloud.invoke({ service: 'sqs', action: 'SendMessage', input, principal }),
    (failure) => firstSdkError('sqs', failure, cloud.random.uuid()),
  );
  return withMetadata(context, { ...reply }, 'application/x-amz-json-1.0');
};
