import { DeploymentError } from '../deployment-error.ts';
import { each } from '../property-rules.ts';
import { defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';

interface StateMachineProperties {
  readonly StateMachineName?: string;
  readonly StateMachineType?: string;
  readonly RoleArn: string;
  readonly DefinitionString?: string;
  readonly Definition?: object;
  readonly DefinitionSubstitutions?: Readonly<Record<string, unknown>>;
  readonly LoggingConfiguration?: {
    readonly Level?: string;
    readonly IncludeExecutionData?: boolean;
    readonly Destinations?: readonly { readonly CloudWatchLogsLogGroup?: { readonly LogGroupArn?: string } }[];
  };
  readonly TracingConfiguration?: { readonly Enabled?: boolean };
}

/** Puts values in the place of `${name}`; what has no value stays as it is, as in CloudFormation. */
const substituted = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));

/** Replaces inside an object's texts before it becomes JSON, so that quotes and line ends in a value do no harm. */
const substitutedIn = (value: unknown, values: Readonly<Record<string, unknown>>): unknown => {
  if (typeof value === 'string') return substituted(value, values);
  if (Array.isArray(value)) return value.map((entry) => substitutedIn(entry, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, substitutedIn(entry, values)]));
};

const definitionOf = (properties: StateMachineProperties): string => {
  const { Definition, DefinitionString, DefinitionSubstitutions = {} } = properties;
  if (DefinitionString !== undefined) return substituted(DefinitionString, DefinitionSubstitutions);
  if (Definition !== undefined) return JSON.stringify(substitutedIn(Definition, DefinitionSubstitutions));
  throw new DeploymentError('it needs DefinitionString or Definition');
};

/** How CreateStateMachine and UpdateStateMachine are told to log and to trace. */
const observationOf = ({ LoggingConfiguration: logging, TracingConfiguration: tracing }: StateMachineProperties) => ({
  ...(logging !== undefined && {
    loggingConfiguration: defined({
      level: logging.Level,
      includeExecutionData: logging.IncludeExecutionData,
      destinations: logging.Destinations?.map(({ CloudWatchLogsLogGroup: group }) => ({
        cloudWatchLogsLogGroup: defined({ logGroupArn: group?.LogGroupArn }),
      })),
    }),
  }),
  ...(tracing !== undefined && { tracingConfiguration: defined({ enabled: tracing.Enabled }) }),
});

/**
 * State machines. The definition is in the template: one that lies in S3 has no rule and is refused.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
 */
export const stateTypes: ResourceTypes = {
  'AWS::StepFunctions::StateMachine': resourceType<StateMachineProperties>({
    properties: {
      ...each('used', 'StateMachineName', 'StateMachineType', 'RoleArn', 'DefinitionString', 'Definition'),
      DefinitionSubstitutions: 'used',
      LoggingConfiguration: {
        ...each('used', 'Level', 'IncludeExecutionData'),
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'used' } }],
      },
      TracingConfiguration: { Enabled: 'used' },
      ...each('accepted', 'Tags', 'EncryptionConfiguration'),
    },
    async create(properties, { call, generatedName }) {
      const name = properties.StateMachineName ?? generatedName(80);
      const created = await call('states', 'CreateStateMachine', {
        name,
        definition: definitionOf(properties),
        roleArn: properties.RoleArn,
        type: properties.StateMachineType ?? 'STANDARD',
        ...observationOf(properties),
      });
      const arn = textOf(created, 'stateMachineArn');
      return { ref: arn, attributes: { Arn: arn, Name: name, StateMachineRevisionId: 'INITIAL' } };
    },
    replacing: ['StateMachineName', 'StateMachineType'],
    inPlace: [
      'RoleArn',
      'DefinitionString',
      'Definition',
      'DefinitionSubstitutions',
      'LoggingConfiguration',
      'TracingConfiguration',
    ],
    async update({ ref, after }, { call }) {
      await call('states', 'UpdateStateMachine', {
        stateMachineArn: ref,
        definition: definitionOf(after),
        roleArn: after.RoleArn,
        loggingConfiguration: { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
        ...observationOf(after),
      });
    },
    async remove({ ref }, { call }) {
      await call('states', 'DeleteStateMachine', { stateMachineArn: ref });
    },
  }),
};
