import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { currentSupportText } from '../../sandbox/support.ts';

const linesOf = (...patterns: readonly string[]): number =>
  patterns
    .flatMap((pattern) => globSync(pattern))
    .reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);

describe('SUPPORT.md', () => {
  it('says what the tables say: after a change, run npm run support', () => {
    const written = readFileSync('sandbox/SUPPORT.md', 'utf8');

    expect(written).toBe(currentSupportText());
  });
});

describe("the sandbox's README", () => {
  it('states sizes that are right within a fifth', () => {
    const text = readFileSync('sandbox/README.md', 'utf8');
    const [, sandbox = '', product = ''] =
      /about ([\d,]+) lines of TypeScript; the product.* about ([\d,]+)\./.exec(text) ?? [];
    const isNear = (stated: string, lines: number) => Math.abs(Number(stated.replace(',', '')) / lines - 1) < 0.2;

    expect(isNear(sandbox, linesOf('sandbox/**/*.ts'))).toBe(true);
    expect(isNear(product, linesOf('{functions,workflows,events,infra,ops}/**/*.ts'))).toBe(true);
  });
});
