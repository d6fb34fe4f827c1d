import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListMetricsInput,
  ListMetricsOutput,
  MetricDataQuery,
  MetricDataResult,
  PutMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import type { ActionDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { checkNamespace, LIMITS, readDatum } from './datum.ts';
import type { MetricStat } from './definition.ts';
import { exclusive, invalidValue, missingParameter, notModelled, tooMany, validation } from './errors.ts';
import { mathOf } from './math.ts';
import { dimensionList, metricIdOf } from './metric.ts';
import type { CloudWatchModel } from './model.ts';
import { pageOf } from './pages.ts';
import type { Series } from './series.ts';
import { isPercentile, isPlainStatistic, type Statistics } from './statistics.ts';

const onAll = (action: string) => () => [{ action: `cloudwatch:${action}`, resource: '*' }];

/** How many metrics ListMetrics shows at a time. */
const METRICS_PAGE = 500;
/** How long ago data makes a metric show in ListMetrics: two weeks. */
const LISTED = 14 * 24 * 3_600_000;
/** The most that GetMetricStatistics answers, and GetMetricData where nothing else is asked. */
const MAX_DATAPOINTS = { statistics: 1_440, data: 100_800, queries: 500 };

/** @throws AwsError `InvalidParameterValue`, `InvalidParameterCombination` */
const checkSpan = (period: number, start: Date | undefined, end: Date | undefined): readonly [number, number] => {
  if (![1, 5, 10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) throw invalidValue('Period', period);
  if (start === undefined) throw missingParameter('StartTime');
  if (end === undefined) throw missingParameter('EndTime');
  if (start.getTime() >= end.getTime())
    throw validation('The parameter StartTime must be less than the parameter EndTime.');
  const milliseconds = period * 1_000;
  return [Math.floor(start.getTime() / milliseconds) * milliseconds, end.getTime()];
};

const tooManyPoints = (count: number): AwsError =>
  new AwsError(
    'InvalidParameterCombination',
    `You have requested up to ${count} datapoints, which exceeds the limit of ${MAX_DATAPOINTS.statistics}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
  );

/** What the data of a metric came to in each period of a span, oldest first; periods without data are left out. */
const periodsOf = (
  series: Series | undefined,
  period: number,
  [start, end]: readonly [number, number],
  unit: string | undefined,
): readonly (readonly [number, Statistics])[] => {
  if (series === undefined) return [];
  const found: (readonly [number, Statistics])[] = [];
  const last = Math.min(end, (series.newest ?? start) + 1);
  for (let at = start; at < last; at += period * 1_000) {
    const statistics = series.read(at, Math.min(at + period * 1_000, end), unit);
    if (statistics !== undefined) found.push([at, statistics]);
  }
  return found;
};

const valuesOf = (model: CloudWatchModel, input: MetricStat, span: readonly [number, number]): Map<number, number> => {
  const series = model.store.find(input.account, input.metric);
  return new Map(
    periodsOf(series, input.period, span, input.unit).flatMap(([at, statistics]) => {
      const value = statistics.get(input.statistic);
      return value === undefined ? [] : [[at, value] as const];
    }),
  );
};

/** What one query comes to, newest first. */
const resultOf = (
  model: CloudWatchModel,
  queries: readonly MetricDataQuery[],
  query: MetricDataQuery,
  account: string,
  { StartTime, EndTime, ScanBy }: GetMetricDataInput,
): MetricDataResult => {
  const { inputs, combine } = mathOf(queries, account, query.Id);
  const span = checkSpan(inputs[0]?.period ?? 60, StartTime, EndTime);
  const values = inputs.map((input) => valuesOf(model, input, span));
  // A filled expression has a value for every period, others only where there is data.
  const step = (inputs[0]?.period ?? 60) * 1_000;
  const points: (readonly [number, number])[] = [];
  for (let at = span[0]; at < span[1]; at += step) {
    const value = combine(values.map((each) => each.get(at)));
    if (value !== undefined) points.push([at, value]);
  }
  if (ScanBy !== 'TimestampAscending') points.reverse();
  const [input] = inputs;
  return {
    Id: query.Id,
    Label: query.Label ?? (query.Expression === undefined ? input?.metric.name : query.Id),
    Timestamps: points.map(([at]) => new Date(at)),
    Values: points.map(([, value]) => value),
    StatusCode: 'Complete',
  };
};

/** Putting metrics in and reading them. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html */
export const metricActions = (model: CloudWatchModel): Readonly<Record<string, ActionDefinition>> => {
  const PutMetricData: ActionDefinition<PutMetricDataInput, void> = {
    permissions: ({ Namespace }) => [
      { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': Namespace ?? '' } },
    ],
    run({ Namespace, MetricData, EntityMetricData }, { principal }) {
      if (Namespace === undefined) throw missingParameter('Namespace');
      checkNamespace(Namespace);
      if (EntityMetricData !== undefined) throw notModelled('EntityMetricData of PutMetricData');
      if (MetricData === undefined || MetricData.length === 0) throw missingParameter('MetricData');
      if (MetricData.length > LIMITS.data) throw tooMany('MetricData', LIMITS.data);
      const now = model.cloud.clock.now();
      // All of it or nothing.
      const data = MetricData.map((datum, index) => readDatum(datum, Namespace, `MetricData.member.${index + 1}`, now));
      for (const { metric, at, sample, unit, resolution } of data) {
        model.store.series(principal.accountId, metric).add(at, sample, unit, resolution);
      }
    },
  };

  const GetMetricStatistics: ActionDefinition<GetMetricStatisticsInput, GetMetricStatisticsOutput> = {
    permissions: onAll('GetMetricStatistics'),
    run(input, { principal }) {
      const { Namespace, MetricName, Period, Statistics: plain = [], ExtendedStatistics: extended = [] } = input;
      if (Namespace === undefined) throw missingParameter('Namespace');
      if (MetricName === undefined) throw missingParameter('MetricName');
      if (Period === undefined) throw missingParameter('Period');
      if (plain.length > 0 && extended.length > 0) throw exclusive('Statistics', 'ExtendedStatistics');
      if (plain.length === 0 && extended.length === 0) throw missingParameter('Statistics');
      for (const each of plain) if (!isPlainStatistic(each)) throw invalidValue('Statistics', each);
      for (const each of extended) if (!isPercentile(each)) throw notModelled(`the extended statistic ${each}`);
      const span = checkSpan(Period, input.StartTime, input.EndTime);
      const count = Math.ceil((span[1] - span[0]) / (Period * 1_000));
      if (count > MAX_DATAPOINTS.statistics) throw tooManyPoints(count);
      const series = model.store.find(principal.accountId, metricIdOf(Namespace, MetricName, input.Dimensions));
      return {
        Label: MetricName,
        Datapoints: periodsOf(series, Period, span, input.Unit).map(([at, statistics]) => ({
          Timestamp: new Date(at),
          ...Object.fromEntries(plain.map((name) => [name, statistics.get(name)])),
          ...(extended.length === 0
            ? {}
            : { ExtendedStatistics: Object.fromEntries(extended.map((name) => [name, statistics.get(name) ?? 0])) }),
          Unit: input.Unit ?? 'None',
        })),
      };
    },
  };

  const GetMetricData: ActionDefinition<GetMetricDataInput, GetMetricDataOutput> = {
    permissions: onAll('GetMetricData'),
    run(input, { principal }) {
      const queries = input.MetricDataQueries ?? [];
      if (queries.length === 0) throw missingParameter('MetricDataQueries');
      if (queries.length > MAX_DATAPOINTS.queries) throw tooMany('MetricDataQueries', MAX_DATAPOINTS.queries);
      for (const { Id = '' } of queries) {
        if (!/^[a-z]\w*$/.test(Id)) throw invalidValue('MetricDataQueries.Id', Id);
        if (queries.filter((other) => other.Id === Id).length > 1)
          throw validation(`The id ${Id} is used more than once`);
      }
      const told = queries.filter(({ ReturnData }) => ReturnData !== false);
      const results = told.map((query) => resultOf(model, queries, query, principal.accountId, input));
      const most = input.MaxDatapoints ?? MAX_DATAPOINTS.data;
      const count = results.reduce((sum, { Values = [] }) => sum + Values.length, 0);
      if (count > most) throw notModelled(`pages of GetMetricData: ${count} data points are more than ${most}`);
      return { MetricDataResults: results, Messages: [] };
    },
  };

  const ListMetrics: ActionDefinition<ListMetricsInput, ListMetricsOutput> = {
    permissions: onAll('ListMetrics'),
    run(input, { principal }) {
      const now = model.cloud.clock.now();
      if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H') {
        throw invalidValue('RecentlyActive', input.RecentlyActive);
      }
      const since = now - (input.RecentlyActive === undefined ? LISTED : 3 * 3_600_000);
      const found = model.store.all(principal.accountId).filter(({ id, newest = 0 }) => {
        if (input.Namespace !== undefined && id.namespace !== input.Namespace) return false;
        if (input.MetricName !== undefined && id.name !== input.MetricName) return false;
        const fits = (input.Dimensions ?? []).every(({ Name, Value }) =>
          id.dimensions.some(({ name, value }) => name === Name && (Value === undefined || value === Value)),
        );
        return fits && newest >= since;
      });
      const { items, next } = pageOf(found, METRICS_PAGE, input.NextToken);
      return {
        Metrics: items.map(({ id }) => ({
          Namespace: id.namespace,
          MetricName: id.name,
          Dimensions: dimensionList(id),
        })),
        ...next,
      };
    },
  };

  return { PutMetricData, GetMetricData, GetMetricStatistics, ListMetrics };
};
