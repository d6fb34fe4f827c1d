import type { Api, HttpBinding, Operation } from './api.ts';

/** An operation found by method and path, and what stood where its path has labels, decoded. */
export interface PathMatch {
  readonly operation: Operation;
  /** `{ FunctionName: 'arn:aws:lambda:us-west-2:123456789012:function:f' }`. */
  readonly labels: ReadonlyMap<string, string>;
}

interface Template {
  readonly operation: Operation;
  readonly method: string;
  readonly segments: readonly string[];
  /** What the query must hold, e.g. `find=LayerVersion`. */
  readonly query: readonly (readonly [string, string])[];
  /** How much of the path is fixed: of two that match, the more definite one is meant. */
  readonly weight: number;
}

const segmentsOf = (path: string): readonly string[] => path.split('/').filter((segment) => segment !== '');
const isLabel = (segment: string): boolean => segment.startsWith('{');

const templateOf = (operation: Operation, { method, path }: HttpBinding): Template => {
  const [fixed = '', search = ''] = path.split('?');
  const segments = segmentsOf(fixed);
  const query = [...new URLSearchParams(search)];
  const weight = segments.filter((segment) => !isLabel(segment)).length * 10 + query.length;
  return { operation, method, segments, query, weight };
};

const templates = new WeakMap<Api, readonly Template[]>();

const templatesOf = (api: Api): readonly Template[] => {
  let known = templates.get(api);
  if (known === undefined) {
    known = [...api.operations.values()]
      .flatMap((operation) => (operation.http === undefined ? [] : [templateOf(operation, operation.http)]))
      .sort((a, b) => b.weight - a.weight);
    templates.set(api, known);
  }
  return known;
};

/** A label takes one segment; a greedy one, `{Path+}`, the rest. Segments are split before they are decoded: `%2F` is no slash. */
const labelsOf = (template: Template, segments: readonly string[]): ReadonlyMap<string, string> | undefined => {
  const labels = new Map<string, string>();
  for (const [index, segment] of template.segments.entries()) {
    const found = segments[index];
    if (found === undefined) return undefined;
    if (segment.endsWith('+}')) {
      labels.set(segment.slice(1, -2), decode(segments.slice(index).join('/')));
      return labels;
    }
    if (isLabel(segment)) labels.set(segment.slice(1, -1), decode(found));
    else if (segment !== found) return undefined;
  }
  return segments.length === template.segments.length ? labels : undefined;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign is taken as it stands
  }
};

/** Finds the operation of a REST API; a slash at the path's end says nothing. */
export const matchOperation = (
  api: Api,
  method: string,
  path: string,
  query: URLSearchParams,
): PathMatch | undefined => {
  const segments = segmentsOf(path);
  for (const template of templatesOf(api)) {
    if (template.method !== method) continue;
    if (!template.query.every(([name, value]) => query.get(name) === value)) continue;
    const labels = labelsOf(template, segments);
    if (labels !== undefined) return { operation: template.operation, labels };
  }
  return undefined;
};
