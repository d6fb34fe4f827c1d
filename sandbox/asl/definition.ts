/** A value as JSON holds it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A definition in the Amazon States Language, JSONata only, as {@link parseDefinition} hands it on: checked. https://states-language.net/spec.html */
export interface Definition extends Machine {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
  readonly Version?: string;
  /** Whole seconds that an execution may take. */
  readonly TimeoutSeconds?: number;
}

/** States and where they begin: a whole definition, a branch of a Parallel state, a Map state's ItemProcessor. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** What to do again, and how patiently: `{ ErrorEquals: ['Throttled'], IntervalSeconds: 2, BackoffRate: 2, JitterStrategy: 'FULL' }`. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  /** Seconds before the first retry. @default 1 */
  readonly IntervalSeconds?: number;
  /** Retries, not attempts; 0 forbids. @default 3 */
  readonly MaxAttempts?: number;
  /** @default 2 */
  readonly BackoffRate?: number;
  /** Cap of one wait, in seconds. */
  readonly MaxDelaySeconds?: number;
  /** @default NONE */
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** Where to go with an error. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, Json>>;
  readonly Output?: Json;
}

/** One rule of a Choice state. */
interface ChoiceRule {
  readonly Condition: Json;
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, Json>>;
  readonly Output?: Json;
}

interface Common {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Assign?: Readonly<Record<string, Json>>;
  readonly Output?: Json;
}

interface Recoverable {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** Does nothing but shape data. */
interface PassState extends Common {
  readonly Type: 'Pass';
}
/** Ends its machine well. */
interface SucceedState extends Common {
  readonly Type: 'Succeed';
}
/** Ends its machine with an error; `Error` and `Cause` may be expressions. */
export interface FailState extends Common {
  readonly Type: 'Fail';
  readonly Error?: Json;
  readonly Cause?: Json;
}
/** Waits some seconds, or until an ISO 8601 moment. */
export interface WaitState extends Common {
  readonly Type: 'Wait';
  readonly Seconds?: Json;
  readonly Timestamp?: Json;
}
/** Takes the first rule that holds. */
export interface ChoiceState extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}
/** Asks the outside to do something. Timers are whole seconds, or expressions. */
export interface TaskState extends Common, Recoverable {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: Json;
  readonly HeartbeatSeconds?: Json;
}
/** Runs its branches side by side on one input. */
export interface ParallelState extends Common, Recoverable {
  readonly Type: 'Parallel';
  readonly Arguments?: Json;
  readonly Branches: readonly Machine[];
}
/** Runs its processor for each item, inline. */
export interface MapState extends Common, Recoverable {
  readonly Type: 'Map';
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly ItemProcessor: Machine;
  readonly MaxConcurrency?: Json;
  readonly ToleratedFailureCount?: Json;
  readonly ToleratedFailurePercentage?: Json;
}

/** Any state. */
export type State =
  | PassState
  | SucceedState
  | FailState
  | WaitState
  | ChoiceState
  | TaskState
  | ParallelState
  | MapState;

/** A state that may retry and catch. */
export type RecoverableState = TaskState | ParallelState | MapState;

/** The text between `{%` and `%}`, trimmed, or undefined where the value is no JSONata expression. */
export const expressionIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length >= 4 && value.startsWith('{%') && value.endsWith('%}')
    ? value.slice(2, -2).trim()
    : undefined;
