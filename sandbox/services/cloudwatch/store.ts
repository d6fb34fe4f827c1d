import type { Clock } from '../../clock/clock.ts';
import { type MetricId, metricId, metricKey } from './metric.ts';
import { MINUTE, type Reporter, Series } from './series.ts';
import { single } from './statistics.ts';

/** What is held is reported every minute: each value that held in a minute counts once in it. */
class Held implements Reporter {
  readonly #series: Series;
  #value: number | undefined;
  /** The first minute that it was not reported for. */
  #reported = 0;

  constructor(series: Series) {
    this.#series = series;
  }

  set(value: number | undefined, now: number): void {
    if (value === this.#value) return;
    this.catchUp(now);
    this.#value = value;
    // The minute of a change has both values.
    if (value !== undefined) this.#series.add(now, single(value));
    else this.#series.touch();
  }

  catchUp(now: number): void {
    const next = now - (now % MINUTE) + MINUTE;
    if (this.#value !== undefined) this.#series.addRun(this.#reported, next, this.#value);
    this.#reported = Math.max(this.#reported, next);
  }

  /** Only the end of what is not held any more. */
  nextChange(now: number): number | undefined {
    return this.#value === undefined && this.#reported > now ? this.#reported : undefined;
  }
}

/** Every metric of a region, of as many accounts as put any. */
export class MetricStore {
  readonly #clock: Clock;
  readonly #series = new Map<string, Series>();
  readonly #held = new Map<Series, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The metric's data, of which there may be none yet. */
  series(account: string, id: MetricId): Series {
    const key = metricKey(account, id);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const made = new Series(account, id);
    this.#series.set(key, made);
    return made;
  }

  /** The metric's data up to now, where it has any. */
  find(account: string, id: MetricId): Series | undefined {
    const found = this.#series.get(metricKey(account, id));
    found?.reporter?.catchUp(this.#clock.now());
    return found?.newest === undefined ? undefined : found;
  }

  /** The account's metrics that have data, in the order in which they were first named. */
  all(account: string): readonly Series[] {
    const now = this.#clock.now();
    return [...this.#series.values()].filter((series) => {
      if (series.account !== account) return false;
      series.reporter?.catchUp(now);
      return series.newest !== undefined;
    });
  }

  /** See {@link MetricSink.put}. */
  put(
    account: string,
    namespace: string,
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Record<string, number>>,
    unit?: string,
  ): void {
    const now = this.#clock.now();
    for (const [name, value] of Object.entries(values)) {
      this.series(account, metricId(namespace, name, dimensions)).add(now, single(value), unit);
    }
  }

  /** See {@link MetricSink.hold}. */
  hold(account: string, id: MetricId, value: number | undefined): void {
    const series = this.series(account, id);
    let held = this.#held.get(series);
    if (held === undefined) {
      if (value === undefined) return;
      held = new Held(series);
      series.reporter = held;
      this.#held.set(series, held);
    }
    held.set(value, this.#clock.now());
  }
}
