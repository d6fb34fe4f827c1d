import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DnsRecord, markSet, type RecordSet, wantedSets } from '../../functions/domain/dns-record.ts';
import { isSameSet, planZone, type RecordChange, type ZonePlan } from '../../functions/domain/zone.ts';
import {
  aFailover,
  afterBatch,
  anAlias,
  aRecord,
  aSimple,
  atAddresses,
  aWeighted,
  between,
  PRIMARY,
  SECONDARY,
} from '../support/dns-records.ts';
import { anyFacts, anyRecord, RUNS } from './record-arbitraries.ts';

const DOTTED = 'db.orders.example.internal.';
const OURS = aSimple(atAddresses('10.0.0.1'));
const MARK = markSet(OURS);
const at = (...values: readonly string[]): RecordSet => ({ name: DOTTED, type: 'A', ttl: 30, values });
const creating = (...sets: readonly RecordSet[]) => sets.map((set): RecordChange => ({ action: 'CREATE', set }));
const deleting = (...sets: readonly RecordSet[]) => sets.map((set): RecordChange => ({ action: 'DELETE', set }));
const plan = (
  present: readonly RecordSet[],
  wanted: readonly RecordSet[] = [at('10.0.0.1')],
  isAdopted = false,
  record: DnsRecord = OURS,
): ZonePlan => planZone(record, { wanted, present, isAdopted });

describe('what is done about a record', () => {
  it('a zone that has nothing of it - created, with its mark', () => {
    expect(plan([])).toEqual({ kind: 'change', changes: creating(at('10.0.0.1'), MARK) });
  });

  it('a zone that has it - nothing', () => {
    expect(plan([at('10.0.0.1'), MARK])).toEqual({ kind: 'nothing' });
  });

  it('another address - deleted as it was read, and created, in one batch: no UPSERT that goes over somebody else’s', () => {
    expect(plan([at('10.0.0.9'), MARK])).toEqual({
      kind: 'change',
      changes: [...deleting(at('10.0.0.9')), ...creating(at('10.0.0.1'))],
    });
  });

  it('another TTL - the same', () => {
    expect(plan([{ ...at('10.0.0.1'), ttl: 300 }, MARK])).toEqual({
      kind: 'change',
      changes: [...deleting({ ...at('10.0.0.1'), ttl: 300 }), ...creating(at('10.0.0.1'))],
    });
  });

  it('only one side of two differs - the other is left alone', () => {
    const record = aWeighted({ blue: 80, green: 20 });
    const wanted = wantedSets(record, { addressesOf: () => undefined });
    const [blue, green] = wanted.kind === 'sets' ? wanted.sets : [];
    if (blue === undefined || green === undefined) throw new Error('The record has two sides.');

    expect(plan([blue, { ...green, weight: 0 }, MARK], [blue, green], false, record)).toEqual({
      kind: 'change',
      changes: [...deleting({ ...green, weight: 0 }), ...creating(green)],
    });
  });

  it('it is to go - it and its mark are deleted, and nothing else', () => {
    const aaaa: RecordSet = { name: DOTTED, type: 'AAAA', ttl: 60, values: ['fd00::1'] };

    expect(plan([at('10.0.0.9'), aaaa, MARK], [])).toEqual({
      kind: 'change',
      changes: deleting(at('10.0.0.9'), MARK),
    });
  });

  it('it is to go, and is gone - nothing', () => {
    expect(plan([], [])).toEqual({ kind: 'nothing' });
  });

  it('its mark alone is left - the record is created beside it', () => {
    expect(plan([MARK])).toEqual({ kind: 'change', changes: creating(at('10.0.0.1')) });
  });

  it('records of another type under its name - left alone', () => {
    const txt: RecordSet = { name: DOTTED, type: 'TXT', ttl: 60, values: ['"v=spf1 -all"'] };

    expect(plan([txt, at('10.0.0.1'), MARK])).toEqual({ kind: 'nothing' });
  });
});

const MANUAL = aRecord({ routing: aFailover({ engages: 'manual-armed' }) });
const AUTOMATIC = aRecord();
const BETWEEN = [between('primary', PRIMARY), between('secondary', SECONDARY)];
const setsFor = (record: DnsRecord): readonly RecordSet[] => {
  const wanted = wantedSets(record, { addressesOf: () => undefined, healthCheckId: 'check' });
  if (wanted.kind === 'doubt') throw new Error(wanted.because);
  return wanted.sets;
};
const ownOf = (record: DnsRecord) => setsFor(record).filter(({ name }) => name === DOTTED);

describe('a record that only a person fails over', () => {
  it('a zone that has nothing of it - what its aliases lead to is created before them', () => {
    expect(plan([], setsFor(MANUAL), false, MANUAL)).toEqual({
      kind: 'change',
      changes: creating(...BETWEEN, ...ownOf(MANUAL), MARK),
    });
  });

  it('a zone that has it - nothing', () => {
    expect(plan([...setsFor(MANUAL), MARK], setsFor(MANUAL), false, MANUAL)).toEqual({ kind: 'nothing' });
  });

  it('it was failed over by health before - one batch, and the name answers before and after', () => {
    expect(plan([...setsFor(AUTOMATIC), MARK], setsFor(MANUAL), false, MANUAL)).toEqual({
      kind: 'change',
      changes: [...deleting(...ownOf(AUTOMATIC)), ...creating(...BETWEEN, ...ownOf(MANUAL))],
    });
  });

  it('it is failed over by health from now on - one batch, and what stood between is deleted after what led there', () => {
    expect(plan([...setsFor(MANUAL), MARK], setsFor(AUTOMATIC), false, AUTOMATIC)).toEqual({
      kind: 'change',
      changes: [...deleting(...ownOf(MANUAL), ...BETWEEN), ...creating(...ownOf(AUTOMATIC))],
    });
  });

  it('it has one answer from now on - what stood between goes', () => {
    expect(plan([...setsFor(MANUAL), MARK])).toMatchObject({
      changes: [...deleting(...ownOf(MANUAL), ...BETWEEN), ...creating(at('10.0.0.1'))],
    });
  });

  it('it leads to another load balancer - the alias that leads there is made anew with it, the other side is left alone', () => {
    const other = anAlias('other.elb.us-west-2.amazonaws.com');
    const record = aRecord({ routing: aFailover({ engages: 'manual-armed', primary: other }) });
    const [primary] = ownOf(MANUAL);
    if (primary === undefined) throw new Error('There is a primary.');

    expect(plan([...setsFor(MANUAL), MARK], setsFor(record), false, record)).toEqual({
      kind: 'change',
      changes: [...deleting(primary, between('primary', PRIMARY)), ...creating(between('primary', other), primary)],
    });
  });

  it('somebody changed what stands between - put right', () => {
    const theirs: RecordSet = { name: `_secondary.${DOTTED}`, type: 'A', ttl: 60, values: ['10.9.9.9'] };
    const [primary, secondary] = ownOf(MANUAL);
    if (primary === undefined || secondary === undefined) throw new Error('There are two sides.');

    expect(
      plan([primary, secondary, between('primary', PRIMARY), theirs, MARK], setsFor(MANUAL), false, MANUAL),
    ).toEqual({
      kind: 'change',
      changes: [...deleting(secondary, theirs), ...creating(between('secondary', SECONDARY), secondary)],
    });
  });

  it('somebody deleted the record, and left what stood between - created again', () => {
    expect(plan([...BETWEEN, MARK], setsFor(MANUAL), false, MANUAL)).toEqual({
      kind: 'change',
      changes: creating(...ownOf(MANUAL)),
    });
  });

  it('it is to go - with what stands between', () => {
    expect(plan([...setsFor(MANUAL), MARK], [], false, MANUAL)).toEqual({
      kind: 'change',
      changes: deleting(...ownOf(MANUAL), MARK, ...BETWEEN),
    });
  });

  const PRIMARY_NAME = `_primary.${DOTTED}`;
  const theirs: RecordSet = { name: PRIMARY_NAME, type: 'A', ttl: 60, values: ['10.9.9.9'] };
  it.each<[situation: string, present: readonly RecordSet[], because: string]>([
    [
      'something under a side’s name that no set of ours leads to, beside our mark',
      [...setsFor(AUTOMATIC), MARK, theirs],
      `${PRIMARY_NAME} has a record of type A that we did not make: "adopt-record" takes over`,
    ],
    [
      'what we want under a side’s name, without a mark',
      [between('primary', PRIMARY)],
      `${PRIMARY_NAME} has a record of type A that we did not make: "adopt-record" takes over`,
    ],
    [
      'a CNAME there',
      [{ name: PRIMARY_NAME, type: 'CNAME', ttl: 60, values: ['a.'] }],
      `${PRIMARY_NAME} is a CNAME, which we did not make`,
    ],
    [
      'a record by latency there',
      [...setsFor(AUTOMATIC), MARK, { ...theirs, setIdentifier: 'x', other: 'Region' }],
      `${PRIMARY_NAME} has a record with Region, as we make none`,
    ],
  ])('%s - left alone, and told why', (_situation, present, because) => {
    expect(plan(present, setsFor(MANUAL), false, MANUAL)).toEqual({ kind: 'foreign', because });
  });

  it('something under a side’s name that a person adopted - ours from now on', () => {
    expect(plan([...setsFor(AUTOMATIC), MARK, theirs], setsFor(MANUAL), true, MANUAL)).toEqual({
      kind: 'change',
      changes: [...deleting(...ownOf(AUTOMATIC), theirs), ...creating(...BETWEEN, ...ownOf(MANUAL))],
    });
  });

  it('somebody else’s under a side’s name, of a record that needs none - left alone, also where the entry leads there', () => {
    const through = { kind: 'alias' as const, dnsName: PRIMARY_NAME, zoneId: AUTOMATIC.zoneId };
    const leading = aSimple(through);

    expect(plan([...setsFor(AUTOMATIC), MARK, theirs], setsFor(AUTOMATIC), false, AUTOMATIC).kind).toBe('nothing');
    expect(plan([...setsFor(AUTOMATIC), MARK, theirs], [], false, AUTOMATIC)).toEqual({
      kind: 'change',
      changes: deleting(...ownOf(AUTOMATIC), MARK),
    });
    expect(plan([...setsFor(leading), MARK, theirs], setsFor(leading), false, leading).kind).toBe('nothing');
  });
});

describe('somebody else’s', () => {
  const OTHERS_MARK = markSet({ ...OURS, recordId: 'other' });

  it.each<[situation: string, present: readonly RecordSet[], because: string]>([
    [
      'a record without a mark',
      [at('10.0.0.1')],
      `${DOTTED} has a record of type A that we did not make: "adopt-record" takes over`,
    ],
    [
      'two of them',
      [
        { ...at('10.0.0.1'), setIdentifier: 'one', weight: 1 },
        { ...at('10.0.0.2'), setIdentifier: 'two', weight: 1 },
      ],
      `${DOTTED} has 2 records of type A that we did not make: "adopt-record" takes over`,
    ],
    [
      'another’s mark',
      [at('10.0.0.1'), OTHERS_MARK],
      `${MARK.name} says "heritage=privatelink-concierge,record=other": it is another record's`,
    ],
    [
      'another’s mark, and no record',
      [OTHERS_MARK],
      `${MARK.name} says "heritage=privatelink-concierge,record=other": it is another record's`,
    ],
    [
      'a text where our mark would be',
      [{ ...MARK, values: ['"something"'] }],
      `${MARK.name} says "something": it is another record's`,
    ],
    [
      'an alias where our mark would be',
      [{ name: MARK.name, type: 'TXT', alias: { zoneId: 'Z1', dnsName: 'a.', evaluateTargetHealth: false } }],
      `${MARK.name} says nothing: it is another record's`,
    ],
    [
      'a CNAME',
      [{ name: DOTTED, type: 'CNAME', ttl: 60, values: ['a.'] }],
      `${DOTTED} is a CNAME, which we did not make`,
    ],
    [
      'a CNAME beside our mark',
      [{ name: DOTTED, type: 'CNAME', ttl: 60, values: ['a.'] }, MARK],
      `${DOTTED} is a CNAME, which we did not make`,
    ],
    [
      'a record by latency in the place of ours',
      [{ ...at('10.0.0.1'), setIdentifier: 'x', other: 'Region' }, MARK],
      `${DOTTED} has a record with Region, as we make none`,
    ],
  ])('%s - left alone, and told why', (_situation, present, because) => {
    expect(plan(present)).toEqual({ kind: 'foreign', because });
    expect(plan(present, [])).toEqual({ kind: 'foreign', because });
  });

  it('a record without a mark that a person adopted - ours from now on, with a mark', () => {
    expect(plan([at('10.0.0.9')], undefined, true)).toEqual({
      kind: 'change',
      changes: [...deleting(at('10.0.0.9')), ...creating(at('10.0.0.1'), MARK)],
    });
  });

  it.each<[situation: string, present: readonly RecordSet[]]>([
    ['another’s mark', [at('10.0.0.1'), OTHERS_MARK]],
    ['a CNAME', [{ name: DOTTED, type: 'CNAME', ttl: 60, values: ['a.'] }]],
    ['a record by latency', [{ ...at('10.0.0.1'), setIdentifier: 'x', other: 'Region' }]],
  ])('%s, adopted - not even then', (_situation, present) => {
    expect(plan(present, undefined, true).kind).toBe('foreign');
  });
});

describe('the same to Route 53', () => {
  const alias = { zoneId: 'Z1', dnsName: 'a.example.com.', evaluateTargetHealth: true };
  const aliasSet: RecordSet = { name: DOTTED, type: 'A', alias };

  it.each<[difference: string, one: RecordSet, other: RecordSet, isSame: boolean]>([
    ['the order of values', at('10.0.0.1', '10.0.0.2'), at('10.0.0.2', '10.0.0.1'), true],
    ['the dot at the end', at('10.0.0.1'), { ...at('10.0.0.1'), name: DOTTED.slice(0, -1) }, true],
    ['the case of a name', at('10.0.0.1'), { ...at('10.0.0.1'), name: DOTTED.toUpperCase() }, true],
    ['the case of an alias', aliasSet, { ...aliasSet, alias: { ...alias, dnsName: 'A.example.com' } }, true],
    ['a value', at('10.0.0.1'), at('10.0.0.2'), false],
    ['a value more', at('10.0.0.1'), at('10.0.0.1', '10.0.0.2'), false],
    ['the type', at('10.0.0.1'), { ...at('10.0.0.1'), type: 'AAAA' }, false],
    ['the TTL', at('10.0.0.1'), { ...at('10.0.0.1'), ttl: 31 }, false],
    ['the identifier', at('10.0.0.1'), { ...at('10.0.0.1'), setIdentifier: 'a' }, false],
    ['the role', { ...at('10.0.0.1'), failover: 'PRIMARY' }, { ...at('10.0.0.1'), failover: 'SECONDARY' }, false],
    ['a weight of 0', at('10.0.0.1'), { ...at('10.0.0.1'), weight: 0 }, false],
    ['the health check', at('10.0.0.1'), { ...at('10.0.0.1'), healthCheckId: 'check' }, false],
    ['the alias’s zone', aliasSet, { ...aliasSet, alias: { ...alias, zoneId: 'Z2' } }, false],
    ['its health', aliasSet, { ...aliasSet, alias: { ...alias, evaluateTargetHealth: false } }, false],
    ['a field of another kind of record', at('10.0.0.1'), { ...at('10.0.0.1'), other: 'Region' }, false],
  ])('%s', (_difference, one, other, isSame) => {
    expect([isSameSet(one, other), isSameSet(other, one)]).toEqual([isSame, isSame]);
  });
});

/** What a run wanted once, and what is wanted now. */
const wantedOnce = fc.tuple(anyRecord, anyFacts).chain(([record, facts]) => {
  const wanted = wantedSets(record, facts);
  return wanted.kind === 'doubt' ? fc.constant([]) : fc.constant(wanted.sets);
});
const SIDES = [`_primary.${DOTTED}`, `_secondary.${DOTTED}`] as const;
/** Sets of other names and types, which no plan of ours may name; what has a side's name, only where the name is wanted. */
const strangers: fc.Arbitrary<readonly RecordSet[]> = fc.subarray([
  { name: 'example.internal.', type: 'NS', ttl: 60, values: ['ns.'] },
  { name: DOTTED, type: 'TXT', ttl: 60, values: ['"text"'] },
  { name: DOTTED, type: 'AAAA', ttl: 60, values: ['fd00::1'] },
  { name: 'other.example.internal.', type: 'A', ttl: 60, values: ['10.9.9.9'] },
  { name: '_privatelink-concierge-aaaa.db.orders.example.internal.', type: 'TXT', ttl: 300, values: ['"x"'] },
  { name: SIDES[0], type: 'TXT', ttl: 300, values: ['"x"'] },
  { name: SIDES[0], type: 'A', ttl: 60, values: ['10.8.8.8'] },
  { name: SIDES[1], type: 'A', alias: { zoneId: 'Z1', dnsName: 'a.', evaluateTargetHealth: false } },
] satisfies RecordSet[]);
const mark = fc.constantFrom<readonly RecordSet[]>(
  [MARK],
  [MARK],
  [],
  [markSet({ ...OURS, recordId: 'other' })],
  [{ ...MARK, ttl: 60 }],
);
const cname = fc.oneof(
  { weight: 9, arbitrary: fc.constant<readonly RecordSet[]>([]) },
  {
    weight: 1,
    arbitrary: fc.constant<readonly RecordSet[]>([{ name: DOTTED, type: 'CNAME', ttl: 60, values: ['a.'] }]),
  },
);
const anyZone = fc.tuple(wantedOnce, strangers, mark, cname).map(([own, others, marks, cnames]) => {
  const ours = cnames.length > 0 ? [] : own;
  const isTaken = ({ name, type }: RecordSet) => ours.some((set) => set.name === name && set.type === type);
  return [...ours, ...others.filter((set) => !isTaken(set)), ...marks, ...cnames];
});
const anyPlan = fc.record({ zone: anyZone, wanted: wantedOnce, isAdopted: fc.boolean() });

describe('planZone, whatever the zone has', () => {
  const whenever = (
    check: (given: { zone: readonly RecordSet[]; wanted: readonly RecordSet[]; isAdopted: boolean }) => void,
  ) => fc.assert(fc.property(anyPlan, check), RUNS);

  it('what it plans Route 53 takes, and then there is nothing to do: to converge twice writes once', () => {
    whenever(({ zone, wanted, isAdopted }) => {
      const first = plan(zone, wanted, isAdopted);
      if (first.kind !== 'change') return;
      const after = afterBatch(zone, first.changes);

      expect(plan(after, wanted, isAdopted)).toEqual({ kind: 'nothing' });
      expect(after).toEqual(expect.arrayContaining([...wanted]));
    });
  });

  it('the order in which the zone is listed makes no difference to what comes of it', () => {
    whenever(({ zone, wanted, isAdopted }) => {
      const [one, other] = [zone, zone.toReversed()].map((each) => plan(each, wanted, isAdopted));
      const sorted = (each: ZonePlan | undefined) =>
        each?.kind === 'change' ? each.changes.map((change) => JSON.stringify(change)).sort() : each;

      expect(sorted(other)).toEqual(sorted(one));
    });
  });

  it('nothing of others is in a change: no other name or type, nothing without our mark, nothing under a CNAME', () => {
    whenever(({ zone, wanted, isAdopted }) => {
      const planned = plan(zone, wanted, isAdopted);
      const changes = planned.kind === 'change' ? planned.changes : [];
      const isLedTo = (name: string) => zone.some((set) => set.name === DOTTED && set.alias?.dnsName === name);
      const isOfSide = ({ name, type }: RecordSet) =>
        SIDES.some((side) => side === name) &&
        type === 'A' &&
        (isLedTo(name) || wanted.some((set) => set.name === name));
      const isOfOurs = ({ set }: RecordChange) =>
        (set.name === DOTTED && set.type === 'A') || (set.name === MARK.name && set.type === 'TXT') || isOfSide(set);
      const isMarked = zone.some((set) => set.name === MARK.name && set.values?.[0] === MARK.values?.[0]);
      const isBarred = zone.some(({ name, type }) => name === DOTTED && type === 'CNAME');

      expect(changes.filter((each) => !isOfOurs(each))).toEqual([]);
      expect(changes.some(({ action }) => action === 'DELETE') && !isMarked && !isAdopted).toBe(false);
      expect(changes.length > 0 && isBarred).toBe(false);
    });
  });

  it('what is deleted is deleted as it was read, before anything is created', () => {
    whenever(({ zone, wanted, isAdopted }) => {
      const planned = plan(zone, wanted, isAdopted);
      const changes = planned.kind === 'change' ? planned.changes : [];
      const deleted = changes.filter(({ action }) => action === 'DELETE');

      expect(deleted.every(({ set }) => zone.includes(set))).toBe(true);
      expect(changes.slice(0, deleted.length)).toEqual(deleted);
    });
  });

  it('a removal only deletes, and leaves nothing of ours', () => {
    whenever(({ zone, isAdopted }) => {
      const planned = plan(zone, [], isAdopted);
      if (planned.kind !== 'change') return;

      expect(planned.changes.filter(({ action }) => action !== 'DELETE')).toEqual([]);
      const left = afterBatch(zone, planned.changes);
      expect(left.filter(({ name, type }) => (name === DOTTED && type === 'A') || name === MARK.name)).toEqual([]);
      const wasLedTo = zone.filter(({ name }) => name === DOTTED).map(({ alias }) => alias?.dnsName);
      expect(left.filter(({ name, type }) => type === 'A' && wasLedTo.includes(name))).toEqual([]);
      expect(left.length + planned.changes.length).toBe(zone.length);
    });
  });
});

describe('a record whose name has an upper case in the zone', () => {
  it('is compared as Route 53 compares names', () => {
    expect(
      plan([{ ...at('10.0.0.1'), name: 'DB.orders.example.internal' }, MARK], undefined, false, aRecord()),
    ).toEqual({
      kind: 'nothing',
    });
  });
});
