import { describe, expect, it } from 'vitest';
import type { AnswerOutcome } from '../../functions/domain/answer.ts';
import { type Background, planEnding, planRequest } from '../../functions/domain/plan.ts';
import {
  aCandidate,
  aCustomer,
  aHistory,
  anIntent,
  aService,
  aSituation,
  ENDPOINT_ID,
  entitled,
  found,
} from '../support/builders.ts';

/** What is known of a new request: nothing, but that the places of `acme` are open. */
const background = (changes: Partial<Background> = {}): Background => ({
  decisions: [],
  intent: undefined,
  placesOpen: ['acme'],
  ...changes,
});

const MANUAL = aSituation({ candidates: [entitled({ approval: 'manual' })] });
const UNKNOWN = aSituation({ candidates: [] });

describe('planRequest', () => {
  it('accepts with a place to take, and says whether the places are open', () => {
    const placeWhere = (...placesOpen: string[]) => planRequest(aSituation(), background({ placesOpen })).plan.place;

    expect(placeWhere('acme')).toEqual({ maxEndpoints: 2, isOpen: true });
    expect(placeWhere('globex')).toEqual({ maxEndpoints: 2, isOpen: false });
  });

  it.each([
    ['a request that is rejected', UNKNOWN],
    ['a request that is held', MANUAL],
  ])('%s - takes no place, and has none to give back', (_situation, situation) => {
    const { plan } = planRequest(situation, background());

    expect(plan).not.toHaveProperty('place');
    expect(plan).not.toHaveProperty('placeOf');
  });

  it('has the plan for a lost place ready, which takes none', () => {
    const { planWithoutPlace } = planRequest(aSituation(), background());

    expect(planWithoutPlace).toMatchObject({ verdict: 'hold', code: 'quota-reached', customerId: 'acme' });
    expect(planWithoutPlace).not.toHaveProperty('place');
    expect(planWithoutPlace).not.toHaveProperty('placeOf');
  });

  it('knows of each plan whether the ledger says the same already', () => {
    const heldForApproval = background({ decisions: aHistory('held') });
    const heldForQuota = background({
      decisions: [{ generation: 1, outcome: 'held', code: 'quota-reached', verdict: 'hold' }],
    });

    expect(planRequest(MANUAL, heldForApproval).plan.isRepeated).toBe(true);
    expect(planRequest(MANUAL, background()).plan.isRepeated).toBe(false);
    expect(planRequest(aSituation(), heldForQuota)).toMatchObject({
      plan: { verdict: 'accept', isRepeated: false },
      planWithoutPlace: { code: 'quota-reached', isRepeated: true },
    });
  });
});

describe('planRequest: whose place the endpoint may hold', () => {
  const mine = { taken: 1, mine: true };

  it('is accepted - its customer’s, which it is about to take', () => {
    expect(planRequest(aSituation(), background()).plan.placeOf).toBe('acme');
  });

  it.each([
    ['held', aSituation({ candidates: [entitled({ approval: 'manual' }, mine)] }), 'hold'],
    [
      'rejected',
      aSituation({ candidates: [aCandidate({ customer: found(aCustomer({ status: 'suspended' })), places: mine })] }),
      'reject',
    ],
  ])('is %s, and has a place - that one', (_situation, situation, verdict) => {
    expect(planRequest(situation, background()).plan).toMatchObject({ verdict, placeOf: 'acme' });
  });

  it.each([
    ['held', MANUAL, 'hold'],
    ['rejected', UNKNOWN, 'reject'],
  ])('is %s after a run that died when it was about to take one - that one', (_situation, situation, verdict) => {
    const { plan } = planRequest(situation, background({ intent: anIntent({ customerId: 'globex' }) }));

    expect(plan).toMatchObject({ verdict, placeOf: 'globex' });
  });

  it('a place that is seen counts for more than one that a dead run was about to take', () => {
    const situation = aSituation({ candidates: [entitled({ approval: 'manual' }, mine)] });

    expect(planRequest(situation, background({ intent: anIntent({ customerId: 'globex' }) })).plan.placeOf).toBe(
      'acme',
    );
  });

  it('the dead run was about to reject, and nobody’s place was in question - none', () => {
    const intent = anIntent({ verdict: 'reject', customerId: '' });

    expect(planRequest(MANUAL, background({ intent })).plan).not.toHaveProperty('placeOf');
  });

  it('a policy rejects where the last place is lost - nobody’s: none was got', () => {
    const situation = aSituation({ service: found(aService({ 'quota-reached': 'reject' })) });
    const { planWithoutPlace } = planRequest(situation, background());

    expect(planWithoutPlace.verdict).toBe('reject');
    expect(planWithoutPlace).not.toHaveProperty('placeOf');
  });
});

describe('planEnding: whose place the endpoint may hold', () => {
  const OUTCOMES: readonly AnswerOutcome[] = ['accepted', 'rejected', 'gone', 'overtaken', 'failed'];

  it.each(OUTCOMES)('%s, and no run was about to take one - nobody’s', (outcome) => {
    for (const intent of [undefined, anIntent({ verdict: 'reject', customerId: '' })]) {
      const plan = planEnding(outcome, ENDPOINT_ID, intent);

      expect(plan).toMatchObject({ verdict: 'none', outcome });
      expect(plan).not.toHaveProperty('placeOf');
      expect(plan).not.toHaveProperty('customerId');
    }
  });

  it.each(OUTCOMES)('%s after a run that died when it was about to take one - that one', (outcome) => {
    expect(planEnding(outcome, ENDPOINT_ID, anIntent())).toMatchObject({
      outcome,
      customerId: 'acme',
      placeOf: 'acme',
    });
  });
});
