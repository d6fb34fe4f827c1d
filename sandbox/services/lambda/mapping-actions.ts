import type {
  CreateEventSourceMappingRequest,
  DeleteEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  GetEventSourceMappingRequest,
  ListEventSourceMappingsRequest,
  ListEventSourceMappingsResponse,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import { type ActionDefinition, type Cloud, type Permission, PROVIDER_ACCOUNT } from '../../cloud.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import type { EventSourceMappings, Mapping } from './event-source-mappings.ts';
import type { LambdaModel } from './model.ts';
import { functionArn, readFunctionName } from './names.ts';

const SQS_ARN = /^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+$/;
/** Above it, a batch needs a window to fill. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const UNWINDOWED_BATCH = 10;
const LARGEST_BATCH = 10_000;
const LONGEST_WINDOW = 300;
const CONCURRENCY = [2, 1_000] as const;
/** Actions that the function's role needs on the queue. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const ROLE_NEEDS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

const onMapping = ({ region }: LambdaModel, action: string, uuid = '*'): Permission => ({
  action: `lambda:${action}`,
  resource: `arn:aws:lambda:${region}:${PROVIDER_ACCOUNT}:event-source-mapping:${uuid}`,
});

/** The members that both creating and updating take. */
type Settings = Pick<
  CreateEventSourceMappingRequest,
  | 'BatchSize'
  | 'MaximumBatchingWindowInSeconds'
  | 'ScalingConfig'
  | 'FunctionResponseTypes'
  | 'Enabled'
  | 'FilterCriteria'
>;

const within = (name: string, value: number, [low, high]: readonly [number, number]): number => {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw invalidParameter(`${name} must be a whole number from ${low} to ${high}, not ${value}.`);
};

/** @throws AwsError `InvalidParameterValueException` */
const settingsOf = (input: Settings) => {
  if ((input.FilterCriteria?.Filters ?? []).length > 0) {
    throw invalidParameter('The sandbox does not model FilterCriteria of an event source mapping.');
  }
  const BatchSize = within('BatchSize', input.BatchSize ?? UNWINDOWED_BATCH, [1, LARGEST_BATCH]);
  const MaximumBatchingWindowInSeconds = within(
    'MaximumBatchingWindowInSeconds',
    input.MaximumBatchingWindowInSeconds ?? 0,
    [0, LONGEST_WINDOW],
  );
  if (BatchSize > UNWINDOWED_BATCH && MaximumBatchingWindowInSeconds < 1) {
    throw invalidParameter(
      `Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than ${UNWINDOWED_BATCH}`,
    );
  }
  const most = input.ScalingConfig?.MaximumConcurrency;
  if (most !== undefined) within('MaximumConcurrency', most, CONCURRENCY);
  return {
    BatchSize,
    MaximumBatchingWindowInSeconds,
    ...(input.ScalingConfig === undefined ? {} : { ScalingConfig: input.ScalingConfig }),
    FunctionResponseTypes: input.FunctionResponseTypes ?? [],
    State: input.Enabled === false ? ('Disabled' as const) : ('Enabled' as const),
  };
};

/** Event source mappings of SQS queues. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const mappingActions = (cloud: Cloud, model: LambdaModel, mappings: EventSourceMappings) => {
  const found = (uuid: string | undefined): Mapping => {
    const mapping = mappings.find(uuid ?? '');
    if (mapping === undefined) throw notFound('The resource you requested does not exist.');
    return mapping;
  };

  /** What AWS checks when a mapping is made: the queue is there, hides its messages for long enough, and the role may read it. */
  const check = async (source: string, functionName: string): Promise<void> => {
    const { configuration, principal } = model.version(readFunctionName(model.region, functionName));
    const visibility = mappings.visibilityOf(source);
    if (visibility === undefined) {
      throw invalidParameter(
        `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ${source}`,
      );
    }
    if (visibility < configuration.Timeout) {
      throw invalidParameter(
        `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${configuration.Timeout} seconds`,
      );
    }
    for (const action of ROLE_NEEDS) {
      if (cloud.refusal(principal, { action: `sqs:${action}`, resource: source }) !== undefined) {
        throw invalidParameter(`The provided execution role does not have permissions to call ${action} on SQS`);
      }
    }
  };

  const CreateEventSourceMapping: ActionDefinition<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> = {
    permissions: (input) => [
      {
        ...onMapping(model, 'CreateEventSourceMapping'),
        context: {
          'lambda:FunctionArn': functionArn(model.region, readFunctionName(model.region, input.FunctionName)),
        },
      },
    ],
    async run(input) {
      const { EventSourceArn: source = '' } = input;
      if (!SQS_ARN.test(source))
        throw invalidParameter(`The sandbox models standard SQS queues as sources, not '${source}'.`);
      const FunctionArn = functionArn(model.region, readFunctionName(model.region, input.FunctionName));
      const settings = settingsOf(input);
      await check(source, FunctionArn);
      const twin = mappings.all().find((each) => each.EventSourceArn === source && each.FunctionArn === FunctionArn);
      if (twin !== undefined) {
        throw conflict(
          `An event source mapping with event source arn (" ${source} ") and function (" ${FunctionArn} ") already exists. Please update or delete the existing mapping with UUID ${twin.UUID}`,
        );
      }
      const mapping: Mapping = {
        UUID: cloud.random.uuid(),
        EventSourceArn: source,
        FunctionArn,
        ...settings,
        LastModified: new Date(cloud.clock.now()),
        StateTransitionReason: 'USER_INITIATED',
      };
      mappings.put(mapping);
      return { ...mapping, State: 'Creating' };
    },
  };

  const UpdateEventSourceMapping: ActionDefinition<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration> = {
    permissions: (input) => [onMapping(model, 'UpdateEventSourceMapping', input.UUID)],
    async run(input) {
      const before = found(input.UUID);
      const FunctionArn =
        input.FunctionName === undefined
          ? before.FunctionArn
          : functionArn(model.region, readFunctionName(model.region, input.FunctionName));
      const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
      const settings = settingsOf({ ...before, Enabled: before.State === 'Enabled', ...given });
      await check(before.EventSourceArn, FunctionArn);
      const mapping = { ...before, ...settings, FunctionArn, LastModified: new Date(cloud.clock.now()) };
      mappings.put(mapping);
      return { ...mapping, State: 'Updating' };
    },
  };

  const GetEventSourceMapping: ActionDefinition<GetEventSourceMappingRequest, EventSourceMappingConfiguration> = {
    permissions: (input) => [onMapping(model, 'GetEventSourceMapping', input.UUID)],
    run: (input) => found(input.UUID),
  };

  const ListEventSourceMappings: ActionDefinition<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse> = {
    permissions: () => [{ action: 'lambda:ListEventSourceMappings', resource: '*' }],
    run(input) {
      const ref =
        input.FunctionName === undefined
          ? undefined
          : functionArn(model.region, readFunctionName(model.region, input.FunctionName));
      const EventSourceMappings = mappings
        .all()
        .filter(
          ({ EventSourceArn, FunctionArn }) =>
            (ref === undefined || FunctionArn === ref) &&
            (input.EventSourceArn === undefined || EventSourceArn === input.EventSourceArn),
        );
      return { EventSourceMappings: [...EventSourceMappings] };
    },
  };

  const DeleteEventSourceMapping: ActionDefinition<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration> = {
    permissions: (input) => [onMapping(model, 'DeleteEventSourceMapping', input.UUID)],
    run(input) {
      const mapping = found(input.UUID);
      mappings.remove(mapping.UUID);
      return { ...mapping, State: 'Deleting' };
    },
  };

  return {
    CreateEventSourceMapping,
    UpdateEventSourceMapping,
    GetEventSourceMapping,
    ListEventSourceMappings,
    DeleteEventSourceMapping,
  };
};
