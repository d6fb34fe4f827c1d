import * as v from 'valibot';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How much of the registry there was when it was looked through: how many entries, in which table. */
const Seen = { count: Count, tableId: v.string() };

/** How big the registry is believed to be; `frozen` where it was found smaller, or to be another table, and nobody confirmed that yet. */
export const RegistrySeenSchema = v.object({
  ...Seen,
  /** Counts the writes of the item. */
  version: Count,
  frozen: v.exactOptional(v.object({ because: v.string(), at: v.string(), ...Seen })),
  /** Who last said that it may be believed. */
  confirmed: v.exactOptional(v.object({ by: v.string(), reason: v.string(), at: v.string() })),
});

/** What the ledger says of the registry's size. */
export type RegistrySeen = v.InferOutput<typeof RegistrySeenSchema>;

/** Removals stand still: why, since when, and what was found then. */
export type Frozen = NonNullable<RegistrySeen['frozen']>;
