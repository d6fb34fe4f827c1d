import { decideConnection, decideWithoutPlace } from './decide-connection.ts';
import type { RevocationCode } from './decide-revocation.ts';
import { type Ended, type Ending, explainEnding } from './ending.ts';
import { type Force, type Intent, isRepeated, type Outcome, type PastDecision } from './history.ts';
import { closestMatches, found } from './rules.ts';
import type { Candidate, Situation } from './situation.ts';
import type { Decision, Hold, RuleOutcome } from './verdict.ts';

/** What the workflow is to do about a request, and how that is explained. */
export interface Plan {
  /** `none`: nothing is to be answered; the request's end is recorded. */
  readonly verdict: Decision['verdict'] | 'none';
  readonly code: Decision['code'] | Ending['code'] | RevocationCode;
  readonly sentence: string;
  /** The part of the sentence that says what the customer can do. */
  readonly action: string;
  readonly rules: readonly RuleOutcome[];
  readonly customerId?: string;
  /** What a person's approval would release. */
  readonly proposed?: Decision['proposed'];
  /** How it ended, where nothing is to be answered: it ended already, or we only watch. */
  readonly outcome?: Ended | 'observed';
  /** How long to wait with the request in hand. */
  readonly hold?: Hold;
  /** The place to take before accepting. */
  readonly place?: {
    readonly maxEndpoints: number;
    /** Whether the entitlement's item of places exists; if not, it is opened first. */
    readonly isOpen: boolean;
  };
  /** It is connected, so it has a place whatever the limit: whether the entitlement's item of places exists; if not, it is opened first. */
  readonly adopts?: { readonly isOpen: boolean };
  /** The customer under whose entitlement this endpoint holds a place, or may: it is given back unless the endpoint gets in. */
  readonly placeOf?: string;
  /** Who disconnected it, whatever the registry says, and why. */
  readonly forced?: Force;
  /** The ledger says the same already: nothing to record, nobody to tell. */
  readonly isRepeated: boolean;
}

/** What is known of a request that waits, beside the situation that decides. */
export interface Background {
  readonly decisions: readonly PastDecision[];
  /** Of a run that died over this same decision: it may have taken a place. */
  readonly intent: Intent | undefined;
  /** The customers whose item of places exists. */
  readonly placesOpen: readonly string[];
}

/** Plans for a request that waits for acceptance; also what holds where its place is lost to another at the last moment. */
export const planRequest = (
  situation: Situation,
  { decisions, intent, placesOpen }: Background,
): { readonly plan: Plan; readonly planWithoutPlace: Plan } => {
  const holder = situation.candidates.find(({ places }) => places.mine)?.customerId ?? intent?.customerId ?? '';
  const toPlan = ({ isObserved, ...decision }: Decision): Plan => {
    const candidate = situation.candidates.find(({ customerId }) => customerId === decision.customerId);
    const entitlement = candidate?.entitlement.kind === 'found' ? candidate.entitlement.entry : undefined;
    const isAccepted = decision.verdict === 'accept' && !isObserved && entitlement !== undefined;
    const placeOf = isAccepted ? entitlement.customerId : holder;
    return {
      ...decision,
      isRepeated: isRepeated(decisions, { ...decision, isObserved }),
      ...(isObserved ? { outcome: 'observed' } : {}),
      ...(placeOf === '' ? {} : { placeOf }),
      ...(isAccepted
        ? { place: { maxEndpoints: entitlement.maxEndpoints, isOpen: placesOpen.includes(entitlement.customerId) } }
        : {}),
    };
  };
  return { plan: toPlan(decideConnection(situation)), planWithoutPlace: toPlan(decideWithoutPlace(situation)) };
};

/**
 * Plans for a request that ended without an answer that the ledger knows of.
 *
 * @param intent - of the run that died over it, if one did: the place that it may have taken is given back, or kept.
 */
export const planEnding = (outcome: Ended, endpointId: string, intent: Intent | undefined): Plan => ({
  verdict: 'none',
  ...explainEnding(outcome, endpointId),
  // It died before it could say why.
  ...(outcome === 'revoked' && intent?.revocation !== undefined ? { verdict: 'reject', ...intent.revocation } : {}),
  rules: [],
  outcome,
  isRepeated: false,
  ...(intent === undefined || intent.customerId === ''
    ? {}
    : { customerId: intent.customerId, placeOf: intent.customerId }),
});

/** The one customer whom the registry names for a connection, and whose entries can be read, whatever they say. */
export const customerOf = (candidates: readonly Candidate[]): string | undefined => {
  const matches = closestMatches(candidates);
  const [match] = matches;
  const isKnown =
    matches.length === 1 && found(match?.customer) !== undefined && found(match?.entitlement) !== undefined;
  return isKnown ? match?.customerId : undefined;
};

/**
 * Plans for a connection that somebody else made. It is its customer's, and counted as one of the customer's, where the registry names one
 * customer and that customer's entries can be read, whatever they say: it is there. Else a person answered it, and that is all we know.
 */
export const planAdoption = (
  { connection, candidates }: Pick<Situation, 'connection' | 'candidates'>,
  { intent, placesOpen }: Pick<Background, 'intent' | 'placesOpen'>,
): Plan => {
  const customerId = customerOf(candidates);
  if (customerId === undefined) return planEnding('overtaken', connection.endpointId, intent);
  return {
    ...planEnding('adopted', connection.endpointId, undefined),
    customerId,
    placeOf: customerId,
    adopts: { isOpen: placesOpen.includes(customerId) },
  };
};

/** What is told again of a decision that is recorded already. */
export interface Telling {
  readonly code: string;
  readonly sentence: string;
  readonly action: string;
  readonly customerId?: string;
  readonly outcome: Outcome;
  /** Until when it was held. */
  readonly until?: string;
}
