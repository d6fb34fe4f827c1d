import { crossesZones } from './attributes.ts';
import { elbv2Errors } from './errors.ts';
import { isDraining } from './health.ts';
import {
  type Balancing,
  forwardedBy,
  type LoadBalancer,
  loadBalancerOf,
  registered,
  type TargetGroup,
} from './model.ts';

/** The zones of the targets that count, one for each target. */
const zonesOf = ({ settings }: Balancing, group: TargetGroup): readonly (string | undefined)[] =>
  registered(group)
    .filter((target) => settings.uncertain.drainingCounts || !isDraining(target))
    .map(({ zone }) => zone);

/** A target counts as often as it is in groups of the load balancer. */
const groupsOf = (world: Balancing, { arn }: LoadBalancer): readonly TargetGroup[] =>
  [...world.listeners.values()]
    .filter(({ loadBalancerArn }) => loadBalancerArn === arn)
    .flatMap(forwardedBy)
    .flatMap((each) => world.targetGroups.get(each) ?? []);

/**
 * Refuses more targets than a load balancer can send to, with those of a group that is or becomes its own.
 *
 * @param added - the zones of the targets that are not registered yet.
 * @throws AwsError `TooManyTargets`
 */
export const checkLoad = (
  world: Balancing,
  balancer: LoadBalancer,
  group: TargetGroup,
  added: readonly (string | undefined)[] = [],
): void => {
  const { targetsCrossZone, targetsPerZone } = world.settings.limits;
  const groups = new Set([...groupsOf(world, balancer), group]);
  const zones = [...[...groups].flatMap((each) => zonesOf(world, each)), ...added];
  if (crossesZones(group, balancer)) {
    if (zones.length <= targetsCrossZone) return;
    // As in https://github.com/kubernetes/cloud-provider-aws/pull/1328
    throw elbv2Errors.tooManyTargets(
      `You cannot have more than ${targetsCrossZone} targets per network load balancer with cross-zone load balancing enabled.`,
    );
  }
  for (const zone of new Set(zones)) {
    if (zones.filter((other) => other === zone || other === 'all').length <= targetsPerZone) continue;
    throw elbv2Errors.tooManyTargets(
      `You cannot have more than ${targetsPerZone} targets per Availability Zone per network load balancer.`,
    );
  }
};

/**
 * Refuses targets beyond the quotas of the group and of its load balancer.
 *
 * @throws AwsError `TooManyTargets`
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
 */
export const checkQuotas = (world: Balancing, group: TargetGroup, added: readonly (string | undefined)[]): void => {
  if (added.length === 0) return;
  const { targetsPerGroup } = world.settings.limits;
  if (zonesOf(world, group).length + added.length > targetsPerGroup) {
    throw elbv2Errors.tooManyTargets(
      `The maximum number of targets per target group '${targetsPerGroup}' has been reached on target group '${group.arn}'`,
    );
  }
  const balancer = loadBalancerOf(world, group.arn);
  if (balancer !== undefined) checkLoad(world, balancer, group, added);
};
