import type { Dimension } from '@aws-sdk/client-route-53';

/** An alarm's configuration as far as a health check copies it; CloudWatch's own names and units (Period in seconds). */
export interface AlarmDefinition {
  readonly AlarmName: string;
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly Dimension[] | undefined;
  readonly Statistic?: string | undefined;
  readonly ExtendedStatistic?: string | undefined;
  readonly Period?: number | undefined;
  readonly EvaluationPeriods?: number | undefined;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold?: number | undefined;
  readonly ComparisonOperator?: string | undefined;
  readonly TreatMissingData?: string | undefined;
  /** Metric math and metrics of other kinds: a health check can't follow those. */
  readonly Metrics?: readonly unknown[] | undefined;
}

/** What the data behind an alarm say. */
export type AlarmEvaluation = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** Where health checks find alarms: CloudWatch, in every region. */
export interface AlarmSource {
  /** The account's alarm as it is configured now. */
  find(region: string, name: string, accountId: string): AlarmDefinition | undefined;
  /** What the data stream says by that configuration now, whatever state the alarm itself is in. */
  evaluate(region: string, definition: AlarmDefinition, accountId: string): AlarmEvaluation;
}

/** Something of AWS that an alias may lead to. */
export interface AliasTarget {
  readonly kind: 'load-balancer' | 'endpoint';
  /** The zone that an alias must name, e.g. a load balancer's CanonicalHostedZoneId. */
  readonly hostedZoneId: string;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** What EvaluateTargetHealth sees. */
  readonly isHealthy: boolean;
}

/** Where aliases find their targets. */
export interface AliasTargets {
  /** @param dnsName - in lower case, without a dot at its end. */
  find(dnsName: string): AliasTarget | undefined;
}

/** Targets of several kinds: who knows a name first has it. */
export const anyOf = (sources: () => readonly AliasTargets[]): AliasTargets => ({
  find: (dnsName) => {
    for (const source of sources()) {
      const found = source.find(dnsName);
      if (found !== undefined) return found;
    }
    return undefined;
  },
});
