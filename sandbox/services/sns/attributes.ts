import { checkPolicy, readPolicy } from '../../iam/policy.ts';
import { AwsError } from '../errors.ts';
import { parseJsonObject } from '../parse-json.ts';
import { invalidParameter } from './errors.ts';
import type { Subscription, Topic } from './model.ts';

const TOPIC_ATTRIBUTES = [
  'DisplayName',
  'Policy',
  'KmsMasterKeyId',
  'TracingConfig',
  'SignatureVersion',
  'DeliveryPolicy',
];
const SUBSCRIPTION_ATTRIBUTES = ['RawMessageDelivery', 'RedrivePolicy'];

/** Refuses at once what could not be judged rightly later. */
const checkTopicPolicy = (topic: Topic, text: string): void => {
  const where = `of topic ${topic.arn}`;
  try {
    checkPolicy(readPolicy(text, where), where);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter('Policy', error.message);
  }
};

/** Sets or, with an empty value, removes one. @throws AwsError `InvalidParameter` */
export const setTopicAttribute = (topic: Topic, name: string, value: string): void => {
  if (!TOPIC_ATTRIBUTES.includes(name)) throw invalidParameter('AttributeName', `${name} is not modelled`);
  if (value === '') {
    topic.attributes.delete(name);
    return;
  }
  if (name === 'Policy') checkTopicPolicy(topic, value);
  topic.attributes.set(name, value);
};

/** Sets or, with an empty value, removes one. @throws AwsError `InvalidParameter` */
export const setSubscriptionAttribute = (subscription: Subscription, name: string, value: string): void => {
  if (!SUBSCRIPTION_ATTRIBUTES.includes(name)) {
    throw invalidParameter(
      'AttributeName',
      `${name} is not modelled: only ${SUBSCRIPTION_ATTRIBUTES.join(' and ')} are`,
    );
  }
  if (name === 'RawMessageDelivery' && value !== 'true' && value !== 'false') {
    throw invalidParameter('RawMessageDelivery', 'must be true or false');
  }
  if (name === 'RedrivePolicy' && value !== '') {
    const target = parseJsonObject(value)?.deadLetterTargetArn;
    if (typeof target !== 'string') throw invalidParameter('RedrivePolicy', 'it must hold deadLetterTargetArn');
  }
  if (value === '') subscription.attributes.delete(name);
  else subscription.attributes.set(name, value);
};
