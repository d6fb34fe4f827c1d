import type { PipeStreamRecord } from '../../../../sandbox/services/pipes/stream-records.ts';
import { createMessagingWorld, functionArn, ROLE } from '../sqs/messaging-world.ts';

/** The keys in a batch that a function was given. */
export const names = (payload: unknown): readonly string[] =>
  (payload as PipeStreamRecord[]).map(({ dynamodb }) => (dynamodb.Keys.pk as { S: string }).S);

/** The sequence number of the record with this number. */
export const sequence = (number: number): string => `1${String(number).padStart(20, '0')}`;

/** A messaging world with the table Ledger, its stream, and the queue `letters`. */
export const createStreamingWorld = async (seed = 1) => {
  const world = createMessagingWorld(seed);
  await world.createQueue('letters');
  const { TableDescription } = await world.call<{ TableDescription: { LatestStreamArn: string } }>(
    'dynamodb',
    'CreateTable',
    {
      TableName: 'Ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  );
  const streamArn = TableDescription.LatestStreamArn;
  const put = (pk: string, more: object = {}) =>
    world.call('dynamodb', 'PutItem', { TableName: 'Ledger', Item: { pk: { S: pk }, ...more } });

  return {
    ...world,
    streamArn,
    put,
    puts: async (...keys: readonly string[]): Promise<void> => {
      for (const pk of keys) await put(pk);
    },
    /** Makes a pipe from the stream to the function `target` and waits until it runs. */
    createPipe: async (stream: object = {}, more: object = {}): Promise<void> => {
      await world.call('pipes', 'CreatePipe', {
        Name: 'changes',
        RoleArn: ROLE,
        Source: streamArn,
        Target: functionArn('target'),
        SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST', ...stream } },
        ...more,
      });
      await world.pass(5);
    },
    describePipe: () =>
      world.call<{ CurrentState: string; StateReason?: string }>('pipes', 'DescribePipe', { Name: 'changes' }),
    /** What the function was given, a text for each batch: `a b c`. */
    batches: (): readonly string[] => world.lambda.payloads.map((payload) => names(payload).join(' ')),
    /** What the dead-letter queue was told. */
    letters: (): readonly unknown[] => world.bodies('letters').map((body) => JSON.parse(body) as unknown),
    calls: (what: string) => world.journal.entries.filter((entry) => entry.kind === 'call' && entry.what === what),
    /** Makes the function fail for every batch that holds one of these. */
    failFor: (...poison: readonly string[]): void => {
      world.lambda.answer = (payload) => {
        if (names(payload).some((name) => poison.includes(name))) throw new Error('poison');
        return null;
      };
    },
  };
};

export type StreamingWorld = Awaited<ReturnType<typeof createStreamingWorld>>;
