import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json, RecoverableState } from './definition.ts';
import { catcherFor, Retries } from './retry.ts';
import { Cancelled, engineFailure, StateError } from './state-error.ts';
import type { StateOutcome, StateVisit } from './state-visit.ts';

/** One try of a state that may retry and catch; its result. */
export type Attempt = () => Promise<Json>;

/**
 * Tries a state until it succeeds, is caught or fails. Retry, Catch, Assign and Output all stand inside: an Output that
 * cannot be evaluated is retried and caught like any other error.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 *
 * @param failedEvent recorded once no retry is left, before a catcher is looked for; Task states have events of their own
 */
export const withRecovery = async (
  visit: StateVisit,
  state: RecoverableState,
  attempt: Attempt,
  failedEvent?: HistoryEventType,
): Promise<StateOutcome> => {
  const { branch, execution } = visit;
  const retries = new Retries(state.Retry, execution.options.random);
  for (;;) {
    let failure: StateError;
    let attempted = false;
    try {
      branch.active = { type: state.Type, inner: new Map() };
      const result = await attempt();
      attempted = true;
      branch.active = undefined;
      return await visit.leave(state, result, state.Next, { result });
    } catch (thrown) {
      const seen = visit.failure(thrown);
      if (!(seen instanceof StateError)) throw seen instanceof Cancelled ? seen : engineFailure(seen);
      failure = seen;
    }
    // Redriven, such a state begins anew, with the branches and iterations that had succeeded.
    if (failure.error === 'States.DataLimitExceeded') visit.stay.inner = undefined;
    const delay = retries.next(failure);
    if (delay !== undefined) {
      await branch.sleep(delay);
      visit.retryCount += 1;
      continue;
    }
    branch.active = undefined;
    if (failedEvent !== undefined && !attempted) branch.record(failedEvent);
    const caught = catcherFor(state.Catch, failure);
    if (caught === undefined) throw failure;
    const { catcher, index } = caught;
    const errorOutput = { Error: failure.error ?? 'States.TaskFailed', Cause: failure.causeText ?? '' };
    try {
      return await visit.leave(catcher, errorOutput, catcher.Next, { errorOutput }, `Catch[${index}]/`);
    } catch (thrown) {
      throw visit.failure(thrown);
    }
  }
};
