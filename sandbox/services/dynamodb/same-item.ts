import type { Wire } from './dynalite.ts';

const isObject = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sets have no order, lists have. */
const isSameList = (type: string, before: readonly unknown[], after: readonly unknown[]): boolean => {
  if (before.length !== after.length) return false;
  if (type === 'L') return before.every((element, index) => isSameItem(element, after[index]));
  const members = new Set(before);
  return after.every((member) => members.has(member));
};

/**
 * Whether two items, or two values of them, are the same to DynamoDB: attributes have no order, members of sets neither.
 *
 * @param before an item, an attribute value such as `{ SS: ['a', 'b'] }`, or what is in one.
 */
export const isSameItem = (before: unknown, after: unknown): boolean => {
  if (!isObject(before) || !isObject(after)) return before === after;
  const names = Object.keys(before);
  if (names.length !== Object.keys(after).length) return false;
  return names.every((name) => {
    const [was, is] = [before[name], after[name]];
    return Array.isArray(was) && Array.isArray(is) ? isSameList(name, was, is) : isSameItem(was, is);
  });
};
