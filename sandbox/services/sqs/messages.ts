import type { Message, MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import type { Principal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { numberOf } from './attributes.ts';
import { md5OfAttributes, md5OfBody } from './digest.ts';
import { invalidParameter, missingParameter } from './errors.ts';
import type { NewMessage, Queue, StoredMessage } from './model.ts';

/** What SendMessage and an entry of SendMessageBatch have in common. */
export interface MessageInput {
  readonly MessageBody: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  readonly MessageSystemAttributes?: Partial<Record<string, MessageSystemAttributeValue>> | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

// Tab, line feed, carriage return, and U+0020 to U+10FFFF but for surrogates, U+FFFE and U+FFFF (API_SendMessage.html).
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** Who sent it, as `SenderId` shows it. */
const senderOf = (principal: Principal): string => {
  if (principal.kind === 'service') return principal.service;
  if (principal.kind === 'account') return principal.accountId;
  return principal.arn.split('/').slice(1).join(':');
};

/** Bytes that count against the limit: body, and each attribute's name, type and value. */
export const sizeOf = (input: MessageInput): number => {
  let bytes = Buffer.byteLength(input.MessageBody ?? '');
  for (const [name, value] of Object.entries(input.MessageAttributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.DataType ?? '');
    bytes += value.BinaryValue?.length ?? Buffer.byteLength(value.StringValue ?? '');
  }
  return bytes;
};

const checkAttribute = (name: string, value: MessageAttributeValue): void => {
  const type = (value.DataType ?? '').split('.')[0] ?? '';
  if (!/^[\w.-]{1,256}$/.test(name))
    throw invalidParameter('MessageAttributes', name, 'The name has characters that are not allowed.');
  if (!['String', 'Number', 'Binary'].includes(type)) {
    throw invalidParameter(`MessageAttributes.${name}`, type, 'The type must begin with String, Number or Binary.');
  }
  const given = type === 'Binary' ? value.BinaryValue?.length : value.StringValue?.length;
  if ((given ?? 0) === 0)
    throw invalidParameter(`MessageAttributes.${name}`, '', `It must hold a value of type ${type}.`);
};

/**
 * Checks a message as SQS does and gives it the form that the model takes.
 *
 * @throws AwsError `MissingParameter`, `InvalidParameterValue`, `InvalidMessageContents`; `UnsupportedOperation` for FIFO parameters
 */
export const acceptMessage = (queue: Queue, input: MessageInput, principal: Principal): NewMessage => {
  const { MessageBody: body, DelaySeconds: delay, MessageAttributes: attributes = {} } = input;
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (input.MessageDeduplicationId !== undefined) {
    throw new AwsError(
      'UnsupportedOperation',
      'The sandbox has standard queues only: MessageDeduplicationId is for FIFO queues.',
    );
  }
  if (FORBIDDEN.test(body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters in the message body: only #x9 | #xA | #xD | #x20 and above are allowed.',
    );
  }
  const limit = numberOf(queue.attributes, 'MaximumMessageSize');
  if (sizeOf(input) > limit) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  if (delay !== undefined && !(Number.isInteger(delay) && delay >= 0 && delay <= 900)) {
    throw invalidParameter('DelaySeconds', delay, 'DelaySeconds must be >= 0 and <= 900.');
  }
  const entries = Object.entries(attributes);
  if (entries.length > 10) throw invalidParameter('MessageAttributes', entries.length, 'At most 10 are allowed.');
  for (const [name, value] of entries) checkAttribute(name, value);
  return {
    body,
    attributes,
    senderId: senderOf(principal),
    traceHeader: input.MessageSystemAttributes?.AWSTraceHeader?.StringValue,
    delaySeconds: delay ?? numberOf(queue.attributes, 'DelaySeconds'),
  };
};

/** The digests that answer SendMessage. */
export const sentResult = (
  message: StoredMessage,
): { MessageId: string; MD5OfMessageBody: string; MD5OfMessageAttributes?: string } => {
  const ofAttributes = md5OfAttributes(message.attributes);
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5OfBody(message.body),
    ...(ofAttributes === undefined ? {} : { MD5OfMessageAttributes: ofAttributes }),
  };
};

const systemAttributes = (message: StoredMessage): Record<string, string> => ({
  SenderId: message.senderId,
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
  ...(message.deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: message.deadLetterSource }),
});

const pick = <T>(all: Readonly<Record<string, T>>, wanted: readonly string[]): Record<string, T> => {
  const asked = (name: string): boolean =>
    wanted.some(
      (one) => one === 'All' || one === name || (/[.]?\*$/.test(one) && name.startsWith(one.replace(/\.?\*$/, ''))),
    );
  return Object.fromEntries(Object.entries(all).filter(([name]) => asked(name)));
};

/** A received message as ReceiveMessage answers, with the attributes that were asked for. */
export const receivedMessage = (
  message: StoredMessage,
  systemNames: readonly string[],
  attributeNames: readonly string[],
): Message => {
  const system = pick(systemAttributes(message), systemNames);
  const attributes = pick(message.attributes, attributeNames);
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(digest === undefined ? {} : { MD5OfMessageAttributes: digest, MessageAttributes: attributes }),
  };
};
