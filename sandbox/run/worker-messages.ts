import type { Invocation } from './function-host.ts';

/** How a worker reads the sandbox's clock: `sandbox` was the time at the machine's `real` milliseconds, and runs `speed` times as fast. */
export interface ClockReading {
  readonly sandbox: number;
  readonly real: number;
  readonly speed: number;
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly directory: string;
  readonly handler: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly clock: ClockReading;
  /** Where the function's questions to DNS go, e.g. `127.0.0.1:5353`; `undefined` = where the machine's go. */
  readonly dnsServer: string | undefined;
}

/** Host to worker. */
export interface InvokeMessage {
  readonly invocation: Invocation;
  readonly clock: ClockReading;
  readonly timeoutSeconds: number;
}

/** Worker to host, in the order in which things happened. */
export type WorkerMessage =
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'result'; readonly payload: string; readonly failed: boolean }
  /** An error that nobody caught: the worker exits after this. */
  | { readonly kind: 'crash'; readonly payload: string };

/** Milliseconds since the epoch by the machine, with fractions, comparable between threads. */
export const machineTime = (): number => performance.timeOrigin + performance.now();
