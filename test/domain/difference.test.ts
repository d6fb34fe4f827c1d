import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type Connection, type ConnectionState } from '../../functions/domain/connection.ts';
import {
  type Admission,
  type Estate,
  isQuiet,
  planDifference,
  type Standing,
  type TakenPlace,
} from '../../functions/domain/difference.ts';
import type { Outcome } from '../../functions/domain/history.ts';
import { aConnection, ENDPOINT_ID, NOW, SERVICE_ID } from '../support/builders.ts';

const OTHER_ENDPOINT = 'vpce-0bbbbbbbbbbbbbbb2';
const ago = (minutes: number): string => new Date(Date.parse(NOW) - minutes * 60_000).toISOString();
const ahead = (minutes: number): string => ago(-minutes);

const KEPT: Standing['revocation'] = { verdict: 'keep', code: 'entitled', sentence: '', action: '', rules: [] };
const standing = (changes: Partial<Standing> = {}): Standing => ({
  basis: 'basis',
  dates: [],
  revocation: KEPT,
  isRegistered: true,
  remindDays: 3,
  ...changes,
});

const anAdmission = (changes: Partial<Admission> = {}): Admission => ({
  serviceId: SERVICE_ID,
  endpointId: ENDPOINT_ID,
  isRunning: false,
  isWaiting: false,
  takenAt: ago(60),
  basis: 'basis',
  isOwned: false,
  last: { outcome: 'accepted', code: 'entitled', customerId: 'acme', recordedAt: ago(60) },
  ...changes,
});
const held = (changes: Partial<Admission> = {}): Admission =>
  anAdmission({
    isRunning: true,
    isWaiting: true,
    last: { outcome: 'held', code: 'quota-reached', recordedAt: ago(60) },
    lookAt: ahead(600),
    ...changes,
  });
const others = (changes: Partial<Admission> = {}): Admission =>
  anAdmission({ last: { outcome: 'overtaken', code: 'answered-by-others' }, ...changes });
const aPlace = (changes: Partial<TakenPlace> = {}): TakenPlace => ({
  serviceId: SERVICE_ID,
  customerId: 'acme',
  endpointId: ENDPOINT_ID,
  takenAt: ago(60),
  ...changes,
});

const anEstate = (changes: Partial<Estate> = {}, is: Partial<Standing> = {}): Estate => ({
  now: NOW,
  connections: [],
  admissions: [],
  places: [],
  entitlements: [],
  warned: [],
  standingOf: () => standing(is),
  principals: [],
  registryVersion: 1,
  ...changes,
});
const waiting = (changes: Partial<Connection> = {}): Connection =>
  aConnection({ state: 'pendingAcceptance', createdAt: ago(30), ...changes });
const live = (changes: Partial<Connection> = {}): Connection =>
  aConnection({ state: 'available', createdAt: ago(60), ...changes });
const admits = (estate: Estate): readonly string[] => planDifference(estate).admit.map(({ because }) => because);

describe('planDifference: what nobody is admitting', () => {
  it.each<[situation: string, Estate, because: readonly string[]]>([
    ['a request that nobody has looked at', anEstate({ connections: [waiting()] }), ['nobody has looked at it']],
    ['one whose notice is on its way', anEstate({ connections: [waiting({ createdAt: ago(1) })] }), []],
    ['a connection that was there before us', anEstate({ connections: [live()] }), ['it was connected without us']],
    [
      'one that is being made',
      anEstate({ connections: [live({ state: 'pending' })] }),
      ['it was connected without us'],
    ],
    ['one that is over, and that we never knew', anEstate({ connections: [live({ state: 'rejected' })] }), []],
    ['one on whose state nobody acts', anEstate({ connections: [live({ state: 'partial' })] }), []],
    ['one that we accepted', anEstate({ connections: [live()], admissions: [anAdmission()] }), []],
    [
      'one that we accepted, and that is deleted',
      anEstate({ connections: [live({ state: 'deleted' })], admissions: [anAdmission()] }),
      ['it is deleted'],
    ],
    [
      'one that we accepted, and that is not listed',
      anEstate({ admissions: [anAdmission()] }),
      ['EC2 does not list it any more'],
    ],
    [
      'one of whose run nobody hears',
      anEstate({ connections: [waiting()], admissions: [anAdmission({ isRunning: true, takenAt: ago(80) })] }),
      ['the run that has it in hand is not heard of'],
    ],
    [
      'one that a run has in hand',
      anEstate({ connections: [waiting()], admissions: [anAdmission({ isRunning: true, takenAt: ago(70) })] }),
      [],
    ],
    [
      'one that was taken just now, by whatever state it is in',
      anEstate({ connections: [live({ state: 'deleted' })], admissions: [anAdmission({ takenAt: ago(1) })] }),
      [],
    ],
    [
      'one that was let go before anything was decided',
      anEstate({ connections: [waiting()], admissions: [{ ...anAdmission(), last: undefined } as never] }),
      ['no decision on it is known'],
    ],
    [
      'one that a person answered while it was held',
      anEstate({ connections: [live()], admissions: [held()] }),
      ['somebody else connected it'],
    ],
    [
      'a connection that was there before us, to a service that nobody entered',
      anEstate({ connections: [live()] }, { isRegistered: false }),
      [],
    ],
    [
      'a request to a service that nobody entered',
      anEstate({ connections: [waiting()] }, { isRegistered: false }),
      ['nobody has looked at it'],
    ],
    [
      'one of others, whose customer the registry names by now',
      anEstate({ connections: [live()], admissions: [others()] }, { customerId: 'acme' }),
      ["the registry says that it is acme's"],
    ],
    [
      'one of others that is over, whose customer the registry names',
      anEstate({ connections: [live({ state: 'rejected' })], admissions: [others()] }, { customerId: 'acme' }),
      ['it is rejected'],
    ],
    ['one of others, whose customer nobody knows', anEstate({ connections: [live()], admissions: [others()] }), []],
    [
      'one of others that a person says is ours, and whose customer nobody knows',
      anEstate({ connections: [live()], admissions: [others({ isOwned: true })] }),
      [],
    ],
    [
      'one that the ledger has as rejected, and EC2 as waiting',
      anEstate({
        connections: [waiting()],
        admissions: [anAdmission({ last: { outcome: 'rejected', code: 'denied' } })],
      }),
      ['the ledger says rejected, and EC2 says pendingAcceptance'],
    ],
  ])('%s', (_situation, estate, because) => {
    expect(admits(estate)).toEqual(because);
  });

  it('the oldest first', () => {
    const estate = anEstate({
      connections: [waiting({ endpointId: OTHER_ENDPOINT, createdAt: ago(10) }), waiting({ createdAt: ago(20) })],
    });

    expect(planDifference(estate).admit.map(({ vpcEndpointId }) => vpcEndpointId)).toEqual([
      ENDPOINT_ID,
      OTHER_ENDPOINT,
    ]);
  });
});

describe('planDifference: a request that is held', () => {
  const estate = (admission: Admission, is: Partial<Standing> = {}): Estate =>
    anEstate({ connections: [waiting()], admissions: [admission] }, is);

  it.each<[situation: string, Estate, because: readonly string[]]>([
    ['nothing changed', estate(held()), []],
    ['what it stands on changed', estate(held(), { basis: 'another' }), ['what its decision stands on has changed']],
    ['its time has come', estate(held({ lookAt: ago(1) })), ['its time has come']],
    ['its contract began', estate(held(), { dates: [ago(30)] }), ['a date of its contract has come']],
    ['its contract had begun when it was held', estate(held(), { dates: [ago(90)] }), []],
    ['its contract has not begun', estate(held(), { dates: [ahead(30)] }), []],
    [
      'nobody waits with it any more, and nothing changed',
      estate(anAdmission({ last: { outcome: 'held', code: 'hold-expired' } })),
      [],
    ],
    [
      'nobody waits with it any more, and what it stands on changed',
      estate(anAdmission({ last: { outcome: 'observed', code: 'entitled' } }), { basis: 'another' }),
      ['what its decision stands on has changed'],
    ],
  ])('%s', (_situation, each, because) => {
    expect(admits(each)).toEqual(because);
  });
});

describe('planDifference: what is no longer entitled', () => {
  const revoked = (verdict: Standing['revocation']['verdict'], changes: Partial<Estate> = {}) =>
    planDifference(
      anEstate(
        { connections: [live()], admissions: [anAdmission()], ...changes },
        { revocation: { ...KEPT, verdict, code: 'customer-suspended', customerId: 'acme' } },
      ),
    );

  it('is revoked where the mode says so', () => {
    expect(revoked('revoke').revoke).toEqual([
      { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID, because: 'customer-suspended' },
    ]);
  });

  it.each(['propose', 'observe'] as const)('is told once where the mode is %s', (verdict) => {
    const { revoke, warn } = revoked(verdict);

    expect(revoke).toEqual([]);
    expect(warn).toMatchObject([
      { kind: 'revocation', vpcEndpointId: ENDPOINT_ID, what: `${verdict} customer-suspended` },
    ]);
    expect(revoked(verdict, { warned: warn }).warn).toEqual([]);
  });

  it.each<[situation: string, Partial<Estate>]>([
    ['the registry is not believed', { distrust: 'it shrank' }],
    ['nobody knows it yet', { admissions: [] }],
    ['a run has it in hand', { admissions: [anAdmission({ isRunning: true })] }],
    ['it was let go just now', { admissions: [anAdmission({ takenAt: ago(1) })] }],
    ['it is over', { connections: [live({ state: 'rejected' })] }],
  ])('is left alone where %s', (_situation, changes) => {
    expect(revoked('revoke', changes).revoke).toEqual([]);
  });
});

describe('planDifference: places', () => {
  const settles = (changes: Partial<Estate>) => planDifference(anEstate(changes)).places.map(({ because }) => because);

  it.each<[situation: string, Partial<Estate>, because: readonly string[]]>([
    ['of a live connection', { connections: [live()], admissions: [anAdmission()], places: [aPlace()] }, []],
    ['of an endpoint that nobody knows any more', { places: [aPlace()] }, ['its endpoint is gone']],
    [
      'of an endpoint that is over',
      { connections: [live({ state: 'failed' })], places: [aPlace()] },
      ['its endpoint is gone'],
    ],
    ['taken just now', { places: [aPlace({ takenAt: ago(1) })] }, []],
    [
      'whose endpoint has an admission: that run gives it back',
      { admissions: [anAdmission()], places: [aPlace()] },
      [],
    ],
    ['whose request a run has in hand', { admissions: [anAdmission({ isRunning: true })], places: [aPlace()] }, []],
    [
      'under a customer whose endpoint it is not',
      { connections: [live()], admissions: [anAdmission()], places: [aPlace(), aPlace({ customerId: 'globex' })] },
      ["its endpoint is acme's"],
    ],
  ])('%s', (_situation, changes, because) => {
    expect(settles(changes)).toEqual(because);
  });
});

describe('planDifference: bounds', () => {
  it('two hundred of each, and how many are left', () => {
    const connections = Array.from({ length: 250 }, (_, index) =>
      waiting({ endpointId: `vpce-${String(index).padStart(17, '0')}` }),
    );
    const { admit, warn, left } = planDifference(anEstate({ connections }));

    expect([admit.length, warn.length, left]).toEqual([200, 200, 100]);
  });

  it('an event holds all that there can be', () => {
    const { warn: _, ...difference } = planDifference(
      anEstate({
        connections: Array.from({ length: 200 }, (_unused, index) =>
          waiting({ endpointId: `vpce-${String(index).padStart(17, '0')}` }),
        ),
        places: Array.from({ length: 200 }, (_unused, index) =>
          aPlace({ endpointId: `vpce-f${String(index).padStart(16, '0')}` }),
        ),
      }),
    );

    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    expect(JSON.stringify(difference).length).toBeLessThan(200_000);
  });
});

describe('planDifference: any estate', () => {
  const states = fc.constantFrom<ConnectionState>(...CONNECTION_STATES, 'unknown');
  const admissions = fc.option(
    fc.record({
      isRunning: fc.boolean(),
      minutes: fc.integer({ min: 0, max: 200 }),
      outcome: fc.constantFrom<Outcome>('accepted', 'rejected', 'held', 'observed', 'adopted', 'overtaken', 'gone'),
    }),
  );

  it('nothing is both admitted and revoked, and what EC2 has as over is never revoked', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(states, admissions), { maxLength: 8 }), (drawn) => {
        const connections = drawn.map(([state], index) => live({ state, endpointId: `vpce-0000000${index}` }));
        const estate = anEstate(
          {
            connections,
            admissions: drawn.flatMap(([, admission], index) =>
              admission === null
                ? []
                : [
                    anAdmission({
                      endpointId: `vpce-0000000${index}`,
                      isRunning: admission.isRunning,
                      takenAt: ago(admission.minutes),
                      last: { outcome: admission.outcome, code: 'x' },
                    }),
                  ],
            ),
          },
          { revocation: { ...KEPT, verdict: 'revoke' } },
        );
        const { admit, revoke } = planDifference(estate);
        const revoked = revoke.map(({ vpcEndpointId }) => vpcEndpointId);

        expect(admit.filter(({ vpcEndpointId }) => revoked.includes(vpcEndpointId))).toEqual([]);
        const over = connections.filter(({ state }) => state !== 'available' && state !== 'pending');

        expect(over.filter(({ endpointId }) => revoked.includes(endpointId))).toEqual([]);
      }),
    );
  });

  it('an estate that is as it should be is quiet', () => {
    const estate = anEstate({ connections: [live()], admissions: [anAdmission()], places: [aPlace()] });

    expect(isQuiet(planDifference(estate))).toBe(true);
    expect(isQuiet(planDifference({ ...estate, places: [], connections: [], admissions: [] }))).toBe(true);
    expect(isQuiet(planDifference(anEstate({ connections: [waiting()] })))).toBe(false);
  });
});
