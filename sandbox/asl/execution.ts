import type { Cancel } from '../clock/clock.ts';
import { Branch } from './branch.ts';
import type { Json, Machine, State } from './definition.ts';
import { Evaluator } from './evaluator.ts';
import type { ExecutionOptions, ExecutionResult } from './execution-options.ts';
import { type EventDetails, History, NOT_TRUNCATED } from './history.ts';
import { runState } from './run-state.ts';
import { engineFailure, StateError } from './state-error.ts';
import { StateVisit } from './state-visit.ts';
import { Variables } from './variables.ts';

/** One year: no standard execution runs longer. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const LONGEST_SECONDS = 365 * 24 * 3600;

/**
 * One execution of a definition: https://states-language.net/spec.html. It proceeds by microtasks and by its clock's
 * timers only. `start()` begins it; `result` resolves once, whatever the end.
 */
export class Execution {
  readonly options: ExecutionOptions;
  readonly history: History;
  readonly evaluator: Evaluator;
  readonly startTime: number;
  readonly result: Promise<ExecutionResult>;
  readonly #end: (result: ExecutionResult) => void;
  readonly #root: Branch;
  #timer: Cancel | undefined;
  #ended = false;

  constructor(options: ExecutionOptions) {
    this.options = options;
    this.history = new History(options.clock);
    this.evaluator = new Evaluator(options.clock, options.random);
    this.startTime = options.clock.now();
    const { promise, resolve } = Promise.withResolvers<ExecutionResult>();
    this.result = promise;
    this.#end = resolve;
    this.#root = new Branch({ history: this.history, clock: options.clock, variables: new Variables(), previous: 0 });
    const { input, roleArn } = options;
    this.#root.record('ExecutionStarted', {
      executionStartedEventDetails: { input: JSON.stringify(input), inputDetails: NOT_TRUNCATED, roleArn },
    });
    // The first state follows event 0: the history has no line from the execution's start to it.
    this.#root.previous = 0;
  }

  /** Begins; the first state is entered before this returns, later ones as their promises settle. */
  start(): void {
    if (this.#ended) return;
    const { definition, clock } = this.options;
    const seconds = Math.min(definition.TimeoutSeconds ?? LONGEST_SECONDS, LONGEST_SECONDS);
    this.#timer = clock.after(seconds * 1000, () =>
      this.#finish({ status: 'TIMED_OUT' }, { executionTimedOutEventDetails: { error: 'States.Timeout' } }),
    );
    void this.#run();
  }

  /** Ends it from outside, as StopExecution does: no Catch runs. Does nothing after its end. */
  stop(error: string | undefined, cause: string | undefined): void {
    const details = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    this.#finish({ status: 'ABORTED', error, cause }, { executionAbortedEventDetails: details });
  }

  /** Runs a machine to its end in a branch; the terminal state's output. @throws StateError Cancelled */
  async runMachine(machine: Machine, input: Json, branch: Branch): Promise<Json> {
    let name: string | undefined = machine.StartAt;
    let data = input;
    while (name !== undefined) {
      const state: State | undefined = machine.States[name];
      if (state === undefined) throw new StateError('States.Runtime', `There is no state '${name}'.`);
      const visit = new StateVisit(this, branch, name, state, data);
      const outcome = await runState(visit);
      data = outcome.output;
      name = outcome.next;
    }
    return data;
  }

  async #run(): Promise<void> {
    try {
      const output = JSON.stringify(await this.runMachine(this.options.definition, this.options.input, this.#root));
      this.#finish(
        { status: 'SUCCEEDED', output },
        { executionSucceededEventDetails: { output, outputDetails: NOT_TRUNCATED } },
      );
    } catch (failure) {
      if (this.#ended) return;
      const { error, causeText: cause } = failure instanceof StateError ? failure : engineFailure(failure);
      const details = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
      this.#finish({ status: 'FAILED', error, cause }, { executionFailedEventDetails: details });
    }
  }

  #finish(result: Omit<ExecutionResult, 'events'>, details: EventDetails): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.();
    const outside = result.status === 'TIMED_OUT' || result.status === 'ABORTED';
    const previous = outside ? 0 : this.#root.previous;
    this.#root.cut();
    const types = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' } as const;
    this.history.end(`Execution${types[result.status]}`, previous, details);
    this.#end({ ...result, events: this.history.events });
  }
}
