import { AwsError } from '../services/errors.ts';
import { parsePattern } from '../services/events/pattern.ts';
import type { CaseResult } from './case-result.ts';

type Outcome = 'match' | 'no-match' | 'invalid';

interface PatternCase {
  readonly name: string;
  /** The event and the pattern, each as an object or as a JSON text. */
  readonly event: unknown;
  readonly pattern: unknown;
  /** What EventBridge answered. */
  readonly expect: Outcome;
}

const isPatternCase = (value: unknown): value is PatternCase =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'event' in value &&
  'pattern' in value &&
  'expect' in value;

const outcomeOf = (each: PatternCase): { readonly outcome: Outcome; readonly reason?: string } => {
  try {
    const event: unknown = typeof each.event === 'string' ? JSON.parse(each.event) : each.event;
    return { outcome: parsePattern(each.pattern).matches(event) ? 'match' : 'no-match' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { outcome: 'invalid', reason: error.message };
  }
};

/**
 * Runs recorded cases of event patterns: `[{ name, event, pattern, expect: 'match' | 'no-match' | 'invalid' }]`.
 *
 * @throws TypeError where `cases` is not such a list
 */
export const runEventPatternCases = (cases: unknown): CaseResult[] => {
  if (!Array.isArray(cases)) throw new TypeError('The file of event pattern cases must hold a list.');
  return cases.map((each: unknown, index) => {
    if (!isPatternCase(each)) {
      throw new TypeError(`Case ${index} has no name, event, pattern or expect.`);
    }
    const { outcome, reason } = outcomeOf(each);
    const passed = outcome === each.expect;
    const because = reason === undefined ? '' : ` (${reason})`;
    return { id: each.name, passed, differences: passed ? [] : [`expected ${each.expect}, got ${outcome}${because}`] };
  });
};
