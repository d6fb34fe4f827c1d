/** What DNS said of a source's name, over several look-ups: only plausible addresses, each once, sorted. */
export type Look =
  | {
      readonly kind: 'answered';
      readonly addresses: readonly string[];
      /** Whether every look-up was answered, and with nothing but plausible addresses: only then does an absence count. */
      readonly isWhole: boolean;
    }
  /** The name has no such record, or is not there: nil is not empty, so nothing follows from it. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly problem: string };

/** What one look-up brought. */
export type Answer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly problem: string };

/**
 * Puts look-ups together: RDS Proxy's answers may be subsets that rotate, so only their union says who is there.
 *
 * @param isPlausible - whether an address may be one of the source's at all: right family, within the binding's ranges.
 */
export const lookOf = (answers: readonly Answer[], isPlausible: (address: string) => boolean): Look => {
  const named = answers.flatMap((answer) => (answer.kind === 'addresses' ? answer.addresses : []));
  const addresses = [...new Set(named.filter(isPlausible))].sort();
  if (addresses.length > 0) {
    const isWhole = answers.every(({ kind }) => kind === 'addresses') && named.every(isPlausible);
    return { kind: 'answered', addresses, isWhole };
  }
  const strange = named.find((address) => !isPlausible(address));
  if (strange !== undefined) return { kind: 'failed', problem: `DNS named ${strange}, which is none of the source's` };
  const failed = answers.find((answer) => answer.kind === 'failed');
  return failed ?? (answers.length === 0 ? { kind: 'failed', problem: 'nobody looked' } : { kind: 'empty' });
};

/** How often in a row looks missed an address, by address. One that was seen last has no entry. */
export type Misses = Readonly<Record<string, number>>;

/**
 * Counts a look. What is not whole counts for what it names, and against nobody.
 *
 * @param watched - the addresses that have a target of ours.
 * @param enough - so many misses let a target go; more are not counted, so that the count comes to rest.
 */
export const countMisses = (misses: Misses, watched: readonly string[], look: Look, enough: number): Misses => {
  if (look.kind !== 'answered') return misses;
  const seen = new Set(look.addresses);
  return Object.fromEntries(
    [...watched].sort().flatMap((address) => {
      if (seen.has(address)) return [];
      const before = misses[address] ?? 0;
      const count = look.isWhole ? Math.min(enough, before + 1) : before;
      return count === 0 ? [] : [[address, count] as const];
    }),
  );
};
