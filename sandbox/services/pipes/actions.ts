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
} from '@aws-sdk/client-pipes';
import type { ActionDefinition, CallContext, Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import type { SqsModel } from '../sqs/model.ts';
import { checkPipe, readBatching, readFilters } from './checks.ts';
import { type Pipe, PipesModel, pipeArn } from './model.ts';
import { PipeRunner } from './runner.ts';

/** How long a pipe takes to start, stop or go, in milliseconds; on AWS up to a minute or so, which nothing documents. */
const TRANSITION = [1_000, 3_000] as const;

const NOT_MODELLED = [
  'Sources other than standard queues, enrichments other than functions, targets other than buses, queues and state machines: refused by name',
  'UpdatePipe, tags; LogConfiguration and KmsKeyIdentifier are stored without effect',
  'Partial batch responses of targets: a failed entry makes the whole batch show again',
  'Pollers beyond five',
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
 * Amazon EventBridge Pipes from a queue over a function to a bus, queue or state machine. `queues` tells when there is
 * something to take, so nothing polls an empty queue. Follows docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html.
 */
export const pipesService = (
  cloud: Cloud,
  queues: Pick<SqsModel, 'onAvailable'>,
  model: PipesModel = new PipesModel(),
): ServiceDefinition => {
  const runners = new Map<string, PipeRunner>();

  const requirePipe = ({ principal }: CallContext, name: string | undefined): Pipe => {
    const pipe = model.pipes.get(pipeArn(principal.accountId, name ?? ''));
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

  const run = (pipe: Pipe, failed: PipeState): void => {
    try {
      cloud.assumeRole('pipes.amazonaws.com', pipe.roleArn, pipe.name);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      enter(pipe, failed, error.message);
      return;
    }
    enter(pipe, 'RUNNING');
    runners.set(pipe.arn, new PipeRunner(cloud, pipe, queues));
  };

  const halt = (pipe: Pipe): void => {
    runners.get(pipe.arn)?.stop();
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
      { action: 'pipes:CreatePipe', resource: pipeArn(principal.accountId, input.Name ?? '') },
    ],
    run(input, { principal }) {
      checkPipe(input);
      const now = cloud.clock.now();
      const name = input.Name ?? '';
      const pipe: Pipe = {
        name,
        arn: pipeArn(principal.accountId, name),
        account: principal.accountId,
        roleArn: input.RoleArn ?? '',
        source: input.Source ?? '',
        ...readBatching(input),
        filters: readFilters(input),
        request: input,
        createdAt: now,
        desiredState: input.DesiredState ?? 'RUNNING',
        currentState: 'CREATING',
        stateReason: undefined,
        modifiedAt: now,
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
    const { DesiredState: _, Tags: tags, ...request } = pipe.request;
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
          Source: pipe.source,
          Target: pipe.request.Target,
          Enrichment: pipe.request.Enrichment,
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
      DeletePipe: onPipe('DeletePipe', (pipe, _input: DeletePipeRequest): DeletePipeResponse => {
        halt(pipe);
        enter(pipe, 'DELETING');
        later(() => model.pipes.delete(pipe.arn));
        return { ...summary(pipe), DesiredState: 'DELETED' };
      }),
    },
  };
};
