import type { AnswerOutcome } from './answer.ts';
import { type ConnectionState, isOver, parseConnectionState } from './connection.ts';
import type { RevocationCode } from './decide-revocation.ts';
import type { Effect } from './mode.ts';
import type { Decision } from './verdict.ts';

/**
 * How a decision ended: an answer's outcome, or held, or only observed; `adopted`: somebody else had connected it, and it is counted as its
 * customer's; `revoked`: we disconnected it later.
 */
export type Outcome = AnswerOutcome | 'held' | 'observed' | 'adopted' | 'revoked';

/** Every outcome that there is. */
export const OUTCOMES: readonly Outcome[] = [
  'accepted',
  'rejected',
  'gone',
  'overtaken',
  'failed',
  'held',
  'observed',
  'adopted',
  'revoked',
];

/** A decision in the ledger, as far as later decisions depend on it. */
export interface PastDecision {
  /** Counts from 1 for each request. */
  readonly generation: number;
  readonly outcome: Outcome;
  readonly code: string;
  /** What was decided: `accept`, `reject`, `hold`, or `none` where there was nothing to answer. */
  readonly verdict: string;
  /** The connection's state as it was last seen for this decision; absent where EC2 did not list it. */
  readonly seen?: string;
  /** What a person was asked to approve. */
  readonly proposed?: Effect;
}

/** What a run notes just before it acts, so that whoever comes after it knows whose doing the connection's state is. */
export interface Intent {
  readonly verdict: 'accept' | 'reject';
  /** Whose place was to be taken; empty where none was. */
  readonly customerId: string;
  /** The decision that was to be recorded. */
  readonly generation: number;
  /** Why a live connection was to be cut off; absent where a request was to be answered. */
  readonly revocation?: IntendedRevocation;
}

/** What is to be said of a disconnection, by whoever comes to record it. */
export interface IntendedRevocation {
  readonly code: RevocationCode;
  readonly sentence: string;
  readonly action: string;
  readonly forced?: Force;
}

/** A person disconnects a connection, whatever the registry says. */
export interface Force {
  /** Who: the ARN under which the person called. */
  readonly by: string;
  /** For colleagues, never for the customer. */
  readonly reason: string;
}

/** What a request needs now, seen from its connection's state and its history. */
export type Need =
  /** It waits for an answer: decide. */
  | { readonly need: 'decision'; readonly generation: number }
  /** It came to an end that the ledger does not know: record that. */
  | { readonly need: 'record'; readonly generation: number; readonly outcome: AnswerOutcome | 'revoked' }
  /** Somebody else connected it: count it as its customer's, where the registry says whose it is. */
  | { readonly need: 'adoption'; readonly generation: number }
  /** The last decision was not published: tell, then look again. */
  | { readonly need: 'telling'; readonly generation: number }
  /** Everything that there is to say is in the ledger, and was told. */
  | { readonly need: 'nothing' }
  /** EC2 does not list the connection: it may be young, or gone. Look again for a minute, then `generation` is gone. */
  | { readonly need: 'appearance'; readonly generation: number }
  /** It was accepted and is over: its place is free. Unseen, it is looked for during a minute first. */
  | { readonly need: 'departure'; readonly isSeen: boolean }
  /** EC2 is between two states, or contradicts what we know: look again. */
  | { readonly need: 'another-look'; readonly because: string };

/** What is known of a request beside its connection's state. */
export interface Known {
  readonly decisions: readonly PastDecision[];
  readonly intent?: Intent;
  /** The last generation that was published; 0 = none. */
  readonly told: number;
  /** Whether the endpoint holds the place that is in question: {@link placeInQuestion}. */
  readonly hasPlace?: boolean;
  /** The registry names one customer for it, where that is in question: {@link customerInQuestion}. */
  readonly isNamed?: boolean;
}

/**
 * Tells what a request needs. A notice is a hint only: three of them, early, late or doubled, come to the same.
 *
 * @param state - as just read; `undefined` where EC2 lists no such connection.
 */
export const needOf = (
  state: ConnectionState | undefined,
  { decisions, intent, told, hasPlace, isNamed }: Known,
): Need => {
  const last = decisions.at(-1);
  const generation = nextGeneration(decisions);
  // Before anything new: whoever listens hears every decision, in order.
  if (last !== undefined && told < last.generation) return { need: 'telling', generation: last.generation };
  if (state === 'pendingAcceptance') {
    return isOpen(state, decisions)
      ? { need: 'decision', generation }
      : { need: 'another-look', because: `the ledger says ${last?.outcome}, and EC2 still says ${state}` };
  }
  // An intent of an earlier generation is over and done with: what happened since was not it.
  const ours = intent?.generation === generation ? intent.verdict : undefined;
  const record = (outcome: AnswerOutcome | 'revoked'): Need => ({ need: 'record', generation, outcome });
  if (isCutOffByUs(state, decisions, intent)) return record('revoked');
  if (!isOpen(state, decisions)) {
    if (isNamed === true && customerInQuestion(state, decisions)) return { need: 'adoption', generation };
    if (hasPlace === true && hasDeparted(state, decisions)) return { need: 'departure', isSeen: state !== undefined };
    return { need: 'nothing' };
  }
  // We accept nobody without a place: a run that died before it took one did not accept either.
  const isAccepted = ours === 'accept' && hasPlace === true;
  switch (state) {
    case undefined:
      return { need: 'appearance', generation };
    case 'deleting':
    case 'deleted':
    case 'expired':
      return record('gone');
    case 'failed':
      return record('failed');
    case 'pending':
      return isAccepted
        ? { need: 'another-look', because: 'the connection is pending after an acceptance of ours' }
        : { need: 'adoption', generation };
    case 'available':
      return isAccepted ? record('accepted') : { need: 'adoption', generation };
    case 'rejected':
      return record(ours === 'reject' ? 'rejected' : 'overtaken');
    case 'partial':
    case 'unknown':
      return { need: 'another-look', because: `the connection's state is ${state}, on which nobody acts` };
  }
};

/** Whether the request's last end was a connection that has a place: we accepted or adopted it. */
const isCounted = (decisions: readonly PastDecision[]): boolean => {
  const outcome = decisions.at(-1)?.outcome;
  return outcome === 'accepted' || outcome === 'adopted';
};

/** Whether a run of ours disconnected it and died before it could record that. */
export const isCutOffByUs = (
  state: ConnectionState | undefined,
  decisions: readonly PastDecision[],
  intent: Intent | undefined,
): boolean =>
  state === 'rejected' &&
  intent?.verdict === 'reject' &&
  intent.generation === nextGeneration(decisions) &&
  (intent.revocation !== undefined || isCounted(decisions));

/** Whether a connection serves its customer, or is about to. */
export const isConnected = (state: ConnectionState | undefined): boolean =>
  state === 'pending' || state === 'available';

/** Whether a connection that has a place has nothing left to serve, as far as EC2 shows. */
export const hasDeparted = (state: ConnectionState | undefined, decisions: readonly PastDecision[]): boolean =>
  isCounted(decisions) && (state === undefined || isOver(state));

/**
 * Under whose entitlement it must be known whether the endpoint holds a place: of a connection that we accepted and that is over, and of
 * one that is connected where a run of ours was about to accept it.
 */
export const placeInQuestion = (
  state: ConnectionState | undefined,
  decisions: readonly (PastDecision & { readonly customerId?: string })[],
  intent: Intent | undefined,
): string | undefined => {
  if (hasDeparted(state, decisions)) return decisions.at(-1)?.customerId;
  const isAboutTo = intent?.verdict === 'accept' && intent.generation === nextGeneration(decisions);
  return isConnected(state) && isAboutTo && isOpen(state, decisions) ? intent.customerId : undefined;
};

/**
 * Whether it must be known if the registry names a customer: of a connection that somebody else made when it named none. Entries come later
 * than what they are about.
 */
export const customerInQuestion = (state: ConnectionState | undefined, decisions: readonly PastDecision[]): boolean =>
  isConnected(state) && decisions.at(-1)?.outcome === 'overtaken';

/** The decision that comes next. */
export const nextGeneration = (decisions: readonly PastDecision[]): number => (decisions.at(-1)?.generation ?? 0) + 1;

/** Whether a request still waits after a decision that ended like this. */
export const isWaiting = (outcome: Outcome): boolean => outcome === 'held' || outcome === 'observed';

/**
 * Whether there may be something to decide or record: nothing is recorded yet, or only that it was held or observed. A request that we
 * gave up as gone because EC2 did not list it is open again where EC2 lists it after all. One that was seen on its way out is not: what
 * shows it as waiting then is an old list.
 */
export const isOpen = (state: ConnectionState | undefined, history: readonly PastDecision[]): boolean => {
  const last = history.at(-1);
  if (last === undefined || isWaiting(last.outcome)) return true;
  return last.outcome === 'gone' && state === 'pendingAcceptance' && !isOver(parseConnectionState(last.seen));
};

/** Whether deciding again came to what the ledger says already: the same hold, or the same observation, for the same reason. */
export const isRepeated = (
  history: readonly PastDecision[],
  { verdict, code, proposed, isObserved }: Decision,
): boolean => {
  const last = history.at(-1);
  if (last?.outcome !== (isObserved ? 'observed' : 'held')) return false;
  return last.verdict === verdict && last.code === code && last.proposed === proposed;
};
