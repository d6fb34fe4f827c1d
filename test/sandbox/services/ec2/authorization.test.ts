import { describe, expect, it } from 'vitest';
import type { Permission } from '../../../../sandbox/cloud.ts';
import { ec2World, failureOf, NLB, request, TOPIC } from './support.ts';

const ARN = 'arn:aws:ec2:us-west-2';
const TAGS = [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'team', Value: 'data' }] }];

/** A world that writes down what IAM is asked. */
const audited = async () => {
  const asked: Permission[] = [];
  const world = ec2World({}, { refuse: (_principal, permission) => void asked.push(permission) });
  const service = await world.service({ TagSpecifications: TAGS });
  const id = await world.endpoint(service.name);
  const askedOf = async (call: () => Promise<unknown>): Promise<string[]> => {
    asked.length = 0;
    await call();
    return asked.map(({ action, resource }) => `${action} ${resource}`);
  };
  return { world, service, id, asked, askedOf };
};

describe('what IAM is asked', () => {
  it('of a provider: the service, with its tags', async () => {
    const { world, service, id, asked, askedOf } = await audited();
    const on = `${ARN}:123456789012:vpc-endpoint-service/${service.id}`;
    const answer = { ServiceId: service.id, VpcEndpointIds: [id] };
    for (const [action, input] of [
      ['AcceptVpcEndpointConnections', answer],
      ['RejectVpcEndpointConnections', answer],
      ['ModifyVpcEndpointServicePermissions', { ServiceId: service.id, AddAllowedPrincipals: ['*'] }],
      ['ModifyVpcEndpointServiceConfiguration', { ServiceId: service.id, PrivateDnsName: 'api.example.com' }],
      ['StartVpcEndpointServicePrivateDnsVerification', { ServiceId: service.id }],
      [
        'CreateVpcEndpointConnectionNotification',
        { ServiceId: service.id, ConnectionNotificationArn: TOPIC, ConnectionEvents: ['Connect'] },
      ],
      ['CreateTags', { Resources: [service.id], Tags: [{ Key: 'a', Value: 'b' }] }],
      ['DeleteVpcEndpointServiceConfigurations', { ServiceIds: [service.id] }],
    ] as const) {
      expect(await askedOf(() => world.provider(action, input))).toEqual([`ec2:${action} ${on}`]);
      expect(asked[0]?.context).toMatchObject({
        'aws:ResourceTag/team': 'data',
        'ec2:ResourceTag/team': 'data',
        'ec2:Region': 'us-west-2',
      });
    }
  });

  it('of a Describe: everything', async () => {
    const { world, service, askedOf } = await audited();
    for (const [action, input] of [
      ['DescribeVpcEndpointConnections', {}],
      ['DescribeVpcEndpointServiceConfigurations', {}],
      ['DescribeVpcEndpointServicePermissions', { ServiceId: service.id }],
      ['DescribeVpcEndpointConnectionNotifications', {}],
      ['DescribeVpcEndpointServices', {}],
      ['DescribeVpcEndpoints', {}],
      ['DescribeTags', {}],
    ] as const) {
      expect(await askedOf(() => world.provider(action, input))).toEqual([`ec2:${action} *`]);
    }
  });

  it('of a consumer: the endpoint to be, its VPC and subnets, and the tags it gives', async () => {
    const { world, service, id, asked, askedOf } = await audited();
    const created = await askedOf(() =>
      world.consumer(
        'CreateVpcEndpoint',
        request(service.name, {
          TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'env', Value: 'prod' }] }],
        }),
      ),
    );
    expect(created).toEqual([
      `ec2:CreateVpcEndpoint ${ARN}:222222222222:vpc-endpoint/*`,
      `ec2:CreateVpcEndpoint ${ARN}:222222222222:vpc/vpc-0123456789abcdef0`,
      `ec2:CreateVpcEndpoint ${ARN}:222222222222:subnet/subnet-0123456789abcdef0`,
      `ec2:CreateTags ${ARN}:222222222222:vpc-endpoint/*`,
    ]);
    expect(asked[0]?.context).toMatchObject({
      'ec2:VpceServiceName': service.name,
      'ec2:VpceServiceOwner': '123456789012',
      'aws:RequestTag/env': 'prod',
      'aws:TagKeys': ['env'],
    });
    expect(asked[3]?.context).toMatchObject({ 'ec2:CreateAction': 'CreateVpcEndpoint' });
    expect(await askedOf(() => world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] }))).toEqual([
      `ec2:DeleteVpcEndpoints ${ARN}:222222222222:vpc-endpoint/${id}`,
    ]);
  });
});

describe('a refusal', () => {
  it('is worded as EC2 words it, and nothing happens', async () => {
    const world = ec2World({}, { refuse: () => 'No identity-based policy allows it.' });
    const call = world.provider('CreateVpcEndpointServiceConfiguration', { NetworkLoadBalancerArns: [NLB] });
    await expect(call).rejects.toMatchObject({
      code: 'UnauthorizedOperation',
      status: 403,
      message: 'You are not authorized to perform this operation. No identity-based policy allows it.',
    });
  });

  it('comes before what does not exist, and after what is malformed', async () => {
    const world = ec2World({}, { refuse: () => 'No.' });
    const accept = (ServiceId: string) =>
      failureOf(world.provider('AcceptVpcEndpointConnections', { ServiceId, VpcEndpointIds: ['vpce-01234567'] }));
    expect(await accept('vpce-svc-01234567')).toMatch(/^UnauthorizedOperation/);
    expect(await accept('vpce-svc-1')).toMatch(/Malformed/);
  });
});

describe('a dry run', () => {
  it('says whether it would be permitted and does nothing', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    const dry = { ServiceId: service.id, VpcEndpointIds: [id], DryRun: true };
    await expect(world.provider('AcceptVpcEndpointConnections', dry)).rejects.toMatchObject({
      code: 'DryRunOperation',
      status: 412,
      message: 'Request would have succeeded, but DryRun flag is set.',
    });
    expect(await failureOf(world.endpoint(service.name, { DryRun: true }))).toMatch(/^DryRunOperation/);
    expect(await failureOf(world.provider('DescribeVpcEndpointConnections', { DryRun: true }))).toMatch(
      /^DryRunOperation/,
    );
    expect(await world.providerSees(id)).toBe('pendingAcceptance');
    expect((await world.consumer('DescribeVpcEndpoints')).VpcEndpoints).toHaveLength(1);
  });
});

describe('what is not modelled', () => {
  it.each(['DescribeVpcs', 'DescribeSubnets', 'ModifyVpcEndpoint'])('%s is refused by name', async (action) => {
    await expect(ec2World().provider(action)).rejects.toMatchObject({ code: 'NotImplemented', status: 501 });
  });
});
