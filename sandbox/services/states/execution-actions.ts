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
  RedriveExecutionInput,
  RedriveExecutionOutput,
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
import { redriveMembers } from './redrivability.ts';
import { redriveExecution } from './redrive-execution.ts';
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

const describe = (record: ExecutionRecord, now: number): DescribeExecutionOutput => {
  const { arn, machine, name, status, startDate, stopDate, input, output, error, cause } = record;
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate,
    input,
    inputDetails: { included: true },
    ...redriveMembers(record, now),
    ...(stopDate === undefined ? {} : { stopDate }),
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
};

const listItem = ({ arn, machine, name, status, startDate, stopDate, run }: ExecutionRecord): ExecutionListItem => ({
  executionArn: arn,
  stateMachineArn: machine.arn,
  name,
  status,
  startDate,
  redriveCount: run.redriveCount,
  ...(run.redriveTime === undefined ? {} : { redriveDate: new Date(run.redriveTime) }),
  ...(stopDate === undefined ? {} : { stopDate }),
});

const redriven = (count: number): 'REDRIVEN' | 'NOT_REDRIVEN' => (count > 0 ? 'REDRIVEN' : 'NOT_REDRIVEN');

const list = (model: StatesModel, input: ListExecutionsInput): ListExecutionsOutput => {
  if (input.mapRunArn !== undefined) {
    throw new AwsError('ValidationException', 'The sandbox has no Map Runs: list executions by stateMachineArn.');
  }
  const machine = model.machine(input.stateMachineArn);
  const all = model
    .executionsOf(machine.arn)
    .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
    .filter(({ run }) => input.redriveFilter === undefined || redriven(run.redriveCount) === input.redriveFilter);
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
    run: ({ executionArn }, { cloud }) => describe(model.execution(executionArn), cloud.clock.now()),
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

  RedriveExecution: {
    permissions: ({ executionArn }) => [on('RedriveExecution', executionArn)],
    run: (input, { cloud }) => redriveExecution(model, cloud, input),
  } satisfies ActionDefinition<RedriveExecutionInput, RedriveExecutionOutput>,

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
