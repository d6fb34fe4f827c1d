import { route53Errors } from './errors.ts';

/** One page, and what comes next where more is to come. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next: T | undefined;
}

/**
 * The first of the items that are still to be listed, and the one after them, which Route 53 names so that a request can
 * begin there.
 *
 * @param wanted - MaxItems; more than `most` is `most`.
 * @throws AwsError `InvalidInput` for less than one.
 */
export const pageOf = <T>(items: readonly T[], wanted: number | undefined, most: number): Page<T> => {
  if (wanted !== undefined && !(wanted >= 1)) {
    throw route53Errors.constraint(wanted, 'maxItems', 'Member must have value greater than or equal to 1');
  }
  const size = Math.min(Math.trunc(wanted ?? most), most);
  return { items: items.slice(0, size), next: items[size] };
};

/** The items from the first that `isStart` holds for; all without one. @throws AwsError `InvalidInput` where nothing is such. */
export const fromMarker = <T>(
  items: readonly T[],
  marker: string | undefined,
  isStart: (item: T) => boolean,
): readonly T[] => {
  if (marker === undefined || marker === '') return items;
  const start = items.findIndex(isStart);
  if (start < 0) throw route53Errors.invalidInput(`The marker ${marker} is not valid.`);
  return items.slice(start);
};

/** The largest page of listings of zones and of health checks. */
export const MOST_ITEMS = 100;
