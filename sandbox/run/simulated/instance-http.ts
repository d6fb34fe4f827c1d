import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { HttpStandIn } from './modules.ts';
import { runAsWorld } from './stray-errors.ts';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** Events of a request or response reach the function in the asynchronous context of its call, as Node's do. */
const emitWithin = (within: <R>(task: () => R) => R, emitter: EventEmitter): void => {
  const emit: Emit = emitter.emit.bind(emitter);
  emitter.emit = ((event, ...args) => {
    const [first] = args;
    if (event === 'response' && first instanceof EventEmitter) emitWithin(within, first);
    return within(() => emit(event, ...args));
  }) as Emit;
};

/** A request that goes nowhere and is never answered: what is left to a function that has been ended. */
class RequestIntoTheVoid extends EventEmitter {
  readonly writable = true;
  setTimeout = (): this => this;
  setHeader = (): this => this;
  setNoDelay = (): this => this;
  setSocketKeepAlive = (): this => this;
  flushHeaders = (): void => undefined;
  write = (): boolean => true;
  end = (): this => this;
  abort = (): void => undefined;
  destroy = (): this => this;
}

/** What a function calls on a request makes the other end work, which is the world's code. */
const OUTWARD = ['write', 'end', 'destroy', 'abort'] as const;

const callAsWorld = (request: EventEmitter): void => {
  const methods = request as unknown as Record<string, unknown>;
  for (const name of OUTWARD) {
    const method = methods[name];
    if (typeof method !== 'function') continue;
    methods[name] = (...args: unknown[]): unknown => runAsWorld(() => Reflect.apply(method, request, args));
  }
};

/** HTTP for one instance: on the way out the world's code is not the function's, and an ended instance sends nothing. */
export const instanceHttp = (standIn: HttpStandIn, ended: () => boolean): Pick<HttpStandIn, 'request' | 'get'> => {
  const bound =
    (send: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      if (ended()) return new RequestIntoTheVoid();
      const within = AsyncLocalStorage.snapshot();
      const request = runAsWorld(() => send(...args));
      if (request instanceof EventEmitter) {
        emitWithin((task) => within(task), request);
        callAsWorld(request);
      }
      return request;
    };
  return { request: bound(standIn.request), get: bound(standIn.get) };
};
