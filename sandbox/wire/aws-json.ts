import type { AwsError } from '../services/errors.ts';
import type { Api, Operation } from './api.ts';
import { JsonReader, parseJson, rawObject } from './json-decode.ts';
import { errorMembers, writeJson } from './json-error.ts';
import { errorShape, type Protocol, type Routed, respond } from './protocol.ts';
import { missingMembers } from './refusals.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const mediaType = (api: Api | undefined): string => `application/x-amz-json-${api?.service.jsonVersion ?? '1.0'}`;

const decode = (api: Api, operation: Operation, request: WireRequest): unknown => {
  const body = parseJson(request.body);
  if (api.service.raw) return rawObject(body);
  if (operation.input.isUnitSchema()) return {};
  const reader = new JsonReader(false);
  const input = reader.struct(operation.input, body);
  if (reader.missing.length === 0) return input;
  // Services that word absence as a parameter's name it as the model does, in capitals.
  const capitals = reader.missing.map(({ path }) => ({ path: path.charAt(0).toUpperCase() + path.slice(1) }));
  throw missingMembers(api.service, false, api.service.missing === 'parameter' ? capitals : reader.missing);
};

/** `X-Amz-Target: AWSStepFunctions.StartExecution`. */
const route = (api: Api, request: WireRequest): Routed | undefined => {
  const target = request.headers['x-amz-target'];
  if (target === undefined) return undefined;
  const [prefix, action] = target.split('.');
  if (action === undefined || prefix !== api.service.target) return { action: target, decode: () => ({}) };
  return { action, decode: (operation) => decode(api, operation, request) };
};

const answer = (api: Api, operation: Operation, output: unknown): WireResponse => {
  const body = api.service.raw ? JSON.stringify(output ?? {}) : writeJson(operation.output, output, false);
  return respond(200, mediaType(api), body);
};

const refuse = (api: Api | undefined, error: AwsError): WireResponse => {
  const shape = errorShape(api, error);
  const status = shape?.status ?? error.status;
  const namespace = api?.service.errorNamespace;
  const type =
    shape === undefined ? error.code : namespace === undefined ? shape.qualifiedName : `${namespace}#${shape.name}`;
  const members = api?.service.raw ? { message: error.message, ...error.members } : errorMembers(shape, error, false);
  const response = respond(status, mediaType(api), JSON.stringify({ __type: type, ...members }));
  const errorType = { 'x-amzn-errortype': shape?.name ?? error.code };
  if (!api?.service.queryCompatible) return { ...response, headers: { ...response.headers, ...errorType } };
  const fault = status < 500 ? 'Sender' : 'Receiver';
  const queryError = { 'x-amzn-query-error': `${shape?.queryCode ?? queryCode(error.code)};${fault}` };
  return { ...response, headers: { ...response.headers, ...errorType, ...queryError } };
};

/** What the query protocol calls an error that the front end makes. */
const queryCode = (code: string): string =>
  ({ MissingRequiredParameterException: 'MissingParameter', UnknownOperationException: 'InvalidAction' })[code] ?? code;

/**
 * JSON over POST with the operation in a header; versions 1.0 and 1.1 differ in their media type.
 * SQS's errors also say, in `x-amzn-query-error`, what they were called before it spoke JSON.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
 */
export const awsJson: Protocol = { route, answer, refuse, speaksQuery: false };
