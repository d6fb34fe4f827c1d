import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideConnection, decideWithoutPlace } from '../../functions/domain/decide-connection.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import {
  aCandidate,
  aCustomer,
  anApproval,
  aService,
  aSituation,
  entitled,
  found,
  theModes,
} from '../support/builders.ts';
import { anySituation, RUNS } from './arbitraries.ts';

const PAUSED = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'a migration', at: '2026-11-23T11:00:00Z' };
const SHRANK = 'the registry went from 90 entries to 3';
const LONG_AGO = '2026-11-01T12:00:00.000Z';

const ACCEPTED = aSituation();
const UNKNOWN = aSituation({ candidates: [] });
const SUSPENDED = aSituation({ candidates: [aCandidate({ customer: found(aCustomer({ status: 'suspended' })) })] });
const FULL = aSituation({ candidates: [entitled({}, { taken: 2, mine: false })] });
const MANUAL = aSituation({ candidates: [entitled({ approval: 'manual' })] });
const EXPIRES_BY_REJECTION = found(aService({ 'hold-expired': 'reject' }));

const paused = (situation: Situation): Situation => ({ ...situation, paused: PAUSED });

describe('a pause', () => {
  it.each<[situation: string, Situation]>([
    ['would be accepted', ACCEPTED],
    ['would be rejected', UNKNOWN],
    ['would be rejected for its status', SUSPENDED],
    ['was denied', aSituation({ approval: anApproval({ answer: 'deny' }) })],
    ['was approved', { ...MANUAL, approval: { ...anApproval(), proposed: 'accept' } }],
  ])('%s - held, and nobody is asked for it', (_situation, situation) => {
    const decision = decideConnection(paused(situation));

    expect(decision).toMatchObject({ verdict: 'hold', code: 'paused', isObserved: false });
    expect(decision.sentence).toMatch(/ is waiting: we answer no requests at present; /);
    expect(decision.rules.at(-1)).toEqual({
      rule: 'pause',
      passed: false,
      code: 'paused',
      saw: `paused by ${PAUSED.by} since ${PAUSED.at}: a migration`,
    });
    expect(decision).toHaveProperty('hold');
    expect(decision).not.toHaveProperty('proposed');
  });

  it.each<[situation: string, Situation]>([
    ['is held for its own reason', FULL],
    ['is held for a person', MANUAL],
    ['is held for a person by the mode', { ...ACCEPTED, modes: theModes({ accept: 'propose' }) }],
    ['is only observed', { ...ACCEPTED, modes: theModes({ accept: 'observe' }) }],
  ])('%s - as without one', (_situation, situation) => {
    expect(decideConnection(paused(situation))).toEqual(decideConnection(situation));
  });

  it('the time of the hold is up meanwhile - let go, and not rejected even where policy says so', () => {
    const situation = { ...UNKNOWN, service: EXPIRES_BY_REJECTION, heldSince: LONG_AGO };

    expect(decideConnection(paused(situation))).toMatchObject({ verdict: 'hold', code: 'hold-expired' });
    expect(decideConnection(paused(situation))).not.toHaveProperty('hold');
  });

  it('tells the customer nothing of who paused it and why', () => {
    const { sentence } = decideConnection(paused(ACCEPTED));

    expect(sentence).not.toMatch(/migration|ada/);
  });

  it('the time of another hold is up, and policy rejects then - let go: nothing is written', () => {
    const situation = { ...FULL, service: EXPIRES_BY_REJECTION, heldSince: LONG_AGO };

    expect(decideConnection(situation)).toMatchObject({ verdict: 'reject', code: 'hold-expired' });
    expect(decideConnection(paused(situation))).toMatchObject({ verdict: 'hold', code: 'hold-expired' });
  });

  it('of anybody, whenever - nobody is accepted, and nobody rejected', () => {
    fc.assert(
      fc.property(anySituation, fc.boolean(), (each, isOverdue) => {
        const situation = paused({ ...each, ...(isOverdue ? { heldSince: LONG_AGO } : {}) });
        for (const decision of [decideConnection(situation), decideWithoutPlace(situation)]) {
          expect(decision.verdict).toBe('hold');
        }
      }),
      RUNS,
    );
  });
});

describe('a registry that is not believed', () => {
  const doubted = (situation: Situation): Situation => ({ ...situation, distrust: SHRANK });

  it('has no entry for the account - held, not turned away', () => {
    const decision = decideConnection(doubted(UNKNOWN));

    expect(decision).toMatchObject({ verdict: 'hold', code: 'registry-frozen' });
    expect(decision.sentence).toMatch(/ is waiting: we are correcting our records; there is nothing for you to do\.$/);
    expect(decision.sentence).not.toContain('90');
    expect(decision.rules.at(-2)).toMatchObject({ rule: 'requester', passed: false, code: 'registry-frozen' });
  });

  it.each<[situation: string, Situation]>([
    ['accepted', ACCEPTED],
    ['rejected', SUSPENDED],
    ['held', FULL],
  ])('has an entry - %s as it says', (_situation, situation) => {
    expect(decideConnection(doubted(situation))).toEqual(decideConnection(situation));
  });

  it('the policy rejects it, or what is held for too long - not rejected: the lack is ours', () => {
    const service = found(aService({ 'registry-frozen': 'reject', 'hold-expired': 'reject' }));
    const situation = doubted({ ...UNKNOWN, service });

    expect(decideConnection(situation)).toMatchObject({ verdict: 'hold', code: 'registry-frozen' });
    expect(decideConnection({ ...situation, heldSince: LONG_AGO })).toMatchObject({
      verdict: 'hold',
      code: 'hold-expired',
    });
  });

  it('turns nobody away for want of an entry, and decides about all others as ever', () => {
    fc.assert(
      fc.property(anySituation, (each) => {
        const usual = decideConnection(each);
        const { verdict, code } = decideConnection(doubted(each));
        const isTurnedAway = usual.code === 'requester-unknown';
        expect({ verdict, code }).toEqual({
          verdict: isTurnedAway ? 'hold' : usual.verdict,
          code: isTurnedAway ? 'registry-frozen' : usual.code,
        });
      }),
      RUNS,
    );
  });
});
