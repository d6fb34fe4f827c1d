import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODES, type Mode } from '../../functions/domain/mode.ts';
import {
  adopt,
  isSameRecord,
  NO_PRINCIPALS,
  type Ownership,
  type PrincipalsRecord,
  resumeAll,
  settle,
  takeInHand,
} from '../../functions/domain/ownership.ts';
import {
  type AccountMatch,
  accountPrincipal,
  barsOf,
  type PrincipalsPlan,
  type PrincipalsSituation,
  type PrincipalsStanding,
  planPrincipals,
  principalsBasis,
  wantedPrincipals,
} from '../../functions/domain/principals.ts';
import { absent, aCustomer, anEntitlement, found, NOW, theModes, unreadable } from '../support/builders.ts';

fc.configureGlobal({ seed: 20_261_123, numRuns: 300 });

const [A, B, C] = ['111111111111', '222222222222', '333333333333'].map((account) =>
  accountPrincipal('aws', account),
) as [string, string, string];
const USER = 'arn:aws:iam::111111111111:user/ada';
/** Long enough ago that EC2 shows it, and just now. */
const LONG_AGO = '2026-11-20T12:00:00.000Z';
const JUST_NOW = '2026-11-23T11:59:00.000Z';
const PAUSE = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'A look first.', at: NOW };

const aMatch = (changes: Partial<AccountMatch> = {}): AccountMatch => ({
  account: '111111111111',
  customer: found(aCustomer()),
  entitlement: found(anEntitlement()),
  ...changes,
});
const until = (time: string) => aMatch({ entitlement: found(anEntitlement({ until: time })) });

describe('wantedPrincipals', () => {
  it.each<
    [situation: string, matches: readonly AccountMatch[], wanted: readonly string[], doubtful: readonly string[]]
  >([
    ['nobody is registered', [], [], []],
    ['an active customer with an entitlement - wanted', [aMatch()], [A], []],
    ['a suspended one', [aMatch({ customer: found(aCustomer({ status: 'suspended' })) })], [], []],
    ['the entitlement is gone', [aMatch({ entitlement: absent })], [], []],
    [
      'the entitlement is gone, and the customer unreadable',
      [aMatch({ entitlement: absent, customer: unreadable() })],
      [],
      [],
    ],
    ['the contract ends later - wanted', [until('2026-11-23T12:00:01Z')], [A], []],
    ['the contract ends at this moment, its connections are kept - so is it', [until('2026-11-23T12:00:00Z')], [], [A]],
    [
      'the contract ends at this moment, and its connections with it',
      [aMatch({ entitlement: found(anEntitlement({ until: '2026-11-23T12:00:00Z', whenEnded: 'revoke' })) })],
      [],
      [],
    ],
    [
      'it has not begun - wanted: requests are held',
      [aMatch({ entitlement: found(anEntitlement({ from: '2027-01-01T00:00:00Z' })) })],
      [A],
      [],
    ],
    ['the entitlement is unreadable - doubtful', [aMatch({ entitlement: unreadable() })], [], [A]],
    ['the customer is unreadable - doubtful', [aMatch({ customer: unreadable() })], [], [A]],
    ['the customer is missing, not its entitlement - doubtful', [aMatch({ customer: absent })], [], [A]],
    ['it ended, whoever it was of', [{ ...until('2026-11-01T00:00:00Z'), customer: unreadable() }], [], [A]],
    [
      'two share an account, one of them is unreadable - wanted',
      [aMatch({ customer: unreadable() }), aMatch()],
      [A],
      [],
    ],
    ['two share an account, one of them left - wanted', [aMatch(), aMatch({ entitlement: absent })], [A], []],
    [
      'two share an account, one left, one is unreadable - doubtful',
      [aMatch({ entitlement: absent }), aMatch({ customer: unreadable() })],
      [],
      [A],
    ],
    [
      'several accounts - in order',
      [aMatch({ account: '333333333333' }), aMatch({ account: '222222222222', customer: absent }), aMatch()],
      [A, C],
      [B],
    ],
  ])('%s', (_situation, matches, wanted, doubtful) => {
    expect(wantedPrincipals(matches, 'aws', NOW)).toMatchObject({ wanted, doubtful });
  });

  it('names the partition that it is told, and what is wrong', () => {
    expect(wantedPrincipals([aMatch()], 'aws-cn', NOW).wanted).toEqual(['arn:aws-cn:iam::111111111111:root']);
    expect(wantedPrincipals([aMatch({ customer: absent })], 'aws', NOW).problems).toEqual([
      `${A}: the entry of customer acme is missing`,
    ]);
  });
});

const standing = (changes: Partial<PrincipalsStanding> = {}): PrincipalsStanding => ({
  modes: theModes(),
  frozen: false,
  ...changes,
});

describe('principalsBasis', () => {
  it('is one text, whatever the order', () => {
    expect(principalsBasis([B, A, B], [C], standing())).toBe('+- 111111111111 222222222222 ? 333333333333');
    expect(principalsBasis([], [], standing())).toBe('+- ?');
    expect(principalsBasis(['arn:aws-cn:iam::111111111111:root'], [], standing())).toBe(
      '+- arn:aws-cn:iam::111111111111:root ?',
    );
  });

  it.each<[situation: string, changes: Partial<PrincipalsStanding>, basis: string, bars: readonly string[]]>([
    ['a pause - neither', { paused: PAUSE }, ' 111111111111 ?', ['everything is paused']],
    ['frozen - no removal', { frozen: true }, '+ 111111111111 ?', ['the registry is frozen: nothing is removed']],
    [
      'adding is observed',
      { modes: theModes({ 'principals-add': 'observe' }) },
      '- 111111111111 ?',
      ['the mode of principals-add is observe'],
    ],
    [
      'removing is proposed',
      { modes: theModes({ 'principals-remove': 'propose' }) },
      '+ 111111111111 ?',
      ['the mode of principals-remove is propose'],
    ],
    ['nothing', {}, '+- 111111111111 ?', []],
  ])('%s stands in the way', (_situation, changes, basis, bars) => {
    expect(principalsBasis([A], [], standing(changes))).toBe(basis);
    expect(barsOf(standing(changes))).toEqual(bars);
  });
});

const aSituation = (changes: Partial<PrincipalsSituation> = {}): PrincipalsSituation => ({
  ...standing(),
  wanted: [],
  doubtful: [],
  present: [],
  ours: {},
  reverted: {},
  now: NOW,
  ...changes,
});
const sure: Ownership = { addedAt: LONG_AGO };

describe('planPrincipals', () => {
  // Whoever else writes into the ledger: only accounts are for us to add and to remove.
  it.each([`${A}/x`, `x${A}`, USER, '*', 'arn:aws:iam::1:root'])('%s - neither added nor removed', (arn) => {
    expect(planPrincipals(aSituation({ wanted: [arn] })).add).toEqual([]);
    expect(planPrincipals(aSituation({ present: [arn], ours: { [arn]: sure } })).remove).toEqual([]);
  });

  it.each([
    ['five minutes ago - somebody removed it', '2026-11-23T11:55:00.000Z', [A]],
    ['a second less - EC2’s list may be behind', '2026-11-23T11:55:01.000Z', []],
  ])('added %s', (_when, addedAt, reverting) => {
    expect(planPrincipals(aSituation({ wanted: [A], ours: { [A]: { addedAt } } })).reverting).toEqual(reverting);
  });

  it.each<[situation: string, given: Partial<PrincipalsSituation>, plan: Partial<PrincipalsPlan>]>([
    ['wanted and absent - added, in order', { wanted: [B, A] }, { add: [A, B], remove: [] }],
    [
      'wanted and present, by somebody else - foreign, untouched',
      { wanted: [A], present: [A] },
      { add: [], foreign: [A] },
    ],
    [
      'ours, no longer wanted - removed',
      { present: [B, A], ours: { [B]: sure, [A]: {} } },
      { remove: [A, B], foreign: [] },
    ],
    ['not wanted, and not ours - foreign', { present: [A] }, { remove: [], foreign: [A] }],
    ['ours, and doubtful - kept', { present: [A], ours: { [A]: sure }, doubtful: [A] }, { remove: [], foreign: [] }],
    ['absent, and doubtful - not added', { doubtful: [A], wanted: [A] }, { add: [] }],
    [
      'users and everybody - foreign',
      { present: [USER, '*'] },
      { isOpenToEveryone: true, foreign: ['*', USER], remove: [] },
    ],
    [
      'everybody is said to be ours, and to be wanted - neither',
      { present: [], wanted: ['*'], ours: { '*': sure } },
      { add: [], remove: [] },
    ],
    [
      'everybody is said to be ours - not removed',
      { present: ['*'], ours: { '*': sure } },
      { remove: [], isOpenToEveryone: true },
    ],
    [
      'ours, and somebody removed it - added again, and counted',
      { wanted: [A], ours: { [A]: sure } },
      { add: [A], reverting: [A], contested: [] },
    ],
    [
      'removed a second time - contested',
      { wanted: [A], ours: { [A]: sure }, reverted: { [A]: 1 } },
      { add: [], reverting: [], contested: [A] },
    ],
    [
      'contested, and put back by a person - all is well',
      { wanted: [A], present: [A], ours: { [A]: sure }, reverted: { [A]: 1 } },
      { add: [], contested: [] },
    ],
    [
      'contested, and no longer wanted - nothing',
      { ours: { [A]: sure }, reverted: { [A]: 1 } },
      { add: [], remove: [], contested: [] },
    ],
    [
      'in hand of a run that died - added, nobody removed it',
      { wanted: [A], ours: { [A]: {} }, reverted: { [A]: 1 } },
      { add: [A], reverting: [], contested: [] },
    ],
    [
      'added a moment ago, not listed yet - added again, not counted',
      { wanted: [A], ours: { [A]: { addedAt: JUST_NOW } } },
      { add: [A], reverting: [] },
    ],
  ])('%s', (_situation, given, plan) => {
    expect(planPrincipals(aSituation(given))).toMatchObject(plan);
  });

  it.each<[situation: string, given: Partial<PrincipalsSituation>, add: string, remove: string]>([
    ['a pause', { paused: PAUSE }, 'everything is paused', 'everything is paused'],
    [
      'observe',
      { modes: theModes({ 'principals-add': 'observe', 'principals-remove': 'observe' }) },
      'the mode of principals-add is observe',
      'the mode of principals-remove is observe',
    ],
    [
      'propose',
      { modes: theModes({ 'principals-add': 'propose', 'principals-remove': 'propose' }) },
      'the mode of principals-add is propose',
      'the mode of principals-remove is propose',
    ],
  ])('%s - both are withheld, with the reason', (_situation, given, add, remove) => {
    const plan = planPrincipals(aSituation({ ...given, wanted: [A], present: [B], ours: { [B]: sure } }));

    expect(plan).toMatchObject({ add: [], remove: [] });
    expect(plan.withheld).toEqual([
      { arn: A, effect: 'principals-add', because: add },
      { arn: B, effect: 'principals-remove', because: remove },
    ]);
  });

  it('a frozen registry - adds, and removes nothing', () => {
    const plan = planPrincipals(aSituation({ frozen: true, wanted: [A], present: [B], ours: { [B]: sure } }));

    expect(plan).toMatchObject({
      add: [A],
      remove: [],
      withheld: [{ arn: B, effect: 'principals-remove', because: 'the registry is frozen: nothing is removed' }],
    });
  });

  it('what is withheld is not counted as reverted', () => {
    const plan = planPrincipals(aSituation({ paused: PAUSE, wanted: [A], ours: { [A]: sure } }));

    expect(plan).toMatchObject({ add: [], reverting: [], contested: [] });
  });
});

const aRecord = (changes: Partial<PrincipalsRecord> = {}): PrincipalsRecord => ({
  ...NO_PRINCIPALS,
  version: 3,
  ...changes,
});
const settled = (record: PrincipalsRecord, given: Partial<PrincipalsSituation>, refused: readonly string[] = []) => {
  const situation = aSituation({ ours: record.ours, reverted: record.reverted, ...given });
  const plan = planPrincipals(situation);
  const inHand = takeInHand(record, plan);
  return { inHand, after: settle(inHand, situation, plan, { refused: new Set(refused), basis: 'basis' }) };
};

describe('what is ours', () => {
  it('before EC2 hears of it - in hand, and nothing applied', () => {
    const record = aRecord({ ours: { [A]: sure, [B]: { ...sure, by: 'ada' } }, applied: 'before' });
    const { inHand, after } = settled(record, { wanted: [A, C], present: [B] });

    expect(inHand).toEqual({
      ours: { [A]: {}, [B]: { by: 'ada' }, [C]: {} },
      reverted: { [A]: 1 },
      contested: [],
      version: 4,
    });
    expect(after).toEqual({
      ours: { [A]: { addedAt: NOW }, [C]: { addedAt: NOW } },
      reverted: { [A]: 1 },
      contested: [],
      applied: 'basis',
      version: 5,
    });
  });

  it.each<[situation: string, record: Partial<PrincipalsRecord>, given: Partial<PrincipalsSituation>, ours: object]>([
    ['neither wanted nor there - forgotten', { ours: { [A]: sure }, reverted: { [A]: 1 } }, {}, {}],
    ['the same under a freeze - kept', { ours: { [A]: sure } }, { frozen: true }, { [A]: sure }],
    ['doubtful and not there - kept', { ours: { [A]: {} } }, { doubtful: [A] }, { [A]: {} }],
    [
      'in hand, withheld, not there - still in hand',
      { ours: { [A]: {} } },
      { wanted: [A], paused: PAUSE },
      { [A]: {} },
    ],
    ['in hand, and there - for sure', { ours: { [A]: {} } }, { wanted: [A], present: [A] }, { [A]: { addedAt: NOW } }],
    [
      'not listed yet - as old as it was',
      { ours: { [A]: { addedAt: JUST_NOW } } },
      { wanted: [A] },
      { [A]: { addedAt: JUST_NOW } },
    ],
  ])('%s', (_situation, record, given, ours) => {
    const { after } = settled(aRecord(record), given);

    expect(after.ours).toEqual(ours);
    expect(Object.keys(after.reverted).filter((arn) => !Object.hasOwn(ours, arn))).toEqual([]);
  });

  it('EC2 refuses - what was to be added is not ours, what was to be removed still is', () => {
    const { after } = settled(aRecord({ ours: { [B]: sure } }), { wanted: [A], present: [B] }, [A, B]);

    expect(after.ours).toEqual({ [B]: { addedAt: NOW } });
  });

  it('contested is recorded for people, and a person ends it: for all, or for one', () => {
    const { after } = settled(aRecord({ ours: { [A]: sure }, reverted: { [A]: 1 } }), { wanted: [A] });
    expect(after.contested).toEqual([A]);
    expect(settled(resumeAll(after), { wanted: [A] }).after).toMatchObject({ contested: [], reverted: { [A]: 1 } });

    const adopted = adopt(after, A, { by: 'ada', reason: 'It is right.', at: NOW });
    expect(adopted).toEqual({
      ours: { [A]: { by: 'ada', reason: 'It is right.', at: NOW } },
      reverted: {},
      contested: [],
      version: after.version + 1,
    });
  });

  it('a person hands over one of two that are contested - the other stays so', () => {
    const word = { by: 'ada', reason: 'It is right.', at: NOW };

    expect(adopt(aRecord({ contested: [A, B], reverted: { [A]: 1, [B]: 1 } }), A, word)).toMatchObject({
      contested: [B],
      reverted: { [B]: 1 },
    });
  });

  it('two records are the same or not, whatever their versions', () => {
    const one = aRecord({ ours: { [A]: sure }, applied: 'basis' });

    expect(isSameRecord(one, { ...one, version: 9 })).toBe(true);
    expect(isSameRecord(one, { ...one, applied: 'other' })).toBe(false);
    expect(isSameRecord(one, { ...one, ours: { [A]: {} } })).toBe(false);
  });
});

const POOL = ['1', '2', '3', '4', '5', '6'].map((digit) => accountPrincipal('aws', digit.repeat(12)));
const some = (from: readonly string[]) => fc.subarray([...from]);
const modes = fc.constantFrom<Mode>('enforce', 'enforce', ...MODES);
const ownership = fc.constantFrom<Ownership>({}, { addedAt: JUST_NOW }, sure);

/** Anything that EC2, the ledger and people may hold. */
const anything = fc
  .record({
    wanted: some(POOL),
    doubtful: some(POOL),
    present: some([...POOL, '*', USER]),
    ours: fc.dictionary(fc.constantFrom(...POOL), ownership),
    reverted: fc.dictionary(fc.constantFrom(...POOL), fc.constantFrom(1, 2)),
    add: modes,
    remove: modes,
    isPaused: fc.constantFrom(false, false, true),
    frozen: fc.constantFrom(false, false, true),
  })
  .map(({ add, remove, isPaused, ...rest }) =>
    aSituation({
      ...rest,
      doubtful: rest.doubtful.filter((arn) => !rest.wanted.includes(arn)),
      modes: theModes({ 'principals-add': add, 'principals-remove': remove }),
      ...(isPaused ? { paused: PAUSE } : {}),
    }),
  );

interface World {
  readonly present: readonly string[];
  readonly record: PrincipalsRecord;
}

/** A run that dies after so many of its four steps. */
const run = (situation: PrincipalsSituation, world: World, steps = 4): World => {
  const now = { ...situation, present: world.present, ours: world.record.ours, reverted: world.record.reverted };
  const plan = planPrincipals(now);
  if (steps === 0) return world;
  const inHand = takeInHand(world.record, plan);
  const added = steps > 1 ? [...world.present, ...plan.add] : world.present;
  const present = steps > 2 ? added.filter((arn) => !plan.remove.includes(arn)) : added;
  const record = steps > 3 ? settle(inHand, now, plan, { refused: new Set(), basis: 'basis' }) : inHand;
  return { present, record };
};
const worldOf = ({ present, ours, reverted }: PrincipalsSituation): World => ({
  present,
  record: aRecord({ ours, reverted }),
});
const planIn = (situation: PrincipalsSituation, { present, record }: World) =>
  planPrincipals({ ...situation, present, ours: record.ours, reverted: record.reverted });

describe('in any situation', () => {
  it('after a plan is applied there is nothing to do, and nothing to write', () => {
    fc.assert(
      fc.property(anything, (situation) => {
        const after = run(situation, worldOf(situation));
        const again = run(situation, after);

        expect(planIn(situation, after)).toMatchObject({ add: [], remove: [], reverting: [] });
        expect(isSameRecord(after.record, again.record)).toBe(true);
      }),
    );
  });

  it('what is wanted is there, but for what is withheld or contested; what is ours and not wanted is not', () => {
    fc.assert(
      fc.property(anything, (situation) => {
        const plan = planPrincipals(situation);
        const { present, record } = run(situation, worldOf(situation));
        const excused = [...plan.withheld.map(({ arn }) => arn), ...plan.contested];

        expect(situation.wanted.filter((arn) => !present.includes(arn) && !excused.includes(arn))).toEqual([]);
        const kept = [...situation.wanted, ...situation.doubtful, ...excused];
        expect(Object.keys(record.ours).filter((arn) => present.includes(arn) && !kept.includes(arn))).toEqual([]);
      }),
    );
  });

  it('what is foreign or doubtful is as it was', () => {
    fc.assert(
      fc.property(anything, (situation) => {
        const { foreign } = planPrincipals(situation);
        const { present } = run(situation, worldOf(situation));
        const there = (arns: readonly string[], where: readonly string[]) => arns.filter((arn) => where.includes(arn));

        expect(there(foreign, present)).toEqual(foreign);
        expect(there(situation.doubtful, present)).toEqual(there(situation.doubtful, situation.present));
        expect(present.includes('*')).toBe(situation.present.includes('*'));
      }),
    );
  });

  it('a run that dies anywhere changes nothing of the end, and takes nobody for a remover', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 3 }), (situation, steps) => {
        const undisturbed = run(situation, worldOf(situation));
        const died = run(situation, worldOf(situation), steps);
        const later = { ...situation, now: '2026-11-24T12:00:00.000Z' };
        // Nothing that was young before may count by then.
        fc.pre(Object.values(situation.ours).every(({ addedAt }) => addedAt !== JUST_NOW));
        const mended = run(later, died);

        expect([...mended.present].sort()).toEqual([...undisturbed.present].sort());
        expect(mended.record.reverted).toEqual(undisturbed.record.reverted);
        expect(Object.keys(mended.record.ours).sort()).toEqual(Object.keys(undisturbed.record.ours).sort());
      }),
    );
  });

  it('somebody removes it again and again - it is added again once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), (times) => {
        let world: World = { present: [], record: NO_PRINCIPALS };
        let adds = 0;
        for (let day = 1; day <= times; day += 1) {
          const situation = aSituation({ wanted: [A], now: `2026-11-0${day}T12:00:00.000Z` });
          world = run(situation, world);
          adds += world.present.includes(A) ? 1 : 0;
          world = { ...world, present: [] };
        }
        expect(adds).toBe(2);
      }),
    );
  });
});
