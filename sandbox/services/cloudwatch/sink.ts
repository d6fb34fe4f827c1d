import type { Series } from './series.ts';

/** Where the sandbox's services count what they do, as AWS's do in CloudWatch. Nobody waits for it and it never throws. */
export interface MetricSink {
  /** One value for each metric, now: `put('AWS/Lambda', { FunctionName: 'f' }, { Invocations: 1, Errors: 0 })`. */
  put(
    namespace: string,
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Record<string, number>>,
    unit?: string,
  ): void;
  /** From now on the value is reported every minute, until another one takes its place; `undefined` ends that. */
  hold(
    namespace: string,
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Record<string, number | undefined>>,
  ): void;
  /** The metric's own data, for who reports it only when somebody reads; undefined in a world without CloudWatch. */
  series(namespace: string, dimensions: Readonly<Record<string, string>>, name: string): Series | undefined;
  /** A line that a function printed: metrics in the embedded format are taken out of it. */
  line(functionArn: string, line: unknown): void;
}

/** A world without CloudWatch. */
export const NO_METRICS: MetricSink = {
  put: () => undefined,
  hold: () => undefined,
  series: () => undefined,
  line: () => undefined,
};
