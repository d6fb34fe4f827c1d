import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../errors.ts';
import { renderTemplate } from '../events/input-template.ts';
import { parsePath, readPath } from '../events/json-path.ts';
import { parseJson } from '../parse-json.ts';
import type { PipeDefinition } from './model.ts';

/** An event of a pipe after a template: what the filled-in text holds, or the text itself where it is no JSON. */
export const transform = (
  pipe: PipeDefinition,
  template: string | undefined,
  event: unknown,
  ingestedAt: string,
): unknown => {
  if (template === undefined || template === '') return event;
  const reserved: Readonly<Record<string, unknown>> = {
    'aws.pipes.pipe-arn': pipe.arn,
    'aws.pipes.pipe-name': pipe.name,
    'aws.pipes.source-arn': pipe.source,
    'aws.pipes.enrichment-arn': pipe.request.Enrichment,
    'aws.pipes.target-arn': pipe.request.Target,
    'aws.pipes.event.ingestion-time': ingestedAt,
    'aws.pipes.event': event,
    'aws.pipes.event.json': event,
  };
  const text = renderTemplate(template, (name) =>
    name.startsWith('$') ? readPath(parsePath(name) ?? [], event, true) : reserved[name],
  );
  return parseJson(text) ?? text;
};

/** A parameter: itself, or what its `$.path` finds in the event. */
const dynamic = (name: string, value: string, event: unknown): unknown => {
  const path = value.startsWith('$.') ? parsePath(value) : undefined;
  if (path === undefined) return value;
  const found = readPath(path, event, true);
  if (found === undefined) throw new AwsError('ValidationException', `${name}: the event has nothing at ${value}`);
  return found;
};

const dynamicText = (name: string, value: string, event: unknown): string => {
  const found = dynamic(name, value, event);
  return typeof found === 'string' ? found : JSON.stringify(found);
};

/** The text that a queue or a bus is given of an event. */
export const asText = (event: unknown): string => (typeof event === 'string' ? event : JSON.stringify(event));

/**
 * A pipe's event as PutEvents takes it. Parameters with a `$.path` read the event as it came, `detail` is what the
 * target's template made of it. Defaults: API_PipeTargetEventBridgeEventBusParameters.html and eb-pipes-event-target.html.
 *
 * @throws AwsError `ValidationException` where a path finds nothing
 */
export const toEntry = (pipe: PipeDefinition, event: unknown, detail: unknown): PutEventsRequestEntry => {
  const parameters = pipe.request.TargetParameters?.EventBridgeEventBusParameters ?? {};
  const resources = (parameters.Resources ?? []).flatMap(
    (value) => dynamic('Resources', value, event) as string | string[],
  );
  const time = parameters.Time === undefined ? undefined : new Date(dynamicText('Time', parameters.Time, event));
  if (time !== undefined && Number.isNaN(time.getTime())) {
    throw new AwsError('ValidationException', `Time: ${parameters.Time} does not give a time`);
  }
  return {
    EventBusName: pipe.request.Target,
    DetailType: dynamicText(
      'DetailType',
      parameters.DetailType ?? `Event from aws:${pipe.stream === undefined ? 'sqs' : 'dynamodb'}`,
      event,
    ),
    Source: dynamicText('Source', parameters.Source ?? `Pipe ${pipe.name}`, event),
    Detail: asText(detail),
    ...(resources.length === 0 ? {} : { Resources: resources }),
    ...(time === undefined ? {} : { Time: time }),
  };
};
