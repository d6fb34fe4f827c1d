import { isArnPattern, matchesArn, matchesPattern } from './wildcard.ts';

/** What a policy may ask about a request: condition keys in lower case, each with its values. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

interface Operator {
  /** `StringNotEquals` and its like: every value must differ, and a missing key counts as different. */
  readonly negated: boolean;
  readonly matches: (expected: string, actual: string) => boolean;
  /** Says what is wrong with a value that the policy gives, if anything. */
  readonly fault?: (expected: string) => string | undefined;
}

const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const numeric = (compare: (actual: number, expected: number) => boolean, negated = false): Operator => ({
  negated,
  matches: (expected, actual) => compare(Number(actual), Number(expected)),
  fault: (expected) => (Number.isNaN(Number(expected)) ? 'a number' : undefined),
});

const dated = (compare: (actual: number, expected: number) => boolean, negated = false): Operator => ({
  negated,
  matches: (expected, actual) => compare(instant(actual), instant(expected)),
  fault: (expected) => (Number.isNaN(instant(expected)) ? 'a date in ISO 8601 or seconds since the epoch' : undefined),
});

const arn = (negated: boolean): Operator => ({
  negated,
  matches: matchesArn,
  fault: (expected) => (isArnPattern(expected) ? undefined : 'an ARN of six parts'),
});

const text = (matches: Operator['matches'], negated = false): Operator => ({ negated, matches });
const same = (expected: string, actual: string): boolean => expected === actual;
const sameIgnoringCase = (expected: string, actual: string): boolean => expected.toLowerCase() === actual.toLowerCase();
const isBoolean = (expected: string): string | undefined =>
  ['true', 'false'].includes(expected.toLowerCase()) ? undefined : 'true or false';

/**
 * The operators that are modelled. Missing on purpose, since nothing in the sandbox has the keys for them: `IpAddress`,
 * `NotIpAddress`, `BinaryEquals`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: text(same),
  StringNotEquals: text(same, true),
  StringEqualsIgnoreCase: text(sameIgnoringCase),
  StringNotEqualsIgnoreCase: text(sameIgnoringCase, true),
  StringLike: text(matchesPattern),
  StringNotLike: text(matchesPattern, true),
  ArnEquals: arn(false),
  ArnLike: arn(false),
  ArnNotEquals: arn(true),
  ArnNotLike: arn(true),
  Bool: { negated: false, matches: sameIgnoringCase, fault: isBoolean },
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericNotEquals: numeric((actual, expected) => actual === expected, true),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
  DateEquals: dated((actual, expected) => actual === expected),
  DateNotEquals: dated((actual, expected) => actual === expected, true),
  DateLessThan: dated((actual, expected) => actual < expected),
  DateLessThanEquals: dated((actual, expected) => actual <= expected),
  DateGreaterThan: dated((actual, expected) => actual > expected),
  DateGreaterThanEquals: dated((actual, expected) => actual >= expected),
};

interface Comparison {
  readonly set: 'ForAnyValue' | 'ForAllValues' | undefined;
  readonly ifExists: boolean;
  /** `Null` is no comparison: it asks whether the key is there. */
  readonly operator: Operator | 'Null';
}

const parse = (name: string): Comparison | undefined => {
  const [, set, base = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (base === 'Null') {
    return set === undefined && ifExists === undefined
      ? { set: undefined, ifExists: false, operator: 'Null' }
      : undefined;
  }
  const operator = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  if (operator === undefined) return undefined;
  return { set: set as Comparison['set'], ifExists: ifExists !== undefined, operator };
};

/** Whether this operator (`StringLike`, `ForAllValues:StringEquals`, `BoolIfExists`) is modelled. */
export const isOperator = (name: string): boolean => parse(name) !== undefined;

/** Whether an operator takes keys of many values: it begins with `ForAnyValue:` or `ForAllValues:`, or is `Null`. */
export const takesManyValues = (name: string): boolean => {
  const comparison = parse(name);
  return comparison?.set !== undefined || comparison?.operator === 'Null';
};

/** What a value given to an operator should have been, e.g. `a number`; undefined where it is right. */
export const valueFault = (name: string, value: string): string | undefined => {
  const operator = parse(name)?.operator;
  return operator === 'Null' ? isBoolean(value) : operator?.fault?.(value);
};

/**
 * One line of a condition block: `conditionHolds('ArnLike', ['arn:aws:sns:*:*:t'], ['arn:aws:sns:us-west-2:1:t'])`.
 * Several values given by the policy are alternatives, or for a negated operator all forbidden. A key that the request
 * lacks fails a plain operator, and satisfies a negated one, `…IfExists` and `ForAllValues:`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 * @throws Error for an operator that is not modelled: `checkPolicy` must have refused the policy before.
 */
export const conditionHolds = (
  name: string,
  expected: readonly string[],
  actual: readonly string[] | undefined,
): boolean => {
  const comparison = parse(name);
  if (comparison === undefined) throw new Error(`The condition operator ${name} reached evaluation unchecked.`);
  const { operator, set, ifExists } = comparison;
  const missing = actual === undefined || actual.length === 0;
  if (operator === 'Null') return expected.some((value) => (value.toLowerCase() === 'true') === missing);
  if (missing) {
    if (ifExists) return true;
    if (set !== undefined) return set === 'ForAllValues';
    return operator.negated;
  }
  const satisfies = (value: string): boolean =>
    expected.some((candidate) => operator.matches(candidate, value)) !== operator.negated;
  const all = set === 'ForAllValues' || (set === undefined && operator.negated);
  return all ? actual.every(satisfies) : actual.some(satisfies);
};
