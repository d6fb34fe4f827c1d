import { type ConnectionState, isOver } from './connection.ts';
import type { Revocation } from './decide-revocation.ts';
import { type Force, isConnected, isCutOffByUs, type Known, nextGeneration, type PastDecision } from './history.ts';
import type { Plan } from './plan.ts';
import type { ServiceEntry } from './registry.ts';
import type { Candidate } from './situation.ts';

/** What is to be done where a connection may have to be cut off, seen from its state and its history. */
export type RevocationNeed =
  /** It lives: decide whether it is to. */
  | { readonly need: 'question'; readonly generation: number }
  /** A run of ours cut it off and died before it could record that. */
  | { readonly need: 'record'; readonly generation: number }
  /** The last decision was not published: tell, then look again. */
  | { readonly need: 'telling'; readonly generation: number }
  | { readonly need: 'nothing'; readonly because: string };

/**
 * Tells what a connection needs that somebody found not entitled, or wants to disconnect. What does not live is not for here: a request is
 * answered, and a place is given back, by `admit-connection`.
 *
 * @param state - as just read; `undefined` where EC2 lists no such connection.
 */
export const revocationNeedOf = (
  state: ConnectionState | undefined,
  { decisions, intent, told }: Pick<Known, 'decisions' | 'intent' | 'told'>,
): RevocationNeed => {
  const last = decisions.at(-1);
  const generation = nextGeneration(decisions);
  if (last !== undefined && told < last.generation) return { need: 'telling', generation: last.generation };
  if (isCutOffByUs(state, decisions, intent)) return { need: 'record', generation };
  const nothing = (because: string): RevocationNeed => ({ need: 'nothing', because });
  if (state === undefined) return nothing('EC2 does not list it; if it had a place, admit-connection gives it back');
  if (isOver(state)) return nothing(`it is ${state} already; if it had a place, admit-connection gives it back`);
  if (state === 'pendingAcceptance') return nothing('it is not connected: it waits for an answer of admit-connection');
  if (isConnected(state)) return { need: 'question', generation };
  return nothing(`its state is ${state}, on which nobody acts`);
};

/** What the workflow is to do about a connection that is cut off, and how that is explained. */
export interface RevocationPlan
  extends Pick<Plan, 'code' | 'sentence' | 'action' | 'rules' | 'customerId' | 'placeOf' | 'forced'> {
  readonly verdict: 'reject';
  /** How many of the service may be cut off on one day; absent where a person does it. */
  readonly max?: number;
}

/** What is known of a connection beside the decision to cut it off. */
export interface RevocationBackground {
  readonly decisions: readonly (PastDecision & { readonly customerId?: string })[];
  readonly candidates: readonly Candidate[];
  readonly force: Force | undefined;
  readonly max: number;
}

/** Plans for a connection that is to be cut off. Its place is that of the customer as which it was let in, else of whoever has one for it. */
export const planRevocation = (
  { code, sentence, action, rules, customerId: matched }: Revocation,
  { decisions, candidates, force, max }: RevocationBackground,
): RevocationPlan => {
  const last = decisions.at(-1);
  const letInAs = last?.outcome === 'accepted' || last?.outcome === 'adopted' ? last.customerId : undefined;
  const placeOf = letInAs ?? candidates.find(({ places }) => places.mine)?.customerId;
  const customerId = matched ?? placeOf;
  return {
    verdict: 'reject',
    code,
    sentence,
    action,
    rules,
    ...(customerId === undefined ? {} : { customerId }),
    ...(placeOf === undefined ? {} : { placeOf }),
    ...(force === undefined ? { max } : { forced: force }),
  };
};

const DEFAULT_MAX_REVOCATIONS = 10;
const DEFAULT_MAX_REVOKED_SHARE = 0.1;
/** A day's are one item of 400 KB, some 200 bytes each. */
const MOST_A_DAY = 1_000;

/**
 * How many connections of a service may be cut off on one day: as many as its entry says, and no more than its share of its connections;
 * one is always within it.
 *
 * @param connections - that live, and those that were cut off on that day: the bound is then the same from its first to its last hour.
 */
export const maxRevocationsOf = (
  service: Pick<ServiceEntry, 'maxRevocations' | 'maxRevokedShare'> | undefined,
  connections: number,
): number => {
  const { maxRevocations = DEFAULT_MAX_REVOCATIONS, maxRevokedShare = DEFAULT_MAX_REVOKED_SHARE } = service ?? {};
  return Math.min(MOST_A_DAY, maxRevocations, Math.max(1, Math.floor(connections * maxRevokedShare)));
};
