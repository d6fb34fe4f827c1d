import { describe, expect, it } from 'vitest';
import { createSimulatedWorld, type SimulatedWorld } from '../../sandbox/simulated.ts';
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
