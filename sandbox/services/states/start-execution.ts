import type { StartExecutionInput, StartExecutionOutput } from '@aws-sdk/client-sfn';
import type { Json } from '../../asl/definition.ts';
import { Execution } from '../../asl/execution.ts';
import { PAYLOAD_LIMIT } from '../../asl/state-error.ts';
import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { checkName, type ExecutionRecord, executionArn, type StatesModel } from './model.ts';
import { publishStatus } from './status-events.ts';
import { cloudTasks } from './tasks.ts';

const invalidInput = (why: string): AwsError =>
  new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);

/** @throws AwsError `InvalidExecutionInput` */
const parseInput = (text: string): Json => {
  if (Buffer.byteLength(text) > PAYLOAD_LIMIT) throw invalidInput(`The input has more than ${PAYLOAD_LIMIT} bytes`);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw invalidInput((error as Error).message);
  }
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html: what did not happen is not reported. */
const END_METRICS: Readonly<Partial<Record<ExecutionRecord['status'], string>>> = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

const countEnd = (cloud: Cloud, { status, machine, startDate, stopDate }: ExecutionRecord): void => {
  const metric = END_METRICS[status];
  if (metric === undefined) return;
  const about = { StateMachineArn: machine.arn };
  const took = (stopDate?.getTime() ?? 0) - startDate.getTime();
  cloud.metrics.put('AWS/States', about, { [metric]: 1 }, 'Count');
  cloud.metrics.put('AWS/States', about, { ExecutionTime: took }, 'Milliseconds');
};

/** @param begun once EventBridge was told that it runs: an execution that is stopped before that is told of afterwards */
const settle = async (cloud: Cloud, record: ExecutionRecord, begun: Promise<void>): Promise<void> => {
  const { status, output, error, cause } = await record.run.result;
  record.status = status;
  record.stopDate = new Date(cloud.clock.now());
  record.output = output;
  record.error = error;
  record.cause = cause;
  cloud.journal.write({
    kind: 'state',
    who: record.arn,
    what: `execution ${status}`,
    ...(error === undefined ? {} : { detail: { error, cause } }),
  });
  countEnd(cloud, record);
  const ended = { ...record };
  await begun;
  await publishStatus(cloud, ended);
};

/** Has an execution that was made, or redriven, run from a later turn on, and tells of its status until it has ended. */
export const begin = (cloud: Cloud, record: ExecutionRecord): void => {
  const { arn, run } = record;
  cloud.journal.write({ kind: 'state', who: arn, what: 'execution RUNNING' });
  const atStart = { ...record };
  const begun = new Promise<void>((resolve) => {
    setImmediate(() => {
      void publishStatus(cloud, atStart);
      run.start();
      resolve();
    });
  });
  void settle(cloud, record, begun);
};

/**
 * Starts an execution, which begins to run in a later turn. The same name with the same input while it runs answers
 * the same. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 *
 * @throws AwsError `StateMachineDoesNotExist`, `InvalidName`, `InvalidExecutionInput`, `ExecutionAlreadyExists`
 */
export const startExecution = (
  model: StatesModel,
  cloud: Cloud,
  request: StartExecutionInput,
): StartExecutionOutput => {
  const machine = model.machine(request.stateMachineArn);
  const name = request.name === undefined ? cloud.random.uuid() : checkName(request.name);
  const text = request.input ?? '{}';
  const input = parseInput(text);
  const arn = executionArn(machine, name);
  const namesake = model.namesake(arn, cloud.clock.now());
  if (namesake !== undefined) {
    if (namesake.status === 'RUNNING' && namesake.input === text) {
      return { executionArn: arn, startDate: namesake.startDate };
    }
    throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  }
  const run = new Execution({
    definition: machine.definition,
    input,
    executionArn: arn,
    executionName: name,
    stateMachineArn: machine.arn,
    stateMachineName: machine.name,
    roleArn: machine.roleArn,
    region: cloud.region,
    clock: cloud.clock,
    random: cloud.random,
    tokens: model.tokens,
    tasks: cloudTasks(model, cloud, { arn: machine.arn, roleArn: machine.roleArn }, { arn, name }),
    onEnter: (state) => cloud.journal.write({ kind: 'state', who: arn, what: `entered ${state}` }),
  });
  const record: ExecutionRecord = {
    arn,
    name,
    machine,
    definitionText: machine.text,
    roleArn: machine.roleArn,
    revisionId: machine.revisionId,
    input: text,
    startDate: new Date(cloud.clock.now()),
    run,
    status: 'RUNNING',
    stopDate: undefined,
    output: undefined,
    error: undefined,
    cause: undefined,
    redrives: new Map(),
  };
  model.add(record);
  cloud.metrics.put('AWS/States', { StateMachineArn: machine.arn }, { ExecutionsStarted: 1 }, 'Count');
  begin(cloud, record);
  return { executionArn: arn, startDate: record.startDate };
};
