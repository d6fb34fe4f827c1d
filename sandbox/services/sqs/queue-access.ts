import type { Permission } from '../../cloud.ts';
import type { KeyLookup } from '../key-lookup.ts';
import { policyOf } from './attributes.ts';
import { missingParameter, queueDoesNotExist } from './errors.ts';
import type { Queue, SqsModel } from './model.ts';
import { parseQueueUrl, queueArn, regionOfQueueUrl } from './queue-url.ts';

/** What SQS needs from the world around it. */
export interface SqsOptions {
  /** Where clients reach the sandbox, e.g. `http://127.0.0.1:4599`: queue URLs begin with it, and the SDK calls them. */
  readonly endpoint: () => string;
  readonly keyPolicy: KeyLookup;
}

/** The queue of a `QueueUrl`; that of another region does not exist here. @throws AwsError `QueueDoesNotExist`, `MissingParameter` */
export const findQueue = (model: SqsModel, url: string | undefined): Queue => {
  if (url === undefined) throw missingParameter('QueueUrl');
  const name = parseQueueUrl(url);
  const isElsewhere = (regionOfQueueUrl(url) ?? model.region) !== model.region;
  const queue = name === undefined || isElsewhere ? undefined : model.byArn(queueArn(model.region, name));
  if (queue === undefined) throw queueDoesNotExist(url);
  return queue;
};

/** What IAM is asked for an action on one queue: the queue, with its policy. */
export const onQueue = (queue: Queue, action: string): Permission => ({
  action: `sqs:${action}`,
  resource: queue.arn,
  resourcePolicy: policyOf(queue.attributes),
});
