import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type ConnectionState } from '../../functions/domain/connection.ts';
import { isOpen, isOutcome, isRepeated, type Need, needOf, type Outcome } from '../../functions/domain/history.ts';
import { aHistory } from '../support/builders.ts';

type Seen = ConnectionState | undefined;

const ALL_STATES: readonly Seen[] = [...CONNECTION_STATES, 'unknown', undefined];
const ENDS: readonly Outcome[] = ['accepted', 'rejected', 'gone', 'overtaken', 'failed'];

/** `decision 2`, `record 1 gone`, `appearance 1`, `another-look`, `nothing`. */
const inWords = (need: Need): string =>
  [
    need.need,
    ...('generation' in need ? [String(need.generation)] : []),
    ...('outcome' in need ? [need.outcome] : []),
  ].join(' ');

describe('needOf: a request that lacks an answer', () => {
  it.each<[state: Seen, withoutPlace: string, withPlace: string]>([
    ['pendingAcceptance', 'decision', 'decision'],
    ['pending', 'record overtaken', 'another-look'],
    ['available', 'record overtaken', 'record accepted'],
    ['rejected', 'record overtaken', 'record overtaken'],
    ['failed', 'record failed', 'record failed'],
    ['deleting', 'record gone', 'record gone'],
    ['deleted', 'record gone', 'record gone'],
    ['expired', 'record gone', 'record gone'],
    ['partial', 'another-look', 'another-look'],
    ['unknown', 'another-look', 'another-look'],
    [undefined, 'appearance', 'appearance'],
  ])('%s - %s; with a place of ours: %s', (state, withoutPlace, withPlace) => {
    const withGeneration = (words: string, generation: number): string =>
      words.replace(/^(decision|record|appearance)/, `$1 ${generation}`);

    expect(inWords(needOf(state, [], false))).toBe(withGeneration(withoutPlace, 1));
    expect(inWords(needOf(state, [], true))).toBe(withGeneration(withPlace, 1));
    expect(inWords(needOf(state, aHistory('held'), false))).toBe(withGeneration(withoutPlace, 2));
    expect(inWords(needOf(state, aHistory('held', 'held'), true))).toBe(withGeneration(withPlace, 3));
  });
});

describe('needOf: a request that came to an end', () => {
  it.each(ENDS.flatMap((end) => ALL_STATES.map((state) => [end, state] as const)))(
    '%s is recorded and EC2 says %s - nothing, unless EC2 contradicts',
    (end, state) => {
      const contradicted = end === 'gone' ? 'decision' : 'another-look';
      const expected = state === 'pendingAcceptance' ? contradicted : 'nothing';

      for (const history of [aHistory(end), aHistory('held', end)]) {
        for (const hasPlace of [false, true]) {
          expect(needOf(state, history, hasPlace).need).toBe(expected);
        }
      }
    },
  );

  it('was not listed for a minute, recorded as gone, and is listed after all - decided, under the next generation', () => {
    expect(inWords(needOf('pendingAcceptance', aHistory('gone'), false))).toBe('decision 2');
    expect(inWords(needOf('pendingAcceptance', aHistory('held', 'gone'), true))).toBe('decision 3');
    expect(inWords(needOf('pendingAcceptance', aHistory('gone', 'rejected'), false))).toBe('another-look');
  });

  it('says what contradicts what', () => {
    expect(needOf('pendingAcceptance', aHistory('rejected'), false)).toEqual({
      need: 'another-look',
      because: 'the ledger says rejected, and EC2 still says pendingAcceptance',
    });
    expect(needOf('partial', [], false)).toMatchObject({ because: expect.stringContaining('partial') });
  });
});

describe('a history', () => {
  it.each<[history: string, Outcome[], boolean]>([
    ['nothing', [], true],
    ['held', ['held'], true],
    ['held twice', ['held', 'held'], true],
    ['accepted', ['accepted'], false],
    ['held, then rejected', ['held', 'rejected'], false],
    ['held, then gone', ['held', 'gone'], false],
  ])('%s - open: %s', (_history, outcomes, open) => {
    expect(isOpen('available', aHistory(...outcomes))).toBe(open);
  });

  it('gone, and EC2 lists it as waiting after all - open', () => {
    expect(isOpen('pendingAcceptance', aHistory('gone'))).toBe(true);
    expect(isOpen(undefined, aHistory('gone'))).toBe(false);
  });

  it.each<[situation: string, Outcome[], verdict: string, code: string, boolean]>([
    ['held for the same reason', ['held'], 'hold', 'approval-needed', true],
    ['held for another reason', ['held'], 'hold', 'quota-reached', false],
    ['held, and now accepted', ['held'], 'accept', 'entitled', false],
    ['held, and now rejected for the same reason', ['held'], 'reject', 'approval-needed', false],
    ['never decided', [], 'hold', 'approval-needed', false],
    ['answered', ['rejected'], 'hold', 'entitled', false],
  ])('%s - repeats itself: %s', (_situation, outcomes, verdict, code, expected) => {
    expect(isRepeated(aHistory(...outcomes), verdict, code)).toBe(expected);
  });

  it.each([...ENDS, 'held'])('knows the outcome %s', (outcome) => {
    expect(isOutcome(outcome)).toBe(true);
  });

  it.each(['', 'Accepted', 'hold', 'toString', 'accepted '])('knows no outcome %j', (text) => {
    expect(isOutcome(text)).toBe(false);
  });
});
