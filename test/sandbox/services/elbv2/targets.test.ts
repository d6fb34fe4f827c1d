import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateListenerCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { elbWorld, failureOf, MINUTE, outcomeOf, QUICK, SECOND } from './support.ts';

const addresses = (count: number, third = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `10.0.${third}.${index + 1}`);

describe('registering targets', () => {
  it('twice the same - as once; another port - another target', async () => {
    const { inUse, register, health, passes, journal } = elbWorld(QUICK);
    const group = await inUse();
    await register(group, '10.0.0.1');
    await passes(11 * SECOND);
    const states = journal.entries.length;
    await register(group, '10.0.0.1', { Id: '10.0.0.1', Port: 5432 });
    expect(journal.entries.slice(states).map(({ kind }) => kind)).toEqual(['call']);
    await register(group, { Id: '10.0.0.1', Port: 5433 });
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy', '10.0.0.1:5433 initial Elb.RegistrationInProgress']);
  });

  it.each<[name: string, target: TargetDescription, said: string]>([
    ['no address', { Id: 'db.example' }, "The IP address 'db.example' is not a valid IPv4 address"],
    ['the other family', { Id: 'fd00::1' }, "The IP address 'fd00::1' is not a valid IPv4 address"],
    [
      'a public address',
      { Id: '8.8.8.8', AvailabilityZone: 'all' },
      "The IP address '8.8.8.8' is publicly routable: it must be in the VPC or in a private range",
    ],
    [
      'outside the VPC, without a zone',
      { Id: '192.168.0.1' },
      "The Availability Zone is required for IP address '192.168.0.1' because it is not in the VPC",
    ],
    [
      'in the VPC, with all zones',
      { Id: '10.0.1.1', AvailabilityZone: 'all' },
      "The IP address '10.0.1.1' is within the VPC, and cannot have its Availability Zone overridden to 'all' from 'us-west-2b'",
    ],
    ['no port', { Id: '10.0.1.1', Port: 70_000 }, "The port '70000' must be between '1' and '65535'"],
  ])('%s - refused, with everything else of the call', async (_, target, said) => {
    const { inUse, register, health } = elbWorld();
    const group = await inUse();
    expect(await failureOf(register(group, '10.0.0.1', target))).toBe(`ValidationError: ${said}`);
    expect(await health(group)).toEqual([]);
  });

  it('none - refused', async () => {
    const { inUse, register } = elbWorld();
    const group = await inUse();
    expect(await failureOf(register(group))).toBe('ValidationError: At least one target must be specified');
  });

  it('IPv6 - in a group for it, and no IPv4', async () => {
    const { inUse, register, health } = elbWorld();
    const group = await inUse({ IpAddressType: 'ipv6' });
    await register(group, 'fd00::1');
    expect(await health(group)).toEqual(['fd00::1:5432 initial Elb.RegistrationInProgress']);
    expect(await failureOf(register(group, '10.0.0.1'))).toContain('is not a valid IPv6 address');
    expect(await failureOf(register(group, '2600::1'))).toContain('publicly routable');
  });

  it('instances - by their ids, without zones', async () => {
    const { inUse, register, health } = elbWorld();
    const group = await inUse({ TargetType: 'instance' });
    await register(group, 'i-0123456789abcdef0');
    expect(await health(group)).toEqual(['i-0123456789abcdef0:5432 initial Elb.RegistrationInProgress']);
    expect(await failureOf(register(group, '10.0.0.1'))).toBe("ValidationError: Instance ID '10.0.0.1' is not valid");
    expect(await failureOf(register(group, { Id: 'i-0123456789abcdef0', AvailabilityZone: 'all' }))).toContain(
      'An Availability Zone cannot be specified',
    );
  });

  it('zones - as detected in the VPC, as given outside it', async () => {
    const zoneOf = (address: string, vpcId: string) =>
      vpcId === 'vpc-1' && address.startsWith('54.') ? 'us-west-2c' : undefined;
    const { inUse, register, client } = elbWorld({ zoneOf });
    const TargetGroupArn = await inUse();
    // A VPC may have public ranges.
    await register(TargetGroupArn, '54.0.0.1', { Id: '10.0.0.1', AvailabilityZone: 'us-west-2a' });
    await register(TargetGroupArn, { Id: '192.168.0.1', AvailabilityZone: 'all' });
    const seen = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn, Include: ['All'] }));
    expect(seen.TargetHealthDescriptions?.map(({ Target }) => Target)).toEqual([
      { Id: '54.0.0.1', Port: 5432, AvailabilityZone: 'us-west-2c' },
      { Id: '10.0.0.1', Port: 5432, AvailabilityZone: 'us-west-2a' },
      { Id: '192.168.0.1', Port: 5432, AvailabilityZone: 'all' },
    ]);
  });

  it('a zone that is overridden - what was detected, where AWS is so kind', async () => {
    const { inUse, register, targets } = elbWorld({ uncertain: { zoneOverride: 'detected' } });
    const group = await inUse();
    await register(group, { Id: '10.0.1.1', AvailabilityZone: 'all' });
    expect(targets.registered(group)).toMatchObject([{ id: '10.0.1.1', port: 5432, zone: 'us-west-2b' }]);
  });

  it('a group of another account - not found', async () => {
    const { inUse, register, clientOf } = elbWorld();
    const group = await inUse();
    await register(group, '10.0.0.1');
    const stranger = clientOf('222222222222').send(new DescribeTargetHealthCommand({ TargetGroupArn: group }));
    expect(await failureOf(stranger)).toBe(`TargetGroupNotFoundException: Target groups '${group}' not found`);
    expect(await failureOf(register('targets', '10.0.0.1'))).toBe(
      "ValidationError: 'targets' is not a valid target group ARN",
    );
  });
});

describe('deregistering targets', () => {
  describe.each<[name: string, target: TargetDescription]>([
    ['another address', { Id: '10.0.0.2' }],
    ['the group’s port, where the target has its own', { Id: '10.0.0.1' }],
    ['another zone', { Id: '10.0.0.1', Port: 6000, AvailabilityZone: 'all' }],
  ])('%s', (_, target) => {
    const error = `InvalidTargetException: The target '${target.Id}:${target.Port ?? 5432}' is not registered with the target group`;

    it.each([
      [null, 'the others of the call go', 'done', '10.0.0.1:6000 draining Target.DeregistrationInProgress'],
      ['InvalidTarget' as const, 'nothing of the call is done', error, '10.0.0.1:6000 healthy'],
    ])('%s - %s', async (unknownTarget, __, said, left) => {
      const { inUse, register, deregister, health, passes } = elbWorld({ ...QUICK, uncertain: { unknownTarget } });
      const group = await inUse();
      await register(group, { Id: '10.0.0.1', Port: 6000 });
      await passes(11 * SECOND);
      expect(await outcomeOf(deregister(group, { Id: '10.0.0.1', Port: 6000 }, target))).toBe(said);
      expect(await health(group)).toEqual([left]);
    });
  });

  it('one that drains already - goes on as before', async () => {
    const { inUse, register, deregister, health, passes } = elbWorld({
      ...QUICK,
      uncertain: { unknownTarget: 'InvalidTarget' },
    });
    const group = await inUse();
    await register(group, '10.0.0.1');
    await deregister(group, '10.0.0.1');
    await passes(4 * MINUTE);
    await deregister(group, { Id: '10.0.0.1', AvailabilityZone: 'us-west-2a' });
    await passes(MINUTE);
    expect(await health(group)).toEqual([]);
  });
});

describe('quotas of targets', () => {
  it('of a group - what is registered already counts once', async () => {
    const { inUse, register, health } = elbWorld({ limits: { targetsPerGroup: 3 } });
    const group = await inUse();
    await register(group, ...addresses(2));
    expect(await failureOf(register(group, ...addresses(4)))).toBe(
      `TooManyTargetsException: The maximum number of targets per target group '3' has been reached on target group '${group}'`,
    );
    expect(await health(group)).toHaveLength(2);
    await register(group, ...addresses(3));
    expect(await health(group)).toHaveLength(3);
  });

  it('of a zone - where connections stay in theirs', async () => {
    const { inUse, register } = elbWorld({ limits: { targetsPerZone: 2, targetsCrossZone: 3 } });
    const group = await inUse();
    await register(group, ...addresses(2), ...addresses(2, 1));
    expect(await failureOf(register(group, '10.0.0.9'))).toBe(
      'TooManyTargetsException: You cannot have more than 2 targets per Availability Zone per network load balancer.',
    );
    expect(await failureOf(register(group, { Id: '192.168.0.1', AvailabilityZone: 'all' }))).toContain(
      'TooManyTargetsException',
    );
  });

  it('of a load balancer - where connections cross zones, over all its groups', async () => {
    const world = elbWorld({ limits: { targetsPerZone: 2, targetsCrossZone: 3 } });
    const { group, loadBalancer, listener, register, setAttributes, client } = world;
    const [balancer, one, other] = [await loadBalancer(), await group(), await group({ Name: 'other' })];
    for (const arn of [one, other]) await setAttributes(arn, { 'load_balancing.cross_zone.enabled': 'true' });
    await listener(balancer, one);
    await listener(balancer, other, 5433);
    await register(one, ...addresses(2));
    await register(other, '10.0.0.1');
    const said =
      'TooManyTargetsException: You cannot have more than 3 targets per network load balancer with cross-zone load balancing enabled.';
    expect(await failureOf(register(other, '10.0.2.2'))).toBe(said);

    // What comes with a listener counts as well.
    const third = await group({ Name: 'third' });
    await setAttributes(third, { 'load_balancing.cross_zone.enabled': 'true' });
    await register(third, '10.0.0.1');
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: third }];
    const call = client.send(
      new CreateListenerCommand({ LoadBalancerArn: balancer, Port: 5434, Protocol: 'TCP', DefaultActions }),
    );
    expect(await failureOf(call)).toBe(said);
  });

  it.each([
    [true, /^TooManyTargetsException/],
    [false, /^done$/],
  ])('draining targets count: %s', async (drainingCounts, said) => {
    const { inUse, register, deregister, passes } = elbWorld({
      ...QUICK,
      limits: { targetsPerGroup: 1 },
      uncertain: { drainingCounts },
    });
    const group = await inUse();
    await register(group, '10.0.0.1');
    await deregister(group, '10.0.0.1');
    expect(await outcomeOf(register(group, '10.0.1.1'))).toMatch(said);
    await deregister(group, '10.0.1.1');
    await passes(5 * MINUTE);
    expect(await outcomeOf(register(group, '10.0.2.1'))).toBe('done');
  });
});
