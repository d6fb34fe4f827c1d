import type { SessionKeys } from '../../iam/sessions.ts';

/** What Lambda puts into a function's environment comes from these. */
export interface EnvironmentParts {
  readonly region: string;
  readonly functionName: string;
  readonly version: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly logGroup: string;
  readonly logStream: string;
  readonly logFormat: 'Text' | 'JSON';
  /** Set where the function's JSON logs have a level. */
  readonly logLevel: string | undefined;
  readonly keys: SessionKeys;
  /** The sandbox's own address. */
  readonly endpoint: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Names that a function's configuration may not set.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const RESERVED_VARIABLES: readonly string[] = [
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
];

/**
 * A function's whole environment: its own variables, Lambda's, and where the sandbox is. Traces have nowhere to go here,
 * so Powertools is told not to make them; no `_X_AMZN_TRACE_ID` is set.
 */
export const lambdaEnvironment = (parts: EnvironmentParts): Record<string, string> => ({
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  ...parts.variables,
  AWS_REGION: parts.region,
  AWS_DEFAULT_REGION: parts.region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: parts.functionName,
  AWS_LAMBDA_FUNCTION_VERSION: parts.version,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(parts.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: parts.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: parts.logStream,
  AWS_LAMBDA_LOG_FORMAT: parts.logFormat,
  ...(parts.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: parts.logLevel }),
  _HANDLER: parts.handler,
  LAMBDA_TASK_ROOT: '/var/task',
  LAMBDA_RUNTIME_DIR: '/var/runtime',
  AWS_ACCESS_KEY_ID: parts.keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: parts.keys.secretAccessKey,
  AWS_SESSION_TOKEN: parts.keys.sessionToken,
  AWS_ENDPOINT_URL: parts.endpoint,
  POWERTOOLS_TRACE_ENABLED: 'false',
});
