import type { MutableState } from './mutant.ts';

// The ways in which states are broken. Each throws where what it is to break is not there: a mutant that changes nothing proves nothing.

const objectOf = (state: MutableState, field: string): Record<string, unknown> => {
  const value = state[field];
  if (typeof value !== 'object' || value === null) throw new Error(`The state has no ${field}.`);
  return value as Record<string, unknown>;
};

/** A task's arguments. */
export const argumentsOf = (state: MutableState): Record<string, unknown> => objectOf(state, 'Arguments');

/** Replaces a piece of text in a field of the state, wherever it stands there: `swap('Choices', '$takes >= 10', 'false')`. */
export const swap =
  (field: string, text: string, by: string) =>
  (state: MutableState): void => {
    const before = JSON.stringify(state[field]);
    if (before === undefined || !before.includes(text)) throw new Error(`The state's ${field} has no ${text}.`);
    state[field] = JSON.parse(before.replaceAll(text, by));
  };

/** Has the state go on elsewhere. */
export const goTo =
  (next: string, field: 'Next' | 'Default' = 'Next') =>
  (state: MutableState): void => {
    if (state[field] === undefined) throw new Error(`The state has no ${field}.`);
    state[field] = next;
  };

/** Takes a field away: `without('Retry')`. */
export const without =
  (field: string) =>
  (state: MutableState): void => {
    if (state[field] === undefined) throw new Error(`The state has no ${field}.`);
    delete state[field];
  };

/** Takes the condition of a write away, with the values that only it names. */
export const unconditional =
  (...values: readonly string[]) =>
  (state: MutableState): void => {
    const given = argumentsOf(state);
    if (given.ConditionExpression === undefined) throw new Error('The state has no condition.');
    delete given.ConditionExpression;
    const named = objectOf(given, 'ExpressionAttributeValues');
    for (const value of values) delete named[value];
    if (Object.keys(named).length === 0) delete given.ExpressionAttributeValues;
  };

/** Takes the catcher of an error away. */
export const uncaught =
  (error: string) =>
  (state: MutableState): void => {
    const catchers = (state.Catch ?? []) as readonly { readonly ErrorEquals: readonly string[] }[];
    const left = catchers.filter(({ ErrorEquals }) => !ErrorEquals.includes(error));
    if (left.length === catchers.length) throw new Error(`Nobody catches ${error}.`);
    state.Catch = left;
  };

/** Takes the choice away that leads to a state on a condition with this text in it. */
export const withoutChoice =
  (text: string) =>
  (state: MutableState): void => {
    const choices = (state.Choices ?? []) as readonly { readonly Condition: string }[];
    const left = choices.filter(({ Condition }) => !Condition.includes(text));
    if (left.length !== choices.length - 1) throw new Error(`Not one choice has ${text}.`);
    state.Choices = left;
  };
