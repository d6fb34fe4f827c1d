/** Values that were measured, or what is left of them. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Each value and how often; undefined where only the set is known. */
  readonly values: readonly (readonly [value: number, count: number])[] | undefined;
}

/** A value that was measured once. */
export const single = (value: number): Sample => ({
  count: 1,
  sum: value,
  minimum: value,
  maximum: value,
  values: [[value, 1]],
});

const NO_VALUES: Sample['values'] = [];

/** What CloudWatch can say of a set of samples. */
export class Statistics {
  count = 0;
  sum = 0;
  minimum = Number.POSITIVE_INFINITY;
  maximum = Number.NEGATIVE_INFINITY;
  /** Undefined once a set came whose values are not known. */
  #values: [value: number, count: number][] | undefined = [];

  add({ count, sum, minimum, maximum, values }: Sample): void {
    this.count += count;
    this.sum += sum;
    if (minimum < this.minimum) this.minimum = minimum;
    if (maximum > this.maximum) this.maximum = maximum;
    if (values === undefined) this.#values = undefined;
    else if (this.#values !== undefined) for (const [value, times] of values) this.#values.push([value, times]);
  }

  /** The same value `times` times. */
  repeat(value: number, times: number): void {
    this.count += times;
    this.sum += value * times;
    if (value < this.minimum) this.minimum = value;
    if (value > this.maximum) this.maximum = value;
    this.#values?.push([value, times]);
  }

  /** @param isExact whether the single values matter: only percentiles need them. */
  merge(other: Statistics, isExact: boolean): void {
    this.add({
      count: other.count,
      sum: other.sum,
      minimum: other.minimum,
      maximum: other.maximum,
      values: isExact ? other.#values : NO_VALUES,
    });
  }

  /**
   * @param statistic as {@link isStatistic} takes it.
   * @returns undefined for a percentile of sets whose values are not known, as on AWS.
   */
  get(statistic: string): number | undefined {
    switch (statistic) {
      case 'SampleCount':
        return this.count;
      case 'Sum':
        return this.sum;
      case 'Average':
        return this.sum / this.count;
      case 'Minimum':
        return this.minimum;
      case 'Maximum':
        return this.maximum;
      default:
        return this.#percentile(Number(statistic.slice(1)));
    }
  }

  /** By nearest rank: AWS does not document how it interpolates. */
  #percentile(percent: number): number | undefined {
    if (this.minimum === this.maximum) return this.minimum;
    if (this.#values === undefined) return undefined;
    const sorted = [...this.#values].sort(([a], [b]) => a - b);
    let left = Math.max(1, Math.ceil((percent / 100) * this.count));
    for (const [value, times] of sorted) {
      left -= times;
      if (left <= 0) return value;
    }
    return this.maximum;
  }
}

const PLAIN = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];

/** Whether it is one of the five statistics that every metric has. */
export const isPlainStatistic = (statistic: string): boolean => PLAIN.includes(statistic);

/** `p0` to `p100` with up to ten decimals. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
export const isPercentile = (statistic: string): boolean =>
  /^p\d{1,3}(\.\d{1,10})?$/.test(statistic) && Number(statistic.slice(1)) <= 100;

/** Whether the sandbox can compute it. */
export const isStatistic = (statistic: string): boolean => isPlainStatistic(statistic) || isPercentile(statistic);
