import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { parseJsonObject } from '../parse-json.ts';
import { regionOfArn } from '../region-of-arn.ts';

/** A queue's message as pipes and event source mappings hand it on (eb-pipes-sqs.html, "Example event"). */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, object>>;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

const messageAttribute = ({ DataType, StringValue, BinaryValue }: MessageAttributeValue): object => ({
  ...(StringValue === undefined ? {} : { stringValue: StringValue }),
  ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});

export const toRecord = (message: Message, queueArn: string): SqsRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, messageAttribute(value)]),
  ),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: regionOfArn(queueArn),
});

/** A record as filters see it: a body that holds a JSON object is one (eb-pipes-event-filtering.html). */
export const forFilter = (record: SqsRecord): object => ({
  ...record,
  body: parseJsonObject(record.body) ?? record.body,
});
