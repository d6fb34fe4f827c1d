import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideConnection } from '../../functions/domain/decide-connection.ts';
import {
  decideRevocation,
  type Revocation,
  type RevocationCode,
  type RevocationSituation,
} from '../../functions/domain/decide-revocation.ts';
import { MODES, type Mode } from '../../functions/domain/mode.ts';
import type { ServiceEntry } from '../../functions/domain/registry.ts';
import { DOUBTS, REASON_CODES } from '../../functions/domain/verdict.ts';
import {
  absent,
  aCandidate,
  aConnection,
  aCustomer,
  aService,
  aSituation,
  ENDPOINT_ID,
  entitled,
  found,
  OWNER,
  SERVICE_ID,
  unreadable,
} from '../support/builders.ts';
import { anySituation, RUNS } from './arbitraries.ts';

const PAUSED = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'a migration', at: '2026-11-23T11:00:00Z' };
const FORCE = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'abuse' };
const SHRANK = 'the registry went from 90 entries to 3';
const ENDED = '2026-11-01T00:00:00Z';

/** A live connection of ours that every rule would let in, where the Concierge disconnects by itself. */
const alive = (changes: Partial<RevocationSituation> = {}): RevocationSituation => {
  const { modes: _ofTheDoor, ...asked } = aSituation({ connection: aConnection({ state: 'available' }) });
  return { ...asked, mode: 'enforce', isOurs: true, ...changes };
};

const suspended = aCandidate({ customer: found(aCustomer({ status: 'suspended' })) });
const other = aCandidate({ customerId: 'globex', customer: found(aCustomer({ customerId: 'globex' })) });
const UNKNOWN = alive({ candidates: [] });
const SUSPENDED = alive({ candidates: [suspended] });
const policy = (verdicts: ServiceEntry['verdicts']) => found(aService(verdicts));

describe('decideRevocation: every reason', () => {
  const table: readonly (readonly [string, RevocationCode, Revocation['verdict'], RevocationSituation])[] = [
    ['everything is in order', 'entitled', 'keep', alive()],
    ['the service has no entry', 'service-unregistered', 'keep', alive({ service: absent })],
    ['the service’s entry can’t be read', 'entry-unreadable', 'keep', alive({ service: unreadable() })],
    ['nobody has that account', 'requester-unknown', 'revoke', UNKNOWN],
    ['two customers share the account', 'requester-ambiguous', 'keep', alive({ candidates: [aCandidate(), other] })],
    ['the customer is missing', 'entry-unreadable', 'keep', alive({ candidates: [aCandidate({ customer: absent })] })],
    [
      'the entitlement is missing',
      'entry-unreadable',
      'keep',
      alive({ candidates: [aCandidate({ entitlement: absent })] }),
    ],
    ['the customer is suspended', 'customer-suspended', 'revoke', SUSPENDED],
    ['it is elsewhere', 'region-not-covered', 'keep', alive({ candidates: [entitled({ regions: ['eu-west-1'] })] })],
    [
      'the contract is to begin',
      'contract-not-begun',
      'keep',
      alive({ candidates: [entitled({ from: '2027-01-01T00:00:00Z' })] }),
    ],
    ['the contract ended', 'contract-ended', 'keep', alive({ candidates: [entitled({ until: ENDED })] })],
    [
      'the contract ended, and says so',
      'contract-ended',
      'keep',
      alive({ candidates: [entitled({ until: ENDED, whenEnded: 'keep' })] }),
    ],
    [
      'the contract ended, and with it what is connected',
      'contract-ended',
      'revoke',
      alive({ candidates: [entitled({ until: ENDED, whenEnded: 'revoke' })] }),
    ],
    [
      'the contract will end what is connected, and has not ended',
      'entitled',
      'keep',
      alive({ candidates: [entitled({ until: '2027-01-01T00:00:00Z', whenEnded: 'revoke' })] }),
    ],
    [
      'nobody is known, and that is not believed',
      'registry-frozen',
      'keep',
      alive({ candidates: [], distrust: SHRANK }),
    ],
    ['a person ends it', 'forced', 'revoke', alive({ force: FORCE })],
  ];

  it.each(table)('%s - %s, %s', (_situation, code, verdict, situation) => {
    expect(decideRevocation(situation)).toMatchObject({ code, verdict });
  });

  it('is there, but for those that nobody asks about again', () => {
    const neverAsked = ['approval-needed', 'quota-reached', 'denied', 'hold-expired', 'paused'];

    expect([...new Set([...table.map(([, code]) => code), ...neverAsked])].sort()).toEqual(
      [...REASON_CODES, 'forced'].sort(),
    );
  });

  it.each([
    ['a person approves every endpoint', entitled({ approval: 'manual' })],
    ['there are more than the contract allows', entitled({ maxEndpoints: 1 }, { taken: 9, mine: false })],
  ])('%s - kept: it is in already', (_situation, candidate) => {
    expect(decideRevocation(alive({ candidates: [candidate] }))).toMatchObject({ verdict: 'keep', code: 'entitled' });
  });
});

describe('decideRevocation: the policy of the service', () => {
  it('holds strangers at the door - a connected one is kept', () => {
    const service = policy({ 'requester-unknown': 'hold' });

    expect(decideRevocation({ ...UNKNOWN, service })).toMatchObject({ verdict: 'keep', code: 'requester-unknown' });
  });

  it('rejects who is elsewhere - a connected one is cut off', () => {
    const service = policy({ 'region-not-covered': 'reject' });
    const candidates = [entitled({ regions: ['eu-west-1'] })];

    expect(decideRevocation(alive({ service, candidates }))).toMatchObject({ verdict: 'revoke' });
  });

  it('takes no new connections - whoever is entitled stays', () => {
    expect(decideRevocation(alive({ service: policy({ entitled: 'reject' }) }))).toMatchObject({
      verdict: 'keep',
      code: 'entitled',
    });
  });

  it.each([undefined, 'keep'] as const)(
    'rejects whose contract ended, and the entitlement keeps what is connected (%s) - kept',
    (whenEnded) => {
      const ended = entitled({ until: ENDED, ...(whenEnded === undefined ? {} : { whenEnded }) });
      const service = policy({ 'contract-ended': 'reject' });

      expect(decideRevocation(alive({ service, candidates: [ended] }))).toMatchObject({ verdict: 'keep' });
    },
  );
});

describe('decideRevocation: what stands in the way', () => {
  it.each<[situation: string, changes: Partial<RevocationSituation>, rule: string, saw: string]>([
    ['a pause', { paused: PAUSED }, 'pause', `paused by ${PAUSED.by}: a migration`],
    [
      'a pause, also of who would force it',
      { paused: PAUSED, force: FORCE },
      'pause',
      `paused by ${PAUSED.by}: a migration`,
    ],
    ['a registry that is not believed, whatever its entries say', { distrust: SHRANK }, 'registry', SHRANK],
    ['somebody else made it', { isOurs: false }, 'ownership', 'neither accepted by us nor said to be ours'],
  ])('%s - kept, and says why', (_situation, changes, rule, saw) => {
    const { verdict, rules, sentence, action } = decideRevocation({ ...SUSPENDED, ...changes });

    expect(verdict).toBe('keep');
    expect(rules.at(-1)).toEqual({ rule, passed: false, saw });
    expect(action).toBe('there is nothing for you to do');
    expect(sentence).toBe(
      `Your endpoint ${ENDPOINT_ID} of account ${OWNER} stays connected; there is nothing for you to do.`,
    );
  });

  it.each<[changes: Partial<RevocationSituation>]>([
    [{ isOurs: false }],
    [{ distrust: SHRANK }],
    [{ mode: 'observe' }],
  ])('none of it where a person forces it: %o', (changes) => {
    expect(decideRevocation({ ...alive(), ...changes, force: FORCE })).toMatchObject({
      verdict: 'revoke',
      code: 'forced',
      rules: expect.arrayContaining([{ rule: 'force', passed: true, saw: `forced by ${FORCE.by}: ${FORCE.reason}` }]),
      sentence: `We disconnected your endpoint ${ENDPOINT_ID} of account ${OWNER}: a person here ended it; ask us why.`,
    });
  });
});

describe('decideRevocation: the mode', () => {
  it.each<[Mode, Revocation['verdict'], passed: boolean]>([
    ['enforce', 'revoke', true],
    ['propose', 'propose', false],
    ['observe', 'observe', false],
  ])('%s - %s', (mode, verdict, passed) => {
    const decision = decideRevocation({ ...SUSPENDED, mode });

    expect(decision.verdict).toBe(verdict);
    expect(decision.rules.at(-1)).toEqual({ rule: 'mode', passed, saw: `revoke: ${mode}` });
  });

  it.each(MODES)('%s - whoever is entitled is kept', (mode) => {
    expect(decideRevocation(alive({ mode })).verdict).toBe('keep');
  });
});

describe('decideRevocation: what it says', () => {
  it('the reason and what to do, and whose it is', () => {
    const { sentence, action, customerId } = decideRevocation(SUSPENDED);

    expect(sentence).toBe(
      `We disconnected your endpoint ${ENDPOINT_ID} of account ${OWNER}: your subscription is suspended; ${action}.`,
    );
    expect(action).toBe('contact us to activate it');
    expect(customerId).toBe('acme');
  });

  it('nobody’s name where nobody or several match', () => {
    expect(decideRevocation(UNKNOWN)).not.toHaveProperty('customerId');
    expect(decideRevocation(alive({ candidates: [aCandidate(), other] }))).not.toHaveProperty('customerId');
  });

  it('each rule that was asked, in order', () => {
    expect(decideRevocation(alive()).rules.map(({ rule, saw }) => `${rule}: ${saw}`)).toEqual([
      `service: ${SERVICE_ID} is registered`,
      'requester: acme by account',
      'entries: customer and entitlement are readable',
      'customer-status: active',
      'region: us-west-2',
      'contract: begun to no end',
      'entitled: every rule passed',
    ]);
  });
});

describe('decideRevocation: in any situation', () => {
  const anyLife = fc
    .record({
      situation: anySituation,
      mode: fc.constantFrom(...MODES),
      isOurs: fc.boolean(),
      isPaused: fc.boolean(),
      isForced: fc.boolean(),
      isFrozen: fc.boolean(),
    })
    .map(({ situation: { modes: _ofTheDoor, ...asked }, mode, isOurs, isPaused, isForced, isFrozen }) => ({
      ...asked,
      mode,
      isOurs,
      ...(isPaused ? { paused: PAUSED } : {}),
      ...(isForced ? { force: FORCE } : {}),
      ...(isFrozen ? { distrust: SHRANK } : {}),
    }));
  const actsOn = ({ verdict }: Revocation): boolean => verdict !== 'keep';

  it('cuts off some, and keeps some', () => {
    const verdicts = fc.sample(anyLife, RUNS).map((each) => decideRevocation(each).verdict);

    expect([...new Set(verdicts)].sort()).toEqual(['keep', 'observe', 'propose', 'revoke']);
  });

  it('never while paused', () => {
    fc.assert(
      fc.property(anyLife, (each) => {
        expect(actsOn(decideRevocation({ ...each, paused: PAUSED }))).toBe(false);
      }),
      RUNS,
    );
  });

  it('never what is not ours, nor on a doubt, nor while the registry is not believed, unless a person forces it', () => {
    fc.assert(
      fc.property(anyLife, (each) => {
        const { force: _nobody, ...unforced } = each;
        const decision = decideRevocation(unforced);
        const isDoubted = decision.rules.some(({ code }) => code !== undefined && DOUBTS.has(code));
        expect(actsOn(decision) && (!each.isOurs || isDoubted || each.distrust !== undefined)).toBe(false);
      }),
      RUNS,
    );
  });

  it('never whom the door would accept or hold, but for a contract that ends what is connected', () => {
    fc.assert(
      fc.property(anySituation, (each) => {
        const { modes: _ofTheDoor, ...asked } = each;
        const decision = decideRevocation({ ...asked, mode: 'enforce', isOurs: true });
        fc.pre(actsOn(decision));
        const isEnd = decision.code === 'contract-ended';
        const ends = each.candidates.some(({ entitlement }) => {
          return entitlement.kind === 'found' && entitlement.entry.whenEnded === 'revoke';
        });
        expect(isEnd ? ends : decideConnection(each).verdict === 'reject').toBe(true);
      }),
      RUNS,
    );
  });

  it('says one printable sentence that ends with what to do', () => {
    fc.assert(
      fc.property(anyLife, (each) => {
        const { sentence, action } = decideRevocation(each);
        expect(sentence).toMatch(/^(Your|We disconnected your) endpoint .*\.$/);
        expect(sentence.endsWith(`; ${action}.`)).toBe(true);
        expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
      }),
      RUNS,
    );
  });
});
