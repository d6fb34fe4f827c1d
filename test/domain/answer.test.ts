import { describe, expect, it } from 'vitest';
import { type AnswerOutcome, nextAnswerStep } from '../../functions/domain/answer.ts';
import { CONNECTION_STATES, type ConnectionState } from '../../functions/domain/connection.ts';
import { type EndingCode, explainEnding } from '../../functions/domain/ending.ts';
import { planEnding } from '../../functions/domain/plan.ts';
import { ENDPOINT_ID } from '../support/builders.ts';

const inWords = (verdict: 'accept' | 'reject', state: ConnectionState | undefined, absences: number): string => {
  const next = nextAnswerStep(verdict, state, absences);
  return next.step === 'settled' ? next.outcome : next.step;
};

const TABLE: readonly [state: ConnectionState, toAccept: string, toReject: string][] = [
  ['pendingAcceptance', 'answer', 'answer'],
  ['pending', 'wait', 'overtaken'],
  ['available', 'accepted', 'overtaken'],
  ['deleting', 'gone', 'gone'],
  ['deleted', 'gone', 'gone'],
  ['rejected', 'overtaken', 'rejected'],
  ['failed', 'failed', 'failed'],
  ['expired', 'gone', 'gone'],
  ['partial', 'wait', 'wait'],
  ['unknown', 'wait', 'wait'],
];

describe('nextAnswerStep', () => {
  it.each(TABLE)(
    '%s - to accept: %s; to reject: %s, however often it was not listed before',
    (state, toAccept, toReject) => {
      for (const absences of [0, 1, 3, 30]) {
        expect(inWords('accept', state, absences)).toBe(toAccept);
        expect(inWords('reject', state, absences)).toBe(toReject);
      }
    },
  );

  it('knows every state', () => {
    expect(TABLE.map(([state]) => state)).toEqual([...CONNECTION_STATES, 'unknown']);
  });

  it.each([
    [0, 'wait'],
    [1, 'wait'],
    [2, 'wait'],
    [3, 'gone'],
    [30, 'gone'],
  ])('not listed, as %i looks in a row before found it - %s: one empty listing may be a late one', (absences, step) => {
    expect(inWords('accept', undefined, absences)).toBe(step);
    expect(inWords('reject', undefined, absences)).toBe(step);
  });

  it('makes the call in one state only: asked again after a lost reply, it makes none', () => {
    for (const verdict of ['accept', 'reject'] as const) {
      expect(
        TABLE.filter(([state]) => nextAnswerStep(verdict, state, 0).step === 'answer').map(([state]) => state),
      ).toEqual(['pendingAcceptance']);
    }
  });
});

describe('nextAnswerStep, to end a connection that lives', () => {
  it.each<[state: ConnectionState | undefined, step: string]>([
    ['pendingAcceptance', 'wait'],
    ['pending', 'answer'],
    ['available', 'answer'],
    ['deleting', 'gone'],
    ['deleted', 'gone'],
    ['rejected', 'rejected'],
    ['failed', 'failed'],
    ['expired', 'gone'],
    ['partial', 'wait'],
    ['unknown', 'wait'],
    [undefined, 'wait'],
  ])('%s - %s', (state, step) => {
    const next = nextAnswerStep('reject', state, 0, 'connection');

    expect(next.step === 'settled' ? next.outcome : next.step).toBe(step);
  });

  it('not listed for a minute - gone', () => {
    expect(nextAnswerStep('reject', undefined, 3, 'connection')).toEqual({ step: 'settled', outcome: 'gone' });
  });

  it.each(CONNECTION_STATES)('%s - an acceptance ends none: it is as ever', (state) => {
    expect(nextAnswerStep('accept', state, 0, 'connection')).toEqual(nextAnswerStep('accept', state, 0));
  });
});

describe('explainEnding', () => {
  it.each<[AnswerOutcome, EndingCode, sentence: string]>([
    ['accepted', 'answered', `We accepted your endpoint ${ENDPOINT_ID} earlier; there is nothing for you to do.`],
    ['rejected', 'answered', `We rejected your endpoint ${ENDPOINT_ID} earlier; there is nothing for you to do.`],
    [
      'gone',
      'endpoint-gone',
      `Your endpoint ${ENDPOINT_ID} was deleted before it was connected; create a new one if you still need it.`,
    ],
    [
      'overtaken',
      'answered-by-others',
      `Your endpoint ${ENDPOINT_ID} was answered by a person here; ask us if the answer surprises you.`,
    ],
    [
      'failed',
      'endpoint-failed',
      `AWS could not connect your endpoint ${ENDPOINT_ID}; delete it and create a new one.`,
    ],
  ])('%s - %s', (outcome, code, sentence) => {
    const action = sentence.replace(/^.*; (.*)\.$/, '$1');

    expect(explainEnding(outcome, ENDPOINT_ID)).toEqual({ code, sentence, action });
    expect(planEnding(outcome, ENDPOINT_ID, undefined)).toEqual({
      verdict: 'none',
      code,
      sentence,
      action,
      outcome,
      rules: [],
      isRepeated: false,
    });
  });
});
