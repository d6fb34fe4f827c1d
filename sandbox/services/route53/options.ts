import type { Range } from '../../random.ts';
import type { Throttling } from '../buckets.ts';

/**
 * What AWS does not document, or what sources contradict each other on. Each has the answer that we assume and the other
 * one; what is deployed must bear both.
 */
interface Uncertain {
  /**
   * Whether a PRIMARY that is no alias must name a health check. Not in the documentation; clients report "A non-alias
   * primary ResourceRecordSet must have an associated health check": https://github.com/kubernetes-sigs/external-dns/issues/2362
   *
   * @default true
   */
  readonly primaryNeedsHealthCheck: boolean;
  /**
   * Whether a failover alias without EvaluateTargetHealth is refused: "you must also include the EvaluateTargetHealth
   * element and set the value to true", says https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
   *
   * @default true
   */
  readonly failoverAliasNeedsTargetHealth: boolean;
  /**
   * Whether what an alias of the zone leads to has to be there at that point of a batch: created before the alias, and not changed after it. Not in the
   * documentation; clients report it: https://github.com/octodns/octodns/pull/366, https://github.com/DNSControl/dnscontrol/issues/937
   *
   * @default true
   */
  readonly aliasTargetComesFirst: boolean;
  /**
   * Whether a health check follows later changes of its alarm. "Route 53 monitors the data stream for the corresponding
   * alarm" (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html);
   * the console asks for an update of the check after the alarm was edited.
   *
   * @default false: it keeps the configuration that it copied when it was created or last updated
   */
  readonly followsAlarmEdits: boolean;
  /**
   * When an alias to an interface endpoint is healthy for EvaluateTargetHealth.
   *
   * @default 'while-available'
   */
  readonly endpointHealth: 'while-available' | 'always';
}

/** What a world may ask of its Route 53. */
export interface Route53Options {
  /**
   * From a change to `INSYNC`, in milliseconds: "generally within 60 seconds",
   * https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
   *
   * @default 25 to 35 seconds
   */
  readonly insync?: Range;
  /**
   * From a change to the answers of DNS, in milliseconds, never later than `INSYNC` and never before an earlier change of
   * the zone.
   *
   * @default 2 to 20 seconds
   */
  readonly propagation?: Range;
  /**
   * For how long a zone refuses further changes, in milliseconds: a call takes no time on the world's clock, and on AWS the
   * next one may come before it is processed. Not in the very moment in which the zone is made.
   *
   * @default [0, 0] where Route 53 stands alone; a world has 50 to 300 milliseconds
   */
  readonly busy?: Range;
  /**
   * How often health checkers look, in milliseconds. Endpoints: 10 or 30 seconds, as the check says.
   *
   * @default 10 seconds
   */
  readonly healthInterval?: number;
  /** From what a health checker sees to what DNS answers by, in milliseconds. @default [0, 0] */
  readonly healthDelay?: Range;
  /**
   * Whose token buckets are in force.
   *
   * @default 'none' where Route 53 stands alone, as in its own tests; a world has 'documented'
   */
  readonly throttling?: Throttling;
  readonly uncertain?: Partial<Uncertain>;
}

/** The options with every default filled in. */
export interface Settings extends Required<Omit<Route53Options, 'uncertain'>> {
  readonly uncertain: Uncertain;
}

const second = 1_000;

/** Fills in the defaults. */
export const settingsFrom = ({ uncertain, ...options }: Route53Options): Settings => ({
  insync: [25 * second, 35 * second],
  propagation: [2 * second, 20 * second],
  busy: [0, 0],
  healthInterval: 10 * second,
  healthDelay: [0, 0],
  throttling: 'none',
  ...options,
  uncertain: {
    primaryNeedsHealthCheck: true,
    failoverAliasNeedsTargetHealth: true,
    aliasTargetComesFirst: true,
    followsAlarmEdits: false,
    endpointHealth: 'while-available',
    ...uncertain,
  },
});
