import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
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
  strictDynamo,
  strictEc2,
  stubFunctionEnvironment,
  TABLES,
} from '../support.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/connections/read-requests.ts');

const OTHER_ENDPOINT = 'vpce-0bbbbbbbbbbbbbbb2';
const notice = (body: string, messageId = 'm-1') => ({ messageId, body });
const connect = notice(`{"Event":"Connect","Endpoint":"${ENDPOINT_ID}","Service":"${SERVICE_ID}"}`);
const ids = { schemaVersion: 1, serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };
/** One that EC2 lists, as it did just now. */
const connectionRequested = (vpcEndpointId = ENDPOINT_ID) => ({
  ...ids,
  detailType: 'Connection Requested',
  vpcEndpointId,
  seen: {
    serviceId: SERVICE_ID,
    endpointId: vpcEndpointId,
    owner: OWNER,
    region: HOME_REGION,
    state: 'pendingAcceptance',
    createdAt: '2026-11-23T11:59:58.000Z',
    dnsNames: [`${ENDPOINT_ID}-k3v9x2aq.example.com`],
    readAt: NOW,
  },
});
const connectionChanged = { ...ids, detailType: 'Connection Changed' };

const ADMISSION_KEY = item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), {});
const admission = (endpointId: string, intent?: { readonly verdict?: string }) =>
  item(ledgerKey.admission(SERVICE_ID, endpointId), {
    told: 1,
    wakes: 0,
    ...(intent?.verdict === undefined ? {} : { intent: { customerId: 'acme', generation: 1, ...intent } }),
  });
/** The ledger's admission of the endpoint, with what a run of ours meant to do; none where `intent` is undefined. */
const ledgerSays = (
  dynamoMock: ReturnType<typeof strictDynamo>['dynamoMock'],
  intent: { readonly verdict?: string } | undefined,
) =>
  dynamoMock.on(BatchGetItemCommand).resolves({
    Responses: { [TABLES.ledger]: intent === undefined ? [] : [admission(ENDPOINT_ID, intent)] },
  });

/** EC2, which lists these connections. */
const listing = (...VpcEndpointConnections: ReturnType<typeof described>[]) => {
  const world = { ...strictEc2(), ...strictDynamo() };
  world.ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections });
  return {
    ...world,
    services: {
      ec2: world.ec2,
      dynamo: world.dynamo,
      ledger: TABLES.ledger,
      region: HOME_REGION,
      now: () => new Date(NOW),
    },
  };
};

describe('read-requests', () => {
  it('makes an event of ours of a notice, with what EC2 said of the request, and when', async () => {
    const { services } = listing(described());

    await expect(run([connect], services)).resolves.toEqual([connectionRequested()]);
  });

  it('asks EC2 once for the whole batch', async () => {
    const { services, ec2Mock } = listing(described(), described({ VpcEndpointId: OTHER_ENDPOINT }));
    const batch = [connect, notice(OTHER_ENDPOINT), notice('Hello?'), connect, notice(ENDPOINT_ID)];

    const events = await run(batch, services);

    expect(events).toHaveLength(3);
    expect(callsOf(ec2Mock)).toEqual([
      [
        'DescribeVpcEndpointConnections',
        { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID, OTHER_ENDPOINT] }] },
      ],
    ]);
  });

  it('one bad notice - an event of its own, and the others go on', async () => {
    const { services } = listing(described());

    await expect(run([notice('\u0000{{{', 'm-9'), connect], services)).resolves.toEqual([
      connectionRequested(),
      {
        detailType: 'Notice Unreadable',
        schemaVersion: 1,
        messageId: 'm-9',
        problem: 'it names no endpoint',
        excerpt: '\u00b7{{{',
      },
    ]);
  });

  it('only bad notices - EC2 is not asked', async () => {
    const { services, ec2Mock } = listing();

    await expect(run([notice('x'), notice('y')], services)).resolves.toHaveLength(2);
    expect(ec2Mock).not.toHaveReceivedAnyCommand();
  });

  it.each([
    ['pending', 'accept'],
    ['available', 'accept'],
    ['rejected', 'reject'],
  ] as const)(
    'an endpoint that is %s, since we meant to %s it - nothing, which skips the target',
    async (state, verdict) => {
      const { services, dynamoMock } = listing(inState(state));
      ledgerSays(dynamoMock, { verdict });

      await expect(run([notice(`${verdict} ${ENDPOINT_ID}`)], services)).resolves.toEqual([]);
      expect(callsOf(dynamoMock)).toEqual([
        ['BatchGetItem', { RequestItems: { [TABLES.ledger]: { Keys: [ADMISSION_KEY], ConsistentRead: true } } }],
      ]);
    },
  );

  it.each([
    ['available', 'we meant to reject it', { verdict: 'reject' }],
    ['rejected', 'we meant to accept it', { verdict: 'accept' }],
    ['available', 'it was held: we meant nothing', {}],
    ['rejected', 'no run of ours ever had it', undefined],
  ] as const)('an endpoint that is %s, and %s - changed by somebody else', async (state, _what, intent) => {
    const { services, dynamoMock } = listing(inState(state));
    ledgerSays(dynamoMock, intent);

    await expect(run([connect], services)).resolves.toEqual([connectionChanged]);
  });

  it('a deletion of an endpoint that EC2 still lists as we accepted it - changed: the list may be late', async () => {
    const { services, dynamoMock } = listing(inState('available'));
    ledgerSays(dynamoMock, { verdict: 'accept' });

    await expect(run([connect, notice(`Delete ${ENDPOINT_ID}`)], services)).resolves.toEqual([connectionChanged]);
  });

  it('ten endpoints that were answered - the ledger is asked once', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `vpce-0000000000000000${index}`);
    const { services, dynamoMock } = listing(
      ...ids.map((VpcEndpointId) => described({ VpcEndpointId, VpcEndpointState: 'available' as never })),
    );
    const mine = ids.slice(0, 5).map((id) => admission(id, { verdict: 'accept' }));
    dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: mine } });

    const events = await run(
      ids.map((id) => notice(`Accept ${id} ${SERVICE_ID}`)),
      services,
    );

    expect(events).toEqual(ids.slice(5).map((vpcEndpointId) => ({ ...connectionChanged, vpcEndpointId })));
    expect(callsOf(dynamoMock)).toHaveLength(1);
  });

  it('nothing was answered - the ledger is not asked', async () => {
    const { services, dynamoMock } = listing(described(), described({ VpcEndpointId: OTHER_ENDPOINT }));

    await run([connect, notice(OTHER_ENDPOINT)], services);

    expect(dynamoMock).not.toHaveReceivedAnyCommand();
  });

  it.each([
    ['is throttled', awsError('ThrottlingException'), 'Throttled'],
    ['may not be read', awsError('AccessDeniedException'), 'Denied'],
  ])('the ledger %s - thrown, so that the batch stays in the queue', async (_what, error, name) => {
    const { services, dynamoMock } = listing(inState('available'));
    dynamoMock.on(BatchGetItemCommand).rejects(error);

    await expect(run([connect], services)).rejects.toMatchObject({ name });
  });

  it('the ledger leaves keys unread - thrown: what was not read is not another’s doing', async () => {
    const { services, dynamoMock } = listing(inState('available'));
    dynamoMock
      .on(BatchGetItemCommand)
      .resolves({ Responses: {}, UnprocessedKeys: { [TABLES.ledger]: { Keys: [ADMISSION_KEY] } } });

    await expect(run([connect], services)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('more endpoints than the bus takes events - at most ten events', async () => {
    const { services } = listing();
    const ids = Array.from({ length: 11 }, (_, index) => `vpce-0000000000000000${index.toString(16)}`);
    const batch = [notice(ids.join(' '), 'm-0'), ...ids.slice(0, 9).map((id) => notice(`${id} ${SERVICE_ID}`))];

    const events = await run(batch, services);

    expect(events).toHaveLength(10);
    expect(events.at(-1)).toMatchObject({ detailType: 'Notice Unreadable', messageId: 'm-0' });
  });

  it('an endpoint that is over - changed by its consumer: an event of ours too, with the ids only', async () => {
    const { services } = listing(inState('deleted'));

    await expect(run([connect], services)).resolves.toEqual([connectionChanged]);
  });

  it('a departure, a request and a bad notice in a batch - an event each', async () => {
    const { services } = listing(inState('deleting'), described({ VpcEndpointId: OTHER_ENDPOINT }));

    await expect(run([notice('Hello?'), notice(OTHER_ENDPOINT), connect], services)).resolves.toEqual([
      connectionChanged,
      connectionRequested(OTHER_ENDPOINT),
      expect.objectContaining({ detailType: 'Notice Unreadable' }),
    ]);
  });

  it('an endpoint that EC2 lists no more - a request: the workflow looks again, and finds that it left', async () => {
    const { services } = listing();

    await expect(run([connect], services)).resolves.toEqual([{ ...ids, detailType: 'Connection Requested', seen: {} }]);
  });

  it('EC2 takes no endpoint ids - the services that the notices name are looked through', async () => {
    const { services, ec2Mock } = listing();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] })
      .rejects(awsError('InvalidFilter'))
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] })
      .resolves({ VpcEndpointConnections: [described({ VpcEndpointId: OTHER_ENDPOINT }), inState('deleted')] });

    await expect(run([connect], services)).resolves.toEqual([connectionChanged]);
    expect(callsOf(ec2Mock)).toHaveLength(2);
  });

  it('EC2 is throttled - thrown, so that the batch stays in the queue', async () => {
    const { services, ec2Mock } = listing();
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).rejects(awsError('RequestLimitExceeded'));

    await expect(run([connect], services)).rejects.toMatchObject({ name: 'Throttled' });
  });
});

describe('read-requests, called by Lambda', () => {
  it('takes an SQS record as a pipe passes it, with fields that nobody needs', async () => {
    const record = { ...notice('Hello?'), receiptHandle: 'r', attributes: {}, eventSource: 'aws:sqs' };

    await expect(handler([record], CONTEXT)).resolves.toEqual([
      expect.objectContaining({ detailType: 'Notice Unreadable', messageId: 'm-1' }),
    ]);
  });

  it.each([
    ['no list', {}, 'entry: Invalid type: Expected Array but received Object'],
    ['a record without a body', [{ messageId: 'm-1' }], '0.body: Invalid key: Expected "body" but received undefined'],
    ['nothing', null, 'entry: Invalid type: Expected Array but received null'],
  ])('%s - Malformed, in words', async (_situation, event, problem) => {
    await expect(handler(event, CONTEXT)).rejects.toMatchObject({
      name: 'Malformed',
      message: `The input does not fit: ${problem}`,
    });
  });
});
