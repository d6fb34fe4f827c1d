import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../functions/domain/connection.ts';
import type { Revocation } from '../../functions/domain/decide-revocation.ts';
import { needOf, type Outcome } from '../../functions/domain/history.ts';
import { planEnding } from '../../functions/domain/plan.ts';
import { maxRevocationsOf, planRevocation, revocationNeedOf } from '../../functions/domain/plan-revocation.ts';
import { aCandidate, aHistory, anIntent, ENDPOINT_ID } from '../support/builders.ts';
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

it('a run that was about to cut it off died, and it is gone - told as gone, not as rejected', () => {
  expect(planEnding('gone', ENDPOINT_ID, ofRevocation(2))).toMatchObject({ verdict: 'none', code: 'endpoint-gone' });
  expect(planEnding('revoked', ENDPOINT_ID, anIntent({ verdict: 'reject' }))).toMatchObject({ verdict: 'none' });
});

describe('revocationNeedOf', () => {
  const told = (times: number) => ({ decisions: aHistory('held', 'accepted'), told: times });

  it.each<[state: ConnectionState | undefined, need: string, because: unknown]>([
    ['pending', 'question', undefined],
    ['available', 'question', undefined],
    ['pendingAcceptance', 'nothing', expect.stringMatching(/^it is not connected: it waits/)],
    ['rejected', 'nothing', expect.stringMatching(/^it is rejected already/)],
    ['deleted', 'nothing', expect.stringMatching(/^it is deleted already/)],
    [undefined, 'nothing', expect.stringMatching(/^EC2 does not list it/)],
    ['partial', 'nothing', expect.stringMatching(/^its state is partial, on which nobody acts/)],
    ['unknown', 'nothing', expect.stringMatching(/^its state is unknown/)],
  ])('%s - %s', (state, need, because) => {
    const needed = revocationNeedOf(state, told(2));

    expect(needed).toEqual(because === undefined ? { need, generation: 3 } : { need, because });
  });

  it.each(['available', 'rejected', undefined] as const)(
    'the last decision was not told, and it is %s - that comes first, of the last decision',
    (state) => {
      expect(revocationNeedOf(state, told(1))).toEqual({ need: 'telling', generation: 2 });
    },
  );

  it('nothing was ever decided - there is nothing to tell', () => {
    expect(revocationNeedOf('available', { decisions: [], told: 0 })).toEqual({
      need: 'question',
      generation: 1,
    });
  });
});

describe('planRevocation', () => {
  const REVOCATION: Revocation = { ...SAID, verdict: 'revoke', rules: [] };
  const by = (customerId: string | undefined, ...outcomes: readonly Outcome[]) =>
    aHistory(...outcomes).map((each) => ({ ...each, ...(customerId === undefined ? {} : { customerId }) }));
  const background = { decisions: [], candidates: [], force: undefined, max: 3 };
  const globex = aCandidate({ customerId: 'globex', places: { taken: 1, mine: true } });
  const initech = aCandidate({ customerId: 'initech', places: { taken: 1, mine: false } });

  it.each<[situation: string, changes: Partial<Parameters<typeof planRevocation>[1]>, placeOf: string | undefined]>([
    ['we let it in - that customer’s', { decisions: by('acme', 'accepted'), candidates: [globex] }, 'acme'],
    ['others let it in, and it was adopted - the same', { decisions: by('acme', 'adopted') }, 'acme'],
    [
      'it was let in, and is another’s by now',
      { decisions: by('acme', 'accepted', 'gone'), candidates: [globex] },
      'globex',
    ],
    [
      'it was rejected as acme - whoever has a place for it',
      { decisions: by('acme', 'rejected'), candidates: [initech, globex] },
      'globex',
    ],
    ['nobody has a place for it - nobody’s', { decisions: by('acme', 'overtaken'), candidates: [initech] }, undefined],
    ['nothing is known of it - nobody’s', {}, undefined],
  ])('%s', (_situation, changes, placeOf) => {
    const plan = planRevocation(REVOCATION, { ...background, ...changes });
    const { verdict: _revoke, ...said } = REVOCATION;
    const customer = placeOf === undefined ? {} : { placeOf, customerId: placeOf };

    expect(plan).toEqual({ ...said, verdict: 'reject', max: 3, ...customer });
  });

  it('the registry names another customer than the one who has the place - both are known', () => {
    const decisions = by('acme', 'accepted');

    expect(planRevocation({ ...REVOCATION, customerId: 'globex' }, { ...background, decisions })).toMatchObject({
      customerId: 'globex',
      placeOf: 'acme',
    });
  });

  it('a person forces it - no bound, and who it was', () => {
    const force = { by: 'ada', reason: 'abuse' };
    const plan = planRevocation(REVOCATION, { ...background, force });

    expect(plan).toMatchObject({ forced: force });
    expect(plan).not.toHaveProperty('max');
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
