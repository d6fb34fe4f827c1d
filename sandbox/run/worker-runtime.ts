import dns from 'node:dns';
import { existsSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import {
  CONSOLE_LEVELS,
  consoleLine,
  errorPayload,
  findHandler,
  type Handler,
  invokeErrorLine,
  type LineStamp,
  lambdaContext,
  loadError,
  parseHandler,
  serialiseResult,
  unhandledRejection,
  withoutHostFrames,
} from './lambda-runtime.ts';
import { type InvokeMessage, machineTime, type WorkerMessage, type WorkerStart } from './worker-messages.ts';

/**
 * The file that a worker thread starts with: loads a function with the first invocation, calls its handler for each, and
 * sends what it logs and returns to the host.
 */

const { directory, handler: handlerName, logFormat, clock, dnsServer } = workerData as WorkerStart;
if (parentPort === null) throw new Error('worker-runtime.ts is what a worker thread runs; use workerHost.');
const port = parentPort;
const send = (message: WorkerMessage): void => port.postMessage(message);
const log = (line: string): void => send({ kind: 'log', line: withoutHostFrames(line, directory) });

let reading = clock;
let requestId: string | undefined;
let loaded: Handler | undefined;

/** The function's `Date` follows the sandbox's clock; timers stay real. */
const followClock = (): void => {
  const now = (): number => Math.floor(reading.sandbox + (machineTime() - reading.real) * reading.speed);
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
};
followClock();

/** Names lead where the sandbox says, for `resolve4`, its like and new resolvers; `lookup` asks the operating system still. */
const aimAt = (server: string): void => {
  dns.setServers([server]);
  dns.promises.setServers([server]);
  class Resolver extends dns.Resolver {
    constructor(options?: dns.ResolverOptions) {
      super(options);
      this.setServers([server]);
    }
  }
  class PromisesResolver extends dns.promises.Resolver {
    constructor(options?: dns.ResolverOptions) {
      super(options);
      this.setServers([server]);
    }
  }
  Object.assign(dns, { Resolver });
  Object.assign(dns.promises, { Resolver: PromisesResolver });
  syncBuiltinESMExports();
};
if (dnsServer !== undefined) aimAt(dnsServer);

const stamp = (): LineStamp => ({ logFormat, timestamp: new Date().toISOString(), requestId, directory });

for (const [method, level] of Object.entries(CONSOLE_LEVELS)) {
  Object.assign(console, { [method]: (...args: unknown[]) => log(consoleLine(stamp(), level, args)) });
}
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    log((typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')).replace(/\n$/, ''));
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
}

const crash = (error: unknown): void => {
  log(invokeErrorLine(stamp(), 'Uncaught Exception', error));
  send({ kind: 'crash', payload: JSON.stringify(errorPayload(error, directory)) });
  process.exit(129);
};
process.on('unhandledRejection', (reason) => crash(unhandledRejection(reason)));
process.on('uncaughtException', crash);

const load = async (): Promise<Handler> => {
  const path = join(directory, parseHandler(handlerName).module);
  const esModule = `${path}.mjs`;
  const exports: unknown = existsSync(esModule)
    ? await import(pathToFileURL(esModule).href)
    : createRequire(join(directory, 'index.js'))(path);
  return findHandler(exports, handlerName);
};

const invoke = async ({ invocation, timeoutSeconds }: InvokeMessage): Promise<void> => {
  const deadline = machineTime() + timeoutSeconds * 1000;
  try {
    loaded ??= await load();
  } catch (error) {
    crash(loadError(error));
    return;
  }
  try {
    const context = lambdaContext({
      environment: process.env,
      requestId: invocation.requestId,
      invokedFunctionArn: invocation.invokedFunctionArn,
      clientContext: invocation.clientContext,
      remaining: () => Math.floor(deadline - machineTime()),
    });
    const payload = serialiseResult(await loaded(JSON.parse(invocation.payload), context));
    setImmediate(() => send({ kind: 'result', payload, failed: false }));
  } catch (error) {
    const payload = JSON.stringify(errorPayload(error, directory));
    setImmediate(() => {
      log(invokeErrorLine(stamp(), 'Invoke Error', error));
      send({ kind: 'result', payload, failed: true });
    });
  }
};

port.on('message', (message: InvokeMessage) => {
  reading = message.clock;
  requestId = message.invocation.requestId;
  void invoke(message);
});
