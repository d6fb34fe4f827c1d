import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readServiceStandings } from '../../../functions/aws/service-standings.ts';
import { ALL_SERVICES, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { aService, NOW, SERVICE_ID, theModes } from '../../support/builders.ts';
import { awsError, callsOf, item, strictDynamo, TABLES } from '../support.ts';

type Item = ReturnType<typeof item>;
interface Asked {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly unknown[] }>>;
}

/** Both tables, which have these items, whatever they are asked for. */
const tables = ({ registry = [], ledger = [] }: { registry?: readonly Item[]; ledger?: readonly Item[] } = {}) => {
  const { dynamo, dynamoMock } = strictDynamo();
  dynamoMock.on(BatchGetItemCommand).callsFake(({ RequestItems }: Asked) => ({
    Responses: TABLES.ledger in RequestItems ? { [TABLES.ledger]: ledger } : { [TABLES.registry]: registry },
  }));
  return { dynamo, dynamoMock };
};
const created = item(registryKey.service(SERVICE_ID), aService());
const PAUSED = { by: 'jo', reason: 'storm', at: NOW };

describe('readServiceStandings', () => {
  it('nobody is asked about - no call', async () => {
    const { dynamo, dynamoMock } = tables();

    expect((await readServiceStandings(dynamo, TABLES, [])).size).toBe(0);
    expect(callsOf(dynamoMock)).toEqual([]);
  });

  it('one service, asked about twice - one consistent read of each table', async () => {
    const { dynamo, dynamoMock } = tables({ registry: [created] });

    const standings = await readServiceStandings(dynamo, TABLES, [SERVICE_ID, SERVICE_ID]);

    expect([...standings]).toEqual([[SERVICE_ID, { modes: theModes() }]]);
    const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
    expect(callsOf(dynamoMock)).toEqual([
      [
        'BatchGetItem',
        {
          RequestItems: {
            [TABLES.registry]: { Keys: [key(`SERVICE#${SERVICE_ID}`, 'SERVICE')], ConsistentRead: true },
          },
        },
      ],
      [
        'BatchGetItem',
        {
          RequestItems: {
            [TABLES.ledger]: {
              Keys: [key(`SERVICE#${SERVICE_ID}`, 'MODES'), key('SERVICE#ALL', 'MODES')],
              ConsistentRead: true,
            },
          },
        },
      ],
    ]);
  });

  it('a hundred and fifty services - within the hundred keys of a call', async () => {
    const { dynamo, dynamoMock } = tables();
    const ids = Array.from({ length: 150 }, (_, index) => `vpce-svc-${String(index).padStart(17, '0')}`);

    const standings = await readServiceStandings(dynamo, TABLES, ids);

    expect([...standings.keys()]).toEqual(ids);
    const sizes = callsOf(dynamoMock).map(([, asked]) =>
      Object.values((asked as Asked).RequestItems).map(({ Keys }) => Keys.length),
    );
    expect(sizes.flat()).toEqual([99, 100, 51, 52]);
  });

  it('a service that nobody registered - a person is asked first', async () => {
    const { dynamo } = tables();

    const standing = (await readServiceStandings(dynamo, TABLES, [SERVICE_ID])).get(SERVICE_ID);

    expect(standing?.modes).toMatchObject({ 'targets-add': 'propose', 'targets-remove': 'propose' });
  });

  it.each([
    ['it', SERVICE_ID],
    ['everything', ALL_SERVICES],
  ])('%s is paused - so is the service', async (_what, id) => {
    const { dynamo } = tables({
      registry: [created],
      ledger: [item(ledgerKey.modes(id), { modes: {}, version: 1, paused: PAUSED })],
    });

    expect((await readServiceStandings(dynamo, TABLES, [SERVICE_ID])).get(SERVICE_ID)).toMatchObject({
      paused: PAUSED,
    });
  });

  it('modes that nobody can read - nothing is known', async () => {
    const { dynamo } = tables({ ledger: [item(ledgerKey.modes(SERVICE_ID), { modes: 'all' })] });

    await expect(readServiceStandings(dynamo, TABLES, [SERVICE_ID])).rejects.toMatchObject({ name: 'Malformed' });
  });

  it('DynamoDB has no capacity - Throttled', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(BatchGetItemCommand).rejects(awsError('ThrottlingException'));

    await expect(readServiceStandings(dynamo, TABLES, [SERVICE_ID])).rejects.toMatchObject({ name: 'Throttled' });
  });
});
