import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Situation } from '../../../functions/domain/situation.ts';
import { basisOf } from '../../../functions/registry/basis.ts';
import {
  absent,
  aCandidate,
  aCustomer,
  aService,
  aSituation,
  entitled,
  found,
  unreadable,
} from '../../support/builders.ts';

type Asked = Pick<Situation, 'service' | 'candidates' | 'distrust'>;

const USUAL: Asked = aSituation({ candidates: [entitled({ maxEndpoints: 3 })] });
const globex = aCandidate({ customerId: 'globex', customer: found(aCustomer({ customerId: 'globex' })) });
const taken = (count: number, mine = false): Asked => ({
  ...USUAL,
  candidates: [entitled({ maxEndpoints: 3 }, { taken: count, mine })],
});

describe('basisOf: the same', () => {
  it('is 16 hexadecimal digits', () => {
    expect(basisOf(USUAL, 0)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('whatever the order in which entries and their attributes are read', () => {
    const several = { ...USUAL, candidates: [aCandidate(), globex] };
    const entry = {
      approval: 'automatic',
      serviceId: 'vpce-svc-0123456789abcdef0',
      maxEndpoints: 3,
      customerId: 'acme',
    };

    expect(basisOf({ ...several, candidates: several.candidates.toReversed() }, 1)).toBe(basisOf(several, 1));
    expect(basisOf({ ...USUAL, candidates: [aCandidate({ entitlement: found(entry as never) })] }, 0)).toBe(
      basisOf(USUAL, 0),
    );
  });

  it('whoever has the account, where somebody claims the endpoint', () => {
    const claimed = { ...USUAL, candidates: [aCandidate({ matchedBy: 'endpoint' })] };

    expect(basisOf({ ...claimed, candidates: [...claimed.candidates, globex] }, 0)).toBe(basisOf(claimed, 0));
  });

  it('while others come and go within the limit, and whoever else’s places they are', () => {
    expect(basisOf(taken(1), 0)).toBe(basisOf(taken(2), 0));
    expect(basisOf(taken(3), 0)).toBe(basisOf(taken(9), 0));
    expect(basisOf(taken(0), 0)).toBe(basisOf(taken(1, true), 0));

    const busy = { ...globex, places: { taken: 7, mine: false } };
    expect(basisOf({ ...USUAL, candidates: [aCandidate(), busy] }, 0)).toBe(
      basisOf({ ...USUAL, candidates: [aCandidate(), globex] }, 0),
    );
  });

  it('believed or not, where there is an entry: it is only asked where there is none', () => {
    expect(basisOf({ ...USUAL, distrust: 'it shrank' }, 0)).toBe(basisOf(USUAL, 0));
  });

  it('why it is not believed does not matter', () => {
    const unknown = { ...USUAL, candidates: [] };

    expect(basisOf({ ...unknown, distrust: 'one' }, 0)).toBe(basisOf({ ...unknown, distrust: 'another' }, 0));
  });
});

describe('basisOf: another', () => {
  it.each<[what: string, Asked]>([
    ['a service with a policy', { ...USUAL, service: found(aService({ 'quota-reached': 'reject' })) }],
    ['no service', { ...USUAL, service: absent }],
    ['a service that can’t be read', { ...USUAL, service: unreadable() }],
    ['nobody', { ...USUAL, candidates: [] }],
    ['nobody, and that is not believed', { ...USUAL, candidates: [], distrust: 'it shrank' }],
    ['two customers', { ...USUAL, candidates: [aCandidate(), globex] }],
    ['the same by a claim', { ...USUAL, candidates: [{ ...entitled({ maxEndpoints: 3 }), matchedBy: 'endpoint' }] }],
    [
      'a suspended customer',
      {
        ...USUAL,
        candidates: [{ ...entitled({ maxEndpoints: 3 }), customer: found(aCustomer({ status: 'suspended' })) }],
      },
    ],
    ['an entitlement for more', { ...USUAL, candidates: [entitled({ maxEndpoints: 4 })] }],
    [
      'an entitlement that ends',
      { ...USUAL, candidates: [entitled({ maxEndpoints: 3, until: '2027-01-01T00:00:00Z' })] },
    ],
    ['an entitlement that is missing', { ...USUAL, candidates: [aCandidate({ entitlement: absent })] }],
    ['no place left', taken(3)],
    ['not the first', taken(1)],
  ])('%s', (_what, asked) => {
    expect(basisOf(asked, 0)).not.toBe(basisOf(USUAL, 0));
  });

  it('each command about modes or pauses', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (one, other) => {
        expect(basisOf(USUAL, one) === basisOf(USUAL, other)).toBe(one === other);
      }),
      { seed: 20_261_123, numRuns: 100 },
    );
  });
});
