import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricId } from '../../../../sandbox/services/cloudwatch/metric.ts';
import { Series } from '../../../../sandbox/services/cloudwatch/series.ts';
import { single } from '../../../../sandbox/services/cloudwatch/statistics.ts';
import { cloudWatchWorld, HOUR, MINUTE, refusalOf, SECOND, START } from './cloudwatch-world.ts';

const DIMENSIONS = [{ Name: 'Shop', Value: 'north' }];

const withData = async (...MetricData: MetricDatum[]) => {
  const world = cloudWatchWorld();
  await world.client.send(new PutMetricDataCommand({ Namespace: 'App', MetricData }));
  return world;
};

const datum = (more: Partial<MetricDatum>): MetricDatum => ({ MetricName: 'Orders', ...more });

describe('what was put in', () => {
  it('is read in every statistic: values, counted values, sets', async () => {
    const { client } = await withData(
      datum({ Value: 4, Unit: 'Count' }),
      datum({ Values: [1, 2], Counts: [3, 1], Unit: 'Count' }),
      datum({ StatisticValues: { SampleCount: 2, Sum: 20, Minimum: 10, Maximum: 10 }, Unit: 'Count' }),
      datum({ Value: 1_000, Dimensions: DIMENSIONS }),
    );
    const input = {
      ...{ Namespace: 'App', MetricName: 'Orders', StartTime: new Date(START), EndTime: new Date(START + HOUR) },
      Period: 300,
    };
    const plain = await client.send(
      new GetMetricStatisticsCommand({
        ...input,
        Unit: 'Count',
        Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'],
      }),
    );
    expect(plain).toMatchObject({
      Label: 'Orders',
      Datapoints: [
        {
          ...{ Timestamp: new Date(START), Unit: 'Count' },
          ...{ SampleCount: 7, Sum: 29, Average: 29 / 7, Minimum: 1, Maximum: 10 },
        },
      ],
    });
    const extended = await client.send(
      new GetMetricStatisticsCommand({ ...input, ExtendedStatistics: ['p50', 'p100'] }),
    );
    expect(extended.Datapoints?.[0]?.ExtendedStatistics).toEqual({ p50: 2, p100: 10 });
    const bytes = await client.send(new GetMetricStatisticsCommand({ ...input, Unit: 'Bytes', Statistics: ['Sum'] }));
    expect(bytes.Datapoints).toEqual([]);
  });

  it('is listed by namespace, name and dimensions, for two weeks', async () => {
    const { client, pass } = await withData(datum({ Value: 1 }), datum({ Value: 1, Dimensions: DIMENSIONS }));
    const listed = async (input: object) =>
      (await client.send(new ListMetricsCommand(input))).Metrics?.map((metric) => metric.Dimensions);
    expect(await listed({})).toEqual([[], DIMENSIONS]);
    expect(await listed({ Namespace: 'App', MetricName: 'Orders', Dimensions: [{ Name: 'Shop' }] })).toEqual([
      DIMENSIONS,
    ]);
    expect(await listed({ Dimensions: [{ Name: 'Shop', Value: 'south' }] })).toEqual([]);
    await pass(4 * HOUR);
    expect(await listed({ RecentlyActive: 'PT3H' })).toEqual([]);
    expect(await listed({})).toHaveLength(2);
    await pass(14 * 24 * HOUR);
    expect(await listed({})).toEqual([]);
  });

  it('is told by GetMetricData, newest first, with expressions', async () => {
    const at = (minute: number) => new Date(START + minute * MINUTE);
    const { client, pass } = await withData(
      datum({ Value: 4, Timestamp: at(0) }),
      datum({ Value: 6, Timestamp: at(2) }),
    );
    await pass(5 * MINUTE);
    const MetricStat = { Metric: { Namespace: 'App', MetricName: 'Orders' }, Period: 60, Stat: 'Sum' };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: at(0),
        EndTime: at(4),
        MetricDataQueries: [
          { Id: 'm', MetricStat },
          { Id: 'e', Expression: '(FILL(m, 1) + 1) / 2', Label: 'half' },
        ],
      }),
    );
    expect(MetricDataResults).toEqual([
      { Id: 'm', Label: 'Orders', Timestamps: [at(2), at(0)], Values: [6, 4], StatusCode: 'Complete' },
      {
        Id: 'e',
        Label: 'half',
        Timestamps: [at(3), at(2), at(1), at(0)],
        Values: [1, 3.5, 1, 2.5],
        StatusCode: 'Complete',
      },
    ]);
  });
});

describe('what is not taken', () => {
  it.each<readonly [string, string, Partial<MetricDatum>, RegExp]>([
    [
      'a namespace of AWS',
      'AWS/Mine',
      { Value: 1 },
      /^InvalidParameterValueException: The value AWS\/Mine for parameter Namespace is invalid/,
    ],
    ['no value', 'App', {}, /^MissingRequiredParameterException: At least one of the parameters must be specified/],
    [
      'a value and a set',
      'App',
      { Value: 1, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } },
      /mutually exclusive/,
    ],
    ['more counts than values', 'App', { Values: [1], Counts: [1, 2] }, /must be of the same size/],
    ['a value beyond all bounds', 'App', { Value: 2 ** 361 }, /MetricData.member.1.Value is invalid/],
    [
      'a unit',
      'App',
      { Value: 1, Unit: 'Furlongs' as never },
      /The value Furlongs for parameter MetricData.member.1.Unit/,
    ],
    ['a resolution', 'App', { Value: 1, StorageResolution: 5 }, /StorageResolution is invalid/],
    [
      'the future',
      'App',
      { Value: 1, Timestamp: new Date(START + 2 * HOUR + SECOND) },
      /no more than two hours in the future/,
    ],
    ['the past', 'App', { Value: 1, Timestamp: new Date(START - 15 * 24 * HOUR) }, /within the past two weeks/],
    [
      'a dimension without a value',
      'App',
      { Value: 1, Dimensions: [{ Name: 'a', Value: '' }] },
      /Dimensions.member.1.Value is invalid/,
    ],
    [
      '31 dimensions',
      'App',
      { Value: 1, Dimensions: Array.from({ length: 31 }, (_, n) => ({ Name: `d${n}`, Value: 'v' })) },
      /must not have a size greater than 30/,
    ],
    ['151 values', 'App', { Values: Array.from({ length: 151 }, () => 1) }, /must not have a size greater than 150/],
  ])('%s - refused, and nothing of the request is there', async (_what, Namespace, more, words) => {
    const { client } = cloudWatchWorld();
    const MetricData = [datum(more), datum({ Value: 1, MetricName: 'Other' })];
    expect(await refusalOf(client.send(new PutMetricDataCommand({ Namespace, MetricData })))).toMatch(words);
    expect((await client.send(new ListMetricsCommand({}))).Metrics).toEqual([]);
  });

  it('a span with too many periods', async () => {
    const { client } = cloudWatchWorld();
    const input = { Namespace: 'App', MetricName: 'Orders', Period: 60, Statistics: ['Sum' as const] };
    const span = { StartTime: new Date(START), EndTime: new Date(START + 25 * HOUR) };
    expect(await refusalOf(client.send(new GetMetricStatisticsCommand({ ...input, ...span })))).toMatch(
      /requested up to 1500 datapoints, which exceeds the limit of 1440/,
    );
  });

  it('who may not - asked of IAM with the namespace, and by the alarm', async () => {
    const asked: unknown[] = [];
    const { client } = cloudWatchWorld({}, (_principal, permission) => {
      asked.push(permission);
      return 'no';
    });
    const put = new PutMetricDataCommand({ Namespace: 'App', MetricData: [datum({ Value: 1 })] });
    expect(await refusalOf(client.send(put))).toMatch(/^AccessDenied/);
    expect(asked).toEqual([
      { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'App' } },
    ]);
  });
});

/** A minute, how often and what: in a series each value alone is put in, in a run it is held. */
const segments = fc.array(
  fc.record({
    minutes: fc.integer({ min: 1, max: 5 }),
    value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('a series', () => {
  it('of runs - reads as if every minute had been put in alone', () => {
    fc.assert(
      fc.property(segments, fc.nat(30), fc.nat(30), (parts, from, length) => {
        const [runs, alone] = [new Series('1', metricId('App', 'a')), new Series('1', metricId('App', 'a'))];
        let at = START;
        for (const { minutes, value } of parts) {
          const end = at + minutes * MINUTE;
          if (value !== undefined) {
            runs.addRun(at, end, value);
            for (let minute = at; minute < end; minute += MINUTE) alone.add(minute, single(value));
          }
          at = end;
        }
        const window = [START + from * MINUTE, START + (from + length) * MINUTE] as const;
        for (const statistic of ['SampleCount', 'Sum', 'Minimum', 'Maximum', 'p50']) {
          expect(runs.read(...window)?.get(statistic)).toBe(alone.read(...window)?.get(statistic));
        }
      }),
    );
  });

  it('in whatever order its data comes - reads the same', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.integer({ min: -5, max: 5 })), { minLength: 1 }), (data) => {
        const series = [data, data.toReversed()].map((each) => {
          const made = new Series('1', metricId('App', 'a'));
          for (const [minute, value] of each) made.add(START + minute * MINUTE, single(value));
          return made;
        });
        const [one, other] = series.map((each) =>
          [0, 5, 10, 15].map((from) => each.read(START + from * MINUTE, START + (from + 5) * MINUTE)?.get('Sum')),
        );
        expect(one).toEqual(other);
      }),
    );
  });
});
