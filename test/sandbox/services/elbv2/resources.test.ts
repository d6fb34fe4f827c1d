import {
  AddTagsCommand,
  CreateListenerCommand,
  type CreateListenerInput,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  paginateDescribeTargetGroups,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { elbWorld, failureOf, QUICK } from './support.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012';

describe('load balancers', () => {
  it('one that is made - has an ARN and a DNS name, is found by both names, and goes', async () => {
    const { loadBalancer, client, clock } = elbWorld();
    const arn = await loadBalancer({ Scheme: 'internal', SecurityGroups: ['sg-1'] });
    expect(arn).toMatch(new RegExp(`^${ARN}:loadbalancer/net/nlb/[0-9a-f]{16}$`));
    for (const by of [{ LoadBalancerArns: [arn] }, { Names: ['nlb'] }, {}]) {
      const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand(by));
      expect(LoadBalancers).toEqual([
        expect.objectContaining({
          LoadBalancerArn: arn,
          DNSName: `nlb-${arn.split('/').at(-1)}.elb.us-west-2.amazonaws.com`,
          CreatedTime: new Date(clock.now()),
          Scheme: 'internal',
          State: { Code: 'active' },
          SecurityGroups: ['sg-1'],
        }),
      ]);
    }
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    expect(await failureOf(client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })))).toBe(
      `LoadBalancerNotFoundException: Load balancer '${arn}' not found`,
    );
  });

  it('the same again - the same; another of its name - refused', async () => {
    const { loadBalancer } = elbWorld();
    expect(await loadBalancer()).toBe(await loadBalancer());
    expect(await failureOf(loadBalancer({ Scheme: 'internal' }))).toBe(
      "DuplicateLoadBalancerNameException: A load balancer with the same name 'nlb' exists, but with different settings",
    );
  });

  it.each([
    [{ Name: 'a_b' }, 'can only contain characters that are alphanumeric characters and hyphens(-)'],
    [{ Name: 'n'.repeat(33) }, "cannot be longer than '32' characters"],
    [{ Name: '-n' }, "cannot begin or end with '-'"],
    [{ Name: 'internal-n' }, "cannot begin with 'internal-'"],
    [{ Scheme: 'public' as 'internal' }, "Value 'public' at 'scheme' failed to satisfy constraint"],
    [{ IpAddressType: 'ipv6' as 'ipv4' }, 'Member must satisfy enum value set: [ipv4, dualstack]'],
    [{ SubnetMappings: [{ SubnetId: 's' }] }, 'cannot be specified at the same time'],
    [{ Subnets: [] }, 'At least one subnet must be specified'],
    [{ Type: 'application' as const }, 'The sandbox does not model load balancers of the type application'],
  ])('%o - refused', async (input, said) => {
    const { loadBalancer } = elbWorld();
    expect(await failureOf(loadBalancer(input))).toContain(said);
  });

  it('attributes - their defaults, what is set, and protection that holds', async () => {
    const { loadBalancer, client } = elbWorld();
    const LoadBalancerArn = await loadBalancer();
    const set = (Key: string, Value: string) =>
      client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key, Value }] }));
    await set('deletion_protection.enabled', 'true');
    const { Attributes } = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
    expect(Attributes).toContainEqual({ Key: 'deletion_protection.enabled', Value: 'true' });
    expect(Attributes).toContainEqual({ Key: 'load_balancing.cross_zone.enabled', Value: 'false' });
    expect(await failureOf(set('idle_timeout.timeout_seconds', '5'))).toBe(
      "ValidationError: Load balancer attribute key 'idle_timeout.timeout_seconds' is not recognized",
    );
    const gone = () => client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    expect(await failureOf(gone())).toBe(
      `OperationNotPermittedException: Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
    );
    await set('deletion_protection.enabled', 'false');
    await gone();
  });
});

describe('target groups', () => {
  it('one with nothing said of health - the defaults of network load balancers', async () => {
    const { client } = elbWorld();
    const made = await client.send(
      new CreateTargetGroupCommand({ Name: 't', Protocol: 'TCP', Port: 5432, VpcId: 'vpc-1', TargetType: 'ip' }),
    );
    expect(made.TargetGroups).toEqual([
      {
        TargetGroupArn: expect.stringMatching(new RegExp(`^${ARN}:targetgroup/t/[0-9a-f]{16}$`)),
        TargetGroupName: 't',
        Protocol: 'TCP',
        Port: 5432,
        VpcId: 'vpc-1',
        TargetType: 'ip',
        IpAddressType: 'ipv4',
        HealthCheckEnabled: true,
        HealthCheckProtocol: 'TCP',
        HealthCheckPort: 'traffic-port',
        HealthCheckIntervalSeconds: 30,
        HealthCheckTimeoutSeconds: 10,
        HealthyThresholdCount: 5,
        UnhealthyThresholdCount: 2,
        LoadBalancerArns: [],
      },
    ]);
  });

  it('health checks of HTTP - with a path, until they are of TCP again', async () => {
    const { group, client } = elbWorld();
    const TargetGroupArn = await group({ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/ok' });
    const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ Names: ['targets'] }));
    expect(TargetGroups?.[0]).toMatchObject({ HealthCheckPath: '/ok', Matcher: { HttpCode: '200-399' } });
    const modified = await client.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckProtocol: 'TCP' }));
    expect(modified.TargetGroups?.[0]).not.toHaveProperty('HealthCheckPath');
  });

  it.each([
    [{ IpAddressType: 'dualstack' as 'ipv4' }, 'Member must satisfy enum value set: [ipv4, ipv6]'],
    [{ VpcId: undefined }, 'A VPC ID must be specified'],
    [{ Port: undefined }, 'A port must be specified'],
    [{ Protocol: undefined }, 'A protocol must be specified'],
    [{ Protocol: 'HTTP' as const }, 'The sandbox does not model target groups of the protocol HTTP'],
    [{ TargetType: 'alb' as const }, 'The sandbox does not model target groups of the type alb'],
    [{ HealthCheckIntervalSeconds: 4 }, "Health check interval must be a value between '5' and '300' inclusive"],
    [{ HealthyThresholdCount: 11 }, "Healthy threshold count must be a value between '2' and '10' inclusive"],
    [{ HealthCheckEnabled: false }, 'Health check enabled must be true'],
    [{ HealthCheckProtocol: 'UDP' as const }, "Health check protocol 'UDP' must be one of 'HTTP, HTTPS, TCP'"],
    [{ HealthCheckPort: '0' }, "Health check port '0' must be 'traffic-port' or a port"],
  ])('%o - refused', async (input, said) => {
    const { group } = elbWorld();
    expect(await failureOf(group(input))).toContain(said);
  });

  it('the same again - the same; another of its name - refused', async () => {
    const { group } = elbWorld();
    expect(await group()).toBe(await group());
    expect(await failureOf(group({ Port: 1 }))).toBe(
      "DuplicateTargetGroupNameException: A target group with the same name 'targets' exists, but with different settings",
    );
  });

  it('pages - as long as asked for, or as the world has them', async () => {
    const { group, client } = elbWorld({ defaultPage: 2 });
    for (let index = 0; index < 5; index += 1) await group({ Name: `t${index}` });
    const pages: number[] = [];
    const names: (string | undefined)[] = [];
    for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client }, {})) {
      pages.push(TargetGroups.length);
      names.push(...TargetGroups.map(({ TargetGroupName }) => TargetGroupName));
    }
    expect(pages).toEqual([2, 2, 1]);
    expect(names).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect((await client.send(new DescribeTargetGroupsCommand({ PageSize: 5 }))).NextMarker).toBeUndefined();
    expect(await failureOf(client.send(new DescribeTargetGroupsCommand({ PageSize: 401 })))).toBe(
      "ValidationError: Page size must be a value between '1' and '400' inclusive",
    );
    expect(await failureOf(client.send(new DescribeTargetGroupsCommand({ Marker: 'x' })))).toBe(
      "ValidationError: The marker 'x' is not valid",
    );
  });

  it('by load balancer - those that it forwards to; by two ways at once - refused', async () => {
    const { inUse, group, client } = elbWorld();
    const used = await inUse();
    await group({ Name: 'other' });
    const [balancer] = (await client.send(new DescribeLoadBalancersCommand({}))).LoadBalancers ?? [];
    const LoadBalancerArn = balancer?.LoadBalancerArn;
    const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }));
    expect(TargetGroups).toEqual([
      expect.objectContaining({ TargetGroupArn: used, LoadBalancerArns: [LoadBalancerArn] }),
    ]);
    expect(await failureOf(client.send(new DescribeTargetGroupsCommand({ LoadBalancerArn, Names: ['x'] })))).toContain(
      'Only one of',
    );
    expect(await failureOf(client.send(new DescribeTargetGroupsCommand({ Names: ['x'] })))).toBe(
      "TargetGroupNotFoundException: Target groups 'x' not found",
    );
  });

  it('attributes - as AWS has them for TCP and for UDP', async () => {
    const { group, client } = elbWorld();
    const attributesOf = async (TargetGroupArn: string) => {
      const { Attributes = [] } = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
      return Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]));
    };
    expect(await attributesOf(await group())).toMatchObject({
      'deregistration_delay.timeout_seconds': '300',
      'deregistration_delay.connection_termination.enabled': 'false',
      'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
      'preserve_client_ip.enabled': 'false',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    });
    expect(await attributesOf(await group({ Name: 'udp', Protocol: 'UDP' }))).toMatchObject({
      'deregistration_delay.connection_termination.enabled': 'true',
      'preserve_client_ip.enabled': 'true',
    });
  });

  it.each([
    [['deregistration_delay.timeout_seconds', '3601'], "must be a value between '0' and '3600' inclusive"],
    [['preserve_client_ip.enabled', 'yes'], "must be one of: 'true', 'false'"],
    [['slow_start.duration_seconds', '30'], 'is not recognized'],
  ])('the attribute %o - refused, with the others of the call', async ([Key, Value], said) => {
    const { group, client } = elbWorld();
    const TargetGroupArn = await group();
    const Attributes = [
      { Key: 'stickiness.enabled', Value: 'true' },
      { Key, Value },
    ];
    const call = client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    expect(await failureOf(call)).toContain(said);
    const now = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
    expect(now.Attributes).toContainEqual({ Key: 'stickiness.enabled', Value: 'false' });
  });
});

describe('listeners', () => {
  it('one that is made - is listed, moved to another group, and goes with its load balancer', async () => {
    const { loadBalancer, group, listener, register, health, client } = elbWorld(QUICK);
    const [LoadBalancerArn, blue, green] = [await loadBalancer(), await group(), await group({ Name: 'green' })];
    const ListenerArn = await listener(LoadBalancerArn, blue);
    expect(ListenerArn).toMatch(new RegExp(`^${ARN}:listener/net/nlb/[0-9a-f]{16}/[0-9a-f]{16}$`));
    expect(await listener(LoadBalancerArn, blue)).toBe(ListenerArn);
    await register(blue, '10.0.0.1');
    await register(green, '10.0.0.1');
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups: [{ TargetGroupArn: green }] } }];
    await client.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }));
    expect(await health(blue)).toEqual(['10.0.0.1:5432 unused Target.NotInUse']);
    expect(await health(green)).toEqual(['10.0.0.1:5432 initial Elb.RegistrationInProgress']);
    for (const by of [{ LoadBalancerArn }, { ListenerArns: [ListenerArn] }]) {
      const { Listeners } = await client.send(new DescribeListenersCommand(by));
      expect(Listeners).toEqual([{ ListenerArn, LoadBalancerArn, Port: 5432, Protocol: 'TCP', DefaultActions }]);
    }
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    expect(await health(green)).toEqual(['10.0.0.1:5432 unused Target.NotInUse']);
    expect(await failureOf(client.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] })))).toBe(
      `ListenerNotFoundException: Listener '${ListenerArn}' not found`,
    );
  });

  it('a port twice, a group of another load balancer, other protocols, too many - refused', async () => {
    const { loadBalancer, group, listener, client } = elbWorld({ limits: { listenersPerLoadBalancer: 1 } });
    const [LoadBalancerArn, TargetGroupArn] = [await loadBalancer(), await group()];
    await listener(LoadBalancerArn, TargetGroupArn);
    const other = await loadBalancer({ Name: 'other' });
    const spare = await group({ Name: 'spare' });
    const udp = await group({ Name: 'udp', Protocol: 'UDP' });
    expect(await failureOf(listener(LoadBalancerArn, spare))).toContain('DuplicateListenerException');
    expect(await failureOf(listener(LoadBalancerArn, spare, 1))).toContain('TooManyListenersException');
    expect(await failureOf(listener(other, TargetGroupArn))).toBe(
      `TargetGroupAssociationLimitException: The following target groups cannot be associated with more than one load balancer: ${TargetGroupArn}`,
    );
    expect(await failureOf(listener(other, udp))).toContain('IncompatibleProtocolsException');
    const make = (input: Partial<CreateListenerInput>) =>
      client.send(
        new CreateListenerCommand({ LoadBalancerArn: other, Port: 1, Protocol: 'TCP', DefaultActions: [], ...input }),
      );
    expect(await failureOf(make({ DefaultActions: [{ Type: 'redirect' }] }))).toContain('InvalidLoadBalancerAction');
    expect(await failureOf(make({ DefaultActions: [{ Type: 'forward' }] }))).toContain('A target group ARN must be');
    expect(await failureOf(make({}))).toContain('Exactly one default action');
    expect(await failureOf(make({ Port: undefined }))).toContain('A listener port must be specified');
    expect(await failureOf(make({ Protocol: 'HTTP' }))).toContain('UnsupportedProtocolException');
    expect(await failureOf(client.send(new DescribeListenersCommand({})))).toContain('You must specify either');
  });
});

describe('tags', () => {
  it('given at creation, added, removed - each resource has its own', async () => {
    const { loadBalancer, group, listener, client } = elbWorld();
    const balancer = await loadBalancer({ Tags: [{ Key: 'team', Value: 'data' }] });
    const targets = await group();
    const ListenerArn = await listener(balancer, targets);
    await client.send(
      new AddTagsCommand({ ResourceArns: [balancer, targets, ListenerArn], Tags: [{ Key: 'env', Value: 'prod' }] }),
    );
    await client.send(new RemoveTagsCommand({ ResourceArns: [balancer], TagKeys: ['team'] }));
    const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns: [balancer, targets] }));
    const Tags = [{ Key: 'env', Value: 'prod' }];
    expect(TagDescriptions).toEqual([
      { ResourceArn: balancer, Tags },
      { ResourceArn: targets, Tags },
    ]);
  });

  it('a key twice, a reserved one, too many - refused', async () => {
    const { group, client } = elbWorld();
    const add = async (...keys: readonly string[]) =>
      client.send(
        new AddTagsCommand({ ResourceArns: [await group()], Tags: keys.map((Key) => ({ Key, Value: 'v' })) }),
      );
    expect(await failureOf(add('a', 'a'))).toContain('DuplicateTagKeysException');
    expect(await failureOf(add('aws:a'))).toContain("it begins with 'aws:'");
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
    await add(...keys);
    expect(await failureOf(add('one-more'))).toContain('TooManyTagsException');
    expect(await failureOf(client.send(new DescribeTagsCommand({ ResourceArns: [] })))).toContain('ValidationError');
  });
});
