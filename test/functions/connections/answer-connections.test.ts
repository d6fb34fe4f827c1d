import { BatchGetItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  AcceptVpcEndpointConnectionsCommand,
  DescribeVpcEndpointConnectionsCommand,
  RejectVpcEndpointConnectionsCommand,
  type VpcEndpointConnection,
} from '@aws-sdk/client-ec2';
import { SendTaskFailureCommand, SendTaskHeartbeatCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, HOME_REGION, OWNER, SERVICE_ID } from '../../support/builders.ts';
import {
  awsError,
  CONTEXT,
  callsOf,
  described,
  inState,
  item,
  QUEUE_URL,
  strictDynamo,
  strictEc2,
  strictSfn,
  strictSqs,
  stubFunctionEnvironment,
  TABLES,
} from '../support.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/connections/answer-connections.ts');

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
/** The run that asks, and has the request in hand. */
const RUN = 'arn:aws:states:us-west-2:123456789012:execution:admit-connection:1';
const IN_AN_HOUR = '2026-11-23T13:00:00.000Z';

/** Decided under the third version of the service's modes; to be accepted on a place of acme's. */
const message = (changes: Record<string, unknown> = {}) => {
  const { vpcEndpointId = ENDPOINT_ID } = changes;
  const body = {
    serviceId: SERVICE_ID,
    vpcEndpointId,
    owner: OWNER,
    verdict: 'accept',
    ends: 'request',
    placeOf: changes.verdict === 'reject' ? null : 'acme',
    modesVersion: 3,
    wakes: 1,
    execution: RUN,
    absences: 0,
    freshUntil: null,
    deadline: IN_AN_HOUR,
    token: `token of ${vpcEndpointId}`,
    ...changes,
  };
  return {
    messageId: `message of ${vpcEndpointId}`,
    receiptHandle: `handle of ${vpcEndpointId}`,
    body: JSON.stringify(body),
    attributes: { SentTimestamp: String(NOW - 1_000) },
  };
};
const reject = (changes: object = {}) => message({ verdict: 'reject', ...changes });
const cutOff = (changes: object = {}) => reject({ ends: 'connection', ...changes });

const endpoint = (index: number): string => `vpce-${String(index).padStart(17, '0')}`;
const refusal = (...ids: string[]) => ({
  Unsuccessful: ids.map((ResourceId) => ({
    ResourceId,
    Error: { Code: 'InvalidState', Message: 'AWS documents no code.' },
  })),
});
const modesOf = (version: number) => item(ledgerKey.modes(SERVICE_ID), { modes: { accept: 'enforce' }, version });
/** The run that has the endpoint in hand was called to look again so many times. */
const wakesOf = (wakes: number, endpointId = ENDPOINT_ID, execution = RUN) =>
  item(ledgerKey.admission(SERVICE_ID, endpointId), { wakes, execution });
const placesOf = (...endpointIds: string[]) =>
  item(ledgerKey.places(SERVICE_ID, 'acme'), { places: Object.fromEntries(endpointIds.map((each) => [each, {}])) });

/** What EC2 shows in a look: states of {@link ENDPOINT_ID}, or connections as it describes them. */
type Look = string | undefined | readonly VpcEndpointConnection[];
const shown = (look: Look): readonly VpcEndpointConnection[] => {
  if (look === undefined) return [];
  return typeof look === 'string' ? [inState(look)] : look;
};

/** AWS, whose EC2 shows this in one look after the other; in the ledger all is as it was when it was decided, and the bucket is full. */
const showing = (...looks: Look[]) => {
  const world = { ...strictEc2(), ...strictDynamo(), ...strictSfn(), ...strictSqs() };
  const describing = world.ec2Mock.on(DescribeVpcEndpointConnectionsCommand);
  for (const look of looks) describing.resolvesOnce({ VpcEndpointConnections: [...shown(look)] });
  world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves({ Unsuccessful: [] });
  world.ec2Mock.on(RejectVpcEndpointConnectionsCommand).resolves({});
  const many = Array.from({ length: 30 }, (_, index) => endpoint(index));
  world.dynamoMock.on(BatchGetItemCommand).resolves({
    Responses: {
      [TABLES.ledger]: [
        modesOf(3),
        placesOf(ENDPOINT_ID, ...many),
        wakesOf(1),
        ...many.map((each) => wakesOf(1, each)),
      ],
    },
  });
  world.dynamoMock.on(GetItemCommand).resolves({});
  world.dynamoMock.on(UpdateItemCommand).resolves({});
  world.sfnMock.on(SendTaskSuccessCommand).resolves({});
  world.sfnMock.on(SendTaskFailureCommand).resolves({});
  world.sfnMock.on(SendTaskHeartbeatCommand).resolves({});
  world.sqsMock.on(ChangeMessageVisibilityBatchCommand).resolves({});
  const { ec2, dynamo, sfn, sqs } = world;
  const clients = { ec2, dynamo, sfn, sqs };
  const rest = {
    ledger: TABLES.ledger,
    queueUrl: QUEUE_URL,
    region: HOME_REGION,
    endpointsPerAnswer: 100,
    now: () => NOW,
  };
  const services = { ...clients, ...rest };
  const answer = (...Records: ReturnType<typeof message>[]) => run({ Records }, services);
  return { ...world, services, answer };
};
type Shown = ReturnType<typeof showing>;

/** EC2's calls by name: the fewer, the better. */
const ec2Calls = ({ ec2Mock }: Shown) => callsOf(ec2Mock).map(([name]) => name.replace('VpcEndpointConnections', ''));
/** What workflows were told, by the endpoint in their token. */
const told = ({ sfnMock }: Shown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    callsOf(sfnMock).flatMap(([name, input]) => {
      const { taskToken, output, ...failure } = input as { readonly taskToken: string; readonly output?: string };
      if (name === 'SendTaskHeartbeat') return [];
      return [[taskToken.replace('token of ', ''), output === undefined ? failure : JSON.parse(output)]];
    }),
  );
const ALL_DONE = { batchItemFailures: [] };
const stays = (...ids: string[]) => ({
  batchItemFailures: ids.map((id) => ({ itemIdentifier: `message of ${id}` })),
});

describe('accept', () => {
  it('one that waits - accepted, and left in the queue until EC2 shows the end', async () => {
    const world = showing('pendingAcceptance');

    await expect(world.answer(message())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(callsOf(world.ec2Mock)).toEqual([
      ['DescribeVpcEndpointConnections', { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] }],
      ['AcceptVpcEndpointConnections', { ServiceId: SERVICE_ID, VpcEndpointIds: [ENDPOINT_ID] }],
    ]);
    expect(told(world)).toEqual({});
    expect(callsOf(world.sqsMock)).toEqual([
      [
        'ChangeMessageVisibilityBatch',
        {
          QueueUrl: QUEUE_URL,
          Entries: [{ Id: '0', ReceiptHandle: `handle of ${ENDPOINT_ID}`, VisibilityTimeout: 20 }],
        },
      ],
    ]);
  });

  it('just before the call: a heartbeat, then mode and place in one consistent read', async () => {
    const world = showing('pendingAcceptance');
    const order: string[] = [];
    world.sfnMock.on(SendTaskHeartbeatCommand).callsFake(() => void order.push('heartbeat'));
    world.dynamoMock.on(BatchGetItemCommand).callsFake((input) => {
      order.push(input.RequestItems[TABLES.ledger].ConsistentRead === true ? 'consistent read' : 'read');
      return { Responses: { [TABLES.ledger]: [modesOf(3), placesOf(ENDPOINT_ID), wakesOf(1)] } };
    });
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).callsFake(() => {
      order.push('accept');
      return {};
    });

    await world.answer(message());
    expect(order).toEqual(['heartbeat', 'consistent read', 'accept']);
  });

  it.each(['pending', 'partial', 'migrating'])('%s - looked at once, nothing done, left', async (state) => {
    const world = showing(state);

    await expect(world.answer(message())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(ec2Calls(world)).toEqual(['Describe']);
    expect(callsOf(world.dynamoMock)).toEqual([]);
    expect(told(world)).toEqual({});
  });

  it('available - told as accepted, with the names by which to reach it', async () => {
    const world = showing('available');

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toEqual({
      [ENDPOINT_ID]: {
        isSettled: true,
        outcome: 'accepted',
        state: 'available',
        dnsNames: [`${ENDPOINT_ID}-k3v9x2aq.example.com`],
      },
    });
    expect(ec2Calls(world)).toEqual(['Describe']);
  });

  it.each([
    ['rejected', 'overtaken', 'answered-by-others'],
    ['failed', 'failed', 'endpoint-failed'],
    ['deleting', 'gone', 'endpoint-gone'],
    ['deleted', 'gone', 'endpoint-gone'],
    ['expired', 'gone', 'endpoint-gone'],
  ])('%s - told as %s, explained', async (state, outcome, code) => {
    const world = showing(state);

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toMatchObject({
      [ENDPOINT_ID]: {
        isSettled: true,
        outcome,
        state,
        ending: { code, sentence: expect.stringContaining(ENDPOINT_ID), action: expect.any(String) },
      },
    });
  });
});

describe('reject', () => {
  it('one that waits - rejected, looked at once more, and told', async () => {
    const world = showing('pendingAcceptance', 'rejected');

    await expect(world.answer(reject())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { isSettled: true, outcome: 'rejected', state: 'rejected' } });
    expect(ec2Calls(world)).toEqual(['Describe', 'Reject', 'Describe']);
  });

  it('EC2 shows the old state for a while - left', async () => {
    const world = showing('pendingAcceptance', 'pendingAcceptance');

    await expect(world.answer(reject())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(told(world)).toEqual({});
  });

  it.each(['pending', 'available'])('%s - somebody accepted it: it is not cut off', async (state) => {
    const world = showing(state);

    await world.answer(reject());
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { isSettled: true, outcome: 'overtaken' } });
    expect(ec2Calls(world)).toEqual(['Describe']);
  });

  it.each(['pending', 'available'])('a connection that lives, %s - cut off', async (state) => {
    const world = showing(state, 'rejected');

    await expect(world.answer(cutOff())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { isSettled: true, outcome: 'rejected' } });
    expect(ec2Calls(world)).toEqual(['Describe', 'Reject', 'Describe']);
  });

  it('a connection was to be cut off, and EC2 shows a request - nothing', async () => {
    const world = showing('pendingAcceptance');

    await expect(world.answer(cutOff())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(ec2Calls(world)).toEqual(['Describe']);
  });
});

describe('an endpoint that EC2 does not list', () => {
  it.each([0, 1, 2])('after %s looks - its workflow counts, and asks again', async (absences) => {
    const world = showing(undefined);

    await expect(world.answer(message({ absences }))).resolves.toEqual(ALL_DONE);
    expect(told(world)).toEqual({
      [ENDPOINT_ID]: { isSettled: false, isListed: false, because: `${ENDPOINT_ID} is still not listed` },
    });
  });

  it('after three - gone', async () => {
    const world = showing(undefined);

    await world.answer(message({ absences: 3 }));
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { isSettled: true, outcome: 'gone', dnsNames: [] } });
  });

  it('right after a rejection - its workflow asks again: the listing may be late', async () => {
    const world = showing('pendingAcceptance', undefined);

    await world.answer(reject());
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { isSettled: false, isListed: false } });
  });
});

describe('EC2 answers 200 and did not act', () => {
  it.each([
    ['accept', 'available', 'accepted'],
    ['accept', 'rejected', 'overtaken'],
    ['accept', 'deleted', 'gone'],
    ['reject', 'rejected', 'rejected'],
    ['reject', 'available', 'overtaken'],
  ] as const)('to %s, and the state is now %s - told as %s', async (verdict, state, outcome) => {
    const world = showing('pendingAcceptance', state);
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves(refusal(ENDPOINT_ID));
    world.ec2Mock.on(RejectVpcEndpointConnectionsCommand).resolves(refusal(ENDPOINT_ID));

    await world.answer(message({ verdict, placeOf: verdict === 'accept' ? 'acme' : null }));
    expect(told(world)).toMatchObject({
      [ENDPOINT_ID]: { isSettled: true, outcome, unsuccessful: 'InvalidState: AWS documents no code.' },
    });
  });

  it('and the state is what it was - its workflow hears what EC2 said, and asks again', async () => {
    const world = showing('pendingAcceptance', 'pendingAcceptance');
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves(refusal(ENDPOINT_ID));

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toEqual({
      [ENDPOINT_ID]: {
        isSettled: false,
        isListed: true,
        because: `${ENDPOINT_ID} is still pendingAcceptance`,
        unsuccessful: 'InvalidState: AWS documents no code.',
      },
    });
  });

  it('without naming the endpoint or a code - still heard', async () => {
    const world = showing('pendingAcceptance', 'pendingAcceptance');
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves({ Unsuccessful: [{}] });

    await world.answer(message());
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { unsuccessful: expect.stringMatching(/^Unknown: /) } });
  });

  it('on one of two - the other is left, and only that one is looked at again', async () => {
    const both = [endpoint(1), endpoint(2)].map((VpcEndpointId) => described({ VpcEndpointId }));
    const world = showing(both, both.slice(0, 1));
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).resolves(refusal(endpoint(1)));

    const messages = [1, 2].map((index) => message({ vpcEndpointId: endpoint(index) }));
    await expect(world.answer(...messages)).resolves.toEqual(stays(endpoint(2)));
    expect(Object.keys(told(world))).toEqual([endpoint(1)]);
    expect(callsOf(world.ec2Mock)[2]?.[1]).toEqual({ Filters: [{ Name: 'vpc-endpoint-id', Values: [endpoint(1)] }] });
  });
});

describe('what it was decided on, read once more just before the call', () => {
  const left = (world: Shown, ...items: ReturnType<typeof item>[]) => {
    world.dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: items } });
    return world;
  };

  it('mode or pause changed - superseded, no call', async () => {
    for (const [given, state] of [
      [message(), 'pendingAcceptance'],
      [reject(), 'pendingAcceptance'],
      [cutOff(), 'available'],
    ] as const) {
      const world = left(showing(state), modesOf(4), placesOf(ENDPOINT_ID));

      await expect(world.answer(given)).resolves.toEqual(ALL_DONE);
      expect(told(world)).toEqual({
        [ENDPOINT_ID]: {
          isSettled: false,
          isSuperseded: true,
          because: `${ENDPOINT_ID}: the service's mode was changed since it was decided`,
        },
      });
      expect(ec2Calls(world)).toEqual(['Describe']);
    }
  });

  it('somebody called to look again - superseded, no call', async () => {
    const world = left(showing('pendingAcceptance'), modesOf(3), placesOf(ENDPOINT_ID), wakesOf(2));

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toMatchObject({
      [ENDPOINT_ID]: {
        isSuperseded: true,
        because: `${ENDPOINT_ID}: there is something to look at since it was decided`,
      },
    });
    expect(ec2Calls(world)).toEqual(['Describe']);
  });

  it('another run has taken the request in hand - superseded, no call', async () => {
    const taken = wakesOf(1, ENDPOINT_ID, `${RUN}-another`);
    const world = left(showing('pendingAcceptance'), modesOf(3), placesOf(ENDPOINT_ID), taken);

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toMatchObject({
      [ENDPOINT_ID]: { isSuperseded: true, because: `${ENDPOINT_ID}: another run has the request in hand` },
    });
    expect(ec2Calls(world)).toEqual(['Describe']);
  });

  it('a run that began before runs said who they are - answered, whoever has it in hand', async () => {
    const taken = wakesOf(1, ENDPOINT_ID, `${RUN}-another`);
    const world = left(showing('pendingAcceptance', 'available'), modesOf(3), placesOf(ENDPOINT_ID), taken);

    await world.answer(message({ execution: undefined }));
    expect(ec2Calls(world)).toContain('Accept');
  });

  it('the place is lost - superseded, no call', async () => {
    const world = left(showing('pendingAcceptance'), modesOf(3), placesOf('vpce-other'), wakesOf(1));

    await world.answer(message());
    expect(told(world)).toMatchObject({
      [ENDPOINT_ID]: { isSuperseded: true, because: `${ENDPOINT_ID}: it has no place any more` },
    });
    expect(ec2Calls(world)).toEqual(['Describe']);
  });

  it('a rejection needs no place', async () => {
    const world = left(showing('pendingAcceptance', 'rejected'), modesOf(3), wakesOf(1));

    await world.answer(reject());
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { outcome: 'rejected' } });
  });

  it('the endpoint is another account’s than it was decided for - superseded before anything is read', async () => {
    const world = showing('pendingAcceptance');

    await world.answer(message({ owner: '999999999999' }));
    expect(told(world)).toMatchObject({ [ENDPOINT_ID]: { isSuperseded: true } });
    expect(callsOf(world.dynamoMock)).toEqual([]);
  });

  it('nobody waits for the answer any more - dropped, no call', async () => {
    const world = showing('pendingAcceptance');
    world.sfnMock.on(SendTaskHeartbeatCommand).rejects(awsError('TaskTimedOut'));

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(ec2Calls(world)).toEqual(['Describe']);
    expect(told(world)).toEqual({});
  });

  it('one of three is not awaited, one is superseded - the third is answered', async () => {
    const all = [1, 2, 3].map((index) => described({ VpcEndpointId: endpoint(index) }));
    const world = showing(all);
    world.sfnMock
      .on(SendTaskHeartbeatCommand, { taskToken: `token of ${endpoint(1)}` })
      .rejects(awsError('TaskDoesNotExist'));
    left(world, modesOf(3), placesOf(endpoint(1), endpoint(3)), wakesOf(1, endpoint(3)), wakesOf(1, endpoint(2)));

    const messages = [1, 2, 3].map((index) => message({ vpcEndpointId: endpoint(index) }));
    await expect(world.answer(...messages)).resolves.toEqual(stays(endpoint(3)));
    expect(callsOf(world.ec2Mock)[1]?.[1]).toEqual({ ServiceId: SERVICE_ID, VpcEndpointIds: [endpoint(3)] });
    expect(Object.keys(told(world))).toEqual([endpoint(2)]);
  });
});

describe('many', () => {
  const some = (count: number, changes: (index: number) => object = () => ({})) =>
    Array.from({ length: count }, (_, index) => message({ vpcEndpointId: endpoint(index), ...changes(index) }));
  const serviceOf = (index: number): string => `vpce-svc-${String(index).padStart(17, '0')}`;
  const listed = (count: number, service: (index: number) => string = () => SERVICE_ID) =>
    Array.from({ length: count }, (_, index) =>
      described({ VpcEndpointId: endpoint(index), ServiceId: service(index) }),
    );

  it('of one service - one read, one Accept', async () => {
    const world = showing(listed(30));

    await expect(world.answer(...some(30))).resolves.toEqual(
      stays(...Array.from({ length: 30 }, (_, index) => endpoint(index))),
    );
    expect(ec2Calls(world)).toEqual(['Describe', 'Accept']);
    expect(callsOf(world.sqsMock)).toHaveLength(3);
  });

  it('more than a call takes - as many calls as it needs', async () => {
    const world = showing(listed(30));

    await run({ Records: some(30) }, { ...world.services, endpointsPerAnswer: 20 });
    expect(ec2Calls(world)).toEqual(['Describe', 'Accept', 'Accept']);
  });

  it('of more services than the bucket has tokens - the rest shows again', async () => {
    const world = showing(listed(12, serviceOf));
    world.dynamoMock.on(BatchGetItemCommand).callsFake((input) => ({
      Responses: {
        [TABLES.ledger]: input.RequestItems[TABLES.ledger].Keys.flatMap((key: Record<string, { S: string }>) => {
          const [pk, sk] = [key.pk?.S ?? '', key.sk?.S ?? ''];
          const all = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [endpoint(index), {}]));
          if (sk === 'PLACES') return [item({ pk, sk }, { places: all })];
          if (sk === 'ADMISSION') return [item({ pk, sk }, { wakes: 1, execution: RUN })];
          return pk === 'SERVICE#ALL' ? [] : [item({ pk, sk }, { modes: {}, version: 3 })];
        }),
      },
    }));

    const { batchItemFailures } = await world.answer(...some(12, (index) => ({ serviceId: serviceOf(index) })));
    expect(batchItemFailures).toHaveLength(12);
    expect(ec2Calls(world).filter((name) => name === 'Accept')).toHaveLength(9);
    const waits = callsOf(world.sqsMock).flatMap(([, input]) =>
      (input as { Entries: { VisibilityTimeout: number }[] }).Entries.map((entry) => entry.VisibilityTimeout),
    );
    expect(waits.filter((seconds) => seconds === 20)).toHaveLength(9);
    expect(waits.filter((seconds) => seconds <= 5)).toHaveLength(3);
  });

  it('two messages about one endpoint - one id in the call', async () => {
    const world = showing('pendingAcceptance');

    await world.answer(message(), { ...message({ token: 'another' }), messageId: 'another message' });
    expect(callsOf(world.ec2Mock)[1]?.[1]).toEqual({ ServiceId: SERVICE_ID, VpcEndpointIds: [ENDPOINT_ID] });
  });
});

describe('what fails', () => {
  it.each(['RequestLimitExceeded', 'Unavailable'])('EC2 says %s to the read - all are left', async (code) => {
    const world = showing();
    world.ec2Mock.on(DescribeVpcEndpointConnectionsCommand).rejects(awsError(code));

    await expect(world.answer(message())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(told(world)).toEqual({});
  });

  it('EC2 throttles the Accept - left, and the bucket is empty for everybody', async () => {
    const world = showing('pendingAcceptance');
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).rejects(awsError('RequestLimitExceeded'));

    await expect(world.answer(message())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(callsOf(world.dynamoMock).at(-1)?.[1]).toMatchObject({
      Key: { pk: { S: 'BUCKET' }, sk: { S: 'accept' } },
      ExpressionAttributeValues: { ':tokens': { N: '0' } },
    });
  });

  it.each([
    ['UnauthorizedOperation', 'Denied'],
    ['InvalidVpcEndpointServiceId.NotFound', 'InvalidVpcEndpointServiceId.NotFound'],
  ])('EC2 says %s to the Accept - its workflow fails as %s', async (code, error) => {
    const world = showing('pendingAcceptance');
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).rejects(awsError(code));

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
    expect(told(world)).toEqual({ [ENDPOINT_ID]: { error, cause: expect.stringContaining(`AWS says ${code}.`) } });
  });

  it('the ledger is throttled before the Accept - left, and no call is made', async () => {
    const world = showing('pendingAcceptance');
    world.dynamoMock.on(BatchGetItemCommand).rejects(awsError('ThrottlingException'));

    await expect(world.answer(message())).resolves.toEqual(stays(ENDPOINT_ID));
    expect(ec2Calls(world)).toEqual(['Describe']);
  });

  it('one service’s call fails, another’s does not', async () => {
    const other = 'vpce-svc-0bbbbbbbbbbbbbbb0';
    const world = showing(
      [described(), described({ ServiceId: other, VpcEndpointId: endpoint(2) })],
      [described({ ServiceId: other, VpcEndpointId: endpoint(2), VpcEndpointState: 'rejected' as never })],
    );
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).rejects(awsError('UnauthorizedOperation'));
    world.dynamoMock.on(BatchGetItemCommand).resolves({
      Responses: {
        [TABLES.ledger]: [
          modesOf(3),
          placesOf(ENDPOINT_ID),
          wakesOf(1),
          item(ledgerKey.modes(other), { modes: {}, version: 3 }),
          item(ledgerKey.admission(other, endpoint(2)), { wakes: 1, execution: RUN }),
        ],
      },
    });

    await world.answer(message(), reject({ serviceId: other, vpcEndpointId: endpoint(2) }));
    expect(told(world)).toMatchObject({
      [ENDPOINT_ID]: { error: 'Denied' },
      [endpoint(2)]: { outcome: 'rejected' },
    });
  });

  it('Step Functions throttles the telling - the message is left, and told at the next look', async () => {
    const world = showing('available');
    world.sfnMock.on(SendTaskSuccessCommand).rejects(awsError('ThrottlingException'));

    await expect(world.answer(message())).resolves.toEqual(stays(ENDPOINT_ID));
  });

  it('nobody may be told - thrown, so that an alarm says so and the batch stays', async () => {
    const world = showing('available');
    world.sfnMock.on(SendTaskSuccessCommand).rejects(awsError('AccessDeniedException'));

    await expect(world.answer(message())).rejects.toMatchObject({ name: 'Denied' });
  });

  it('the run was stopped meanwhile - the message goes', async () => {
    const world = showing('available');
    world.sfnMock.on(SendTaskSuccessCommand).rejects(awsError('TaskDoesNotExist'));

    await expect(world.answer(message())).resolves.toEqual(ALL_DONE);
  });

  it.each([
    ['no JSON', '{'],
    ['an answer without a token', JSON.stringify({ ...JSON.parse(message().body), token: undefined })],
    ['a verdict that there is not', message({ verdict: 'maybe' }).body],
  ])('a message that no workflow wrote, %s - stays, and the others go on', async (_what, body) => {
    const world = showing('available');
    const strange = { ...message(), messageId: 'strange', body };

    await expect(world.answer(strange, message())).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'strange' }],
    });
    expect(Object.keys(told(world))).toEqual([ENDPOINT_ID]);
  });
});

describe('time', () => {
  it('its workflow’s deadline passed - told, with the state', async () => {
    const world = showing('pending');

    await world.answer(message({ deadline: new Date(NOW).toISOString() }));
    expect(told(world)).toEqual({
      [ENDPOINT_ID]: {
        isSettled: false,
        isListed: true,
        isOverdue: true,
        because: `${ENDPOINT_ID} is still pending`,
      },
    });
  });

  it('five minutes are over before the next look - its workflow hears that somebody is at it', async () => {
    const world = showing('pending');
    const old = { ...message(), attributes: { SentTimestamp: String(NOW - 290_000) } };

    await expect(world.answer(old)).resolves.toEqual(stays(ENDPOINT_ID));
    expect(callsOf(world.sfnMock)).toEqual([['SendTaskHeartbeat', { taskToken: `token of ${ENDPOINT_ID}` }]]);
  });

  it('and nobody waits any more - the message goes', async () => {
    const world = showing('pending');
    world.sfnMock.on(SendTaskHeartbeatCommand).rejects(awsError('TaskTimedOut'));
    const old = { ...message(), attributes: { SentTimestamp: String(NOW - 290_000) } };

    await expect(world.answer(old)).resolves.toEqual(ALL_DONE);
    expect(callsOf(world.sqsMock)).toEqual([]);
  });

  it('slow calls - no further one is begun after 35 seconds', async () => {
    const world = showing(Array.from({ length: 3 }, (_, index) => described({ VpcEndpointId: endpoint(index) })));
    let at = NOW;
    world.ec2Mock.on(AcceptVpcEndpointConnectionsCommand).callsFake(() => {
      at += 20_000;
      return {};
    });

    const Records = [0, 1, 2].map((index) => message({ vpcEndpointId: endpoint(index) }));
    await run({ Records }, { ...world.services, endpointsPerAnswer: 1, now: () => at });
    expect(ec2Calls(world)).toEqual(['Describe', 'Accept', 'Accept']);
  });
});

it('the handler takes Lambda’s event, and refuses another in words', async () => {
  await expect(handler({ Records: [] }, CONTEXT)).resolves.toEqual(ALL_DONE);
  await expect(handler({ no: 'records' }, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
});
