import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES } from '../../functions/domain/connection.ts';
import { decideConnection, decideWithoutPlace } from '../../functions/domain/decide-connection.ts';
import type { Approval, Customer, CustomerStatus, Entitlement, Reading } from '../../functions/domain/registry.ts';
import type { Candidate, Situation } from '../../functions/domain/situation.ts';
import { DEFAULT_VERDICTS, DOUBTS, REASON_CODES, type Verdict } from '../../functions/domain/verdict.ts';
import { absent, found, SERVICE_ID, unreadable } from '../support/builders.ts';

// The same runs every time: a failure here is a failure everywhere.
fc.configureGlobal({ seed: 20_261_123, numRuns: 300 });

const CUSTOMERS = ['acme', 'globex', 'initech'];

const hex = fc.stringMatching(/^[0-9a-f]{17}$/);
/** Every situation is worth a look, but most should pass most rules: the usual value comes first and comes often. */
const usually = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });
const region = usually('us-west-2', 'eu-west-1', 'ap-south-1');
const verdict = fc.constantFrom<Verdict>('accept', 'reject', 'hold');
/** Instants around one day, so that the edges of contracts are hit, in the registry's form. */
const instant = fc
  .integer({ min: -3, max: 3 })
  .map((hours) => new Date(Date.UTC(2026, 10, 23, hours)).toISOString().replace('.000Z', 'Z'));
/** What people type into names, and what nobody should. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });

const reading = <T>(entry: fc.Arbitrary<T>): fc.Arbitrary<Reading<T>> =>
  fc.oneof(
    { weight: 14, arbitrary: entry.map((each): Reading<T> => found(each)) },
    { weight: 1, arbitrary: fc.constant<Reading<T>>(absent) },
    { weight: 1, arbitrary: anyText.map((problem): Reading<T> => unreadable(problem)) },
  );

const customer = (customerId: string): fc.Arbitrary<Customer> =>
  fc.record(
    {
      customerId: fc.constant(customerId),
      name: anyText,
      contact: anyText,
      status: usually<CustomerStatus>('active', 'suspended'),
    },
    { requiredKeys: ['customerId', 'name', 'status'] },
  );

const entitlement = (customerId: string): fc.Arbitrary<Entitlement> =>
  fc.record(
    {
      customerId: fc.constant(customerId),
      serviceId: fc.constant(SERVICE_ID),
      regions: fc.shuffledSubarray(['us-west-2', 'eu-west-1', 'ap-south-1'], { minLength: 1 }),
      maxEndpoints: fc.integer({ min: 1, max: 3 }),
      from: instant,
      until: instant,
      approval: usually<Approval>('automatic', 'manual', 'first-manual'),
    },
    { requiredKeys: ['customerId', 'serviceId', 'maxEndpoints', 'approval'] },
  );

const candidate = (customerId: string): fc.Arbitrary<Candidate> =>
  fc.record({
    customerId: fc.constant(customerId),
    matchedBy: fc.constantFrom('endpoint', 'account'),
    customer: reading(customer(customerId)),
    entitlement: reading(entitlement(customerId)),
    places: fc
      .record({ taken: fc.nat({ max: 4 }), mine: fc.boolean() })
      .map(({ taken, mine }) => ({ taken: mine ? Math.max(1, taken) : taken, mine })),
  });

const candidates: fc.Arbitrary<readonly Candidate[]> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 4, arbitrary: fc.constantFrom(...CUSTOMERS).map((customerId) => [customerId]) },
    { weight: 2, arbitrary: fc.shuffledSubarray(CUSTOMERS, { minLength: 2 }) },
  )
  .chain((customerIds) => fc.tuple(...customerIds.map(candidate)));

const situation: fc.Arbitrary<Situation> = fc.record({
  connection: fc.record({
    serviceId: fc.constant(SERVICE_ID),
    endpointId: hex.map((digits) => `vpce-${digits}`),
    owner: fc.stringMatching(/^\d{12}$/),
    region,
    state: fc.constantFrom(...CONNECTION_STATES, 'unknown' as const),
    dnsNames: fc.array(fc.domain(), { maxLength: 2 }),
  }),
  serviceRegion: region,
  service: reading(
    fc.record(
      {
        serviceId: fc.constant(SERVICE_ID),
        verdicts: fc.dictionary(fc.constantFrom(...REASON_CODES), verdict, { noNullPrototype: true }),
      },
      { requiredKeys: ['serviceId'] },
    ),
  ),
  candidates,
  now: instant,
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not occur
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const OPENING_OF: Readonly<Record<Verdict, RegExp>> = {
  accept: /^We accepted your endpoint .*: it becomes available within minutes; there is nothing for you to do\.$/,
  reject: /^We rejected your endpoint /,
  hold: /^Your endpoint .* is waiting: /,
};

describe('decideConnection: in any situation', () => {
  it('accepts only if every rule was asked and passed, and then for the one reason to accept', () => {
    const accepted = fc.sample(situation, 300).filter((each) => decideConnection(each).verdict === 'accept');
    expect(accepted.length).toBeGreaterThan(10);

    fc.assert(
      fc.property(situation, (each) => {
        const { verdict, code, rules } = decideConnection(each);
        const passedAll = rules.length === 8 && rules.every(({ passed }) => passed);
        expect(code === 'entitled').toBe(passedAll);
        expect(verdict === 'accept' && !passedAll).toBe(false);
      }),
    );
  });

  it('stops at the first rule that fails, whose code is the decision’s', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { code, rules } = decideConnection(each);
        const failed = rules.filter(({ passed }) => !passed);
        expect(failed).toEqual(code === 'entitled' ? [] : [rules.at(-1)]);
        expect(failed.map((rule) => rule.code)).toEqual(code === 'entitled' ? [] : [code]);
      }),
    );
  });

  it('names the endpoint and its account in one printable sentence, whatever people wrote in the registry', () => {
    fc.assert(
      fc.property(situation, (each) => {
        for (const { sentence } of [decideConnection(each), decideWithoutPlace(each)]) {
          expect(sentence).toContain(each.connection.endpointId);
          expect(sentence).toContain(each.connection.owner);
          expect(sentence).toMatch(/^[A-Z].*[^.]\.$/);
          expect(sentence).not.toMatch(CONTROL);
          expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
          expect(sentence.length).toBeLessThan(400);
        }
      }),
    );
  });

  it('comes to the same, asked again', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const before = structuredClone(each);
        expect(decideConnection(each)).toEqual(decideConnection(before));
        expect(each).toEqual(before);
      }),
    );
  });

  it('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const forwards = decideConnection(each);
        const backwards = decideConnection({ ...each, candidates: each.candidates.toReversed() });
        expect({ ...backwards, rules: [] }).toEqual({ ...forwards, rules: [] });
        expect(backwards.rules.map(({ rule, code }) => [rule, code])).toEqual(
          forwards.rules.map(({ rule, code }) => [rule, code]),
        );
      }),
    );
  });

  it('gives what the policy says, or the default verdict; a refusal accepts nobody and a doubt rejects nobody', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { code, verdict } = decideConnection(each);
        const wanted = each.service.kind === 'found' ? each.service.entry.verdicts?.[code] : undefined;
        const isAcceptedRefusal = code !== 'entitled' && wanted === 'accept';
        const isRejectedDoubt = DOUBTS.has(code) && wanted === 'reject';
        const allowed = isAcceptedRefusal || isRejectedDoubt ? undefined : wanted;
        expect(verdict).toBe(allowed ?? DEFAULT_VERDICTS[code]);
      }),
    );
  });

  it('tells whoever is rejected what to do before the next try, and nobody else to create a new endpoint', () => {
    const rejected = fc.sample(situation, 300).filter((each) => decideConnection(each).verdict === 'reject');
    expect(rejected.length).toBeGreaterThan(10);

    fc.assert(
      fc.property(situation, (each) => {
        for (const { verdict, sentence } of [decideConnection(each), decideWithoutPlace(each)]) {
          expect(sentence.endsWith('create a new endpoint.')).toBe(verdict === 'reject');
          expect(sentence).toMatch(OPENING_OF[verdict]);
        }
      }),
    );
  });

  it('is not swayed by names and contacts, which people write', () => {
    fc.assert(
      fc.property(situation, anyText, (each, text) => {
        const renamed = each.candidates.map(
          (one): Candidate => ({
            ...one,
            customer:
              one.customer.kind === 'found'
                ? found({ ...one.customer.entry, name: text, contact: text })
                : one.customer,
          }),
        );
        expect(decideConnection({ ...each, candidates: renamed })).toEqual(decideConnection(each));
      }),
    );
  });
});

describe('decideWithoutPlace: in any situation', () => {
  it('never accepts', () => {
    fc.assert(
      fc.property(situation, (each) => {
        expect(decideWithoutPlace(each).verdict).not.toBe('accept');
        expect(decideWithoutPlace(each).code).not.toBe('entitled');
      }),
    );
  });

  it('says the same as with a place where the place was not what decided', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const usual = decideConnection(each);
        const without = decideWithoutPlace(each);
        const placeMattered = ['entitled', 'quota-reached', 'approval-needed'].includes(usual.code);
        expect(placeMattered || without.code === usual.code).toBe(true);
      }),
    );
  });
});
