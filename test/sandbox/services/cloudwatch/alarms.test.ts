import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it, vi } from 'vitest';
import type { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { ALARM_ARN, cloudWatchWorld, FAULTS, HOUR, MINUTE, refusalOf, SECOND, START } from './cloudwatch-world.ts';

const withAlarm = async (changes: Partial<PutMetricAlarmInput> = {}, options = {}) => {
  const world = cloudWatchWorld(options);
  await world.client.send(new PutMetricAlarmCommand({ ...FAULTS, ...changes }));
  const put = (Value: number, more: object = {}) =>
    world.client.send(
      new PutMetricDataCommand({ Namespace: 'App', MetricData: [{ MetricName: 'Faults', Value, ...more }] }),
    );
  const alarm = async () => {
    const { MetricAlarms } = await world.client.send(new DescribeAlarmsCommand({ AlarmNames: ['faults'] }));
    return MetricAlarms?.[0];
  };
  return { ...world, put, alarm };
};

describe('an alarm on a metric', () => {
  it('begins without data, is evaluated after each minute, alarms, and is well again when the data is over', async () => {
    const { put, alarm, pass, stateOf } = await withAlarm();
    expect(await alarm()).toMatchObject({
      AlarmArn: `${ALARM_ARN}:faults`,
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      ActionsEnabled: true,
      Dimensions: [],
    });
    await pass(29 * SECOND);
    expect(stateOf('faults')).toBe('INSUFFICIENT_DATA');
    await pass(SECOND);
    expect(await alarm()).toMatchObject({
      StateValue: 'OK',
      StateReason:
        'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
    });

    await put(2);
    await put(1.5);
    await pass(59 * SECOND);
    expect(stateOf('faults')).toBe('OK');
    await pass(SECOND);
    const { StateReasonData, ...now } = (await alarm()) ?? {};
    expect(now).toMatchObject({
      StateValue: 'ALARM',
      StateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [3.5 (23/11/26 00:00:00)] was greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition).',
      StateUpdatedTimestamp: new Date(START + 90 * SECOND),
    });
    expect(JSON.parse(StateReasonData ?? '')).toEqual({
      version: '1.0',
      queryDate: '2026-11-23T00:01:30.000+0000',
      startDate: '2026-11-23T00:00:00.000+0000',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [3.5],
      threshold: 0,
      evaluatedDatapoints: [{ timestamp: '2026-11-23T00:00:00.000+0000', sampleCount: 2, value: 3.5 }],
    });

    // The newest data of three minutes counts.
    await pass(2 * MINUTE);
    expect(stateOf('faults')).toBe('ALARM');
    await pass(MINUTE);
    expect(stateOf('faults')).toBe('OK');
  });

  it('looks at periods that slide by the minute', async () => {
    const { put, pass, stateOf } = await withAlarm({ Period: 300, Threshold: 2 });
    await pass(7 * MINUTE);
    for (let minute = 0; minute < 3; minute += 1) {
      await put(1);
      await pass(MINUTE);
    }
    // 00:07, 00:08 and 00:09 lie in two of the clock's five minutes, and in one of the alarm's.
    await pass(30 * SECOND);
    expect(stateOf('faults')).toBe('ALARM');
  });

  it('takes data of its own time: late, and from a clock that is ahead', async () => {
    const { put, pass, stateOf } = await withAlarm();
    await pass(10 * MINUTE);
    await put(1, { Timestamp: new Date(START + 9 * MINUTE) });
    await pass(MINUTE);
    expect(stateOf('faults')).toBe('ALARM');
    await pass(10 * MINUTE);
    expect(stateOf('faults')).toBe('OK');
    await put(1, { Timestamp: new Date(START + 60 * MINUTE) });
    await pass(30 * MINUTE);
    expect(stateOf('faults')).toBe('OK');
    await pass(11 * MINUTE);
    expect(stateOf('faults')).toBe('ALARM');
  });

  it('of high resolution is evaluated every ten seconds', async () => {
    const { put, pass, stateOf } = await withAlarm({ Period: 10 });
    await pass(15 * SECOND);
    expect(stateOf('faults')).toBe('OK');
    await put(1, { StorageResolution: 1 });
    await pass(10 * SECOND);
    expect(stateOf('faults')).toBe('ALARM');
    await pass(30 * SECOND);
    expect(stateOf('faults')).toBe('OK');
  });

  it('on a percentile, and on an expression', async () => {
    const percentile = await withAlarm({ Statistic: undefined, ExtendedStatistic: 'p90', Threshold: 5 });
    await percentile.put(1, { Value: undefined, Values: [1, 9], Counts: [9, 1] });
    await percentile.pass(90 * SECOND);
    expect(percentile.stateOf('faults')).toBe('OK');
    await percentile.put(9, { Value: undefined, Values: [1, 9], Counts: [8, 2] });
    await percentile.pass(MINUTE);
    expect(percentile.stateOf('faults')).toBe('ALARM');

    const stat = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'App', MetricName }, Period: 60, Stat: 'Sum' },
      ReturnData: false,
    });
    const Metrics = [
      stat('faults', 'Faults'),
      stat('calls', 'Calls'),
      { Id: 'rate', Expression: '100 * FILL(faults, 0) / calls' },
    ];
    const plain = { Namespace: undefined, MetricName: undefined, Statistic: undefined, Period: undefined };
    const rate = await withAlarm({ ...plain, Metrics, Threshold: 10 });
    rate.metrics.put(['App', 'Calls'], 10);
    await rate.pass(90 * SECOND);
    expect(rate.stateOf('faults')).toBe('OK');
    rate.metrics.put(['App', 'Calls'], 10);
    await rate.put(2);
    await rate.pass(MINUTE);
    expect(rate.stateOf('faults')).toBe('ALARM');
  });
});

/** Counts the timers that are set from now on. */
const timersFrom = (clock: VirtualClock): (() => number) => {
  const set = vi.spyOn(clock, 'inBackground');
  return () => set.mock.calls.length;
};

describe('what does not happen', () => {
  it('a metric that is silent - nothing is evaluated, whatever time passes', async () => {
    const { clock, pass, stateOf } = await withAlarm();
    await pass(2 * MINUTE);
    expect(stateOf('faults')).toBe('OK');
    const timers = timersFrom(clock);
    await pass(1_000 * HOUR);
    expect(timers()).toBe(0);
  });

  it.each([0, 1])('a value that is held at %s - nothing is evaluated once the range has no other', async (value) => {
    const { clock, metrics, pass, stateOf } = await withAlarm();
    metrics.hold(['App', 'Faults'], value);
    await pass(10 * MINUTE);
    const timers = timersFrom(clock);
    await pass(1_000 * HOUR);
    expect(stateOf('faults')).toBe(value === 0 ? 'OK' : 'ALARM');
    expect(timers()).toBe(0);
    metrics.hold(['App', 'Faults'], 1 - value);
    await pass(10 * MINUTE);
    expect(stateOf('faults')).toBe(value === 0 ? 'ALARM' : 'OK');
    metrics.hold(['App', 'Faults'], undefined);
    await pass(10 * MINUTE);
    expect(stateOf('faults')).toBe('OK');
  });

  it('a world in which only alarms are left - is at rest', async () => {
    const { clock, put } = await withAlarm();
    await put(1);
    expect(await clock.run()).toBe(false);
    expect(clock.now()).toBe(START);
  });
});

describe('by hand', () => {
  it('a state is set until the next evaluation, which sets it right', async () => {
    const { client, pass, alarm, stateOf } = await withAlarm();
    await pass(2 * MINUTE);
    await client.send(
      new SetAlarmStateCommand({
        AlarmName: 'faults',
        StateValue: 'ALARM',
        StateReason: 'a rehearsal',
        StateReasonData: '{}',
      }),
    );
    expect(await alarm()).toMatchObject({ StateValue: 'ALARM', StateReason: 'a rehearsal', StateReasonData: '{}' });
    await pass(2 * MINUTE);
    expect(stateOf('faults')).toBe('OK');
    const { AlarmHistoryItems: items } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'faults', HistoryItemType: 'StateUpdate' }),
    );
    expect(items?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
    ]);
    expect(JSON.parse(items?.[1]?.HistoryData ?? '')).toMatchObject({
      oldState: { stateValue: 'OK' },
      newState: { stateValue: 'ALARM', stateReason: 'a rehearsal' },
    });
  });

  it('actions are switched off and on', async () => {
    const { client, alarm } = await withAlarm();
    await client.send(new DisableAlarmActionsCommand({ AlarmNames: ['faults', 'nobody'] }));
    expect((await alarm())?.ActionsEnabled).toBe(false);
    await client.send(new EnableAlarmActionsCommand({ AlarmNames: ['faults'] }));
    expect((await alarm())?.ActionsEnabled).toBe(true);
  });

  it('an alarm is changed - it stays in its state until it is evaluated, and its tags stay', async () => {
    const { client, pass, put, stateOf } = await withAlarm({ Tags: [{ Key: 'team', Value: 'a' }] });
    await put(1);
    await pass(2 * MINUTE);
    await client.send(new PutMetricAlarmCommand({ ...FAULTS, Threshold: 5, Tags: [{ Key: 'team', Value: 'b' }] }));
    expect(stateOf('faults')).toBe('ALARM');
    await pass(MINUTE);
    expect(stateOf('faults')).toBe('OK');
    const ResourceARN = `${ALARM_ARN}:faults`;
    await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'cost', Value: 'c' }] }));
    const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    expect(await tags()).toEqual([
      { Key: 'team', Value: 'a' },
      { Key: 'cost', Value: 'c' },
    ]);
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }));
    expect(await tags()).toEqual([{ Key: 'cost', Value: 'c' }]);
  });

  it('an alarm is deleted - it is gone, and its data does nothing', async () => {
    const { client, put, pass, alarm } = await withAlarm();
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['faults'] }));
    await put(1);
    await pass(5 * MINUTE);
    expect(await alarm()).toBeUndefined();
    expect(await refusalOf(client.send(new DeleteAlarmsCommand({ AlarmNames: ['faults'] })))).toMatch(
      /^ResourceNotFound/,
    );
  });
});

describe('looking for alarms', () => {
  it('by name, prefix, state, action, type, in pages, and by metric', async () => {
    const { client, pass } = await withAlarm({
      Dimensions: [
        { Name: 'b', Value: '2' },
        { Name: 'a', Value: '1' },
      ],
    });
    const topic = 'arn:aws:sns:eu-west-1:123456789012:ops';
    await client.send(new PutMetricAlarmCommand({ ...FAULTS, AlarmName: 'other', OKActions: [topic] }));
    await client.send(new PutCompositeAlarmCommand({ AlarmName: 'both', AlarmRule: 'ALARM(faults) AND ALARM(other)' }));
    await pass(2 * MINUTE);
    const names = async (input: object) => {
      const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(new DescribeAlarmsCommand(input));
      return [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName);
    };
    expect(await names({})).toEqual(['faults', 'other']);
    expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual(['both']);
    expect(await names({ AlarmNamePrefix: 'f' })).toEqual(['faults']);
    expect(await names({ ActionPrefix: 'arn:aws:sns' })).toEqual(['other']);
    expect(await names({ StateValue: 'ALARM' })).toEqual([]);
    expect(await names({ ChildrenOfAlarmName: 'both' })).toEqual(['faults', 'other']);
    expect(await names({ ParentsOfAlarmName: 'faults' })).toEqual(['both']);
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 1 }));
    expect(first.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['faults']);
    expect(await names({ MaxRecords: 1, NextToken: first.NextToken })).toEqual(['other']);
    expect(await refusalOf(names({ NextToken: 'made up' }))).toBe(
      'InvalidNextToken: The next token specified is invalid.',
    );
    const metric = { Namespace: 'App', MetricName: 'Faults' };
    const Dimensions = [
      { Name: 'a', Value: '1' },
      { Name: 'b', Value: '2' },
    ];
    const found = await client.send(new DescribeAlarmsForMetricCommand({ ...metric, Dimensions }));
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['faults']);
  });
});

describe('what is refused', () => {
  it.each<readonly [string, Partial<PutMetricAlarmInput>, RegExp]>([
    ['a period', { Period: 90 }, /^ValidationException: Period must be 10, 20, 30 or a multiple of 60/],
    ['more than a day', { Period: 300, EvaluationPeriods: 289 }, /across more than a day/],
    ['more than there are', { DatapointsToAlarm: 2 }, /^ValidationException: DatapointsToAlarm/],
    ['an operator', { ComparisonOperator: 'Above' as never }, /enum value set/],
    ['anomaly detection', { ComparisonOperator: 'GreaterThanUpperThreshold' }, /does not model anomaly detection/],
    ['a treatment', { TreatMissingData: 'zero' }, /Unsupported value 'zero'/],
    ['no statistic', { Statistic: undefined }, /Exactly one of Statistic and ExtendedStatistic/],
    [
      'a trimmed mean',
      { Statistic: undefined, ExtendedStatistic: 'tm90' },
      /does not model the extended statistic tm90/,
    ],
    [
      'an action',
      { AlarmActions: ['arn:aws:automate:eu-west-1:ec2:stop'] },
      /does not model the alarm action arn:aws:automate/,
    ],
    ['a metric and metrics', { Metrics: [{ Id: 'a', Expression: '1' }] }, /Metrics cannot be specified together/],
  ])('%s - %#', async (_what, changes, words) => {
    expect(await refusalOf(withAlarm(changes))).toMatch(words);
  });

  it('a function of metric math, by its name', async () => {
    const { client } = cloudWatchWorld();
    const { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator } = FAULTS;
    const Metrics = [
      {
        Id: 'm',
        MetricStat: { Metric: { Namespace: 'App', MetricName: 'Faults' }, Period: 60, Stat: 'Sum' },
        ReturnData: false,
      },
      { Id: 'e', Expression: 'ANOMALY_DETECTION_BAND(m, 2)' },
    ];
    const alarm = { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator, Metrics };
    expect(await refusalOf(client.send(new PutMetricAlarmCommand(alarm)))).toMatch(
      /does not model "ANOMALY_DETECTION_BAND"/,
    );
  });
});
