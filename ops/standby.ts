import { isRefused, type Refused } from './action.ts';
import { explain } from './explain.ts';
import { NoStandby } from './no-standby.ts';
import type { Regional, Services, Standby } from './services.ts';

/** The standby region, for what is there and nowhere else. @throws NoStandby. */
export const standbyOf = ({ standby }: Services): Standby => {
  if (standby === undefined) throw new NoStandby();
  return standby;
};

/** It was not done in one of two regions, and why: somebody was first, or the region was not reached. */
export interface NotThere {
  readonly outcome: 'refused' | 'failed';
  readonly because: string;
}

/** What a word came to in each region; `standby` is absent where nobody named one. */
export interface InBoth<Home, There> {
  readonly home: Home | NotThere;
  readonly standby?: There | NotThere;
}

/** The home region's result, with the standby region's beside it: what a face is given. */
export type Both<Home extends object, There extends object> = (
  | Home
  | { readonly outcome: 'failed'; readonly because: string }
) & {
  readonly standby?: There | NotThere;
};

/** {@link Both} of two results. */
export const together = <Home extends object, There extends object>({
  home,
  standby,
}: InBoth<Home, There>): Both<Home, There> => ({
  ...(isNotThere(home) ? { outcome: 'failed' as const, because: home.because } : home),
  ...(standby === undefined ? {} : { standby }),
});

/** Whether something was not done in one of both regions, and was in the other. */
export const isPartly = (result: object): boolean =>
  isNotThere(result) ||
  ('standby' in result && typeof result.standby === 'object' && result.standby !== null && isNotThere(result.standby));

/** Whether it was not done in a region. */
export const isNotThere = (result: object): result is NotThere =>
  'outcome' in result && (result.outcome === 'refused' || result.outcome === 'failed');

/**
 * Does the same in both regions at once: neither waits for the other, and one that is gone keeps nothing from the other.
 *
 * @returns refused where nothing was done anywhere.
 * @throws what the home region's part throws, where there is no standby region or its part failed too; a surprise.
 */
export const inBoth = async <Home extends object, There extends object>(
  services: Services,
  atHome: () => Promise<Home | Refused>,
  there: (standby: Standby) => Promise<There | Refused>,
): Promise<InBoth<Home, There> | Refused> => {
  const { standby } = services;
  if (standby === undefined) {
    const home = await atHome();
    return isRefused(home) ? home : { home };
  }
  const [first, second] = await Promise.allSettled([atHome(), there(standby)]);
  if (first.status === 'rejected' && second.status === 'rejected') throw first.reason;
  const [home, other] = [resultOf(first, services), resultOf(second, standby)];
  return isNotThere(home) && isNotThere(other)
    ? { outcome: 'refused', because: `${home.because} In the standby region: ${other.because}` }
    : { home, standby: other };
};

const resultOf = <T extends object>(settled: PromiseSettledResult<T | Refused>, { place }: Regional): T | NotThere => {
  if (settled.status === 'fulfilled') return settled.value;
  const sentence = explain(settled.reason, place);
  if (sentence === undefined) throw settled.reason;
  return { outcome: 'failed', because: sentence };
};
