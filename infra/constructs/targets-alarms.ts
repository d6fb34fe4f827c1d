import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import {
  DRIFT_SECONDS,
  FAILED_REFRESHES,
  METRIC_NAMESPACE,
  METRIC_SERVICE,
  SILENT_SOURCES,
  WATCHES,
  WITHHELD_REMOVALS,
} from '../../functions/domain/metric.ts';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';

/** Seconds. A new target has ten minutes to get healthy, and a stale one is missed and ends within that again: three times as much is too long. */
const LONGEST_DRIFT = 30 * 60;

/** Periods of five minutes: an hour. An interface that nobody needs is gone within minutes. */
const WITHHELD_PERIODS = 12;

/** One run that fails is told by the workflow's own alarm, which ends; the third in a row comes of something that stays. */
const MOST_FAILURES = 2;

/** Two periods: the watch comes ten times in them. */
const MISSING_PERIODS = 2;

const metricOf = (metricName: string, statistic: 'Minimum' | 'Maximum' | 'Sum'): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { service: METRIC_SERVICE },
    statistic,
    period: ALARM_PERIOD,
  });

/** The alarms on what the watch of addresses counts, and on the watch itself: one that does not come tells nobody anything. */
export const alarmsOfTargets = (scope: Construct): void => {
  new Alarm(scope, 'MissingAlarm', {
    metric: metricOf(WATCHES, 'Sum'),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: MISSING_PERIODS,
    treatMissingData: TreatMissingData.BREACHING,
    alarmDescription:
      'Nobody has looked at addresses for ten minutes: customers may meet ones that nobody has any more. Runbook: docs/runbook.md#watch-missing',
  });
  failureAlarm(scope, 'SilentAlarm', {
    // One look that finds nothing is life; where each of five minutes had one, it is not.
    metric: metricOf(SILENT_SOURCES, 'Minimum'),
    failureImpact:
      'DNS names no address of a source: its target group stays as it is, and customers may meet stale addresses.',
    article: '#sources-silent',
  });
  failureAlarm(scope, 'WithheldAlarm', {
    // Each look of an hour had one.
    metric: metricOf(WITHHELD_REMOVALS, 'Minimum'),
    periods: WITHHELD_PERIODS,
    failureImpact:
      'A target that DNS does not name stays registered, since doubt or the floor keeps it: customers may meet a stale address.',
    article: '#removals-withheld',
  });
  failureAlarm(scope, 'DriftAlarm', {
    metric: metricOf(DRIFT_SECONDS, 'Maximum'),
    threshold: LONGEST_DRIFT,
    failureImpact:
      'A target group has not been as its source is for half an hour: customers may meet stale addresses, or too few.',
    article: '#long-drift',
  });
  failureAlarm(scope, 'FailingAlarm', {
    metric: metricOf(FAILED_REFRESHES, 'Maximum'),
    threshold: MOST_FAILURES,
    failureImpact:
      'Three runs in a row failed for a target group: it is not followed, and customers may meet stale addresses.',
    article: '#refresh-failing',
  });
};
