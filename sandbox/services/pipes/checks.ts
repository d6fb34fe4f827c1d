import type { CreatePipeRequest } from '@aws-sdk/client-pipes';
import { AwsError } from '../errors.ts';
import { placeholdersOf } from '../events/input-template.ts';
import { parsePath } from '../events/json-path.ts';
import { type Matcher, parsePattern } from '../events/pattern.ts';

/** Operators of event patterns that pipes do not take (column "Pipe support" in eb-create-pattern-operators.html). */
const NOT_IN_PIPES = [
  'wildcard',
  'anything-but/prefix',
  'anything-but/suffix',
  'anything-but/equals-ignore-case',
  'anything-but/wildcard',
];

/** What a template may name beside paths (eb-pipes-input-transformation.html). */
const RESERVED = [
  'aws.pipes.pipe-arn',
  'aws.pipes.pipe-name',
  'aws.pipes.source-arn',
  'aws.pipes.enrichment-arn',
  'aws.pipes.target-arn',
  'aws.pipes.event.ingestion-time',
  'aws.pipes.event',
  'aws.pipes.event.json',
];

const SOURCE = /^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+$/;
const FUNCTION = /^arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const TARGETS =
  /^arn:aws:(events:[\w-]+:\d{12}:event-bus\/[\w./-]+|sqs:[\w-]+:\d{12}:[\w-]+|states:[\w-]+:\d{12}:stateMachine:[\w-]+(:[\w-]+)?)$/;

const rejected = (message: string): AwsError => new AwsError('ValidationException', message);

const refuseOthers = (what: string, given: object | undefined, known: readonly string[]): void => {
  const unknown = Object.entries(given ?? {}).find(([name, value]) => value !== undefined && !known.includes(name));
  if (unknown !== undefined) throw rejected(`${what}.${unknown[0]} is not modelled`);
};

const checkTemplate = (what: string, template: string | undefined): void => {
  for (const name of placeholdersOf(template ?? '')) {
    const known = name.startsWith('$') ? parsePath(name) !== undefined : RESERVED.includes(name);
    if (!known)
      throw rejected(
        `${what}.InputTemplate contains <${name}>, which is neither a JSON path that pipes read nor a reserved variable`,
      );
  }
};

const checkWhole = (name: string, value: number, least: number, most: number): void => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw rejected(`${name} must be from ${least} to ${most}, not ${value}`);
};

/** The filter patterns, each refused where a pipe could not judge it. @throws AwsError `ValidationException` */
export const readFilters = (request: CreatePipeRequest): readonly Matcher[] => {
  const filters = request.SourceParameters?.FilterCriteria?.Filters ?? [];
  if (filters.length > 5) throw rejected('FilterCriteria takes 5 filters at most');
  return filters.map(({ Pattern: pattern = '' }) => {
    let matcher: Matcher;
    try {
      matcher = parsePattern(pattern);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw rejected(error.message);
    }
    const unsupported = NOT_IN_PIPES.find((operator) => matcher.operators.has(operator));
    if (unsupported !== undefined)
      throw rejected(`The operator ${unsupported} is not supported in the filters of pipes`);
    return matcher;
  });
};

/** Batch size and window. @throws AwsError `ValidationException` */
export const readBatching = (
  request: CreatePipeRequest,
): { readonly batchSize: number; readonly windowSeconds: number } => {
  const { BatchSize: batchSize = 10, MaximumBatchingWindowInSeconds: windowSeconds = 0 } =
    request.SourceParameters?.SqsQueueParameters ?? {};
  checkWhole('BatchSize', batchSize, 1, 10_000);
  checkWhole('MaximumBatchingWindowInSeconds', windowSeconds, 0, 300);
  if (batchSize > 10 && windowSeconds === 0) {
    throw rejected('A BatchSize above 10 needs MaximumBatchingWindowInSeconds of at least 1');
  }
  return { batchSize, windowSeconds };
};

const checkPath = (name: string, value: string | undefined): void => {
  if (value?.startsWith('$') === true && parsePath(value) === undefined) {
    throw rejected(`${name}: "${value}" is not a JSON path that pipes read`);
  }
};

/**
 * Refuses, by name, what is wrong or not modelled.
 *
 * @throws AwsError `ValidationException`
 */
export const checkPipe = (request: CreatePipeRequest): void => {
  const { Name, Source, Enrichment, Target, RoleArn, TargetParameters: target } = request;
  if (!/^[\w.-]{1,64}$/.test(Name ?? ''))
    throw rejected(`"${Name}" is not a name of a pipe: 1 to 64 of letters, digits, . - _`);
  if (!/^arn:aws:iam::\d{12}:role\/.+/.test(RoleArn ?? '')) throw rejected(`RoleArn "${RoleArn}" is not a role's ARN`);
  if (!SOURCE.test(Source ?? '')) throw rejected(`The source ${Source} is not modelled: only standard queues are`);
  if (Enrichment !== undefined && Enrichment !== '' && !FUNCTION.test(Enrichment)) {
    throw rejected(`The enrichment ${Enrichment} is not modelled: only functions are`);
  }
  if (!TARGETS.test(Target ?? '')) {
    throw rejected(`The target ${Target} is not modelled: only event buses, queues and state machines are`);
  }
  refuseOthers('SourceParameters', request.SourceParameters, ['FilterCriteria', 'SqsQueueParameters']);
  refuseOthers('EnrichmentParameters', request.EnrichmentParameters, ['InputTemplate']);
  const known = [
    'InputTemplate',
    'EventBridgeEventBusParameters',
    'StepFunctionStateMachineParameters',
    'SqsQueueParameters',
  ];
  refuseOthers('TargetParameters', target, known);
  refuseOthers('SqsQueueParameters', target?.SqsQueueParameters, []);
  refuseOthers('EventBridgeEventBusParameters', target?.EventBridgeEventBusParameters, [
    'DetailType',
    'Source',
    'Resources',
    'Time',
  ]);
  if (target?.StepFunctionStateMachineParameters?.InvocationType === 'REQUEST_RESPONSE') {
    throw rejected('InvocationType REQUEST_RESPONSE for a state machine is not modelled: use FIRE_AND_FORGET');
  }
  checkTemplate('EnrichmentParameters', request.EnrichmentParameters?.InputTemplate);
  checkTemplate('TargetParameters', target?.InputTemplate);
  const bus = target?.EventBridgeEventBusParameters;
  for (const name of ['DetailType', 'Source', 'Time'] as const) checkPath(name, bus?.[name]);
  for (const resource of bus?.Resources ?? []) checkPath('Resources', resource);
};
