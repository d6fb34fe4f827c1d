import { HOME_REGION, OPERATOR } from '../cloud.ts';
import { type AccountPrincipal, accountPrincipal } from '../iam/principal.ts';
import type { World } from '../world.ts';

/** The port of every target of a region pair. */
export const PORT = 5432;

/** Makes one call in a region, as an account's administrator. @param account - 12 digits. @default the provider's */
export const invoke = (
  world: World,
  region: string,
  service: string,
  action: string,
  input: object,
  account?: string,
): Promise<unknown> => {
  const principal: AccountPrincipal = account === undefined ? OPERATOR : accountPrincipal(account);
  return world.regions.get(region).cloud.invoke({ service, action, input, principal });
};

/** A network load balancer of a story's. */
export interface Balancer {
  readonly loadBalancerArn: string;
  readonly dnsName: string;
  readonly zoneId: string;
  readonly targetGroupArn: string;
  /** The address of its first target. */
  readonly target: string;
}

/** A network load balancer with a target that serves. */
export const makeBalancer = async (world: World, region: string, name: string): Promise<Balancer> => {
  const { subnets } = world.regions.get(region);
  const subnet = subnets.define({ id: `subnet-${world.cloud.random.hex(17)}` });
  const { LoadBalancers } = (await invoke(world, region, 'elasticloadbalancing', 'CreateLoadBalancer', {
    Name: name,
    Type: 'network',
    Scheme: 'internal',
    Subnets: [subnet.id],
  })) as { LoadBalancers: readonly [{ LoadBalancerArn: string; DNSName: string; CanonicalHostedZoneId: string }] };
  const { TargetGroups } = (await invoke(world, region, 'elasticloadbalancing', 'CreateTargetGroup', {
    Name: name,
    Protocol: 'TCP',
    Port: PORT,
    VpcId: subnet.vpcId,
    TargetType: 'ip',
    Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }],
  })) as { TargetGroups: readonly [{ TargetGroupArn: string }] };
  const [{ LoadBalancerArn, DNSName, CanonicalHostedZoneId }] = LoadBalancers;
  const [{ TargetGroupArn }] = TargetGroups;
  await invoke(world, region, 'elasticloadbalancing', 'CreateListener', {
    LoadBalancerArn,
    Port: PORT,
    Protocol: 'TCP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  const [low, high] = [world.cloud.random.between(1, 200), world.cloud.random.between(1, 250)];
  const target = `10.${region === HOME_REGION ? 150 : 151}.${low}.${high}`;
  await invoke(world, region, 'elasticloadbalancing', 'RegisterTargets', {
    TargetGroupArn,
    Targets: [{ Id: target, Port: PORT }],
  });
  return {
    loadBalancerArn: LoadBalancerArn,
    dnsName: DNSName.toLowerCase(),
    zoneId: CanonicalHostedZoneId,
    targetGroupArn: TargetGroupArn,
    target,
  };
};
