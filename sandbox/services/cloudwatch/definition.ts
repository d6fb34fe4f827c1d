import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { invalidParameter, mustBeOneOf, notModelled, validation } from './errors.ts';
import { COMPARISONS, type Comparison, type Rule, TREATMENTS, type Treatment } from './evaluation.ts';
import { mathOf } from './math.ts';
import { type MetricId, metricIdOf } from './metric.ts';
import { isPercentile, isPlainStatistic } from './statistics.ts';

/** One metric, as an alarm or a query looks at it. */
export interface MetricStat {
  readonly account: string;
  readonly metric: MetricId;
  readonly statistic: string;
  /** Seconds. */
  readonly period: number;
  readonly unit: string | undefined;
}

/** What an alarm watches and by what it judges. It never changes: another configuration is another definition. */
export interface AlarmDefinition extends Rule {
  readonly account: string;
  readonly name: string;
  /** The metrics it is made of; more than one where there is an expression. */
  readonly inputs: readonly MetricStat[];
  /** Makes one value for a period from theirs; `undefined` = no data. */
  readonly combine: (values: readonly (number | undefined)[]) => number | undefined;
  /** Milliseconds. */
  readonly period: number;
  /** How often it is evaluated, in milliseconds. */
  readonly interval: number;
}

const SECONDS_OF_DAY = 86_400;
/** The longest that an alarm with periods of an hour or more may look back: seven days. */
const SECONDS_OF_WEEK = 7 * SECONDS_OF_DAY;

/** @throws AwsError `ValidationError` */
const checkPeriod = (period: number, where: string): void => {
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) {
    throw validation(`${where} must be 10, 20, 30 or a multiple of 60`);
  }
};

/** The one metric that a request names directly. */
const statOf = (input: PutMetricAlarmInput, account: string): MetricStat => {
  const { Namespace, MetricName, Statistic, ExtendedStatistic, Period } = input;
  if (Namespace === undefined || MetricName === undefined || Period === undefined) {
    throw validation('The parameters MetricName, Namespace and Period must be specified, or Metrics');
  }
  if (Statistic !== undefined && ExtendedStatistic !== undefined) {
    throw invalidParameter('Statistic', 'and ExtendedStatistic must not both be specified');
  }
  const statistic = Statistic ?? ExtendedStatistic;
  if (statistic === undefined) throw validation('Exactly one of Statistic and ExtendedStatistic must be specified');
  if (Statistic !== undefined && !isPlainStatistic(Statistic)) {
    throw mustBeOneOf('statistic', Statistic, ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']);
  }
  if (ExtendedStatistic !== undefined && !isPercentile(ExtendedStatistic)) {
    throw notModelled(`the extended statistic ${ExtendedStatistic}: only percentiles are`);
  }
  checkPeriod(Period, 'Period');
  const metric = metricIdOf(Namespace, MetricName, input.Dimensions);
  return { account, metric, statistic, period: Period, unit: input.Unit };
};

const SINGLE = 'MetricName, Namespace, Dimensions, Period, Unit, Statistic, ExtendedStatistic';

const dataOf = (input: PutMetricAlarmInput, account: string): Pick<AlarmDefinition, 'inputs' | 'combine'> => {
  if (input.Metrics === undefined) return { inputs: [statOf(input, account)], combine: ([value]) => value };
  const { MetricName, Namespace, Dimensions, Period, Unit, Statistic, ExtendedStatistic } = input;
  if (
    [MetricName, Namespace, Dimensions, Period, Unit, Statistic, ExtendedStatistic].some((one) => one !== undefined)
  ) {
    throw validation(`Metrics cannot be specified together with any of ${SINGLE}`);
  }
  const { inputs, combine } = mathOf(input.Metrics, account);
  for (const { period } of inputs) checkPeriod(period, 'Period');
  return { inputs, combine };
};

/**
 * What a request for an alarm asks for.
 *
 * @throws AwsError `ValidationError`, `InvalidParameterCombination`; `NotImplemented` for what the sandbox does not evaluate, by name.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export const definitionOf = (input: PutMetricAlarmInput, account: string): AlarmDefinition => {
  const { EvaluationPeriods: periods, DatapointsToAlarm: toAlarm, ComparisonOperator: comparison, Threshold } = input;
  for (const name of ['ThresholdMetricId', 'EvaluationWindow', 'WarmUpConfiguration', 'EvaluationCriteria'] as const) {
    if (input[name] !== undefined) throw notModelled(`${name} of an alarm`);
  }
  if (input.EvaluationInterval !== undefined || input.ActionConfiguration !== undefined) {
    throw notModelled('EvaluationInterval and ActionConfiguration of an alarm');
  }
  if (input.EvaluateLowSampleCountPercentile === 'ignore')
    throw notModelled('EvaluateLowSampleCountPercentile "ignore"');
  if (comparison === undefined || !Object.hasOwn(COMPARISONS, comparison)) {
    if (/Lower|Upper/.test(comparison ?? '')) throw notModelled(`anomaly detection, ${comparison}`);
    throw mustBeOneOf('comparisonOperator', comparison, Object.keys(COMPARISONS));
  }
  const treatment = input.TreatMissingData;
  if (treatment !== undefined && !TREATMENTS.includes(treatment as Treatment)) {
    throw validation(`Unsupported value '${treatment}' for TreatMissingData, must be one of ${TREATMENTS.join(', ')}`);
  }
  if (periods === undefined || periods < 1) throw validation('EvaluationPeriods must be at least 1');
  if (toAlarm !== undefined && (toAlarm < 1 || toAlarm > periods)) {
    throw validation('DatapointsToAlarm must be at least 1 and at most EvaluationPeriods');
  }
  if (Threshold === undefined) throw validation('The parameter Threshold must be specified');
  const { inputs, combine } = dataOf(input, account);
  const seconds = inputs[0]?.period ?? 60;
  const longest = seconds >= 3_600 ? SECONDS_OF_WEEK : SECONDS_OF_DAY;
  if (seconds * periods > longest) {
    const limit = seconds >= 3_600 ? 'seven days' : 'a day';
    throw validation(
      `Metrics cannot be checked across more than ${limit} (EvaluationPeriods * Period must be <= ${longest}).`,
    );
  }
  const isDynamo = inputs.every(({ metric }) => metric.namespace === 'AWS/DynamoDB');
  return {
    account,
    name: input.AlarmName ?? '',
    inputs,
    combine,
    period: seconds * 1_000,
    // Beyond a day it is evaluated once an hour: alarm-evaluation.html.
    interval: seconds < 60 ? 10_000 : seconds * periods > SECONDS_OF_DAY ? 3_600_000 : 60_000,
    comparison: comparison as Comparison,
    threshold: Threshold,
    evaluationPeriods: periods,
    datapointsToAlarm: toAlarm ?? periods,
    treatMissingData: (treatment as Treatment | undefined) ?? (isDynamo ? 'ignore' : 'missing'),
  };
};
