import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetHostedZoneCommand } from '@aws-sdk/client-route-53';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { registryKey } from '../../../functions/registry/keys.ts';
import { record } from '../../../ops/actions/record.ts';
import { awsError, callsOf, item, TABLES } from '../../functions/support.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import {
  BOBS,
  CONVERGED,
  DB,
  ending,
  failing,
  ofAdaAbroad,
  RECORDED,
  recorded,
  stateOf,
  WEB,
  withRecords,
} from '../standby.ts';
import { ADA, BOB, ofAda } from '../support.ts';

const BASE = {
  recordId: 'orders-db',
  serviceId: SERVICE_ID,
  zoneId: DB.zoneId,
  name: 'DB.orders.example.internal.',
  type: 'A',
  client: 'provider',
};
const FLIPS = {
  primary: 'addresses:10.0.1.5',
  secondary: 'alias:LB.us-east-2.example.com.:ZLB',
  health: 'us-west-2/orders-well',
};
const INPUT = { ...BASE, ...FLIPS, seenFrom: 'vpc' };
const GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders-tg/0123456789abcdef';
const WRITTEN = { recordedBy: ADA, recordedAt: NOW };

type Zone = { readonly name?: string; readonly isPrivate?: boolean };

/** Route 53 has the zone `example.internal`, and every run brings everything in line. */
const world = (of: Parameters<typeof withRecords>, { name = 'example.internal.', isPrivate = true }: Zone = {}) => {
  const ada = ending(withRecords(...of), CONVERGED);
  ada.route53Mock.on(GetHostedZoneCommand, { Id: DB.zoneId }).resolves({
    HostedZone: { Id: DB.zoneId, Name: name, CallerReference: 'x', Config: { PrivateZone: isPrivate } },
  });
  return ada;
};

const thePut = (entry: object, condition: object) => [
  'PutItem',
  { TableName: TABLES.registry, Item: item(registryKey.record('orders-db'), { ...entry, ...WRITTEN }), ...condition },
];
const FIRST = { ConditionExpression: 'attribute_not_exists(pk)' };

describe('record', () => {
  it('a primary and a secondary - written unless somebody was first, then brought in line; the other region is asked for nothing', async () => {
    const { services, writes, starts, homeCalls } = world([[]]);

    await expect(record(INPUT, services)).resolves.toMatchObject({
      outcome: 'recorded',
      record: DB,
      by: ADA,
      run: { kind: 'ended', ended: { outcome: 'converged' } },
    });
    expect(writes()).toEqual([thePut(DB, FIRST)]);
    expect(starts()).toEqual([{ recordId: 'orders-db', action: 'converge' }]);
    expect(homeCalls()).toEqual([]);
  });

  it.each([
    [
      'addresses',
      { simple: 'addresses:10.0.1.5, 10.0.2.6' },
      { kind: 'addresses', addresses: ['10.0.1.5', '10.0.2.6'] },
    ],
    ['addresses of IPv6', { type: 'AAAA', simple: 'addresses:fd00::1' }, { kind: 'addresses', addresses: ['fd00::1'] }],
    ['targets', { simple: `targets:${GROUP}:5432` }, { kind: 'targets', targetGroupArn: GROUP, port: 5432 }],
    ['an alias', { simple: 'alias:lb.example.com:Z1' }, { kind: 'alias', dnsName: 'lb.example.com', zoneId: 'Z1' }],
  ])('one value: %s', async (_what, given, value) => {
    await expect(record({ ...BASE, ...given }, world([[]]).services)).resolves.toMatchObject({
      record: { routing: { kind: 'simple', value } },
    });
  });

  it('weighted sides, a customer, a TTL', async () => {
    const weighted = ['blue=80=addresses:10.0.1.5', `green=20=targets:${GROUP}:443`];
    const input = { ...BASE, weighted, client: 'consumer:acme', ttl: 5, seenFrom: 'nowhere' };

    await expect(record(input, world([[]]).services)).resolves.toMatchObject({
      record: {
        client: { side: 'consumer', customerId: 'acme' },
        ttl: 5,
        routing: {
          kind: 'weighted',
          sides: {
            blue: { weight: 80, value: { kind: 'addresses', addresses: ['10.0.1.5'] } },
            green: { weight: 20, value: { kind: 'targets', targetGroupArn: GROUP, port: 443 } },
          },
        },
      },
    });
  });

  it('everything that a failover may have', async () => {
    const more = { manual: true, readiness: 'us-east-2/lag', promotes: true, healthyForSeconds: 60 };

    await expect(record({ ...INPUT, ...more }, world([[]]).services)).resolves.toMatchObject({
      record: {
        routing: {
          engages: 'manual-armed',
          readiness: { region: 'us-east-2', name: 'lag' },
          promotes: true,
          healthyForSeconds: 60,
        },
      },
    });
  });

  it.each([
    [
      'it is as it was read',
      recorded(),
      {
        ConditionExpression: 'recordedAt = :read',
        ExpressionAttributeValues: marshall({ ':read': RECORDED.recordedAt }),
      },
    ],
    [
      'it was entered by hand',
      item(registryKey.record('orders-db'), DB),
      { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(recordedAt)' },
    ],
  ])('--replace - all of it, where %s', async (_what, entry, condition) => {
    const { services, writes } = world([[entry], { states: [stateOf({ version: 2, engaged: BOBS })] }]);

    await expect(record({ ...INPUT, replace: true }, services)).resolves.toMatchObject({ outcome: 'replaced' });
    expect(writes()).toEqual([thePut(DB, condition)]);
  });

  it('--replace of one that was shifted - told that the shift holds', async () => {
    const { recordId, name } = WEB;
    const weights = { blue: 80, green: 20 };
    const { services } = world([[recorded(WEB)], { states: [stateOf({ version: 2, weights }, recordId)] }]);
    const weighted = ['blue=50=addresses:10.0.1.5', 'green=50=addresses:10.0.2.6'];

    await expect(record({ ...BASE, recordId, name, weighted, replace: true }, services)).resolves.toMatchObject({
      shifted: weights,
    });
  });

  it.each([
    [
      'an id that is there',
      [[recorded()]],
      {},
      `There is a record orders-db already (by ${BOB} at ${RECORDED.recordedAt}). Nothing was written: take another id, or give --replace if all of it is to be as you say now.`,
    ],
    [
      'nothing to replace',
      [[]],
      { replace: true },
      'There is no record orders-db that could be replaced. Is the id right? If it is a new one, leave --replace away.',
    ],
    [
      'a name that another has',
      [[recorded({ recordId: 'billing' })]],
      {},
      `billing has the A records of ${DB.name} in ${DB.zoneId} already. Nothing was written: take it away first ("unrecord"), or replace that one.`,
    ],
    [
      'another name for one that is there',
      [[recorded()]],
      { replace: true, name: 'new.example.internal' },
      `orders-db has the A records of ${DB.name} in ${DB.zoneId}, which would stay behind. Nothing was written: take another id for the new name, and then "unrecord --record orders-db".`,
    ],
    [
      'one value for one that is failed over',
      [[recorded()], { states: [stateOf({ version: 2, engaged: BOBS })] }],
      {
        replace: true,
        ...Object.fromEntries(Object.keys(FLIPS).map((key) => [key, undefined])),
        simple: 'addresses:10.0.1.5',
      },
      `orders-db is failed over by ${BOB} since ${BOBS.at}. Nothing was written: fail it back first, or take another id.`,
    ],
  ] as const)('%s - refused, and nothing is written', async (_what, of, changes, because) => {
    const { services, writes, starts } = world(of as unknown as Parameters<typeof withRecords>);
    const input = Object.fromEntries(
      Object.entries({ ...INPUT, ...changes }).filter(([, value]) => value !== undefined),
    );

    await expect(record(input, services)).resolves.toEqual({ outcome: 'refused', because });
    expect([writes(), starts()]).toEqual([[], []]);
  });

  it.each([
    [
      'a zone without room for the name',
      { name: 'example.com.' },
      {},
      `${DB.zoneId} is the zone example.com.: it has no room for ${DB.name}.`,
    ],
    [
      'a zone whose name only ends so',
      { name: 'ders.example.internal.' },
      {},
      expect.stringContaining('it has no room for'),
    ],
    [
      'a private zone, seen from anywhere',
      {},
      { seenFrom: 'anywhere' },
      `${DB.zoneId} (example.internal.) is a private zone: nobody sees ${DB.name} from anywhere. Give --seen-from vpc, or nowhere.`,
    ],
    [
      'a foreign alias',
      {},
      { primary: `alias:lb.example.com:${DB.zoneId}` },
      `The alias of primary leads to lb.example.com, which is none of example.internal.: give the zone of what it leads to, not ${DB.zoneId}.`,
    ],
    [
      'an alias of itself',
      {},
      { primary: `alias:${DB.name}:${DB.zoneId}` },
      `The alias of primary leads to ${DB.name} itself.`,
    ],
  ])('%s - refused, and nothing is written', async (_what, zone, changes, because) => {
    const { services, writes } = world([[]], zone);
    const result = await record({ ...INPUT, ...changes }, services);

    expect(result).toMatchObject({ outcome: 'refused' });
    expect((result as { because: string }).because).toEqual(
      typeof because === 'string' ? `${because} Nothing was written.` : because,
    );
    expect(writes()).toEqual([]);
  });

  it('a zone that is not there - refused', async () => {
    const ada = world([[]]);
    ada.route53Mock.on(GetHostedZoneCommand).rejects(awsError('NoSuchHostedZone'));

    await expect(record(INPUT, ada.services)).resolves.toEqual({
      outcome: 'refused',
      because: `There is no hosted zone ${DB.zoneId} in your account. Is it another account’s? Then give --role and --external-id. Nothing was written.`,
    });
  });

  it("Route 53's control plane is down - written, and told that nobody looked", async () => {
    const ada = world([[]]);
    ada.route53Mock.on(GetHostedZoneCommand).rejects(awsError('ServiceUnavailable', 503));

    await expect(record(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'recorded',
      unchecked: 'AWS says ServiceUnavailable.',
    });
  });

  it("another account's zone - not looked at", async () => {
    const { services, route53Mock } = world([[]]);
    const role = { roleArn: 'arn:aws:iam::210987654321:role/dns', externalId: 'orders' };

    await expect(record({ ...INPUT, ...role }, services)).resolves.toMatchObject({
      record: { role },
      unchecked: 'it is another account’s',
    });
    expect(callsOf(route53Mock)).toEqual([]);
  });

  it('the run fails - recorded all the same, and why', async () => {
    const { services } = failing(world([[]]), 'UnsafePlan', 'It has a record of type A that we did not make.');

    await expect(record(INPUT, services)).resolves.toMatchObject({
      outcome: 'recorded',
      run: {
        kind: 'failed',
        because: expect.stringMatching(/^The run for orders-db failed: UnsafePlan: .* See docs\/runbook/),
      },
    });
  });

  it.each([
    [
      'bob wrote it meanwhile',
      RECORDED,
      { outcome: 'refused', because: expect.stringMatching(/^Somebody wrote orders-db while/) },
    ],
    ['it was our own write, whose reply was lost', WRITTEN, { outcome: 'recorded' }],
  ])('%s', async (_what, now, result) => {
    const { services, dynamoMock } = world([[]]);
    dynamoMock
      .on(PutItemCommand)
      .rejects(awsError('ConditionalCheckFailedException'))
      .on(GetItemCommand, { TableName: TABLES.registry, Key: marshall(registryKey.record('orders-db')) })
      .resolves({ Item: recorded(now) });

    await expect(record(INPUT, services)).resolves.toMatchObject(result);
  });

  const ALIAS = 'an alias is alias:DNSNAME:ZONEID, and';

  it.each([
    ['an id that is none', { recordId: 'Orders#1' }, 'recordId', 'not a record id'],
    ['a zone that is none', { zoneId: '/hostedzone/Z1' }, 'zoneId', 'not the id of a hosted zone'],
    ['a name that is none', { name: 'a b' }, 'name', 'not a host name'],
    ['a type that we do not write', { type: 'CNAME' }, 'type', 'not one of A, AAAA'],
    ['a client that is none', { client: 'consumer' }, 'client', 'not provider, and not consumer:CUSTOMER'],
    ['a TTL out of range', { ttl: 300 }, 'ttl', 'not a whole number from 1 to 60'],
    ['a TTL that is none', { ttl: Number.NaN }, 'ttl', 'not a whole number from 1 to 60'],
    [
      'a value of another form',
      { primary: '10.0.0.1' },
      'primary',
      'not one of alias:DNSNAME:ZONEID, addresses:10.0.0.1,10.0.0.2 or targets:ARN:PORT',
    ],
    ['an alias without a zone', { primary: 'alias:lb.example.com' }, 'primary', `${ALIAS} "" is not a host name`],
    [
      'an alias of a zone that is none',
      { primary: 'alias:lb.example.com:x' },
      'primary',
      expect.stringContaining(`${ALIAS} "x" is not the id of a hosted zone`),
    ],
    ['an address that is none', { primary: 'addresses:10.0.0.1,,' }, 'primary', '"" is not an address'],
    [
      'a promotion, and a primary that is left without it',
      { promotes: true },
      'input',
      expect.stringMatching(/^Route 53 would leave a sick primary before .* --manual\), or leave "promotes" away$/),
    ],
    [
      'an address of the other family',
      { primary: 'addresses:fd00::1' },
      'input',
      expect.stringContaining('of the other family'),
    ],
    ['targets without a port', { primary: `targets:${GROUP}` }, 'primary', expect.stringContaining('is not a port')],
    ['targets of no target group', { primary: 'targets:arn:x:443' }, 'primary', 'not the ARN of a target group'],
    [
      'an alarm without its region',
      { health: 'orders-well' },
      'health',
      'not REGION/ALARM, such as us-west-2/orders-well',
    ],
    ['no secondary', { secondary: undefined }, 'input', 'primary, secondary and health go together'],
    [
      'two routings',
      { simple: 'addresses:10.0.0.1' },
      'input',
      'one of simple, weighted, and primary with secondary is needed',
    ],
    [
      'a role without its external id',
      { roleArn: 'arn:aws:iam::210987654321:role/dns' },
      'input',
      'a role and its external id go together',
    ],
    ['a role that is none', { roleArn: 'dns', externalId: 'orders' }, 'roleArn', 'not the ARN of a role'],
    ['a wait beyond a day', { healthyForSeconds: 100_000 }, 'healthyForSeconds', 'not a whole number from 0 to 86400'],
  ])('%s - BadInput, and nothing is asked of AWS', async (_what, changes, field, problem) => {
    const { services, dynamoMock } = ofAdaAbroad();
    const input = Object.fromEntries(
      Object.entries({ ...INPUT, ...changes }).filter(([, value]) => value !== undefined),
    );

    await expect(record(input, services)).rejects.toMatchObject({ name: 'BadInput', faults: [{ field, problem }] });
    expect(callsOf(dynamoMock)).toEqual([]);
  });

  it.each([
    ['a weight out of range', ['blue=256=addresses:10.0.0.1'], 'weighted', 'not a whole number from 0 to 255'],
    ['a weight that is none', ['blue==addresses:10.0.0.1'], 'weighted', 'not a whole number from 0 to 255'],
    ['no weight at all', ['blue=0=addresses:10.0.0.1'], 'weighted', 'every weight is 0: all would be answered alike'],
    ['no value', ['blue=1'], 'weighted.0', 'not SIDE=WEIGHT=VALUE, such as blue=80=addresses:10.0.0.1'],
    [
      'a side twice',
      ['blue=1=addresses:10.0.0.1', 'blue=2=addresses:10.0.0.2'],
      'input',
      'the side blue is there twice',
    ],
  ])('weighted: %s - BadInput', async (_what, weighted, field, problem) => {
    await expect(record({ ...BASE, weighted }, ofAdaAbroad().services)).rejects.toMatchObject({
      faults: [{ field, problem }],
    });
  });

  it('health without a primary - BadInput', async () => {
    const input = { ...BASE, simple: 'addresses:10.0.0.1', health: FLIPS.health };

    await expect(record(input, ofAdaAbroad().services)).rejects.toMatchObject({
      faults: [{ problem: 'health and what goes with it are for a primary and a secondary' }],
    });
  });

  it('nobody named the standby region - NoStandby', async () => {
    await expect(record(INPUT, ofAda().services)).rejects.toMatchObject({
      name: 'NoStandby',
      message: 'Which region is the standby? Give --standby-region, or set STANDBY_REGION.',
    });
  });
});
