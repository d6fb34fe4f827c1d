import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import type { FunctionInstance, FunctionSpec, InvocationResult } from '../../../sandbox/run/function-host.ts';
import { simulatedHost } from '../../../sandbox/run/simulated-host.ts';
import { inProcessHttp } from '../../../sandbox/wire/in-process-http.ts';
import type { WireHandler } from '../../../sandbox/wire/wire.ts';

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A directory with these files, as a deployed asset would be: `{ 'index.js': 'exports.handler = …' }`. */
export const asset = (files: Readonly<Record<string, string>>): string => {
  const directory = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
};

/** A function of one file; `code` is what is in it. */
export const functionOf = (code: string, changes: Partial<FunctionSpec> = {}): FunctionSpec => ({
  functionName: 'decide',
  functionVersion: '1',
  directory: asset({ 'index.js': code }),
  handler: 'index.handler',
  timeoutSeconds: 3,
  memoryMb: 128,
  logFormat: 'Text',
  environment: {
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'decide',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    POWERTOOLS_TRACE_ENABLED: 'false',
  },
  ...changes,
});

const refusing: WireHandler = async () => ({ status: 500, headers: {}, body: new Uint8Array() });

/** A virtual world with a host for functions. */
export const simulation = (seed = 1, handler: WireHandler = refusing) => {
  const clock = new VirtualClock(START);
  const host = simulatedHost({ clock, random: seededRandom(seed), http: inProcessHttp(handler, clock) });
  const lines: string[] = [];
  let requests = 0;
  /** Lets virtual time run until the promise has come to its end. */
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const noted = promise.finally(() => {
      done = true;
    });
    noted.catch(() => undefined);
    await clock.run(() => done);
    return noted;
  };
  const invoke = (instance: FunctionInstance, event: unknown = {}): Promise<InvocationResult> => {
    requests += 1;
    return instance.invoke({
      requestId: `request-${requests}`,
      invokedFunctionArn: 'arn:aws:lambda:us-west-2:123456789012:function:decide:1',
      payload: JSON.stringify(event),
    });
  };
  return {
    clock,
    host,
    lines,
    settled,
    invoke,
    start: (spec: FunctionSpec) => host.start(spec, (line) => lines.push(line)),
    /** Invokes and returns what the function returned or, for a failure, its error payload. */
    call: async (instance: FunctionInstance, event?: unknown): Promise<unknown> =>
      JSON.parse((await settled(invoke(instance, event))).payload),
  };
};
