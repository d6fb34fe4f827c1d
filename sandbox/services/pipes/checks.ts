import type { CreatePipeRequest } from '@aws-sdk/client-pipes';
import { AwsError } from '../errors.ts';
import { placeholdersOf } from '../events/input-template.ts';
import { parsePath } from '../events/json-path.ts';
import { type Matcher, parsePattern } from '../events/pattern.ts';
import { refuseOthers, rejected } from './refusals.ts';

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

const QUEUE = /^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+$/;
const STREAM = /^arn:aws:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/[\w:.-]+$/;
const FUNCTION = /^arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const TARGETS =
  /^arn:aws:(lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?|events:[\w-]+:\d{12}:event-bus\/[\w./-]+|sqs:[\w-]+:\d{12}:[\w-]+|states:[\w-]+:\d{12}:stateMachine:[\w-]+(:[\w-]+)?)$/;

const checkTemplate = (what: string, template: string | undefined): void => {
  for (const name of placeholdersOf(template ?? '')) {
    const known = name.startsWith('$') ? parsePath(name) !== undefined : RESERVED.includes(name);
    if (!known)
      throw rejected(
        `${what}.InputTemplate contains <${name}>, which is neither a JSON path that pipes read nor a reserved variable`,
      );
  }
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
  const isStream = STREAM.test(Source ?? '');
  if (!isStream && !QUEUE.test(Source ?? '')) {
    throw rejected(`The source ${Source} is not modelled: only standard queues and streams of DynamoDB are`);
  }
  if (Enrichment !== undefined && Enrichment !== '' && !FUNCTION.test(Enrichment)) {
    throw rejected(`The enrichment ${Enrichment} is not modelled: only functions are`);
  }
  if (!TARGETS.test(Target ?? '')) {
    throw rejected(`The target ${Target} is not modelled: only event buses, functions, queues and state machines are`);
  }
  refuseOthers('SourceParameters', request.SourceParameters, [
    'FilterCriteria',
    isStream ? 'DynamoDBStreamParameters' : 'SqsQueueParameters',
  ]);
  refuseOthers('EnrichmentParameters', request.EnrichmentParameters, ['InputTemplate']);
  const known = [
    'InputTemplate',
    'EventBridgeEventBusParameters',
    'LambdaFunctionParameters',
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
  const invocation = target?.LambdaFunctionParameters?.InvocationType ?? 'REQUEST_RESPONSE';
  if (invocation !== 'REQUEST_RESPONSE' && invocation !== 'FIRE_AND_FORGET') {
    throw rejected(`InvocationType ${String(invocation)} is neither REQUEST_RESPONSE nor FIRE_AND_FORGET`);
  }
  if (target?.StepFunctionStateMachineParameters?.InvocationType === 'REQUEST_RESPONSE') {
    throw rejected('InvocationType REQUEST_RESPONSE for a state machine is not modelled: use FIRE_AND_FORGET');
  }
  checkTemplate('EnrichmentParameters', request.EnrichmentParameters?.InputTemplate);
  checkTemplate('TargetParameters', target?.InputTemplate);
  const bus = target?.EventBridgeEventBusParameters;
  for (const name of ['DetailType', 'Source', 'Time'] as const) checkPath(name, bus?.[name]);
  for (const resource of bus?.Resources ?? []) checkPath('Resources', resource);
};
