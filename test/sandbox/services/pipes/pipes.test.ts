import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import {
  busArn,
  createMessagingWorld,
  functionArn,
  letServices,
  type MessagingWorld,
  machineArn,
  queueArn,
  queueUrl,
  ROLE,
} from '../sqs/messaging-world.ts';

const PIPE_ARN = `arn:aws:pipes:us-west-2:${PROVIDER_ACCOUNT}:pipe/intake`;
const BASE = { Name: 'intake', RoleArn: ROLE, Source: queueArn('notices') };

let world: MessagingWorld;

/** Makes a pipe to the bus and waits until it runs. */
const createPipe = async (more: object = {}): Promise<void> => {
  await world.call('pipes', 'CreatePipe', {
    ...BASE,
    Enrichment: functionArn('enrich'),
    Target: busArn('own'),
    TargetParameters: { EventBridgeEventBusParameters: { DetailType: '$.type', Source: 'app.privatelink' } },
    ...more,
  });
  await world.pass(5);
};

const send = (body: string, more: object = {}) =>
  world.call('sqs', 'SendMessage', { QueueUrl: queueUrl('notices'), MessageBody: body, ...more });

const events = (): unknown[] => world.bodies('heard').map((body) => JSON.parse(body) as unknown);
const calls = (what: string) => world.journal.entries.filter((entry) => entry.kind === 'call' && entry.what === what);
/** The enrichment makes one event of each record, with its body as the id. */
const oneEach = (payload: unknown) =>
  (payload as { body: string }[]).map((record) => ({ type: 'Requested', id: record.body }));

beforeEach(async () => {
  world = createMessagingWorld();
  world.lambda.answer = oneEach;
  await world.createQueue('letters');
  await world.createQueue('notices', {
    VisibilityTimeout: '60',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('letters'), maxReceiveCount: 3 }),
  });
  await world.createQueue('heard', {
    Policy: JSON.stringify(letServices(['events.amazonaws.com'], 'sqs:SendMessage')),
  });
  await world.call('events', 'CreateEventBus', { Name: 'own' });
  await world.call('events', 'PutRule', {
    Name: 'all',
    EventBusName: 'own',
    EventPattern: '{"source":[{"exists":true}]}',
  });
  await world.call('events', 'PutTargets', {
    Rule: 'all',
    EventBusName: 'own',
    Targets: [{ Id: 'one', Arn: queueArn('heard') }],
  });
});

describe('a running pipe', () => {
  it('takes messages over its enrichment to the bus, one event for each element of the answer, and deletes them', async () => {
    await createPipe();
    await send('vpce-1');
    await world.pass(2);
    expect(events()).toMatchObject([
      { source: 'app.privatelink', 'detail-type': 'Requested', detail: { type: 'Requested', id: 'vpce-1' } },
    ]);
    expect(world.bodies('notices')).toEqual([]);
  });

  it('gives the enrichment records of the documented shape', async () => {
    await createPipe();
    await send('hello', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'Connect' } } });
    const sentAt = String(world.clock.now());
    await world.pass(2);
    expect(world.lambda.payloads).toEqual([
      [
        {
          messageId: expect.stringMatching(/^[\da-f-]{36}$/),
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: sentAt,
            SenderId: PROVIDER_ACCOUNT,
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            kind: { stringValue: 'Connect', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: queueArn('notices'),
          awsRegion: 'us-west-2',
        },
      ],
    ]);
  });

  it('takes what was there before it', async () => {
    await send('early');
    await createPipe();
    expect(events()).toHaveLength(1);
  });

  it('takes a backlog in batches and leaves nothing', async () => {
    for (let n = 0; n < 57; n += 1) await send(`vpce-${n}`);
    await createPipe();
    await world.pass(3);
    expect(events()).toHaveLength(57);
    expect(world.lambda.payloads.map((payload) => (payload as unknown[]).length).sort((a, b) => b - a)).toEqual([
      10, 10, 10, 10, 10, 7,
    ]);
    expect(world.bodies('notices')).toEqual([]);
  });

  it('does not poll an empty queue', async () => {
    await createPipe();
    await world.pass(3600);
    expect(calls('sqs:ReceiveMessage')).toEqual([]);
  });

  it('waits its window for a batch to fill, and no longer than the batch needs', async () => {
    await createPipe({
      SourceParameters: { SqsQueueParameters: { BatchSize: 3, MaximumBatchingWindowInSeconds: 10 } },
    });
    await send('a');
    await world.pass(4);
    await send('b');
    await world.pass(5);
    expect(world.lambda.payloads).toEqual([]);
    await world.pass(2);
    expect(world.lambda.payloads).toMatchObject([[{ body: 'a' }, { body: 'b' }]]);
    for (const body of ['c', 'd', 'e']) await send(body);
    await world.pass(1);
    expect(world.lambda.payloads[1]).toHaveLength(3);
  });

  it.each([[[]], [''], [{}], [null]])('leaves the target alone where the enrichment answers %j', async (answer) => {
    world.lambda.answer = () => answer;
    await createPipe();
    await send('x');
    await world.pass(2);
    expect(calls('events:PutEvents')).toEqual([]);
    expect(world.bodies('notices')).toEqual([]);
  });

  it('puts as many entries on a bus as the enrichment answers, up to ten, in one call', async () => {
    world.lambda.answer = () => Array.from({ length: 10 }, (_, n) => ({ type: 'T', n }));
    await createPipe();
    await send('x');
    await world.pass(2);
    expect(calls('events:PutEvents')).toHaveLength(1);
    expect(events()).toHaveLength(10);
  });

  it('more entries than the target takes at once - none is delivered, the messages are gone, and the journal says so', async () => {
    world.lambda.answer = () => Array.from({ length: 11 }, (_, n) => ({ type: 'T', n }));
    await createPipe();
    await send('x');
    await world.pass(200);
    expect(calls('events:PutEvents')).toEqual([]);
    expect(events()).toEqual([]);
    expect(world.states()).toContain('11 events are more than the target takes at once: none is delivered');
    expect(world.lambda.payloads).toHaveLength(1);
    expect(world.bodies('notices')).toEqual([]);
  });

  it('stops and starts', async () => {
    await createPipe();
    await world.call('pipes', 'StopPipe', { Name: 'intake' });
    await world.pass(5);
    await expect(world.call('pipes', 'DescribePipe', { Name: 'intake' })).resolves.toMatchObject({
      Arn: PIPE_ARN,
      CurrentState: 'STOPPED',
      Target: busArn('own'),
    });
    await send('waiting');
    await world.pass(10);
    expect(world.bodies('notices')).toEqual(['waiting']);
    await world.call('pipes', 'StartPipe', { Name: 'intake' });
    await world.pass(5);
    expect(events()).toHaveLength(1);
  });
});

describe('a batch that fails', () => {
  it('in its enrichment shows again after the visibility time-out', async () => {
    let fail = true;
    world.lambda.answer = (payload) => {
      if (fail) throw new Error('EC2 is slow');
      return oneEach(payload);
    };
    await createPipe();
    await send('vpce-1');
    await world.pass(59);
    expect(world.states()).toContain('pipes batch failed');
    fail = false;
    await world.pass(5);
    expect(events()).toHaveLength(1);
    expect((world.lambda.payloads[1] as { attributes: object }[])[0]?.attributes).toMatchObject({
      ApproximateReceiveCount: '2',
    });
  });

  it('again and again ends in the queue’s dead-letter queue', async () => {
    world.lambda.answer = () => {
      throw new Error('poison');
    };
    await createPipe();
    await send('vpce-1');
    await world.pass(300);
    expect(world.lambda.payloads).toHaveLength(3);
    expect(world.bodies('letters')).toEqual(['vpce-1']);
  });

  it('in its target is not deleted, whole', async () => {
    world.lambda.answer = (payload) =>
      (payload as { body: string }[]).map((record) => (record.body === 'bad' ? 'no object' : { type: 'T' }));
    await createPipe();
    await world.call('sqs', 'SendMessageBatch', {
      QueueUrl: queueUrl('notices'),
      Entries: ['good', 'bad'].map((body) => ({ Id: body, MessageBody: body })),
    });
    await world.pass(2);
    expect(world.bodies('notices')).toEqual(['good', 'bad']);
    expect(world.journal.entries).toContainEqual(
      expect.objectContaining({
        what: 'pipes batch failed',
        detail: expect.objectContaining({ error: 'ValidationException' }),
      }),
    );
  });

  it('for lack of the role’s permission is left, and named', async () => {
    world.refuse((principal, { action }) => principal.kind === 'role' && action === 'events:PutEvents');
    await createPipe();
    await send('vpce-1');
    await world.pass(2);
    expect(world.bodies('notices')).toEqual(['vpce-1']);
    expect(world.states()).toContain('pipes batch failed');
  });
});

it('a poll that is refused is repeated until it succeeds', async () => {
  let refused = true;
  world.refuse((principal, { action }) => refused && principal.kind === 'role' && action === 'sqs:ReceiveMessage');
  await createPipe();
  await send('vpce-1');
  await world.pass(2);
  expect(world.states()).toContain('pipes poll failed');
  refused = false;
  await world.pass(61);
  expect(events()).toHaveLength(1);
});

it('a pipe whose role cannot be assumed fails to start', async () => {
  world.missRole(ROLE);
  await createPipe();
  await expect(world.call('pipes', 'DescribePipe', { Name: 'intake' })).resolves.toMatchObject({
    CurrentState: 'CREATE_FAILED',
    StateReason: expect.stringContaining(ROLE),
  });
});

describe('filters', () => {
  const FilterCriteria = { Filters: [{ Pattern: '{"body":{"event":["Connect"]}}' }] };

  it('let fitting records on and delete the others', async () => {
    await createPipe({ SourceParameters: { FilterCriteria } });
    await send('{"event":"Connect","id":"vpce-1"}');
    await send('{"event":"Delete"}');
    await send('no JSON');
    await world.pass(2);
    expect(world.lambda.payloads.flat()).toMatchObject([{ body: '{"event":"Connect","id":"vpce-1"}' }]);
    expect(world.bodies('notices')).toEqual([]);
  });
});

describe('templates and parameters', () => {
  it('shape what the enrichment and the target get', async () => {
    world.lambda.answer = (payload) => payload;
    await createPipe({
      EnrichmentParameters: {
        InputTemplate: '{"id": <$.body.id>, "text": "from <$.body.id>", "pipe": <aws.pipes.pipe-name>}',
      },
      TargetParameters: {
        InputTemplate: '{"endpoint": <$.id>}',
        EventBridgeEventBusParameters: {
          DetailType: '$.text',
          Resources: ['$.id', 'arn:fixed'],
          Time: '2026-01-02T03:04:05Z',
        },
      },
    });
    await send('{"id":"vpce-1"}');
    await world.pass(2);
    expect(events()).toMatchObject([
      {
        source: 'Pipe intake',
        'detail-type': 'from vpce-1',
        resources: ['vpce-1', 'arn:fixed'],
        time: '2026-01-02T03:04:05Z',
        detail: { endpoint: 'vpce-1' },
      },
    ]);
  });

  it('have the documented defaults', async () => {
    await createPipe({ Enrichment: undefined, TargetParameters: undefined });
    await send('x');
    await world.pass(2);
    expect(events()).toMatchObject([
      { source: 'Pipe intake', 'detail-type': 'Event from aws:sqs', detail: { body: 'x' } },
    ]);
  });

  it('start a state machine with the batch', async () => {
    await createPipe({ Target: machineArn('admit'), TargetParameters: undefined });
    await send('vpce-1');
    await world.pass(2);
    expect(world.executions).toMatchObject([{ input: [{ type: 'Requested', id: 'vpce-1' }] }]);
  });

  it('fill a queue, a message for each event', async () => {
    await createPipe({ Target: queueArn('letters'), TargetParameters: undefined });
    await send('vpce-1');
    await world.pass(2);
    expect(world.bodies('letters')).toEqual(['{"type":"Requested","id":"vpce-1"}']);
  });
});

describe('a function as the target', () => {
  const target = { Enrichment: undefined, Target: functionArn('target'), TargetParameters: undefined };

  it('is given the batch, and what it answered for is deleted', async () => {
    await createPipe(target);
    await send('vpce-1');
    await world.pass(2);
    expect(world.lambda.payloads).toMatchObject([[{ body: 'vpce-1' }]]);
    expect(world.lambda.types).toEqual(['RequestResponse']);
    expect(world.bodies('notices')).toEqual([]);
  });

  it('that fails - the batch is left', async () => {
    world.lambda.answer = () => {
      throw new Error('busy');
    };
    await createPipe(target);
    await send('vpce-1');
    await world.pass(2);
    expect(world.bodies('notices')).toEqual(['vpce-1']);
    expect(world.states()).toContain('pipes batch failed');
  });

  it.each([
    ['messages', (id: string) => id, ['bad']],
    ['a message that it was not given', () => 'another', ['good', 'bad']],
  ])('that names %s as failed - those are left', async (_, nameOf, left) => {
    world.lambda.answer = (payload) => ({
      batchItemFailures: (payload as { body: string; messageId: string }[])
        .filter(({ body }) => body === 'bad')
        .map(({ messageId }) => ({ itemIdentifier: nameOf(messageId) })),
    });
    await createPipe(target);
    await world.call('sqs', 'SendMessageBatch', {
      QueueUrl: queueUrl('notices'),
      Entries: ['good', 'bad'].map((body) => ({ Id: body, MessageBody: body })),
    });
    await world.pass(2);
    expect(world.bodies('notices')).toEqual(left);
  });

  it('that is not waited for - is called as an event', async () => {
    const TargetParameters = { LambdaFunctionParameters: { InvocationType: 'FIRE_AND_FORGET' } };
    await createPipe({ ...target, TargetParameters });
    await send('vpce-1');
    await world.pass(2);
    expect(world.lambda.types).toEqual(['Event']);
    expect(world.bodies('notices')).toEqual([]);
  });
});

describe('a pipe is refused', () => {
  it.each([
    ['with another source', { Source: `arn:aws:kinesis:us-west-2:${PROVIDER_ACCOUNT}:stream/x` }, 'kinesis'],
    ['with another target', { Target: `arn:aws:logs:us-west-2:${PROVIDER_ACCOUNT}:log-group:x` }, 'logs'],
    ['with another enrichment', { Enrichment: machineArn('x') }, 'stateMachine'],
    ['without a role', { RoleArn: undefined }, 'RoleArn'],
    [
      'with a filter that pipes do not judge',
      { SourceParameters: { FilterCriteria: { Filters: [{ Pattern: '{"a":[{"wildcard":"x*"}]}' }] } } },
      'wildcard',
    ],
    [
      'with a filter that is none',
      { SourceParameters: { FilterCriteria: { Filters: [{ Pattern: '{"a":1}' }] } } },
      'must be an object or an array',
    ],
    [
      'with parameters of another source',
      { SourceParameters: { KinesisStreamParameters: { StartingPosition: 'LATEST' } } },
      'KinesisStreamParameters',
    ],
    [
      'with a great batch and no window',
      { SourceParameters: { SqsQueueParameters: { BatchSize: 11 } } },
      'MaximumBatchingWindowInSeconds',
    ],
    ['with a template of unknown names', { TargetParameters: { InputTemplate: '<x>' } }, '<x>'],
    [
      'with a path that is not read',
      { TargetParameters: { EventBridgeEventBusParameters: { Source: '$..x' } } },
      '$..x',
    ],
    ['with an endpoint', { TargetParameters: { EventBridgeEventBusParameters: { EndpointId: 'x' } } }, 'EndpointId'],
  ])('%s', async (_, more, name) => {
    await expect(createPipe(more)).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(name),
    });
  });

  it('twice under one name; deleted, it makes room', async () => {
    await createPipe();
    await expect(createPipe()).rejects.toMatchObject({ code: 'ConflictException' });
    await expect(world.call('pipes', 'ListPipes', {})).resolves.toMatchObject({
      Pipes: [{ Name: 'intake', CurrentState: 'RUNNING' }],
    });
    await world.call('pipes', 'DeletePipe', { Name: 'intake' });
    await world.pass(5);
    await expect(world.call('pipes', 'DescribePipe', { Name: 'intake' })).rejects.toMatchObject({
      code: 'NotFoundException',
    });
    await createPipe();
    await send('x');
    await world.pass(2);
    expect(events()).toHaveLength(1);
  });
});

it('throttling of the enrichment is a failure like any other', async () => {
  world.lambda.answer = () => {
    throw new AwsError('TooManyRequestsException', 'Rate exceeded', 429);
  };
  await createPipe();
  await send('vpce-1');
  await world.pass(2);
  expect(world.bodies('notices')).toEqual(['vpce-1']);
});

it('one seed gives one journal, byte for byte', async () => {
  const journalOf = async (seed: number): Promise<string> => {
    world = createMessagingWorld(seed);
    world.lambda.answer = oneEach;
    await world.createQueue('notices');
    await world.call('events', 'CreateEventBus', { Name: 'own' });
    await createPipe();
    for (let n = 0; n < 25; n += 1) await send(`vpce-${n}`);
    await world.pass(60);
    return world.journal.toText();
  };
  const first = await journalOf(5);
  expect(first.split('\n').length).toBeGreaterThan(50);
  expect(await journalOf(5)).toBe(first);
  expect(await journalOf(6)).not.toBe(first);
});
