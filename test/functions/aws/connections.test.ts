import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { MAX_FILTER_VALUES, readConnections } from '../../../functions/aws/connections.ts';
import { aConnection, ENDPOINT_ID, HOME_REGION, SERVICE_ID } from '../../support/builders.ts';
import { awsError, callsOf, described, strictEc2 } from '../support.ts';

const endpointIds = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `vpce-${String(index).padStart(17, '0')}`);

const query = (ids: readonly string[], region = HOME_REGION) => ({
  endpointIds: ids,
  serviceIds: [SERVICE_ID],
  region,
});
const filter = (Values: string[]) => ({ Filters: [{ Name: 'vpc-endpoint-id', Values }] });

describe('readConnections', () => {
  it('asks for the endpoints by their ids, in one call', async () => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: [described()] });

    const connections = await readConnections(ec2, query([ENDPOINT_ID]));

    expect(connections).toEqual([aConnection({ dnsNames: [`${ENDPOINT_ID}-k3v9x2aq.example.com`] })]);
    expect(callsOf(ec2Mock)).toEqual([['DescribeVpcEndpointConnections', filter([ENDPOINT_ID])]]);
  });

  it('reads all pages', async () => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand)
      .resolvesOnce({ VpcEndpointConnections: [described({ VpcEndpointId: 'vpce-1' })], NextToken: 'page-2' })
      .resolvesOnce({ VpcEndpointConnections: [described({ VpcEndpointId: 'vpce-2' })] });

    const connections = await readConnections(ec2, query(['vpce-1', 'vpce-2']));

    expect(connections.map(({ endpointId }) => endpointId)).toEqual(['vpce-1', 'vpce-2']);
    expect(ec2Mock).toHaveReceivedCommandTimes(DescribeVpcEndpointConnectionsCommand, 2);
    expect(callsOf(ec2Mock)[1]).toEqual([
      'DescribeVpcEndpointConnections',
      { ...filter(['vpce-1', 'vpce-2']), NextToken: 'page-2' },
    ]);
  });

  it('gives a filter no more than 200 ids', async () => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({});
    const ids = endpointIds(MAX_FILTER_VALUES + 1);

    await readConnections(ec2, query(ids));

    expect(MAX_FILTER_VALUES).toBe(200);
    expect(callsOf(ec2Mock).map(([, input]) => input)).toEqual([filter(ids.slice(0, 200)), filter(ids.slice(200))]);
  });

  it('asks nothing about no endpoint: without a filter EC2 would list them all', async () => {
    const { ec2, ec2Mock } = strictEc2();

    await expect(readConnections(ec2, query([]))).resolves.toEqual([]);
    expect(ec2Mock).not.toHaveReceivedAnyCommand();
  });

  it.each([
    ['the wire’s', 'available', 'available'],
    ['the SDK’s', 'PendingAcceptance', 'pendingAcceptance'],
    ['one that nobody knows', 'migrating', 'unknown'],
    ['none', undefined, 'unknown'],
  ])('reads a state in %s form', async (_form, written, state) => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand)
      .resolves({ VpcEndpointConnections: [{ ...described(), VpcEndpointState: written as never }] });

    await expect(readConnections(ec2, query([ENDPOINT_ID]))).resolves.toMatchObject([{ state }]);
  });

  it('takes the service’s region where EC2 names none, and does without a date and names', async () => {
    const { ec2, ec2Mock } = strictEc2();
    const { ServiceId, VpcEndpointId, VpcEndpointOwner } = described();
    ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand)
      .resolves({ VpcEndpointConnections: [{ ServiceId, VpcEndpointId, VpcEndpointOwner, DnsEntries: [{}] }] });

    const [connection] = await readConnections(ec2, query([ENDPOINT_ID], 'eu-west-1'));

    expect(connection).toMatchObject({ region: 'eu-west-1', dnsNames: [] });
    expect(connection).not.toHaveProperty('createdAt');
  });

  it.each(['ServiceId', 'VpcEndpointId', 'VpcEndpointOwner'] as const)('%s is missing - Malformed', async (field) => {
    const { ec2, ec2Mock } = strictEc2();
    const { [field]: _missing, ...rest } = described();
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: [rest] });

    await expect(readConnections(ec2, query([ENDPOINT_ID]))).rejects.toMatchObject({
      name: 'Malformed',
      fields: { item: rest },
    });
  });

  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['UnauthorizedOperation', 'Denied'],
    ['InvalidNextToken', 'InvalidNextToken'],
  ])('%s - thrown as %s', async (code, name) => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).rejects(awsError(code));

    await expect(readConnections(ec2, query([ENDPOINT_ID]))).rejects.toMatchObject({ name });
  });
});

describe('readConnections, where EC2 takes no endpoint ids', () => {
  const byService = { Filters: [{ Name: 'service-id', Values: [SERVICE_ID] }] };

  const refusing = (code: string) => {
    const world = strictEc2();
    world.ec2Mock
      .on(DescribeVpcEndpointConnectionsCommand, filter([ENDPOINT_ID]))
      .rejects(awsError(code))
      .on(DescribeVpcEndpointConnectionsCommand, byService)
      .resolves({ VpcEndpointConnections: [described({ VpcEndpointId: 'vpce-of-others' }), described()] });
    return world;
  };

  it.each(['InvalidFilter', 'InvalidParameterValue'])('%s - looks through the service’s connections', async (code) => {
    const { ec2, ec2Mock } = refusing(code);

    const connections = await readConnections(ec2, query([ENDPOINT_ID]));

    expect(connections.map(({ endpointId }) => endpointId)).toEqual([ENDPOINT_ID]);
    expect(callsOf(ec2Mock).map(([, input]) => input)).toEqual([filter([ENDPOINT_ID]), byService]);
  });

  it('does not try again what this EC2 refused', async () => {
    const { ec2, ec2Mock } = refusing('InvalidFilter');

    await readConnections(ec2, query([ENDPOINT_ID]));
    await readConnections(ec2, query([ENDPOINT_ID]));

    expect(callsOf(ec2Mock).map(([, input]) => input)).toEqual([filter([ENDPOINT_ID]), byService, byService]);
  });

  it('finds nothing where no service is named: without a filter EC2 would list them all', async () => {
    const { ec2, ec2Mock } = refusing('InvalidFilter');

    await expect(readConnections(ec2, { ...query([ENDPOINT_ID]), serviceIds: [] })).resolves.toEqual([]);
    expect(callsOf(ec2Mock)).toHaveLength(1);
  });
});
