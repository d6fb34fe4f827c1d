import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  AccountId,
  CustomerId,
  CustomerSchema,
  EndpointId,
  EntitlementSchema,
  ModesSchema,
  PrincipalsSchema,
  parseWith,
  problemOf,
  ServiceEntrySchema,
  ServiceId,
} from '../../../functions/registry/schemas.ts';
import { aCustomer, anEntitlement, aService, ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';

/** `fits`, or what is wrong. */
const judge = (schema: v.GenericSchema, entry: unknown): string => {
  const parsed = parseWith(schema, entry);
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
    ['an endpoint’s, old', EndpointId, 'vpce-0a1b2c3d', true],
    ['seven digits', EndpointId, 'vpce-0a1b2c3', false],
    ['nine digits', EndpointId, 'vpce-0a1b2c3d4', false],
    ['sixteen digits', EndpointId, ENDPOINT_ID.slice(0, -1), false],
    ['eighteen digits', EndpointId, `${ENDPOINT_ID}0`, false],
    ['nine digits of a service', ServiceId, 'vpce-svc-0a1b2c3d4', false],
    ['sixteen digits of a service', ServiceId, SERVICE_ID.slice(0, -1), false],
    ['eighteen digits of a service', ServiceId, `${SERVICE_ID}0`, false],
    ['capital digits', ServiceId, 'vpce-svc-0A1B2C3D', false],
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
        until: '2028-02-29T23:59:59Z',
      }),
      'fits',
    ],
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
    ['a service that was there before', ServiceEntrySchema, aService(undefined, { origin: 'imported' }), 'fits'],
    ['a service of unknown origin', ServiceEntrySchema, { serviceId: SERVICE_ID }, 'fits'],
    ['a service of an origin that there is not', ServiceEntrySchema, { ...aService(), origin: 'found' }, /^origin: /],
    ['a day to hold', ServiceEntrySchema, aService(undefined, { holdDays: 1 }), 'fits'],
    ['thirty days to hold', ServiceEntrySchema, aService(undefined, { holdDays: 30 }), 'fits'],
    ['thirty-one days to hold', ServiceEntrySchema, aService(undefined, { holdDays: 31 }), /^holdDays: /],
    ['no day to hold', ServiceEntrySchema, aService(undefined, { holdDays: 0 }), /^holdDays: /],
    ['half a day to hold', ServiceEntrySchema, aService(undefined, { holdDays: 0.5 }), /^holdDays: /],
    ['no entry', ServiceEntrySchema, null, /^entry: /],

    ['modes', ModesSchema, { modes: { accept: 'observe', reject: 'enforce' }, version: 1 }, 'fits'],
    ['a mode of one effect', ModesSchema, { modes: { reject: 'propose' }, version: 2 }, 'fits'],
    ['a mode of an effect that came later', ModesSchema, { modes: { 'dns-b': 'later' }, version: 3 }, 'fits'],
    ['a mode that there is not', ModesSchema, { modes: { accept: 'Enforce' }, version: 1 }, /^modes.accept: /],
    ['modes without a version', ModesSchema, { modes: {} }, /^version: /],
    ['modes of no command', ModesSchema, { modes: {}, version: 0 }, /^version: /],
    ['half a version', ModesSchema, { modes: {}, version: 1.5 }, /^version: /],
    ['no modes', ModesSchema, { version: 1 }, /^modes: /],
  ])('%s', (_situation, schema, entry, problem) => {
    expect(judge(schema, entry)).toMatch(problem);
  });
});

describe('times', () => {
  const until = (time: unknown): string => judge(EntitlementSchema, { ...anEntitlement(), until: time });

  it.each(['2026-11-23T00:00:00Z', '2028-02-29T23:59:59Z', '2000-01-01T00:00:00Z'])('%s - fits', (time) => {
    expect(until(time)).toBe('fits');
    expect(Number.isFinite(Date.parse(time))).toBe(true);
  });

  it.each([
    ['a date without a time', '2027-01-01'],
    ['parts of a second', '2027-01-01T00:00:00.000Z'],
    ['another zone', '2027-01-01T00:00:00+01:00'],
    ['no zone', '2027-01-01T00:00:00'],
    ['a blank for the T', '2027-01-01 00:00:00Z'],
    ['small letters', '2027-01-01t00:00:00z'],
    ['no seconds', '2027-01-01T00:00Z'],
    ['a line break after it', '2027-01-01T00:00:00Z\n'],
    ['words', 'soon'],
    ['nothing', ''],
  ])('%s - not of that form: %j', (_situation, time) => {
    expect(until(time)).toMatch(/^until: not a time such as 2026-11-23T00:00:00Z/);
  });

  it.each([
    ['a 30th of February', '2027-02-30T00:00:00Z'],
    ['a 29th of February in no leap year', '2027-02-29T00:00:00Z'],
    ['a 31st of April', '2027-04-31T00:00:00Z'],
    ['a thirteenth month', '2027-13-01T00:00:00Z'],
    ['a day nought', '2027-01-00T00:00:00Z'],
    ['an hour after the last', '2027-01-01T24:00:00Z'],
    ['a sixtieth minute', '2027-01-01T00:60:00Z'],
    ['a leap second', '2027-06-30T23:59:60Z'],
  ])('%s - there is no such time: %s', (_situation, time) => {
    expect(until(time)).toBe('until: not a time that exists');
  });
});

describe('parseWith', () => {
  const Id = v.pipe(v.string(), v.minLength(3, 'too short'), v.regex(/^x/, 'no x'));

  it('names one fault a field, and every field that has one', () => {
    expect(judge(v.object({ a: Id, b: Id, c: Id }), { a: 'o', b: 'xxx', c: 7 })).toBe(
      'a: too short; c: Invalid type: Expected string but received 7',
    );
  });
});

describe('problemOf', () => {
  const Wide = v.strictObject({ note: v.picklist(['a']) });

  it.each([
    ['control characters', '\u001b[31m\r\n\u0085'],
    ['half a character', '\ud83d'],
  ])('%s in a value - made plain', (_situation, note) => {
    const problem = judge(Wide, { note });

    expect(problem).toMatch(/^note: /);
    expect(problem).not.toMatch(/\p{Cc}/u);
    expect(problem.isWellFormed()).toBe(true);
  });

  it('a value without an end - 300 characters of it, the field’s name first', () => {
    const problem = judge(Wide, { note: 'x'.repeat(100_000) });

    expect(problem).toHaveLength(300);
    expect(problem).toMatch(/^note: /);
  });

  it('problems without an end - 300 characters of them, the first one first', () => {
    const problem = judge(
      v.array(v.string()),
      Array.from({ length: 500 }, (_, index) => index),
    );

    expect(problem).toHaveLength(300);
    expect(problem).toMatch(/^0: .*; 1: .*; 2: /);
  });
});

describe('what is ours of the allowed principals', () => {
  const ARN = 'arn:aws:iam::222222222222:root';
  const record = { ours: { [ARN]: {} }, reverted: {}, contested: [], version: 1 };

  it.each([
    ['in hand', record, 'fits'],
    [
      'with all there may be',
      {
        ...record,
        ours: { [ARN]: { addedAt: '2026-11-23T12:00:00.000Z', by: 'a', reason: 'b', at: 'c' } },
        applied: '',
      },
      'fits',
    ],
    ['at no time', { ...record, ours: { [ARN]: { addedAt: 'today' } } }, /addedAt/],
    ['reverted less than once', { ...record, reverted: { [ARN]: 0 } }, /reverted/],
    ['without a version', { ...record, version: undefined }, /version/],
  ])('%s', (_what, entry, said) => {
    expect(judge(PrincipalsSchema, entry)).toMatch(said);
  });

  it.each([
    ['222222222222', true],
    ['22222222222', false],
    ['*', false],
  ])('account %s - %s', (account, fits) => {
    expect(judge(AccountId, account) === 'fits').toBe(fits);
  });
});
