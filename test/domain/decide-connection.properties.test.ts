import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CONNECTION_STATES } from '../../functions/domain/connection.ts';
import { decideConnection, decideWithoutPlace } from '../../functions/domain/decide-connection.ts';
import type { Answer, Mode } from '../../functions/domain/mode.ts';
import type { ApprovalKind, Customer, CustomerStatus, Entitlement, Reading } from '../../functions/domain/registry.ts';
import type { Candidate, Situation } from '../../functions/domain/situation.ts';
import {
  DEFAULT_VERDICTS,
  type Decision,
  DOUBTS,
  REASON_CODES,
  type RuleOutcome,
  type Verdict,
} from '../../functions/domain/verdict.ts';
import { absent, anApproval, found, SERVICE_ID, theModes, unreadable } from '../support/builders.ts';

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
      approval: usually<ApprovalKind>('automatic', 'manual', 'first-manual'),
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

const mode = usually<Mode>('enforce', 'propose', 'observe');
const modes: fc.Arbitrary<Situation['modes']> = fc.record({ accept: mode, reject: mode });
const approval: fc.Arbitrary<NonNullable<Situation['approval']>> = fc.record(
  {
    answer: usually<'approve' | 'deny'>('approve', 'deny'),
    generation: fc.integer({ min: 1, max: 3 }),
    by: anyText,
    reason: anyText,
    proposed: fc.constantFrom<Answer>('accept', 'reject'),
  },
  { requiredKeys: ['answer', 'generation', 'by', 'reason'] },
);

const parts = {
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
        holdDays: fc.integer({ min: 1, max: 30 }),
        verdicts: fc.dictionary(fc.constantFrom(...REASON_CODES), verdict, { noNullPrototype: true }),
      },
      { requiredKeys: ['serviceId'] },
    ),
  ),
  candidates,
  modes,
  approval,
  heldSince: fc.integer({ min: 0, max: 20 }).map((days) => new Date(Date.UTC(2026, 10, 23 - days)).toISOString()),
  now: instant,
};
/** Anything that may come before the one who decides. */
const situation: fc.Arbitrary<Situation> = fc.record(parts, {
  requiredKeys: ['connection', 'serviceRegion', 'service', 'candidates', 'modes', 'now'],
});
/** The same, where everything is acted on, nobody said anything, and no time is up: what the rules and the policy come to. */
const plainSituation: fc.Arbitrary<Situation> = situation.map(({ approval: _said, heldSince: _since, ...rest }) => ({
  ...rest,
  modes: theModes(),
}));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not occur
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const OPENING_OF: Readonly<Record<Verdict, RegExp>> = {
  accept: /^We accepted your endpoint .*: it becomes available within minutes; there is nothing for you to do\.$/,
  reject: /^We rejected your endpoint /,
  hold: /^Your endpoint .* is waiting: /,
};

/** The outcomes of the questions about the request; after them come what the mode allows, and whether the time is up. */
const askedOf = ({ rules }: Decision): readonly RuleOutcome[] =>
  rules.filter(({ rule }) => rule !== 'mode' && rule !== 'deadline');

const isReleased = ({ modes, approval }: Situation, effect: Answer): boolean =>
  modes[effect] === 'enforce' || (approval?.answer === 'approve' && approval.proposed === effect);

describe('decideConnection: in any situation', () => {
  it('accepts only if every rule was asked and passed, and the mode or a person says so', () => {
    const accepted = fc.sample(situation, 5000).filter((each) => {
      const { verdict, isObserved } = decideConnection(each);
      return verdict === 'accept' && !isObserved;
    });
    expect(accepted.length).toBeGreaterThan(100);
    expect(accepted.filter(({ modes }) => modes.accept === 'propose')).not.toHaveLength(0);

    fc.assert(
      fc.property(situation, (each) => {
        const decision = decideConnection(each);
        const { verdict, code, isObserved } = decision;
        const asked = askedOf(decision);
        const passedAll = asked.length === 9 && asked.every(({ passed }) => passed);
        expect(code === 'entitled' && !passedAll).toBe(false);
        expect(verdict === 'accept' && code !== 'entitled').toBe(false);
        expect(verdict === 'accept' && !isObserved && !isReleased(each, 'accept')).toBe(false);
      }),
    );
  });

  it('rejects only if the mode or a person says so', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { verdict, code, isObserved } = decideConnection(each);
        const isDenied = code === 'denied' && each.modes.reject === 'propose';
        expect(verdict === 'reject' && !isObserved && !isDenied && !isReleased(each, 'reject')).toBe(false);
      }),
    );
  });

  it('a denial rejects, unless rejections are only observed', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const decision = decideConnection({ ...each, approval: anApproval({ answer: 'deny' }) });
        expect(decision).toMatchObject({
          verdict: 'reject',
          code: 'denied',
          isObserved: each.modes.reject === 'observe',
        });
      }),
    );
  });

  it('only observes where the mode of what it came to says so, whatever a person said', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const observed = decideConnection({ ...each, modes: { accept: 'observe', reject: 'observe' } });
        expect(observed.isObserved).toBe(true);
        expect(decideConnection({ ...each, modes: theModes() }).isObserved).toBe(false);
      }),
    );
  });

  it('what it observes is what it would do if it acted', () => {
    fc.assert(
      fc.property(plainSituation, (each) => {
        const { verdict, code } = decideConnection({ ...each, modes: { accept: 'observe', reject: 'observe' } });
        expect(decideConnection(each)).toMatchObject({ verdict, code });
      }),
    );
  });

  it('names what an approval would do: decided again with it, it does that, unless another rule stands in the way', () => {
    const failedRule = (decision: Decision) => askedOf(decision).find(({ passed }) => !passed)?.rule;
    let released = 0;

    fc.assert(
      fc.property(situation, (each) => {
        const first = decideConnection(each);
        const { proposed } = first;
        fc.pre(proposed !== undefined);
        const second = decideConnection({ ...each, approval: { ...anApproval(), proposed } });
        const isDone = second.verdict === proposed && !second.isObserved;
        if (isDone) released += 1;
        expect(isDone || failedRule(second) !== failedRule(first)).toBe(true);
      }),
    );
    expect(released).toBeGreaterThan(200);
  });

  it('proposes and waits only where it holds; what it holds it waits for, up to its deadline', () => {
    fc.assert(
      fc.property(situation, (each) => {
        for (const decision of [decideConnection(each), decideWithoutPlace(each)]) {
          const { verdict, code, isObserved, proposed, hold } = decision;
          const isHeld = verdict === 'hold' && !isObserved;
          expect(proposed !== undefined && !isHeld).toBe(false);
          expect(hold !== undefined).toBe(isHeld && code !== 'hold-expired');
          expect(code === 'approval-needed' && isHeld && proposed === undefined).toBe(false);
          const secondsLeft = (Date.parse(hold?.until ?? each.now) - Date.parse(each.now)) / 1000;
          expect(hold === undefined || (hold.seconds >= 1 && hold.seconds <= Math.ceil(secondsLeft))).toBe(true);
          expect(secondsLeft).toBeLessThanOrEqual(30 * 86_400);
        }
      }),
    );
  });

  it('what it held, held until its deadline, is over then', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { hold } = decideConnection(each);
        fc.pre(hold !== undefined);
        const heldSince = each.heldSince ?? each.now;
        // The contract's dates may settle it until then; nothing holds it for longer.
        const later = decideConnection({ ...each, heldSince, now: hold.until });
        expect(later).not.toHaveProperty('hold');
      }),
    );
  });

  it('stops at the first rule that fails, whose code is the decision’s, unless a person or the deadline is', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const decision = decideConnection(each);
        const asked = askedOf(decision);
        const failed = asked.filter(({ passed }) => !passed);
        const last = asked.at(-1);
        expect(failed).toEqual(last?.passed === false ? [last] : []);
        expect([failed[0]?.code ?? 'entitled', 'approval-needed', 'hold-expired']).toContain(decision.code);
      }),
    );
  });

  it('names the endpoint and its account in one printable sentence with what to do, whatever people wrote', () => {
    fc.assert(
      fc.property(situation, (each) => {
        for (const { sentence, action } of [decideConnection(each), decideWithoutPlace(each)]) {
          expect(sentence).toContain(each.connection.endpointId);
          expect(sentence).toContain(each.connection.owner);
          expect(sentence).toMatch(/^[A-Z].*[^.]\.$/);
          expect(action).toMatch(/^[a-z].*[^.]$/);
          expect(sentence.endsWith(`; ${action}.`)).toBe(true);
          expect(sentence).not.toMatch(CONTROL);
          expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
          expect(sentence.length).toBeLessThan(400);
        }
      }),
    );
  });

  it('comes to the same, asked again at another time of day', () => {
    vi.useFakeTimers({ now: Date.UTC(2036, 1, 29) });
    try {
      fc.assert(
        fc.property(situation, (each) => {
          const before = structuredClone(each);
          vi.setSystemTime(0);
          const first = decideConnection(each);
          vi.setSystemTime(Date.UTC(2036, 1, 29));
          expect(decideConnection(before)).toEqual(first);
          expect(each).toEqual(before);
        }),
      );
    } finally {
      vi.useRealTimers();
    }
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
      fc.property(plainSituation, (each) => {
        const { code, verdict } = decideConnection(each);
        const wanted = each.service.kind === 'found' ? each.service.entry.verdicts?.[code] : undefined;
        const isAcceptedRefusal = code !== 'entitled' && wanted === 'accept';
        const isRejectedDoubt = DOUBTS.has(code) && wanted === 'reject';
        const allowed = isAcceptedRefusal || isRejectedDoubt ? undefined : wanted;
        expect(verdict).toBe(allowed ?? DEFAULT_VERDICTS[code]);
      }),
    );
  });

  it('rejects nobody on a doubt, whenever and whatever anybody said', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const decision = decideConnection(each);
        const isDoubtful = askedOf(decision).some(({ code }) => code !== undefined && DOUBTS.has(code));
        expect(isDoubtful && decision.verdict === 'reject').toBe(false);
      }),
    );
  });

  it('tells whoever is rejected what to do before the next try, and nobody else to create a new endpoint', () => {
    const rejected = fc.sample(situation, 300).filter((each) => decideConnection(each).verdict === 'reject');
    expect(rejected.length).toBeGreaterThan(10);

    fc.assert(
      fc.property(situation, (each) => {
        for (const { verdict, isObserved, sentence } of [decideConnection(each), decideWithoutPlace(each)]) {
          const told = isObserved ? 'hold' : verdict;
          expect(sentence.endsWith('create a new endpoint.')).toBe(told === 'reject');
          expect(sentence).toMatch(OPENING_OF[told]);
        }
      }),
    );
  });

  it('is not swayed by names, contacts and reasons, which people write', () => {
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

        const { approval } = each;
        const said = approval === undefined ? {} : { approval: { ...approval, by: text, reason: text } };
        expect({ ...decideConnection({ ...each, ...said }), rules: [] }).toEqual({
          ...decideConnection(each),
          rules: [],
        });
      }),
    );
  });
});

describe('decideWithoutPlace: in any situation', () => {
  it('never accepts, whatever the mode, and whatever a person said', () => {
    fc.assert(
      fc.property(situation, (each) => {
        expect(decideWithoutPlace(each).verdict).not.toBe('accept');
        expect(decideWithoutPlace(each).code).not.toBe('entitled');
        expect(decideWithoutPlace(each).proposed === 'accept' && decideConnection(each).verdict === 'accept').toBe(
          false,
        );
      }),
    );
  });

  it('says the same as with a place where the place was not what decided', () => {
    fc.assert(
      fc.property(plainSituation, (each) => {
        const usual = decideConnection(each);
        const without = decideWithoutPlace(each);
        const placeMattered = ['entitled', 'quota-reached', 'approval-needed'].includes(usual.code);
        expect(placeMattered || without.code === usual.code).toBe(true);
      }),
    );
  });
});
