import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DnsRecord,
  markName,
  markSet,
  markValue,
  type RecordFacts,
  type RecordSet,
  type RecordValue,
  valuesOf,
  wantedSets,
  withDot,
} from '../../functions/domain/dns-record.ts';
import {
  aFailover,
  anAlias,
  aRecord,
  aSimple,
  atAddresses,
  atTargets,
  aWeighted,
  between,
  PRIMARY,
  PRIMARY_GROUP,
  SECONDARY,
  SECONDARY_GROUP,
  ZONE_ID,
} from '../support/dns-records.ts';
import { anyFacts, anyRecord, RUNS } from './record-arbitraries.ts';

const DOTTED = 'db.orders.example.internal.';
const facts = (changes: Partial<RecordFacts> = {}): RecordFacts => ({ addressesOf: () => undefined, ...changes });
const setsOf = (record: DnsRecord, changes: Partial<RecordFacts> = {}): readonly RecordSet[] => {
  const wanted = wantedSets(record, facts(changes));
  if (wanted.kind === 'doubt') throw new Error(`The test expects no doubt: ${wanted.because}`);
  return wanted.sets;
};
const MANUAL = aRecord({ routing: aFailover({ engages: 'manual-armed' }) });
const aliasTo = (dnsName: string) => ({ zoneId: 'Z18D5FSROUN65G', dnsName, evaluateTargetHealth: true });

describe('the sets that are wanted', () => {
  it('one alias - a set with the alias and its health, and no TTL', () => {
    expect(setsOf(aSimple(anAlias('A.elb.us-west-2.amazonaws.com')))).toEqual([
      { name: DOTTED, type: 'A', alias: aliasTo('a.elb.us-west-2.amazonaws.com.') },
    ]);
  });

  it('addresses - sorted, each once, for thirty seconds where the entry does not say', () => {
    expect(setsOf(aSimple(atAddresses('10.0.0.2', '10.0.0.1', '10.0.0.2')))).toEqual([
      { name: DOTTED, type: 'A', ttl: 30, values: ['10.0.0.1', '10.0.0.2'] },
    ]);
    expect(setsOf(aSimple(atAddresses('10.0.0.1'), { ttl: 5 }))[0]?.ttl).toBe(5);
  });

  it('targets - what is healthy of them now', () => {
    const sets = setsOf(aSimple(atTargets(PRIMARY_GROUP)), { addressesOf: () => ['10.0.1.11', '10.0.1.10'] });

    expect(sets).toMatchObject([{ values: ['10.0.1.10', '10.0.1.11'] }]);
  });

  it('a primary and a secondary - both there, the primary with its health check', () => {
    expect(setsOf(aRecord(), { healthCheckId: 'check-primary' })).toEqual([
      {
        name: DOTTED,
        type: 'A',
        setIdentifier: 'primary',
        failover: 'PRIMARY',
        healthCheckId: 'check-primary',
        alias: aliasTo('primary.elb.us-west-2.amazonaws.com.'),
      },
      {
        name: DOTTED,
        type: 'A',
        setIdentifier: 'secondary',
        failover: 'SECONDARY',
        alias: aliasTo('secondary.elb.eu-west-1.amazonaws.com.'),
      },
    ]);
  });

  it('where only a person leaves the primary - each alias leads to a set of the zone that is well whatever happens', () => {
    const through = (dnsName: string) => ({ zoneId: ZONE_ID, dnsName, evaluateTargetHealth: true });

    expect(setsOf(MANUAL, { healthCheckId: 'check-primary' })).toEqual([
      {
        name: DOTTED,
        type: 'A',
        setIdentifier: 'primary',
        failover: 'PRIMARY',
        healthCheckId: 'check-primary',
        alias: through(`_primary.${DOTTED}`),
      },
      {
        name: DOTTED,
        type: 'A',
        setIdentifier: 'secondary',
        failover: 'SECONDARY',
        alias: through(`_secondary.${DOTTED}`),
      },
      between('primary', PRIMARY),
      between('secondary', SECONDARY),
    ]);
  });

  it('where only a person leaves the primary, and a side is no alias - that side has nothing between', () => {
    const routing = aFailover({ engages: 'manual-armed', secondary: atAddresses('10.0.0.9') });

    expect(setsOf(aRecord({ routing }), { healthCheckId: 'check-primary' })).toMatchObject([
      { failover: 'PRIMARY', alias: { dnsName: `_primary.${DOTTED}` } },
      { failover: 'SECONDARY', values: ['10.0.0.9'] },
      { name: `_primary.${DOTTED}` },
    ]);
  });

  it('weights - those that a person set, else the entry’s, by the sides’ names', () => {
    const record = aWeighted({ green: 20, blue: 80 });

    expect(setsOf(record)).toMatchObject([
      { setIdentifier: 'blue', weight: 80 },
      { setIdentifier: 'green', weight: 20 },
    ]);
    expect(setsOf(record, { weights: { green: 255 } })).toMatchObject([{ weight: 80 }, { weight: 255 }]);
    expect(setsOf(record, { weights: { green: 0, gone: 7 } })).toMatchObject([{ weight: 80 }, { weight: 0 }]);
  });

  it('a side called as what every object has - a side like any other', () => {
    const record = aWeighted({ constructor: 7 });

    expect(setsOf(record)).toMatchObject([{ setIdentifier: 'constructor', weight: 7 }]);
    expect(setsOf(record, { weights: {} })).toMatchObject([{ weight: 7 }]);
    expect(setsOf(record, { weights: { constructor: 9 } })).toMatchObject([{ weight: 9 }]);
  });
});

describe('a doubt: the record stays as it is', () => {
  const weighted = aRecord({
    routing: {
      kind: 'weighted',
      sides: {
        blue: { weight: 1, value: atTargets(PRIMARY_GROUP) },
        green: { weight: 1, value: atTargets(SECONDARY_GROUP, 6379) },
      },
    },
  });

  it.each<[situation: string, record: DnsRecord, changes: Partial<RecordFacts>, because: string]>([
    ['targets that could not be read', aSimple(atTargets(PRIMARY_GROUP)), {}, 'port 5432 of orders could not be read'],
    [
      'targets of whom nobody is healthy',
      aSimple(atTargets(PRIMARY_GROUP)),
      { addressesOf: () => [] },
      'port 5432 of orders has nobody healthy',
    ],
    ['no health check yet', aRecord(), {}, 'the primary has no health check yet'],
    [
      'one side of several',
      weighted,
      { addressesOf: (value) => (value.kind === 'targets' && value.port === 6379 ? ['10.0.0.1'] : undefined) },
      'port 5432 of orders could not be read',
    ],
    [
      'both sides',
      weighted,
      { addressesOf: (value) => (value.kind === 'targets' && value.port === 6379 ? [] : undefined) },
      'port 5432 of orders could not be read; port 6379 of orders has nobody healthy',
    ],
    [
      'the secondary alone',
      aRecord({ routing: aFailover({ secondary: atTargets(SECONDARY_GROUP) }) }),
      { healthCheckId: 'check' },
      'port 5432 of orders could not be read',
    ],
    [
      'what a person set leaves nobody, since the entry changed',
      aWeighted({ blue: 80, green: 20 }),
      { weights: { blue: 0, green: 0 } },
      'every weight would be 0: Route 53 then answers with all sides alike',
    ],
  ])('%s', (_situation, record, changes, because) => {
    expect(wantedSets(record, facts(changes))).toEqual({ kind: 'doubt', because });
  });
});

describe('the mark beside a record', () => {
  it('says whose it is, for each type its own', () => {
    expect(markSet(aRecord())).toEqual({
      name: '_privatelink-concierge-a.db.orders.example.internal.',
      type: 'TXT',
      ttl: 300,
      values: ['"heritage=privatelink-concierge,record=orders-db"'],
    });
    expect(markName(aRecord({ type: 'AAAA' }))).toBe('_privatelink-concierge-aaaa.db.orders.example.internal.');
    expect(markValue(aRecord({ recordId: 'other' }))).not.toBe(markValue(aRecord()));
  });

  it.each([
    ['db.example.internal', 'db.example.internal.'],
    ['DB.Example.internal.', 'db.example.internal.'],
  ])('%s - as Route 53 writes it', (name, dotted) => {
    expect(withDot(name)).toBe(dotted);
  });
});

describe('every value of a record', () => {
  it.each<[situation: string, record: DnsRecord, values: readonly (readonly [string, RecordValue])[]]>([
    ['one', aSimple(PRIMARY), [['simple', PRIMARY]]],
    [
      'two by failover',
      aRecord(),
      [
        ['primary', PRIMARY],
        ['secondary', SECONDARY],
      ],
    ],
    [
      'two by weight',
      aWeighted({ blue: 1, green: 0 }),
      [
        ['blue', atAddresses('10.0.0.1')],
        ['green', atAddresses('10.0.0.2')],
      ],
    ],
  ])('%s', (_situation, record, values) => {
    expect(valuesOf(record)).toEqual(values);
  });
});

describe('whatever an entry says, and whatever could be read', () => {
  const whenever = (check: (sets: readonly RecordSet[], record: DnsRecord, given: RecordFacts) => void): number => {
    let seen = 0;
    fc.assert(
      fc.property(anyRecord, anyFacts, (record, given) => {
        const wanted = wantedSets(record, given);
        if (wanted.kind === 'doubt') return;
        seen += 1;
        check(wanted.sets, record, given);
      }),
      RUNS,
    );
    return seen;
  };

  it('a good part of them can be written', () => {
    expect(whenever(() => undefined)).toBeGreaterThan(RUNS.numRuns / 5);
  });

  it('never two primaries, nor a primary without its secondary, nor one without a health check', () => {
    whenever((sets, { routing }) => {
      const own = sets.filter(({ name }) => name === DOTTED);
      const roles = own.map(({ failover }) => failover);
      expect(roles).toEqual(routing.kind === 'failover' ? ['PRIMARY', 'SECONDARY'] : own.map(() => undefined));
      expect(sets.filter(({ failover }) => failover === 'PRIMARY').every((each) => each.healthCheckId)).toBe(true);
    });
  });

  it('never an answer that points at nothing', () => {
    whenever((sets) => {
      expect(sets.length).toBeGreaterThan(0);
      expect(sets.filter(({ values, alias }) => (values?.length ?? 0) === 0 && alias === undefined)).toEqual([]);
      expect(sets.some(({ weight }) => weight === undefined || weight > 0)).toBe(true);
    });
  });

  it('addresses have a TTL of a minute at the most, aliases none', () => {
    whenever((sets) => {
      expect(sets.filter(({ alias, values }) => (alias === undefined) !== (values !== undefined))).toEqual([]);
      expect(sets.filter(({ alias, ttl = 0 }) => (alias === undefined ? ttl < 1 || ttl > 60 : ttl !== 0))).toEqual([]);
    });
  });

  it('each set of the record’s type and under its name, each identifier once; what else there is one of them leads to', () => {
    whenever((sets, { type }) => {
      const own = sets.filter(({ name }) => name === DOTTED);
      const ledTo = own.map(({ alias }) => alias?.dnsName);

      expect(sets.filter((set) => set.type !== type || (!own.includes(set) && !ledTo.includes(set.name)))).toEqual([]);
      expect(new Set(own.map(({ setIdentifier }) => setIdentifier)).size).toBe(own.length);
    });
  });

  it('where only a person leaves the primary, nobody’s health is asked but that of the primary’s check', () => {
    whenever((sets, { routing }) => {
      if (routing.kind !== 'failover' || routing.engages !== 'manual-armed') return;
      const asking = sets.filter(({ alias }) => alias?.evaluateTargetHealth === true);
      const ledTo = asking.map(({ alias }) => sets.find(({ name }) => name === alias?.dnsName));

      expect(ledTo.every((set) => set?.alias?.evaluateTargetHealth === false)).toBe(true);
      expect(ledTo.filter((set) => set?.healthCheckId !== undefined || set?.failover !== undefined)).toEqual([]);
    });
  });

  it('where health says it, each failover’s alias leads straight to where its entry says', () => {
    whenever((sets, { routing }) => {
      if (routing.kind !== 'failover' || routing.engages === 'manual-armed') return;
      expect(sets).toHaveLength(2);
      expect(sets.filter(({ alias }) => alias?.zoneId === ZONE_ID)).toEqual([]);
    });
  });

  it('the order in which addresses were read makes no difference', () => {
    whenever((sets, record, given) => {
      const turned = wantedSets(record, { ...given, addressesOf: (value) => given.addressesOf(value)?.toReversed() });
      expect(turned).toEqual({ kind: 'sets', sets });
    });
  });
});
