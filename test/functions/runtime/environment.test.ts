import { describe, expect, it, vi } from 'vitest';
import { countOr } from '../../../functions/runtime/environment.ts';

describe('countOr', () => {
  it.each([
    ['nothing - the usual', '', 50],
    ['a number', '7', 7],
  ])('%s', (_what, text, count) => {
    vi.stubEnv('COUNT', text);

    expect(countOr('COUNT', 50)).toBe(count);
  });

  it.each(['0', '-1', '1.5', 'many'])('%s - refused by name', (text) => {
    vi.stubEnv('COUNT', text);

    expect(() => countOr('COUNT', 50)).toThrow(/COUNT/);
  });
});
