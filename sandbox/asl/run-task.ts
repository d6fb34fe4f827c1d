import type { Json, TaskState } from './definition.ts';
import { Job } from './job.ts';
import { withRecovery } from './recover.ts';
import { parseResource, type TaskResource } from './resource.ts';
import { Cancelled, checkStateSize, checkTaskSize, StateError } from './state-error.ts';
import type { StateOutcome, StateVisit } from './state-visit.ts';
import { TaskEvents } from './task-events.ts';
import type { WaitingTask } from './task-tokens.ts';

/** Runs a Task state. https://states-language.net/spec.html#task-state */
export const runTask = (visit: StateVisit, state: TaskState): Promise<StateOutcome> =>
  withRecovery(visit, state, () => attemptTask(visit, state));

const attemptTask = async (visit: StateVisit, state: TaskState): Promise<Json> => {
  const { options } = visit.execution;
  const resource = parseResource(state.Resource);
  if (resource === undefined) throw new StateError('States.Runtime', `'${state.Resource}' is no known resource.`);
  const waiting = resource.waitsForToken ? options.tokens.open(options.stateMachineArn) : undefined;
  visit.taskToken = waiting?.token;
  try {
    return await perform(visit, state, resource, waiting);
  } finally {
    waiting?.close();
    visit.taskToken = undefined;
  }
};

const perform = async (
  visit: StateVisit,
  state: TaskState,
  resource: TaskResource,
  waiting: WaitingTask | undefined,
): Promise<Json> => {
  const { branch, execution } = visit;
  const { options } = execution;
  const input = state.Arguments === undefined ? visit.input : await visit.evaluate(state.Arguments, 'Arguments');
  const timeout = await visit.number('TimeoutSeconds', state.TimeoutSeconds);
  const heartbeat = await visit.number('HeartbeatSeconds', state.HeartbeatSeconds);
  const task = resource.kind === 'lambda-function' ? resource.arn : resource.resourceType;
  const events = new TaskEvents(branch, resource, options.region);
  const text = JSON.stringify(input);
  checkStateSize(text, visit.name);
  events.scheduled(text, timeout, heartbeat);
  events.started();

  const timers = new Timers(options.clock, timeout, heartbeat);
  waiting?.onHeartbeat(() => timers.beat());
  // Asked in the same breath as recorded: a stop in between would leave a call that nobody wanted any more.
  const answer = (async () => options.tasks({ resource, arguments: input }))();
  const untilExpired = <T>(promise: Promise<T>): Promise<T> => branch.wait(Promise.race([promise, timers.expired]));
  try {
    const answered = await untilExpired(answer);
    const job = answered instanceof Job ? answered : undefined;
    if (job !== undefined || waiting !== undefined) {
      const submitted = JSON.stringify(toJson(job === undefined ? answered : job.submitted));
      checkTaskSize(submitted, task);
      events.submitted(submitted);
    }
    if (waiting === undefined) {
      if (job !== undefined) await untilExpired(job.ended);
      const result = toJson(job === undefined ? answered : await untilExpired(job.result()));
      const output = JSON.stringify(result);
      checkTaskSize(output, task);
      events.succeeded(output);
      return result;
    }
    const outcome = await untilExpired(waiting.outcome);
    if (outcome.kind === 'failure') throw new StateError(outcome.error, outcome.cause);
    checkTaskSize(outcome.output, task);
    events.succeeded(outcome.output);
    return JSON.parse(outcome.output) as Json;
  } catch (thrown) {
    if (thrown instanceof Cancelled) cancelJob(answer);
    const failure = asStateError(thrown);
    if (failure instanceof StateError) {
      if (failure.error === 'States.Timeout') events.timedOut(failure);
      else events.failed(failure);
    }
    throw failure;
  } finally {
    timers.stop();
  }
};

/**
 * A task that is aborted cancels its job. One that times out leaves it alone: AWS documents the former only.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
 */
const cancelJob = (answer: Promise<unknown>): void => {
  const cancel = (answered: unknown): void => {
    if (answered instanceof Job) answered.cancel();
  };
  answer.then(cancel, () => undefined);
};

/** What the port rejected with, as the States Language sees it; an engine's own signals are passed on. */
const asStateError = (thrown: unknown): unknown => {
  if (thrown instanceof StateError || !(thrown instanceof Error) || thrown.name === 'Cancelled') return thrown;
  return new StateError(thrown.name, typeof thrown.cause === 'string' ? thrown.cause : thrown.message);
};

const toJson = (value: unknown): Json => (value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json));

/**
 * The time that a task has: all in all, and between two heartbeats. Either running out is `States.Timeout`, without a cause,
 * in the history and in what is caught; a missed heartbeat is retried and caught under `States.HeartbeatTimeout` too.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html; the name in the history is as recorded
 * on AWS (github.com/localstack/localstack, test_heartbeats.snapshot.json).
 */
class Timers {
  /** Never resolves. */
  readonly expired: Promise<never>;
  readonly #clock: TaskClock;
  readonly #heartbeat: number | undefined;
  readonly #reject: (error: StateError) => void;
  #stopTimeout: (() => void) | undefined;
  #stopHeartbeat: (() => void) | undefined;
  #stopped = false;

  constructor(clock: TaskClock, timeout: number | undefined, heartbeat: number | undefined) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.expired = promise;
    this.#reject = reject;
    this.#clock = clock;
    this.#heartbeat = heartbeat;
    if (timeout !== undefined) {
      this.#stopTimeout = clock.after(timeout * 1000, () => reject(new StateError('States.Timeout')));
    }
    this.beat();
  }

  /** Starts the time between two heartbeats again. */
  beat(): void {
    this.#stopHeartbeat?.();
    if (this.#heartbeat === undefined || this.#stopped) return;
    this.#stopHeartbeat = this.#clock.after(this.#heartbeat * 1000, () =>
      this.#reject(new StateError('States.Timeout', undefined, { aliases: ['States.HeartbeatTimeout'] })),
    );
  }

  /** For good: a heartbeat that still comes starts nothing. */
  stop(): void {
    this.#stopped = true;
    this.#stopTimeout?.();
    this.#stopHeartbeat?.();
  }
}

type TaskClock = StateVisit['execution']['options']['clock'];
