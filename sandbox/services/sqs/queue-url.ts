import { REGION } from '../../cloud.ts';

/** A queue's account and name, as its URL and its ARN both hold them. */
export interface QueueName {
  readonly account: string;
  readonly name: string;
}

export const queueArn = ({ account, name }: QueueName): string => `arn:aws:sqs:${REGION}:${account}:${name}`;

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
