import type { Cloud } from '../../cloud.ts';
import type { Invocation, InvocationResult } from '../../run/function-host.ts';
import { throttled } from './errors.ts';
import { ACCOUNT_CONCURRENCY, type FunctionRecord, type FunctionVersion, type LambdaModel } from './model.ts';
import { type FunctionRef, functionArn } from './names.ts';

/** What came of running a function once. */
export interface Outcome extends InvocationResult {
  /** The last 4 KB of the log, with Lambda's own lines. */
  readonly tail: string;
}

/** How much of a log `LogType: Tail` shows. */
const TAIL = 4096;

/** Whether one more invocation may start now. @throws AwsError `TooManyRequestsException` */
const checkConcurrency = (model: LambdaModel, record: FunctionRecord): void => {
  if (record.reserved !== undefined) {
    if (record.running < record.reserved) return;
    throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
  }
  if (model.unreservedRunning() < ACCOUNT_CONCURRENCY - model.totalReserved()) return;
  throw throttled('ConcurrentInvocationLimitExceeded');
};

/** What Lambda itself writes around an invocation; billed by whole milliseconds of the world's clock. */
const platformLines = (version: FunctionVersion, requestId: string, milliseconds: number) => {
  const { Version, MemorySize, LoggingConfig } = version.configuration;
  if (LoggingConfig?.LogFormat === 'JSON') {
    const line = (type: string, record: object): string => JSON.stringify({ type, record: { requestId, ...record } });
    const metrics = { durationMs: milliseconds, billedDurationMs: milliseconds, memorySizeMB: MemorySize };
    return { start: line('platform.start', { version: Version }), end: line('platform.report', { metrics }) };
  }
  const report = `REPORT RequestId: ${requestId}\tDuration: ${milliseconds.toFixed(2)} ms\tBilled Duration: ${milliseconds} ms\tMemory Size: ${MemorySize} MB\t`;
  return {
    start: `START RequestId: ${requestId} Version: ${Version}`,
    end: `END RequestId: ${requestId}\n${report}`,
  };
};

/** The line that Lambda writes for a function that timed out or whose process ended, which wrote none itself. */
const lastWords = (payload: string): string | undefined => {
  const { errorType, errorMessage } = JSON.parse(payload) as {
    readonly errorType?: string;
    readonly errorMessage?: string;
  };
  return errorType === 'Sandbox.Timedout' || errorType === 'Runtime.ExitError' ? errorMessage : undefined;
};

/**
 * Runs a function once.
 *
 * @throws AwsError `TooManyRequestsException` where its reservation, or the account, has no room.
 */
export const runFunction = async (
  cloud: Cloud,
  model: LambdaModel,
  ref: FunctionRef,
  event: Pick<Invocation, 'requestId' | 'payload' | 'clientContext'>,
): Promise<Outcome> => {
  const record = model.find(ref);
  const version = model.version(ref);
  const about = { FunctionName: record.name };
  try {
    checkConcurrency(model, record);
  } catch (error) {
    cloud.metrics.put('AWS/Lambda', about, { Throttles: 1 }, 'Count');
    throw error;
  }
  if (cloud.outage.isCut) await cloud.outage.untilHealed();
  const begun = cloud.clock.now();
  record.running += 1;
  try {
    const { lines, ...result } = await version.pool.invoke({
      ...event,
      invokedFunctionArn: functionArn(model.region, ref),
    });
    if (cloud.outage.isCut) await cloud.outage.untilHealed();
    const words = result.functionError === undefined ? undefined : lastWords(result.payload);
    if (words !== undefined) {
      cloud.journal.write({
        kind: 'log',
        who: functionArn(model.region, { name: record.name, qualifier: undefined }),
        what: 'line',
        detail: words,
      });
    }
    const duration = cloud.clock.now() - begun;
    const errors = result.functionError === undefined ? 0 : 1;
    cloud.metrics.put('AWS/Lambda', about, { Invocations: 1, Errors: errors, Throttles: 0 }, 'Count');
    cloud.metrics.put('AWS/Lambda', about, { Duration: duration }, 'Milliseconds');
    const { start, end } = platformLines(version, event.requestId, duration);
    const log = [start, ...lines, ...(words === undefined ? [] : [words]), end, ''].join('\n');
    return { ...result, tail: Buffer.from(log).subarray(-TAIL).toString('base64') };
  } finally {
    record.running -= 1;
  }
};
