import { describe, expect, it } from 'vitest';
import { decideConnection, decideWithoutPlace } from '../../functions/domain/decide-connection.ts';
import type { Entitlement } from '../../functions/domain/registry.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import { DEFAULT_HOLD_DAYS, type ReasonCode, type Verdict } from '../../functions/domain/verdict.ts';
import {
  absent,
  aCandidate,
  aConnection,
  aCustomer,
  anApproval,
  anEntitlement,
  aService,
  aSituation,
  ENDPOINT_ID,
  entitled,
  found,
  NOW,
  OWNER,
  theModes,
  unreadable,
} from '../support/builders.ts';

const DAY_SECONDS = 86_400;
const FULL = aSituation({ candidates: [entitled({}, { taken: 2, mine: false })] });
const MANUAL = aSituation({ candidates: [entitled({ approval: 'manual' })] });
const globex = aCandidate({ customerId: 'globex', customer: found(aCustomer({ customerId: 'globex' })) });

/** So many seconds after now; ISO 8601 with milliseconds, as the ledger has it. */
const later = (seconds: number): string => new Date(Date.parse(NOW) + seconds * 1000).toISOString();
/** As the registry has it: without milliseconds. */
const dateAfter = (seconds: number): string => later(seconds).replace('.000Z', 'Z');

/** A hold that began exactly the default two weeks ago: its time is up. */
const OVERDUE = later(-DEFAULT_HOLD_DAYS * DAY_SECONDS);

describe('until when a request is held', () => {
  it.each<[situation: string, holdDays: number | undefined, heldSince: string | undefined, until: string]>([
    ['the entry does not say, first hold', undefined, undefined, later(14 * DAY_SECONDS)],
    ['the entry does not say, held for a day', undefined, later(-DAY_SECONDS), later(13 * DAY_SECONDS)],
    ['one day, first hold', 1, undefined, later(DAY_SECONDS)],
    ['one day, held for all of it but a second', 1, later(1 - DAY_SECONDS), later(1)],
    ['thirty days, held for twenty', 30, later(-20 * DAY_SECONDS), later(10 * DAY_SECONDS)],
  ])('%s - %s days since %s: %s', (_situation, holdDays, heldSince, until) => {
    const service = found(aService(undefined, holdDays === undefined ? {} : { holdDays }));
    const { hold, code } = decideConnection({ ...FULL, service, ...(heldSince === undefined ? {} : { heldSince }) });

    expect({ code, until: hold?.until }).toEqual({ code: 'quota-reached', until });
    expect(hold?.seconds).toBe((Date.parse(until) - Date.parse(NOW)) / 1000);
  });

  it.each([
    ['not registered', absent],
    ['unreadable', unreadable()],
  ])('the service is %s - two weeks', (_situation, service) => {
    expect(decideConnection(aSituation({ service })).hold?.until).toBe(later(14 * DAY_SECONDS));
  });

  it('an answer has no such time', () => {
    expect(decideConnection(aSituation())).not.toHaveProperty('hold');
    expect(decideConnection(aSituation({ candidates: [] }))).not.toHaveProperty('hold');
  });

  it('was held for long, and is in order now - accepted: the deadline is of holds only', () => {
    expect(decideConnection(aSituation({ heldSince: OVERDUE }))).toMatchObject({ verdict: 'accept', code: 'entitled' });
    expect(
      decideConnection({ ...MANUAL, heldSince: OVERDUE, approval: { ...anApproval(), proposed: 'accept' } }),
    ).toMatchObject({ verdict: 'accept' });
  });
});

describe('when a held request is looked at again by itself', () => {
  it.each<[situation: string, dates: Partial<Entitlement>, seconds: number]>([
    ['no dates', {}, 14 * DAY_SECONDS],
    ['the contract begins before the deadline', { from: dateAfter(3600) }, 3600],
    ['the contract begins after the deadline', { from: dateAfter(15 * DAY_SECONDS) }, 14 * DAY_SECONDS],
    ['the contract begins at the deadline', { from: dateAfter(14 * DAY_SECONDS) }, 14 * DAY_SECONDS],
    ['the contract began', { from: dateAfter(-3600) }, 14 * DAY_SECONDS],
    ['the contract begins and ends before the deadline', { from: dateAfter(60), until: dateAfter(120) }, 60],
    ['the contract began and ends before the deadline', { from: dateAfter(-60), until: dateAfter(120) }, 120],
    ['the contract ended', { until: dateAfter(-60) }, 14 * DAY_SECONDS],
    ['the contract ends this very second', { until: dateAfter(0) }, 14 * DAY_SECONDS],
    ['the contract ends in a second', { until: dateAfter(1) }, 1],
  ])('%s - %o, in %i seconds; the deadline stays', (_situation, dates, seconds) => {
    const situation = aSituation({ candidates: [entitled({ approval: 'manual', ...dates })] });

    expect(decideConnection(situation).hold).toEqual({ until: later(14 * DAY_SECONDS), seconds });
  });

  it.each([
    [1, 1],
    [999, 1],
    [1000, 1],
    [1001, 2],
  ])('the deadline is in %i ms - %i whole seconds: never a look too early', (milliseconds, seconds) => {
    const heldSince = new Date(Date.parse(OVERDUE) + milliseconds).toISOString();

    expect(decideConnection({ ...FULL, heldSince }).hold?.seconds).toBe(seconds);
  });

  it('several customers match - at the first of their dates', () => {
    const candidates = [
      entitled({ until: dateAfter(7200) }),
      { ...globex, entitlement: found(anEntitlement({ customerId: 'globex', from: dateAfter(3600) })) },
    ];

    expect(decideConnection(aSituation({ candidates }))).toMatchObject({
      code: 'requester-ambiguous',
      hold: { seconds: 3600 },
    });
  });

  it('only the claimant’s dates count where there is one', () => {
    const candidates = [
      entitled({ until: dateAfter(60) }),
      {
        ...globex,
        matchedBy: 'endpoint' as const,
        entitlement: found(anEntitlement({ customerId: 'globex', from: dateAfter(3600) })),
      },
    ];

    expect(decideConnection(aSituation({ candidates })).hold?.seconds).toBe(3600);
  });
});

describe('a hold whose time is up', () => {
  const endpoint = `endpoint ${ENDPOINT_ID} of account ${OWNER}`;
  const rejecting = found(aService({ 'hold-expired': 'reject' }));

  it.each<[situation: string, heldSince: string, code: ReasonCode]>([
    ['a millisecond before', new Date(Date.parse(OVERDUE) + 1).toISOString(), 'quota-reached'],
    ['a second before', later(1 - DEFAULT_HOLD_DAYS * DAY_SECONDS), 'quota-reached'],
    ['to the second', OVERDUE, 'hold-expired'],
    ['a second after', later(-1 - DEFAULT_HOLD_DAYS * DAY_SECONDS), 'hold-expired'],
  ])('%s (%s) - %s', (_situation, heldSince, code) => {
    const decision = decideConnection({ ...FULL, heldSince });

    expect(decision).toMatchObject({ verdict: 'hold', code });
    expect(decision.hold === undefined).toBe(code === 'hold-expired');
  });

  it('is left as it is, nobody waits for it any more, and the customer is told to call', () => {
    const decision = decideConnection({ ...FULL, heldSince: OVERDUE });

    expect(decision).toMatchObject({
      sentence: `Your ${endpoint} is waiting: it could not be settled in time; contact us.`,
      action: 'contact us',
    });
    expect(decision.rules.slice(-2)).toEqual([
      { rule: 'mode', passed: true, saw: 'accept: enforce' },
      { rule: 'deadline', passed: false, code: 'hold-expired', saw: `held since ${OVERDUE}` },
    ]);
    expect(decision.rules).toContainEqual(expect.objectContaining({ rule: 'quota', code: 'quota-reached' }));
  });

  it('waited for a person - an approval still releases it', () => {
    expect(decideConnection({ ...MANUAL, heldSince: OVERDUE })).toMatchObject({
      code: 'hold-expired',
      proposed: 'accept',
    });
  });

  it('is rejected where the policy says so, and proposes nothing', () => {
    const decision = decideConnection({ ...MANUAL, service: rejecting, heldSince: OVERDUE });

    expect(decision).toMatchObject({
      verdict: 'reject',
      code: 'hold-expired',
      sentence: `We rejected your ${endpoint}: it could not be settled in time; contact us, then create a new endpoint.`,
    });
    expect(decision).not.toHaveProperty('proposed');
    expect(decision).not.toHaveProperty('hold');
  });

  it('is not accepted, whatever the policy says', () => {
    const service = found(aService({ 'hold-expired': 'accept' }));

    expect(decideConnection({ ...MANUAL, service, heldSince: OVERDUE })).toMatchObject({
      verdict: 'hold',
      code: 'hold-expired',
    });
  });

  it.each<[situation: string, Partial<Situation>]>([
    ['two customers match', { candidates: [aCandidate(), globex] }],
    ['an entry is unreadable', { candidates: [aCandidate({ customer: unreadable() })] }],
    ['an entry is missing', { candidates: [aCandidate({ entitlement: absent })] }],
  ])('%s - not rejected, whatever the policy says: the lack is ours', (_situation, changes) => {
    const decision = decideConnection(aSituation({ ...changes, service: rejecting, heldSince: OVERDUE }));

    expect(decision).toMatchObject({ verdict: 'hold', code: 'hold-expired' });
    expect(decision).not.toHaveProperty('hold');
  });

  it.each<[modes: Situation['modes'], verdict: Verdict]>([
    [{ accept: 'enforce', reject: 'enforce' }, 'reject'],
    [{ accept: 'propose', reject: 'enforce' }, 'reject'],
    [{ accept: 'enforce', reject: 'propose' }, 'hold'],
    [{ accept: 'enforce', reject: 'observe' }, 'hold'],
  ])('%o, and the policy rejects - %s', (modes, verdict) => {
    expect(decideConnection({ ...FULL, modes, service: rejecting, heldSince: OVERDUE })).toMatchObject({
      verdict,
      code: 'hold-expired',
      isObserved: false,
    });
  });

  it('a proposal to reject that nobody answered - left as it is, and still a proposal', () => {
    const modes = theModes({ reject: 'propose' });

    expect(
      decideConnection(aSituation({ candidates: [], modes, service: rejecting, heldSince: OVERDUE })),
    ).toMatchObject({ verdict: 'hold', code: 'hold-expired', proposed: 'reject' });
  });

  it('is only observed - no deadline: nobody was told to wait', () => {
    const modes = theModes({ accept: 'observe' });

    expect(decideConnection({ ...FULL, modes, heldSince: OVERDUE })).toMatchObject({
      code: 'quota-reached',
      isObserved: true,
    });
  });

  it('the last place is lost at the deadline - expired too', () => {
    expect(decideWithoutPlace(aSituation({ heldSince: OVERDUE }))).toMatchObject({
      verdict: 'hold',
      code: 'hold-expired',
    });
  });

  it('the region is not covered, and the policy rejects what expires - rejected', () => {
    const situation = aSituation({ connection: aConnection({ region: 'eu-west-1' }), service: rejecting });

    expect(decideConnection({ ...situation, heldSince: OVERDUE }).verdict).toBe('reject');
  });
});
