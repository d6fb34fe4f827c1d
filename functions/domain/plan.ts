import type { AnswerOutcome } from './answer.ts';
import { decideConnection, decideWithoutPlace, type Situation } from './decide-connection.ts';
import { type Ending, explainEnding } from './ending.ts';
import { isRepeated, type PastDecision } from './history.ts';
import type { Decision, RuleOutcome } from './verdict.ts';

/** What the workflow is to do about a request, and how that is explained. */
export interface Plan {
  /** `none`: nothing is to be answered; the request's end is recorded. */
  readonly verdict: Decision['verdict'] | 'none';
  readonly code: Decision['code'] | Ending['code'];
  readonly sentence: string;
  readonly rules: readonly RuleOutcome[];
  readonly customerId?: string;
  /** How it ended, where there was nothing to answer. */
  readonly outcome?: AnswerOutcome;
  /** The place to take before accepting. */
  readonly place?: {
    readonly maxEndpoints: number;
    /** Whether the entitlement's item of places exists; if not, it is opened first. */
    readonly isOpen: boolean;
  };
  /** The ledger says the same already: nothing to record, nobody to tell. */
  readonly isRepeated: boolean;
}

/** Plans for a request that waits for acceptance; also what holds where its place is lost to another at the last moment. */
export const planRequest = (
  situation: Situation,
  history: readonly PastDecision[],
  placesOpen: readonly string[],
): { readonly plan: Plan; readonly planWithoutPlace: Plan } => {
  const toPlan = (decision: Decision): Plan => {
    const candidate = situation.candidates.find(({ customerId }) => customerId === decision.customerId);
    const entitlement = candidate?.entitlement.kind === 'found' ? candidate.entitlement.entry : undefined;
    return {
      ...decision,
      isRepeated: isRepeated(history, decision.verdict, decision.code),
      ...(decision.verdict === 'accept' && entitlement !== undefined
        ? { place: { maxEndpoints: entitlement.maxEndpoints, isOpen: placesOpen.includes(entitlement.customerId) } }
        : {}),
    };
  };
  return { plan: toPlan(decideConnection(situation)), planWithoutPlace: toPlan(decideWithoutPlace(situation)) };
};

/** Plans for a request that ended without an answer that the ledger knows of. */
export const planEnding = (outcome: AnswerOutcome, endpointId: string): Plan => ({
  verdict: 'none',
  ...explainEnding(outcome, endpointId),
  rules: [],
  outcome,
  isRepeated: false,
});
