import { describe, expect, it } from 'vitest';
import { registryKey } from '../../../functions/registry/keys.ts';
import { principalsOf } from '../../../functions/registry/listing.ts';
import type { Item } from '../../../functions/registry/view.ts';
import { aService, HOME_REGION, NOW, SERVICE_ID } from '../../support/builders.ts';

const SERVICE = { ...registryKey.service(SERVICE_ID), ...aService() };
const OTHER = 'vpce-svc-0fedcba9876543210';

const servicesOf = (...registry: readonly Item[]): readonly string[] => {
  const size = { tableId: 'table-1', count: registry.length };
  const listing = { connections: [], registry, size, current: [], region: HOME_REGION, now: NOW };
  return principalsOf(listing, 'aws').map(({ serviceId }) => serviceId);
};

describe('principalsOf', () => {
  it('a service’s entry that was copied to another key - the service counts once, the other not at all', () => {
    expect(servicesOf(SERVICE, { ...SERVICE, ...registryKey.service(OTHER) })).toEqual([SERVICE_ID]);
  });

  it.each<[what: string, serviceId: unknown]>([
    ['a map that can’t be written as a text', { toString: 'x' }],
    ['a number', 7],
    ['nothing', undefined],
  ])('an entry whose serviceId is %s - the others are read', (_what, serviceId) => {
    const wrong = { ...SERVICE, ...registryKey.service(OTHER), serviceId };

    expect(servicesOf(wrong, { pk: 'CUSTOMER#acme', sk: 'CUSTOMER', serviceId }, SERVICE)).toEqual([SERVICE_ID]);
  });
});
