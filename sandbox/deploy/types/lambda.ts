import { isDeepStrictEqual } from 'node:util';
import { each } from '../property-rules.ts';
import { type Change, type Creation, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { type Tags, tagChange, tagRecord } from './tags.ts';

interface FunctionProperties {
  readonly FunctionName?: string;
  readonly Code: { readonly S3Bucket: string; readonly S3Key: string };
  readonly Architectures?: readonly string[];
  readonly ReservedConcurrentExecutions?: number | string;
  readonly MemorySize?: number | string;
  readonly Timeout?: number | string;
  readonly Tags?: Tags;
  readonly [property: string]: unknown;
}

const numberOf = (value: number | string | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

/** Properties that go to UpdateFunctionConfiguration as they stand, and what stands for one that is there no longer. */
const CONFIGURATION: Readonly<Record<string, unknown>> = {
  Handler: undefined,
  Runtime: undefined,
  Role: undefined,
  Environment: { Variables: {} },
  Description: '',
  DeadLetterConfig: { TargetArn: '' },
  TracingConfig: { Mode: 'PassThrough' },
  LoggingConfig: { LogFormat: 'Text' },
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
};
/** Properties that go to CreateFunction as they stand. */
const PLAIN = [...Object.keys(CONFIGURATION), 'Architectures', 'PackageType'];

/** What Lambda takes where a function says nothing. */
const DEFAULTS = { MemorySize: 128, Timeout: 3 };

const configure = async (
  { ref: FunctionName, before, after }: Change<FunctionProperties>,
  { call }: Creation,
): Promise<void> => {
  const changed = Object.keys(CONFIGURATION).filter((name) => !isDeepStrictEqual(before[name], after[name]));
  const numbers = defined({
    MemorySize: before.MemorySize === after.MemorySize ? undefined : numberOf(after.MemorySize ?? DEFAULTS.MemorySize),
    Timeout: before.Timeout === after.Timeout ? undefined : numberOf(after.Timeout ?? DEFAULTS.Timeout),
  });
  if (changed.length === 0 && Object.keys(numbers).length === 0) return;
  const plain = Object.fromEntries(changed.map((name) => [name, after[name] ?? CONFIGURATION[name]]));
  await call('lambda', 'UpdateFunctionConfiguration', { FunctionName, ...plain, ...numbers });
};

const updateCode = async (
  { ref: FunctionName, before, after }: Change<FunctionProperties>,
  { call }: Creation,
): Promise<void> => {
  const { Code, Architectures = ['x86_64'] } = after;
  if (isDeepStrictEqual([before.Code, before.Architectures], [Code, after.Architectures])) return;
  await call('lambda', 'UpdateFunctionCode', { FunctionName, ...Code, Architectures });
};

interface MappingProperties {
  readonly FunctionName: string;
  readonly EventSourceArn: string;
  readonly BatchSize?: number | string;
  readonly MaximumBatchingWindowInSeconds?: number | string;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number | string };
  readonly FunctionResponseTypes?: readonly string[];
  readonly Enabled?: boolean | string;
  readonly FilterCriteria?: object;
}

/** What an update says of settings that are there no longer: it leaves alone what it is not told of. */
const GONE = { ScalingConfig: {}, FunctionResponseTypes: [], Enabled: true };

const mappingInput = ({
  BatchSize,
  MaximumBatchingWindowInSeconds,
  ScalingConfig,
  Enabled,
  ...plain
}: MappingProperties) =>
  defined({
    ...plain,
    BatchSize: numberOf(BatchSize),
    MaximumBatchingWindowInSeconds: numberOf(MaximumBatchingWindowInSeconds),
    ScalingConfig: ScalingConfig && { MaximumConcurrency: numberOf(ScalingConfig.MaximumConcurrency) },
    Enabled: Enabled === undefined ? undefined : String(Enabled) === 'true',
  });

const PERMISSION = [
  'Action',
  'FunctionName',
  'Principal',
  'SourceArn',
  'SourceAccount',
  'EventSourceToken',
  'FunctionUrlAuthType',
  'PrincipalOrgID',
];

interface EventInvokeNumbers {
  readonly MaximumEventAgeInSeconds?: number | string;
  readonly MaximumRetryAttempts?: number | string;
}

const withNumbers = <P extends EventInvokeNumbers>(properties: P): object => ({
  ...properties,
  ...defined({
    MaximumEventAgeInSeconds: numberOf(properties.MaximumEventAgeInSeconds),
    MaximumRetryAttempts: numberOf(properties.MaximumRetryAttempts),
  }),
});

/**
 * Functions, their versions, aliases and permissions. Code is an asset of the assembly: inline code, images and layers have
 * no rule and are refused.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
 */
export const lambdaTypes: ResourceTypes = {
  'AWS::Lambda::Function': resourceType<FunctionProperties>({
    properties: {
      ...each('used', 'FunctionName', 'MemorySize', 'Timeout', 'Tags', ...PLAIN),
      Code: { S3Bucket: 'used', S3Key: 'used' },
      ReservedConcurrentExecutions: 'used',
      ...each('accepted', 'EphemeralStorage', 'KmsKeyArn', 'RuntimeManagementConfig', 'SnapStart'),
      RecursiveLoop: 'accepted',
    },
    async create(properties, { call, generatedName }) {
      const name = properties.FunctionName ?? generatedName(64);
      const created = await call('lambda', 'CreateFunction', {
        FunctionName: name,
        Code: properties.Code,
        ...Object.fromEntries(
          PLAIN.filter((property) => properties[property] !== undefined).map((property) => [
            property,
            properties[property],
          ]),
        ),
        ...defined({
          MemorySize: numberOf(properties.MemorySize),
          Timeout: numberOf(properties.Timeout),
          Tags: tagRecord(properties.Tags),
        }),
      });
      const reserved = numberOf(properties.ReservedConcurrentExecutions);
      if (reserved !== undefined) {
        await call('lambda', 'PutFunctionConcurrency', { FunctionName: name, ReservedConcurrentExecutions: reserved });
      }
      return { ref: name, attributes: { Arn: textOf(created, 'FunctionArn') } };
    },
    replacing: ['FunctionName', 'PackageType'],
    inPlace: [
      ...Object.keys(CONFIGURATION),
      'Code',
      'Architectures',
      'MemorySize',
      'Timeout',
      'ReservedConcurrentExecutions',
      'Tags',
    ],
    async update(change, creation) {
      const { ref: FunctionName, attributes, before, after } = change;
      const { call } = creation;
      await updateCode(change, creation);
      await configure(change, creation);
      const ReservedConcurrentExecutions = numberOf(after.ReservedConcurrentExecutions);
      if (ReservedConcurrentExecutions !== undefined) {
        await call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
      } else if (before.ReservedConcurrentExecutions !== undefined) {
        await call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
      }
      const { added, removed } = tagChange(before.Tags, after.Tags);
      const Resource = attributes.Arn;
      if (added.length > 0) await call('lambda', 'TagResource', { Resource, Tags: tagRecord(added) });
      if (removed.length > 0) await call('lambda', 'UntagResource', { Resource, TagKeys: removed });
    },
    async remove({ ref }, { call }) {
      await call('lambda', 'DeleteFunction', { FunctionName: ref });
    },
  }),

  'AWS::Lambda::Version': resourceType<{
    readonly FunctionName: string;
    readonly Description?: string;
    readonly CodeSha256?: string;
  }>({
    properties: {
      ...each('used', 'FunctionName', 'Description'),
      // CDK writes the hash of what it would have zipped; nothing is zipped here.
      ...each('accepted', 'CodeSha256', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'),
    },
    async create({ FunctionName, Description }, { call, isTaken }) {
      const published = await call('lambda', 'PublishVersion', { FunctionName, ...defined({ Description }) });
      const version = textOf(published, 'Version');
      const whole = textOf(published, 'FunctionArn');
      // PublishVersion answers with the qualified ARN.
      const arn = whole.endsWith(`:${version}`) ? whole : `${whole}:${version}`;
      // CloudFormation's own words: a stack has a version once.
      if (isTaken(arn)) {
        throw new Error(
          `AlreadyExists: A version for this Lambda function exists ( ${version} ). Modify the function to create a new version.`,
        );
      }
      return { ref: arn, attributes: { FunctionArn: arn, Version: version } };
    },
    replacing: ['FunctionName', 'Description'],
    async remove({ attributes, properties }, { call }) {
      const { FunctionName } = properties;
      await call('lambda', 'DeleteFunction', { FunctionName, Qualifier: attributes.Version });
    },
  }),

  'AWS::Lambda::Alias': resourceType<{
    readonly FunctionName: string;
    readonly FunctionVersion: string;
    readonly Name: string;
    readonly Description?: string;
  }>({
    properties: {
      ...each('used', 'FunctionName', 'FunctionVersion', 'Name', 'Description'),
      ProvisionedConcurrencyConfig: 'accepted',
    },
    async create(properties, { call }) {
      const arn = textOf(await call('lambda', 'CreateAlias', properties), 'AliasArn');
      return { ref: arn, attributes: { AliasArn: arn } };
    },
    replacing: ['FunctionName', 'Name'],
    inPlace: ['FunctionVersion', 'Description'],
    async update({ after }, { call }) {
      await call('lambda', 'UpdateAlias', { Description: '', ...after });
    },
    async remove({ properties: { FunctionName, Name } }, { call }) {
      await call('lambda', 'DeleteAlias', { FunctionName, Name });
    },
  }),

  'AWS::Lambda::Permission': resourceType<{ readonly FunctionName: string }>({
    properties: each('used', ...PERMISSION),
    async create(properties, { call, generatedName }) {
      const id = generatedName(100);
      await call('lambda', 'AddPermission', { StatementId: id, ...properties });
      return { ref: id, attributes: { Id: id } };
    },
    replacing: PERMISSION,
    async remove({ ref, properties: { FunctionName } }, { call }) {
      await call('lambda', 'RemovePermission', { FunctionName, StatementId: ref });
    },
  }),

  'AWS::Lambda::EventInvokeConfig': resourceType<{
    readonly FunctionName: string;
    readonly Qualifier: string;
    readonly MaximumEventAgeInSeconds?: number | string;
    readonly MaximumRetryAttempts?: number | string;
  }>({
    properties: each(
      'used',
      'FunctionName',
      'Qualifier',
      'DestinationConfig',
      'MaximumEventAgeInSeconds',
      'MaximumRetryAttempts',
    ),
    async create(properties, { call, generatedName }) {
      await call('lambda', 'PutFunctionEventInvokeConfig', withNumbers(properties));
      return { ref: generatedName(100), attributes: {} };
    },
    replacing: ['FunctionName', 'Qualifier'],
    inPlace: ['DestinationConfig', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts'],
    async update({ after }, { call }) {
      await call('lambda', 'PutFunctionEventInvokeConfig', withNumbers(after));
    },
    async remove({ properties: { FunctionName, Qualifier } }, { call }) {
      await call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier });
    },
  }),

  'AWS::Lambda::EventSourceMapping': resourceType<MappingProperties>({
    properties: {
      ...each('used', 'FunctionName', 'EventSourceArn', 'BatchSize', 'MaximumBatchingWindowInSeconds'),
      ...each('used', 'ScalingConfig', 'FunctionResponseTypes', 'Enabled', 'FilterCriteria'),
      ...each('accepted', 'Tags'),
    },
    async create(properties, { call }) {
      const created = await call('lambda', 'CreateEventSourceMapping', mappingInput(properties));
      const id = textOf(created, 'UUID');
      return { ref: id, attributes: { Id: id } };
    },
    replacing: ['EventSourceArn'],
    inPlace: [
      'FunctionName',
      'FilterCriteria',
      'BatchSize',
      'MaximumBatchingWindowInSeconds',
      'ScalingConfig',
      'FunctionResponseTypes',
      'Enabled',
    ],
    async update({ ref, after }, { call }) {
      const { EventSourceArn: _, ...input } = mappingInput(after);
      await call('lambda', 'UpdateEventSourceMapping', { ...GONE, ...input, UUID: ref });
    },
    async remove({ ref }, { call }) {
      await call('lambda', 'DeleteEventSourceMapping', { UUID: ref });
    },
  }),
};
