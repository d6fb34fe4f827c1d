import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');

/** `MD5OfMessageBody`: what SDKs compare with the body that they sent. */
export const md5OfBody = (body: string): string => md5(body);

const withLength = (data: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
};

/**
 * `MD5OfMessageAttributes`, computed as "Calculating the MD5 message digest for message attributes" lays down
 * (sqs-message-metadata.html): by name, each as name, data type, kind of value (1 text, 2 binary) and value.
 *
 * @returns undefined where there are no attributes
 */
export const md5OfAttributes = (attributes: Readonly<Record<string, MessageAttributeValue>>): string | undefined => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    const binary = DataType.startsWith('Binary');
    const value = binary ? (BinaryValue ?? new Uint8Array()) : Buffer.from(StringValue ?? '');
    return [
      withLength(Buffer.from(name)),
      withLength(Buffer.from(DataType)),
      Buffer.from([binary ? 2 : 1]),
      withLength(value),
    ];
  });
  return md5(Buffer.concat(parts));
};
