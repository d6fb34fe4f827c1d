import type { PutEventsRequestEntry, PutEventsResponse } from '@aws-sdk/client-eventbridge';
import type { SendMessageRequest, SendMessageResult } from '@aws-sdk/client-sqs';
import type { Json } from '../../asl/definition.ts';
import { StateError } from '../../asl/state-error.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { SDK_SERVICES, sdkErrorName } from './sdk-services.ts';
import { orTaskError, sdkCause } from './task-failure.ts';
import type { TaskContext } from './tasks.ts';

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const call = <T>({ cloud, principal }: TaskContext, sdkName: string, action: string, input: unknown): Promise<T> => {
  const service = SDK_SERVICES[sdkName];
  if (service === undefined) throw new Error(`${sdkName} is not among the SDK services.`);
  return orTaskError<T>(
    () => cloud.invoke({ service: service.services[0] ?? sdkName, action, input, principal }),
    (failure) =>
      new StateError(sdkErrorName(service, failure.code), sdkCause(service.name, failure, cloud.random.uuid())),
  );
};

const withMetadata = (context: TaskContext, reply: Record<string, unknown>): Json => {
  const { $metadata: _, ...members } = reply;
  const plain = JSON.parse(JSON.stringify(members)) as Record<string, Json>;
  const bytes = Buffer.byteLength(JSON.stringify(plain));
  return { ...plain, ...sdkMetadata(context.cloud, bytes, 'application/x-amz-json-1.1') };
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

/** `arn:aws:states:::sqs:sendMessage`: `MessageBody` may be JSON. https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html */
export const sendMessage = async (context: TaskContext): Promise<Json> => {
  const parameters = (context.request.arguments ?? {}) as Record<string, unknown>;
  const input = { ...parameters, MessageBody: asText(parameters.MessageBody) } as SendMessageRequest;
  return withMetadata(context, { ...(await call<SendMessageResult>(context, 'sqs', 'SendMessage', input)) });
};
