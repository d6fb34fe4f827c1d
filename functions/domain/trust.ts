/** The registry as it stands: which table it is, and how many entries that has of customers and services. Bindings of target groups don't count: many of them would hide that customers are gone. */
export interface RegistrySize {
  /** DynamoDB's id of the table: a table restored from a backup is another one, under the same name. */
  readonly tableId: string;
  readonly count: number;
}

/** The registry as it was when it was last believed. */
export interface RegistrySeen extends RegistrySize {
  /** When `count` was last set, ISO 8601 in UTC. */
  readonly at: string;
  /** Counts the writes of this record; at least 1. */
  readonly version: number;
  /** Since something looked wrong: nothing is removed until a person confirms what was seen then. */
  readonly frozen?: RegistrySize & { readonly because: string; readonly at: string };
}

/** What may go within {@link SHRINKS_WITHIN} without a person's word: a customer leaves with three entries, and two customers may. */
const MAY_GO = 6;
/** The same as a share of a big registry. */
const MAY_GO_SHARE = 0.2;
/** Many small losses are a big one: the highest count of this time is what they are measured by. */
const SHRINKS_WITHIN = 3_600_000;

/**
 * Why what the registry lacks is not to be believed, in words; `undefined` where it is. Nil is not empty: entries that were there and are
 * gone may be a mishap, and a mishap must not cost customers their connections.
 *
 * @param seen - absent before the first sweep: there is nothing to compare with.
 */
export const distrustOf = (seen: RegistrySeen | undefined, now: RegistrySize): string | undefined => {
  if (seen === undefined) return undefined;
  if (seen.frozen !== undefined) return seen.frozen.because;
  if (now.tableId !== seen.tableId) return 'the registry is another table than before, as after a restore';
  const lost = seen.count - now.count;
  if (now.count > 0 ? lost <= Math.max(MAY_GO, seen.count * MAY_GO_SHARE) : seen.count === 0) return undefined;
  return `the registry went from ${seen.count} entries to ${now.count}`;
};

/** What is to be remembered of the registry now; `undefined` where that is what is remembered already. */
export const nextSeen = (
  seen: RegistrySeen | undefined,
  now: RegistrySize,
  at: string,
): Omit<RegistrySeen, 'version'> | undefined => {
  const { tableId, count } = now;
  if (seen === undefined) return { tableId, count, at };
  const because = distrustOf(seen, now);
  if (because !== undefined) {
    const { frozen } = seen;
    // A person confirms what is there when they look: the sizes are kept up to date.
    if (frozen?.tableId === tableId && frozen.count === count) return undefined;
    return {
      tableId: seen.tableId,
      count: seen.count,
      at: seen.at,
      frozen: { because, at: frozen?.at ?? at, tableId, count },
    };
  }
  const isLower = count < seen.count && Date.parse(at) - Date.parse(seen.at) >= SHRINKS_WITHIN;
  return count > seen.count || isLower ? { tableId, count, at } : undefined;
};
