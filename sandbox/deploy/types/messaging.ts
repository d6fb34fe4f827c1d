import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import { DEFAULT_POLICY } from '../../services/kms/keys.ts';
import { defaultAttributes } from '../../services/sqs/attributes.ts';
import { each } from '../property-rules.ts';
import { type Change, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { jsonText, policyText } from './policies.ts';
import { type Tags, tagChange, tagRecord } from './tags.ts';

const QUEUE_ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'RedrivePolicy',
  'RedriveAllowPolicy',
];
const TOPIC_ATTRIBUTES = ['DisplayName', 'KmsMasterKeyId'];
const SUBSCRIPTION_ATTRIBUTES = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
];

/** Properties as the attributes that SQS and SNS take: everything a text. */
const attributes = (names: readonly string[], properties: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = properties[name];
      if (value === undefined) return [];
      return [[name, jsonText(value)]];
    }),
  );

/**
 * The attributes that differ, as a service takes them: what is gone has its default again, else the empty text, which
 * removes it.
 */
const changedAttributes = (
  names: readonly string[],
  { before, after }: Pick<Change<Readonly<Record<string, unknown>>>, 'before' | 'after'>,
  defaults: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const had = attributes(names, before);
  const has = attributes(names, after);
  return Object.fromEntries(
    names.filter((name) => had[name] !== has[name]).map((name) => [name, has[name] ?? defaults[name] ?? '']),
  );
};

/**
 * Queues, topics, subscriptions and their policies.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
 */
export const messagingTypes: ResourceTypes = {
  'AWS::SQS::Queue': resourceType<{ readonly QueueName?: string; readonly Tags?: Tags }>({
    properties: each('used', 'QueueName', 'Tags', ...QUEUE_ATTRIBUTES),
    async create(properties, { call, generatedName, region }) {
      const name = properties.QueueName ?? generatedName(80);
      const created = await call('sqs', 'CreateQueue', {
        QueueName: name,
        Attributes: attributes(QUEUE_ATTRIBUTES, properties),
        ...defined({ tags: tagRecord(properties.Tags) }),
      });
      const url = textOf(created, 'QueueUrl');
      return {
        ref: url,
        attributes: { Arn: `arn:aws:sqs:${region}:${PROVIDER_ACCOUNT}:${name}`, QueueName: name, QueueUrl: url },
      };
    },
    replacing: ['QueueName'],
    inPlace: ['Tags', ...QUEUE_ATTRIBUTES],
    async update(change, { call }) {
      const QueueUrl = change.ref;
      const Attributes = changedAttributes(QUEUE_ATTRIBUTES, change, defaultAttributes(new Map()));
      if (Object.keys(Attributes).length > 0) await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
      const { added, removed } = tagChange(change.before.Tags, change.after.Tags);
      if (added.length > 0) await call('sqs', 'TagQueue', { QueueUrl, Tags: tagRecord(added) });
      if (removed.length > 0) await call('sqs', 'UntagQueue', { QueueUrl, TagKeys: removed });
    },
    async remove({ ref }, { call }) {
      await call('sqs', 'DeleteQueue', { QueueUrl: ref });
    },
  }),

  'AWS::SQS::QueuePolicy': resourceType<{ readonly PolicyDocument: unknown; readonly Queues: readonly string[] }>({
    properties: each('used', 'PolicyDocument', 'Queues'),
    async create({ PolicyDocument, Queues }, { call, logicalId, generatedName }) {
      const Policy = policyText(PolicyDocument, `of queue policy ${logicalId}`);
      for (const QueueUrl of Queues) await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
      const id = generatedName(255);
      return { ref: id, attributes: { Id: id } };
    },
    inPlace: ['PolicyDocument', 'Queues'],
    async update({ before, after }, { call, logicalId }) {
      const Policy = policyText(after.PolicyDocument, `of queue policy ${logicalId}`);
      for (const QueueUrl of after.Queues)
        await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
      for (const QueueUrl of before.Queues.filter((queue) => !after.Queues.includes(queue))) {
        await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } });
      }
    },
    async remove({ properties }, { call }) {
      for (const QueueUrl of properties.Queues) {
        await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } });
      }
    },
  }),

  'AWS::SNS::Topic': resourceType<{
    readonly TopicName?: string;
    readonly Tags?: Tags;
    readonly Subscription?: readonly { readonly Endpoint: string; readonly Protocol: string }[];
  }>({
    properties: {
      ...each('used', 'TopicName', 'Subscription', 'Tags', ...TOPIC_ATTRIBUTES),
      ...each('accepted', 'TracingConfig', 'SignatureVersion', 'DeliveryStatusLogging', 'DataProtectionPolicy'),
    },
    async create(properties, { call, generatedName }) {
      const name = properties.TopicName ?? generatedName(256);
      const created = await call('sns', 'CreateTopic', {
        Name: name,
        Attributes: attributes(TOPIC_ATTRIBUTES, properties),
        ...defined({ Tags: properties.Tags }),
      });
      const arn = textOf(created, 'TopicArn');
      for (const { Endpoint, Protocol } of properties.Subscription ?? []) {
        await call('sns', 'Subscribe', { TopicArn: arn, Endpoint, Protocol });
      }
      return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
    replacing: ['TopicName'],
    inPlace: TOPIC_ATTRIBUTES,
    async update(change, { call }) {
      const changed = changedAttributes(TOPIC_ATTRIBUTES, change);
      for (const [AttributeName, AttributeValue] of Object.entries(changed)) {
        await call('sns', 'SetTopicAttributes', { TopicArn: change.ref, AttributeName, AttributeValue });
      }
    },
    async remove({ ref }, { call }) {
      await call('sns', 'DeleteTopic', { TopicArn: ref });
    },
  }),

  'AWS::SNS::TopicPolicy': resourceType<{ readonly PolicyDocument: unknown; readonly Topics: readonly string[] }>({
    properties: each('used', 'PolicyDocument', 'Topics'),
    async create({ PolicyDocument, Topics }, { call, logicalId, generatedName }) {
      const AttributeValue = policyText(PolicyDocument, `of topic policy ${logicalId}`);
      for (const TopicArn of Topics) {
        await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
      }
      const id = generatedName(255);
      return { ref: id, attributes: { Id: id } };
    },
    inPlace: ['PolicyDocument', 'Topics'],
    async update({ before, after }, { call, logicalId }) {
      const AttributeValue = policyText(after.PolicyDocument, `of topic policy ${logicalId}`);
      for (const TopicArn of after.Topics) {
        await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
      }
      for (const TopicArn of before.Topics.filter((topic) => !after.Topics.includes(topic))) {
        await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue: '' });
      }
    },
    async remove({ properties }, { call }) {
      for (const TopicArn of properties.Topics) {
        await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue: '' });
      }
    },
  }),

  'AWS::SNS::Subscription': resourceType<{
    readonly TopicArn: string;
    readonly Protocol: string;
    readonly Endpoint?: string;
  }>({
    properties: each('used', 'TopicArn', 'Protocol', 'Endpoint', ...SUBSCRIPTION_ATTRIBUTES),
    async create(properties, { call }) {
      const created = await call('sns', 'Subscribe', {
        TopicArn: properties.TopicArn,
        Protocol: properties.Protocol,
        ...defined({ Endpoint: properties.Endpoint }),
        Attributes: attributes(SUBSCRIPTION_ATTRIBUTES, properties),
        ReturnSubscriptionArn: true,
      });
      const arn = textOf(created, 'SubscriptionArn');
      return { ref: arn, attributes: { Arn: arn } };
    },
    replacing: ['TopicArn', 'Protocol', 'Endpoint'],
    inPlace: SUBSCRIPTION_ATTRIBUTES,
    async update(change, { call }) {
      const changed = changedAttributes(SUBSCRIPTION_ATTRIBUTES, change, { RawMessageDelivery: 'false' });
      for (const [AttributeName, AttributeValue] of Object.entries(changed)) {
        await call('sns', 'SetSubscriptionAttributes', { SubscriptionArn: change.ref, AttributeName, AttributeValue });
      }
    },
    async remove({ ref }, { call }) {
      await call('sns', 'Unsubscribe', { SubscriptionArn: ref });
    },
  }),

  'AWS::KMS::Key': resourceType<{ readonly KeyPolicy?: unknown; readonly Description?: string }>({
    properties: {
      ...each('used', 'KeyPolicy', 'Description'),
      ...each('accepted', 'Enabled', 'EnableKeyRotation', 'RotationPeriodInDays', 'PendingWindowInDays', 'KeySpec'),
      ...each('accepted', 'KeyUsage', 'Origin', 'Tags', 'BypassPolicyLockoutSafetyCheck'),
    },
    async create({ KeyPolicy, Description }, { call, logicalId }) {
      const created = await call(
        'kms',
        'CreateKey',
        defined({
          Policy: KeyPolicy === undefined ? undefined : policyText(KeyPolicy, `of key ${logicalId}`),
          Description,
        }),
      );
      const id = textOf(created, 'KeyMetadata', 'KeyId');
      return { ref: id, attributes: { Arn: textOf(created, 'KeyMetadata', 'Arn'), KeyId: id } };
    },
    inPlace: ['KeyPolicy'],
    async update({ ref, after }, { call, logicalId }) {
      const Policy = policyText(after.KeyPolicy ?? DEFAULT_POLICY, `of key ${logicalId}`);
      await call('kms', 'PutKeyPolicy', { KeyId: ref, Policy });
    },
  }),

  'AWS::KMS::Alias': resourceType<{ readonly AliasName: string; readonly TargetKeyId: string }>({
    properties: each('used', 'AliasName', 'TargetKeyId'),
    async create({ AliasName, TargetKeyId }, { call }) {
      await call('kms', 'CreateAlias', { AliasName, TargetKeyId });
      return { ref: AliasName, attributes: {} };
    },
  }),
};
