import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import { each } from '../property-rules.ts';
import { type ResourceType, type ResourceTypes, resourceType } from '../resource-type.ts';
import { type Tags, tagChange } from './tags.ts';

interface AlarmProperties {
  readonly AlarmName?: string;
  readonly AlarmDescription?: string;
  readonly Tags?: Tags;
}

const ACTIONS = ['ActionsEnabled', 'AlarmActions', 'OKActions', 'InsufficientDataActions'];

/** What only metric alarms have: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
const METRIC_ALARM = [
  ...['ComparisonOperator', 'DatapointsToAlarm', 'Dimensions', 'EvaluateLowSampleCountPercentile', 'EvaluationPeriods'],
  ...['ExtendedStatistic', 'MetricName', 'Metrics', 'Namespace', 'Period', 'Statistic', 'Threshold'],
  ...['ThresholdMetricId', 'TreatMissingData', 'Unit'],
];

const alarm = (action: 'PutMetricAlarm' | 'PutCompositeAlarm', own: readonly string[]): ResourceType => {
  const changeable = ['AlarmDescription', ...ACTIONS, ...own];
  return resourceType<AlarmProperties>({
    properties: each('used', 'AlarmName', 'Tags', ...changeable),
    async create(properties, { call, generatedName, region }) {
      const name = properties.AlarmName ?? generatedName(255);
      await call('monitoring', action, { ...properties, AlarmName: name });
      return { ref: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${PROVIDER_ACCOUNT}:alarm:${name}` } };
    },
    replacing: ['AlarmName'],
    inPlace: [...changeable, 'Tags'],
    async update({ ref, attributes, before, after }, { call }) {
      await call('monitoring', action, { ...after, AlarmName: ref });
      const { added, removed } = tagChange(before.Tags, after.Tags);
      const ResourceARN = attributes.Arn;
      if (removed.length > 0) await call('monitoring', 'UntagResource', { ResourceARN, TagKeys: removed });
      if (added.length > 0) await call('monitoring', 'TagResource', { ResourceARN, Tags: added });
    },
    async remove({ ref }, { call }) {
      await call('monitoring', 'DeleteAlarms', { AlarmNames: [ref] });
    },
  });
};

/**
 * Log groups, alarms and dashboards.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html
 */
export const observabilityTypes: ResourceTypes = {
  'AWS::Logs::LogGroup': resourceType<{ readonly LogGroupName?: string }>({
    properties: {
      LogGroupName: 'used',
      ...each('accepted', 'RetentionInDays', 'KmsKeyId', 'LogGroupClass', 'DataProtectionPolicy', 'FieldIndexPolicies'),
      ...each('accepted', 'Tags', 'DeletionProtectionEnabled'),
    },
    async create({ LogGroupName }, { call, generatedName, region }) {
      const name = LogGroupName ?? generatedName(512);
      await call('logs', 'CreateLogGroup', { logGroupName: name });
      return {
        ref: name,
        attributes: { Arn: `arn:aws:logs:${region}:${PROVIDER_ACCOUNT}:log-group:${name}:*` },
      };
    },
    replacing: ['LogGroupName'],
    async remove({ ref }, { call }) {
      await call('logs', 'DeleteLogGroup', { logGroupName: ref });
    },
  }),

  'AWS::CloudWatch::Alarm': alarm('PutMetricAlarm', METRIC_ALARM),
  'AWS::CloudWatch::CompositeAlarm': alarm('PutCompositeAlarm', [
    ...['AlarmRule', 'ActionsSuppressor', 'ActionsSuppressorWaitPeriod', 'ActionsSuppressorExtensionPeriod'],
  ]),
  'AWS::CloudWatch::Dashboard': resourceType<{ readonly DashboardName?: string }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    replacing: ['DashboardName'],
    async create({ DashboardName }, { generatedName }) {
      return { ref: DashboardName ?? generatedName(255), attributes: {} };
    },
  }),
};
