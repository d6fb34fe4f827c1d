import type { Random } from '../random.ts';
import type { Catcher, Retrier } from './definition.ts';
import type { StateError } from './state-error.ts';

const TIMEOUT = 'States.Timeout';
/** Neither retried nor caught by a wildcard: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const TERMINAL = ['States.Runtime', 'States.DataLimitExceeded'];

/** Whether a list of error names covers an error; `States.Runtime` is covered by none. */
const errorEquals = (names: readonly string[], failure: StateError): boolean => {
  const { error } = failure;
  if (error === 'States.Runtime') return false;
  return names.some((name) => {
    if (name === error || failure.aliases.includes(name)) return true;
    if (error !== undefined && TERMINAL.includes(error)) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== TIMEOUT);
  });
};

/** The first catcher for an error, and its place in the list. */
export const catcherFor = (
  catchers: readonly Catcher[] | undefined,
  failure: StateError,
): { readonly catcher: Catcher; readonly index: number } | undefined => {
  const index = catchers?.findIndex(({ ErrorEquals }) => errorEquals(ErrorEquals, failure)) ?? -1;
  const catcher = catchers?.[index];
  return catcher === undefined ? undefined : { catcher, index };
};

/** How often each retrier of one visit to a state was used. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #random: Random;
  readonly #used = new Map<Retrier, number>();

  constructor(retriers: readonly Retrier[] | undefined, random: Random) {
    this.#retriers = retriers ?? [];
    this.#random = random;
  }

  /**
   * The milliseconds to wait before trying again, or undefined where nothing is tried again.
   * Only the first retrier that names the error counts, each has its own budget.
   */
  next(failure: StateError): number | undefined {
    const retrier = this.#retriers.find(({ ErrorEquals }) => errorEquals(ErrorEquals, failure));
    if (retrier === undefined) return undefined;
    const used = this.#used.get(retrier) ?? 0;
    if (used >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.#used.set(retrier, used + 1);
    const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used;
    const capped = Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000;
    return retrier.JitterStrategy === 'FULL' ? this.#random.next() * capped : capped;
  }
}
