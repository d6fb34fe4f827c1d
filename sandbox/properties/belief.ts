import type { Played } from './play.ts';
import { sizeOf } from './registry-losses.ts';
import type { Invocation } from './watch.ts';

/** What may go from the registry unasked: so many entries, or such a share of them. */
export const MAY_GO = 6;
const MAY_GO_SHARE = 0.2;

/**
 * Whether what the registry lacked during an invocation could be believed: neither did the ledger say that it is frozen, nor was so much
 * missing that it ought to have. Any truth and any word of the ledger during the invocation will do; before the first sweep there is
 * nothing to compare with.
 */
export const isBelieved = (
  { registry, writeWatch: { seen } }: Played,
  { begun, ended = begun }: Pick<Invocation, 'begun' | 'ended'>,
): boolean => {
  const known = seen.findLast(({ mark }) => mark <= begun.mark);
  if (known === undefined) return true;
  const sizes = registry.between(begun.mark, ended.mark).map(sizeOf);
  const meanwhile = seen.filter(({ mark }) => mark > begun.mark && mark <= ended.mark);
  return [known, ...meanwhile].some(
    ({ count, isFrozen }) =>
      !isFrozen && sizes.some((size) => size > 0 && count - size <= Math.max(MAY_GO, count * MAY_GO_SHARE)),
  );
};
