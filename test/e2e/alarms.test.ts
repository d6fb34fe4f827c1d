import { describe, expect, it } from 'vitest';
import { AwsError } from '../../sandbox/services/errors.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../sandbox/simulated.ts';
import type { Database } from '../../sandbox/stories/database.ts';
import { intake } from '../../sandbox/stories/intake.ts';
import { refusals } from '../../sandbox/stories/refusals.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { isAsExpected, play, type Story } from '../../sandbox/stories/story.ts';
import { assembly } from '../support/assembly.ts';
import { wholeTemplate } from './broken-assembly.ts';

interface AlarmProperties {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Threshold: number;
  readonly Statistic: 'Sum' | 'Minimum' | 'Maximum';
  readonly ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  /** Seconds. */
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly TreatMissingData: 'breaching' | 'notBreaching';
  readonly AlarmDescription: string;
}

/** The one alarm on a metric. */
const alarmOn = (metric: string, construct: string): AlarmProperties => {
  const [found, ...more] = Object.entries(wholeTemplate().Resources).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::Alarm' && id.startsWith(construct) ? [Properties as unknown as AlarmProperties] : [],
  );
  if (found?.MetricName !== metric || more.length > 0) throw new Error(`${construct} has not one alarm on ${metric}.`);
  return found;
};

/** A world after a case of a story. */
const worldAfter = async (story: Story, name: string): Promise<SimulatedWorld> => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const cases = story.cases.filter((each) => each.name === name);
  const playing = play({ ...story, cases }, new Stage(world));
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  playing.then(over, over);
  await world.clock.run(() => isOver);
  await world.host.close();
  const played = await playing;
  if (played.length !== 1 || !played.every(isAsExpected))
    throw new Error(`It went otherwise: ${JSON.stringify(played)}`);
  return world;
};

/** A line of powertools' embedded metric format. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
interface MetricLine {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

describe('what an alarm listens to is what happens', () => {
  it('a notice that nobody can read - its queue is the one on which the alarm counts', async () => {
    const { clock, metrics } = await worldAfter(intake, 'a notice that is no JSON');
    const alarm = alarmOn('ApproximateNumberOfMessagesVisible', 'IntakeDeadLetters');
    await clock.run(() => false, Date.parse('2026-11-24')); // what was looked at shows again
    const [state] = Object.entries(metrics.alarms()).filter(([name]) => name.includes('IntakeDeadLetters'));

    expect(alarm).toMatchObject({ Namespace: 'AWS/SQS', Threshold: 0 });
    expect(state?.[1]).toBe('ALARM');
    expect(alarm.AlarmDescription).toMatch(/Runbook: docs\/runbook\.md#dead-letters$/);
  });

  it('an entry that does not parse - the metric has the namespace, the name and the dimensions of the alarm', async () => {
    const { journal } = await worldAfter(refusals, 'an entry that does not parse');
    const alarm = alarmOn('UnreadableEntries', 'UnreadableEntries');
    const lines = journal.entries.flatMap(({ kind, detail }): readonly MetricLine[] =>
      kind === 'log' && typeof detail === 'object' && detail !== null && alarm.MetricName in detail
        ? [detail as MetricLine]
        : [],
    );

    expect(lines.length).toBeGreaterThanOrEqual(1);
    for (const line of lines) {
      const [metric] = line._aws?.CloudWatchMetrics ?? [];
      expect(metric?.Namespace).toBe(alarm.Namespace);
      expect(metric?.Metrics.map(({ Name }) => Name)).toEqual([alarm.MetricName]);
      expect(metric?.Dimensions).toEqual([alarm.Dimensions.map(({ Name }) => Name)]);
      for (const { Name, Value } of alarm.Dimensions) expect(line[Name]).toBe(Value);
      expect(Number(line[alarm.MetricName])).toBeGreaterThan(alarm.Threshold);
    }
    expect(alarm.AlarmDescription).toMatch(/Runbook: docs\/runbook\.md#unreadable-entries$/);
  });
});

const MINUTE = 60_000;

/** What the functions wrote of a metric: when, and how much. */
const writtenOf = (metric: string, { journal }: SimulatedWorld): readonly { at: number; value: number }[] =>
  journal.entries.flatMap(({ at, kind, detail }) =>
    kind === 'log' && typeof detail === 'object' && detail !== null && '_aws' in detail && metric in detail
      ? [{ at, value: Number((detail as MetricLine)[metric]) }]
      : [],
  );

const STATISTICS: Readonly<Record<AlarmProperties['Statistic'], (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, each) => sum + each, 0),
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
};

/** The moments at which an alarm rang, as CloudWatch judges: by whole periods. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html */
const ringsOf = (alarm: AlarmProperties, world: SimulatedWorld): readonly number[] => {
  const { MetricName, Statistic, Threshold, EvaluationPeriods, TreatMissingData, ComparisonOperator } = alarm;
  const period = alarm.Period * 1000;
  const written = writtenOf(MetricName, world);
  const isBreaching = (end: number): boolean => {
    const values = written.flatMap(({ at, value }) => (at >= end - period && at < end ? [value] : []));
    if (values.length === 0) return TreatMissingData === 'breaching';
    const value = STATISTICS[Statistic](values);
    return ComparisonOperator === 'GreaterThanThreshold' ? value > Threshold : value < Threshold;
  };
  const [begin = 0] = world.journal.entries.map(({ at }) => at);
  const rings: number[] = [];
  // What was before the world began, no alarm has seen.
  for (
    let end = Math.ceil(begin / period) * period + EvaluationPeriods * period;
    end <= world.clock.now();
    end += period
  ) {
    if (Array.from({ length: EvaluationPeriods }, (_, back) => end - back * period).every(isBreaching)) rings.push(end);
  }
  return rings;
};

/** A world in which a proxy is followed, and then something happens. @returns when that was. */
const followedWorld = async (
  happen: (parts: {
    readonly world: SimulatedWorld;
    readonly stage: Stage;
    readonly database: Database;
  }) => Promise<void>,
): Promise<{ readonly world: SimulatedWorld; readonly at: number }> => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const stage = new Stage(world);
  let at = 0;
  const playing = stage.database('orders').then(async (database) => {
    // What its creation woke keeps looking for ten minutes.
    await world.clock.sleep(12 * MINUTE);
    at = world.clock.now();
    await happen({ world, stage, database });
  });
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  playing.then(over, over);
  await world.clock.run(() => isOver);
  await world.host.close();
  await playing;
  return { world, at };
};

/** How many minutes after something an alarm rang first, and last; it must not have rung before. */
const minutesOf = (alarm: AlarmProperties, world: SimulatedWorld, at: number) => {
  const minutes = ringsOf(alarm, world).map((ring) => Math.ceil((ring - at) / MINUTE));
  if (minutes.some((each) => each < 0)) throw new Error(`${alarm.MetricName} rang before anything happened.`);
  return { first: minutes[0], last: minutes.at(-1) };
};

describe('alarms of targets ring from their causes, and end with them', () => {
  it('the schedule stops - the watch is missed after ten minutes', async () => {
    const { world, at } = await followedWorld(async ({ world: { clock }, stage }) => {
      await stage.watchEvery('rate(1 day)');
      await clock.sleep(30 * MINUTE);
      await stage.watchEvery('rate(1 minute)');
      await clock.sleep(30 * MINUTE);
    });
    const alarm = alarmOn('Watches', 'TargetsMissingAlarm');
    const { first, last } = minutesOf(alarm, world, at);

    expect(first).toBeGreaterThan(9);
    expect(first).toBeLessThanOrEqual(20);
    expect(last).toBeLessThanOrEqual(41);
    expect(alarm.AlarmDescription).toMatch(/Runbook: docs\/runbook\.md#watch-missing$/);
  });

  it('DNS leaves a living node out - a long drift after half an hour, a withheld removal after an hour', async () => {
    const { world, at } = await followedWorld(async ({ world: { clock }, database }) => {
      const [one = ''] = database.named();
      database.dns.ail(database.hostName, { kind: 'poison', addresses: [one], isAlone: true });
      await clock.sleep(90 * MINUTE);
      database.dns.heal(database.hostName);
      await clock.sleep(30 * MINUTE);
    });
    const drift = minutesOf(alarmOn('DriftSeconds', 'TargetsDriftAlarm'), world, at);
    const withheld = minutesOf(alarmOn('WithheldRemovals', 'TargetsWithheldAlarm'), world, at);

    expect(drift.first).toBeGreaterThanOrEqual(30);
    expect(drift.first).toBeLessThanOrEqual(40);
    expect(withheld.first).toBeGreaterThanOrEqual(60);
    expect(withheld.first).toBeLessThanOrEqual(70);
    for (const { last } of [drift, withheld]) expect(last).toBeLessThanOrEqual(100);
  });

  it('nodes that are replaced one by one, all at once, and more of them - none of it is worth a night', async () => {
    const { world } = await followedWorld(async ({ world: { clock }, database }) => {
      for (const pace of ['one-by-one', 'at-once'] as const) {
        database.life.rotate(database.name, { nodes: 'all', pace });
        await clock.sleep(30 * MINUTE);
      }
      database.life.scale(database.name, { nodes: 4 });
      await clock.sleep(30 * MINUTE);
    });
    const alarms = [
      ...[alarmOn('Watches', 'TargetsMissingAlarm'), alarmOn('DriftSeconds', 'TargetsDriftAlarm')],
      ...[alarmOn('WithheldRemovals', 'TargetsWithheldAlarm'), alarmOn('FailedRefreshes', 'TargetsFailingAlarm')],
    ];

    expect(alarms.map((alarm) => ringsOf(alarm, world))).toEqual(alarms.map(() => []));
    expect(writtenOf('WithheldRemovals', world).some(({ value }) => value > 0)).toBe(true);
  });

  it('nobody may register - refreshes fail three times in a row', async () => {
    const { world, at } = await followedWorld(async ({ world: { clock, cloud }, database }) => {
      const allow = cloud.intercept((call, next) => {
        if (call.action !== 'RegisterTargets') return next();
        throw new AwsError('AccessDenied', 'Somebody took the tag away.', 403);
      });
      database.life.rotate(database.name, { nodes: 'one', pace: 'at-once' });
      await clock.sleep(60 * MINUTE);
      allow();
      await clock.sleep(90 * MINUTE);
    });
    const failing = minutesOf(alarmOn('FailedRefreshes', 'TargetsFailingAlarm'), world, at);
    const drift = minutesOf(alarmOn('DriftSeconds', 'TargetsDriftAlarm'), world, at);

    expect(failing.first).toBeGreaterThan(5);
    expect(failing.first).toBeLessThanOrEqual(20);
    expect(drift.first).toBeGreaterThanOrEqual(30);
    // The next run comes within an hour after the last that failed.
    for (const { last } of [failing, drift]) expect(last).toBeLessThanOrEqual(130);
  });
});
