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
 * timers only. `start()` begins it; `result` resolves once, whatever the end; after `redrive()` there is a new one.
 */
export class Execution {
  readonly options: ExecutionOptions;
  readonly history: History;
  readonly evaluator: Evaluator;
  readonly startTime: number;
  result: Promise<ExecutionResult>;
  redriveCount = 0;
  /** Of the latest redrive, in milliseconds since the epoch. */
  redriveTime: number | undefined;
  #end: (result: ExecutionResult) => void;
  #root: Branch;
  #redrivenId = 0;
  #timer: Cancel | undefined;
  #started = false;
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

  /** Begins, or goes on once redriven; the first state is entered before this returns, later ones as their promises settle. */
  start(): void {
    if (this.#ended || this.#started) return;
    this.#started = true;
    const { definition, clock } = this.options;
    const open = (clock.now() - this.startTime) / 1000;
    const seconds = Math.min(definition.TimeoutSeconds ?? LONGEST_SECONDS, LONGEST_SECONDS - open);
    this.#timer = clock.after(seconds * 1000, () =>
      this.#finish({ status: 'TIMED_OUT' }, { executionTimedOutEventDetails: { error: 'States.Timeout' } }),
    );
    void this.#run(this.#root);
  }

  /**
   * Takes it up again after it failed, timed out or was stopped, in the state that did not succeed, with that state's input
   * and the variables as they were; `start()` then goes on, and its time-out counts from there.
   * https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   */
  redrive(): void {
    if (!this.#ended) throw new Error('An execution that runs cannot be redriven.');
    this.redriveCount += 1;
    this.redriveTime = this.options.clock.now();
    this.#redrivenId = this.history.end('ExecutionRedriven', this.history.events.length, {
      executionRedrivenEventDetails: { redriveCount: this.redriveCount },
    });
    this.#root = this.#root.redriven();
    const { promise, resolve } = Promise.withResolvers<ExecutionResult>();
    this.result = promise;
    this.#end = resolve;
    this.#started = false;
    this.#ended = false;
  }

  /** Ends it from outside, as StopExecution does: no Catch runs. Does nothing after its end. */
  stop(error: string | undefined, cause: string | undefined): void {
    const details = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    this.#finish({ status: 'ABORTED', error, cause }, { executionAbortedEventDetails: details });
  }

  /** Runs a machine in a branch to its end, from where the branch is; the terminal state's output. @throws StateError Cancelled */
  async runMachine(machine: Machine, input: Json, branch: Branch): Promise<Json> {
    const { position } = branch;
    if (position?.kind === 'after') return position.output;
    let stay = position?.kind === 'in' ? position : undefined;
    let name: string | undefined = position?.state ?? machine.StartAt;
    let data = position === undefined ? input : position.input;
    while (name !== undefined) {
      const state: State | undefined = machine.States[name];
      if (state === undefined) throw new StateError('States.Runtime', `There is no state '${name}'.`);
      const visit = new StateVisit(this, branch, name, state, data, stay);
      stay = undefined;
      const outcome = await runState(visit);
      data = outcome.output;
      name = outcome.next;
    }
    return data;
  }

  async #run(root: Branch): Promise<void> {
    try {
      const output = JSON.stringify(await this.runMachine(this.options.definition, this.options.input, root));
      if (root !== this.#root) return;
      this.#finish(
        { status: 'SUCCEEDED', output },
        { executionSucceededEventDetails: { output, outputDetails: NOT_TRUNCATED } },
      );
    } catch (failure) {
      // A branch that was cut off comes to its end later, maybe after a redrive took its place.
      if (this.#ended || root !== this.#root) return;
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
    // Where nothing was recorded since a redrive, as by a Fail state, the end follows the redrive.
    const previous = outside ? 0 : Math.max(this.#root.previous, this.#redrivenId);
    this.#root.cut();
    const types = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' } as const;
    this.history.end(`Execution${types[result.status]}`, previous, details);
    this.#end({ ...result, events: this.history.events });
  }
}
