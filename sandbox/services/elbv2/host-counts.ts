import { type Balancing, loadBalancerOf, registered, type TargetGroup } from './model.ts';

/** As what a group was reported last: its load balancer may be gone when that ends. */
const reported = new WeakMap<TargetGroup, Readonly<Record<string, string>>>();

/** `net/orders/0123456789abcdef` of a load balancer's ARN, `targetgroup/orders/0123456789abcdef` of a group's. */
const dimensionOf = (arn: string): string =>
  arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^loadbalancer\//, '');

/**
 * Tells CloudWatch how many targets are healthy and how many are not, from now on every minute; without registered targets
 * and without a load balancer there is nothing to report. Targets whose first checks are under way count as neither.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
 */
export const reportHosts = (world: Balancing, group: TargetGroup): void => {
  const balancer = loadBalancerOf(world, group.arn);
  const states = registered(group).map(({ health }) => health?.state);
  const active = states.filter((state) => state !== 'draining');
  const countOf = (wanted: string): number => active.filter((state) => state === wanted).length;
  const { metrics } = world.cloud;
  if (balancer === undefined || active.length === 0) {
    const known = reported.get(group);
    if (known === undefined) return;
    reported.delete(group);
    metrics.hold('AWS/NetworkELB', known, { HealthyHostCount: undefined, UnHealthyHostCount: undefined });
    return;
  }
  const known = reported.get(group) ?? {
    TargetGroup: dimensionOf(group.arn),
    LoadBalancer: dimensionOf(balancer.arn),
  };
  reported.set(group, known);
  metrics.hold('AWS/NetworkELB', known, {
    HealthyHostCount: countOf('healthy'),
    UnHealthyHostCount: countOf('unhealthy'),
  });
};
