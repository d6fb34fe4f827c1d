import { readdirSync, readFileSync } from 'node:fs';

/** A retrier, as the Amazon States Language has it. https://states-language.net/#retrying-after-error */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

export interface Catcher {
  readonly Output?: unknown;
  readonly ErrorEquals: readonly string[];
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Next: string;
}

export interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Resource?: string;
  /** An expression only where the task waits for its token. */
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number;
  readonly Arguments?: unknown;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly {
    readonly Condition: string;
    readonly Assign?: Readonly<Record<string, unknown>>;
    readonly Next: string;
  }[];
  readonly Default?: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Next?: string;
  readonly Output?: unknown;
  /** Of a Map state. */
  readonly ItemProcessor?: Machine;
}

export interface Machine {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
  readonly TimeoutSeconds?: number;
  readonly HeartbeatSeconds?: number;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const FOLDER = new URL('../../workflows/', import.meta.url);

/** The names in `workflows/`, of files or, with a path, of files below. */
export const filesOf = (path = ''): string[] => readdirSync(new URL(path, FOLDER)).sort();

export const textOf = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8');

export const machineOf = (path: string): Machine => JSON.parse(textOf(path)) as Machine;

/** A state and its name, of this machine and of those within its Maps and Parallels. */
export const statesOf = (machine: Machine): readonly (readonly [name: string, state: State])[] =>
  Object.entries(machine.States).flatMap(([name, state]) => {
    const { Branches = [], ItemProcessor } = state as { Branches?: readonly Machine[]; ItemProcessor?: Machine };
    const inner = [...Branches, ...(ItemProcessor === undefined ? [] : [ItemProcessor])];
    return [[name, state] as const, ...inner.flatMap(statesOf)];
  });

export const tasksOf = (machine: Machine): readonly (readonly [name: string, task: State])[] =>
  statesOf(machine).filter(([, { Type }]) => Type === 'Task');

/** Whether a task lasts until its token is answered, by somebody who may take days. */
export const waitsForToken = ({ Resource = '' }: State): boolean => Resource.endsWith('.waitForTaskToken');

/** What a resource calls: `arn:aws:states:::aws-sdk:dynamodb:getItem` -> `dynamodb`. */
export const serviceOf = ({ Resource = '' }: State): string =>
  /^arn:aws:states:::(?:aws-sdk:)?([a-z0-9]+):/.exec(Resource)?.[1] ?? `no service in "${Resource}"`;

/** The seconds that a retrier waits before each attempt, without jitter, by the formula of the language. */
export const waitsOf = (retrier: Retrier): readonly number[] => {
  const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  return Array.from({ length: MaxAttempts }, (_, attempt) =>
    Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** attempt),
  );
};

/** All that a task may wait between its attempts, in seconds: its retriers count each for themselves. */
export const budgetOf = ({ Retry = [] }: State): number => Retry.flatMap(waitsOf).reduce((sum, wait) => sum + wait, 0);

/** How long a task lasts that never gets a reply, in seconds: the time of every attempt, and the waits between them. */
export const silenceOf = ({ Retry = [], TimeoutSeconds }: State): number => {
  const waits = Retry.filter(({ ErrorEquals }) => ErrorEquals.includes('States.Timeout')).flatMap(waitsOf);
  return (
    (1 + waits.length) * Number(TimeoutSeconds ?? Number.POSITIVE_INFINITY) + waits.reduce((sum, wait) => sum + wait, 0)
  );
};

/** The states that may follow a state, by any way: as it is, by a choice, or after an error. */
const nextsOf = (state: State): readonly string[] =>
  [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map(({ Next }) => Next),
    ...(state.Catch ?? []).map(({ Next }) => Next),
  ].filter((each) => each !== undefined);

/** The states of a machine that can be reached from a state, itself among them, by ways that avoid `without`. */
export const reachableFrom = ({ States }: Machine, start: string, without = ''): ReadonlySet<string> => {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (name === without || seen.has(name)) return;
    seen.add(name);
    const state = States[name];
    if (state === undefined) throw new Error(`There is no state "${name}".`);
    nextsOf(state).forEach(visit);
  };
  visit(start);
  return seen;
};

/** The actions of AWS that only read. Whatever is not listed writes, until somebody says otherwise here. */
const READING_ACTIONS: readonly string[] = [
  'aws-sdk:dynamodb:query',
  'aws-sdk:dynamodb:getItem',
  'aws-sdk:sfn:describeExecution',
];
/** The functions that only read; their roles allow nothing else, which the tests of the stack see to. */
const READING_FUNCTIONS: readonly string[] = [
  'DecideConnection',
  'DecideRevocation',
  'ListDifferences',
  'PlanTargets',
  'FindBindings',
  'PlanFailover',
  'LookUpNames',
  'CompareRecord',
  'FindRecords',
];

/** Whether a state may change anything outside its execution. */
export const writes = ({ Type, Resource = '', Arguments }: State): boolean => {
  if (Type !== 'Task') return false;
  const action = Resource.replace('arn:aws:states:::', '');
  return action === 'lambda:invoke'
    ? !READING_FUNCTIONS.some((name) => (Arguments as { FunctionName: string }).FunctionName === `\${${name}}`)
    : !READING_ACTIONS.includes(action);
};
