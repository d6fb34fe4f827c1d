import { parentPort, workerData } from 'node:worker_threads';
import { type CampaignOptions, campaign, type Findings } from './campaign.ts';

/** What a worker is to do: every `of`-th history, beginning with the one of its own number. */
export interface Share {
  readonly first: number;
  readonly of: number;
  readonly histories: number;
}

/** What a worker says. */
export type Word =
  | { readonly played: number; readonly heap: number }
  | { readonly found: number; readonly promise: string }
  | { readonly findings: Findings };

/** How many histories are told of at once. */
const EVERY = 10;

/** What this thread was told: its share, and whatever else `inThreads` was given. */
export const told = <Of extends object>(): Share & Of => workerData as Share & Of;

/** Plays this thread's share, and says so to whoever started it. */
export const playShare = async (options: Omit<CampaignOptions, 'numbers' | 'played'>): Promise<void> => {
  const { first, of, histories } = told();
  const numbers = function* (): Generator<number> {
    for (let number = first; number < histories; number += of) yield number;
  };
  let count = 0;
  const say = (word: Word) => parentPort?.postMessage(word);
  const findings = await campaign({
    ...options,
    numbers: numbers(),
    found: (history, promise) => say({ found: history, promise }),
    played: () => {
      count += 1;
      if (count % EVERY === 0) say({ played: EVERY, heap: process.memoryUsage().heapUsed });
    },
  });
  say({ findings });
};
