import type { MetricDatum, StatisticSet } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../errors.ts';
import { exclusive, invalidValue, missingParameter, tooMany } from './errors.ts';
import { type DimensionList, type MetricId, metricIdOf } from './metric.ts';
import { type Sample, single } from './statistics.ts';

/** The bounds of PutMetricData. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export const LIMITS = {
  data: 1_000,
  values: 150,
  dimensions: 30,
  past: 14 * 24 * 3_600_000,
  future: 2 * 3_600_000,
} as const;

const UNITS = [
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes', 'Bits'],
  ...['Kilobits', 'Megabits', 'Gigabits', 'Terabits', 'Percent', 'Count', 'Bytes/Second', 'Kilobytes/Second'],
  ...['Megabytes/Second', 'Gigabytes/Second', 'Terabytes/Second', 'Bits/Second', 'Kilobits/Second', 'Megabits/Second'],
  ...['Gigabits/Second', 'Terabits/Second', 'Count/Second', 'None'],
];

/** Whether AWS knows the unit. */
export const isUnit = (unit: string): boolean => UNITS.includes(unit);

/** A metric's name, or a dimension's, has 1 to 255 characters of ASCII; a value up to 1024. */
const isText = (text: string, longest: number): boolean =>
  text.length >= 1 && text.length <= longest && /^[\x20-\x7e]+$/.test(text) && text.trim() !== '';

/** @throws AwsError `InvalidParameterValue` */
export const checkNamespace = (namespace: string): void => {
  if (!/^[^:][\w.\-/#: ]*$/.test(namespace) || namespace.length > 255) throw invalidValue('Namespace', namespace);
  if (namespace.startsWith('AWS/')) throw invalidValue('Namespace', namespace);
};

/** @param where e.g. `MetricData.member.1.Dimensions`. @throws AwsError `InvalidParameterValue`, `MissingParameter` */
export const checkDimensions = (dimensions: DimensionList, where: string): void => {
  if (dimensions.length > LIMITS.dimensions) throw tooMany(where, LIMITS.dimensions);
  dimensions.forEach(({ Name, Value }, index) => {
    const at = `${where}.member.${index + 1}`;
    if (Name === undefined) throw missingParameter(`${at}.Name`);
    if (Value === undefined) throw missingParameter(`${at}.Value`);
    if (!isText(Name, 255) || Name.startsWith(':')) throw invalidValue(`${at}.Name`, Name);
    if (!isText(Value, 1_024)) throw invalidValue(`${at}.Value`, Value);
    if (dimensions.findIndex((other) => other.Name === Name) !== index) {
      throw new AwsError('InvalidParameterValue', `The parameter ${where} must not have the name ${Name} twice.`);
    }
  });
};

/** Outside of these AWS takes no value. */
const LARGEST = 2 ** 360;

/** Whether CloudWatch takes the number: finite, and from -2^360 to 2^360. */
export const isValue = (value: number): boolean => Number.isFinite(value) && Math.abs(value) <= LARGEST;

const checkValue = (value: number, where: string): number => {
  if (!isValue(value)) throw invalidValue(where, value);
  return value;
};

const sampleOfSet = (set: StatisticSet, where: string): Sample => {
  const numbers = ['SampleCount', 'Sum', 'Minimum', 'Maximum'] as const;
  for (const name of numbers) if (set[name] === undefined) throw missingParameter(`${where}.${name}`);
  const [count = 0, sum = 0, minimum = 0, maximum = 0] = numbers.map((name) =>
    checkValue(set[name] ?? Number.NaN, `${where}.${name}`),
  );
  if (count <= 0) throw invalidValue(`${where}.SampleCount`, count);
  if (minimum > maximum) throw invalidValue(`${where}.Minimum`, minimum);
  return { count, sum, minimum, maximum, values: minimum === maximum ? [[minimum, count]] : undefined };
};

const sampleOfValues = (values: readonly number[], counts: readonly number[] | undefined, where: string): Sample => {
  if (values.length > LIMITS.values) throw tooMany(`${where}.Values`, LIMITS.values);
  if (counts !== undefined && counts.length !== values.length) {
    throw new AwsError(
      'InvalidParameterValue',
      `The parameters ${where}.Values and ${where}.Counts must be of the same size.`,
    );
  }
  const pairs = values.map((value, index) => {
    const count = counts?.[index] ?? 1;
    if (!isValue(count) || count <= 0) throw invalidValue(`${where}.Counts.member.${index + 1}`, count);
    return [checkValue(value, `${where}.Values.member.${index + 1}`), count] as const;
  });
  return {
    count: pairs.reduce((all, [, count]) => all + count, 0),
    sum: pairs.reduce((all, [value, count]) => all + value * count, 0),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
    values: pairs,
  };
};

const sampleOf = (datum: MetricDatum, where: string): Sample => {
  const { Value, Values, StatisticValues, Counts } = datum;
  if (Value !== undefined && StatisticValues !== undefined)
    throw exclusive(`${where}.Value`, `${where}.StatisticValues`);
  if (Value !== undefined && Values !== undefined) throw exclusive(`${where}.Value`, `${where}.Values`);
  if (Values !== undefined && StatisticValues !== undefined)
    throw exclusive(`${where}.Values`, `${where}.StatisticValues`);
  if (Value !== undefined) return single(checkValue(Value, `${where}.Value`));
  if (StatisticValues !== undefined) return sampleOfSet(StatisticValues, `${where}.StatisticValues`);
  if (Values !== undefined && Values.length > 0) return sampleOfValues(Values, Counts, where);
  throw new AwsError('MissingParameter', 'At least one of the parameters must be specified.');
};

/** A datum that was checked. */
export interface ReadDatum {
  readonly metric: MetricId;
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly sample: Sample;
  readonly unit: string;
  /** In milliseconds. */
  readonly resolution: number;
}

/**
 * Checks a datum of PutMetricData.
 *
 * @param where e.g. `MetricData.member.1`.
 * @throws AwsError `MissingParameter`, `InvalidParameterValue`, `InvalidParameterCombination`
 */
export const readDatum = (datum: MetricDatum, namespace: string, where: string, now: number): ReadDatum => {
  const { MetricName, Timestamp, Unit = 'None', StorageResolution = 60, Dimensions = [] } = datum;
  if (MetricName === undefined) throw missingParameter(`${where}.MetricName`);
  if (!isText(MetricName, 255)) throw invalidValue(`${where}.MetricName`, MetricName);
  checkDimensions(Dimensions, `${where}.Dimensions`);
  if (!isUnit(Unit)) throw invalidValue(`${where}.Unit`, Unit);
  if (StorageResolution !== 60 && StorageResolution !== 1)
    throw invalidValue(`${where}.StorageResolution`, StorageResolution);
  const at = Timestamp?.getTime() ?? now;
  if (Number.isNaN(at)) throw invalidValue(`${where}.Timestamp`, Timestamp);
  if (at < now - LIMITS.past) {
    throw new AwsError(
      'InvalidParameterValue',
      `The parameter ${where}.Timestamp must specify a time within the past two weeks.`,
    );
  }
  if (at > now + LIMITS.future) {
    throw new AwsError(
      'InvalidParameterValue',
      `The parameter ${where}.Timestamp must specify a time no more than two hours in the future.`,
    );
  }
  const metric = metricIdOf(namespace, MetricName, Dimensions);
  return { metric, at, sample: sampleOf(datum, where), unit: Unit, resolution: StorageResolution * 1_000 };
};
