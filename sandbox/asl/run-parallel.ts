import type { Branch } from './branch.ts';
import type { Json, ParallelState } from './definition.ts';
import { outputOf } from './position.ts';
import { withRecovery } from './recover.ts';
import { checkStateSize } from './state-error.ts';
import type { StateOutcome, StateVisit } from './state-visit.ts';

/**
 * Runs the branches of a Parallel state side by side; its result is the list of their outputs, in the branches' order.
 * The first branch that fails aborts the others. Redriven, it runs only what failed or was aborted. https://states-language.net/spec.html#parallel-state
 */
export const runParallel = (visit: StateVisit, state: ParallelState): Promise<StateOutcome> =>
  withRecovery(visit, state, () => attemptParallel(visit, state), 'ParallelStateFailed');

const attemptParallel = async (visit: StateVisit, state: ParallelState): Promise<Json> => {
  const { branch, execution } = visit;
  const input = state.Arguments === undefined ? visit.input : await visit.evaluate(state.Arguments, 'Arguments');
  checkStateSize(JSON.stringify(input), visit.name);
  const attempt = visit.beginInner('ParallelStateStarted');
  const inner = branch.active?.inner ?? new Map<Branch, (() => void) | undefined>();
  let latest = branch;
  const outputs = state.Branches.map(async (machine, index) => {
    const own = branch.innerAgain(attempt.branches[index]);
    attempt.branches[index] = own;
    const done = outputOf(own);
    if (done !== undefined) return done[0];
    inner.set(own, undefined);
    try {
      return await execution.runMachine(machine, input, own);
    } finally {
      inner.delete(own);
      latest = own;
    }
  });
  try {
    const results = await branch.wait(Promise.all(outputs));
    branch.previous = latest.previous;
    branch.record('ParallelStateSucceeded');
    return results;
  } catch (failure) {
    branch.previous = latest.previous;
    abortInner(inner);
    await Promise.allSettled(outputs);
    throw failure;
  }
};

/** Records and cuts off whatever is still at work inside a state that failed. */
export const abortInner = (inner: Map<Branch, (() => void) | undefined>): void => {
  for (const [own, record] of inner) {
    try {
      own.recordAborted();
      record?.();
    } catch {
      // The history is full: the execution's end will say so.
    }
    own.cut();
  }
};
