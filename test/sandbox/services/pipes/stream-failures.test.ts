import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import type { PipeStreamRecord } from '../../../../sandbox/services/pipes/stream-records.ts';
import { queueArn, ROLE } from '../sqs/messaging-world.ts';
import { createStreamingWorld, names, type StreamingWorld, sequence } from './streaming-world.ts';

const PIPE_ARN = `arn:aws:pipes:us-west-2:${PROVIDER_ACCOUNT}:pipe/changes`;
const HOUR = 3600;

let world: StreamingWorld;

beforeEach(async () => {
  world = await createStreamingWorld();
});

describe('a batch that fails', () => {
  it('holds up what is behind it until it is through', async () => {
    world.failFor('a');
    await world.createPipe();
    await world.put('a');
    await world.pass(1);
    await world.put('b');
    await world.pass(600);
    expect(new Set(world.batches())).toEqual(new Set(['a']));
    expect(world.batches().length).toBeGreaterThan(10);
    world.failFor();
    await world.pass(61);
    expect(world.batches().slice(-2)).toEqual(['a', 'b']);
  });

  it('is given up after its retries, and the dead-letter queue is told where it is', async () => {
    world.failFor('a');
    await world.createPipe({ MaximumRetryAttempts: 2, DeadLetterConfig: { Arn: queueArn('letters') } });
    const at = `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`;
    await world.puts('a', 'b');
    await world.pass(10);
    expect(world.batches()).toEqual(['a b', 'a b', 'a b']);
    const { StreamDescription } = await world.call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      'dynamodb',
      'DescribeStream',
      { StreamArn: world.streamArn },
    );
    expect(world.letters()).toEqual([
      {
        context: { partnerResourceArn: PIPE_ARN, condition: 'RetryAttemptsExhausted' },
        version: '1.0',
        timestamp: expect.stringMatching(/^2026-11-23T01:00:\d\d\.\d{3}Z$/),
        DDBStreamBatchInfo: {
          shardId: StreamDescription.Shards[0]?.ShardId,
          startSequenceNumber: sequence(0),
          endSequenceNumber: sequence(1),
          approximateArrivalOfFirstRecord: at,
          approximateArrivalOfLastRecord: at,
          batchSize: 2,
          streamArn: world.streamArn,
        },
      },
    ]);
    await world.put('c');
    await world.pass(1);
    expect(world.batches().at(-1)).toBe('c');
  });

  it('is given up at once where no retry is allowed, and without a dead-letter queue the journal alone tells', async () => {
    world.failFor('a');
    await world.createPipe({ MaximumRetryAttempts: 0 });
    await world.put('a');
    await world.pass(60);
    expect(world.batches()).toEqual(['a']);
    expect(world.states()).toContain('pipes gave up on records');
  });

  it('is given up record by record as they get too old', async () => {
    world.failFor('a', 'b');
    await world.createPipe({ MaximumRecordAgeInSeconds: 60, DeadLetterConfig: { Arn: queueArn('letters') } });
    await world.put('a');
    await world.pass(30);
    await world.puts('b', 'c');
    await world.pass(200);
    expect(world.letters()).toMatchObject([
      {
        context: { condition: 'RecordAgeExceeded' },
        DDBStreamBatchInfo: { startSequenceNumber: sequence(0), batchSize: 1 },
      },
      {
        context: { condition: 'RecordAgeExceeded' },
        DDBStreamBatchInfo: { startSequenceNumber: sequence(1), batchSize: 2 },
      },
    ]);
  });

  it('is tried for 24 hours where nothing limits it, then the pipe goes on', async () => {
    world.failFor('a');
    await world.createPipe();
    await world.put('a');
    await world.pass(23 * HOUR);
    await world.put('b');
    await world.pass(2 * HOUR);
    expect(world.batches().at(-1)).toBe('b');
    expect(world.batches().filter((batch) => batch === 'b')).toHaveLength(1);
  });

  it('is halved until the record that fails is alone, where the pipe bisects', async () => {
    world.failFor('c');
    await world.createPipe({
      BatchSize: 4,
      MaximumBatchingWindowInSeconds: 1,
      MaximumRetryAttempts: 1,
      OnPartialBatchItemFailure: 'AUTOMATIC_BISECT',
      DeadLetterConfig: { Arn: queueArn('letters') },
    });
    await world.puts('a', 'b', 'c', 'd');
    await world.pass(30);
    expect(world.batches()).toEqual(['a b c d', 'a b', 'c d', 'c', 'c', 'd']);
    expect(world.letters()).toMatchObject([
      { DDBStreamBatchInfo: { startSequenceNumber: sequence(2), endSequenceNumber: sequence(2), batchSize: 1 } },
    ]);
  });

  it('in part is tried again from the first record that the function names', async () => {
    let failing = true;
    world.lambda.answer = (payload) => ({
      batchItemFailures: failing
        ? (payload as PipeStreamRecord[])
            .filter((record) => names([record])[0] === 'b')
            .map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }))
        : [],
    });
    await world.createPipe({ BatchSize: 3, MaximumBatchingWindowInSeconds: 1 });
    await world.puts('a', 'b', 'c');
    await world.pass(0.9);
    failing = false;
    await world.pass(10);
    expect(world.batches()).toEqual(['a b c', 'b c']);
  });

  it('for lack of the role’s permission counts as one', async () => {
    world.refuse((principal, { action }) => principal.kind === 'role' && action === 'lambda:InvokeFunction');
    await world.createPipe({ MaximumRetryAttempts: 1, DeadLetterConfig: { Arn: queueArn('letters') } });
    await world.put('a');
    await world.pass(10);
    expect(world.letters()).toMatchObject([{ context: { condition: 'RetryAttemptsExhausted' } }]);
  });

  it('for a failure of AWS itself is not counted', async () => {
    let failing = true;
    world.lambda.answer = () => {
      if (failing) throw new AwsError('ServiceException', 'Internal error', 500);
      return null;
    };
    await world.createPipe({ MaximumRetryAttempts: 0, DeadLetterConfig: { Arn: queueArn('letters') } });
    await world.put('a');
    await world.pass(100);
    failing = false;
    await world.pass(61);
    expect(world.letters()).toEqual([]);
    expect(world.batches().length).toBeGreaterThan(5);
  });

  it('is given up for good where even its dead letter is refused', async () => {
    world.failFor('a');
    world.refuse((principal, { action }) => principal.kind === 'role' && action === 'sqs:SendMessage');
    await world.createPipe({ MaximumRetryAttempts: 0, DeadLetterConfig: { Arn: queueArn('letters') } });
    await world.puts('a');
    await world.pass(5);
    await world.puts('b');
    await world.pass(5);
    expect(world.batches()).toEqual(['a', 'b']);
    expect(world.states()).toContain('pipes could not send a dead letter');
  });

  it('may be told to a topic', async () => {
    world.failFor('a');
    await world.call('sns', 'CreateTopic', { Name: 'failures' });
    const Arn = `arn:aws:sns:us-west-2:${PROVIDER_ACCOUNT}:failures`;
    await world.createPipe({ MaximumRetryAttempts: 0, DeadLetterConfig: { Arn } });
    await world.put('a');
    await world.pass(5);
    expect(world.calls('sns:Publish')).toMatchObject([{ who: expect.stringContaining('worker') }]);
  });

  it('is not tried again by a pipe that is stopped, and is first when it starts again', async () => {
    world.failFor('a');
    await world.createPipe();
    await world.put('a');
    await world.pass(10);
    await world.call('pipes', 'StopPipe', { Name: 'changes' });
    await world.pass(5);
    const before = world.batches().length;
    await world.put('b');
    await world.pass(HOUR);
    expect(world.batches()).toHaveLength(before);
    world.failFor();
    await world.call('pipes', 'StartPipe', { Name: 'changes' });
    await world.pass(5);
    expect(world.batches().slice(before).join(' ')).toBe('a b');
  });

  it('is taken over by the pipe as it was updated', async () => {
    world.failFor('a');
    await world.createPipe();
    await world.put('a');
    await world.pass(10);
    const SourceParameters = { DynamoDBStreamParameters: { MaximumRetryAttempts: 0 } };
    await world.call('pipes', 'UpdatePipe', { Name: 'changes', RoleArn: ROLE, SourceParameters });
    await world.pass(10);
    expect(world.states()).toContain('pipes gave up on records');
    await expect(world.describePipe()).resolves.toMatchObject({
      CurrentState: 'RUNNING',
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST', MaximumRetryAttempts: 0 } },
    });
  });
});
