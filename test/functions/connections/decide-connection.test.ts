import {
  BatchGetItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeVpcEndpointConnectionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, vi } from 'vitest';
import { ALL_SERVICES, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { anApproval, ENDPOINT_ID, HOME_REGION, NOW, OWNER, SERVICE_ID } from '../../support/builders.ts';
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
const { handler, run } = await import('../../../functions/connections/decide-connection.ts');

type Item = ReturnType<typeof item>;

const REQUEST = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };
const INPUT = { ...REQUEST, told: 0 };

interface World {
  /** What EC2 lists. @default the request, waiting */
  readonly connections?: ReturnType<typeof described>[];
  /** What the ledger has of the request. @default nothing */
  readonly decisions?: Item[];
  /** What the ledger's item of the admission says. @default that every decision was told; without one, there is no such item */
  readonly admission?: object;
  /** Who has the endpoint's account. @default acme */
  readonly matches?: Item[];
  /** @default the entries of the service and of acme */
  readonly entries?: Item[];
  /** The places of acme, if they were opened. @default they were not */
  readonly places?: Item[];
  /** What people said of the request. @default nothing */
  readonly approvals?: Item[];
  /** What the ledger's item of the modes says. @default nobody ever set one */
  readonly modes?: object;
  /** The same of all services. @default nobody ever set one */
  readonly modesOfAll?: object;
  /** What the ledger remembers of the registry's size. @default nothing */
  readonly seen?: object;
  /** How many entries the registry has. @default three */
  readonly count?: number;
}

const { service, customer, entitlement, accountMatch } = REGISTRY_ITEMS;

const world = ({
  connections,
  decisions = [],
  admission = decisions.length === 0 ? undefined : { told: decisions.length },
  matches,
  entries,
  places = [],
  approvals = [],
  modes,
  modesOfAll,
  seen,
  count = 3,
}: World = {}) => {
  const { ec2, ec2Mock } = strictEc2();
  const { dynamo, dynamoMock } = strictDynamo();
  ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: connections ?? [described()] });
  dynamoMock
    .on(QueryCommand, { TableName: TABLES.ledger })
    .resolves({
      Items: [
        ...(admission === undefined ? [] : [item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), admission)]),
        ...approvals,
        ...decisions,
      ],
    })
    .on(QueryCommand, { KeyConditionExpression: 'pk = :pk AND sk = :sk' })
    .resolves({ Items: places })
    .on(QueryCommand, { TableName: TABLES.registry })
    .callsFake(
      ({ ExpressionAttributeValues: asked }: { ExpressionAttributeValues: Record<string, { S: string }> }) => ({
        Items: asked[':prefix']?.S.startsWith('MATCH#account#') ? (matches ?? [accountMatch]) : [],
      }),
    )
    .on(QueryCommand, { TableName: TABLES.ledger, KeyConditionExpression: 'pk = :pk AND sk = :sk' })
    .resolves({ Items: places })
    .on(BatchGetItemCommand)
    .resolves({
      Responses: {
        [TABLES.registry]: entries ?? [service, customer, entitlement],
        [TABLES.ledger]: [
          ...(modes === undefined ? [] : [item(ledgerKey.modes(SERVICE_ID), modes)]),
          ...(modesOfAll === undefined ? [] : [item(ledgerKey.modes(ALL_SERVICES), modesOfAll)]),
          ...(seen === undefined ? [] : [item(ledgerKey.registrySeen(), seen)]),
          ...places,
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

/** What every record has, and what is told of it again. */
const SAID = {
  customerId: 'acme',
  sentence: 'What we said then.',
  action: 'there is nothing for you to do',
  recordedAt: '2026-11-22T12:00:00.000Z',
};

/** What was decided before it ended like this; a hold for approval was to accept it. */
const decidedOn = (outcome: string, code: string): object => {
  if (outcome === 'held') {
    return { code, verdict: 'hold', ...(code === 'approval-needed' ? { proposed: 'accept' as const } : {}) };
  }
  return { code, verdict: outcome === 'rejected' ? 'reject' : 'accept' };
};

const recorded = (generation: number, outcome: string, code = 'entitled', changes: object = {}): Item =>
  item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, generation), {
    generation,
    outcome,
    ...decidedOn(outcome, code),
    ...SAID,
    ...changes,
  });

/** The places of acme, held by these endpoints. */
const heldBy = (...endpointIds: string[]): Item =>
  item(ledgerKey.places(SERVICE_ID, 'acme'), {
    places: Object.fromEntries(endpointIds.map((each) => [each, { takenAt: NOW }])),
  });

/** What a person said of a decision that held the request. */
const said = (answer: 'approve' | 'deny', generation = 1): Item =>
  item(ledgerKey.approval(SERVICE_ID, ENDPOINT_ID, generation), anApproval({ answer, generation }));

const MANUAL = {
  entries: [
    REGISTRY_ITEMS.service,
    REGISTRY_ITEMS.customer,
    { ...REGISTRY_ITEMS.entitlement, approval: { S: 'manual' } },
  ],
};

/** The plan of an output, which is one to record: not what is told again, nor a departure. */
const planned = ({ plan }: Awaited<ReturnType<typeof run>>) => {
  if (plan === undefined || !('item' in plan)) throw new Error('Nothing was planned that is to be recorded.');
  return { ...plan, record: unmarshall(plan.item as Item) };
};

const namesOf = (mock: Parameters<typeof callsOf>[0]): string[] => callsOf(mock).map(([name]) => name);

describe('decide-connection: a request that waits', () => {
  it('is decided, with all that the workflow needs', async () => {
    const { services } = world();

    const output = await run(INPUT, services);

    expect(output).toMatchObject({
      need: 'decision',
      generation: 1,
      connection: { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID, owner: OWNER, state: 'pendingAcceptance' },
      plan: {
        verdict: 'accept',
        code: 'entitled',
        customerId: 'acme',
        place: { maxEndpoints: 2, isOpen: false },
        isRepeated: false,
      },
      planWithoutPlace: { verdict: 'hold', code: 'quota-reached', customerId: 'acme', isRepeated: false },
    });
  });

  it('was not listed, recorded as gone, and is listed after all - decided under the next generation', async () => {
    const { services } = world({
      decisions: [recorded(1, 'gone', 'endpoint-gone', { before: { state: 'pendingAcceptance' } })],
    });

    const output = await run(INPUT, services);
    const { need, generation, planWithoutPlace } = output;
    const plan = planned(output);

    expect({ need, generation, verdict: plan.verdict, without: planWithoutPlace?.verdict }).toEqual({
      need: 'decision',
      generation: 2,
      verdict: 'accept',
      without: 'hold',
    });
    expect(plan.record).toMatchObject({ sk: 'DECISION#0002' });
  });

  it('takes one call of EC2 and four of DynamoDB, and no write', async () => {
    const { services, ec2Mock, dynamoMock } = world();

    await run(INPUT, services);

    expect(namesOf(ec2Mock)).toEqual(['DescribeVpcEndpointConnections']);
    expect(namesOf(dynamoMock)).toEqual(['Query', 'Query', 'Query', 'BatchGetItem']);
  });

  it('comes with its record for the ledger: who, what, why rule by rule, and what was before', async () => {
    const { services } = world();

    const { record } = planned(await run(INPUT, services));

    expect(record).toMatchObject({
      ...ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, 1),
      ...REQUEST,
      generation: 1,
      customerId: 'acme',
      verdict: 'accept',
      code: 'entitled',
      sentence: expect.stringContaining('We accepted your endpoint'),
      before: { owner: OWNER, region: HOME_REGION, state: 'pendingAcceptance' },
    });
    expect(record.action).toBe('there is nothing for you to do');
    expect(record.rules).toHaveLength(10);
    expect(record.rules[1]).toEqual({ rule: 'service', passed: true, saw: `${SERVICE_ID} is registered` });
  });

  it('has a place already - the places are open, and one is its own', async () => {
    const { services } = world({
      places: [heldBy(ENDPOINT_ID, 'vpce-other')],
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      plan: { verdict: 'accept', place: { maxEndpoints: 2, isOpen: true } },
    });
  });

  it('is held after a run that died with a place in its hand - whose place it is to give back', async () => {
    const dead = { admission: { intent: { verdict: 'accept', customerId: 'acme', generation: 1 } } };
    const manual = MANUAL;

    const { plan } = await run(INPUT, world({ ...dead, ...manual }).services);
    const later = { decisions: [recorded(1, 'held', 'quota-reached')], ...manual };

    expect(plan).toMatchObject({ verdict: 'hold', placeOf: 'acme' });
    expect((await run(INPUT, world({ ...dead, ...later }).services)).plan).not.toHaveProperty('placeOf');
  });

  it.each([
    ['another customer', 'globex'],
    ['what is no customer', 'Acme'],
  ])('the account’s match has the key of a customer and names %s - held, never accepted', async (_whom, customerId) => {
    const { services } = world({ matches: [{ ...accountMatch, customerId: { S: customerId } }] });

    await expect(run(INPUT, services)).resolves.toMatchObject({ plan: { verdict: 'hold', code: 'entry-unreadable' } });
  });

  it('was held - decided again under the next generation', async () => {
    const { services } = world({ decisions: [recorded(1, 'held', 'approval-needed')] });

    const output = await run(INPUT, services);
    const plan = planned(output);

    expect({ generation: output.generation, verdict: plan.verdict, repeated: plan.isRepeated }).toEqual({
      generation: 2,
      verdict: 'accept',
      repeated: false,
    });
    expect(plan.record).toMatchObject({ sk: 'DECISION#0002' });
  });

  it('was held for the same reason - repeated', async () => {
    const { services } = world({
      decisions: [recorded(1, 'held', 'approval-needed')],
      admission: { told: 1 },
      ...MANUAL,
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({ plan: { verdict: 'hold', isRepeated: true } });
  });

  it.each<[situation: string, World]>([
    ['the same reason', MANUAL],
    ['another reason than now', { places: [heldBy('vpce-1', 'vpce-2')] }],
    ['approval, which a person gave meanwhile', { ...MANUAL, approvals: [said('approve')] }],
  ])('was held for %s, and nobody was told - told first, as it was recorded, with its end', async (_reason, parts) => {
    const until = '2026-12-06T12:00:00.000Z';
    const { services, dynamoMock } = world({
      decisions: [recorded(1, 'held', 'approval-needed', { until })],
      admission: { told: 0 },
      ...parts,
    });

    const output = await run(INPUT, services);

    expect(output).toMatchObject({
      need: 'telling',
      generation: 1,
      told: 0,
      plan: { ...SAID, outcome: 'held', code: 'approval-needed', until },
    });
    expect(output).not.toHaveProperty('planWithoutPlace');
    expect(output.plan).not.toHaveProperty('hold');
    expect(namesOf(dynamoMock)).toEqual(['Query']);
  });

  it('nobody was told, and nobody can read what is next to decide - told all the same', async () => {
    const { services } = world({
      decisions: [recorded(1, 'held', 'approval-needed')],
      admission: { told: 0 },
      modes: { modes: { accept: 'on' }, version: 1 },
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'telling', generation: 1 });
  });

  it.each([
    ['the run itself', 1, 0, 'decision', 1],
    ['a run before', 0, 1, 'decision', 1],
    ['nobody yet', 0, 0, 'telling', 0],
  ])(
    'was held, which %s told - by the run %i, by the ledger %i: %s, told %i',
    async (_who, byRun, byLedger, need, told) => {
      const { services } = world({
        decisions: [recorded(1, 'held', 'approval-needed')],
        admission: { told: byLedger },
      });

      await expect(run({ ...INPUT, told: byRun }, services)).resolves.toMatchObject({ need, told });
    },
  );

  it('the account’s match names nobody - held, and its record has no customer: no key of an index is empty', async () => {
    const { services } = world({
      matches: [item(registryKey.match(SERVICE_ID, 'account', OWNER, ''), { customerId: '' })],
    });

    const { record, ...plan } = planned(await run(INPUT, services));

    expect(plan).toMatchObject({ verdict: 'hold', code: 'entry-unreadable' });
    expect(plan).not.toHaveProperty('customerId');
    expect(record).not.toHaveProperty('customerId');
  });

  it.each<[situation: string, World, code: string, verdict: string]>([
    ['nobody has the account', { matches: [] }, 'requester-unknown', 'reject'],
    ['the service has no entry', { entries: [customer, entitlement] }, 'service-unregistered', 'hold'],
    [
      'the customer’s entry is unreadable',
      { entries: [service, { ...customer, status: { S: 'asleep' } }, entitlement] },
      'entry-unreadable',
      'hold',
    ],
    [
      'the entitlement is unreadable',
      { entries: [service, customer, { ...entitlement, maxEndpoints: { S: 'two' } }] },
      'entry-unreadable',
      'hold',
    ],
    [
      'the entitlement was copied from another service’s',
      { entries: [service, customer, { ...entitlement, serviceId: { S: 'vpce-svc-0fffffffffffffff9' } }] },
      'entry-unreadable',
      'hold',
    ],
    [
      'a policy rejects the unreadable',
      {
        entries: [
          { ...service, verdicts: { M: { 'entry-unreadable': { S: 'reject' } } } },
          { ...customer, status: { S: 'asleep' } },
          entitlement,
        ],
      },
      'entry-unreadable',
      'hold',
    ],
    [
      'a policy takes nobody',
      { entries: [{ ...service, verdicts: { M: { entitled: { S: 'hold' } } } }, customer, entitlement] },
      'entitled',
      'hold',
    ],
    [
      'the service’s policy is unreadable',
      { entries: [{ ...service, verdicts: { S: 'hold' } }, customer, entitlement] },
      'entry-unreadable',
      'hold',
    ],
    [
      'the contract ended this very second',
      { entries: [service, customer, { ...entitlement, until: { S: '2026-11-23T12:00:00Z' } }] },
      'contract-ended',
      'hold',
    ],
  ])('%s - %s, %s', async (_situation, parts, code, verdict) => {
    const { services } = world(parts);

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'decision', plan: { code, verdict } });
  });
});

describe('decide-connection: modes', () => {
  it('nobody set one, and the service was made for the Concierge - acted on, under version 0', async () => {
    await expect(run(INPUT, world().services)).resolves.toMatchObject({ modesVersion: 0, plan: { verdict: 'accept' } });
  });

  it.each<[situation: string, World]>([
    ['the service was there before', { entries: [{ ...service, origin: { S: 'imported' } }, customer, entitlement] }],
    [
      'nobody says where the service comes from',
      { entries: [item(registryKey.service(SERVICE_ID), { serviceId: SERVICE_ID }), customer, entitlement] },
    ],
    ['somebody set it to be observed', { modes: { modes: { accept: 'observe' }, version: 5 } }],
  ])('%s - observed: recorded, no place, nobody waits', async (_situation, parts) => {
    const output = await run(INPUT, world(parts).services);
    const { record, ...plan } = planned(output);

    expect(output).toMatchObject({ need: 'decision', modesVersion: parts.modes === undefined ? 0 : 5 });
    expect(plan).toMatchObject({ verdict: 'accept', code: 'entitled', outcome: 'observed', customerId: 'acme' });
    expect(plan).not.toHaveProperty('place');
    expect(plan).not.toHaveProperty('hold');
    expect(record).toMatchObject({
      verdict: 'accept',
      sentence: expect.stringContaining('is waiting: a person here answers it'),
    });
    expect(record).not.toHaveProperty('until');
  });

  it('was observed - the same observation is repeated, another is not; under enforce it is acted on', async () => {
    const observed = { decisions: [recorded(1, 'observed')], admission: { told: 1 } };
    const planUnder = async (modes: object, parts: World = {}) =>
      planned(await run(INPUT, world({ ...observed, ...parts, modes: { modes, version: 1 } }).services));

    await expect(planUnder({ accept: 'observe' })).resolves.toMatchObject({ outcome: 'observed', isRepeated: true });
    await expect(planUnder({ reject: 'observe' }, { matches: [] })).resolves.toMatchObject({
      verdict: 'reject',
      outcome: 'observed',
      isRepeated: false,
    });
    await expect(planUnder({})).resolves.toMatchObject({ verdict: 'accept', isRepeated: false });
  });

  it('was observed, and nobody was told - told as it was recorded, with nothing to wait for', async () => {
    const { services } = world({
      decisions: [recorded(1, 'observed')],
      admission: { told: 0 },
      modes: { modes: { accept: 'observe' }, version: 1 },
    });

    const output = await run(INPUT, services);

    expect(output).toMatchObject({ need: 'telling', generation: 1, plan: { ...SAID, outcome: 'observed' } });
    expect(output.plan).not.toHaveProperty('until');
  });

  it('it is to be proposed - held for a person, with what that person would release, and until when', async () => {
    const { services } = world({ matches: [], modes: { modes: { reject: 'propose' }, version: 2 } });

    const output = await run(INPUT, services);
    const { record, ...plan } = planned(output);

    expect(output.modesVersion).toBe(2);
    expect(plan).toMatchObject({
      verdict: 'hold',
      code: 'approval-needed',
      proposed: 'reject',
      hold: { until: '2026-12-07T12:00:00.000Z', seconds: 14 * 86_400 },
    });
    expect(record).toMatchObject({ proposed: 'reject', until: '2026-12-07T12:00:00.000Z' });
  });

  it('nobody can read the modes - Malformed', async () => {
    const { services } = world({ modes: { modes: { accept: 'on' }, version: 1 } });

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'Malformed' });
  });
});

describe('decide-connection: what people said of a held request', () => {
  const held = [recorded(1, 'held', 'approval-needed')];
  const planOf = async (parts: World) => planned(await run(INPUT, world({ ...MANUAL, ...parts }).services));

  it.each<[situation: string, World, verdict: string, code: string]>([
    ['approved', { decisions: held, approvals: [said('approve')] }, 'accept', 'entitled'],
    ['denied', { decisions: held, approvals: [said('deny')] }, 'reject', 'denied'],
    [
      'approved, and then held for another reason',
      { decisions: [...held, recorded(2, 'held', 'quota-reached')], approvals: [said('approve')] },
      'accept',
      'entitled',
    ],
    [
      'approved before it was gone',
      { decisions: [...held, recorded(2, 'gone', 'endpoint-gone')], approvals: [said('approve')] },
      'hold',
      'approval-needed',
    ],
    [
      'approved to be rejected',
      { decisions: [recorded(1, 'held', 'approval-needed', { proposed: 'reject' })], approvals: [said('approve')] },
      'hold',
      'approval-needed',
    ],
    [
      'denied, where rejections are proposed',
      { decisions: held, approvals: [said('deny')], modes: { modes: { reject: 'propose' }, version: 1 } },
      'reject',
      'denied',
    ],
  ])('%s - %o %s, %s', async (_situation, parts, verdict, code) => {
    await expect(planOf(parts)).resolves.toMatchObject({ verdict, code, isRepeated: false });
  });

  it('is recorded with who said so', async () => {
    const { record } = await planOf({ decisions: held, approvals: [said('approve')] });

    expect(record.rules).toContainEqual({
      rule: 'approval',
      passed: true,
      saw: `approved by ${anApproval().by}: ${anApproval().reason}`,
    });
  });
});

describe('decide-connection: the time since when it is held', () => {
  const since = (generation: number, recordedAt: string, outcome = 'held') =>
    recorded(generation, outcome, 'approval-needed', { recordedAt });
  const told = { admission: { told: 9 }, ...MANUAL };

  it.each<[situation: string, Item[], until: string]>([
    ['its first hold', [since(1, '2026-11-20T12:00:00.000Z')], '2026-12-04T12:00:00.000Z'],
    [
      'the first of two holds',
      [since(1, '2026-11-20T12:00:00.000Z'), since(2, '2026-11-22T12:00:00.000Z')],
      '2026-12-04T12:00:00.000Z',
    ],
    [
      'the hold after it was observed',
      [
        since(1, '2026-11-01T12:00:00.000Z'),
        since(2, '2026-11-02T12:00:00.000Z', 'observed'),
        since(3, '2026-11-22T12:00:00.000Z'),
      ],
      '2026-12-06T12:00:00.000Z',
    ],
    [
      'now: it was gone, and is listed after all',
      [since(1, '2026-11-01T12:00:00.000Z'), since(2, '2026-11-02T12:00:00.000Z', 'gone')],
      '2026-12-07T12:00:00.000Z',
    ],
  ])('counts from %s', async (_situation, decisions, until) => {
    await expect(run(INPUT, world({ ...told, decisions }).services)).resolves.toMatchObject({
      need: 'decision',
      plan: { verdict: 'hold', hold: { until } },
    });
  });

  it('is up - held for good, and nobody waits', async () => {
    const output = await run(INPUT, world({ ...told, decisions: [since(1, '2026-11-09T12:00:00.000Z')] }).services);

    expect(output.plan).toMatchObject({ verdict: 'hold', code: 'hold-expired', proposed: 'accept', isRepeated: false });
    expect(output.plan).not.toHaveProperty('hold');
  });

  it('is up, which is recorded and was told - repeated', async () => {
    const decisions = [
      since(1, '2026-11-09T12:00:00.000Z'),
      recorded(2, 'held', 'hold-expired', { proposed: 'accept', recordedAt: NOW }),
    ];

    await expect(run(INPUT, world({ ...told, decisions }).services)).resolves.toMatchObject({
      plan: { code: 'hold-expired', isRepeated: true },
    });
  });
});

describe('decide-connection: calls to look again', () => {
  it('hands on how often it was called up to this look: its history is read before the connection is', async () => {
    const { services, ec2Mock, dynamoMock } = world({ admission: { wakes: 3 } });
    let read: string[] = [];
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).callsFake(() => {
      read = namesOf(dynamoMock);
      return { VpcEndpointConnections: [described()] };
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'decision', wakes: 3 });
    expect(read).toEqual(['Query']);
  });

  it.each<[need: string, World]>([
    ['nothing', { connections: [inState('available')], decisions: [recorded(1, 'accepted')] }],
    ['another-look', { connections: [inState('partial')] }],
    ['appearance', { connections: [] }],
    ['record', { connections: [inState('deleted')] }],
    ['decision', { decisions: [recorded(1, 'held', 'approval-needed')], ...MANUAL }],
  ])('needs %s - they are handed on too', async (need, parts) => {
    const { services } = world({ ...parts, admission: { told: 1, wakes: 2 } });

    await expect(run(INPUT, services)).resolves.toMatchObject({ need, wakes: 2 });
  });
});

describe('decide-connection: entries that nobody can read', () => {
  /** The lines in which metrics are written while it decides: CloudWatch's embedded format. */
  const metricsOf = async (parts: World) => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    await run(INPUT, world(parts).services);
    spy.mockRestore();
    return written.filter((text) => text.includes('CloudWatchMetrics')).map((text) => JSON.parse(text));
  };
  const unreadable = { entries: [service, { ...customer, status: { S: 'asleep' } }, entitlement] };

  it.each<[situation: string, World]>([
    ['the customer’s', unreadable],
    ['the entitlement is missing', { entries: [service, customer] }],
    ['the service’s', { entries: [{ ...service, verdicts: { S: 'hold' } }, customer, entitlement] }],
    [
      'the customer’s, where it is only observed',
      { ...unreadable, modes: { modes: { accept: 'observe' }, version: 1 } },
    ],
    [
      'the customer’s, and the time is up',
      {
        ...unreadable,
        decisions: [recorded(1, 'held', 'entry-unreadable', { recordedAt: '2026-11-01T12:00:00.000Z' })],
      },
    ],
  ])('%s - counted, once', async (_situation, parts) => {
    const lines = await metricsOf(parts);

    expect(lines).toEqual([
      expect.objectContaining({
        service: 'privatelink-concierge',
        UnreadableEntries: 1,
        _aws: expect.objectContaining({
          CloudWatchMetrics: [
            {
              Namespace: 'PrivateLinkConcierge',
              Dimensions: [['service']],
              Metrics: [{ Name: 'UnreadableEntries', Unit: 'Count' }],
            },
          ],
        }),
      }),
    ]);
  });

  it.each<[situation: string, World]>([
    ['everything can be read', {}],
    ['the service is not registered', { entries: [customer, entitlement] }],
    ['the customer is unknown', { matches: [] }],
    ['the request is answered', { ...unreadable, connections: [inState('available')] }],
    [
      'a person denied it',
      { ...unreadable, decisions: [recorded(1, 'held', 'entry-unreadable')], approvals: [said('deny')] },
    ],
  ])('%s - nothing to count', async (_situation, parts) => {
    await expect(metricsOf(parts)).resolves.toEqual([]);
  });
});

describe('decide-connection: a request that needs no decision', () => {
  it('is found among the connections of its service, where EC2 takes no endpoint ids', async () => {
    const { services, ec2Mock } = world();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] })
      .rejects(awsError('InvalidFilter'))
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] })
      .resolves({
        VpcEndpointConnections: [described({ VpcEndpointId: 'vpce-0bbbbbbbbbbbbbbb2' }), inState('failed')],
      });

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'record', plan: { outcome: 'failed' } });
  });

  it('is in the ledger - nothing; the registry is not read', async () => {
    const { services, dynamoMock } = world({
      connections: [inState('available')],
      decisions: [recorded(1, 'accepted')],
      admission: { told: 1 },
    });

    await expect(run(INPUT, services)).resolves.toEqual({
      need: 'nothing',
      told: 1,
      wakes: 0,
      last: {
        outcome: { S: 'accepted' },
        code: { S: 'entitled' },
        generation: { N: '1' },
        recordedAt: { S: '2026-11-22T12:00:00.000Z' },
        customerId: { S: 'acme' },
      },
      connection: expect.objectContaining({ state: 'available' }),
    });
    expect(namesOf(dynamoMock)).toEqual(['Query']);
  });

  it('is not listed - its appearance is waited for, and what holds if it never comes is planned', async () => {
    const { services, dynamoMock } = world({ connections: [] });

    const output = await run(INPUT, services);

    expect(output).toMatchObject({
      need: 'appearance',
      generation: 1,
      plan: { verdict: 'none', code: 'endpoint-gone', outcome: 'gone', rules: [] },
    });
    expect(output).not.toHaveProperty('connection');
    expect(planned(output).record).not.toHaveProperty('before');
    expect(namesOf(dynamoMock)).toEqual(['Query']);
  });

  const mine = { places: [heldBy(ENDPOINT_ID, 'vpce-other')] };
  const aboutTo = (verdict: 'accept' | 'reject', generation = 1) => ({
    admission: { intent: { verdict, customerId: verdict === 'accept' ? 'acme' : '', generation } },
  });

  it.each<[state: string, situation: string, World, outcome: string, code: string, placeOf?: string]>([
    [
      'available',
      'after a run that accepted it on its place',
      { ...aboutTo('accept'), ...mine },
      'accepted',
      'answered',
      'acme',
    ],
    ['rejected', 'after a run that was about to reject', aboutTo('reject'), 'rejected', 'answered'],
    ['rejected', 'after a run that was about to accept', aboutTo('accept'), 'overtaken', 'answered-by-others', 'acme'],
    ['rejected', 'out of the blue', {}, 'overtaken', 'answered-by-others'],
    ['failed', 'after a run that was about to accept', aboutTo('accept'), 'failed', 'endpoint-failed', 'acme'],
    ['deleted', 'out of the blue', {}, 'gone', 'endpoint-gone'],
  ])('is %s %s and nobody recorded it - recorded', async (state, _situation, parts, outcome, code, placeOf) => {
    const { services, dynamoMock } = world({ ...parts, connections: [inState(state)] });

    const output = await run(INPUT, services);
    const { record, ...plan } = planned(output);

    expect({ need: output.need, generation: output.generation, ...plan }).toMatchObject({
      need: 'record',
      generation: 1,
      outcome,
      code,
      verdict: 'none',
    });
    expect(plan.placeOf).toBe(placeOf);
    expect(record).toMatchObject({ sk: 'DECISION#0001', code, before: { state } });
    expect(record.customerId).toBe(placeOf);
    expect(callsOf(dynamoMock)).not.toContainEqual(['Query', expect.objectContaining({ TableName: TABLES.registry })]);
    expect(namesOf(dynamoMock)).not.toContain('BatchGetItem');
  });

  const placesOf = (...endpointIds: string[]) => ({
    places: [
      item(ledgerKey.places(SERVICE_ID, 'acme'), { places: Object.fromEntries(endpointIds.map((each) => [each, {}])) }),
    ],
  });

  it.each<[state: string, situation: string, World, outcome: string, code: string]>([
    ['available', 'on its place', placesOf(ENDPOINT_ID, 'vpce-other'), 'accepted', 'answered'],
  ])('is %s after a run that was about to accept %s - recorded', async (state, _situation, parts, outcome, code) => {
    const { services, dynamoMock } = world({ ...parts, ...aboutTo('accept'), connections: [inState(state)] });

    const output = await run(INPUT, services);
    const { record, ...plan } = planned(output);

    expect({ need: output.need, ...plan }).toMatchObject({ need: 'record', outcome, code, placeOf: 'acme' });
    expect(record).toMatchObject({ customerId: 'acme', code, before: { state } });
    const { pk, sk } = ledgerKey.places(SERVICE_ID, 'acme');
    expect(callsOf(dynamoMock)).toHaveLength(2);
    expect(callsOf(dynamoMock)[1]).toMatchObject([
      'Query',
      {
        TableName: TABLES.ledger,
        ConsistentRead: true,
        ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
      },
    ]);
  });

  it.each<[state: string, situation: string, World, isOpen: boolean]>([
    ['available', 'out of the blue', {}, false],
    ['available', 'after a run that was about to take a place', aboutTo('accept'), false],
    ['available', 'after a run whose place went to others', { ...aboutTo('accept'), ...placesOf('vpce-other') }, true],
    ['pending', 'after a run that was about to take a place', aboutTo('accept'), false],
    ['pending', 'after a run whose place went to others', { ...aboutTo('accept'), ...placesOf('vpce-other') }, true],
    ['available', 'after a run that was about to reject', aboutTo('reject'), false],
    ['available', 'after a run that did something else', { ...aboutTo('accept', 2), ...mine }, true],
  ])('is %s %s: somebody else connected it - adopted for its customer', async (state, _situation, parts, isOpen) => {
    const { services } = world({ ...parts, connections: [inState(state)] });

    const output = await run(INPUT, services);
    const { record, ...plan } = planned(output);

    expect({ need: output.need, generation: output.generation, ...plan }).toMatchObject({
      need: 'adoption',
      generation: 1,
      outcome: 'adopted',
      code: 'adopted',
      verdict: 'none',
      customerId: 'acme',
      placeOf: 'acme',
      adopts: { isOpen },
    });
    expect(record).toMatchObject({ sk: 'DECISION#0001', customerId: 'acme', code: 'adopted', before: { state } });
  });

  it.each<[situation: string, World]>([
    ['nobody matches', { matches: [] }],
    ['the entitlement is missing', { entries: [service, customer] }],
  ])('is available, and %s - recorded as answered by a person, and no place is taken', async (_situation, parts) => {
    const { services } = world({ ...parts, connections: [inState('available')] });

    const output = await run(INPUT, services);
    const { record: _, ...plan } = planned(output);

    expect({ need: output.need, ...plan }).toMatchObject({ need: 'adoption', outcome: 'overtaken' });
    expect(plan).not.toHaveProperty('adopts');
    expect(plan).not.toHaveProperty('placeOf');
  });

  it.each<[situation: string, World]>([
    ['nobody matches', { matches: [] }],
    ['the entitlement is missing', { entries: [service, customer] }],
  ])(
    'was answered by a person, who says now that it is ours, and %s - nothing is recorded',
    async (_situation, parts) => {
      const { services } = world({
        ...parts,
        connections: [inState('available')],
        decisions: [recorded(1, 'overtaken', 'answered-by-others')],
        admission: { told: 1, owned: { by: 'arn:aws:iam::123456789012:user/ada', reason: 'ours', at: NOW } },
      });

      await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'nothing' });
    },
  );

  it('was answered by a person, and the registry names its customer by now - adopted', async () => {
    const { services } = world({
      connections: [inState('available')],
      decisions: [recorded(1, 'overtaken', 'answered-by-others')],
      admission: { told: 1 },
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'adoption',
      generation: 2,
      plan: { outcome: 'adopted' },
    });
  });

  it('was disconnected by a run that died - recorded as revoked, and its place is given back', async () => {
    const { services } = world({
      connections: [inState('rejected')],
      decisions: [recorded(1, 'accepted')],
      admission: { told: 1, intent: { verdict: 'reject', customerId: 'acme', generation: 2 } },
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'record',
      generation: 2,
      plan: { outcome: 'revoked', code: 'disconnected', placeOf: 'acme' },
    });
  });

  it('is not listed after a run that was about to accept - its place is given back if it never comes', async () => {
    const { services } = world({ connections: [], ...aboutTo('accept') });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'appearance',
      plan: { outcome: 'gone', customerId: 'acme', placeOf: 'acme' },
    });
  });

  it.each([
    ['never', { admission: { told: 0 } }, 0],
    ['up to the decision before', { admission: { told: 1 } }, 1],
  ])(
    'is recorded, and was told %s - told as it was recorded; the registry is not read',
    async (_until, parts, told) => {
      const { services, dynamoMock } = world({
        connections: [inState('available')],
        decisions: [recorded(1, 'held', 'approval-needed'), recorded(2, 'accepted')],
        ...parts,
      });

      await expect(run(INPUT, services)).resolves.toEqual({
        need: 'telling',
        generation: 2,
        told,
        wakes: 0,
        last: {
          outcome: { S: 'accepted' },
          code: { S: 'entitled' },
          generation: { N: '2' },
          recordedAt: { S: '2026-11-22T12:00:00.000Z' },
          customerId: { S: 'acme' },
        },
        connection: expect.objectContaining({ state: 'available', owner: OWNER }),
        plan: { generation: 2, outcome: 'accepted', code: 'entitled', verdict: 'accept', ...SAID },
      });
      expect(namesOf(dynamoMock)).toEqual(['Query']);
    },
  );

  it.each<[situation: string, World, because: string]>([
    [
      'EC2 contradicts the ledger',
      { decisions: [recorded(1, 'rejected')] },
      'the ledger says rejected, and EC2 still says pendingAcceptance',
    ],
    [
      'it was seen on its way out, and an old list shows it as waiting',
      { decisions: [recorded(1, 'gone', 'endpoint-gone', { before: { state: 'deleted' } })] },
      'the ledger says gone, and EC2 still says pendingAcceptance',
    ],
    [
      'it was seen on its way out after it was answered, and an old list shows it as waiting',
      {
        decisions: [
          recorded(1, 'gone', 'endpoint-gone', { before: { state: 'pendingAcceptance' }, after: 'deleting' }),
        ],
      },
      'the ledger says gone, and EC2 still says pendingAcceptance',
    ],
    [
      'an acceptance of ours is under way',
      { connections: [inState('pending')], ...aboutTo('accept'), ...mine },
      'the connection is pending after an acceptance of ours',
    ],
    [
      'it was seen on its way out before it was recorded as gone, and the list is an old one',
      { decisions: [recorded(1, 'gone', 'endpoint-gone', { before: { state: 'deleting' } })] },
      'the ledger says gone, and EC2 still says pendingAcceptance',
    ],
    [
      'it was seen on its way out at our answer, and the list is an old one',
      {
        decisions: [recorded(1, 'gone', 'endpoint-gone', { before: { state: 'pendingAcceptance' }, after: 'deleted' })],
      },
      'the ledger says gone, and EC2 still says pendingAcceptance',
    ],
    [
      'AWS has a new state',
      { connections: [inState('migrating')] },
      "the connection's state is unknown, on which nobody acts",
    ],
  ])('%s - another look, and why', async (_situation, parts, because) => {
    const { services, dynamoMock } = world(parts);

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'another-look', because });
    expect(namesOf(dynamoMock)).not.toContain('BatchGetItem');
  });
});

describe('decide-connection: what stands in the way of an answer', () => {
  const PAUSE = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'a migration', at: NOW };
  const SEEN = { tableId: 'table-1', count: 90, at: NOW, version: 1 };

  it.each<[what: string, World, version: number]>([
    ['the service', { modes: { modes: {}, version: 3, paused: PAUSE } }, 3],
    ['everything', { modesOfAll: { modes: {}, version: 2, paused: PAUSE } }, 2],
    [
      'everything, under the service’s modes',
      { modes: { modes: {}, version: 3 }, modesOfAll: { modes: {}, version: 2, paused: PAUSE } },
      5,
    ],
  ])('a pause of %s - held, on the version of both commands', async (_what, parts, version) => {
    const { services } = world(parts);

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'decision',
      modesVersion: version,
      plan: { verdict: 'hold', code: 'paused', hold: {} },
    });
  });

  it.each<[situation: string, World, code: string, calls: readonly string[]]>([
    ['was never looked through - believed', {}, 'requester-unknown', []],
    ['is as it was - believed', { seen: SEEN, count: 90 }, 'requester-unknown', ['DescribeTable', 'Scan']],
    ['shrank - not believed', { seen: SEEN, count: 9 }, 'registry-frozen', ['DescribeTable', 'Scan']],
    [
      'is another table - not believed',
      { seen: { ...SEEN, tableId: 'table-0' }, count: 90 },
      'registry-frozen',
      ['DescribeTable', 'Scan'],
    ],
    [
      'is frozen - not believed, and not counted again',
      { seen: { ...SEEN, frozen: { tableId: 'table-1', count: 9, because: 'it shrank', at: NOW } } },
      'registry-frozen',
      [],
    ],
  ])('nobody is registered, and the registry %s', async (_situation, parts, code, calls) => {
    const { services, dynamoMock } = world({ ...parts, matches: [] });

    const output = await run(INPUT, services);

    expect(planned(output).code).toBe(code);
    expect(namesOf(dynamoMock).filter((name) => name === 'Scan' || name === 'DescribeTable')).toEqual(calls);
  });

  it('somebody who is registered - the registry is not counted', async () => {
    const { services, dynamoMock } = world({ seen: SEEN, count: 9 });

    await expect(run(INPUT, services)).resolves.toMatchObject({ plan: { code: 'entitled' } });
    expect(namesOf(dynamoMock)).not.toContain('Scan');
  });
});

describe('decide-connection: a customer that left', () => {
  const left = { decisions: [recorded(1, 'accepted')], admission: { told: 1 } };
  /** The world, in which the places of acme are held by these endpoints. */
  const withPlaces = (parts: World, ...endpointIds: string[]) =>
    world({ ...left, ...parts, places: [heldBy(...endpointIds)] });

  it.each([
    ['deleted', { connections: [inState('deleted')] }, true],
    ['rejected by a person afterwards', { connections: [inState('rejected')] }, true],
    ['not listed any more', { connections: [] }, false],
  ])('is %s, and has a place - whose place it is to free', async (_state, parts, isSeen) => {
    const { services, dynamoMock } = withPlaces(parts, ENDPOINT_ID, 'vpce-other');

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'departure',
      isSeen,
      told: 1,
      plan: { placeOf: 'acme' },
    });
    const { pk, sk } = ledgerKey.places(SERVICE_ID, 'acme');
    expect(callsOf(dynamoMock)[1]).toEqual([
      'Query',
      {
        TableName: TABLES.ledger,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk = :sk',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
      },
    ]);
  });

  it('is deleted, and its place is free - nothing', async () => {
    const { services } = withPlaces({ connections: [inState('deleted')] }, 'vpce-other');

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'nothing' });
  });

  it('was never let in - nothing, and no places are read', async () => {
    const { services, dynamoMock } = world({
      connections: [inState('deleted')],
      decisions: [recorded(1, 'rejected')],
      admission: { told: 1 },
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'nothing' });
    expect(namesOf(dynamoMock)).toEqual(['Query']);
  });
});

describe('decide-connection, called by Lambda', () => {
  it('by a run that published nothing, or does not say so - what is recorded is told', async () => {
    const ec2Mock = mockClient(EC2Client);
    const dynamoMock = mockClient(DynamoDBClient);
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: [described()] });
    dynamoMock.on(QueryCommand).resolves({ Items: [recorded(1, 'held', 'approval-needed')] });

    await expect(handler(REQUEST, CONTEXT)).resolves.toMatchObject({ need: 'telling', generation: 1, told: 0 });
    ec2Mock.restore();
    dynamoMock.restore();
  });
});

describe('decide-connection: errors', () => {
  it('the endpoint asks for another service than the input says - Malformed, with the id to start with', async () => {
    const serviceId = 'vpce-svc-0fffffffffffffff9';
    const { services } = world({ connections: [described({ ServiceId: serviceId })] });

    await expect(run(INPUT, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: `${ENDPOINT_ID} asks for ${serviceId}, not for ${SERVICE_ID}: start with that id.`,
    });
  });

  it.each([
    ['EC2', 'RequestLimitExceeded', 'Throttled'],
    ['EC2', 'UnauthorizedOperation', 'Denied'],
    ['EC2', 'InvalidNextToken', 'InvalidNextToken'],
    ['DynamoDB', 'ThrottlingException', 'Throttled'],
    ['DynamoDB', 'AccessDeniedException', 'Denied'],
  ])('%s says %s - %s', async (source, code, name) => {
    const { services, ec2Mock, dynamoMock } = world();
    if (source === 'EC2') ec2Mock.on(DescribeVpcEndpointConnectionsCommand).rejects(awsError(code));
    else dynamoMock.on(QueryCommand).rejects(awsError(code));

    await expect(run(INPUT, services)).rejects.toMatchObject({ name });
  });

  it('a record in the ledger that is not ours - Malformed', async () => {
    const { services } = world({ decisions: [recorded(1, 'perhaps')] });

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'Malformed' });
  });

  it.each([
    [
      'an endpoint that is none',
      { ...INPUT, vpcEndpointId: 'vpc-0a1b2c3d' },
      'vpcEndpointId: not an id of a VPC endpoint',
    ],
    ['no service', { vpcEndpointId: ENDPOINT_ID }, 'serviceId'],
    ['an id of nine digits', { ...INPUT, vpcEndpointId: 'vpce-0a1b2c3d4' }, 'vpcEndpointId: not an id'],
    ['less than nothing told', { ...INPUT, told: -1 }, 'told: '],
    ['half a decision told', { ...INPUT, told: 0.5 }, 'told: '],
    ['a field that nobody reads', { ...INPUT, dryRun: true }, 'dryRun'],
  ])('%s - Malformed, in words', async (_situation, event, words) => {
    const deciding = handler(event, CONTEXT);

    await expect(deciding).rejects.toMatchObject({ name: 'Malformed' });
    await expect(deciding).rejects.toThrow(words);
  });
});

describe('what the intake saw a moment ago', () => {
  const SECOND = 1_000;
  const seenAt = (age: number, changes: object = {}) => ({
    serviceId: SERVICE_ID,
    endpointId: ENDPOINT_ID,
    owner: OWNER,
    region: HOME_REGION,
    state: 'pendingAcceptance' as const,
    createdAt: '2026-11-23T11:59:58.000Z',
    dnsNames: [`${ENDPOINT_ID}-k3v9x2aq.example.com`],
    readAt: new Date(Date.parse(NOW) - age).toISOString(),
    ...changes,
  });

  it('spares the read of a request of which nothing is known yet, and decides the same', async () => {
    const [read, spared] = [world(), world()];
    const decided = await run(INPUT, read.services);

    await expect(run({ ...INPUT, seen: seenAt(10 * SECOND) }, spared.services)).resolves.toEqual(decided);
    expect(read.ec2Mock).toHaveReceivedCommandTimes(DescribeVpcEndpointConnectionsCommand, 1);
    expect(spared.ec2Mock).not.toHaveReceivedAnyCommand();
  });

  it.each<[situation: string, age: number, changes: object, world: World]>([
    ['a minute is over', 60 * SECOND, {}, {}],
    ['it is of another endpoint', SECOND, { endpointId: 'vpce-0bbbbbbbbbbbbbbb2' }, {}],
    ['somebody called the run to look again', SECOND, {}, { admission: { told: 0, wakes: 1 } }],
    [
      'a run that died meant to accept it',
      SECOND,
      {},
      { admission: { told: 0, intent: { verdict: 'accept', customerId: 'acme', generation: 1 } } },
    ],
    ['it was decided on before', SECOND, {}, { decisions: [recorded(1, 'held', 'quota-reached')] }],
  ])('%s - EC2 is asked', async (_situation, age, changes, given) => {
    const { ec2Mock, services } = world(given);

    await run({ ...INPUT, seen: seenAt(age, changes) }, services);
    expect(ec2Mock).toHaveReceivedCommandTimes(DescribeVpcEndpointConnectionsCommand, 1);
  });

  it.each([
    ['a state in which nobody decides', { state: 'available' }],
    ['no account', { owner: 'acme' }],
    ['no time', { readAt: 'just now' }],
  ])('%s - refused: it is not the intake’s', async (_situation, changes) => {
    await expect(handler({ ...REQUEST, seen: seenAt(0, changes) }, CONTEXT)).rejects.toMatchObject({
      name: 'Malformed',
    });
  });
});
