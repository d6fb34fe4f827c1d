import type { AlarmDefinition } from './definition.ts';
import { type AlarmState, COMPARISONS, type Verdict } from './evaluation.ts';
import type { Point } from './points.ts';

/** `2026-11-23T00:05:00.000+0000`, as alarms write it. */
export const alarmTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '+0000');

/** `1.0`, `0.35`: whole numbers have a decimal. */
const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** `23/11/26 00:05:00`. */
const shortTime = (milliseconds: number): string => {
  const [year = '', month = '', day = ''] = new Date(milliseconds).toISOString().slice(2, 10).split('-');
  return `${day}/${month}/${year} ${new Date(milliseconds).toISOString().slice(11, 19)}`;
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const madeUp = (filled: number, treatment: string): string =>
  `${counted(filled, 'missing datapoint')} ${filled === 1 ? 'was' : 'were'} treated as [${treatment === 'breaching' ? 'Breaching' : 'NonBreaching'}]`;

const isFilling = ({ treatMissingData }: AlarmDefinition): boolean =>
  treatMissingData === 'breaching' || treatMissingData === 'notBreaching';

/**
 * Why an alarm is in a state, in the sentences that AWS is seen to write, e.g. `Threshold Crossed: 1 out of the last 1
 * datapoints [3.0 (23/11/26 00:05:00)] was greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition).`
 */
export const reasonOf = (
  definition: AlarmDefinition,
  { evaluated, filled }: Verdict,
  points: readonly Point[],
  from: AlarmState,
  to: AlarmState,
): string => {
  const { evaluationPeriods, datapointsToAlarm, comparison, threshold, treatMissingData } = definition;
  if (to === 'INSUFFICIENT_DATA') {
    const were = evaluationPeriods === 1 ? 'was' : 'were';
    return `Insufficient Data: ${counted(evaluationPeriods, 'datapoint')} ${were} unknown.`;
  }
  if (evaluated.length === 0) {
    return `Threshold Crossed: no datapoints were received for ${counted(filled, 'period')} and ${madeUp(filled, treatMissingData)}.`;
  }
  const { holds, words } = COMPARISONS[comparison];
  const isAlarm = to === 'ALARM';
  const shown = evaluated
    .map((index) => points[index])
    .filter((point) => point !== undefined && holds(point.value ?? 0, threshold) === isAlarm)
    .map((point) => `${decimal(point?.value ?? 0)} (${shortTime(point?.start ?? 0)})`);
  const verb = `${shown.length === 1 ? 'was' : 'were'}${isAlarm ? '' : ' not'} ${words} the threshold (${decimal(threshold)})`;
  const list = `[${shown.join(', ')}]`;
  if (filled > 0) {
    const rest = isFilling(definition) ? ` and ${madeUp(filled, treatMissingData)}` : '';
    return `Threshold Crossed: ${counted(shown.length, 'datapoint')} ${list} ${verb}${rest}.`;
  }
  const needed = isAlarm ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  const change = `(minimum ${counted(needed, 'datapoint')} for ${from === 'INSUFFICIENT_DATA' ? (isAlarm ? 'OK' : 'ALARM') : from} -> ${to} transition)`;
  return `Threshold Crossed: ${shown.length} out of the last ${evaluationPeriods} datapoints ${list} ${verb} ${change}.`;
};

/** The same for programs: JSON text. */
export const reasonData = (
  { inputs, period, threshold, evaluationPeriods }: AlarmDefinition,
  { evaluated }: Verdict,
  points: readonly Point[],
  now: number,
): string => {
  const counting = evaluated.map((index) => points[index]).filter((point) => point !== undefined);
  const shown = counting.length > 0 ? counting : points.slice(-evaluationPeriods).reverse();
  const oldest = counting.at(-1);
  const [input] = inputs;
  return JSON.stringify({
    version: '1.0',
    queryDate: alarmTime(now),
    ...(oldest === undefined ? {} : { startDate: alarmTime(oldest.start) }),
    ...(inputs.length === 1
      ? { statistic: input?.statistic, ...(input?.unit === undefined ? {} : { unit: input.unit }) }
      : {}),
    period: period / 1_000,
    recentDatapoints: counting.map(({ value }) => value).reverse(),
    threshold,
    evaluatedDatapoints: shown.map(({ start, value, samples }) => ({
      timestamp: alarmTime(start),
      ...(value === undefined ? {} : { sampleCount: samples, value }),
    })),
  });
};
