import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { asset, functionOf, START, simulation } from './support.ts';

const opened: ReturnType<typeof simulation>[] = [];
const open = (...args: Parameters<typeof simulation>): ReturnType<typeof simulation> => {
  const world = simulation(...args);
  opened.push(world);
  return world;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ host }) => host.close()));
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapInUse = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

describe('a function in virtual time', () => {
  it('sees the virtual clock in Date, in timers and in performance', async () => {
    const { call, start, clock } = open();
    const instance = start(
      functionOf(`
        exports.handler = async () => {
          const before = { now: Date.now(), iso: new Date().toISOString(), mark: performance.now() };
          await new Promise((resolve) => setTimeout(resolve, 2500));
          return { before, waited: new Date() - before.now, measured: performance.now() - before.mark,
            isDate: new Date() instanceof Date, day: new Date('2020-01-01').getUTCFullYear() };
        };`),
    );
    expect(await call(instance)).toEqual({
      before: { now: START, iso: '2026-01-02T03:04:05.000Z', mark: 0 },
      waited: 2500,
      measured: 2500,
      isDate: true,
      day: 2020,
    });
    expect(clock.now()).toBe(START + 2500);
  });

  it('waits by timers/promises, util.promisify, intervals and AbortSignal.timeout on the same clock', async () => {
    const { call, start } = open();
    const instance = start(
      functionOf(
        `
        const { setTimeout: sleep, setInterval: every } = require('node:timers/promises');
        const { promisify } = require('util');
        exports.handler = async () => {
          const begun = Date.now();
          const value = await sleep(1000, 'slept');
          await promisify(setTimeout)(500);
          let ticks = 0;
          for await (const _ of every(100)) if (++ticks === 3) break;
          const signal = AbortSignal.timeout(200);
          const aborted = await sleep(5000, undefined, { signal }).catch((error) => error.name);
          return { value, ticks, aborted, took: Date.now() - begun };
        };`,
        { timeoutSeconds: 30 },
      ),
    );
    expect(await call(instance)).toEqual({ value: 'slept', ticks: 3, aborted: 'AbortError', took: 2000 });
  });

  it('runs a chain of immediates before any time passes', async () => {
    const { call, start } = open();
    const instance = start(
      functionOf(`exports.handler = async () => {
        const order = []; setTimeout(() => order.push('timer'), 1);
        for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
        order.push('immediates'); const now = Date.now(); await new Promise((resolve) => setTimeout(resolve, 5));
        return { order, took: Date.now() - now }; };`),
    );
    expect(await call(instance)).toEqual({ order: ['immediates', 'timer'], took: 5 });
  });

  it('draws random numbers and ids from the seed', async () => {
    const code = `
      const nodeCrypto = require('node:crypto');
      exports.handler = async () => [Math.random(), crypto.randomUUID(), nodeCrypto.randomUUID(),
        nodeCrypto.randomBytes(8).toString('hex'), nodeCrypto.randomInt(1000),
        [...crypto.getRandomValues(new Uint8Array(4))],
        nodeCrypto.createHash('sha256').update('x').digest('hex').length];`;
    const drawn = async (seed: number): Promise<unknown> => {
      const { call, start } = open(seed);
      return call(start(functionOf(code)));
    };
    const first = await drawn(7);
    expect(await drawn(7)).toEqual(first);
    expect(await drawn(8)).not.toEqual(first);
    expect((first as unknown[])[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect((first as unknown[])[6]).toBe(64);
  });

  it('has an environment, arguments and a context of its own', async () => {
    const { call, start } = open();
    const spec = functionOf(`
      exports.handler = async (event, context) => {
        process.env.SET_HERE = '1';
        return { event, env: process.env.AWS_REGION, home: process.env.HOME ?? null, cwd: process.cwd(),
          name: context.functionName, version: context.functionVersion, arn: context.invokedFunctionArn,
          memory: context.memoryLimitInMB, id: context.awsRequestId, left: context.getRemainingTimeInMillis(),
          file: __filename };
      };`);
    expect(await call(start(spec), { a: 1 })).toEqual({
      event: { a: 1 },
      env: 'us-west-2',
      home: null,
      cwd: '/var/task',
      name: 'decide',
      version: '1',
      arn: 'arn:aws:lambda:us-west-2:123456789012:function:decide:1',
      memory: '128',
      id: 'request-1',
      left: 3000,
      file: '/var/task/index.js',
    });
    expect(process.env.SET_HERE).toBeUndefined();
    expect(spec.environment.SET_HERE).toBeUndefined();
  });
});

describe('execution environments', () => {
  const counting = `let calls = 0; globalThis.total = (globalThis.total ?? 0) + 1;
    exports.handler = async () => ({ calls: ++calls, total: globalThis.total });`;

  it('keeps module state between invocations of one instance and shares none with another', async () => {
    const { call, start } = open();
    const spec = functionOf(counting);
    const [first, second] = [start(spec), start(spec)];
    expect(await call(first)).toEqual({ calls: 1, total: 1 });
    expect(await call(first)).toEqual({ calls: 2, total: 1 });
    expect(await call(second)).toEqual({ calls: 1, total: 1 });
    expect((globalThis as { total?: number }).total).toBeUndefined();
  });

  it('loads the chunks of a bundle when they are first required, once each', async () => {
    const { call, start, lines } = open();
    const directory = asset({
      'index.js': `const a = require('./a'); exports.handler = async () => [a.n, (await Promise.resolve().then(() => require('./late.js'))).n, require('./a.js') === a];`,
      'a.js': `console.log('a'); exports.n = 1;`,
      'late.js': `console.log('late'); exports.n = require('./data.json').n;`,
      'data.json': '{"n":2}',
    });
    const instance = start(functionOf('', { directory }));
    expect(await call(instance)).toEqual([1, 2, true]);
    expect(await call(instance)).toEqual([1, 2, true]);
    expect(lines.map((line) => line.split('\t').at(-1))).toEqual(['a', 'late']);
  });

  it('freezes timers between invocations and runs what came due meanwhile when it is thawed', async () => {
    const { call, start, clock } = open();
    const instance = start(
      functionOf(`let fired = 0; exports.handler = async ({ leave }) => {
        if (leave) { setTimeout(() => { fired += 1; }, 1000); return 'left'; }
        const before = fired; await new Promise((resolve) => setTimeout(resolve, 1)); return { before, after: fired }; };`),
    );
    expect(await call(instance, { leave: true })).toBe('left');
    await clock.run(() => false, START + 60_000);
    expect(await call(instance, {})).toEqual({ before: 0, after: 1 });
  });

  it('fails the invocation under way when it is killed, and nothing that was still to come happens', async () => {
    const { invoke, settled, start, lines, clock } = open();
    const instance = start(
      functionOf(
        `exports.handler = async () => { setTimeout(() => console.log('too late'), 2000); await new Promise(() => {}); };`,
      ),
    );
    const result = invoke(instance);
    await clock.run(() => false, START + 1000);
    instance.kill();
    expect(JSON.parse((await settled(result)).payload)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: request-1 Error: Runtime exited with error: signal: killed',
    });
    await clock.run();
    expect(instance.alive).toBe(false);
    expect(lines).toEqual([]);
  });
});

describe('failures', () => {
  it('times out a function that hangs, by the virtual clock', async () => {
    const { invoke, settled, start, clock } = open();
    const instance = start(functionOf('exports.handler = () => new Promise(() => {});'));
    const result = await settled(invoke(instance));
    expect(result.functionError).toBe('Unhandled');
    expect(JSON.parse(result.payload)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: request-1 Error: Task timed out after 3.00 seconds',
    });
    expect(clock.now()).toBe(START + 3000);
    expect(instance.alive).toBe(false);
  });

  it('reports what a handler threw with its name, message and own frames only', async () => {
    const { invoke, settled, start, lines } = open();
    const instance = start(
      functionOf(`class Throttled extends Error { name = 'Throttled'; code = 'X'; }
        exports.handler = async () => { throw new Throttled('slow down'); };`),
    );
    const { payload, functionError } = await settled(invoke(instance));
    expect(functionError).toBe('Unhandled');
    const { errorType, errorMessage, trace } = JSON.parse(payload);
    expect({ errorType, errorMessage }).toEqual({ errorType: 'Throttled', errorMessage: 'slow down' });
    expect(trace).toHaveLength(2);
    expect(trace[1]).toMatch(/^ {4}at .*\/var\/task\/index\.js:2:\d+\)?$/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^2026-01-02T03:04:05\.000Z\trequest-1\tERROR\tInvoke Error\t\{"errorType":"Throttled"/);
    expect(instance.alive).toBe(true);
  });

  it.each([
    ['a module that throws', `throw new TypeError('at load');`, 'TypeError'],
    ['a module that is not in the bundle', `require('left-pad');`, 'Runtime.ImportModuleError'],
    ['a file that does not parse', `exports.handler = ;`, 'Runtime.UserCodeSyntaxError'],
    ['a handler that is missing', `exports.other = 1;`, 'Runtime.HandlerNotFound'],
    ['a handler with a callback', `exports.handler = (e, c, done) => done();`, 'Runtime.CallbackHandlerDeprecated'],
    [
      'an unhandled rejection',
      `exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise(() => {}); };`,
      'Runtime.UnhandledPromiseRejection',
    ],
    [
      'a throw in a timer',
      `exports.handler = () => new Promise(() => setTimeout(() => { throw new RangeError('x'); }, 5));`,
      'RangeError',
    ],
    [
      'a throw in nextTick',
      `exports.handler = () => new Promise(() => process.nextTick(() => { throw new RangeError('x'); }));`,
      'RangeError',
    ],
    ['process.exit', `exports.handler = async () => process.exit(3);`, 'Runtime.ExitError'],
  ])('%s ends the instance', async (_, code, errorType) => {
    const { call, start } = open();
    const instance = start(functionOf(code));
    expect(await call(instance)).toMatchObject({ errorType });
    expect(instance.alive).toBe(false);
  });

  it.each([
    ['a circle', `const a = {}; a.a = a; return a;`, 'Runtime.JSONStringifyError'],
    ['more than 6 MB', `return 'x'.repeat(6 * 1024 * 1024);`, 'Function.ResponseSizeTooLarge'],
    ['a string that was thrown', `throw 'no';`, 'string'],
  ])('%s is an error, and the instance lives on', async (_, body, errorType) => {
    const { call, start } = open();
    const instance = start(functionOf(`exports.handler = async () => { ${body} };`));
    expect(await call(instance)).toMatchObject({ errorType });
    expect(instance.alive).toBe(true);
  });

  it.each([
    [`fetch('http://example.com')`, 'fetch'],
    [`require('node:child_process').execSync('ls')`, 'child_process.execSync'],
    [`require('net').connect(80)`, 'net.connect'],
    [`require('dns').lookup('x', () => {})`, 'dns.lookup'],
    [`require('fs').writeFileSync('/tmp/x', '')`, 'fs.writeFileSync'],
    [`process.kill(1)`, 'process.kill'],
    [`require('crypto').subtle.digest('SHA-256', new Uint8Array())`, 'crypto.subtle.digest'],
  ])('%s is refused by name', async (expression, name) => {
    const { call, start } = open();
    const instance = start(functionOf(`exports.handler = async () => { ${expression}; };`));
    expect(await call(instance)).toMatchObject({ errorMessage: expect.stringContaining(`may not use ${name}:`) });
  });

  it('shows a function its own files and none of the machine', async () => {
    const { call, start } = open();
    const directory = asset({
      'index.js': `const fs = require('node:fs'); const { readFile } = require('fs/promises');
        exports.handler = async () => ({ own: await readFile(__dirname + '/note.txt', 'utf8'),
          relative: fs.existsSync('note.txt'), passwd: fs.existsSync('/etc/passwd'), up: fs.existsSync('../../etc/passwd'),
          aws: await readFile(require('os').homedir() + '/.aws/config').catch((error) => error.code) });`,
      'note.txt': 'mine',
    });
    expect(await call(start(functionOf('', { directory })))).toEqual({
      own: 'mine',
      relative: true,
      passwd: false,
      up: false,
      aws: 'ENOENT',
    });
  });
});

describe('what a function logs', () => {
  it('is a line of text with time, request and level', async () => {
    const { call, start, lines } = open();
    await call(
      start(functionOf(`exports.handler = async () => { console.log('a %s', 'b', { c: 1 }); console.warn('w'); };`)),
    );
    expect(lines).toEqual([
      '2026-01-02T03:04:05.000Z\trequest-1\tINFO\ta b { c: 1 }',
      '2026-01-02T03:04:05.000Z\trequest-1\tWARN\tw',
    ]);
  });

  it('is a JSON object where the function is set to JSON', async () => {
    const { call, start, lines } = open();
    const code = `exports.handler = async () => { console.error({ id: 1 }); process.stdout.write('raw\\n'); };`;
    await call(start(functionOf(code, { logFormat: 'JSON' })));
    expect(lines.map((line) => (line === 'raw' ? line : JSON.parse(line)))).toEqual([
      { timestamp: '2026-01-02T03:04:05.000Z', level: 'ERROR', requestId: 'request-1', message: { id: 1 } },
      'raw',
    ]);
  });
});

describe('a thousand cold starts', () => {
  it('leave nothing behind', async () => {
    const { call, start } = open();
    // Each instance holds a megabyte: a leak of a few would be seen.
    const spec = functionOf(`const held = new Array(131072).fill(0); let timer;
      exports.handler = async () => { timer ??= setInterval(() => held, 1000); return held.length; };`);
    const round = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 1) {
        const instance = start(spec);
        expect(await call(instance)).toBe(131_072);
        instance.kill();
      }
    };
    await round(20);
    const before = heapInUse();
    await round(1000);
    expect(heapInUse() - before).toBeLessThan(5 * 2 ** 20);
    // A busy machine needs longer; what is judged is the heap.
  }, 120_000);
});
