import { describe, expect, it } from 'vitest';
import { runEventPatternCases } from '../../../../sandbox/conformance/event-patterns.ts';
import { parsePattern } from '../../../../sandbox/services/events/pattern.ts';

const fits = (pattern: unknown, event: unknown): boolean => parsePattern(pattern).matches(event);

describe('values', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['a text - equal', ['a'], 'a', true],
    ['a text - other case', ['a'], 'A', false],
    ['one of several', ['a', 'b'], 'b', true],
    ['a number - equal by value', [300], 3.0e2, true],
    ['a number - its text', [300], '300', false],
    ['a number beyond the numeric range - equal', [123456789012], 123456789012, true],
    ['null', [null], null, true],
    ['null - a missing field', [null], undefined, false],
    ['null - the text', [null], 'null', false],
    ['true', [true], true, true],
    ['true - the text', [true], 'true', false],
    ['prefix', [{ prefix: 'ab' }], 'abc', true],
    ['prefix - not a text', [{ prefix: '1' }], 12, false],
    ['prefix, any case', [{ prefix: { 'equals-ignore-case': 'AB' } }], 'abc', true],
    ['suffix', [{ suffix: '.png' }], 'x.png', true],
    ['suffix, any case', [{ suffix: { 'equals-ignore-case': '.PNG' } }], 'x.png', true],
    ['equals-ignore-case', [{ 'equals-ignore-case': 'aLiCe' }], 'Alice', true],
    ['anything-but - another text', [{ 'anything-but': 'a' }], 'b', true],
    ['anything-but - the text', [{ 'anything-but': 'a' }], 'a', false],
    ['anything-but - nothing there', [{ 'anything-but': 'a' }], undefined, false],
    ['anything-but - a number where a text is named', [{ 'anything-but': 'a' }], 1, true],
    ['anything-but a list of numbers', [{ 'anything-but': [1, 2] }], 2, false],
    ['anything-but prefix', [{ 'anything-but': { prefix: 'a' } }], 'ab', false],
    ['anything-but suffixes', [{ 'anything-but': { suffix: ['.a', '.b'] } }], 'x.c', true],
    ['anything-but, any case', [{ 'anything-but': { 'equals-ignore-case': ['A'] } }], 'a', false],
    ['anything-but wildcards', [{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }], 'x/bin/y', false],
    ['numeric =', [{ numeric: ['=', 301.8] }], 301.8, true],
    ['numeric range - inside', [{ numeric: ['>', 0, '<=', 5] }], 5, true],
    ['numeric range - at its open end', [{ numeric: ['>', 0, '<=', 5] }], 0, false],
    ['numeric - a text', [{ numeric: ['>', 0] }], '1', false],
    ['exists', [{ exists: true }], null, true],
    ['exists - nothing there', [{ exists: true }], undefined, false],
    ['exists - not a leaf', [{ exists: true }], { a: 1 }, false],
    ['exists - an empty list', [{ exists: true }], [], false],
    ['exists: false', [{ exists: false }], undefined, true],
    ['exists: false - there', [{ exists: false }], 'x', false],
    ['exists: false or a value', [{ exists: false }, 'x'], 'x', true],
    ['cidr - inside', [{ cidr: '10.0.0.0/24' }], '10.0.0.255', true],
    ['cidr - outside', [{ cidr: '10.0.0.0/24' }], '10.0.1.0', false],
    ['cidr - not an address', [{ cidr: '10.0.0.0/24' }], '10.0.0', false],
    ['cidr v6', [{ cidr: '2001:db8::/32' }], '2001:0db8:0::1', true],
    ['cidr v6 - an IPv4 address', [{ cidr: '::/0' }], '10.0.0.1', false],
    ['wildcard', [{ wildcard: 'dir/*.png' }], 'dir/sub/x.png', true],
    ['wildcard - the whole text counts', [{ wildcard: 'dir/*.png' }], 'my/dir/x.png', false],
    ['wildcard - none needed', [{ wildcard: 'a*b' }], 'ab', true],
    ['wildcard - an escaped star', [{ wildcard: 'a\\*b' }], 'axb', false],
    ['wildcard - an escaped backslash', [{ wildcard: 'a\\\\*' }], 'a\\b', true],
    ['a list - one element fits', ['a'], ['x', 'a'], true],
    ['a list of lists - one element fits', ['a'], [['x'], ['a']], true],
    ['a list - anything-but fits another element', [{ 'anything-but': 'a' }], ['x', 'a'], true],
  ])('%s', (_, tests, value, expected) => {
    const event = value === undefined ? { other: 1 } : { field: value };
    expect(fits({ field: tests }, event)).toBe(expected);
  });
});

describe('structure', () => {
  const people = {
    people: [
      { first: 'Anna', last: 'Smith' },
      { first: 'Peter', last: 'Jones', nick: 'Pit' },
    ],
  };

  it.each<[string, unknown, unknown, boolean]>([
    ['all fields must fit', { a: [1], b: { c: [2] } }, { a: 1, b: { c: 3 } }, false],
    ['fields that are not named do not matter', { a: [1] }, { a: 1, b: 2 }, true],
    ['dotted names are nested objects', { 'a.b': [1] }, { a: { b: 1 } }, true],
    ['and the other way round', { a: { b: [1] } }, { 'a.b': 1 }, true],
    ['fields of one element count together', { people: { first: ['Anna'], last: ['Smith'] } }, people, true],
    ['fields of different elements do not', { people: { first: ['Anna'], last: ['Jones'] } }, people, false],
    [
      'absence is asked of the chosen element',
      { people: { first: ['Anna'], nick: [{ exists: false }] } },
      people,
      true,
    ],
    ['and is not found in it', { people: { first: ['Peter'], nick: [{ exists: false }] } }, people, false],
    ['$or - the second fits', { $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
    ['$or - none fits', { $or: [{ a: [1] }, { b: [2] }] }, { b: 3 }, false],
    ['$or and a field beside it', { c: [0], $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, false],
    [
      'two $or, one of them nested',
      { $or: [{ a: [1] }, { b: [2] }], d: { $or: [{ e: [1] }, { f: [1] }] } },
      { a: 1, d: { f: 1 } },
      true,
    ],
    ['$or within $or', { $or: [{ a: [1] }, { b: [1], $or: [{ c: [1] }, { d: [1] }] }] }, { b: 1, d: 1 }, true],
    ['an event that is no object', { a: [1] }, 'a', false],
  ])('%s', (_, pattern, event, expected) => {
    expect(fits(pattern, event)).toBe(expected);
    expect(fits(JSON.stringify(pattern), event)).toBe(expected);
  });
});

describe('a pattern is refused', () => {
  it.each<[string, unknown, string]>([
    ['that is no JSON', '{', 'Invalid JSON'],
    ['that is no object', '[]', 'Filter is not an object'],
    ['that is empty', {}, 'Empty objects'],
    ['with an empty list', { a: [] }, 'Empty arrays'],
    ['with a value that is no list', { a: 'x' }, '"a" must be an object or an array'],
    ['with a list in a list', { a: [['x']] }, 'Match value must be'],
    ['with an operator that does not exist', { a: [{ regex: 'x' }] }, 'Unrecognized match type regex'],
    ['with an operator that every object has', { a: [{ constructor: 'x' }] }, 'Unrecognized match type constructor'],
    ['with two operators in one', { a: [{ prefix: 'x', suffix: 'y' }] }, 'Only one key'],
    ['with an empty operator', { a: [{}] }, 'Match expression name not found'],
    ['with a prefix that is no text', { a: [{ prefix: 1 }] }, 'prefix match pattern must be a string'],
    [
      'with an unknown operator in a prefix',
      { a: [{ prefix: { wildcard: 'x' } }] },
      'Unsupported prefix pattern: wildcard',
    ],
    ['with anything-but of both kinds', { a: [{ 'anything-but': ['x', 1] }] }, 'mixed type'],
    ['with anything-but null', { a: [{ 'anything-but': null }] }, 'not supported'],
    [
      'with an unknown anything-but',
      { a: [{ 'anything-but': { numeric: ['=', 1] } }] },
      'Unsupported anything-but pattern: numeric',
    ],
    ['with an empty anything-but prefix', { a: [{ 'anything-but': { prefix: '' } }] }, 'Null prefix/suffix'],
    ['with an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, 'Unrecognized numeric range operator: "!="'],
    ['with a range from above', { a: [{ numeric: ['<', 5, '>', 0] }] }, 'Too many elements'],
    ['with an empty range', { a: [{ numeric: ['>', 5, '<', 5] }] }, 'Bottom must be less than top'],
    ['with a number too great to compare', { a: [{ numeric: ['>', 5e9 + 1] }] }, 'between -5.0E9 and 5.0E9'],
    ['with exists of a text', { a: [{ exists: 'true' }] }, 'either true or false'],
    ['with a block without mask', { a: [{ cidr: '10.0.0.0' }] }, "one '/' required"],
    ['with a block with too long a mask', { a: [{ cidr: '10.0.0.0/33' }] }, 'mask bits'],
    ['with a block of no address', { a: [{ cidr: '10.0.0.256/8' }] }, 'Nonstandard IP address'],
    ['with two stars in a row', { a: [{ wildcard: 'a**b' }] }, 'Consecutive wildcard characters at pos 2'],
    ['with an unknown escape', { a: [{ wildcard: 'a\\b' }] }, 'Invalid escape character'],
    [
      'that is too complex',
      { a: ['One', 'Two', 'Three', 'Four'].map((name) => ({ wildcard: `*:stack/${name}/*` })) },
      'too complex',
    ],
    ['with $or of one', { $or: [{ a: [1] }] }, 'at least 2 Objects'],
    ['with $or that is no list', { $or: { a: [1] } }, 'must be an Array'],
    ['with an operator as a field in $or', { $or: [{ prefix: ['a'] }, { b: [1] }] }, 'prefix is an operator'],
    [
      'with $or of more than a thousand combinations',
      Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((name) => [name, { $or: [1, 2, 3, 4, 5, 6].map((n) => ({ x: [n] })) }]),
      ),
      'more than 1000',
    ],
  ])('%s', (_, pattern, reason) => {
    expect(() => parsePattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidEventPatternException', message: expect.stringContaining(reason) }),
    );
  });

  it('but three such wildcards are not too complex', () => {
    const pattern = { a: ['One', 'Two', 'Three'].map((name) => ({ wildcard: `*:stack/${name}/*` })) };
    expect(fits(pattern, { a: 'arn:stack/Two/1' })).toBe(true);
  });
});

describe('recorded cases', () => {
  it('say what differs, and why a pattern was refused', () => {
    const results = runEventPatternCases([
      { name: 'fits', event: { a: 1 }, pattern: { a: [1] }, expect: 'match' },
      { name: 'texts', event: '{"a":1}', pattern: '{"a":[2]}', expect: 'no-match' },
      { name: 'refused', event: {}, pattern: { a: 1 }, expect: 'invalid' },
      { name: 'wrong', event: {}, pattern: { a: [{ near: 1 }] }, expect: 'match' },
    ]);
    expect(results.map((result) => result.passed)).toEqual([true, true, true, false]);
    expect(results[3]?.differences).toEqual([
      'expected match, got invalid (Event pattern is not valid. Reason: Unrecognized match type near)',
    ]);
  });

  it('that are no cases are refused', () => {
    expect(() => runEventPatternCases({})).toThrow(TypeError);
    expect(() => runEventPatternCases([{ name: 'x' }])).toThrow('Case 0');
  });
});
