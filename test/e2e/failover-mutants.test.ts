import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Interceptor } from '../../sandbox/cloud.ts';
import { simulate } from '../../sandbox/simulated.ts';
import { mutatedAssembly } from '../../sandbox/simulation/mutants/apply.ts';
import type { Mutant } from '../../sandbox/simulation/mutants/mutant.ts';
import { failover } from '../../sandbox/stories/failover.ts';
import { assemblyOfTwoRegions } from '../support/assembly.ts';
import { casesOf } from './noticing.ts';

const MINUTE = 60_000;

/** Half a minute of a machine that does other things as well, for each of two worlds. */
const PATIENCE = 300_000;

const mutated = async (mutant: Mutant): Promise<string> => {
  const room = mkdtempSync(join(tmpdir(), 'mutants-'));
  onTestFinished(() => rmSync(room, { recursive: true }));
  return mutatedAssembly(assemblyOfTwoRegions(), mutant, room);
};

/** What a case came to. */
const play = async (
  name: string,
  assembly: string,
  interceptor: Interceptor = (_, next) => next(),
): Promise<string> => {
  const story = { ...failover, cases: casesOf(failover, name) };
  const { played } = await simulate(story, { assembly, seed: 1, patience: 20 * MINUTE, interceptor });
  return played.map(({ actual }) => actual).join();
};

interface MutantTold {
  /** The case that goes otherwise, and how. */
  readonly toldBy: string;
  readonly tells: RegExp;
}

/** Mistakes that somebody might make about a failover, each with the case that tells. */
const MUTANTS: readonly (Mutant & MutantTold)[] = [
  {
    name: 'the primary’s check goes by its own health alone: there is no latch',
    touches: 'other',
    change: {
      file: 'functions/aws/health-checks.ts',
      find: 'bothOf(health, latch)',
      replace: 'bothOf(health)',
    },
    toldBy: 'the primary is ill',
    tells: /then primary$/,
  },
  {
    name: 'latches are asserted once, and not again',
    touches: 'other',
    change: {
      file: 'functions/domain/failover.ts',
      find: '  if (engaged !== undefined) return 1;',
      replace: '  if (engaged !== undefined) return undefined;',
    },
    toldBy: 'a planned failover',
    tells: /^primary, /,
  },
  {
    name: 'the latch is in the primary’s region',
    touches: 'other',
    change: {
      file: 'functions/failover/converge-record.ts',
      find: "  region: required('AWS_REGION'),\n  latchPrefix",
      replace: "  region: 'us-west-2',\n  latchPrefix",
    },
    also: {
      file: 'functions/failover/assert-latches.ts',
      find: 'new CloudWatchClient({})',
      replace: "new CloudWatchClient({ region: 'us-west-2' })",
    },
    toldBy: 'the primary’s region is gone',
    // The policies name the alarms of the standby region alone: they tell before the region is even gone.
    tells: /^Denied: .*make the latch/,
  },
  {
    name: 'the primary’s own health counts before it was ever seen well',
    touches: 'other',
    change: {
      file: 'functions/domain/failover-state.ts',
      find: 'isArmed(state, routing) && ',
      replace: '',
    },
    toldBy: 'ill from the beginning',
    tells: /^secondary, /,
  },
];

describe('a mistake about failover is told by a case of the story', () => {
  it.each(MUTANTS)(
    '$name',
    async ({ toldBy, tells, ...mutant }) => {
      const [{ expected } = { expected: '' }] = casesOf(failover, toldBy);

      const actual = await play(toldBy, await mutated(mutant));

      expect(actual).not.toBe(expected);
      expect(actual).toMatch(tells);
    },
    PATIENCE,
  );
});

describe('record sets that two runs write at once', () => {
  const NAME = 'two records of one zone';
  const [{ expected } = { expected: '' }] = casesOf(failover, NAME);

  /** How many batches Route 53 turned away because another one was under way. */
  const turnedAway = async (assembly: string): Promise<{ readonly count: number; readonly actual: string }> => {
    let count = 0;
    const actual = await play(NAME, assembly, async ({ action }, next) => {
      try {
        return await next();
      } catch (error) {
        const isBusy = error instanceof Error && error.name === 'PriorRequestNotComplete';
        if (action === 'ChangeResourceRecordSets' && isBusy) count += 1;
        throw error;
      }
    });
    return { count, actual };
  };

  it(
    'one after the other - none is turned away',
    async () => {
      expect(await turnedAway(assemblyOfTwoRegions())).toEqual({ count: 0, actual: expected });
    },
    PATIENCE,
  );

  it(
    'nobody takes the zone first - seen by Route 53, which turns one away',
    async () => {
      const assembly = await mutated({
        name: 'a zone is written without being taken',
        touches: 'other',
        change: {
          workflow: 'UpdateFailover',
          state: 'Take the zone',
          change: (state) => {
            for (const key of Object.keys(state)) if (key !== 'Comment') delete state[key];
            Object.assign(state, { Type: 'Pass', Assign: { isHolding: true }, Next: 'Converge' });
          },
        },
      });

      expect((await turnedAway(assembly)).count).toBeGreaterThan(0);
    },
    PATIENCE,
  );
});
