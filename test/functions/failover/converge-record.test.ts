import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { beforeAll, describe, expect, it } from 'vitest';
import { markSet, type RecordSet } from '../../../functions/domain/dns-record.ts';
import { LATCH, METRIC_NAMESPACE } from '../../../functions/domain/metric.ts';
import { stateAttributes, stateFrom } from '../../../functions/registry/dns-records.ts';
import { itemOf } from '../../../functions/registry/items.ts';
import { NOW } from '../../support/builders.ts';
import {
  ARMED_BY,
  aFailover,
  aRecord,
  aSimple,
  atAddresses,
  atTargets,
  aWeighted,
  PRIMARY_GROUP,
  RECORD_ID,
  RECORD_NAME,
  SECONDARY_GROUP,
  ZONE_ID,
} from '../../support/dns-records.ts';
import { awsError, CONTEXT, callsOf, item, LATCH_PREFIX, stubFunctionEnvironment } from '../support.ts';
import {
  ALL_PAUSED,
  ENFORCED,
  type Given,
  healthy,
  NO_ANSWER,
  OBSERVED,
  toRoute53,
  world,
  writtenAs,
} from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/failover/converge-record.ts');

const INPUT = { recordId: RECORD_ID, changeId: null };
const DOTTED = `${RECORD_NAME}.`;
const SIMPLE = aSimple(atAddresses('10.0.0.1'));
const MARK = markSet(SIMPLE);
const at = (...values: readonly string[]): RecordSet => ({ name: DOTTED, type: 'A', ttl: 30, values });
/** A record of one address, of which the ledger knows where it is written. */
const simple = (rest: Given = {}): Given => ({ records: [SIMPLE], state: { version: 1 }, ...rest });

/** Runs as the workflow does: notes what is to be noted, until there is nothing to do, and says what each call did. */
const settle = async (given: ReturnType<typeof world>): Promise<readonly string[]> => {
  const did: string[] = [];
  let changeId: string | null = null;
  for (let call = 0; call < 10; call += 1) {
    const result: Awaited<ReturnType<typeof run>> = await run({ recordId: RECORD_ID, changeId }, given.services);
    did.push(result.did);
    if (result.did === 'noted') given.note(result.item);
    else if (result.did === 'changed') changeId = result.changeId;
    else if (result.did === 'nothing') return did;
  }
  throw new Error(`It never settles: ${did.join(', ')}`);
};
const stateIn = ({ ledger }: ReturnType<typeof world>) =>
  stateFrom(RECORD_ID, itemOf(ledger.find((each) => each.sk?.S === `RECORD#${RECORD_ID}`) ?? {}));

describe('a record of one address', () => {
  it('that the zone has not - created with its mark, in one batch', async () => {
    const { services, route53 } = world(simple());

    await expect(run(INPUT, services)).resolves.toMatchObject({ did: 'changed', changeId: 'C1', because: '2 changes' });
    expect(callsOf(route53)).toEqual([
      ['ListResourceRecordSets', { HostedZoneId: ZONE_ID, StartRecordName: DOTTED, MaxItems: 300 }],
      [
        'ChangeResourceRecordSets',
        {
          HostedZoneId: ZONE_ID,
          ChangeBatch: {
            Comment: 'privatelink-concierge: orders-db',
            Changes: [at('10.0.0.1'), MARK].map((set) => ({ Action: 'CREATE', ResourceRecordSet: toRoute53(set) })),
          },
        },
      ],
    ]);
  });

  it('that the zone has otherwise - deleted as it was read, and created', async () => {
    const given = world(simple({ zone: [at('10.0.0.9'), MARK].map(toRoute53) }));
    await run(INPUT, given.services);

    expect(callsOf(given.route53).at(-1)).toMatchObject([
      'ChangeResourceRecordSets',
      {
        ChangeBatch: {
          Changes: [
            { Action: 'DELETE', ResourceRecordSet: toRoute53(at('10.0.0.9')) },
            { Action: 'CREATE', ResourceRecordSet: toRoute53(at('10.0.0.1')) },
          ],
        },
      },
    ]);
  });

  it('of which the ledger knows nothing - noted first where it is to be written', async () => {
    const given = world({ records: [SIMPLE], state: undefined });

    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    expect(stateIn(given)).toEqual({ version: 1, written: { ...writtenAs(SIMPLE).written, at: NOW } });
  });

  it('whose entry names another place - a doubt: what is written would be forgotten', async () => {
    const given = world(simple({ zone: [at('10.0.0.1'), MARK].map(toRoute53) }));
    given.enter({ ...SIMPLE, name: 'other.example.internal' });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      did: 'nothing',
      doubt: expect.stringMatching(/^it is written as A db\.orders.* take another id/),
    });
    expect(given.written()).toEqual([]);
  });

  it('to converge twice writes once', async () => {
    const given = world(simple());

    expect(await settle(given)).toEqual(['changed', 'pending', 'nothing']);
    expect(await settle(given)).toEqual(['nothing']);
    expect(given.written()).toEqual(['ChangeResourceRecordSets']);
  });

  it('the listing goes on with other names - left alone', async () => {
    const others: readonly RecordSet[] = [
      { name: `x.${DOTTED}`, type: 'A', ttl: 30, values: ['10.9.9.9'] },
      { name: 'z.example.internal.', type: 'A', ttl: 30, values: ['10.9.9.9'] },
    ];
    const given = world(simple({ zone: [at('10.0.0.9'), ...others, MARK].map(toRoute53) }));
    await settle(given);

    expect(given.zone()).toEqual(expect.arrayContaining([...others, at('10.0.0.1'), MARK]));
    expect(given.zone()).toHaveLength(4);
  });

  it('in another account’s zone - written by its role', async () => {
    const role = { roleArn: 'arn:aws:iam::222222222222:role/dns', externalId: 'acme-1' };
    const given = world(simple({ records: [{ ...SIMPLE, role }] }));
    await settle(given);

    expect(given.asRole).toEqual([role, role, role]);
  });

  it.each<[situation: string, zone: readonly RecordSet[], foreign: RegExp]>([
    ['a record without our mark', [at('10.0.0.9')], /that we did not make: "adopt-record" takes over$/],
    ['another’s mark', [at('10.0.0.9'), markSet({ ...SIMPLE, recordId: 'other' })], /it is another record's$/],
    ['a CNAME', [{ name: DOTTED, type: 'CNAME', ttl: 60, values: ['a.'] }], /is a CNAME, which we did not make$/],
  ])('%s - foreign, and nothing is written', async (_situation, zone, foreign) => {
    const given = world(simple({ zone: zone.map(toRoute53) }));

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      did: 'nothing',
      foreign: expect.stringMatching(foreign),
    });
    expect(given.written()).toEqual([]);
    expect(given.zone()).toEqual(zone);
  });

  it('a record by latency in the place of ours - foreign: it could not even be deleted as it was read', async () => {
    const latency = { ...toRoute53({ ...at('10.0.0.9'), setIdentifier: 'x' }), Region: 'us-west-2' as const };
    const given = world(simple({ zone: [latency, toRoute53(MARK)] }));

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      foreign: `${DOTTED} has a record with Region, as we make none`,
    });
    expect(given.written()).toEqual([]);
  });

  it('that a person adopted - ours from now on', async () => {
    const adopted = { by: 'jo', reason: 'ours', at: '2026-11-23T11:00:00.000Z' };
    const given = world(simple({ zone: [toRoute53(at('10.0.0.9'))], state: { version: 1, adopted } }));
    await settle(given);

    expect(given.zone()).toEqual([at('10.0.0.1'), MARK]);
  });
});

describe('targets', () => {
  const TARGETS = aSimple(atTargets(PRIMARY_GROUP));
  const having = (...sets: readonly RecordSet[]) => [...sets, MARK].map(toRoute53);

  it('healthy ones of its port - noted first, then written', async () => {
    const targets = healthy(
      '10.0.1.11',
      '10.0.1.10',
      '10.0.1.12 unhealthy',
      '10.0.1.13 initial',
      '10.0.1.14 healthy 6379',
    );
    const given = world({ records: [TARGETS], state: undefined, targets });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      did: 'noted',
      version: 0,
      item: { version: { N: '1' }, applied: { M: { simple: { L: [{ S: '10.0.1.10' }, { S: '10.0.1.11' }] } } } },
    });
    expect(given.written()).toEqual([]);
    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    expect(given.zone()).toEqual([at('10.0.1.10', '10.0.1.11'), MARK]);
    expect(await settle(given)).toEqual(['nothing']);
  });

  it.each<[situation: string, targets: Given['targets'], silent: readonly string[]]>([
    ['a region that does not answer', { [PRIMARY_GROUP]: NO_ANSWER }, ['simple']],
    ['a region that has no time', { [PRIMARY_GROUP]: awsError('Throttling') }, ['simple']],
    ['a region whose servers fail', { [PRIMARY_GROUP]: awsError('Whatever', 503) }, ['simple']],
    ['nobody healthy', healthy('10.0.1.10 unhealthy'), []],
    ['an empty group', healthy(), []],
  ])('%s - the answer stays as it is', async (_situation, targets = {}, silent) => {
    const state = { version: 2, applied: { simple: ['10.0.1.10'] } };
    const given = world({ records: [TARGETS], state, targets, zone: having(at('10.0.1.10')) });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({ did: 'nothing', because: '', silent });
    expect(given.written()).toEqual([]);
  });

  it.each<[situation: string, targets: Given['targets'], doubt: string]>([
    ['a region that does not answer', { [PRIMARY_GROUP]: NO_ANSWER }, 'port 5432 of orders could not be read'],
    ['nobody healthy', healthy(), 'port 5432 of orders has nobody healthy'],
  ])('%s, of what was never written - a doubt, and nothing is written', async (_situation, targets = {}, doubt) => {
    const given = world({ records: [TARGETS], state: undefined, targets });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({ did: 'nothing', doubt });
    expect(given.written()).toEqual([]);
  });

  it('one side’s region does not answer - the other is brought in line', async () => {
    const record = aRecord({
      routing: {
        kind: 'weighted',
        sides: {
          blue: { weight: 1, value: atTargets(PRIMARY_GROUP) },
          green: { weight: 1, value: atTargets(SECONDARY_GROUP) },
        },
      },
    });
    const state = { version: 2, applied: { blue: ['10.0.1.10'], green: ['10.1.1.10'] } };
    const given = world({
      records: [record],
      state,
      targets: { [PRIMARY_GROUP]: NO_ANSWER, [SECONDARY_GROUP]: ['10.1.1.99'] },
    });
    await settle(given);

    expect(given.zone()).toMatchObject([{ values: ['10.0.1.10'] }, { values: ['10.1.1.99'] }, MARK]);
  });

  it('a target group that is gone - thrown under AWS’s own name', async () => {
    const { services } = world({
      records: [TARGETS],
      targets: { [PRIMARY_GROUP]: awsError('TargetGroupNotFoundException') },
    });

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
  });
});

describe('a record with a secondary', () => {
  const fresh = (rest: Given = {}) => world({ state: { version: 2 }, ...rest });

  it('never written - the latch’s alarm, three health checks, noted, then both sets', async () => {
    const given = fresh();

    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    expect(given.written()).toEqual([
      ...['CreateHealthCheck', 'CreateHealthCheck', 'CreateHealthCheck'],
      'ChangeResourceRecordSets',
      'PutMetricAlarm',
    ]);
    expect(stateIn(given)).toEqual({
      version: 3,
      ...writtenAs(aRecord()),
      checks: {
        health: 'check-3',
        latch: 'check-1',
        primary: 'check-2',
        made: 'us-west-2/orders-sick, for the latch alone',
      },
    });
    expect(given.zone()).toMatchObject([
      { setIdentifier: 'primary', failover: 'PRIMARY', healthCheckId: 'check-2' },
      { setIdentifier: 'secondary', failover: 'SECONDARY' },
      MARK,
    ]);
    expect(given.zone()[1]?.healthCheckId).toBeUndefined();
    expect(await settle(given)).toEqual(['nothing']);
  });

  it('its checks are of the alarm where the primary is, of the latch in the standby region, and of both', async () => {
    const given = fresh();
    await settle(given);

    expect([...given.checks().values()]).toEqual([
      {
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: { Name: 'concierge-latch-orders-db', Region: 'us-west-2' },
        InsufficientDataHealthStatus: 'LastKnownStatus',
      },
      { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['check-1'] },
      {
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: { Name: 'orders-sick', Region: 'us-west-2' },
        InsufficientDataHealthStatus: 'Unhealthy',
      },
    ]);
  });

  it('the latch’s alarm keeps its state without data, and goes by the metric alone', async () => {
    const given = fresh();
    await settle(given);

    expect(given.latchAlarm()).toMatchObject({
      AlarmName: 'concierge-latch-orders-db',
      Namespace: METRIC_NAMESPACE,
      MetricName: LATCH,
      Dimensions: [{ Name: 'record', Value: 'orders-db' }],
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
    });
  });

  it.each([
    ['not armed', {}, 'automatic', ['check-1']],
    ['armed', ARMED_BY, 'automatic', ['check-1', 'check-2']],
    ['armed by another alarm than it has now', { ...ARMED_BY, armedBy: 'us-west-2/other' }, 'automatic', ['check-1']],
    ['armed, for a person to fail over', ARMED_BY, 'manual-armed', ['check-1']],
  ] as const)('%s - the primary is well while its children are', async (_situation, armed, engages, children) => {
    const state = { version: 2, ...armed };
    const given = world({ records: [aRecord({ routing: aFailover({ engages }) })], state });
    await settle(given);

    const [primary] = [...given.checks().values()].filter(({ Type }) => Type === 'CALCULATED');
    expect(primary).toEqual({
      Type: 'CALCULATED',
      HealthThreshold: children.length,
      ChildHealthChecks: [...children],
    });
  });

  it('armed since it was written - its health becomes a child, by one update', async () => {
    const given = fresh();
    await settle(given);
    given.note(item({ pk: 'RECORDS', sk: `RECORD#${RECORD_ID}` }, { ...stateIn(given), ...ARMED_BY, version: 4 }));
    const before = given.written().length;
    expect(await settle(given)).toEqual(['noted', 'nothing']);

    expect(given.written()).toHaveLength(before + 1);
    expect(given.checks().get('check-2')).toMatchObject({
      HealthThreshold: 2,
      ChildHealthChecks: ['check-1', 'check-3'],
    });
  });

  it('its entry says that only a person fails over, and then that health does - each time one batch, and nothing is left', async () => {
    const given = fresh();
    await settle(given);
    const automatic = given.zone();
    const turned = (before: ReturnType<typeof world>, engages: 'automatic' | 'manual-armed') =>
      world({
        records: [aRecord({ routing: aFailover({ engages }) })],
        state: stateIn(before),
        checks: Object.fromEntries(before.checks()),
        zone: before.zone().map(toRoute53),
        latchAlarm: before.latchAlarm() ?? {},
      });
    const manual = turned(given, 'manual-armed');

    expect(await settle(manual)).toEqual(['changed', 'pending', 'nothing']);
    expect(manual.written()).toEqual(['ChangeResourceRecordSets']);
    expect(manual.zone().map(({ name, failover }) => [name, failover])).toEqual([
      [MARK.name, undefined],
      [`_primary.${DOTTED}`, undefined],
      [`_secondary.${DOTTED}`, undefined],
      [DOTTED, 'PRIMARY'],
      [DOTTED, 'SECONDARY'],
    ]);
    const again = turned(manual, 'automatic');
    expect(await settle(again)).toEqual(['changed', 'pending', 'nothing']);
    expect(again.written()).toEqual(['ChangeResourceRecordSets']);
    expect(new Set(again.zone())).toEqual(new Set(automatic));
  });

  it('armed, and its entry gets another alarm - the primary goes by the latch alone before the check follows the new one', async () => {
    const given = world({ records: [aRecord()], state: { version: 2, ...ARMED_BY } });
    await settle(given);
    const other = world({
      records: [aRecord({ routing: aFailover({ health: { name: 'other', region: 'us-east-1' } }) })],
      state: stateIn(given),
      checks: Object.fromEntries(given.checks()),
      zone: given.zone().map(toRoute53),
      latchAlarm: given.latchAlarm() ?? {},
    });
    expect(await settle(other)).toEqual(['noted', 'nothing']);

    const updates = callsOf(other.route53).filter(([command]) => command.startsWith('Update'));
    expect(updates.map(([, input]) => input)).toMatchObject([
      { HealthCheckId: 'check-3', ChildHealthChecks: ['check-1'] },
      { HealthCheckId: 'check-2', AlarmIdentifier: { Name: 'other' } },
    ]);
  });

  it('another alarm in its entry - one update', async () => {
    const given = fresh();
    await settle(given);
    const other = world({
      records: [aRecord({ routing: aFailover({ health: { name: 'other', region: 'us-east-1' } }) })],
      state: stateIn(given),
      checks: Object.fromEntries(given.checks()),
      zone: given.zone().map(toRoute53),
      latchAlarm: given.latchAlarm() ?? {},
    });
    expect(await settle(other)).toEqual(['noted', 'nothing']);

    expect(callsOf(other.route53).filter(([command]) => command.startsWith('Update'))).toEqual([
      [
        'UpdateHealthCheck',
        {
          HealthCheckId: 'check-3',
          AlarmIdentifier: { Name: 'other', Region: 'us-east-1' },
          InsufficientDataHealthStatus: 'Unhealthy',
        },
      ],
    ]);
  });

  it('the reply of a check was lost, or the run died before it was noted - the same checks, and no second ones', async () => {
    const given = fresh();
    await run(INPUT, given.services);
    await run(INPUT, given.services);

    expect(given.checks().size).toBe(3);
    const references = callsOf(given.route53)
      .filter(([command]) => command === 'CreateHealthCheck')
      .map(([, input]) => (input as { CallerReference: string }).CallerReference);
    expect(references).toHaveLength(6);
    expect(new Set(references).size).toBe(3);
    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    expect(given.checks().size).toBe(3);
  });

  it('the run died, and its entry has another alarm since - the same checks, put right', async () => {
    const given = fresh();
    await run(INPUT, given.services);
    given.enter(aRecord({ routing: aFailover({ health: { name: 'other', region: 'us-west-2' } }) }));

    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    expect(given.checks().size).toBe(3);
    expect(given.checks().get('check-3')?.AlarmIdentifier?.Name).toBe('other');
  });

  it('the run died, and a person had another word before the next - the same checks', async () => {
    const given = fresh();
    await run(INPUT, given.services);
    given.note(stateAttributes({ version: 7 }));

    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    expect(given.checks().size).toBe(3);
  });

  it('another stack of the account has a record of the same id - checks of its own', async () => {
    const given = fresh();
    await run(INPUT, given.services);
    await run(INPUT, { ...given.services, latchPrefix: `other-${LATCH_PREFIX}` });

    expect(given.checks().size).toBe(6);
  });

  it('it is somebody else’s in the zone - no check is made, as nobody would note it', async () => {
    const given = world({ state: undefined, zone: [at('10.9.9.9')].map(toRoute53) });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({ did: 'nothing', foreign: expect.any(String) });
    expect([given.checks().size, given.written()]).toEqual([0, []]);
  });

  it('an id of sixty-three characters - its references are as long as Route 53 takes them', async () => {
    const recordId = 'r'.repeat(63);
    const given = world({ records: [aRecord({ recordId })], state: undefined });

    await expect(run({ ...INPUT, recordId }, given.services)).resolves.toMatchObject({ did: 'noted' });
  });

  it('somebody deleted a check - made again, noted, and the primary has it', async () => {
    const given = fresh();
    await settle(given);
    given.forget('check-2');

    expect(await settle(given)).toEqual(['noted', 'changed', 'pending', 'nothing']);
    const primary = given.zone().find(({ failover }) => failover === 'PRIMARY')?.healthCheckId ?? '';
    expect(given.checks().has(primary)).toBe(true);
  });

  it('somebody changed the latch’s alarm - made right; the order of what it lists is no change', async () => {
    const given = fresh();
    await settle(given);
    const latchAlarm = { ...given.latchAlarm(), Dimensions: [{ Value: 'orders-db', Name: 'record' }] };
    const again = {
      state: stateIn(given),
      checks: Object.fromEntries(given.checks()),
      zone: given.zone().map(toRoute53),
    };

    const same = world({ ...again, latchAlarm });
    await settle(same);
    expect(same.written()).toEqual([]);

    for (const change of [
      { TreatMissingData: 'breaching' },
      { Threshold: 2 },
      { Dimensions: [{ Name: 'record', Value: 'other' }] },
      { Period: 300 },
    ]) {
      const changed = world({ ...again, latchAlarm: { ...latchAlarm, ...change } });
      await settle(changed);
      expect(changed.written()).toEqual(['PutMetricAlarm']);
    }
  });

  it('its zone is another account’s - the checks are ours all the same', async () => {
    const role = { roleArn: 'arn:aws:iam::222222222222:role/dns', externalId: 'acme-1' };
    const given = fresh({ records: [aRecord({ role })] });
    await run(INPUT, given.services);

    expect(given.asRole).toEqual([role, 'ourselves']);
  });
});

describe('what nobody may write', () => {
  const unwritten = { state: { version: 2 } };

  it.each<[situation: string, modes: Given['modes'], withheld: string]>([
    ['observed', [OBSERVED], 'the mode of dns is observe'],
    ['nobody set a mode: asked first', [], 'the mode of dns is propose'],
    ['paused', [ENFORCED, ALL_PAUSED], 'everything is paused by jo'],
  ])('%s - planned, withheld, and no call writes', async (_situation, modes = [], withheld) => {
    for (const given of [world(simple({ modes })), world({ ...unwritten, modes })]) {
      await expect(run(INPUT, given.services)).resolves.toMatchObject({
        did: 'nothing',
        because: withheld,
        withheld,
        plan: { kind: 'change' },
      });
      expect(given.written()).toEqual([]);
    }
  });

  it('paused, and there is nothing to write - nothing is withheld', async () => {
    const given = world(simple({ modes: [ENFORCED, ALL_PAUSED], zone: [at('10.0.0.1'), MARK].map(toRoute53) }));

    expect(await run(INPUT, given.services)).not.toHaveProperty('withheld');
  });
});

describe('a change that was made', () => {
  it('is waited for, and nothing else is done', async () => {
    const given = world(simple());
    await run(INPUT, given.services);
    given.route53.resetHistory();

    await expect(run({ ...INPUT, changeId: 'C1' }, given.services)).resolves.toMatchObject({
      did: 'pending',
      changeId: 'C1',
    });
    await expect(run({ ...INPUT, changeId: 'C1' }, given.services)).resolves.toMatchObject({ did: 'nothing' });
    expect(callsOf(given.route53)).toEqual([
      ['GetChange', { Id: 'C1' }],
      ['GetChange', { Id: 'C1' }],
    ]);
  });
});

describe('what goes wrong', () => {
  const refusing = (code: string, messages?: readonly string[], status = 400) => {
    const given = world(simple());
    given.route53
      .on(ChangeResourceRecordSetsCommand)
      .rejects(Object.assign(awsError(code, status), messages === undefined ? {} : { messages }));
    return run(INPUT, given.services);
  };

  it.each<[situation: string, code: string, messages: readonly string[] | undefined, name: string]>([
    ['another batch is under way', 'PriorRequestNotComplete', undefined, 'NotSettled'],
    ['the rate is exceeded', 'Throttling', undefined, 'Throttled'],
    ['too many at once', 'ThrottlingException', undefined, 'Throttled'],
    ['it may not', 'AccessDenied', undefined, 'Denied'],
    [
      'somebody deleted what was read',
      'InvalidChangeBatch',
      ["Tried to delete resource record set [name='db.', type='A'] but it was not found"],
      'NotSettled',
    ],
    [
      'somebody changed it',
      'InvalidChangeBatch',
      [
        "Tried to delete resource record set [name='db.', type='A'] but the values provided do not match the current values",
      ],
      'NotSettled',
    ],
    [
      'somebody created it',
      'InvalidChangeBatch',
      ["Tried to create resource record set [name='db.', type='A'] but it already exists"],
      'NotSettled',
    ],
    ['it is protected', 'InvalidChangeBatch', ['The record set is protected.'], 'UnsafePlan'],
    ['it refuses without a list', 'InvalidChangeBatch', undefined, 'UnsafePlan'],
    ['there is no such zone', 'NoSuchHostedZone', undefined, 'NoSuchHostedZone'],
    ['a surprise', 'Surprise', undefined, 'Surprise'],
  ])('%s - %s is thrown as it is to be taken', async (_situation, code, messages, name) => {
    await expect(refusing(code, messages)).rejects.toMatchObject({ name });
  });

  it('Route 53’s own words are told', async () => {
    await expect(refusing('InvalidChangeBatch', ['one.', 'two.'])).rejects.toMatchObject({
      message: 'Route 53 refused the batch: one. two.',
      fields: { zoneId: ZONE_ID, recordId: RECORD_ID },
    });
  });

  it('its servers fail - Throttled', async () => {
    await expect(refusing('InternalFailure', undefined, 500)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it.each([
    ['listing', ListResourceRecordSetsCommand],
    ['a health check', CreateHealthCheckCommand],
  ])('%s - classified too', async (_call, command) => {
    for (const [code, name] of [
      ['Throttling', 'Throttled'],
      ['AccessDenied', 'Denied'],
      ['InvalidInput', 'InvalidInput'],
    ] as const) {
      const given = world({ state: { version: 2 } });
      given.route53.on(command as never).rejects(awsError(code));
      await expect(run(INPUT, given.services)).rejects.toMatchObject({ name });
    }
  });

  it('the latch’s alarm can’t be described - Denied, before anything is made', async () => {
    const given = world({ state: { version: 2 } });
    given.cloudwatchIn('us-west-2').on(DescribeAlarmsCommand).rejects(awsError('AccessDenied'));

    await expect(run(INPUT, given.services)).rejects.toMatchObject({ name: 'Denied' });
    expect(given.written()).toEqual([]);
  });

  it('a record that is not there, or that nobody can read - Malformed, in plain text', async () => {
    const none = world({ records: [] });
    await expect(run(INPUT, none.services)).rejects.toMatchObject({
      name: 'Malformed',
      message: 'There is no record orders-db.',
    });

    const hostile = world({
      records: [item({ pk: 'RECORDS', sk: `RECORD#${RECORD_ID}` }, { ...SIMPLE, ttl: '\u001b[31m<b>' })],
    });
    await expect(run(INPUT, hostile.services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^A record can't be read: RECORD#orders-db: ttl: [\x20-\x7e]+$/),
    });
  });

  it('what the ledger knows can’t be read - Malformed, and nothing is written', async () => {
    const given = world({ state: { version: 2, armedAt: 'long ago' } });

    await expect(run(INPUT, given.services)).rejects.toMatchObject({ name: 'Malformed' });
    expect(given.written()).toEqual([]);
  });

  it('a weighted record whose weights a person set to 0 in all - a doubt', async () => {
    const given = world({ records: [aWeighted({ blue: 1 })], state: { version: 2, weights: { blue: 0 } } });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      doubt: expect.stringContaining('every weight would be 0'),
    });
  });
});

describe('its input', () => {
  beforeAll(stubFunctionEnvironment);

  it.each([
    ['nothing', {}],
    ['an id with a key in it', { ...INPUT, recordId: 'x#y' }],
    ['no word of a change', { recordId: RECORD_ID }],
    ['a field that nobody reads', { ...INPUT, dryRun: true }],
  ])('%s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^The input does not fit: /),
    });
  });
});
