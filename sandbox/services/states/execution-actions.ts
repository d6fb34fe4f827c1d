import type {
  DescribeExecutionInput,
  DescribeExecutionOutput,
  DescribeStateMachineForExecutionInput,
  DescribeStateMachineForExecutionOutput,
  ExecutionListItem,
  GetExecutionHistoryInput,
  GetExecutionHistoryOutput,
  HistoryEvent,
  ListExecutionsInput,
  ListExecutionsOutput,
  StartExecutionInput,
  StartExecutionOutput,
  StopExecutionInput,
  StopExecutionOutput,
} from '@aws-sdk/client-sfn';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { checkFailureTexts } from './failure-texts.ts';
import type { ExecutionRecord, StatesModel } from './model.ts';
import { page } from './pages.ts';
import { startExecution } from './start-execution.ts';

const on = (action: string, resource: string | undefined): Permission => ({
  action: `states:${action}`,
  resource: resource ?? '*',
});

const DATA_MEMBERS = ['input', 'output', 'parameters', 'error', 'cause', 'assignedVariables'];

/** The event without its payloads, for `includeExecutionData: false`. */
const withoutData = (event: HistoryEvent): HistoryEvent =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      name.endsWith('EventDetails')
        ? Object.fromEntries(
            Object.entries(value as Record<string, unknown>).filter(([member]) => !DATA_MEMBERS.includes(member)),
          )
        : value,
    ]),
  ) as unknown as HistoryEvent;

const describe = (record: ExecutionRecord): DescribeExecutionOutput => {
  const { arn, machine, name, status, startDate, stopDate, input, output, error, cause } = record;
  const redrivable = status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED';
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate,
    input,
    inputDetails: { included: true },
    redriveCount: 0,
    redriveStatus: redrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(redrivable ? {} : { redriveStatusReason: `Execution is ${status} and cannot be redriven` }),
    ...(stopDate === undefined ? {} : { stopDate }),
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
};

const listItem = ({ arn, machine, name, status, startDate, stopDate }: ExecutionRecord): ExecutionListItem => ({
  executionArn: arn,
  stateMachineArn: machine.arn,
  name,
  status,
  startDate,
  redriveCount: 0,
  ...(stopDate === undefined ? {} : { stopDate }),
});

const list = (model: StatesModel, input: ListExecutionsInput): ListExecutionsOutput => {
  if (input.mapRunArn !== undefined || input.redriveFilter !== undefined) {
    throw new AwsError('ValidationException', 'The sandbox lists executions by stateMachineArn and statusFilter only.');
  }
  const machine = model.machine(input.stateMachineArn);
  const all = model
    .executionsOf(machine.arn)
    .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter);
  const { items, ...rest } = page(all, input.nextToken, input.maxResults);
  return { executions: items.map(listItem), ...rest };
};

const history = (model: StatesModel, input: GetExecutionHistoryInput): GetExecutionHistoryOutput => {
  const { events } = model.execution(input.executionArn).run.history;
  const ordered = input.reverseOrder === true ? events.toReversed() : events;
  const { items, ...rest } = page(ordered, input.nextToken, input.maxResults);
  return { events: input.includeExecutionData === false ? items.map(withoutData) : [...items], ...rest };
};

/** The actions on executions. https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html */
export const executionActions = (model: StatesModel) => ({
  StartExecution: {
    permissions: ({ stateMachineArn }) => [on('StartExecution', stateMachineArn)],
    run: (input, { cloud }) => startExecution(model, cloud, input),
  } satisfies ActionDefinition<StartExecutionInput, StartExecutionOutput>,

  DescribeExecution: {
    permissions: ({ executionArn }) => [on('DescribeExecution', executionArn)],
    run: ({ executionArn }) => describe(model.execution(executionArn)),
  } satisfies ActionDefinition<DescribeExecutionInput, DescribeExecutionOutput>,

  DescribeStateMachineForExecution: {
    permissions: ({ executionArn }) => [on('DescribeStateMachineForExecution', executionArn)],
    run: ({ executionArn }) => {
      const { machine, definitionText, roleArn, revisionId, startDate } = model.execution(executionArn);
      return {
        stateMachineArn: machine.arn,
        name: machine.name,
        definition: definitionText,
        roleArn,
        updateDate: startDate,
        loggingConfiguration: machine.loggingConfiguration,
        tracingConfiguration: machine.tracingConfiguration,
        revisionId,
      };
    },
  } satisfies ActionDefinition<DescribeStateMachineForExecutionInput, DescribeStateMachineForExecutionOutput>,

  ListExecutions: {
    permissions: ({ stateMachineArn }) => [on('ListExecutions', stateMachineArn)],
    run: (input) => list(model, input),
  } satisfies ActionDefinition<ListExecutionsInput, ListExecutionsOutput>,

  GetExecutionHistory: {
    permissions: ({ executionArn }) => [on('GetExecutionHistory', executionArn)],
    run: (input) => history(model, input),
  } satisfies ActionDefinition<GetExecutionHistoryInput, GetExecutionHistoryOutput>,

  StopExecution: {
    permissions: ({ executionArn }) => [on('StopExecution', executionArn)],
    run: async ({ executionArn, error, cause }, { cloud }) => {
      checkFailureTexts({ error, cause });
      const record = model.execution(executionArn);
      record.run.stop(error, cause);
      await record.run.result;
      return { stopDate: record.stopDate ?? new Date(cloud.clock.now()) };
    },
  } satisfies ActionDefinition<StopExecutionInput, StopExecutionOutput>,
});
