import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Look } from '../../functions/domain/addresses.ts';
import type { Mode } from '../../functions/domain/mode.ts';
import { planTargets, type Target, type TargetState, type TargetsSituation } from '../../functions/domain/targets.ts';
import { NOW, theModes } from '../support/builders.ts';

fc.configureGlobal({ seed: 20_261_126, numRuns: 1_000 });

const PORT = 5432;
const ZONES = ['us-west-2a', 'us-west-2b', 'us-west-2c'] as const;
const ADDRESSES = ZONES.flatMap((_, zone) => [1, 2, 3, 4].map((host) => `10.0.${zone}.${host}`));
const zoneOf = (address: string): string => ZONES[Number(address.split('.')[2])] ?? '';
const STATES = ['initial', 'healthy', 'unhealthy', 'draining', 'unused', 'unavailable', 'unknown'] as const;

const some = fc.subarray(ADDRESSES);
const targetOf = (address: string): fc.Arbitrary<Target> =>
  fc
    .record({
      state: fc.oneof(
        { weight: 3, arbitrary: fc.constant<TargetState>('healthy') },
        { weight: 2, arbitrary: fc.constantFrom<TargetState>(...STATES) },
      ),
      port: fc.oneof({ weight: 9, arbitrary: fc.constant(PORT) }, { weight: 1, arbitrary: fc.constant(6379) }),
    })
    .map(({ state, port }) => ({ address, port, state, zone: zoneOf(address) }));
const look: fc.Arbitrary<Look> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ addresses: fc.subarray(ADDRESSES, { minLength: 1 }), isWhole: fc.boolean() })
      .map((each): Look => ({ kind: 'answered', ...each })),
  },
  { weight: 1, arbitrary: fc.constant<Look>({ kind: 'empty' }) },
  { weight: 1, arbitrary: fc.constant<Look>({ kind: 'failed', problem: 'ETIMEOUT' }) },
);
const mode = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Mode>('enforce') },
  { weight: 1, arbitrary: fc.constantFrom<Mode>('observe', 'propose') },
);

const situation: fc.Arbitrary<TargetsSituation> = some
  .chain((present) =>
    fc.record({
      binding: fc.record({
        port: fc.constant(PORT),
        minHealthy: fc.integer({ min: 1, max: 4 }),
        maxRemovalRatio: fc.constantFrom(0.1, 0.5, 1),
        missesBeforeRemoval: fc.integer({ min: 1, max: 3 }),
      }),
      look,
      interfaces: fc.oneof(
        { weight: 4, arbitrary: some.map((addresses) => ({ kind: 'listed' as const, addresses })) },
        { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) },
        { weight: 1, arbitrary: fc.constant({ kind: 'failed' as const, problem: 'Throttled' }) },
      ),
      targets: fc.tuple(...present.map(targetOf)),
      misses: fc.dictionary(fc.constantFrom(...ADDRESSES), fc.integer({ min: 1, max: 3 })),
      ours: some.map((each) => new Set(each)),
      refused: fc.dictionary(
        fc.constantFrom(...ADDRESSES),
        fc.constantFrom('2026-11-23T11:00:00.000Z', '2026-11-23T13:00:00.000Z'),
        { maxKeys: 3 },
      ),
      room: fc.integer({ min: 0, max: 12 }),
      isCrossZone: fc.boolean(),
      modes: fc.record({ 'targets-add': mode, 'targets-remove': mode }).map((modes) => theModes(modes)),
      isPaused: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    }),
  )
  .map(({ isPaused, ...rest }) => ({
    ...rest,
    now: NOW,
    ...(isPaused ? { paused: { by: 'ada', reason: 'a look', at: NOW } } : {}),
  }));

const healthyOf = (targets: readonly Target[]): readonly Target[] =>
  targets.filter(({ port, state }) => port === PORT && state === 'healthy');
const countOf = (targets: readonly Target[], zone: string): number =>
  targets.filter((each) => each.zone === zone).length;

/** The group after a plan, where everything that was added became healthy. */
const applied = (before: TargetsSituation): TargetsSituation => {
  const { add, remove } = planTargets(before);
  const isGone = ({ address, port }: Target): boolean => port === PORT && remove.includes(address);
  const isNew = ({ address, port }: Target): boolean => port === PORT && add.includes(address);
  const kept = before.targets.filter((target) => !isGone(target) && !isNew(target));
  const added = add.map((address): Target => ({ address, port: PORT, state: 'healthy', zone: zoneOf(address) }));
  return {
    ...before,
    targets: [...kept, ...added],
    ours: new Set([...before.ours, ...add]),
    room: before.room - add.length + remove.length,
  };
};

describe('planTargets, whatever the situation', () => {
  it('never takes the healthy below the floor: in all, and by zone where each is on its own', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { remove } = planTargets(each);
        const before = healthyOf(each.targets);
        const after = before.filter(({ address }) => !remove.includes(address));
        const minimum = each.binding.minHealthy ?? 1;
        const bared = ZONES.filter(
          (zone) => countOf(after, zone) < countOf(before, zone) && countOf(after, zone) < minimum,
        );
        expect(remove.length === 0 || after.length >= minimum).toBe(true);
        expect(each.isCrossZone ? [] : bared).toEqual([]);
      }),
    );
  });

  it('gives nothing to do once it was applied often enough', () => {
    fc.assert(
      fc.property(situation, (each) => {
        let last = each;
        for (let round = 0; round < ADDRESSES.length * 2; round += 1) last = applied(last);
        const { add, remove } = planTargets(last);
        expect({ add, remove }).toEqual({ add: [], remove: [] });
      }),
    );
  });

  it('removes nothing on doubt, and nothing that is not ours', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { remove } = planTargets(each);
        const { look: seen, interfaces, misses, binding, ours, targets } = each;
        const isFounded = (address: string): boolean => {
          const isMissed = (misses[address] ?? 0) >= (binding.missesBeforeRemoval ?? 3);
          const isUnhealthy = targets.some((target) => target.address === address && target.state === 'unhealthy');
          const isGone =
            interfaces.kind === 'none' || (interfaces.kind === 'listed' && !interfaces.addresses.includes(address));
          const isNamed = seen.kind === 'answered' && seen.addresses.includes(address);
          return ours.has(address) && isMissed && !isNamed && (isUnhealthy || isGone);
        };
        expect(remove.filter((address) => !isFounded(address))).toEqual([]);
        expect(seen.kind === 'answered' || remove.length === 0).toBe(true);
      }),
    );
  });

  it('adds only what DNS names, and no more than there is room for', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { add } = planTargets(each);
        const names = each.look.kind === 'answered' ? each.look.addresses : [];
        expect(add.filter((address) => !names.includes(address))).toEqual([]);
        expect(add.length).toBeLessThanOrEqual(each.room);
      }),
    );
  });

  it('does not depend on the order of answers, interfaces or targets', () => {
    const turned = <T>(list: readonly T[]): readonly T[] => [...list].reverse();
    fc.assert(
      fc.property(situation, (each) => {
        const { look: seen, interfaces, targets } = each;
        const other: TargetsSituation = {
          ...each,
          look: seen.kind === 'answered' ? { ...seen, addresses: turned(seen.addresses) } : seen,
          interfaces:
            interfaces.kind === 'listed' ? { ...interfaces, addresses: turned(interfaces.addresses) } : interfaces,
          targets: turned(targets),
        };
        expect(planTargets(other)).toEqual(planTargets(each));
      }),
    );
  });

  it('accounts for every target of its port and every name: kept, added, removed, withheld or foreign', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { add, remove, withheld, foreign } = planTargets(each);
        const told = [...add, ...remove, ...withheld.map(({ address }) => address), ...foreign];
        expect(new Set(told).size).toBe(told.length);
      }),
    );
  });
});
