import { describe, expect, it } from 'vitest';
import { itemOf } from '../../../functions/registry/items.ts';
import { EntitlementSchema, parseWith } from '../../../functions/registry/schemas.ts';
import { anEntitlement } from '../../support/builders.ts';
import { item } from '../support.ts';

describe('itemOf', () => {
  it('reads numbers as numbers', () => {
    expect(itemOf({ a: { N: '3' }, b: { N: '-0.5' }, c: { M: { d: { N: '9007199254740991' } } } })).toEqual({
      a: 3,
      b: -0.5,
      c: { d: 9007199254740991 },
    });
  });

  it.each(['9007199254740992', '-9007199254740993', '99999999999999999999.5', '9.9E+125'])(
    'leaves %s, which JavaScript can’t hold, a text: it spoils its own attribute only',
    (N) => {
      expect(itemOf({ a: { N }, b: { L: [{ N }] }, c: { NS: [N] }, d: { N: '1' } })).toEqual({
        a: N,
        b: [N],
        c: new Set([N]),
        d: 1,
      });
    },
  );

  it('has an entitlement of more endpoints than JavaScript can count be unreadable, not without bound', () => {
    const entry = { ...item({ pk: 'p', sk: 's' }, anEntitlement()), maxEndpoints: { N: '99999999999999999999' } };

    expect(parseWith(EntitlementSchema, itemOf(entry)).success).toBe(false);
  });
});
