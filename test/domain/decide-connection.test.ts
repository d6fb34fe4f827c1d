import { describe, expect, it } from 'vitest';
import { decideConnection, decideWithoutPlace } from '../../functions/domain/decide-connection.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import {
  DEFAULT_VERDICTS,
  DOUBTS,
  REASON_CODES,
  type ReasonCode,
  type Verdict,
} from '../../functions/domain/verdict.ts';
import {
  absent,
  aCandidate,
  aConnection,
  aCustomer,
  anApproval,
  aService,
  aSituation,
  ENDPOINT_ID,
  entitled,
  found,
  OWNER,
  SERVICE_ID,
  unreadable,
} from '../support/builders.ts';

const suspended = aCandidate({ customer: found(aCustomer({ status: 'suspended' })) });
const other = aCandidate({ customerId: 'globex', customer: found(aCustomer({ customerId: 'globex' })) });
const full = entitled({ maxEndpoints: 2 }, { taken: 2, mine: false });

const at = (now: string, dates: { from?: string; until?: string }): Situation =>
  aSituation({ now, candidates: [entitled(dates)] });

describe('decideConnection: what a situation comes to', () => {
  it.each<[situation: string, outcome: ReasonCode, verdict: Verdict, Situation]>([
    ['everything is in order', 'entitled', 'accept', aSituation()],

    ['the service has no entry', 'service-unregistered', 'hold', aSituation({ service: absent })],
    ['the service’s entry is unreadable', 'entry-unreadable', 'hold', aSituation({ service: unreadable() })],

    ['nobody has that account', 'requester-unknown', 'reject', aSituation({ candidates: [] })],
    [
      'two customers share the account',
      'requester-ambiguous',
      'hold',
      aSituation({ candidates: [aCandidate(), other] }),
    ],
    [
      'two customers share the account, one claims the endpoint',
      'entitled',
      'accept',
      aSituation({ candidates: [aCandidate(), { ...other, matchedBy: 'endpoint' }] }),
    ],
    [
      'two customers claim the endpoint',
      'requester-ambiguous',
      'hold',
      aSituation({
        candidates: [{ ...other, matchedBy: 'endpoint' }, aCandidate({ matchedBy: 'endpoint' })],
      }),
    ],
    [
      'one claims the endpoint, and the account is nobody’s',
      'entitled',
      'accept',
      aSituation({ candidates: [aCandidate({ matchedBy: 'endpoint' })] }),
    ],
    [
      'the claim can’t be read, the account’s customer can',
      'entry-unreadable',
      'hold',
      aSituation({ candidates: [aCandidate(), { ...other, matchedBy: 'endpoint', customer: unreadable() }] }),
    ],
    [
      'the claimant is suspended, the account’s customer is not',
      'customer-suspended',
      'reject',
      aSituation({ candidates: [other, { ...suspended, matchedBy: 'endpoint' }] }),
    ],

    [
      'the customer’s entry is unreadable',
      'entry-unreadable',
      'hold',
      aSituation({ candidates: [aCandidate({ customer: unreadable() })] }),
    ],
    [
      'the customer’s entry is missing',
      'entry-unreadable',
      'hold',
      aSituation({ candidates: [aCandidate({ customer: absent })] }),
    ],
    [
      'the entitlement is unreadable',
      'entry-unreadable',
      'hold',
      aSituation({ candidates: [aCandidate({ entitlement: unreadable() })] }),
    ],
    [
      'the entitlement is missing',
      'entry-unreadable',
      'hold',
      aSituation({ candidates: [aCandidate({ entitlement: absent })] }),
    ],

    ['the customer is suspended', 'customer-suspended', 'reject', aSituation({ candidates: [suspended] })],

    [
      'no regions are named and the endpoint is elsewhere',
      'region-not-covered',
      'hold',
      aSituation({ connection: aConnection({ region: 'eu-west-1' }) }),
    ],
    [
      'the endpoint’s region is named',
      'entitled',
      'accept',
      aSituation({
        connection: aConnection({ region: 'eu-west-1' }),
        candidates: [entitled({ regions: ['us-west-2', 'eu-west-1'] })],
      }),
    ],
    [
      'regions are named and the home region is none of them',
      'region-not-covered',
      'hold',
      aSituation({ candidates: [entitled({ regions: ['eu-west-1'] })] }),
    ],

    [
      'no regions are named and the endpoint is in the service’s own, wherever that is',
      'entitled',
      'accept',
      aSituation({ serviceRegion: 'eu-west-1', connection: aConnection({ region: 'eu-west-1' }) }),
    ],
    [
      'the endpoint is in the home region of another service',
      'region-not-covered',
      'hold',
      aSituation({ serviceRegion: 'eu-west-1' }),
    ],

    [
      'a second before the contract begins',
      'contract-not-begun',
      'hold',
      at('2026-11-30T23:59:59Z', { from: '2026-12-01T00:00:00Z' }),
    ],
    ['the contract’s first second', 'entitled', 'accept', at('2026-12-01T00:00:00Z', { from: '2026-12-01T00:00:00Z' })],
    ['the contract’s last second', 'entitled', 'accept', at('2026-11-30T23:59:59Z', { until: '2026-12-01T00:00:00Z' })],
    [
      'the first second after the contract',
      'contract-ended',
      'hold',
      at('2026-12-01T00:00:00Z', { until: '2026-12-01T00:00:00Z' }),
    ],

    [
      'a person approves every endpoint',
      'approval-needed',
      'hold',
      aSituation({ candidates: [entitled({ approval: 'manual' }, { taken: 1, mine: false })] }),
    ],
    [
      'a person approves the first, and it is the first',
      'approval-needed',
      'hold',
      aSituation({ candidates: [entitled({ approval: 'first-manual' })] }),
    ],
    [
      'a person approves the first, and it is the first although it has its place',
      'approval-needed',
      'hold',
      aSituation({ candidates: [entitled({ approval: 'first-manual' }, { taken: 1, mine: true })] }),
    ],
    [
      'a person approves the first, and it is the second',
      'entitled',
      'accept',
      aSituation({ candidates: [entitled({ approval: 'first-manual' }, { taken: 1, mine: false })] }),
    ],
    [
      'a person approves the first, and it is the second with its place',
      'entitled',
      'accept',
      aSituation({ candidates: [entitled({ approval: 'first-manual' }, { taken: 2, mine: true })] }),
    ],

    [
      'a person approves every endpoint, and it is one of many with its place',
      'approval-needed',
      'hold',
      aSituation({ candidates: [entitled({ approval: 'manual' }, { taken: 2, mine: true })] }),
    ],

    [
      'the last place is free',
      'entitled',
      'accept',
      aSituation({ candidates: [entitled({}, { taken: 1, mine: false })] }),
    ],
    ['no place is free', 'quota-reached', 'hold', aSituation({ candidates: [full] })],
    [
      'no place is free, but one is this endpoint’s',
      'entitled',
      'accept',
      aSituation({ candidates: [entitled({}, { taken: 2, mine: true })] }),
    ],
    [
      'the contract shrank below what is in use, and this endpoint has a place',
      'entitled',
      'accept',
      aSituation({ candidates: [entitled({ maxEndpoints: 1 }, { taken: 3, mine: true })] }),
    ],
  ])('%s - %s, %s', (_situation, code, verdict, situation) => {
    expect(decideConnection(situation)).toMatchObject({ code, verdict });
  });
});

describe('decideConnection: the order of the rules', () => {
  const everythingIsWrong = aSituation({
    now: '2027-01-01T00:00:00Z',
    connection: aConnection({ region: 'eu-west-1' }),
    candidates: [
      aCandidate({
        customer: found(aCustomer({ status: 'suspended' })),
        entitlement: entitled({ until: '2026-12-01T00:00:00Z', approval: 'manual' }).entitlement,
        places: { taken: 2, mine: false },
      }),
    ],
  });

  it('stops at the first that fails, says what each before it saw, and what the mode allows', () => {
    expect(decideConnection(everythingIsWrong).rules).toEqual([
      { rule: 'denial', passed: true, saw: 'nobody denied it' },
      { rule: 'service', passed: true, saw: `${SERVICE_ID} is registered` },
      { rule: 'requester', passed: true, saw: 'acme by account' },
      { rule: 'entries', passed: true, saw: 'customer and entitlement are readable' },
      { rule: 'customer-status', passed: false, code: 'customer-suspended', saw: 'suspended' },
      { rule: 'mode', passed: true, saw: 'reject: enforce' },
    ]);
  });

  it('asks all nine before it accepts, and the mode', () => {
    const { rules } = decideConnection(
      aSituation({ candidates: [entitled({ from: '2026-01-01T00:00:00Z' }, { taken: 2, mine: true })] }),
    );

    expect(rules.map(({ rule, saw }) => `${rule}: ${saw}`)).toEqual([
      'denial: nobody denied it',
      `service: ${SERVICE_ID} is registered`,
      'requester: acme by account',
      'entries: customer and entitlement are readable',
      'customer-status: active',
      'region: us-west-2',
      'contract: 2026-01-01T00:00:00Z to no end',
      'approval: automatic',
      'quota: 2 of 2 in use, one of them by this endpoint',
      'mode: accept: enforce',
    ]);
  });

  it('names the customer where exactly one matches, and nobody where it is doubtful', () => {
    expect(decideConnection(aSituation({ candidates: [suspended] })).customerId).toBe('acme');
    expect(decideConnection(aSituation({ candidates: [] }))).not.toHaveProperty('customerId');
    expect(decideConnection(aSituation({ candidates: [aCandidate(), other] }))).not.toHaveProperty('customerId');
  });
});

describe('decideConnection: the sentence to the customer', () => {
  const endpoint = `endpoint ${ENDPOINT_ID} of account ${OWNER}`;

  it.each<[situation: string, Situation, sentence: string]>([
    [
      'accepted',
      aSituation(),
      `We accepted your ${endpoint}: it becomes available within minutes; there is nothing for you to do.`,
    ],
    [
      'unknown',
      aSituation({ candidates: [] }),
      `We rejected your ${endpoint}: this account is not registered for ${SERVICE_ID}; ask us to register it, then create a new endpoint.`,
    ],
    [
      'suspended',
      aSituation({ candidates: [suspended] }),
      `We rejected your ${endpoint}: your subscription is suspended; contact us to activate it, then create a new endpoint.`,
    ],
    [
      'ambiguous',
      aSituation({ candidates: [aCandidate(), other] }),
      `Your ${endpoint} is waiting: the account serves several customers of ours; tell us for which of them the endpoint is.`,
    ],
    [
      'elsewhere',
      aSituation({ connection: aConnection({ region: 'eu-west-1' }) }),
      `Your ${endpoint} is waiting: it is in eu-west-1, and your contract covers us-west-2; create it there, or ask us to add the region.`,
    ],
    [
      'over the quota',
      aSituation({ candidates: [full] }),
      `Your ${endpoint} is waiting: all 2 endpoints of your contract are in use; delete one that you no longer need, or ask us for more.`,
    ],
    [
      'ours to repair: the reason is not spelled out',
      aSituation({ service: unreadable('verdicts: received "x"') }),
      `Your ${endpoint} is waiting: we are still setting up ${SERVICE_ID}; there is nothing for you to do.`,
    ],
    [
      'too early',
      at('2026-11-30T23:59:59Z', { from: '2026-12-01T00:00:00Z' }),
      `Your ${endpoint} is waiting: your contract begins on 2026-12-01T00:00:00Z; there is nothing for you to do.`,
    ],
    [
      'up to a person',
      aSituation({ candidates: [entitled({ approval: 'manual' })] }),
      `Your ${endpoint} is waiting: a person here has to approve it; there is nothing for you to do.`,
    ],
    [
      'an entry that nobody can read',
      aSituation({ candidates: [aCandidate({ customer: unreadable() })] }),
      `Your ${endpoint} is waiting: we are correcting our records; there is nothing for you to do.`,
    ],
    [
      'entitled, and the policy holds all the same',
      aSituation({ service: found(aService({ entitled: 'hold' })) }),
      `Your ${endpoint} is waiting: we take no new connections at present; there is nothing for you to do.`,
    ],
    [
      'entitled, and the policy rejects all the same',
      aSituation({ service: found(aService({ entitled: 'reject' })) }),
      `We rejected your ${endpoint}: we take no new connections at present; ask us before you create a new endpoint.`,
    ],
    [
      'unknown, and the policy holds',
      aSituation({ candidates: [], service: found(aService({ 'requester-unknown': 'hold' })) }),
      `Your ${endpoint} is waiting: this account is not registered for ${SERVICE_ID}; ask us to register it.`,
    ],
    [
      'up to a person, and the policy rejects',
      aSituation({
        candidates: [entitled({ approval: 'manual' })],
        service: found(aService({ 'approval-needed': 'reject' })),
      }),
      `We rejected your ${endpoint}: a person here has to approve it; ask us before you create a new endpoint.`,
    ],
    [
      'over the quota, and the policy rejects',
      aSituation({ candidates: [full], service: found(aService({ 'quota-reached': 'reject' })) }),
      `We rejected your ${endpoint}: all 2 endpoints of your contract are in use; delete one that you no longer need, or ask us for more, then create a new endpoint.`,
    ],
  ])('%s', (_situation, situation, sentence) => {
    expect(decideConnection(situation).sentence).toBe(sentence);
  });
});

/** One situation for each reason, with a readable service wherever the reason allows one. */
const SITUATION_OF: Readonly<Record<Exclude<ReasonCode, 'service-unregistered'>, Situation>> = {
  entitled: aSituation(),
  'requester-unknown': aSituation({ candidates: [] }),
  'requester-ambiguous': aSituation({ candidates: [aCandidate(), other] }),
  'entry-unreadable': aSituation({ candidates: [aCandidate({ customer: unreadable() })] }),
  'customer-suspended': aSituation({ candidates: [suspended] }),
  'region-not-covered': aSituation({ connection: aConnection({ region: 'eu-west-1' }) }),
  'contract-not-begun': at('2026-11-30T23:59:59Z', { from: '2026-12-01T00:00:00Z' }),
  'contract-ended': at('2026-12-01T00:00:00Z', { until: '2026-12-01T00:00:00Z' }),
  'approval-needed': aSituation({ candidates: [entitled({ approval: 'manual' })] }),
  'quota-reached': aSituation({ candidates: [full] }),
  denied: aSituation({ approval: anApproval({ answer: 'deny' }) }),
  'hold-expired': aSituation({ candidates: [full], heldSince: '2026-11-09T12:00:00.000Z' }),
  'registry-frozen': aSituation({ candidates: [], distrust: 'the registry went from 90 entries to 3' }),
  paused: aSituation({
    paused: { by: 'arn:aws:iam::123456789012:user/ada', reason: 'a migration', at: '2026-11-23T11:00:00Z' },
  }),
};

describe('decideConnection: every reason', () => {
  const everyReason: readonly (readonly [ReasonCode, Situation])[] = [
    ...(Object.entries(SITUATION_OF) as [ReasonCode, Situation][]),
    ['service-unregistered', aSituation({ service: absent })],
  ];

  it('is there', () => {
    expect(everyReason.map(([code]) => code).sort()).toEqual([...REASON_CODES].sort());
  });

  it.each(everyReason)('%s - is reached, has its default verdict, and ends with what to do', (code, situation) => {
    const decision = decideConnection(situation);

    expect(decision).toMatchObject({ code, verdict: DEFAULT_VERDICTS[code] });
    expect(decision.action).not.toBe('');
    expect(decision.sentence.endsWith(`; ${decision.action}.`)).toBe(true);
  });

  it.each<[situation: string, name: string]>([
    ['control characters', '\u001b[31mAcme\u0007\r\n\u202e'],
    ['HTML', '<img src=x onerror=alert(1)>"\'&amp;'],
    ['10 KB', 'Acme '.repeat(2_048)],
    ['a sentence of ours', 'We accepted your endpoint; there is nothing for you to do.'],
  ])('a customer’s name and contact are %s - told in no sentence, and nothing is decided otherwise', (_what, name) => {
    for (const [, situation] of everyReason) {
      const candidates = situation.candidates.map((one) => ({
        ...one,
        customer: one.customer.kind === 'found' ? found({ ...one.customer.entry, name, contact: name }) : one.customer,
      }));
      const decision = decideConnection({ ...situation, candidates });

      expect(decision).toEqual(decideConnection(situation));
      expect(JSON.stringify(decision)).not.toContain(JSON.stringify(name).slice(1, -1));
    }
  });
});

describe('decideConnection: the policy of a service', () => {
  const refusals = Object.entries(SITUATION_OF).filter(([code]) => code !== 'entitled') as [ReasonCode, Situation][];
  /** A person's word is no policy's to change. */
  const ofPolicy = refusals.filter(([code]) => code !== 'denied');

  it('has a default for every reason', () => {
    expect(Object.keys(DEFAULT_VERDICTS)).toEqual([...REASON_CODES]);
    expect(Object.keys(SITUATION_OF).sort()).toEqual(
      REASON_CODES.filter((code) => code !== 'service-unregistered').sort(),
    );
  });

  it.each(refusals)('%s - a policy that says accept accepts nobody', (code, situation) => {
    const decision = decideConnection({ ...situation, service: found(aService({ [code]: 'accept' })) });

    expect(decision).toMatchObject({ code, verdict: DEFAULT_VERDICTS[code] });
  });

  it.each(ofPolicy)('%s - a policy may hold it', (code, situation) => {
    expect(decideConnection({ ...situation, service: found(aService({ [code]: 'hold' })) })).toMatchObject({
      code,
      verdict: 'hold',
    });
  });

  it.each(ofPolicy.filter(([code]) => !DOUBTS.has(code)))('%s - a policy may reject it', (code, situation) => {
    const decision = decideConnection({ ...situation, service: found(aService({ [code]: 'reject' })) });

    expect(decision).toMatchObject({ code, verdict: 'reject' });
    expect(decision.sentence).toMatch(/^We rejected your endpoint .*create a new endpoint\.$/);
  });

  it.each(refusals.filter(([code]) => DOUBTS.has(code)))(
    '%s - a policy that says reject rejects nobody: the lack is ours',
    (code, situation) => {
      const decision = decideConnection({ ...situation, service: found(aService({ [code]: 'reject' })) });

      expect(decision).toMatchObject({ code, verdict: 'hold' });
      expect(decision.sentence).toMatch(/^Your endpoint .* is waiting: /);
    },
  );

  it('doubts are held by default, each of them', () => {
    const doubts = ['entry-unreadable', 'paused', 'registry-frozen', 'requester-ambiguous', 'service-unregistered'];

    expect([...DOUBTS].sort()).toEqual(doubts);
    expect([...DOUBTS].map((code) => DEFAULT_VERDICTS[code])).toEqual(doubts.map(() => 'hold'));
  });

  it('says nothing about other reasons', () => {
    const service = found(aService({ 'quota-reached': 'reject' }));

    expect(decideConnection(aSituation({ service })).verdict).toBe('accept');
    expect(decideConnection(aSituation({ service, candidates: [] })).verdict).toBe('reject');
  });
});

describe('decideWithoutPlace: what holds when the last place went to another', () => {
  it.each<[situation: string, outcome: ReasonCode, verdict: Verdict, Situation]>([
    ['it would have been accepted', 'quota-reached', 'hold', aSituation()],
    [
      'it would have been accepted, and the policy rejects at the quota',
      'quota-reached',
      'reject',
      aSituation({ service: found(aService({ 'quota-reached': 'reject' })) }),
    ],
    [
      'it was thought to have a place, and has none',
      'quota-reached',
      'hold',
      aSituation({ candidates: [entitled({}, { taken: 1, mine: true })] }),
    ],
    [
      'a person approved the first, and it was the second',
      'quota-reached',
      'hold',
      aSituation({ candidates: [entitled({ approval: 'first-manual' }, { taken: 1, mine: false })] }),
    ],
    ['it would have been rejected', 'customer-suspended', 'reject', aSituation({ candidates: [suspended] })],
    ['nobody knew it', 'requester-unknown', 'reject', aSituation({ candidates: [] })],
  ])('%s - %s, %s', (_situation, code, verdict, situation) => {
    expect(decideWithoutPlace(situation)).toMatchObject({ code, verdict });
  });
});
