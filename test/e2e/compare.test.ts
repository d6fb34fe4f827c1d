import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../bench/compare/happenings.ts';
import type { Figures } from '../../bench/compare/meter.ts';
import { whatIsMissing } from '../../bench/compare/refresher.ts';
import { allLossesOf, type Comparison, type Totals, tellComparison } from '../../bench/compare/report.ts';
import { assembly } from '../support/assembly.ts';
import { brokenAssembly } from './broken-assembly.ts';
import { run } from './served-sandbox.ts';

const SCRIPT = 'bench/compare/compare.ts';
const MINUTES = 60_000;

interface Report extends Comparison {
  readonly totals: Readonly<Record<'concierge' | 'refresher', Totals>>;
  readonly losses: Readonly<Record<'concierge' | 'refresher', readonly string[]>>;
}

const comparing = (directory: string, names: readonly string[], ...more: readonly string[]) =>
  run(process.execPath, [SCRIPT, '--assembly', directory, ...names.flatMap((name) => ['--only', name]), ...more]);

/** Where its clients are missing nothing is compared, in words. */
const players = async (): Promise<readonly string[]> => {
  const missing = await whatIsMissing();
  if (missing === undefined) return ['a refresher of twenty lines'];
  console.warn(`LEFT OUT: ${missing} Nothing was compared.`);
  return [];
};

describe.each(await players())('%s beside the Concierge, in one world', () => {
  it(
    'an empty answer, a foreign address, nodes that are replaced - it loses customers, and the Concierge does not',
    async () => {
      const names = ['one node after the other', 'an empty answer', 'a foreign address beside the true ones'];
      const { code, stdout, stderr } = await comparing(assembly(), names, '--json');

      expect(stderr).toBe('');
      const { outcomes, totals, losses, refresherFailures } = JSON.parse(stdout) as Report;
      expect(outcomes.map(({ name }) => name)).toEqual(names);
      expect(refresherFailures).toBe(0);
      const [rotated, empty, foreign] = outcomes as readonly [Outcome, Outcome, Outcome];
      expect(empty.refresher).toMatchObject({ lowest: 0, lowestByHand: 0 });
      expect(empty.refresher.none).toBeGreaterThanOrEqual(5 * 60);
      expect(empty.concierge).toMatchObject({ lowest: 3, belowFloor: 0, none: 0, failing: 0 });
      expect(foreign.refresher.foreign).toEqual(['10.99.0.7']);
      expect(foreign.refresher.failing).toBeGreaterThan(0);
      expect(foreign.concierge).toMatchObject({ lowest: 3, foreign: [], failing: 0 });
      // It takes two calls and more to replace a node, and three minutes of looking.
      for (const { calls } of [rotated.concierge, rotated.refresher]) expect(calls).toBeGreaterThan(10);
      for (const { concierge } of outcomes) {
        expect(concierge.lowestByHand ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(2);
        expect(concierge.inLine).toBeGreaterThanOrEqual(0);
      }
      expect(totals.concierge.failing).toBeLessThan(totals.refresher.failing / 5);
      expect(losses.concierge).toEqual([]);
      expect(losses.refresher.length).toBeGreaterThanOrEqual(4);
      expect(code).toBe(0);
    },
    2 * MINUTES,
  );

  it(
    'the watch is gone - the Concierge loses, and the exit code says so',
    async () => {
      const directory = brokenAssembly(({ Resources }) => {
        for (const id of Object.keys(Resources)) if (/^TargetsSchedule[0-9A-F]{8}$/.test(id)) delete Resources[id];
      });
      const { code, stdout } = await comparing(directory, ['one node after the other']);

      expect(stdout).toMatch(/^The Concierge lost:\n {2}one node after the other: it did not come back in line$/m);
      expect(code).toBe(1);
    },
    2 * MINUTES,
  );

  it(
    'told to stop in the middle - its process is gone',
    async () => {
      const child = spawn(process.execPath, [SCRIPT, '--assembly', assembly()], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await once(child.stderr, 'data');
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];

      expect(code).toBe(130);
      expect(children.filter((pid) => pid !== '')).toHaveLength(1);
      expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    },
    MINUTES,
  );
});

it('a machine without python3, boto3 and dig - told in a sentence what is missing', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [SCRIPT, '--assembly', assembly()], {
    PATH: '/nonexistent',
  });

  expect(stderr).toBe(
    'The refresher is a real client, and this machine lacks python3 (Debian package python3), boto3 (Debian package python3-boto3), dig (Debian package bind9-dnsutils). Install what is missing and try again.\n',
  );
  expect([code, stdout]).toEqual([1, '']);
});

it('something that does not happen - told what does', async () => {
  const { code, stderr } = await run(process.execPath, [SCRIPT, '--only', 'nonsense']);

  expect(stderr).toMatch(/^Nothing is called "nonsense"\. There are: one node after the other; all nodes at once; /);
  expect(code).toBe(1);
});

describe('who lost what', () => {
  const WELL: Figures = {
    ...{ lowest: 3, belowFloor: 0, none: 0, failing: 0, stale: 0, foreign: [], calls: 1, balancerCalls: 1, inLine: 0 },
  };
  const of = (concierge: Partial<Figures>, refresher: Partial<Figures> = {}): Comparison => ({
    ...{ seed: 1, floor: 2, refresherFailures: 0 },
    outcomes: [{ name: 'it', concierge: { ...WELL, ...concierge }, refresher: { ...WELL, ...refresher } }],
  });
  const { inLine: _, ...never } = WELL;

  it.each<[string, Comparison, readonly string[]]>([
    ['all is well', of({}), []],
    ['a target is taken away, and enough are left', of({ lowestByHand: 2 }), []],
    [
      'too few are left',
      of({ lowestByHand: 1 }),
      ['it: it took healthy targets away until 1 were left, of 2 at least'],
    ],
    ['strangers', of({ foreign: ['10.9.9.9'] }), ["it: it sent customers to 10.9.9.9, which is somebody else's"]],
    [
      'it does not come back in line',
      { ...of({}), outcomes: [{ name: 'it', concierge: never, refresher: WELL }] },
      ['it: it did not come back in line'],
    ],
    [
      'nobody is there, for longer',
      of({ none: 9 }, { none: 8 }),
      ['in all: it was without a healthy target for 9 s, the other 8 s'],
    ],
    ['nobody is there, for no longer', of({ none: 9 }, { none: 9 }), []],
    ['below the floor for longer', of({ belowFloor: 3 }), ['in all: it was below the floor for 3 s, the other 0 s']],
    ['connections fail for longer', of({ failing: 3 }), ['in all: it failed new connections worth 3 s, the other 0 s']],
  ])('%s', (_what, comparison, lost) => {
    expect(allLossesOf(comparison, 'concierge')).toEqual(lost);
  });

  it('what the Concierge pays is told, although it loses nothing', () => {
    const [first] = of({ failing: 5 }, { failing: 0 }).outcomes;
    const [second] = of({}, { failing: 60 }).outcomes;
    const text = tellComparison({ ...of({}), outcomes: [first, second].filter((each) => each !== undefined) });

    expect(text).toContain('The Concierge lost nothing of the kind.');
    expect(text).toMatch(/^What the Concierge pays .*\n {2}it: 5 s' worth of new connections, the other 0$/m);
  });
});
