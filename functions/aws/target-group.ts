import {
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { malformed } from '../domain/errors.ts';
import type { Target, TargetState } from '../domain/targets.ts';
import { calling } from './errors.ts';

const STATES: ReadonlySet<string> = new Set(['initial', 'healthy', 'unhealthy', 'draining', 'unused', 'unavailable']);

/** `unhealthy.draining` is a target that is registered and loses its connections: to a plan it is unhealthy. */
const stateOf = (text: string | undefined): TargetState => {
  if (text === 'unhealthy.draining') return 'unhealthy';
  return text !== undefined && STATES.has(text) ? (text as TargetState) : 'unknown';
};

/**
 * Everything that a target group has, draining targets too. There are no pages.
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 *
 * @throws `Throttled`, `Denied`, `Malformed`, and ELBv2's own errors, `TargetGroupNotFoundException` among them.
 */
export const readTargets = async (
  elb: ElasticLoadBalancingV2Client,
  targetGroupArn: string,
): Promise<readonly Target[]> => {
  const { TargetHealthDescriptions = [] } = await calling('describe target health', () =>
    elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn })),
  );
  return TargetHealthDescriptions.map(({ Target: target, TargetHealth: health }): Target => {
    const { Id: address, Port: port, AvailabilityZone: zone } = target ?? {};
    if (address === undefined || port === undefined) {
      throw malformed('Elastic Load Balancing described a target without its id or its port.', { targetGroupArn });
    }
    return { address, port, state: stateOf(health?.State), ...(zone === undefined || zone === 'all' ? {} : { zone }) };
  });
};

/** {@link readTargets}; undefined where there is no such target group any more. */
export const findTargets = async (
  elb: ElasticLoadBalancingV2Client,
  targetGroupArn: string,
): Promise<readonly Target[] | undefined> => {
  try {
    return await readTargets(elb, targetGroupArn);
  } catch (error) {
    if (error instanceof Error && error.name === 'TargetGroupNotFoundException') return undefined;
    throw error;
  }
};

const CROSS_ZONE = 'load_balancing.cross_zone.enabled';

const attributeOf = (
  attributes: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
  key: string,
): string | undefined => attributes?.find(({ Key }) => Key === key)?.Value;

/** What does not change while a run is at it. */
export interface TargetGroupSettings {
  readonly isCrossZone: boolean;
  /** How many targets it takes at the most: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html */
  readonly capacity: number;
}

/** With cross-zone load balancing a network load balancer takes 500 targets in all; else 500 for each zone, and 1,000 for a target group. */
const CAPACITY = { crossZone: 500, zonal: 1_000 } as const;

/**
 * Whether every node of the load balancer sends to every zone: the group's own word, else that of its load balancer. Where several load
 * balancers use it, or it can't be told, each zone counts as on its own: the stricter floor holds.
 *
 * @throws `Throttled`, `Denied`, and ELBv2's own errors.
 */
export const readTargetGroupSettings = async (
  elb: ElasticLoadBalancingV2Client,
  targetGroupArn: string,
): Promise<TargetGroupSettings> => {
  const { Attributes } = await calling('describe target group attributes', () =>
    elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn })),
  );
  const own = attributeOf(Attributes, CROSS_ZONE);
  const isCrossZone = own === 'true' || (own !== 'false' && (await isCrossZoneByBalancer(elb, targetGroupArn)));
  return { isCrossZone, capacity: isCrossZone ? CAPACITY.crossZone : CAPACITY.zonal };
};

const isCrossZoneByBalancer = async (elb: ElasticLoadBalancingV2Client, targetGroupArn: string): Promise<boolean> => {
  const { TargetGroups = [] } = await calling('describe target groups', () =>
    elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] })),
  );
  const [balancer, ...others] = TargetGroups[0]?.LoadBalancerArns ?? [];
  if (balancer === undefined || others.length > 0) return false;
  const { Attributes } = await calling('describe load balancer attributes', () =>
    elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: balancer })),
  );
  return attributeOf(Attributes, CROSS_ZONE) === 'true';
};
