import fc from 'fast-check';
import type { Customer, Entitlement, Reading, ServiceEntry } from '../../functions/domain/registry.ts';
import type { Candidate, Situation } from '../../functions/domain/situation.ts';
import { REASON_CODES, type Verdict } from '../../functions/domain/verdict.ts';
import {
  absent,
  aConnection,
  aCustomer,
  anEntitlement,
  aService,
  aSituation,
  found,
  theModes,
  unreadable,
} from '../support/builders.ts';

/** The same runs every time: a failure here is a failure everywhere. */
export const RUNS = { seed: 20_261_123, numRuns: 500 };

const reading = <T>(entry: fc.Arbitrary<T>): fc.Arbitrary<Reading<T>> =>
  fc.oneof(
    { weight: 12, arbitrary: entry.map((each): Reading<T> => found(each)) },
    { weight: 1, arbitrary: fc.constant<Reading<T>>(absent) },
    { weight: 1, arbitrary: fc.constant<Reading<T>>(unreadable()) },
  );

const policy: fc.Arbitrary<ServiceEntry> = fc
  .dictionary(fc.constantFrom(...REASON_CODES), fc.constantFrom<Verdict>('accept', 'reject', 'hold'), {
    noNullPrototype: true,
    maxKeys: 4,
  })
  .map((verdicts) => aService(verdicts));

const customer = (customerId: string): fc.Arbitrary<Customer> =>
  fc
    .constantFrom('active' as const, 'active' as const, 'suspended' as const)
    .map((status) => aCustomer({ customerId, status }));

const entitlement = (customerId: string): fc.Arbitrary<Entitlement> =>
  fc
    .record(
      {
        regions: fc.constantFrom(['us-west-2'], ['eu-west-1']),
        until: fc.constantFrom('2026-11-01T00:00:00Z', '2027-11-01T00:00:00Z'),
        whenEnded: fc.constantFrom('keep' as const, 'revoke' as const),
        approval: fc.constantFrom('automatic' as const, 'manual' as const),
      },
      { requiredKeys: [] },
    )
    .map((changes) => anEntitlement({ customerId, ...changes }));

const candidate = (customerId: string): fc.Arbitrary<Candidate> =>
  fc.record({
    customerId: fc.constant(customerId),
    matchedBy: fc.constantFrom('endpoint' as const, 'account' as const),
    customer: reading(customer(customerId)),
    entitlement: reading(entitlement(customerId)),
    places: fc.nat({ max: 3 }).map((taken) => ({ taken, mine: false })),
  });

/** Anything that may come before the one who decides, at one moment, where the Concierge acts by itself. */
export const anySituation: fc.Arbitrary<Situation> = fc
  .record({
    service: reading(policy),
    candidates: fc
      .constantFrom([], ['acme'], ['acme'], ['acme'], ['acme', 'globex'])
      .chain((ids) => fc.tuple(...ids.map(candidate))),
  })
  .map((parts) => aSituation({ ...parts, connection: aConnection(), modes: theModes() }));
