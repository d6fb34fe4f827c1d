import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBProxiesCommand } from '@aws-sdk/client-rds';
import { beforeAll, describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { aBinding, NOW, SERVICE_ID, TARGET_GROUP } from '../../support/builders.ts';
import { awsError, CONTEXT, callsOf, item, stubFunctionEnvironment } from '../support.ts';
import { A, applied, B, C, type Given, missed, OBSERVED, target, world } from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/targets/plan-targets.ts');

const FIRST = { bindingId: 'orders-postgres', removed: [], known: null, isFull: false, isTight: false, startedAt: NOW };
const KNOWN = { hostName: 'orders.host', isCrossZone: true, capacity: 500 };
const named = (...addresses: readonly string[]) => [{ kind: 'addresses', addresses }] as const;
const plan = (given: Given = {}, input: Partial<Parameters<typeof run>[0]> = {}) =>
  run({ ...FIRST, ...input }, world(given).services);

/** Two of ours, of which DNS missed one often enough. */
const STALE: Given = {
  records: [applied([A, B])],
  watched: [missed({ [B]: 3 })],
  targets: [target(A), target(B)],
};

describe('what it asks', () => {
  it('at the first look - everything, once; the tables last, so that a pause is heard', async () => {
    const { services, rds, ec2, elb, dynamo, asked } = world();

    await run(FIRST, services);

    expect(callsOf(rds)).toEqual([['DescribeDBProxies', { DBProxyName: 'orders' }]]);
    expect(callsOf(elb)).toEqual([
      ['DescribeTargetGroupAttributes', { TargetGroupArn: TARGET_GROUP }],
      ['DescribeTargetHealth', { TargetGroupArn: TARGET_GROUP }],
    ]);
    expect(callsOf(ec2)).toHaveLength(1);
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'orders.host ipv4'));
    expect(callsOf(dynamo).map(([command]) => command)).toEqual(['Query', 'BatchGetItem', 'BatchGetItem']);
    const [health, tables] = [elb, dynamo].map((mock) => mock.calls().at(-1));
    expect(tables?.calledAfter(health as NonNullable<typeof health>)).toBe(true);
  });

  it('what it knows already - is not asked again: one call of Elastic Load Balancing a look', async () => {
    const { services, rds, elb } = world();

    const { known } = await run({ ...FIRST, known: KNOWN }, services);

    expect(known).toEqual(KNOWN);
    expect(callsOf(rds)).toEqual([]);
    expect(callsOf(elb)).toEqual([['DescribeTargetHealth', { TargetGroupArn: TARGET_GROUP }]]);
  });

  it('a host name that RDS did not have yet - is asked for again', async () => {
    const { services, rds } = world();
    rds
      .on(DescribeDBProxiesCommand)
      .resolvesOnce({ DBProxies: [{ DBProxyName: 'orders' }] })
      .resolves({ DBProxies: [{ DBProxyName: 'orders', Endpoint: 'orders.host' }] });

    const first = await run(FIRST, services);
    expect(first).toMatchObject({ step: 'done', known: { hostName: null }, plan: { doubt: expect.any(String) } });

    const second = await run({ ...FIRST, known: first.known }, services);
    expect(second.known).toEqual(KNOWN);
  });
});

describe('what it says', () => {
  it('nothing to do - done, with the record as it is to be', async () => {
    await expect(plan()).resolves.toEqual({
      step: 'done',
      addresses: [],
      targets: [],
      targetGroupArn: TARGET_GROUP,
      serviceId: SERVICE_ID,
      because: '',
      plan: { add: [], remove: [], isSwap: false, withheld: [], foreign: [], healthy: 1 },
      seen: A,
      known: KNOWN,
      record: { ours: { M: { [A]: { M: {} } } }, refused: { M: {} }, applied: { L: [{ S: A }] }, version: { N: '4' } },
      isChanged: false,
      version: 3,
    });
  });

  it('a new address - register, with the exact port, and ours since now', async () => {
    await expect(plan({ answers: named(A, B) })).resolves.toMatchObject({
      step: 'register',
      addresses: [B],
      targets: [{ Id: B, Port: 5432 }],
      isChanged: true,
      seen: `${A} ${B}`,
      record: { ours: { M: { [A]: { M: {} }, [B]: { M: { since: { S: NOW } } } } } },
    });
  });

  it('an address that is missed and has no interface - deregister', async () => {
    await expect(plan(STALE)).resolves.toMatchObject({
      step: 'deregister',
      addresses: [B],
      targets: [{ Id: B, Port: 5432 }],
    });
  });

  it.each([
    ['missed too seldom', { watched: [missed({ [B]: 2 })] }, 'DNS missed it 2 times of 3'],
    ['an interface has it still', { interfaces: [A, B] }, 'a network interface still has it'],
    [
      'the binding asks for more misses',
      { bindings: [aBinding({ missesBeforeRemoval: 4 })] },
      'DNS missed it 3 times of 4',
    ],
    ['the service is observed', { services: [OBSERVED] }, 'the mode of targets-remove is observe'],
    [
      'everything is paused',
      { modes: [item(ledgerKey.modes('ALL'), { modes: {}, version: 1, paused: { by: 'jo', reason: 'x', at: NOW } })] },
      'everything is paused',
    ],
    [
      'too few would remain',
      { bindings: [aBinding({ minHealthy: 2 })] },
      '1 healthy targets would remain of 2 at least',
    ],
    [
      'its zone would be empty',
      {
        isCrossZone: false,
        targets: [{ ...target(A), Target: { ...target(A).Target, AvailabilityZone: 'us-west-2b' } }, target(B)],
      },
      '0 healthy targets would remain in us-west-2a of 1 at least',
    ],
  ])('%s - kept, and told why', async (_situation, changes: Given, because) => {
    await expect(plan({ ...STALE, ...changes })).resolves.toMatchObject({
      step: 'done',
      plan: { remove: [], withheld: [{ address: B, effect: 'targets-remove', because }] },
    });
  });

  it('DNS is silent - nothing follows, and what was applied stays known', async () => {
    await expect(plan({ ...STALE, answers: [{ kind: 'empty' }] })).resolves.toMatchObject({
      step: 'done',
      seen: 'DNS named nobody',
      plan: { add: [], remove: [], doubt: 'DNS named nobody' },
      record: { applied: { L: [{ S: A }, { S: B }] } },
    });
  });

  it('a target of another port - somebody else’s, and not counted as ours', async () => {
    await expect(plan({ targets: [target(A), target(B, 'healthy', 9999)] })).resolves.toMatchObject({
      step: 'done',
      plan: { healthy: 1, foreign: [] },
    });
  });

  it('what is registered and nobody’s - kept, and told', async () => {
    await expect(plan({ targets: [target(A), target(C)] })).resolves.toMatchObject({
      step: 'done',
      plan: { foreign: [C] },
    });
  });

  it('the group is full, as Elastic Load Balancing says - one makes room', async () => {
    await expect(
      plan({ ...STALE, answers: named(A, C) }, { isFull: true, isTight: false, startedAt: NOW }),
    ).resolves.toMatchObject({
      step: 'deregister',
      addresses: [B],
      plan: { isSwap: true },
    });
  });

  it('the group is full, as is counted - so too', async () => {
    await expect(plan({ ...STALE, answers: named(A, C) }, { known: { ...KNOWN, capacity: 2 } })).resolves.toMatchObject(
      {
        step: 'deregister',
        plan: { isSwap: true },
      },
    );
  });

  it('a fixed list that lost an address - removed at once, without a question to DNS', async () => {
    const source = { kind: 'fixed', addresses: [A] } as const;
    const { services, asked, rds } = world({ ...STALE, watched: [], bindings: [aBinding({ source })] });

    await expect(run(FIRST, services)).resolves.toMatchObject({ step: 'deregister', addresses: [B] });
    expect([asked, callsOf(rds)]).toEqual([[], []]);
  });

  it('a new target that is late - withdrawn, with what was seen', async () => {
    const since = new Date(Date.parse(NOW) - 600_000).toISOString();
    const records = [applied([A], { ours: { [A]: {}, [B]: { since } } })];

    await expect(
      plan({ records, answers: named(A, B), targets: [target(A), target(B, 'unhealthy')] }, { startedAt: since }),
    ).resolves.toMatchObject({
      step: 'withdraw',
      addresses: [B],
      because: `not healthy within 600 s: ${B} is unhealthy`,
      record: { refused: { M: { [B]: { M: { times: { N: '1' } } } } } },
    });
  });
});

describe('a read that is late', () => {
  it('what the run deregistered drains, whatever is read - it is no longer one of the healthy', async () => {
    await expect(plan(STALE, { removed: [B] })).resolves.toMatchObject({
      step: 'done',
      plan: { remove: [], healthy: 1 },
    });
  });

  it('the last healthy ones do not go over it, one after the other', async () => {
    const given: Given = {
      bindings: [aBinding({ maxRemovalRatio: 1 })],
      records: [applied([A, B, C])],
      watched: [missed({ [A]: 3, [B]: 3, [C]: 3 })],
      answers: named('10.0.2.20'),
      interfaces: [],
      targets: [target(A), target(B), target(C), target('10.0.2.20', 'unhealthy')],
    };
    const gone: string[] = [];
    for (let look = 0; look < 3; look += 1) {
      const { addresses, step } = await plan(given, { removed: gone });
      if (step === 'deregister') gone.push(...addresses);
    }

    expect(gone).toEqual([A, B]);
  });

  it('the same address under another port - did not go', async () => {
    const targets = [target(A), target(B, 'healthy', 9999), target(B)];

    await expect(plan({ ...STALE, targets }, { removed: [B] })).resolves.toMatchObject({ plan: { healthy: 1 } });
  });
});

describe('what it throws', () => {
  it.each([
    ['there is no such binding', { bindings: [] }, 'Malformed', /^There is no binding orders-postgres\.$/],
    [
      'two want the same targets',
      { bindings: [aBinding(), aBinding({ bindingId: 'copy' })] },
      'Malformed',
      /remove all but one/,
    ],
    [
      'its record can’t be read',
      { records: [applied([A], { failures: 'many' })] },
      'Malformed',
      /can't be read: failures/,
    ],
  ] as const)('%s', async (_situation, given, name, message) => {
    await expect(plan(given)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('RDS has no such proxy - the binding is to be corrected', async () => {
    const { services, rds } = world();
    rds.on(DescribeDBProxiesCommand).rejects(awsError('DBProxyNotFoundFault', 404));

    await expect(run(FIRST, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: 'There is no proxy orders: correct the binding, or remove it.',
    });
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['AccessDenied', 'Denied'],
    ['TargetGroupNotFoundException', 'TargetGroupNotFoundException'],
  ])('Elastic Load Balancing says %s - %s', async (code, name) => {
    const { services, elb } = world();
    elb.on(DescribeTargetHealthCommand).rejects(awsError(code));
    await expect(run(FIRST, services)).rejects.toMatchObject({ name });

    elb.on(DescribeTargetGroupAttributesCommand).rejects(awsError(code));
    await expect(run(FIRST, services)).rejects.toMatchObject({ name });
  });

  it('DynamoDB has no capacity - Throttled', async () => {
    const { services, dynamo } = world();
    dynamo.on(BatchGetItemCommand).rejects(awsError('ProvisionedThroughputExceededException'));

    await expect(run(FIRST, services)).rejects.toMatchObject({ name: 'Throttled' });
  });
});

describe('its input', () => {
  beforeAll(stubFunctionEnvironment);

  it.each([
    ['nothing', {}],
    ['a number for an id', { ...FIRST, bindingId: 7 }],
    ['an id with a key in it', { ...FIRST, bindingId: 'x#y' }],
    ['a field that nobody reads', { ...FIRST, force: true }],
    ['nothing removed', { ...FIRST, removed: null }],
    ['half of what is known', { ...FIRST, known: { hostName: 'x' } }],
    ['no word of whether it is full', { ...FIRST, isFull: undefined }],
  ])('%s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^The input does not fit: /),
    });
  });
});
