import type { PastDecision } from './history.ts';

/** What a person said of a held request. */
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

/** What a person said since the request is held, if anybody did: the last word. */
export const approvalOf = (
  history: readonly PastDecision[],
  approvals: readonly Approval[],
): (Approval & Pick<PastDecision, 'proposed'>) | undefined =>
  heldChain(history)
    .flatMap(({ generation, proposed }) =>
      approvals
        .filter((approval) => approval.generation === generation)
        .map((approval) => ({ ...approval, ...(proposed === undefined ? {} : { proposed }) })),
    )
    .at(-1);
