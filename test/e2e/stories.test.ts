import { describe, expect, it } from 'vitest';
import { type SimulatedStory, simulate } from '../../sandbox/simulated.ts';
import { burst } from '../../sandbox/stories/burst.ts';
import { STORIES } from '../../sandbox/stories/catalog.ts';
import { holds } from '../../sandbox/stories/holds.ts';
import { races } from '../../sandbox/stories/races.ts';
import type { Story } from '../../sandbox/stories/story.ts';
import { assembly, assemblyOfTwoRegions } from '../support/assembly.ts';

const SEED = 1;
/** A story of a thousand connections on a machine that does other things as well. */
const PATIENCE_MILLISECONDS = 300_000;

const played = new Map<string, Promise<SimulatedStory>>();

/** What a story takes place in: one region, or two. */
const assemblyOf = ({ inTwoRegions = false }: Story): string => (inTwoRegions ? assemblyOfTwoRegions() : assembly());

/** A story with a seed; played once, however many tests ask for it. */
const playedWith = (story: Story, seed: number): Promise<SimulatedStory> => {
  const key = `${story.name} ${seed}`;
  const playing = played.get(key) ?? simulate(story, { assembly: assemblyOf(story), seed });
  played.set(key, playing);
  return playing;
};

it('there are stories of at least twenty cases, each with a name of its own', () => {
  const names = STORIES.flatMap(({ cases }) => cases.map(({ name }) => name));

  expect(names.length).toBeGreaterThanOrEqual(20);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(STORIES)('story $name', (story) => {
  it(
    'goes as it should, case by case',
    async () => {
      const { played: cases } = await playedWith(story, SEED);

      expect(cases.map(({ name, actual }) => [name, actual])).toEqual(
        story.cases.map((each) => [each.name, each.expected]),
      );
    },
    PATIENCE_MILLISECONDS,
  );
});

it(
  'many at once - none is lost, and EC2 turns no call away, with its documented limits in force',
  async () => {
    const { played: cases } = await simulate(burst(100, 25), { assembly: assembly(), seed: SEED });

    expect(cases.map(({ actual }) => actual)).toEqual(Array(2).fill('100 available, 100 told'));
    for (const { reasons } of cases)
      expect(reasons).toContainEqual(expect.stringMatching(/^0 of \d+ EC2 calls throttled$/));
    // EC2 takes ten calls at once and one a second after that; a service whose requests come apart needs more than one.
    const [, over25] = cases;
    const [, seconds] = /^last Accept after (\d+) s/.exec(over25?.reasons[0] ?? '') ?? [];
    expect(Number(seconds)).toBeLessThanOrEqual(60);
  },
  PATIENCE_MILLISECONDS,
);

it.each([holds, races])(
  'story $name gives another log with another seed, and the same results',
  async (story) => {
    const first = await playedWith(story, SEED);
    const other = await playedWith(story, SEED + 1);

    expect(other.log).not.toBe(first.log);
    expect(other.played.map(({ actual }) => actual)).toEqual(first.played.map(({ actual }) => actual));
  },
  PATIENCE_MILLISECONDS,
);

it(
  'one seed gives one log, byte for byte',
  async () => {
    const first = await playedWith(holds, SEED);
    const second = await simulate(holds, { assembly: assembly(), seed: SEED });

    expect(first.log.split('\n').length).toBeGreaterThan(1_000);
    expect(second.log).toBe(first.log);
  },
  PATIENCE_MILLISECONDS,
);
