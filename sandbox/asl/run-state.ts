import type { ChoiceState, FailState, Json, WaitState } from './definition.ts';
import { runMap } from './run-map.ts';
import { runParallel } from './run-parallel.ts';
import { runTask } from './run-task.ts';
import { EvaluationError, StateError } from './state-error.ts';
import type { StateOutcome, StateVisit } from './state-visit.ts';
import { parseTimestamp } from './timestamp.ts';

const takeChoice = async (visit: StateVisit, state: ChoiceState): Promise<StateOutcome> => {
  for (const [index, rule] of state.Choices.entries()) {
    const place = `Choices[${index}]/`;
    const holds = await visit.execution.evaluator.typed(
      rule.Condition,
      'boolean',
      `${place}Condition`,
      visit.bindings(),
    );
    if (holds) return visit.leave(rule, visit.input, rule.Next, {}, place);
  }
  if (state.Default === undefined) {
    throw new StateError(
      'States.NoChoiceMatched',
      `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.enteredId}). ` +
        'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  return visit.leave(state, visit.input, state.Default);
};

/** The milliseconds from now that a Wait state waits. */
const waitingTime = async (visit: StateVisit, state: WaitState): Promise<number> => {
  const { evaluator, options } = visit.execution;
  if (state.Timestamp !== undefined) {
    const text = await evaluator.typed(state.Timestamp, 'string', 'Timestamp', visit.bindings());
    const moment = parseTimestamp(text);
    if (moment === undefined) {
      throw new EvaluationError(
        'Timestamp',
        `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      );
    }
    return Math.max(0, moment - options.clock.now());
  }
  const seconds = await visit.number('Seconds', state.Seconds);
  return (seconds ?? 0) * 1000;
};

const wait = async (visit: StateVisit, state: WaitState): Promise<StateOutcome> => {
  const { branch } = visit;
  const milliseconds = await waitingTime(visit, state);
  branch.active = { type: 'Wait', inner: new Map() };
  await branch.sleep(milliseconds);
  branch.active = undefined;
  return visit.leave(state, visit.input, state.Next);
};

const fail = async (visit: StateVisit, state: FailState): Promise<never> => {
  const text = async (field: 'Error' | 'Cause'): Promise<string | undefined> => {
    const value: Json | undefined = state[field];
    if (value === undefined) return undefined;
    return visit.execution.evaluator.typed(value, 'string', field, visit.bindings());
  };
  throw new StateError(await text('Error'), await text('Cause'));
};

/**
 * Runs one visit to a state to its end.
 *
 * @throws StateError where the state fails and does not catch it
 * @throws Cancelled where its branch is cut off
 */
export const runState = async (visit: StateVisit): Promise<StateOutcome> => {
  const { state } = visit;
  if (state.Type === 'Task') return runTask(visit, state);
  if (state.Type === 'Parallel') return runParallel(visit, state);
  if (state.Type === 'Map') return runMap(visit, state);
  try {
    switch (state.Type) {
      case 'Pass':
        return await visit.leave(state, visit.input, state.Next);
      case 'Succeed':
        return await visit.leave(state, visit.input, undefined);
      case 'Choice':
        return await takeChoice(visit, state);
      case 'Wait':
        return await wait(visit, state);
      case 'Fail':
        return await fail(visit, state);
    }
  } catch (failure) {
    throw visit.failure(failure);
  }
};
