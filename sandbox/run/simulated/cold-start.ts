import { Console } from 'node:console';
import type { Clock } from '../../clock/clock.ts';
import type { FunctionSpec, LogSink } from '../function-host.ts';
import {
  CONSOLE_LEVELS,
  consoleLine,
  findHandler,
  type Handler,
  type LineStamp,
  parseHandler,
} from '../lambda-runtime.ts';
import { LoadedBundle } from './code.ts';
import type { seededCrypto } from './crypto.ts';
import { virtualAbortSignal, virtualPerformance } from './globals.ts';
import { instanceHttp } from './instance-http.ts';
import { builtinModules, type DnsStandIn, type HttpStandIn, type WorldModules } from './modules.ts';
import { virtualProcess } from './process.ts';
import { type InstanceTimers, timerModules } from './timers.ts';

/** What all instances of a world share: made once, holding no function's state. */
export interface WorldGlobals {
  readonly clock: Clock;
  readonly http: HttpStandIn;
  readonly dns?: DnsStandIn;
  readonly Date: DateConstructor;
  readonly Math: Math;
  readonly crypto: ReturnType<typeof seededCrypto>['global'];
  readonly modules: WorldModules;
  /** A bundle's `fs`, by its directory. */
  readonly files: (directory: string) => Readonly<Record<string, unknown>>;
  readonly refused: Readonly<Record<string, unknown>>;
}

/** What a cold start needs of its instance. */
export interface ColdStart {
  readonly world: WorldGlobals;
  readonly spec: FunctionSpec;
  readonly timers: InstanceTimers;
  readonly write: LogSink;
  readonly stamp: () => LineStamp;
  readonly exit: (code: number) => never;
  readonly ended: () => boolean;
}

const lambdaConsole = (stream: NodeJS.WritableStream, { write, stamp }: ColdStart): Console => {
  const console = new Console({ stdout: stream, stderr: stream });
  const methods = Object.entries(CONSOLE_LEVELS).map(([method, level]) => [
    method,
    (...args: unknown[]): void => write(consoleLine(stamp(), level, args)),
  ]);
  return Object.assign(console, Object.fromEntries(methods));
};

/**
 * Runs a bundle's modules with the globals of a new execution environment.
 *
 * @throws whatever the modules throw, and Error `Runtime.HandlerNotFound` and its like.
 */
export const coldStart = (start: ColdStart): Handler => {
  const { world, spec } = start;
  const { clock } = world;
  const timers = timerModules(start.timers);
  const performance = virtualPerformance(clock, clock.now());
  const process = virtualProcess({
    clock,
    origin: clock.now(),
    environment: spec.environment,
    memoryMb: spec.memoryMb,
    log: start.write,
    exit: start.exit,
    require: (name) => builtin(name),
  });
  const console = lambdaConsole(process.stdout, start);
  const builtin = builtinModules({
    world: world.modules,
    files: world.files(spec.directory),
    process,
    console,
    performance,
    timers,
    dns: world.dns?.(timers.globals, spec.vpcId),
    http: instanceHttp(world.http, start.ended),
  });
  const globals: Record<string, unknown> = {
    process,
    Date: world.Date,
    Math: world.Math,
    crypto: world.crypto,
    ...timers.globals,
    performance,
    console,
    AbortSignal: virtualAbortSignal(timers.globals.setTimeout),
    ...world.refused,
  };
  // Inherits what is not replaced; what a function adds to its global object stays its own.
  const globalObject: object = Object.create(globalThis);
  const names: Record<string, unknown> = { ...globals, globalThis: globalObject, global: globalObject };
  for (const [name, value] of Object.entries(names)) {
    Object.defineProperty(globalObject, name, { value, writable: true, configurable: true });
  }
  const bundle = new LoadedBundle(spec.directory, names, builtin);
  return findHandler(bundle.load(parseHandler(spec.handler).module), spec.handler);
};
