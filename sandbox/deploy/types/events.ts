import { PROVIDER_ACCOUNT, REGION } from '../../cloud.ts';
import { each } from '../property-rules.ts';
import { type Creation, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { jsonText, policyText } from './policies.ts';

/** A bus may be named by its ARN; rules and permissions speak of its name. */
const busName = (nameOrArn: string | undefined): string => nameOrArn?.split('/').at(-1) ?? 'default';

/** A bus has one policy; every AWS::Events::EventBusPolicy adds its statement to it. */
const addStatement = async (bus: string, statement: object, creation: Creation): Promise<void> => {
  const statements = creation.shared<object[]>(`policy of bus ${bus}`, () => []);
  statements.push(statement);
  await putPolicy(bus, { Version: '2012-10-17', Statement: statements }, creation);
};

const putPolicy = (bus: string, document: unknown, { call }: Creation): Promise<unknown> =>
  call('events', 'PutPermission', { EventBusName: bus, Policy: policyText(document, `of event bus ${bus}`) });

/**
 * Event buses, rules, pipes and schedules.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Pipes.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html
 */
export const eventTypes: ResourceTypes = {
  'AWS::Events::EventBus': resourceType<{
    readonly Name: string;
    readonly Description?: string;
    readonly Policy?: unknown;
  }>({
    properties: {
      ...each('used', 'Name', 'Description', 'Policy', 'DeadLetterConfig'),
      ...each('accepted', 'KmsKeyIdentifier', 'LogConfig', 'Tags'),
    },
    async create({ Policy, ...properties }, creation) {
      const arn = textOf(await creation.call('events', 'CreateEventBus', properties), 'EventBusArn');
      if (Policy !== undefined) await putPolicy(properties.Name, Policy, creation);
      return { ref: properties.Name, attributes: { Arn: arn, Name: properties.Name } };
    },
  }),

  'AWS::Events::EventBusPolicy': resourceType<{
    readonly EventBusName?: string;
    readonly StatementId: string;
    readonly Statement: object;
  }>({
    properties: each('used', 'EventBusName', 'StatementId', 'Statement'),
    async create({ EventBusName, StatementId, Statement }, creation) {
      await addStatement(busName(EventBusName), { Sid: StatementId, ...Statement }, creation);
      return { ref: creation.generatedName(64), attributes: {} };
    },
  }),

  'AWS::Events::Rule': resourceType<{
    readonly Name?: string;
    readonly EventBusName?: string;
    readonly EventPattern?: unknown;
    readonly Targets?: readonly object[];
  }>({
    properties: {
      ...each('used', 'Name', 'Description', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'RoleArn'),
      Tags: 'accepted',
      Targets: [
        {
          ...each('used', 'Arn', 'Id', 'RoleArn', 'Input', 'InputPath', 'DeadLetterConfig', 'RetryPolicy'),
          InputTransformer: { InputPathsMap: 'used', InputTemplate: 'used' },
          SqsParameters: { MessageGroupId: 'used' },
        },
      ],
    },
    async create({ Name, EventPattern, Targets = [], ...properties }, { call, generatedName }) {
      const name = Name ?? generatedName(64);
      const bus = busName(properties.EventBusName);
      await call('events', 'PutRule', {
        Name: name,
        ...properties,
        EventBusName: bus,
        ...defined({ EventPattern: EventPattern === undefined ? undefined : jsonText(EventPattern) }),
      });
      if (Targets.length > 0) {
        const answer = await call('events', 'PutTargets', { Rule: name, EventBusName: bus, Targets });
        const failed = answer.FailedEntries;
        if (Array.isArray(failed) && failed.length > 0) throw new Error(`targets refused: ${JSON.stringify(failed)}`);
      }
      const path = bus === 'default' ? name : `${bus}/${name}`;
      return {
        ref: bus === 'default' ? name : `${bus}|${name}`,
        attributes: { Arn: `arn:aws:events:${REGION}:${PROVIDER_ACCOUNT}:rule/${path}`, RuleName: name },
      };
    },
  }),

  'AWS::Pipes::Pipe': resourceType<{ readonly Name?: string; readonly Tags?: Readonly<Record<string, string>> }>({
    properties: {
      ...each('used', 'Name', 'Description', 'DesiredState', 'RoleArn', 'Source', 'SourceParameters'),
      ...each('used', 'Enrichment', 'EnrichmentParameters', 'Target', 'TargetParameters', 'Tags'),
      ...each('accepted', 'LogConfiguration', 'KmsKeyIdentifier'),
    },
    async create(properties, { call, generatedName }) {
      const name = properties.Name ?? generatedName(64);
      const created = await call('pipes', 'CreatePipe', { ...properties, Name: name });
      return {
        ref: name,
        attributes: { Arn: textOf(created, 'Arn'), CurrentState: textOf(created, 'DesiredState') },
      };
    },
  }),

  'AWS::Scheduler::ScheduleGroup': resourceType<{ readonly Name?: string }>({
    properties: { Name: 'used', Tags: 'accepted' },
    async create(properties, { call, generatedName }) {
      const name = properties.Name ?? generatedName(64);
      const arn = textOf(await call('scheduler', 'CreateScheduleGroup', { Name: name }), 'ScheduleGroupArn');
      return { ref: name, attributes: { Arn: arn, State: 'ACTIVE' } };
    },
  }),

  'AWS::Scheduler::Schedule': resourceType<{
    readonly Name?: string;
    readonly StartDate?: string;
    readonly EndDate?: string;
  }>({
    properties: {
      ...each('used', 'Name', 'Description', 'GroupName', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State'),
      ...each('used', 'FlexibleTimeWindow', 'Target', 'StartDate', 'EndDate'),
      KmsKeyArn: 'accepted',
    },
    async create(properties, { call, generatedName }) {
      const name = properties.Name ?? generatedName(64);
      const { StartDate, EndDate } = properties;
      const created = await call('scheduler', 'CreateSchedule', {
        ...properties,
        Name: name,
        ...(StartDate !== undefined && { StartDate: new Date(StartDate) }),
        ...(EndDate !== undefined && { EndDate: new Date(EndDate) }),
      });
      return { ref: name, attributes: { Arn: textOf(created, 'ScheduleArn') } };
    },
  }),
};
