import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readRegistry } from '../../../functions/aws/registry.ts';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import {
  absent,
  aConnection,
  aCustomer,
  anEntitlement,
  aService,
  ENDPOINT_ID,
  found,
  OWNER,
  SERVICE_ID,
} from '../../support/builders.ts';
import { awsError, callsOf, item, REGISTRY_ITEMS, strictDynamo, TABLES } from '../support.ts';

type Items = ReturnType<typeof item>[];

/** The registry and the ledger, answering the two queries by what they ask for and the batch by table. */
const tables = (byEndpoint: Items, byAccount: Items, registry: Items, ledger: Items = []) => {
  const { dynamo, dynamoMock } = strictDynamo();
  dynamoMock
    .on(QueryCommand)
    .callsFake(
      ({
        ExpressionAttributeValues: { ':prefix': asked },
      }: {
        ExpressionAttributeValues: Record<string, { S: string }>;
      }) => ({
        Items: asked?.S.startsWith('MATCH#endpoint#') ? byEndpoint : byAccount,
      }),
    )
    .on(BatchGetItemCommand)
    .resolves({ Responses: { [TABLES.registry]: registry, [TABLES.ledger]: ledger } });
  return { dynamo, dynamoMock };
};

const { service, customer, entitlement, accountMatch, endpointMatch } = REGISTRY_ITEMS;

describe('readRegistry: calls', () => {
  it('makes three: the matches by endpoint and by account, then one batch for what they point to', async () => {
    const { dynamo, dynamoMock } = tables([], [accountMatch], [service, customer, entitlement]);

    await readRegistry(dynamo, TABLES, aConnection());

    const query = (prefix: string) => [
      'Query',
      {
        TableName: TABLES.registry,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': { S: `SERVICE#${SERVICE_ID}` }, ':prefix': { S: prefix } },
      },
    ];
    const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
    expect(callsOf(dynamoMock)).toEqual([
      query(`MATCH#endpoint#${ENDPOINT_ID}#`),
      query(`MATCH#account#${OWNER}#`),
      [
        'BatchGetItem',
        {
          RequestItems: {
            [TABLES.registry]: {
              ConsistentRead: true,
              Keys: [
                key(`SERVICE#${SERVICE_ID}`, 'SERVICE'),
                key('CUSTOMER#acme', 'CUSTOMER'),
                key(`SERVICE#${SERVICE_ID}`, 'ENTITLEMENT#acme'),
              ],
            },
            [TABLES.ledger]: {
              ConsistentRead: true,
              Keys: [
                key(`SERVICE#${SERVICE_ID}`, 'MODES'),
                key('SERVICE#ALL', 'MODES'),
                key('REGISTRY', 'SEEN'),
                key(`ENTITLEMENT#${SERVICE_ID}#acme`, 'PLACES'),
              ],
            },
          },
        },
      ],
    ]);
  });

  it('asks the ledger for modes and the registry’s size only where nobody matches', async () => {
    const { dynamo, dynamoMock } = tables([], [], [service]);

    await readRegistry(dynamo, TABLES, aConnection());

    expect(callsOf(dynamoMock)[2]).toEqual([
      'BatchGetItem',
      {
        RequestItems: {
          [TABLES.registry]: expect.objectContaining({ ConsistentRead: true }),
          [TABLES.ledger]: {
            ConsistentRead: true,
            Keys: [
              { pk: { S: `SERVICE#${SERVICE_ID}` }, sk: { S: 'MODES' } },
              { pk: { S: 'SERVICE#ALL' }, sk: { S: 'MODES' } },
              { pk: { S: 'REGISTRY' }, sk: { S: 'SEEN' } },
            ],
          },
        },
      },
    ]);
  });

  it('names a customer that matches twice once: a key that is asked for twice would be refused', async () => {
    const { dynamo } = tables([endpointMatch], [accountMatch], [service, customer, entitlement]);

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toMatchObject({
      candidates: [{ customerId: 'acme', matchedBy: 'endpoint' }],
    });
  });
});

describe('readRegistry: what it finds', () => {
  it('a customer without an endpoint', async () => {
    const { dynamo } = tables([], [accountMatch], [service, customer, entitlement]);

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toEqual({
      service: found(aService()),
      candidates: [
        {
          customerId: 'acme',
          matchedBy: 'account',
          customer: found(aCustomer()),
          entitlement: found(anEntitlement()),
          places: { taken: 0, mine: false },
        },
      ],
      placesOpen: [],
      modesSet: { modes: {}, version: 0 },
    });
  });

  it.each([
    ['one of them', { reject: 'propose' }],
    ['both', { accept: 'observe', reject: 'enforce' }],
    ['none of them', {}],
  ])('the modes that people set, %s - with their version', async (_which, modes) => {
    const set = item(ledgerKey.modes(SERVICE_ID), { modes, version: 7, changes: [{ by: 'arn', at: 'then' }] });
    const { dynamo } = tables([], [], [service], [set]);

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toMatchObject({
      modesSet: { modes, version: 7 },
    });
  });

  it('modes that nobody can read - Malformed: what may be done is not known', async () => {
    const set = item(ledgerKey.modes(SERVICE_ID), { modes: { accept: 'always' }, version: 7 });
    const { dynamo } = tables([], [accountMatch], [service, customer, entitlement], [set]);

    await expect(readRegistry(dynamo, TABLES, aConnection())).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The modes of ${SERVICE_ID} can't be read: modes.accept: `),
    });
  });

  it.each([
    ['none of them by this endpoint', { 'vpce-other': {} }, { taken: 1, mine: false }],
    ['one of them by this endpoint', { 'vpce-other': {}, [ENDPOINT_ID]: {} }, { taken: 2, mine: true }],
    ['opened and not used', {}, { taken: 0, mine: false }],
  ])('places: %s', async (_situation, places, expected) => {
    const { dynamo } = tables(
      [],
      [accountMatch],
      [service, customer, entitlement],
      [item(ledgerKey.places(SERVICE_ID, 'acme'), { places })],
    );

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toMatchObject({
      candidates: [{ places: expected }],
      placesOpen: ['acme'],
    });
  });

  it('several customers, in the order of the table, which sorts them', async () => {
    const globex = item(registryKey.match(SERVICE_ID, 'account', OWNER, 'globex'), { customerId: 'globex' });
    const { dynamo } = tables([], [accountMatch, globex], [service, customer, entitlement]);

    const { candidates } = await readRegistry(dynamo, TABLES, aConnection());

    expect(candidates.map(({ customerId }) => customerId)).toEqual(['acme', 'globex']);
    expect(candidates[1]).toMatchObject({ customer: absent, entitlement: absent });
  });
});

describe('readRegistry: an account that serves many customers', () => {
  const matchesOf = (count: number): Items =>
    Array.from({ length: count }, (_, index) => `customer-${String(index).padStart(3, '0')}`).map((customerId) =>
      item(registryKey.match(SERVICE_ID, 'account', OWNER, customerId), { customerId }),
    );
  const keysOf = (call: unknown): readonly number[] =>
    Object.values((call as { RequestItems: Record<string, { Keys: unknown[] }> }).RequestItems).map(
      ({ Keys }) => Keys.length,
    );

  it.each([
    [30, 30],
    [31, 30],
    [500, 30],
  ])('%i match - all of them are candidates, the entries of %i are read', async (matching, read) => {
    const { dynamo, dynamoMock } = tables([], matchesOf(matching), [service]);

    const { candidates } = await readRegistry(dynamo, TABLES, aConnection());

    const [registryKeys = 0, ledgerKeys = 0] = keysOf(callsOf(dynamoMock)[2]?.[1]);
    expect(candidates).toHaveLength(matching);
    expect([registryKeys, ledgerKeys]).toEqual([1 + 2 * read, 3 + read]);
    expect(registryKeys + ledgerKeys).toBeLessThanOrEqual(100);
  });

  it('one of them claimed the endpoint, the last by name - first of the candidates, and read', async () => {
    const claim = item(registryKey.match(SERVICE_ID, 'endpoint', ENDPOINT_ID, 'zebra'), { customerId: 'zebra' });
    const { dynamo, dynamoMock } = tables([claim], matchesOf(500), [
      item(registryKey.customer('zebra'), aCustomer({ customerId: 'zebra' })),
    ]);

    const { candidates } = await readRegistry(dynamo, TABLES, aConnection());

    expect(candidates).toHaveLength(501);
    expect(candidates[0]).toMatchObject({
      customerId: 'zebra',
      matchedBy: 'endpoint',
      customer: found(aCustomer({ customerId: 'zebra' })),
    });
    expect(keysOf(callsOf(dynamoMock)[2]?.[1])).toEqual([61, 33]);
  });
});

describe('readRegistry: entries that people wrote wrongly', () => {
  it.each([
    [
      'a customer’s status',
      [service, { ...customer, status: { S: 'asleep' } }, entitlement],
      'customer',
      /^CUSTOMER: status: .*"asleep"$/,
    ],
    [
      'a number as text',
      [service, customer, { ...entitlement, maxEndpoints: { S: '2' } }],
      'entitlement',
      /^ENTITLEMENT#acme: maxEndpoints: /,
    ],
    [
      'no place at all',
      [service, customer, { ...entitlement, maxEndpoints: { N: '0' } }],
      'entitlement',
      /^ENTITLEMENT#acme: maxEndpoints: /,
    ],
    [
      'a date',
      [service, customer, { ...entitlement, until: { S: 'soon' } }],
      'entitlement',
      /^ENTITLEMENT#acme: until: not a time such as 2026-11-23T00:00:00Z/,
    ],
    [
      'no region',
      [service, customer, { ...entitlement, regions: { L: [] } }],
      'entitlement',
      /^ENTITLEMENT#acme: regions: /,
    ],
    [
      'two fields at once',
      [service, customer, { ...entitlement, maxEndpoints: { N: '0' }, until: { S: 'soon' } }],
      'entitlement',
      /^ENTITLEMENT#acme: maxEndpoints: .*; until: /,
    ],
  ] as const)('%s - unreadable, by the field’s name, and no error', async (_situation, registry, entry, problem) => {
    const { dynamo } = tables([], [accountMatch], [...registry] as Items);

    const [candidate] = (await readRegistry(dynamo, TABLES, aConnection())).candidates;

    expect(candidate?.[entry]).toEqual({ kind: 'unreadable', problem: expect.stringMatching(problem) });
  });

  it('a policy for a reason that there is not - the service is unreadable', async () => {
    const { dynamo } = tables([], [], [{ ...service, verdicts: { M: { 'too-late': { S: 'hold' } } } }]);

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toMatchObject({
      service: { kind: 'unreadable', problem: expect.stringMatching(/^SERVICE: verdicts.too-late: /) },
    });
  });

  it.each([
    [
      'a customer’s entry, copied to another’s key',
      [service, { ...customer, customerId: { S: 'globex' } }, entitlement],
      'customer',
      'CUSTOMER: its customerId',
    ],
    [
      'an entitlement, copied from another customer’s',
      [service, customer, { ...entitlement, customerId: { S: 'globex' } }],
      'entitlement',
      'ENTITLEMENT#acme: its customerId',
    ],
    [
      'an entitlement, copied from another service’s',
      [service, customer, { ...entitlement, serviceId: { S: 'vpce-svc-0fffffffffffffff9' } }],
      'entitlement',
      'ENTITLEMENT#acme: its serviceId',
    ],
  ] as const)('%s - unreadable: it belongs to nobody', async (_situation, registry, entry, problem) => {
    const { dynamo } = tables([], [accountMatch], [...registry] as Items);

    const [candidate] = (await readRegistry(dynamo, TABLES, aConnection())).candidates;

    expect(candidate?.[entry]).toEqual({ kind: 'unreadable', problem: `${problem} is another one than its key's` });
  });

  it('a service’s entry, copied to another’s key - unreadable', async () => {
    const { dynamo } = tables([], [], [{ ...service, serviceId: { S: 'vpce-svc-0fffffffffffffff9' } }]);

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toMatchObject({
      service: { kind: 'unreadable', problem: "SERVICE: its serviceId is another one than its key's" },
    });
  });

  it('a value that would fill the log or colour it - shortened and made plain', async () => {
    const status = `\u001b[31m${'x'.repeat(5_000)}`;
    const { dynamo } = tables([], [accountMatch], [service, { ...customer, status: { S: status } }, entitlement]);

    const [candidate] = (await readRegistry(dynamo, TABLES, aConnection())).candidates;

    const problem = candidate?.customer.kind === 'unreadable' ? candidate.customer.problem : '';
    expect(problem).toMatch(/^CUSTOMER: status: /);
    expect(problem).not.toMatch(/\p{Cc}/u);
    expect(problem.length).toBeLessThanOrEqual('CUSTOMER: '.length + 300);
  });

  it.each([
    ['no customer', { customer: 'typo' }, /^a match of 222222222222 can't be relied on: customerId: /],
    ['what is no customer’s id', { customerId: 'Acme' }, /^a match of 222222222222 .*: customerId: not a customer id/],
    [
      'another customer than its key',
      { customerId: 'globex' },
      /^a match of 222222222222 can't be relied on: its customerId is another one than its key says$/,
    ],
  ])('a match names %s - unreadable, and no entry is read for it', async (_situation, entry, problem) => {
    const match = item(registryKey.match(SERVICE_ID, 'account', OWNER, 'acme'), entry);
    const { dynamo, dynamoMock } = tables([], [match], [service, customer, entitlement]);
    const unreadable = { kind: 'unreadable', problem: expect.stringMatching(problem) };

    await expect(readRegistry(dynamo, TABLES, aConnection())).resolves.toMatchObject({
      candidates: [
        {
          customerId: 'acme',
          matchedBy: 'account',
          customer: unreadable,
          entitlement: unreadable,
          places: { taken: 0, mine: false },
        },
      ],
    });
    expect(JSON.stringify(callsOf(dynamoMock)[2])).not.toContain('CUSTOMER#');
  });

  it('a claim that can’t be relied on - counts all the same, before the account’s own match', async () => {
    const claim = item(registryKey.match(SERVICE_ID, 'endpoint', ENDPOINT_ID, 'acme'), { customerId: 'globex' });
    const { dynamo } = tables([claim], [accountMatch], [service, customer, entitlement]);

    const { candidates } = await readRegistry(dynamo, TABLES, aConnection());

    expect(candidates).toMatchObject([{ customerId: 'acme', matchedBy: 'endpoint', customer: { kind: 'unreadable' } }]);
  });

  it('a key that would fill the log or colour it - shortened and made plain', async () => {
    const match = item(registryKey.match(SERVICE_ID, 'account', OWNER, `\u001b${'x'.repeat(500)}`), {});
    const { dynamo } = tables([], [match], [service]);

    const { candidates } = await readRegistry(dynamo, TABLES, aConnection());

    expect(candidates.map(({ customerId }) => customerId)).toEqual([`\u00b7${'x'.repeat(62)}`]);
  });
});

describe('readRegistry: what AWS refuses', () => {
  it('leaves keys unprocessed - Throttled, not absent entries', async () => {
    const { dynamo, dynamoMock } = tables([], [accountMatch], []);
    dynamoMock.on(BatchGetItemCommand).resolves({
      Responses: { [TABLES.registry]: [service] },
      UnprocessedKeys: { [TABLES.registry]: { Keys: [{ pk: { S: 'CUSTOMER#acme' }, sk: { S: 'CUSTOMER' } }] } },
    });

    await expect(readRegistry(dynamo, TABLES, aConnection())).rejects.toMatchObject({
      name: 'Throttled',
      message: 'read the registry: DynamoDB left keys unprocessed',
    });
  });

  it.each([
    ['a query', QueryCommand, 'ThrottlingException', 'Throttled'],
    ['the batch', BatchGetItemCommand, 'AccessDeniedException', 'Denied'],
    ['the batch', BatchGetItemCommand, 'ResourceNotFoundException', 'ResourceNotFoundException'],
  ] as const)('%s (%o) fails with %s - %s', async (_call, command, code, name) => {
    const { dynamo, dynamoMock } = tables([], [accountMatch], [service]);
    dynamoMock.on(command as typeof QueryCommand).rejects(awsError(code));

    await expect(readRegistry(dynamo, TABLES, aConnection())).rejects.toMatchObject({ name });
  });
});
