import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import { each } from '../property-rules.ts';
import { type ResourceType, type ResourceTypes, resourceType } from '../resource-type.ts';

const alarm: ResourceType = resourceType<{ readonly AlarmName?: string }>({
  behaviour: 'without behaviour',
  properties: 'anything',
  replacing: ['AlarmName'],
  async create({ AlarmName }, { generatedName, region }) {
    const name = AlarmName ?? generatedName(255);
    return { ref: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${PROVIDER_ACCOUNT}:alarm:${name}` } };
  },
});

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

  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': alarm,
  'AWS::CloudWatch::Dashboard': resourceType<{ readonly DashboardName?: string }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    replacing: ['DashboardName'],
    async create({ DashboardName }, { generatedName }) {
      return { ref: DashboardName ?? generatedName(255), attributes: {} };
    },
  }),
};
