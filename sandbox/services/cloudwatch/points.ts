import type { AlarmDefinition } from './definition.ts';
import type { Series } from './series.ts';
import { isPercentile } from './statistics.ts';

/** What an alarm sees of one period. */
export interface Point {
  /** When the period began, in milliseconds since the epoch. */
  readonly start: number;
  /** Undefined where there was no data. */
  readonly value: number | undefined;
  /** Of how many samples; of the first metric where there are several. */
  readonly samples: number;
}

/**
 * The periods that end at `end` and before, oldest first. They slide: an alarm over five minutes that is evaluated at 10:06
 * looks at 10:01 to 10:06.
 *
 * @param inputs the data of the definition's metrics, in their order, up to date.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export const pointsOf = (
  { period, inputs, combine }: AlarmDefinition,
  series: readonly Series[],
  end: number,
  count: number,
): readonly Point[] => {
  const points: Point[] = [];
  for (let back = count; back > 0; back -= 1) {
    const start = end - back * period;
    const read = series.map((each, index) => {
      const { unit, statistic = '' } = inputs[index] ?? {};
      return each.read(start, start + period, unit, isPercentile(statistic));
    });
    const value = combine(read.map((statistics, index) => statistics?.get(inputs[index]?.statistic ?? '')));
    points.push({ start, value, samples: read[0]?.count ?? 0 });
  }
  return points;
};
