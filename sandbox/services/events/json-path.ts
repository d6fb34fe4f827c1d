import { parseJson } from '../parse-json.ts';

/** A step into a document: a field's name, an element's index, or `*` for all elements or values. */
export type PathStep = string | number | typeof ALL;
export const ALL = Symbol('*');

const STEP = /\.([\w\-/@]+)|\.(\*)|\[(\d+)\]|\[(\*)\]|\['([^']+)'\]|\["([^"]+)"\]/y;

/**
 * Reads the JSON paths that EventBridge and Pipes take: `$`, `$.detail.state`, `$.detail.items[0].id`, `$.list[*].id`,
 * `$.detail['a b']` (eb-transform-target-input.html: "EventBridge does not support all JSON Path syntax").
 *
 * @returns undefined for anything else
 */
export const parsePath = (path: string): readonly PathStep[] | undefined => {
  if (!path.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (found === null) {
      STEP.lastIndex = 0;
      return undefined;
    }
    const [, name, allValues, index, allElements, single, double] = found;
    if (allValues !== undefined || allElements !== undefined) steps.push(ALL);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? single ?? double ?? '');
  }
  return steps;
};

const opened = (value: unknown, parseTexts: boolean): unknown =>
  parseTexts && typeof value === 'string' ? parseJson(value) : value;

/**
 * What lies at the path, or undefined where nothing does.
 *
 * @param parseTexts whether a step may go into a text that holds JSON, as Pipes does with a record's body
 */
export const readPath = (steps: readonly PathStep[], document: unknown, parseTexts = false): unknown => {
  const [step, ...rest] = steps;
  if (step === undefined) return document;
  const inside = opened(document, parseTexts);
  if (typeof inside !== 'object' || inside === null) return undefined;
  if (step === ALL) {
    const found = Object.values(inside).map((value) => readPath(rest, value, parseTexts));
    return found.filter((value) => value !== undefined);
  }
  if (typeof step === 'number') return Array.isArray(inside) ? readPath(rest, inside[step], parseTexts) : undefined;
  return Object.hasOwn(inside, step)
    ? readPath(rest, (inside as Record<string, unknown>)[step], parseTexts)
    : undefined;
};
