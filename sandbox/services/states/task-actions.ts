import type { SendTaskFailureInput, SendTaskHeartbeatInput, SendTaskSuccessInput } from '@aws-sdk/client-sfn';
import { PAYLOAD_LIMIT } from '../../asl/state-error.ts';
import type { TokenAnswer } from '../../asl/task-tokens.ts';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { checkFailureTexts } from './failure-texts.ts';
import type { StatesModel } from './model.ts';

type Empty = Record<string, never>;

/** @throws AwsError `TaskTimedOut` where the task ended or timed out; `TaskDoesNotExist` */
const check = (answer: TokenAnswer): Empty => {
  if (answer === 'gone') {
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
  if (answer === 'unknown')
    throw new AwsError('TaskDoesNotExist', "Task Does Not Exist: 'No task has the provided token'");
  return {};
};

/** @throws AwsError `InvalidToken` where the text has not the form of a token */
const checkForm = (token: string | undefined): string => {
  const text = Buffer.from(token ?? '', 'base64').toString('utf8');
  if (token === undefined || !text.startsWith('task-token:')) {
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
  return token;
};

/** @throws AwsError `InvalidOutput` */
const checkOutput = (output: string | undefined): string => {
  const refuse = (why: string): AwsError => new AwsError('InvalidOutput', `Invalid Output: '${why}'`);
  if (output === undefined) throw refuse('output is missing');
  if (Buffer.byteLength(output) > PAYLOAD_LIMIT) throw refuse(`the output has more than ${PAYLOAD_LIMIT} bytes`);
  try {
    JSON.parse(output);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  return output;
};

/**
 * The actions that answer a task's token. IAM is asked about the state machine whose task waits.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
export const taskActions = (model: StatesModel) => {
  const { tokens } = model;
  const permissions =
    (action: string) =>
    ({ taskToken }: { taskToken?: string | undefined }): Permission[] => [
      { action: `states:${action}`, resource: tokens.ownerOf(checkForm(taskToken)) ?? '*' },
    ];
  return {
    SendTaskSuccess: {
      permissions: permissions('SendTaskSuccess'),
      run: ({ taskToken, output }) => {
        const text = checkOutput(output);
        return check(tokens.answer(checkForm(taskToken), { kind: 'success', output: text }));
      },
    } satisfies ActionDefinition<SendTaskSuccessInput, Empty>,

    SendTaskFailure: {
      permissions: permissions('SendTaskFailure'),
      run: ({ taskToken, error, cause }) => {
        checkFailureTexts({ error, cause });
        return check(tokens.answer(checkForm(taskToken), { kind: 'failure', error, cause }));
      },
    } satisfies ActionDefinition<SendTaskFailureInput, Empty>,

    SendTaskHeartbeat: {
      permissions: permissions('SendTaskHeartbeat'),
      run: ({ taskToken }) => check(tokens.heartbeat(checkForm(taskToken))),
    } satisfies ActionDefinition<SendTaskHeartbeatInput, Empty>,
  };
};
