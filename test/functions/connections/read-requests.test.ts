import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_ID, HOME_REGION, SERVICE_ID } from '../../support/builders.ts';
import { awsError, CONTEXT, callsOf, described, inState, strictEc2, stubFunctionEnvironment } from '../support.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/connections/read-requests.ts');

const OTHER_ENDPOINT = 'vpce-0bbbbbbbbbbbbbbb2';
const notice = (body: string, messageId = 'm-1') => ({ messageId, body });
const connect = notice(`{"Event":"Connect","Endpoint":"${ENDPOINT_ID}","Service":"${SERVICE_ID}"}`);
const connectionRequested = {
  detailType: 'Connection Requested',
  schemaVersion: 1,
  serviceId: SERVICE_ID,
  vpcEndpointId: ENDPOINT_ID,
};

const connectionDeparted = { ...connectionRequested, detailType: 'Connection Departed' };

/** EC2, which lists these connections. */
const listing = (...VpcEndpointConnections: ReturnType<typeof described>[]) => {
  const world = strictEc2();
  world.ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections });
  return { ...world, services: { ec2: world.ec2, region: HOME_REGION } };
};

describe('read-requests', () => {
  it('makes an event of ours of a notice, with the ids only', async () => {
    const { services } = listing(described());

    await expect(run([connect], services)).resolves.toEqual([connectionRequested]);
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
      connectionRequested,
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

  it('an endpoint that was answered meanwhile - nothing, which skips the target', async () => {
    const { services } = listing(inState('available'));

    await expect(run([connect], services)).resolves.toEqual([]);
  });

  it('an endpoint that is over - an event of ours too, with the ids only', async () => {
    const { services } = listing(inState('deleted'));

    await expect(run([connect], services)).resolves.toEqual([connectionDeparted]);
  });

  it('a departure, a request and a bad notice in a batch - an event each', async () => {
    const { services } = listing(inState('deleting'), described({ VpcEndpointId: OTHER_ENDPOINT }));

    await expect(run([notice('Hello?'), notice(OTHER_ENDPOINT), connect], services)).resolves.toEqual([
      connectionDeparted,
      { ...connectionRequested, vpcEndpointId: OTHER_ENDPOINT },
      expect.objectContaining({ detailType: 'Notice Unreadable' }),
    ]);
  });

  it('an endpoint that EC2 lists no more - a request: the workflow looks again, and finds that it left', async () => {
    const { services } = listing();

    await expect(run([connect], services)).resolves.toEqual([connectionRequested]);
  });

  it('EC2 takes no endpoint ids - the services that the notices name are looked through', async () => {
    const { services, ec2Mock } = listing();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'vpc-endpoint-id', Values: [ENDPOINT_ID] }] })
      .rejects(awsError('InvalidFilter'))
      .on(DescribeVpcEndpointConnectionsCommand, { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] })
      .resolves({ VpcEndpointConnections: [described({ VpcEndpointId: OTHER_ENDPOINT }), inState('rejected')] });

    await expect(run([connect], services)).resolves.toEqual([connectionDeparted]);
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
