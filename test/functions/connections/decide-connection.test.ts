import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, HOME_REGION, NOW, OWNER, SERVICE_ID } from '../../support/builders.ts';
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

const INPUT = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };

interface World {
  /** What EC2 lists. @default the request, waiting */
  readonly connections?: ReturnType<typeof described>[];
  /** What the ledger has of the request. @default nothing */
  readonly decisions?: Item[];
  /** What the ledger's item of the admission says. @default there is none */
  readonly admission?: object;
  /** Who has the endpoint's account. @default acme */
  readonly matches?: Item[];
  /** @default the entries of the service and of acme */
  readonly entries?: Item[];
  readonly places?: Item[];
}

const { service, customer, entitlement, accountMatch } = REGISTRY_ITEMS;

const world = ({ connections, decisions = [], admission, matches, entries, places }: World = {}) => {
  const { ec2, ec2Mock } = strictEc2();
  const { dynamo, dynamoMock } = strictDynamo();
  ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: connections ?? [described()] });
  dynamoMock
    .on(QueryCommand, { TableName: TABLES.ledger })
    .resolves({
      Items: [
        ...(admission === undefined ? [] : [item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), admission)]),
        ...decisions,
      ],
    })
    .on(QueryCommand, { TableName: TABLES.registry })
    .callsFake(
      ({ ExpressionAttributeValues: asked }: { ExpressionAttributeValues: Record<string, { S: string }> }) => ({
        Items: asked[':prefix']?.S.startsWith('MATCH#account#') ? (matches ?? [accountMatch]) : [],
      }),
    )
    .on(BatchGetItemCommand)
    .resolves({
      Responses: {
        [TABLES.registry]: entries ?? [service, customer, entitlement],
        [TABLES.ledger]: places ?? [],
      },
    });
  const services = { ec2, dynamo, tables: TABLES, region: HOME_REGION, now: () => new Date(NOW) };
  return { ec2Mock, dynamoMock, services };
};

/** What every record has, and what is told of it again. */
const SAID = { customerId: 'acme', sentence: 'What we said then.' };

const recorded = (generation: number, outcome: string, code = 'entitled'): Item =>
  item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, generation), { generation, outcome, code, ...SAID });

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
    const { services } = world({ decisions: [recorded(1, 'gone', 'endpoint-gone')] });

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
      ...INPUT,
      generation: 1,
      customerId: 'acme',
      verdict: 'accept',
      code: 'entitled',
      sentence: expect.stringContaining('We accepted your endpoint'),
      before: { owner: OWNER, region: HOME_REGION, state: 'pendingAcceptance' },
    });
    expect(record.rules).toHaveLength(8);
    expect(record.rules[0]).toEqual({ rule: 'service', passed: true, saw: `${SERVICE_ID} is registered` });
  });

  it('has a place already - the places are open, and one is its own', async () => {
    const { services } = world({
      places: [item(ledgerKey.places(SERVICE_ID, 'acme'), { places: { [ENDPOINT_ID]: {}, 'vpce-other': {} } })],
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      plan: { verdict: 'accept', place: { maxEndpoints: 2, isOpen: true } },
    });
  });

  it('is held after a run that died with a place in its hand - whose place it is to give back', async () => {
    const dead = { admission: { intent: { verdict: 'accept', customerId: 'acme', generation: 1 } } };
    const manual = { entries: [service, customer, { ...entitlement, approval: { S: 'manual' } }] };

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
      entries: [service, customer, { ...entitlement, approval: { S: 'manual' } }],
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({ plan: { verdict: 'hold', isRepeated: true } });
  });

  it('was held for the same reason, and nobody was told - told as it was recorded', async () => {
    const { services } = world({
      decisions: [recorded(1, 'held', 'approval-needed')],
      entries: [service, customer, { ...entitlement, approval: { S: 'manual' } }],
    });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'telling',
      generation: 1,
      told: 0,
      plan: { outcome: 'held', code: 'approval-needed' },
    });
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

  const aboutTo = (verdict: 'accept' | 'reject', generation = 1) => ({
    admission: { intent: { verdict, customerId: verdict === 'accept' ? 'acme' : '', generation } },
  });

  it.each<[state: string, situation: string, World, outcome: string, code: string, placeOf?: string]>([
    ['available', 'after a run that was about to accept', aboutTo('accept'), 'accepted', 'answered', 'acme'],
    ['available', 'after a run that was about to reject', aboutTo('reject'), 'overtaken', 'answered-by-others'],
    ['available', 'after a run that did something else', aboutTo('accept', 2), 'overtaken', 'answered-by-others'],
    ['available', 'out of the blue', {}, 'overtaken', 'answered-by-others'],
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
    expect(namesOf(dynamoMock)).toEqual(['Query']);
  });

  it('is not listed after a run that was about to accept - its place is given back if it never comes', async () => {
    const { services } = world({ connections: [], ...aboutTo('accept') });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'appearance',
      plan: { outcome: 'gone', customerId: 'acme', placeOf: 'acme' },
    });
  });

  it.each([
    ['never', {}, 0],
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
        connection: expect.objectContaining({ state: 'available', owner: OWNER }),
        plan: { generation: 2, outcome: 'accepted', code: 'entitled', ...SAID },
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
      'an acceptance of ours is under way',
      { connections: [inState('pending')], ...aboutTo('accept') },
      'the connection is pending after an acceptance of ours',
    ],
    [
      'AWS has a new state',
      { connections: [inState('migrating')] },
      "the connection's state is unknown, on which nobody acts",
    ],
  ])('%s - another look, and why', async (_situation, parts, because) => {
    const { services } = world(parts);

    await expect(run(INPUT, services)).resolves.toMatchObject({ need: 'another-look', because });
  });
});

describe('decide-connection: a customer that left', () => {
  const left = { decisions: [recorded(1, 'accepted')], admission: { told: 1 } };
  /** The world, in which the places of acme are held by these endpoints. */
  const withPlaces = (parts: World, ...endpointIds: string[]) => {
    const { dynamoMock, ...rest } = world({ ...left, ...parts });
    const places = Object.fromEntries(endpointIds.map((each) => [each, { takenAt: NOW }]));
    dynamoMock
      .on(QueryCommand, { KeyConditionExpression: 'pk = :pk AND sk = :sk' })
      .resolves({ Items: [item(ledgerKey.places(SERVICE_ID, 'acme'), { places })] });
    return { ...rest, dynamoMock };
  };

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
    ['a field that nobody reads', { ...INPUT, dryRun: true }, 'dryRun'],
  ])('%s - Malformed, in words', async (_situation, event, words) => {
    const deciding = handler(event, CONTEXT);

    await expect(deciding).rejects.toMatchObject({ name: 'Malformed' });
    await expect(deciding).rejects.toThrow(words);
  });
});
