import type {
  CreateTopicInput,
  CreateTopicResponse,
  DeleteTopicInput,
  GetSubscriptionAttributesInput,
  GetSubscriptionAttributesResponse,
  GetTopicAttributesInput,
  GetTopicAttributesResponse,
  ListSubscriptionsByTopicInput,
  ListSubscriptionsByTopicResponse,
  ListTopicsInput,
  ListTopicsResponse,
  PublishInput,
  PublishResponse,
  SetSubscriptionAttributesInput,
  SetTopicAttributesInput,
  SubscribeInput,
  SubscribeResponse,
  UnsubscribeInput,
} from '@aws-sdk/client-sns';
import type { ActionDefinition, Cloud, Permission, ServiceDefinition } from '../../cloud.ts';
import { type KeyLookup, keyPermissions } from '../key-lookup.ts';
import { setSubscriptionAttribute, setTopicAttribute } from './attributes.ts';
import { SnsDelivery } from './delivery.ts';
import { authorizationError, invalidParameter, kmsAccessDenied, kmsNotFound, notFound } from './errors.ts';
import { type SnsModel, type Subscription, type Topic, topicArn, topicPolicy } from './model.ts';

/** What SNS needs from the world around it. */
export interface SnsOptions {
  readonly keyPolicy: KeyLookup;
}

/** The default of `MaximumMessageSize`, in bytes of message and attributes (API_Publish.html). */
const MAX_MESSAGE_BYTES = 262_144;
/** What a topic may hold; ListTopics and ListSubscriptionsByTopic answer this many at a time. */
const PAGE = 100;

const NOT_MODELLED = [
  "Protocols other than sqs; FilterPolicy, FilterPolicyScope and a subscription's DeliveryPolicy are refused by name",
  'FIFO topics, PublishBatch, SMS, platform applications, confirmation of subscriptions between accounts',
  'Signatures of envelopes are dummies',
  'A queue that is ill is tried again 15 times within two minutes, not 100,015 times within 23 days',
  'The default topic policy: without a Policy only identity policies decide',
];

const page = <T>(
  all: readonly T[],
  token: string | undefined,
): { readonly items: T[]; readonly next: { NextToken?: string } } => {
  const start = Number(token ?? 0);
  const more = start + PAGE < all.length;
  return { items: all.slice(start, start + PAGE), next: more ? { NextToken: String(start + PAGE) } : {} };
};

/**
 * Amazon SNS with queues as subscribers. Delivery is a SendMessage by `sns.amazonaws.com` for the topic's ARN, so that a
 * queue's policy, and its key's, decide. Follows docs.aws.amazon.com/sns/latest/api and /dg.
 */
export const snsService = (cloud: Cloud, model: SnsModel, options: SnsOptions): ServiceDefinition => {
  const delivery = new SnsDelivery(cloud, model);

  const findTopic = (arn: string | undefined): Topic => {
    const topic = model.topics.get(arn ?? '');
    if (topic === undefined) throw notFound(`Topic ${arn}`);
    return topic;
  };
  const findSubscription = (arn: string | undefined): Subscription => {
    const subscription = model.subscriptions.get(arn ?? '');
    if (subscription === undefined) throw notFound(`Subscription ${arn}`);
    return subscription;
  };
  const onTopic = (topic: Topic, action: string): Permission => ({
    action: `sns:${action}`,
    resource: topic.arn,
    resourcePolicy: topicPolicy(topic),
  });
  const topicAction = <I extends { readonly TopicArn?: string | undefined }, O>(
    iam: string,
    run: (topic: Topic, input: I) => O,
  ): ActionDefinition<I, O> => ({
    permissions: (input) => [onTopic(findTopic(input.TopicArn), iam)],
    run: (input) => run(findTopic(input.TopicArn), input),
  });
  const subscriptionAction = <I extends { readonly SubscriptionArn?: string | undefined }, O>(
    iam: string,
    run: (subscription: Subscription, input: I) => O,
  ): ActionDefinition<I, O> => ({
    permissions(input) {
      const subscription = findSubscription(input.SubscriptionArn);
      return [onTopic(findTopic(subscription.topicArn), iam)];
    },
    run: (input) => run(findSubscription(input.SubscriptionArn), input),
  });

  const CreateTopic: ActionDefinition<CreateTopicInput, CreateTopicResponse> = {
    permissions: (input, { principal }) => [
      { action: 'sns:CreateTopic', resource: topicArn(cloud.region, principal.accountId, input.Name ?? '') },
    ],
    run(input, { principal }) {
      const name = input.Name ?? '';
      if (!/^[\w-]{1,256}$/.test(name))
        throw invalidParameter('Topic Name', `"${name}" is not a name of a standard topic`);
      const arn = topicArn(cloud.region, principal.accountId, name);
      const topic = model.topics.get(arn) ?? {
        arn,
        account: principal.accountId,
        attributes: new Map(),
        tags: new Map(),
      };
      for (const [attribute, value] of Object.entries(input.Attributes ?? {}))
        setTopicAttribute(topic, attribute, value);
      for (const { Key, Value } of input.Tags ?? []) if (Key !== undefined) topic.tags.set(Key, Value ?? '');
      model.topics.set(arn, topic);
      return { TopicArn: arn };
    },
  };

  const Subscribe: ActionDefinition<SubscribeInput, SubscribeResponse> = {
    permissions: (input) => [onTopic(findTopic(input.TopicArn), 'Subscribe')],
    run(input, { principal }) {
      const topic = findTopic(input.TopicArn);
      if (input.Protocol !== 'sqs')
        throw invalidParameter('Protocol', `${input.Protocol} is not modelled: only sqs is`);
      if (!/^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+$/.test(input.Endpoint ?? '')) {
        throw invalidParameter('SQS endpoint ARN', `"${input.Endpoint}" is not the ARN of a standard queue`);
      }
      const existing = model.of(topic.arn).find((each) => each.endpoint === input.Endpoint);
      const subscription: Subscription = existing ?? {
        arn: `${topic.arn}:${cloud.random.uuid()}`,
        topicArn: topic.arn,
        owner: principal.accountId,
        endpoint: input.Endpoint ?? '',
        attributes: new Map(),
      };
      for (const [name, value] of Object.entries(input.Attributes ?? {}))
        setSubscriptionAttribute(subscription, name, value);
      model.subscriptions.set(subscription.arn, subscription);
      return { SubscriptionArn: subscription.arn };
    },
  };

  const Publish: ActionDefinition<PublishInput, PublishResponse> = {
    permissions(input, { principal }) {
      const topic = findTopic(input.TopicArn);
      const key = topic.attributes.get('KmsMasterKeyId');
      const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
      const ofKey =
        key === undefined
          ? []
          : keyPermissions(options.keyPolicy, {
              region: cloud.region,
              via: 'sns',
              key,
              actions,
              principal,
              notFound: kmsNotFound,
            });
      return [onTopic(topic, 'Publish'), ...ofKey];
    },
    run(input) {
      const topic = findTopic(input.TopicArn);
      const message = input.Message ?? '';
      if (message === '') throw invalidParameter('Message', 'Empty message');
      if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) throw invalidParameter('Message', 'Message too long');
      if (input.MessageStructure !== undefined) throw invalidParameter('MessageStructure', 'it is not modelled');
      const messageId = cloud.random.uuid();
      delivery.start({
        messageId,
        topicArn: topic.arn,
        message,
        subject: input.Subject,
        attributes: input.MessageAttributes ?? {},
        publishedAt: cloud.clock.now(),
      });
      return { MessageId: messageId };
    },
  };

  const DeleteTopic: ActionDefinition<DeleteTopicInput, object> = {
    permissions: (input) => [{ action: 'sns:DeleteTopic', resource: input.TopicArn ?? '*' }],
    run(input) {
      model.delete(input.TopicArn ?? '');
      return {};
    },
  };

  const ListTopics: ActionDefinition<ListTopicsInput, ListTopicsResponse> = {
    permissions: () => [{ action: 'sns:ListTopics', resource: '*' }],
    run(input, { principal }) {
      const own = [...model.topics.values()].filter((topic) => topic.account === principal.accountId);
      const { items, next } = page(own, input.NextToken);
      return { Topics: items.map((topic) => ({ TopicArn: topic.arn })), ...next };
    },
  };

  return {
    name: 'sns',
    denied: (message) => (/perform: kms:/.test(message) ? kmsAccessDenied(message) : authorizationError(message)),
    notModelled: NOT_MODELLED,
    actions: {
      CreateTopic,
      Subscribe,
      Publish,
      DeleteTopic,
      ListTopics,
      GetTopicAttributes: topicAction(
        'GetTopicAttributes',
        (topic, _input: GetTopicAttributesInput): GetTopicAttributesResponse => ({
          Attributes: {
            TopicArn: topic.arn,
            Owner: topic.account,
            DisplayName: '',
            SubscriptionsConfirmed: String(model.of(topic.arn).length),
            SubscriptionsPending: '0',
            SubscriptionsDeleted: '0',
            ...Object.fromEntries(topic.attributes),
          },
        }),
      ),
      SetTopicAttributes: topicAction('SetTopicAttributes', (topic, input: SetTopicAttributesInput) => {
        setTopicAttribute(topic, input.AttributeName ?? '', input.AttributeValue ?? '');
        return {};
      }),
      ListSubscriptionsByTopic: topicAction(
        'ListSubscriptionsByTopic',
        (topic, input: ListSubscriptionsByTopicInput): ListSubscriptionsByTopicResponse => {
          const { items, next } = page(model.of(topic.arn), input.NextToken);
          const shown = items.map((each) => ({
            SubscriptionArn: each.arn,
            Owner: each.owner,
            Protocol: 'sqs',
            Endpoint: each.endpoint,
            TopicArn: each.topicArn,
          }));
          return { Subscriptions: shown, ...next };
        },
      ),
      GetSubscriptionAttributes: subscriptionAction(
        'GetSubscriptionAttributes',
        (each, _input: GetSubscriptionAttributesInput): GetSubscriptionAttributesResponse => ({
          Attributes: {
            SubscriptionArn: each.arn,
            TopicArn: each.topicArn,
            Owner: each.owner,
            Protocol: 'sqs',
            Endpoint: each.endpoint,
            PendingConfirmation: 'false',
            RawMessageDelivery: 'false',
            ...Object.fromEntries(each.attributes),
          },
        }),
      ),
      SetSubscriptionAttributes: subscriptionAction(
        'SetSubscriptionAttributes',
        (subscription, input: SetSubscriptionAttributesInput) => {
          setSubscriptionAttribute(subscription, input.AttributeName ?? '', input.AttributeValue ?? '');
          return {};
        },
      ),
      Unsubscribe: subscriptionAction('Unsubscribe', (subscription, _input: UnsubscribeInput) => {
        model.subscriptions.delete(subscription.arn);
        return {};
      }),
    },
  };
};
