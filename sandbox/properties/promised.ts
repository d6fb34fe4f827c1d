import type { Played } from './play.ts';

/** What a promise came to in one history. */
export interface Judgement {
  /** How often it was to be kept: acceptances, requests, places. */
  readonly judged: number;
  /** How often it was not asked, for the reason that the promise's docstring gives. */
  readonly leftOut?: number;
  /** A sentence for each time it was broken. */
  readonly broken: readonly string[];
}

/** Something that holds in every history, whatever people do and when. */
export interface Promised {
  readonly name: string;
  /** Judges by what the world showed; pure. */
  readonly judge: (played: Played) => Judgement;
}
