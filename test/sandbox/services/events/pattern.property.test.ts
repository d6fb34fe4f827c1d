import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../../sandbox/services/events/pattern.ts';
import { matchesWildcard, parseWildcard } from '../../../../sandbox/services/events/pattern-wildcard.ts';

const fits = (tests: unknown, value: unknown): boolean => parsePattern({ field: tests }).matches({ field: value });
const scalar = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
/** Few letters, so that things do fit. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/'), maxLength: 8 });
const affix = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
const options = { numRuns: 300, seed: 11 };

describe('anything-but', () => {
  it('is the complement of the same values, for a field that is there', () => {
    const values = fc.array(word, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, fc.oneof(word, scalar), (excluded, value) => {
        expect(fits([{ 'anything-but': excluded }], value)).toBe(!fits(excluded, value));
      }),
      options,
    );
  });

  it.each(['prefix', 'suffix', 'equals-ignore-case', 'wildcard'])('is the complement of %s', (operator) => {
    fc.assert(
      fc.property(affix, fc.oneof(word, scalar), (text, value) => {
        expect(fits([{ 'anything-but': { [operator]: text } }], value)).toBe(!fits([{ [operator]: text }], value));
      }),
      options,
    );
  });
});

it('a list fits exactly when one of its entries fits alone', () => {
  fc.assert(
    fc.property(fc.array(scalar, { minLength: 1, maxLength: 5 }), scalar, (entries, value) => {
      expect(fits(entries, value)).toBe(entries.some((entry) => fits([entry], value)));
    }),
    options,
  );
});

it('every scalar fits itself, and exists', () => {
  fc.assert(
    fc.property(scalar, (value) => {
      expect(fits([value], value)).toBe(true);
      expect(fits([{ exists: true }], value)).toBe(true);
      expect(fits([{ exists: false }], value)).toBe(false);
    }),
    options,
  );
});

it('$or fits exactly when one of its objects does', () => {
  const digit = fc.integer({ min: 0, max: 2 });
  fc.assert(
    fc.property(digit, digit, digit, digit, (a, b, x, y) => {
      const both = parsePattern({ $or: [{ a: [a] }, { b: [b] }] });
      expect(both.matches({ a: x, b: y })).toBe(a === x || b === y);
    }),
    options,
  );
});

it('numeric fits what the comparison says', () => {
  const number = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(number, number, number, (low, width, value) => {
      fc.pre(width > 0);
      expect(fits([{ numeric: ['>', low, '<=', low + width] }], value)).toBe(value > low && value <= low + width);
    }),
    options,
  );
});

it('a wildcard fits what the same regular expression fits', () => {
  const pattern = fc
    .array(fc.oneof(affix, fc.constant('*')), { maxLength: 5 })
    .map((parts) => parts.join('').replace(/\*+/g, '*'));
  fc.assert(
    fc.property(pattern, word, (text, value) => {
      const expression = new RegExp(`^${text.replaceAll('*', '.*')}$`, 's');
      expect(matchesWildcard(parseWildcard(text), value)).toBe(expression.test(value));
    }),
    options,
  );
});

it('the order of fields does not matter', () => {
  const small = fc.integer({ min: 0, max: 1 });
  const element = fc.record({ a: small, b: small, c: small });
  fc.assert(
    fc.property(fc.array(element, { maxLength: 4 }), element, (list, wanted) => {
      const forwards = parsePattern({ list: { a: [wanted.a], b: [wanted.b], c: [wanted.c] } });
      const backwards = parsePattern({ list: { c: [wanted.c], b: [wanted.b], a: [wanted.a] } });
      const expected = list.some((each) => each.a === wanted.a && each.b === wanted.b && each.c === wanted.c);
      expect(forwards.matches({ list })).toBe(expected);
      expect(backwards.matches({ list })).toBe(expected);
    }),
    options,
  );
});
