import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { currentSupportText } from '../../sandbox/support.ts';

describe('SUPPORT.md', () => {
  it('says what the tables say: after a change, run npm run support', () => {
    const written = readFileSync('sandbox/SUPPORT.md', 'utf8');

    expect(written).toBe(currentSupportText());
  });
});
