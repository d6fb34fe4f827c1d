/** One string of a TXT record: in quotes, inside which a quote or a backslash stands after a backslash. */
const STRING = /"((?:[^"\\]|\\[\s\S])*)"/y;

/** The strings of a TXT value, their escapes read: `"a" "b"` = `['a', 'b']`; `undefined` where it is not written so. */
export const txtStrings = (value: string): readonly string[] | undefined => {
  const strings: string[] = [];
  STRING.lastIndex = 0;
  while (STRING.lastIndex < value.length) {
    const at = STRING.lastIndex;
    const found = STRING.exec(value);
    if (found === null) return undefined;
    const read = (found[1] ?? '').replace(/\\([0-3][0-7]{2}|[\s\S])/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
    );
    strings.push(read);
    const space = /^[ \t]+/.exec(value.slice(STRING.lastIndex))?.[0].length ?? 0;
    if (space === 0 && STRING.lastIndex < value.length) return undefined;
    STRING.lastIndex += space;
    if (STRING.lastIndex === at) return undefined;
  }
  return strings.length === 0 ? undefined : strings;
};
