import type { Range } from '../../random.ts';
import type { Throttling } from '../buckets.ts';
import { zoneByAddress } from './addresses.ts';
import type { ThrottlingCode } from './buckets.ts';

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html */
interface Limits {
  /** Targets of one target group of the type ip. @default 1000 */
  readonly targetsPerGroup: number;
  /** Targets of one load balancer in each zone, while it balances within zones. @default 500 */
  readonly targetsPerZone: number;
  /** Targets of one load balancer in all, while it balances across zones. @default 500 */
  readonly targetsCrossZone: number;
  /** @default 50 */
  readonly listenersPerLoadBalancer: number;
}

/**
 * What AWS does not document, or what sources contradict each other on. Each has the answer that we assume and the other
 * one; what is deployed must bear both.
 */
interface Uncertain {
  /**
   * DeregisterTargets of a target that is not registered. The API reference has both: "If the specified target does not
   * exist, the action returns successfully", and `InvalidTarget` among the errors, which clients have met.
   * See https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
   *
   * @default null: nothing happens
   */
  readonly unknownTarget: null | 'InvalidTarget';
  /**
   * A zone named for an address that is in the VPC and in another zone, `all` among them. Refused by
   * https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/561; `detected` overrides what was named.
   *
   * @default 'ValidationError'
   */
  readonly zoneOverride: 'ValidationError' | 'detected';
  /** Whether draining targets count against the quotas. @default true */
  readonly drainingCounts: boolean;
  /**
   * The code of a request that is turned away because there are too many: the API's own form on the wire, or what
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html names.
   *
   * @default 'Throttling'
   */
  readonly throttled: ThrottlingCode;
}

/** What a world may ask of its Elastic Load Balancing. */
export interface Elbv2Options {
  /**
   * From RegisterTargets to the first health check, in milliseconds: `initial`, `Elb.RegistrationInProgress`. "It can
   * take a few minutes for the registration process to complete and health checks to start", says
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html; users measure 2 to 5
   * minutes to `healthy` (https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1834).
   *
   * @default 30 seconds to 2 minutes
   */
  readonly registering?: Range;
  /**
   * What a health check sees of an address and the port that is checked; `undefined` where Elastic Load Balancing itself
   * cannot tell: `unavailable`.
   *
   * @default every target serves always
   */
  readonly isServing?: (address: string, port: number) => boolean | undefined;
  /**
   * The zone of an address in the VPC of a target group, e.g. `us-west-2a`; `undefined` = outside the VPC.
   *
   * @default 10.0.0.0/8 and fd00::/8 are inside, zones go by the third group of digits
   */
  readonly zoneOf?: (address: string, vpcId: string) => string | undefined;
  /** How far behind the truth DescribeTargetHealth may be, in milliseconds, drawn for each call. @default [0, 0] */
  readonly readDelay?: Range;
  /**
   * For how many milliseconds new connections may still arrive at a target that was deregistered. AWS publishes no number;
   * https://github.com/aws/containers-roadmap/issues/470 has 2 minutes.
   *
   * @default 0
   */
  readonly lingers?: number;
  readonly limits?: Partial<Limits>;
  readonly uncertain?: Partial<Uncertain>;
  /** The results of a page where the caller names no PageSize. @default 400, the highest PageSize */
  readonly defaultPage?: number;
  /**
   * Whose token buckets are in force.
   *
   * @default 'none' where Elastic Load Balancing stands alone, as in its own tests; a world has 'documented'
   */
  readonly throttling?: Throttling;
}

/** The options with every default filled in. */
export interface Settings {
  readonly registering: Range;
  readonly isServing: (address: string, port: number) => boolean | undefined;
  /** Whether targets may change after they are healthy: where nothing can, nobody looks. */
  readonly isWatched: boolean;
  readonly zoneOf: (address: string, vpcId: string) => string | undefined;
  readonly readDelay: Range;
  readonly lingers: number;
  readonly limits: Limits;
  readonly uncertain: Uncertain;
  readonly defaultPage: number;
  readonly throttling: Throttling;
}

const second = 1_000;
/** See the PageSize of https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
export const HIGHEST_PAGE_SIZE = 400;

/** Fills in the documented defaults. */
export const settingsFrom = (options: Elbv2Options, region: string): Settings => ({
  registering: options.registering ?? [30 * second, 120 * second],
  isServing: options.isServing ?? (() => true),
  isWatched: options.isServing !== undefined,
  zoneOf: options.zoneOf ?? ((address) => zoneByAddress(region, address)),
  readDelay: options.readDelay ?? [0, 0],
  lingers: options.lingers ?? 0,
  limits: {
    targetsPerGroup: 1_000,
    targetsPerZone: 500,
    targetsCrossZone: 500,
    listenersPerLoadBalancer: 50,
    ...options.limits,
  },
  uncertain: {
    unknownTarget: null,
    zoneOverride: 'ValidationError',
    drainingCounts: true,
    throttled: 'Throttling',
    ...options.uncertain,
  },
  defaultPage: options.defaultPage ?? HIGHEST_PAGE_SIZE,
  throttling: options.throttling ?? 'none',
});
