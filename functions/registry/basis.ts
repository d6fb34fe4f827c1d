import { createHash } from 'node:crypto';
import { closestMatches } from '../domain/rules.ts';
import type { Situation } from '../domain/situation.ts';

/**
 * What a hold stands on, in 16 hexadecimal digits: the entries that decided, and the version of modes and pauses. Kept with a request that
 * waits, so that a sweep which reads the same entries knows whether there is anything to decide again. Of the places only that counts
 * which a rule asks: whether one is free, and whether it would be the first.
 */
export const basisOf = (
  { service, candidates, distrust }: Pick<Situation, 'service' | 'candidates' | 'distrust'>,
  modesVersion: number,
): string => {
  const matches = closestMatches(candidates);
  const who = matches.map(({ customerId, matchedBy }) => `${matchedBy} ${customerId}`).sort();
  // Of several, nobody asks further.
  const [match] = matches.length === 1 ? matches : [];
  const { customer, entitlement, places } = match ?? {};
  const max = entitlement?.kind === 'found' ? entitlement.entry.maxEndpoints : 0;
  const others = (places?.taken ?? 0) - (places?.mine === true ? 1 : 0);
  const basis = {
    modesVersion,
    service,
    who,
    customer,
    entitlement,
    isFull: others >= max,
    isFirst: others === 0,
    // It matters where there is no entry, and only there it is asked.
    isBelieved: who.length > 0 || distrust === undefined,
  };
  return createHash('sha256').update(canonical(basis)).digest('hex').slice(0, 16);
};

/** JSON with sorted keys: the order in which a reader found the attributes says nothing. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
