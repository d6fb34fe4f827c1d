import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock/clock.ts';
import type {
  FunctionHost,
  FunctionInstance,
  FunctionSpec,
  Invocation,
  InvocationResult,
  LogSink,
} from './function-host.ts';
import { exitPayload, timeoutPayload } from './lambda-runtime.ts';
import {
  type ClockReading,
  type InvokeMessage,
  machineTime,
  type WorkerMessage,
  type WorkerStart,
} from './worker-messages.ts';

/** The sandbox's clock; one that runs faster than the machine's says so. */
type ServedClock = Clock & { readonly speed?: number };

/**
 * Lambda lets V8's old space have nine tenths of a function's memory.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const HEAP_SHARE = 0.9;

/**
 * Runs functions in worker threads by real time: own environment variables, memory limit, time-out. The functions'
 * `Date` follows the sandbox's clock, whatever its speed; their timers and their time-outs are the machine's.
 *
 * @param dnsServerOf - whom the functions of a VPC ask for names, and those in none, e.g. `127.0.0.1:5353`. @default whom this machine asks
 */
export const workerHost = (
  clock: ServedClock,
  dnsServerOf: (vpcId: string | undefined) => string | undefined = () => undefined,
): FunctionHost => {
  const instances = new Set<WorkerInstance>();
  const read = (): ClockReading => ({ sandbox: clock.now(), real: machineTime(), speed: clock.speed ?? 1 });
  return {
    // A thread is some ten megabytes and a good part of a core while it starts.
    instancesPerFunction: 8,
    start: (spec, log) => {
      const instance = new WorkerInstance(spec, log, { read, dnsServer: dnsServerOf(spec.vpcId) }, () =>
        instances.delete(instance),
      );
      instances.add(instance);
      return instance;
    },
    close: async () => {
      await Promise.all([...instances].map((instance) => instance.end()));
    },
  };
};

/** What every worker of a host is given. */
interface Surroundings {
  readonly read: () => ClockReading;
  readonly dnsServer: string | undefined;
}

class WorkerInstance implements FunctionInstance {
  readonly #spec: FunctionSpec;
  readonly #log: LogSink;
  readonly #read: () => ClockReading;
  readonly #forget: () => void;
  readonly #worker: Worker;
  #alive = true;
  #requestId = '';
  #crash: string | undefined;
  #finish: ((result: InvocationResult) => void) | undefined;

  constructor(spec: FunctionSpec, log: LogSink, { read, dnsServer }: Surroundings, forget: () => void) {
    this.#spec = spec;
    this.#log = log;
    this.#read = read;
    this.#forget = forget;
    const { directory, handler, logFormat } = spec;
    this.#worker = new Worker(new URL('./worker-runtime.ts', import.meta.url), {
      workerData: { directory, handler, logFormat, clock: read(), dnsServer } satisfies WorkerStart,
      // The code is where the asset is, not in /var/task.
      env: { ...spec.environment, LAMBDA_TASK_ROOT: directory },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: Math.floor(spec.memoryMb * HEAP_SHARE) },
      stdout: true,
      stderr: true,
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#hear(message));
    this.#worker.on('error', (error) => this.#failed(error));
    this.#worker.on('exit', (code) => this.#gone(code));
    // Node's own last words, e.g. of a thread that runs out of memory, come by the streams.
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#log(text.trimEnd()));
    }
  }

  get alive(): boolean {
    return this.#alive;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    if (!this.#alive || this.#finish !== undefined) {
      throw new Error(`An instance of ${this.#spec.functionName} was invoked while it was busy or after its end.`);
    }
    const { timeoutSeconds } = this.#spec;
    return new Promise((resolve) => {
      const deadline = setTimeout(() => {
        this.#fail(timeoutPayload(invocation.requestId, timeoutSeconds));
        void this.end();
      }, timeoutSeconds * 1000);
      this.#requestId = invocation.requestId;
      this.#finish = (result) => {
        clearTimeout(deadline);
        this.#finish = undefined;
        resolve(result);
      };
      this.#worker.postMessage({ invocation, clock: this.#read(), timeoutSeconds } satisfies InvokeMessage);
    });
  }

  kill(): void {
    void this.end();
  }

  /** Kills the thread and resolves when it is gone. */
  async end(): Promise<void> {
    this.#alive = false;
    this.#fail(exitPayload(this.#requestId, 'signal: killed'));
    await this.#worker.terminate();
  }

  #hear(message: WorkerMessage): void {
    switch (message.kind) {
      case 'log':
        if (this.#alive) this.#log(message.line);
        return;
      case 'result':
        this.#finish?.({ payload: message.payload, ...(message.failed ? { functionError: 'Unhandled' } : {}) });
        return;
      case 'crash':
        this.#crash = message.payload;
        return;
    }
  }

  /** Memory is what a worker itself reports as an error; anything else it caught and sent. */
  #failed(error: unknown): void {
    this.#alive = false;
    const outOfMemory = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#fail(exitPayload(this.#requestId, outOfMemory ? 'signal: killed' : String(error)));
  }

  #gone(code: number): void {
    this.#alive = false;
    this.#forget();
    if (this.#crash !== undefined) this.#finish?.({ payload: this.#crash, functionError: 'Unhandled' });
    else this.#fail(exitPayload(this.#requestId, code === 0 ? undefined : `exit status ${code}`));
  }

  #fail(payload: object): void {
    this.#finish?.({ payload: JSON.stringify(payload), functionError: 'Unhandled' });
  }
}
