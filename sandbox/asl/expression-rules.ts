import { parseExpression } from './evaluator.ts';

/** Which of `$states`' members an expression may read where it stands; `input` and `context` may be read anywhere. */
export interface ExpressionPlace {
  readonly result: boolean;
  readonly errorOutput: boolean;
}

/** What is wrong with an expression, in AWS's code and words. */
interface ExpressionFault {
  readonly code: 'INVALID_JSONATA_EXPRESSION' | 'UNSUPPORTED_JSONATA_EXPRESSION';
  readonly message: string;
}

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names what a node takes from a context item, which does not exist at the top level of an expression. */
const contextReference = (node: Node): string | undefined => {
  if (node.type === 'name') return String(node.value);
  if (node.type === 'wildcard') return '*';
  if (node.type === 'descendant') return '**';
  return node.type === 'variable' && node.value === '' ? '$' : undefined;
};

/**
 * Finds what AWS refuses when a definition is made: text that does not parse, a reference to a context item at the top
 * level, `$$`, and `$states.result` or `$states.errorOutput` where they do not exist.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html; the words of the first two were measured
 * on AWS in github.com/floci-io/floci issues 2670 and 2745.
 */
export const expressionFault = (expression: string, place: ExpressionPlace): ExpressionFault | undefined => {
  const parsed = parseExpression(expression);
  if ('message' in parsed) return { code: 'INVALID_JSONATA_EXPRESSION', message: parsed.message };
  const unsupported = (message: string): ExpressionFault => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message });
  const topLevel = (name: string) => unsupported(`Reference to '${name}' at the top level is not supported.`);

  const visitAll = (values: unknown, hasContext: boolean): ExpressionFault | undefined => {
    if (Array.isArray(values)) {
      for (const value of values) {
        const fault = visitAll(value, hasContext);
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    return isNode(values) ? visit(values, hasContext) : undefined;
  };

  const visitMembers = (node: Node, skip: readonly string[], hasContext: boolean): ExpressionFault | undefined => {
    for (const [key, member] of Object.entries(node)) {
      if (skip.includes(key)) continue;
      const fault = visitAll(member, hasContext);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

  // Stages, predicates, groups and sort terms look at the items before them; a lambda's parameters name nothing.
  const visit = (node: Node, hasContext: boolean): ExpressionFault | undefined => {
    if (node.type === 'variable' && node.value === '$') return topLevel('$$');
    if (!hasContext) {
      const reference = contextReference(node);
      if (reference !== undefined) return topLevel(reference);
    }
    if (node.type === 'path' && node.steps !== undefined) {
      const [first, second] = node.steps;
      if (first?.type === 'variable' && first.value === 'states' && second?.type === 'name') {
        const member = String(second.value);
        if ((member === 'result' && !place.result) || (member === 'errorOutput' && !place.errorOutput)) {
          return unsupported(`Reference to '$states.${member}' is not supported in this field.`);
        }
      }
      for (const [index, step] of node.steps.entries()) {
        const fault = visit(step, hasContext || index > 0);
        if (fault !== undefined) return fault;
      }
      return visitMembers(node, ['steps'], true);
    }
    if (node.type === 'lambda') return visitAll(node.body, hasContext);
    if (node.type === 'transform') {
      return visitAll(node.pattern, true) ?? visitAll(node.update, true) ?? visitAll(node.delete, true);
    }
    for (const key of ['stages', 'predicate', 'group', 'terms']) {
      const fault = visitAll(node[key], true);
      if (fault !== undefined) return fault;
    }
    return visitMembers(node, ['stages', 'predicate', 'group', 'terms'], hasContext);
  };

  return visit(parsed.ast as unknown as Node, false);
};
