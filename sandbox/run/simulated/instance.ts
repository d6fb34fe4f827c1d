import { type Cancel, type Clock, holding } from '../../clock/clock.ts';
import type { FunctionInstance, FunctionSpec, Invocation, InvocationResult, LogSink } from '../function-host.ts';
import {
  type ErrorPayload,
  errorPayload,
  exitPayload,
  type Handler,
  invokeErrorLine,
  type LineStamp,
  lambdaContext,
  loadError,
  serialiseResult,
  timeoutPayload,
  unhandledRejection,
  withoutHostFrames,
} from '../lambda-runtime.ts';
import { coldStart, type WorldGlobals } from './cold-start.ts';
import { type ErrorOwner, runAs } from './stray-errors.ts';
import { InstanceTimers } from './timers.ts';

/** What an instance needs of its world. */
export interface InstanceWorld extends WorldGlobals {
  readonly clock: Clock;
  readonly delay?: { readonly cold: number; readonly warm: number };
}

/** Unwinds the code that called `process.exit`. */
class Exited extends Error {
  override readonly name = 'Exited';
}

/** One turn of the loop, which takes no virtual time. */
const turn = (clock: Clock): Promise<void> => holding(clock, () => new Promise((resolve) => setImmediate(resolve)));

/** One execution environment in the world's thread. Once ended, nothing that its code still does has an effect. */
export class SimulatedInstance implements FunctionInstance, ErrorOwner {
  readonly #world: InstanceWorld;
  readonly #spec: FunctionSpec;
  readonly #log: LogSink;
  readonly #forget: () => void;
  readonly #timers: InstanceTimers;
  #handler: Handler | undefined;
  #alive = true;
  #requestId: string | undefined;
  #finish: ((result: InvocationResult) => void) | undefined;

  /** @param forget called once, at the instance's end. */
  constructor(world: InstanceWorld, spec: FunctionSpec, log: LogSink, forget: () => void) {
    this.#world = world;
    this.#spec = spec;
    this.#log = log;
    this.#forget = forget;
    this.#timers = new InstanceTimers(world.clock, (task) => this.#runTask(task));
  }

  get alive(): boolean {
    return this.#alive;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    if (!this.#alive || this.#finish !== undefined) {
      throw new Error(`An instance of ${this.#spec.functionName} was invoked while it was busy or after its end.`);
    }
    const { clock, delay } = this.#world;
    const wait = this.#handler === undefined ? delay?.cold : delay?.warm;
    return new Promise((resolve) => {
      let deadline: Cancel = () => undefined;
      this.#requestId = invocation.requestId;
      this.#finish = (result) => {
        deadline();
        this.#finish = undefined;
        this.#timers.freeze();
        resolve(result);
      };
      const begin = (): void => {
        if (!this.#alive) return;
        const { timeoutSeconds } = this.#spec;
        const end = clock.now() + timeoutSeconds * 1000;
        deadline = clock.after(timeoutSeconds * 1000, () =>
          this.#end(timeoutPayload(invocation.requestId, timeoutSeconds)),
        );
        this.#timers.thaw();
        runAs(this, () => void this.#handle(invocation, () => end - clock.now()));
      };
      if (wait === undefined) begin();
      else clock.after(wait, begin);
    });
  }

  kill(): void {
    this.#end(exitPayload(this.#requestId ?? '', 'signal: killed'));
  }

  /** An error of this function's that nobody caught: the runtime reports it and exits. */
  strayError(error: unknown, kind: 'unhandledRejection' | 'uncaughtException'): void {
    if (!this.#alive) return;
    this.#endBy(kind === 'unhandledRejection' ? unhandledRejection(error) : error);
  }

  async #handle(invocation: Invocation, remaining: () => number): Promise<void> {
    let handler: Handler;
    try {
      handler = this.#handler ??= this.#load();
    } catch (error) {
      this.#endBy(loadError(error));
      return;
    }
    let result: InvocationResult;
    try {
      const { requestId, invokedFunctionArn, clientContext } = invocation;
      const { environment } = this.#spec;
      const context = lambdaContext({ environment, requestId, invokedFunctionArn, clientContext, remaining });
      const value = await handler(JSON.parse(invocation.payload), context);
      await turn(this.#world.clock); // the runtime lets the loop turn once before it answers
      result = { payload: serialiseResult(value) };
    } catch (error) {
      await turn(this.#world.clock);
      this.#write(invokeErrorLine(this.#stamp(), 'Invoke Error', error));
      result = { payload: JSON.stringify(errorPayload(error)), functionError: 'Unhandled' };
    }
    if (this.#alive) this.#finish?.(result);
  }

  #load(): Handler {
    return coldStart({
      world: this.#world,
      spec: this.#spec,
      timers: this.#timers,
      write: (line) => this.#write(line),
      stamp: () => this.#stamp(),
      exit: (code) => this.#exit(code),
      ended: () => !this.#alive,
    });
  }

  #endBy(error: unknown): void {
    this.#write(invokeErrorLine(this.#stamp(), 'Uncaught Exception', error));
    this.#end(errorPayload(error));
  }

  #end(payload: ErrorPayload): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#timers.end();
    this.#handler = undefined;
    this.#forget();
    this.#finish?.({ payload: JSON.stringify(payload), functionError: 'Unhandled' });
  }

  #exit(code: number): never {
    this.#end(exitPayload(this.#requestId ?? '', code === 0 ? undefined : `exit status ${code}`));
    throw new Exited(`process.exit(${code})`);
  }

  #runTask(task: () => void): void {
    if (!this.#alive) return;
    runAs(this, () => {
      try {
        task();
      } catch (error) {
        this.strayError(error, 'uncaughtException');
      }
    });
  }

  #write(line: string): void {
    if (this.#alive) this.#log(withoutHostFrames(line));
  }

  #stamp(): LineStamp {
    const timestamp = new Date(this.#world.clock.now()).toISOString();
    return { logFormat: this.#spec.logFormat, timestamp, requestId: this.#requestId };
  }
}
