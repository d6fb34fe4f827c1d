import { describe, expect, it } from 'vitest';
import { createLambdaWorld } from './lambda-world.ts';

const QUEUE_ARN = 'arn:aws:sqs:us-west-2:123456789012:answers';
const QUEUE_URL = 'https://sqs.us-west-2.amazonaws.com/123456789012/answers';
const POLLS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Answers what the body of each message says: `ok`, `bad`; remembers every batch in the log. */
const CONSUMER = `exports.handler = async ({ Records }) => {
  process.stdout.write(JSON.stringify({ bodies: Records.map(({ body }) => body), counts: Records.map(({ attributes }) => attributes.ApproximateReceiveCount) }) + String.fromCharCode(10));
  if (Records.some(({ body }) => body === 'throw')) throw new Error('no');
  if (Records.some(({ body }) => body === 'strange')) return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
  return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

interface Options {
  readonly mapping?: object;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly actions?: readonly string[];
  readonly more?: object;
}

const open = async ({ attributes = {}, actions = POLLS, more = {} }: Options = {}) => {
  const world = createLambdaWorld();
  world.allow('poll', actions, QUEUE_ARN);
  await world.call('CreateQueue', { QueueName: 'letters' }, undefined, 'sqs');
  await world.call('CreateQueue', { QueueName: 'answers', Attributes: attributes }, undefined, 'sqs');
  await world.create(CONSUMER, { Timeout: 10, ...more });
  return world;
};
const map = (world: Awaited<ReturnType<typeof open>>, mapping: object = {}) =>
  world.call<{ UUID: string }>('CreateEventSourceMapping', {
    FunctionName: 'decide',
    EventSourceArn: QUEUE_ARN,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ...mapping,
  });
const mapped = async ({ mapping, ...options }: Options = {}) => {
  const world = await open(options);
  await map(world, mapping);
  return world;
};
type World = Awaited<ReturnType<typeof mapped>>;

const send = (world: World, ...bodies: readonly string[]) =>
  Promise.all(
    bodies.map((MessageBody) => world.call('SendMessage', { QueueUrl: QUEUE_URL, MessageBody }, undefined, 'sqs')),
  );
const batches = (world: World) =>
  world.logs().flatMap((line) => {
    const { bodies, counts } = (line ?? {}) as { bodies?: readonly string[]; counts?: readonly string[] };
    return bodies === undefined ? [] : [{ bodies, counts }];
  });

describe('messages of a queue', () => {
  it('are handed to the function in its event’s form, and deleted where it succeeds', async () => {
    const world = await mapped();

    await send(world, 'ok');
    await world.pass(5);

    expect(batches(world)).toEqual([{ bodies: ['ok'], counts: ['1'] }]);
    expect(world.messages('answers')).toEqual([]);
  });

  it('fill a batch as long as its window says, and no longer than it is full', async () => {
    const world = await mapped({ mapping: { BatchSize: 25, MaximumBatchingWindowInSeconds: 2 } });

    await send(world, ...Array.from({ length: 30 }, () => 'ok'));
    await world.pass(10);

    expect(batches(world).map(({ bodies }) => bodies.length)).toEqual([25, 5]);
  });

  it('one that is reported as failed comes again after the visibility time-out, the others are gone', async () => {
    const world = await mapped({
      attributes: { VisibilityTimeout: '60' },
      mapping: { BatchSize: 10, MaximumBatchingWindowInSeconds: 1 },
    });

    await send(world, 'ok', 'bad', 'ok');
    await world.pass(50);
    expect(world.messages('answers')).toHaveLength(1);
    await world.pass(50);

    expect(batches(world).map(({ bodies }) => bodies)).toEqual([['ok', 'bad', 'ok'], ['bad']]);
    expect(batches(world)[1]?.counts).toEqual(['2']);
  });

  it.each([
    ['throws', 'throw'],
    ['names a message that it was not given', 'strange'],
  ])('all of a batch come again where the function %s', async (_what, body) => {
    const world = await mapped({
      attributes: { VisibilityTimeout: '60' },
      mapping: { BatchSize: 10, MaximumBatchingWindowInSeconds: 1 },
    });

    await send(world, 'ok', body);
    await world.pass(20);

    expect(world.messages('answers')).toHaveLength(2);
  });

  it('what fails too often goes to the dead letters', async () => {
    const redrive = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-west-2:123456789012:letters',
      maxReceiveCount: 3,
    });
    const world = await mapped({ attributes: { VisibilityTimeout: '60', RedrivePolicy: redrive } });

    await send(world, 'bad');
    await world.pass(600);

    expect(batches(world)).toHaveLength(3);
    expect([world.messages('answers').length, world.messages('letters').length]).toEqual([0, 1]);
  });

  it('are not handed to more invocations at once than the mapping says', async () => {
    const world = await open();
    await world.call('UpdateFunctionCode', {
      FunctionName: 'decide',
      ...world.upload('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 5000));'),
    });
    await map(world, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });

    await send(world, ...Array.from({ length: 5 }, () => 'ok'));
    await world.pass(2);
    const first = world.inFlight();
    await world.pass(20);

    expect(first).toBe(2);
    expect(world.messages('answers')).toEqual([]);
  });

  it('a week without any costs nothing', async () => {
    const world = await mapped();
    const before = world.journal.entries.length;

    await world.pass(7 * 86_400);

    expect(world.journal.entries.length).toBe(before);
  });
});

describe('a mapping', () => {
  it('can be listed, changed, switched off and deleted', async () => {
    const world = await open();
    const { UUID } = await map(world);

    await expect(world.call('GetEventSourceMapping', { UUID })).resolves.toMatchObject({
      UUID,
      State: 'Enabled',
      BatchSize: 10,
    });
    await expect(world.call('ListEventSourceMappings', { EventSourceArn: QUEUE_ARN })).resolves.toMatchObject({
      EventSourceMappings: [{ UUID }],
    });
    await world.call('UpdateEventSourceMapping', { UUID, Enabled: false });
    await send(world, 'ok');
    await world.pass(60);
    expect(batches(world)).toEqual([]);
    await world.call('UpdateEventSourceMapping', { UUID, Enabled: true });
    await world.pass(60);
    expect(batches(world)).toHaveLength(1);
    await world.call('DeleteEventSourceMapping', { UUID });
    await expect(world.call('GetEventSourceMapping', { UUID })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it.each<[situation: string, Options, mapping: object, message: RegExp]>([
    [
      'a queue that hides for less than the function’s time',
      { attributes: { VisibilityTimeout: '5' } },
      {},
      /^Queue visibility timeout: 5 seconds is less than Function timeout: 10 seconds$/,
    ],
    [
      'a role that may not read',
      { actions: ['sqs:ReceiveMessage'] },
      {},
      /does not have permissions to call DeleteMessage on SQS$/,
    ],
    ['a big batch without a window', {}, { BatchSize: 11 }, /window in seconds must be greater than 0/],
    ['a concurrency of one', {}, { ScalingConfig: { MaximumConcurrency: 1 } }, /from 2 to 1000, not 1/],
    ['a queue that is not there', {}, { EventSourceArn: `${QUEUE_ARN}-2` }, /NonExistentQueue/],
    ['a filter', {}, { FilterCriteria: { Filters: [{ Pattern: '{}' }] } }, /does not model FilterCriteria/],
  ])('%s - refused in words', async (_situation, options, mapping, message) => {
    const world = await open(options);

    await expect(map(world, mapping)).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: expect.stringMatching(message),
    });
  });

  it('that is there already - refused', async () => {
    const world = await mapped();

    await expect(map(world)).rejects.toMatchObject({ code: 'ResourceConflictException' });
  });
});
