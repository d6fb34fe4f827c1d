import type { Message, ReceiveMessageResult, SendMessageBatchResult, SendMessageResult } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { roleSession, servicePrincipal } from '../../../../sandbox/iam/principal.ts';
import { MAX_MESSAGE_BYTES } from '../../../../sandbox/services/sqs/limits.ts';
import {
  createMessagingWorld,
  ENDPOINT,
  KEY_ARN,
  letServices,
  type MessagingWorld,
  queueArn,
  queueUrl,
  ROLE,
} from './messaging-world.ts';

let world: MessagingWorld;
const url = queueUrl('jobs');

const send = (body: string, more: object = {}) =>
  world.call<SendMessageResult>('sqs', 'SendMessage', { QueueUrl: url, MessageBody: body, ...more });

const receive = async (more: object = {}): Promise<Message[]> => {
  const input = { QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more };
  return (await world.call<ReceiveMessageResult>('sqs', 'ReceiveMessage', input)).Messages ?? [];
};

const change = (message: Message | undefined, seconds: number) =>
  world.call('sqs', 'ChangeMessageVisibility', {
    QueueUrl: url,
    ReceiptHandle: message?.ReceiptHandle,
    VisibilityTimeout: seconds,
  });

const remove = (message: Message | undefined) =>
  world.call('sqs', 'DeleteMessage', { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle });

beforeEach(async () => {
  world = createMessagingWorld();
  await world.createQueue('jobs');
});

describe('queues', () => {
  it('have a URL that clients can call, and are found under any host', async () => {
    const found = await world.call('sqs', 'GetQueueUrl', { QueueName: 'jobs' });
    expect(found).toEqual({ QueueUrl: `${ENDPOINT}/${PROVIDER_ACCOUNT}/jobs` });
    const elsewhere = `https://sqs.us-west-2.amazonaws.com/${PROVIDER_ACCOUNT}/jobs`;
    const { Attributes } = await world.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
      QueueUrl: elsewhere,
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({
      QueueArn: queueArn('jobs'),
      VisibilityTimeout: '30',
      MaximumMessageSize: String(MAX_MESSAGE_BYTES),
      SqsManagedSseEnabled: 'true',
    });
  });

  it('are created twice with the same attributes, not with others', async () => {
    await expect(world.createQueue('jobs', { VisibilityTimeout: '30' })).resolves.toEqual({ QueueUrl: url });
    await expect(world.createQueue('jobs', { VisibilityTimeout: '31' })).rejects.toMatchObject({
      code: 'QueueNameExists',
    });
  });

  it('leave their name free only a minute after they were deleted', async () => {
    await world.call('sqs', 'DeleteQueue', { QueueUrl: url });
    await expect(send('x')).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
    await expect(world.createQueue('jobs')).rejects.toMatchObject({ code: 'QueueDeletedRecently' });
    await world.pass(60);
    await expect(world.createQueue('jobs')).resolves.toEqual({ QueueUrl: url });
  });

  it.each([
    ['an unknown attribute', { Colour: 'red' }, 'InvalidAttributeName'],
    ['a number out of range', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    ['a policy that is no JSON', { Policy: '{' }, 'InvalidAttributeValue'],
    [
      'a dead-letter queue that does not exist',
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('none'), maxReceiveCount: 3 }) },
      'InvalidParameterValue',
    ],
    ['what belongs to FIFO queues', { FifoQueue: 'true' }, 'UnsupportedOperation'],
  ])('refuse %s', async (_, attributes, code) => {
    await expect(world.createQueue('other', attributes)).rejects.toMatchObject({ code });
  });

  it('are listed by prefix, in pages', async () => {
    await world.createQueue('job-letters');
    await world.createQueue('zebra');
    const list = (input: object) => world.call('sqs', 'ListQueues', input);
    await expect(list({ QueueNamePrefix: 'job' })).resolves.toEqual({ QueueUrls: [queueUrl('job-letters'), url] });
    await expect(list({ MaxResults: 2 })).resolves.toEqual({
      QueueUrls: [queueUrl('job-letters'), url],
      NextToken: '2',
    });
    await expect(list({ MaxResults: 2, NextToken: '2' })).resolves.toEqual({ QueueUrls: [queueUrl('zebra')] });
  });

  it('keep tags', async () => {
    await world.call('sqs', 'TagQueue', { QueueUrl: url, Tags: { team: 'edge' } });
    await expect(world.call('sqs', 'ListQueueTags', { QueueUrl: url })).resolves.toEqual({ Tags: { team: 'edge' } });
  });
});

describe('a message', () => {
  it('comes with its digest and its system attributes', async () => {
    const sent = await send('hello');
    expect(sent.MD5OfMessageBody).toBe('5d41402abc4b2a76b9719d911017c592');
    const sentAt = world.clock.now();
    await world.pass(3);
    const [message] = await receive();
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'hello', MD5OfBody: sent.MD5OfMessageBody });
    expect(message?.Attributes).toEqual({
      SenderId: PROVIDER_ACCOUNT,
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(sentAt + 3000),
    });
  });

  it('has the digest of its attributes that the documentation computes', async () => {
    const MessageAttributes = { accountId: { DataType: 'String', StringValue: '000123456' } };
    const sent = await send('x', { MessageAttributes });
    // name, type, 1, value, each with its length in front; from printf and md5sum
    expect(sent.MD5OfMessageAttributes).toBe('cc6c5d61fb824462473e45c0d2df92ed');
    const [message] = await receive({ MessageAttributeNames: ['account*'] });
    expect(message?.MessageAttributes).toEqual(MessageAttributes);
  });

  it('is hidden after a receive and shows again, with a new handle, when its time-out ends', async () => {
    await send('hello');
    const [first] = await receive({ VisibilityTimeout: 5 });
    await world.pass(4.999);
    await expect(receive()).resolves.toEqual([]);
    await world.pass(0.001);
    const [second] = await receive();
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  it('is not deleted by a handle that is not the latest', async () => {
    await send('hello');
    const [first] = await receive({ VisibilityTimeout: 0 });
    const [second] = await receive();
    await remove(first);
    expect(world.bodies('jobs')).toEqual(['hello']);
    await remove(second);
    expect(world.bodies('jobs')).toEqual([]);
    await expect(remove(second)).resolves.toEqual({});
  });

  it('can be shown again at once, but only while it is in flight', async () => {
    await send('hello');
    const [message] = await receive();
    await change(message, 0);
    await expect(change(message, 10)).rejects.toMatchObject({ code: 'MessageNotInflight' });
    await expect(receive()).resolves.toHaveLength(1);
    await expect(change(message, 10)).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });

  it('waits for its delay', async () => {
    await send('later', { DelaySeconds: 7 });
    await world.pass(6);
    await expect(receive()).resolves.toEqual([]);
    await world.pass(1);
    await expect(receive()).resolves.toHaveLength(1);
  });

  it('is gone after the retention period', async () => {
    await world.createQueue('brief', { MessageRetentionPeriod: '60' });
    await world.call('sqs', 'SendMessage', { QueueUrl: queueUrl('brief'), MessageBody: 'x' });
    await world.pass(60);
    await expect(receive({ QueueUrl: queueUrl('brief') })).resolves.toEqual([]);
    expect(world.states()).toContain('sqs message expired');
  });

  it('moves to the dead-letter queue, with its id, when it would be received once too often', async () => {
    await world.createQueue('letters');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('letters'), maxReceiveCount: 2 });
    await world.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { RedrivePolicy } });
    const { MessageId } = await send('poison');
    await expect(receive({ VisibilityTimeout: 0 })).resolves.toHaveLength(1);
    await expect(receive({ VisibilityTimeout: 0 })).resolves.toHaveLength(1);
    await expect(receive()).resolves.toEqual([]);
    const [dead] = await receive({ QueueUrl: queueUrl('letters') });
    expect(dead).toMatchObject({ MessageId, Attributes: { DeadLetterQueueSourceArn: queueArn('jobs') } });
  });

  it.each([
    ['no body', { MessageBody: '' }, 'MissingParameter'],
    ['a forbidden character', { MessageBody: 'a\u0001' }, 'InvalidMessageContents'],
    ['too many bytes', { MessageBody: 'x'.repeat(MAX_MESSAGE_BYTES + 1) }, 'InvalidParameterValue'],
    ['too long a delay', { DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['an attribute without type', { MessageAttributes: { a: { StringValue: 'x' } } }, 'InvalidParameterValue'],
  ])('is refused with %s', async (_, more, code) => {
    await expect(send('x', more)).rejects.toMatchObject({ code });
  });

  it('is refused back with a handle that is none, or is another queue’s', async () => {
    await world.createQueue('other');
    await send('hello');
    const [message] = await receive();
    const code = { code: 'ReceiptHandleIsInvalid' };
    await expect(remove({ ReceiptHandle: 'nonsense' })).rejects.toMatchObject(code);
    const elsewhere = { QueueUrl: queueUrl('other'), ReceiptHandle: message?.ReceiptHandle };
    await expect(world.call('sqs', 'DeleteMessage', elsewhere)).rejects.toMatchObject(code);
  });
});

describe('a long poll', () => {
  it('is answered when a message comes', async () => {
    const began = world.clock.now();
    world.clock.after(4_000, () => void send('late'));
    const messages = await receive({ WaitTimeSeconds: 20 });
    expect(messages.map((message) => message.Body)).toEqual(['late']);
    expect(world.clock.now() - began).toBe(4_000);
  });

  it('is answered with nothing when its time is over', async () => {
    const began = world.clock.now();
    await expect(receive({ WaitTimeSeconds: 20 })).resolves.toEqual([]);
    expect(world.clock.now() - began).toBe(20_000);
  });

  it('sees a message that shows again while it waits', async () => {
    await send('hello');
    await receive({ VisibilityTimeout: 8 });
    const began = world.clock.now();
    await expect(receive({ WaitTimeSeconds: 20 })).resolves.toHaveLength(1);
    expect(world.clock.now() - began).toBe(8_000);
  });
});

describe('a batch', () => {
  const sendBatch = (Entries: object[]) =>
    world.call<SendMessageBatchResult>('sqs', 'SendMessageBatch', { QueueUrl: url, Entries });

  it('does what it can and names what it could not', async () => {
    const result = await sendBatch([
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: '' },
    ]);
    expect(result.Successful?.map((entry) => entry.Id)).toEqual(['good']);
    expect(result.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'MissingParameter' }]);
    expect(world.bodies('jobs')).toEqual(['a']);
  });

  it.each([
    ['no entry', [], 'EmptyBatchRequest'],
    [
      'eleven entries',
      Array.from({ length: 11 }, (_, n) => ({ Id: `n${n}`, MessageBody: 'a' })),
      'TooManyEntriesInBatchRequest',
    ],
    [
      'an id twice',
      [
        { Id: 'n', MessageBody: 'a' },
        { Id: 'n', MessageBody: 'b' },
      ],
      'BatchEntryIdsNotDistinct',
    ],
    ['a strange id', [{ Id: 'n n', MessageBody: 'a' }], 'InvalidBatchEntryId'],
    [
      'too many bytes together',
      [
        { Id: 'a', MessageBody: 'x'.repeat(600_000) },
        { Id: 'b', MessageBody: 'x'.repeat(600_000) },
      ],
      'BatchRequestTooLong',
    ],
  ])('is refused with %s', async (_, entries, code) => {
    await expect(sendBatch(entries)).rejects.toMatchObject({ code });
  });

  it('deletes and shows again message by message', async () => {
    await sendBatch(['a', 'b', 'c'].map((body) => ({ Id: body, MessageBody: body })));
    const [a, b, c] = await receive();
    const entry = (Id: string, message: Message | undefined) => ({ Id, ReceiptHandle: message?.ReceiptHandle });
    await world.call('sqs', 'DeleteMessageBatch', { QueueUrl: url, Entries: [entry('a', a), entry('b', b)] });
    await world.call('sqs', 'ChangeMessageVisibilityBatch', {
      QueueUrl: url,
      Entries: [{ ...entry('c', c), VisibilityTimeout: 0 }],
    });
    expect((await receive()).map((message) => message.Body)).toEqual(['c']);
  });
});

describe('permission', () => {
  const fromTopic = servicePrincipal('sns.amazonaws.com', `arn:aws:sns:us-west-2:${PROVIDER_ACCOUNT}:notices`);
  const sendAs = () => world.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: 'x' }, fromTopic);
  const set = (attributes: Readonly<Record<string, string>>) =>
    world.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: attributes });

  it('is asked of the queue’s policy', async () => {
    await expect(sendAs()).rejects.toMatchObject({ code: 'AccessDeniedException' });
    await set({ Policy: JSON.stringify(letServices(['sns.amazonaws.com'], 'sqs:SendMessage')) });
    await expect(sendAs()).resolves.toHaveProperty('MessageId');
  });

  it('is asked of the key’s policy too', async () => {
    await set({
      KmsMasterKeyId: KEY_ARN,
      Policy: JSON.stringify(letServices(['sns.amazonaws.com'], 'sqs:SendMessage')),
    });
    await expect(sendAs()).rejects.toMatchObject({ code: 'KmsAccessDenied' });
    const statement = letServices(['sns.amazonaws.com'], 'kms:GenerateDataKey').Statement[0];
    world.setKeyPolicy({
      Statement: statement === undefined ? [] : [{ ...statement, Action: ['kms:GenerateDataKey', 'kms:Decrypt'] }],
    });
    await expect(sendAs()).resolves.toHaveProperty('MessageId');
  });

  it('to decrypt is needed to receive', async () => {
    await set({ KmsMasterKeyId: KEY_ARN });
    world.refuse((principal, { action }) => principal.kind === 'role' && action === 'kms:Decrypt');
    const input = { QueueUrl: url };
    await expect(world.call('sqs', 'ReceiveMessage', input, roleSession(ROLE, 'reader'))).rejects.toMatchObject({
      code: 'KmsAccessDenied',
    });
  });

  it('of a key that does not exist is refused in words', async () => {
    await set({ KmsMasterKeyId: 'alias/forgotten' });
    await expect(send('x')).rejects.toMatchObject({
      code: 'KmsNotFound',
      message: expect.stringContaining('alias/forgotten'),
    });
  });
});
