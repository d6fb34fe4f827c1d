import type {
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
} from '@aws-sdk/client-cloudwatch';
import type { ActionDefinition } from '../../cloud.ts';
import {
  type Alarm,
  actionsFor,
  compositeAlarmView,
  type DataAlarm,
  isOn,
  metricAlarmView,
  type RuleAlarm,
} from './alarm.ts';
import { exclusive, outOfBounds } from './errors.ts';
import { metricIdOf } from './metric.ts';
import type { CloudWatchModel } from './model.ts';
import { pageOf } from './pages.ts';

/** The greatest, and the usual, number of records that are told at a time. */
const RECORDS = { most: 100, usual: 50 };
const NAMES = 100;

const sizeOf = (asked: number | undefined): number => {
  if (asked === undefined) return RECORDS.usual;
  if (Number.isInteger(asked) && asked >= 1 && asked <= RECORDS.most) return asked;
  throw outOfBounds('maxRecords', asked, `Member must have value from 1 to ${RECORDS.most}`);
};

const ALL_STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;

/** Everything that DescribeAlarms filters by, but for the type. */
const fits = (model: CloudWatchModel, alarm: Alarm, input: DescribeAlarmsInput): boolean => {
  const { AlarmNames, AlarmNamePrefix, StateValue, ActionPrefix, ChildrenOfAlarmName, ParentsOfAlarmName } = input;
  if (AlarmNames !== undefined && !AlarmNames.includes(alarm.name)) return false;
  if (AlarmNamePrefix !== undefined && !alarm.name.startsWith(AlarmNamePrefix)) return false;
  if (StateValue !== undefined && alarm.state.value !== StateValue) return false;
  if (ActionPrefix !== undefined) {
    const actions = ALL_STATES.flatMap((state) => actionsFor(alarm, state));
    if (!actions.some((action) => action.startsWith(ActionPrefix))) return false;
  }
  if (ChildrenOfAlarmName !== undefined) {
    return model.parentsOf(alarm).some(({ name }) => name === ChildrenOfAlarmName);
  }
  if (ParentsOfAlarmName !== undefined) {
    return alarm.kind === 'CompositeAlarm' && alarm.rule.children.includes(ParentsOfAlarmName);
  }
  return true;
};

/** Telling of alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export const describeActions = (model: CloudWatchModel): Readonly<Record<string, ActionDefinition>> => {
  const DescribeAlarms: ActionDefinition<DescribeAlarmsInput, DescribeAlarmsOutput> = {
    permissions: ({ AlarmNames }, { principal }) =>
      (AlarmNames ?? ['*']).map((name) => ({
        action: 'cloudwatch:DescribeAlarms',
        resource: model.arnOf(principal.accountId, name),
      })),
    run(input, { principal }) {
      if (input.AlarmNames !== undefined && input.AlarmNamePrefix !== undefined) {
        throw exclusive('AlarmNames', 'AlarmNamePrefix');
      }
      if ((input.AlarmNames?.length ?? 0) > NAMES) {
        throw outOfBounds('alarmNames', input.AlarmNames, `Member must have length less than or equal to ${NAMES}`);
      }
      const isRelated = input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined;
      // Without a type only metric alarms are told, unless relatives are asked for.
      const types: readonly string[] =
        input.AlarmTypes ?? (isRelated ? ['MetricAlarm', 'CompositeAlarm'] : ['MetricAlarm']);
      const found = model
        .ofAccount(principal.accountId)
        .filter((alarm) => types.includes(alarm.kind) && fits(model, alarm, input));
      const { items, next } = pageOf(found, sizeOf(input.MaxRecords), input.NextToken);
      return {
        MetricAlarms: items.filter((alarm): alarm is DataAlarm => alarm.kind === 'MetricAlarm').map(metricAlarmView),
        CompositeAlarms: items
          .filter((alarm): alarm is RuleAlarm => alarm.kind === 'CompositeAlarm')
          .map(compositeAlarmView),
        ...next,
      };
    },
  };

  const DescribeAlarmsForMetric: ActionDefinition<DescribeAlarmsForMetricInput, DescribeAlarmsForMetricOutput> = {
    permissions: () => [{ action: 'cloudwatch:DescribeAlarmsForMetric', resource: '*' }],
    run(input, { principal }) {
      const metric = metricIdOf(input.Namespace ?? '', input.MetricName ?? '', input.Dimensions);
      const found = model
        .ofAccount(principal.accountId)
        .filter((alarm): alarm is DataAlarm => alarm.kind === 'MetricAlarm' && isOn(alarm, metric))
        .filter(({ request }) => {
          const { Statistic, ExtendedStatistic, Period, Unit } = input;
          return (
            (Statistic === undefined || request.Statistic === Statistic) &&
            (ExtendedStatistic === undefined || request.ExtendedStatistic === ExtendedStatistic) &&
            (Period === undefined || request.Period === Period) &&
            (Unit === undefined || request.Unit === Unit)
          );
        });
      return { MetricAlarms: found.map(metricAlarmView) };
    },
  };

  const DescribeAlarmHistory: ActionDefinition<DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput> = {
    permissions: ({ AlarmName }, { principal }) => [
      { action: 'cloudwatch:DescribeAlarmHistory', resource: model.arnOf(principal.accountId, AlarmName ?? '*') },
    ],
    run(input, { principal }) {
      const { AlarmName, AlarmTypes, HistoryItemType, StartDate, EndDate, ScanBy } = input;
      const types: readonly string[] = AlarmTypes ?? ['MetricAlarm'];
      const alarms = model
        .ofAccount(principal.accountId)
        .filter(({ name, kind }) => (AlarmName === undefined ? types.includes(kind) : name === AlarmName));
      const items = alarms
        .flatMap((alarm) => alarm.history.map((item) => ({ alarm, ...item })))
        .filter(
          ({ at, type }) =>
            (HistoryItemType === undefined || type === HistoryItemType) &&
            at >= (StartDate?.getTime() ?? 0) &&
            at <= (EndDate?.getTime() ?? Number.POSITIVE_INFINITY),
        )
        .sort((a, b) => a.at - b.at);
      if (ScanBy !== 'TimestampAscending') items.reverse();
      const page = pageOf(items, sizeOf(input.MaxRecords), input.NextToken);
      return {
        AlarmHistoryItems: page.items.map(({ alarm, at, type, summary, data }) => ({
          AlarmName: alarm.name,
          AlarmType: alarm.kind,
          Timestamp: new Date(at),
          HistoryItemType: type,
          HistorySummary: summary,
          HistoryData: data,
        })),
        ...page.next,
      };
    },
  };

  return { DescribeAlarms, DescribeAlarmsForMetric, DescribeAlarmHistory };
};
