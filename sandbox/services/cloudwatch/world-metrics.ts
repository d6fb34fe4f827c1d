import type { AlarmDefinition } from './definition.ts';
import type { AlarmState } from './evaluation.ts';
import { stateOf } from './evaluator.ts';
import { metricId } from './metric.ts';
import type { CloudWatchModel } from './model.ts';
import { single } from './statistics.ts';

/** Which metric: `['AWS/NetworkELB', 'HealthyHostCount', { TargetGroup, LoadBalancer }]`. */
export type MetricName = readonly [namespace: string, name: string, dimensions?: Readonly<Record<string, string>>];

/** What stories, tests and Route 53's health checks may ask of a world's metrics; nothing of this is on the wire. */
export interface WorldMetrics {
  /** Puts a value in, now, whatever the namespace. */
  put(metric: MetricName, value: number): void;
  /** From now on the value is reported every minute; `undefined` ends that. */
  hold(metric: MetricName, value: number | undefined): void;
  /** A statistic over `[from, to)`, in milliseconds since the epoch; undefined where there is no data. */
  read(metric: MetricName, statistic: string, from: number, to: number): number | undefined;
  /** The states of all alarms by name. */
  alarms(): Readonly<Record<string, AlarmState>>;
  /** A metric alarm's configuration as it is now; changing the alarm makes another one. */
  alarmDefinition(name: string): AlarmDefinition | undefined;
  /**
   * What the metric's data alone say at `now`, whatever state the alarm was set to.
   *
   * @param last what was known before, for an alarm that keeps its state while data is missing.
   */
  evaluate(definition: AlarmDefinition, now: number, last?: AlarmState): AlarmState;
  /**
   * Tells of each state that the data come to, beginning with the first evaluation; while nothing changes it costs nothing.
   * Returns how to stop it.
   */
  follow(definition: AlarmDefinition, listener: (state: AlarmState) => void): () => void;
}

/** The face of one account's metrics. */
export const worldMetrics = (model: CloudWatchModel, account: string): WorldMetrics => {
  const { cloud, store, evaluator } = model;
  const seriesOf = ([namespace, name, dimensions]: MetricName) =>
    store.series(account, metricId(namespace, name, dimensions));
  return {
    put: (metric, value) => seriesOf(metric).add(cloud.clock.now(), single(value)),
    hold: ([namespace, name, dimensions], value) => store.hold(account, metricId(namespace, name, dimensions), value),
    read: (metric, statistic, from, to) => {
      const series = seriesOf(metric);
      series.reporter?.catchUp(cloud.clock.now());
      return series.read(from, to)?.get(statistic);
    },
    alarms: () => Object.fromEntries(model.ofAccount(account).map(({ name, state }) => [name, state.value])),
    alarmDefinition: (name) => {
      const alarm = model.find(account, name);
      return alarm?.kind === 'MetricAlarm' ? alarm.definition : undefined;
    },
    evaluate: (definition, now, last) => stateOf(evaluator.evaluate(definition, now), last),
    follow: (definition, listener) => {
      let last: AlarmState | undefined;
      const following = evaluator.follow(definition, (evaluation) => {
        const state = stateOf(evaluation, last);
        if (state === last) return;
        last = state;
        listener(state);
      });
      return () => following.stop();
    },
  };
};
