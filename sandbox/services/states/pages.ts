import { AwsError } from '../errors.ts';

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * Cuts a page out of a list.
 *
 * @param maxResults 0 or absent = 100, as in every listing of Step Functions; 1000 at most
 * @throws AwsError `InvalidToken`, `ValidationException`
 */
export const page = <T>(all: readonly T[], nextToken: string | undefined, maxResults: number | undefined): Page<T> => {
  const size = maxResults === undefined || maxResults === 0 ? 100 : maxResults;
  if (!Number.isInteger(size) || size < 0 || size > 1000) {
    throw new AwsError('ValidationException', `maxResults must be from 0 to 1000, but was ${maxResults}.`);
  }
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString('utf8').slice(5));
  if (nextToken !== undefined && (!Number.isInteger(start) || start <= 0)) {
    throw new AwsError('InvalidToken', `Invalid Token: '${nextToken}'`);
  }
  const end = start + size;
  return {
    items: all.slice(start, end),
    ...(end < all.length ? { nextToken: Buffer.from(`from:${end}`).toString('base64') } : {}),
  };
};
