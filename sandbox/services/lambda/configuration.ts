import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  VpcConfig,
  VpcConfigResponse,
} from '@aws-sdk/client-lambda';
import { RESERVED_VARIABLES } from './environment.ts';
import { invalidParameter } from './errors.ts';
import type { LambdaOptions } from './model.ts';
import { functionArn } from './names.ts';

/** A function's configuration with everything that the sandbox reads filled in. */
export type Configuration = FunctionConfiguration & {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Version: string;
  readonly Role: string;
  readonly Handler: string;
  readonly Timeout: number;
  readonly MemorySize: number;
};

/** The only runtime that the hosts imitate. */
const RUNTIME = 'nodejs24.x';
/** All names and values together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ENVIRONMENT = 4096;

/** What changes what a function does, and which the sandbox cannot do. */
const REFUSED = ['Layers', 'FileSystemConfigs', 'ImageConfig', 'CapacityProviderConfig', 'DurableConfig'] as const;

const whole = (name: string, given: number | undefined, fallback: number, low: number, high: number): number => {
  const value = given ?? fallback;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw invalidParameter(`'${name}' is ${value}: it must be a whole number from ${low} to ${high}.`);
  }
  return value;
};

const checkVariables = (variables: Readonly<Record<string, string>>): void => {
  const names = Object.keys(variables);
  const reserved = names.filter((name) => RESERVED_VARIABLES.includes(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const bad = names.find((name) => !/^[a-zA-Z]\w+$/.test(name));
  if (bad !== undefined) throw invalidParameter(`'${bad}' cannot be the name of an environment variable.`);
  const size = Buffer.byteLength(JSON.stringify(variables));
  if (size > MAX_ENVIRONMENT) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. Size: ${size}`,
    );
  }
};

const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((size, entry) => size + statSync(join(entry.parentPath, entry.name)).size, 0);

/**
 * Where the code with an S3 key is.
 *
 * @throws AwsError `InvalidParameterValueException` where no asset has the key, and for code that comes otherwise.
 */
export const codeDirectory = (name: string, s3Key: string | undefined, options: LambdaOptions): string => {
  if (s3Key === undefined) {
    throw invalidParameter(
      `${name}: the sandbox takes code by its S3Key, as the CDK writes it; not inline or as an image.`,
    );
  }
  try {
    return options.assets(s3Key);
  } catch (error) {
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: ${(error as Error).message}`,
    );
  }
};

/** What a configuration says of the code. An asset's key is the hash of its content, so that of the key is as good. */
export const codeOf = (directory: string, s3Key: string | undefined): { CodeSize: number; CodeSha256: string } => ({
  CodeSize: sizeOf(directory),
  CodeSha256: createHash('sha256')
    .update(s3Key ?? '')
    .digest('base64'),
});

/** `2026-11-23T00:00:00.000+0000` */
export const lastModified = (now: number): string => new Date(now).toISOString().replace('Z', '+0000');

/** What CreateFunction's configuration needs beside its input. */
export interface ConfigurationParts {
  /** Where the function lives. */
  readonly region: string;
  /** Where the code is. */
  readonly directory: string;
  /** When, by the world's clock. */
  readonly now: number;
  readonly revisionId: string;
  /** The VPC of a subnet. */
  readonly vpcOf: LambdaOptions['vpcOf'];
}

/**
 * Where a function is. Subnets of two VPCs are refused, as is half a configuration; no subnets = in no VPC of its own.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
const networkOf = (config: VpcConfig | undefined, vpcOf: LambdaOptions['vpcOf']): VpcConfigResponse | undefined => {
  const { SubnetIds = [], SecurityGroupIds = [] } = config ?? {};
  if (SubnetIds.length === 0 && SecurityGroupIds.length === 0) return undefined;
  if (SubnetIds.length === 0 || SecurityGroupIds.length === 0) {
    throw invalidParameter('VpcConfig must name both SubnetIds and SecurityGroupIds.');
  }
  const [VpcId, other] = [...new Set(SubnetIds.map(vpcOf))];
  if (other !== undefined) throw invalidParameter(`The subnets are of several VPCs: ${VpcId}, ${other}.`);
  return { SubnetIds, SecurityGroupIds, ...(VpcId === undefined ? {} : { VpcId }) };
};

/**
 * CreateFunction's input, checked and with Lambda's defaults.
 *
 * @throws AwsError `InvalidParameterValueException` that names the value and what it may be.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export const readConfiguration = (
  input: Omit<CreateFunctionRequest, 'Code'> & Partial<Pick<CreateFunctionRequest, 'Code'>>,
  { region, directory, now, revisionId, vpcOf }: ConfigurationParts,
): Configuration => {
  const { FunctionName: name = '', Role, Handler } = input;
  if (input.PackageType === 'Image')
    throw invalidParameter(`${name} is a container image; the sandbox runs zip files.`);
  if (input.Runtime !== RUNTIME) {
    throw invalidParameter(`${name} has the runtime '${input.Runtime}'; the sandbox runs ${RUNTIME} only.`);
  }
  if (Role === undefined) throw invalidParameter(`${name} has no Role.`);
  if (Handler === undefined) throw invalidParameter(`${name} has no Handler, e.g. index.handler.`);
  for (const property of REFUSED) {
    if (input[property] !== undefined)
      throw invalidParameter(`${name} has ${property}, which the sandbox does not model.`);
  }
  const Variables = Object.fromEntries(
    Object.entries(input.Environment?.Variables ?? {}).map(([key, value]) => [key, String(value)]),
  );
  checkVariables(Variables);
  const FunctionArn = functionArn(region, { name, qualifier: undefined });
  const LogFormat = input.LoggingConfig?.LogFormat ?? 'Text';
  const network = networkOf(input.VpcConfig, vpcOf);
  return {
    FunctionName: name,
    FunctionArn,
    Runtime: RUNTIME,
    Role,
    Handler,
    ...codeOf(directory, input.Code?.S3Key),
    Description: input.Description ?? '',
    Timeout: whole('Timeout', input.Timeout, 3, 1, 900),
    MemorySize: whole('MemorySize', input.MemorySize, 128, 128, 10_240),
    LastModified: lastModified(now),
    Version: '$LATEST',
    ...(Object.keys(Variables).length === 0 ? {} : { Environment: { Variables } }),
    ...(input.DeadLetterConfig?.TargetArn ? { DeadLetterConfig: input.DeadLetterConfig } : {}),
    ...(network === undefined ? {} : { VpcConfig: network }),
    TracingConfig: { Mode: input.TracingConfig?.Mode ?? 'PassThrough' },
    RevisionId: revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: input.Architectures ?? ['x86_64'],
    EphemeralStorage: { Size: input.EphemeralStorage?.Size ?? 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat,
      LogGroup: input.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      ...(LogFormat === 'JSON'
        ? {
            ApplicationLogLevel: input.LoggingConfig?.ApplicationLogLevel ?? 'INFO',
            SystemLogLevel: input.LoggingConfig?.SystemLogLevel ?? 'INFO',
          }
        : {}),
    },
  };
};
