import { describe, expect, it } from 'vitest';
import { answeredOf, CONFIRMED_WITHIN, latchOf, nextFailoverStep } from '../../functions/domain/failover.ts';
import {
  type FailoverSituation,
  type FailoverState,
  type FailoverStep,
  NO_STATE,
  type Progress,
  type Request,
} from '../../functions/domain/failover-state.ts';
import { NOW } from '../support/builders.ts';
import {
  ARMED,
  ARMED_BY,
  aFailover,
  aFailoverSituation,
  alarm,
  aRecord,
  aSimple,
  atAddresses,
  aWeighted,
  CHECKS,
  ENGAGED,
  JO,
  NO_DATA,
  SICK,
  someProgress,
  UNREADABLE,
  WELL,
} from '../support/dns-records.ts';

const FAILOVER: Request = { action: 'failover', by: 'ada', reason: 'a drill' };
const FAILBACK: Request = { action: 'failback', by: 'ada', reason: 'it is over' };
const CONVERGE: Request = { action: 'converge' };
const FOLLOW: Request = { action: 'follow' };
const PAUSED = { by: 'jo', reason: 'a look', at: NOW };
const UNARMED: FailoverState = { version: 3, checks: CHECKS };
const READY = aRecord({ routing: aFailover({ readiness: { name: 'orders-ready', region: 'eu-west-1' } }) });
const PROMOTED = aRecord({ routing: aFailover({ engages: 'manual-armed', promotes: true }) });
const MANUAL = aRecord({ routing: aFailover({ engages: 'manual-armed' }) });

const next = (
  request: Request,
  situation: Partial<FailoverSituation> = {},
  progress: Partial<Progress> = {},
): FailoverStep => nextFailoverStep(request, aFailoverSituation(situation), someProgress(progress));
const refused = (because: string) => ({ step: 'refuse', because });
const nothing = (because: string) => ({ step: 'done', outcome: 'nothing', because });
const engagedBy = (by: string, reason: string, before: FailoverState = ARMED) => ({
  step: 'write',
  what: 'engaged',
  state: { ...before, version: before.version + 1, engaged: { by, reason, at: NOW } },
});
/** When the run wrote, so many seconds ago. */
const wrote = (what: 'engaged' | 'released' | 'armed' | 'shifted', seconds = 10): Partial<Progress> => ({
  wrote: { what, at: new Date(Date.parse(NOW) - seconds * 1000).toISOString() },
});

describe('converge: peacetime', () => {
  it('a record that was never written - written', () => {
    expect(next(CONVERGE, { state: NO_STATE, health: NO_DATA })).toMatchObject({ step: 'converge' });
  });

  it('it was written - done, which changes no latch', () => {
    expect(next(CONVERGE, {}, { isConverged: true })).toMatchObject({ step: 'done', outcome: 'converged' });
    expect(next(CONVERGE, { state: ENGAGED }, { isConverged: true })).toMatchObject({ outcome: 'converged' });
  });

  it('the primary is well for the first time - armed, then written with its health', () => {
    const armed = { version: 4, checks: CHECKS, armedAt: NOW, armedBy: 'us-west-2/orders-sick' };

    expect(next(CONVERGE, { state: UNARMED })).toEqual({
      step: 'write',
      what: 'armed',
      state: armed,
      because: 'orders-sick says for the first time that the primary is well',
    });
    expect(next(CONVERGE, { state: armed }, wrote('armed'))).toMatchObject({ step: 'converge' });
    expect(next(CONVERGE, { state: armed }, { ...wrote('armed'), isConverged: true })).toMatchObject({
      step: 'done',
      outcome: 'armed',
    });
  });

  it.each([
    ['in alarm', SICK],
    ['without data', NO_DATA],
    ['in a region that does not answer', UNREADABLE],
  ])('the primary’s alarm is %s from the start - not armed', (_state, health) => {
    expect(next(CONVERGE, { state: UNARMED, health })).toMatchObject({ step: 'converge' });
  });

  it.each([
    ['a simple record', aSimple(atAddresses('10.0.0.1'))],
    ['a weighted one', aWeighted({ blue: 1 })],
  ])('%s - has nothing to arm', (_kind, record) => {
    expect(next(CONVERGE, { record, state: NO_STATE })).toMatchObject({ step: 'converge' });
  });
});

describe('follow: the primary’s alarm moved', () => {
  it.each<[situation: string, changes: Partial<FailoverSituation>, reason: string]>([
    ['the primary is sick', { health: SICK }, 'orders-sick is ALARM'],
    [
      'it is sick, and clients get the secondary already',
      { health: SICK, answered: 'secondary' },
      'orders-sick is ALARM',
    ],
    ['its alarm has no data since', { health: NO_DATA }, 'orders-sick is INSUFFICIENT_DATA'],
    [
      'its region does not answer, and clients get the secondary',
      { health: UNREADABLE, answered: 'secondary' },
      'the answer is the secondary’s',
    ],
  ])('%s - the failover is made to last', (_situation, changes, reason) => {
    expect(next(FOLLOW, changes)).toEqual({ ...engagedBy('health', reason), because: reason });
  });

  it.each<[situation: string, changes: Partial<FailoverSituation>, because: string]>([
    ['the primary is well', {}, 'the primary’s alarm is OK, the answer is primary'],
    [
      'well, and clients get the secondary',
      { answered: 'secondary' },
      'the primary’s alarm is OK, the answer is secondary',
    ],
    [
      'its region does not answer, and clients get the primary',
      { health: UNREADABLE },
      'the primary’s alarm is unreadable, the answer is primary',
    ],
    [
      'its region does not answer, and nobody sees what clients get',
      { health: UNREADABLE, answered: 'unknown' },
      'the primary’s alarm is unreadable, the answer is unknown',
    ],
    [
      'its region does not answer, and clients get what neither side has',
      { health: UNREADABLE, answered: 'neither' },
      'the primary’s alarm is unreadable, the answer is neither',
    ],
    ['a person’s word is asked for', { record: MANUAL, health: SICK }, 'it fails over by a person’s word only'],
    ['it is observed only', { health: SICK, mode: 'observe' }, 'it would be latched, and the mode of dns is observe'],
    ['it is asked first', { health: SICK, mode: 'propose' }, 'it would be latched, and the mode of dns is propose'],
    [
      'everything is paused',
      { health: SICK, paused: PAUSED },
      'it would be latched, and everything is paused by jo: a look',
    ],
    [
      'it was never seen well, and is in alarm',
      { state: UNARMED, health: SICK },
      'the primary was never seen well: its alarm moves nothing yet',
    ],
    [
      'it was never seen well, and has no data',
      { state: UNARMED, health: NO_DATA, answered: 'secondary' },
      'the primary was never seen well: its alarm moves nothing yet',
    ],
    [
      'it was never seen well, and its region does not answer',
      { state: UNARMED, health: UNREADABLE, answered: 'secondary' },
      'the primary was never seen well: its alarm moves nothing yet',
    ],
    ['a record without a secondary', { record: aWeighted({ blue: 1 }), health: SICK }, 'orders-db has no secondary'],
  ])('%s - nothing', (_situation, changes, because) => {
    expect(next(FOLLOW, changes)).toEqual(nothing(because));
  });

  it.each([
    ['well again', WELL],
    ['still sick', SICK],
    ['without data', NO_DATA],
    ['out of sight', UNREADABLE],
  ])('it is failed over, and the primary is %s - it stays so, by whose word is told', (_state, health) => {
    expect(next(FOLLOW, { state: ENGAGED, health })).toEqual(
      nothing('it is failed over already, by jo at 2026-11-23T11:00:00.000Z: a fire'),
    );
  });

  it('the first time that the primary is seen well - armed, and its health becomes a part of the record', () => {
    expect(next(FOLLOW, { state: UNARMED })).toMatchObject({ step: 'write', what: 'armed' });
    expect(next(FOLLOW, { state: ARMED }, wrote('armed'))).toMatchObject({ step: 'converge' });
    expect(next(FOLLOW, { state: ARMED }, { ...wrote('armed'), isConverged: true })).toMatchObject({
      outcome: 'armed',
    });
  });

  it.each([
    ['its own health engages it', aRecord()],
    ['a person’s word engages it', aRecord({ routing: aFailover({ engages: 'manual-armed' }) })],
  ])('a release whose run died, %s - over, once its alarm had the time', (_situation, record) => {
    const at = new Date(Date.parse(NOW) - (CONFIRMED_WITHIN + 1) * 1_000).toISOString();
    const state = { ...ARMED, released: { ...JO, at } };

    expect(next(FOLLOW, { record, state })).toEqual({
      step: 'done',
      outcome: 'nothing',
      because: `let go by jo at ${at}: a fire`,
      state: { ...ARMED, version: ARMED.version + 1 },
    });
  });

  it('a release whose run may still look - left to it', () => {
    const at = new Date(Date.parse(NOW) - CONFIRMED_WITHIN * 1_000).toISOString();
    const step = next(FOLLOW, { state: { ...ARMED, released: { ...JO, at } } });

    expect(step).toMatchObject({ step: 'done', outcome: 'nothing', because: expect.stringContaining('alarm is OK') });
    expect(step).not.toHaveProperty('state');
  });

  it('a release that nobody saw yet - is over where the primary is sick again', () => {
    const state = { ...ARMED, released: { ...JO, at: new Date(Date.parse(NOW) - 60_000).toISOString() } };

    expect(next(FOLLOW, { state, health: SICK })).toEqual({
      ...engagedBy('health', 'orders-sick is ALARM'),
      because: 'orders-sick is ALARM',
    });
  });
});

describe('failover: a person’s word', () => {
  it('written into the ledger, whatever the primary’s health', () => {
    for (const health of [WELL, SICK, NO_DATA, UNREADABLE]) {
      expect(next(FAILOVER, { health })).toEqual({ ...engagedBy('ada', 'a drill'), because: 'ada: a drill' });
    }
  });

  it('where only a person may - the same', () => {
    expect(next(FAILOVER, { record: MANUAL, state: UNARMED })).toMatchObject({ step: 'write', what: 'engaged' });
  });

  it('a second operator - told by whom, when and why; even by force', () => {
    const because = 'it is failed over already, by jo at 2026-11-23T11:00:00.000Z: a fire';

    expect(next(FAILOVER, { state: ENGAGED })).toEqual(refused(because));
    expect(next({ ...FAILOVER, force: true }, { state: ENGAGED })).toEqual(refused(because));
  });

  it.each<[situation: string, changes: Partial<FailoverSituation>, because: string]>([
    ['everything is paused', { paused: PAUSED }, 'everything is paused by jo: a look: resume it, or force'],
    ['it is observed only', { mode: 'observe' }, 'the mode of dns is observe: resume it, or force'],
    [
      'the secondary is not ready',
      { record: READY, readiness: SICK },
      'orders-ready says that the secondary is not ready (ALARM): mend it, or force',
    ],
    [
      'nobody knows whether the secondary is ready',
      { record: READY, readiness: NO_DATA },
      'orders-ready says that the secondary is not ready (INSUFFICIENT_DATA): mend it, or force',
    ],
    [
      'the secondary’s alarm does not answer',
      { record: READY, readiness: UNREADABLE },
      'orders-ready says that the secondary is not ready (unreadable): mend it, or force',
    ],
  ])('%s - refused in words; by force it is done', (_situation, changes, because) => {
    expect(next(FAILOVER, changes)).toEqual(refused(because));
    expect(next({ ...FAILOVER, force: true }, changes)).toMatchObject({ step: 'write', what: 'engaged' });
  });

  it('the secondary is ready - done', () => {
    expect(next(FAILOVER, { record: READY, readiness: WELL })).toMatchObject({ step: 'write' });
  });

  it.each<[situation: string, changes: Partial<FailoverSituation>, because: string]>([
    ['never written', { state: NO_STATE }, 'its records were never written: converge it first'],
    [
      'a weighted record',
      { record: aWeighted({ blue: 1 }) },
      'orders-db is a weighted record: it has no secondary to fail over to',
    ],
    [
      'a simple one',
      { record: aSimple(atAddresses('10.0.0.1')) },
      'orders-db is a simple record: it has no secondary to fail over to',
    ],
  ])('%s - refused in words, even by force', (_situation, changes, because) => {
    for (const request of [FAILOVER, { ...FAILOVER, force: true }, { ...FAILBACK, force: true }]) {
      if (request.action === 'failback' && changes.state !== undefined) continue;
      expect(next(request, changes)).toEqual(refused(because));
    }
  });

  it('somebody promotes and fences - before the flip, and only once', () => {
    expect(next(FAILOVER, { record: PROMOTED })).toEqual({
      step: 'promote',
      because: 'somebody promotes the secondary and fences the primary first',
    });
    expect(next(FAILOVER, { record: PROMOTED }, { isPromoted: true })).toMatchObject({
      step: 'write',
      what: 'engaged',
    });
    expect(next({ ...FAILOVER, force: true }, { record: PROMOTED })).toMatchObject({ step: 'promote' });
  });

  it('another failed it over while it was promoted - told so, and nothing is written', () => {
    expect(next(FAILOVER, { record: PROMOTED, state: ENGAGED }, { isPromoted: true }).step).toBe('refuse');
  });

  it('what bars it is asked before anybody promotes', () => {
    const record = aRecord({
      routing: aFailover({ engages: 'manual-armed', promotes: true, readiness: { name: 'r', region: 'eu-west-1' } }),
    });

    expect(next(FAILOVER, { record, readiness: SICK }).step).toBe('refuse');
    expect(next(FAILOVER, { record: PROMOTED, paused: PAUSED }).step).toBe('refuse');
  });

  it('a release that nobody saw yet - over, once it is failed over again', () => {
    expect(next(FAILOVER, { state: { ...ARMED, released: JO } })).toEqual({
      ...engagedBy('ada', 'a drill'),
      because: 'ada: a drill',
    });
  });
});

describe('failback: a person’s word', () => {
  const released = {
    version: 6,
    checks: ARMED.checks,
    ...ARMED_BY,
    released: { by: 'ada', reason: 'it is over', at: NOW },
  };

  it('the primary is well for ten minutes - let go', () => {
    expect(next(FAILBACK, { state: ENGAGED, health: alarm('OK', 600) })).toEqual({
      step: 'write',
      what: 'released',
      state: released,
      because: 'ada: it is over',
    });
  });

  it.each<[situation: string, changes: Partial<FailoverSituation>, because: string]>([
    [
      'well for less than that',
      { health: alarm('OK', 599) },
      'orders-sick is OK for 599 s, and a failback asks for 600 s of OK: wait, or force',
    ],
    [
      'well for less than its entry asks for',
      { record: aRecord({ routing: aFailover({ healthyForSeconds: 7_200 }) }), health: WELL },
      'orders-sick is OK for 3600 s, and a failback asks for 7200 s of OK: wait, or force',
    ],
    ['still sick', { health: SICK }, 'orders-sick is ALARM, and a failback asks for 600 s of OK: wait, or force'],
    [
      'without data',
      { health: NO_DATA },
      'orders-sick is INSUFFICIENT_DATA, and a failback asks for 600 s of OK: wait, or force',
    ],
    [
      'out of sight',
      { health: UNREADABLE },
      'orders-sick is unreadable, and a failback asks for 600 s of OK: wait, or force',
    ],
    ['paused', { paused: PAUSED }, 'everything is paused by jo: a look: resume it, or force'],
    ['observed only', { mode: 'observe' }, 'the mode of dns is observe: resume it, or force'],
  ])('%s - refused in words; by force it is done', (_situation, changes, because) => {
    expect(next(FAILBACK, { state: ENGAGED, ...changes })).toEqual(refused(because));
    expect(next({ ...FAILBACK, force: true }, { state: ENGAGED, ...changes })).toMatchObject({ what: 'released' });
  });

  it('its entry asks for no time - let go as soon as it is well', () => {
    const record = aRecord({ routing: aFailover({ healthyForSeconds: 0 }) });

    expect(next(FAILBACK, { record, state: ENGAGED, health: alarm('OK', 0) })).toMatchObject({ what: 'released' });
  });

  it('not failed over - refused, even by force', () => {
    expect(next(FAILBACK)).toEqual(refused('it is not failed over'));
    expect(next({ ...FAILBACK, force: true })).toEqual(refused('it is not failed over'));
  });

  it('somebody promotes the primary and fences the secondary first', () => {
    expect(next(FAILBACK, { record: PROMOTED, state: ENGAGED })).toEqual({
      step: 'promote',
      because: 'somebody promotes the primary and fences the secondary first',
    });
    expect(next(FAILBACK, { record: PROMOTED, state: ENGAGED }, { isPromoted: true })).toMatchObject({
      what: 'released',
    });
  });
});

describe('until clients follow', () => {
  const RELEASED: FailoverState = { ...ARMED, released: JO };

  it.each<
    [
      situation: string,
      request: Request,
      changes: Partial<FailoverSituation>,
      progress: Partial<Progress>,
      step: object,
    ]
  >([
    [
      'failed over, clients get the secondary',
      FAILOVER,
      { state: ENGAGED, answered: 'secondary' },
      wrote('engaged'),
      { step: 'done', outcome: 'failed-over', because: 'the answer is the secondary’s' },
    ],
    [
      'latched, clients get the secondary',
      FOLLOW,
      { state: ENGAGED, answered: 'secondary' },
      wrote('engaged'),
      { step: 'done', outcome: 'engaged', because: 'the answer is the secondary’s' },
    ],
    [
      'failed over, clients still get the primary',
      FAILOVER,
      { state: ENGAGED, answered: 'primary' },
      wrote('engaged', CONFIRMED_WITHIN - 1),
      { step: 'wait', seconds: 5, because: 'the answer is primary' },
    ],
    [
      'failed over, clients get the primary for too long',
      FAILOVER,
      { state: ENGAGED, answered: 'primary' },
      wrote('engaged', CONFIRMED_WITHIN),
      { step: 'done', outcome: 'unconfirmed', because: 'after 270 s the answer is primary' },
    ],
    [
      'failed over, and nobody can look',
      FAILOVER,
      { record: aRecord({ seenFrom: 'nowhere' }), state: ENGAGED, answered: 'unknown' },
      wrote('engaged', CONFIRMED_WITHIN),
      { step: 'done', outcome: 'unconfirmed', because: 'nobody can look from where its client is' },
    ],
    [
      'failed back, clients get the primary',
      FAILBACK,
      { state: RELEASED, answered: 'primary' },
      wrote('released'),
      {
        step: 'done',
        outcome: 'failed-back',
        because: 'the answer is the primary’s',
        state: { ...ARMED, version: ARMED.version + 1 },
      },
    ],
    [
      'failed back, clients still get the secondary',
      FAILBACK,
      { state: RELEASED, answered: 'secondary' },
      wrote('released'),
      { step: 'wait', seconds: 5, because: 'the answer is secondary' },
    ],
    [
      'failed back, clients get the secondary for too long',
      FAILBACK,
      { state: RELEASED, answered: 'secondary' },
      wrote('released', CONFIRMED_WITHIN),
      {
        step: 'done',
        outcome: 'unconfirmed',
        because: 'after 270 s the answer is secondary',
        state: { ...ARMED, version: ARMED.version + 1 },
      },
    ],
    [
      'failed over, and somebody failed it back meanwhile',
      FAILOVER,
      { state: RELEASED, answered: 'primary' },
      wrote('engaged'),
      refused('somebody else had another word'),
    ],
    [
      'failed back, and somebody failed it over meanwhile',
      FAILBACK,
      { state: ENGAGED, answered: 'secondary' },
      wrote('released'),
      refused('somebody else had another word, by jo at 2026-11-23T11:00:00.000Z: a fire'),
    ],
  ])('%s', (_situation, request, changes, progress, step) => {
    expect(next(request, changes, progress)).toEqual(step);
  });

  it('a pause that comes after the word was written does not leave it half done', () => {
    expect(next(FAILOVER, { state: ENGAGED, answered: 'primary', paused: PAUSED }, wrote('engaged')).step).toBe('wait');
  });
});

describe('shift: weights by a person’s word', () => {
  const record = aWeighted({ blue: 80, green: 20 });
  const shift = (weights: Extract<Request, { action: 'shift' }>['weights']): Request => ({
    action: 'shift',
    by: 'ada',
    reason: 'a canary',
    weights,
  });

  it('set beside what was set before, then written', () => {
    const state = { version: 2, weights: { blue: 50 } };
    const after = { version: 3, weights: { blue: 50, green: 50 } };

    expect(next(shift({ green: 50 }), { record, state })).toEqual({
      step: 'write',
      what: 'shifted',
      state: after,
      because: 'ada: a canary',
    });
    expect(next(shift({ green: 50 }), { record, state: after }, wrote('shifted'))).toMatchObject({ step: 'converge' });
    expect(next(shift({ green: 50 }), { record, state: after }, { ...wrote('shifted'), isConverged: true })).toEqual({
      step: 'done',
      outcome: 'shifted',
      because: 'ada: a canary',
    });
  });

  it('as entered - what was set is forgotten, then the zone is brought in line', () => {
    const state = { version: 2, weights: { blue: 50 } };
    const back = shift('as-entered');

    expect(next(back, { record, state })).toEqual({
      step: 'write',
      what: 'shifted',
      state: { version: 3 },
      because: 'ada: a canary',
    });
    expect(next(back, { record, state: { version: 3 } }, wrote('shifted'))).toEqual({
      step: 'converge',
      because: 'the weights are to be as the entry says',
    });
    expect(next(back, { record, state: { version: 3 } }, { ...wrote('shifted'), isConverged: true })).toEqual({
      step: 'done',
      outcome: 'shifted',
      because: 'ada: a canary',
    });
  });

  it('as entered, and nothing was set - nothing is written, and the zone is looked at all the same', () => {
    expect(next(shift('as-entered'), { record, state: NO_STATE }).step).toBe('converge');
  });

  it.each<[situation: string, changes: Partial<FailoverSituation>, because: string]>([
    ['a failover record', { record: aRecord() }, 'orders-db is a failover record: it has no weights'],
    ['paused', { paused: PAUSED }, 'everything is paused by jo: a look'],
    ['observed only', { mode: 'observe' }, 'the mode of dns is observe'],
  ])('as entered, %s - refused in words', (_situation, changes, because) => {
    const state = { version: 2, weights: { blue: 50 } };
    expect(next(shift('as-entered'), { record, state, ...changes })).toEqual(refused(because));
  });

  it.each<
    [situation: string, weights: Readonly<Record<string, number>>, changes: Partial<FailoverSituation>, because: string]
  >([
    ['a failover record', { blue: 1 }, { record: aRecord() }, 'orders-db is a failover record: it has no weights'],
    ['a side that it has not', { red: 1, teal: 2 }, {}, 'orders-db has no red, teal: its sides are blue, green'],
    [
      'a side called as what every object has',
      { constructor: 1 },
      {},
      'orders-db has no constructor: its sides are blue, green',
    ],
    ['all of them 0', { blue: 0, green: 0 }, {}, 'every weight would be 0: Route 53 then answers with all sides alike'],
    [
      'the last one 0',
      { green: 0 },
      { state: { version: 1, weights: { blue: 0 } } },
      'every weight would be 0: Route 53 then answers with all sides alike',
    ],
    ['paused', { blue: 0 }, { paused: PAUSED }, 'everything is paused by jo: a look'],
    ['observed only', { blue: 0 }, { mode: 'observe' }, 'the mode of dns is observe'],
  ])('%s - refused in words', (_situation, weights, changes, because) => {
    expect(next(shift(weights), { record, state: NO_STATE, ...changes })).toEqual(refused(because));
  });

  it('a side called constructor - has the weight of its entry', () => {
    expect(next(shift({ blue: 0 }), { record: aWeighted({ blue: 1, constructor: 0 }), state: NO_STATE })).toMatchObject(
      {
        step: 'refuse',
      },
    );
    expect(next(shift({ blue: 0 }), { record: aWeighted({ blue: 1, constructor: 2 }), state: NO_STATE })).toMatchObject(
      {
        step: 'write',
      },
    );
  });
});

describe('the latch', () => {
  it.each<[situation: string, state: FailoverState, latch: 0 | 1 | undefined]>([
    ['never touched', NO_STATE, undefined],
    ['armed, with health checks', ARMED, 0],
    ['failed over', ENGAGED, 1],
    ['let go, and not seen yet', { ...ARMED, released: JO }, 0],
    ['let go, and seen: its alarm may still be where it was', { ...ARMED, version: 9 }, 0],
    ['written without health checks: nothing asks for it', { version: 3, weights: { blue: 1 } }, undefined],
    ['failed over again before anybody saw it', { ...ENGAGED, released: JO }, 1],
  ])('%s - %s', (_situation, state, latch) => {
    expect(latchOf(state)).toBe(latch);
  });
});

describe('whose an answer is', () => {
  const sides = { primary: ['10.0.0.1', '10.0.0.2'], secondary: ['10.1.0.1', '10.0.0.9'] };

  it.each<[answer: readonly string[] | undefined, answered: string]>([
    [['10.0.0.2', '10.0.0.1'], 'primary'],
    [['10.0.0.2'], 'primary'],
    [['10.1.0.1'], 'secondary'],
    [['10.0.0.1', '10.1.0.1'], 'neither'],
    [['10.7.0.1'], 'neither'],
    [['10.0.0.1', '10.7.0.1'], 'neither'],
    [[], 'unknown'],
    [undefined, 'unknown'],
  ])('%j - %s', (answer, answered) => {
    expect(answeredOf(answer, sides)).toBe(answered);
  });

  it('both sides have it, or neither could be looked up - neither', () => {
    expect(answeredOf(['10.0.0.1'], { primary: ['10.0.0.1'], secondary: ['10.0.0.1'] })).toBe('neither');
    expect(answeredOf(['10.0.0.1'], { primary: [], secondary: [] })).toBe('neither');
  });
});
