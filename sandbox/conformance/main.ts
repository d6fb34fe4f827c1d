import { readFileSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';
import type { CaseResult } from './case-result.ts';
import { runEventPatternCases } from './event-patterns.ts';
import { runExecutionCases } from './executions.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';

/** Ends the command with one sentence: 2 = it could not be run at all. */
const giveUp = (sentence: string): never => {
  stderr.write(`${sentence}\n`);
  exit(2);
};

const read = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return giveUp(`${path} cannot be read as JSON: ${(error as Error).message}`);
  }
};

/** Runs the cases of a file, whose kind their members tell. */
const runCases = async (path: string, cases: unknown): Promise<CaseResult[]> => {
  const first: unknown = Array.isArray(cases) ? cases[0] : undefined;
  const has = (member: string): boolean => typeof first === 'object' && first !== null && member in first;
  try {
    if (has('definition')) return await runExecutionCases(cases);
    if (has('pattern')) return runEventPatternCases(cases);
  } catch (error) {
    if (error instanceof TypeError) return giveUp(`${path}: ${error.message}`);
    throw error;
  }
  return giveUp(
    `${path} holds no cases: expected a list whose entries have a "definition" (executions) or a "pattern" (event patterns).`,
  );
};

const [path, ...rest] = argv.slice(2);
if (path === undefined || rest.length > 0) {
  giveUp('Give one file of recorded cases: npm run conformance -- FILE');
} else {
  const results = await runCases(path, read(path));
  const failed = results.filter(({ passed }) => !passed);
  const isKnown = ({ id }: CaseResult): boolean => Object.hasOwn(KNOWN_DIFFERENCES, id);
  for (const result of failed) {
    stdout.write(`${result.id}${isKnown(result) ? ` (known: ${KNOWN_DIFFERENCES[result.id]})` : ''}\n`);
    for (const difference of result.differences) stdout.write(`  ${difference}\n`);
  }
  const known = failed.filter(isKnown).length;
  const passed = results.length - failed.length;
  stdout.write(`${results.length} cases, ${passed} passed, ${failed.length} failed (${known} known)\n`);
  exit(failed.length === known ? 0 : 1);
}
