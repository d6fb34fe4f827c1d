import { beforeEach, describe, expect, it } from 'vitest';
import { busArn, functionArn, letServices, machineArn, queueArn, ROLE } from '../sqs/messaging-world.ts';
import { createStreamingWorld, type StreamingWorld, sequence } from './streaming-world.ts';

const HOUR = 3600;

let world: StreamingWorld;

beforeEach(async () => {
  world = await createStreamingWorld();
});

describe('a running pipe', () => {
  it('gives the function an array of records as documented', async () => {
    await world.createPipe();
    const at = Math.floor(world.clock.now() / 1000);
    await world.put('a', { v: { N: '1' } });
    await world.pass(1);
    expect(world.lambda.payloads).toEqual([
      [
        {
          eventID: expect.stringMatching(/^[\da-f]{32}$/),
          eventName: 'INSERT',
          eventVersion: '1.1',
          eventSource: 'aws:dynamodb',
          eventSourceARN: world.streamArn,
          awsRegion: 'us-west-2',
          dynamodb: {
            ApproximateCreationDateTime: at,
            Keys: { pk: { S: 'a' } },
            NewImage: { pk: { S: 'a' }, v: { N: '1' } },
            SequenceNumber: sequence(0),
            SizeBytes: 9,
            StreamViewType: 'NEW_AND_OLD_IMAGES',
          },
        },
      ],
    ]);
  });

  it.each([
    ['TRIM_HORIZON', ['early later']],
    ['LATEST', ['later']],
  ])('that begins at %s takes %j', async (StartingPosition, expected) => {
    await world.put('early');
    await world.call('pipes', 'CreatePipe', {
      Name: 'changes',
      RoleArn: ROLE,
      Source: world.streamArn,
      Target: functionArn('target'),
      DesiredState: 'STOPPED',
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition, MaximumBatchingWindowInSeconds: 10 } },
    });
    await world.pass(5);
    await world.call('pipes', 'StartPipe', { Name: 'changes' });
    await world.pass(5);
    await world.put('later');
    await world.pass(20);
    expect(world.batches()).toEqual(expected);
  });

  it('takes batches no greater than its own, in order', async () => {
    await world.createPipe({ BatchSize: 2 });
    await world.puts('a', 'b', 'c', 'd', 'e');
    await world.pass(1);
    expect(world.batches().join(' ')).toBe('a b c d e');
    expect(world.batches().every((batch) => batch.split(' ').length <= 2)).toBe(true);
  });

  it('waits its window for a batch to fill, and no longer than the batch needs', async () => {
    await world.createPipe({ BatchSize: 3, MaximumBatchingWindowInSeconds: 10 });
    await world.put('a');
    await world.pass(4);
    await world.put('b');
    await world.pass(5);
    expect(world.batches()).toEqual([]);
    await world.pass(2);
    expect(world.batches()).toEqual(['a b']);
    await world.puts('c', 'd', 'e');
    await world.pass(1);
    expect(world.batches()).toEqual(['a b', 'c d e']);
  });

  it('does not poll: quiet weeks cost nothing, and what comes after them is taken', async () => {
    await world.createPipe();
    await world.put('a');
    await world.pass(1);
    const polls = world.calls('dynamodb:GetRecords').length;
    await world.pass(21 * 24 * HOUR);
    expect(world.calls('dynamodb:GetRecords')).toHaveLength(polls);
    await world.put('b');
    await world.pass(1);
    expect(world.batches()).toEqual(['a', 'b']);
  });

  it('that saw nothing yet for weeks takes the first change', async () => {
    await world.createPipe();
    await world.pass(21 * 24 * HOUR);
    await world.puts('a', 'b');
    await world.pass(1);
    expect(world.batches().join(' ')).toBe('a b');
  });

  it('goes on where it was after it was stopped', async () => {
    await world.createPipe();
    await world.put('a');
    await world.pass(1);
    await world.call('pipes', 'StopPipe', { Name: 'changes' });
    await world.pass(5);
    await world.puts('b', 'c');
    await world.pass(HOUR);
    expect(world.batches()).toEqual(['a']);
    await world.call('pipes', 'StartPipe', { Name: 'changes' });
    await world.pass(5);
    expect(world.batches()).toEqual(['a', 'b c']);
  });

  it('goes on with the first change that came while it was stopped, where it had seen none', async () => {
    await world.createPipe();
    await world.call('pipes', 'StopPipe', { Name: 'changes' });
    await world.pass(5);
    await world.puts('a', 'b');
    await world.pass(HOUR);
    await world.call('pipes', 'StartPipe', { Name: 'changes' });
    await world.pass(5);
    expect(world.batches()).toEqual(['a b']);
  });

  it('drops what its filters do not let through for good, and is not held up by it', async () => {
    await world.createPipe(
      { BatchSize: 2 },
      {
        SourceParameters: {
          FilterCriteria: {
            Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"vpce-"}]}}}}' }],
          },
          DynamoDBStreamParameters: { StartingPosition: 'LATEST', BatchSize: 2, MaximumBatchingWindowInSeconds: 5 },
        },
      },
    );
    await world.puts('x', 'y', 'vpce-1', 'z');
    await world.put('vpce-1', { v: { N: '2' } });
    await world.put('vpce-2');
    await world.pass(1);
    expect(world.batches()).toEqual(['vpce-1 vpce-2']);
    await world.puts('w');
    await world.pass(60);
    expect(world.lambda.payloads).toHaveLength(1);
  });

  it('shapes each record by its template', async () => {
    await world.createPipe(
      {},
      { TargetParameters: { InputTemplate: '{"id": <$.dynamodb.Keys.pk.S>, "was": <$.eventName>}' } },
    );
    await world.put('a');
    await world.pass(1);
    expect(world.lambda.payloads).toEqual([[{ id: 'a', was: 'INSERT' }]]);
  });

  it('asks the function as an event where it is not to wait', async () => {
    world.failFor('a');
    await world.createPipe(
      {},
      { TargetParameters: { LambdaFunctionParameters: { InvocationType: 'FIRE_AND_FORGET' } } },
    );
    await world.put('a');
    await world.pass(120);
    expect(world.lambda.types).toEqual(['Event']);
    expect(world.states()).not.toContain('pipes batch failed');
  });

  it('fills a queue, a bus and a state machine as other pipes do', async () => {
    await world.createPipe({}, { Target: queueArn('letters'), TargetParameters: { InputTemplate: '<$.eventName>' } });
    await world.put('a');
    await world.pass(1);
    expect(world.bodies('letters')).toEqual(['INSERT']);

    await world.call('pipes', 'UpdatePipe', { Name: 'changes', RoleArn: ROLE, Target: machineArn('admit') });
    await world.pass(5);
    await world.put('b');
    await world.pass(1);
    expect(world.executions).toMatchObject([{ input: ['INSERT'] }]);

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
    const TargetParameters = { InputTemplate: '' };
    await world.call('pipes', 'UpdatePipe', {
      Name: 'changes',
      RoleArn: ROLE,
      Target: busArn('own'),
      TargetParameters,
    });
    await world.pass(5);
    await world.put('c');
    await world.pass(2);
    expect(world.bodies('heard').map((body) => JSON.parse(body) as unknown)).toMatchObject([
      { source: 'Pipe changes', 'detail-type': 'Event from aws:dynamodb', detail: { eventName: 'INSERT' } },
    ]);
  });

  it('ends with its stream', async () => {
    await world.createPipe();
    await world.put('a');
    await world.call('dynamodb', 'UpdateTable', { TableName: 'Ledger', StreamSpecification: { StreamEnabled: false } });
    await world.put('b');
    await world.pass(HOUR);
    expect(world.batches()).toEqual(['a']);
  });
});

describe('a pipe whose role may not read the stream', () => {
  it.each(['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'])(
    'by %s fails to start, in words',
    async (name) => {
      world.refuse((principal, { action }) => principal.kind === 'role' && action === `dynamodb:${name}`);
      await world.createPipe();
      await expect(world.describePipe()).resolves.toMatchObject({
        CurrentState: 'CREATE_FAILED',
        StateReason: `Cannot access stream ${world.streamArn}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.`,
      });
    },
  );

  it('any more tries again until it may, and loses nothing', async () => {
    await world.createPipe();
    let refused = true;
    world.refuse((principal, { action }) => refused && principal.kind === 'role' && action === 'dynamodb:GetRecords');
    await world.put('a');
    await world.pass(10);
    expect(world.states()).toContain('pipes poll failed');
    refused = false;
    await world.pass(61);
    expect(world.batches()).toEqual(['a']);
  });

  it('since it is disabled fails to start', async () => {
    await world.call('dynamodb', 'UpdateTable', { TableName: 'Ledger', StreamSpecification: { StreamEnabled: false } });
    await world.createPipe();
    await expect(world.describePipe()).resolves.toMatchObject({
      CurrentState: 'CREATE_FAILED',
      StateReason: `The stream ${world.streamArn} is disabled.`,
    });
  });
});

describe('a pipe is refused', () => {
  it.each<[string, object, object, string]>([
    ['without a starting position', { StartingPosition: undefined }, {}, 'StartingPosition'],
    ['at another starting position', { StartingPosition: 'AT_TIMESTAMP' }, {}, 'AT_TIMESTAMP'],
    ['with a batch of none', { BatchSize: 0 }, {}, 'BatchSize'],
    ['with a batch that is too great', { BatchSize: 10_001 }, {}, 'BatchSize'],
    ['with a greater batch than its queue takes', { BatchSize: 11 }, { Target: queueArn('letters') }, 'at once'],
    ['with a long window', { MaximumBatchingWindowInSeconds: 301 }, {}, 'MaximumBatchingWindowInSeconds'],
    ['with too many retries', { MaximumRetryAttempts: 10_001 }, {}, 'MaximumRetryAttempts'],
    ['with too great an age', { MaximumRecordAgeInSeconds: 604_801 }, {}, 'MaximumRecordAgeInSeconds'],
    ['with too many batches at once', { ParallelizationFactor: 11 }, {}, 'ParallelizationFactor'],
    ['with another way to fail', { OnPartialBatchItemFailure: 'SKIP' }, {}, 'SKIP'],
    ['with a dead letter to a function', { DeadLetterConfig: { Arn: functionArn('x') } }, {}, 'function:x'],
    [
      'with parameters of a queue',
      {},
      { SourceParameters: { SqsQueueParameters: { BatchSize: 1 } } },
      'SqsQueueParameters',
    ],
    [
      'with another kind of invocation',
      {},
      { TargetParameters: { LambdaFunctionParameters: { InvocationType: 'LATER' } } },
      'LATER',
    ],
  ])('%s', async (_, stream, more, message) => {
    await expect(world.createPipe(stream, more)).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });
});

it('takes a parallelization factor', async () => {
  await world.createPipe({ ParallelizationFactor: 10 });
  await world.puts('a', 'b');
  await world.pass(1);
  expect(world.batches().join(' ')).toBe('a b');
});

it('one seed gives one journal, byte for byte', async () => {
  const journalOf = async (seed: number): Promise<string> => {
    world = await createStreamingWorld(seed);
    world.failFor('item-7');
    await world.createPipe({ MaximumRetryAttempts: 2, DeadLetterConfig: { Arn: queueArn('letters') } });
    for (let n = 0; n < 25; n += 1) await world.put(`item-${n}`);
    await world.pass(60);
    return world.journal.toText();
  };
  const first = await journalOf(5);
  expect(first).toContain('pipes gave up on records');
  expect(await journalOf(5)).toBe(first);
  expect(await journalOf(6)).not.toBe(first);
});
