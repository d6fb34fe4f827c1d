import { describe, expect, it } from 'vitest';
import { simulate } from '../../sandbox/simulated.ts';
import { STORIES } from '../../sandbox/stories/catalog.ts';
import { assembly } from '../support/assembly.ts';

const SEED = 1;

describe.each(STORIES)('story $name', (story) => {
  it('goes as it should, case by case', async () => {
    const { played } = await simulate(story, { assembly: assembly(), seed: SEED });

    expect(played.map(({ name, actual }) => [name, actual])).toEqual(
      story.cases.map((each) => [each.name, each.expected]),
    );
  });

  it('gives the same log byte for byte when it is played twice with one seed', async () => {
    const first = await simulate(story, { assembly: assembly(), seed: SEED });
    const second = await simulate(story, { assembly: assembly(), seed: SEED });

    expect(first.log.split('\n').length).toBeGreaterThan(100);
    expect(second.log).toBe(first.log);
  });

  it('gives another log with another seed, and the same results', async () => {
    const first = await simulate(story, { assembly: assembly(), seed: SEED });
    const other = await simulate(story, { assembly: assembly(), seed: SEED + 1 });

    expect(other.log).not.toBe(first.log);
    expect(other.played.map(({ actual }) => actual)).toEqual(first.played.map(({ actual }) => actual));
  });
});
