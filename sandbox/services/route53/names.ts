/** Why a text is no domain name, in Route 53's words: `DomainLabelTooLong (Domain label is too long) encountered with 'x'`. */
export class InvalidName extends Error {}

const fatal = (code: string, words: string, text: string): InvalidName =>
  new InvalidName(`FATAL problem: ${code} (${words}) encountered with '${text}'`);

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
const FIRST_PRINTABLE = 33;
const LAST_PRINTABLE = 126;

/** The text's labels with its escape codes read, in lower case: `\052.Example.com.` = `['*', 'example', 'com']`. */
const labelsOf = (text: string): readonly string[] => {
  const labels = [''];
  const put = (sign: string): void => {
    labels[labels.length - 1] += sign;
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    const octal = sign === '\\' ? /^[0-3][0-7]{2}/.exec(text.slice(at + 1))?.[0] : undefined;
    if (octal !== undefined) {
      put(String.fromCharCode(Number.parseInt(octal, 8)).toLowerCase());
      at += octal.length;
    } else if (sign === '.') labels.push('');
    else put(sign.toLowerCase());
  }
  if (labels.length > 1 && labels.at(-1) === '') labels.pop();
  return labels;
};

const escaped = (label: string): string =>
  label.replace(/[^a-z0-9_-]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);

/**
 * A name as Route 53 keeps and returns it: in lower case, what is neither a letter, a digit, `-` nor `_` as an octal code,
 * with a dot at its end: `*.Example.com` becomes `\052.example.com.`.
 *
 * @throws InvalidName
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
export const normalName = (text: string): string => {
  // https://github.com/harmony-one/harmony-ops/issues/491
  if (text === '') throw fatal('DomainNameEmpty', 'Domain name is empty', text);
  const labels = labelsOf(text);
  for (const label of labels) {
    if (label === '') throw fatal('DomainLabelEmpty', 'Domain label is empty', text);
    if (label.length > LONGEST_LABEL) throw fatal('DomainLabelTooLong', 'Domain label is too long', text);
    for (const sign of label) {
      const code = sign.charCodeAt(0);
      if (code < FIRST_PRINTABLE || code > LAST_PRINTABLE) {
        throw fatal('UnsupportedCharacter', 'Value contains unsupported characters', text);
      }
    }
  }
  if (labels.join('.').length + 1 > LONGEST_NAME) {
    throw fatal('DomainNameTooLong', 'Domain name is too long', text);
  }
  return `${labels.map(escaped).join('.')}.`;
};

/** As {@link normalName}; a text that is no name as it stands. */
export const normalOrSame = (text: string): string => {
  try {
    return normalName(text);
  } catch (error) {
    if (error instanceof InvalidName) return text;
    throw error;
  }
};

/** Whether a normal name is the zone's own or below it. */
export const isInZone = (name: string, zoneName: string): boolean => name === zoneName || name.endsWith(`.${zoneName}`);

/**
 * What names are sorted by: the labels reversed, with the dot at the end, which comes after `-` and before digits:
 * `www.example.com.` is sorted as `com.example.www.`.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export const sortKey = (name: string): string => `${[...labelsOf(name)].reverse().join('.')}.`;

/** The order of texts by their codes, as AWS sorts. */
export const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The name without its first label; `undefined` above the top. */
export const parentOf = (name: string): string | undefined => {
  const parent = name.slice(name.indexOf('.') + 1);
  return parent === '' ? undefined : parent;
};

/** How the asterisk of a wildcard record is kept. */
export const WILDCARD = '\\052.';
