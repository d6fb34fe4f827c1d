import { type ConnectionState, isOver } from './connection.ts';
import type { TakenPlace } from './difference.ts';
import type { Outcome } from './history.ts';

/** What the ledger says of a place and of the request whose endpoint has it. */
export interface PlaceStanding {
  /** When the place was taken that the endpoint has now; absent where it has none. */
  readonly takenAt?: string;
  /** A run has the request in hand. */
  readonly isRunning: boolean;
  readonly last?: { readonly outcome: Outcome; readonly customerId?: string };
}

/**
 * Whether a place may be released: the endpoint is over or gone, or is counted under another customer; no run has it in hand; and it is the
 * place that was meant. In doubt it stays: a place too many keeps somebody waiting, a place too few lets somebody in.
 *
 * @param state - as just read; `undefined` where EC2 lists no such connection.
 */
export const isPlaceFree = (
  place: TakenPlace,
  { takenAt, isRunning, last }: PlaceStanding,
  state: ConnectionState | undefined,
): { readonly isFree: boolean; readonly because: string } => {
  if (takenAt === undefined) return { isFree: false, because: 'it was given back already' };
  if (takenAt !== place.takenAt) return { isFree: false, because: `it was taken anew at ${takenAt}` };
  if (isRunning) return { isFree: false, because: 'a run has the request in hand' };
  if (state === undefined || isOver(state))
    return { isFree: true, because: `its endpoint is ${state ?? 'not listed'}` };
  const isCounted = last?.outcome === 'accepted' || last?.outcome === 'adopted';
  if (isCounted && last.customerId !== place.customerId) {
    return { isFree: true, because: `its endpoint is ${last.customerId}'s` };
  }
  return { isFree: false, because: `its endpoint is ${state}` };
};
