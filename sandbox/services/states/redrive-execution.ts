import type { RedriveExecutionInput, RedriveExecutionOutput } from '@aws-sdk/client-sfn';
import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import type { ExecutionRecord, StatesModel } from './model.ts';
import { refuseRedrive } from './redrivability.ts';
import { begin } from './start-execution.ts';

/** Client tokens that are remembered, and for how long. https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html */
const TOKENS_KEPT = 10;
const TOKEN_MILLIS = 15 * 60 * 1000;

const remember = ({ redrives }: ExecutionRecord, token: string, date: Date): void => {
  redrives.delete(token);
  redrives.set(token, date);
  for (const oldest of [...redrives.keys()].slice(0, -TOKENS_KEPT)) redrives.delete(oldest);
};

/**
 * Restarts an execution that failed, timed out or was stopped, from the state that did not succeed; it goes on in a later
 * turn, by the definition and the role that it began with. A token that redrove it already answers the same, whatever
 * became of the execution since. The words are as recorded on AWS (github.com/radkawar/stackd,
 * testdata/aws/stepfunctions/redrive_execution.json).
 *
 * @throws AwsError `ExecutionNotRedrivable`, `ExecutionDoesNotExist`, `InvalidArn`
 */
export const redriveExecution = (
  model: StatesModel,
  cloud: Cloud,
  { executionArn, clientToken }: RedriveExecutionInput,
): RedriveExecutionOutput => {
  const record = model.execution(executionArn);
  const now = cloud.clock.now();
  const before = clientToken === undefined ? undefined : record.redrives.get(clientToken);
  if (before !== undefined && now - before.getTime() <= TOKEN_MILLIS) return { redriveDate: before };
  const reason = refuseRedrive(record, now);
  if (reason !== undefined) {
    throw new AwsError('ExecutionNotRedrivable', `Execution ${record.arn} invalid for redrive as: ${reason}`);
  }
  record.run.redrive();
  record.status = 'RUNNING';
  record.stopDate = undefined;
  record.error = undefined;
  record.cause = undefined;
  const redriveDate = new Date(now);
  if (clientToken !== undefined) remember(record, clientToken, redriveDate);
  begin(cloud, record);
  return { redriveDate };
};
