import type {
  CompositeAlarm,
  MetricAlarm,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmRule } from './alarm-rule.ts';
import type { AlarmDefinition } from './definition.ts';
import type { AlarmState } from './evaluation.ts';
import { metricIdOf } from './metric.ts';

/** A state of an alarm, with the reasons that AWS gives. */
export interface StateNow {
  readonly value: AlarmState;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData: string | undefined;
  /** In milliseconds since the epoch. */
  readonly at: number;
}

/** One line of an alarm's history. */
export interface HistoryItem {
  readonly at: number;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  /** JSON text. */
  readonly data: string;
}

interface CommonAlarm {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly tags: Map<string, string>;
  readonly history: HistoryItem[];
  state: StateNow;
  configuredAt: number;
  actionsEnabled: boolean;
  /** Ends the following of its data, or of its children. */
  stop: () => void;
}

/** An alarm on data. */
export interface DataAlarm extends CommonAlarm {
  readonly kind: 'MetricAlarm';
  request: PutMetricAlarmInput;
  definition: AlarmDefinition;
  wake: () => void;
}

/** An alarm on other alarms. */
export interface RuleAlarm extends CommonAlarm {
  readonly kind: 'CompositeAlarm';
  request: PutCompositeAlarmInput;
  rule: AlarmRule;
}

/** Either. */
export type Alarm = DataAlarm | RuleAlarm;

/** What an alarm does when it comes into a state: ARNs. */
export const actionsFor = ({ request }: Alarm, state: AlarmState): readonly string[] => {
  if (state === 'ALARM') return request.AlarmActions ?? [];
  return (state === 'OK' ? request.OKActions : request.InsufficientDataActions) ?? [];
};

const commonView = (alarm: Alarm) => {
  const { request, state } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: request.AlarmDescription,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...(request.OKActions ?? [])],
    AlarmActions: [...(request.AlarmActions ?? [])],
    InsufficientDataActions: [...(request.InsufficientDataActions ?? [])],
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.at),
    StateTransitionedTimestamp: new Date(state.at),
  };
};

/** A metric alarm as DescribeAlarms tells it. */
export const metricAlarmView = (alarm: DataAlarm): MetricAlarm => {
  const { request } = alarm;
  return {
    ...commonView(alarm),
    MetricName: request.MetricName,
    Namespace: request.Namespace,
    Statistic: request.Statistic,
    ExtendedStatistic: request.ExtendedStatistic,
    // An alarm without dimensions has an empty list; one on Metrics too.
    Dimensions: [...(request.Dimensions ?? [])],
    Period: request.Period,
    Unit: request.Unit,
    EvaluationPeriods: request.EvaluationPeriods,
    DatapointsToAlarm: request.DatapointsToAlarm,
    Threshold: request.Threshold,
    ComparisonOperator: request.ComparisonOperator,
    TreatMissingData: request.TreatMissingData,
    Metrics: request.Metrics,
  };
};

/** A composite alarm as DescribeAlarms tells it. */
export const compositeAlarmView = (alarm: RuleAlarm): CompositeAlarm => ({
  ...commonView(alarm),
  AlarmRule: alarm.request.AlarmRule,
});

/** Whether the alarm is on this one metric. */
export const isOn = (
  { request }: DataAlarm,
  { namespace, name, dimensions }: ReturnType<typeof metricIdOf>,
): boolean => {
  if (request.Namespace !== namespace || request.MetricName !== name) return false;
  const own = metricIdOf(namespace, name, request.Dimensions).dimensions;
  return (
    own.length === dimensions.length &&
    own.every((each, index) => each.name === dimensions[index]?.name && each.value === dimensions[index].value)
  );
};
