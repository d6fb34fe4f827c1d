import { each } from '../property-rules.ts';
import { defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';

interface ScheduleProperties {
  readonly Name?: string;
  readonly GroupName?: string;
  readonly StartDate?: string;
  readonly EndDate?: string;
}

/** A schedule as CreateSchedule and UpdateSchedule take it. */
const scheduleOf = (name: string, { StartDate, EndDate, ...properties }: ScheduleProperties): object => ({
  ...properties,
  Name: name,
  ...(StartDate !== undefined && { StartDate: new Date(StartDate) }),
  ...(EndDate !== undefined && { EndDate: new Date(EndDate) }),
});

/**
 * Schedules and their groups.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html
 */
export const schedulerTypes: ResourceTypes = {
  'AWS::Scheduler::ScheduleGroup': resourceType<{ readonly Name?: string }>({
    properties: { Name: 'used', Tags: 'accepted' },
    async create(properties, { call, generatedName }) {
      const name = properties.Name ?? generatedName(64);
      const arn = textOf(await call('scheduler', 'CreateScheduleGroup', { Name: name }), 'ScheduleGroupArn');
      return { ref: name, attributes: { Arn: arn, State: 'ACTIVE' } };
    },
    replacing: ['Name'],
    async remove({ ref }, { call }) {
      await call('scheduler', 'DeleteScheduleGroup', { Name: ref });
    },
  }),

  'AWS::Scheduler::Schedule': resourceType<ScheduleProperties>({
    properties: {
      ...each('used', 'Name', 'Description', 'GroupName', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State'),
      ...each('used', 'FlexibleTimeWindow', 'Target', 'StartDate', 'EndDate'),
      KmsKeyArn: 'accepted',
    },
    async create(properties, { call, generatedName }) {
      const name = properties.Name ?? generatedName(64);
      const created = await call('scheduler', 'CreateSchedule', scheduleOf(name, properties));
      return { ref: name, attributes: { Arn: textOf(created, 'ScheduleArn') } };
    },
    replacing: ['Name', 'GroupName'],
    inPlace: [
      ...['Description', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State'],
      ...['FlexibleTimeWindow', 'Target', 'StartDate', 'EndDate'],
    ],
    async update({ ref, after }, { call }) {
      await call('scheduler', 'UpdateSchedule', scheduleOf(ref, after));
    },
    async remove({ ref, properties }, { call }) {
      await call('scheduler', 'DeleteSchedule', { Name: ref, ...defined({ GroupName: properties.GroupName }) });
    },
  }),
};
