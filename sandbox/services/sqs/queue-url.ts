import { HOME_REGION } from '../../cloud.ts';

/** A queue's account and name, as its URL and its ARN both hold them. */
export interface QueueName {
  readonly account: string;
  readonly name: string;
}

export const queueArn = (region: string, { account, name }: QueueName): string =>
  `arn:aws:sqs:${region}:${account}:${name}`;

const OF_SERVICE = /^https?:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com\//;
const OF_SANDBOX = /\/([a-z]{2}(?:-[a-z]+)+-\d)\/\d{12}\/[^/]+\/?$/;

/**
 * The URL by which clients reach a queue. The stack's own region goes without saying, another stands in the path:
 * `http://127.0.0.1:4599/us-east-2/123456789012/intake`.
 */
export const clientQueueUrl = (endpoint: string, region: string, { account, name }: QueueName): string =>
  `${endpoint}${region === HOME_REGION ? '' : `/${region}`}/${account}/${name}`;

/** The region that a queue's URL names, by AWS's host or by the sandbox's path; undefined where it names none. */
export const regionOfQueueUrl = (url: string): string | undefined =>
  OF_SERVICE.exec(url)?.[1] ?? OF_SANDBOX.exec(url)?.[1];

/** Reads the last two segments of a queue's URL; any host will do, and a bare queue name is undefined. */
export const parseQueueUrl = (url: string): QueueName | undefined => {
  const [, account, name] = /(?:^|\/)(\d{12})\/([\w-]+(?:\.fifo)?)\/?$/.exec(url) ?? [];
  return account === undefined || name === undefined ? undefined : { account, name };
};

/**
 * A URL by which one of the sandbox's services calls a queue of which it knows only the ARN
 * `arn:aws:sqs:us-west-2:123456789012:intake`.
 */
export const queueUrlOf = (arn: string): string => {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
};
