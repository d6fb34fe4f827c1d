import { isWaiting, type PastDecision } from './history.ts';
import type { Effect } from './mode.ts';

/** What a person said of a held request: `deny` is against the request, also where a rejection was proposed. */
export interface Approval {
  readonly answer: 'approve' | 'deny';
  /** The decision that held the request. */
  readonly generation: number;
  /** Who: the ARN under which the person called. */
  readonly by: string;
  /** For colleagues, never for the customer. */
  readonly reason: string;
}

/** The decisions since which a request has been held without a break, oldest first; none where it is not held. */
export const heldChain = <Past extends Pick<PastDecision, 'outcome'>>(history: readonly Past[]): readonly Past[] =>
  history.slice(history.findLastIndex(({ outcome }) => outcome !== 'held') + 1);

/** The last word on a request. */
export interface LastWord extends Approval {
  /** What the decision that it answers proposed. */
  readonly proposed?: Effect;
  /** What was approved before it, in the same hold. */
  readonly earlier?: readonly Effect[];
}

/**
 * What a person said of the request, if anybody did: the last word. A yes is to a proposal, and counts as long as the request is held
 * without a break since. A no is to the request, and counts as long as the request waits: what is only observed then is not asked again.
 */
export const approvalOf = (history: readonly PastDecision[], approvals: readonly Approval[]): LastWord | undefined => {
  const [firstHeld] = heldChain(history);
  const words = history
    .slice(history.findLastIndex(({ outcome }) => !isWaiting(outcome)) + 1)
    .filter(({ outcome }) => outcome === 'held')
    .flatMap(({ generation, proposed }) =>
      approvals
        .filter((approval) => approval.generation === generation)
        .map((approval): LastWord => ({ ...approval, ...(proposed === undefined ? {} : { proposed }) })),
    )
    .filter(
      ({ answer, generation, proposed }) =>
        answer === 'deny' || (proposed !== undefined && firstHeld !== undefined && generation >= firstHeld.generation),
    );
  const last = words.at(-1);
  const earlier = words.slice(0, -1).flatMap(({ answer, proposed = [] }) => (answer === 'approve' ? proposed : []));
  return last === undefined || earlier.length === 0 ? last : { ...last, earlier };
};
