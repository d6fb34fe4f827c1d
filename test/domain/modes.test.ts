import { describe, expect, it } from 'vitest';
import { decideConnection } from '../../functions/domain/decide-connection.ts';
import {
  EFFECTS,
  type Effect,
  MODES,
  type Mode,
  type Modes,
  modesInForce,
  NO_MODES_SET,
  withPauseOfAll,
} from '../../functions/domain/mode.ts';
import { planRequest } from '../../functions/domain/plan.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import type { Verdict } from '../../functions/domain/verdict.ts';
import {
  aCandidate,
  aCustomer,
  anApproval,
  aService,
  aSituation,
  ENDPOINT_ID,
  entitled,
  found,
  OWNER,
  theModes,
} from '../support/builders.ts';

const ACCEPTED = aSituation();
const UNKNOWN = aSituation({ candidates: [] });
const FULL = aSituation({ candidates: [entitled({}, { taken: 2, mine: false })] });
const MANUAL = aSituation({ candidates: [entitled({ approval: 'manual' })] });
const SUSPENDED = aSituation({ candidates: [aCandidate({ customer: found(aCustomer({ status: 'suspended' })) })] });

/** The situation under these modes; what is not named is enforced. */
const under = (modes: Partial<Modes>, situation: Situation): Situation => ({ ...situation, modes: theModes(modes) });

/** The same mode for every effect. */
const everywhere = (mode: Mode) => Object.fromEntries(EFFECTS.map((effect) => [effect, mode]));

const waits = `Your endpoint ${ENDPOINT_ID} of account ${OWNER} is waiting: `;

describe('modesInForce: what nobody set', () => {
  it.each<[origin: string, service: Parameters<typeof modesInForce>[1], mode: Mode]>([
    ['made for the Concierge', { origin: 'created' }, 'enforce'],
    ['there before', { origin: 'imported' }, 'observe'],
    ['of unknown origin', {}, 'observe'],
    ['not registered, or unreadable', undefined, 'propose'],
  ])('the service is %s - %o, %s', (_origin, service, mode) => {
    expect(modesInForce({ modes: {}, version: 0 }, service)).toEqual(everywhere(mode));
  });

  it.each(EFFECTS.flatMap((effect) => MODES.map((mode) => [effect, mode] as const)))(
    '%s was set to %s - that, wherever the service comes from; the others are as they began',
    (effect, mode) => {
      const modesSet = { modes: { [effect]: mode }, version: 3 };

      expect(modesInForce(modesSet, { origin: 'created' })).toEqual({ ...everywhere('enforce'), [effect]: mode });
      expect(modesInForce(modesSet, {})).toEqual({ ...everywhere('observe'), [effect]: mode });
      expect(modesInForce(modesSet, undefined)).toEqual({ ...everywhere('propose'), [effect]: mode });
    },
  );
});

describe('withPauseOfAll', () => {
  const PAUSE = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'migration', at: '2026-11-23T00:00:00Z' };

  it('a pause of everything pauses each service, under its own modes', () => {
    const service = { modes: { accept: 'propose' }, version: 2 } as const;

    expect(withPauseOfAll(service, { modes: {}, version: 1, paused: PAUSE })).toEqual({
      modes: { accept: 'propose' },
      version: 3,
      paused: PAUSE,
    });
    expect(withPauseOfAll({ ...service, paused: PAUSE }, NO_MODES_SET)).toMatchObject({ version: 2, paused: PAUSE });
    expect(withPauseOfAll(service, NO_MODES_SET)).toEqual(service);
  });

  it('a command for either gives another version', () => {
    const versions = [
      [1, 1],
      [2, 1],
      [2, 2],
    ].map(([one = 0, all = 0]) => withPauseOfAll({ modes: {}, version: one }, { modes: {}, version: all }).version);

    expect(versions).toEqual([2, 3, 4]);
  });
});

describe('observe: decided and recorded, never acted on', () => {
  it.each<[verdict: Verdict, code: string, effect: Effect, Situation]>([
    ['accept', 'entitled', 'accept', ACCEPTED],
    ['reject', 'requester-unknown', 'reject', UNKNOWN],
    ['reject', 'customer-suspended', 'reject', SUSPENDED],
    ['hold', 'quota-reached', 'accept', FULL],
    ['hold', 'approval-needed', 'accept', MANUAL],
  ])('it would %s (%s) - to the customer it waits, and nobody waits for it', (verdict, code, effect, situation) => {
    const decision = decideConnection(under({ [effect]: 'observe' }, situation));

    expect(decision).toMatchObject({
      verdict,
      code,
      isObserved: true,
      action: 'there is nothing for you to do',
      sentence: `${waits}a person here answers it; there is nothing for you to do.`,
    });
    expect(decision).not.toHaveProperty('hold');
    expect(decision).not.toHaveProperty('proposed');
    expect(decision.rules.at(-1)).toEqual({ rule: 'mode', passed: true, saw: `${effect}: observe` });
  });

  it('an acceptance takes no place, and has none to give back', () => {
    const background = { decisions: [], intent: undefined, placesOpen: ['acme'] };
    const { plan } = planRequest(under({ accept: 'observe' }, ACCEPTED), background);

    expect(plan).toMatchObject({ verdict: 'accept', outcome: 'observed', customerId: 'acme', isRepeated: false });
    expect(plan).not.toHaveProperty('place');
    expect(plan).not.toHaveProperty('placeOf');
    expect(plan).not.toHaveProperty('isObserved');
  });

  it('what is acted on has no outcome yet', () => {
    const background = { decisions: [], intent: undefined, placesOpen: [] };

    for (const situation of [ACCEPTED, UNKNOWN, FULL]) {
      expect(planRequest(situation, background).plan).not.toHaveProperty('outcome');
    }
  });

  it('a place that is lost is observed where rejections are', () => {
    const service = found(aService({ 'quota-reached': 'reject' }));
    const situation = under({ reject: 'observe' }, aSituation({ service }));
    const background = { decisions: [], intent: undefined, placesOpen: ['acme'] };

    expect(planRequest(situation, background)).toMatchObject({
      plan: { verdict: 'accept', placeOf: 'acme' },
      planWithoutPlace: { verdict: 'reject', code: 'quota-reached', outcome: 'observed' },
    });
  });

  it('a person approved it before the mode was set - not acted on', () => {
    const approval = { ...anApproval(), proposed: 'accept' as const };

    expect(decideConnection(under({ accept: 'observe' }, aSituation({ approval }))).isObserved).toBe(true);
  });
});

describe('propose: a person is asked first', () => {
  it.each<[effect: Effect, situation: string, Situation]>([
    ['accept', 'entitled', ACCEPTED],
    ['reject', 'unknown', UNKNOWN],
    ['reject', 'suspended', SUSPENDED],
  ])('to %s whoever is %s - held for that', (effect, _situation, situation) => {
    const decision = decideConnection(under({ [effect]: 'propose' }, situation));

    expect(decision).toMatchObject({
      verdict: 'hold',
      code: 'approval-needed',
      proposed: effect,
      isObserved: false,
      hold: { until: '2026-12-07T12:00:00.000Z' },
      sentence: `${waits}a person here has to approve it; there is nothing for you to do.`,
    });
    expect(decision.rules.at(-1)).toEqual({
      rule: 'mode',
      passed: false,
      code: 'approval-needed',
      saw: `${effect}: propose`,
    });
  });

  it('what is held anyway - held for its own reason, and no approval would release it', () => {
    const decision = decideConnection(under({ accept: 'propose' }, FULL));

    expect(decision).toMatchObject({ verdict: 'hold', code: 'quota-reached', isObserved: false });
    expect(decision).not.toHaveProperty('proposed');
  });

  it('a contract that asks for a person, under a mode that does - one approval is enough', () => {
    const situation = under({ accept: 'propose' }, MANUAL);
    const approval = { ...anApproval(), proposed: 'accept' as const };

    expect(decideConnection(situation)).toMatchObject({ verdict: 'hold', proposed: 'accept' });
    expect(decideConnection({ ...situation, approval })).toMatchObject({ verdict: 'accept', isObserved: false });
  });
});

describe('enforce: acted on', () => {
  it.each<[verdict: Verdict, Situation]>([
    ['accept', ACCEPTED],
    ['reject', UNKNOWN],
    ['hold', FULL],
  ])('%s', (verdict, situation) => {
    expect(decideConnection(situation)).toMatchObject({ verdict, isObserved: false });
  });
});

describe('each effect has its own mode', () => {
  it.each<[modes: Situation['modes'], accepted: string, rejected: string, held: string]>([
    [{ accept: 'enforce', reject: 'observe' }, 'accept', 'observed reject', 'hold'],
    [{ accept: 'observe', reject: 'enforce' }, 'observed accept', 'reject', 'observed hold'],
    [{ accept: 'propose', reject: 'observe' }, 'hold', 'observed reject', 'hold'],
    [{ accept: 'observe', reject: 'propose' }, 'observed accept', 'hold', 'observed hold'],
    [{ accept: 'enforce', reject: 'propose' }, 'accept', 'hold', 'hold'],
    [{ accept: 'propose', reject: 'enforce' }, 'hold', 'reject', 'hold'],
  ])('%o - the entitled: %s; the unknown: %s; the one too many: %s', (modes, accepted, rejected, held) => {
    const inWords = (situation: Situation): string => {
      const { isObserved, verdict } = decideConnection(under(modes, situation));
      return `${isObserved ? 'observed ' : ''}${verdict}`;
    };

    expect([ACCEPTED, UNKNOWN, FULL].map(inWords)).toEqual([accepted, rejected, held]);
  });
});
