import { describe, expect, it } from 'vitest';
import { planRequest } from '../../functions/domain/plan.ts';
import { aHistory, aSituation, entitled } from '../support/builders.ts';

describe('planRequest', () => {
  it('accepts with a place to take, and says whether the places are open', () => {
    expect(planRequest(aSituation(), [], ['acme']).plan.place).toEqual({ maxEndpoints: 2, isOpen: true });
    expect(planRequest(aSituation(), [], ['globex']).plan.place).toEqual({ maxEndpoints: 2, isOpen: false });
  });

  it.each([
    ['a request that is rejected', aSituation({ candidates: [] })],
    ['a request that is held', aSituation({ candidates: [entitled({ approval: 'manual' })] })],
  ])('%s - takes no place', (_situation, situation) => {
    expect(planRequest(situation, [], ['acme']).plan).not.toHaveProperty('place');
  });

  it('has the plan for a lost place ready, which takes none', () => {
    const { planWithoutPlace } = planRequest(aSituation(), [], ['acme']);

    expect(planWithoutPlace).toMatchObject({ verdict: 'hold', code: 'quota-reached', customerId: 'acme' });
    expect(planWithoutPlace).not.toHaveProperty('place');
  });

  it('knows of each plan whether the ledger says the same already', () => {
    const heldForApproval = aHistory('held');
    const heldForQuota = [{ generation: 1, outcome: 'held', code: 'quota-reached' }] as const;
    const manual = aSituation({ candidates: [entitled({ approval: 'manual' })] });

    expect(planRequest(manual, heldForApproval, []).plan.isRepeated).toBe(true);
    expect(planRequest(manual, [], []).plan.isRepeated).toBe(false);
    expect(planRequest(aSituation(), heldForQuota, [])).toMatchObject({
      plan: { verdict: 'accept', isRepeated: false },
      planWithoutPlace: { code: 'quota-reached', isRepeated: true },
    });
  });
});
