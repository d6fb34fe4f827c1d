import { describe, expect, it } from 'vitest';
import { failing, json, request, send, worldOf } from './world.ts';

const MACHINE = 'arn:aws:states:us-west-2:123456789012:stateMachine:m';

describe('a JSON-RPC request', () => {
  it('is read by the operation in its X-Amz-Target', async () => {
    const { handler, asked } = worldOf({ states: { StartExecution: {} } });
    const body = `{"stateMachineArn":"${MACHINE}","name":null,"input":"{\\"a\\":1}","unheard":"of"}`;
    await send(handler, json('states', 'AWSStepFunctions.StartExecution', body));
    expect(asked).toEqual([
      {
        service: 'states',
        action: 'StartExecution',
        input: { stateMachineArn: MACHINE, input: '{"a":1}' },
        who: 'arn:aws:iam::123456789012:user/operator',
      },
    ]);
  });

  it('has timestamps as seconds since the epoch and blobs as base64', async () => {
    const { handler, asked } = worldOf({ events: { PutEvents: {} }, sqs: { SendMessage: {} } });
    await send(
      handler,
      json('events', 'AWSEvents.PutEvents', '{"Entries":[{"Time":1767323045.5,"Detail":"{}"},null]}'),
    );
    const attribute = '{"n":{"DataType":"Binary","BinaryValue":"AQID"}}';
    const message = `{"QueueUrl":"u","MessageBody":"b","MessageAttributes":${attribute}}`;
    await send(handler, json('sqs', 'AmazonSQS.SendMessage', message));
    expect(asked.map(({ input }) => input)).toEqual([
      { Entries: [{ Time: new Date('2026-01-02T03:04:05.500Z'), Detail: '{}' }] },
      {
        QueueUrl: 'u',
        MessageBody: 'b',
        MessageAttributes: { n: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) } },
      },
    ]);
  });

  it('to DynamoDB passes as it is', async () => {
    const item = { pk: { S: 'a' }, blob: { B: 'AQID' }, set: { NS: ['1', '2'] }, nothing: { NULL: true } };
    const { handler, asked } = worldOf({ dynamodb: { PutItem: { Attributes: item } } });
    const sent = json('dynamodb', 'DynamoDB_20120810.PutItem', JSON.stringify({ TableName: 't', Item: item }));
    const { text } = await send(handler, sent);
    expect(asked[0]?.input).toEqual({ TableName: 't', Item: item });
    expect(JSON.parse(text)).toEqual({ Attributes: item });
  });

  it('to DynamoDB has no nulls: they are absent, as everywhere', async () => {
    const { handler, asked } = worldOf({ dynamodb: { PutItem: {} } });
    const body = '{"TableName":"t","Item":{"a":null,"b":{"L":[null,{"S":"x"}]}},"ReturnValues":null}';
    await send(handler, json('dynamodb', 'DynamoDB_20120810.PutItem', body));
    expect(asked[0]?.input).toEqual({ TableName: 't', Item: { b: { L: [{ S: 'x' }] } } });
  });

  it.each(['null', '7', '"TableName"', '[{"TableName":"t"}]'])(
    'to DynamoDB that is %s, and no structure - refused',
    async (body) => {
      const { handler, asked } = worldOf({ dynamodb: { PutItem: {} } });
      const { status, text } = await send(handler, json('dynamodb', 'DynamoDB_20120810.PutItem', body));
      expect([status, JSON.parse(text).__type]).toEqual([400, 'SerializationException']);
      expect(asked).toEqual([]);
    },
  );

  const validation = (...paths: string[]) =>
    `${paths.length} validation error${paths.length > 1 ? 's' : ''} detected: ${paths
      .map((path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`)
      .join('; ')}`;

  it.each([
    ['states', 'AWSStepFunctions.StartExecution', '{}', 'ValidationException', validation('stateMachineArn')],
    [
      'states',
      'AWSStepFunctions.SendTaskFailure',
      '{"taskToken":null}',
      'ValidationException',
      validation('taskToken'),
    ],
    [
      'events',
      'AWSEvents.PutTargets',
      '{"Targets":[{"Id":"1"},{}]}',
      'ValidationException',
      validation('rule', 'targets.1.member.arn', 'targets.2.member.id', 'targets.2.member.arn'),
    ],
    [
      'sqs',
      'AmazonSQS.SendMessage',
      '{"QueueUrl":"u"}',
      'MissingRequiredParameterException',
      'The request must contain the parameter MessageBody.',
    ],
    [
      'states',
      'AWSStepFunctions.StartExecution',
      '{"stateMachineArn":5}',
      'SerializationException',
      'NUMBER_VALUE can not be converted to a String',
    ],
    [
      'sqs',
      'AmazonSQS.SendMessage',
      '{"QueueUrl":"u","MessageBody":"b","DelaySeconds":"3"}',
      'SerializationException',
      'STRING_VALUE can not be converted to an Integer',
    ],
    [
      'events',
      'AWSEvents.PutEvents',
      '{"Entries":[{"Time":true}]}',
      'SerializationException',
      'TRUE_VALUE can not be converted to a Timestamp',
    ],
    [
      'events',
      'AWSEvents.PutEvents',
      '{"Entries":{}}',
      'SerializationException',
      'Start of structure or map found where not expected',
    ],
    [
      'events',
      'AWSEvents.PutEvents',
      '{"Entries":[{"Source":["a"]}]}',
      'SerializationException',
      'Start of list found where not expected',
    ],
    [
      'states',
      'AWSStepFunctions.Dance',
      '{}',
      'UnknownOperationException',
      'The service states has no operation Dance.',
    ],
    [
      'states',
      'AmazonSQS.SendMessage',
      '{}',
      'UnknownOperationException',
      'The service states has no operation AmazonSQS.SendMessage.',
    ],
  ])('%s refuses %s %s with %s', async (service, target, body, code, message) => {
    const { handler, asked } = worldOf({
      states: { StartExecution: {}, SendTaskFailure: {} },
      events: { PutEvents: {}, PutTargets: {} },
      sqs: { SendMessage: {} },
    });
    const { status, headers, text } = await send(handler, json(service, target, body));
    expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 400, type: code });
    expect(JSON.parse(text)).toMatchObject({ __type: expect.stringMatching(new RegExp(`(^|#)${code}$`)), message });
    expect(asked).toEqual([]);
  });

  it('that is no JSON is refused', async () => {
    const { handler } = worldOf({ states: { StartExecution: {} } });
    const { status, text } = await send(handler, json('states', 'AWSStepFunctions.StartExecution', '{"a":'));
    expect(status).toBe(400);
    expect(text).toMatch(/^{"__type":"SerializationException","message":"Could not parse request body into json: /);
  });

  it('without a target names no operation', async () => {
    const { handler } = worldOf({ states: { StartExecution: {} } });
    const { text } = await send(handler, request('states', { body: '{}' }));
    expect(JSON.parse(text)).toEqual({
      __type: 'UnknownOperationException',
      message: 'The service states has no operation POST /.',
    });
  });
});

describe('a JSON-RPC answer', () => {
  it('has the media type of its version', async () => {
    const { handler } = worldOf({
      states: { StartExecution: { executionArn: 'e', startDate: new Date('2026-01-02T03:04:05.678Z') } },
      events: { PutEvents: { FailedEntryCount: 0, Entries: [{ EventId: 'i' }] } },
      sqs: { DeleteMessage: undefined },
    });
    const started = await send(handler, json('states', 'AWSStepFunctions.StartExecution', '{"stateMachineArn":"m"}'));
    expect(started.headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(started.text).toBe('{"executionArn":"e","startDate":1767323045.678}');
    const put = await send(handler, json('events', 'AWSEvents.PutEvents', '{"Entries":[{}]}'));
    expect(put.headers['content-type']).toBe('application/x-amz-json-1.1');
    expect(put.text).toBe('{"FailedEntryCount":0,"Entries":[{"EventId":"i"}]}');
    const deleted = await send(handler, json('sqs', 'AmazonSQS.DeleteMessage', '{"QueueUrl":"u","ReceiptHandle":"r"}'));
    expect(deleted).toMatchObject({ status: 200, text: '{}' });
  });

  it('of a modelled error is qualified by its namespace and has its members', async () => {
    const reason = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }];
    const { handler } = worldOf({
      states: { StartExecution: failing('StateMachineDoesNotExist', 'gone') },
      dynamodb: { PutItem: failing('ConditionalCheckFailedException', 'no', 400, { Reason: reason }) },
      events: { PutEvents: failing('OddException', 'Not modelled') },
    });
    const machine = await send(handler, json('states', 'AWSStepFunctions.StartExecution', '{"stateMachineArn":"m"}'));
    expect(JSON.parse(machine.text)).toEqual({ __type: 'com.amazonaws.sfn#StateMachineDoesNotExist', message: 'gone' });
    const put = await send(handler, json('dynamodb', 'DynamoDB_20120810.PutItem', '{}'));
    expect(JSON.parse(put.text)).toEqual({
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'no',
      Reason: reason,
    });
    const event = await send(handler, json('events', 'AWSEvents.PutEvents', '{"Entries":[]}'));
    expect(JSON.parse(event.text)).toEqual({ __type: 'OddException', message: 'Not modelled' });
  });

  it('of an SQS error says what it was called before SQS spoke JSON', async () => {
    const { handler } = worldOf({ sqs: { GetQueueUrl: failing('QueueDoesNotExist', 'No such queue.') } });
    const { status, headers, text } = await send(handler, json('sqs', 'AmazonSQS.GetQueueUrl', '{"QueueName":"q"}'));
    expect(status).toBe(400);
    expect(headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(JSON.parse(text)).toEqual({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'No such queue.' });
  });
});
