import { invalidToken } from './errors.ts';

/** A part of a list, and how to go on. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextToken?: string };
}

/**
 * A page of a list that is read again for each: what comes or goes in between moves the others.
 *
 * @throws AwsError `InvalidNextToken`
 */
export const pageOf = <T>(all: readonly T[], size: number, token: string | undefined): Page<T> => {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString('latin1'));
  if (!Number.isInteger(start) || start < 0 || (token !== undefined && start === 0)) throw invalidToken();
  const end = start + size;
  const next = end < all.length ? { NextToken: Buffer.from(String(end)).toString('base64') } : {};
  return { items: all.slice(start, end), next };
};
