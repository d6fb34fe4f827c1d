import { describe, expect, it } from 'vitest';
import { METRIC_NAMESPACE } from '../../functions/domain/metric.ts';
import { createSimulatedWorld } from '../../sandbox/simulated.ts';
import { assembly } from '../support/assembly.ts';
import { CAUSES } from './alarm-causes.ts';
import { AlarmedWorld } from './alarmed-world.ts';
import { wholeTemplate } from './broken-assembly.ts';

interface MetricNamed {
  readonly Namespace?: string;
  readonly MetricName?: string;
}

/** The metric that an alarm is on, or that its expression fills. */
const metricOf = (properties: object): MetricNamed => {
  const { Metrics = [], ...plain } = properties as MetricNamed & {
    readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: MetricNamed } }[];
  };
  return Metrics.find(({ MetricStat }) => MetricStat !== undefined)?.MetricStat?.Metric ?? plain;
};

/** The logical ids of the template's alarms, or of those on a metric. */
const alarms = (namespace?: string, metric?: string): readonly string[] =>
  Object.entries(wholeTemplate().Resources).flatMap(([id, { Type, Properties }]) => {
    const { Namespace, MetricName } = metricOf(Properties);
    const isWanted = namespace === undefined || (Namespace === namespace && MetricName === metric);
    return Type === 'AWS::CloudWatch::Alarm' && isWanted ? [id] : [];
  });

describe('each alarm of the template', () => {
  it.each(CAUSES)('$what - ALARM, and OK when it is over', async (cause) => {
    const { namespace, metrics, patience = 20 } = cause;
    const alarmed = new AlarmedWorld(await createSimulatedWorld({ assembly: assembly(), seed: 1 }));
    const concerned = metrics.flatMap((metric) => alarms(namespace, metric));
    const states = () => Object.fromEntries(concerned.map((id) => [id, alarmed.stateOf(id)]));
    const allAre = (state: string) => Object.fromEntries(concerned.map((id) => [id, state]));
    await alarmed.pass(5);

    expect(states()).toEqual(allAre('OK'));
    const end = await cause.happen(alarmed);
    expect(states()).toEqual(allAre('ALARM'));
    await end();
    await alarmed.pass(patience);
    expect(states()).toEqual(allAre('OK'));
    await alarmed.world.host.close();
  });

  it('has a cause here, one only, or in alarms.test.ts', () => {
    const caused = CAUSES.flatMap(({ namespace, metrics }) => metrics.flatMap((metric) => alarms(namespace, metric)));
    // What takes hours of followed proxies.
    const elsewhere = ['Watches', 'WithheldRemovals', 'DriftSeconds', 'FailedRefreshes'].flatMap((metric) =>
      alarms(METRIC_NAMESPACE, metric),
    );
    expect(caused.length).toBeGreaterThan(0);
    expect(elsewhere).toHaveLength(4);
    expect([...caused, ...elsewhere].sort()).toEqual([...alarms()].sort());
  });
});
