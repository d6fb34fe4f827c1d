import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
  PutEventsResultEntry,
  TestEventPatternRequest,
  TestEventPatternResponse,
} from '@aws-sdk/client-eventbridge';
import type { ActionDefinition, CallContext, Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { parseJsonObject } from '../parse-json.ts';
import { busActions } from './bus-actions.ts';
import { Dispatcher } from './dispatch.ts';
import { type BusEvent, entrySize, MAX_ENTRIES, MAX_REQUEST_BYTES, toEvent } from './event.ts';
import { busArn, type EventsModel } from './model.ts';
import { parsePattern } from './pattern.ts';
import { ruleActions } from './rule-actions.ts';

const NOT_MODELLED = [
  'ScheduleExpression on rules is refused: use EventBridge Scheduler',
  'Targets other than queues, topics, functions, state machines and buses; FIFO, ECS, Batch, HTTP and their parameters are refused by name',
  'Archives, replays, API destinations, connections, global endpoints, partner sources, resource policies of buses, tags',
  'Of another region only buses can be targets; replicas and routing of global endpoints are not there',
  'Buses other than the classic ones (eventsv2)',
  'Events for a bus that does not exist are accepted and dropped, as on AWS; the journal has them',
];

/** Fields of an event that TestEventPattern asks for (API_TestEventPattern.html also names `resources`; AWS takes events without). */
const EVENT_FIELDS = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

const parseEvent = (text: string | undefined): unknown => {
  const invalid = (reason: string): AwsError =>
    new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${reason}`);
  const event = parseJsonObject(text ?? '');
  if (event === undefined) throw invalid('it is not a JSON object');
  const missing = EVENT_FIELDS.find((name) => !Object.hasOwn(event, name));
  if (missing !== undefined) throw invalid(`it has no ${missing}`);
  return event;
};

const checkRequest = (entries: readonly PutEventsRequestEntry[]): void => {
  if (entries.length < 1 || entries.length > MAX_ENTRIES) {
    const message = `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length from 1 to ${MAX_ENTRIES}, not ${entries.length}`;
    throw new AwsError('ValidationException', message);
  }
  const bytes = entries.reduce((sum, entry) => sum + entrySize(entry), 0);
  if (bytes >= MAX_REQUEST_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
};

/**
 * Amazon EventBridge: buses, rules with event patterns, and delivery to targets. Follows
 * docs.aws.amazon.com/eventbridge/latest/APIReference and /userguide.
 */
export const eventsService = (cloud: Cloud, model: EventsModel): ServiceDefinition => {
  const dispatcher = new Dispatcher(cloud);

  const isFromAws = (entry: PutEventsRequestEntry, { principal }: CallContext): boolean =>
    principal.kind === 'service' && (entry.Source ?? '').startsWith('aws.');

  const putEvent = (entry: PutEventsRequestEntry, context: CallContext): PutEventsResultEntry => {
    const { principal } = context;
    let event: BusEvent;
    try {
      event =
        dispatcher.forwarded(entry) ??
        toEvent(entry, {
          id: cloud.random.uuid(),
          account: principal.accountId,
          region: cloud.region,
          now: cloud.clock.now(),
          fromAws: isFromAws(entry, context),
        });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
    const bus = model.bus(principal.accountId, entry.EventBusName);
    if (bus === undefined) {
      const detail = { source: event.source, detailType: event['detail-type'] };
      const what = `events event dropped: there is no bus ${entry.EventBusName}`;
      cloud.journal.write({ kind: 'state', who: principal.arn, what, detail });
    } else {
      dispatcher.dispatch(bus, event);
    }
    return { EventId: event.id };
  };

  const PutEvents: ActionDefinition<PutEventsRequest, PutEventsResponse> = {
    permissions(input, context) {
      const buses = new Set<string>();
      for (const entry of input.Entries ?? []) {
        // AWS's own services reach the default bus without anybody's leave.
        if (isFromAws(entry, context) && entry.EventBusName === undefined) continue;
        const name = entry.EventBusName ?? 'default';
        buses.add(name.startsWith('arn:') ? name : busArn(cloud.region, context.principal.accountId, name));
      }
      return [...buses].map((resource) => ({ action: 'events:PutEvents', resource }));
    },
    run(input, context) {
      const entries = input.Entries ?? [];
      checkRequest(entries);
      const results = entries.map((entry) => putEvent(entry, context));
      return { FailedEntryCount: results.filter((result) => result.ErrorCode !== undefined).length, Entries: results };
    },
  };

  const TestEventPattern: ActionDefinition<TestEventPatternRequest, TestEventPatternResponse> = {
    permissions: () => [{ action: 'events:TestEventPattern', resource: '*' }],
    run: (input) => ({ Result: parsePattern(input.EventPattern ?? '').matches(parseEvent(input.Event)) }),
  };

  return {
    name: 'events',
    notModelled: NOT_MODELLED,
    actions: { ...busActions(cloud, model), ...ruleActions(model), PutEvents, TestEventPattern },
  };
};
