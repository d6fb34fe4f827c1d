import { describe, expect, it } from 'vitest';
import { NO_STATE } from '../../../functions/domain/failover-state.ts';
import {
  DnsRecordSchema,
  recordFrom,
  stateAttributes,
  stateFrom,
  stateReading,
} from '../../../functions/registry/dns-records.ts';
import { itemOf } from '../../../functions/registry/items.ts';
import { parseWith, problemOf } from '../../../functions/registry/schemas.ts';
import {
  ARMED,
  aFailover,
  anAlias,
  aRecord,
  aSimple,
  atAddresses,
  atTargets,
  aWeighted,
  ENGAGED,
  JO,
  PRIMARY_GROUP,
  RECORD_ID,
  RECORD_NAME,
} from '../../support/dns-records.ts';

/** `fits`, or what is wrong. */
const judge = (entry: unknown): string => {
  const parsed = parseWith(DnsRecordSchema, entry);
  return parsed.success ? 'fits' : problemOf(parsed.issues);
};
const weighing = (weight: unknown) =>
  aRecord({
    routing: { kind: 'weighted', sides: { blue: { weight: weight as number, value: atAddresses('10.0.0.1') } } },
  });
const named = (side: string) =>
  aRecord({ routing: { kind: 'weighted', sides: { [side]: { weight: 1, value: atAddresses('10.0.0.1') } } } });
/** Of so many characters. */
const nameOf = (length: number): string => `${'a.'.repeat(100)}${'b'.repeat(length - 200)}`;
const WEIGHT = 'not a whole number from 0 to 255';
const UNPROMOTED =
  'Route 53 would leave a sick primary before anybody has promoted the secondary: have a person’s word engage it ("engages": "manual-armed", --manual), or leave "promotes" away';
const ROLE = { roleArn: 'arn:aws:iam::222222222222:role/dns', externalId: 'acme-1' };

describe('an entry', () => {
  it.each<[situation: string, entry: unknown]>([
    ['a failover', aRecord()],
    [
      'everything that a failover may say',
      aRecord({
        routing: aFailover({
          engages: 'manual-armed',
          readiness: { name: 'r', region: 'eu-west-1' },
          promotes: true,
          healthyForSeconds: 0,
        }),
        ttl: 60,
      }),
    ],
    ['no promotion, said so', aRecord({ routing: aFailover({ engages: 'automatic', promotes: false }) })],
    ['weights', aWeighted({ blue: 255, green: 0 })],
    ['one address', aSimple(atAddresses('10.0.0.1'), { ttl: 1 })],
    ['targets', aSimple(atTargets(PRIMARY_GROUP))],
    ['IPv6', aSimple(atAddresses('fd00::1'), { type: 'AAAA' })],
    ['an alias of IPv6', aSimple(anAlias('a.example.com'), { type: 'AAAA' })],
    ['a consumer’s, in its own account', aRecord({ client: { side: 'consumer', customerId: 'acme' }, role: ROLE })],
    ['a name as long as those beside it allow', aRecord({ name: nameOf(228) })],
    ['in the table, beside its key', { ...aRecord(), pk: 'RECORDS', sk: 'RECORD#orders-db' }],
  ])('%s - fits', (_situation, entry) => {
    expect(judge(entry)).toBe('fits');
  });

  it.each<[situation: string, entry: unknown, problem: string]>([
    ['a zone’s id with its path', aRecord({ zoneId: '/hostedzone/Z0123' }), 'zoneId: not the id of a hosted zone'],
    ['a zone’s id in small letters', aRecord({ zoneId: 'z0123' }), 'zoneId: not the id of a hosted zone'],
    ['a zone’s id that would forge a key', aRecord({ zoneId: 'Z1#LEASE' }), 'zoneId: not the id of a hosted zone'],
    ['a record’s id that would forge a key', aRecord({ recordId: 'a#b' }), 'recordId: not a record id'],
    ['an id of sixty-four characters', aRecord({ recordId: 'a'.repeat(64) }), 'recordId: not a record id'],
    ['a service that is none', aRecord({ serviceId: 'orders' }), 'serviceId: not an id of an endpoint service'],
    [
      'a name that leaves no room for those beside it',
      aRecord({ name: nameOf(229) }),
      'name: too long: the names of the records beside it would have more than 255 octets',
    ],
    [
      'a side that leads to what stands before it',
      aRecord({ routing: aFailover({ primary: anAlias(`_Primary.${RECORD_NAME}`) }) }),
      'routing: leads to a name that is kept for what stands between the record and its sides',
    ],
    ['a name with a blank', aRecord({ name: 'a b.example' }), 'name: not a host name'],
    ['a name with a dot at its end', aRecord({ name: 'db.example.' }), 'name: not a host name'],
    ['a name in capitals', aRecord({ name: 'DB.example' }), 'name: not in lower case'],
    ['a wildcard', aRecord({ name: '*.example' }), 'name: not a host name'],
    ['a CNAME', aRecord({ type: 'CNAME' as never }), 'type: not one of A, AAAA'],
    ['a TTL of 0', aRecord({ ttl: 0 }), 'ttl: not a whole number from 1 to 60'],
    ['a TTL of 61', aRecord({ ttl: 61 }), 'ttl: not a whole number from 1 to 60'],
    ['a TTL of a second and a half', aRecord({ ttl: 1.5 }), 'ttl: not a whole number from 1 to 60'],
    ['a TTL in words', aRecord({ ttl: '30' as never }), 'ttl: not a whole number from 1 to 60'],
    ['a weight of 256', weighing(256), `routing.sides.blue.weight: ${WEIGHT}`],
    ['a weight of -1', weighing(-1), `routing.sides.blue.weight: ${WEIGHT}`],
    ['a weight of 1.5', weighing(1.5), `routing.sides.blue.weight: ${WEIGHT}`],
    [
      'weights of 0 alone',
      aWeighted({ blue: 0, green: 0 }),
      'routing.sides: every weight is 0: all would be answered alike',
    ],
    ['no sides', aRecord({ routing: { kind: 'weighted', sides: {} } }), 'routing.sides: names no side'],
    ['a side with a blank', named('a b'), 'routing.sides.a b: not a name of a side'],
    ['a side in capitals', named('Blue'), 'routing.sides.Blue: not a name of a side'],
    [
      'a side that no map may have',
      named('constructor'),
      'routing.sides: no side may be called prototype or constructor',
    ],
    ['another', named('prototype'), 'routing.sides: no side may be called prototype or constructor'],
    ['no addresses', aSimple(atAddresses()), 'routing.value.addresses: names nobody'],
    ['an address that is none', aSimple(atAddresses('10.0.0')), 'routing.value.addresses.0: not an address'],
    [
      'IPv6 in a record of IPv4',
      aSimple(atAddresses('10.0.0.1', 'fd00::1')),
      'routing: an address is of the other family than the record’s type',
    ],
    [
      'IPv4 in a record of IPv6',
      aSimple(atAddresses('10.0.0.1'), { type: 'AAAA' }),
      'routing: an address is of the other family than the record’s type',
    ],
    [
      'the secondary’s of the other family',
      aRecord({ routing: aFailover({ secondary: atAddresses('fd00::1') }) }),
      'routing: an address is of the other family than the record’s type',
    ],
    [
      'one side’s of the other family',
      aRecord({ routing: { kind: 'weighted', sides: { blue: { weight: 1, value: atAddresses('fd00::1') } } } }),
      'routing: an address is of the other family than the record’s type',
    ],
    ['an alias that is no name', aSimple(anAlias('https://a.example')), 'routing.value.dnsName: not a host name'],
    [
      'an alias without a zone',
      aSimple({ kind: 'alias', dnsName: 'a.example', zoneId: '' }),
      'routing.value.zoneId: not the id of a hosted zone',
    ],
    [
      'a load balancer in a target group’s place',
      aSimple(
        atTargets('arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/orders/0123456789abcdef'),
      ),
      'routing.value.targetGroupArn: not the ARN of a target group',
    ],
    ['port 0', aSimple(atTargets(PRIMARY_GROUP, 0)), 'routing.value.port: not a whole number from 1 to 65535'],
    [
      'a promotion, and a primary that is left without it',
      aRecord({ routing: aFailover({ promotes: true, engages: 'automatic' }) }),
      `routing: ${UNPROMOTED}`,
    ],
    [
      'a promotion, and not said who engages',
      aRecord({ routing: aFailover({ promotes: true }) }),
      `routing: ${UNPROMOTED}`,
    ],
    [
      'an alarm without a name',
      aRecord({ routing: aFailover({ health: { name: '', region: 'us-west-2' } }) }),
      'routing.health.name: names no alarm',
    ],
    [
      'an alarm of 256 characters',
      aRecord({ routing: aFailover({ health: { name: 'x'.repeat(256), region: 'us-west-2' } }) }),
      'routing.health.name: longer than an alarm’s name',
    ],
    [
      'an alarm nowhere',
      aRecord({ routing: aFailover({ health: { name: 'x', region: 'here' } }) }),
      'routing.health.region: not a region',
    ],
    [
      'a day and a second of health',
      aRecord({ routing: aFailover({ healthyForSeconds: 86_401 }) }),
      'routing.healthyForSeconds: not a whole number from 0 to 86400',
    ],
    ['a role that is none', aRecord({ role: { ...ROLE, roleArn: 'dns' } }), 'role.roleArn: not the ARN of a role'],
    [
      'an external id of one character',
      aRecord({ role: { ...ROLE, externalId: 'x' } }),
      'role.externalId: not an external id',
    ],
    [
      'a consumer that is no customer',
      aRecord({ client: { side: 'consumer', customerId: 'A#B' } }),
      'client.customerId: not a customer id',
    ],
  ])('%s - %s', (_situation, entry, problem) => {
    expect(judge(entry)).toBe(problem);
  });

  it.each<[situation: string, entry: object]>([
    ['no routing', { ...aRecord(), routing: undefined }],
    ['a routing of another kind', { ...aRecord(), routing: { kind: 'latency' } }],
    ['a failover without a secondary', { ...aRecord(), routing: { ...aFailover(), secondary: undefined } }],
    ['a failover without health', { ...aRecord(), routing: { ...aFailover(), health: undefined } }],
    ['a client who is nobody', { ...aRecord(), client: {} }],
    ['seen from the moon', { ...aRecord(), seenFrom: 'moon' }],
    ['engaged by chance', { ...aRecord(), routing: { ...aFailover(), engages: 'sometimes' } }],
  ])('%s - does not fit', (_situation, entry) => {
    expect(judge(entry)).not.toBe('fits');
  });
});

describe('a record in the registry', () => {
  const item = (entry: object, recordId = RECORD_ID) => ({ ...entry, pk: 'RECORDS', sk: `RECORD#${recordId}` });

  it('read as it is', () => {
    expect(recordFrom(item(aRecord()))).toEqual({ kind: 'found', entry: aRecord() });
    expect(recordFrom(undefined)).toEqual({ kind: 'absent' });
  });

  it('under another’s key - counts for nobody', () => {
    expect(recordFrom(item(aRecord(), 'other'))).toEqual({
      kind: 'unreadable',
      problem: "RECORD#other: its recordId is another one than its key's",
    });
  });

  it('hostile in its key and its fields - told in plain text, and not without end', () => {
    const hostile = '\u001b[2J\u202e\n"><script>'.repeat(50);
    const reading = recordFrom(item({ ...aRecord(), name: hostile, type: hostile, zoneId: hostile }, hostile));

    expect(reading.kind).toBe('unreadable');
    const { problem } = reading as { problem: string };
    expect(problem).toMatch(/^[\x20-\x7e·]+$/u);
    expect(problem.length).toBeLessThan(400);
  });
});

describe('what the ledger knows of a record', () => {
  it.each([
    ['nobody touched it', NO_STATE],
    ['armed', ARMED],
    ['failed over', ENGAGED],
    ['everything', { ...ENGAGED, released: JO, adopted: JO, weights: { blue: 7 }, applied: { primary: ['10.0.0.1'] } }],
  ])('%s - as it was put', (_situation, state) => {
    expect(stateFrom(RECORD_ID, itemOf(stateAttributes(state)))).toEqual(state);
  });

  it('no item - a record that nobody touched; an item without a version too', () => {
    expect(stateFrom(RECORD_ID, undefined)).toEqual(NO_STATE);
    expect(stateFrom(RECORD_ID, { run: 'arn:x' })).toEqual(NO_STATE);
  });

  it.each([
    ['a version of a half', { version: 0.5 }],
    ['a version below 0', { version: -1 }],
    ['half of the checks', { version: 1, checks: { health: 'x' } }],
    ['armed at no time', { version: 1, armedAt: 'long ago' }],
    ['failed over by nobody', { version: 1, engaged: { reason: 'x', at: 'y' } }],
    ['a weight of 256', { version: 1, weights: { blue: 256 } }],
  ])('%s - unreadable, and Malformed for whoever can’t go on without', (_situation, entry) => {
    expect(stateReading(RECORD_ID, entry)).toMatchObject({
      kind: 'unreadable',
      problem: expect.stringMatching(/^What is known of orders-db can't be read: /),
    });
    expect(() => stateFrom(RECORD_ID, entry)).toThrow(expect.objectContaining({ name: 'Malformed' }));
  });
});
