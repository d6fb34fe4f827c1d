import type { FailoverState } from './failover-state.ts';

/** What may be missing of a registry that is believed. */
const MAY_GO = 6;
/** The same as a share of many records. */
const MAY_GO_SHARE = 0.2;

/** What a registry lacks, and which table it is. */
export interface Missing {
  /** Records that are there. */
  readonly entries: number;
  /** Records that were written, whose entries are gone without a person's word. */
  readonly missing: number;
  /** When the table was made, ISO 8601. */
  readonly madeAt: string;
}

/**
 * Why a record stays in its zone though its entry is gone; undefined where it is to leave. Nil is not empty: clients of a name that leaves find
 * nobody, so that entries which got lost, or were not in a backup, must not take their names with them. A person's word settles it.
 */
export const keptFor = (
  { leaving, written }: Pick<FailoverState, 'leaving' | 'written'>,
  { entries, missing, madeAt }: Missing,
): string | undefined => {
  if (leaving !== undefined) return undefined;
  if (entries === 0) return 'the registry has no records at all';
  if (written !== undefined && Date.parse(madeAt) > Date.parse(written.at)) {
    return 'the registry is another table than the one it was written from, as after a restore';
  }
  return missing <= Math.max(MAY_GO, (entries + missing) * MAY_GO_SHARE)
    ? undefined
    : `the registry lacks ${missing} of ${entries + missing} records`;
};
