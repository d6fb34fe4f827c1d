import { describe, expect, it } from 'vitest';
import type { Connection } from '../../functions/domain/connection.ts';
import {
  type Admission,
  type Estate,
  isQuiet,
  planDifference,
  type Standing,
} from '../../functions/domain/difference.ts';
import { aConnection, ENDPOINT_ID, NOW, SERVICE_ID } from '../support/builders.ts';

const OTHER_ENDPOINT = 'vpce-0bbbbbbbbbbbbbbb2';
const OTHER_SERVICE = 'vpce-svc-0fedcba9876543210';
const ago = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();
const MINUTE = 60;

const KEPT: Standing['revocation'] = { verdict: 'keep', code: 'entitled', sentence: '', action: '', rules: [] };
const estate = (changes: Partial<Estate> = {}, is: Partial<Standing> = {}): Estate => ({
  now: NOW,
  connections: [],
  admissions: [],
  places: [],
  entitlements: [],
  warned: [],
  standingOf: () => ({ basis: 'b', dates: [], revocation: KEPT, isRegistered: true, remindDays: 3, ...is }),
  principals: [],
  registryVersion: 7,
  ...changes,
});
const admission = (changes: Partial<Admission> = {}): Admission => ({
  serviceId: SERVICE_ID,
  endpointId: ENDPOINT_ID,
  isRunning: false,
  isWaiting: false,
  takenAt: ago(60 * MINUTE),
  basis: 'b',
  isOwned: false,
  last: { outcome: 'accepted', code: 'entitled', customerId: 'acme' },
  ...changes,
});
const held = (changes: Partial<Admission> = {}): Admission =>
  admission({ isRunning: true, isWaiting: true, last: { outcome: 'held', code: 'quota-reached' }, ...changes });
const request = (seconds: number, changes: Partial<Connection> = {}): Connection =>
  aConnection({ state: 'pendingAcceptance', createdAt: ago(seconds), ...changes });
const live = (changes: Partial<Connection> = {}): Connection =>
  aConnection({ state: 'available', createdAt: ago(60 * MINUTE), ...changes });
const place = { serviceId: SERVICE_ID, customerId: 'acme', endpointId: ENDPOINT_ID, takenAt: ago(60 * MINUTE) };

describe('planDifference: the moment from which on', () => {
  const isLookedAt = (changes: Partial<Estate>, is: Partial<Standing> = {}): boolean =>
    planDifference(estate(changes, is)).admit.length > 0;
  const ofHold = (changes: Partial<Admission>, is: Partial<Standing> = {}): boolean =>
    isLookedAt({ connections: [request(99)], admissions: [held(changes)] }, is);

  it.each<[what: string, isLookedAt: (seconds: number) => boolean, at: number]>([
    [
      'a request is looked at whose notice did not come: two minutes old',
      (seconds) => isLookedAt({ connections: [request(seconds)] }),
      2 * MINUTE,
    ],
    [
      'a run is not heard of: an hour and a quarter old',
      (seconds) =>
        isLookedAt({
          connections: [request(99)],
          admissions: [admission({ isRunning: true, takenAt: ago(seconds) })],
        }),
      75 * MINUTE,
    ],
    ['the time of a hold has come', (seconds) => ofHold({ lookAt: ago(seconds) }), 0],
    ['a date of its contract is reached', (seconds) => ofHold({}, { dates: [ago(seconds)] }), 0],
  ])('%s', (_what, isIt, at) => {
    expect([isIt(at - 1), isIt(at)]).toEqual([false, true]);
  });

  it('a date of its contract counts that came after it was taken in hand', () => {
    expect(ofHold({}, { dates: [ago(60 * MINUTE)] })).toBe(false);
    expect(ofHold({}, { dates: [ago(60 * MINUTE - 1)] })).toBe(true);
  });
});

describe('planDifference: whose it is', () => {
  it('the same endpoint of two services - each by its own admission', () => {
    const connections = [live(), live({ serviceId: OTHER_SERVICE })];
    const { admit } = planDifference(estate({ connections, admissions: [admission()] }));

    expect(admit.map(({ serviceId, because }) => [serviceId, because])).toEqual([
      [OTHER_SERVICE, 'it was connected without us'],
    ]);
  });

  it('a held request that EC2 shows rejected by others, or in a state of which nobody heard', () => {
    const because = (state: Connection['state']) =>
      planDifference(estate({ connections: [request(99, { state })], admissions: [held()] })).admit[0]?.because;

    expect([because('rejected'), because('unknown')]).toEqual(['it is rejected', undefined]);
  });

  it('a live connection of ours whose customer the registry names - nobody looks', () => {
    const { admit } = planDifference(
      estate({ connections: [live()], admissions: [admission()] }, { customerId: 'acme' }),
    );

    expect(admit).toEqual([]);
  });

  it.each<[situation: string, admissions: readonly Admission[], count: number]>([
    ['under which its endpoint was let in', [admission()], 0],
    ['of another than let in', [admission({ last: { outcome: 'adopted', code: 'x', customerId: 'globex' } })], 1],
    [
      'of an endpoint that is held under another',
      [admission({ last: { outcome: 'held', code: 'x', customerId: 'globex' } })],
      0,
    ],
    ['of an endpoint of which nothing was decided', [{ ...admission(), last: undefined } as never], 0],
    ['of an endpoint that nobody ever had in hand', [], 0],
    [
      'of another than let in, just now',
      [admission({ takenAt: ago(2 * MINUTE - 1), last: { outcome: 'adopted', code: 'x', customerId: 'globex' } })],
      0,
    ],
    [
      'of another than let in, while a run has it in hand',
      [admission({ isRunning: true, last: { outcome: 'adopted', code: 'x', customerId: 'globex' } })],
      0,
    ],
  ])('a place %s - settled: %i', (_situation, admissions, count) => {
    expect(planDifference(estate({ connections: [live()], admissions, places: [place] })).places).toHaveLength(count);
  });
});

describe('planDifference: order and bounds', () => {
  const idOf = (index: number): string => `vpce-${String(index).padStart(17, '0')}`;
  const many = Array.from({ length: 250 }, (_, index) => idOf(index));

  it('of the same age - by their ids; one without a date, which EC2 always gives, first', () => {
    const connections = [OTHER_ENDPOINT, ENDPOINT_ID, idOf(9)].map((endpointId) => request(600, { endpointId }));
    const { createdAt: _unknown, ...undated } = request(0, { endpointId: 'vpce-0fffffffffffffff9' });
    const { admit } = planDifference(estate({ connections: [...connections, undated] }));

    expect(admit.map(({ vpcEndpointId }) => vpcEndpointId)).toEqual([
      'vpce-0fffffffffffffff9',
      idOf(9),
      ENDPOINT_ID,
      OTHER_ENDPOINT,
    ]);
  });

  it('two hundred of each, of revocations, principals, places and warnings to forget too', () => {
    const difference = planDifference(
      estate(
        {
          connections: many.map((endpointId) => live({ endpointId })),
          admissions: many.map((endpointId) => admission({ endpointId })),
          places: many.map((endpointId) => ({ ...place, endpointId: endpointId.replace('vpce-0', 'vpce-f') })),
          principals: many,
          warned: many.map((pk) => ({ pk, sk: 'WARNED#pending', what: 'x' })),
        },
        { revocation: { ...KEPT, verdict: 'revoke', code: 'customer-suspended' } },
      ),
    );
    const { revoke, principals, places, forget, left } = difference;

    expect([revoke, principals, places, forget].map(({ length }) => length)).toEqual([200, 200, 200, 200]);
    expect(principals[0]).toEqual({ serviceId: many[0] });
    expect(left).toBe(200);
  });

  it('what is to be remembered of the registry, with the version that was read; and that alone is a difference', () => {
    const registry = { tableId: 't', count: 3, at: NOW };
    const difference = planDifference(estate({ registry }));

    expect(difference.registry).toEqual({ ...registry, version: 7 });
    expect(isQuiet(difference)).toBe(false);
    expect(planDifference(estate())).not.toHaveProperty('registry');
  });
});
