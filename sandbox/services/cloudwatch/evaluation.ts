import type { CloudWatchSettings } from './options.ts';

/** The states of an alarm. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The ways to compare a value with a threshold; the operators of anomaly detection are not modelled. */
export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value >= threshold,
    words: 'greater than or equal to',
  },
  GreaterThanThreshold: { holds: (value: number, threshold: number) => value > threshold, words: 'greater than' },
  LessThanThreshold: { holds: (value: number, threshold: number) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value <= threshold,
    words: 'less than or equal to',
  },
} as const;

/** `GreaterThanThreshold` and its like. */
export type Comparison = keyof typeof COMPARISONS;

/** What is made of periods without data. */
export const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
/** One of {@link TREATMENTS}. */
export type Treatment = (typeof TREATMENTS)[number];

/** By what an alarm judges its data. */
export interface Rule {
  readonly comparison: Comparison;
  readonly threshold: number;
  /** N. */
  readonly evaluationPeriods: number;
  /** M. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: Treatment;
}

/** What the data say. */
export interface Verdict {
  /** `undefined`: the alarm stays as it is. */
  readonly state: AlarmState | undefined;
  /** Where the data that counted stand among the points, newest first. */
  readonly evaluated: readonly number[];
  /** How many of them breach. */
  readonly breaching: number;
  /** How many periods had to be made up for. */
  readonly filled: number;
}

/**
 * Judges an alarm's data.
 *
 * - enough data in the range: the newest N of them count, and how missing data is treated does not matter;
 * - fewer: all of them count, and the rest is filled in as the rule says;
 * - "missing" and "ignore" fill in nothing. Data that breaches throughout and is at least M periods old alarms though it is
 *   too little, so that an alarm is neither early nor never (with "ignore" the alarm then stays as it is).
 *
 * @param points a value for each period of the evaluation range, oldest first; `undefined` where there was no data.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export const judge = (
  { comparison, threshold, evaluationPeriods, datapointsToAlarm, treatMissingData }: Rule,
  points: readonly (number | undefined)[],
  tooEarly: CloudWatchSettings['tooEarly'],
): Verdict => {
  const { holds } = COMPARISONS[comparison];
  const evaluated: number[] = [];
  let breaching = 0;
  for (let index = points.length - 1; index >= 0 && evaluated.length < evaluationPeriods; index -= 1) {
    const value = points[index];
    if (value === undefined) continue;
    evaluated.push(index);
    if (holds(value, threshold)) breaching += 1;
  }
  const filled = evaluationPeriods - evaluated.length;
  const seen = { evaluated, breaching, filled };
  const byCount = (count: number): AlarmState => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
  if (filled === 0 || treatMissingData === 'notBreaching') return { ...seen, state: byCount(breaching) };
  if (treatMissingData === 'breaching') return { ...seen, state: byCount(breaching + filled) };
  const isIgnoring = treatMissingData === 'ignore';
  if (evaluated.length === 0) return { ...seen, state: isIgnoring ? undefined : 'INSUFFICIENT_DATA' };
  if (breaching >= datapointsToAlarm) return { ...seen, state: 'ALARM' };
  if (breaching < evaluated.length) return { ...seen, state: 'OK' };
  if (isIgnoring) return { ...seen, state: undefined };
  const age = points.length - (evaluated.at(-1) ?? 0);
  if (age >= datapointsToAlarm) return { ...seen, state: 'ALARM' };
  return { ...seen, state: tooEarly === 'OK' ? 'OK' : undefined };
};
