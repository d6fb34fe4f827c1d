import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScaledClock } from '../../../sandbox/clock/scaled-clock.ts';
import { type DnsServer, serveDns } from '../../../sandbox/dns/server.ts';
import type { FunctionHost, FunctionInstance, InvocationResult } from '../../../sandbox/run/function-host.ts';
import { workerHost } from '../../../sandbox/run/worker-host.ts';
import { createDns, HOST } from '../dns/dns-world.ts';
import { functionOf } from './support.ts';

const SPEED = 3600;
let clock: ScaledClock;
let host: FunctionHost;
let names: DnsServer;
beforeAll(async () => {
  clock = new ScaledClock(SPEED);
  names = await serveDns(() => createDns().dns, 0);
  host = workerHost(clock, () => names.address);
});
afterAll(async () => {
  clock.stop();
  await host.close();
  await names.close();
});

const lines: string[] = [];
const start = (...args: Parameters<typeof functionOf>): FunctionInstance =>
  host.start(functionOf(...args), (line) => lines.push(line));
const invoke = (instance: FunctionInstance, event: unknown = {}): Promise<InvocationResult> =>
  instance.invoke({
    requestId: 'request-1',
    invokedFunctionArn: 'arn:aws:lambda:us-west-2:123456789012:function:decide:1',
    payload: JSON.stringify(event),
  });
const call = async (instance: FunctionInstance, event?: unknown): Promise<unknown> =>
  JSON.parse((await invoke(instance, event)).payload);

describe('a function in a worker thread', () => {
  it('has an environment and state of its own, and a Date that follows the clock of the sandbox', async () => {
    const instance = start(`let calls = 0;
      exports.handler = async (event, context) => {
        process.env.SET_HERE = '1';
        return { calls: ++calls, event, region: process.env.AWS_REGION, home: process.env.HOME ?? null, now: Date.now(),
          name: context.functionName, left: context.getRemainingTimeInMillis() };
      };`);
    const earliest = clock.now();
    const first = (await call(instance, { a: 1 })) as { now: number; left: number };
    expect(first).toMatchObject({ calls: 1, event: { a: 1 }, region: 'us-west-2', home: null, name: 'decide' });
    expect(first.now).toBeGreaterThanOrEqual(earliest);
    expect(first.now).toBeLessThanOrEqual(clock.now() + SPEED);
    expect(first.left).toBeLessThanOrEqual(3000);
    expect(await call(instance)).toMatchObject({ calls: 2 });
    expect(process.env.SET_HERE).toBeUndefined();
  });

  it('has its console and its streams captured, in order', async () => {
    lines.length = 0;
    const code = `exports.handler = async () => { console.log('one', { n: 1 }); process.stdout.write('two\\n'); console.error('three'); };`;
    expect(await call(start(code))).toBeNull();
    expect(lines.map((line) => line.split('\t').slice(2).join(' ') || line)).toEqual([
      'INFO one { n: 1 }',
      'two',
      'ERROR three',
    ]);
  });

  it.each([
    ['dns.promises', `require('dns').promises.resolve4('${HOST}')`],
    ['dns/promises', `require('dns/promises').resolve4('${HOST}')`],
    ['a callback', `require('util').promisify(require('dns').resolve4)('${HOST}')`],
    ['an ES module', `import('node:dns/promises').then(({ resolve4 }) => resolve4('${HOST}'))`],
    ['a resolver of its own', `new (require('dns').promises.Resolver)({ timeout: 500 }).resolve4('${HOST}')`],
    [
      'a resolver with callbacks',
      `new Promise((done) => new (require('dns').Resolver)().resolve4('${HOST}', (e, found) => done(found)))`,
    ],
  ])('asks the sandbox for names, by %s', async (_, asked) => {
    const code = `exports.handler = async () => ({ found: await ${asked}, servers: require('dns').getServers() });`;
    expect(await call(start(code))).toEqual({
      found: ['10.0.0.4', '10.0.0.5', '10.0.0.6'],
      servers: [names.address],
    });
  });

  it('reports what a handler threw, in Lambda’s paths, and lives on', async () => {
    const instance = start(`exports.handler = async () => { throw new RangeError('far'); };`);
    const { payload, functionError } = await invoke(instance);
    expect(functionError).toBe('Unhandled');
    expect(JSON.parse(payload)).toEqual({
      errorType: 'RangeError',
      errorMessage: 'far',
      trace: ['RangeError: far', expect.stringContaining('/var/task/index.js:1:')],
    });
    expect(instance.alive).toBe(true);
  });

  it.each([
    [
      'an unhandled rejection',
      `Promise.reject(new Error('lost')); await new Promise(() => {});`,
      'Runtime.UnhandledPromiseRejection',
      'Error: lost',
    ],
    [
      'process.exit(3)',
      `process.exit(3);`,
      'Runtime.ExitError',
      'RequestId: request-1 Error: Runtime exited with error: exit status 3',
    ],
    [
      'process.exit(0)',
      `process.exit(0);`,
      'Runtime.ExitError',
      'RequestId: request-1 Error: Runtime exited without providing a reason',
    ],
    [
      'running out of memory',
      `const all = []; for (;;) all.push(new Array(1e6).fill(all.length));`,
      'Runtime.ExitError',
      'RequestId: request-1 Error: Runtime exited with error: signal: killed',
    ],
  ])('%s ends the instance', async (_, body, errorType, errorMessage) => {
    const instance = start(`exports.handler = async () => { ${body} };`, { timeoutSeconds: 60 });
    expect(await call(instance)).toMatchObject({ errorType, errorMessage });
    expect(instance.alive).toBe(false);
  });

  it('is stopped at its time-out even where it never gives way', async () => {
    const instance = start(`exports.handler = async () => { for (;;); };`, { timeoutSeconds: 1 });
    expect(await call(instance)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: request-1 Error: Task timed out after 1.00 seconds',
    });
    expect(instance.alive).toBe(false);
  });

  it('fails the invocation under way when it is killed', async () => {
    const instance = start(`exports.handler = () => new Promise(() => {});`);
    const result = call(instance);
    instance.kill();
    expect(await result).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});
