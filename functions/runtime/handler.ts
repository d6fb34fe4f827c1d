import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as v from 'valibot';
import { malformed } from '../domain/errors.ts';
import { METRIC_NAMESPACE, METRIC_SERVICE } from '../domain/metric.ts';
import { parseWith, problemOf } from '../registry/schemas.ts';

/** One structured line for each decision; never a whole event, never what a customer wrote without its field's name. */
export const logger = new Logger();

/** Counts what an alarm listens to; `singleMetric()` writes at once. */
export const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: METRIC_SERVICE });

/** Traces the handler; SDK clients are traced by passing them through `tracer.captureAWSv3Client`. */
export const tracer = new Tracer();

/** What AWS calls. */
export type Handler<Out> = (event: unknown, context: Context) => Promise<Out>;

/**
 * The one wrapper around every function: checks the input, logs with the invocation's ids, traces.
 *
 * @param input - schema of the event; what does not fit is thrown as `Malformed`, in words.
 * @param run - the function itself, which tests call with services of their own.
 * @param services - what it works with, built once for each cold start.
 */
export const createHandler = <Schema extends v.GenericSchema, Services, Out>(
  input: Schema,
  run: (input: v.InferOutput<Schema>, services: Services) => Promise<Out>,
  services: Services,
): Handler<Out> =>
  // Its own early time-out would throw an error that no workflow knows; Lambda's is retried.
  middy<unknown, Out>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .handler(async (event) => run(parse(input, event), services));

const parse = <Schema extends v.GenericSchema>(schema: Schema, event: unknown): v.InferOutput<Schema> => {
  const parsed = parseWith(schema, event);
  if (!parsed.success) throw malformed(`The input does not fit: ${problemOf(parsed.issues)}`);
  return parsed.output;
};
