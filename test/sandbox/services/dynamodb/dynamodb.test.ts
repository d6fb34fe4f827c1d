import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import { accountPrincipal, type Principal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { dynamodbService } from '../../../../sandbox/services/dynamodb/actions.ts';

type Answer = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 10, 23, 12);
const LEDGER = 'arn:aws:dynamodb:us-west-2:123456789012:table/Ledger';

/** A world with one table, Ledger: keys pk and sk, and the index byOwner. */
const world = async (seed = 1) => {
  const clock = new VirtualClock(START);
  const identities = new Identities(clock);
  const cloud = new Cloud({ clock, random: seededRandom(seed), journal: new Journal(clock), authorizer: identities });
  cloud.register(dynamodbService(cloud));
  const call = async (action: string, input: object, principal: Principal = OPERATOR): Promise<Answer> =>
    (await cloud.invoke({ service: 'dynamodb', action, input, principal })) as Answer;
  await call('CreateTable', {
    TableName: 'Ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'owner'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byOwner',
        KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  return { clock, cloud, call, identities };
};

const key = (pk: string, sk = 'x') => ({ pk: { S: pk }, sk: { S: sk } });

describe('the life of a table', () => {
  it('a created table - active at once, with the account of the world, its clock and its chance', async () => {
    const { call } = await world();
    const { Table } = await call('DescribeTable', { TableName: 'Ledger' });
    expect(Table).toMatchObject({
      TableName: 'Ledger',
      TableArn: LEDGER,
      TableStatus: 'ACTIVE',
      CreationDateTime: START / 1000,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: [{ IndexName: 'byOwner', IndexArn: `${LEDGER}/index/byOwner`, IndexStatus: 'ACTIVE' }],
    });
  });

  it('two worlds of one seed - the same description, another seed - another id', async () => {
    const describeOf = async (seed: number) => (await world(seed)).call('DescribeTable', { TableName: 'Ledger' });
    expect(await describeOf(7)).toEqual(await describeOf(7));
    expect(await describeOf(7)).not.toEqual(await describeOf(8));
  });

  it('the same name again - ResourceInUseException', async () => {
    const { call } = await world();
    const again = call('CreateTable', {
      TableName: 'Ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    await expect(again).rejects.toMatchObject({ code: 'ResourceInUseException', status: 400 });
  });

  it('a deleted table - gone with its items, and its name is free', async () => {
    const { call } = await world();
    await call('PutItem', { TableName: 'Ledger', Item: key('a') });
    await call('DeleteTable', { TableName: 'Ledger' });
    expect(await call('ListTables', {})).toEqual({ TableNames: [] });
    const read = call('GetItem', { TableName: 'Ledger', Key: key('a') });
    await expect(read).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('a protected table - stays', async () => {
    const { call } = await world();
    await call('CreateTable', {
      TableName: 'Registry',
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    await expect(call('DeleteTable', { TableName: 'Registry' })).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await call('ListTables', { Limit: 1 })).toEqual({
      TableNames: ['Ledger'],
      LastEvaluatedTableName: 'Ledger',
    });
    expect(await call('ListTables', { ExclusiveStartTableName: 'Ledger' })).toEqual({ TableNames: ['Registry'] });
  });
});

describe('items', () => {
  it('a read after a write - sees it', async () => {
    const { call } = await world();
    const Item = { ...key('a'), data: { M: { n: { N: '1' }, b: { B: 'AQID' } } } };
    await call('PutItem', { TableName: 'Ledger', Item });
    expect(await call('GetItem', { TableName: 'Ledger', Key: key('a'), ConsistentRead: true })).toEqual({ Item });
  });

  it('a table named by its ARN - is the same table', async () => {
    const { call } = await world();
    await call('PutItem', { TableName: LEDGER, Item: key('a') });
    expect(await call('GetItem', { TableName: 'Ledger', Key: key('a') })).toEqual({ Item: key('a') });
  });

  it('a put if absent, the item being there - ConditionalCheckFailedException, and nothing changes', async () => {
    const { call } = await world();
    await call('PutItem', { TableName: 'Ledger', Item: { ...key('a'), v: { N: '1' } } });
    const again = call('PutItem', {
      TableName: 'Ledger',
      Item: { ...key('a'), v: { N: '2' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await expect(again).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      status: 400,
    });
    expect(await call('GetItem', { TableName: 'Ledger', Key: key('a') })).toMatchObject({ Item: { v: { N: '1' } } });
  });

  it('places under a maximum of two - two win, theirs is theirs again, a third loses', async () => {
    const { call } = await world();
    await call('PutItem', { TableName: 'Ledger', Item: { ...key('e'), places: { M: {} } } });
    const take = (me: string) =>
      call('UpdateItem', {
        TableName: 'Ledger',
        Key: key('e'),
        UpdateExpression: 'SET places.#me = :place',
        ConditionExpression: 'attribute_exists(places.#me) OR size(places) < :max',
        ExpressionAttributeNames: { '#me': me },
        ExpressionAttributeValues: { ':place': { M: { at: { N: '1' } } }, ':max': { N: '2' } },
        ReturnValues: 'ALL_NEW',
      });
    await take('vpce-1');
    await take('vpce-2');
    const mine = await take('vpce-1');
    expect(Object.keys((mine.Attributes as { places: { M: object } }).places.M)).toEqual(['vpce-1', 'vpce-2']);
    await expect(take('vpce-3')).rejects.toMatchObject({ code: 'ConditionalCheckFailedException' });
  });

  it('ten that race for two places - exactly two win', async () => {
    const { call } = await world();
    await call('PutItem', { TableName: 'Ledger', Item: { ...key('e'), places: { M: {} } } });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        call('UpdateItem', {
          TableName: 'Ledger',
          Key: key('e'),
          UpdateExpression: 'SET places.#me = :place',
          ConditionExpression: 'attribute_exists(places.#me) OR size(places) < :max',
          ExpressionAttributeNames: { '#me': `vpce-${n}` },
          ExpressionAttributeValues: { ':place': { BOOL: true }, ':max': { N: '2' } },
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('a query by key, backwards, page by page - every item once, in order', async () => {
    const { call } = await world();
    await call('BatchWriteItem', {
      RequestItems: { Ledger: ['1', '2', '3'].map((sk) => ({ PutRequest: { Item: key('a', sk) } })) },
    });
    const ask = (more: object) =>
      call('Query', {
        TableName: 'Ledger',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'a' } },
        ScanIndexForward: false,
        Limit: 2,
        ...more,
      });
    const first = await ask({});
    expect(first).toMatchObject({ Items: [key('a', '3'), key('a', '2')], LastEvaluatedKey: key('a', '2') });
    const second = await ask({ ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second).toEqual({ Items: [key('a', '1')], Count: 1, ScannedCount: 1 });
  });

  it('a query of an index - only what it holds', async () => {
    const { call } = await world();
    await call('PutItem', { TableName: 'Ledger', Item: { ...key('a'), owner: { S: '222222222222' } } });
    await call('PutItem', { TableName: 'Ledger', Item: key('b') });
    const found = await call('Query', {
      TableName: 'Ledger',
      IndexName: 'byOwner',
      KeyConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': { S: '222222222222' } },
    });
    expect(found).toMatchObject({ Count: 1, Items: [key('a')] });
  });

  it('a batch of reads - in the order of its keys, missing items left out', async () => {
    const { call } = await world();
    const names = ['d', 'b', 'a', 'e', 'c'];
    for (const name of names) await call('PutItem', { TableName: 'Ledger', Item: key(name) });
    const answer = await call('BatchGetItem', {
      RequestItems: { Ledger: { Keys: ['missing', ...names].map((name) => key(name)) } },
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(answer).toEqual({
      Responses: { Ledger: names.map((name) => key(name)) },
      UnprocessedKeys: {},
      ConsumedCapacity: [{ TableName: 'Ledger', CapacityUnits: 3 }],
    });
  });

  it('a scan with a filter, and a delete that returns what was there', async () => {
    const { call } = await world();
    for (const n of ['1', '2', '3']) await call('PutItem', { TableName: 'Ledger', Item: { ...key(n), n: { N: n } } });
    const scan = () =>
      call('Scan', {
        TableName: 'Ledger',
        FilterExpression: 'n > :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
      });
    expect(await scan()).toMatchObject({ Count: 2, ScannedCount: 3 });
    const gone = await call('DeleteItem', { TableName: 'Ledger', Key: key('3'), ReturnValues: 'ALL_OLD' });
    expect(gone).toEqual({ Attributes: { ...key('3'), n: { N: '3' } } });
    expect(await scan()).toMatchObject({ Count: 1, ScannedCount: 2 });
  });
});

describe('what is refused', () => {
  it('a parameter that is not modelled - is named', async () => {
    const { call } = await world();
    const put = call('PutItem', {
      TableName: 'Ledger',
      Item: key('a'),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(put).rejects.toMatchObject({
      code: 'NotImplemented',
      message: 'The sandbox does not model ReturnValuesOnConditionCheckFailure of dynamodb:PutItem.',
    });
  });

  it('an expression that does not parse - ValidationException', async () => {
    const { call } = await world();
    const update = call('UpdateItem', { TableName: 'Ledger', Key: key('a'), UpdateExpression: 'SET' });
    await expect(update).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it("a customer's administrator - finds no table of ours by name, and may not read ours by ARN", async () => {
    const { call } = await world();
    const customer = accountPrincipal('222222222222');
    expect(await call('ListTables', {}, customer)).toEqual({ TableNames: [] });
    const byName = call('GetItem', { TableName: 'Ledger', Key: key('a') }, customer);
    await expect(byName).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    const byArn = call('GetItem', { TableName: LEDGER, Key: key('a') }, customer);
    await expect(byArn).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('a role that may query the table - may not query its index', async () => {
    const { call, identities } = await world();
    const trust = {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    identities.createRole('reader', '/', 'AROA1', trust);
    identities.putRolePolicy('reader', 'read', {
      Statement: [{ Effect: 'Allow', Action: 'dynamodb:Query', Resource: LEDGER }],
    });
    const reader = identities.assumeRole('lambda.amazonaws.com', 'arn:aws:iam::123456789012:role/reader', 'f');
    const ask = (IndexName: string | undefined, name: string) =>
      call(
        'Query',
        {
          TableName: 'Ledger',
          ...(IndexName !== undefined && { IndexName }),
          KeyConditionExpression: '#k = :v',
          ExpressionAttributeNames: { '#k': name },
          ExpressionAttributeValues: { ':v': { S: 'a' } },
        },
        reader,
      );
    expect(await ask(undefined, 'pk')).toMatchObject({ Count: 0 });
    await expect(ask('byOwner', 'owner')).rejects.toThrow(`on resource: ${LEDGER}/index/byOwner because no identity`);
  });
});

describe('an input of another shape than the API’s', () => {
  it.each<[situation: string, action: string, input: object]>([
    ['a table that is a list', 'GetItem', { TableName: ['Ledger'], Key: key('a') }],
    ['requests that are a list', 'BatchGetItem', { RequestItems: ['Ledger'] }],
    ['requests that are a text', 'BatchWriteItem', { RequestItems: 'Ledger' }],
    ['a key without a value', 'BatchGetItem', { RequestItems: { Ledger: { Keys: [{ pk: null }] } } }],
  ])('%s - SerializationException', async (_situation, action, input) => {
    const { call } = await world();
    await expect(call(action, input)).rejects.toMatchObject({ code: 'SerializationException', status: 400 });
  });
});

describe('time', () => {
  it('a virtual clock - stands still until the answer is there', async () => {
    const { clock, call } = await world();
    let order = '';
    clock.after(1, () => {
      order += 'timer ';
    });
    void call('PutItem', { TableName: 'Ledger', Item: key('a') }).then(() => {
      order += 'put ';
    });
    await clock.run();
    expect(order).toBe('put timer ');
  });
});
