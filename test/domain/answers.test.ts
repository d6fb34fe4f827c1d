import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANSWER_BUCKET,
  type Asked,
  groupAnswers,
  isHeartbeatDue,
  judgeAnswer,
  showAgainIn,
  takeTokens,
} from '../../functions/domain/answers.ts';
import type { ConnectionState } from '../../functions/domain/connection.ts';
import { aConnection, ENDPOINT_ID, OWNER, SERVICE_ID } from '../support/builders.ts';

fc.configureGlobal({ seed: 20_261_125, numRuns: 300 });

const NOW = '2026-11-23T12:00:00.000Z';
const LATER = '2026-11-23T12:00:00.001Z';

const anAsked = (changes: Partial<Asked> = {}): Asked => ({
  serviceId: SERVICE_ID,
  endpointId: ENDPOINT_ID,
  owner: OWNER,
  verdict: 'accept',
  ends: 'request',
  placeOf: 'acme',
  modesVersion: 3,
  wakes: 0,
  absences: 0,
  deadline: LATER,
  askedAt: Date.parse(NOW),
  ...changes,
});

const judged = (state: ConnectionState, changes: Partial<Asked> = {}, connection: { owner?: string } = {}) =>
  judgeAnswer(anAsked(changes), [aConnection({ state, ...connection })], NOW);

describe('judgeAnswer', () => {
  it.each([
    ['waits for acceptance', 'pendingAcceptance', 'to-answer'],
    ['is being connected', 'pending', 'under-way'],
    ['is partial', 'partial', 'under-way'],
    ['is in a state of which nobody heard', 'unknown', 'under-way'],
  ] as const)('it %s - %s: %s', (_situation, state, is) => {
    expect(judged(state)).toMatchObject({ is });
  });

  it('EC2 shows its end - settled, with the connection', () => {
    expect(judged('available')).toEqual({
      is: 'settled',
      asked: anAsked(),
      outcome: 'accepted',
      connection: aConnection({ state: 'available' }),
    });
  });

  it('a connection that lives is to be cut off - its own states', () => {
    expect(judged('available', { verdict: 'reject', ends: 'connection' })).toMatchObject({ is: 'to-answer' });
    expect(judged('pendingAcceptance', { verdict: 'reject', ends: 'connection' })).toMatchObject({ is: 'under-way' });
  });

  it('it is not listed - absent, three times; then gone', () => {
    expect(judgeAnswer(anAsked({ absences: 2 }), [], NOW)).toMatchObject({ is: 'absent' });
    expect(judgeAnswer(anAsked({ absences: 3 }), [], NOW)).toMatchObject({ is: 'settled', outcome: 'gone' });
  });

  it('only another service’s connection has its id - not listed', () => {
    const other = aConnection({ serviceId: 'vpce-svc-0bbbbbbbbbbbbbbb0' });

    expect(judgeAnswer(anAsked(), [other], NOW)).toMatchObject({ is: 'absent' });
  });

  it('it belongs to another account than it was decided for - superseded, and nothing is answered', () => {
    expect(judged('pendingAcceptance', {}, { owner: '999999999999' })).toMatchObject({
      is: 'superseded',
      because: `it is of 999999999999, and was decided for ${OWNER}`,
    });
  });

  it('it is fresh for as long as it says - to answer', () => {
    expect(judged('pendingAcceptance', { freshUntil: LATER })).toMatchObject({ is: 'to-answer' });
  });

  it('it was decided too long ago - superseded, but only where something is still to be done', () => {
    expect(judged('pendingAcceptance', { freshUntil: NOW })).toMatchObject({ is: 'superseded' });
    expect(judged('pending', { freshUntil: NOW })).toMatchObject({ is: 'under-way' });
    expect(judged('available', { freshUntil: NOW })).toMatchObject({ is: 'settled' });
  });

  it('its time is up - overdue, unless EC2 shows the end or lists it no more', () => {
    expect(judged('pending', { deadline: NOW })).toMatchObject({ is: 'overdue' });
    expect(judged('pendingAcceptance', { deadline: NOW })).toMatchObject({ is: 'overdue' });
    expect(judged('rejected', { deadline: NOW })).toMatchObject({ is: 'settled' });
    expect(judgeAnswer(anAsked({ deadline: NOW }), [], NOW)).toMatchObject({ is: 'absent' });
  });
});

describe('groupAnswers', () => {
  const asked = (service: number, index: number, verdict: 'accept' | 'reject' = 'accept') =>
    anAsked({ serviceId: `vpce-svc-${service}`, endpointId: `vpce-${service}-${index}`, verdict });

  it('one call for each service and answer, the biggest first', () => {
    const all = [asked(1, 1), asked(2, 1), asked(1, 2, 'reject'), asked(2, 2), asked(2, 3, 'reject')];

    expect(
      groupAnswers(all, 10).map(({ serviceId, verdict, asked: some }) => [serviceId, verdict, some.length]),
    ).toEqual([
      ['vpce-svc-2', 'accept', 2],
      ['vpce-svc-1', 'accept', 1],
      ['vpce-svc-1', 'reject', 1],
      ['vpce-svc-2', 'reject', 1],
    ]);
  });

  it('calls of the same size - by the service, whoever asked first', () => {
    const calls = groupAnswers([asked(3, 1), asked(1, 1), asked(2, 1), asked(2, 2)], 10);

    expect(calls.map(({ serviceId }) => serviceId)).toEqual(['vpce-svc-2', 'vpce-svc-1', 'vpce-svc-3']);
  });

  it('no more endpoints in a call than allowed, none left out and none twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4), fc.constantFrom('accept', 'reject')), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (requests, idsPerCall) => {
          const all = requests.map(([service, verdict], index) => asked(service, index, verdict));
          const calls = groupAnswers(all, idsPerCall);

          expect(calls.every((call) => call.asked.length <= idsPerCall)).toBe(true);
          expect(
            calls.every(({ serviceId, verdict, asked: some }) =>
              some.every((each) => each.serviceId === serviceId && each.verdict === verdict),
            ),
          ).toBe(true);
          expect(calls.flatMap((call) => call.asked.map(({ endpointId }) => endpointId)).sort()).toEqual(
            all.map(({ endpointId }) => endpointId).sort(),
          );
          const sizes = calls.map((call) => call.asked.length);
          expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        },
      ),
    );
  });
});

describe('showAgainIn', () => {
  const at = Date.parse('2026-11-23T12:00:01.300Z');

  it('it waits for EC2 - in 20 to 25 seconds, at a moment that others share', () => {
    expect(showAgainIn(at, 0, SERVICE_ID)).toBe(24);
    expect(showAgainIn(at + 3_000, 0, SERVICE_ID)).toBe(21);
  });

  it('a few calls wait - soon', () => {
    expect(showAgainIn(at, 1, SERVICE_ID)).toBe(4);
    expect(showAgainIn(at, 19, SERVICE_ID)).toBe(9);
  });

  it('many wait - all messages of a service meet at one moment, within half a minute', () => {
    const service = fc.stringMatching(/^vpce-svc-[0-9a-f]{17}$/);
    fc.assert(
      fc.property(service, fc.nat(4_900), fc.integer({ min: 20, max: 1_000 }), (id, apart, waiting) => {
        const shown = (moment: number) => moment + showAgainIn(moment, waiting, id) * 1000;
        const grid = (moment: number) => Math.floor(moment / 5_000);

        expect(shown(at) - at).toBeLessThanOrEqual(30_000);
        // Left at two moments between two points of the grid, they show again at the same one, or a whole round apart.
        expect(Math.abs(grid(shown(at)) - grid(shown(at + apart))) % 4).toBe(0);
      }),
    );
  });
});

describe('isHeartbeatDue', () => {
  const MINUTE = 60_000;

  it('once in five minutes, at the last look before', () => {
    const looks = Array.from({ length: 46 }, (_, index) => index * 20_000);
    const due = looks.filter((look) => isHeartbeatDue(0, look, look + 20_000));

    expect(due).toEqual([5 * MINUTE - 20_000, 10 * MINUTE - 20_000, 15 * MINUTE - 20_000]);
  });

  it('counts from when it was asked, not from the hour', () => {
    expect(isHeartbeatDue(MINUTE, 5 * MINUTE, 5 * MINUTE + 20_000)).toBe(false);
    expect(isHeartbeatDue(MINUTE, 6 * MINUTE - 1, 6 * MINUTE)).toBe(true);
  });
});

describe('takeTokens', () => {
  it('a bucket that nobody used is full', () => {
    expect(takeTokens(undefined, ANSWER_BUCKET, 4, 1_000)).toEqual({ taken: 4, left: { tokens: 5, at: 1_000 } });
  });

  it('as many as there are, whole ones only', () => {
    expect(takeTokens({ tokens: 2.9, at: 0 }, ANSWER_BUCKET, 4, 0)).toMatchObject({ taken: 2 });
  });

  it('fills at its own rate, and never over its brim', () => {
    const half = { capacity: 4, refillPerSecond: 0.5 };

    expect(takeTokens({ tokens: 0, at: 0 }, half, 4, 5_000)).toEqual({ taken: 2, left: { tokens: 0.5, at: 5_000 } });
    expect(takeTokens({ tokens: 0, at: 0 }, half, 9, 60_000)).toMatchObject({ taken: 4 });
  });

  it('a clock that runs behind the last taker’s refills nothing', () => {
    expect(takeTokens({ tokens: 1, at: 9_000 }, ANSWER_BUCKET, 4, 1_000)).toEqual({
      taken: 1,
      left: { tokens: 0, at: 9_000 },
    });
  });

  it('never more than AWS’s own bucket has: 10, and one a second', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5_000), fc.nat(20)), { maxLength: 100 }), (takes) => {
        let [bucket, now, theirs]: [Parameters<typeof takeTokens>[0], number, number] = [undefined, 0, 10];
        for (const [wait, wanted] of takes) {
          now += wait;
          theirs = Math.min(10, theirs + wait / 1000);
          const { taken, left } = takeTokens(bucket, ANSWER_BUCKET, wanted, now);
          bucket = left;
          theirs -= taken;
          expect(theirs).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
