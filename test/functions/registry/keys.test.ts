import { describe, expect, it } from 'vitest';
import { ledgerKey, matchPrefix, registryKey, requestKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, OWNER, SERVICE_ID } from '../../support/builders.ts';

describe('the keys of the two tables', () => {
  it.each([
    ['a customer', registryKey.customer('acme'), 'CUSTOMER#acme', 'CUSTOMER'],
    ['a service', registryKey.service(SERVICE_ID), `SERVICE#${SERVICE_ID}`, 'SERVICE'],
    ['an entitlement', registryKey.entitlement(SERVICE_ID, 'acme'), `SERVICE#${SERVICE_ID}`, 'ENTITLEMENT#acme'],
    [
      'an account’s customer',
      registryKey.match(SERVICE_ID, 'account', OWNER, 'acme'),
      `SERVICE#${SERVICE_ID}`,
      `MATCH#account#${OWNER}#acme`,
    ],
    [
      'an endpoint’s customer',
      registryKey.match(SERVICE_ID, 'endpoint', ENDPOINT_ID, 'acme'),
      `SERVICE#${SERVICE_ID}`,
      `MATCH#endpoint#${ENDPOINT_ID}#acme`,
    ],
    ['an admission', ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), requestKey(SERVICE_ID, ENDPOINT_ID), 'ADMISSION'],
    [
      'a decision',
      ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, 7),
      `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`,
      'DECISION#0007',
    ],
    [
      'an approval',
      ledgerKey.approval(SERVICE_ID, ENDPOINT_ID, 7),
      `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`,
      'APPROVAL#0007',
    ],
    ['the modes', ledgerKey.modes(SERVICE_ID), `SERVICE#${SERVICE_ID}`, 'MODES'],
    ['the places', ledgerKey.places(SERVICE_ID, 'acme'), `ENTITLEMENT#${SERVICE_ID}#acme`, 'PLACES'],
  ])('%s', (_entry, key, pk, sk) => {
    expect(key).toEqual({ pk, sk });
  });

  it('sorts decisions as it counts them', () => {
    const keys = [1, 2, 9, 10, 11, 99, 100, 9999].map((each) => ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, each).sk);

    expect(keys.toSorted()).toEqual(keys);
  });

  it('finds matches of one id only, not of those that begin like it', () => {
    const longer = registryKey.match(SERVICE_ID, 'endpoint', 'vpce-0ab', 'acme').sk;

    expect(longer.startsWith(matchPrefix('endpoint', 'vpce-0ab'))).toBe(true);
    expect(longer.startsWith(matchPrefix('endpoint', 'vpce-0a'))).toBe(false);
  });
});
