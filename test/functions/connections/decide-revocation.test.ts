import { BatchGetItemCommand, DescribeTableCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ALL_SERVICES, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import {
  aCustomer,
  anEntitlement,
  aService,
  ENDPOINT_ID,
  HOME_REGION,
  NOW,
  OWNER,
  SERVICE_ID,
} from '../../support/builders.ts';
import {
  awsError,
  CONTEXT,
  callsOf,
  described,
  inState,
  item,
  REGISTRY_ITEMS,
  strictDynamo,
  strictEc2,
  stubFunctionEnvironment,
  TABLES,
} from '../support.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/connections/decide-revocation.ts');

type Item = ReturnType<typeof item>;

const IDS = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };
const INPUT = { ...IDS, told: 0 };
const FORCE = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'abuse' };
const { service, customer, entitlement, accountMatch } = REGISTRY_ITEMS;
const SUSPENDED = item(registryKey.customer('acme'), aCustomer({ status: 'suspended' }));

const accepted = (changes: object = {}): Item =>
  item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, 1), {
    generation: 1,
    outcome: 'accepted',
    code: 'entitled',
    verdict: 'accept',
    sentence: 'What we said then.',
    action: 'there is nothing for you to do',
    recordedAt: '2026-11-22T12:00:00.000Z',
    customerId: 'acme',
    ...changes,
  });

/** What the ledger says of a registry that is not believed. */
const FROZEN = { tableId: 'table-1', count: 1, because: 'it shrank', at: NOW };

const THE_DAY = {
  RequestItems: {
    [TABLES.ledger]: {
      Keys: [{ pk: { S: `SERVICE#${SERVICE_ID}` }, sk: { S: 'REVOCATIONS#2026-11-23' } }],
      ConsistentRead: true,
    },
  },
};

interface World {
  /** What EC2 shows of the endpoint; null = it lists none. @default available */
  readonly state?: string | null;
  /** The other connections of the service. @default none */
  readonly others?: readonly string[];
  /** @default accepted, as acme's */
  readonly decisions?: readonly Item[];
  /** @default the decision was told */
  readonly admission?: object;
  /** Who has the account. @default acme */
  readonly matches?: readonly Item[];
  /** @default the service, and acme, which is suspended */
  readonly entries?: readonly Item[];
  /** The endpoints that were cut off today; nobody opened the day where it is absent. */
  readonly revoked?: readonly string[];
  readonly modes?: object;
  readonly modesOfAll?: object;
  /** What the ledger remembers of the registry's size. @default three entries */
  readonly seen?: object | null;
  /** @default 3 */
  readonly count?: number;
}

const world = ({
  state = 'available',
  others = [],
  decisions = [accepted()],
  admission = { told: 1, wakes: 2 },
  matches = [accountMatch],
  entries = [service, SUSPENDED, entitlement],
  modes,
  modesOfAll,
  revoked,
  seen = { tableId: 'table-1', count: 3, at: NOW, version: 1 },
  count = 3,
}: World = {}) => {
  const { ec2, ec2Mock } = strictEc2();
  const { dynamo, dynamoMock } = strictDynamo();
  const mine = state === null ? [] : [inState(state)];
  const theirs = others.map((each, index) => ({ ...inState(each), VpcEndpointId: `vpce-0bbbbbbbbbbbbbb${index}0` }));
  ec2Mock
    .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] })
    .resolves({ VpcEndpointConnections: mine })
    .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] })
    .resolves({ VpcEndpointConnections: [...mine, ...theirs] });
  dynamoMock
    .on(QueryCommand, { TableName: TABLES.ledger })
    .resolves({ Items: [item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), admission), ...decisions] })
    .on(QueryCommand, { TableName: TABLES.registry })
    .callsFake(
      ({ ExpressionAttributeValues: asked }: { ExpressionAttributeValues: Record<string, { S: string }> }) => ({
        Items: asked[':prefix']?.S.startsWith('MATCH#account#') ? matches : [],
      }),
    )
    .on(BatchGetItemCommand)
    .resolves({
      Responses: {
        [TABLES.registry]: [...entries],
        [TABLES.ledger]: [
          item(ledgerKey.places(SERVICE_ID, 'acme'), { places: { [ENDPOINT_ID]: { takenAt: NOW } } }),
          ...(modes === undefined ? [] : [item(ledgerKey.modes(SERVICE_ID), modes)]),
          ...(modesOfAll === undefined ? [] : [item(ledgerKey.modes(ALL_SERVICES), modesOfAll)]),
          ...(seen === null ? [] : [item(ledgerKey.registrySeen(), seen)]),
        ],
      },
    })
    .on(BatchGetItemCommand, THE_DAY)
    .resolves({
      Responses: {
        [TABLES.ledger]:
          revoked === undefined
            ? []
            : [
                item(ledgerKey.revocations(SERVICE_ID, '2026-11-23'), {
                  revoked: Object.fromEntries(revoked.map((each) => [each, { execution: 'e', at: NOW }])),
                }),
              ],
      },
    })
    .on(DescribeTableCommand)
    .resolves({ Table: { TableId: 'table-1' } })
    .on(ScanCommand)
    .resolves({ Count: count });
  const services = { ec2, dynamo, tables: TABLES, region: HOME_REGION, now: () => new Date(NOW) };
  return { ec2Mock, dynamoMock, services };
};

const deciding = (given: World = {}, input: Parameters<typeof run>[0] = INPUT) => run(input, world(given).services);
const namesOf = (mock: Parameters<typeof callsOf>[0]): readonly string[] => callsOf(mock).map(([name]) => name);

describe('decide-revocation: a customer who is suspended', () => {
  it('is cut off: why, whose place is free then, how many may be on which day, under which modes', async () => {
    const output = await deciding({ others: Array.from({ length: 24 }, () => 'available') });
    const { plan, ...rest } = output;
    const { item: _record, rules, ...planned } = plan as unknown as Record<string, unknown>;

    expect(rest).toEqual({
      need: 'revocation',
      generation: 2,
      told: 1,
      wakes: 2,
      modesVersion: 0,
      basis: expect.stringMatching(/^[0-9a-f]{16}$/),
      day: '2026-11-23',
      last: {
        outcome: { S: 'accepted' },
        code: { S: 'entitled' },
        generation: { N: '1' },
        recordedAt: { S: '2026-11-22T12:00:00.000Z' },
        customerId: { S: 'acme' },
      },
      connection: expect.objectContaining({ endpointId: ENDPOINT_ID, state: 'available' }),
    });
    expect(planned).toEqual({
      verdict: 'reject',
      code: 'customer-suspended',
      sentence: `We disconnected your endpoint ${ENDPOINT_ID} of account ${OWNER}: your subscription is suspended; contact us to activate it.`,
      action: 'contact us to activate it',
      customerId: 'acme',
      placeOf: 'acme',
      max: 2,
    });
    expect(rules).toContainEqual({ rule: 'mode', passed: true, saw: 'revoke: enforce' });
  });

  it('has the record of it made, rule by rule, with what was there before', async () => {
    const { plan } = await deciding();
    const record = unmarshall((plan as unknown as { item: Item }).item);

    expect(record).toEqual({
      pk: `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`,
      sk: 'DECISION#0002',
      ...IDS,
      generation: 2,
      before: expect.objectContaining({ state: 'available' }),
      customerId: 'acme',
      verdict: 'reject',
      code: 'customer-suspended',
      sentence: expect.stringContaining('We disconnected'),
      action: 'contact us to activate it',
      rules: expect.arrayContaining([expect.objectContaining({ rule: 'customer-status', passed: false })]),
    });
  });

  it('is read anew: history, connection, registry; then the registry’s size and the service’s connections, consistently', async () => {
    const { services, ec2Mock, dynamoMock } = world();

    await run(INPUT, services);

    expect(callsOf(ec2Mock)).toEqual([
      ['DescribeVpcEndpointConnections', { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] }],
      ['DescribeVpcEndpointConnections', { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] }],
    ]);
    expect(callsOf(dynamoMock)).toEqual([
      ['Query', expect.objectContaining({ TableName: TABLES.ledger, ConsistentRead: true })],
      ['Query', expect.objectContaining({ TableName: TABLES.registry, ConsistentRead: true })],
      ['Query', expect.objectContaining({ TableName: TABLES.registry, ConsistentRead: true })],
      ['BatchGetItem', expect.anything()],
      ['DescribeTable', { TableName: TABLES.registry }],
      [
        'Scan',
        // Bindings would hide how many customers are gone.
        {
          TableName: TABLES.registry,
          Select: 'COUNT',
          FilterExpression: 'pk <> :bindings',
          ExpressionAttributeValues: { ':bindings': { S: 'BINDINGS' } },
        },
      ],
      ['BatchGetItem', THE_DAY],
    ]);
  });

  it.each([
    ['one, where there are few', {}, 1, 1],
    ['a tenth', {}, 40, 4],
    ['of the living only', {}, 9, 1, ['rejected', 'deleted', 'pendingAcceptance']],
    ['ten at most', {}, 300, 10],
    ['as many as the service’s entry says', { maxRevocations: 3 }, 300, 3],
    ['the share that it says', { maxRevokedShare: 0.5 }, 8, 4],
    ['all of them, if it says so', { maxRevokedShare: 1, maxRevocations: 999 }, 300, 300],
  ])('so many a day: %s', async (_bound, changes, live, max, dead: readonly string[] = []) => {
    const entry = item(registryKey.service(SERVICE_ID), aService(undefined, changes));
    const others = [...Array.from({ length: live - 1 }, () => 'available'), ...dead];
    const { plan } = await deciding({ entries: [entry, SUSPENDED, entitlement], others });

    expect(plan).toMatchObject({ max });
  });
});

describe('decide-revocation: the share of a day', () => {
  const half = item(registryKey.service(SERVICE_ID), aService(undefined, { maxRevokedShare: 0.5 }));
  const given = { entries: [half, SUSPENDED, entitlement] };

  it.each([
    ['four live, nobody was cut off', ['available', 'available', 'available'], undefined, 2],
    ['the day was opened only', ['available', 'available', 'available'], [], 2],
    ['three live, one was cut off: the same', ['available', 'available'], ['vpce-0c'], 2],
    ['this one was counted already, and lives: once', ['available', 'available', 'available'], [ENDPOINT_ID], 2],
  ])('%s', async (_situation, others, revoked, max) => {
    const { plan } = await deciding({ ...given, others, ...(revoked === undefined ? {} : { revoked }) });

    expect(plan).toMatchObject({ max });
  });

  it('what was counted can’t be read - Malformed', async () => {
    const { services, dynamoMock } = world();
    const strange = item(ledgerKey.revocations(SERVICE_ID, '2026-11-23'), { revoked: 7 });
    dynamoMock.on(BatchGetItemCommand, THE_DAY).resolves({ Responses: { [TABLES.ledger]: [strange] } });

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'Malformed' });
  });
});

describe('decide-revocation: nobody is cut off', () => {
  const ended = (changes: object) =>
    item(registryKey.entitlement(SERVICE_ID, 'acme'), anEntitlement({ until: '2026-11-01T00:00:00Z', ...changes }));
  const stranger = { matches: [] };
  const paused = { by: 'ada', reason: 'an incident', at: NOW };

  it.each<[situation: string, world: World, because: string | RegExp]>([
    ['who is entitled', { entries: [service, customer, entitlement] }, 'keep, entitled: every rule passed'],
    ['whose contract ended, and keeps', { entries: [service, customer, ended({})] }, /^keep, contract-ended: /],
    ['whose entry can’t be read', { entries: [service, entitlement] }, /^keep, entry-unreadable: /],
    ['whose service has no entry', { entries: [SUSPENDED, entitlement] }, /^keep, service-unregistered: /],
    ['during a pause', { modes: { modes: {}, version: 3, paused } }, /paused by ada: an incident$/],
    ['during a pause of everything', { modesOfAll: { modes: {}, version: 3, paused } }, /paused by ada: an incident$/],
    [
      'where it is only observed',
      { modes: { modes: { revoke: 'observe' }, version: 3 } },
      'observe, customer-suspended: suspended; revoke: observe',
    ],
    [
      'where a person is to do it',
      { modes: { modes: { revoke: 'propose' }, version: 3 } },
      'propose, customer-suspended: suspended; revoke: propose',
    ],
    ['whom we did not let in', { decisions: [accepted({ outcome: 'adopted' })] }, /neither accepted by us/],
    ['of whom nothing is recorded', { decisions: [], admission: { told: 0 } }, /neither accepted by us/],
    [
      'while the registry is frozen',
      { ...stranger, seen: { tableId: 'table-1', count: 9, at: NOW, version: 2, frozen: FROZEN } },
      /it shrank; registry-frozen keeps/,
    ],
    [
      'while the registry is smaller than before',
      { ...stranger, seen: { tableId: 'table-1', count: 90, at: NOW, version: 2 } },
      /the registry went from 90 entries to 3; /,
    ],
    [
      'whose suspension stands in a registry that is another table than before',
      { seen: { tableId: 'table-0', count: 3, at: NOW, version: 2 } },
      /another table than before/,
    ],
  ])('%s - nothing, and says why', async (_who, given, because) => {
    const output = await deciding(given);

    expect(output).toMatchObject({ need: 'nothing', because: expect.stringMatching(because) });
    expect(output).not.toHaveProperty('plan');
  });

  it.each<[state: string | null, because: string]>([
    [null, 'EC2 does not list it; if it had a place, admit-connection gives it back'],
    ['deleted', 'it is deleted already; if it had a place, admit-connection gives it back'],
    ['rejected', 'it is rejected already; if it had a place, admit-connection gives it back'],
    ['pendingAcceptance', 'it is not connected: it waits for an answer of admit-connection'],
    ['partial', 'its state is partial, on which nobody acts'],
    ['migrating', 'its state is unknown, on which nobody acts'],
  ])('EC2 shows %s - nothing, whoever forces it; the registry is not read', async (state, because) => {
    for (const force of [{}, { force: FORCE }]) {
      const { services, dynamoMock } = world({ state });

      await expect(run({ ...INPUT, ...force }, services)).resolves.toMatchObject({ need: 'nothing', because });
      expect(namesOf(dynamoMock)).toEqual(['Query']);
    }
  });

  it('who stays - the service’s connections are not counted, nor the registry', async () => {
    const { services, ec2Mock, dynamoMock } = world({ entries: [service, customer, entitlement] });

    await run(INPUT, services);

    expect(callsOf(ec2Mock)).toHaveLength(1);
    expect(namesOf(dynamoMock)).toEqual(['Query', 'Query', 'Query', 'BatchGetItem']);
  });
});

describe('decide-revocation: somebody is cut off', () => {
  it.each<[situation: string, world: World, code: string]>([
    ['nobody has the account any more', { matches: [] }, 'requester-unknown'],
    [
      'the contract ended, and with it what is connected',
      {
        entries: [
          service,
          customer,
          item(
            registryKey.entitlement(SERVICE_ID, 'acme'),
            anEntitlement({ until: '2026-11-01T00:00:00Z', whenEnded: 'revoke' }),
          ),
        ],
      },
      'contract-ended',
    ],
    [
      'a person said that it is ours',
      {
        decisions: [accepted({ outcome: 'adopted' })],
        admission: { told: 1, owned: { by: 'ada', reason: 'theirs', at: NOW } },
      },
      'customer-suspended',
    ],
    ['it is on its way up', { state: 'pending' }, 'customer-suspended'],
    ['the registry was never looked through', { seen: null }, 'customer-suspended'],
  ])('%s - %s', async (_situation, given, code) => {
    await expect(deciding(given)).resolves.toMatchObject({ need: 'revocation', plan: { code, placeOf: 'acme' } });
  });

  it('of an account that is nobody’s - the record names whose place it has', async () => {
    const { plan } = await deciding({ matches: [] });

    expect(plan).toMatchObject({ customerId: 'acme', placeOf: 'acme' });
  });

  it('its customer’s id is unknown - no place', async () => {
    const decision = accepted();
    const { customerId: _none, ...nameless } = decision;
    const { plan } = await deciding({ matches: [], decisions: [nameless] });

    expect(plan).not.toHaveProperty('placeOf');
    expect(plan).not.toHaveProperty('customerId');
  });
});

describe('decide-revocation: a person forces it', () => {
  const FORCED = { ...INPUT, force: FORCE };

  it('though entitled, and somebody else’s - cut off, not bounded, recorded with who and why', async () => {
    const { plan, need } = await deciding(
      { entries: [service, customer, entitlement], decisions: [accepted({ outcome: 'adopted' })] },
      FORCED,
    );

    expect(need).toBe('revocation');
    expect(plan).toMatchObject({ code: 'forced', forced: FORCE, placeOf: 'acme' });
    expect(plan).not.toHaveProperty('max');
    expect(unmarshall((plan as unknown as { item: Item }).item)).toMatchObject({
      code: 'forced',
      forcedBy: FORCE.by,
      forcedBecause: FORCE.reason,
    });
    expect((plan as { sentence: string }).sentence).not.toContain(FORCE.reason);
  });

  it('while the registry is frozen, in any mode - cut off', async () => {
    const output = await deciding(
      {
        modes: { modes: { revoke: 'observe' }, version: 3 },
        seen: { tableId: 'table-1', count: 9, at: NOW, version: 2, frozen: FROZEN },
      },
      FORCED,
    );

    expect(output).toMatchObject({ need: 'revocation', modesVersion: 3 });
  });

  it('during a pause - nothing', async () => {
    const paused = { by: 'ada', reason: 'an incident', at: NOW };

    await expect(deciding({ modes: { modes: {}, version: 3, paused } }, FORCED)).resolves.toMatchObject({
      need: 'nothing',
      because: expect.stringContaining('paused by ada'),
    });
  });
});

describe('decide-revocation: what a run before left', () => {
  const said = { code: 'customer-suspended', sentence: 'We disconnected you; ask.', action: 'ask' };
  const intent = { verdict: 'reject', customerId: 'acme', generation: 2 };

  it('it cut it off and died - recorded, with what it was about to say', async () => {
    const admission = { told: 1, intent: { ...intent, revocation: { ...said, forced: FORCE } } };
    const { plan, ...rest } = await deciding({ state: 'rejected', admission });

    expect(rest).toMatchObject({ need: 'record', generation: 2 });
    expect(plan).toMatchObject({ ...said, verdict: 'reject', outcome: 'revoked', placeOf: 'acme', customerId: 'acme' });
    expect(unmarshall((plan as unknown as { item: Item }).item)).toMatchObject({
      ...said,
      generation: 2,
      forcedBy: FORCE.by,
      forcedBecause: FORCE.reason,
    });
  });

  it('its intent is of an earlier generation - not its doing', async () => {
    const admission = { told: 1, intent: { ...intent, generation: 1 } };

    await expect(deciding({ state: 'rejected', admission })).resolves.toMatchObject({ need: 'nothing' });
  });

  it('it recorded and did not tell - told first', async () => {
    await expect(deciding({ admission: { told: 0 } })).resolves.toMatchObject({
      need: 'telling',
      generation: 1,
      plan: { outcome: 'accepted', sentence: 'What we said then.' },
    });
    await expect(deciding({ admission: { told: 0 } }, { ...IDS, told: 1 })).resolves.toMatchObject({
      need: 'revocation',
      told: 1,
    });
  });
});

describe('decide-revocation: what can’t be read is no reason', () => {
  it.each([
    ['the ledger is throttled', QueryCommand, 'ThrottlingException', 'Throttled'],
    ['the entries may not be read', BatchGetItemCommand, 'AccessDeniedException', 'Denied'],
    ['the registry can’t be counted', ScanCommand, 'InternalServerError', 'Throttled'],
  ] as const)('%s - thrown', async (_situation, command, code, name) => {
    const { services, dynamoMock } = world();
    dynamoMock.on(command as typeof QueryCommand).rejects(awsError(code));

    await expect(run(INPUT, services)).rejects.toMatchObject({ name });
  });

  it('the service’s connections can’t be counted - thrown', async () => {
    const { services, ec2Mock } = world();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] })
      .rejects(awsError('RequestLimitExceeded'));

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('keys are left out for want of capacity - thrown: an entry that is left out is not absent', async () => {
    const { services, dynamoMock } = world();
    dynamoMock.on(BatchGetItemCommand).resolves({
      Responses: {},
      UnprocessedKeys: { [TABLES.registry]: { Keys: [{ pk: { S: 'CUSTOMER#acme' }, sk: { S: 'CUSTOMER' } }] } },
    });

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('the modes can’t be read - Malformed', async () => {
    await expect(deciding({ modes: { version: 3 } })).rejects.toMatchObject({ name: 'Malformed' });
  });

  it('the endpoint is another service’s - Malformed, with that service', async () => {
    const { services, ec2Mock } = world();
    const elsewhere = described({ ServiceId: 'vpce-svc-0fffffffffffffff9' });
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: [elsewhere] });

    await expect(run(INPUT, services)).rejects.toThrow('is of vpce-svc-0fffffffffffffff9');
  });

  it.each([
    ['no ids', {}, 'serviceId'],
    ['a field that nobody reads', { ...INPUT, because: 'x' }, 'because'],
    ['a force of nobody', { ...INPUT, force: { reason: 'x' } }, 'force.by'],
    ['a force without a reason', { ...INPUT, force: { by: 'ada', reason: '' } }, 'force.reason'],
  ])('%s - Malformed, in words', async (_situation, event, words) => {
    await expect(handler(event, CONTEXT)).rejects.toThrow(words);
  });
});
