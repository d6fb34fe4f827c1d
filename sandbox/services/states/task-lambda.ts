import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import type { Json } from '../../asl/definition.ts';
import { StateError } from '../../asl/state-error.ts';
import type { AwsError } from '../errors.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { orTaskError, sdkCause } from './task-failure.ts';
import type { TaskContext } from './tasks.ts';

/** Codes of Lambda's Invoke that its model does not list: they arrive under the SDK's base name. */
const UNLISTED = ['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException', 'ThrottlingException'];

const lambdaError = (failure: AwsError, requestId: string): StateError => {
  const { code } = failure;
  const name = code === 'InternalFailure' || code === 'InternalError' ? 'ServiceException' : code;
  const plain = name.endsWith('Exception') ? name : `${name}Exception`;
  const error = UNLISTED.includes(code) ? 'Lambda.AWSLambdaException' : `Lambda.${plain}`;
  return new StateError(error, sdkCause('Lambda', failure, requestId));
};

const parse = (text: string): Json => {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};

/** A function's own failure: its error's type, and the whole payload as the cause. */
const functionError = (payload: string): StateError => {
  const value = parse(payload);
  const type = typeof value === 'object' && value !== null && !Array.isArray(value) ? value.errorType : undefined;
  if (typeof type === 'string') return new StateError(type, payload);
  return new StateError(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
};

const invoke = async (
  { cloud, principal }: TaskContext,
  input: InvocationRequest,
): Promise<{ readonly response: InvocationResponse; readonly text: string }> => {
  const response = await orTaskError<InvocationResponse>(
    () => cloud.invoke({ service: 'lambda', action: 'Invoke', input, principal }),
    (failure) => lambdaError(failure, cloud.random.uuid()),
  );
  const text = Buffer.from(response.Payload ?? new Uint8Array()).toString('utf8');
  if (response.FunctionError !== undefined) throw functionError(text);
  return { response, text };
};

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8');

/** A bare function ARN as a Task's Resource: its input goes in whole, what it returns is the result. */
export const invokeFunction = async (context: TaskContext): Promise<Json> => {
  const { resource, arguments: payload } = context.request;
  const { text } = await invoke(context, { FunctionName: resource.arn, Payload: bytesOf(payload) });
  return parse(text);
};

/**
 * `arn:aws:states:::lambda:invoke`: parameters as of Lambda's Invoke, with `Payload` as JSON; the result has the parsed
 * payload beside the reply's metadata. https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export const invokeOptimised = async (context: TaskContext): Promise<Json> => {
  const { cloud, request } = context;
  const { Payload: payload, ...parameters } = (request.arguments ?? {}) as Record<string, unknown>;
  if (typeof parameters.FunctionName !== 'string') {
    throw new StateError('States.Runtime', "The Arguments of 'lambda:invoke' must have a 'FunctionName'.");
  }
  const { response, text } = await invoke(context, {
    ...(parameters as unknown as InvocationRequest),
    Payload: bytesOf(payload === undefined ? {} : payload),
  });
  const version = response.ExecutedVersion ?? '$LATEST';
  const trace = cloud.random.hex(32);
  return {
    ExecutedVersion: version,
    Payload: parse(text),
    ...sdkMetadata(cloud, Buffer.byteLength(text), 'application/json', {
      'X-Amz-Executed-Version': version,
      'X-Amzn-Trace-Id': `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Sampled=0`,
      'x-amzn-Remapped-Content-Length': '0',
    }),
    StatusCode: response.StatusCode ?? 200,
  };
};
