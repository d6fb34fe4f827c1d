import { describe, expect, it } from 'vitest';
import { conditionHolds, isOperator } from '../../../sandbox/iam/condition.ts';
import { matchesArn, matchesPattern } from '../../../sandbox/iam/wildcard.ts';

type Case = readonly [string, string, readonly string[], readonly string[] | undefined, boolean];

const TOPIC = 'arn:aws:sns:us-west-2:123456789012:notices';

const CASES: readonly Case[] = [
  ['StringEquals, one of several - holds', 'StringEquals', ['a', 'b'], ['b'], true],
  ['StringEquals, other case - fails', 'StringEquals', ['a'], ['A'], false],
  ['StringEquals, a star is a star - fails', 'StringEquals', ['*'], ['a'], false],
  ['StringEquals, key missing - fails', 'StringEquals', ['a'], undefined, false],
  ['StringEqualsIfExists, key missing - holds', 'StringEqualsIfExists', ['a'], undefined, true],
  ['StringEqualsIfExists, key there and different - fails', 'StringEqualsIfExists', ['a'], ['b'], false],
  ['StringNotEquals, none of several - holds', 'StringNotEquals', ['a', 'b'], ['c'], true],
  ['StringNotEquals, one of several - fails', 'StringNotEquals', ['a', 'b'], ['b'], false],
  ['StringNotEquals, key missing - holds', 'StringNotEquals', ['a'], undefined, true],
  ['StringEqualsIgnoreCase, other case - holds', 'StringEqualsIgnoreCase', ['a'], ['A'], true],
  ['StringNotEqualsIgnoreCase, other case - fails', 'StringNotEqualsIgnoreCase', ['a'], ['A'], false],
  ['StringLike, wildcards - holds', 'StringLike', ['a*c?'], ['abbcd'], true],
  ['StringNotLike, wildcards - fails', 'StringNotLike', ['a*'], ['abc'], false],
  ['ArnLike, wildcards in parts - holds', 'ArnLike', ['arn:aws:sns:*:123456789012:no*'], [TOPIC], true],
  ['ArnLike, a star does not cross a colon - fails', 'ArnLike', ['arn:aws:sns:*:notices:x'], [TOPIC], false],
  ['ArnLike, a bare star - holds', 'ArnLike', ['*'], [TOPIC], true],
  ['ArnEquals, wildcards as in ArnLike - holds', 'ArnEquals', ['arn:aws:sns:*:*:notices'], [TOPIC], true],
  ['ArnNotEquals, another topic - holds', 'ArnNotEquals', ['arn:aws:sns:us-west-2:123456789012:x'], [TOPIC], true],
  ['ArnNotLike, the same topic - fails', 'ArnNotLike', ['arn:aws:sns:*:*:*'], [TOPIC], false],
  ['Bool, false against true - fails', 'Bool', ['false'], ['true'], false],
  ['Bool, case of the word does not count - holds', 'Bool', ['True'], ['true'], true],
  ['BoolIfExists, key missing - holds', 'BoolIfExists', ['false'], undefined, true],
  ['Null true, key missing - holds', 'Null', ['true'], undefined, true],
  ['Null true, key there - fails', 'Null', ['true'], ['x'], false],
  ['Null false, key there - holds', 'Null', ['false'], ['x'], true],
  ['NumericLessThan, equal - fails', 'NumericLessThan', ['10'], ['10'], false],
  ['NumericLessThanEquals, equal - holds', 'NumericLessThanEquals', ['10'], ['10.0'], true],
  ['NumericNotEquals, key missing - holds', 'NumericNotEquals', ['10'], undefined, true],
  ['NumericGreaterThan, greater - holds', 'NumericGreaterThan', ['9'], ['10'], true],
  ['DateLessThan, before - holds', 'DateLessThan', ['2026-11-24T00:00:00Z'], ['2026-11-23T12:00:00.000Z'], true],
  ['DateGreaterThan, seconds since the epoch - holds', 'DateGreaterThan', ['0'], ['2026-11-23T12:00:00Z'], true],
  ['DateEquals, the same moment - holds', 'DateEquals', ['2026-11-23T12:00:00+00:00'], ['2026-11-23T12:00:00Z'], true],
  ['ForAnyValue, one of the request matches - holds', 'ForAnyValue:StringEquals', ['a'], ['x', 'a'], true],
  ['ForAnyValue, none matches - fails', 'ForAnyValue:StringEquals', ['a'], ['x', 'y'], false],
  ['ForAnyValue, key missing - fails', 'ForAnyValue:StringEquals', ['a'], undefined, false],
  ['ForAnyValue not equals, one differs - holds', 'ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
  ['ForAllValues, all match - holds', 'ForAllValues:StringLike', ['a*', 'b'], ['ab', 'b'], true],
  ['ForAllValues, one does not - fails', 'ForAllValues:StringLike', ['a*'], ['ab', 'b'], false],
  ['ForAllValues, key missing - holds', 'ForAllValues:StringEquals', ['a'], undefined, true],
  ['ForAllValues, empty list - holds', 'ForAllValues:StringEquals', ['a'], [], true],
];

describe('condition operators', () => {
  it.each(CASES)('%s', (_, operator, expected, actual, holds) => {
    expect(conditionHolds(operator, expected, actual)).toBe(holds);
  });

  it.each([
    'IpAddress',
    'BinaryEquals',
    'stringequals',
    'ForSomeValues:StringEquals',
    'NullIfExists',
    'ForAnyValue:Null',
  ])('%s - not modelled', (name) => {
    expect(isOperator(name)).toBe(false);
  });
});

describe('wildcards', () => {
  it.each([
    ['*', '', true],
    ['a*', 'a', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['**', 'anything', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['*.fifo', 'queue.fifo.fifo', true],
    ['', 'a', false],
  ])('%s against %s - %s', (pattern, value, outcome) => {
    expect(matchesPattern(pattern, value)).toBe(outcome);
  });

  it('an ARN whose resource has colons - they belong to the resource', () => {
    const version = 'arn:aws:lambda:us-west-2:123456789012:function:f:7';
    expect(matchesArn('arn:aws:lambda:*:*:function:f*', version)).toBe(true);
    expect(matchesArn('arn:aws:lambda:*:*:function:f', version)).toBe(false);
    expect(matchesArn('not an arn', version)).toBe(false);
  });
});
