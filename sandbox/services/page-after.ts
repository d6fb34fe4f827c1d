/** A page, and the token of the next one where more is to come. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

const PREFIX = 'after-';

const writeToken = (order: number): string => Buffer.from(`${PREFIX}${order}`).toString('base64url');

/** The number of the last record seen; undefined where the text is not such a token. */
const readToken = (token: string): number | undefined => {
  const text = Buffer.from(token, 'base64url').toString();
  const order = Number(text.slice(PREFIX.length));
  return text.startsWith(PREFIX) && Number.isSafeInteger(order) ? order : undefined;
};

/**
 * One page, in the order in which the records were made. The token names the last record seen, so that what vanishes
 * between two pages makes no gap.
 *
 * @param invalid - the service's refusal of a token that it did not give.
 * @throws what `invalid` makes.
 */
export const pageAfter = <T extends { readonly order: number }>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  invalid: (token: string) => Error,
): Page<T> => {
  const after = token === undefined || token === '' ? 0 : readToken(token);
  if (after === undefined) throw invalid(token ?? '');
  const rest = items.filter((item) => item.order > after).sort((a, b) => a.order - b.order);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { items: page, next: last !== undefined && rest.length > page.length ? writeToken(last.order) : undefined };
};
