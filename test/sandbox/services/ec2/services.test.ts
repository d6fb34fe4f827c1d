import { describe, expect, it } from 'vitest';
import { ec2World, failureOf, NLB, SECOND, STRANGER } from './support.ts';

const OTHER_NLB = NLB.replace('api', 'other');

describe('endpoint services', () => {
  it('are available at once, need acceptance and offer IPv4 unless told otherwise', async () => {
    const world = ec2World();
    const { ServiceConfiguration } = await world.provider('CreateVpcEndpointServiceConfiguration', {
      NetworkLoadBalancerArns: [NLB],
      TagSpecifications: [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'team', Value: 'data' }] }],
    });
    const id = ServiceConfiguration.ServiceId;
    expect(id).toMatch(/^vpce-svc-0[0-9a-f]{16}$/);
    expect(ServiceConfiguration).toMatchObject({
      ServiceName: `com.amazonaws.vpce.us-west-2.${id}`,
      ServiceState: 'Available',
      ServiceType: [{ ServiceType: 'Interface' }],
      AcceptanceRequired: true,
      NetworkLoadBalancerArns: [NLB],
      SupportedIpAddressTypes: ['ipv4'],
      BaseEndpointDnsNames: [`${id}.us-west-2.vpce.amazonaws.com`],
      RemoteAccessEnabled: false,
      Tags: [{ Key: 'team', Value: 'data' }],
    });
    const listed = await world.provider('DescribeVpcEndpointServiceConfigurations', { ServiceIds: [id] });
    expect(listed.ServiceConfigurations).toEqual([ServiceConfiguration]);
  });

  it.each([
    ['no load balancer', {}, 'InvalidParameter'],
    [
      'both kinds',
      { NetworkLoadBalancerArns: [NLB], GatewayLoadBalancerArns: [NLB.replace('/net/', '/gwy/')] },
      'InvalidParameter',
    ],
    ['no ARN', { NetworkLoadBalancerArns: ['api'] }, 'InvalidParameterValue'],
    [
      'a foreign address type',
      { NetworkLoadBalancerArns: [NLB], SupportedIpAddressTypes: ['ipv5'] },
      'InvalidParameterValue',
    ],
    ['no region', { NetworkLoadBalancerArns: [NLB], SupportedRegions: ['Europe'] }, 'InvalidParameterValue'],
    [
      'tags of another type',
      { NetworkLoadBalancerArns: [NLB], TagSpecifications: [{ ResourceType: 'vpc' }] },
      'InvalidParameterValue',
    ],
  ])('are refused with %s', async (_what, input, code) => {
    const world = ec2World();
    expect(await failureOf(world.provider('CreateVpcEndpointServiceConfiguration', input))).toMatch(
      new RegExp(`^${code}:`),
    );
    expect((await world.provider('DescribeVpcEndpointServiceConfigurations')).ServiceConfigurations).toEqual([]);
  });

  it('take Gateway Load Balancers, but nothing connects to those here', async () => {
    const world = ec2World();
    const gateway = NLB.replace('/net/', '/gwy/');
    const service = await world.service({ NetworkLoadBalancerArns: [], GatewayLoadBalancerArns: [gateway] });
    expect(await failureOf(world.endpoint(service.name))).toBe(
      'InvalidParameter: Endpoint type (Interface) does not match available service types ([GatewayLoadBalancer]).',
    );
    expect(await failureOf(world.endpoint(service.name, { VpcEndpointType: 'GatewayLoadBalancer' }))).toMatch(
      /^NotImplemented/,
    );
  });

  it('are known to their owner only', async () => {
    const world = ec2World();
    const { id } = await world.service();
    expect((await world.as(STRANGER, 'DescribeVpcEndpointServiceConfigurations')).ServiceConfigurations).toEqual([]);
    expect(
      await failureOf(world.as(STRANGER, 'DescribeVpcEndpointServiceConfigurations', { ServiceIds: [id] })),
    ).toMatch(/^InvalidVpcEndpointServiceId\.NotFound/);
    expect(await failureOf(world.as(STRANGER, 'ModifyVpcEndpointServiceConfiguration', { ServiceId: id }))).toMatch(
      /^InvalidVpcEndpointServiceId\.NotFound/,
    );
  });

  it('are changed: acceptance, load balancers, address types, private DNS name', async () => {
    const world = ec2World();
    const { id: ServiceId } = await world.service();
    const modify = (input: object) => world.provider('ModifyVpcEndpointServiceConfiguration', { ServiceId, ...input });
    expect(
      await modify({
        AcceptanceRequired: false,
        AddNetworkLoadBalancerArns: [OTHER_NLB],
        RemoveNetworkLoadBalancerArns: [NLB],
        AddSupportedIpAddressTypes: ['ipv6'],
        PrivateDnsName: 'api.example.com',
      }),
    ).toEqual({ Return: true });
    const read = async () =>
      (await world.provider('DescribeVpcEndpointServiceConfigurations', { ServiceIds: [ServiceId] }))
        .ServiceConfigurations[0];
    expect(await read()).toMatchObject({
      AcceptanceRequired: false,
      NetworkLoadBalancerArns: [OTHER_NLB],
      SupportedIpAddressTypes: ['ipv4', 'ipv6'],
      PrivateDnsName: 'api.example.com',
      PrivateDnsNameConfiguration: { State: 'pendingVerification', Type: 'TXT' },
    });
    await modify({ RemovePrivateDnsName: true });
    expect(await read()).not.toHaveProperty('PrivateDnsName');
    expect(await failureOf(modify({ RemoveNetworkLoadBalancerArns: [OTHER_NLB] }))).toMatch(/^InvalidParameter:/);
    expect(await failureOf(modify({ RemovePrivateDnsName: true, PrivateDnsName: 'x' }))).toMatch(
      /^InvalidParameterCombination/,
    );
  });

  it('keep their load balancers while endpoints are attached', async () => {
    const world = ec2World();
    const service = await world.service({ NetworkLoadBalancerArns: [NLB, OTHER_NLB] });
    await world.endpoint(service.name);
    expect(
      await failureOf(
        world.provider('ModifyVpcEndpointServiceConfiguration', {
          ServiceId: service.id,
          RemoveNetworkLoadBalancerArns: [NLB],
        }),
      ),
    ).toMatch(/^ExistingVpcEndpointConnections/);
  });

  it('cannot be deleted before their connections are rejected or gone', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    const remove = () => world.provider('DeleteVpcEndpointServiceConfigurations', { ServiceIds: [service.id] });
    expect(await remove()).toEqual({
      Unsuccessful: [
        {
          ResourceId: service.id,
          Error: {
            Code: 'ExistingVpcEndpointConnections',
            Message: 'Service has existing active VPC Endpoint connections!',
          },
        },
      ],
    });
    await world.provider('RejectVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    expect(await remove()).toEqual({ Unsuccessful: [] });

    const listed = async () => (await world.provider('DescribeVpcEndpointServiceConfigurations')).ServiceConfigurations;
    expect(await listed()).toMatchObject([{ ServiceState: 'Deleting' }]);
    expect(await failureOf(world.endpoint(service.name))).toMatch(/^InvalidServiceName/);
    await world.passes(10 * SECOND);
    expect(await listed()).toEqual([]);
    expect(await world.consumerSees(id)).toBe('rejected');
    expect(await world.providerSees(id)).toBeUndefined();
    expect((await remove()).Unsuccessful).toMatchObject([{ Error: { Code: 'InvalidVpcEndpointService.NotFound' } }]);
  });
});

describe('allow lists', () => {
  it('hold principals of every kind, each once', async () => {
    const world = ec2World();
    const { id: ServiceId } = await world.service({}, []);
    const kinds = {
      '*': 'All',
      'arn:aws:iam::222222222222:root': 'Account',
      'arn:aws:iam::222222222222:user/ada': 'User',
      'arn:aws:iam::222222222222:role/net': 'Role',
      'arn:aws:organizations::222222222222:ou/o-abc123/ou-ab12-cd34': 'OrganizationUnit',
      'cks.kms.us-west-2.amazonaws.com': 'Service',
    };
    const add = () =>
      world.provider('ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals: Object.keys(kinds) });
    const first = await add();
    expect(first).toMatchObject({ ReturnValue: true });
    expect(first.AddedPrincipals.map((one: { PrincipalType: string }) => one.PrincipalType)).toEqual(
      Object.values(kinds),
    );
    expect((await add()).AddedPrincipals).toEqual([]);
    const { AllowedPrincipals } = await world.provider('DescribeVpcEndpointServicePermissions', { ServiceId });
    expect(AllowedPrincipals.map((one: { Principal: string }) => one.Principal)).toEqual(Object.keys(kinds));
    expect(AllowedPrincipals[1]).toMatchObject({ ServiceId, PrincipalType: 'Account' });
    expect(AllowedPrincipals[1].ServicePermissionId).toMatch(/^vpce-svc-perm-[0-9a-f]{17}$/);
  });

  it('are filtered, paged and shortened', async () => {
    const world = ec2World();
    const accounts = Array.from({ length: 12 }, (_, n) => `arn:aws:iam::${String(n).padStart(12, '0')}:root`);
    const { id: ServiceId } = await world.service({}, [...accounts, '*']);
    const read = (input: object) => world.provider('DescribeVpcEndpointServicePermissions', { ServiceId, ...input });
    const all = await read({ Filters: [{ Name: 'principal-type', Values: ['All'] }] });
    expect(all.AllowedPrincipals).toMatchObject([{ Principal: '*' }]);
    const first = await read({ MaxResults: 10 });
    expect(first.AllowedPrincipals).toHaveLength(10);
    await world.provider('ModifyVpcEndpointServicePermissions', {
      ServiceId,
      RemoveAllowedPrincipals: [accounts[0], accounts[11]],
    });
    const rest = await read({ MaxResults: 10, NextToken: first.NextToken });
    expect(rest.AllowedPrincipals.map((one: { Principal: string }) => one.Principal)).toEqual([accounts[10], '*']);
    expect(rest.NextToken).toBeUndefined();
  });

  it.each(['222222222222', 'arn:aws:iam::222222222222:role/path/net', 'arn:aws:iam::22:root', ''])(
    'refuse %j, which is no ARN without a path',
    async (principal) => {
      const world = ec2World();
      const { id: ServiceId } = await world.service();
      expect(
        await failureOf(
          world.provider('ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals: [principal] }),
        ),
      ).toMatch(/^InvalidPrincipal/);
    },
  );

  it('need something to do, on a service of the caller', async () => {
    const world = ec2World();
    const { id: ServiceId } = await world.service();
    expect(await failureOf(world.provider('ModifyVpcEndpointServicePermissions', { ServiceId }))).toMatch(
      /^MissingParameter/,
    );
    expect(await failureOf(world.as(STRANGER, 'DescribeVpcEndpointServicePermissions', { ServiceId }))).toMatch(
      /^InvalidVpcEndpointServiceId\.NotFound/,
    );
  });
});
