/** Cuts a list into pieces of a size, in its order: AWS's batch actions take so many at once. */
export const chunksOf = <T>(values: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));

/** Calls in flight at once: below the SDK's fifty sockets. */
const AT_ONCE = 25;

/** Does something with each, so many at once, and gives the results in their order. The first that fails fails all. */
export const eachAtOnce = async <T, R>(values: readonly T[], act: (value: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (const chunk of chunksOf(values, AT_ONCE)) results.push(...(await Promise.all(chunk.map(act))));
  return results;
};
