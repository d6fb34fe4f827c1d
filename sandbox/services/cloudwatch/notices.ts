import type { Alarm, DataAlarm, StateNow } from './alarm.ts';
import { dimensionRecord, metricIdOf } from './metric.ts';
import { alarmTime } from './reasons.ts';

/** What AWS calls its regions in alarms' messages; others go by their codes. https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
const REGION_NAMES: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
};

const triggerOf = ({ request, definition }: DataAlarm): object => ({
  ...(request.Metrics === undefined
    ? {
        MetricName: request.MetricName,
        Namespace: request.Namespace,
        ...(request.Statistic === undefined
          ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic: request.ExtendedStatistic }
          : { StatisticType: 'Statistic', Statistic: request.Statistic.toUpperCase() }),
        Unit: request.Unit ?? null,
        Dimensions: (request.Dimensions ?? []).map(({ Name, Value }) => ({ value: Value, name: Name })),
      }
    : { Metrics: request.Metrics }),
  Period: definition.period / 1_000,
  EvaluationPeriods: definition.evaluationPeriods,
  DatapointsToAlarm: definition.datapointsToAlarm,
  ComparisonOperator: definition.comparison,
  Threshold: definition.threshold,
  TreatMissingData: request.TreatMissingData ?? '',
  EvaluateLowSampleCountPercentile: request.EvaluateLowSampleCountPercentile ?? '',
});

/** What an alarm publishes to a topic: a subject and a JSON text. */
export const snsNotice = (
  alarm: Alarm,
  before: StateNow,
  region: string,
): { readonly Subject: string; readonly Message: string } => {
  const { request, state } = alarm;
  const place = REGION_NAMES[region] ?? region;
  const message = {
    AlarmName: alarm.name,
    AlarmDescription: request.AlarmDescription ?? null,
    AWSAccountId: alarm.account,
    AlarmConfigurationUpdatedTimestamp: alarmTime(alarm.configuredAt),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: alarmTime(state.at),
    Region: place,
    AlarmArn: alarm.arn,
    OldStateValue: before.value,
    OKActions: request.OKActions ?? [],
    AlarmActions: request.AlarmActions ?? [],
    InsufficientDataActions: request.InsufficientDataActions ?? [],
    ...(alarm.kind === 'MetricAlarm' ? { Trigger: triggerOf(alarm) } : { AlarmRule: alarm.request.AlarmRule }),
  };
  // A subject has at most 100 characters.
  return { Subject: `${state.value}: "${alarm.name}" in ${place}`.slice(0, 100), Message: JSON.stringify(message) };
};

const stateDetail = ({ value, reason, reasonData, at }: StateNow): object => ({
  value,
  reason,
  ...(reasonData === undefined ? {} : { reasonData }),
  timestamp: alarmTime(at),
});

/** The queries as events write them; a plain metric is one query with an id of AWS's making. */
const metricsDetail = ({ request, definition }: DataAlarm, id: string): readonly object[] => {
  if (request.Metrics === undefined) {
    const [input] = definition.inputs;
    if (input === undefined) return [];
    const { metric, statistic, period, unit } = input;
    const { namespace, name } = metric;
    const metricStat = {
      metric: { namespace, name, dimensions: dimensionRecord(metric) },
      period,
      stat: statistic,
      ...(unit === undefined ? {} : { unit }),
    };
    return [{ id, metricStat, returnData: true }];
  }
  return request.Metrics.map(({ Id, Expression, Label, MetricStat: stat, ReturnData }) => {
    const metric = metricIdOf(stat?.Metric?.Namespace ?? '', stat?.Metric?.MetricName ?? '', stat?.Metric?.Dimensions);
    return {
      id: Id,
      ...(Expression === undefined ? {} : { expression: Expression }),
      ...(Label === undefined ? {} : { label: Label }),
      ...(stat === undefined
        ? {}
        : {
            metricStat: {
              metric: { namespace: metric.namespace, name: metric.name, dimensions: dimensionRecord(metric) },
              period: stat.Period,
              stat: stat.Stat,
            },
          }),
      returnData: ReturnData ?? true,
    };
  });
};

/**
 * What EventBridge is told of a change of state.
 *
 * @param id of the one metric's query.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export const changeDetail = (alarm: Alarm, before: StateNow, id: string): object => {
  const { AlarmDescription: description } = alarm.request;
  const about = description === undefined ? {} : { description };
  return {
    alarmName: alarm.name,
    state: stateDetail(alarm.state),
    previousState: stateDetail(before),
    configuration:
      alarm.kind === 'MetricAlarm'
        ? { ...about, metrics: metricsDetail(alarm, id) }
        : { ...about, alarmRule: alarm.request.AlarmRule },
  };
};
