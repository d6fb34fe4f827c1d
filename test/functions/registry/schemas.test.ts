import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  CustomerId,
  CustomerSchema,
  EndpointId,
  EntitlementSchema,
  problemOf,
  ServiceEntrySchema,
  ServiceId,
} from '../../../functions/registry/schemas.ts';
import { aCustomer, anEntitlement, aService, ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';

/** `fits`, or what is wrong. */
const judge = (schema: v.GenericSchema, entry: unknown): string => {
  const parsed = v.safeParse(schema, entry);
  return parsed.success ? 'fits' : problemOf(parsed.issues);
};

describe('ids', () => {
  it.each([
    ['a service’s', ServiceId, SERVICE_ID, true],
    ['a service’s, old', ServiceId, 'vpce-svc-0a1b2c3d', true],
    ['an endpoint’s in a service’s place', ServiceId, ENDPOINT_ID, false],
    ['an endpoint’s', EndpointId, ENDPOINT_ID, true],
    ['an endpoint’s with a line break', EndpointId, `${ENDPOINT_ID}\n`, false],
    ['a service’s in an endpoint’s place', EndpointId, SERVICE_ID, false],
    ['eighteen digits', EndpointId, `${ENDPOINT_ID}0`, false],
    ['a customer’s', CustomerId, 'acme-2', true],
    ['what would forge a key', CustomerId, 'acme#PLACES', false],
    ['capitals', CustomerId, 'Acme', false],
    ['a hyphen first', CustomerId, '-acme', false],
    ['sixty-four characters', CustomerId, 'a'.repeat(64), false],
    ['nothing', CustomerId, '', false],
  ] as const)('%s', (_situation, schema, text, fits) => {
    expect(judge(schema, text) === 'fits').toBe(fits);
  });
});

describe('entries', () => {
  it.each<[situation: string, schema: v.GenericSchema, entry: unknown, problem: string | RegExp]>([
    ['a customer', CustomerSchema, aCustomer({ contact: 'ops@acme.example' }), 'fits'],
    ['a customer in the table, beside its key', CustomerSchema, { ...aCustomer(), pk: 'CUSTOMER#acme' }, 'fits'],
    ['a name of 257 characters', CustomerSchema, aCustomer({ name: 'x'.repeat(257) }), /^name: /],
    ['no status', CustomerSchema, { customerId: 'acme', name: 'Acme' }, /^status: /],

    ['an entitlement', EntitlementSchema, anEntitlement(), 'fits'],
    [
      'an entitlement with everything',
      EntitlementSchema,
      anEntitlement({
        regions: ['us-gov-west-1', 'ap-southeast-4'],
        from: '2026-01-01T00:00:00Z',
        until: '2027-01-01T00:00:00.000Z',
      }),
      'fits',
    ],
    ['a date without a time', EntitlementSchema, anEntitlement({ until: '2027-01-01' }), /^until: not an ISO 8601/],
    ['half a place', EntitlementSchema, anEntitlement({ maxEndpoints: 1.5 }), /^maxEndpoints: /],
    ['a zone for a region', EntitlementSchema, anEntitlement({ regions: ['us-west-2a'] }), 'regions.0: not a region'],

    ['a service', ServiceEntrySchema, aService(), 'fits'],
    ['a service with a policy', ServiceEntrySchema, aService({ 'requester-unknown': 'hold' }), 'fits'],
    [
      'a policy with a verdict that is none',
      ServiceEntrySchema,
      { ...aService(), verdicts: { 'quota-reached': 'no' } },
      /^verdicts.quota-reached: /,
    ],
    ['no entry', ServiceEntrySchema, null, /^entry: /],
  ])('%s', (_situation, schema, entry, problem) => {
    expect(judge(schema, entry)).toMatch(problem);
  });
});
