import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { calling } from './errors.ts';

/** Nobody waits with this token any more: the task timed out, ended, or its execution did. */
const GONE: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/** What a workflow may be told. */
export type TaskAnswer = { readonly output: object } | { readonly error: string; readonly cause: string };

/** A cause takes 32,768 characters: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const LONGEST_CAUSE = 2_000;

/**
 * Answers a task's token.
 *
 * @returns false where nobody waits with it any more.
 * @throws `Throttled`, `Denied`.
 */
export const isTold = (sfn: SFNClient, taskToken: string, answer: TaskAnswer): Promise<boolean> =>
  unlessGone('answer a token', () =>
    'output' in answer
      ? sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer.output) }))
      : sfn.send(
          new SendTaskFailureCommand({ taskToken, error: answer.error, cause: answer.cause.slice(0, LONGEST_CAUSE) }),
        ),
  );

/**
 * Says that somebody is at it, and so learns whether anybody still waits.
 *
 * @throws `Throttled`, `Denied`.
 */
export const isAwaited = (sfn: SFNClient, taskToken: string): Promise<boolean> =>
  unlessGone('send a heartbeat', () => sfn.send(new SendTaskHeartbeatCommand({ taskToken })));

const unlessGone = async (doing: string, call: () => Promise<unknown>): Promise<boolean> => {
  try {
    await calling(doing, call);
    return true;
  } catch (error) {
    if (error instanceof Error && GONE.has(error.name)) return false;
    throw error;
  }
};
