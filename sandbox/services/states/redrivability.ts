import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { HISTORY_LIMIT } from '../../asl/state-error.ts';
import type { ExecutionRecord } from './model.ts';

const DAY = 24 * 3600 * 1000;
/** An execution may be redriven for so long after its end, and only within so long of its start. https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-eligibility */
const REDRIVABLE_MILLIS = 14 * DAY;
const LONGEST_MILLIS = 365 * DAY;

/** Why an execution cannot be redriven, in AWS's words, or undefined where it can. https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
export const refuseRedrive = (record: ExecutionRecord, now: number): string | undefined => {
  const { machine, status, startDate, stopDate, run } = record;
  if (machine.status === 'DELETING') return 'State machine is in DELETING status';
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  // Room must be left for ExecutionRedriven and one event more.
  if (run.history.events.length >= HISTORY_LIMIT - 1) return 'Execution history event limit exceeded';
  if (now - startDate.getTime() >= LONGEST_MILLIS) return 'Execution has exceeded the max execution time';
  if (now - (stopDate?.getTime() ?? now) > REDRIVABLE_MILLIS) return 'Execution redrivable period exceeded';
  return undefined;
};

type RedriveMember = 'redriveCount' | 'redriveDate' | 'redriveStatus' | 'redriveStatusReason';

/** What a description of an execution says of its redrives. */
export const redriveMembers = (record: ExecutionRecord, now: number): Pick<DescribeExecutionOutput, RedriveMember> => {
  const { redriveCount, redriveTime } = record.run;
  const reason = refuseRedrive(record, now);
  return {
    redriveCount,
    ...(redriveTime === undefined ? {} : { redriveDate: new Date(redriveTime) }),
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(reason === undefined ? {} : { redriveStatusReason: reason }),
  };
};
