import { validateState } from './validate-state.ts';
import type { Report } from './validation-report.ts';

/** Where in a definition a machine stands. */
export interface MachineScope {
  readonly report: Report;
  /** The definition's own query language; a Map or Parallel state does not hand its own down. */
  readonly language: 'JSONata' | 'JSONPath';
  readonly refuseResource: (resource: string) => string | undefined;
  /** Variables that the scopes around this one assign, which an inner scope must not. */
  readonly outerVariables: ReadonlySet<string>;
  /** State names so far: they are unique in the whole definition. */
  readonly names: Set<string>;
}

type Fields = Readonly<Record<string, unknown>>;

const asList = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter((item): item is Fields => typeof item === 'object' && item !== null) : [];

/** Every name that a state's Assign fields give a value. */
const assignedBy = (state: Fields): string[] =>
  [state, ...asList(state.Catch), ...asList(state.Choices)].flatMap(({ Assign }) =>
    typeof Assign === 'object' && Assign !== null ? Object.keys(Assign) : [],
  );

/** Where a state may lead, with the field that says so. */
const transitions = (state: Fields): { readonly target: unknown; readonly field: string }[] => [
  ...(state.Next === undefined ? [] : [{ target: state.Next, field: '/Next' }]),
  ...asList(state.Choices).map(({ Next }, index) => ({ target: Next, field: `/Choices[${index}]/Next` })),
  ...(state.Default === undefined ? [] : [{ target: state.Default, field: '/Default' }]),
  ...asList(state.Catch).map(({ Next }, index) => ({ target: Next, field: `/Catch[${index}]/Next` })),
];

const isTerminal = (state: Fields): boolean => state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';

const checkReach = (startAt: unknown, states: Readonly<Record<string, Fields>>, path: string, report: Report): void => {
  let missing = false;
  for (const [name, state] of Object.entries(states)) {
    for (const { target, field } of transitions(state)) {
      if (typeof target === 'string' && !Object.hasOwn(states, target)) {
        report.transition(`Missing 'Next' target: ${target}`, `${path}/States/${name}${field}`);
        missing = true;
      }
    }
  }
  if (typeof startAt !== 'string' || !Object.hasOwn(states, startAt)) {
    report.transition(`Missing 'StartAt' target: ${String(startAt)}`, `${path}/StartAt`);
    return;
  }
  if (!Object.values(states).some(isTerminal)) {
    report.faults.push({ code: 'MISSING_END_STATE', message: 'Workflow has no terminal state', location: path });
    return;
  }
  if (missing) return;
  const reached = new Set<string>([startAt]);
  for (const name of reached) {
    for (const { target } of transitions(states[name] ?? {})) if (typeof target === 'string') reached.add(target);
  }
  for (const name of Object.keys(states)) {
    if (!reached.has(name)) report.transition(`State "${name}" is not reachable.`, `${path}/States/${name}`);
  }
};

/**
 * Checks a machine (a definition, a branch, an ItemProcessor) and everything in it. The words of the diagnostics were
 * measured on AWS in github.com/floci-io/floci pull requests 2786 and 2972.
 */
export const validateMachine = (machine: Fields, path: string, scope: MachineScope): void => {
  const { report } = scope;
  report.string(machine.StartAt, `${path}/StartAt`);
  const states = report.object(machine.States, `${path}/States`);
  if (states === undefined) return;
  const known: Readonly<Record<string, Fields>> = Object.fromEntries(
    Object.entries(states).flatMap(([name, value]) => {
      const state = report.object(value, `${path}/States/${name}`);
      return state === undefined ? [] : [[name, state]];
    }),
  );
  const own = new Set(Object.values(known).flatMap(assignedBy));
  const visible = new Set([...scope.outerVariables, ...own]);
  for (const [name, state] of Object.entries(known)) {
    const location = `${path}/States/${name}`;
    if (name.length > 80) report.schema('State name must not be longer than 80 characters', location);
    if (scope.names.has(name)) {
      report.faults.push({ code: 'DUPLICATE_STATE_NAME', message: `Duplicate State name: ${name}`, location });
    }
    scope.names.add(name);
    for (const variable of assignedBy(state)) {
      if (scope.outerVariables.has(variable)) {
        report.schema(`Variable '${variable}' is assigned in an outer scope, so it cannot be assigned here`, location);
      }
    }
    const inside = { ...scope, outerVariables: visible };
    for (const inner of validateState(state, location, inside)) validateMachine(inner.machine, inner.location, inside);
  }
  checkReach(machine.StartAt, known, path, report);
};
