import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRdsWorld, SECOND, SUBNETS } from './rds-world.ts';

const PORT = 5432;

/** What may happen to a proxy, and how long nothing else does. */
const step = fc.record({
  what: fc.oneof(
    fc.record({ kind: fc.constant('scale' as const), nodes: fc.integer({ min: 0, max: 6 }) }),
    fc.record({
      kind: fc.constant('rotate' as const),
      nodes: fc.constantFrom('one' as const, 'all' as const),
      pace: fc.constantFrom('one-by-one' as const, 'at-once' as const),
    }),
    fc.record({ kind: fc.constant('fail' as const), zone: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('restore' as const), zone: fc.constantFrom('a', 'b', 'c') }),
  ),
  seconds: fc.integer({ min: 0, max: 200 }),
});

type World = ReturnType<typeof createRdsWorld>;
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const act = ({ proxies }: World, { what }: Step): void => {
  switch (what.kind) {
    case 'scale':
      proxies.scale('orders', { nodes: what.nodes });
      return;
    case 'rotate':
      proxies.rotate('orders', { nodes: what.nodes, pace: what.pace });
      return;
    case 'fail':
      proxies.failZone('orders', `us-west-2${what.zone}`);
      return;
    case 'restore':
      proxies.restoreZone('orders', `us-west-2${what.zone}`);
  }
};

describe('whatever happens to a proxy, with AWS’s own delays', () => {
  it('every serving address has an interface, no address has two, and all that are dismissed are gone in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.integer({ min: 0, max: 1_000 }), async (steps, seed) => {
        const world = createRdsWorld({ rds: {}, seed });
        const { proxy, proxies, interfaces, passes, clock } = world;
        await proxy('orders');
        for (const each of steps) {
          act(world, each);
          await passes(each.seconds * SECOND);
          const addresses = await interfaces('Network interface for DBProxy orders');
          const serving = proxies.nodes('orders').flatMap((node) => (node.isServing ? node.addresses : []));
          expect(new Set(addresses).size).toBe(addresses.length);
          expect(addresses).toEqual(expect.arrayContaining(serving));
          expect(serving.every((address) => proxies.isServing(address, PORT))).toBe(true);
        }
        await clock.run();
        const left = proxies.nodes('orders');
        expect(left.every(({ isEnding, isServing, isListed }) => !isEnding && isServing && isListed)).toBe(true);
        expect(await interfaces('*')).toHaveLength(left.length);
      }),
      { numRuns: 40 },
    );
  });

  it('one seed gives one journal', async () => {
    const log = async (): Promise<string> => {
      const { proxy, proxies, clock, journal } = createRdsWorld({
        rds: { delivery: { lost: 0.3, doubled: 0.3 } },
        seed: 9,
      });
      await proxy('orders', { VpcSubnetIds: SUBNETS });
      proxies.rotate('orders');
      proxies.failZone('orders', 'us-west-2a');
      await clock.run();
      return journal.toText();
    };
    expect(await log()).toBe(await log());
  });
});

describe('answers of DNS', () => {
  it('whatever their size, the union of enough of them is what is in DNS', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 9 }), async (answerSize, nodes) => {
        const { proxy, proxies, names } = createRdsWorld({ rds: { nodes }, dns: { answerSize, isCaching: false } });
        const host = await proxy('orders');
        const answers = Array.from({ length: nodes }, () => names(host));
        const listed = proxies.nodes('orders').flatMap(({ isListed, addresses }) => (isListed ? addresses : []));
        expect(answers.every((answer) => answer.length === Math.min(answerSize, nodes))).toBe(true);
        expect([...new Set(answers.flat())].sort()).toEqual([...listed].sort());
      }),
      { numRuns: 30 },
    );
  });
});
