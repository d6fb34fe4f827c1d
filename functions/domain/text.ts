/**
 * Brings a stranger's text into a shape that logs, records and terminals can show: at most so many characters, control and formatting characters
 * (bidirectional overrides among them) replaced by a middle dot, no half of a surrogate pair.
 */
export const plainText = (text: string, maximum: number): string =>
  text
    .slice(0, maximum)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u00b7');
