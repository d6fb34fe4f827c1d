import type { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from '../services/errors.ts';
import type { Api, Operation } from './api.ts';
import { JsonReader, parseJson } from './json-decode.ts';
import { errorMembers, writeJson } from './json-error.ts';
import { bodyText, errorShape, type Protocol, respond } from './protocol.ts';
import { serialization } from './refusals.ts';
import { bindOutput, type RestBody, routeByPath } from './rest-bindings.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const JSON_TYPE = 'application/json';
const NO_CONTENT = 204;

const bodyOf = (request: WireRequest): RestBody => {
  const reader = new JsonReader(true);
  return {
    missing: reader.missing,
    malformed: (text, expected) => serialization(`"${text}" is not ${expected}`),
    payload: (schema) => {
      if (schema.isBlobSchema()) return new Uint8Array(request.body);
      if (schema.isStringSchema()) return bodyText(request);
      return reader.read(schema, parseJson(request.body));
    },
    members: (schema, only) => reader.struct(schema, parseJson(request.body), '', only),
  };
};

const payloadOf = (schema: NormalizedSchema, value: unknown): WireResponse['body'] | string => {
  if (value === undefined || value === null) return '';
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? value : writeJson(schema, value, true);
};

const answer = (_api: Api, operation: Operation, output: unknown): WireResponse => {
  const { status, headers, payload, members } = bindOutput(operation, output);
  const own = status === NO_CONTENT ? '' : writeJson(operation.output, members, true);
  const body = payload === undefined ? own : payloadOf(payload.schema, payload.value);
  const response = respond(status, JSON_TYPE, body);
  return { ...response, headers: { ...response.headers, ...headers } };
};

const refuse = (api: Api | undefined, error: AwsError): WireResponse => {
  const shape = errorShape(api, error);
  const name = shape?.name ?? error.code;
  const body = JSON.stringify({ __type: name, ...errorMembers(shape, error, true) });
  const response = respond(shape?.status ?? error.status, JSON_TYPE, body);
  return { ...response, headers: { ...response.headers, 'x-amzn-errortype': name } };
};

/**
 * Operations as methods and paths: labels, query, headers, and JSON or a blob as the body.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJson: Protocol = { route: routeByPath(bodyOf), answer, refuse, speaksQuery: false };
