import type { DnsAuthority } from '../../dns/authority.ts';
import { regionOfArn } from '../region-of-arn.ts';
import type { AliasTargets } from '../route53/interfaces.ts';
import { isHealthy } from './health.ts';
import { type Balancing, forwardedBy, type LoadBalancer, registered } from './model.ts';
import { HOSTED_ZONES } from './views.ts';

/** Of a load balancer's addresses, in seconds. */
const TTL = 60;

/**
 * Addresses that follow from a load balancer's id: one for each subnet, of ranges that nothing else in a world uses.
 * 198.18.0.0/15 is for benchmarks (RFC 2544) and stands for public ones.
 */
const addressesOf = ({ arn, scheme, subnets }: LoadBalancer): readonly string[] => {
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  const [high, low] = [id.slice(0, 2), id.slice(2, 4)].map((digits) => Number.parseInt(digits, 16));
  const network = scheme === 'internal' ? '10.200' : '198.18';
  return subnets.map((_, index) => `${network}.${high}.${((low ?? 0) + index) % 256}`);
};

/**
 * Whether an alias that evaluates its target's health finds this one healthy: every target group that has targets has a
 * healthy one, and there is such a group: "A target group that has no registered targets is considered unhealthy."
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html (EvaluateTargetHealth)
 */
const isServing = (world: Balancing, balancer: LoadBalancer): boolean => {
  const arns = [...world.listeners.values()]
    .filter(({ loadBalancerArn }) => loadBalancerArn === balancer.arn)
    .flatMap(forwardedBy);
  const groups = [...new Set(arns)].flatMap((arn) => world.targetGroups.get(arn) ?? []);
  const withTargets = groups.map(registered).filter((targets) => targets.length > 0);
  return withTargets.length > 0 && withTargets.every((targets) => targets.some(isHealthy));
};

const named = (world: Balancing, dnsName: string): LoadBalancer | undefined =>
  [...world.loadBalancers.values()].find(
    (balancer) => balancer.dnsName.toLowerCase() === dnsName.replace(/^dualstack\./, ''),
  );

/** The load balancers' names: hosts for everybody, targets for aliases. */
export const loadBalancerNames = (world: Balancing): DnsAuthority & AliasTargets => ({
  find: (dnsName) => {
    const balancer = named(world, dnsName);
    if (balancer === undefined) return undefined;
    return {
      kind: 'load-balancer',
      hostedZoneId: HOSTED_ZONES[regionOfArn(balancer.arn)] ?? '',
      ipv4: addressesOf(balancer),
      ipv6: [],
      ttl: TTL,
      isHealthy: isServing(world, balancer),
    };
  },
});
