import { AwsError } from '../errors.ts';
import { parseJsonObject } from '../parse-json.ts';
import { isUnit, isValue, LIMITS, type ReadDatum, readDatum } from './datum.ts';

/** What a line in the embedded metric format holds, and what of it could not be read. */
export interface EmbeddedMetrics {
  readonly data: readonly ReadDatum[];
  /** In words, one for each fault. */
  readonly faults: readonly string[];
}

/** The most of each that one line may have. */
const MOST = { metrics: 100, values: 100, dimensions: LIMITS.dimensions };

type Record_ = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** A reader of one line: it goes on after a fault, as CloudWatch takes what it can. */
class LineReader {
  readonly data: ReadDatum[] = [];
  readonly faults: string[] = [];
  readonly #root: Record_;
  readonly #at: number;
  readonly #now: number;

  constructor(root: Record_, at: number, now: number) {
    this.#root = root;
    this.#at = at;
    this.#now = now;
  }

  directive(value: unknown): undefined {
    if (!isRecord(value)) return this.#fault('a directive of CloudWatchMetrics is no object');
    const { Namespace: namespace, Dimensions, Metrics } = value;
    if (typeof namespace !== 'string' || namespace === '') return this.#fault('a directive has no Namespace');
    const sets = listOf(Dimensions);
    const metrics = listOf(Metrics);
    if (sets === undefined || metrics === undefined)
      return this.#fault('a directive needs the lists Dimensions and Metrics');
    if (metrics.length > MOST.metrics) return this.#fault(`a directive has more than ${MOST.metrics} metrics`);
    const dimensions = sets.flatMap((set) => this.#dimensions(set) ?? []);
    for (const metric of metrics) this.#metric(namespace, dimensions, metric);
    return undefined;
  }

  /** One set of dimensions, as a list of one; undefined where it can't be read. */
  #dimensions(set: unknown): readonly (readonly { Name: string; Value: string }[])[] | undefined {
    const names = listOf(set);
    if (names === undefined || names.length > MOST.dimensions) {
      this.#fault(`a set of dimensions is no list of up to ${MOST.dimensions} names`);
      return undefined;
    }
    const dimensions = names.map((name) => {
      const value = typeof name === 'string' && Object.hasOwn(this.#root, name) ? this.#root[name] : undefined;
      return { Name: String(name), Value: typeof value === 'string' && value !== '' ? value : undefined };
    });
    const missing = dimensions.find(({ Value }) => Value === undefined);
    if (missing === undefined) return [dimensions as { Name: string; Value: string }[]];
    this.#fault(`the dimension ${missing.Name} has no text in the line`);
    return undefined;
  }

  #metric(
    namespace: string,
    sets: readonly (readonly { Name: string; Value: string }[])[],
    metric: unknown,
  ): undefined {
    if (!isRecord(metric) || typeof metric.Name !== 'string') return this.#fault('a metric has no Name');
    const { Name: name, Unit: unit = 'None', StorageResolution: resolution = 60 } = metric;
    const target = Object.hasOwn(this.#root, name) ? this.#root[name] : undefined;
    if (target === undefined) return undefined; // a metric that the line has no value for is passed over
    const values = (listOf(target) ?? [target]).filter(
      (value): value is number => typeof value === 'number' && isValue(value),
    );
    const length = listOf(target)?.length ?? 1;
    if (values.length !== length || length === 0 || length > MOST.values) {
      return this.#fault(`the metric ${name} is no number and no list of up to ${MOST.values} numbers`);
    }
    if (typeof unit !== 'string' || !isUnit(unit))
      return this.#fault(`the metric ${name} has the unknown unit ${String(unit)}`);
    for (const Dimensions of sets) {
      const datum = {
        MetricName: name,
        Dimensions: [...Dimensions],
        Timestamp: new Date(this.#at),
        Values: values,
        StorageResolution: resolution === 1 ? 1 : 60,
      };
      try {
        this.data.push({ ...readDatum(datum, namespace, name, this.#now), unit });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.#fault(error.message);
      }
    }
    return undefined;
  }

  #fault(what: string): undefined {
    this.faults.push(what);
    return undefined;
  }
}

/**
 * Takes the metrics out of a log line, however a function printed it.
 *
 * @returns undefined for a line that has none.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const readEmbeddedMetrics = (line: unknown, now: number): EmbeddedMetrics | undefined => {
  const root = typeof line === 'string' ? (line.includes('"_aws"') ? parseJsonObject(line) : undefined) : line;
  if (!isRecord(root) || !Object.hasOwn(root, '_aws')) return undefined;
  const about = root._aws;
  if (!isRecord(about)) return { data: [], faults: ['_aws is no object'] };
  const { Timestamp: at, CloudWatchMetrics } = about;
  const directives = listOf(CloudWatchMetrics);
  if (directives === undefined) return { data: [], faults: ['_aws has no list CloudWatchMetrics'] };
  if (typeof at !== 'number' || !Number.isInteger(at))
    return { data: [], faults: ['_aws.Timestamp is no whole number'] };
  const reader = new LineReader(root, at, now);
  for (const directive of directives) reader.directive(directive);
  return { data: reader.data, faults: reader.faults };
};
