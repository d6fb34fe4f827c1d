import type {
  Action,
  IpAddressType,
  LoadBalancerSchemeEnum,
  ProtocolEnum,
  TargetGroupIpAddressTypeEnum,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Cloud, PROVIDER_ACCOUNT } from '../../cloud.ts';
import { type Range, within } from '../../random.ts';
import { Buckets } from '../buckets.ts';
import { elbv2Limits } from './buckets.ts';
import type { Settings } from './options.ts';

/** Tags by key, in the order in which they were set. */
export type Tags = Map<string, string>;

/** What is set of a resource's attributes; the others have their defaults. */
export type Attributes = Map<string, string>;

/** A network load balancer. */
export interface LoadBalancer {
  readonly order: number;
  readonly arn: string;
  readonly name: string;
  readonly owner: string;
  readonly scheme: LoadBalancerSchemeEnum;
  readonly dnsName: string;
  readonly ipAddressType: IpAddressType;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly createdAt: number;
  /** What it was made with, to tell the same request from another one. */
  readonly request: string;
  readonly attributes: Attributes;
  readonly tags: Tags;
}

/** What a listener of a load balancer does with connections: forward them to target groups. */
export interface Listener {
  readonly order: number;
  readonly arn: string;
  readonly owner: string;
  readonly loadBalancerArn: string;
  protocol: ProtocolEnum;
  port: number;
  actions: readonly Action[];
  readonly tags: Tags;
}

/** The settings of a target group's health checks; times in seconds. */
export interface HealthChecks {
  protocol: ProtocolEnum;
  /** `traffic-port` or a number. */
  port: string;
  path: string | undefined;
  matcher: string | undefined;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
}

/** How Elastic Load Balancing sees a target. */
export interface Health {
  readonly state: TargetHealthStateEnum;
  readonly reason?: TargetHealthReasonEnum;
}

/** What was true of a target from `at` on; `undefined` = it is not registered. */
interface Moment {
  readonly at: number;
  readonly health: Health | undefined;
}

/** A target of one group; kept for some time after it is gone, for reads that lag and connections that linger. */
export interface Target {
  readonly order: number;
  /** An address or an instance's id. */
  readonly id: string;
  readonly port: number;
  /** As AWS filled it in, or as it was given: `us-west-2a`, `all`; instances have none. */
  zone: string | undefined;
  /** The truth, which writes see; `undefined` = not registered any more. */
  health: Health | undefined;
  /** What was true lately, oldest first. */
  readonly history: Moment[];
  /** Consecutive results of health checks: above 0 successes, below 0 failures. */
  streak: number;
  /** Until when new connections may arrive although it was deregistered, in milliseconds since the epoch. */
  lingersUntil: number;
  /** Stops what the present state is waiting for. */
  cancel: () => void;
}

/** A target group for network load balancers. */
export interface TargetGroup {
  readonly order: number;
  readonly arn: string;
  readonly name: string;
  readonly owner: string;
  readonly protocol: ProtocolEnum;
  readonly port: number;
  readonly vpcId: string;
  readonly targetType: 'ip' | 'instance';
  readonly ipAddressType: TargetGroupIpAddressTypeEnum;
  readonly checks: HealthChecks;
  /** What it was made with, to tell the same request from another one. */
  readonly request: string;
  readonly attributes: Attributes;
  readonly tags: Tags;
  /** By `id:port`. */
  readonly targets: Map<string, Target>;
}

/** Everything that this Elastic Load Balancing knows. */
export interface Balancing {
  readonly cloud: Cloud;
  readonly settings: Settings;
  readonly buckets: Buckets;
  /** By ARN, as are the others. */
  readonly loadBalancers: Map<string, LoadBalancer>;
  readonly listeners: Map<string, Listener>;
  readonly targetGroups: Map<string, TargetGroup>;
  /** The number of the next record; listings keep this order. */
  nextOrder(): number;
  /** A seeded whole number; a range of one value draws nothing. */
  within(range: Range): number;
}

/** An empty world of load balancers. */
export const balancing = (cloud: Cloud, settings: Settings): Balancing => {
  let order = 0;
  const limits = elbv2Limits(settings.uncertain.throttled);
  return {
    cloud,
    settings,
    buckets: new Buckets(limits, settings.throttling, PROVIDER_ACCOUNT, () => cloud.clock.now()),
    loadBalancers: new Map(),
    listeners: new Map(),
    targetGroups: new Map(),
    nextOrder: () => {
      order += 1;
      return order;
    },
    within: (range) => within(cloud.random, range),
  };
};

/** e.g. `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders/0123456789abcdef`. */
export const elbArn = ({ cloud }: Pick<Balancing, 'cloud'>, account: string, resource: string): string =>
  `arn:aws:elasticloadbalancing:${cloud.region}:${account}:${resource}`;

/** The target groups that a listener forwards to. */
export const forwardedBy = ({ actions }: Pick<Listener, 'actions'>): readonly string[] => [
  ...new Set(
    actions.flatMap(({ TargetGroupArn, ForwardConfig }) =>
      [TargetGroupArn, ...(ForwardConfig?.TargetGroups ?? []).map((tuple) => tuple.TargetGroupArn)].filter(
        (arn) => arn !== undefined,
      ),
    ),
  ),
];

/** The load balancer whose listeners forward to the group; there is one at most. */
export const loadBalancerOf = (world: Balancing, groupArn: string): LoadBalancer | undefined => {
  for (const listener of world.listeners.values()) {
    if (forwardedBy(listener).includes(groupArn)) return world.loadBalancers.get(listener.loadBalancerArn);
  }
  return undefined;
};

/** A target's name in its group. */
export const targetKey = (id: string, port: number): string => `${id}:${port}`;

/** The targets that are registered, draining ones among them. */
export const registered = ({ targets }: TargetGroup): readonly Target[] =>
  [...targets.values()].filter(({ health }) => health !== undefined);
