import type { AnswerOutcome } from './answer.ts';
import type { ConnectionState } from './connection.ts';

/** How a decision ended: an answer's outcome, or held. */
export type Outcome = AnswerOutcome | 'held';

const OUTCOMES: ReadonlySet<string> = new Set<Outcome>(['accepted', 'rejected', 'gone', 'overtaken', 'failed', 'held']);

/** Whether a text, read from the ledger, names an outcome. */
export const isOutcome = (text: string): boolean => OUTCOMES.has(text);

/** A decision in the ledger, as far as later decisions depend on it. */
export interface PastDecision {
  /** Counts from 1 for each request. */
  readonly generation: number;
  readonly outcome: Outcome;
  readonly code: string;
}

/** What a request needs now, seen from its connection's state and its history. */
export type Need =
  /** It waits for an answer: decide. */
  | { readonly need: 'decision'; readonly generation: number }
  /** It came to an end that the ledger does not know: record that. */
  | { readonly need: 'record'; readonly generation: number; readonly outcome: AnswerOutcome }
  /** Everything that there is to say is in the ledger. */
  | { readonly need: 'nothing' }
  /** EC2 does not list the connection: it may be young, or gone. Look again for a minute, then `generation` is gone. */
  | { readonly need: 'appearance'; readonly generation: number }
  /** EC2 is between two states, or contradicts what we know: look again. */
  | { readonly need: 'another-look'; readonly because: string };

/**
 * Tells what a request needs. A notice is a hint only: three of them, early, late or doubled, come to the same.
 *
 * @param state - as just read; `undefined` where EC2 lists no such connection.
 * @param hasPlace - whether the endpoint has a place: then an acceptance that nobody recorded was ours, by a run that died.
 */
export const needOf = (
  state: ConnectionState | undefined,
  history: readonly PastDecision[],
  hasPlace: boolean,
): Need => {
  const last = history.at(-1);
  const generation = (last?.generation ?? 0) + 1;
  if (state === 'pendingAcceptance') {
    return isOpen(state, history)
      ? { need: 'decision', generation }
      : { need: 'another-look', because: `the ledger says ${last?.outcome}, and EC2 still says ${state}` };
  }
  if (!isOpen(state, history)) return { need: 'nothing' };
  switch (state) {
    case undefined:
      return { need: 'appearance', generation };
    case 'deleting':
    case 'deleted':
    case 'expired':
      return { need: 'record', generation, outcome: 'gone' };
    case 'failed':
      return { need: 'record', generation, outcome: 'failed' };
    case 'pending':
      return hasPlace
        ? { need: 'another-look', because: 'the connection is pending after an acceptance of ours' }
        : { need: 'record', generation, outcome: 'overtaken' };
    case 'available':
      return { need: 'record', generation, outcome: hasPlace ? 'accepted' : 'overtaken' };
    case 'rejected':
      return { need: 'record', generation, outcome: 'overtaken' };
    case 'partial':
    case 'unknown':
      return { need: 'another-look', because: `the connection's state is ${state}, on which nobody acts` };
  }
};

/**
 * Whether there may be something to decide or record: nothing is recorded yet, or only that it was held. A request that we gave up
 * as gone is open again where EC2 lists it after all: gone is what we saw, not what EC2 said.
 */
export const isOpen = (state: ConnectionState | undefined, history: readonly PastDecision[]): boolean => {
  const last = history.at(-1);
  if (last === undefined || last.outcome === 'held') return true;
  return last.outcome === 'gone' && state === 'pendingAcceptance';
};

/** Whether deciding again came to what the ledger says already: the same hold for the same reason. */
export const isRepeated = (history: readonly PastDecision[], verdict: string, code: string): boolean => {
  const last = history.at(-1);
  return last?.outcome === 'held' && verdict === 'hold' && last.code === code;
};
