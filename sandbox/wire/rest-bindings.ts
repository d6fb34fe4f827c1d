import type { NormalizedSchema } from '@smithy/core/schema';
import { type Api, type Operation, requiredMembers } from './api.ts';
import { pathOf, queryOf, type Routed } from './protocol.ts';
import { type Missing, missingMembers } from './refusals.ts';
import { matchOperation, type PathMatch } from './rest-path.ts';
import { NotOfType, readText } from './scalars.ts';
import type { WireRequest } from './wire.ts';

/** The body of a REST request, read as its protocol writes bodies. */
export interface RestBody {
  /** What was required and is not in what was read so far. */
  readonly missing: readonly Missing[];
  /** The protocol's refusal of a label, a header or a query that is not of its type. */
  malformed(text: string, expected: string): Error;
  /** The member that is the whole body. */
  payload(schema: NormalizedSchema): unknown;
  /** The named members, those that are bound to nothing else. */
  members(schema: NormalizedSchema, only: ReadonlySet<string>): Readonly<Record<string, unknown>>;
}

/** Reads one text by its type. @throws Error what `malformed` makes. */
type AsText = (schema: NormalizedSchema, text: string) => unknown;

const asTextOf =
  (body: RestBody): AsText =>
  (schema, text) => {
    try {
      return readText(schema, text);
    } catch (error) {
      if (error instanceof NotOfType) throw body.malformed(text, error.expected);
      throw error;
    }
  };

/** A list in a header is one text with commas; in the query it is the same name again and again. */
const headerAs = (schema: NormalizedSchema, text: string, asText: AsText): unknown =>
  schema.isListSchema()
    ? text.split(',').map((item) => asText(schema.getValueSchema(), item.trim()))
    : asText(schema, text);

const queryAs = (schema: NormalizedSchema, texts: readonly string[], asText: AsText): unknown =>
  schema.isListSchema() ? texts.map((item) => asText(schema.getValueSchema(), item)) : asText(schema, texts[0] ?? '');

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Reads labels, query and headers, and leaves the rest to the body. @throws AwsError the service's refusal of what is missing. */
const decode = (
  api: Api,
  { input }: Operation,
  request: WireRequest,
  match: PathMatch,
  bodyOf: (request: WireRequest) => RestBody,
): unknown => {
  if (input.isUnitSchema()) return {};
  const body = bodyOf(request);
  const asText = asTextOf(body);
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
      if (label !== undefined && label !== '') value = asText(member, label);
    } else if (traits.httpQuery !== undefined) {
      const texts = query.getAll(String(traits.httpQuery));
      if (texts.length > 0) value = queryAs(member, texts, asText);
    } else if (traits.httpHeader !== undefined) {
      const header = request.headers[String(traits.httpHeader).toLowerCase()];
      if (header !== undefined) value = headerAs(member, header, asText);
    } else if (traits.httpPayload) {
      if (request.body.byteLength > 0) value = body.payload(member);
    } else {
      inBody.add(name);
      continue;
    }
    if (value !== undefined) bound[name] = value;
    else if (required.has(name)) missing.push({ path: lowerFirst(name) });
  }
  if (inBody.size > 0) Object.assign(bound, body.members(input, inBody));
  missing.push(...body.missing);
  if (missing.length > 0) throw missingMembers(api.service, false, missing);
  return bound;
};

/** Finds the operation of a REST request by its method and path, and reads its input when that is asked for. */
export const routeByPath =
  (bodyOf: (request: WireRequest) => RestBody) =>
  (api: Api, request: WireRequest): Routed | undefined => {
    const match = matchOperation(api, request.method, pathOf(request), queryOf(request));
    if (match === undefined) return undefined;
    return { action: match.operation.name, decode: (operation) => decode(api, operation, request, match, bodyOf) };
  };

const headerText = (value: unknown): string => (value instanceof Date ? value.toUTCString() : String(value));

/** An output taken apart by where its members go. */
export interface RestOutput {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The member that is the whole body, where there is one. */
  readonly payload: { readonly schema: NormalizedSchema; readonly value: unknown } | undefined;
  /** The members that are in the body. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** Tells which members of an output are headers, the status, or the body. */
export const bindOutput = (operation: Operation, output: unknown): RestOutput => {
  const values = (output ?? {}) as Readonly<Record<string, unknown>>;
  const headers: Record<string, string> = {};
  const members: Record<string, unknown> = {};
  let status = operation.http?.status ?? 200;
  let payload: RestOutput['payload'];
  for (const [name, member] of operation.output.structIterator()) {
    const traits = member.getMergedTraits();
    const value = values[name];
    if (traits.httpPayload) payload = { schema: member, value };
    else if (value === undefined || value === null) continue;
    else if (traits.httpResponseCode) status = Number(value);
    else if (traits.httpHeader !== undefined) headers[String(traits.httpHeader).toLowerCase()] = headerText(value);
    else members[name] = value;
  }
  return { status, headers, payload, members };
};
