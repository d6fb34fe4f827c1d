import { each } from '../property-rules.ts';
import { defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { tagRecord } from './policies.ts';

interface FunctionProperties {
  readonly FunctionName?: string;
  readonly Code: { readonly S3Bucket: string; readonly S3Key: string };
  readonly ReservedConcurrentExecutions?: number | string;
  readonly MemorySize?: number | string;
  readonly Timeout?: number | string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly [property: string]: unknown;
}

const numberOf = (value: number | string | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

/** Properties that go to CreateFunction as they stand. */
const PLAIN = [
  'Handler',
  'Runtime',
  'Role',
  'Environment',
  'Description',
  'Architectures',
  'DeadLetterConfig',
  'TracingConfig',
  'LoggingConfig',
  'PackageType',
];

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
      ...each('accepted', 'VpcConfig', 'EphemeralStorage', 'KmsKeyArn', 'RuntimeManagementConfig', 'SnapStart'),
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
    async create({ FunctionName, Description }, { call }) {
      const published = await call('lambda', 'PublishVersion', { FunctionName, ...defined({ Description }) });
      const version = textOf(published, 'Version');
      const whole = textOf(published, 'FunctionArn');
      // PublishVersion answers with the qualified ARN.
      const arn = whole.endsWith(`:${version}`) ? whole : `${whole}:${version}`;
      return { ref: arn, attributes: { FunctionArn: arn, Version: version } };
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
  }),

  'AWS::Lambda::Permission': resourceType<{ readonly FunctionName: string }>({
    properties: each(
      'used',
      'Action',
      'FunctionName',
      'Principal',
      'SourceArn',
      'SourceAccount',
      'EventSourceToken',
      'FunctionUrlAuthType',
      'PrincipalOrgID',
    ),
    async create(properties, { call, generatedName }) {
      const id = generatedName(100);
      await call('lambda', 'AddPermission', { StatementId: id, ...properties });
      return { ref: id, attributes: { Id: id } };
    },
  }),

  'AWS::Lambda::EventInvokeConfig': resourceType<{
    readonly FunctionName: string;
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
      await call('lambda', 'PutFunctionEventInvokeConfig', {
        ...properties,
        ...defined({
          MaximumEventAgeInSeconds: numberOf(properties.MaximumEventAgeInSeconds),
          MaximumRetryAttempts: numberOf(properties.MaximumRetryAttempts),
        }),
      });
      return { ref: generatedName(100), attributes: {} };
    },
  }),
};
