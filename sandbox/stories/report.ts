import { isAsExpected, type PlayedCase } from './story.ts';

/** The one JSON document that `npm start -- --json` prints. */
export interface Report {
  readonly outcome: 'ok' | 'failed';
  readonly cases: readonly Omit<PlayedCase, 'who'>[];
}

/** `failed` where any case went otherwise than expected. */
export const reportOf = (played: readonly PlayedCase[]): Report => ({
  outcome: played.every(isAsExpected) ? 'ok' : 'failed',
  cases: played.map(({ who: _, ...rest }) => rest),
});

const HEADINGS = ['', 'case', 'who', 'verdict', 'why', 'seconds', 'calls'] as const;

const verdictOf = (each: PlayedCase): string =>
  isAsExpected(each) ? each.actual : `${each.actual} (expected: ${each.expected})`;

const whyOf = (each: PlayedCase): string => each.reasons.map((reason) => reason.split(':')[0]).join(', ');

const markOf = (each: PlayedCase): string => (isAsExpected(each) ? 'ok' : 'NO');

/**
 * What a person reads: a table with one line a case where the terminal is wide enough, else two lines a case.
 *
 * @param columns - of the terminal. @default unlimited: a pipe has no width
 */
export const tableOf = (played: readonly PlayedCase[], columns = Number.POSITIVE_INFINITY): string => {
  const table = linesOf(played);
  const isTooWide = table.some((line) => line.length > columns);
  return (isTooWide ? played.flatMap(twoLinesOf) : table).join('\n');
};

const linesOf = (played: readonly PlayedCase[]): readonly string[] => {
  const rows = played.map((each) => [
    ...[markOf(each), each.name, each.who, verdictOf(each), whyOf(each)],
    ...[String(each.seconds), String(each.calls)],
  ]);
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column >= HEADINGS.length - 2;
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(HEADINGS), rule, ...rows.map(line)];
};

const twoLinesOf = (each: PlayedCase): readonly string[] => [
  `${markOf(each)}  ${each.name} (${each.who}): ${verdictOf(each)}`,
  `      ${whyOf(each)}; ${each.seconds} s, ${each.calls} calls`,
];
