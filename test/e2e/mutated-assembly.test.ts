import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { History } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { MUTANTS } from '../../sandbox/simulation/mutants/all.ts';
import { mutatedAssembly } from '../../sandbox/simulation/mutants/apply.ts';
import { assembly } from '../support/assembly.ts';

/** One customer, with a place for one, asks so often at once. */
const asking = (times: number, status: 'active' | 'suspended'): History => ({
  seed: 2,
  policy: 'plain',
  begins: 'enforce',
  ec2: { timings: { notice: [1_000, 1_000] } },
  latency: 500,
  customers: [
    {
      customerId: 'acme',
      account: '222222222222',
      status,
      isMatched: true,
      terms: { maxEndpoints: 1, approval: 'automatic' },
    },
  ],
  steps: Array.from({ length: times }, (_, index) => ({
    deed: 'create',
    endpoint: `e${index + 1}`,
    account: '222222222222',
    when: { at: 500 },
  })),
});

const brokenIn = async (history: History, directory: string): Promise<readonly string[]> => {
  const played = await playHistory(history, { assembly: directory });
  return PROMISES.flatMap(({ name, judge }) => (judge(played).broken.length > 0 ? [name] : []));
};

const room = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'mutants-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
};

const mutantNamed = (name: string) => {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant "${name}".`);
  return mutant;
};

describe('an assembly with a mutant in it', () => {
  it.each([
    ['a place is taken without its condition', asking(2, 'active')],
    ['a suspended customer is let in', asking(1, 'suspended')],
  ])('%s: worlds see it, and the right one is as it was', async (name, history) => {
    const template = join(assembly(), 'PrivateLinkConcierge.template.json');
    const before = readFileSync(template, 'utf8');
    const mutant = mutantNamed(name);

    expect(await brokenIn(history, await mutatedAssembly(assembly(), mutant, room()))).toContain(mutant.seenBy);
    expect(await brokenIn(history, assembly())).toEqual([]);
    expect(readFileSync(template, 'utf8')).toBe(before);
  });

  it('holds only the bundles that the changed source is part of', async () => {
    const directory = await mutatedAssembly(
      assembly(),
      mutantNamed('the mode is not read again before an acceptance'),
      room(),
    );

    expect(readdirSync(directory).filter((name) => name.startsWith('asset.'))).toHaveLength(1);
  });

  it('is refused in words', async () => {
    const change = { file: 'functions/domain/trust.ts', find: 'nobody wrote this', replace: '' };

    await expect(mutatedAssembly(assembly(), { name: 'nothing', touches: 'other', change }, room())).rejects.toThrow(
      'The mutant "nothing" can\'t be made: functions/domain/trust.ts has 0 times, not once: nobody wrote this',
    );
  });
});
