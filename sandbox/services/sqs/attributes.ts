import { checkPolicy, readPolicy } from '../../iam/policy.ts';
import type { PolicyDocument } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { parseJsonObject } from '../parse-json.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';

/** Attributes that are whole numbers: least, greatest, default (API_SetQueueAttributes.html). */
const NUMBERS = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
} as const;

type NumberName = keyof typeof NUMBERS;

const isNumberName = (name: string): name is NumberName => Object.hasOwn(NUMBERS, name);

const JSON_ATTRIBUTES = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];
const FIFO_ATTRIBUTES = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];

/** Every attribute that GetQueueAttributes may be asked for. */
export const ATTRIBUTE_NAMES: readonly string[] = [
  ...Object.keys(NUMBERS),
  ...JSON_ATTRIBUTES,
  'KmsMasterKeyId',
  'SqsManagedSseEnabled',
  'QueueArn',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

const invalidValue = (name: string, value: string, reason: string): AwsError =>
  new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}: ${value}. ${reason}`);

const checkRedrive = (text: string, value: unknown): void => {
  const policy = value as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  const count = Number(policy.maxReceiveCount);
  if (typeof policy.deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000) {
    throw invalidValue('RedrivePolicy', text, 'It must hold deadLetterTargetArn and maxReceiveCount (1 to 1000).');
  }
};

/**
 * Checks attributes as CreateQueue and SetQueueAttributes take them.
 *
 * @throws AwsError `InvalidAttributeName`, `InvalidAttributeValue`; `UnsupportedOperation` for what belongs to FIFO queues
 */
export const checkAttributes = (attributes: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(attributes)) {
    const range = isNumberName(name) ? NUMBERS[name] : undefined;
    if (FIFO_ATTRIBUTES.includes(name)) {
      throw new AwsError('UnsupportedOperation', `The sandbox has standard queues only: ${name} is for FIFO queues.`);
    }
    if (range !== undefined) {
      const number = Number(value);
      if (!Number.isInteger(number) || number < range[0] || number > range[1]) {
        throw invalidValue(name, value, `It must be a whole number from ${range[0]} to ${range[1]}.`);
      }
    } else if (JSON_ATTRIBUTES.includes(name)) {
      const parsed = parseJsonAttribute(name, value);
      if (name === 'Policy' && parsed !== undefined) checkQueuePolicy(value);
      if (name === 'RedrivePolicy' && parsed !== undefined) checkRedrive(value, parsed);
    } else if (name !== 'KmsMasterKeyId' && name !== 'SqsManagedSseEnabled') {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
};

const parseJsonAttribute = (name: string, value: string): unknown => {
  if (value === '') return undefined;
  const parsed = parseJsonObject(value);
  if (parsed === undefined) throw invalidValue(name, value, 'It must be a JSON object.');
  return parsed;
};

/** Refuses at once what could not be judged rightly later. */
const checkQueuePolicy = (text: string): void => {
  try {
    checkPolicy(readPolicy(text, 'of the queue'), 'of the queue');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidValue('Policy', text, error.message);
  }
};

/** An attribute that is a number, or its default. */
export const numberOf = (attributes: ReadonlyMap<string, string>, name: NumberName): number =>
  Number(attributes.get(name) ?? NUMBERS[name][2]);

/** The queue's own policy, where it has one. */
export const policyOf = (attributes: ReadonlyMap<string, string>): PolicyDocument | undefined => {
  const text = attributes.get('Policy');
  return text === undefined ? undefined : readPolicy(text, 'of a queue');
};

/** Where messages go that were received too often. */
export interface Redrive {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export const redriveOf = (attributes: ReadonlyMap<string, string>): Redrive | undefined => {
  const text = attributes.get('RedrivePolicy');
  if (text === undefined) return undefined;
  const policy = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  return { deadLetterTargetArn: policy.deadLetterTargetArn, maxReceiveCount: Number(policy.maxReceiveCount) };
};

/** The defaults, which GetQueueAttributes shows beside what was set. */
export const defaultAttributes = (attributes: ReadonlyMap<string, string>): Record<string, string> => {
  const shown: Record<string, string> = {};
  const encrypted = attributes.has('KmsMasterKeyId');
  for (const [name, [, , standard]] of Object.entries(NUMBERS)) {
    if (name !== 'KmsDataKeyReusePeriodSeconds' || encrypted) shown[name] = String(standard);
  }
  shown.SqsManagedSseEnabled = String(!encrypted);
  return shown;
};
