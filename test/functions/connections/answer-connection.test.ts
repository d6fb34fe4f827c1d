import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  AcceptVpcEndpointConnectionsCommand,
  DescribeVpcEndpointConnectionsCommand,
  RejectVpcEndpointConnectionsCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, HOME_REGION, SERVICE_ID } from '../../support/builders.ts';
import {
  awsError,
  CONTEXT,
  callsOf,
  described,
  inState,
  item,
  strictDynamo,
  strictEc2,
  stubFunctionEnvironment,
  TABLES,
} from '../support.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/connections/answer-connection.ts');

/** Decided under the third version of the service's modes; to be accepted on a place of acme's. */
const request = (verdict: 'accept' | 'reject', absences = 0) => ({
  serviceId: SERVICE_ID,
  vpcEndpointId: ENDPOINT_ID,
  verdict,
  placeOf: verdict === 'accept' ? 'acme' : null,
  modesVersion: 3,
  hasAnswered: false,
  absences,
});
const dnsNames = [`${ENDPOINT_ID}-k3v9x2aq.example.com`];
const refusal = (Code: string) => ({
  Unsuccessful: [{ ResourceId: ENDPOINT_ID, Error: { Code, Message: 'AWS documents no code.' } }],
});

const modesOf = (version: number) => item(ledgerKey.modes(SERVICE_ID), { modes: { accept: 'enforce' }, version });
const placesOf = (...endpointIds: string[]) =>
  item(ledgerKey.places(SERVICE_ID, 'acme'), { places: Object.fromEntries(endpointIds.map((each) => [each, {}])) });

/**
 * EC2, which shows these states one after the other: `undefined` is an endpoint that it does not list. In the ledger, mode and place are
 * as they were when it was decided.
 */
const showing = (...states: (string | undefined)[]) => {
  const world = { ...strictEc2(), ...strictDynamo() };
  const describing = world.ec2Mock.on(DescribeVpcEndpointConnectionsCommand);
  for (const state of states) {
    describing.resolvesOnce({ VpcEndpointConnections: state === undefined ? [] : [inState(state)] });
  }
  world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves({ Unsuccessful: [] });
  world.ec2Mock.on(RejectVpcEndpointConnectionsCommand).resolves({});
  world.dynamoMock
    .on(BatchGetItemCommand)
    .resolves({ Responses: { [TABLES.ledger]: [modesOf(3), placesOf(ENDPOINT_ID, 'vpce-other')] } });
  const { ec2, dynamo } = world;
  return { ...world, services: { ec2, dynamo, ledger: TABLES.ledger, region: HOME_REGION } };
};

/** The calls by name: the fewer, the better. */
const namesOf = (mock: Parameters<typeof callsOf>[0]): string[] =>
  callsOf(mock).map(([name]) => name.replace('VpcEndpointConnections', ''));

describe('answer-connection: accept', () => {
  it('accepts, and says that the end is still to come, without looking at once', async () => {
    const { services, ec2Mock } = showing('pendingAcceptance');

    await expect(run(request('accept'), services)).resolves.toEqual({
      isSettled: false,
      hasAnswered: true,
      isListed: true,
      because: `${ENDPOINT_ID} was accepted`,
    });
    expect(callsOf(ec2Mock)).toEqual([
      ['DescribeVpcEndpointConnections', { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] }],
      ['AcceptVpcEndpointConnections', { ServiceId: SERVICE_ID, VpcEndpointIds: [ENDPOINT_ID] }],
    ]);
  });

  it.each([
    ['pending', 'pending'],
    ['partial', 'partial'],
    ['migrating', 'unknown'],
  ])('%s - looks once, does nothing and is not settled', async (state, read) => {
    const { services, ec2Mock } = showing(state);

    await expect(run(request('accept', 7), services)).resolves.toEqual({
      isSettled: false,
      hasAnswered: false,
      isListed: true,
      because: `${ENDPOINT_ID} is still ${read}`,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it('available - accepted, with the names by which to reach it', async () => {
    const { services, ec2Mock } = showing('available');

    await expect(run(request('accept', 1), services)).resolves.toEqual({
      isSettled: true,
      outcome: 'accepted',
      state: 'available',
      dnsNames,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it.each([
    ['rejected', 'overtaken', 'answered-by-others'],
    ['failed', 'failed', 'endpoint-failed'],
    ['deleting', 'gone', 'endpoint-gone'],
    ['deleted', 'gone', 'endpoint-gone'],
    ['expired', 'gone', 'endpoint-gone'],
  ])('%s - %s, explained', async (state, outcome, code) => {
    const { services, ec2Mock } = showing(state);

    await expect(run(request('accept'), services)).resolves.toEqual({
      isSettled: true,
      outcome,
      state,
      dnsNames,
      ending: { code, sentence: expect.stringContaining(ENDPOINT_ID), action: expect.any(String) },
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });
});

describe('answer-connection: reject', () => {
  it('rejects, looks once more and tells the end', async () => {
    const { services, ec2Mock } = showing('pendingAcceptance', 'rejected');

    await expect(run(request('reject'), services)).resolves.toEqual({
      isSettled: true,
      outcome: 'rejected',
      state: 'rejected',
      dnsNames,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Reject', 'Describe']);
    expect(callsOf(ec2Mock)[1]?.[1]).toEqual({ ServiceId: SERVICE_ID, VpcEndpointIds: [ENDPOINT_ID] });
  });

  it('EC2 shows the old state for a while - not settled', async () => {
    const { services, ec2Mock } = showing('pendingAcceptance', 'pendingAcceptance');

    await expect(run(request('reject'), services)).resolves.toEqual({
      isSettled: false,
      hasAnswered: true,
      isListed: true,
      because: `${ENDPOINT_ID} is still pendingAcceptance`,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Reject', 'Describe']);
  });

  it.each(['pending', 'available'])('%s - somebody accepted it: it is not cut off', async (state) => {
    const { services, ec2Mock } = showing(state);

    await expect(run(request('reject'), services)).resolves.toMatchObject({
      isSettled: true,
      outcome: 'overtaken',
      state,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });
});

describe('answer-connection: reject a connection that lives', () => {
  const cutOff = (changes: object = {}) => ({ ...request('reject'), ends: 'connection' as const, ...changes });

  it.each(['available', 'pending'])('%s - rejected, by a call of its own, and looked at once more', async (state) => {
    const { services, ec2Mock } = showing(state, 'rejected');

    await expect(run(cutOff(), services)).resolves.toEqual({
      isSettled: true,
      outcome: 'rejected',
      state: 'rejected',
      dnsNames,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Reject', 'Describe']);
    expect(callsOf(ec2Mock)[1]?.[1]).toEqual({ ServiceId: SERVICE_ID, VpcEndpointIds: [ENDPOINT_ID] });
  });

  it('mode or pause changed since - superseded, no call', async () => {
    const { services, ec2Mock } = showing('available');

    await expect(run(cutOff({ modesVersion: 2 }), services)).resolves.toMatchObject({ isSuperseded: true });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it('EC2 was told, and still shows it - looked at only', async () => {
    const { services, ec2Mock } = showing('available');

    await expect(run(cutOff({ hasAnswered: true }), services)).resolves.toEqual({
      isSettled: false,
      hasAnswered: true,
      isListed: true,
      because: `${ENDPOINT_ID} is still available`,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it('EC2 did not act - not told, so that it is told again', async () => {
    const { services, ec2Mock } = showing('pending', 'pending');
    ec2Mock.on(RejectVpcEndpointConnectionsCommand).resolves(refusal('InvalidState'));

    await expect(run(cutOff(), services)).resolves.toMatchObject({
      isSettled: false,
      hasAnswered: false,
      unsuccessful: 'InvalidState: AWS documents no code.',
    });
  });

  it.each([
    ['rejected', 'rejected'],
    ['deleted', 'gone'],
    ['failed', 'failed'],
  ])('%s already - %s, no call', async (state, outcome) => {
    const { services, ec2Mock } = showing(state);

    await expect(run(cutOff(), services)).resolves.toMatchObject({ isSettled: true, outcome });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it('a request that waits - nothing: it was decided on a connection', async () => {
    const { services, ec2Mock } = showing('pendingAcceptance');

    await expect(run(cutOff(), services)).resolves.toMatchObject({ isSettled: false });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });
});

describe('answer-connection: an endpoint that EC2 does not list', () => {
  it.each(['accept', 'reject'] as const)(
    'to %s, up to the third look in a row - not settled, not listed',
    async (verdict) => {
      for (const absences of [0, 1, 2]) {
        const { services, ec2Mock } = showing(undefined);

        await expect(run(request(verdict, absences), services)).resolves.toEqual({
          isSettled: false,
          hasAnswered: false,
          isListed: false,
          because: `${ENDPOINT_ID} is still not listed`,
        });
        expect(namesOf(ec2Mock)).toEqual(['Describe']);
      }
    },
  );

  it.each(['accept', 'reject'] as const)(
    'to %s, after three such looks - gone, with no state to show',
    async (verdict) => {
      const { services, ec2Mock } = showing(undefined);

      await expect(run(request(verdict, 3), services)).resolves.toEqual({
        isSettled: true,
        outcome: 'gone',
        dnsNames: [],
        ending: {
          code: 'endpoint-gone',
          sentence: expect.stringContaining('was deleted before it was connected'),
          action: 'create a new one if you still need it',
        },
      });
      expect(namesOf(ec2Mock)).toEqual(['Describe']);
    },
  );

  it('right after a rejection - not settled: the listing may be late', async () => {
    const { services } = showing('pendingAcceptance', undefined);

    await expect(run(request('reject'), services)).resolves.toMatchObject({ isSettled: false, isListed: false });
  });
});

describe('answer-connection: EC2 answers 200 and did not act', () => {
  it.each([
    ['accept', 'available', 'accepted'],
    ['accept', 'rejected', 'overtaken'],
    ['accept', 'deleted', 'gone'],
    ['reject', 'rejected', 'rejected'],
    ['reject', 'available', 'overtaken'],
  ] as const)('to %s, and the state is now %s - %s', async (verdict, state, outcome) => {
    const { services, ec2Mock } = showing('pendingAcceptance', state);
    ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves(refusal('Undocumented'));
    ec2Mock.on(RejectVpcEndpointConnectionsCommand).resolves(refusal('Undocumented'));

    await expect(run(request(verdict), services)).resolves.toMatchObject({
      isSettled: true,
      outcome,
      state,
      unsuccessful: 'Undocumented: AWS documents no code.',
    });
    expect(namesOf(ec2Mock)).toHaveLength(3);
  });

  it('and the state is what it was - not settled, not refused', async () => {
    const { services, ec2Mock } = showing('pendingAcceptance', 'pendingAcceptance');
    ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves(refusal('InvalidState'));

    await expect(run(request('accept'), services)).resolves.toEqual({
      isSettled: false,
      hasAnswered: false,
      isListed: true,
      because: `${ENDPOINT_ID} is still pendingAcceptance`,
      unsuccessful: 'InvalidState: AWS documents no code.',
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Accept', 'Describe']);
  });

  it('without naming the endpoint or a code - still seen', async () => {
    const { services, ec2Mock } = showing('pendingAcceptance', 'pending');
    ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves({ Unsuccessful: [{}] });

    await expect(run(request('accept'), services)).resolves.toMatchObject({
      isSettled: false,
      because: `${ENDPOINT_ID} is still pending`,
      unsuccessful: expect.stringMatching(/^Unknown: /),
    });
  });
});

describe('answer-connection: what it was decided on, read once more just before the call', () => {
  /** The ledger, in which these items are left of what it was decided on. */
  const left = (states: (string | undefined)[], ...items: ReturnType<typeof item>[]) => {
    const world = showing(...states);
    world.dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: items } });
    return world;
  };
  const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
  const read = (...Keys: ReturnType<typeof key>[]) => [
    ['BatchGetItem', { RequestItems: { [TABLES.ledger]: { Keys, ConsistentRead: true } } }],
  ];
  const theModes = [key(`SERVICE#${SERVICE_ID}`, 'MODES'), key('SERVICE#ALL', 'MODES')] as const;
  const thePlaces = key(`ENTITLEMENT#${SERVICE_ID}#acme`, 'PLACES');

  it('to accept - the modes and the place, in one consistent read', async () => {
    const { services, dynamoMock } = showing('pendingAcceptance');

    await run(request('accept'), services);

    expect(callsOf(dynamoMock)).toEqual(read(...theModes, thePlaces));
  });

  it.each([
    ['nobody’s', null],
    ['somebody’s that a dead run took', 'acme'],
  ])('to reject, and the place is %s - the modes alone: a rejection needs no place', async (_whose, placeOf) => {
    const { services, ec2Mock, dynamoMock } = left(['pendingAcceptance', 'rejected'], modesOf(3));

    await expect(run({ ...request('reject'), placeOf }, services)).resolves.toMatchObject({ outcome: 'rejected' });
    expect(callsOf(dynamoMock)).toEqual(read(...theModes));
    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Reject', 'Describe']);
  });

  it.each([
    ['accept', 'changed', [modesOf(4), placesOf(ENDPOINT_ID)], 3],
    ['accept', 'set for the first time', [modesOf(1), placesOf(ENDPOINT_ID)], 0],
    ['accept', 'gone', [placesOf(ENDPOINT_ID)], 3],
    ['reject', 'changed', [modesOf(4)], 3],
  ] as const)('to %s, and the mode was %s - superseded, no call', async (verdict, _how, items, modesVersion) => {
    const { services, ec2Mock } = left(['pendingAcceptance'], ...items);

    await expect(run({ ...request(verdict), modesVersion }, services)).resolves.toEqual({
      isSettled: false,
      isSuperseded: true,
      because: `${ENDPOINT_ID}: the service's mode was changed since it was decided`,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it.each([
    ['is another’s now', [modesOf(3), placesOf('vpce-other')], 'acme'],
    ['is free now', [modesOf(3), placesOf()], 'acme'],
    ['was never opened', [modesOf(3)], 'acme'],
    ['is nobody’s by the input', [modesOf(3), placesOf(ENDPOINT_ID)], null],
  ] as const)('to accept, and the place %s - superseded, no call', async (_how, items, placeOf) => {
    const { services, ec2Mock } = left(['pendingAcceptance'], ...items);

    await expect(run({ ...request('accept'), placeOf }, services)).resolves.toEqual({
      isSettled: false,
      isSuperseded: true,
      because: `${ENDPOINT_ID}: it has no place any more`,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it('nobody ever set a mode, and nobody did since - acted on', async () => {
    const { services, ec2Mock } = left(['pendingAcceptance'], placesOf(ENDPOINT_ID));

    await run({ ...request('accept'), modesVersion: 0 }, services);

    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Accept']);
  });

  it.each(['pending', 'available', 'rejected', 'deleted', 'partial', undefined])(
    '%s - there is nothing to act on, so that nothing is read',
    async (state) => {
      const { services, dynamoMock } = left([state]);

      await expect(run(request('accept'), services)).resolves.not.toHaveProperty('isSuperseded');
      expect(callsOf(dynamoMock)).toEqual([]);
    },
  );

  it('EC2 shows it waiting after a refused call - not judged again in the same run', async () => {
    const { services, ec2Mock, dynamoMock } = showing('pendingAcceptance', 'pendingAcceptance');
    ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves(refusal('InvalidState'));

    await run(request('accept'), services);

    expect(callsOf(dynamoMock)).toHaveLength(1);
  });

  it.each([
    ['DynamoDB is throttled', 'ThrottlingException', 'Throttled'],
    ['DynamoDB refuses the read', 'AccessDeniedException', 'Denied'],
  ])('%s - thrown, no call', async (_situation, code, name) => {
    const { services, ec2Mock, dynamoMock } = showing('pendingAcceptance');
    dynamoMock.on(BatchGetItemCommand).rejects(awsError(code));

    await expect(run(request('accept'), services)).rejects.toMatchObject({ name });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });

  it('the modes can’t be read - Malformed, no call', async () => {
    const { services, ec2Mock } = left(['pendingAcceptance'], item(ledgerKey.modes(SERVICE_ID), { version: 3 }));

    await expect(run(request('reject'), services)).rejects.toMatchObject({ name: 'Malformed' });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
  });
});

describe('answer-connection: EC2 was told already, and did not object', () => {
  const answered = (verdict: 'accept' | 'reject', absences = 0) => ({
    ...request(verdict, absences),
    hasAnswered: true,
  });

  it.each([
    ['accept', 'pendingAcceptance'],
    ['accept', 'pending'],
    ['accept', 'partial'],
    ['reject', 'pendingAcceptance'],
  ] as const)('to %s, and the list still shows %s - only looked at, once', async (verdict, state) => {
    const { services, ec2Mock, dynamoMock } = showing(state);

    await expect(run(answered(verdict), services)).resolves.toEqual({
      isSettled: false,
      hasAnswered: true,
      isListed: true,
      because: `${ENDPOINT_ID} is still ${state}`,
    });
    expect(namesOf(ec2Mock)).toEqual(['Describe']);
    expect(callsOf(dynamoMock)).toEqual([]);
  });

  it.each<[situation: string, items: ReturnType<typeof item>[]]>([
    ['the mode was changed', [modesOf(4), placesOf(ENDPOINT_ID)]],
    ['the place is another’s', [modesOf(3), placesOf('vpce-other')]],
    ['nobody can read the modes', [item(ledgerKey.modes(SERVICE_ID), { version: 3 })]],
  ])('%s since - not superseded: it is answered', async (_situation, items) => {
    const { services, dynamoMock } = showing('pendingAcceptance');
    dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: items } });

    const output = await run(answered('accept'), services);

    expect(output).toMatchObject({ isSettled: false, hasAnswered: true });
    expect(output).not.toHaveProperty('isSuperseded');
  });

  it.each([
    ['accept', 'available', 'accepted'],
    ['accept', 'rejected', 'overtaken'],
    ['reject', 'rejected', 'rejected'],
    ['reject', 'deleted', 'gone'],
  ] as const)('to %s, and it is %s - %s', async (verdict, state, outcome) => {
    const { services } = showing(state);

    await expect(run(answered(verdict), services)).resolves.toMatchObject({ isSettled: true, outcome });
  });

  it('is not listed - looked for as long as ever', async () => {
    await expect(run(answered('accept', 2), showing(undefined).services)).resolves.toMatchObject({
      isSettled: false,
      hasAnswered: true,
      isListed: false,
    });
    await expect(run(answered('accept', 3), showing(undefined).services)).resolves.toMatchObject({ outcome: 'gone' });
  });
});

describe('answer-connection: an EC2 that takes no endpoint ids', () => {
  it('is found among the connections of its service', async () => {
    const { services, ec2Mock } = showing();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] })
      .rejects(awsError('InvalidFilter'))
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] })
      .resolves({
        VpcEndpointConnections: [described({ VpcEndpointId: 'vpce-0bbbbbbbbbbbbbbb2' }), inState('available')],
      });

    await expect(run(request('accept'), services)).resolves.toMatchObject({ isSettled: true, outcome: 'accepted' });
    expect(namesOf(ec2Mock)).toEqual(['Describe', 'Describe']);
  });
});

describe('answer-connection: errors', () => {
  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['UnauthorizedOperation', 'Denied'],
    ['InvalidVpcEndpointServiceId.NotFound', 'InvalidVpcEndpointServiceId.NotFound'],
  ])('Accept fails with %s - %s', async (code, name) => {
    const { services, ec2Mock } = showing('pendingAcceptance');
    ec2Mock.on(AcceptVpcEndpointConnectionsCommand).rejects(awsError(code));

    await expect(run(request('accept'), services)).rejects.toMatchObject({ name });
  });

  it.each([
    ['a verdict that is none', { ...request('accept'), verdict: 'hold' }, 'verdict'],
    [
      'a service’s id in the endpoint’s place',
      { ...request('accept'), vpcEndpointId: SERVICE_ID },
      'vpcEndpointId: not an id of a VPC endpoint',
    ],
    ['a field that nobody reads', { ...request('accept'), force: true }, 'force'],
    ['no count of absences', { ...request('accept'), absences: undefined }, 'absences: '],
    ['no word of an answer', { ...request('accept'), hasAnswered: undefined }, 'hasAnswered: '],
    ['half an absence', request('accept', 0.5), 'absences: '],
    ['less than none', request('accept', -1), 'absences: '],
    ['no word of a place', { ...request('accept'), placeOf: undefined }, 'placeOf: '],
    ['what is no customer’s id', { ...request('accept'), placeOf: 'Acme' }, 'placeOf: not a customer id'],
    ['no version of the modes', { ...request('accept'), modesVersion: undefined }, 'modesVersion: '],
    ['half a version', { ...request('accept'), modesVersion: 1.5 }, 'modesVersion: '],
    ['no word of an answer before', { ...request('accept'), hasAnswered: undefined }, 'hasAnswered: '],
    ['an id of twelve digits', { ...request('accept'), serviceId: 'vpce-svc-0a1b2c3d4e5f' }, 'serviceId: not an id'],
  ])('%s - Malformed, in words', async (_situation, event, words) => {
    const answering = handler(event, CONTEXT);

    await expect(answering).rejects.toMatchObject({ name: 'Malformed' });
    await expect(answering).rejects.toThrow(words);
  });
});
