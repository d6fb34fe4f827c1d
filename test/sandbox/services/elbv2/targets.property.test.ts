import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elbWorld, QUICK, SECOND } from './support.ts';

const IDS = ['10.0.0.1', '10.0.1.1', '10.0.2.1'];
const some = fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1 });

const step = fc.oneof(
  fc.record({ kind: fc.constant('register' as const), ids: some }),
  fc.record({ kind: fc.constant('deregister' as const), ids: some }),
  fc.record({ kind: fc.constant('turn' as const), ids: some }),
  fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
);

describe('whatever happens to targets', () => {
  it('what was registered last is registered, and connections go to the healthy ones, or to all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const down = new Set<string>();
        const wanted = new Set<string>();
        const world = elbWorld({ ...QUICK, isServing: (address) => !down.has(address) });
        const group = await world.inUse();
        await world.setAttributes(group, { 'deregistration_delay.timeout_seconds': '60' });
        for (const one of steps) {
          if (one.kind === 'pass') await world.passes(one.seconds * SECOND);
          else if (one.kind === 'turn') for (const id of one.ids) if (!down.delete(id)) down.add(id);
          if (one.kind === 'register') {
            await world.register(group, ...one.ids);
            for (const id of one.ids) wanted.add(id);
          }
          if (one.kind === 'deregister') {
            await world.deregister(group, ...one.ids);
            for (const id of one.ids) wanted.delete(id);
          }
          const all = world.targets.registered(group);
          const active = all.filter(({ health }) => health.state !== 'draining').map(({ id }) => id);
          const healthy = all.filter(({ health }) => health.state === 'healthy').map(({ id }) => id);
          expect([...active].sort()).toEqual([...wanted].sort());
          expect(world.reach(group)).toEqual(healthy.length > 0 ? healthy : active);
          expect((await world.health(group)).map((line) => line.split(':')[0])).toEqual(all.map(({ id }) => id));
        }
        // Left alone, every target ends as what it is.
        await world.passes(180 * SECOND);
        expect([...(await world.health(group))].sort()).toEqual(
          [...wanted]
            .sort()
            .map((id) => `${id}:5432 ${down.has(id) ? 'unhealthy Target.FailedHealthChecks' : 'healthy'}`),
        );
      }),
      { numRuns: 40, seed: 20_261_126 },
    );
  });
});
