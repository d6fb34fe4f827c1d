import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readBinding, readBindings, readBindingView, readPartition } from '../../../functions/aws/bindings.ts';
import { NO_TARGETS } from '../../../functions/domain/targets-record.ts';
import { ALL_SERVICES, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { keyText } from '../../../functions/registry/view.ts';
import { aBinding, aService, found, SERVICE_ID, TARGET_GROUP } from '../../support/builders.ts';
import { awsError, callsOf, item, pagesOf, REGISTRY_ITEMS, strictDynamo, TABLES } from '../support.ts';

type Item = ReturnType<typeof item>;

const entry = (changes: Parameters<typeof aBinding>[0] = {}, rest: object = {}): Item => {
  const binding = aBinding(changes);
  return item(registryKey.binding(binding.bindingId), { ...binding, ...rest });
};

/** The registry's partition of bindings, page by page. */
const registry = (...pages: readonly (readonly Item[])[]) => {
  const { dynamo, dynamoMock } = strictDynamo();
  const { answer, inputs } = pagesOf(
    ...pages.map((Items, page) => ({
      Items,
      ...(page + 1 < pages.length ? { LastEvaluatedKey: { pk: { S: 'page' }, sk: { S: String(page) } } } : {}),
    })),
  );
  dynamoMock.on(QueryCommand).callsFake(answer);
  return { dynamo, dynamoMock, inputs };
};

describe('readPartition', () => {
  it('reads every page, with the whole query each time', async () => {
    const { dynamo, inputs } = registry([entry()], [], [entry({ bindingId: 'other', port: 5433 })]);
    const query = {
      TableName: TABLES.ledger,
      ConsistentRead: false,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'WATCHED' } },
    };

    const all = await readPartition(dynamo, { table: TABLES.ledger, pk: 'WATCHED', isConsistent: false });

    expect([...all.values()].map(({ bindingId }) => bindingId)).toEqual(['orders-postgres', 'other']);
    expect(inputs).toEqual([
      query,
      { ...query, ExclusiveStartKey: { pk: { S: 'page' }, sk: { S: '0' } } },
      { ...query, ExclusiveStartKey: { pk: { S: 'page' }, sk: { S: '1' } } },
    ]);
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
    ['ResourceNotFoundException', 'ResourceNotFoundException'],
  ])('DynamoDB says %s - thrown as %s', async (code, name) => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).rejects(awsError(code));

    const reading = readPartition(dynamo, { table: TABLES.ledger, pk: 'WATCHED', isConsistent: false });

    await expect(reading).rejects.toMatchObject({ name });
  });
});

describe('readBindings', () => {
  it('reads the registry consistently, each entry for itself', async () => {
    const { dynamo, dynamoMock } = registry([entry(), entry({ bindingId: 'other', port: 0 })]);

    const all = await readBindings(dynamo, TABLES.registry);

    expect(callsOf(dynamoMock)).toEqual([
      [
        'Query',
        {
          TableName: TABLES.registry,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'BINDINGS' } },
        },
      ],
    ]);
    expect(all.get(keyText(registryKey.binding('orders-postgres')))).toEqual(found(aBinding()));
    expect(all.get(keyText(registryKey.binding('other')))).toMatchObject({
      kind: 'unreadable',
      problem: expect.stringMatching(/^BINDING#other: port: /),
    });
  });

  it('blocks of both families - readable', async () => {
    const within = ['0.0.0.0/0', '10.0.0.0/32', '::/0', '2600:1f14::/128'];
    const [reading] = (await readBindings(registry([entry({ within })]).dynamo, TABLES.registry)).values();

    expect(reading).toEqual(found(aBinding({ within })));
  });

  it.each([
    ['under the key of another', item(registryKey.binding('other'), aBinding()), /another one than its key's/],
    ['without a source', entry({}, { source: undefined }), /source/],
    ['whose source names nobody', entry({ source: { kind: 'fixed', addresses: [] } }), /names nobody/],
    ['whose floor is nothing', entry({ minHealthy: 0 }), /minHealthy/],
    ['that may remove more than there is', entry({ maxRemovalRatio: 1.5 }), /maxRemovalRatio/],
    ['whose block is none', entry({ within: ['10.0.0.0'] }), /not a block such as/],
    ['whose block is too long', entry({ within: ['10.0.0.0/33'] }), /not a block such as/],
    ['whose block is no address', entry({ within: ['10.0.0.999/8'] }), /not a block such as/],
    ['whose block has too many parts', entry({ within: ['10.0.0.0/8/8'] }), /not a block such as/],
    ['that believes nobody', entry({ within: [] }), /nothing would be believed/],
  ])('an entry %s - unreadable, in words', async (_situation, broken, problem) => {
    const { dynamo } = registry([broken]);

    const [reading] = (await readBindings(dynamo, TABLES.registry)).values();

    expect(reading).toMatchObject({ kind: 'unreadable', problem: expect.stringMatching(problem) });
  });
});

describe('readBinding', () => {
  const read = (...items: readonly Item[]) => readBinding(registry(items).dynamo, TABLES.registry, 'orders-postgres');

  it('alone with its port in its group - given', async () => {
    await expect(read(entry(), entry({ bindingId: 'orders-other', port: 5433 }))).resolves.toEqual(aBinding());
  });

  it('is not there - told in words', async () => {
    await expect(read(entry({ bindingId: 'other' }))).rejects.toMatchObject({
      name: 'Malformed',
      message: 'There is no binding orders-postgres.',
    });
  });

  it('can’t be read - told in words', async () => {
    await expect(read(entry({ port: 70_000 }))).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^A binding can't be read: BINDING#orders-postgres: port: /),
    });
  });

  it('another one that can’t be read - nothing to do with it', async () => {
    await expect(read(entry(), entry({ bindingId: 'other', port: 0 }))).resolves.toEqual(aBinding());
  });

  it('another one wants the same port of the same group - neither is acted on, told in words', async () => {
    await expect(read(entry(), entry({ bindingId: 'orders-copy' }))).rejects.toMatchObject({
      name: 'Malformed',
      message: `Bindings orders-copy and orders-postgres all want port 5432 of ${TARGET_GROUP}: remove all but one. Nothing is done until then.`,
    });
  });

  it('others overlap - nothing to do with it', async () => {
    const others = ['one', 'two'].map((bindingId) => entry({ bindingId, port: 1 }));

    await expect(read(entry(), ...others)).resolves.toEqual(aBinding());
  });
});

describe('readBindingView', () => {
  const view = async (ledger: readonly Item[], registered: readonly Item[] = [REGISTRY_ITEMS.service]) => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(BatchGetItemCommand).callsFake(({ RequestItems }: { RequestItems: object }) => ({
      Responses: TABLES.ledger in RequestItems ? { [TABLES.ledger]: ledger } : { [TABLES.registry]: registered },
    }));
    return { read: await readBindingView(dynamo, TABLES, aBinding()), calls: callsOf(dynamoMock) };
  };
  const since = '2026-11-23T11:00:00.000Z';

  it('reads the service, modes, record and misses in two calls, consistently', async () => {
    const { read, calls } = await view([]);

    expect(read).toEqual({
      service: found(aService()),
      modesSet: { modes: {}, version: 0 },
      record: NO_TARGETS,
      misses: {},
    });
    expect(calls).toEqual([
      [
        'BatchGetItem',
        {
          RequestItems: {
            [TABLES.registry]: {
              Keys: [{ pk: { S: `SERVICE#${SERVICE_ID}` }, sk: { S: 'SERVICE' } }],
              ConsistentRead: true,
            },
          },
        },
      ],
      [
        'BatchGetItem',
        {
          RequestItems: {
            [TABLES.ledger]: {
              Keys: [
                { pk: { S: `SERVICE#${SERVICE_ID}` }, sk: { S: 'MODES' } },
                { pk: { S: 'SERVICE#ALL' }, sk: { S: 'MODES' } },
                { pk: { S: 'TARGETS' }, sk: { S: 'BINDING#orders-postgres' } },
                { pk: { S: 'WATCHED' }, sk: { S: 'BINDING#orders-postgres' } },
              ],
              ConsistentRead: true,
            },
          },
        },
      ],
    ]);
  });

  it('the items in any order - each is known by its key', async () => {
    const { read } = await view([
      item(ledgerKey.watched('orders-postgres'), { misses: { '10.0.1.10': 2 }, driftSince: since }),
      item(ledgerKey.targets('orders-postgres'), { ours: { '10.0.1.10': {} }, applied: ['10.0.1.10'], version: 4 }),
      item(ledgerKey.modes(ALL_SERVICES), { modes: {}, version: 1, paused: { by: 'jo', reason: 'storm', at: since } }),
      item(ledgerKey.modes(SERVICE_ID), { modes: { 'targets-remove': 'observe' }, version: 2 }),
    ]);

    expect(read).toMatchObject({
      modesSet: { modes: { 'targets-remove': 'observe' }, paused: { reason: 'storm' } },
      record: { ours: { '10.0.1.10': {} }, refused: {}, applied: ['10.0.1.10'], failures: 0, version: 4 },
      misses: { '10.0.1.10': 2 },
    });
  });

  it('an item that holds a lease and nothing else - a binding that no run looked after yet', async () => {
    const lease = { execution: 'arn:of:an:execution', leaseUntil: since };
    const { read } = await view([item(ledgerKey.targets('orders-postgres'), lease)]);

    expect(read.record).toEqual({ ...NO_TARGETS, leaseUntil: since });
  });

  it('a record that we did not write - nothing is touched', async () => {
    await expect(view([item(ledgerKey.targets('orders-postgres'), { ours: 'all of them' })])).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^The targets of orders-postgres can't be read: ours: /),
    });
  });

  it('misses that nobody can read - nothing was missed', async () => {
    const { read } = await view([item(ledgerKey.watched('orders-postgres'), { misses: { '10.0.1.10': -1 } })]);

    expect(read.misses).toEqual({});
  });
});

describe('the name of a source', () => {
  const readable = async (proxyName: string): Promise<string | undefined> => {
    const [reading] = (
      await readBindings(registry([entry({ source: { kind: 'proxy', proxyName } })]).dynamo, TABLES.registry)
    ).values();
    return reading?.kind;
  };

  it.each([
    ['orders', 'found'],
    ['a', 'found'],
    ['Orders-2-b', 'found'],
    [`a${'b'.repeat(62)}`, 'found'],
    [`a${'b'.repeat(63)}`, 'unreadable'],
    ['2-orders', 'unreadable'],
    ['orders-', 'unreadable'],
    ['orders--2', 'unreadable'],
    ['orders*', 'unreadable'],
    ['', 'unreadable'],
  ])('%j - %s', async (name, kind) => {
    await expect(readable(name)).resolves.toBe(kind);
  });

  it('one that is nearly right for long - refused at once', async () => {
    const began = performance.now();

    await expect(readable(`${'a'.repeat(60)}!`)).resolves.toBe('unreadable');
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
