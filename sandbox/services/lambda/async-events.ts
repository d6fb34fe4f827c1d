import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import { type Outcome, runFunction } from './invocation.ts';
import type { LambdaModel } from './model.ts';
import { type FunctionRef, functionArn } from './names.ts';

/** An event in Lambda's own queue. */
interface QueuedEvent {
  readonly ref: FunctionRef;
  readonly requestId: string;
  readonly payload: string;
  readonly clientContext: unknown;
  /** When it was accepted. */
  readonly since: number;
  /** How often the function ran for it. */
  attempts: number;
  /** How often in a row there was no room to run it. */
  refusals: number;
  last: Outcome | undefined;
}

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/** Between the first two attempts one minute, then two. */
const RETRY_AFTER = [60_000, 120_000];
const MAX_EVENT_AGE_SECONDS = 21_600;
/** While there is no room, from one second up to five minutes. */
const THROTTLE_BACKOFF = { first: 1000, longest: 300_000 };

/**
 * Asynchronous invocations: accepted at once, run, tried again, and in the end handed to a destination or a dead-letter
 * queue.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export class AsyncEvents {
  readonly #cloud: Cloud;
  readonly #model: LambdaModel;

  constructor(cloud: Cloud, model: LambdaModel) {
    this.#cloud = cloud;
    this.#model = model;
  }

  accept(ref: FunctionRef, event: Pick<QueuedEvent, 'requestId' | 'payload' | 'clientContext'>): void {
    const since = this.#cloud.clock.now();
    this.#later(0, { ...event, ref, since, attempts: 0, refusals: 0, last: undefined });
  }

  #later(milliseconds: number, event: QueuedEvent): void {
    this.#cloud.clock.after(milliseconds, () => {
      this.#attempt(event).catch((error: unknown) => {
        // The function is gone, or it is a defect of the sandbox: either way somebody should read it.
        this.#note(event, 'async event dropped', { error: String(error) });
      });
    });
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    if (this.#isTooOld(event, this.#cloud.clock.now())) return this.#finish(event, 'EventAgeExceeded');
    let outcome: Outcome;
    try {
      outcome = await runFunction(this.#cloud, this.#model, event.ref, event);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'TooManyRequestsException') throw error;
      this.#later(Math.min(THROTTLE_BACKOFF.first * 2 ** event.refusals, THROTTLE_BACKOFF.longest), event);
      event.refusals += 1;
      return undefined;
    }
    event.attempts += 1;
    event.refusals = 0;
    event.last = outcome;
    if (outcome.functionError === undefined) return this.#finish(event, 'Success');
    const wait = RETRY_AFTER[event.attempts - 1];
    const retries = this.#config(event)?.MaximumRetryAttempts ?? RETRY_AFTER.length;
    if (wait === undefined || event.attempts > retries) return this.#finish(event, 'RetriesExhausted');
    if (this.#isTooOld(event, this.#cloud.clock.now() + wait)) return this.#finish(event, 'EventAgeExceeded');
    this.#later(wait, event);
    return undefined;
  }

  async #finish(event: QueuedEvent, condition: Condition): Promise<void> {
    const destinations = this.#config(event)?.DestinationConfig;
    const target = (condition === 'Success' ? destinations?.OnSuccess : destinations?.OnFailure)?.Destination;
    if (condition !== 'Success') this.#note(event, `async event ${condition}`, { attempts: event.attempts });
    if (target !== undefined) await this.#send(event, target, this.#record(event, condition));
    const { DeadLetterConfig } = this.#model.version(event.ref).configuration;
    if (condition !== 'Success' && DeadLetterConfig?.TargetArn)
      await this.#deadLetter(event, DeadLetterConfig.TargetArn);
  }

  /** The event itself, with what went wrong as attributes. */
  async #deadLetter(event: QueuedEvent, target: string): Promise<void> {
    const error = event.last === undefined ? '' : String(JSON.parse(event.last.payload).errorMessage ?? '');
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const MessageAttributes = {
      RequestID: text(event.requestId),
      ErrorCode: { DataType: 'Number', StringValue: event.last === undefined ? '429' : '200' },
      ...(error === '' ? {} : { ErrorMessage: text(error.slice(0, 1024)) }),
    };
    await this.#call(event, target, event.payload, { MessageAttributes });
  }

  async #send(event: QueuedEvent, target: string, record: object): Promise<void> {
    await this.#call(event, target, JSON.stringify(record), {});
  }

  /** Sends as the function's own role, which must be allowed to. */
  async #call(event: QueuedEvent, target: string, body: string, attributes: object): Promise<void> {
    const { principal } = this.#model.version(event.ref);
    const service = target.split(':')[2] ?? '';
    const source = functionArn(this.#model.region, {
      name: event.ref.name,
      qualifier: event.ref.qualifier ?? '$LATEST',
    });
    const call = ((): { readonly action: string; readonly input: unknown } | undefined => {
      switch (service) {
        case 'sqs':
          return { action: 'SendMessage', input: { QueueUrl: queueUrlOf(target), MessageBody: body, ...attributes } };
        case 'sns':
          return { action: 'Publish', input: { TopicArn: target, Message: body, ...attributes } };
        case 'lambda':
          return {
            action: 'Invoke',
            input: { FunctionName: target, InvocationType: 'Event', Payload: Buffer.from(body) },
          };
        case 'events': {
          const outcome = JSON.parse(body).requestContext.condition === 'Success' ? 'Success' : 'Failure';
          const entry = {
            Source: 'lambda',
            DetailType: `Lambda Function Invocation Result - ${outcome}`,
            Detail: body,
            Resources: [target, source],
            EventBusName: target,
          };
          return { action: 'PutEvents', input: { Entries: [entry] } };
        }
        default:
          return undefined;
      }
    })();
    if (call === undefined) {
      this.#note(event, 'destination not modelled', { target });
      return;
    }
    try {
      await this.#cloud.invoke({ service, principal, ...call });
    } catch (error) {
      // Lambda drops what it can't deliver and counts DestinationDeliveryFailures or DeadLetterErrors.
      this.#note(event, 'destination not reached', { target, error: String(error) });
    }
  }

  #record(event: QueuedEvent, condition: Condition): object {
    const { last } = event;
    const version = this.#model.version(event.ref).configuration.Version;
    return {
      version: '1.0',
      timestamp: new Date(this.#cloud.clock.now()).toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: functionArn(this.#model.region, {
          name: event.ref.name,
          qualifier: event.ref.qualifier ?? '$LATEST',
        }),
        condition,
        approximateInvokeCount: event.attempts,
      },
      requestPayload: JSON.parse(event.payload) as unknown,
      ...(last === undefined
        ? {}
        : {
            responseContext: {
              statusCode: 200,
              executedVersion: version,
              ...(last.functionError === undefined ? {} : { functionError: last.functionError }),
            },
            responsePayload: JSON.parse(last.payload) as unknown,
          }),
    };
  }

  #config(event: QueuedEvent) {
    return this.#model.functions.get(event.ref.name)?.eventInvokeConfigs.get(event.ref.qualifier ?? '$LATEST');
  }

  #isTooOld(event: QueuedEvent, at: number): boolean {
    const seconds = this.#config(event)?.MaximumEventAgeInSeconds ?? MAX_EVENT_AGE_SECONDS;
    return at - event.since > seconds * 1000;
  }

  #note(event: QueuedEvent, what: string, detail: object): void {
    const who = functionArn(this.#model.region, { name: event.ref.name, qualifier: undefined });
    this.#cloud.journal.write({ kind: 'state', who, what, detail: { requestId: event.requestId, ...detail } });
  }
}
