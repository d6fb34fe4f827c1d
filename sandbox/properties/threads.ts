import { Worker } from 'node:worker_threads';
import { type Findings, together } from './campaign.ts';
import type { Share, Word } from './worker.ts';

/** How many histories of a seed are played, beginning with number 0, and in how many threads. */
interface ThreadsOptions extends Pick<Share, 'assembly' | 'seed' | 'histories'> {
  readonly workers: number;
  /** Hears how many more were played. */
  readonly played?: (count: number) => void;
}

/** A world's garbage is mostly gone with it: more room for the young spares some of the collecting. */
const YOUNG_MEGABYTES = 64;

/** Plays a share in a thread of its own: a world is its thread's only occupant. */
const inThread = (share: Share, played: (count: number) => void): Promise<Findings> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    worker.on('message', (word: Word) => {
      if ('played' in word) played(word.played);
      else resolve(word.findings);
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(new Error(`A worker ended with code ${code} before its histories were played.`)),
    );
  });

/** Plays histories in several threads. What comes out does not depend on their number. */
export const inThreads = async ({ workers, played = () => undefined, ...what }: ThreadsOptions): Promise<Findings> => {
  const of = Math.min(workers, what.histories);
  const shares = Array.from({ length: of }, (_, first) => inThread({ ...what, first, of }, played));
  return together(await Promise.all(shares));
};
