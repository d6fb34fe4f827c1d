import { BlockList, isIP } from 'node:net';
import { invalidPattern } from './pattern-error.ts';
import { matchesWildcard, parseWildcard, type WildcardToken } from './pattern-wildcard.ts';

/** A leaf of an event. */
export type Scalar = string | number | boolean | null;

/** One entry of a pattern's list, e.g. `"running"` or `{ "prefix": "run" }`. */
export interface ValueTest {
  /** `exact`, or the operator's name; an operator inside `anything-but` as `anything-but/prefix`. */
  readonly operator: string;
  /** `{ "exists": false }`: asks for the field's absence, and no value fits it. */
  readonly absent: boolean;
  matches(value: Scalar): boolean;
  /** The wildcard texts in it, for the check of the whole field's complexity. */
  readonly wildcards: readonly (readonly WildcardToken[])[];
}

/** EventBridge compares numbers between these only ("Numeric matching" in eb-create-pattern-operators.html). */
const NUMERIC_LIMIT = 5e9;

const valueTest = (
  operator: string,
  matches: (value: Scalar) => boolean,
  wildcards: ValueTest['wildcards'] = [],
): ValueTest => ({
  operator,
  absent: false,
  matches,
  wildcards,
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const onlyEntry = (expression: Record<string, unknown>): readonly [string, unknown] => {
  const [entry, second] = Object.entries(expression);
  if (entry === undefined) throw invalidPattern('Match expression name not found');
  if (second !== undefined)
    throw invalidPattern(`Only one key allowed in match expression, found "${entry[0]}" and "${second[0]}"`);
  return entry;
};

const asString = (operand: unknown, operator: string): string => {
  if (typeof operand !== 'string') throw invalidPattern(`${operator} match pattern must be a string`);
  return operand;
};

const onStrings =
  (check: (value: string) => boolean): ((value: Scalar) => boolean) =>
  (value) =>
    typeof value === 'string' && check(value);

const fold = (text: string): string => text.toLowerCase();

/** `{ prefix: 'a' }` or `{ prefix: { 'equals-ignore-case': 'a' } }`, and the same for suffix. */
const parseAffix = (operator: 'prefix' | 'suffix', operand: unknown): ValueTest => {
  const fits = (value: string, affix: string): boolean =>
    operator === 'prefix' ? value.startsWith(affix) : value.endsWith(affix);
  if (isObject(operand)) {
    const [inner, text] = onlyEntry(operand);
    if (inner !== 'equals-ignore-case') throw invalidPattern(`Unsupported ${operator} pattern: ${inner}`);
    const affix = fold(asString(text, 'equals-ignore-case'));
    return valueTest(
      operator,
      onStrings((value) => fits(fold(value), affix)),
    );
  }
  const affix = asString(operand, operator);
  return valueTest(
    operator,
    onStrings((value) => fits(value, affix)),
  );
};

const asBound = (operand: unknown, comparison: string): number => {
  if (typeof operand !== 'number') throw invalidPattern(`Value of ${comparison} must be numeric`);
  if (Math.abs(operand) > NUMERIC_LIMIT)
    throw invalidPattern(`Value must be between -5.0E9 and 5.0E9, inclusive: ${operand}`);
  return operand;
};

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 1]`, `["<", 5]`, or a range from below: `[">", 0, "<=", 5]`. */
const parseNumeric = (operand: unknown): ValueTest => {
  if (!Array.isArray(operand)) throw invalidPattern('Value of numeric must be an array.');
  const [first, low, second, high] = operand as unknown[];
  const compare = typeof first === 'string' && Object.hasOwn(COMPARISONS, first) ? COMPARISONS[first] : undefined;
  if (typeof first !== 'string' || compare === undefined) {
    throw invalidPattern(`Unrecognized numeric range operator: ${JSON.stringify(first)}`);
  }
  const bound = asBound(low, first);
  if (operand.length === 2) {
    return valueTest(
      'numeric',
      (value) => typeof value === 'number' && Math.abs(value) <= NUMERIC_LIMIT && compare(value, bound),
    );
  }
  if (!first.startsWith('>') || operand.length > 4) throw invalidPattern('Too many elements in numeric expression');
  const compareHigh = second === '<' || second === '<=' ? COMPARISONS[second] : undefined;
  if (compareHigh === undefined) throw invalidPattern(`Bad numeric range operator: ${JSON.stringify(second)}`);
  const top = asBound(high, String(second));
  if (bound > top || (bound === top && !(first === '>=' && second === '<='))) {
    throw invalidPattern(`Bottom must be less than top: ${bound} and ${top}`);
  }
  return valueTest('numeric', (value) => typeof value === 'number' && compare(value, bound) && compareHigh(value, top));
};

/** An IPv4 or IPv6 block; the value fits where it is an address of that family within the block. */
const parseCidr = (operand: unknown): ValueTest => {
  const text = asString(operand, 'cidr');
  const [address = '', bits = '', ...more] = text.split('/');
  if (more.length > 0 || !text.includes('/')) throw invalidPattern(`Malformed CIDR, one '/' required: ${text}`);
  const version = isIP(address);
  if (version === 0) throw invalidPattern(`Nonstandard IP address: ${address}`);
  if (!/^\d+$/.test(bits)) throw invalidPattern(`Malformed CIDR, mask bits must be an integer: ${text}`);
  const most = version === 4 ? 32 : 128;
  if (Number(bits) > most) throw invalidPattern(`IPv${version} mask bits must be at most ${most}: ${text}`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return valueTest(
    'cidr',
    onStrings((value) => isIP(value) === version && block.check(value, family)),
  );
};

const parseWildcardTest = (operand: unknown): ValueTest => {
  const tokens = parseWildcard(asString(operand, 'wildcard'));
  return valueTest(
    'wildcard',
    onStrings((value) => matchesWildcard(tokens, value)),
    [tokens],
  );
};

const parseExists = (operand: unknown): ValueTest => {
  if (typeof operand !== 'boolean') throw invalidPattern('exists match pattern must be either true or false.');
  return { operator: 'exists', absent: !operand, matches: () => operand, wildcards: [] };
};

const parseIgnoreCase = (operand: unknown): ValueTest => {
  const text = fold(asString(operand, 'equals-ignore-case'));
  return valueTest(
    'equals-ignore-case',
    onStrings((value) => fold(value) === text),
  );
};

const parseExactly = (operand: unknown): ValueTest => {
  const text = asString(operand, 'exactly');
  return valueTest('exact', (value) => value === text);
};

const asList = (operand: unknown): readonly unknown[] => {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw invalidPattern('Empty arrays are not allowed in anything-but');
  return list;
};

/** What may stand inside `anything-but`, each with one text or a list of them. */
const INSIDE_ANYTHING_BUT: Readonly<Record<string, (operand: unknown) => ValueTest>> = {
  prefix: (operand) => parseAffix('prefix', asAffix(operand)),
  suffix: (operand) => parseAffix('suffix', asAffix(operand)),
  'equals-ignore-case': parseIgnoreCase,
  wildcard: parseWildcardTest,
};

const asAffix = (operand: unknown): string => {
  const affix = asString(operand, 'prefix/suffix');
  if (affix === '') throw invalidPattern('Null prefix/suffix not allowed');
  return affix;
};

/** Fits any present value, null too, that none of its own entries fits. */
const parseAnythingBut = (operand: unknown): ValueTest => {
  if (isObject(operand)) {
    const [inner, text] = onlyEntry(operand);
    const parse = Object.hasOwn(INSIDE_ANYTHING_BUT, inner) ? INSIDE_ANYTHING_BUT[inner] : undefined;
    if (parse === undefined) throw invalidPattern(`Unsupported anything-but pattern: ${inner}`);
    const tests = asList(text).map(parse);
    const wildcards = tests.flatMap((each) => each.wildcards);
    return valueTest(`anything-but/${inner}`, (value) => !tests.some((each) => each.matches(value)), wildcards);
  }
  const values = asList(operand);
  const kinds = new Set(values.map((value) => typeof value));
  if (![...kinds].every((kind) => kind === 'string' || kind === 'number')) {
    throw invalidPattern('Inside anything but list, start|null|boolean is not supported.');
  }
  if (kinds.size > 1) {
    throw invalidPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  for (const value of values) if (typeof value === 'number') asBound(value, 'anything-but');
  return valueTest('anything-but', (value) => !values.includes(value));
};

const OPERATORS: Readonly<Record<string, (operand: unknown) => ValueTest>> = {
  exactly: parseExactly,
  prefix: (operand) => parseAffix('prefix', operand),
  suffix: (operand) => parseAffix('suffix', operand),
  'equals-ignore-case': parseIgnoreCase,
  'anything-but': parseAnythingBut,
  numeric: parseNumeric,
  exists: parseExists,
  cidr: parseCidr,
  wildcard: parseWildcardTest,
};

/** Names that may not be fields within `$or`: there a forgotten field name would otherwise go unseen. */
export const RESERVED_WITHIN_OR: ReadonlySet<string> = new Set([
  ...Object.keys(OPERATORS),
  ...Object.keys(COMPARISONS),
]);

/**
 * Reads one entry of a field's list, as eb-create-pattern-operators.html describes it. Numbers are equal by value, texts
 * character by character.
 *
 * @throws AwsError `InvalidEventPatternException`, naming an operator that EventBridge does not have
 */
export const parseTest = (entry: unknown): ValueTest => {
  if (Array.isArray(entry) || entry === undefined) {
    throw invalidPattern('Match value must be String, number, true, false, or null');
  }
  if (!isObject(entry)) return valueTest('exact', (value) => value === entry);
  const [operator, operand] = onlyEntry(entry);
  const parse = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (parse === undefined) throw invalidPattern(`Unrecognized match type ${operator}`);
  return parse(operand);
};
