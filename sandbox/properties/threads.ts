import { Worker } from 'node:worker_threads';
import { type Findings, together } from './campaign.ts';
import type { Share, Word } from './share.ts';

/** How many histories of a seed are played, beginning with number 0, and in how many threads. */
interface ThreadsOptions<Of extends object> {
  /** The worker's file: it plays its share by `playShare`. */
  readonly worker: URL;
  /** What every worker is told beside its share. */
  readonly what: Of;
  readonly histories: number;
  readonly workers: number;
  /** Hears how many more were played, and of the memory in use by that thread, in bytes. */
  readonly played?: (count: number, heap: number) => void;
  /** Hears of each violation when it is found, before it is made shorter. */
  readonly found?: (history: number, promise: string) => void;
}

/** A world's garbage is mostly gone with it: more room for the young spares some of the collecting. */
const YOUNG_MEGABYTES = 64;

/** Plays a share in a thread of its own: a world is its thread's only occupant. */
const inThread = (
  file: URL,
  share: Share,
  { played, found }: Required<Pick<ThreadsOptions<object>, 'played' | 'found'>>,
): Promise<Findings> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(file, {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    worker.on('message', (word: Word) => {
      if ('played' in word) played(word.played, word.heap);
      else if ('found' in word) found(word.found, word.promise);
      else resolve(word.findings);
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(new Error(`A worker ended with code ${code} before its histories were played.`)),
    );
  });

/** Plays histories in several threads. What comes out does not depend on their number. */
export const inThreads = async <Of extends object>({
  worker,
  what,
  histories,
  workers,
  played = () => undefined,
  found = () => undefined,
}: ThreadsOptions<Of>): Promise<Findings> => {
  const of = Math.min(workers, histories);
  const shares = Array.from({ length: of }, (_, first) =>
    inThread(worker, { ...what, histories, first, of }, { played, found }),
  );
  return together(await Promise.all(shares));
};
