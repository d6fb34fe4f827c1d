import type { NormalizedSchema } from '@smithy/core/schema';

/** A value could not be read as the type that the schema wants: `expected` is a noun with its article. */
export class NotOfType extends Error {
  readonly text: string;
  readonly expected: string;

  constructor(text: string, expected: string) {
    super(`"${text}" is not ${expected}`);
    this.name = 'NotOfType';
    this.text = text;
    this.expected = expected;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Base64 as in RFC 4648, padding included. */
export const readBlob = (text: string): Uint8Array => {
  if (!BASE64.test(text) || text.length % 4 !== 0) throw new NotOfType(text, 'base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
};

/** RFC 3339, an HTTP date, or seconds since the epoch: what clients send differs, so each form is taken. */
export const readTimestamp = (text: string): Date => {
  if (NUMBER.test(text)) return new Date(Math.round(Number(text) * 1000));
  const isDateTime = DATE_TIME.test(text);
  const hasZone = /([Zz]|[+-]\d\d:?\d\d|GMT)$/.test(text);
  const parsed = new Date(isDateTime && text.includes(':') && !hasZone ? `${text}Z` : text);
  if ((!isDateTime && !text.endsWith('GMT')) || Number.isNaN(parsed.getTime()))
    throw new NotOfType(text, 'a timestamp');
  return parsed;
};

/**
 * Reads text (a query parameter, a path label, a header) as a simple type of the schema.
 *
 * @throws NotOfType
 */
export const readText = (schema: NormalizedSchema, text: string): unknown => {
  if (schema.isBooleanSchema()) {
    const lower = text.toLowerCase();
    if (lower !== 'true' && lower !== 'false') throw new NotOfType(text, 'a boolean');
    return lower === 'true';
  }
  if (schema.isNumericSchema()) {
    if (!NUMBER.test(text)) throw new NotOfType(text, 'a number');
    return Number(text);
  }
  if (schema.isBigIntegerSchema()) {
    if (!/^-?\d+$/.test(text)) throw new NotOfType(text, 'a whole number');
    return BigInt(text);
  }
  if (schema.isTimestampSchema()) return readTimestamp(text);
  if (schema.isBlobSchema()) return readBlob(text);
  return text;
};
