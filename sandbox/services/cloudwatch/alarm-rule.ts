import { notModelled, validation } from './errors.ts';
import type { AlarmState } from './evaluation.ts';

/** Asks after the state of an alarm, by its name. */
export type StateOf = (name: string) => AlarmState | undefined;

/** A composite alarm's rule: which alarms it names, and whether it holds. */
export interface AlarmRule {
  /** Names, each once. */
  readonly children: readonly string[];
  readonly holds: (stateOf: StateOf) => boolean;
}

type Term = (stateOf: StateOf) => boolean;

const TOKEN = /\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))/y;
const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];

const isState = (word: string): word is AlarmState => STATES.includes(word);

/** A rule has at most so many characters and children. */
const LIMITS = { characters: 10_240, children: 100 };

/** Words and signs; a quoted word is never a keyword. */
interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

const tokensOf = (rule: string): Token[] => {
  const tokens: Token[] = [];
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(rule); match !== null; match = TOKEN.exec(rule)) {
    const [, open, close, quoted, word] = match;
    tokens.push({ text: open ?? close ?? quoted ?? word ?? '', quoted: quoted !== undefined });
    end = TOKEN.lastIndex;
  }
  if (rule.slice(end).trim() !== '')
    throw validation(`AlarmRule is not valid: ${rule.slice(end).trim()} cannot be read`);
  return tokens;
};

class RuleReader {
  readonly children = new Set<string>();
  readonly #tokens: Token[];

  constructor(rule: string) {
    this.#tokens = tokensOf(rule);
  }

  read(): Term {
    const term = this.#or();
    const [rest] = this.#tokens;
    if (rest !== undefined) throw validation(`AlarmRule is not valid: ${rest.text} was not expected`);
    return term;
  }

  #or(): Term {
    return this.#chain('OR', () => this.#chain('AND', () => this.#not()));
  }

  #chain(word: 'AND' | 'OR', next: () => Term): Term {
    const terms = [next()];
    while (this.#take(word)) terms.push(next());
    if (terms.length === 1) return terms[0] ?? (() => false);
    return word === 'AND'
      ? (stateOf) => terms.every((term) => term(stateOf))
      : (stateOf) => terms.some((term) => term(stateOf));
  }

  #not(): Term {
    if (!this.#take('NOT')) return this.#atom();
    const inner = this.#not();
    return (stateOf) => !inner(stateOf);
  }

  #atom(): Term {
    if (this.#take('TRUE')) return () => true;
    if (this.#take('FALSE')) return () => false;
    if (this.#take('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const state = this.#tokens.shift();
    if (state?.text === 'AT_LEAST') throw notModelled('AT_LEAST in the rule of a composite alarm');
    if (state === undefined || state.quoted || !isState(state.text)) {
      throw validation(`AlarmRule is not valid: ${state?.text ?? 'its end'} was not expected`);
    }
    this.#expect('(');
    const given = this.#tokens.shift()?.text ?? '';
    this.#expect(')');
    const name = /^arn:[^:]+:cloudwatch:[^:]*:\d{12}:alarm:(.+)$/.exec(given)?.[1] ?? given;
    this.children.add(name);
    const wanted = state.text;
    return (stateOf) => stateOf(name) === wanted;
  }

  #take(word: string): boolean {
    const [next] = this.#tokens;
    if (next?.text !== word || next.quoted) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw validation(`AlarmRule is not valid: "${sign}" is missing`);
  }
}

/**
 * Reads `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`.
 *
 * @throws AwsError `ValidationError`; `NotImplemented` for AT_LEAST
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export const parseAlarmRule = (rule: string): AlarmRule => {
  if (rule.length > LIMITS.characters) throw validation(`AlarmRule has more than ${LIMITS.characters} characters`);
  const reader = new RuleReader(rule);
  const holds = reader.read();
  if (reader.children.size > LIMITS.children) throw validation(`AlarmRule names more than ${LIMITS.children} alarms`);
  return { children: [...reader.children], holds };
};
