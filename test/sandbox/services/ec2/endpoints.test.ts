import { describe, expect, it } from 'vitest';
import { CONSUMER, ec2World, failureOf, MINUTE, request } from './support.ts';

describe('creating an endpoint', () => {
  it.each([
    ['no VPC', { VpcId: undefined }, 'MissingParameter'],
    ['a VPC of another shape', { VpcId: 'vpc-1' }, 'InvalidVpcID.Malformed'],
    ['a subnet of another shape', { SubnetIds: ['subnet-xyz'] }, 'InvalidSubnetID.Malformed'],
    ['a group of another shape', { SecurityGroupIds: ['default'] }, 'InvalidGroupId.Malformed'],
    ['no type, which means Gateway', { VpcEndpointType: undefined }, 'InvalidParameter'],
    ['a foreign address type', { IpAddressType: 'ipv5' }, 'InvalidParameterValue'],
    ['an address type that the service lacks', { IpAddressType: 'dualstack' }, 'InvalidParameter'],
    ['private DNS that the service lacks', { PrivateDnsEnabled: true }, 'InvalidParameter'],
    ['a service of another region', { ServiceRegion: 'eu-west-1' }, 'InvalidServiceName'],
  ])('is refused with %s', async (_what, input, code) => {
    const world = ec2World();
    const service = await world.service();
    const call = world.consumer('CreateVpcEndpoint', request(service.name, input));
    expect(await failureOf(call)).toMatch(new RegExp(`^${code.replace('.', '\\.')}:`));
    expect((await world.consumer('DescribeVpcEndpoints')).VpcEndpoints).toEqual([]);
  });

  it('answers with the endpoint as it begins', async () => {
    const world = ec2World();
    const service = await world.service({ SupportedIpAddressTypes: ['ipv4', 'ipv6'] });
    const { VpcEndpoint } = await world.consumer(
      'CreateVpcEndpoint',
      request(service.name, {
        IpAddressType: 'dualstack',
        SecurityGroupIds: ['sg-01234567'],
        TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'env', Value: 'prod' }] }],
      }),
    );
    expect(VpcEndpoint).toMatchObject({
      VpcEndpointType: 'Interface',
      ServiceName: service.name,
      State: 'pendingAcceptance',
      SubnetIds: ['subnet-0123456789abcdef0'],
      Groups: [{ GroupId: 'sg-01234567' }],
      IpAddressType: 'dualstack',
      NetworkInterfaceIds: [],
      OwnerId: CONSUMER.accountId,
      ServiceRegion: 'us-west-2',
      Tags: [{ Key: 'env', Value: 'prod' }],
    });
    expect(VpcEndpoint.VpcEndpointId).toMatch(/^vpce-0[0-9a-f]{16}$/);
    expect(VpcEndpoint.DnsEntries[0].DnsName).toMatch(
      new RegExp(`^${VpcEndpoint.VpcEndpointId}-[0-9a-f]{8}\\.${service.id}\\.us-west-2\\.vpce\\.amazonaws\\.com$`),
    );
  });

  it('happens once for each client token', async () => {
    const world = ec2World();
    const service = await world.service();
    const create = (input: object) =>
      world.consumer('CreateVpcEndpoint', { ...input, ...request(service.name), ClientToken: 't1' });
    const first = await create({});
    const { SubnetIds, ...reordered } = request(service.name) as { SubnetIds: string[] };
    const again = await world.consumer('CreateVpcEndpoint', { SubnetIds, ClientToken: 't1', ...reordered });
    expect(again).toEqual(first);
    expect(first.ClientToken).toBe('t1');
    expect(await failureOf(create({ PolicyDocument: '{}' }))).toMatch(/^IdempotentParameterMismatch/);
    expect((await world.consumer('DescribeVpcEndpoints')).VpcEndpoints).toHaveLength(1);
  });

  it('is a connection of the account that asks, a token being the account’s own', async () => {
    const world = ec2World();
    const service = await world.service();
    const mine = await world.endpoint(service.name, { ClientToken: 't1' });
    const made = await world.provider('CreateVpcEndpoint', request(service.name, { ClientToken: 't1' }));
    expect(made.VpcEndpoint.VpcEndpointId).not.toBe(mine);
  });
});

describe('deleting endpoints', () => {
  it('names the unknown and the deleted in Unsuccessful', async () => {
    const world = ec2World();
    const service = await world.service();
    const gone = await world.endpoint(service.name);
    await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [gone] });
    await world.passes(45_000);
    expect(await world.consumerSees(gone)).toBe('deleted');
    const id = await world.endpoint(service.name);
    const { Unsuccessful } = await world.consumer('DeleteVpcEndpoints', {
      VpcEndpointIds: ['vpce-01234567', id, gone],
    });
    expect(Unsuccessful).toMatchObject([
      { ResourceId: 'vpce-01234567', Error: { Code: 'InvalidVpcEndpoint.NotFound' } },
      { ResourceId: gone, Error: { Code: 'InvalidVpcEndpoint.NotFound' } },
    ]);
    expect(await world.consumerSees(id)).toBe('deleting');
  });
});

describe('a consumer in another region', () => {
  const inEurope = { regionOf: () => 'eu-west-1' } as const;

  it('reaches a service that supports its region and names the service’s', async () => {
    const world = ec2World(inEurope);
    const service = await world.service({ SupportedRegions: ['eu-west-1', 'us-west-2'] });
    expect(await failureOf(world.endpoint(service.name))).toMatch(/^InvalidServiceName/);
    const id = await world.endpoint(service.name, { ServiceRegion: 'us-west-2' });
    const { VpcEndpointConnections } = await world.provider('DescribeVpcEndpointConnections', {
      Filters: [{ Name: 'vpc-endpoint-region', Values: ['cross-region'] }],
    });
    expect(VpcEndpointConnections).toMatchObject([{ VpcEndpointId: id, VpcEndpointRegion: 'eu-west-1' }]);
    expect((await world.consumer('DescribeVpcEndpointServices')).ServiceNames).toEqual([]);
    expect(
      (await world.consumer('DescribeVpcEndpointServices', { ServiceRegions: ['us-west-2'] })).ServiceNames,
    ).toEqual([service.name]);
  });

  it('does not reach one that does not support it, or does not any more', async () => {
    const world = ec2World(inEurope);
    const service = await world.service({ SupportedRegions: ['eu-west-1'] });
    const modify = (input: object) =>
      world.provider('ModifyVpcEndpointServiceConfiguration', { ServiceId: service.id, ...input });
    await modify({ RemoveSupportedRegions: ['eu-west-1'] });
    expect(await failureOf(world.endpoint(service.name, { ServiceRegion: 'us-west-2' }))).toMatch(
      /^InvalidServiceName/,
    );
    const { ServiceConfigurations } = await world.provider('DescribeVpcEndpointServiceConfigurations');
    expect(ServiceConfigurations[0]).toMatchObject({
      SupportedRegions: [{ Region: 'eu-west-1', ServiceState: 'Closed' }],
      RemoteAccessEnabled: false,
    });
    expect(await failureOf(modify({ RemoveSupportedRegions: ['eu-west-1'] }))).toBe(
      'InvalidParameter: Cannot remove region eu-west-1',
    );
    await modify({ AddSupportedRegions: ['eu-west-1'] });
    expect(await world.endpoint(service.name, { ServiceRegion: 'us-west-2' })).toMatch(/^vpce-/);
  });
});

describe('an account that works in two regions', () => {
  it('finds and deletes its endpoints where it made them', async () => {
    let region = 'us-west-2';
    const world = ec2World({ regionOf: () => region });
    const service = await world.service({ SupportedRegions: ['eu-west-1'] });
    const id = await world.endpoint(service.name);
    region = 'eu-west-1';
    const remove = () => world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] });
    expect(await world.consumerSees(id)).toBeUndefined();
    expect((await remove()).Unsuccessful).toHaveLength(1);
    region = 'us-west-2';
    expect(await world.consumerSees(id)).toBe('pendingAcceptance');
    expect(await remove()).toEqual({ Unsuccessful: [] });
  });
});

describe('an endpoint’s network interfaces', () => {
  it('show once the connection is accepted', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(MINUTE);
    const { VpcEndpoints } = await world.consumer('DescribeVpcEndpoints', { VpcEndpointIds: [id] });
    expect(VpcEndpoints[0].NetworkInterfaceIds).toHaveLength(1);
  });
});
