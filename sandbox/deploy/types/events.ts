import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import { each } from '../property-rules.ts';
import { type Creation, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
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

interface RuleProperties {
  readonly Name?: string;
  readonly EventBusName?: string;
  readonly EventPattern?: unknown;
  readonly Targets?: readonly { readonly Id: string }[];
}

type Call = Creation['call'];

const putRule = async (
  Name: string,
  { EventPattern, EventBusName, ...rest }: Omit<RuleProperties, 'Name' | 'Targets'>,
  call: Call,
): Promise<void> => {
  const pattern = EventPattern === undefined ? {} : { EventPattern: jsonText(EventPattern) };
  await call('events', 'PutRule', { Name, ...rest, EventBusName: busName(EventBusName), ...pattern });
};

const putTargets = async (
  Rule: string,
  EventBusName: string,
  Targets: readonly object[],
  call: Call,
): Promise<void> => {
  if (Targets.length === 0) return;
  const answer = await call('events', 'PutTargets', { Rule, EventBusName, Targets });
  const failed = answer.FailedEntries;
  if (Array.isArray(failed) && failed.length > 0) throw new Error(`targets refused: ${JSON.stringify(failed)}`);
};

const removeTargets = async (Rule: string, EventBusName: string, Ids: readonly string[], call: Call): Promise<void> => {
  if (Ids.length > 0) await call('events', 'RemoveTargets', { Rule, EventBusName, Ids });
};

const idsOf = ({ Targets = [] }: RuleProperties): readonly string[] => Targets.map(({ Id }) => Id);

/**
 * Event buses and rules.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
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
    replacing: ['Name'],
    async remove({ ref }, { call }) {
      await call('events', 'DeleteEventBus', { Name: ref });
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

  'AWS::Events::Rule': resourceType<RuleProperties>({
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
    async create({ Name, Targets = [], ...properties }, { call, generatedName, region }) {
      const name = Name ?? generatedName(64);
      const bus = busName(properties.EventBusName);
      await putRule(name, properties, call);
      await putTargets(name, bus, Targets, call);
      const path = bus === 'default' ? name : `${bus}/${name}`;
      return {
        ref: bus === 'default' ? name : `${bus}|${name}`,
        attributes: { Arn: `arn:aws:events:${region}:${PROVIDER_ACCOUNT}:rule/${path}`, RuleName: name },
      };
    },
    replacing: ['Name', 'EventBusName'],
    inPlace: ['Description', 'EventPattern', 'ScheduleExpression', 'State', 'RoleArn', 'Targets'],
    async update({ attributes, before, after }, { call }) {
      const { Name: _, Targets = [], ...properties } = after;
      const name = attributes.RuleName ?? '';
      const bus = busName(after.EventBusName);
      await putRule(name, properties, call);
      // First, since a rule has a limit of targets.
      const gone = idsOf(before).filter((id) => !idsOf(after).includes(id));
      await removeTargets(name, bus, gone, call);
      await putTargets(name, bus, Targets, call);
    },
    async remove({ attributes, properties }, { call }) {
      const name = attributes.RuleName ?? '';
      const bus = busName(properties.EventBusName);
      await removeTargets(name, bus, idsOf(properties), call);
      await call('events', 'DeleteRule', { Name: name, EventBusName: bus });
    },
  }),
};
