import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type ConnectionState } from '../../functions/domain/connection.ts';
import {
  hasDeparted,
  isOpen,
  isOutcome,
  isRepeated,
  type Known,
  type Need,
  needOf,
  type Outcome,
} from '../../functions/domain/history.ts';
import { aHistory, anIntent } from '../support/builders.ts';

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

/** What is known of a request of which everything was told, unless said otherwise. */
const known = (outcomes: readonly Outcome[], more: Partial<Known> = {}): Known => ({
  decisions: aHistory(...outcomes),
  told: outcomes.length,
  ...more,
});

describe('needOf: a request that lacks an answer', () => {
  it.each<[state: Seen, withoutIntent: string, toAccept: string, toReject: string]>([
    ['pendingAcceptance', 'decision', 'decision', 'decision'],
    ['pending', 'record overtaken', 'another-look', 'record overtaken'],
    ['available', 'record overtaken', 'record accepted', 'record overtaken'],
    ['rejected', 'record overtaken', 'record overtaken', 'record rejected'],
    ['failed', 'record failed', 'record failed', 'record failed'],
    ['deleting', 'record gone', 'record gone', 'record gone'],
    ['deleted', 'record gone', 'record gone', 'record gone'],
    ['expired', 'record gone', 'record gone', 'record gone'],
    ['partial', 'another-look', 'another-look', 'another-look'],
    ['unknown', 'another-look', 'another-look', 'another-look'],
    [undefined, 'appearance', 'appearance', 'appearance'],
  ])('%s - %s; after a run that was about to accept: %s, to reject: %s', (state, withoutIntent, toAccept, toReject) => {
    const withGeneration = (words: string, generation: number): string =>
      words.replace(/^(decision|record|appearance)/, `$1 ${generation}`);

    for (const outcomes of [[], ['held'], ['held', 'held']] as const) {
      const generation = outcomes.length + 1;
      const need = (verdict?: 'accept' | 'reject'): string =>
        inWords(
          needOf(state, known(outcomes, verdict === undefined ? {} : { intent: anIntent({ verdict, generation }) })),
        );

      expect(need()).toBe(withGeneration(withoutIntent, generation));
      expect(need('accept')).toBe(withGeneration(toAccept, generation));
      expect(need('reject')).toBe(withGeneration(toReject, generation));
    }
  });

  it.each(ALL_STATES)('%s, and the intent is of another decision than the next - it counts for nothing', (state) => {
    for (const verdict of ['accept', 'reject'] as const) {
      for (const generation of [1, 3]) {
        const intent = anIntent({ verdict, generation });
        expect(needOf(state, known(['held'], { intent }))).toEqual(needOf(state, known(['held'])));
      }
    }
  });

  it('was held and nobody told - decided or recorded as ever: what comes of it is told instead', () => {
    for (const state of ALL_STATES) {
      expect(needOf(state, known(['held'], { told: 0 }))).toEqual(needOf(state, known(['held'])));
    }
  });
});

describe('needOf: a request that came to an end', () => {
  it.each(ENDS.flatMap((end) => ALL_STATES.map((state) => [end, state] as const)))(
    '%s is recorded and EC2 says %s - nothing, or telling where it was not told, unless EC2 contradicts',
    (end, state) => {
      const contradicted = end === 'gone' ? 'decision' : 'another-look';
      const isContradicted = state === 'pendingAcceptance';

      for (const outcomes of [[end], ['held', end]] as const) {
        for (const intent of [{}, { intent: anIntent({ generation: outcomes.length }) }]) {
          const needWhere = (told: number): string => needOf(state, known(outcomes, { told, ...intent })).need;

          expect(needWhere(outcomes.length)).toBe(isContradicted ? contradicted : 'nothing');
          expect(needWhere(outcomes.length - 1)).toBe(isContradicted ? contradicted : 'telling');
          expect(needWhere(0)).toBe(isContradicted ? contradicted : 'telling');
        }
      }
    },
  );

  it('tells the last decision only, under its own generation', () => {
    expect(inWords(needOf('available', known(['held', 'held', 'accepted'], { told: 0 })))).toBe('telling 3');
    expect(inWords(needOf('available', known(['accepted'], { told: 0 })))).toBe('telling 1');
  });

  it('was not listed for a minute, recorded as gone, and is listed after all - decided, under the next generation', () => {
    expect(inWords(needOf('pendingAcceptance', known(['gone'])))).toBe('decision 2');
    expect(inWords(needOf('pendingAcceptance', known(['held', 'gone'])))).toBe('decision 3');
    expect(inWords(needOf('pendingAcceptance', known(['gone', 'rejected'])))).toBe('another-look');
  });

  it('says what contradicts what', () => {
    expect(needOf('pendingAcceptance', known(['rejected']))).toEqual({
      need: 'another-look',
      because: 'the ledger says rejected, and EC2 still says pendingAcceptance',
    });
    expect(needOf('partial', known([]))).toMatchObject({ because: expect.stringContaining('partial') });
    expect(needOf('pending', known([], { intent: anIntent() }))).toMatchObject({
      because: 'the connection is pending after an acceptance of ours',
    });
  });
});

describe('needOf: a customer that left', () => {
  const OVER: readonly Seen[] = ['deleting', 'deleted', 'expired', 'failed', 'rejected', undefined];

  it.each(ALL_STATES)('was accepted, holds a place and is %s - a departure where it is over', (state) => {
    const need = needOf(state, known(['accepted'], { hasPlace: true }));
    const otherwise = state === 'pendingAcceptance' ? 'another-look' : 'nothing';

    expect(need.need).toBe(OVER.includes(state) ? 'departure' : otherwise);
    expect(hasDeparted(state, aHistory('accepted'))).toBe(OVER.includes(state));
  });

  it('says whether EC2 shows it: what it does not list is looked for first', () => {
    expect(needOf('deleted', known(['accepted'], { hasPlace: true }))).toEqual({ need: 'departure', isSeen: true });
    expect(needOf(undefined, known(['accepted'], { hasPlace: true }))).toEqual({ need: 'departure', isSeen: false });
  });

  it('holds no place any more, or was never let in - nothing', () => {
    expect(needOf('deleted', known(['accepted'], { hasPlace: false })).need).toBe('nothing');
    for (const end of ['rejected', 'gone', 'overtaken', 'failed'] as const) {
      expect(needOf('deleted', known([end], { hasPlace: true })).need).toBe('nothing');
    }
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
