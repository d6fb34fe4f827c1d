import { generate } from './generate.ts';
import type { History } from './history.ts';
import { type Played, type PlayOptions, playHistory } from './play.ts';
import type { Promised } from './promised.ts';
import { PROMISES } from './promises.ts';
import { shrink } from './shrink.ts';
import { happeningLines, historyLines, withNames } from './tell.ts';

/** How often each promise was judged, left out and broken, by its name. */
export type Tally = Record<string, { judged: number; leftOut: number; broken: number }>;

const sumOf = (tally: Tally, name: string): Tally[string] => {
  const sum = tally[name] ?? { judged: 0, leftOut: 0, broken: 0 };
  tally[name] = sum;
  return sum;
};

/** A history that broke a promise, told so that a person can follow it. */
export interface Violation {
  /** The history's number under the seed. */
  readonly history: number;
  readonly promise: string;
  /** What was wrong, in the names of the shortest history. */
  readonly broken: readonly string[];
  /** The shortest history that breaks it too. */
  readonly lines: readonly string[];
  /** How that went. */
  readonly happenings: readonly string[];
  readonly steps: { readonly before: number; readonly after: number };
}

/** What a number of histories came to. */
export interface Findings {
  readonly histories: number;
  readonly tally: Tally;
  /** What went wrong by spells, and how often, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Calls that the stack made. */
  readonly calls: number;
  readonly violations: readonly Violation[];
}

/** Which histories are played. */
export interface CampaignOptions extends PlayOptions {
  readonly seed: number;
  /** Their numbers, from 0. */
  readonly numbers: Iterable<number>;
  /** Hears of each history that was played. */
  readonly played?: () => void;
  /** Hears of each violation when it is found: making it shorter takes its time. */
  readonly found?: (history: number, promise: string) => void;
  /** What each is held to. @default {@link PROMISES} */
  readonly promises?: readonly Promised[];
  /** After so many violations of any kind no further history is played. @default all are played */
  readonly enough?: number;
  /** Whether a violation is made shorter and played again to be told. @default true */
  readonly isToldShort?: boolean;
  /** How a number becomes a history. @default {@link generate} */
  readonly historyOf?: (seed: number, number: number) => History;
}

/** Plays for one violation at most, while it is made shorter. */
const SHRINKING = 150;
/** So many violations of one promise are shrunk and told; more of the same tell nothing new. */
const TOLD = 3;

/** No history of a sandbox that fails itself is a promise kept. */
const SANDBOX = 'the sandbox plays it';

const brokenIn = (played: Played, promise: string, promises: readonly Promised[]): readonly string[] =>
  promises.find(({ name }) => name === promise)?.judge(played).broken ?? [];

/** A violation of a history that was not made shorter, and of which nobody tells how it went. */
const asItIs = (history: History, number: number, promise: string, broken: readonly string[]): Violation => ({
  history: number,
  promise,
  broken,
  lines: historyLines(history),
  happenings: [],
  steps: { before: history.steps.length, after: history.steps.length },
});

const tell = async (
  history: History,
  number: number,
  promise: string,
  options: CampaignOptions,
): Promise<Violation> => {
  const { promises = PROMISES } = options;
  const isBroken = async (candidate: History): Promise<boolean> => {
    // A shorter history may make no sense, e.g. where a promise can't be judged in it: then it is not the one that we look for.
    const played = await playHistory(candidate, options).catch(() => undefined);
    return played !== undefined && brokenIn(played, promise, promises).length > 0;
  };
  const shrunk = await shrink(history, isBroken, SHRINKING);
  const played = await playHistory(shrunk.history, options);
  return {
    history: number,
    promise,
    broken: brokenIn(played, promise, promises).map((text) => withNames(text, played)),
    lines: historyLines(shrunk.history),
    happenings: happeningLines(played),
    steps: { before: history.steps.length, after: shrunk.history.steps.length },
  };
};

/** Plays histories one after another, each in a world of its own, and holds each to every promise. */
export const campaign = async (options: CampaignOptions): Promise<Findings> => {
  const {
    seed,
    numbers,
    played: heard,
    found,
    historyOf = generate,
    promises = PROMISES,
    enough,
    isToldShort = true,
  } = options;
  const faults: Record<string, number> = {};
  let calls = 0;
  const tally: Tally = {};
  for (const { name } of promises) sumOf(tally, name);
  const violations: Violation[] = [];
  let histories = 0;
  for (const number of numbers) {
    if (violations.length >= (enough ?? Number.POSITIVE_INFINITY)) break;
    const history = historyOf(seed, number);
    histories += 1;
    try {
      const played = await playHistory(history, options);
      calls += played.watch.calls;
      for (const [kind, count] of played.cast.counts) faults[kind] = (faults[kind] ?? 0) + count;
      for (const { name, judge } of promises) {
        const { judged, leftOut = 0, broken } = judge(played);
        const sum = sumOf(tally, name);
        sum.judged += judged;
        sum.leftOut += leftOut;
        sum.broken += broken.length > 0 ? 1 : 0;
        if (broken.length > 0) found?.(number, name);
        if (broken.length === 0 || sum.broken > TOLD) continue;
        if (isToldShort) violations.push(await tell(history, number, name, options));
        else violations.push(asItIs(history, number, name, broken));
      }
    } catch (error) {
      const sum = sumOf(tally, SANDBOX);
      sum.broken += 1;
      found?.(number, SANDBOX);
      const broken = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
      violations.push(asItIs(history, number, SANDBOX, broken));
    }
    heard?.();
  }
  return { histories, tally, faults, calls, violations };
};

/** What several campaigns came to together, the histories in the order of their numbers. */
export const together = (all: readonly Findings[]): Findings => {
  const tally: Tally = {};
  for (const [name, { judged, leftOut, broken }] of all.flatMap((each) => Object.entries(each.tally))) {
    const sum = sumOf(tally, name);
    sum.judged += judged;
    sum.leftOut += leftOut;
    sum.broken += broken;
  }
  const faults: Record<string, number> = {};
  for (const [kind, count] of all.flatMap((each) => Object.entries(each.faults))) {
    faults[kind] = (faults[kind] ?? 0) + count;
  }
  return {
    histories: all.reduce((sum, each) => sum + each.histories, 0),
    tally,
    faults,
    calls: all.reduce((sum, each) => sum + each.calls, 0),
    violations: all.flatMap((each) => each.violations).sort((a, b) => a.history - b.history),
  };
};
