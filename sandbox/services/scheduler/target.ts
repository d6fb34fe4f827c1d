import type { Target } from '@aws-sdk/client-scheduler';
import { AwsError } from '../errors.ts';
import { payloadCall, type TargetCall, targetKind } from '../events/target-calls.ts';
import { parseJsonObject } from '../parse-json.ts';

const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:([\w-]+):(\w+)$/;

/** Services whose name in a universal target is not the one that they sign with. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  sfn: 'states',
  eventbridge: 'events',
  cloudwatch: 'monitoring',
  cloudwatchlogs: 'logs',
  elasticloadbalancingv2: 'elasticloadbalancing',
};

/** Services whose API begins its members with a small letter; universal targets write them with a capital one. */
const SMALL_MEMBERS = ['states', 'logs'];

/** Actions that only read are refused ("Unsupported API operations" in managing-targets-universal.html). */
const READS =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|retrieve)(?![a-z])/;

/** Members of a target that are understood; any other is refused. */
const KNOWN_MEMBERS = ['Arn', 'RoleArn', 'Input', 'DeadLetterConfig', 'RetryPolicy', 'EventBridgeParameters'];

const invalid = (reason: string): AwsError => new AwsError('ValidationException', `Target is not valid: ${reason}.`);

const checkRange = (name: string, value: number | undefined, least: number, most: number): void => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw invalid(`${name} must be from ${least} to ${most}, not ${value}`);
};

const needsObject = (target: Target, what: string): void => {
  if (parseJsonObject(target.Input ?? '') === undefined) throw invalid(`${what} needs an Input that is a JSON object`);
};

/**
 * Refuses, by name, what is wrong or not modelled.
 *
 * @throws AwsError `ValidationException`
 */
export const checkTarget = (target: Target | undefined): void => {
  if (target === undefined) throw invalid('it is missing');
  const { Arn: arn = '', RoleArn: role } = target;
  const unknown = Object.entries(target).find(([name, value]) => value !== undefined && !KNOWN_MEMBERS.includes(name));
  if (unknown !== undefined) throw invalid(`${unknown[0]} is not modelled`);
  if (!/^arn:aws:iam::\d{12}:role\/.+/.test(role ?? '')) throw invalid(`RoleArn "${role}" is not a role's ARN`);
  checkRange('MaximumRetryAttempts', target.RetryPolicy?.MaximumRetryAttempts, 0, 185);
  checkRange('MaximumEventAgeInSeconds', target.RetryPolicy?.MaximumEventAgeInSeconds, 60, 86_400);
  const deadLetters = target.DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && targetKind(deadLetters) !== 'sqs') {
    throw invalid(`DeadLetterConfig.Arn must be a standard queue's, not ${deadLetters}`);
  }
  const [, , operation] = UNIVERSAL.exec(arn) ?? [];
  if (operation !== undefined) {
    if (READS.test(operation)) throw invalid(`${operation} only reads, which universal targets do not do`);
    needsObject(target, `the universal target ${operation}`);
    return;
  }
  const kind = targetKind(arn);
  if (kind === undefined) throw invalid(`targets such as ${arn} are not modelled`);
  if (kind === 'events') {
    const { DetailType: type, Source: source } = target.EventBridgeParameters ?? {};
    if (type === undefined || source === undefined) {
      throw invalid('EventBridgeParameters with DetailType and Source are required for an event bus');
    }
    needsObject(target, 'an event bus');
  } else if (target.EventBridgeParameters !== undefined) {
    throw invalid('EventBridgeParameters are for event buses only');
  }
};

const smallFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const universalCall = (service: string, operation: string, input: string): TargetCall => {
  const name = SIGNING_NAMES[service] ?? service;
  const members: Record<string, unknown> = { ...parseJsonObject(input) };
  if (name === 'lambda' && typeof members.Payload === 'string') {
    members.Payload = new Uint8Array(Buffer.from(members.Payload));
  }
  return {
    service: name,
    action: operation.charAt(0).toUpperCase() + operation.slice(1),
    input: SMALL_MEMBERS.includes(name)
      ? Object.fromEntries(Object.entries(members).map(([key, value]) => [smallFirst(key), value]))
      : members,
  };
};

/**
 * The call that a run makes, with `input` already filled in.
 *
 * @throws AwsError `InvalidJson`
 */
export const scheduledCall = (target: Target, input: string): TargetCall => {
  const arn = target.Arn ?? '';
  const [, service, operation] = UNIVERSAL.exec(arn) ?? [];
  if (service !== undefined && operation !== undefined) return universalCall(service, operation, input);
  const kind = targetKind(arn) ?? 'sqs';
  if (kind !== 'events') return payloadCall(kind, arn, input);
  const { DetailType, Source } = target.EventBridgeParameters ?? {};
  return {
    service: 'events',
    action: 'PutEvents',
    input: { Entries: [{ EventBusName: arn, DetailType, Source, Detail: input }] },
  };
};
