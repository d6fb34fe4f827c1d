import type {
  CreatePipeRequest,
  CreatePipeResponse,
  DeletePipeRequest,
  DeletePipeResponse,
  DescribePipeRequest,
  DescribePipeResponse,
  ListPipesRequest,
  ListPipesResponse,
  PipeState,
  StartPipeRequest,
  StartPipeResponse,
  StopPipeRequest,
  StopPipeResponse,
  UpdatePipeRequest,
  UpdatePipeResponse,
} from '@aws-sdk/client-pipes';
import type { ActionDefinition, CallContext, Cloud, ServiceDefinition } from '../../cloud.ts';
import type { Streams } from '../dynamodb/streams.ts';
import { AwsError } from '../errors.ts';
import type { SqsModel } from '../sqs/model.ts';
import { readDefinition, updatedRequest } from './definition.ts';
import { type Pipe, PipesModel, pipeArn } from './model.ts';
import { PipeRunner } from './runner.ts';
import { StreamRunner } from './stream-runner.ts';

/** How long a pipe takes to start, stop or go, in milliseconds; on AWS up to a minute or so, which nothing documents. */
const TRANSITION = [1_000, 3_000] as const;

const NOT_MODELLED = [
  'Sources other than standard queues and streams of DynamoDB, enrichments other than functions, targets other than buses, functions, queues and state machines: refused by name',
  'Tags; LogConfiguration and KmsKeyIdentifier are stored without effect',
  'Partial batch responses of targets other than functions: a failed entry makes the whole batch show again',
  'Pollers of a queue beyond five; ParallelizationFactor beyond one; the 6 MB limit of a batch; being disabled after long failure',
];

/** A pipe that is on its way to another state is updated only when it has arrived. */
const UPDATABLE: readonly PipeState[] = [
  'RUNNING',
  'STOPPED',
  'CREATE_FAILED',
  'START_FAILED',
  'STOP_FAILED',
  'UPDATE_FAILED',
];

const summary = (pipe: Pipe): CreatePipeResponse => ({
  Arn: pipe.arn,
  Name: pipe.name,
  DesiredState: pipe.desiredState,
  CurrentState: pipe.currentState,
  CreationTime: new Date(pipe.createdAt),
  LastModifiedTime: new Date(pipe.modifiedAt),
});

/**
 * Amazon EventBridge Pipes from a queue or a stream over a function to a bus, function, queue or state machine. `queues` and
 * `streams` tell when there is something to take, so nothing polls an empty one. A pipe that is being updated goes on as it was until the update is
 * done, and what it took before that it finishes as it was: AWS does not say. Follows docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html.
 */
export const pipesService = (
  cloud: Cloud,
  queues: Pick<SqsModel, 'onAvailable'>,
  streams: Pick<Streams, 'onRecord'>,
  model: PipesModel = new PipesModel(),
): ServiceDefinition => {
  const runners = new Map<string, PipeRunner | StreamRunner>();
  /** Of streams, what a runner that was stopped has yet to finish: the next one begins behind it. */
  const endings = new Map<string, Promise<void>>();

  const requirePipe = ({ principal }: CallContext, name: string | undefined): Pipe => {
    const pipe = model.pipes.get(pipeArn(cloud.region, principal.accountId, name ?? ''));
    if (pipe === undefined) throw new AwsError('NotFoundException', `Pipe ${name} does not exist.`, 404);
    return pipe;
  };

  const enter = (pipe: Pipe, state: PipeState, reason?: string): void => {
    pipe.currentState = state;
    pipe.stateReason = reason;
    const detail = reason === undefined ? {} : { detail: { reason } };
    cloud.journal.write({ kind: 'state', who: pipe.arn, what: `pipe ${state}`, ...detail });
  };

  const later = (task: () => void): void => {
    cloud.clock.after(cloud.random.between(...TRANSITION), task);
  };

  /** Whether the role may be taken; where not, the pipe has failed. */
  const takesRole = (pipe: Pipe, roleArn: string, failed: PipeState): boolean => {
    try {
      cloud.assumeRole('pipes.amazonaws.com', roleArn, pipe.name);
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      enter(pipe, failed, error.message);
      return false;
    }
  };

  const run = (pipe: Pipe, failed: PipeState): void => {
    if (!takesRole(pipe, pipe.definition.roleArn, failed)) return;
    if (pipe.definition.stream !== undefined) {
      void runStream(pipe, failed);
      return;
    }
    enter(pipe, 'RUNNING');
    runners.set(pipe.arn, new PipeRunner(cloud, pipe.definition, queues));
  };

  const runStream = async (pipe: Pipe, failed: PipeState): Promise<void> => {
    const before = pipe.currentState;
    await endings.get(pipe.arn);
    const runner = new StreamRunner(cloud, pipe, streams);
    let refusal: string | undefined;
    try {
      await runner.open();
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    }
    const isWanted = pipe.currentState === before && model.pipes.get(pipe.arn) === pipe;
    if (refusal !== undefined || !isWanted) {
      await runner.stop();
      if (isWanted) enter(pipe, failed, refusal);
      return;
    }
    enter(pipe, 'RUNNING');
    runners.set(pipe.arn, runner);
    runner.start();
  };

  const halt = (pipe: Pipe): void => {
    const ended = runners.get(pipe.arn)?.stop();
    if (ended !== undefined) endings.set(pipe.arn, ended);
    runners.delete(pipe.arn);
  };

  const onPipe = <I extends { readonly Name?: string | undefined }, O>(
    iam: string,
    act: (pipe: Pipe, input: I) => O,
  ): ActionDefinition<I, O> => ({
    permissions: (input, context) => [{ action: `pipes:${iam}`, resource: requirePipe(context, input.Name).arn }],
    run: (input, context) => act(requirePipe(context, input.Name), input),
  });

  const CreatePipe: ActionDefinition<CreatePipeRequest, CreatePipeResponse> = {
    permissions: (input, { principal }) => [
      { action: 'pipes:CreatePipe', resource: pipeArn(cloud.region, principal.accountId, input.Name ?? '') },
    ],
    run(input, { principal }) {
      const now = cloud.clock.now();
      const name = input.Name ?? '';
      const definition = readDefinition(cloud.region, principal.accountId, input);
      const pipe: Pipe = {
        name,
        arn: definition.arn,
        account: principal.accountId,
        definition,
        createdAt: now,
        desiredState: input.DesiredState ?? 'RUNNING',
        currentState: 'CREATING',
        stateReason: undefined,
        modifiedAt: now,
        position: undefined,
      };
      if (model.pipes.has(pipe.arn)) throw new AwsError('ConflictException', `Pipe ${name} already exists.`, 409);
      model.pipes.set(pipe.arn, pipe);
      later(() => {
        if (pipe.currentState !== 'CREATING') return;
        if (pipe.desiredState === 'RUNNING') run(pipe, 'CREATE_FAILED');
        else enter(pipe, 'STOPPED');
      });
      return summary(pipe);
    },
  };

  const describe = (pipe: Pipe): DescribePipeResponse => {
    const { DesiredState: _, Tags: tags, ...request } = pipe.definition.request;
    return {
      ...request,
      ...summary(pipe),
      ...(tags === undefined ? {} : { Tags: tags }),
      ...(pipe.stateReason === undefined ? {} : { StateReason: pipe.stateReason }),
    };
  };

  const ListPipes: ActionDefinition<ListPipesRequest, ListPipesResponse> = {
    permissions: () => [{ action: 'pipes:ListPipes', resource: '*' }],
    run: (input, { principal }) => ({
      Pipes: [...model.pipes.values()]
        .filter((pipe) => pipe.account === principal.accountId && pipe.name.startsWith(input.NamePrefix ?? ''))
        .filter((pipe) => input.CurrentState === undefined || input.CurrentState === pipe.currentState)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((pipe) => ({
          ...summary(pipe),
          Source: pipe.definition.source,
          Target: pipe.definition.request.Target,
          Enrichment: pipe.definition.request.Enrichment,
        })),
    }),
  };

  const requireState = (pipe: Pipe, allowed: readonly PipeState[], doing: string): void => {
    if (allowed.includes(pipe.currentState)) return;
    throw new AwsError(
      'ConflictException',
      `Pipe ${pipe.name} is ${pipe.currentState} and cannot be ${doing} now.`,
      409,
    );
  };

  return {
    name: 'pipes',
    notModelled: NOT_MODELLED,
    actions: {
      CreatePipe,
      ListPipes,
      DescribePipe: onPipe('DescribePipe', (pipe, _input: DescribePipeRequest) => describe(pipe)),
      StartPipe: onPipe('StartPipe', (pipe, _input: StartPipeRequest): StartPipeResponse => {
        requireState(pipe, ['STOPPED', 'START_FAILED', 'CREATE_FAILED'], 'started');
        pipe.desiredState = 'RUNNING';
        pipe.modifiedAt = cloud.clock.now();
        enter(pipe, 'STARTING');
        later(() => {
          if (pipe.currentState === 'STARTING') run(pipe, 'START_FAILED');
        });
        return summary(pipe);
      }),
      StopPipe: onPipe('StopPipe', (pipe, _input: StopPipeRequest): StopPipeResponse => {
        requireState(pipe, ['RUNNING'], 'stopped');
        pipe.desiredState = 'STOPPED';
        pipe.modifiedAt = cloud.clock.now();
        enter(pipe, 'STOPPING');
        halt(pipe);
        later(() => {
          if (pipe.currentState === 'STOPPING') enter(pipe, 'STOPPED');
        });
        return summary(pipe);
      }),
      UpdatePipe: onPipe('UpdatePipe', (pipe, input: UpdatePipeRequest): UpdatePipeResponse => {
        requireState(pipe, UPDATABLE, 'updated');
        const updated = readDefinition(cloud.region, pipe.account, updatedRequest(pipe.definition.request, input));
        pipe.desiredState = input.DesiredState ?? pipe.desiredState;
        pipe.modifiedAt = cloud.clock.now();
        enter(pipe, 'UPDATING');
        later(() => {
          if (pipe.currentState !== 'UPDATING' || !takesRole(pipe, updated.roleArn, 'UPDATE_FAILED')) return;
          pipe.definition = updated;
          halt(pipe);
          if (pipe.desiredState === 'RUNNING') run(pipe, 'UPDATE_FAILED');
          else enter(pipe, 'STOPPED');
        });
        return summary(pipe);
      }),
      DeletePipe: onPipe('DeletePipe', (pipe, _input: DeletePipeRequest): DeletePipeResponse => {
        halt(pipe);
        enter(pipe, 'DELETING');
        later(() => model.pipes.delete(pipe.arn));
        return { ...summary(pipe), DesiredState: 'DELETED' };
      }),
    },
  };
};
