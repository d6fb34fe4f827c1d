import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { bind } from '../../../ops/actions/bind.ts';
import { awsError, callsOf, item, REGISTRY_ITEMS, TABLES } from '../../functions/support.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import { ADA, BOB, BOUND, bound, GROUP, LEASE, ORDERS, ofAda, RUN, withBindings } from '../support.ts';

const INPUT = {
  bindingId: 'orders',
  serviceId: SERVICE_ID,
  targetGroupArn: GROUP,
  port: 5432,
  proxyName: 'orders-proxy',
};
const OTHER_GROUP = GROUP.replace('orders-tg', 'other-tg');
const OURS = { ours: { '10.0.1.5': {} }, version: 3 };
const BY_BOB = `(by ${BOB} at ${BOUND.boundAt})`;

const world = (...of: Parameters<typeof withBindings>) => {
  const ada = withBindings(...of);
  ada.dynamoMock
    .on(PutItemCommand)
    .resolves({})
    .on(GetItemCommand, { Key: marshall(registryKey.service(SERVICE_ID)) })
    .resolves({ Item: REGISTRY_ITEMS.service });
  return ada;
};

const thePut = (binding: object, condition: object = { ConditionExpression: 'attribute_not_exists(pk)' }) => [
  'PutItem',
  {
    TableName: TABLES.registry,
    Item: item(registryKey.binding('orders'), { ...binding, boundBy: ADA, boundAt: NOW }),
    ...condition,
  },
];

describe('bind', () => {
  it('a new one - the entry with who bound it and when, and how far the Concierge goes', async () => {
    const { services, writes } = world([]);

    await expect(bind(INPUT, services)).resolves.toEqual({
      outcome: 'bound',
      binding: ORDERS,
      by: ADA,
      modes: { 'targets-add': 'enforce', 'targets-remove': 'enforce' },
      isPaused: false,
    });
    expect(writes()).toEqual([thePut(ORDERS)]);
  });

  it('every setting - as the registry has it', async () => {
    const { services, writes } = world([]);
    const settings = {
      family: 'ipv6',
      within: ['fd00::/8'],
      minHealthy: 2,
      maxRemovalRatio: 0.25,
      missesBeforeRemoval: 5,
      healthyWithinSeconds: 300,
      waitForDraining: true,
    };

    await expect(bind({ ...INPUT, ...settings }, services)).resolves.toMatchObject({ outcome: 'bound' });
    expect(writes()).toEqual([thePut({ ...ORDERS, ...settings })]);
  });

  it.each([
    [
      'an endpoint of a proxy',
      { proxyName: 'p', endpointName: 'reads' },
      { kind: 'proxy', proxyName: 'p', endpointName: 'reads' },
    ],
    ['an instance', { instanceId: 'db-1' }, { kind: 'instance', instanceId: 'db-1' }],
    ['a cluster', { clusterId: 'c' }, { kind: 'cluster', clusterId: 'c', endpoint: 'writer' }],
    ["a cluster's reader", { clusterId: 'c', isReader: true }, { kind: 'cluster', clusterId: 'c', endpoint: 'reader' }],
    ['a name', { hostName: 'db.example.com' }, { kind: 'host', hostName: 'db.example.com' }],
    ['addresses', { addresses: ['10.0.1.5', '10.0.2.6'] }, { kind: 'fixed', addresses: ['10.0.1.5', '10.0.2.6'] }],
  ])('the source: %s', async (_what, given, source) => {
    const { services } = world([]);
    const { proxyName: _none, ...rest } = INPUT;

    await expect(bind({ ...rest, ...given }, services)).resolves.toMatchObject({ binding: { source } });
  });

  it('another port of the same target group - bound', async () => {
    const { services } = world([bound({ bindingId: 'orders-tls', port: 5433 })]);

    await expect(bind(INPUT, services)).resolves.toMatchObject({ outcome: 'bound' });
  });

  it.each([
    ['the service', SERVICE_ID],
    ['everything', 'ALL'],
  ])('%s is paused - told', async (_what, serviceId) => {
    const { services, dynamoMock } = world([]);
    const paused = { by: BOB, reason: 'An incident.', at: NOW };
    const key = ledgerKey.modes(serviceId);
    dynamoMock
      .on(GetItemCommand, { Key: marshall(key) })
      .resolves({ Item: item(key, { modes: {}, version: 1, paused }) });

    await expect(bind(INPUT, services)).resolves.toMatchObject({ isPaused: true });
  });

  it('the service has no entry - a person is asked', async () => {
    const { services, dynamoMock } = world([]);
    dynamoMock.on(GetItemCommand, { Key: marshall(registryKey.service(SERVICE_ID)) }).resolves({});

    await expect(bind(INPUT, services)).resolves.toMatchObject({
      modes: { 'targets-add': 'propose', 'targets-remove': 'propose' },
    });
  });

  it.each([
    [
      'an id that is there',
      world([bound()]),
      {},
      `There is a binding orders already ${BY_BOB}. Nothing was written: take another id, or give --replace if all of it is to be as you say now.`,
    ],
    [
      'nothing to replace',
      world([]),
      { replace: true },
      'There is no binding orders that could be replaced. Is the id right? If it is a new one, leave --replace away.',
    ],
    [
      'an overlap',
      world([bound({ bindingId: 'billing' })]),
      {},
      `billing and orders would fight over port 5432 of ${GROUP}. Nothing was written: take billing away first ("unbind"), or take another target group or port.`,
    ],
    [
      'an overlap of one that is replaced',
      world([bound({ port: 1 }), bound({ bindingId: 'billing' })]),
      { replace: true },
      expect.stringMatching(/^billing and orders would fight/),
    ],
    [
      'another target group for one that has targets of its own',
      world([bound()], OURS),
      { replace: true, targetGroupArn: OTHER_GROUP },
      `orders has targets of its own in port 5432 of ${GROUP} (1): they would be left there, and the same addresses would count as its own in the new place. Nothing was written: take another id, and then "unbind --binding orders".`,
    ],
    [
      'another port for one that has targets of its own',
      world([bound()], OURS),
      { replace: true, port: 5433 },
      expect.stringMatching(/^orders has targets of its own in port 5432/),
    ],
    [
      'one that was taken away, with another target group',
      world([], { ...OURS, unbound: { by: BOB, reason: 'Old.', at: NOW, targetGroupArn: OTHER_GROUP, port: 5432 } }),
      {},
      expect.stringMatching(/^orders has targets of its own in port 5432 of .*other-tg.*: take another id\.$/),
    ],
    [
      'one of which nobody knows where its targets are',
      world([], OURS),
      {},
      expect.stringMatching(/^orders has targets of its own in another target group \(1\): /),
    ],
    [
      'one that a run has in hand',
      world([bound()], LEASE),
      { replace: true },
      `A run has orders in hand (${RUN}), and would go on with what it was. Nothing was written: give the command again when it has ended. "bindings" shows that.`,
    ],
  ])('%s - refused, and nothing is written', async (_what, { services, writes }, changes, because) => {
    await expect(bind({ ...INPUT, ...changes }, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it.each([
    [
      'it is as it was read',
      bound(),
      { ConditionExpression: 'boundAt = :read', ExpressionAttributeValues: marshall({ ':read': BOUND.boundAt }) },
    ],
    [
      'it was entered by hand',
      item(registryKey.binding('orders'), ORDERS),
      { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(boundAt)' },
    ],
    [
      "it can't be read",
      item(registryKey.binding('orders'), { port: 'many' }),
      { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(boundAt)' },
    ],
  ])('--replace - all of it, where %s', async (_what, entry, condition) => {
    const { services, writes } = world([entry]);

    await expect(bind({ ...INPUT, proxyName: 'new-proxy', replace: true }, services)).resolves.toMatchObject({
      outcome: 'replaced',
    });
    const binding = { ...ORDERS, source: { kind: 'proxy', proxyName: 'new-proxy' } };
    expect(writes()).toEqual([thePut(binding, condition)]);
  });

  it.each([
    ['it keeps its target group', [bound()], OURS, true],
    [
      'it was taken away, and comes back',
      [],
      { ...OURS, unbound: { by: BOB, reason: 'A slip.', at: NOW, targetGroupArn: GROUP, port: 5432 } },
      false,
    ],
    ['a run died with it in hand', [bound()], { ...LEASE, leaseUntil: NOW }, true],
  ])('it has targets of its own: %s - written', async (_what, entries, targets, replace) => {
    const { services, writes } = world(entries, targets);

    await bind({ ...INPUT, ...(replace ? { replace } : {}) }, services);
    expect(writes()).toHaveLength(1);
  });

  it.each([
    [
      'somebody bound it meanwhile',
      bound(),
      `Somebody wrote orders while you were at it ${BY_BOB}. Nothing was written: see "bindings", and give the command again if you still want it.`,
    ],
    [
      'somebody took it away meanwhile',
      undefined,
      'Somebody took orders away while you were at it. Nothing was written: give the command again, without --replace, if you still want it.',
    ],
  ])('%s - refused', async (_what, now, because) => {
    const { services, dynamoMock } = world([]);
    dynamoMock.on(PutItemCommand).rejects(awsError('ConditionalCheckFailedException'));
    if (now !== undefined)
      dynamoMock.on(GetItemCommand, { Key: marshall(registryKey.binding('orders')) }).resolves({ Item: now });

    await expect(bind(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
  });

  it('the reply to our own write was lost - bound', async () => {
    const { services, dynamoMock } = world([]);
    dynamoMock
      .on(PutItemCommand)
      .rejects(awsError('ConditionalCheckFailedException'))
      .on(GetItemCommand, { Key: marshall(registryKey.binding('orders')) })
      .resolves({ Item: bound({ boundBy: ADA, boundAt: NOW }) });

    await expect(bind(INPUT, services)).resolves.toMatchObject({ outcome: 'bound' });
  });

  it("what is its own can't be read - Malformed, and nothing is written", async () => {
    const { services, writes } = world([], { failures: 'many' });

    await expect(bind(INPUT, services)).rejects.toMatchObject({ name: 'Malformed' });
    expect(writes()).toEqual([]);
  });

  const { proxyName: _proxy, ...NO_SOURCE } = INPUT;
  const ONE = 'one of proxy, instance, cluster, host and addresses is needed';

  it.each([
    ['an id that is none', { ...INPUT, bindingId: 'Orders#1' }, 'bindingId', 'not a binding id'],
    ['a service that is none', { ...INPUT, serviceId: 'vpce-1' }, 'serviceId', 'not an id of an endpoint service'],
    [
      'a load balancer',
      { ...INPUT, targetGroupArn: GROUP.replace('targetgroup', 'loadbalancer') },
      'targetGroupArn',
      'not the ARN of a target group',
    ],
    ['a port that is none', { ...INPUT, port: Number.NaN }, 'port', 'not a whole number from 1 to 65535'],
    ['a port beyond the last', { ...INPUT, port: 65_536 }, 'port', 'not a whole number from 1 to 65535'],
    ['half a port', { ...INPUT, port: 1.5 }, 'port', 'not a whole number from 1 to 65535'],
    ['no source', NO_SOURCE, 'input', ONE],
    ['two sources', { ...INPUT, hostName: 'db.example.com' }, 'input', ONE],
    [
      'an endpoint without its proxy',
      { ...NO_SOURCE, instanceId: 'db-1', endpointName: 'reads' },
      'input',
      "a proxy's endpoint needs its proxy",
    ],
    ['a reader without its cluster', { ...INPUT, isReader: true }, 'input', 'a reader needs its cluster'],
    ['a proxy that is none', { ...INPUT, proxyName: '-' }, 'proxyName', 'not a name of RDS'],
    ['a host that is none', { ...NO_SOURCE, hostName: 'a b' }, 'hostName', 'not a host name'],
    ['an address that is none', { ...NO_SOURCE, addresses: ['10.0.1.5', ''] }, 'addresses.1', 'not an address'],
    ['a block that is none', { ...INPUT, within: ['10.0.0.0'] }, 'within.0', 'not a block such as 10.0.0.0/16'],
    ['no floor', { ...INPUT, minHealthy: 0 }, 'minHealthy', 'not a whole number from 1 to 500'],
    ['everything twice', { ...INPUT, maxRemovalRatio: 2 }, 'maxRemovalRatio', 'not a share above 0, up to 1'],
    ['a family that is none', { ...INPUT, family: 'both' }, 'family', 'not one of ipv4, ipv6'],
    ['who it is', { ...INPUT, boundBy: BOB }, 'boundBy', expect.stringContaining('never')],
  ])('%s - BadInput, and nothing is asked of AWS', async (_what, input, field, problem) => {
    const { services, dynamoMock } = ofAda();

    await expect(bind(input, services)).rejects.toMatchObject({ name: 'BadInput', faults: [{ field, problem }] });
    expect(callsOf(dynamoMock)).toEqual([]);
  });
});
