import { invalidPattern } from './pattern-error.ts';

/** A wildcard text, taken apart: one literal character each, `ANY` for a run of any characters (also of none). */
export type WildcardToken = string | typeof ANY;
export const ANY = Symbol('*');

/**
 * How many beginnings of a field's wildcard texts may fit one value at once. AWS documents that a rule can be too complex,
 * and how event-ruler counts it (README of github.com/aws/event-ruler, "complexity"), but not where EventBridge draws the
 * line: users report three `*:stack/NAME/*` (9) accepted and four (12) refused.
 */
const COMPLEXITY_LIMIT = 10;

/** Where the search for the worst value gives up; far beyond what a pattern of 4,096 characters meets in practice. */
const SEARCH_LIMIT = 20_000;

/**
 * `*` stands for any characters; `\*` and `\\` for themselves. Two `*` in a row and any other escape are refused.
 *
 * @throws AwsError `InvalidEventPatternException`
 */
export const parseWildcard = (text: string): readonly WildcardToken[] => {
  const tokens: WildcardToken[] = [];
  const characters = [...text];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    const next = characters[index + 1];
    if (character === '*') {
      if (next === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${index + 1} of "${text}"`);
      tokens.push(ANY);
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') {
        throw invalidPattern(
          `Invalid escape character at pos ${index + 1} of "${text}": only \\* and \\\\ are escapes`,
        );
      }
      tokens.push(next);
      index += 1;
    } else {
      tokens.push(character);
    }
  }
  return tokens;
};

/** Whether the whole value fits; greedy with one point to fall back to, so the time is at most length times length. */
export const matchesWildcard = (tokens: readonly WildcardToken[], value: string): boolean => {
  const characters = [...value];
  let token = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < characters.length) {
    if (tokens[token] === ANY) {
      star = token;
      resume = at;
      token += 1;
    } else if (token < tokens.length && tokens[token] === characters[at]) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === ANY) token += 1;
  return token === tokens.length;
};

/** Every position that a beginning of `texts[k]` can end at, written `[k, tokens consumed]`, as one sorted key each. */
type Positions = readonly string[];

const withEmptyRuns = (texts: readonly (readonly WildcardToken[])[], positions: Iterable<string>): Positions => {
  const reached = new Set<string>();
  for (const position of positions) {
    reached.add(position);
    const [text = 0, consumed = 0] = position.split(':').map(Number);
    if (texts[text]?.[consumed] === ANY) reached.add(`${text}:${consumed + 1}`);
  }
  return [...reached].sort();
};

const step = (
  texts: readonly (readonly WildcardToken[])[],
  from: Positions,
  character: string | undefined,
): Positions => {
  const reached = new Set<string>();
  for (const position of from) {
    const [text = 0, consumed = 0] = position.split(':').map(Number);
    const tokens = texts[text] ?? [];
    if (consumed > 0 && tokens[consumed - 1] === ANY) reached.add(position);
    if (character !== undefined && tokens[consumed] === character) reached.add(`${text}:${consumed + 1}`);
  }
  return withEmptyRuns(texts, reached);
};

/**
 * Refuses wildcard texts of one field that together would be slow to look for: see COMPLEXITY_LIMIT.
 *
 * @throws AwsError `InvalidEventPatternException`
 */
export const refuseTooComplex = (texts: readonly (readonly WildcardToken[])[]): void => {
  const alphabet: (string | undefined)[] = [undefined];
  for (const tokens of texts) {
    for (const token of tokens) if (token !== ANY && !alphabet.includes(token)) alphabet.push(token);
  }
  const start = withEmptyRuns(
    texts,
    texts.map((_, index) => `${index}:0`),
  );
  const seen = new Set([start.join()]);
  const pending: Positions[] = [start];
  for (let from = pending.pop(); from !== undefined && seen.size < SEARCH_LIMIT; from = pending.pop()) {
    for (const character of alphabet) {
      const reached = step(texts, from, character);
      if (reached.length > COMPLEXITY_LIMIT) {
        throw invalidPattern(
          'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
        );
      }
      const key = reached.join();
      if (reached.length === 0 || seen.has(key)) continue;
      seen.add(key);
      pending.push(reached);
    }
  }
};
