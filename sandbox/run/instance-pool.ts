import type { Clock } from '../clock/clock.ts';
import type { FunctionInstance, Invocation, InvocationResult, LogSink } from './function-host.ts';

/** What a pool needs. */
export interface PoolOptions {
  /** Makes an instance: `(log) => host.start(spec, log)`. */
  readonly start: (log: LogSink) => FunctionInstance;
  /** Hears every line that an instance writes. */
  readonly log: LogSink;
  readonly clock: Clock;
  /** No more instances than this at once; further invocations wait in order. */
  readonly limit: number;
  /** An instance that was idle for longer is thrown away, in milliseconds. @default 10 minutes */
  readonly idleLimit?: number;
}

/** An invocation's result, and what the function wrote meanwhile. */
export interface PooledResult extends InvocationResult {
  readonly lines: readonly string[];
}

/** AWS says only that idle environments are kept "for some time"; some minutes is what people observe. */
const IDLE_LIMIT = 10 * 60_000;

interface Environment {
  readonly instance: FunctionInstance;
  lines: string[];
  /** When its last invocation ended. */
  idleSince: number;
}

/** The execution environments of one function version: an idle one is used again, the last used first, else a new one starts. */
export class InstancePool {
  readonly #options: PoolOptions;
  readonly #idle: Environment[] = [];
  readonly #busy = new Set<Environment>();
  readonly #waiting: (() => void)[] = [];
  #retired = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<PooledResult> {
    while (this.#busy.size >= this.#options.limit) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    const environment = this.#takeIdle() ?? this.#start();
    this.#busy.add(environment);
    environment.lines = [];
    try {
      const result = await environment.instance.invoke(invocation);
      return { ...result, lines: environment.lines };
    } finally {
      this.#busy.delete(environment);
      environment.idleSince = this.#options.clock.now();
      if (this.#retired) environment.instance.kill();
      else if (environment.instance.alive) this.#idle.push(environment);
      this.#waiting.shift()?.();
    }
  }

  /**
   * Ends every instance, busy or idle: a fault, or the function's end.
   *
   * @returns how many there were
   */
  kill(): number {
    const environments = [...this.#idle.splice(0), ...this.#busy];
    for (const { instance } of environments) instance.kill();
    return environments.length;
  }

  /** Ends every idle instance: the next invocations start cold. */
  cool(): void {
    for (const { instance } of this.#idle.splice(0)) instance.kill();
  }

  /** Another pool has taken its place: idle instances end now, busy ones once they have answered. */
  retire(): void {
    this.#retired = true;
    this.cool();
  }

  #start(): Environment {
    const log = (line: string): void => {
      environment.lines.push(line);
      this.#options.log(line);
    };
    const environment: Environment = { instance: this.#options.start(log), lines: [], idleSince: 0 };
    return environment;
  }

  /** The instance that was used last, so that the others may grow old; what is too old goes first, and what died while idle. */
  #takeIdle(): Environment | undefined {
    const oldest = this.#options.clock.now() - (this.#options.idleLimit ?? IDLE_LIMIT);
    while (this.#idle[0] !== undefined && this.#idle[0].idleSince < oldest) this.#idle.shift()?.instance.kill();
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.instance.alive) return last;
    }
    return undefined;
  }
}
