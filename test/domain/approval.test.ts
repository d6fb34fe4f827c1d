import { describe, expect, it } from 'vitest';
import { approvalOf, heldChain, type LastWord } from '../../functions/domain/approval.ts';
import { decideConnection } from '../../functions/domain/decide-connection.ts';
import type { Outcome, PastDecision } from '../../functions/domain/history.ts';
import { isApproved } from '../../functions/domain/rules.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import type { ReasonCode } from '../../functions/domain/verdict.ts';
import {
  aCandidate,
  aHeld,
  aHistory,
  anApproval,
  aService,
  aSituation,
  ENDPOINT_ID,
  entitled,
  found,
  OWNER,
  theModes,
  unreadable,
} from '../support/builders.ts';

const UNKNOWN = aSituation({ candidates: [] });
const MANUAL = aSituation({ candidates: [entitled({ approval: 'manual' })] });

const YES_TO_ACCEPT = { ...anApproval(), proposed: 'accept' } as const;
const YES_TO_REJECT = { ...anApproval(), proposed: 'reject' } as const;
const NO = anApproval({ answer: 'deny', reason: 'not a customer' });

describe('heldChain', () => {
  it.each<[history: Outcome[], generations: number[]]>([
    [[], []],
    [['held'], [1]],
    [
      ['held', 'held', 'held'],
      [1, 2, 3],
    ],
    [['observed', 'held'], [2]],
    [
      ['held', 'observed', 'held', 'held'],
      [3, 4],
    ],
    [['held', 'gone', 'held'], [3]],
    [['held', 'observed'], []],
    [['held', 'accepted'], []],
  ])('%o - held without a break since %o', (outcomes, generations) => {
    expect(heldChain(aHistory(...outcomes)).map(({ generation }) => generation)).toEqual(generations);
  });
});

describe('approvalOf: what a person said that still counts', () => {
  it.each<[situation: string, PastDecision[], generation: number | undefined]>([
    ['of the hold', [aHeld()], 1],
    [
      'of a hold before another one, for another reason',
      [aHeld(), aHeld({ generation: 2, code: 'quota-reached', proposed: undefined as never })],
      1,
    ],
    ['of a hold that proposed nothing', [aHeld({ proposed: undefined as never })], undefined],
    ['before it was observed', [...aHistory('held', 'observed')], undefined],
    ['before it was observed, and held again', [...aHistory('held', 'observed', 'held')], undefined],
    ['before it was gone, and listed after all', [...aHistory('held', 'gone', 'held')], undefined],
    ['of a decision that held nobody', [...aHistory('observed')], undefined],
    ['of nothing', [], undefined],
  ])('a yes %s - %o %s', (_situation, history, generation) => {
    expect(approvalOf(history, [anApproval()])?.generation).toBe(generation);
  });

  it.each<[situation: string, PastDecision[], generation: number | undefined]>([
    ['of the hold', [aHeld()], 1],
    ['of a hold that proposed nothing', [aHeld({ proposed: undefined as never })], 1],
    ['before it was observed', [...aHistory('held', 'observed')], 1],
    ['before it was observed, and held again', [...aHistory('held', 'observed', 'held')], 1],
    ['before it was gone, and listed after all', [...aHistory('held', 'gone', 'held')], undefined],
    ['of a decision that held nobody', [...aHistory('observed', 'held')], undefined],
    ['of nothing', [], undefined],
  ])('a no %s - %o %s', (_situation, history, generation) => {
    expect(approvalOf(history, [NO])?.generation).toBe(generation);
  });

  it('the last word counts, in whatever order they were read', () => {
    const history = aHistory('held', 'held');
    const later = anApproval({ answer: 'deny', generation: 2 });

    expect(approvalOf(history, [anApproval(), later])?.answer).toBe('deny');
    expect(approvalOf(history, [later, anApproval()])?.answer).toBe('deny');
  });

  it('a yes to nothing hides no yes to something', () => {
    const history = [aHeld(), aHeld({ generation: 2, code: 'quota-reached', proposed: undefined as never })];

    expect(approvalOf(history, [anApproval(), anApproval({ generation: 2 })])).toEqual(YES_TO_ACCEPT);
  });

  it('comes with what was proposed to that person, not with what was proposed later', () => {
    const history = [aHeld({ proposed: 'reject' }), aHeld({ generation: 2, proposed: 'accept' })];

    expect(approvalOf(history, [anApproval()])).toEqual(YES_TO_REJECT);
    expect(approvalOf(history, [anApproval({ generation: 2 })])).toEqual({ ...YES_TO_ACCEPT, generation: 2 });
  });

  it('is of another decision - nothing', () => {
    expect(approvalOf(aHistory('held'), [anApproval({ generation: 2 })])).toBeUndefined();
  });
});

describe('an approval releases what was proposed, and nothing else', () => {
  const ACCEPTED_IF_ASKED: Situation = { ...aSituation(), modes: theModes({ accept: 'propose' }) };
  const REJECTED_IF_ASKED: Situation = { ...UNKNOWN, modes: theModes({ reject: 'propose' }) };

  it.each<[situation: string, Situation, approval: Situation['approval'], verdict: string, proposed?: string]>([
    ['an acceptance, yes to it', ACCEPTED_IF_ASKED, YES_TO_ACCEPT, 'accept'],
    ['a rejection, yes to it', REJECTED_IF_ASKED, YES_TO_REJECT, 'reject'],
    ['a rejection now, yes to an acceptance', REJECTED_IF_ASKED, YES_TO_ACCEPT, 'hold', 'reject'],
    ['an acceptance now, yes to a rejection', ACCEPTED_IF_ASKED, YES_TO_REJECT, 'hold', 'accept'],
    ['an acceptance, yes to nothing', ACCEPTED_IF_ASKED, anApproval(), 'hold', 'accept'],
    ['a contract that asks for a person, yes to it', MANUAL, YES_TO_ACCEPT, 'accept'],
    ['a contract that asks for a person, yes to a rejection', MANUAL, YES_TO_REJECT, 'hold', 'accept'],
    [
      'a contract that asks for a person for the first, yes to it',
      aSituation({ candidates: [entitled({ approval: 'first-manual' })] }),
      YES_TO_ACCEPT,
      'accept',
    ],
  ])('%s - %o %o %s', (_situation, situation, approval, verdict, proposed) => {
    const decision = decideConnection({ ...situation, ...(approval === undefined ? {} : { approval }) });

    expect(decision).toMatchObject({ verdict, isObserved: false });
    expect(decision.proposed).toBe(proposed);
  });

  it.each<[ReasonCode, Partial<Situation>]>([
    ['quota-reached', { candidates: [entitled({ approval: 'manual', maxEndpoints: 1 }, { taken: 1, mine: false })] }],
    ['contract-ended', { candidates: [entitled({ approval: 'manual', until: '2026-11-23T12:00:00Z' })] }],
    ['requester-unknown', { candidates: [] }],
    ['entry-unreadable', { candidates: [aCandidate({ entitlement: unreadable() })] }],
  ])('%s - approved all the same, and no rule is skipped for it', (code, changes) => {
    expect(decideConnection(aSituation({ ...changes, approval: YES_TO_ACCEPT })).code).toBe(code);
  });

  it('is recorded with who said so and why', () => {
    const seen = (situation: Situation, name: string): string | undefined =>
      decideConnection(situation).rules.find(({ rule }) => rule === name)?.saw;
    const said = `approved by ${YES_TO_ACCEPT.by}: they called`;

    expect(seen({ ...MANUAL, approval: YES_TO_ACCEPT }, 'approval')).toBe(said);
    expect(seen({ ...ACCEPTED_IF_ASKED, approval: YES_TO_ACCEPT }, 'mode')).toBe(said);
  });

  it('a reason that would fill the log or colour it - shortened and made plain, and never told the customer', () => {
    const reason = `\u001b[31m<b>secret</b>${'x'.repeat(10_000)}`;
    const { rules, sentence } = decideConnection({ ...MANUAL, approval: { ...YES_TO_ACCEPT, reason } });
    const saw = rules.find(({ rule }) => rule === 'approval')?.saw ?? '';

    expect(saw).toContain(': \u00b7[31m<b>secret</b>');
    expect(saw).toHaveLength(500);
    expect(sentence).not.toContain('secret');
  });

  it('a policy rejects what needs an approval - a rejection that proposes nothing', () => {
    const service = found(aService({ 'approval-needed': 'reject' }));
    const decision = decideConnection({ ...MANUAL, service });

    expect(decision).toMatchObject({ verdict: 'reject', code: 'approval-needed' });
    expect(decision).not.toHaveProperty('proposed');
  });
});

describe('a person who says yes again and again', () => {
  /** What comes of a request under these circumstances, where every proposal is approved at once, up to the sixth. */
  const approvedEachTime = (changes: Partial<Situation>): string[] => {
    const history: PastDecision[] = [];
    const outcomes: string[] = [];
    while (outcomes.length < 6) {
      const generation = history.length + 1;
      const approval = approvalOf(
        history,
        history.map((each) => anApproval({ generation: each.generation })),
      );
      const { verdict, code, proposed } = decideConnection({ ...MANUAL, ...changes, ...(approval && { approval }) });
      outcomes.push(proposed === undefined ? verdict : `${verdict} to ${proposed}`);
      if (proposed === undefined) break;
      history.push({ generation, outcome: 'held', code, verdict, proposed });
    }
    return outcomes;
  };
  const full = [entitled({ approval: 'manual' }, { taken: 2, mine: false })];
  const asking: Situation['modes'] = { accept: 'propose', reject: 'propose' };

  it.each<[situation: string, Partial<Situation>, outcomes: string[]]>([
    ['to the customer', {}, ['hold to accept', 'accept']],
    ['to the customer, whom the mode asks about too', { modes: asking }, ['hold to accept', 'accept']],
    ['to the customer, and no place is free', { candidates: full }, ['hold to accept', 'hold']],
    [
      'to the customer, and then to the rejection for want of a place',
      { candidates: full, modes: asking, service: found(aService({ 'quota-reached': 'reject' })) },
      ['hold to accept', 'hold to reject', 'reject'],
    ],
    [
      'to the customer, and then to the rejection of everybody',
      { modes: asking, service: found(aService({ entitled: 'reject' })) },
      ['hold to accept', 'hold to reject', 'reject'],
    ],
  ])('%s - comes to an end', (_situation, changes, outcomes) => {
    expect(approvedEachTime(changes)).toEqual(outcomes);
  });

  it('a yes to a rejection is none to an acceptance that the mode asks about', () => {
    const approval = { ...YES_TO_REJECT, generation: 2, earlier: ['accept'] as const };

    expect(decideConnection({ ...MANUAL, modes: asking, approval })).toMatchObject({
      verdict: 'hold',
      proposed: 'accept',
    });
  });

  it('what was approved before is told from the last word, and a no from both', () => {
    const history = [aHeld(), aHeld({ generation: 2, proposed: 'reject' })];
    const second = anApproval({ generation: 2 });

    expect(approvalOf(history, [anApproval(), second])).toEqual({ ...second, proposed: 'reject', earlier: ['accept'] });
    expect(approvalOf(history, [NO, second])).toEqual({ ...second, proposed: 'reject' });
  });
});

describe('a denial', () => {
  const endpoint = `endpoint ${ENDPOINT_ID} of account ${OWNER}`;
  const REJECTED = `We rejected your ${endpoint}: a person here decided against it; ask us why, then create a new endpoint.`;

  it.each<[situation: string, Situation]>([
    ['everything else is in order', aSituation()],
    ['a contract asks for a person', MANUAL],
    ['nobody knows the requester', UNKNOWN],
    ['the service’s entry is unreadable', aSituation({ service: unreadable() })],
    ['the time is up', aSituation({ heldSince: '2026-01-01T00:00:00.000Z' })],
    ['a policy would hold whom a person denies', aSituation({ service: found(aService({ denied: 'hold' })) })],
    ['a policy would accept whom a person denies', aSituation({ service: found(aService({ denied: 'accept' })) })],
  ])('%s - rejected', (_situation, situation) => {
    const decision = decideConnection({ ...situation, approval: NO });

    expect(decision).toMatchObject({ verdict: 'reject', code: 'denied', isObserved: false, sentence: REJECTED });
    expect(decision).not.toHaveProperty('proposed');
    expect(decision).not.toHaveProperty('hold');
    expect(decision.rules).toEqual([
      { rule: 'denial', passed: false, code: 'denied', saw: `denied by ${NO.by}: not a customer` },
      { rule: 'mode', passed: true, saw: 'reject: enforce' },
    ]);
  });

  it.each<[asked: string, proposed: Situation['approval']]>([
    ['to accept', { ...NO, proposed: 'accept' }],
    ['to reject', { ...NO, proposed: 'reject' }],
    ['nothing', NO],
  ])('a person was asked %s, where rejections are proposed - rejected: nobody is asked again', (_asked, approval) => {
    const modes: Situation['modes'] = { accept: 'propose', reject: 'propose' };
    const decision = decideConnection(aSituation({ modes, ...(approval === undefined ? {} : { approval }) }));

    expect(decision).toMatchObject({ verdict: 'reject', code: 'denied', isObserved: false, sentence: REJECTED });
    expect(decision.rules.at(-1)).toEqual({
      rule: 'mode',
      passed: true,
      saw: `denied by ${NO.by}: not a customer`,
    });
  });

  it('rejections are only observed - recorded, not done; to the customer it waits', () => {
    const decision = decideConnection(aSituation({ modes: theModes({ reject: 'observe' }), approval: NO }));

    expect(decision).toMatchObject({ verdict: 'reject', code: 'denied', isObserved: true });
    expect(decision.sentence).toBe(
      `Your ${endpoint} is waiting: a person here answers it; there is nothing for you to do.`,
    );
  });

  it('rejections are only observed - it comes to the same again, and nobody is asked twice', () => {
    const history = [aHeld(), { generation: 2, outcome: 'observed', code: 'denied', verdict: 'reject' } as const];
    const approval = approvalOf(history, [NO]);

    expect(approval).toMatchObject({ answer: 'deny', generation: 1 });
    expect(
      decideConnection({ ...MANUAL, modes: theModes({ reject: 'observe' }), ...(approval && { approval }) }),
    ).toMatchObject({ verdict: 'reject', code: 'denied', isObserved: true });
  });
});

describe('isApproved', () => {
  const saying = (changes: Partial<LastWord>) => aSituation({ approval: { ...anApproval(), ...changes } });

  it.each<[said: string, changes: Partial<LastWord>, accept: boolean, reject: boolean]>([
    ['yes to an acceptance', { answer: 'approve', proposed: 'accept' }, true, false],
    ['yes to a rejection', { answer: 'approve', proposed: 'reject' }, false, true],
    ['no, whatever was proposed: an acceptance', { answer: 'deny', proposed: 'accept' }, false, true],
    ['no, and nothing was proposed', { answer: 'deny' }, false, true],
    ['yes, and nothing was proposed', { answer: 'approve' }, false, false],
  ])('%s', (_said, changes, accept, reject) => {
    expect([isApproved(saying(changes), 'accept'), isApproved(saying(changes), 'reject')]).toEqual([accept, reject]);
  });

  it('nobody said anything - neither', () => {
    expect([isApproved(aSituation(), 'accept'), isApproved(aSituation(), 'reject')]).toEqual([false, false]);
  });
});
