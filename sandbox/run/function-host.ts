/** A function's version as a host needs it: code, limits, environment. */
export interface FunctionSpec {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly functionVersion: string;
  /** Where the asset's files are, absolute. Taken never to change: assets are named by their content. */
  readonly directory: string;
  /** e.g. `index.handler`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** The whole environment, reserved variables included: see `lambdaEnvironment`. Nothing of the host's own reaches a function. */
  readonly environment: Readonly<Record<string, string>>;
  /** The VPC that it looks names up from; absent where it is in none of its own. */
  readonly vpcId?: string;
  /** What `console.log` writes: tab-separated text, or a JSON object for each line. */
  readonly logFormat: 'Text' | 'JSON';
}

/** One event on its way to a function. */
export interface Invocation {
  readonly requestId: string;
  /** The ARN that the caller used, with its qualifier if it had one. */
  readonly invokedFunctionArn: string;
  /** The event, as JSON text. */
  readonly payload: string;
  /** What a client sent as `ClientContext`, parsed. */
  readonly clientContext?: unknown;
}

/** What came of it. */
export interface InvocationResult {
  /** JSON text: the handler's result, or `{ errorType, errorMessage, trace? }`. */
  readonly payload: string;
  /** Set when the function failed; Lambda's runtimes of today know only this one word. */
  readonly functionError?: 'Unhandled';
}

/** Where a host puts what a function writes: one call for each log event, without its line end. */
export type LogSink = (line: string) => void;

/** One execution environment: its module state lives until it is killed, fails or times out. One invocation at a time. */
export interface FunctionInstance {
  /** False once it was killed, exited or timed out; it then takes no more invocations. */
  readonly alive: boolean;
  /** Never rejects: what goes wrong inside a function is a result with `functionError`. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Ends it now. An invocation under way ends as `Runtime.ExitError`; whatever it still had in hand is never done. */
  kill(): void;
}

/** Runs functions: in worker threads by real time, or in this thread by virtual time. */
export interface FunctionHost {
  /** How many instances of one function it is willing to hold at once; further invocations wait for a free one. */
  readonly instancesPerFunction: number;
  /** Prepares an instance; its code is loaded with its first invocation (a cold start). */
  start(spec: FunctionSpec, log: LogSink): FunctionInstance;
  /** Ends every instance. */
  close(): Promise<void>;
}
