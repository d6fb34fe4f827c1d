import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { sqsService } from '../../../../sandbox/services/sqs/actions.ts';
import { SqsModel } from '../../../../sandbox/services/sqs/model.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';
import { makeWorld, START } from './world.ts';

const ENDPOINT = 'http://127.0.0.1:4599';
const send = (MessageBody: unknown, rest: object = {}, { pattern = '', ...fields }: Record<string, unknown> = {}) => ({
  A: {
    Type: 'Task',
    Resource: `arn:aws:states:::sqs:sendMessage${pattern}`,
    Arguments: { QueueUrl: `${ENDPOINT}/123456789012/jobs`, MessageBody, ...rest },
    End: true,
    ...fields,
  },
});

/** Step Functions and SQS with a queue, what IAM was asked of roles, and a consumer with the SDK's own client. */
const queueWorld = async (denied: readonly string[] = []) => {
  const asked: string[] = [];
  const world = makeWorld({
    refuse: ({ kind }, { action, resource }) => {
      if (kind !== 'role') return undefined;
      asked.push(`${action} ${resource}`);
      return denied.includes(action) ? `no ${action}` : undefined;
    },
  });
  const { cloud, clock } = world;
  const options = { endpoint: () => ENDPOINT, keyPolicy: () => undefined };
  cloud.register(sqsService(cloud, new SqsModel(cloud), options));
  const client = new SQSClient({
    region: 'us-west-2',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'any' },
    endpoint: ENDPOINT,
    requestHandler: inProcessHandler(createRouter({ cloud, principalOf: () => OPERATOR })),
  });
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'jobs' }));
  const receive = async (): Promise<Message | undefined> => {
    const asking = client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
    await clock.run(undefined, clock.now());
    return (await asking).Messages?.[0];
  };
  return { ...world, asked, receive };
};

describe('sqs:sendMessage', () => {
  it.each([
    [{ a: [1, null] }, '{"a":[1,null]}'],
    ['as it is', 'as it is'],
    [12, '12'],
    ["{% { 'sum': 1 + 1 } %}", '{"sum":2}'],
  ])('sends %j as %s, as the machine’s role', async (body, text) => {
    const world = await queueWorld();
    const { output } = await world.run(send(body));
    const message = await world.receive();
    expect(message?.Body).toBe(text);
    expect(output).toMatchObject({
      MessageId: message?.MessageId,
      MD5OfMessageBody: message?.MD5OfBody,
      SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { 'Content-Type': 'application/x-amz-json-1.0' } },
      SdkResponseMetadata: { RequestId: expect.any(String) },
    });
    expect(world.asked).toEqual(['sqs:SendMessage arn:aws:sqs:us-west-2:123456789012:jobs']);
    const [journalled] = world.cloud.journal.entries.filter(({ what }) => what === 'sqs:SendMessage');
    expect(journalled?.who).toMatch(/^arn:aws:sts::123456789012:assumed-role\/workflow\//);
  });

  it('hands over attributes, group and delay; what AWS does not support is dropped', async () => {
    const world = await queueWorld();
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    const rest = { MessageAttributes, MessageGroupId: 'g', DelaySeconds: 30, MessageSystemAttribute: { T: 'x' } };
    const { status } = await world.run(send('m', rest));
    expect([status, await world.receive()]).toEqual(['SUCCEEDED', undefined]);
    await world.clock.run(undefined, START + 30_000);
    expect((await world.receive())?.MessageAttributes).toEqual(MessageAttributes);
  });

  it.each([
    [
      'no body',
      send(null),
      'SQS.AmazonSQSException',
      'The request must contain the parameter MessageBody.',
      'MissingParameter',
    ],
    [
      'a delay that is too long',
      send('m', { DelaySeconds: 901 }),
      'SQS.AmazonSQSException',
      '901',
      'InvalidParameterValue',
    ],
    [
      'no such queue',
      send('m', { QueueUrl: `${ENDPOINT}/123456789012/no` }),
      'SQS.QueueDoesNotExistException',
      'no',
      'QueueDoesNotExist',
    ],
  ])('with %s fails with an error as the AWS SDK for Java 1 names it', async (_, states, error, message, code) => {
    const ran = await (await queueWorld()).run(states);
    expect(ran.error).toBe(error);
    expect(ran.cause).toContain(message);
    expect(ran.cause).toMatch(
      new RegExp(
        `\\(Service: AmazonSQS; Status Code: 400; Error Code: ${code}; Request ID: [0-9a-f-]{36}; Proxy: null\\)$`,
      ),
    );
  });

  it('needs the role’s permission', async () => {
    const world = await queueWorld(['sqs:SendMessage']);
    expect(await world.run(send('m'))).toMatchObject({
      error: 'SQS.AmazonSQSException',
      cause: expect.stringContaining('no sqs:SendMessage'),
    });
    expect(await world.receive()).toBeUndefined();
  });

  it('.waitForTaskToken waits for whoever takes the message', async () => {
    const world = await queueWorld();
    const body = { token: '{% $states.context.Task.Token %}', input: '{% $states.input %}' };
    const states = send(body, {}, { pattern: '.waitForTaskToken', HeartbeatSeconds: 60 });
    const execution = await world.start(await world.create(states), { input: '{"a":1}' });
    await world.clock.run(undefined, START + 50_000);
    const { token, input } = JSON.parse((await world.receive())?.Body ?? '') as { token: string; input: unknown };
    expect(input).toEqual({ a: 1 });
    await world.call('SendTaskHeartbeat', { taskToken: token });
    await world.clock.run(undefined, START + 100_000);
    await world.call('SendTaskSuccess', { taskToken: token, output: '{"done":true}' });
    await world.clock.run();
    expect(await world.describe(execution)).toMatchObject({ status: 'SUCCEEDED', output: '{"done":true}' });
    const { events = [] } = await world.history(execution);
    expect(events.slice(2, 6)).toMatchObject([
      {
        taskScheduledEventDetails: {
          resource: 'sendMessage.waitForTaskToken',
          resourceType: 'sqs',
          heartbeatInSeconds: 60,
        },
      },
      { type: 'TaskStarted' },
      { type: 'TaskSubmitted', taskSubmittedEventDetails: { output: expect.stringContaining('MD5OfMessageBody') } },
      { type: 'TaskSucceeded', taskSucceededEventDetails: { output: '{"done":true}' } },
    ]);
  });

  it('.waitForTaskToken without a heartbeat in time is a timeout; the token is gone', async () => {
    const world = await queueWorld();
    const body = { token: '{% $states.context.Task.Token %}' };
    const ran = await world.run(send(body, {}, { pattern: '.waitForTaskToken', HeartbeatSeconds: 60 }));
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopDate: new Date(START + 60_000) });
    const { token } = JSON.parse((await world.receive())?.Body ?? '') as { token: string };
    await expect(world.call('SendTaskHeartbeat', { taskToken: token })).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });
});
