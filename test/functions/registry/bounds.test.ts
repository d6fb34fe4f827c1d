import type * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  EntitlementSchema,
  parseWith,
  problemOf,
  RegistrySeenSchema,
  ServiceEntrySchema,
} from '../../../functions/registry/schemas.ts';
import { anEntitlement, aService } from '../../support/builders.ts';

/** `fits`, or what is wrong. */
const judge = (schema: v.GenericSchema, entry: unknown): string => {
  const parsed = parseWith(schema, entry);
  return parsed.success ? 'fits' : problemOf(parsed.issues);
};

describe('a contract', () => {
  const dates = (from: string, until: string) => judge(EntitlementSchema, anEntitlement({ from, until }));

  it('ends after it begins - fits', () => {
    expect(dates('2026-11-23T00:00:00Z', '2026-11-23T00:00:01Z')).toBe('fits');
  });

  it.each([
    ['as it begins', '2026-11-23T00:00:00Z'],
    ['before it begins', '2026-11-22T23:59:59Z'],
  ])('ends %s - refused, at its end', (_when, until) => {
    expect(dates('2026-11-23T00:00:00Z', until)).toBe('until: it is not after from');
  });
});

describe('a bound', () => {
  it.each<[bound: string, v.GenericSchema, entry: unknown, problem: string]>([
    ['one endpoint', EntitlementSchema, anEntitlement({ maxEndpoints: 1 }), 'fits'],
    [
      'no endpoint',
      EntitlementSchema,
      anEntitlement({ maxEndpoints: 0 }),
      'maxEndpoints: less than one endpoint: remove the entitlement instead',
    ],
    ['one revocation a day', ServiceEntrySchema, aService(undefined, { maxRevocations: 1 }), 'fits'],
    [
      'no revocation a day',
      ServiceEntrySchema,
      aService(undefined, { maxRevocations: 0 }),
      'maxRevocations: less than one: set the mode of revoke instead',
    ],
    ['a hundredth', ServiceEntrySchema, aService(undefined, { maxRevokedShare: 0.01 }), 'fits'],
    ['all', ServiceEntrySchema, aService(undefined, { maxRevokedShare: 1 }), 'fits'],
    [
      'none',
      ServiceEntrySchema,
      aService(undefined, { maxRevokedShare: 0 }),
      'maxRevokedShare: not above 0: set the mode of revoke instead',
    ],
    [
      'more than all',
      ServiceEntrySchema,
      aService(undefined, { maxRevokedShare: 10 }),
      'maxRevokedShare: a share is 1 at the most',
    ],
  ])('%s - %s', (_bound, schema, entry, problem) => {
    expect(judge(schema, entry)).toBe(problem);
  });
});

describe('the registry’s size', () => {
  const seen = { tableId: 'table-1', count: 30, at: '2026-11-23T12:00:00.000Z', version: 1 };

  it.each<[situation: string, entry: unknown, problem: RegExp]>([
    ['believed', seen, /^fits$/],
    ['frozen', { ...seen, frozen: { tableId: 'table-1', count: 0, because: 'it shrank', at: seen.at } }, /^fits$/],
    ['fewer than none', { ...seen, count: -1 }, /^count: /],
    [
      'frozen without a reason',
      { ...seen, frozen: { tableId: 'table-1', count: 0, at: seen.at } },
      /^frozen.because: /,
    ],
  ])('%s', (_situation, entry, problem) => {
    expect(judge(RegistrySeenSchema, entry)).toMatch(problem);
  });
});
