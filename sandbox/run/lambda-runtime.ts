import { format } from 'node:util';

/**
 * What Lambda's Node.js 24 runtime does around a handler, shared by both hosts.
 * It follows https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html and, where that is silent, the behaviour
 * of aws/aws-lambda-nodejs-runtime-interface-client.
 */

/** Lambda's own limit for the events and results of synchronous invocations: 6 MB. */
export const MAX_PAYLOAD = 6 * 1024 * 1024;

/** A handler as the runtime calls it. Node.js 24 has no callback. */
export type Handler = (event: unknown, context: object) => unknown;

/** The error that a caller sees, serialised as the payload. */
export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** An error that the runtime itself raises, with Lambda's name for it. */
const runtimeError = (name: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { name });

/** `index.handler` -> module `index`, export path `handler`; `dir/index.a.b` -> module `dir/index`, export path `a.b`. */
export const parseHandler = (handler: string): { readonly module: string; readonly path: readonly string[] } => {
  const slash = handler.lastIndexOf('/');
  const [file = '', ...path] = handler.slice(slash + 1).split('.');
  if (file === '' || path.length === 0 || path.includes('') || handler.includes('..')) {
    throw runtimeError('Runtime.MalformedHandlerName', `Bad handler: "${handler}" should read like "index.handler".`);
  }
  return { module: handler.slice(0, slash + 1) + file, path };
};

/**
 * The exported function that a handler names.
 *
 * @throws Error `Runtime.HandlerNotFound`, or `Runtime.CallbackHandlerDeprecated` for a handler that takes a callback.
 */
export const findHandler = (exports: unknown, handler: string): Handler => {
  const found = parseHandler(handler).path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
    exports,
  );
  if (typeof found !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (found.length >= 3) {
    throw runtimeError(
      'Runtime.CallbackHandlerDeprecated',
      `${handler} takes a callback, which Lambda no longer supports from Node.js 24 on: make it async (event, context).`,
    );
  }
  return found as Handler;
};

/** How a failure to load a function's modules is named. */
export const loadError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return Object.assign(runtimeError('Runtime.ImportModuleError', String(error)), { stack: error.stack });
  }
  if (error instanceof SyntaxError) {
    return Object.assign(runtimeError('Runtime.UserCodeSyntaxError', String(error)), { stack: error.stack });
  }
  return error;
};

/**
 * What was thrown, as the runtime reports it.
 *
 * @param directory where the code really is, if the stack says so.
 */
export const errorPayload = (error: unknown, directory?: string): ErrorPayload => {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: typeof error.stack === 'string' ? withoutHostFrames(error.stack, directory).split('\n') : [],
  };
};

/** An unhandled rejection ends the runtime; its reason becomes the message. */
export const unhandledRejection = (reason: unknown): Error => {
  const error = runtimeError('Runtime.UnhandledPromiseRejection', String(reason));
  if (reason instanceof Error && typeof reason.stack === 'string') error.stack = reason.stack;
  return error;
};

/** What Lambda answers when the process of a function is gone. `how` is e.g. `exit status 1` or `signal: killed`; an exit with 0 says nothing. */
export const exitPayload = (requestId: string, how: string | undefined): ErrorPayload => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: Runtime exited ${how === undefined ? 'without providing a reason' : `with error: ${how}`}`,
});

/** What Lambda answers when a function is not done in time. */
export const timeoutPayload = (requestId: string, seconds: number): ErrorPayload => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
});

/**
 * A handler's result as JSON text; `undefined` is `null`.
 *
 * @throws Error `Runtime.JSONStringifyError`, or `Function.ResponseSizeTooLarge` above 6 MB.
 */
export const serialiseResult = (result: unknown): string => {
  let text: string;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw runtimeError('Runtime.JSONStringifyError', 'Unable to stringify response body', error);
  }
  const size = Buffer.byteLength(text);
  if (size > MAX_PAYLOAD) {
    const message = `Response payload size (${size} bytes) exceeded maximum allowed payload size (${MAX_PAYLOAD} bytes).`;
    throw runtimeError('Function.ResponseSizeTooLarge', message);
  }
  return text;
};

/** What a context is made of. */
export interface ContextParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly clientContext: unknown;
  readonly remaining: () => number;
}

/** The second argument of a handler. Node.js 24 has neither `done`, `fail`, `succeed` nor `callbackWaitsForEmptyEventLoop`. */
export const lambdaContext = ({
  environment,
  requestId,
  invokedFunctionArn,
  clientContext,
  remaining,
}: ContextParts) => ({
  clientContext,
  identity: undefined,
  invokedFunctionArn,
  awsRequestId: requestId,
  tenantId: undefined,
  getRemainingTimeInMillis: remaining,
  functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
});

/** The console methods that the runtime replaces, and the level that each writes. */
export const CONSOLE_LEVELS = {
  log: 'INFO',
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
} as const;

/** When and for whom a console line is written. */
export interface LineStamp {
  readonly logFormat: 'Text' | 'JSON';
  /** ISO 8601. */
  readonly timestamp: string;
  /** `undefined` while the function loads. */
  readonly requestId: string | undefined;
  /** Where the code really is, if stacks say so. */
  readonly directory?: string;
}

/**
 * A console call as the runtime writes it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export const consoleLine = (stamp: LineStamp, level: string, args: readonly unknown[]): string => {
  const message = format(...args);
  if (stamp.logFormat === 'Text') return [stamp.timestamp, stamp.requestId, level, message].join('\t');
  const [only] = args;
  const whole = args.length === 1 && typeof only === 'object' && !(only instanceof Error) ? only : message;
  const head = { timestamp: stamp.timestamp, level, requestId: stamp.requestId };
  try {
    return JSON.stringify({ ...head, message: whole });
  } catch {
    return JSON.stringify({ ...head, message });
  }
};

/** The line that the runtime logs for a failed invocation. */
export const invokeErrorLine = (
  stamp: LineStamp,
  what: 'Invoke Error' | 'Uncaught Exception',
  error: unknown,
): string => {
  const { errorType, errorMessage, trace: stack } = errorPayload(error, stamp.directory);
  const fields = error instanceof Error ? Object.fromEntries(Object.entries(error)) : {};
  let detail: string;
  try {
    detail = JSON.stringify({ errorType, errorMessage, ...fields, stack });
  } catch {
    detail = JSON.stringify({ errorType, errorMessage, stack });
  }
  return stamp.logFormat === 'Text'
    ? [stamp.timestamp, stamp.requestId, 'ERROR', what, detail].join('\t')
    : JSON.stringify({
        timestamp: stamp.timestamp,
        level: 'ERROR',
        requestId: stamp.requestId,
        message: JSON.parse(detail),
      });
};

/** One frame of a stack trace, as V8 prints it, behind a line end that is real or (in JSON) escaped. */
const FRAME = /(?:\\n|\n)\s{4,}at (?:[^\n"\\]*(?::\d+:\d+|<anonymous>|index \d+|native)\)?)(?=\\n|\n|"|$)/g;

/**
 * Takes away the frames that are not the function's own: they name files of the machine that runs the sandbox, and one
 * seed is to give one log on every machine.
 *
 * @param directory where the code really is; stacks then say `/var/task` instead.
 */
export const withoutHostFrames = (text: string, directory?: string): string => {
  if (!text.includes('    at ')) return text;
  const placed = directory === undefined ? text : text.replaceAll(directory, '/var/task');
  return placed.replaceAll(FRAME, (frame) => (frame.includes('/var/task/') ? frame : ''));
};
