import type { Stage } from './stage.ts';

/** What a case came to. */
export interface CaseResult {
  /** In the same words as the case's `expected`. */
  readonly actual: string;
  /** Why: reason codes, AWS's own error code where it was AWS that refused. */
  readonly reasons: readonly string[];
}

/** One customer, one thing that happens, one result. */
export interface Case {
  /** Unique within the story: `entitled account`. */
  readonly name: string;
  /** Whose endpoint it is, for the table: the customer, or the account of a stranger. */
  readonly who: string;
  /** What must come out: `accepted, available`. */
  readonly expected: string;
  /** Makes it happen, as real clients would, and tells what they saw. */
  play(stage: Stage): Promise<CaseResult>;
}

/** A script with three uses: `npm start` shows it, the tests hold it, the benchmarks measure it. */
export interface Story {
  readonly name: string;
  /** One line, for the list of stories. */
  readonly title: string;
  /** Whether it takes place in two regions: then the standby region's stack is deployed too. @default false */
  readonly inTwoRegions?: boolean;
  /** Sets up what the cases need; runs once, before them. */
  prepare(stage: Stage): Promise<void>;
  readonly cases: readonly Case[];
}

/** A case that was played, as the report has it. */
export interface PlayedCase {
  readonly name: string;
  readonly who: string;
  readonly expected: string;
  readonly actual: string;
  readonly reasons: readonly string[];
  /** By the sandbox's clock. */
  readonly seconds: number;
  /** Calls of AWS that the Concierge made meanwhile. */
  readonly calls: number;
}

/** Whether a case went as it should. */
export const isAsExpected = ({ expected, actual }: PlayedCase): boolean => expected === actual;

/** How a story is to be played. */
export interface Direction {
  /** Hears of each case when it has ended. */
  readonly ended?: (played: PlayedCase) => void;
  /** Whether to leave the rest out after a case that went otherwise than expected. */
  readonly stopAtFirstSurprise?: boolean;
}

/**
 * Plays a story, case by case. A case that throws has failed with the error as its `actual`; the next is played all the same.
 */
export const play = async (
  story: Story,
  stage: Stage,
  { ended, stopAtFirstSurprise = false }: Direction = {},
): Promise<readonly PlayedCase[]> => {
  const results: PlayedCase[] = [];
  stage.tell(`story ${story.name}`);
  await stage.watchEvery('rate(1 day)');
  await story.prepare(stage);
  for (const each of story.cases) {
    stage.tell(`case ${each.name}`);
    const begun = { at: stage.clock.now(), calls: stage.conciergeCalls() };
    const { actual, reasons } = await each
      .play(stage)
      .catch((error: unknown): CaseResult => ({ actual: `error: ${wordsOf(error)}`, reasons: [] }));
    const played: PlayedCase = {
      name: each.name,
      who: each.who,
      expected: each.expected,
      actual,
      reasons,
      seconds: Math.round((stage.clock.now() - begun.at) / 1000),
      calls: stage.conciergeCalls() - begun.calls,
    };
    stage.tell(`case ${each.name}: ${actual}`);
    ended?.(played);
    results.push(played);
    if (stopAtFirstSurprise && !isAsExpected(played)) break;
  }
  return results;
};

const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
