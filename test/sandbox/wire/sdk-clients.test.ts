import { DescribeTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  AcceptVpcEndpointConnectionsCommand,
  DescribeVpcEndpointConnectionsCommand,
  EC2Client,
  paginateDescribeVpcEndpointConnections,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreatePipeCommand, PipesClient } from '@aws-sdk/client-pipes';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { inProcessHandler } from '../../../sandbox/wire/in-process.ts';
import { serve } from '../../../sandbox/wire/server.ts';
import type { WireHandler } from '../../../sandbox/wire/wire.ts';
import { failing, worldOf } from './world.ts';

const credentials = { accessKeyId: '222222222222', secretAccessKey: 'any' };
const inProcess = (handler: WireHandler) => ({
  region: 'us-west-2',
  credentials,
  maxAttempts: 1,
  requestHandler: inProcessHandler(handler),
});

const AT = new Date('2026-01-02T03:04:05.000Z');
const text = new TextEncoder();

describe('SDK clients in process', () => {
  it('EC2: filters go in, connections and unsuccessful items come out', async () => {
    const connection = { VpcEndpointId: 'vpce-1', CreationTimestamp: AT, NetworkLoadBalancerArns: ['a', 'b'] };
    const error = { Code: 'InvalidState', Message: 'is <rejected>' };
    const { handler, asked } = worldOf({
      ec2: {
        DescribeVpcEndpointConnections: { VpcEndpointConnections: [connection] },
        AcceptVpcEndpointConnections: { Unsuccessful: [{ ResourceId: 'vpce-2', Error: error }] },
      },
    });
    const client = new EC2Client(inProcess(handler));
    const Filters = [{ Name: 'vpc-endpoint-state', Values: ['available', 'pending acceptance & more'] }];
    const described = await client.send(new DescribeVpcEndpointConnectionsCommand({ Filters, MaxResults: 5 }));
    expect(described.VpcEndpointConnections).toEqual([connection]);
    const accept = { ServiceId: 'vpce-svc-1', VpcEndpointIds: ['vpce-1', 'vpce-2'] };
    const accepted = await client.send(new AcceptVpcEndpointConnectionsCommand(accept));
    expect(accepted.Unsuccessful).toEqual([{ ResourceId: 'vpce-2', Error: error }]);
    expect(asked.map(({ input }) => input)).toEqual([{ Filters, MaxResults: 5 }, accept]);
    expect(asked[0]?.who).toBe('arn:aws:iam::222222222222:root');
  });

  it('EC2: the paginator follows NextToken', async () => {
    const page = ({ NextToken }: { NextToken?: string }) =>
      NextToken === undefined
        ? { VpcEndpointConnections: [{ VpcEndpointId: 'vpce-1' }], NextToken: 'two' }
        : { VpcEndpointConnections: [{ VpcEndpointId: `vpce-${NextToken}` }] };
    const { handler } = worldOf({ ec2: { DescribeVpcEndpointConnections: page } });
    const client = new EC2Client(inProcess(handler));
    const ids: (string | undefined)[] = [];
    for await (const { VpcEndpointConnections = [] } of paginateDescribeVpcEndpointConnections({ client }, {})) {
      ids.push(...VpcEndpointConnections.map(({ VpcEndpointId }) => VpcEndpointId));
    }
    expect(ids).toEqual(['vpce-1', 'vpce-two']);
  });

  it('EC2: an error has its code as its name', async () => {
    const missing = failing('InvalidVpcEndpointService.NotFound', "The VpcEndpointService Id 'x' does not exist");
    const { handler } = worldOf({ ec2: { AcceptVpcEndpointConnections: missing } });
    const call = new EC2Client(inProcess(handler)).send(
      new AcceptVpcEndpointConnectionsCommand({ ServiceId: 'x', VpcEndpointIds: ['y'] }),
    );
    await expect(call).rejects.toMatchObject({
      name: 'InvalidVpcEndpointService.NotFound',
      message: "The VpcEndpointService Id 'x' does not exist",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('SNS: maps, lists and binary attributes', async () => {
    const { handler, asked } = worldOf({
      sns: {
        CreateTopic: { TopicArn: 'arn:t' },
        Publish: { MessageId: 'm' },
        GetTopicAttributes: failing('NotFound', 'Topic does not exist'),
      },
    });
    const client = new SNSClient(inProcess(handler));
    const topic = { Name: 't', Attributes: { KmsMasterKeyId: 'k' }, Tags: [{ Key: 'a', Value: '' }] };
    expect(await client.send(new CreateTopicCommand(topic))).toMatchObject({ TopicArn: 'arn:t' });
    const MessageAttributes = { n: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) } };
    const published = { TopicArn: 'arn:t', Message: 'é\n&=+', MessageAttributes };
    expect(await client.send(new PublishCommand(published))).toMatchObject({ MessageId: 'm' });
    expect(asked.map(({ input }) => input)).toEqual([topic, published]);
    await expect(client.send(new GetTopicAttributesCommand({ TopicArn: 'x' }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
    });
  });

  it('SQS: messages and an error that has two names', async () => {
    const message = { MessageId: 'm', Body: '{}', Attributes: { ApproximateReceiveCount: '1' } };
    const { handler, asked } = worldOf({
      sqs: {
        SendMessage: { MessageId: 'm' },
        ReceiveMessage: { Messages: [message] },
        GetQueueUrl: failing('QueueDoesNotExist', 'No such queue.'),
      },
    });
    const client = new SQSClient({ ...inProcess(handler), md5: false, useQueueUrlAsEndpoint: false });
    const sent = { QueueUrl: 'http://127.0.0.1/1/q', MessageBody: 'b', DelaySeconds: 0 };
    expect(await client.send(new SendMessageCommand(sent))).toMatchObject({ MessageId: 'm' });
    expect(asked[0]?.input).toEqual(sent);
    const received = await client.send(new ReceiveMessageCommand({ QueueUrl: sent.QueueUrl }));
    expect(received.Messages).toEqual([message]);
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'q' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'No such queue.',
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
    });
  });

  it('Step Functions: dates and modelled errors', async () => {
    const start = ({ name }: { name?: string }) =>
      name === 'again' ? failing('ExecutionAlreadyExists', 'again')() : { executionArn: 'e', startDate: AT };
    const { handler } = worldOf({ states: { StartExecution: start } });
    const client = new SFNClient(inProcess(handler));
    const started = await client.send(new StartExecutionCommand({ stateMachineArn: 'm', input: '{}' }));
    expect(started).toMatchObject({ executionArn: 'e', startDate: AT });
    const again = client.send(new StartExecutionCommand({ stateMachineArn: 'm', name: 'again' }));
    await expect(again).rejects.toMatchObject({ name: 'ExecutionAlreadyExists', message: 'again' });
  });

  it('EventBridge: entries', async () => {
    const { handler, asked } = worldOf({ events: { PutEvents: { FailedEntryCount: 0, Entries: [{ EventId: 'i' }] } } });
    const Entries = [{ Source: 's', DetailType: 'd', Detail: '{"é":1}', Time: AT, Resources: ['r'] }];
    const put = await new EventBridgeClient(inProcess(handler)).send(new PutEventsCommand({ Entries }));
    expect(put).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: 'i' }] });
    expect(asked[0]?.input).toEqual({ Entries });
  });

  it('Lambda: payloads, and the errors of a function and of the service', async () => {
    const invoke = ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }) =>
      FunctionName === 'gone'
        ? failing('ResourceNotFoundException', 'Function not found', 404, { Type: 'User' })()
        : { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '3', Payload };
    const { handler } = worldOf({ lambda: { Invoke: invoke } });
    const client = new LambdaClient(inProcess(handler));
    const FunctionName = 'arn:aws:lambda:us-west-2:123456789012:function:f:3';
    const invoked = await client.send(new InvokeCommand({ FunctionName, Payload: text.encode('{"é":1}') }));
    expect(invoked).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '3' });
    expect(invoked.Payload?.transformToString()).toBe('{"é":1}');
    await expect(client.send(new InvokeCommand({ FunctionName: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found',
      Type: 'User',
    });
  });

  it('Pipes and Scheduler: nested structures and dates', async () => {
    const schedule = {
      Name: 'sweep',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' as const },
      Target: { Arn: 'a', RoleArn: 'r', Input: '{}' },
    };
    const { handler, asked } = worldOf({
      pipes: { CreatePipe: { Arn: 'p', CreationTime: AT } },
      scheduler: { CreateSchedule: { ScheduleArn: 's' }, GetSchedule: { ...schedule, StartDate: AT } },
    });
    const pipe = {
      Name: 'intake',
      RoleArn: 'r',
      Source: 'q',
      Target: 'b',
      SourceParameters: { SqsQueueParameters: { BatchSize: 10 } },
      TargetParameters: { EventBridgeEventBusParameters: { DetailType: 'd', Time: '$.time' } },
    };
    const pipes = new PipesClient(inProcess(handler));
    expect(await pipes.send(new CreatePipeCommand(pipe))).toMatchObject({ Arn: 'p', CreationTime: AT });
    const scheduler = new SchedulerClient(inProcess(handler));
    await scheduler.send(new CreateScheduleCommand({ ...schedule, ClientToken: 'c', StartDate: AT }));
    expect(asked.map(({ input }) => input)).toEqual([pipe, { ...schedule, ClientToken: 'c', StartDate: AT }]);
    const found = await scheduler.send(new GetScheduleCommand({ Name: 'sweep' }));
    expect(found).toMatchObject({ ...schedule, StartDate: AT });
  });

  it('DynamoDB: raw items, and errors with members', async () => {
    const denied = failing('ConditionalCheckFailedException', 'The conditional request failed', 400, {
      Item: { a: { S: 'x' } },
    });
    const Table = { TableName: 't', ItemCount: 3, CreationDateTime: AT.getTime() / 1000 };
    const { handler, asked } = worldOf({ dynamodb: { PutItem: denied, DescribeTable: { Table } } });
    const client = new DynamoDBClient(inProcess(handler));
    const Item = { a: { S: 'x' }, b: { B: new Uint8Array([1, 2, 3]) }, n: { N: '1.50' } };
    await expect(client.send(new PutItemCommand({ TableName: 't', Item }))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { a: { S: 'x' } },
    });
    expect(asked[0]?.input).toEqual({ TableName: 't', Item: { ...Item, b: { B: 'AQID' } } });
    const described = await client.send(new DescribeTableCommand({ TableName: 't' }));
    expect(described.Table).toEqual({ ...Table, CreationDateTime: AT });
  });

  it('are not told a time that differs from theirs, so that they retry nothing for a skewed clock', async () => {
    const { handler, asked } = worldOf({ sns: { Publish: failing('InvalidParameter', 'no') } });
    const client = new SNSClient({ ...inProcess(handler), maxAttempts: 3 });
    await expect(client.send(new PublishCommand({ Message: 'm' }))).rejects.toThrow('no');
    expect(asked).toHaveLength(1);
  });

  it('are stopped by an abort signal', async () => {
    const { handler } = worldOf({ sns: { Publish: () => new Promise(() => undefined) } });
    const controller = new AbortController();
    const call = new SNSClient(inProcess(handler)).send(new PublishCommand({ TopicArn: 't', Message: 'm' }), {
      abortSignal: controller.signal,
    });
    setImmediate(() => controller.abort());
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('SDK clients over a socket', () => {
  it('get the same', async () => {
    const { handler, asked } = worldOf({ ec2: { DescribeVpcEndpointConnections: { NextToken: 'n' } } });
    const served = await serve({ handler, port: 0 });
    const client = new EC2Client({ region: 'us-west-2', credentials, endpoint: served.url });
    const answer = await client.send(new DescribeVpcEndpointConnectionsCommand({ MaxResults: 7 }));
    expect(answer.NextToken).toBe('n');
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(asked[0]?.input).toEqual({ MaxResults: 7 });
    await served.close();
  });
});
