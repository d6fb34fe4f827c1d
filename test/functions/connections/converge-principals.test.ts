import { BatchGetItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeVpcEndpointServicePermissionsCommand,
  ModifyVpcEndpointServicePermissionsCommand,
} from '@aws-sdk/client-ec2';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { ALL_SERVICES, type Key, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { aCustomer, anEntitlement, aService, NOW, SERVICE_ID } from '../../support/builders.ts';
import {
  awsError,
  CONTEXT,
  callsOf,
  item,
  strictDynamo,
  strictEc2,
  stubFunctionEnvironment,
  TABLES,
} from '../support.ts';

stubFunctionEnvironment();
vi.stubEnv('PARTITION', 'aws');
const { handler, run } = await import('../../../functions/connections/converge-principals.ts');

const [A, B, C] = ['111111111111', '222222222222', '333333333333'] as const;
const arn = (account: string) => `arn:aws:iam::${account}:root`;
const LONG_AGO = '2026-11-20T12:00:00.000Z';

const match = (account: string, customerId: string, changes: object = {}) =>
  item(registryKey.match(SERVICE_ID, 'account', account, customerId), { customerId, ...changes });
const entitled = (customerId: string, changes: object = {}) =>
  item(registryKey.entitlement(SERVICE_ID, customerId), { ...anEntitlement({ customerId }), ...changes });
const customer = (customerId: string, changes: object = {}) =>
  item(registryKey.customer(customerId), { ...aCustomer({ customerId }), ...changes });
const service = item(registryKey.service(SERVICE_ID), aService());
const ACME = [service, match(A, 'acme'), entitled('acme')];

/** A world in which acme has account A; the rest is as given. */
const world = ({
  registry = ACME,
  customers = [customer('acme')],
  present = [],
  recorded,
  word = [],
}: {
  registry?: readonly Record<string, unknown>[];
  customers?: readonly Record<string, unknown>[];
  present?: readonly string[];
  recorded?: object | undefined;
  word?: readonly Record<string, unknown>[];
} = {}) => {
  const mocks = { ...strictEc2(), ...strictDynamo() };
  const { ec2, dynamo, ec2Mock, dynamoMock } = mocks;
  const keysOf = (...keys: readonly Key[]) => ({ Keys: keys.map((key) => marshall(key)), ConsistentRead: true });
  const principals = recorded === undefined ? [] : [item(ledgerKey.principals(SERVICE_ID), recorded)];
  dynamoMock
    .on(BatchGetItemCommand, { RequestItems: { [TABLES.ledger]: keysOf(ledgerKey.principals(SERVICE_ID)) } })
    .resolves({ Responses: { [TABLES.ledger]: principals } })
    .on(BatchGetItemCommand, {
      RequestItems: {
        [TABLES.ledger]: keysOf(ledgerKey.modes(SERVICE_ID), ledgerKey.modes(ALL_SERVICES), ledgerKey.registrySeen()),
      },
    })
    .resolves({ Responses: { [TABLES.ledger]: word } as never })
    .on(QueryCommand, {
      TableName: TABLES.registry,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `SERVICE#${SERVICE_ID}` } },
    })
    .resolves({ Items: registry as never });
  const ids = registry.flatMap(({ sk }) => /^MATCH#account#\d{12}#(.+)$/.exec(Object(sk).S)?.[1] ?? []);
  if (ids.length > 0) {
    const keys = keysOf(...new Set(ids.map((id) => registryKey.customer(id))));
    dynamoMock
      .on(BatchGetItemCommand, { RequestItems: { [TABLES.registry]: keys } })
      .resolves({ Responses: { [TABLES.registry]: customers } as never });
  }
  dynamoMock.on(UpdateItemCommand).resolves({});
  ec2Mock
    .on(DescribeVpcEndpointServicePermissionsCommand, { ServiceId: SERVICE_ID })
    .resolves({ AllowedPrincipals: present.map((Principal) => ({ Principal })) })
    .on(ModifyVpcEndpointServicePermissionsCommand)
    .resolves({ ReturnValue: true });

  /** Every write, in order, in short. */
  const writes = () => {
    const all = [...dynamoMock.calls(), ...ec2Mock.calls()].sort((one, other) =>
      one.calledBefore(other as never) ? -1 : 1,
    );
    return all.flatMap(({ args: [{ input }] }): readonly object[] => {
      const given = input as Record<string, unknown>;
      if ('AddAllowedPrincipals' in given) return [{ add: given.AddAllowedPrincipals }];
      if ('RemoveAllowedPrincipals' in given) return [{ remove: given.RemoveAllowedPrincipals }];
      if (!('UpdateExpression' in given)) return [];
      const values = unmarshall(given.ExpressionAttributeValues as never);
      if (!(':version' in values)) return [{ reopened: true }];
      const { ':ours': ours, ':reverted': reverted, ':contested': contested, ':applied': applied } = values;
      return [{ ours, reverted, contested, applied, read: values[':read'] ?? 0, version: values[':version'] }];
    });
  };
  const services = { ec2, dynamo, tables: TABLES, partition: 'aws', perCall: 2, now: () => new Date(NOW) };
  return {
    ...mocks,
    writes,
    services,
    run: (input = {}) => run({ serviceId: SERVICE_ID, resume: false, ...input }, services),
  };
};

const none = { reverted: {}, contested: [] };
const counts = (changes: object = {}) => ({ added: 0, removed: 0, withheld: 0, contested: 0, foreign: 0, ...changes });

let said: MockInstance<typeof process.stdout.write>;
beforeEach(() => {
  said = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => {
  said.mockRestore();
});
/** What was counted since the last look. */
const metrics = () =>
  said.mock.calls.flatMap(([line]) => {
    const { _aws, service: _service, ...values } = JSON.parse(String(line)) as Record<string, unknown>;
    return _aws === undefined ? [] : [values];
  });

describe('converge-principals', () => {
  it('a customer came, another left - in hand, added, removed, recorded', async () => {
    const ours = { [arn(B)]: { addedAt: LONG_AGO } };
    const { run: converge, writes } = world({
      present: [arn(B), arn(C)],
      recorded: { ours, ...none, applied: '+- 222222222222 ?', version: 7 },
    });

    await expect(converge()).resolves.toEqual({
      outcome: 'converged',
      added: [arn(A)],
      removed: [arn(B)],
      withheld: [],
      contested: [],
      isOpenToEveryone: false,
      foreign: [arn(C)],
      counts: counts({ added: 1, removed: 1, foreign: 1 }),
    });
    expect(writes()).toEqual([
      { ours: { [arn(A)]: {}, [arn(B)]: {} }, ...none, applied: undefined, read: 7, version: 8 },
      { add: [arn(A)] },
      { remove: [arn(B)] },
      { ours: { [arn(A)]: { addedAt: NOW } }, ...none, applied: '+- 111111111111 ?', read: 8, version: 9 },
    ]);
  });

  it('the first write of all - on condition that there is no item', async () => {
    const { run: converge, dynamoMock } = world();

    await converge();

    expect(callsOf(dynamoMock).find(([name]) => name === 'UpdateItem')).toEqual([
      'UpdateItem',
      {
        TableName: TABLES.ledger,
        Key: marshall(ledgerKey.principals(SERVICE_ID)),
        UpdateExpression:
          'SET #current = :current, #ours = :ours, #reverted = :reverted, #contested = :contested, #version = :version REMOVE #applied',
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeNames: {
          '#current': 'current',
          '#ours': 'ours',
          '#reverted': 'reverted',
          '#contested': 'contested',
          '#version': 'version',
          '#applied': 'applied',
        },
        ExpressionAttributeValues: marshall({
          ':current': 'yes',
          ':ours': { [arn(A)]: {} },
          ':reverted': {},
          ':contested': [],
          ':version': 1,
        }),
      },
    ]);
  });

  it('all is as it was applied - nothing is written', async () => {
    const recorded = { ours: { [arn(A)]: { addedAt: LONG_AGO } }, ...none, applied: '+- 111111111111 ?', version: 2 };
    const { run: converge, writes } = world({ present: [arn(A)], recorded });

    await expect(converge()).resolves.toMatchObject({ outcome: 'nothing', added: [], removed: [], foreign: [] });
    await converge({ resume: true });
    expect(writes()).toEqual([]);
  });

  it('there is nothing to do, and another basis was applied - it is recorded', async () => {
    const { run: converge, writes } = world({ present: [arn(A)] });

    await expect(converge()).resolves.toMatchObject({ outcome: 'nothing', foreign: [arn(A)] });
    expect(writes()).toEqual([{ ours: {}, ...none, applied: '+- 111111111111 ?', read: 0, version: 1 }]);
  });

  it.each([
    ['absent', [match(A, 'acme'), entitled('acme')], `${SERVICE_ID} is not registered`, []],
    [
      'unreadable',
      [item(registryKey.service(SERVICE_ID), { ...aService(), holdDays: 0 })],
      expect.stringContaining('holdDays'),
      [{ UnreadableEntries: 1 }],
    ],
  ])('the service’s entry is %s - nothing, and EC2 is not asked', async (_what, registry, because, told) => {
    const {
      run: converge,
      writes,
      ec2Mock,
    } = world({
      registry,
      recorded: { ours: { [arn(B)]: { addedAt: LONG_AGO } }, ...none, version: 2 },
    });

    const report = await converge();

    expect(report).toEqual({
      outcome: 'nothing',
      because,
      added: [],
      removed: [],
      withheld: [],
      contested: [],
      foreign: [],
      counts: counts(),
    });
    expect([writes(), metrics()]).toEqual([[], told]);
    expect(ec2Mock).not.toHaveReceivedAnyCommand();
  });

  it.each([
    [
      'an unreadable match',
      [service, match(B, 'acme', { customerId: 'globex' }), entitled('acme')],
      [customer('acme')],
    ],
    [
      'an unreadable entitlement',
      [service, match(B, 'acme'), entitled('acme', { maxEndpoints: 0 })],
      [customer('acme')],
    ],
    ['an unreadable customer', [service, match(B, 'acme'), entitled('acme')], [customer('acme', { status: 'odd' })]],
    ['a missing customer', [service, match(B, 'acme'), entitled('acme')], []],
  ])('%s - neither added nor removed, and told', async (_what, registry, customers) => {
    const there = world({
      registry,
      customers,
      present: [arn(B)],
      recorded: { ours: { [arn(B)]: { addedAt: LONG_AGO } }, ...none, version: 2 },
    });
    const absent = world({ registry, customers });

    await expect(there.run()).resolves.toMatchObject({ outcome: 'nothing', removed: [] });
    await expect(absent.run()).resolves.toMatchObject({ outcome: 'nothing', added: [] });
    expect(there.writes()).toMatchObject([{ applied: '+- ? 222222222222' }]);
    expect(metrics()).toEqual([{ UnreadableEntries: 1 }, { UnreadableEntries: 1 }]);
  });

  it('a match that names no account stands for nobody', async () => {
    const odd = item({ pk: `SERVICE#${SERVICE_ID}`, sk: 'MATCH#account#2222#acme' }, { customerId: 'acme' });
    const claim = item(registryKey.match(SERVICE_ID, 'endpoint', 'vpce-0aaaaaaaaaaaaaaa1', 'acme'), {
      customerId: 'acme',
    });
    const { run: converge } = world({ registry: [service, odd, claim, entitled('acme')] });

    await expect(converge()).resolves.toMatchObject({ outcome: 'nothing', added: [] });
  });

  const PAUSED = { modes: {}, version: 1, paused: { by: 'ada', reason: 'A look first.', at: NOW } };
  const OBSERVED = { modes: { 'principals-add': 'observe', 'principals-remove': 'observe' }, version: 1 };
  it.each([
    ['the service is paused', [item(ledgerKey.modes(SERVICE_ID), PAUSED)], 'everything is paused', ' '],
    ['everything is paused', [item(ledgerKey.modes(ALL_SERVICES), PAUSED)], 'everything is paused', ' '],
    [
      'observed',
      [item(ledgerKey.modes(SERVICE_ID), OBSERVED)],
      'the mode of principals-add is observe; the mode of principals-remove is observe',
      ' ',
    ],
  ])('%s - all is withheld, and EC2 is not told', async (_what, word, because, signs) => {
    const ours = { [arn(B)]: { addedAt: LONG_AGO } };
    const { run: converge, writes } = world({ present: [arn(B)], recorded: { ours, ...none, version: 2 }, word });

    await expect(converge()).resolves.toMatchObject({
      outcome: 'withheld',
      because,
      added: [],
      removed: [],
      withheld: [
        { arn: arn(A), effect: 'principals-add' },
        { arn: arn(B), effect: 'principals-remove' },
      ],
    });
    // Of what is withheld the basis says so: it is not looked at again before that ends.
    expect(writes()).toEqual([{ ours, ...none, applied: `${signs}111111111111 ?`, read: 2, version: 3 }]);
  });

  it('the registry is frozen - adds, and withholds removals', async () => {
    const ours = { [arn(B)]: { addedAt: LONG_AGO } };
    const word = [item(ledgerKey.registrySeen(), { frozen: { at: NOW } })];
    const { run: converge, writes } = world({ present: [arn(B)], recorded: { ours, ...none, version: 2 }, word });

    await expect(converge()).resolves.toMatchObject({
      outcome: 'withheld',
      because: 'the registry is frozen: nothing is removed',
      added: [arn(A)],
      removed: [],
    });
    expect(writes()).toMatchObject([{}, { add: [arn(A)] }, { applied: '+ 111111111111 ?' }]);
  });

  it('somebody removed it - added again once; the second time it is contested, until a person says so', async () => {
    const ours = { [arn(A)]: { addedAt: LONG_AGO } };
    const first = world({ recorded: { ours, ...none, applied: '+- 111111111111 ?', version: 2 } });
    const second = { ours, reverted: { [arn(A)]: 1 }, contested: [], applied: '+- 111111111111 ?', version: 4 };

    await expect(first.run()).resolves.toMatchObject({ outcome: 'converged', added: [arn(A)] });
    expect(first.writes()[0]).toMatchObject({ ours: { [arn(A)]: {} }, reverted: { [arn(A)]: 1 } });

    const contested = world({ recorded: second });
    await expect(contested.run()).resolves.toMatchObject({ outcome: 'contested', added: [], contested: [arn(A)] });
    expect(contested.writes()).toMatchObject([{ ours, contested: [arn(A)], read: 4, version: 5 }]);
    expect(metrics()).toEqual([{ PrincipalsContested: 1 }]);

    const resumed = world({ recorded: { ...second, contested: [arn(A)] } });
    await expect(resumed.run({ resume: true })).resolves.toMatchObject({ outcome: 'converged', added: [arn(A)] });
  });

  it('everybody is allowed - told, and left alone', async () => {
    const { run: converge, writes } = world({ present: ['*', arn(A)] });

    await expect(converge()).resolves.toMatchObject({
      outcome: 'nothing',
      isOpenToEveryone: true,
      foreign: ['*', arn(A)],
    });
    expect(metrics()).toEqual([{ OpenToEveryone: 1 }]);
    expect(writes()).toHaveLength(1);
  });

  it('EC2 refuses one - it is not ours, and not tried again as long as nothing changes', async () => {
    const { run: converge, writes, ec2Mock } = world();
    ec2Mock.on(ModifyVpcEndpointServicePermissionsCommand).rejects(awsError('InvalidPrincipal'));

    await expect(converge()).resolves.toMatchObject({
      outcome: 'withheld',
      added: [],
      withheld: [{ arn: arn(A), effect: 'principals-add', because: 'EC2 refuses it' }],
    });
    expect(writes().at(-1)).toMatchObject({ ours: {}, applied: '+- 111111111111 ?' });
  });

  it('another run was first - nothing is done', async () => {
    const { run: converge, writes, dynamoMock } = world();
    dynamoMock.on(UpdateItemCommand).rejects(awsError('ConditionalCheckFailedException'));

    await expect(converge()).resolves.toMatchObject({ outcome: 'overtaken', added: [] });
    expect(writes()).toHaveLength(1);
  });

  it('another run took over in the middle - what either applied does not count', async () => {
    const { run: converge, writes, dynamoMock } = world();
    dynamoMock
      .on(UpdateItemCommand)
      .resolvesOnce({})
      .rejectsOnce(awsError('ConditionalCheckFailedException'))
      .resolves({});

    await expect(converge()).resolves.toMatchObject({ outcome: 'overtaken', added: [arn(A)] });
    expect(writes()).toMatchObject([{ version: 1 }, { add: [arn(A)] }, { version: 2 }, { reopened: true }]);
  });

  it('the registry comes in pages - all of them are read', async () => {
    const { run: converge, dynamoMock } = world({ registry: ACME });
    dynamoMock
      .on(QueryCommand)
      .resolvesOnce({ Items: [service, match(A, 'acme')], LastEvaluatedKey: { pk: { S: 'a' }, sk: { S: 'b' } } })
      .resolvesOnce({ Items: [entitled('acme')] });

    await expect(converge()).resolves.toMatchObject({ outcome: 'converged', added: [arn(A)] });
  });

  it('more than 100 customers - read by 100; of long lists the first are told', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `c${index}`);
    const accountOf = (index: number) => String(100_000_000_000 + index);
    const registry = [service, ...ids.flatMap((id, index) => [match(accountOf(index), id), entitled(id)])];
    const { run: converge, dynamoMock, services } = world({ registry, customers: [] });
    dynamoMock.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
      const keys: Record<string, { S: string }>[] = RequestItems[TABLES.registry]?.Keys ?? [];
      expect(keys.length).toBeLessThanOrEqual(100);
      return {
        Responses: { [TABLES.registry]: keys.map(({ pk }) => customer(pk?.S.slice('CUSTOMER#'.length) ?? '')) },
      };
    });

    const report = await converge();

    expect(services.perCall).toBe(2);
    expect(report).toMatchObject({ outcome: 'converged', counts: { added: 101 } });
    expect(report.added).toHaveLength(100);
  });

  it.each([
    ['a record that nobody of ours wrote', { recorded: { ours: 'all', version: 1 } }, 'Malformed'],
    ['modes that nobody of ours wrote', { word: [item(ledgerKey.modes(SERVICE_ID), { modes: 1 })] }, 'Malformed'],
  ])('%s - %s', async (_what, given, name) => {
    const { run: converge, writes } = world(given);

    await expect(converge()).rejects.toMatchObject({ name });
    expect(writes()).toEqual([]);
  });

  it('DynamoDB leaves customers out - Throttled, never taken for absent', async () => {
    const { run: converge, dynamoMock } = world();
    dynamoMock
      .on(BatchGetItemCommand, {
        RequestItems: { [TABLES.registry]: { Keys: [marshall(registryKey.customer('acme'))], ConsistentRead: true } },
      })
      .resolves({ UnprocessedKeys: { [TABLES.registry]: { Keys: [marshall(registryKey.customer('acme'))] } } });

    await expect(converge()).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('the input is not as it should be - Malformed', async () => {
    await expect(handler({ serviceId: 'vpce-1' }, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
  });
});
