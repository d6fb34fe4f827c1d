import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../functions/domain/connection.ts';
import { isPlaceFree, type PlaceStanding } from '../../functions/domain/place.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';

const TAKEN = '2026-11-23T11:00:00.000Z';
const PLACE = { serviceId: SERVICE_ID, customerId: 'acme', endpointId: ENDPOINT_ID, takenAt: TAKEN };
const standing = (changes: Partial<PlaceStanding> = {}): PlaceStanding => ({
  takenAt: TAKEN,
  isRunning: false,
  ...changes,
});

describe('isPlaceFree', () => {
  it.each<[situation: string, PlaceStanding, state: ConnectionState | undefined, isFree: boolean]>([
    ['its endpoint is not listed', standing(), undefined, true],
    ['its endpoint is deleted', standing(), 'deleted', true],
    ['its endpoint was rejected', standing(), 'rejected', true],
    ['its endpoint is available', standing(), 'available', false],
    ['its endpoint waits', standing(), 'pendingAcceptance', false],
    ['its endpoint is in a state that nobody knows', standing(), 'unknown', false],
    ['it was taken anew', standing({ takenAt: '2026-11-23T11:59:00.000Z' }), 'deleted', false],
    ['it was given back', { isRunning: false }, 'deleted', false],
    ['a run has the request in hand', standing({ isRunning: true }), 'deleted', false],
    [
      'its endpoint is accepted under another customer',
      standing({ last: { outcome: 'accepted', customerId: 'globex' } }),
      'available',
      true,
    ],
    [
      'its endpoint is adopted under this customer',
      standing({ last: { outcome: 'adopted', customerId: 'acme' } }),
      'available',
      false,
    ],
    [
      'its endpoint is adopted under another customer',
      standing({ last: { outcome: 'adopted', customerId: 'globex' } }),
      'available',
      true,
    ],
    [
      'its endpoint is held under another customer',
      standing({ last: { outcome: 'held', customerId: 'globex' } }),
      'pendingAcceptance',
      false,
    ],
  ])('%s', (_situation, each, state, isFree) => {
    expect(isPlaceFree(PLACE, each, state).isFree).toBe(isFree);
  });
});
