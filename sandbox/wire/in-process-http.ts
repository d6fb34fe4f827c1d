import { EventEmitter } from 'node:events';
import { METHODS, maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Clock } from '../clock/clock.ts';
import { ClientRequest, IncomingMessage, type RequestOptions } from './in-process-request.ts';
import type { WireHandler } from './wire.ts';

type ResponseListener = (response: IncomingMessage) => void;
type MakeRequest = (
  target: string | URL | RequestOptions,
  options?: RequestOptions | ResponseListener,
  listener?: ResponseListener,
) => ClientRequest;

/** Keeps the options that callers look at; there is nothing to pool. */
export class Agent extends EventEmitter {
  readonly options: Readonly<Record<string, unknown>>;
  readonly keepAlive: boolean;
  readonly keepAliveMsecs: number;
  readonly maxSockets: number;
  readonly maxFreeSockets: number;
  readonly sockets = {};
  readonly freeSockets = {};
  readonly requests = {};

  constructor(options: Readonly<Record<string, unknown>> = {}) {
    super();
    this.options = { ...options };
    this.keepAlive = options.keepAlive === true;
    this.keepAliveMsecs = Number(options.keepAliveMsecs ?? 1000);
    this.maxSockets = Number(options.maxSockets ?? Number.POSITIVE_INFINITY);
    this.maxFreeSockets = Number(options.maxFreeSockets ?? 256);
  }

  destroy(): void {
    // no connection is kept
  }
}

/** What a bundle gets for `node:http` and `node:https`: the parts that make requests, none that listens. */
export interface InProcessHttp {
  readonly request: MakeRequest;
  /** The same, ended at once. */
  readonly get: MakeRequest;
  readonly Agent: typeof Agent;
  readonly globalAgent: Agent;
  readonly ClientRequest: typeof ClientRequest;
  readonly IncomingMessage: typeof IncomingMessage;
  readonly METHODS: readonly string[];
  readonly STATUS_CODES: Readonly<Record<number, string | undefined>>;
  readonly maxHeaderSize: number;
}

const fromUrl = (target: string | URL): RequestOptions => {
  const { hostname, port, pathname, search } = new URL(target);
  return { hostname, port, path: `${pathname}${search}` };
};

/**
 * A stand-in for `node:http` and `node:https` whose every request goes to the handler, whatever its host: what the
 * `require` of a simulated function gives its bundle. It proceeds by microtasks and `nextTick`; idle time-outs
 * (`setTimeout` of a request or socket) run on the clock, and never without one.
 */
export const inProcessHttp = (handler: WireHandler, clock?: Clock): InProcessHttp => {
  const request: MakeRequest = (target, options, listener) => {
    const isUrl = typeof target === 'string' || target instanceof URL;
    const given = typeof options === 'function' ? {} : (options ?? {});
    const all: RequestOptions = isUrl ? { ...fromUrl(target), ...given } : { ...target, ...given };
    const onResponse = typeof options === 'function' ? options : listener;
    const made = new ClientRequest(handler, all, clock);
    if (onResponse !== undefined) made.once('response', onResponse);
    return made;
  };
  const get: MakeRequest = (target, options, listener) => {
    const made = request(target, options, listener);
    made.end();
    return made;
  };
  return {
    request,
    get,
    Agent,
    globalAgent: new Agent({ keepAlive: true }),
    ClientRequest,
    IncomingMessage,
    METHODS,
    STATUS_CODES,
    maxHeaderSize,
  };
};
