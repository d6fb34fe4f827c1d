import { defineConfig } from 'vitest/config';

/** What mutants of `functions/domain` are held against: the domain's own tests, without the projects of the rest. */
export default defineConfig({
  test: {
    include: ['test/domain/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    expect: { requireAssertions: true },
  },
});
