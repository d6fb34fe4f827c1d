import type { Random } from '../random.ts';
import type { Catcher, Retrier } from './definition.ts';
import type { StateError } from './state-error.ts';

const TIMEOUT = 'States.Timeout';
const DATA_LIMIT = 'States.DataLimitExceeded';

/**
 * Whether a list of error names covers an error. What ends the execution is covered by none; `States.DataLimitExceeded` of
 * a task is covered by its own name only.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 * Uncertain: that page says that States.ALL does not cover it, and is followed; executions recorded on AWS in March 2024
 * (github.com/localstack/localstack, test_states_errors.snapshot.json) have States.ALL catch it.
 */
const errorEquals = (names: readonly string[], failure: StateError): boolean => {
  const { error } = failure;
  if (failure.endsExecution) return false;
  return names.some((name) => {
    if (name === error || failure.aliases.includes(name)) return true;
    if (error === DATA_LIMIT) return false;
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
