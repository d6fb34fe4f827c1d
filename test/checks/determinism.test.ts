import { describe, expect, it } from 'vitest';
import { findNondeterminism } from '../../sandbox/checks/determinism.ts';

const inSandbox = (text: string): string[] => findNondeterminism('sandbox/services/ec2/model.ts', text);
const inDomain = (text: string): string[] => findNondeterminism('functions/domain/decide.ts', text);

describe('real time and real chance in the sandbox', () => {
  it.each([
    ['Date.now', 'const t = Date.now();'],
    ['Date.now', 'const clock = { now: Date.now };'],
    ['Date.now', 'const t = globalThis.Date.now();'],
    ['Date.now', 'const { now } = Date;'],
    ['new Date() without an argument', 'const t = new Date();'],
    ['Date() without new', 'const t = Date();'],
    ['Math.random', 'const r = Math.random();'],
    ['Math.random', 'const { random: dice } = Math;'],
    ['setTimeout', 'setTimeout(() => {}, 10);'],
    ['setTimeout', 'await new Promise((resolve) => setTimeout(resolve, 10));'],
    ['setTimeout', 'const timers = { setTimeout };'],
    ['setTimeout', 'globalThis.setTimeout(() => {}, 10);'],
    ['setInterval', 'const stop = setInterval(look, 10);'],
    ['performance', 'const t = performance.now();'],
    ['process.hrtime', 'const t = process.hrtime.bigint();'],
    ['crypto.randomUUID', 'const id = crypto.randomUUID();'],
    ['crypto.randomUUID', 'const id = globalThis.crypto.randomUUID();'],
    ['crypto.randomUUID', "import * as c from 'node:crypto';\nconst id = c.randomUUID();"],
    ['crypto.randomBytes', "import c from 'node:crypto';\nconst id = c.randomBytes(4);"],
    ['randomUUID of node:crypto', "import { randomUUID } from 'node:crypto';"],
    ['randomUUID of node:crypto', "import { createHash, randomUUID as uuid } from 'crypto';"],
    ['setTimeout of node:timers/promises', "import { setTimeout as sleep } from 'node:timers/promises';"],
    ['performance of node:perf_hooks', "import { performance as p } from 'node:perf_hooks';"],
    ['AbortSignal.timeout', 'const signal = AbortSignal.timeout(5);'],
  ])('%s is found in: %s', (what, text) => {
    expect(inSandbox(text)).toEqual([expect.stringContaining(`: ${what}: `)]);
  });

  it('is reported with its file, its line and what to use instead', () => {
    expect(inSandbox('const one = 1;\nconst t = Date.now();')).toEqual([
      'sandbox/services/ec2/model.ts:2: Date.now: time comes from cloud.clock.',
    ]);
  });

  it.each([
    'const t = new Date(cloud.clock.now());',
    'const t = Date.parse("2026-01-01");',
    'const isDate = (value: unknown): value is Date => value instanceof Date;',
    'let timer: ReturnType<typeof setTimeout>;',
    'interface Timers { setTimeout: unknown }',
    'const id = cloud.random.uuid();',
    'const r = Math.floor(1.5);',
    'clock.setTimeout(look, 10);',
    'setImmediate(look);',
    "import { createHash } from 'node:crypto';",
    "import type { webcrypto } from 'node:crypto';",
    "import { setImmediate as turn } from 'node:timers/promises';",
    '// Date.now() in a comment\nconst s = "Math.random()";',
  ])('is not found in: %s', (text) => {
    expect(inSandbox(text)).toEqual([]);
  });

  it.each([
    'sandbox/clock/scaled-clock.ts',
    'sandbox/run/process.ts',
    'sandbox/start.ts',
    'sandbox/serve.ts',
    'sandbox/checks/check.ts',
    'functions/runtime/wrapper.ts',
    'ops/cli/main.ts',
  ])('is allowed in %s', (file) => {
    expect(findNondeterminism(file, 'const t = Date.now();')).toEqual([]);
  });

  it.each(['sandbox/cloud.ts', 'sandbox/stories/start.ts', 'sandbox/deploy/run/names.ts'])(
    'is refused in %s',
    (file) => {
      expect(findNondeterminism(file, 'const t = Date.now();')).toHaveLength(1);
    },
  );
});

describe('the domain looks at nothing but its arguments', () => {
  it.each([
    ['process', 'const table = process.env.TABLE;'],
    ['fetch', 'const answer = await fetch(url);'],
    ['console', 'console.log(verdict);'],
    ['Buffer', 'const bytes = Buffer.from(text);'],
    ['Date.now', 'const t = Date.now();'],
    ['new Date() without an argument', 'const t = new Date();'],
  ])('%s is found in: %s', (what, text) => {
    expect(inDomain(text)).toEqual([expect.stringContaining(`: ${what}: `)]);
  });

  it('a time that is passed in is a value like any other', () => {
    expect(inDomain('const until = new Date(request.at).getTime();')).toEqual([]);
  });
});
