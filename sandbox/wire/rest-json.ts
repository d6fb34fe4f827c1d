import type { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from '../services/errors.ts';
import { type Api, type Operation, requiredMembers } from './api.ts';
import { JsonReader, parseJson } from './json-decode.ts';
import { errorMembers, writeJson } from './json-error.ts';
import { bodyText, errorShape, type Protocol, pathOf, queryOf, type Routed, respond } from './protocol.ts';
import { type Missing, missingMembers, serialization } from './refusals.ts';
import { matchOperation, type PathMatch } from './rest-path.ts';
import { NotOfType, readText } from './scalars.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const JSON_TYPE = 'application/json';
const NO_CONTENT = 204;

const textAs = (schema: NormalizedSchema, text: string): unknown => {
  try {
    return readText(schema, text);
  } catch (error) {
    if (error instanceof NotOfType) throw serialization(`"${text}" is not ${error.expected}`);
    throw error;
  }
};

/** A list in a header is one text with commas; in the query it is the same name again and again. */
const headerAs = (schema: NormalizedSchema, text: string): unknown =>
  schema.isListSchema()
    ? text.split(',').map((item) => textAs(schema.getValueSchema(), item.trim()))
    : textAs(schema, text);

const queryAs = (schema: NormalizedSchema, texts: readonly string[]): unknown =>
  schema.isListSchema() ? texts.map((item) => textAs(schema.getValueSchema(), item)) : textAs(schema, texts[0] ?? '');

const payloadAs = (schema: NormalizedSchema, request: WireRequest, reader: JsonReader): unknown => {
  if (schema.isBlobSchema()) return new Uint8Array(request.body);
  if (schema.isStringSchema()) return bodyText(request);
  return reader.read(schema, parseJson(request.body));
};

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const decode = (api: Api, { input }: Operation, request: WireRequest, match: PathMatch): unknown => {
  if (input.isUnitSchema()) return {};
  const reader = new JsonReader(true);
  const query = queryOf(request);
  const required = new Set(requiredMembers(input));
  const bound: Record<string, unknown> = {};
  const missing: Missing[] = [];
  const inBody = new Set<string>();
  for (const [name, member] of input.structIterator()) {
    const traits = member.getMergedTraits();
    let value: unknown;
    if (traits.httpLabel) {
      const label = match.labels.get(name);
      if (label !== undefined && label !== '') value = textAs(member, label);
    } else if (traits.httpQuery !== undefined) {
      const texts = query.getAll(String(traits.httpQuery));
      if (texts.length > 0) value = queryAs(member, texts);
    } else if (traits.httpHeader !== undefined) {
      const header = request.headers[String(traits.httpHeader).toLowerCase()];
      if (header !== undefined) value = headerAs(member, header);
    } else if (traits.httpPayload) {
      if (request.body.byteLength > 0) value = payloadAs(member, request, reader);
    } else {
      inBody.add(name);
      continue;
    }
    if (value !== undefined) bound[name] = value;
    else if (required.has(name)) missing.push({ path: lowerFirst(name) });
  }
  if (inBody.size > 0) Object.assign(bound, reader.struct(input, parseJson(request.body), '', inBody));
  missing.push(...reader.missing);
  if (missing.length > 0) throw missingMembers(api.service, false, missing);
  return bound;
};

const route = (api: Api, request: WireRequest): Routed | undefined => {
  const match = matchOperation(api, request.method, pathOf(request), queryOf(request));
  if (match === undefined) return undefined;
  return { action: match.operation.name, decode: (operation) => decode(api, operation, request, match) };
};

const headerText = (value: unknown): string => (value instanceof Date ? value.toUTCString() : String(value));

const payloadOf = (schema: NormalizedSchema, value: unknown): WireResponse['body'] | string => {
  if (value === undefined || value === null) return '';
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? value : writeJson(schema, value, true);
};

const answer = (_api: Api, operation: Operation, output: unknown): WireResponse => {
  const values = (output ?? {}) as Readonly<Record<string, unknown>>;
  const headers: Record<string, string> = {};
  let status = operation.http?.status ?? 200;
  let payload: WireResponse['body'] | string | undefined;
  const inBody: Record<string, unknown> = {};
  for (const [name, member] of operation.output.structIterator()) {
    const traits = member.getMergedTraits();
    const value = values[name];
    if (traits.httpPayload) payload = payloadOf(member, value);
    else if (value === undefined || value === null) continue;
    else if (traits.httpResponseCode) status = Number(value);
    else if (traits.httpHeader !== undefined) headers[String(traits.httpHeader).toLowerCase()] = headerText(value);
    else inBody[name] = value;
  }
  const body = payload ?? (status === NO_CONTENT ? '' : writeJson(operation.output, inBody, true));
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
export const restJson: Protocol = { route, answer, refuse, speaksQuery: false };
