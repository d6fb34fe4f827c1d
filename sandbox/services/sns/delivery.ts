import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { SendMessageRequest } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import { servicePrincipal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { regionOfArn } from '../region-of-arn.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import type { SnsModel, Subscription } from './model.ts';

/** A message as it was published. */
export interface Publication {
  readonly messageId: string;
  readonly topicArn: string;
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
}

/** From Publish to the first attempt at each queue, in milliseconds: SNS states no figure; tens of milliseconds are usual. */
const LATENCY = [10, 100] as const;

/**
 * Waits before each further attempt when a queue is ill, in seconds: the first three phases of the policy for AWS-managed
 * endpoints (sns-message-delivery-retries.html). The fourth, 100,000 attempts at 20 s, is cut to none.
 */
const RETRY_WAITS: readonly number[] = [0, 0, 0, 1, 1, 1, 3, 5, 7, 9, 12, 14, 16, 18, 20];

const envelopeAttributes = (attributes: Publication['attributes']): Record<string, { Type: string; Value: string }> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType = 'String', StringValue, BinaryValue }]) => [
      name,
      {
        Type: DataType,
        Value: BinaryValue === undefined ? (StringValue ?? '') : Buffer.from(BinaryValue).toString('base64'),
      },
    ]),
  );

/** The JSON text around a message where raw delivery is off (sns-message-and-json-formats.html). The signature is a dummy. */
const envelope = (publication: Publication, subscription: Subscription): string => {
  const attributes = envelopeAttributes(publication.attributes);
  const host = `https://sns.${regionOfArn(publication.topicArn)}.amazonaws.com`;
  const parts = {
    Type: 'Notification',
    MessageId: publication.messageId,
    TopicArn: publication.topicArn,
    ...(publication.subject === undefined ? {} : { Subject: publication.subject }),
    Message: publication.message,
    Timestamp: new Date(publication.publishedAt).toISOString(),
    SignatureVersion: '1',
    Signature: 'U0FOREJPWA==',
    SigningCertURL: `${host}/SimpleNotificationService-sandbox.pem`,
    UnsubscribeURL: `${host}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
  };
  return JSON.stringify(parts, undefined, 2);
};

const toQueue = (publication: Publication, subscription: Subscription, queueArn: string): SendMessageRequest =>
  subscription.attributes.get('RawMessageDelivery') === 'true'
    ? {
        QueueUrl: queueUrlOf(queueArn),
        MessageBody: publication.message,
        MessageAttributes: publication.attributes,
      }
    : { QueueUrl: queueUrlOf(queueArn), MessageBody: envelope(publication, subscription) };

const deadLetterArn = (subscription: Subscription): string | undefined => {
  const text = subscription.attributes.get('RedrivePolicy');
  return text === undefined ? undefined : (JSON.parse(text) as { deadLetterTargetArn: string }).deadLetterTargetArn;
};

/** Hands publications to the subscribed queues, after Publish has answered. */
export class SnsDelivery {
  readonly #cloud: Cloud;
  readonly #model: SnsModel;

  constructor(cloud: Cloud, model: SnsModel) {
    this.#cloud = cloud;
    this.#model = model;
  }

  start(publication: Publication): void {
    for (const subscription of this.#model.of(publication.topicArn)) {
      this.#later(this.#cloud.random.between(...LATENCY), publication, subscription, 0);
    }
  }

  #later(milliseconds: number, publication: Publication, subscription: Subscription, attempt: number): void {
    this.#cloud.clock.after(milliseconds, () => void this.#attempt(publication, subscription, attempt));
  }

  async #attempt(publication: Publication, subscription: Subscription, attempt: number): Promise<void> {
    const error = await this.#send(publication, subscription, subscription.endpoint);
    if (error === undefined) return;
    const wait = error.status >= 500 && error.code !== 'NotImplemented' ? RETRY_WAITS[attempt] : undefined;
    if (wait !== undefined) {
      this.#later(wait * 1000, publication, subscription, attempt + 1);
      return;
    }
    const deadLetters = deadLetterArn(subscription);
    const failed = deadLetters === undefined ? undefined : await this.#send(publication, subscription, deadLetters);
    this.#cloud.journal.write({
      kind: 'state',
      who: subscription.arn,
      what:
        deadLetters === undefined || failed !== undefined
          ? 'sns message lost'
          : 'sns message sent to the dead-letter queue',
      detail: {
        messageId: publication.messageId,
        queue: subscription.endpoint,
        error: error.code,
        message: error.message,
        ...(failed === undefined ? {} : { deadLetterQueue: deadLetters, deadLetterError: failed.message }),
      },
    });
  }

  async #send(publication: Publication, subscription: Subscription, queueArn: string): Promise<AwsError | undefined> {
    try {
      // A topic may have queues in other regions: https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
      await this.#cloud.in(regionOfArn(queueArn)).invoke({
        service: 'sqs',
        action: 'SendMessage',
        input: toQueue(publication, subscription, queueArn),
        principal: servicePrincipal('sns.amazonaws.com', publication.topicArn),
      });
      return undefined;
    } catch (error) {
      return error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 400);
    }
  }
}
