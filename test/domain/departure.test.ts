import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type ConnectionState, isOver } from '../../functions/domain/connection.ts';
import { hasDeparted, needOf, type Outcome } from '../../functions/domain/history.ts';
import { aHistory, anIntent } from '../support/builders.ts';

const STATES: readonly ConnectionState[] = [...CONNECTION_STATES, 'unknown'];
const OVER: readonly ConnectionState[] = ['deleting', 'deleted', 'rejected', 'failed', 'expired'];
const LIVE = STATES.filter((state) => !OVER.includes(state));
/** Every state that EC2 shows, and that it lists no such connection. */
const SEEN = [...STATES, undefined];
const OUTCOMES: readonly Outcome[] = ['accepted', 'rejected', 'gone', 'overtaken', 'failed', 'held', 'observed'];
const NOT_ACCEPTED = OUTCOMES.filter((outcome) => outcome !== 'accepted');

const everyPair = <A, B>(as: readonly A[], bs: readonly B[]): readonly (readonly [A, B])[] =>
  as.flatMap((a) => bs.map((b) => [a, b] as const));

describe('isOver', () => {
  it.each(STATES)('%s', (state) => {
    expect(isOver(state)).toBe(OVER.includes(state));
  });
});

describe('hasDeparted', () => {
  it.each(everyPair(SEEN, OUTCOMES))('EC2 shows %s, and the last decision was %s', (state, outcome) => {
    const isGone = state === undefined || OVER.includes(state);

    expect(hasDeparted(state, aHistory(outcome))).toBe(outcome === 'accepted' && isGone);
  });

  it.each(SEEN)('EC2 shows %s, and nothing is recorded - nobody was let in', (state) => {
    expect(hasDeparted(state, [])).toBe(false);
  });

  it.each([
    ['held, then accepted', aHistory('held', 'accepted'), true],
    ['gone, then accepted', aHistory('gone', 'accepted'), true],
    ['accepted, then held', aHistory('accepted', 'held'), false],
    ['observed, then accepted', aHistory('observed', 'accepted'), true],
  ])('%s - only the last decision counts', (_situation, decisions, expected) => {
    expect(hasDeparted('deleted', decisions)).toBe(expected);
  });
});

describe('needOf: a customer that we let in', () => {
  const accepted = { decisions: aHistory('accepted'), told: 1 };

  it.each(OVER)('its connection is %s, and it has a place - a departure that EC2 shows', (state) => {
    expect(needOf(state, { ...accepted, hasPlace: true })).toMatchObject({ need: 'departure', isSeen: true });
  });

  it('is not listed any more, and has a place - a departure that is to be looked for first', () => {
    expect(needOf(undefined, { ...accepted, hasPlace: true })).toMatchObject({ need: 'departure', isSeen: false });
  });

  it.each(everyPair([...OVER, undefined], [false, undefined]))(
    'its connection is %s, hasPlace %s - nothing: the place was given back',
    (state, hasPlace) => {
      const known = { ...accepted, ...(hasPlace === undefined ? {} : { hasPlace }) };

      expect(needOf(state, known)).toEqual({ need: 'nothing' });
    },
  );

  it.each(LIVE)('its connection is %s - no departure, whatever the place', (state) => {
    const withPlace = needOf(state, { ...accepted, hasPlace: true });

    expect(withPlace.need).not.toBe('departure');
    expect(withPlace).toEqual(needOf(state, { ...accepted, hasPlace: false }));
  });

  it('was let in at last after it was held - a departure', () => {
    const decisions = aHistory('held', 'accepted');

    expect(needOf('deleted', { decisions, told: 2, hasPlace: true })).toMatchObject({
      need: 'departure',
      isSeen: true,
    });
  });

  it('an intent that is left over changes nothing', () => {
    const known = { ...accepted, hasPlace: true };

    expect(needOf('deleted', { ...known, intent: anIntent({ generation: 2 }) })).toEqual(needOf('deleted', known));
  });
});

describe('needOf: a customer that we did not let in', () => {
  it.each(everyPair(SEEN, NOT_ACCEPTED))(
    'EC2 shows %s, it was %s - no departure, whatever the place',
    (state, outcome) => {
      const known = { decisions: aHistory(outcome), told: 1 };
      const withPlace = needOf(state, { ...known, hasPlace: true });

      expect(withPlace.need).not.toBe('departure');
      expect(withPlace).toEqual(needOf(state, { ...known, hasPlace: false }));
    },
  );

  it.each(SEEN)('EC2 shows %s, nothing is recorded - no departure: its end is recorded first', (state) => {
    expect(needOf(state, { decisions: [], told: 0, hasPlace: true }).need).not.toBe('departure');
  });
});
