import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBProxiesCommand } from '@aws-sdk/client-rds';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { targets } from '../../../ops/actions/targets.ts';
import { awsError, callsOf, item, REGISTRY_ITEMS, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import { ADA, BOB, bound, known, LEASE, RUN, withBindings } from '../support.ts';

const [OLD, NEW]: readonly [string, string] = ['10.0.1.5', '10.0.1.6'];
const CONDITION_FAILED = awsError('ConditionalCheckFailedException');
const DO_IT = { bindingId: 'orders', apply: true, direct: true, reason: 'Step Functions is down.' } as const;
const OURS = { ours: { [OLD]: {} }, applied: [OLD], isCrossZone: true, version: 4 };

/** DNS names these; these are registered and healthy; the ledger has this of the binding, and these modes. */
const world = ({
  named = [OLD, NEW],
  registered = [OLD],
  record = OURS,
  modes = [] as readonly ReturnType<typeof item>[],
} = {}) => {
  const ada = withBindings([bound()], record);
  const healthy = new Set(registered);
  ada.answers.push(named.length === 0 ? { kind: 'empty' } : { kind: 'addresses', addresses: named });
  ada.dynamoMock.on(QueryCommand).resolves({ Items: [bound()] });
  ada.dynamoMock.on(BatchGetItemCommand).callsFake(({ RequestItems }: { RequestItems: object }) => ({
    Responses:
      TABLES.ledger in RequestItems
        ? { [TABLES.ledger]: [known(record), ...modes] }
        : { [TABLES.registry]: [REGISTRY_ITEMS.service] },
  }));
  ada.dynamoMock.on(UpdateItemCommand).resolves({}).on(PutItemCommand).resolves({});
  ada.dynamoMock.on(GetItemCommand).resolves({ Item: known({ ...record, ...LEASE }) });
  ada.rdsMock
    .on(DescribeDBProxiesCommand)
    .resolves({ DBProxies: [{ DBProxyName: 'orders-proxy', Endpoint: 'orders.host' }] });
  ada.ec2Mock.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  ada.elbMock
    .on(DescribeTargetGroupAttributesCommand)
    .resolves({ Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }] })
    .on(DescribeTargetHealthCommand)
    .callsFake(() => ({
      TargetHealthDescriptions: [...healthy].map((Id) => ({
        Target: { Id, Port: 5432 },
        TargetHealth: { State: 'healthy' },
      })),
    }))
    .on(RegisterTargetsCommand)
    .callsFake(({ Targets }: { Targets: readonly { Id: string }[] }) => {
      for (const { Id } of Targets) healthy.add(Id);
      return {};
    })
    .on(DeregisterTargetsCommand)
    .callsFake(({ Targets }: { Targets: readonly { Id: string }[] }) => {
      for (const { Id } of Targets) healthy.delete(Id);
      return {};
    });
  const written = () => callsOf(ada.elbMock).filter(([command]) => !command.startsWith('Describe'));
  return { ...ada, written };
};

describe('targets --direct', () => {
  it('registers with the exact port, after whose it is was written down under the lease', async () => {
    const ada = world();

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({
      outcome: 'applied-directly',
      added: [NEW],
      removed: [],
    });
    expect(ada.written()).toEqual([
      ['RegisterTargets', expect.objectContaining({ Targets: [{ Id: NEW, Port: 5432 }] })],
    ]);
    const updates = ada
      .writes()
      .map(([, input]) => input as { UpdateExpression?: string; ConditionExpression?: string });
    expect(updates.map(({ UpdateExpression = 'put' }) => UpdateExpression.slice(0, 25))).toEqual([
      ...['SET execution = :me, lease', 'put', 'SET leaseUntil = :until, o', 'SET ours = :ours, refused '].map((each) =>
        each.slice(0, 25),
      ),
      'SET outcome = :outcome, a',
    ]);
    expect(ada.said[0]).toBe(`registered    ${NEW}`);
    expect(ada.waits).toEqual([10_000]);
  });

  it('what is stale goes once DNS missed it three times, a minute apart, though no watch counts', async () => {
    const ada = world({ named: [NEW], registered: [OLD, NEW] });

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({ removed: [OLD] });
    expect(ada.waits.reduce((sum, each) => sum + each, 0)).toBe(120_000);
    expect(ada.said).toEqual([
      'waiting       DNS has to miss what is stale often enough, once a minute',
      `deregistered  ${OLD}`,
    ]);
  });

  it('DNS names nobody - nothing is done', async () => {
    const ada = world({ named: [] });

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({
      added: [],
      removed: [],
      plan: { doubt: 'DNS named nobody' },
    });
    expect(ada.written()).toEqual([]);
  });

  it('the mode of targets-add is observe - withheld', async () => {
    const { serviceId } = { serviceId: String(bound().serviceId?.S) };
    const ada = world({
      modes: [item(ledgerKey.modes(serviceId), { modes: { 'targets-add': 'observe' }, version: 1 })],
    });

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({
      plan: { withheld: [{ address: NEW, because: 'the mode of targets-add is observe' }] },
    });
    expect(ada.written()).toEqual([]);
  });

  it.each([
    ['a run that runs', { status: 'RUNNING' as const }, RUN, /^A run has orders in hand, and runs: .*stop-execution/],
    [
      'a run of which nobody says whether it runs',
      awsError('ServiceUnavailable', 503),
      RUN,
      /does not say whether it runs still: .*give the command again after that time\.$/,
    ],
    ['a colleague', undefined, `operator ${BOB} at ${NOW}`, /^operator .*bob at .* has orders in hand until /],
  ])('%s has it in hand - refused, and nothing is written', async (_who, seen, execution, because) => {
    const ada = world();
    ada.dynamoMock.on(UpdateItemCommand).rejects(CONDITION_FAILED);
    ada.dynamoMock.on(GetItemCommand).resolves({ Item: known({ ...OURS, ...LEASE, execution }) });
    if (seen instanceof Error) ada.sfnMock.on(DescribeExecutionCommand).rejects(seen);
    else if (seen !== undefined) ada.sfnMock.on(DescribeExecutionCommand).resolves(seen);

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(because),
    });
    expect(ada.written()).toEqual([]);
    expect(ada.writes().filter(([command]) => command === 'PutItem')).toEqual([]);
  });

  it.each([
    ['a run that ended', { status: 'FAILED' as const }, LEASE],
    ['a run that nobody remembers', awsError('ExecutionDoesNotExist'), LEASE],
    [
      'a run whose time is over, and nobody says more',
      awsError('ServiceUnavailable', 503),
      { ...LEASE, leaseUntil: '2026-11-23T11:00:00.000Z' },
    ],
  ])('%s had it in hand - taken over from exactly that one', async (_who, seen, lease) => {
    const ada = world();
    ada.dynamoMock.on(UpdateItemCommand).rejectsOnce(CONDITION_FAILED).resolves({});
    ada.dynamoMock.on(GetItemCommand).resolves({ Item: known({ ...OURS, ...lease }) });
    if (seen instanceof Error) ada.sfnMock.on(DescribeExecutionCommand).rejects(seen);
    else ada.sfnMock.on(DescribeExecutionCommand).resolves(seen);

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({ outcome: 'applied-directly' });
    const [, second] = ada.writes().map(([, input]) => input as object);
    expect(second).toMatchObject({
      ConditionExpression: 'execution = :holder OR execution = :me',
      ExpressionAttributeValues: { ':holder': { S: RUN }, ':me': { S: `operator ${ADA} at ${NOW}` } },
    });
  });

  it('somebody takes it over in the middle - it stops before the next write, in words', async () => {
    const ada = world();
    ada.dynamoMock.on(UpdateItemCommand).resolvesOnce({}).rejectsOnce(CONDITION_FAILED).resolves({});

    await expect(targets(DO_IT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(
        /^Somebody took orders over while you were at it: .*So far: registered nobody, deregistered nobody\./,
      ),
    });
    expect(ada.written()).toEqual([]);
  });

  it('AWS fails in the middle - thrown, and the failure is recorded', async () => {
    const ada = world();
    ada.elbMock.on(RegisterTargetsCommand).rejects(awsError('AccessDeniedException'));

    await expect(targets(DO_IT, ada.services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const last = ada.writes().map(([, input]) => (input as { UpdateExpression?: string }).UpdateExpression);
    expect(last.slice(-2)).toEqual([
      'SET failedAt = :now ADD failures :one REMOVE execution, leaseUntil',
      expect.stringMatching(/^SET outcome/),
    ]);
  });

  it('asks the resolver that is named', async () => {
    const ada = world({ named: [OLD] });
    await targets({ bindingId: 'orders', direct: true, resolver: '10.0.0.2' }, ada.services);

    expect(new Set(ada.asked)).toEqual(new Set(['10.0.0.2']));
    expect(ada.writes()).toEqual([]);
  });

  it.each([
    [{ direct: true, apply: true }, 'doing it directly needs a reason: --reason'],
    [{ apply: true, reason: 'Why' }, 'a reason and a resolver are for --direct'],
    [{ resolver: '10.0.0.2' }, 'a reason and a resolver are for --direct'],
    [{ direct: true, reason: 'Why' }, 'a reason is for doing it: give --apply as well, or leave the reason away'],
    [
      { direct: true, resolver: 'resolver.example.com' },
      'not an address of a resolver, such as 10.0.0.2 or 127.0.0.1:5353',
    ],
    [{ direct: true, resolver: '10.0.0.2:99999' }, 'not an address of a resolver, such as 10.0.0.2 or 127.0.0.1:5353'],
  ])('%j - not understood, in words', async (more, problem) => {
    const { services } = world();

    await expect(targets({ bindingId: 'orders', ...more }, services)).rejects.toMatchObject({
      name: 'BadInput',
      faults: [{ problem }],
    });
  });
});
