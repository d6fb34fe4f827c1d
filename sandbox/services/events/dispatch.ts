import type { PutEventsRequestEntry, Target } from '@aws-sdk/client-eventbridge';
import type { MessageAttributeValue, SendMessageRequest } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import { type Principal, servicePrincipal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { regionOfArn } from '../region-of-arn.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import { DEFAULT_RETRIES, deliver, type Failure } from './delivery.ts';
import type { BusEvent } from './event.ts';
import type { EventBus, Rule } from './model.ts';
import { payloadCall, type TargetCall, targetKind } from './target-calls.ts';
import { targetPayload } from './target-input.ts';

const SERVICE = 'events.amazonaws.com';

/** Entries that EventBridge itself made to hand an event on to another bus: the event keeps its id, account, region and source. */
const FORWARDED = new WeakMap<PutEventsRequestEntry, BusEvent>();

/** From PutEvents' answer to the first attempt at a target, in milliseconds: AWS names no bound; about half a second is typical. */
const LATENCY = [20, 400] as const;

/** Error codes of other services, as the dead-letter queue's ERROR_CODE words them (eb-rule-dlq.html). */
const ERROR_CODES: readonly (readonly [RegExp, string])[] = [
  [/^FailedToAssumeRole$/, 'FAILED_TO_ASSUME_ROLE'],
  [/AccessDenied|AuthorizationError|Unauthorized/, 'NO_PERMISSIONS'],
  [/NotFound|DoesNotExist/, 'NO_RESOURCE'],
  [/Throttl|TooManyRequests|LimitExceeded/, 'THROTTLING'],
  [/^InvalidJson$/, 'INVALID_JSON'],
  [/AlreadyExists/, 'RESOURCE_ALREADY_EXISTS'],
  [/Invalid|Validation|Missing/, 'INVALID_PARAMETER'],
  [/^NotImplemented$/, 'SDK_CLIENT_ERROR'],
];

const errorCode = (error: AwsError): string =>
  ERROR_CODES.find(([pattern]) => pattern.test(error.code))?.[1] ??
  (error.status >= 500 ? 'ERROR_FROM_TARGET' : 'UNKNOWN');

const failedToAssume = (message: string): AwsError => new AwsError('FailedToAssumeRole', message);

const attribute = (value: string | number): MessageAttributeValue => ({
  DataType: typeof value === 'number' ? 'Number' : 'String',
  StringValue: String(value),
});

const deadLetter = (event: BusEvent, rule: Rule, target: Target, failure: Failure): SendMessageRequest => ({
  QueueUrl: queueUrlOf(target.DeadLetterConfig?.Arn ?? ''),
  MessageBody: JSON.stringify(event),
  MessageAttributes: {
    RULE_ARN: attribute(rule.arn),
    TARGET_ARN: attribute(target.Arn ?? ''),
    ERROR_CODE: attribute(errorCode(failure.error)),
    ERROR_MESSAGE: attribute(failure.error.message || failure.error.code),
    RETRY_ATTEMPTS: attribute(failure.retries),
    ...(failure.exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: attribute(failure.exhausted) }),
  },
});

/** Takes events to the targets of the rules that fit them, each by itself and after PutEvents has answered. */
export class Dispatcher {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** The event that an entry hands on, where it comes from a rule with a bus as its target. */
  forwarded(entry: PutEventsRequestEntry): BusEvent | undefined {
    return FORWARDED.get(entry);
  }

  dispatch(bus: EventBus, event: BusEvent): void {
    const rules = [...bus.rules.values()]
      .filter((rule) => rule.enabled && rule.matcher.matches(event))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (rules.length === 0) {
      const detail = { source: event.source, detailType: event['detail-type'], id: event.id };
      this.#cloud.journal.write({ kind: 'state', who: bus.arn, what: 'events event fitted no rule', detail });
    }
    for (const rule of rules) {
      for (const target of rule.targets.values()) this.#start(event, rule, target);
    }
  }

  #start(event: BusEvent, rule: Rule, target: Target): void {
    const ingestedAt = new Date(this.#cloud.clock.now()).toISOString();
    const { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age } = target.RetryPolicy ?? {};
    const bounds = {
      maximumRetryAttempts: attempts ?? DEFAULT_RETRIES.maximumRetryAttempts,
      maximumEventAgeInSeconds: age ?? DEFAULT_RETRIES.maximumEventAgeInSeconds,
    };
    const attempt = async (): Promise<void> => {
      const call = this.#call(event, rule, target, ingestedAt);
      // A bus may be in another region; checkTarget lets nothing else be.
      const there = this.#cloud.in(regionOfArn(target.Arn ?? '') || this.#cloud.region);
      const output = await there.invoke({ ...call, principal: this.#principal(rule, target) });
      refuseFailedEntries(output);
    };
    const failed = (failure: Failure): Promise<void> => this.#failed(event, rule, target, failure);
    deliver(this.#cloud, { bounds, attempt, failed }, this.#cloud.random.between(...LATENCY));
  }

  #call(event: BusEvent, rule: Rule, target: Target, ingestedAt: string): TargetCall {
    const arn = target.Arn ?? '';
    const kind = targetKind(arn) ?? 'sqs';
    if (kind !== 'events') {
      return payloadCall(
        kind,
        arn,
        targetPayload(target, event, { ruleArn: rule.arn, ruleName: rule.name, ingestedAt }),
      );
    }
    const entry: PutEventsRequestEntry = { EventBusName: arn };
    FORWARDED.set(entry, event);
    return { service: 'events', action: 'PutEvents', input: { Entries: [entry] } };
  }

  /** The target's role, or the service itself for the rule's ARN. */
  #principal(rule: Rule, target: Target): Principal {
    if (target.RoleArn === undefined) return servicePrincipal(SERVICE, rule.arn);
    try {
      return this.#cloud.assumeRole(SERVICE, target.RoleArn, rule.name);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw failedToAssume(error.message);
    }
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html: what did not happen is not reported. */
  #count({ name, arn }: Rule, values: Readonly<Record<string, number>>): void {
    const bus = /:rule\/([^/]+)\/[^/]+$/.exec(arn)?.[1];
    const about = { RuleName: name, ...(bus === undefined ? {} : { EventBusName: bus }) };
    this.#cloud.metrics.put('AWS/Events', about, values, 'Count');
  }

  async #failed(event: BusEvent, rule: Rule, target: Target, failure: Failure): Promise<void> {
    const queue = target.DeadLetterConfig?.Arn;
    let lost: string | undefined = queue === undefined ? 'the target has no dead-letter queue' : undefined;
    if (queue !== undefined) {
      try {
        const input = deadLetter(event, rule, target, failure);
        const principal = servicePrincipal(SERVICE, rule.arn);
        await this.#cloud.invoke({ service: 'sqs', action: 'SendMessage', input, principal });
      } catch (error) {
        lost = error instanceof Error ? error.message : String(error);
      }
    }
    this.#count(rule, { FailedInvocations: 1 });
    if (queue !== undefined) {
      this.#count(rule, { [lost === undefined ? 'InvocationsSentToDlq' : 'InvocationsFailedToBeSentToDlq']: 1 });
    }
    this.#cloud.journal.write({
      kind: 'state',
      who: rule.arn,
      what:
        lost === undefined
          ? 'events delivery failed, sent to the dead-letter queue'
          : 'events delivery failed, event lost',
      detail: {
        event: event.id,
        target: target.Arn,
        error: failure.error.code,
        message: failure.error.message,
        retries: failure.retries,
        ...(failure.exhausted === undefined ? {} : { exhausted: failure.exhausted }),
        ...(lost === undefined ? {} : { lost }),
      },
    });
  }
}

/** PutEvents to another bus succeeds as a call even where its entry failed. */
const refuseFailedEntries = (output: unknown): void => {
  const entries = (output as { Entries?: readonly { ErrorCode?: string; ErrorMessage?: string }[] } | undefined)
    ?.Entries;
  const failed = Array.isArray(entries) ? entries.find((entry) => entry.ErrorCode !== undefined) : undefined;
  if (failed !== undefined) throw new AwsError(failed.ErrorCode, failed.ErrorMessage ?? failed.ErrorCode);
};
