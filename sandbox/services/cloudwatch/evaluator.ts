import type { Cancel, Clock } from '../../clock/clock.ts';
import type { AlarmDefinition } from './definition.ts';
import { type AlarmState, judge, type Verdict } from './evaluation.ts';
import type { CloudWatchSettings } from './options.ts';
import { type Point, pointsOf } from './points.ts';
import type { Series } from './series.ts';
import type { MetricStore } from './store.ts';

/** What an evaluation came to. */
export interface Evaluation {
  readonly verdict: Verdict;
  /** The whole evaluation range, oldest first. */
  readonly points: readonly Point[];
}

/** Somebody follows the data behind a definition. */
interface Watch {
  readonly definition: AlarmDefinition;
  readonly series: readonly Series[];
  readonly told: (evaluation: Evaluation) => void;
  /** When it is looked at next; undefined while nothing can change. */
  due: number | undefined;
}

/** Follows a definition until it is told not to. */
export interface Following {
  /** Looks again when alarms are evaluated next, whether data came or not. */
  wake(): void;
  stop(): void;
}

/**
 * Evaluates alarms as often as AWS does, but only while the outcome can change: from data on until the whole range looks the
 * same at every further interval. What follows a silent metric costs nothing.
 */
export class Evaluator {
  readonly #clock: Clock;
  readonly #store: MetricStore;
  readonly #settings: CloudWatchSettings;
  /** By the time at which they are due; one timer each. */
  readonly #due = new Map<number, { readonly watches: Set<Watch>; readonly cancel: Cancel }>();

  constructor(clock: Clock, store: MetricStore, settings: CloudWatchSettings) {
    this.#clock = clock;
    this.#store = store;
    this.#settings = settings;
  }

  /** Follows the data, with a first look when alarms are evaluated next. */
  follow(definition: AlarmDefinition, told: (evaluation: Evaluation) => void): Following {
    const series = definition.inputs.map(({ account, metric }) => this.#store.series(account, metric));
    const watch: Watch = { definition, series, told, due: undefined };
    const wake = (): void => this.#wake(watch);
    for (const each of series) each.listeners.add(wake);
    wake();
    return {
      wake,
      stop: () => {
        for (const each of series) each.listeners.delete(wake);
        this.#unschedule(watch);
      },
    };
  }

  /** What the data say at `now`, looking at full intervals only. */
  evaluate(definition: AlarmDefinition, now: number): Evaluation {
    const series = definition.inputs.map(({ account, metric }) => this.#store.series(account, metric));
    return this.#evaluate({ definition, series }, now - (now % definition.interval));
  }

  #evaluate({ definition, series }: Pick<Watch, 'definition' | 'series'>, end: number): Evaluation {
    const now = this.#clock.now();
    for (const { reporter } of series) reporter?.catchUp(now);
    const points = pointsOf(definition, series, end, definition.evaluationPeriods + this.#settings.extraPeriods);
    const values = points.map(({ value }) => value);
    return { points, verdict: judge(definition, values, this.#settings.tooEarly) };
  }

  #delayOf({ interval }: AlarmDefinition): number {
    return interval < 60_000 ? this.#settings.highResolutionDelay : this.#settings.delay;
  }

  #wake(watch: Watch): void {
    const { interval } = watch.definition;
    const now = this.#clock.now();
    const end = now - (now % interval);
    this.#schedule(watch, end + this.#delayOf(watch.definition) > now ? end : end + interval);
  }

  /** @param end of the last interval that is looked at. */
  #schedule(watch: Watch, end: number): void {
    const due = end + this.#delayOf(watch.definition);
    if (watch.due !== undefined) {
      if (watch.due <= due) return;
      this.#unschedule(watch);
    }
    watch.due = due;
    const known = this.#due.get(due);
    if (known !== undefined) {
      known.watches.add(watch);
      return;
    }
    const watches = new Set([watch]);
    const cancel = this.#clock.inBackground(due - this.#clock.now(), () => {
      this.#due.delete(due);
      for (const each of watches) this.#look(each, due);
    });
    this.#due.set(due, { watches, cancel });
  }

  #unschedule(watch: Watch): void {
    const batch = watch.due === undefined ? undefined : this.#due.get(watch.due);
    batch?.watches.delete(watch);
    if (batch?.watches.size === 0) {
      batch.cancel();
      this.#due.delete(watch.due ?? 0);
    }
    watch.due = undefined;
  }

  #look(watch: Watch, due: number): void {
    const { definition, series } = watch;
    const end = due - this.#delayOf(definition);
    watch.due = undefined;
    const evaluation = this.#evaluate(watch, end);
    const next = this.#next(definition, series, end);
    if (next !== undefined) this.#schedule(watch, next);
    watch.told(evaluation);
  }

  /** The end of the next interval at which the outcome may be another one. */
  #next({ interval, period, evaluationPeriods }: AlarmDefinition, series: readonly Series[], end: number) {
    const from = end - period * (evaluationPeriods + this.#settings.extraPeriods);
    if (!series.every((each) => each.isSteady(from, end))) return end + interval;
    const changes = series
      .flatMap((each) => [each.nextData(end), each.reporter?.nextChange(end)])
      .filter((at) => at !== undefined);
    if (changes.length === 0) return undefined;
    const first = Math.min(...changes);
    return Math.max(end, first - (first % interval)) + interval;
  }
}

/** What Route 53 and other followers of the data make of it. @param last what they knew before, for a rule that keeps it. */
export const stateOf = ({ verdict }: Evaluation, last: AlarmState = 'INSUFFICIENT_DATA'): AlarmState =>
  verdict.state ?? last;
