import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { servicePrincipal } from '../../../../sandbox/iam/principal.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { createMessagingWorld, KEY_ARN, letServices, type MessagingWorld, queueArn } from '../sqs/messaging-world.ts';

const TopicArn = `arn:aws:sns:us-west-2:${PROVIDER_ACCOUNT}:notices`;
const OPEN = { Policy: JSON.stringify(letServices(['sns.amazonaws.com'], 'sqs:SendMessage')) };
const RAW = { RawMessageDelivery: 'true' };
const REDRIVE = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('letters') }) };

let world: MessagingWorld;

const subscribe = (attributes: object = RAW, queue = 'intake') =>
  world.call<{ SubscriptionArn: string }>('sns', 'Subscribe', {
    TopicArn,
    Protocol: 'sqs',
    Endpoint: queueArn(queue),
    Attributes: attributes,
  });

const publish = (more: object = {}) => world.call('sns', 'Publish', { TopicArn, Message: 'hello', ...more });

beforeEach(async () => {
  world = createMessagingWorld();
  await world.createQueue('intake', OPEN);
  await world.createQueue('letters', OPEN);
  await world.call('sns', 'CreateTopic', { Name: 'notices' });
});

describe('a subscribed queue', () => {
  it('is given the bare message and its attributes where delivery is raw', async () => {
    await subscribe();
    await publish({ MessageAttributes: { kind: { DataType: 'String', StringValue: 'Connect' } } });
    expect(world.bodies('intake')).toEqual([]); // Publish answers before anything is delivered
    await world.pass(1);
    const [message] = world.queues.byArn(queueArn('intake'))?.messages.values() ?? [];
    expect(message).toMatchObject({ body: 'hello', attributes: { kind: { StringValue: 'Connect' } } });
  });

  it('is given the envelope where it is not', async () => {
    await subscribe({});
    await publish({ Subject: 'greeting', MessageAttributes: { kind: { DataType: 'String', StringValue: 'Connect' } } });
    await world.pass(1);
    expect(JSON.parse(world.bodies('intake')[0] ?? '')).toMatchObject({
      Type: 'Notification',
      TopicArn,
      Subject: 'greeting',
      Message: 'hello',
      Timestamp: '2026-11-23T01:00:00.000Z',
      MessageAttributes: { kind: { Type: 'String', Value: 'Connect' } },
    });
  });

  it('is given nothing, and nobody is told but the journal, where its policy does not let the topic in', async () => {
    await world.createQueue('closed');
    await subscribe(RAW, 'closed');
    await publish();
    await world.pass(1);
    expect(world.bodies('closed')).toEqual([]);
    expect(world.states()).toEqual(['sns message lost']);
  });

  it('that cannot be written to sends the message to the subscription’s dead-letter queue at once', async () => {
    await world.createQueue('closed');
    await subscribe({ ...RAW, ...REDRIVE }, 'closed');
    await publish();
    await world.pass(1);
    expect(world.bodies('letters')).toEqual(['hello']);
    expect(world.states()).toEqual(['sns message sent to the dead-letter queue']);
  });

  it('that is ill is tried again', async () => {
    await subscribe({ ...RAW, ...REDRIVE });
    let failures = 4;
    world.cloud.intercept((call, next) => {
      if (call.service !== 'sqs' || failures === 0) return next();
      failures -= 1;
      return Promise.reject(new AwsError('InternalFailure', 'ill', 500));
    });
    await publish();
    await world.pass(3);
    expect(world.bodies('intake')).toEqual(['hello']);
    expect(world.bodies('letters')).toEqual([]);
  });

  it('that stays ill is given up after the retries that are modelled', async () => {
    await subscribe({ ...RAW, ...REDRIVE });
    world.cloud.intercept((call, next) =>
      call.service === 'sqs' && JSON.stringify(call.input).includes('intake')
        ? Promise.reject(new AwsError('InternalFailure', 'ill', 500))
        : next(),
    );
    await publish();
    await world.pass(3600);
    expect(world.bodies('letters')).toEqual(['hello']);
  });
});

describe('publishing', () => {
  const vpce = servicePrincipal(
    'vpce.amazonaws.com',
    `arn:aws:ec2:us-west-2:${PROVIDER_ACCOUNT}:vpc-endpoint-service/vpce-svc-1`,
  );
  const asService = () => world.call('sns', 'Publish', { TopicArn, Message: 'x' }, vpce);
  const set = (AttributeName: string, AttributeValue: string) =>
    world.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });

  it('is asked of the topic’s policy and of its key’s', async () => {
    await expect(asService()).rejects.toMatchObject({ code: 'AuthorizationError', status: 403 });
    await set('Policy', JSON.stringify(letServices(['vpce.amazonaws.com'], 'sns:Publish')));
    await expect(asService()).resolves.toHaveProperty('MessageId');
    await set('KmsMasterKeyId', KEY_ARN);
    await expect(asService()).rejects.toMatchObject({ code: 'KMSAccessDenied' });
  });

  it.each([
    ['an empty message', { Message: '' }, 'InvalidParameter'],
    ['too long a message', { Message: 'x'.repeat(262_145) }, 'InvalidParameter'],
    ['an unknown topic', { TopicArn: `${TopicArn}x` }, 'NotFound'],
  ])('refuses %s', async (_, more, code) => {
    await expect(publish(more)).rejects.toMatchObject({ code });
  });
});

describe('subscriptions', () => {
  it.each([
    ['another protocol', { Protocol: 'email' }, 'email'],
    ['a filter', { Attributes: { FilterPolicy: '{}' } }, 'FilterPolicy'],
    ['a FIFO queue', { Endpoint: `${queueArn('intake')}.fifo` }, 'intake.fifo'],
  ])('with %s are refused by name', async (_, more, name) => {
    const input = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('intake'), ...more };
    await expect(world.call('sns', 'Subscribe', input)).rejects.toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(name),
    });
  });

  it('are made once for a queue, listed, read and ended', async () => {
    const { SubscriptionArn } = await subscribe();
    await expect(subscribe()).resolves.toEqual({ SubscriptionArn });
    const list = () => world.call<{ Subscriptions: object[] }>('sns', 'ListSubscriptionsByTopic', { TopicArn });
    expect((await list()).Subscriptions).toMatchObject([
      { SubscriptionArn, Protocol: 'sqs', Endpoint: queueArn('intake') },
    ]);
    await expect(world.call('sns', 'GetSubscriptionAttributes', { SubscriptionArn })).resolves.toMatchObject({
      Attributes: { RawMessageDelivery: 'true' },
    });
    await world.call('sns', 'Unsubscribe', { SubscriptionArn });
    expect((await list()).Subscriptions).toEqual([]);
  });

  it('end with their topic', async () => {
    const { SubscriptionArn } = await subscribe();
    await world.call('sns', 'DeleteTopic', { TopicArn });
    await expect(world.call('sns', 'GetTopicAttributes', { TopicArn })).rejects.toMatchObject({ code: 'NotFound' });
    await expect(world.call('sns', 'Unsubscribe', { SubscriptionArn })).rejects.toMatchObject({ code: 'NotFound' });
    await expect(world.call('sns', 'ListTopics', {})).resolves.toEqual({ Topics: [] });
  });
});
