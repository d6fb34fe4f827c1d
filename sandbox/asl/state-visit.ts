import type { Branch } from './branch.ts';
import type { Json, State } from './definition.ts';
import type { Bindings } from './evaluator.ts';
import type { Execution } from './execution.ts';
import { type EventDetails, NOT_TRUNCATED } from './history.ts';
import type { InnerAttempt, Stay } from './position.ts';
import { checkStateSize, EvaluationError, StateError } from './state-error.ts';
import { NUMBER_FIELDS } from './state-fields.ts';

/** What a state leaves behind: its output, and the next state's name unless it ends its machine. */
export interface StateOutcome {
  readonly output: Json;
  readonly next: string | undefined;
}

/** The part of a state, a choice rule or a catcher that shapes what comes out. */
interface Shaping {
  readonly Assign?: Readonly<Record<string, Json>>;
  readonly Output?: Json;
}

/** One stay in one state, from its StateEntered to its StateExited event, whatever it retries in between, or a redrive of it. */
export class StateVisit {
  readonly execution: Execution;
  readonly branch: Branch;
  readonly name: string;
  readonly state: State;
  readonly input: Json;
  readonly stay: Stay;
  /** How often it was retried so far. */
  retryCount = 0;
  /** While a task waits for its token. */
  taskToken: string | undefined;
  /** What the first attempt after a redrive goes on with; undefined where an attempt begins anew. */
  resumed: InnerAttempt | undefined;

  /** @param stay the one that a redrive goes on with: the state is not entered again */
  constructor(execution: Execution, branch: Branch, name: string, state: State, input: Json, stay?: Stay) {
    this.execution = execution;
    this.branch = branch;
    this.name = name;
    this.state = state;
    this.input = input;
    if (stay !== undefined) {
      this.stay = stay;
      this.resumed = stay.inner;
      return;
    }
    const enteredTime = execution.options.clock.now();
    const enteredId = branch.record(`${state.Type}StateEntered`, {
      stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: NOT_TRUNCATED },
    });
    this.stay = { kind: 'in', state: name, input, enteredId, enteredTime };
    branch.position = this.stay;
    execution.options.onEnter?.(name);
  }

  /** The id of the event by which the state was entered. */
  get enteredId(): number {
    return this.stay.enteredId;
  }

  /** Begins an attempt of a Parallel or Map state, or takes up the one that a redrive goes on with. @throws Cancelled */
  beginInner(
    type: 'ParallelStateStarted' | 'MapStateStarted',
    details: EventDetails = {},
    items?: readonly Json[],
  ): InnerAttempt {
    const { branch, resumed } = this;
    this.resumed = undefined;
    const startedId = resumed?.startedId ?? branch.record(type, details);
    branch.follow(startedId);
    const branches = [...(resumed?.branches ?? [])];
    this.stay.inner = { startedId, branches, ...(items === undefined ? {} : { items }) };
    return this.stay.inner;
  }

  /** `$states` and the variables. @param extra `result` or `errorOutput` where the field may read it */
  bindings(extra: { readonly result?: Json; readonly errorOutput?: Json } = {}, item = this.branch.mapItem): Bindings {
    const { options, startTime, redriveCount, redriveTime } = this.execution;
    const context = {
      Execution: {
        Id: options.executionArn,
        Input: options.input,
        Name: options.executionName,
        RoleArn: options.roleArn,
        StartTime: new Date(startTime).toISOString(),
        RedriveCount: redriveCount,
        ...(redriveTime === undefined ? {} : { RedriveTime: new Date(redriveTime).toISOString() }),
      },
      StateMachine: { Id: options.stateMachineArn, Name: options.stateMachineName },
      State: {
        Name: this.name,
        EnteredTime: new Date(this.stay.enteredTime).toISOString(),
        RetryCount: this.retryCount,
      },
      ...(this.taskToken === undefined ? {} : { Task: { Token: this.taskToken } }),
      ...(item === undefined ? {} : { Map: { Item: item } }),
    };
    return { ...this.branch.variables.visible(), states: { input: this.input, context, ...extra } };
  }

  /** Any value with expressions in it, evaluated. @throws EvaluationError */
  evaluate(template: Json, field: string, bindings: Bindings = this.bindings()): Promise<Json> {
    return this.execution.evaluator.template(template, field, bindings);
  }

  /** A number within what {@link NUMBER_FIELDS} says of its field, or undefined where it is not set. @throws EvaluationError */
  async number(field: keyof typeof NUMBER_FIELDS, value: Json | undefined): Promise<number | undefined> {
    if (value === undefined) return undefined;
    const { least, most, whole } = NUMBER_FIELDS[field];
    const result = await this.execution.evaluator.typed(value, 'number', field, this.bindings());
    if (result >= least && result <= most && (!whole || Number.isInteger(result))) return result;
    throw new EvaluationError(
      field,
      `The ${field} field must be a ${whole ? 'whole number' : 'number'} from ${least} to ${most}, but was ${result}`,
    );
  }

  /**
   * Evaluates Assign and Output, both against the variables as they were, records that the state is left, and only then
   * gives the variables their new values.
   *
   * @param prefix where the shaping stands, e.g. `Choices[1]/` or `Catch[0]/`
   * @param unshaped what comes out where there is no Output
   */
  async leave(
    shaping: Shaping,
    unshaped: Json,
    next: string | undefined,
    extra: { readonly result?: Json; readonly errorOutput?: Json } = {},
    prefix = '',
  ): Promise<StateOutcome> {
    const bindings = this.bindings(extra);
    const assigned =
      shaping.Assign === undefined
        ? undefined
        : ((await this.evaluate(shaping.Assign, `${prefix}Assign`, bindings)) as Record<string, Json>);
    const output =
      shaping.Output === undefined ? unshaped : await this.evaluate(shaping.Output, `${prefix}Output`, bindings);
    const text = JSON.stringify(output);
    checkStateSize(text, this.name);
    const variables = Object.entries(assigned ?? {}).map(([name, value]) => [name, JSON.stringify(value)] as const);
    checkStateSize(variables.map(([, value]) => value).join(''), this.name);
    this.branch.record(`${this.state.Type}StateExited` as 'PassStateExited', {
      stateExitedEventDetails: {
        name: this.name,
        output: text,
        outputDetails: NOT_TRUNCATED,
        ...(variables.length === 0
          ? {}
          : { assignedVariables: Object.fromEntries(variables), assignedVariablesDetails: NOT_TRUNCATED }),
      },
    });
    this.branch.variables.assign(assigned ?? {});
    this.branch.position =
      next === undefined ? { kind: 'after', output } : { kind: 'before', state: next, input: output };
    return { output, next };
  }

  /** Records a failed evaluation and turns it into the error that Retry and Catch see; other failures are passed on. */
  failure(failure: unknown, branch = this.branch): unknown {
    if (!(failure instanceof EvaluationError)) return failure;
    const error = 'States.QueryEvaluationError';
    const cause = `An error occurred while executing the state '${this.name}' (entered at the event id #${this.enteredId}). ${failure.message}`;
    branch.record('EvaluationFailed', {
      evaluationFailedEventDetails: { state: this.name, error, cause, location: failure.field },
    });
    return new StateError(error, cause);
  }
}
