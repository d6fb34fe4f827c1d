import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import type { ActionDefinition, Cloud, ServiceDefinition } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import { MAX_PAYLOAD } from '../../run/lambda-runtime.ts';
import { AwsError } from '../errors.ts';
import type { SqsModel } from '../sqs/model.ts';
import { accessActions } from './access-actions.ts';
import { AsyncEvents } from './async-events.ts';
import { badContent, invalidParameter, tooLarge } from './errors.ts';
import { EventSourceMappings } from './event-source-mappings.ts';
import { functionActions } from './function-actions.ts';
import { runFunction } from './invocation.ts';
import { mappingActions } from './mapping-actions.ts';
import { LambdaModel, type LambdaOptions } from './model.ts';
import { functionArn, readFunctionName } from './names.ts';
import { updateActions } from './update-actions.ts';

/** What an asynchronous event may hold. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_EVENT = 1024 * 1024;

const NOT_MODELLED = [
  'Runtimes other than nodejs24.x, container images, inline code, layers, file systems, SnapStart',
  'Of a VpcConfig, only that names are looked up from that VPC: every function reaches AWS, and one without a VpcConfig looks names up from the VPC of the resolver 10.0.0.2',
  'Weighted aliases, function URLs, code signing, provisioned concurrency',
  'LastUpdateStatus InProgress: an update is done at once. Updating without RevisionId never finds another update under way',
  'Event source mappings from anything but standard SQS queues; their FilterCriteria, provisioned pollers and metrics. Pollers do not scale: a mapping without MaximumConcurrency has five',
  'Response streaming, durable functions, tenants, X-Ray traces, metrics',
  'The 10 seconds of the init phase: loading a function counts against its own time-out',
  'CPU in proportion to memory; simulated, memory is not limited and a function that never gives way cannot be timed out',
  'Scaling by 1,000 environments every 10 seconds; beyond what the host holds at once (200 simulated, 8 served) an invocation waits instead of being throttled',
  'LogResult and REPORT lines: durations by the clock of the world, no memory used',
  'Recursive loop detection, duplicate deliveries of asynchronous events',
] as const;

/** Lambda, and a door for faults. */
export interface LambdaService extends ServiceDefinition {
  /**
   * Ends a function's environments, or all, whatever they are doing: invocations under way fail as `Runtime.ExitError`.
   *
   * @returns how many there were
   * @throws AwsError `ResourceNotFoundException`
   */
  endEnvironments(functionName?: string): number;
  /**
   * Ends the one environment that made a call, in the middle of it: its invocation fails as `Runtime.ExitError`.
   *
   * @returns false where no function made it
   */
  endCaller(caller: Principal): boolean;
  /** Ends every environment that does nothing. */
  endIdle(): void;
}

const readPayload = (payload: InvocationRequest['Payload'], limit: number): string => {
  const bytes = payload ?? new Uint8Array();
  if (bytes.byteLength > limit) {
    throw tooLarge(`Request must be smaller than ${limit} bytes for the InvokeFunction operation`);
  }
  const text = Buffer.from(bytes).toString('utf8');
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    throw badContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
  return text;
};

const readClientContext = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch (error) {
    throw badContent(`Client context must be a valid Base64-encoded JSON object: ${(error as Error).message}`);
  }
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const invokeAction = (
  model: LambdaModel,
  events: AsyncEvents,
): ActionDefinition<InvocationRequest, InvocationResponse> => ({
  permissions(input) {
    const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
    return [
      { action: 'lambda:InvokeFunction', resource: functionArn(model.region, ref), resourcePolicy: model.policy(ref) },
    ];
  },
  async run(input, { cloud, requestId }) {
    const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
    const { Version } = model.version(ref).configuration;
    const type = input.InvocationType ?? 'RequestResponse';
    if (type === 'DryRun') return { StatusCode: 204 };
    const clientContext = readClientContext(input.ClientContext);
    if (type === 'Event') {
      events.accept(ref, { requestId, payload: readPayload(input.Payload, MAX_EVENT), clientContext });
      return { StatusCode: 202 };
    }
    if (type !== 'RequestResponse') throw invalidParameter(`'${String(type)}' is no InvocationType.`);
    const payload = readPayload(input.Payload, MAX_PAYLOAD);
    const outcome = await runFunction(cloud, model, ref, { requestId, payload, clientContext });
    return {
      StatusCode: 200,
      ...(outcome.functionError === undefined ? {} : { FunctionError: outcome.functionError }),
      ...(input.LogType === 'Tail' ? { LogResult: outcome.tail } : {}),
      Payload: new Uint8Array(Buffer.from(outcome.payload)),
      ExecutedVersion: Version,
    };
  },
});

/**
 * AWS Lambda: functions of assets, run by a host. Who calls is checked against identity policies and the policy of exactly
 * the qualifier that was called; what a function does is done as its role, assumed by `lambda.amazonaws.com`.
 */
export const lambdaService = (
  cloud: Cloud,
  options: LambdaOptions,
  queues: Pick<SqsModel, 'onAvailable' | 'byArn'>,
): LambdaService => {
  const model = new LambdaModel(cloud, options);
  return {
    name: 'lambda',
    actions: {
      ...functionActions(model, options),
      ...updateActions(model, options),
      ...accessActions(model),
      ...mappingActions(cloud, model, new EventSourceMappings(cloud, model, queues)),
      Invoke: invokeAction(model, new AsyncEvents(cloud, model)),
    },
    denied: (message) => new AwsError('AccessDeniedException', message, 403),
    notModelled: NOT_MODELLED,
    endEnvironments: (functionName) => model.endEnvironments(functionName),
    endCaller: (caller) => model.endCaller(caller),
    endIdle: () => model.endIdle(),
  };
};
