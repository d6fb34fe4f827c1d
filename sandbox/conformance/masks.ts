/** A placeholder inside a recorded text, such as `<uuid:1>` or `<region>`: any text was there. */
const PLACEHOLDER = /<[A-Za-z][\w-]*(?::\d+)?>/;
/** Whole values that a recording puts for a moment in time. */
const MOMENTS = ['date', 'timestamp', 'datetime'];

const squeezed = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * A recording replaces what differs from run to run by the member's own name, e.g. `"RequestId": "RequestId"`, or by a
 * label in snake case that ends so, e.g. `"FunctionName": "lambda_function_name"`.
 */
const standsForItsName = (name: string, text: string): boolean => {
  const [left, right] = [squeezed(name), squeezed(text)];
  if (left === '') return false;
  return left === right || (/^[a-z]+(_[a-z]+)+$/.test(text) && right.endsWith(left));
};

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const textMatches = (expected: string, actual: string): boolean => {
  if (!PLACEHOLDER.test(expected)) return expected === actual;
  const source = expected.split(PLACEHOLDER).map(escaped).join('.*');
  return new RegExp(`^${source}$`, 's').test(actual);
};

/** A JSON text as its value, anything else as it is: recordings hold some payloads parsed and some not. */
const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/**
 * Compares what happened with a recording in which masks match anything.
 *
 * @param path where in the recording, for the sentences
 * @returns one sentence for each difference
 */
export const differencesFrom = (expected: unknown, actual: unknown, path: string): string[] => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (typeof expected === 'string' && actual !== undefined) {
    if (MOMENTS.includes(expected) || standsForItsName(name, expected)) return [];
    if (typeof actual === 'string' && textMatches(expected, actual)) return [];
  }
  if (name === 'output' || name === 'input') {
    const [left, right] = [parsed(expected), parsed(actual)];
    if (left !== expected || right !== actual) return differencesFrom(left, right, `${path}/(json)`);
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, index) => differencesFrom(item, actual[index], `${path}/${index}`));
  }
  if (isObject(expected) && isObject(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...names].flatMap((member) => differencesFrom(expected[member], actual[member], `${path}/${member}`));
  }
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  return [`${path}: expected ${show(expected)}, got ${show(actual)}`];
};
