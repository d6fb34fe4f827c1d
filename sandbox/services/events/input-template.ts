const PLACEHOLDER = /<([^<>\s]+)>/y;

/** The names in `<...>` of a template, in order. */
export const placeholdersOf = (template: string): readonly string[] =>
  [...template.matchAll(/<([^<>\s]+)>/g)].map((found) => found[1] ?? '');

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A value as it stands between the quotes of a JSON string. */
const insideQuotes = (value: unknown): string => {
  if (value === undefined) return '';
  return escaped(typeof value === 'string' ? value : JSON.stringify(value));
};

/**
 * Fills in an input template, as rules and pipes do: outside quotes a placeholder becomes the value's JSON, so that
 * `{"id": <id>}` gives `{"id": "vpce-1"}`; inside quotes it becomes part of the string. A value that is not there is an
 * empty string.
 *
 * @param lookUp the value of a placeholder; throws for a name that it does not know
 */
export const renderTemplate = (template: string, lookUp: (name: string) => unknown): string => {
  let text = '';
  let quoted = false;
  for (let index = 0; index < template.length; ) {
    const character = template[index] ?? '';
    PLACEHOLDER.lastIndex = index;
    const name = character === '<' ? PLACEHOLDER.exec(template)?.[1] : undefined;
    if (name !== undefined) {
      const value = lookUp(name);
      text += quoted ? insideQuotes(value) : JSON.stringify(value ?? '');
      index += name.length + 2;
    } else if (character === '\\' && quoted) {
      text += template.slice(index, index + 2);
      index += 2;
    } else {
      if (character === '"') quoted = !quoted;
      text += character;
      index += 1;
    }
  }
  return text;
};
