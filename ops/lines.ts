/** As wide as a terminal that nobody made wider. */
export const WIDTH = 80;

/**
 * Breaks a text between words, line by line. A word that is wider, such as an ARN, has a line of its own.
 *
 * @param indent - blanks before each line that goes on, beside those with which a line begins.
 */
export const wrap = (text: string, indent = 0): string =>
  text
    .split('\n')
    .map((line) => wrapLine(line, ' '.repeat(indent)))
    .join('\n');

const wrapLine = (text: string, indent: string): string => {
  const [, margin = '', rest = ''] = /^( *)(.*)$/s.exec(text) ?? [];
  const lines: string[] = [];
  let line = margin;
  for (const word of rest.split(' ')) {
    const isFresh = line.trim() === '';
    if (!isFresh && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${margin}${indent}${word}`;
    } else line = isFresh ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
};

/** Cuts a text to a width, and shows that it was cut. */
export const cutTo = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, Math.max(width - 1, 0))}\u2026` : text;

/** Lines up the cells of rows under headings. */
export const tableOf = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
