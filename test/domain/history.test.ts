import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type ConnectionState } from '../../functions/domain/connection.ts';
import {
  hasDeparted,
  isOpen,
  isRepeated,
  isWaiting,
  type Known,
  type Need,
  needOf,
  OUTCOMES,
  type Outcome,
  type PastDecision,
  placeInQuestion,
} from '../../functions/domain/history.ts';
import type { Decision, ReasonCode, Verdict } from '../../functions/domain/verdict.ts';
import { aHeld, aHistory, anIntent } from '../support/builders.ts';

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

/** A request of which the endpoint vanished. */
const aGone = (changes: Partial<PastDecision> = {}): PastDecision => ({
  generation: 1,
  outcome: 'gone',
  code: 'endpoint-gone',
  verdict: 'none',
  ...changes,
});

/** What is known of a request of which everything was told, unless said otherwise. */
const known = (outcomes: readonly Outcome[], more: Partial<Known> = {}): Known => ({
  decisions: aHistory(...outcomes),
  told: outcomes.length,
  ...more,
});

describe('needOf: a request that lacks an answer', () => {
  it.each<[state: Seen, withoutIntent: string, toAccept: string, toReject: string, withoutPlace?: string]>([
    ['pendingAcceptance', 'decision', 'decision', 'decision'],
    ['pending', 'adoption', 'another-look', 'adoption', 'adoption'],
    ['available', 'adoption', 'record accepted', 'adoption', 'adoption'],
    ['rejected', 'record overtaken', 'record overtaken', 'record rejected'],
    ['failed', 'record failed', 'record failed', 'record failed'],
    ['deleting', 'record gone', 'record gone', 'record gone'],
    ['deleted', 'record gone', 'record gone', 'record gone'],
    ['expired', 'record gone', 'record gone', 'record gone'],
    ['partial', 'another-look', 'another-look', 'another-look'],
    ['unknown', 'another-look', 'another-look', 'another-look'],
    [undefined, 'appearance', 'appearance', 'appearance'],
  ])(
    '%s - %s; after a run that was about to accept: %s, to reject: %s',
    (state, withoutIntent, toAccept, toReject, withoutPlace = toAccept) => {
      const withGeneration = (words: string, generation: number): string =>
        words.replace(/^(decision|record|appearance|adoption)/, `$1 ${generation}`);

      for (const outcomes of [[], ['held'], ['held', 'held'], ['observed'], ['held', 'observed']] as const) {
        const generation = outcomes.length + 1;
        const need = (more: Partial<Known> = {}): string => inWords(needOf(state, known(outcomes, more)));
        const accept = anIntent({ verdict: 'accept', generation });
        const reject = anIntent({ verdict: 'reject', generation });

        expect(need()).toBe(withGeneration(withoutIntent, generation));
        expect(need({ hasPlace: true })).toBe(withGeneration(withoutIntent, generation));
        expect(need({ intent: accept, hasPlace: true })).toBe(withGeneration(toAccept, generation));
        expect(need({ intent: accept, hasPlace: false })).toBe(withGeneration(withoutPlace, generation));
        expect(need({ intent: accept })).toBe(withGeneration(withoutPlace, generation));
        expect(need({ intent: reject })).toBe(withGeneration(toReject, generation));
      }
    },
  );

  it.each(ALL_STATES)('%s, and the intent is of another decision than the next - it counts for nothing', (state) => {
    for (const verdict of ['accept', 'reject'] as const) {
      for (const generation of [1, 3]) {
        const intent = anIntent({ verdict, generation });
        expect(needOf(state, known(['held'], { intent, hasPlace: true }))).toEqual(needOf(state, known(['held'])));
      }
    }
  });

  it.each(['held', 'observed'] as const)(
    'was %s and nobody told - told first, whatever its state is and whatever a run was about to do',
    (outcome) => {
      for (const state of ALL_STATES) {
        for (const intent of [{}, { intent: anIntent({ generation: 2 }), hasPlace: true }]) {
          expect(needOf(state, known([outcome], { told: 0, ...intent }))).toEqual({ need: 'telling', generation: 1 });
        }
      }
    },
  );
});

describe('needOf: a request that came to an end', () => {
  it.each(ENDS.flatMap((end) => ALL_STATES.map((state) => [end, state] as const)))(
    '%s is recorded and EC2 says %s - told where it was not told; then nothing, unless EC2 contradicts',
    (end, state) => {
      const contradicted = end === 'gone' ? 'decision' : 'another-look';
      const isContradicted = state === 'pendingAcceptance';

      for (const outcomes of [[end], ['held', end]] as const) {
        for (const intent of [{}, { intent: anIntent({ generation: outcomes.length }) }]) {
          const needWhere = (told: number): string => needOf(state, known(outcomes, { told, ...intent })).need;

          expect(needWhere(outcomes.length)).toBe(isContradicted ? contradicted : 'nothing');
          expect(needWhere(outcomes.length - 1)).toBe('telling');
          expect(needWhere(0)).toBe('telling');
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

  it.each<[seen: string | undefined, need: string]>([
    ['deleting', 'another-look'],
    ['deleted', 'another-look'],
    ['expired', 'another-look'],
    ['DELETED', 'another-look'],
    ['pendingAcceptance', 'decision 2'],
    ['pending', 'decision 2'],
    ['vanished', 'decision 2'],
    [undefined, 'decision 2'],
  ])('is gone, was last seen as %s, and is listed as waiting - %s', (seen, need) => {
    const decisions = aHistory('gone').map((each) => ({ ...each, ...(seen === undefined ? {} : { seen }) }));

    expect(inWords(needOf('pendingAcceptance', { decisions, told: 1 }))).toBe(need);
    expect(isOpen('pendingAcceptance', decisions)).toBe(need !== 'another-look');
    expect(needOf('deleted', { decisions, told: 1 }).need).toBe('nothing');
  });

  it('says what contradicts what', () => {
    expect(needOf('pendingAcceptance', known(['rejected']))).toEqual({
      need: 'another-look',
      because: 'the ledger says rejected, and EC2 still says pendingAcceptance',
    });
    expect(needOf('partial', known([]))).toMatchObject({ because: expect.stringContaining('partial') });
    expect(needOf('pending', known([], { intent: anIntent(), hasPlace: true }))).toMatchObject({
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

  it('holds a place, and nobody was told that it was accepted - told first', () => {
    for (const state of OVER) {
      expect(needOf(state, known(['accepted'], { hasPlace: true, told: 0 })).need).toBe('telling');
    }
  });
});

describe('placeInQuestion', () => {
  const accepted = [{ ...aHeld({ outcome: 'accepted', verdict: 'accept' }), customerId: 'globex' }];
  const CONNECTED: readonly Seen[] = ['pending', 'available'];

  it.each(ALL_STATES)('%s, after a run that was about to accept - asked where it is connected', (state) => {
    const expected = CONNECTED.includes(state) ? 'acme' : undefined;

    expect(placeInQuestion(state, [], anIntent())).toBe(expected);
    expect(placeInQuestion(state, [aHeld()], anIntent({ generation: 2 }))).toBe(expected);
  });

  it.each(ALL_STATES)('%s, and accepted - asked where it is over, under whose entitlement it was', (state) => {
    const expected = hasDeparted(state, accepted) ? 'globex' : undefined;

    for (const intent of [undefined, anIntent(), anIntent({ generation: 2 })]) {
      expect(placeInQuestion(state, accepted, intent)).toBe(expected);
    }
  });

  it.each<[situation: string, PastDecision[], Parameters<typeof placeInQuestion>[2]]>([
    ['nobody meant anything', [], undefined],
    ['a run was about to reject', [], anIntent({ verdict: 'reject' })],
    ['the intent is of the decision before', [aHeld()], anIntent()],
    ['the intent is of a decision to come', [], anIntent({ generation: 2 })],
    ['it came to an end', [aGone()], anIntent({ generation: 2 })],
  ])('connected, and %s - nothing is asked', (_situation, decisions, intent) => {
    for (const state of CONNECTED) expect(placeInQuestion(state, decisions, intent)).toBeUndefined();
  });
});

/** A decision to hold for approval, as far as a repetition depends on it. */
const aDecision = (changes: Partial<Decision>): Decision => ({
  verdict: 'hold',
  code: 'approval-needed',
  sentence: 'It waits.',
  action: 'wait',
  rules: [],
  isObserved: false,
  ...changes,
});

describe('a history', () => {
  it.each<[history: string, Outcome[], boolean]>([
    ['nothing', [], true],
    ['held', ['held'], true],
    ['held twice', ['held', 'held'], true],
    ['observed', ['observed'], true],
    ['held, then observed', ['held', 'observed'], true],
    ['accepted', ['accepted'], false],
    ['observed, then answered by a person', ['observed', 'overtaken'], false],
    ['held, then rejected', ['held', 'rejected'], false],
    ['held, then gone', ['held', 'gone'], false],
  ])('%s - open: %s', (_history, outcomes, open) => {
    expect(isOpen('available', aHistory(...outcomes))).toBe(open);
  });

  it('gone, and EC2 lists it as waiting after all - open', () => {
    expect(isOpen('pendingAcceptance', aHistory('gone'))).toBe(true);
    expect(isOpen(undefined, aHistory('gone'))).toBe(false);
  });

  it.each<[seen: string | undefined, open: boolean]>([
    [undefined, true],
    ['pendingAcceptance', true],
    ['pending', true],
    ['migrating', true],
    ['deleting', false],
    ['deleted', false],
    ['expired', false],
    ['Deleting', false],
  ])('gone, last seen %s, and EC2 lists it as waiting - open: %s', (seen, open) => {
    expect(isOpen('pendingAcceptance', [aGone(seen === undefined ? {} : { seen })])).toBe(open);
    expect(isOpen('available', [aGone(seen === undefined ? {} : { seen })])).toBe(false);
  });

  it('held while it was on its way out - open: only gone is final', () => {
    expect(isOpen('pendingAcceptance', [aHeld({ seen: 'deleting' })])).toBe(true);
  });

  it.each<[situation: string, PastDecision[], Partial<Decision>, boolean]>([
    ['held for the same reason', [aHeld()], {}, true],
    ['held for another reason', [aHeld()], { code: 'quota-reached' }, false],
    ['held, and now accepted', [aHeld()], { verdict: 'accept', code: 'entitled' }, false],
    ['held, and now rejected for the same reason', [aHeld()], { verdict: 'reject' }, false],
    ['held with another proposal', [aHeld()], { proposed: 'reject' }, false],
    ['held, and only observed now', [aHeld()], { isObserved: true }, false],
    ['held for the same reason before it was held for another', [aHeld(), aHeld({ code: 'quota-reached' })], {}, false],
    ['never decided', [], {}, false],
    ['answered', [aHeld({ outcome: 'rejected' })], {}, false],
  ])('%s - a hold repeats itself: %o %o %s', (_situation, history, changes, expected) => {
    expect(isRepeated(history, aDecision({ proposed: 'accept', ...changes }))).toBe(expected);
  });

  it.each<[situation: string, verdict: Verdict, last: Partial<PastDecision>, boolean]>([
    ['observed the same', 'accept', {}, true],
    ['observed the same', 'reject', { code: 'denied' }, true],
    ['observed the same', 'hold', { code: 'quota-reached' }, true],
    ['observed another verdict', 'reject', { verdict: 'accept' }, false],
    ['observed for another reason', 'reject', { code: 'requester-unknown' }, false],
    ['held', 'hold', { outcome: 'held', code: 'quota-reached' }, false],
    ['done', 'accept', { outcome: 'accepted' }, false],
  ])('%s - an observed %s repeats itself: %o %s', (_situation, verdict, last, expected) => {
    const code = { accept: 'entitled', reject: 'denied', hold: 'quota-reached' }[verdict] as ReasonCode;
    const before: PastDecision = { generation: 1, outcome: 'observed', code, verdict, ...last };

    expect(isRepeated([before], aDecision({ verdict, code, isObserved: true }))).toBe(expected);
  });

  it.each(['accept', 'reject'] as const)('observed, and now to %s - no repetition: now it is acted on', (verdict) => {
    const before: PastDecision = { generation: 1, outcome: 'observed', code: 'entitled', verdict };

    expect(isRepeated([before], aDecision({ verdict, code: 'entitled' }))).toBe(false);
  });

  it('knows every outcome, and which of them leave the request waiting', () => {
    expect([...OUTCOMES].sort()).toEqual([...ENDS, 'held', 'observed', 'adopted', 'revoked'].sort());
    expect(OUTCOMES.filter(isWaiting)).toEqual(['held', 'observed']);
  });
});
