import { parentPort, workerData } from 'node:worker_threads';
import { type CampaignOptions, campaign, type Findings } from './campaign.ts';

/** What a worker is to do: every `of`-th history, beginning with the one of its own number. */
export interface Share extends Pick<CampaignOptions, 'assembly' | 'seed'> {
  readonly first: number;
  readonly of: number;
  readonly histories: number;
}

/** What a worker says. */
export type Word = { readonly played: number } | { readonly findings: Findings };

/** How many histories are told of at once. */
const EVERY = 20;

const share = workerData as Share;
const numbers = function* (): Generator<number> {
  for (let number = share.first; number < share.histories; number += share.of) yield number;
};
let count = 0;
const say = (word: Word) => parentPort?.postMessage(word);
const findings = await campaign({
  ...share,
  numbers: numbers(),
  played: () => {
    count += 1;
    if (count % EVERY === 0) say({ played: EVERY });
  },
});
say({ findings });
