import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import { accountPrincipal, type Principal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { dynamodbService } from '../../../../sandbox/services/dynamodb/actions.ts';
import type { StreamRecord, StreamViewType } from '../../../../sandbox/services/dynamodb/stream.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';

type Answer = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 10, 23, 12, 0, 0, 700);
const LEDGER = 'arn:aws:dynamodb:us-west-2:123456789012:table/Ledger';
const STREAM = `${LEDGER}/stream/2026-11-23T12:00:00.700`;
const HOUR = 3_600_000;

/** A world with the table Ledger, of key pk and sk, whose stream shows what is asked for. */
const world = async (StreamViewType: StreamViewType | undefined = 'NEW_AND_OLD_IMAGES') => {
  const clock = new VirtualClock(START);
  const identities = new Identities(clock);
  const cloud = new Cloud({ clock, random: seededRandom(1), journal: new Journal(clock), authorizer: identities });
  cloud.register(dynamodbService(cloud));
  const call = async (action: string, input: object, principal: Principal = OPERATOR): Promise<Answer> =>
    (await cloud.invoke({ service: 'dynamodb', action, input, principal })) as Answer;
  const { TableDescription } = await call('CreateTable', {
    TableName: 'Ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType },
  });
  const shardOf = async (StreamArn: string): Promise<string> => {
    const { StreamDescription } = (await call('DescribeStream', { StreamArn })) as {
      StreamDescription: { Shards: { ShardId: string }[] };
    };
    return StreamDescription.Shards[0]?.ShardId ?? '';
  };
  const iteratorOf = async (ShardIteratorType: string, more: object = {}, StreamArn = STREAM): Promise<unknown> => {
    const input = { StreamArn, ShardId: await shardOf(StreamArn), ShardIteratorType, ...more };
    return (await call('GetShardIterator', input)).ShardIterator;
  };
  const recordsFrom = async (ShardIterator: unknown): Promise<readonly StreamRecord[]> =>
    (await call('GetRecords', { ShardIterator })).Records as readonly StreamRecord[];
  const records = async (): Promise<readonly StreamRecord[]> => recordsFrom(await iteratorOf('TRIM_HORIZON'));
  const pass = (milliseconds: number) => clock.run(() => false, clock.now() + milliseconds);
  const put = (pk: string, more: object = {}) =>
    call('PutItem', { TableName: 'Ledger', Item: { pk: { S: pk }, sk: { S: 'x' }, ...more } });
  return { clock, cloud, identities, call, TableDescription, iteratorOf, recordsFrom, records, pass, put };
};

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
/** What was changed, in words: `INSERT a`. */
const summary = (records: readonly StreamRecord[]): readonly string[] =>
  records.map(({ eventName, dynamodb: { Keys } }) => `${eventName} ${(Keys.pk as { S: string }).S}`);
const sequence = (number: number): string => `1${String(number).padStart(20, '0')}`;

describe('a table with a stream', () => {
  it('says so, with the ARN and the label of its stream', async () => {
    const { TableDescription, call } = await world('KEYS_ONLY');
    const expected = {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      LatestStreamArn: STREAM,
      LatestStreamLabel: '2026-11-23T12:00:00.700',
    };
    expect(TableDescription).toMatchObject(expected);
    expect((await call('DescribeTable', { TableName: 'Ledger' })).Table).toMatchObject(expected);
  });

  it('writes down what is put, updated and deleted, in order', async () => {
    const { call, put, records } = await world();
    await put('a', { v: { N: '1' } });
    await call('UpdateItem', {
      TableName: 'Ledger',
      Key: key('a'),
      UpdateExpression: 'SET v = v + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    await call('DeleteItem', { TableName: 'Ledger', Key: key('a') });
    const [before, after] = ['1', '2'].map((N) => ({ ...key('a'), v: { N } }));
    expect((await records()).map(({ eventName, dynamodb }) => ({ eventName, ...dynamodb }))).toMatchObject([
      { eventName: 'INSERT', NewImage: before, SequenceNumber: sequence(0) },
      { eventName: 'MODIFY', OldImage: before, NewImage: after, SequenceNumber: sequence(1) },
      { eventName: 'REMOVE', OldImage: after, SequenceNumber: sequence(2) },
    ]);
    const [inserted, , removed] = await records();
    expect(inserted?.dynamodb).not.toHaveProperty('OldImage');
    expect(removed?.dynamodb).not.toHaveProperty('NewImage');
  });

  it('has records of the documented shape', async () => {
    const { put, records } = await world();
    await put('a');
    expect(await records()).toEqual([
      {
        eventID: expect.stringMatching(/^[\da-f]{32}$/),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-west-2',
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(START / 1000),
          Keys: key('a'),
          NewImage: key('a'),
          SequenceNumber: sequence(0),
          SizeBytes: 12,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ]);
  });

  it.each<[StreamViewType, readonly string[]]>([
    ['KEYS_ONLY', []],
    ['NEW_IMAGE', ['NewImage']],
    ['OLD_IMAGE', ['OldImage']],
    ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage']],
  ])('of %s shows of a change, beside the key, %j', async (viewType, images) => {
    const { put, records } = await world(viewType);
    await put('a', { v: { N: '1' } });
    await put('a', { v: { N: '2' } });
    const modified = (await records())[1];
    expect(modified?.dynamodb).toMatchObject({ Keys: key('a'), StreamViewType: viewType });
    expect(Object.keys(modified?.dynamodb ?? {}).filter((name) => name.endsWith('Image'))).toEqual(images);
  });

  it('counts sizes as the documentation does', async () => {
    const { call } = await world();
    const { TableDescription } = await call('CreateTable', {
      TableName: 'Messages',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'Id', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'Id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    const StreamArn = (TableDescription as Answer).LatestStreamArn;
    for (const text of ['New item!', 'This item has changed']) {
      await call('PutItem', { TableName: 'Messages', Item: { Id: { N: '101' }, Message: { S: text } } });
    }
    await call('DeleteItem', { TableName: 'Messages', Key: { Id: { N: '101' } } });
    const { StreamDescription } = await call('DescribeStream', { StreamArn });
    const [shard] = (StreamDescription as { Shards: { ShardId: string }[] }).Shards;
    const input = { StreamArn, ShardId: shard?.ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    const { Records } = await call('GetRecords', await call('GetShardIterator', input));
    // The example event of eb-pipes-dynamodb.html.
    expect((Records as StreamRecord[]).map(({ dynamodb }) => dynamodb.SizeBytes)).toEqual([26, 59, 38]);
  });

  it.each<[string, (given: Awaited<ReturnType<typeof world>>) => Promise<unknown>]>([
    ['the same item put again', ({ put }) => put('a', { tags: { SS: ['y', 'x'] }, m: { M: { n: { N: '1.0' } } } })],
    ['a deletion of what is not there', ({ call }) => call('DeleteItem', { TableName: 'Ledger', Key: key('b') })],
    [
      'an update to the same value',
      ({ call }) =>
        call('UpdateItem', {
          TableName: 'Ledger',
          Key: key('a'),
          UpdateExpression: 'SET tags = :tags',
          ExpressionAttributeValues: { ':tags': { SS: ['x', 'y'] } },
        }),
    ],
    [
      'a write whose condition fails',
      ({ call }) =>
        call('PutItem', { TableName: 'Ledger', Item: key('a'), ConditionExpression: 'attribute_not_exists(pk)' }).catch(
          () => undefined,
        ),
    ],
  ])('makes no record of %s', async (_, write) => {
    const given = await world();
    await given.put('a', { tags: { SS: ['x', 'y'] }, m: { M: { n: { N: '1' } } } });
    await write(given);
    expect(summary(await given.records())).toEqual(['INSERT a']);
  });

  it('makes a record of a list in another order', async () => {
    const { put, records } = await world();
    await put('a', { list: { L: [{ S: 'x' }, { S: 'y' }] } });
    await put('a', { list: { L: [{ S: 'y' }, { S: 'x' }] } });
    expect(summary(await records())).toEqual(['INSERT a', 'MODIFY a']);
  });

  it('writes down each item of a batch, and an update that makes an item', async () => {
    const { call, put, records } = await world();
    await put('old');
    await call('BatchWriteItem', {
      RequestItems: {
        Ledger: [{ PutRequest: { Item: key('a') } }, { DeleteRequest: { Key: key('old') } }],
      },
    });
    await call('UpdateItem', { TableName: 'Ledger', Key: key('b') });
    const changes = summary(await records());
    expect(changes.slice(1, 3).sort()).toEqual(['INSERT a', 'REMOVE old']);
    expect(changes.slice(3)).toEqual(['INSERT b']);
  });

  it('keeps the order of writes to one item that come at once', async () => {
    const { put, records } = await world();
    await Promise.all(['1', '2', '3'].map((N) => put('a', { v: { N } })));
    const values = (await records()).map(({ dynamodb: { OldImage, NewImage } }) => [OldImage?.v, NewImage?.v]);
    expect(values).toEqual([
      [undefined, { N: '1' }],
      [{ N: '1' }, { N: '2' }],
      [{ N: '2' }, { N: '3' }],
    ]);
  });
});

describe('a stream is enabled and disabled', () => {
  it('by UpdateTable, under another ARN each time; a disabled one ends and is readable for 24 hours', async () => {
    const { call, put, pass, iteratorOf, recordsFrom } = await world();
    await put('a');
    const off = { TableName: 'Ledger', StreamSpecification: { StreamEnabled: false } };
    const { TableDescription } = await call('UpdateTable', off);
    expect(TableDescription).not.toHaveProperty('StreamSpecification');
    expect(TableDescription).toMatchObject({ LatestStreamArn: STREAM });
    await put('b');
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' };
    await call('UpdateTable', { TableName: 'Ledger', StreamSpecification });
    await put('c');
    const second = `${LEDGER}/stream/2026-11-23T12:00:00.701`;
    expect(await call('ListStreams', {})).toEqual({
      Streams: [STREAM, second].map((StreamArn) => ({
        StreamArn,
        TableName: 'Ledger',
        StreamLabel: StreamArn.split('/').at(-1),
      })),
    });
    expect((await call('DescribeStream', { StreamArn: STREAM })).StreamDescription).toMatchObject({
      StreamStatus: 'DISABLED',
      Shards: [{ SequenceNumberRange: { StartingSequenceNumber: sequence(0), EndingSequenceNumber: sequence(0) } }],
    });
    const read = await call('GetRecords', { ShardIterator: await iteratorOf('TRIM_HORIZON') });
    expect(summary(read.Records as StreamRecord[])).toEqual(['INSERT a']);
    expect(read).not.toHaveProperty('NextShardIterator');
    expect(summary(await recordsFrom(await iteratorOf('TRIM_HORIZON', {}, second)))).toEqual(['INSERT c']);
    await pass(25 * HOUR);
    await expect(call('DescribeStream', { StreamArn: STREAM })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it.each([
    ['twice', { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' }, 'already has an enabled stream'],
    ['without a view', { StreamEnabled: true }, 'needs a StreamViewType'],
    ['with a view that is none', { StreamEnabled: true, StreamViewType: 'ALL' }, "'ALL'"],
    ['without being told whether', { StreamViewType: 'KEYS_ONLY' }, 'streamEnabled'],
  ])('%s - ValidationException', async (_, StreamSpecification, message) => {
    const { call } = await world();
    await expect(call('UpdateTable', { TableName: 'Ledger', StreamSpecification })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  it('UpdateTable also protects a table, and names what it does not model', async () => {
    const { call } = await world();
    await call('UpdateTable', { TableName: 'Ledger', DeletionProtectionEnabled: true });
    await expect(call('DeleteTable', { TableName: 'Ledger' })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(call('UpdateTable', { TableName: 'Ledger', TableClass: 'STANDARD' })).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('TableClass'),
    });
  });

  it('a deleted table leaves a disabled stream, and its name begins anew', async () => {
    const { call, put, iteratorOf, recordsFrom } = await world();
    await put('a');
    await call('DeleteTable', { TableName: 'Ledger' });
    expect((await call('DescribeStream', { StreamArn: STREAM })).StreamDescription).toMatchObject({
      StreamStatus: 'DISABLED',
    });
    expect(summary(await recordsFrom(await iteratorOf('TRIM_HORIZON')))).toEqual(['INSERT a']);
  });
});

describe('iterators', () => {
  it('begin at the horizon, at a record, behind it, or behind all', async () => {
    const { put, iteratorOf, recordsFrom } = await world();
    for (const pk of ['a', 'b', 'c']) await put(pk);
    const from = async (type: string, more: object = {}) => summary(await recordsFrom(await iteratorOf(type, more)));
    expect(await from('TRIM_HORIZON')).toEqual(['INSERT a', 'INSERT b', 'INSERT c']);
    expect(await from('AT_SEQUENCE_NUMBER', { SequenceNumber: sequence(1) })).toEqual(['INSERT b', 'INSERT c']);
    expect(await from('AFTER_SEQUENCE_NUMBER', { SequenceNumber: sequence(1) })).toEqual(['INSERT c']);
    const latest = await iteratorOf('LATEST');
    expect(await recordsFrom(latest)).toEqual([]);
    await put('d');
    expect(summary(await recordsFrom(latest))).toEqual(['INSERT d']);
  });

  it('page, and expire after 15 minutes', async () => {
    const { call, put, pass, iteratorOf } = await world();
    for (const pk of ['a', 'b', 'c']) await put(pk);
    const first = await call('GetRecords', { ShardIterator: await iteratorOf('TRIM_HORIZON'), Limit: 2 });
    expect(summary(first.Records as StreamRecord[])).toEqual(['INSERT a', 'INSERT b']);
    await pass(15 * 60_000);
    const second = await call('GetRecords', { ShardIterator: first.NextShardIterator });
    expect(summary(second.Records as StreamRecord[])).toEqual(['INSERT c']);
    await pass(1);
    await expect(call('GetRecords', { ShardIterator: first.NextShardIterator })).rejects.toMatchObject({
      code: 'ExpiredIteratorException',
    });
  });

  it('give no more than 1 MB at once', async () => {
    const { call, put, iteratorOf } = await world();
    for (const pk of ['a', 'b', 'c', 'd']) await put(pk, { text: { S: 'x'.repeat(300_000) } });
    const { Records } = await call('GetRecords', { ShardIterator: await iteratorOf('TRIM_HORIZON') });
    expect(summary(Records as StreamRecord[])).toEqual(['INSERT a', 'INSERT b', 'INSERT c']);
  });

  it('find records for 24 hours, after that the horizon is behind them', async () => {
    const { call, put, pass, iteratorOf, records } = await world();
    await put('a');
    await pass(14 * HOUR);
    await put('b');
    await pass(10 * HOUR);
    expect(summary(await records())).toEqual(['INSERT a', 'INSERT b']);
    const old = await iteratorOf('TRIM_HORIZON');
    await pass(1);
    expect(summary(await records())).toEqual(['INSERT b']);
    const trimmed = { code: 'TrimmedDataAccessException' };
    await expect(call('GetRecords', { ShardIterator: old })).rejects.toMatchObject(trimmed);
    await expect(iteratorOf('AT_SEQUENCE_NUMBER', { SequenceNumber: sequence(0) })).rejects.toMatchObject(trimmed);
  });

  it.each<[string, string, object, string]>([
    ['of no record', 'AT_SEQUENCE_NUMBER', { SequenceNumber: sequence(7) }, 'ValidationException'],
    ['of no sequence number', 'AFTER_SEQUENCE_NUMBER', {}, 'ValidationException'],
    ['of another type', 'AT_TIMESTAMP', {}, 'ValidationException'],
    ['of another shard', 'LATEST', { ShardId: 'shardId-0' }, 'ResourceNotFoundException'],
  ])('%s are refused', async (_, type, more, code) => {
    const { iteratorOf } = await world();
    await expect(iteratorOf(type, more)).rejects.toMatchObject({ code });
  });

  it('that nobody gave are refused', async () => {
    const { call } = await world();
    await expect(call('GetRecords', { ShardIterator: `${STREAM}|1|x` })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    await expect(call('GetRecords', {})).rejects.toMatchObject({ message: expect.stringContaining('shardIterator') });
  });
});

describe('who may read', () => {
  it('a role that its policies let: on the stream, and ListStreams on anything', async () => {
    const { call, identities } = await world();
    const trust = {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'pipes.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const { arn } = identities.createRole('reader', '/', 'AROAREADER', trust);
    const role = identities.assumeRole('pipes.amazonaws.com', arn, 'test');
    const refused = { code: 'AccessDeniedException' };
    await expect(call('DescribeStream', { StreamArn: STREAM }, role)).rejects.toMatchObject(refused);
    await expect(call('ListStreams', {}, role)).rejects.toMatchObject(refused);
    identities.putRolePolicy('reader', 'read', {
      Statement: [
        { Effect: 'Allow', Action: 'dynamodb:DescribeStream', Resource: `${LEDGER}/stream/*` },
        { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
      ],
    });
    expect(await call('DescribeStream', { StreamArn: STREAM }, role)).toHaveProperty('StreamDescription');
    expect(await call('ListStreams', {}, role)).toMatchObject({ Streams: [{ StreamArn: STREAM }] });
    const shard = { StreamArn: STREAM, ShardId: 'any', ShardIteratorType: 'LATEST' };
    await expect(call('GetShardIterator', shard, role)).rejects.toMatchObject(refused);
    await expect(call('GetRecords', { ShardIterator: `${STREAM}|1|x` }, role)).rejects.toMatchObject(refused);
  });

  it('another account sees no streams', async () => {
    const { call } = await world();
    expect(await call('ListStreams', {}, accountPrincipal('222222222222'))).toEqual({ Streams: [] });
  });
});

it('the SDK reads a stream over the wire, beside the tables’ own API', async () => {
  const { cloud, clock, pass } = await world('NEW_IMAGE');
  const handler = createRouter({ cloud, principalOf: () => OPERATOR });
  const config = {
    region: 'us-west-2',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(handler),
  };
  const tables = new DynamoDBClient(config);
  const client = new DynamoDBStreamsClient(config);
  const Item = { ...key('a'), bytes: { B: new Uint8Array([1, 2, 3]) } };
  await tables.send(new PutItemCommand({ TableName: 'Ledger', Item }));
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: 'Ledger' }));
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  expect(StreamDescription).toMatchObject({
    StreamArn: STREAM,
    StreamStatus: 'ENABLED',
    StreamViewType: 'NEW_IMAGE',
    CreationRequestDateTime: new Date(START),
    KeySchema: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }],
  });
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  expect(Records).toMatchObject([
    {
      eventName: 'INSERT',
      dynamodb: { ApproximateCreationDateTime: new Date(Math.floor(clock.now() / 1000) * 1000), NewImage: Item },
    },
  ]);
  await pass(16 * 60_000);
  await expect(client.send(new GetRecordsCommand({ ShardIterator }))).rejects.toBeInstanceOf(ExpiredIteratorException);
});
