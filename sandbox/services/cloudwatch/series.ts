import type { MetricId } from './metric.ts';
import { type Sample, Statistics } from './statistics.ts';

/** The shortest time that standard resolution tells apart, in milliseconds. */
export const MINUTE = 60_000;
/** How long data is kept: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const KEPT = 15 * 24 * 60 * MINUTE;

/** What was measured in one minute, or one second. */
interface Bucket {
  readonly start: number;
  readonly unit: string;
  readonly statistics: Statistics;
}

/**
 * The same value every minute from `from` up to, not including, `to`; both are whole minutes. Where it grows, it does so
 * by one every second.
 */
interface Run {
  readonly from: number;
  to: number;
  readonly value: number;
  readonly grows: boolean;
}

/** What reports by itself every minute, whether anything happens or not. It is asked only when somebody reads. */
export interface Reporter {
  /** Puts in everything up to `now`. */
  catchUp(now: number): void;
  /** The earliest moment after `now` at which something else may be reported without anybody doing anything. */
  nextChange(now: number): number | undefined;
}

/** The data of one metric. Times are milliseconds since the epoch. */
export class Series {
  readonly id: MetricId;
  readonly account: string;
  /** Called whenever data came, or may come. */
  readonly listeners = new Set<() => void>();
  reporter: Reporter | undefined;
  /** By start. */
  readonly #buckets: Bucket[] = [];
  readonly #runs: Run[] = [];

  constructor(account: string, id: MetricId) {
    this.account = account;
    this.id = id;
  }

  /** When the newest data is from. */
  get newest(): number | undefined {
    const bucket = this.#buckets.at(-1)?.start;
    const run = this.#runs.at(-1);
    if (run === undefined) return bucket;
    return Math.max(bucket ?? 0, run.to - MINUTE);
  }

  /** @param resolution a minute or a second, in milliseconds. */
  add(at: number, sample: Sample, unit = 'None', resolution = MINUTE): void {
    this.#bucket(at - (at % resolution), unit).statistics.add(sample);
    this.touch();
  }

  /** Tells the listeners that something may be different from now on. */
  touch(): void {
    for (const listener of this.listeners) listener();
  }

  /** Puts in what was reported by itself, in order; a run that goes on is one run. */
  addRun(from: number, to: number, value: number, grows = false): void {
    if (to <= from) return;
    const last = this.#runs.at(-1);
    const due = last === undefined ? undefined : last.value + (grows ? (from - last.from) / 1_000 : 0);
    if (last !== undefined && last.to === from && last.grows === grows && due === value) last.to = to;
    else this.#runs.push({ from, to, value, grows });
    while ((this.#runs[0]?.to ?? from) < to - KEPT) this.#runs.shift();
  }

  /**
   * What there is of `[from, to)`; undefined where there is nothing.
   *
   * @param unit only what has this unit.
   * @param isExact without it there are no percentiles, and it is cheaper.
   */
  read(from: number, to: number, unit?: string, isExact = true): Statistics | undefined {
    let found: Statistics | undefined;
    for (let index = this.#firstAt(from); index < this.#buckets.length; index += 1) {
      const bucket = this.#buckets[index];
      if (bucket === undefined || bucket.start >= to) break;
      if (unit !== undefined && bucket.unit !== unit) continue;
      found ??= new Statistics();
      found.merge(bucket.statistics, isExact);
    }
    for (let index = this.#runs.length - 1; index >= 0; index -= 1) {
      const run = this.#runs[index];
      if (run === undefined || run.to <= from) break;
      const first = Math.max(run.from, Math.ceil(from / MINUTE) * MINUTE);
      const last = Math.min(run.to, Math.ceil(to / MINUTE) * MINUTE);
      if (last <= first) continue;
      found ??= new Statistics();
      if (!run.grows) found.repeat(run.value, (last - first) / MINUTE);
      else for (let at = first; at < last; at += MINUTE) found.repeat(run.value + (at - run.from) / 1_000, 1);
    }
    return found;
  }

  /**
   * Whether nothing in `[from, to)` would look different if the whole window were moved on: it is empty, or one run that
   * never changes and goes on beyond it.
   */
  isSteady(from: number, to: number): boolean {
    if ((this.#buckets[this.#firstAt(from)]?.start ?? to) < to) return false;
    const last = this.#runs.at(-1);
    if (last === undefined || last.to <= from) return true;
    return !last.grows && last.from <= from && last.to > to;
  }

  /** The start of the first data at `at` or later that is there already: somebody's clock is ahead, or the minute is under way. */
  nextData(at: number): number | undefined {
    return this.#buckets[this.#firstAt(at)]?.start;
  }

  /** The index of the first bucket that starts at `at` or later. */
  #firstAt(at: number): number {
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#buckets[middle]?.start ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #bucket(start: number, unit: string): Bucket {
    const last = this.#buckets.at(-1);
    if (last?.start === start && last.unit === unit) return last;
    for (let index = this.#firstAt(start); this.#buckets[index]?.start === start; index += 1) {
      const found = this.#buckets[index];
      if (found?.unit === unit) return found;
    }
    const made: Bucket = { start, unit, statistics: new Statistics() };
    this.#buckets.splice(this.#firstAt(start), 0, made);
    while ((this.#buckets[0]?.start ?? start) < start - KEPT) this.#buckets.shift();
    return made;
  }
}
