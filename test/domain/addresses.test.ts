import { describe, expect, it } from 'vitest';
import { type Answer, countMisses, type Look, lookOf } from '../../functions/domain/addresses.ts';
import { overlapsAmong } from '../../functions/domain/binding.ts';

const answer = (...addresses: readonly string[]): Answer => ({ kind: 'addresses', addresses });
const FAILED: Answer = { kind: 'failed', problem: 'ETIMEOUT' };
const EMPTY: Answer = { kind: 'empty' };
const isPlausible = (address: string): boolean => address.startsWith('10.');

describe('lookOf', () => {
  it.each<[answers: string, of: readonly Answer[], look: Look]>([
    [
      'two subsets - their union, sorted',
      [answer('10.0.0.2', '10.0.0.1'), answer('10.0.0.3', '10.0.0.1')],
      { kind: 'answered', addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'], isWhole: true },
    ],
    [
      'one of two failed - not whole',
      [answer('10.0.0.1'), FAILED],
      { kind: 'answered', addresses: ['10.0.0.1'], isWhole: false },
    ],
    [
      'one of two empty - not whole',
      [answer('10.0.0.1'), EMPTY],
      { kind: 'answered', addresses: ['10.0.0.1'], isWhole: false },
    ],
    [
      'a strange address among others - left out, and not whole',
      [answer('10.0.0.1', '203.0.113.9')],
      { kind: 'answered', addresses: ['10.0.0.1'], isWhole: false },
    ],
    [
      'nothing but a strange address - failed',
      [answer('203.0.113.9')],
      { kind: 'failed', problem: 'DNS named 203.0.113.9, which is none of the source’s'.replace('’', "'") },
    ],
    ['all empty - empty', [EMPTY, answer()], { kind: 'empty' }],
    ['empty and failed - failed', [EMPTY, FAILED], { kind: 'failed', problem: 'ETIMEOUT' }],
    ['no look-up at all - failed', [], { kind: 'failed', problem: 'nobody looked' }],
  ])('%s', (_, of, look) => {
    expect(lookOf(of, isPlausible)).toEqual(look);
  });
});

describe('countMisses', () => {
  const look = (isWhole: boolean, ...addresses: readonly string[]): Look => ({ kind: 'answered', addresses, isWhole });
  const WATCHED = ['10.0.0.1', '10.0.0.2'];

  it.each<
    [situation: string, before: Readonly<Record<string, number>>, seen: Look, after: Readonly<Record<string, number>>]
  >([
    ['missed for the first time - 1', {}, look(true, '10.0.0.1'), { '10.0.0.2': 1 }],
    ['missed again - one more', { '10.0.0.2': 1 }, look(true, '10.0.0.1'), { '10.0.0.2': 2 }],
    ['missed often enough - counted no further', { '10.0.0.2': 3 }, look(true, '10.0.0.1'), { '10.0.0.2': 3 }],
    ['seen again - forgotten', { '10.0.0.2': 2 }, look(true, '10.0.0.1', '10.0.0.2'), {}],
    ['not whole - counts against nobody', { '10.0.0.2': 1 }, look(false, '10.0.0.1'), { '10.0.0.2': 1 }],
    ['not whole, but seen - forgotten', { '10.0.0.2': 1 }, look(false, '10.0.0.2'), {}],
    ['empty - as before', { '10.0.0.2': 1 }, { kind: 'empty' }, { '10.0.0.2': 1 }],
    ['failed - as before', { '10.0.0.2': 1 }, { kind: 'failed', problem: 'x' }, { '10.0.0.2': 1 }],
    ['no target any more - forgotten', { '10.0.0.9': 2 }, look(true, '10.0.0.1', '10.0.0.2'), {}],
  ])('%s', (_, before, seen, after) => {
    expect(countMisses(before, WATCHED, seen, 3)).toEqual(after);
  });
});

describe('overlapsAmong', () => {
  const binding = (bindingId: string, targetGroupArn: string, port: number) => ({ bindingId, targetGroupArn, port });

  it('one port of one group for two bindings - told', () => {
    expect(
      overlapsAmong([
        binding('b', 'one', 5432),
        binding('c', 'one', 6379),
        binding('a', 'one', 5432),
        binding('d', 'two', 5432),
      ]),
    ).toEqual([{ targetGroupArn: 'one', port: 5432, bindingIds: ['a', 'b'] }]);
  });
});
