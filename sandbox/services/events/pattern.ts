import { invalidPattern } from './pattern-error.ts';
import { parseTest, RESERVED_WITHIN_OR, type Scalar, type ValueTest } from './pattern-operators.ts';
import { refuseTooComplex } from './pattern-wildcard.ts';

/** A pattern that was understood. */
export interface Matcher {
  /** Whether the event, as parsed JSON, fits; anything but an object fits nothing. */
  matches(event: unknown): boolean;
  /** The operators it uses, e.g. `exact`, `prefix`, `anything-but/wildcard`: not every service takes all of them. */
  readonly operators: ReadonlySet<string>;
}

/** A field's full dotted path and what its value may be. A branch fits when all of its fields do. */
interface FieldTests {
  readonly path: string;
  readonly tests: readonly ValueTest[];
}
type Branch = readonly FieldTests[];

/** EventBridge multiplies `$or` out and takes this many combinations at most ("Or" in eb-create-pattern-operators.html). */
const MOST_BRANCHES = 1000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const combine = (left: readonly Branch[], right: readonly Branch[]): readonly Branch[] => {
  if (left.length * right.length > MOST_BRANCHES) {
    throw invalidPattern(`$or gives more than ${MOST_BRANCHES} combinations of fields`);
  }
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
};

const parseOr = (alternatives: unknown, prefix: string): readonly Branch[] => {
  if (!Array.isArray(alternatives)) throw invalidPattern('It must be an Array followed with $or.');
  if (alternatives.length < 2) throw invalidPattern('There must have at least 2 Objects in $or relationship.');
  return alternatives.flatMap((alternative: unknown) => {
    if (!isObject(alternative)) throw invalidPattern('Only JSON object is allowed in array of $or relationship.');
    return parseObject(alternative, prefix, true);
  });
};

const parseObject = (pattern: Record<string, unknown>, prefix: string, withinOr: boolean): readonly Branch[] => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern('Empty objects are not allowed');
  let branches: readonly Branch[] = [[]];
  for (const [name, value] of entries) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (name === '$or') {
      branches = combine(branches, parseOr(value, prefix));
    } else if (withinOr && RESERVED_WITHIN_OR.has(name)) {
      throw invalidPattern(`${name} is an operator's name and cannot be a field inside $or.`);
    } else if (Array.isArray(value)) {
      if (value.length === 0) throw invalidPattern('Empty arrays are not allowed');
      branches = combine(branches, [[{ path, tests: value.map(parseTest) }]]);
    } else if (isObject(value)) {
      branches = combine(branches, parseObject(value, path, withinOr));
    } else {
      throw invalidPattern(`"${name}" must be an object or an array`);
    }
  }
  return branches;
};

/** A leaf of the event and the element that it lies in, for each array of objects around it. */
interface Leaf {
  readonly value: Scalar;
  readonly elements: ReadonlyMap<number, number>;
}

/** The event's leaves by dotted path; arrays do not show in the path, and an empty array or object has no leaf. */
const leavesOf = (event: Record<string, unknown>): ReadonlyMap<string, readonly Leaf[]> => {
  const leaves = new Map<string, Leaf[]>();
  let arrays = 0;
  const visit = (value: unknown, path: string, elements: ReadonlyMap<number, number>): void => {
    if (Array.isArray(value)) {
      const array = arrays++;
      value.forEach((element: unknown, index) => {
        const nested = typeof element === 'object' && element !== null;
        visit(element, path, nested ? new Map(elements).set(array, index) : elements);
      });
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}.${name}`, elements);
    } else if (value !== undefined) {
      const leaf = { value: value as Scalar, elements };
      const found = leaves.get(path);
      if (found === undefined) leaves.set(path, [leaf]);
      else found.push(leaf);
    }
  };
  visit(event, '', new Map());
  return leaves;
};

/** Both choices of elements as one, or undefined where they lie in different elements of the same array. */
const join = (
  one: ReadonlyMap<number, number>,
  other: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> | undefined => {
  if (other.size === 0) return one;
  const joined = new Map(one);
  for (const [array, element] of other) {
    if ((joined.get(array) ?? element) !== element) return undefined;
    joined.set(array, element);
  }
  return joined;
};

/** Tries the fields in the order of their paths, as event-ruler does: what was chosen so far decides what counts as absent. */
const fits = (
  branch: Branch,
  leaves: ReadonlyMap<string, readonly Leaf[]>,
  index = 0,
  chosen: ReadonlyMap<number, number> = new Map(),
): boolean => {
  const field = branch[index];
  if (field === undefined) return true;
  let present = false;
  for (const leaf of leaves.get(field.path) ?? []) {
    const joined = join(chosen, leaf.elements);
    if (joined === undefined) continue;
    present = true;
    if (field.tests.some((test) => test.matches(leaf.value)) && fits(branch, leaves, index + 1, joined)) return true;
  }
  return !present && field.tests.some((test) => test.absent) && fits(branch, leaves, index + 1, chosen);
};

const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidPattern(`Invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/**
 * Reads an event pattern: a JSON text, or what such a text holds.
 *
 * Fields are joined by "and", a list's entries by "or", `$or` by "or" between objects. A dotted name is the same as nested
 * objects. Where the event holds an array, one of its elements must fit; fields found in different elements of one array
 * never count together.
 *
 * Follows docs.aws.amazon.com/eventbridge/latest/userguide: eb-event-patterns.html, eb-create-pattern-operators.html,
 * eb-event-patterns-arrays.html; what they leave open is as in github.com/aws/event-ruler, EventBridge's own matcher.
 *
 * @throws AwsError `InvalidEventPatternException`
 */
export const parsePattern = (pattern: unknown): Matcher => {
  const parsed = typeof pattern === 'string' ? parseText(pattern) : pattern;
  if (!isObject(parsed)) throw invalidPattern('Filter is not an object');
  const branches = parseObject(parsed, '', false).map((branch) =>
    [...branch].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  );
  const fields = new Set(branches.flat());
  for (const field of fields) {
    const wildcards = field.tests.flatMap((test) => test.wildcards);
    if (wildcards.length > 0) refuseTooComplex(wildcards);
  }
  return {
    operators: new Set([...fields].flatMap((field) => field.tests.map((test) => test.operator))),
    matches(event) {
      if (!isObject(event)) return false;
      const leaves = leavesOf(event);
      return branches.some((branch) => fits(branch, leaves));
    },
  };
};
