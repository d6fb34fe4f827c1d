import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { regionOfArn } from '../region-of-arn.ts';
import type { BusEvent } from './event.ts';
import { placeholdersOf, renderTemplate } from './input-template.ts';
import { parsePath, readPath } from './json-path.ts';
import { targetKind } from './target-calls.ts';

/** What an input template may name beside its own paths (eb-transform-target-input.html). */
const PREDEFINED = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
];

/** Members of a target that are understood; any other is refused. */
const KNOWN_MEMBERS = [
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'DeadLetterConfig',
  'RetryPolicy',
];

const invalid = (target: Target, reason: string): AwsError =>
  new AwsError('ValidationException', `Target ${target.Id ?? '(without Id)'} is not valid. Reason: ${reason}`);

const checkPath = (target: Target, path: string): void => {
  if (parsePath(path) === undefined) throw invalid(target, `the JSON path "${path}" is not one that EventBridge reads`);
};

const checkInput = (target: Target): void => {
  const given = (['Input', 'InputPath', 'InputTransformer'] as const).filter((name) => target[name] !== undefined);
  if (given.length > 1)
    throw invalid(
      target,
      `only one of Input, InputPath, or InputTransformer must be provided, not ${given.join(' and ')}`,
    );
  if (given.length === 1 && targetKind(target.Arn ?? '') === 'events') {
    throw invalid(target, `${given[0]} cannot be used where the target is an event bus`);
  }
  if (target.Input !== undefined && parseJson(target.Input) === undefined) {
    throw invalid(target, 'Input must be valid JSON text');
  }
  if (target.InputPath !== undefined) checkPath(target, target.InputPath);
  const { InputPathsMap: paths = {}, InputTemplate: template } = target.InputTransformer ?? {};
  for (const [name, path] of Object.entries(paths)) {
    if (name.startsWith('aws.')) throw invalid(target, `the variable ${name} begins with "aws.", which is reserved`);
    checkPath(target, path);
  }
  const unknown = placeholdersOf(template ?? '').find(
    (name) => !Object.hasOwn(paths, name) && !PREDEFINED.includes(name),
  );
  if (unknown !== undefined)
    throw invalid(target, `InputTemplate contains <${unknown}>, which InputPathsMap does not define`);
};

const checkRange = (target: Target, name: string, value: number | undefined, least: number, most: number): void => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw invalid(target, `${name} must be from ${least} to ${most}, not ${value}`);
};

/**
 * Checks a target when it is put, so that what is not modelled is refused then and by name.
 *
 * @param region - where the rule is.
 * @throws AwsError `ValidationException`
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 */
export const checkTarget = (target: Target, region: string): void => {
  if (target.Id === undefined || !/^[\w.-]{1,64}$/.test(target.Id))
    throw invalid(target, 'its Id must be 1 to 64 of letters, digits, . - _');
  const unknown = Object.entries(target).find(([name, value]) => value !== undefined && !KNOWN_MEMBERS.includes(name));
  if (unknown !== undefined) throw invalid(target, `${unknown[0]} is not modelled`);
  const kind = targetKind(target.Arn ?? '');
  if (kind === undefined) throw invalid(target, `targets such as ${target.Arn} are not modelled`);
  if (kind !== 'events' && regionOfArn(target.Arn ?? '') !== region) {
    throw invalid(target, `${target.Arn} is not in ${region}: of another region only an event bus can be a target`);
  }
  if (kind === 'states' && target.RoleArn === undefined)
    throw invalid(target, `RoleArn is required for target ${target.Arn}`);
  if (target.DeadLetterConfig?.Arn !== undefined && targetKind(target.DeadLetterConfig.Arn) !== 'sqs') {
    throw invalid(target, `DeadLetterConfig.Arn must be a standard queue's, not ${target.DeadLetterConfig.Arn}`);
  }
  checkRange(target, 'MaximumRetryAttempts', target.RetryPolicy?.MaximumRetryAttempts, 0, 185);
  checkRange(target, 'MaximumEventAgeInSeconds', target.RetryPolicy?.MaximumEventAgeInSeconds, 60, 86_400);
  checkInput(target);
};

/** What is known of an event beside its content. */
export interface Receipt {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601. */
  readonly ingestedAt: string;
}

/** The text that a target is given: the event, or what its Input, InputPath or InputTransformer makes of it. */
export const targetPayload = (target: Target, event: BusEvent, receipt: Receipt): string => {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) {
    return JSON.stringify(readPath(parsePath(target.InputPath) ?? [], event) ?? {});
  }
  const { InputTemplate: template, InputPathsMap: paths = {} } = target.InputTransformer ?? {};
  if (template === undefined) return JSON.stringify(event);
  return renderTemplate(template, (name) => {
    const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
    if (path !== undefined) return readPath(parsePath(path) ?? [], event);
    const { detail: _, ...withoutDetail } = event;
    const predefined: Readonly<Record<string, unknown>> = {
      'aws.events.rule-arn': receipt.ruleArn,
      'aws.events.rule-name': receipt.ruleName,
      'aws.events.event.ingestion-time': receipt.ingestedAt,
      'aws.events.event': withoutDetail,
      'aws.events.event.json': event,
    };
    return predefined[name];
  });
};
