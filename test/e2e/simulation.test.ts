import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { castSpells } from '../../sandbox/faults/cast.ts';
import { FAULT_FAMILIES, type Spell } from '../../sandbox/faults/spell.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { inThreads } from '../../sandbox/properties/threads.ts';
import { createSimulatedWorld } from '../../sandbox/simulated.ts';
import { ALL_FAMILIES, generateWorld } from '../../sandbox/simulation/generate-world.ts';
import { MUTANTS } from '../../sandbox/simulation/mutants/all.ts';
import { hunt } from '../../sandbox/simulation/mutants/hunt.ts';
import type { Simulation } from '../../sandbox/simulation/simulation.ts';
import { WORLD_PROMISES } from '../../sandbox/simulation/world-promises.ts';
import { assembly, assemblyOfTwoRegions } from '../support/assembly.ts';

/** In a thousand worlds these are asked some two dozen times: too seldom for a hundred. */
const RARE: readonly string[] = ['forbids nobody for a registry that got lost', 'forbids only whom it allowed'];

const SEED = 1;
const WORLDS = 100;
/** Of a machine that does other things as well. */
const PATIENCE_MILLISECONDS = 900_000;

const simulation = (): Simulation => ({
  ...options(),
  seed: SEED,
  hours: 1,
  families: ALL_FAMILIES,
});

/** What any world can be played in. */
const options = () => ({ assembly: assembly(), inTwoRegions: { assembly: assemblyOfTwoRegions() } });

describe(`generated worlds, seed ${SEED}`, () => {
  it(
    `keep every promise in ${WORLDS} of them, whatever goes wrong, and each promise is asked`,
    async () => {
      const { violations, tally, histories, faults } = await inThreads({
        worker: new URL('../../sandbox/simulation/worker.ts', import.meta.url),
        what: simulation(),
        histories: WORLDS,
        workers: 2,
      });

      expect(histories).toBe(WORLDS);
      expect(violations).toEqual([]);
      const unasked = Object.keys(tally).filter((name) => tally[name]?.judged === 0);
      expect(unasked.filter((name) => !RARE.includes(name))).toEqual([]);
      expect(Object.keys(faults).length).toBeGreaterThan(15);
    },
    PATIENCE_MILLISECONDS,
  );

  it('are the same for the same number, and have steps of every family of faults', () => {
    const { hours, families } = simulation();
    const world = (number: number) => generateWorld(SEED, number, { hours, families });
    const kinds = new Set(
      Array.from({ length: 300 }, (_, number) => world(number)).flatMap(({ steps }) =>
        steps.map((step) => (step.deed === 'spell' ? step.kind : step.deed)),
      ),
    );

    expect(world(4)).toEqual(world(4));
    expect(world(4)).not.toEqual(world(5));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['lose', 'rewind', 'deploy', 'redrive', 'skew', 'stop', 'down', 'denied']),
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining(['proxy', 'host', 'target', 'bind', 'refresh', 'dns-empty', 'dns-near-alone']),
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'wellness',
        'side',
        'order',
        'zone',
        'dns-mode',
        'region-cut',
        'route53-down',
        'route53-busy',
      ]),
    );
    expect(Object.keys(FAULT_FAMILIES)).toHaveLength(21);
  });

  it('have target groups that follow something in the share that is asked for, and are the same in all else', () => {
    const { hours, families } = simulation();
    const worlds = (bound: number) =>
      Array.from({ length: 60 }, (_, number) => generateWorld(SEED, number, { hours, families, bound }));
    const boundOf = (bound: number): number => worlds(bound).filter(({ estate }) => estate !== undefined).length;

    expect([boundOf(0), boundOf(1)]).toEqual([0, 60]);
    expect(boundOf(1 / 3)).toBeGreaterThan(10);
    expect(boundOf(1 / 3)).toBeLessThan(30);
    const [without, withAll] = [worlds(0)[0], worlds(1)[0]];
    expect(withAll).toMatchObject({ customers: without?.customers, ec2: without?.ec2, latency: without?.latency });
    expect(withAll?.steps).toEqual(expect.arrayContaining([...(without?.steps ?? [])]));
  });

  it('have names over two regions in the share that is asked for, and are the same in all else', () => {
    const { hours, families } = simulation();
    const worlds = (paired: number) =>
      Array.from({ length: 60 }, (_, number) => generateWorld(SEED, number, { hours, families, paired }));
    const pairedOf = (paired: number): number => worlds(paired).filter(({ pairs }) => pairs !== undefined).length;

    expect([pairedOf(0), pairedOf(1)]).toEqual([0, 60]);
    expect(pairedOf(1 / 6)).toBeGreaterThan(3);
    expect(pairedOf(1 / 6)).toBeLessThan(20);
    const [without, withAll] = [worlds(0)[0], worlds(1)[0]];
    expect(withAll).toMatchObject({ customers: without?.customers, ec2: without?.ec2, latency: without?.latency });
    expect(withAll?.steps).toEqual(expect.arrayContaining([...(without?.steps ?? [])]));
  });

  it('with names over two regions write the same log too, and need the standby region’s stack', async () => {
    const world = generateWorld(SEED, 0, { hours: 0.4, families: ALL_FAMILIES, paired: 1 });
    const first = await playHistory(world, options());
    const second = await playHistory(world, options());

    expect(first.pairs?.watch.writes.length).toBeGreaterThan(0);
    expect(second.log()).toBe(first.log());
    await expect(playHistory(world, { assembly: assembly() })).rejects.toThrow('need the stack of the standby region');
  });

  it('with proxies, load balancers and ailing names write the same log too', async () => {
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const world = numbers
      .map((number) => generateWorld(SEED, number, { hours: 0.3, families: ALL_FAMILIES, bound: 1 }))
      .find(({ estate, steps }) => estate?.proxies.length === 1 && steps.some(({ deed }) => deed === 'proxy'));
    if (world === undefined) throw new Error('No world has a proxy to which something happens.');
    const first = await playHistory(world, options());
    const second = await playHistory(world, options());

    expect(first.targets?.watch.writes.length).toBeGreaterThan(0);
    expect(second.log()).toBe(first.log());
  });

  it('write the same log, byte for byte, when they are played again', async () => {
    const world = generateWorld(SEED, 3, { hours: 0.3, families: ALL_FAMILIES });
    const first = await playHistory(world, options());
    const second = await playHistory(world, options());

    expect(first.log().length).toBeGreaterThan(10_000);
    expect(second.log()).toBe(first.log());
  });
});

describe('a spell', () => {
  it('ends, and what it did is counted', async () => {
    const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
    const spells: readonly Spell[] = [
      { deed: 'spell', kind: 'down', at: 0, lasts: 400_000, chance: 1 },
      { deed: 'spell', kind: 'skew', at: 0, lasts: 400_000, chance: 1, by: 5_000 },
    ];
    const cast = castSpells(world, spells, { seed: 1, beginning: world.clock.now() });
    const begun = world.clock.now();
    await world.clock.run(() => false, begun + 390_000);
    const [while1, skewed] = [cast.counts.get('down') ?? 0, world.skew.milliseconds];
    await world.clock.run(() => false, begun + 1_300_000);
    await world.host.close();

    expect(while1).toBeGreaterThan(0);
    expect(skewed).toBe(5_000);
    expect(world.skew.milliseconds).toBe(0);
    expect(cast.last()).toBeLessThanOrEqual(begun + 400_000);
  });
});

describe('a mutant', () => {
  it('is caught by a world, and what was made for it is gone', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'a suspended customer is let in');
    if (mutant === undefined) throw new Error('There is no such mutant.');
    const room = mkdtempSync(join(tmpdir(), 'mutants-'));
    try {
      const { caught } = await hunt(mutant, { ...simulation(), families: [] }, { worlds: 20, room });

      expect(WORLD_PROMISES.map(({ name }) => name)).toContain(caught?.promise);
      expect(readdirSync(room)).toEqual([]);
    } finally {
      rmSync(room, { recursive: true });
    }
  });
});
