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

/** The table that a person reads: one line a case, columns as wide as what is in them. */
export const tableOf = (played: readonly PlayedCase[]): string => {
  const rows = played.map((each) => [
    isAsExpected(each) ? 'ok' : 'NO',
    each.name,
    each.who,
    isAsExpected(each) ? each.actual : `${each.actual} (expected: ${each.expected})`,
    each.reasons.map((reason) => reason.split(':')[0]).join(', '),
    String(each.seconds),
    String(each.calls),
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
  return [line(HEADINGS), rule, ...rows.map(line)].join('\n');
};
