import { elbv2Errors } from './errors.ts';
import type { Attributes, LoadBalancer, TargetGroup } from './model.ts';

/** One attribute: what it is where nobody set it, and what it may be. */
interface AttributeRule<T> {
  readonly initial: (resource: T) => string;
  /** What a value must be, in words; `undefined` where it is that. */
  readonly fault: (value: string) => string | undefined;
}

type AttributeTable<T> = Readonly<Record<string, AttributeRule<T>>>;

const words = (...allowed: readonly string[]) => ({
  fault: (value: string): string | undefined =>
    allowed.includes(value) ? undefined : `must be one of: '${allowed.join("', '")}'`,
});

const isBetween = (value: string, low: number, high: number): boolean =>
  /^\d{1,6}$/.test(value) && Number(value) >= low && Number(value) <= high;

const number = (low: number, high: number, ...also: readonly string[]) => ({
  fault: (value: string): string | undefined =>
    also.includes(value) || isBetween(value, low, high)
      ? undefined
      : `must be ${also.map((word) => `'${word}' or `).join('')}a value between '${low}' and '${high}' inclusive`,
});

const initially = (value: string) => ({ initial: () => value });
const flag = words('true', 'false');
const text = { fault: (): undefined => undefined };

/**
 * The attributes of a network load balancer.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
 */
export const LOAD_BALANCER_ATTRIBUTES: AttributeTable<LoadBalancer> = {
  'deletion_protection.enabled': { ...flag, ...initially('false') },
  'load_balancing.cross_zone.enabled': { ...flag, ...initially('false') },
  'access_logs.s3.enabled': { ...flag, ...initially('false') },
  'access_logs.s3.bucket': { ...text, ...initially('') },
  'access_logs.s3.prefix': { ...text, ...initially('') },
  'ipv6.deny_all_igw_traffic': { ...flag, initial: ({ scheme }) => String(scheme === 'internal') },
  'zonal_shift.config.enabled': { ...flag, ...initially('false') },
  'dns_record.client_routing_policy': {
    ...words('any_availability_zone', 'availability_zone_affinity', 'partial_availability_zone_affinity'),
    ...initially('any_availability_zone'),
  },
  'secondary_ips.auto_assigned.per_subnet': { ...number(0, 7), ...initially('0') },
};

const isDatagram = ({ protocol }: TargetGroup): boolean => protocol === 'UDP' || protocol === 'TCP_UDP';
/** Below this many healthy targets, connections go to all. */
const MINIMUM = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
/** "1 to the maximum number of targets". */
const MAX_TARGETS = 1_000;

/**
 * The attributes of a target group for network load balancers.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
 */
export const TARGET_GROUP_ATTRIBUTES: AttributeTable<TargetGroup> = {
  'deregistration_delay.timeout_seconds': { ...number(0, 3600), ...initially('300') },
  'deregistration_delay.connection_termination.enabled': { ...flag, initial: (group) => String(isDatagram(group)) },
  'stickiness.enabled': { ...flag, ...initially('false') },
  'stickiness.type': { ...words('source_ip'), ...initially('source_ip') },
  'load_balancing.cross_zone.enabled': {
    ...words('true', 'false', 'use_load_balancer_configuration'),
    ...initially('use_load_balancer_configuration'),
  },
  'target_group_health.dns_failover.minimum_healthy_targets.count': {
    ...number(1, MAX_TARGETS, 'off'),
    ...initially('1'),
  },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': {
    ...number(1, 100, 'off'),
    ...initially('off'),
  },
  [`${MINIMUM}.count`]: { ...number(1, MAX_TARGETS), ...initially('1') },
  [`${MINIMUM}.percentage`]: { ...number(1, 100, 'off'), ...initially('off') },
  'preserve_client_ip.enabled': {
    ...flag,
    initial: ({ targetType, protocol }) => String(targetType !== 'ip' || !['TCP', 'TLS'].includes(protocol)),
  },
  'proxy_protocol_v2.enabled': { ...flag, ...initially('false') },
  'target_health_state.unhealthy.connection_termination.enabled': {
    ...flag,
    initial: (group) => String(!isDatagram(group)),
  },
  'target_health_state.unhealthy.draining_interval_seconds': { ...number(0, 360_000), ...initially('0') },
};

type WithAttributes = { readonly attributes: Attributes };

/** The value that is in force. */
const attribute = <T extends WithAttributes>(table: AttributeTable<T>, resource: T, key: string): string =>
  resource.attributes.get(key) ?? table[key]?.initial(resource) ?? '';

/** All attributes, set or not, as the Describe actions list them. */
export const attributeList = <T extends WithAttributes>(
  table: AttributeTable<T>,
  resource: T,
): { readonly Key: string; readonly Value: string }[] =>
  Object.keys(table).map((Key) => ({ Key, Value: attribute(table, resource, Key) }));

/**
 * Sets attributes, all or none.
 *
 * @param kind - as AWS's sentence begins, e.g. `Target group`.
 * @throws AwsError `ValidationError` for an unknown key, for one given twice, or for a value that it cannot have.
 */
export const setAttributes = <T extends WithAttributes>(
  table: AttributeTable<T>,
  resource: T,
  kind: string,
  changes: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
): void => {
  const wanted = changes.map(({ Key = '', Value = '' }) => [Key, Value] as const);
  for (const [index, [key, value]] of wanted.entries()) {
    const rule = Object.hasOwn(table, key) ? table[key] : undefined;
    if (rule === undefined) throw elbv2Errors.validation(`${kind} attribute key '${key}' is not recognized`);
    if (wanted.findIndex(([other]) => other === key) !== index) {
      throw elbv2Errors.validation(`${kind} attribute key '${key}' is specified more than once`);
    }
    const fault = rule.fault(value);
    if (fault !== undefined) throw elbv2Errors.validation(`'${key}' ${fault}`);
  }
  for (const [key, value] of wanted) resource.attributes.set(key, value);
};

/** Whether the load balancer may not be deleted. */
export const isProtected = (balancer: LoadBalancer): boolean =>
  attribute(LOAD_BALANCER_ATTRIBUTES, balancer, 'deletion_protection.enabled') === 'true';

/** Whether the group's connections cross zones, by its own word or by its load balancer's. */
export const crossesZones = (group: TargetGroup, balancer: LoadBalancer): boolean => {
  const own = attribute(TARGET_GROUP_ATTRIBUTES, group, 'load_balancing.cross_zone.enabled');
  if (own !== 'use_load_balancer_configuration') return own === 'true';
  return attribute(LOAD_BALANCER_ATTRIBUTES, balancer, 'load_balancing.cross_zone.enabled') === 'true';
};

/** How long a deregistered target drains, in milliseconds. */
export const deregistrationDelay = (group: TargetGroup): number =>
  Number(attribute(TARGET_GROUP_ATTRIBUTES, group, 'deregistration_delay.timeout_seconds')) * 1_000;

/**
 * How many of so many targets must be healthy; with fewer, connections go to all of them.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-health
 */
export const minimumHealthy = (group: TargetGroup, targets: number): number => {
  const count = Number(attribute(TARGET_GROUP_ATTRIBUTES, group, `${MINIMUM}.count`));
  const percentage = attribute(TARGET_GROUP_ATTRIBUTES, group, `${MINIMUM}.percentage`);
  return Math.max(count, percentage === 'off' ? 0 : Math.ceil((Number(percentage) / 100) * targets));
};
