import fc from 'fast-check';

/** What a cheap property tries in every run of the tests. */
const CHEAP = 2000;

const numberFrom = (name: string): number | undefined => {
  const text = process.env[name];
  return text === undefined || text === '' ? undefined : Number(text);
};

const asked = numberFrom('FUZZ_RUNS');
const seed = numberFrom('FUZZ_SEED') ?? 20_261_123;

/**
 * How many cases a property tries: the same ones every time, unless `FUZZ_SEED` says otherwise. `FUZZ_RUNS=200000` is for a night: a cheap
 * property then tries so many, one that is dearer its share of them.
 *
 * @param usual - how many of a property of this cost fit into some seconds.
 */
export const runs = (usual = CHEAP): { readonly seed: number; readonly numRuns: number } => ({
  seed,
  numRuns: asked === undefined ? usual : Math.max(1, Math.round((asked * usual) / CHEAP)),
});

/** Nobody waits for a long run. */
export const PATIENCE = asked === undefined ? 60_000 : 24 * 3_600_000;

/** Keys and values that mean something to JavaScript, JSONata, shells, terminals, DynamoDB, or to us. */
const WORDS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'toJSON',
  'hasOwnProperty',
  'length',
  'then',
  'sequence',
  '_jsonata_lambda',
  '_jsonata_function',
  'pk',
  'sk',
  'current',
  '',
  ' ',
  '-',
  '--',
  '--json',
  '-h',
  '*',
  '#',
  '|',
  'ALL',
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-1',
  '1e400',
  '{}',
  '[]',
  '"',
  "'",
  '\\',
  '$states.input',
  '{% $error() %}',
  '$(reboot)',
  '`reboot`',
  '; rm -rf /',
  '%',
  '%00',
  '%ZZ',
  '\u0000',
  '\u001b[2J',
  '\u001b]0;owned\u0007',
  '\r\nX-Injected: yes',
  '\u202egnp.exe',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udc00x',
  '\u{1f600}'.repeat(3),
  '<script>&amp;',
];

/** What people type, and what nobody should. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom(...Array.from('"\\{}[]:,$()\'`|&;<>%=\n\t')), maxLength: 30 }),
  },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...WORDS), { maxLength: 5 }).map((words) => words.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...WORDS), fc.integer({ min: 100, max: 3000 }))
      .map(([word, times]) => word.repeat(times)),
  },
);

/**
 * JSON of any shape, as text: an object that is built from it has `__proto__` and the like as keys of its own, twice if need be.
 *
 * @param words - what belongs into the place, so that a case gets past the first look.
 */
export const hostileJson = (...words: readonly string[]): fc.Arbitrary<string> => {
  const word = words.length === 0 ? hostileText : fc.oneof(fc.constantFrom(...words), hostileText);
  const quoted = word.map((text) => JSON.stringify(text));
  const scalar = fc.oneof(
    { weight: 4, arbitrary: quoted },
    { weight: 2, arbitrary: fc.constantFrom('null', 'true', 'false', '0', '-0', '1', '7', '0.1', '1e21', '-1e-7') },
    { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => JSON.stringify(each)) },
  );
  return fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
    value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, scalar, tie('object'), tie('list')),
    list: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    object: fc
      .array(fc.tuple(quoted, tie('value')), { maxLength: 5 })
      .map((entries) => `{${entries.map(([key, value]) => `${key}:${value}`).join(',')}}`),
  })).value;
};

/** A text that something happened to on its way: cut off, a part lost, doubled, or overwritten by something hostile. */
export const mangled = (whole: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(whole, fc.nat(), fc.nat({ max: 40 }), hostileText, fc.constantFrom('cut', 'lose', 'double', 'write'))
    .map(([text, anywhere, length, hostile, what]) => {
      const at = text.length === 0 ? 0 : anywhere % text.length;
      const part = text.slice(at, at + length);
      const rest = text.slice(at + length);
      const filling = { cut: '', lose: '', double: part + part, write: hostile }[what];
      return what === 'cut' ? text.slice(0, at) : `${text.slice(0, at)}${filling}${rest}`;
    });

/** Parses what is JSON by its making. */
export const parsed = (json: string): unknown => JSON.parse(json) as unknown;

/** What a terminal would obey, a log would break at, or that shows another text than there is. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
