import type { AwsError } from '../services/errors.ts';
import type { Api, ErrorShape, Operation } from './api.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** What a request asks for; the input is read later, once it is known that the action is modelled. */
export interface Routed {
  /** As the client names it; the API need not have it. */
  readonly action: string;
  /** @throws AwsError the service's own refusal of a malformed or incomplete input. */
  readonly decode: (operation: Operation) => unknown;
}

/** The server's side of one protocol. */
export interface Protocol {
  /** The operation that the request names, or undefined where it names none. */
  route(api: Api, request: WireRequest): Routed | undefined;
  /** The answer to a call that went well. */
  answer(api: Api, operation: Operation, output: unknown, requestId: string): WireResponse;
  /** The answer to a call that did not; without an API where the service is unknown. */
  refuse(api: Api | undefined, error: AwsError, requestId: string): WireResponse;
  /** Whether codes are those of the query protocols (`InvalidAction`) or of the JSON ones (`UnknownOperationException`). */
  readonly speaksQuery: boolean;
}

/** The error's shape in the model, whether an action named it by its shape or by its query code. */
export const errorShape = (api: Api | undefined, error: AwsError): ErrorShape | undefined =>
  api?.errors.get(error.code);

const text = new TextEncoder();

/** A response with a body of text. */
export const respond = (status: number, contentType: string, body: string | Uint8Array): WireResponse => {
  const bytes = typeof body === 'string' ? text.encode(body) : body;
  return { status, headers: { 'content-type': contentType, 'content-length': String(bytes.byteLength) }, body: bytes };
};

/** The body as text. */
export const bodyText = ({ body }: WireRequest): string =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');

/** The path without its query. */
export const pathOf = ({ path }: WireRequest): string => path.split('?', 1)[0] ?? '/';

/** The query string's parameters. */
export const queryOf = ({ path }: WireRequest): URLSearchParams => {
  const start = path.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : path.slice(start + 1));
};
