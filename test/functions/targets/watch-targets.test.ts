import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeDBProxiesCommand } from '@aws-sdk/client-rds';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { NO_TARGETS } from '../../../functions/domain/targets-record.ts';
import { ROTATION, watchBinding } from '../../../functions/domain/watch.ts';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { aBinding, NOW, SERVICE_ID, TARGET_GROUP } from '../../support/builders.ts';
import { awsError, CONTEXT, callsOf, item, stubFunctionEnvironment, TABLES } from '../support.ts';
import { A, applied, B, C, type Given, missed, OBSERVED, target, world } from './world.ts';

stubFunctionEnvironment();
vi.stubEnv('EVENT_BUS', 'bus');
const { handler, run } = await import('../../../functions/targets/watch-targets.ts');

let lines: MockInstance<typeof process.stdout.write>;
beforeEach(() => {
  lines = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => lines.mockRestore());
/** What was counted: CloudWatch's embedded format. */
const metrics = (): Readonly<Record<string, number>> =>
  Object.assign(
    {},
    ...lines.mock.calls.flatMap(([line]) => {
      const { _aws, service: _service, ...values } = JSON.parse(String(line)) as Record<string, unknown>;
      return _aws === undefined ? [] : [values];
    }),
  );

const ANNOUNCE = { announce: true };
const EARLIER = '2026-11-23T11:50:00.000Z';
const named = (...addresses: readonly string[]) => [{ kind: 'addresses', addresses }] as const;
const minute = (count: number): string => new Date(Date.parse(NOW) + count * 60_000).toISOString();

/** The minutes from now on in which it is not the binding's turn, and those in which it is. */
const minutesOf = (bindingId: string) => {
  const isTurn = (now: string): boolean =>
    watchBinding(
      { bindingId },
      { kind: 'answered', addresses: [A], isWhole: true },
      { record: { ...NO_TARGETS, applied: [A] }, watched: { misses: {} }, now },
    ).because === 'turn';
  const all = Array.from({ length: ROTATION }, (_, index) => minute(index));
  return { quiet: all.filter((each) => !isTurn(each)), turns: all.filter(isTurn) };
};
const { quiet, turns } = minutesOf('orders-postgres');
const [QUIET = '', TURN = ''] = [quiet[0], turns[0]];

/** What one minute's watch came to. */
const watch = async (given: Given = {}, input = ANNOUNCE) => {
  const parts = world({ now: QUIET, ...given });
  const report = await run(input, parts.services);
  const puts = callsOf(parts.dynamo).flatMap(([command, put]) => (command === 'PutItem' ? [put] : []));
  type Told = { readonly DetailType: string; readonly Detail: string };
  const told = callsOf(parts.events).flatMap(([, input]) => (input as { readonly Entries: readonly Told[] }).Entries);
  return { ...parts, report, puts, told };
};
const detailsOf = (told: readonly { Detail: string }[]) => told.map(({ Detail }) => JSON.parse(Detail));

describe('where the witnesses agree with what was applied', () => {
  it('Elastic Load Balancing is not asked, nothing is written, nobody is told', async () => {
    const { report, counts, asked } = await watch();

    expect(report).toEqual({ bindings: 1, read: 0, unread: 0, drifts: [], silent: [], unreadable: [], overlaps: [] });
    expect(counts()).toEqual({ Query: 3, DescribeDBProxies: 1, DescribeNetworkInterfaces: 1 });
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'orders.host ipv4'));
  });

  it('the bindings are read consistently, what the ledger knows is not: the run reads it again', async () => {
    const { dynamo } = await watch();

    expect(callsOf(dynamo)).toEqual(
      [
        [TABLES.registry, 'BINDINGS', true] as const,
        [TABLES.ledger, 'TARGETS', false] as const,
        [TABLES.ledger, 'WATCHED', false] as const,
      ].map(([TableName, pk, ConsistentRead]) => [
        'Query',
        {
          TableName,
          ConsistentRead,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
        },
      ]),
    );
  });

  it('once in fifteen minutes it is its turn - one health read', async () => {
    expect(turns).toHaveLength(1);

    const { report, elb } = await watch({ now: TURN });

    expect(report).toMatchObject({ read: 1, drifts: [] });
    expect(callsOf(elb)).toEqual([['DescribeTargetHealth', { TargetGroupArn: TARGET_GROUP }]]);
  });

  it('its turn shows that somebody took a target away - told', async () => {
    const { told } = await watch({ now: TURN, targets: [] });

    expect(detailsOf(told)).toMatchObject([{ add: [A], remove: [] }]);
  });
});

describe('a drift', () => {
  it('a new address - told, with what is to be done, and since when is written', async () => {
    const { report, told, puts } = await watch({ answers: named(A, B) });

    expect(report).toMatchObject({ read: 1, drifts: ['orders-postgres'] });
    expect(told).toEqual([
      {
        EventBusName: 'bus',
        Source: 'privatelink-concierge',
        DetailType: 'Target Drift Detected',
        Detail: JSON.stringify({
          schemaVersion: 1,
          bindingId: 'orders-postgres',
          serviceId: SERVICE_ID,
          targetGroupArn: TARGET_GROUP,
          add: [B],
          remove: [],
        }),
      },
    ]);
    expect(puts).toEqual([
      {
        TableName: TABLES.ledger,
        Item: {
          pk: { S: 'WATCHED' },
          sk: { S: 'BINDING#orders-postgres' },
          misses: { M: {} },
          driftSince: { S: QUIET },
        },
      },
    ]);
  });

  it('announce: false - written, and told to nobody', async () => {
    const { report, told, puts } = await watch({ answers: named(A, B) }, { announce: false });

    expect(report.drifts).toEqual(['orders-postgres']);
    expect([told.length, puts.length]).toEqual([0, 1]);
  });

  it('what was missed is written before anything is told', async () => {
    const { dynamo, events } = await watch({ answers: named(A, B) });
    const put = dynamo.commandCalls(PutItemCommand)[0];
    const tell = events.calls()[0];

    expect(put !== undefined && tell?.calledAfter(put)).toBe(true);
  });

  it.each([
    [
      'its plan has no action: DNS has missed it too seldom',
      { records: [applied([A, B])], targets: [target(A), target(B)] },
    ],
    ['the service is observed', { answers: named(A, B), services: [OBSERVED] }],
    [
      'everything is paused',
      {
        answers: named(A, B),
        modes: [item(ledgerKey.modes('ALL'), { modes: {}, version: 1, paused: { by: 'jo', reason: 'x', at: NOW } })],
      },
    ],
    ['a run is at it', { answers: named(A, B), records: [applied([A], { leaseUntil: minute(20) })] }],
    [
      'runs failed again and again',
      { answers: named(A, B), records: [applied([A], { failures: 8, failedAt: EARLIER })] },
    ],
    [
      'it did not get healthy before',
      { answers: named(A, B), records: [applied([A], { refused: { [B]: { until: minute(20), times: 1 } } })] },
    ],
  ] as const)('%s - looked at, and told to nobody', async (_situation, given: Given) => {
    const { report, told } = await watch(given);

    expect(report).toMatchObject({ read: 1, drifts: [] });
    expect(told).toEqual([]);
  });

  it.each([
    ['the lease of a dead run is over', { leaseUntil: EARLIER }],
    ['a failed run is long enough ago', { failures: 1, failedAt: EARLIER }],
  ])('%s - told again', async (_situation, rest) => {
    const { told } = await watch({ answers: named(A, B), records: [applied([A], rest)] });

    expect(told).toHaveLength(1);
  });

  it('a binding that no run looked after yet - told', async () => {
    const { told } = await watch({ records: [], targets: [] });

    expect(detailsOf(told)).toMatchObject([{ add: [A], remove: [] }]);
  });

  it('an address of a fixed list that was taken off - told at once', async () => {
    const bindings = [aBinding({ source: { kind: 'fixed', addresses: [A] } })];
    const { told, asked, counts } = await watch({
      bindings,
      records: [applied([A, B])],
      targets: [target(A), target(B)],
    });

    expect(detailsOf(told)).toMatchObject([{ add: [], remove: [B] }]);
    expect(asked).toEqual([]);
    expect(counts()).not.toHaveProperty('DescribeNetworkInterfaces');
  });

  it('eleven bindings at once - ten events in a call', async () => {
    const bindings = Array.from({ length: 11 }, (_, index) =>
      aBinding({ bindingId: `b-${index}`, port: 5_000 + index }),
    );
    const { events, told } = await watch({ bindings, records: [], targets: [] });

    expect(callsOf(events)).toHaveLength(2);
    expect(new Set(detailsOf(told).map(({ bindingId }) => bindingId)).size).toBe(11);
  });
});

describe('an address that DNS misses', () => {
  const two = { records: [applied([A, B])], targets: [target(A), target(B)] };

  it.each([
    ['the first time', [], { [B]: 1 }],
    ['the second', [missed({ [B]: 1 }, { driftSince: EARLIER })], { [B]: 2 }],
  ])('%s - counted and written, and not told yet', async (_time, watched, misses) => {
    const { puts, told } = await watch({ ...two, watched });

    expect(puts).toMatchObject([
      {
        Item: { misses: { M: Object.fromEntries(Object.entries(misses).map(([key, N]) => [key, { N: String(N) }])) } },
      },
    ]);
    expect(told).toEqual([]);
  });

  it('the third - told', async () => {
    const { told } = await watch({ ...two, watched: [missed({ [B]: 2 }, { driftSince: EARLIER })] });

    expect(detailsOf(told)).toMatchObject([{ add: [], remove: [B] }]);
  });

  it('more often - the count has come to rest, and nothing is written', async () => {
    const { puts, told } = await watch({ ...two, watched: [missed({ [B]: 3 }, { driftSince: EARLIER })] });

    expect(puts).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('several, which DynamoDB gives back in another order - nothing is written either', async () => {
    const { puts } = await watch({
      records: [applied([A, B, C])],
      targets: [target(A), target(B), target(C)],
      watched: [missed({ [C]: 3, [B]: 3 }, { driftSince: EARLIER })],
    });

    expect(puts).toEqual([]);
  });

  it('is named again - written once more, and then no longer', async () => {
    const watched = [missed({ [B]: 2 }, { driftSince: EARLIER })];
    const { puts } = await watch({ ...two, watched, answers: named(A, B) });

    expect(puts).toEqual([
      {
        TableName: TABLES.ledger,
        Item: { pk: { S: 'WATCHED' }, sk: { S: 'BINDING#orders-postgres' }, misses: { M: {} } },
      },
    ]);
    expect((await watch({ ...two, watched: [missed({})], answers: named(A, B) })).puts).toEqual([]);
  });

  it('an interface has it still - kept', async () => {
    const watched = [missed({ [B]: 2 }, { driftSince: EARLIER })];
    const { told, report } = await watch({ ...two, watched, interfaces: [A, B] });

    expect(report.read).toBe(1);
    expect(told).toEqual([]);
  });

  it.each([
    ['DNS is silent', [{ kind: 'empty' }] as const],
    ['DNS fails', [{ kind: 'failed', problem: 'orders.host: ESERVFAIL' }] as const],
    ['DNS names a stranger only', named('203.0.113.66')],
  ])('%s - counted against nobody, and told as silent', async (_situation, answers) => {
    const watched = [missed({ [B]: 2 }, { driftSince: EARLIER })];
    const { report, puts, told } = await watch({ ...two, watched, answers });

    expect(report).toMatchObject({ silent: ['orders-postgres'], drifts: [] });
    expect([puts, told]).toEqual([[], []]);
  });

  it('one of three questions fails - counted against nobody', async () => {
    const answers = [...named(A), { kind: 'failed', problem: 'x' } as const, ...named(A)];
    const { puts } = await watch({ ...two, watched: [missed({ [B]: 2 }, { driftSince: EARLIER })], answers });

    expect(puts).toEqual([]);
  });
});

describe('host names', () => {
  const listings = ({ counts }: ReturnType<typeof world>) => counts().DescribeDBProxies;

  it('are read once in ten minutes', async () => {
    const parts = world();
    for (let each = 0; each < 10; each += 1) {
      parts.clock.now = minute(each);
      await run(ANNOUNCE, parts.services);
    }
    expect(listings(parts)).toBe(1);

    parts.clock.now = minute(10);
    await run(ANNOUNCE, parts.services);
    expect(listings(parts)).toBe(2);
  });

  it('of a source that is new - read at once', async () => {
    const parts = world();
    await run(ANNOUNCE, parts.services);
    const other = aBinding({ bindingId: 'new', port: 1, source: { kind: 'proxy', proxyName: 'new' } });
    const { dynamo, rds } = world({ bindings: [aBinding(), other] }).services;

    await run(ANNOUNCE, { ...parts.services, dynamo, rds });

    expect([...((parts.services.hostNames as { names?: ReadonlyMap<string, string> }).names ?? [])]).toEqual([
      ['proxy orders', 'orders.host'],
      ['proxy new', 'new.host'],
    ]);
  });

  it('of a source that RDS does not have - it is silent, and DNS is not asked', async () => {
    const parts = world();
    parts.rds.on(DescribeDBProxiesCommand).resolves({ DBProxies: [] });

    await expect(run(ANNOUNCE, parts.services)).resolves.toMatchObject({ silent: ['orders-postgres'] });
    expect(parts.asked).toEqual([]);
  });
});

describe('what nobody can follow', () => {
  const fine = aBinding({ bindingId: 'fine', port: 1 });
  const drifting: Given = { bindings: [fine], records: [], targets: [] };

  it('an entry that can’t be read - told in words, and the others are followed', async () => {
    const entries = [item(registryKey.binding('broken'), { ...aBinding({ bindingId: 'broken' }), port: 0 })];
    const { report } = await watch({ ...drifting, entries });

    expect(report).toMatchObject({ drifts: ['fine'], unreadable: [expect.stringMatching(/^BINDING#broken: port: /)] });
  });

  it('two of one home - told, left alone, and the others are followed', async () => {
    const bindings = [fine, aBinding({ bindingId: 'one' }), aBinding({ bindingId: 'two' })];
    const { report } = await watch({ ...drifting, bindings });

    expect(report).toMatchObject({
      bindings: 3,
      drifts: ['fine'],
      overlaps: [{ targetGroupArn: TARGET_GROUP, port: 5432, bindingIds: ['one', 'two'] }],
    });
  });

  it('a record that we did not write - told in words, and the others are followed', async () => {
    const { report } = await watch({
      ...drifting,
      bindings: [fine, aBinding()],
      records: [applied([A], { ours: 'all' })],
    });

    expect(report).toMatchObject({
      drifts: ['fine'],
      unreadable: [expect.stringMatching(/^The targets of orders-postgres can't be read: ours: /)],
    });
  });

  it('a target group that is gone - told in words, and the others are followed', async () => {
    const gone = TARGET_GROUP.replace('orders', 'gone');
    const parts = world({ ...drifting, now: QUIET, bindings: [aBinding({ targetGroupArn: gone }), fine] });
    parts.elb
      .on(DescribeTargetHealthCommand, { TargetGroupArn: gone })
      .rejects(awsError('TargetGroupNotFoundException'));

    await expect(run(ANNOUNCE, parts.services)).resolves.toMatchObject({
      drifts: ['fine'],
      unreadable: [`orders-postgres: there is no target group ${gone}: correct the binding, or remove it`],
    });
  });

  it('a target group of another region, or without ports - told in words, and the others are followed', async () => {
    const strange = TARGET_GROUP.replace('orders', 'strange');
    const bindings = [aBinding({ targetGroupArn: strange }), fine];
    for (const given of [
      (parts: ReturnType<typeof world>) =>
        parts.elb.on(DescribeTargetHealthCommand, { TargetGroupArn: strange }).rejects(awsError('ValidationError')),
      (parts: ReturnType<typeof world>) =>
        parts.elb.on(DescribeTargetHealthCommand, { TargetGroupArn: strange }).resolves({
          TargetHealthDescriptions: [{ Target: { Id: 'arn:aws:lambda:us-west-2:123456789012:function:f' } }],
        }),
    ]) {
      const parts = world({ ...drifting, now: QUIET, bindings });
      given(parts);

      await expect(run(ANNOUNCE, parts.services)).resolves.toMatchObject({
        drifts: ['fine'],
        unreadable: [
          expect.stringMatching(/^orders-postgres: \S+strange\S+ could not be read: (ValidationError|Malformed): /),
        ],
      });
    }
  });
});

describe('AWS refuses', () => {
  it.each([
    ['Query', (parts: ReturnType<typeof world>) => parts.dynamo.on(QueryCommand), 'ThrottlingException', 'Throttled'],
    ['PutItem', (parts) => parts.dynamo.on(PutItemCommand), 'AccessDeniedException', 'Denied'],
    ['interfaces', (parts) => parts.ec2.on(DescribeNetworkInterfacesCommand), 'UnauthorizedOperation', 'Denied'],
    ['names', (parts) => parts.rds.on(DescribeDBProxiesCommand), 'Throttling', 'Throttled'],
    ['health', (parts) => parts.elb.on(DescribeTargetHealthCommand), 'AccessDenied', 'Denied'],
  ] as readonly (readonly [
    string,
    (parts: ReturnType<typeof world>) => { rejects(error: Error): unknown },
    string,
    string,
  ])[])('%s - nobody is told of half a look', async (_what, on, code, name) => {
    const parts = world({ now: QUIET, answers: named(A, B) });
    on(parts).rejects(awsError(code));

    await expect(run(ANNOUNCE, parts.services)).rejects.toMatchObject({ name });
    expect(callsOf(parts.events)).toEqual([]);
  });

  it('EC2 asks to wait - what is new is told, and nothing is to go', async () => {
    const parts = world({
      now: QUIET,
      answers: named(A, C),
      records: [applied([A, B])],
      watched: [missed({ [B]: 3 })],
      targets: [target(A), target(B)],
    });
    parts.ec2.on(DescribeNetworkInterfacesCommand).rejects(awsError('RequestLimitExceeded'));

    await run(ANNOUNCE, parts.services);

    const told = callsOf(parts.events).flatMap(
      ([, input]) => (input as { readonly Entries: readonly { readonly Detail: string }[] }).Entries,
    );
    expect(detailsOf(told)).toMatchObject([{ add: [C], remove: [] }]);
  });

  it('Elastic Load Balancing asks to wait - no other target group is asked for in this minute, and nobody is told', async () => {
    const bindings = ['one', 'other'].map((bindingId, index) => aBinding({ bindingId, port: 5432 + index }));
    const parts = world({ now: QUIET, answers: named(A, B), bindings });
    parts.elb.on(DescribeTargetHealthCommand).rejects(awsError('Throttling'));

    await expect(run(ANNOUNCE, parts.services)).resolves.toMatchObject({ read: 0, unread: 2, drifts: [] });
    expect(callsOf(parts.elb)).toHaveLength(1);
    expect(callsOf(parts.events)).toEqual([]);
  });

  it.each([{}, { announce: 'yes' }, { announce: true, force: true }])(
    'an input such as %j - in words',
    async (input) => {
      await expect(handler(input, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
    },
  );
});

describe('metrics', () => {
  const WELL = { SilentSources: 0, WithheldRemovals: 0, Watches: 1 };
  /** DNS names A only, and B has its interface still; for ten minutes. */
  const kept: Given = {
    ...{ records: [applied([A, B])], targets: [target(A), target(B)], interfaces: [A, B] },
    watched: [missed({ [B]: 2 }, { driftSince: new Date(Date.parse(QUIET) - 600_000).toISOString() })],
  };

  it('all is well - noughts for the alarms that ask each look, and that there was a look', async () => {
    await watch();
    expect(metrics()).toEqual(WELL);
  });

  it('a removal that is withheld, and a drift of ten minutes', async () => {
    await watch(kept);
    expect(metrics()).toEqual({ ...WELL, WithheldRemovals: 1, DriftSeconds: 600 });
  });

  it.each<[string, Given, Readonly<Record<string, number>>]>([
    [
      'removals are observed',
      { modes: [item(ledgerKey.modes(SERVICE_ID), { modes: { 'targets-remove': 'observe' }, version: 1 })] },
      {},
    ],
    [
      'additions are observed - what is withheld is so for another reason',
      { modes: [item(ledgerKey.modes(SERVICE_ID), { modes: { 'targets-add': 'observe' }, version: 1 })] },
      { WithheldRemovals: 1 },
    ],
    [
      'everything is paused',
      {
        modes: [item(ledgerKey.modes('ALL'), { modes: {}, version: 1, paused: { by: 'jo', reason: 'x', at: NOW } })],
      },
      {},
    ],
  ])('%s - what a person decided counts for nothing', async (_what, given, counted) => {
    await watch({ ...kept, ...given });
    expect(metrics()).toEqual({ ...WELL, ...counted });
  });

  it('runs that failed - the most in a row', async () => {
    const bindings = [aBinding({ bindingId: 'one', port: 1 }), aBinding({ bindingId: 'two', port: 2 })];
    const records = [applied([A], { failures: 2 }, 'one'), applied([A], { failures: 4 }, 'two')];
    await watch({ bindings, records });

    expect(metrics()).toEqual({ ...WELL, FailedRefreshes: 4 });
  });

  it('a look that could not tell what it saw - none', async () => {
    const { services, events } = world({ now: QUIET, answers: named(A, B) });
    events.on(PutEventsCommand).rejects(awsError('InternalException'));

    await expect(run(ANNOUNCE, services)).rejects.toThrow();
    expect(metrics()).toHaveProperty('SilentSources');
    expect(metrics()).not.toHaveProperty('Watches');
  });

  it('a source that is silent, an entry that can’t be read, and two of one home', async () => {
    const bindings = [
      aBinding({ bindingId: 'one', port: 1 }),
      aBinding({ bindingId: 'two' }),
      aBinding({ bindingId: 'three' }),
    ];
    const entries = [item(registryKey.binding('broken'), {})];
    await watch({ bindings, entries, records: [], answers: [{ kind: 'empty' }] });

    expect(metrics()).toEqual({ ...WELL, UnreadableEntries: 2, SilentSources: 1 });
  });
});

describe('five hundred bindings', () => {
  const ids = Array.from({ length: 500 }, (_, index) => `binding-${String(index).padStart(3, '0')}`);
  const groupOf = (bindingId: string): string =>
    TARGET_GROUP.replace('0123456789abc', `${bindingId.slice(-3)}3456789abc`);
  const bindings = ids.map((bindingId) => aBinding({ bindingId, targetGroupArn: groupOf(bindingId) }));
  const inLine = (...which: readonly string[]) => which.map((id) => applied([A], {}, id));
  const calm: Given = { bindings, records: inLine(...ids) };
  const readIn = ({ elb }: ReturnType<typeof world>) =>
    callsOf(elb).map(([, input]) => (input as { readonly TargetGroupArn: string }).TargetGroupArn);

  /**
   * What the documents give everybody in an account together, in calls a minute once the first burst is spent, of which a tenth may be ours.
   * Elastic Load Balancing: Describe* refills ten a second. EC2: filtered Describe* twenty. RDS documents none: as the slower of the others.
   */
  const MINUTE_BUCKETS = { DescribeTargetHealth: 600, DescribeNetworkInterfaces: 1_200, DescribeDBProxies: 600 };

  it.each([
    ['in line', calm],
    ['all drifting', { ...calm, answers: named(A, B) }],
    ['none looked after yet', { ...calm, records: [], targets: [] }],
  ] as const)('%s - one run takes at most a tenth of what there is', async (situation, given: Given) => {
    const { report, counts, asked } = await watch(given);
    const calls = counts();
    console.info(`500 bindings, ${situation}: calls of one run`, { ...calls, DNS: asked.length });

    const over = Object.entries(MINUTE_BUCKETS).filter(([action, bucket]) => (calls[action] ?? 0) > bucket / 10);
    expect(over).toEqual([]);
    expect(calls).toMatchObject({ Query: 3, DescribeDBProxies: 1, DescribeNetworkInterfaces: 1 });
    expect(calls.DescribeTargetHealth).toBe(report.read);
    expect(asked).toHaveLength(3 * 500);
  });

  it('in line - each has its health read once in a quarter of an hour, and nobody is told of anything', async () => {
    const read: string[] = [];
    for (let each = 0; each < ROTATION; each += 1) {
      const looked = await watch({ ...calm, now: minute(each) });
      expect(looked.report.read).toBeLessThanOrEqual(60);
      expect(looked.told).toEqual([]);
      read.push(...readIn(looked));
    }

    expect(read.sort()).toEqual(ids.map(groupOf).sort());
  });

  it('those that differ come before those whose turn it is', async () => {
    const looked = await watch({ ...calm, records: inLine(...ids.slice(30)) });

    expect(readIn(looked).slice(0, 30).sort()).toEqual(ids.slice(0, 30).map(groupOf));
    expect(looked.report.read).toBeGreaterThan(30);
  });

  it('two hundred drift, and runs bring them in line - all are told of within four minutes', async () => {
    const open = new Set(ids.slice(0, 200));
    let minutes = 0;
    while (open.size > 0 && minutes < 10) {
      const records = inLine(...ids.filter((id) => !open.has(id)));
      const { report } = await watch({ ...calm, records, targets: [], now: minute(minutes) });
      for (const id of report.drifts) open.delete(id);
      minutes += 1;
    }

    expect([open.size, minutes]).toEqual([0, 4]);
  });

  it('more differ for ever than may be read in a minute - they keep nobody from being told of', async () => {
    const observed = bindings.slice(0, 100).map((each) => ({ ...each, serviceId: 'vpce-svc-0fffffffffffffff9' }));
    const given = {
      bindings: [...observed, aBinding({ bindingId: 'zz', port: 1 })],
      records: [] as never[],
      targets: [],
    };
    const told: string[] = [];
    for (let each = 0; each < 2; each += 1) told.push(...(await watch({ ...given, now: minute(each) })).report.drifts);

    expect(told).toContain('zz');
  });
});
