import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../functions/domain/text.ts';

describe('plainText', () => {
  it.each([
    ['an ordinary text', 'Acme Rockets, Zürich \u{1f680}', 'Acme Rockets, Zürich \u{1f680}'],
    ['nothing', '', ''],
    ['line breaks and tabs', 'a\r\nb\tc', 'a\u00b7\u00b7b\u00b7c'],
    ['a colour of the terminal', '\u001b[31mred', '\u00b7[31mred'],
    ['the controls above ASCII', '\u007f\u0085\u009b', '\u00b7\u00b7\u00b7'],
    ['a text turned round', 'a\u202egnp.exe\u202c', 'a\u00b7gnp.exe\u00b7'],
    ['what is not seen', 'a\u200b\u200d\u2066\ufeff\u00adb', 'a\u00b7\u00b7\u00b7\u00b7\u00b7b'],
    ['line breaks of Unicode', 'a\u2028b\u2029c', 'a\u00b7b\u00b7c'],
    ['half a character, alone', 'a\ud83d', 'a\ufffd'],
    ['a character that the cut would halve', `${'x'.repeat(29)}\u{1f680}`, `${'x'.repeat(29)}\ufffd`],
    ['a text as long as it may be', 'x'.repeat(30), 'x'.repeat(30)],
    ['a longer one', 'x'.repeat(31), 'x'.repeat(30)],
  ])('%s - %j: %j', (_situation, text, plain) => {
    expect(plainText(text, 30)).toBe(plain);
  });

  it('any text - no longer than asked, without controls, formats and line breaks, well formed, and plain already', () => {
    // fast-check's own texts of any characters take a second to prepare; these are the characters that matter.
    const units = [
      'a',
      'é',
      '\u0000',
      '\n',
      '\u001b',
      '\u007f',
      '\u0085',
      '\u202e',
      '\u2028',
      '\u2029',
      '\ud83d',
      '\ude80',
      '\u{1f680}',
      '\ufffd',
    ];
    const anyText = fc.array(fc.constantFrom(...units), { maxLength: 20 }).map((each) => each.join(''));

    fc.assert(
      fc.property(anyText, fc.nat({ max: 25 }), (text, maximum) => {
        const plain = plainText(text, maximum);
        expect(plain.length).toBe(Math.min(text.length, maximum));
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(plain.isWellFormed()).toBe(true);
        expect(plainText(plain, maximum)).toBe(plain);
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });
});
