import type {
  CreateQueueRequest,
  CreateQueueResult,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  GetQueueUrlRequest,
  GetQueueUrlResult,
  ListQueuesRequest,
  ListQueuesResult,
  ListQueueTagsRequest,
  ListQueueTagsResult,
  PurgeQueueRequest,
  SetQueueAttributesRequest,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs';
import type { ActionDefinition, Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { ATTRIBUTE_NAMES, checkAttributes, defaultAttributes, redriveOf } from './attributes.ts';
import { invalidParameter, missingParameter, queueDoesNotExist } from './errors.ts';
import { QUIET_MILLISECONDS } from './limits.ts';
import type { Queue, SqsModel } from './model.ts';
import { findQueue, onQueue, type SqsOptions } from './queue-access.ts';
import { clientQueueUrl, queueArn } from './queue-url.ts';

const checkName = (name: string | undefined): string => {
  if (name === undefined) throw missingParameter('QueueName');
  if (name.endsWith('.fifo')) {
    throw new AwsError('UnsupportedOperation', `The sandbox has standard queues only: ${name} would be a FIFO queue.`);
  }
  if (!/^[\w-]{1,80}$/.test(name)) {
    const reason = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
    throw invalidParameter('QueueName', name, reason);
  }
  return name;
};

/** The actions on queues themselves; those on messages stand in actions.ts. */
export const queueActions = (cloud: Cloud, model: SqsModel, options: SqsOptions): Record<string, ActionDefinition> => {
  const urlOf = (queue: { account: string; name: string }): string =>
    clientQueueUrl(options.endpoint(), model.region, queue);

  const checkDeadLetters = (attributes: Readonly<Record<string, string>>): void => {
    const redrive = redriveOf(new Map(Object.entries(attributes).filter(([, value]) => value !== '')));
    if (redrive !== undefined && model.byArn(redrive.deadLetterTargetArn) === undefined) {
      throw invalidParameter('RedrivePolicy', attributes.RedrivePolicy, 'Dead letter target does not exist.');
    }
  };

  const shown = (queue: Queue): Record<string, string> => {
    const counts = model.count(queue);
    return {
      ...defaultAttributes(queue.attributes),
      ...Object.fromEntries(queue.attributes),
      QueueArn: queue.arn,
      CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
      LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
      ApproximateNumberOfMessages: String(counts.visible),
      ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    };
  };

  const CreateQueue: ActionDefinition<CreateQueueRequest, CreateQueueResult> = {
    permissions: (input, { principal }) => [
      {
        action: 'sqs:CreateQueue',
        resource: queueArn(model.region, { account: principal.accountId, name: checkName(input.QueueName) }),
      },
    ],
    run(input, { principal }) {
      const name = { account: principal.accountId, name: checkName(input.QueueName) };
      const attributes = (input.Attributes ?? {}) as Record<string, string>;
      checkAttributes(attributes);
      const existing = model.byArn(queueArn(model.region, name));
      if (existing !== undefined) {
        const now = shown(existing);
        const differing = Object.entries(attributes).find(([attribute, value]) => now[attribute] !== value);
        if (differing !== undefined) {
          const message = `A queue already exists with the same name and a different value for attribute ${differing[0]}`;
          throw new AwsError('QueueNameExists', message);
        }
        return { QueueUrl: urlOf(existing) };
      }
      if (
        cloud.clock.now() - (model.deletedAt(queueArn(model.region, name)) ?? Number.NEGATIVE_INFINITY) <
        QUIET_MILLISECONDS
      ) {
        const message =
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.';
        throw new AwsError('QueueDeletedRecently', message);
      }
      checkDeadLetters(attributes);
      return { QueueUrl: urlOf(model.create(name, attributes, input.tags ?? {})) };
    },
  };

  const GetQueueUrl: ActionDefinition<GetQueueUrlRequest, GetQueueUrlResult> = {
    permissions(input, { principal }) {
      const name = { account: input.QueueOwnerAWSAccountId ?? principal.accountId, name: input.QueueName ?? '' };
      const queue = model.byArn(queueArn(model.region, name));
      if (queue === undefined) throw queueDoesNotExist(name.name);
      return [onQueue(queue, 'GetQueueUrl')];
    },
    run: (input, { principal }) => ({
      QueueUrl: urlOf({ account: input.QueueOwnerAWSAccountId ?? principal.accountId, name: input.QueueName ?? '' }),
    }),
  };

  const ListQueues: ActionDefinition<ListQueuesRequest, ListQueuesResult> = {
    permissions: () => [{ action: 'sqs:ListQueues', resource: '*' }],
    run(input, { principal }) {
      const queues = model
        .ofAccount(principal.accountId)
        .filter((queue) => queue.name.startsWith(input.QueueNamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const start = Number(input.NextToken ?? 0);
      const end = start + (input.MaxResults ?? 1000);
      const page = queues.slice(start, end).map(urlOf);
      const more = input.MaxResults !== undefined && end < queues.length ? { NextToken: String(end) } : {};
      return page.length === 0 ? {} : { QueueUrls: page, ...more };
    },
  };

  const on = <I extends { readonly QueueUrl?: string | undefined }, O>(
    iam: string,
    run: (queue: Queue, input: I) => O,
  ): ActionDefinition<I, O> => ({
    permissions: (input) => [onQueue(findQueue(model, input.QueueUrl), iam)],
    run: (input) => run(findQueue(model, input.QueueUrl), input),
  });

  return {
    CreateQueue,
    GetQueueUrl,
    ListQueues,
    GetQueueAttributes: on(
      'GetQueueAttributes',
      (queue, input: GetQueueAttributesRequest): GetQueueAttributesResult => {
        const names: readonly string[] = input.AttributeNames ?? [];
        const unknown = names.find((name) => name !== 'All' && !ATTRIBUTE_NAMES.includes(name));
        if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
        const wanted = Object.entries(shown(queue)).filter(([name]) => names.includes('All') || names.includes(name));
        return wanted.length === 0 ? {} : { Attributes: Object.fromEntries(wanted) };
      },
    ),
    SetQueueAttributes: on('SetQueueAttributes', (queue, input: SetQueueAttributesRequest) => {
      const attributes = (input.Attributes ?? {}) as Record<string, string>;
      checkAttributes(attributes);
      checkDeadLetters(attributes);
      for (const [name, value] of Object.entries(attributes)) {
        if (value === '') queue.attributes.delete(name);
        else queue.attributes.set(name, value);
      }
      queue.modifiedAt = cloud.clock.now();
      return {};
    }),
    DeleteQueue: on('DeleteQueue', (queue, _input: DeleteQueueRequest) => {
      model.delete(queue);
      return {};
    }),
    PurgeQueue: on('PurgeQueue', (queue, _input: PurgeQueueRequest) => {
      const now = cloud.clock.now();
      if (queue.purgedAt !== undefined && now - queue.purgedAt < QUIET_MILLISECONDS) {
        const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
        throw new AwsError('PurgeQueueInProgress', message, 403);
      }
      queue.purgedAt = now;
      model.purge(queue);
      return {};
    }),
    TagQueue: on('TagQueue', (queue, input: TagQueueRequest) => {
      for (const [key, value] of Object.entries(input.Tags ?? {})) queue.tags.set(key, value);
      return {};
    }),
    UntagQueue: on('UntagQueue', (queue, input: UntagQueueRequest) => {
      for (const key of input.TagKeys ?? []) queue.tags.delete(key);
      return {};
    }),
    ListQueueTags: on(
      'ListQueueTags',
      (queue, _input: ListQueueTagsRequest): ListQueueTagsResult =>
        queue.tags.size === 0 ? {} : { Tags: Object.fromEntries(queue.tags) },
    ),
  };
};
