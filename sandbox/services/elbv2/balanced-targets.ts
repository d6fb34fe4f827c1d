import { minimumHealthy } from './attributes.ts';
import { isDraining, isHealthy } from './health.ts';
import { type Balancing, type Health, loadBalancerOf, registered, type Target } from './model.ts';

/** Where connections may go. */
export interface TargetAddress {
  /** An address or an instance's id. */
  readonly id: string;
  readonly port: number;
  /** `us-west-2a`, or `all`; instances have none. */
  readonly zone: string | undefined;
}

/** A registered target as it truly is now, whatever a read that lags would say. */
export interface TargetNow extends TargetAddress {
  readonly health: Health;
}

/**
 * The truth about targets, for stories and reports: nothing of this is on the wire. How it came about is in the journal:
 * `{ kind: 'state', who: 'elbv2', what: '10.0.1.7:5432 healthy', detail: { targetGroupArn, zone, reason, from, healthy,
 * registered } }`, the last two being how many of the group are healthy, and registered without draining, from then on.
 */
export interface BalancedTargets {
  /** The group's targets, draining ones among them, in the order in which they came; none of a group that does not exist. */
  registered(targetGroupArn: string): readonly TargetNow[];
  /**
   * Whom a new connection may reach now: the healthy ones; with fewer of them than the group's minimum, every target that
   * is not draining (the load balancer fails open); and, for as long as `lingers` says, those that were deregistered. Nobody
   * while the region is cut off.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-health
   */
  routable(targetGroupArn: string): readonly TargetAddress[];
}

const addressOf = ({ id, port, zone }: Target): TargetAddress => ({ id, port, zone });

/** What stories and reports may ask of a world's load balancing. */
export const balancedTargets = (world: Balancing): BalancedTargets => ({
  registered: (arn) => {
    const group = world.targetGroups.get(arn);
    return (group === undefined ? [] : registered(group)).flatMap((target) =>
      target.health === undefined ? [] : [{ ...addressOf(target), health: target.health }],
    );
  },
  routable: (arn) => {
    const group = world.targetGroups.get(arn);
    if (group === undefined || loadBalancerOf(world, arn) === undefined || world.cloud.outage.isCut) return [];
    const active = registered(group).filter((target) => !isDraining(target));
    const healthy = active.filter(isHealthy);
    const open = healthy.length < minimumHealthy(group, active.length) ? active : healthy;
    const now = world.cloud.clock.now();
    const lingering = [...group.targets.values()].filter(({ lingersUntil }) => lingersUntil > now);
    return [...open, ...lingering].map(addressOf);
  },
});
