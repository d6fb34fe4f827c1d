import type { Branch } from './branch.ts';
import type { Json, MapState } from './definition.ts';
import { outputOf } from './position.ts';
import { withRecovery } from './recover.ts';
import { abortInner } from './run-parallel.ts';
import { Cancelled, checkStateSize, EvaluationError, StateError } from './state-error.ts';
import type { StateOutcome, StateVisit } from './state-visit.ts';

/** Iterations of an inline Map state at one time, whatever its MaxConcurrency says. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const MOST_AT_ONCE = 40;

/** Runs a Map state's processor for each item, inline. Redriven, it runs what failed, was aborted or had not begun. https://states-language.net/spec.html#map-state */
export const runMap = (visit: StateVisit, state: MapState): Promise<StateOutcome> =>
  withRecovery(visit, state, () => attemptMap(visit, state), 'MapStateFailed');

const itemsOf = async (visit: StateVisit, state: MapState): Promise<Json[]> => {
  const { Items: items } = state;
  if (items === undefined) {
    if (Array.isArray(visit.input)) return visit.input;
    throw new EvaluationError('Items', `Map state input must be an array but was: ${JSON.stringify(visit.input)}`);
  }
  return visit.execution.evaluator.typed(items, 'array', 'Items', visit.bindings());
};

/** Says, after each failed item, whether the Map state has failed. @throws StateError */
type Tolerance = (failures: number, failure: StateError) => void;

const toleranceOf = async (visit: StateVisit, state: MapState, total: number): Promise<Tolerance> => {
  const count = await visit.number('ToleratedFailureCount', state.ToleratedFailureCount);
  const percentage = await visit.number('ToleratedFailurePercentage', state.ToleratedFailurePercentage);
  return (failures, failure) => {
    if (failure.endsExecution) throw failure;
    if (count === undefined && percentage === undefined) throw failure;
    const exceeded =
      (count !== undefined && failures > count) || (percentage !== undefined && (failures / total) * 100 > percentage);
    if (!exceeded) return;
    throw new StateError(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded.',
    );
  };
};

const attemptMap = async (visit: StateVisit, state: MapState): Promise<Json> => {
  const { branch } = visit;
  const concurrency = await visit.number('MaxConcurrency', state.MaxConcurrency);
  const items = visit.resumed?.items ?? (await itemsOf(visit, state));
  const details = { mapStateStartedEventDetails: { length: items.length } };
  const attempt = visit.beginInner('MapStateStarted', details, items);
  const tolerate = await toleranceOf(visit, state, items.length);
  const inner = branch.active?.inner ?? new Map<Branch, (() => void) | undefined>();
  const outputs = new Array<Json | undefined>(items.length);
  let next = 0;
  let failures = 0;
  let latest = branch;
  let over = false;

  const work = async (): Promise<void> => {
    while (!over && next < items.length) {
      const index = next++;
      const own = branch.innerAgain(attempt.branches[index], { Index: index, Value: items[index] ?? null });
      attempt.branches[index] = own;
      const done = outputOf(own);
      if (done !== undefined) {
        [outputs[index]] = done;
        continue;
      }
      try {
        outputs[index] = await iterate(visit, state, own, index, inner);
      } catch (failure) {
        if (!(failure instanceof StateError)) throw failure;
        failures += 1;
        over = true;
        tolerate(failures, failure);
        over = false;
      } finally {
        latest = own;
      }
    }
  };
  const width = Math.min(items.length, concurrency === undefined || concurrency === 0 ? MOST_AT_ONCE : concurrency);
  const workers = Array.from({ length: Math.min(width, MOST_AT_ONCE) }, work);
  try {
    await branch.wait(Promise.all(workers));
  } catch (failure) {
    over = true;
    branch.previous = latest.previous;
    if (failure instanceof Cancelled) throw failure;
    abortInner(inner);
    await Promise.allSettled(workers);
    throw failure;
  }
  branch.previous = latest.previous;
  branch.record('MapStateSucceeded');
  return outputs.filter((output) => output !== undefined);
};

const iterate = async (
  visit: StateVisit,
  state: MapState,
  own: Branch,
  index: number,
  inner: Map<Branch, (() => void) | undefined>,
): Promise<Json> => {
  const details = { name: visit.name, index };
  if (!own.resumed) own.record('MapIterationStarted', { mapIterationStartedEventDetails: details });
  inner.set(own, () => own.record('MapIterationAborted', { mapIterationAbortedEventDetails: details }));
  try {
    const input = own.position === undefined ? await itemInput(visit, state, own) : null;
    const output = await visit.execution.runMachine(state.ItemProcessor, input, own);
    own.record('MapIterationSucceeded', { mapIterationSucceededEventDetails: details });
    return output;
  } catch (failure) {
    if (failure instanceof StateError && !failure.endsExecution) {
      own.record('MapIterationFailed', { mapIterationFailedEventDetails: details });
    }
    throw failure;
  } finally {
    inner.delete(own);
  }
};

/** What an iteration begins with: ItemSelector, which sees the outer variables and the item, or the item itself. */
const itemInput = async (visit: StateVisit, state: MapState, own: Branch): Promise<Json> => {
  const { mapItem } = own;
  if (state.ItemSelector === undefined) return mapItem?.Value ?? null;
  try {
    const input = await visit.evaluate(state.ItemSelector, 'ItemSelector', visit.bindings({}, mapItem));
    checkStateSize(JSON.stringify(input), visit.name);
    return input;
  } catch (failure) {
    throw visit.failure(failure, own);
  }
};
