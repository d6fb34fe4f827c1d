import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { record, refusal, route53World } from './route53-world.ts';

const name = fc.constantFrom('a', 'b', '*', 'x.a').map((label) => `${label}.example.com`);
const simple = fc
  .tuple(name, fc.constantFrom('A', 'TXT', 'CNAME'), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 9 }))
  .map(([Name, Type, count, seed]): ResourceRecordSet => {
    const values = Array.from({ length: Type === 'CNAME' ? 1 : count }, (_, index) => seed + index);
    const written = {
      A: (n: number) => `192.0.2.${n}`,
      TXT: (n: number) => `"${n}"`,
      CNAME: (n: number) => `n${n}.net`,
    };
    return record(Name, Type, ...values.map(written[Type]));
  });
const weighted = fc
  .tuple(name, fc.constantFrom('one', 'two'), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 9 }))
  .map(
    ([Name, SetIdentifier, Weight, last]): ResourceRecordSet => ({
      ...record(Name, 'A', `192.0.2.${last}`),
      ...{ SetIdentifier, Weight },
    }),
  );
const set = fc.oneof(simple, weighted);
const change = fc
  .tuple(fc.constantFrom('CREATE', 'UPSERT', 'DELETE' as const), set)
  .map(([Action, ResourceRecordSet]): Change => ({ Action: Action as 'CREATE', ResourceRecordSet }));
const batch = fc.array(change, { minLength: 1, maxLength: 4 });

const opposite = { CREATE: 'DELETE', DELETE: 'CREATE' } as const;

describe('batches of changes', () => {
  it('are done as a whole or not at all, whatever is in them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
        const world = route53World();
        const id = await world.zone();
        for (const changes of batches) {
          const before = await world.list(id);
          const refused = await refusal(world.batch(id, ...changes));
          if (refused === 'nothing was refused') continue;
          expect(refused).toMatch(/^InvalidChangeBatch: \[.+\]$/s);
          expect(await world.list(id)).toEqual(before);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('and what undoes them, in the other order, leave nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(simple, { selector: ({ Name }) => Name, minLength: 1 }), async (sets) => {
        const world = route53World();
        const id = await world.zone();
        const changes = sets.map((ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet }));
        const undoing = [...changes]
          .reverse()
          .map(
            ({ Action, ResourceRecordSet }): Change => ({ Action: opposite[Action as 'CREATE'], ResourceRecordSet }),
          );
        const before = await world.list(id);

        await world.batch(id, ...changes);
        const between = await world.list(id);
        await world.batch(id, ...undoing);

        expect(between).toHaveLength(sets.length);
        expect(await world.list(id)).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it('of UPSERTs are the same twice as once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(simple, { selector: ({ Name }) => Name, minLength: 1 }), async (sets) => {
        const world = route53World();
        const id = await world.zone();

        await world.change(id, 'UPSERT', ...sets);
        const once = await world.list(id);
        await world.change(id, 'UPSERT', ...sets);

        expect(await world.list(id)).toEqual(once);
      }),
      { numRuns: 20 },
    );
  });
});
