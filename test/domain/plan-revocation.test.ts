import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needOf } from '../../functions/domain/history.ts';
import { planEnding } from '../../functions/domain/plan.ts';
import { maxRevocationsOf, revocationNeedOf } from '../../functions/domain/plan-revocation.ts';
import { aHistory, anIntent, ENDPOINT_ID } from '../support/builders.ts';
import { RUNS } from './arbitraries.ts';

const SAID = { code: 'customer-suspended', sentence: 'We disconnected you; ask.', action: 'ask' } as const;
const ofRevocation = (generation: number) => anIntent({ verdict: 'reject', generation, revocation: SAID });

describe('a run of ours cut it off and died', () => {
  it.each(['accepted', 'adopted', 'overtaken', 'rejected', 'gone', 'held'] as const)(
    'it was %s before - both workflows record that, as revoked',
    (outcome) => {
      const known = { decisions: aHistory(outcome), intent: ofRevocation(2), told: 1 };

      expect(needOf('rejected', known)).toEqual({ need: 'record', generation: 2, outcome: 'revoked' });
      expect(revocationNeedOf('rejected', known)).toEqual({ need: 'record', generation: 2 });
    },
  );

  it('nothing was decided before - the same', () => {
    const known = { decisions: [], intent: ofRevocation(1), told: 0 };

    expect(needOf('rejected', known)).toEqual({ need: 'record', generation: 1, outcome: 'revoked' });
  });

  it.each(['pending', 'available'] as const)('EC2 still shows it %s - nothing yet for admit-connection', (state) => {
    const known = { decisions: aHistory('accepted'), intent: ofRevocation(2), told: 1 };

    expect(needOf(state, known)).toEqual({ need: 'nothing' });
    expect(revocationNeedOf(state, known)).toEqual({ need: 'question', generation: 2 });
  });

  it('a request of which a rejection was meant - rejected, not revoked', () => {
    const known = { decisions: aHistory('held'), intent: anIntent({ verdict: 'reject', generation: 2 }), told: 1 };

    expect(needOf('rejected', known)).toMatchObject({ outcome: 'rejected' });
  });

  it('is recorded in the words that it was about to use, with who forced it', () => {
    const forced = { by: 'ada', reason: 'abuse' };
    const intent = anIntent({ verdict: 'reject', generation: 2, revocation: { ...SAID, code: 'forced', forced } });

    expect(planEnding('revoked', ENDPOINT_ID, intent)).toMatchObject({
      ...SAID,
      verdict: 'reject',
      code: 'forced',
      outcome: 'revoked',
      forced,
      placeOf: 'acme',
    });
  });
});

describe('maxRevocationsOf', () => {
  it.each([
    [undefined, 0, 1],
    [undefined, 9, 1],
    [undefined, 20, 2],
    [undefined, 5_000, 10],
    [{ maxRevocations: 2 }, 5_000, 2],
    [{ maxRevokedShare: 0.01 }, 50, 1],
    [{ maxRevocations: 9_999, maxRevokedShare: 1 }, 9_999, 1_000],
  ])('%o, %i live - %i', (service, live, max) => {
    expect(maxRevocationsOf(service, live)).toBe(max);
  });

  it('always one, never more than the number or the share, but for that one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 5_000 }),
        (maxRevocations, maxRevokedShare, live) => {
          const max = maxRevocationsOf({ maxRevocations, maxRevokedShare }, live);
          expect(max).toBeGreaterThanOrEqual(1);
          expect(max).toBeLessThanOrEqual(maxRevocations);
          expect(max === 1 || max <= live * maxRevokedShare).toBe(true);
        },
      ),
      RUNS,
    );
  });
});
