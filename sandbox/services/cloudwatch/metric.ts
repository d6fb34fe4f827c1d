/** What a metric is told apart by, beside account and region. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  /** Sorted by name. */
  readonly dimensions: readonly MetricDimension[];
}

/** A name and a value, e.g. `QueueName` and `orders`. */
export interface MetricDimension {
  readonly name: string;
  readonly value: string;
}

/** Dimensions as callers have them: AWS's list, `[{ Name, Value }]`. */
export type DimensionList = readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[];

const byName = (a: MetricDimension, b: MetricDimension): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** `metricId('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: 'orders' })`. */
export const metricId = (
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>> = {},
): MetricId => ({
  namespace,
  name,
  dimensions: Object.entries(dimensions)
    .map(([key, value]) => ({ name: key, value }))
    .sort(byName),
});

/** The same, from the list that requests have. */
export const metricIdOf = (namespace: string, name: string, dimensions: DimensionList = []): MetricId => ({
  namespace,
  name,
  dimensions: dimensions.map(({ Name, Value }) => ({ name: Name ?? '', value: Value ?? '' })).sort(byName),
});

/** The dimensions as answers list them. */
export const dimensionList = ({ dimensions }: MetricId): { Name: string; Value: string }[] =>
  dimensions.map(({ name, value }) => ({ Name: name, Value: value }));

/** The dimensions as events list them: `{ QueueName: 'orders' }`. */
export const dimensionRecord = ({ dimensions }: MetricId): Record<string, string> =>
  Object.fromEntries(dimensions.map(({ name, value }) => [name, value]));

const BETWEEN = '\u0000';

/** One text for each metric of an account. */
export const metricKey = (account: string, { namespace, name, dimensions }: MetricId): string => {
  let key = account + BETWEEN + namespace + BETWEEN + name;
  for (const each of dimensions) key += BETWEEN + each.name + BETWEEN + each.value;
  return key;
};
