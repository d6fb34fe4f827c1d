const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/**
 * The moment, in milliseconds since the epoch, that an ISO 8601 text with an offset names, or undefined. `Date.parse`
 * alone takes more than the States Language does. https://states-language.net/spec.html#timestamps
 */
export const parseTimestamp = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const match = FORM.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour] = match;
  const millis = Date.parse(value);
  if (Number.isNaN(millis) || Number(hour) > 23) return undefined;
  // Date.parse rolls 30 February over to March.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) ? millis : undefined;
};
