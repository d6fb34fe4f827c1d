import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distrustOf, nextSeen, type RegistrySeen, type RegistrySize } from '../../functions/domain/trust.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-23T12:00:00.000Z');
const minutes = (count: number): string => new Date(START + count * MINUTE).toISOString();

const size = (count: number, tableId = 'table-1'): RegistrySize => ({ tableId, count });
const aSeen = (count: number, changes: Partial<RegistrySeen> = {}): RegistrySeen => ({
  ...size(count),
  at: minutes(0),
  version: 1,
  ...changes,
});
const FROZEN = { ...size(3), because: 'the registry went from 90 entries to 3', at: minutes(0) };

describe('distrustOf', () => {
  it.each<[situation: string, seen: RegistrySeen | undefined, now: RegistrySize, distrust: string | undefined]>([
    ['nothing was seen before', undefined, size(0), undefined],
    ['it is as it was', aSeen(30), size(30), undefined],
    ['it grew', aSeen(30), size(300), undefined],
    ['it was always empty', aSeen(0), size(0), undefined],
    ['its first entries came', aSeen(0), size(9), undefined],
    ['two customers left a small one', aSeen(30), size(24), undefined],
    ['one entry more is gone', aSeen(30), size(23), 'the registry went from 30 entries to 23'],
    ['a fifth of a big one is gone', aSeen(1000), size(800), undefined],
    ['more than a fifth is gone', aSeen(1000), size(799), 'the registry went from 1000 entries to 799'],
    ['the last of a few are gone: empty is not small', aSeen(3), size(0), 'the registry went from 3 entries to 0'],
    ['all but one of a few are gone', aSeen(3), size(1), undefined],
    [
      'it is another table',
      aSeen(30),
      size(30, 'table-2'),
      'the registry is another table than before, as after a restore',
    ],
    [
      'it is another table, and bigger',
      aSeen(30),
      size(90, 'table-2'),
      'the registry is another table than before, as after a restore',
    ],
    [
      'DynamoDB named no table',
      aSeen(30),
      size(30, ''),
      'the registry is another table than before, as after a restore',
    ],
    ['nobody confirmed it since, and all came back', aSeen(90, { frozen: FROZEN }), size(90), FROZEN.because],
  ])('%s', (_situation, seen, now, distrust) => {
    expect(distrustOf(seen, now)).toBe(distrust);
  });
});

describe('nextSeen', () => {
  it.each<
    [situation: string, seen: RegistrySeen | undefined, now: RegistrySize, after: number, next: object | undefined]
  >([
    ['the first look', undefined, size(30), 0, { ...size(30), at: minutes(0) }],
    ['as it was', aSeen(30), size(30), 600, undefined],
    ['grown', aSeen(30), size(31), 5, { ...size(31), at: minutes(5) }],
    ['a small loss, within the hour', aSeen(30), size(28), 59, undefined],
    ['a small loss, an hour later', aSeen(30), size(28), 60, { ...size(28), at: minutes(60) }],
    [
      'a big loss - frozen; what it was stays',
      aSeen(30),
      size(9),
      60,
      {
        ...size(30),
        at: minutes(0),
        frozen: { ...size(9), because: 'the registry went from 30 entries to 9', at: minutes(60) },
      },
    ],
    ['frozen, and as it was then', aSeen(90, { frozen: FROZEN }), size(3), 60, undefined],
    [
      'frozen, and one entry fewer since, in the same table',
      aSeen(90, { frozen: FROZEN }),
      size(2),
      60,
      { ...size(90), at: minutes(0), frozen: { ...FROZEN, ...size(2) } },
    ],
    [
      'frozen, and as many since in another table',
      aSeen(90, { frozen: FROZEN }),
      size(3, 'table-2'),
      60,
      { ...size(90), at: minutes(0), frozen: { ...FROZEN, ...size(3, 'table-2') } },
    ],
    [
      'frozen, and another size since - kept for whoever confirms it, under the first reason and time',
      aSeen(90, { frozen: FROZEN }),
      size(5, 'table-2'),
      60,
      { ...size(90), at: minutes(0), frozen: { ...FROZEN, ...size(5, 'table-2') } },
    ],
  ])('%s', (_situation, seen, now, after, next) => {
    expect(nextSeen(seen, now, minutes(after))).toEqual(next);
  });
});

/** What sweeps come to, one every five minutes: each size that was seen, and after how many of them it was frozen, if ever. */
const sweep = (sizes: readonly number[]): number | undefined => {
  let seen: RegistrySeen | undefined;
  for (const [index, count] of sizes.entries()) {
    const next = nextSeen(seen, size(count), minutes(index * 5));
    if (next !== undefined) seen = { ...next, version: (seen?.version ?? 0) + 1 };
    if (seen?.frozen !== undefined) return index;
  }
  return undefined;
};

describe('many small losses', () => {
  it('of two entries every five minutes - frozen when more than six are gone since it was last higher', () => {
    expect(sweep([100, 102, 100, 98, 96, 94, 92])).toBeUndefined();
    expect(sweep([30, 32, 30, 28, 26, 24, 22])).toBe(5);
  });

  it('of what a customer has, once in an hour - believed: nobody is in a hurry', () => {
    const hours = Array.from({ length: 10 }, (_, hour) => Array.from({ length: 12 }, () => 60 - 3 * hour)).flat();

    expect(sweep(hours)).toBeUndefined();
  });

  it('a freeze is never lifted by a look, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 200 })), fc.constantFrom('table-1', 'table-2'), (counts, tableId) => {
        let seen = aSeen(90, { frozen: FROZEN });
        for (const [index, count] of counts.entries()) {
          const next = nextSeen(seen, size(count, tableId), minutes(index));
          if (next !== undefined) seen = { ...next, version: seen.version + 1 };
          expect(distrustOf(seen, size(count, tableId))).toBe(FROZEN.because);
          expect(seen).toMatchObject({ ...size(90), frozen: { at: FROZEN.at } });
        }
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });

  // The record has one count and one time: where a loss lowers it at once, because it was older than an hour, a second may follow.
  it('what is believed within an hour is never more than twice what may go at once', () => {
    const step = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 }), fc.integer({ min: -5, max: -1 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 400 }),
        fc.array(step, { minLength: 12, maxLength: 60 }),
        (first, steps) => {
          const sizes = [first];
          for (const lost of steps) sizes.push(Math.max(1, (sizes.at(-1) ?? 0) - lost));
          const end = sweep(sizes) ?? sizes.length;
          for (let index = 0; index < end; index += 1) {
            const lastHour = Math.max(...sizes.slice(Math.max(0, index - 11), index + 1));
            const highest = Math.max(...sizes.slice(0, index + 1));
            expect(lastHour - (sizes[index] ?? 0)).toBeLessThanOrEqual(2 * Math.max(6, highest * 0.2));
          }
        },
      ),
      { seed: 20_261_123, numRuns: 300 },
    );
  });
});
