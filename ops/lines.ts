/** As wide as a terminal that nobody made wider. */
export const WIDTH = 80;

/** Breaks a text between words, and indents all lines but the first. A word that is wider, such as an ARN, has a line of its own. */
export const wrap = (text: string, indent = 0): string => {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const room = WIDTH - (lines.length === 0 ? 0 : indent);
      if (line !== '' && line.length + 1 + word.length > room) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line, at) => (at === 0 ? line : `${' '.repeat(indent)}${line}`)).join('\n');
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
