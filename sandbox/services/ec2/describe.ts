import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import { pageAfter } from '../page-after.ts';
import { ec2Errors } from './errors.ts';
import type { Tags } from './model.ts';

/** What a filter's name stands for: the values that an item has under it. */
export type FilterTable<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>;

/**
 * The most values of one filter and the most filters of one call.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
export const MAX_FILTER_VALUES = 200;
const MAX_FILTERS = 50;

const SPECIAL = /[.*+?^${}()|[\]\\/-]/g;

/** A filter's value as a pattern: `*` = any text, `?` = any one character, `\` takes the next character as it is. */
const pattern = (value: string): RegExp => {
  const parts = value.match(/\\.|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length === 2 && part.startsWith('\\') ? part.slice(1) : part).replace(SPECIAL, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
};

/** Whether a value is one of those wanted; plain values, which may be hundreds of ids, are looked up. */
const matcher = (wanted: readonly string[]): ((value: string) => boolean) => {
  const plain = new Set(wanted.filter((value) => !/[*?\\]/.test(value)));
  const patterns = wanted.filter((value) => !plain.has(value)).map(pattern);
  return (value) => plain.has(value) || patterns.some((one) => one.test(value));
};

/**
 * What the filters let through: all filters must match, any of a filter's values will do, case matters.
 * A filter without values restricts nothing, so that a caller whose list came out empty sees what AWS's accepters guard against.
 *
 * @throws AwsError `InvalidFilter` for a name that the action does not know, `FilterLimitExceeded` for too many values.
 */
export const filtered = <T>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
  tagsOf?: (item: T) => Tags,
): T[] => {
  if (filters === undefined) return [...items];
  if (filters.length > MAX_FILTERS) {
    throw new AwsError(
      'FilterLimitExceeded',
      `The maximum number of filters specified on a single call is ${MAX_FILTERS}`,
    );
  }
  const tests = filters.map((filter) => {
    const name = filter.Name ?? 'null';
    const values = filter.Values ?? [];
    if (values.length > MAX_FILTER_VALUES) {
      throw new AwsError(
        'FilterLimitExceeded',
        `The maximum number of filter values specified on a single call is ${MAX_FILTER_VALUES}`,
      );
    }
    const read = reader(name, table, tagsOf);
    if (read === undefined) throw new AwsError('InvalidFilter', `The filter '${name}' is invalid`);
    if (values.length === 0) return () => true;
    const matches = matcher(values);
    return (item: T): boolean => read(item).some((value) => value !== undefined && matches(value));
  });
  return items.filter((item) => tests.every((test) => test(item)));
};

const reader = <T>(
  name: string,
  table: FilterTable<T>,
  tagsOf: ((item: T) => Tags) | undefined,
): ((item: T) => readonly (string | undefined)[]) | undefined => {
  if (Object.hasOwn(table, name)) return table[name];
  if (tagsOf === undefined) return undefined;
  if (name === 'tag-key') return (item) => [...tagsOf(item).keys()];
  if (name.startsWith('tag:')) return (item) => [tagsOf(item).get(name.slice(4))];
  return undefined;
};

/** Where a page begins and how long it may be. */
interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page, see {@link pageAfter}.
 *
 * @throws AwsError `InvalidParameterValue` for MaxResults under 5 (over 1,000 counts as 1,000), `InvalidNextToken`.
 */
export const paged = <T extends { readonly order: number }>(
  items: readonly T[],
  request: PageRequest,
  defaultPage: number,
  largestPage = 1_000,
): { readonly items: readonly T[]; readonly NextToken: string | undefined } => {
  const { MaxResults: max, NextToken: token } = request;
  if (max !== undefined && max < 5) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${max} ) for parameter maxResults is invalid. Expecting a value greater than 5.`,
    );
  }
  const size = Math.min(max ?? defaultPage, largestPage);
  const { items: page, next: NextToken } = pageAfter(
    items,
    token,
    size,
    (text) => new AwsError('InvalidNextToken', `The token '${text}' is invalid`),
  );
  return { items: page, NextToken };
};

/** Those with the ids, in the ids' order; an empty or absent list asks for all. */
export const withIds = <T>(
  items: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (item: T) => string,
  unknown: (id: string) => Error = ec2Errors.unknownEndpoint,
): readonly T[] => {
  if (ids === undefined || ids.length === 0) return items;
  const byId = new Map(items.map((item) => [idOf(item), item]));
  return ids.map((id) => {
    const item = byId.get(id);
    if (item === undefined) throw unknown(id);
    return item;
  });
};
