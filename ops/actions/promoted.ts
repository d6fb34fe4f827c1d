import { SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import * as v from 'valibot';
import { RecordId } from '../../functions/registry/dns-records.ts';
import { createAction, isRefused, Reason, type Refused, refused } from '../action.ts';
import { follow } from '../follow.ts';
import { forgetPromotion, type HeldPromotion, readHeldPromotions } from '../promotions.ts';
import type { Standby } from '../services.ts';
import { standbyOf } from '../standby.ts';
import { endedOf } from '../update-failover.ts';
import { type FailoverRan, type FailoverRuns, PATIENCE, toldOf } from './fail-over.ts';

const Input = v.pipe(
  v.strictObject({
    recordId: RecordId,
    /** It can't be done: the run fails, and nothing is flipped. */
    failed: v.exactOptional(v.literal(true)),
    reason: v.exactOptional(Reason),
  }),
  v.check(({ failed, reason }) => failed === undefined || reason !== undefined, 'say why it can not be done: reason'),
);

/** The runs that waited know that it can't be done, and fail: nothing is flipped. */
export interface PromotionGivenUp {
  readonly outcome: 'given-up';
  readonly recordId: string;
  readonly by: string;
  readonly reason: string;
  /** The ARNs of the runs. */
  readonly told: readonly string[];
}

/** What became of a promotion, and of the run that waited for it. */
export type PromotionTold = FailoverRan | FailoverRuns | PromotionGivenUp;

/** Nobody waits with such a token any more: its task timed out, ended, or its execution did. */
const GONE: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/**
 * Says that the side which is to take over was promoted, and the other fenced: gives their tokens back to the runs that wait for it, and follows
 * the first. Tokens stay between the ledger and Step Functions: no result and no error has one.
 *
 * @throws BadInput; NoStandby; `Malformed`; NotFollowed; what AWS throws.
 */
export const promoted = createAction(Input, async (input, services): Promise<PromotionTold | Refused> => {
  const { recordId, failed, reason } = input;
  const standby = standbyOf(services);
  const waiting = await readHeldPromotions(recordId, standby);
  if (waiting.length === 0) {
    return refused(
      `No run of ${recordId} waits for a promotion. Is the id right? What it is at: "records --record ${recordId}".`,
    );
  }
  const by = await standby.caller();
  const told: HeldPromotion[] = [];
  for (const each of waiting) {
    const answer = failed === true ? { failed: `${by}: ${reason ?? ''}` } : { by, reason };
    if (await isTold(each.token, answer, standby)) told.push(each);
    await forgetPromotion(recordId, each, standby);
  }
  const [first] = told;
  if (first === undefined) {
    return refused(
      `The run that waited for a promotion of ${recordId} is over, and nothing was flipped by it. Start it again: "${waiting.at(-1)?.action} --record ${recordId}".`,
    );
  }
  if (failed === true) {
    return { outcome: 'given-up', recordId, by, reason: reason ?? '', told: told.map(({ execution }) => execution) };
  }
  const ending = await follow(first.execution, PATIENCE, standby);
  const action = first.action === 'failback' ? 'failback' : 'failover';
  const result = toldOf(recordId, action, endedOf({ recordId, action }, ending, first.execution));
  if (isRefused(result) || result.outcome !== 'planned') return result;
  throw new Error(`A run that waited for a promotion planned only: ${first.execution}`);
});

const isTold = async (
  taskToken: string,
  answer: { readonly failed: string } | { readonly by: string; readonly reason: string | undefined },
  { sfn }: Standby,
): Promise<boolean> => {
  try {
    await ('failed' in answer
      ? sfn.send(new SendTaskFailureCommand({ taskToken, error: 'NotPromoted', cause: answer.failed }))
      : sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer) })));
    return true;
  } catch (error) {
    if (error instanceof Error && GONE.has(error.name)) return false;
    throw error;
  }
};
