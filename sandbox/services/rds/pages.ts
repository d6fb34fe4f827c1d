import { rdsErrors } from './errors.ts';
import type { RdsModel } from './model.ts';

interface PageRequest {
  readonly MaxRecords?: number | undefined;
  readonly Marker?: string | undefined;
}

/** The bounds of MaxRecords; the highest is what is meant where it is left out. */
const FEWEST = 20;
const MOST = 100;

/**
 * One page of records in their order; the marker names the last one seen.
 *
 * @throws AwsError `InvalidParameterValue` for a MaxRecords out of 20 to 100, or a marker that is none.
 */
export const paged = <T>(
  model: RdsModel,
  items: readonly T[],
  orderOf: (item: T) => number,
  { MaxRecords: max = MOST, Marker }: PageRequest,
): { readonly items: readonly T[]; readonly Marker: string | undefined } => {
  if (max < FEWEST || max > MOST) {
    throw rdsErrors.invalid(`Invalid value ${max} for MaxRecords. Must be between ${FEWEST} and ${MOST}`);
  }
  const after = Marker === undefined || Marker === '' ? 0 : Number(Buffer.from(Marker, 'base64url').toString());
  if (!Number.isSafeInteger(after)) throw rdsErrors.invalid('Invalid or expired Marker.');
  const rest = items.filter((item) => orderOf(item) > after);
  const page = rest.slice(0, Math.min(max, model.settings.largestPage));
  const last = page.at(-1);
  return {
    items: page,
    Marker:
      last !== undefined && rest.length > page.length
        ? Buffer.from(String(orderOf(last))).toString('base64url')
        : undefined,
  };
};
