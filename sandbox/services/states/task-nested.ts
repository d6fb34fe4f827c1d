import type { DescribeExecutionOutput, StartExecutionOutput } from '@aws-sdk/client-sfn';
import type { Json } from '../../asl/definition.ts';
import { Job } from '../../asl/job.ts';
import { StateError } from '../../asl/state-error.ts';
import { firstSdkError, orTaskError } from './task-failure.ts';
import { asText, withMetadata } from './task-optimised.ts';
import type { TaskContext } from './tasks.ts';

const call = <T>({ cloud, principal }: TaskContext, action: string, input: object): Promise<T> =>
  orTaskError<T>(
    () => cloud.invoke({ service: 'states', action, input, principal }),
    (failure) => firstSdkError('states', failure, cloud.random.uuid()),
  );

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Members in upper case and alphabetical order, dates in milliseconds since the epoch. */
const asMembers = (value: unknown): Json => {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'object' || value === null) return value as Json;
  const members = Object.entries(value)
    .filter(([name, member]) => member !== undefined && name !== '$metadata')
    .map(([name, member]) => [upper(name), asMembers(member)] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

const start = async (context: TaskContext): Promise<StartExecutionOutput> => {
  const { Input, Name, StateMachineArn, TraceHeader } = (context.request.arguments ?? {}) as Record<string, Json>;
  return call(context, 'StartExecution', {
    stateMachineArn: StateMachineArn,
    ...(Name === undefined || Name === null ? {} : { name: Name }),
    ...(Input === undefined || Input === null ? {} : { input: asText(Input) }),
    ...(TraceHeader === undefined ? {} : { traceHeader: TraceHeader }),
  });
};

/** The child's description; `.sync` gives its input and output as text, `.sync:2` as JSON. @throws StateError `States.TaskFailed` */
const resultOf = async (context: TaskContext, executionArn: string): Promise<Json> => {
  const described = await call<DescribeExecutionOutput>(context, 'DescribeExecution', { executionArn });
  const members = asMembers(described) as Record<string, Json>;
  if (described.status !== 'SUCCEEDED') throw new StateError('States.TaskFailed', JSON.stringify(members));
  if (context.request.resource.sync !== 2) return members;
  const parsed = (text = 'null'): Json => JSON.parse(text) as Json;
  return { ...members, Input: parsed(described.input), Output: parsed(described.output) };
};

/**
 * `arn:aws:states:::states:startExecution`, with `.sync` and `.sync:2` for those that wait until the child has ended. All
 * is done by the machine's role: StartExecution, then DescribeExecution; StopExecution where the task is aborted, which the
 * child outlives where the role may not stop it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 *
 * Shapes and errors as recorded on AWS: github.com/localstack/localstack, test_callback.snapshot.json, and
 * github.com/floci-io/floci, AslExecutorNestedSyncFailureTest. The child's end is seen at once; AWS looks for it by an event,
 * and by polling.
 */
export const startNested = async (context: TaskContext): Promise<Json | Job> => {
  const started = await start(context);
  const submitted = withMetadata(context, asMembers(started) as Record<string, Json>, 'application/x-amz-json-1.0');
  if (context.request.resource.sync === undefined) return submitted;
  const { executionArn = '' } = started;
  const cancel = (): void => {
    // Best effort: a refusal is in the journal.
    call(context, 'StopExecution', { executionArn }).catch(() => undefined);
  };
  const result = () => resultOf(context, executionArn);
  return new Job({ submitted, ended: context.ended(executionArn), result, cancel });
};
