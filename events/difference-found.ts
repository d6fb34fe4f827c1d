import type { Difference } from '../functions/domain/difference.ts';
import { EVENT_SOURCE } from './source.ts';

const DETAIL_TYPE = 'Difference Found';

/** Matches {@link DifferenceFound} on the bus. */
export const DIFFERENCE_FOUND_PATTERN = { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE] };

/** The event's detail: a sweep found that something is not as it should be. Each part is cut to what one run works off. */
export interface DifferenceFound extends Difference {
  readonly detailType: typeof DETAIL_TYPE;
  readonly schemaVersion: 1;
}

/** The detail for a difference. */
export const differenceFound = (difference: Difference): DifferenceFound => ({
  detailType: DETAIL_TYPE,
  schemaVersion: 1,
  ...difference,
});
