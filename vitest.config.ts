import { defineConfig } from 'vitest/config';

const TOGETHER = [
  'test/{domain,functions,workflows,events,infra,ops,fuzz}/**/*.test.ts',
  'test/sandbox/{asl,conformance,deploy,iam,services}/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      // Tests that leave nothing behind share their modules: half a minute of imports less.
      { extends: true, test: { name: 'parts', include: TOGETHER, isolate: false } },
      // Tests that patch the process, or look at it, have one each.
      {
        extends: true,
        test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...TOGETHER, 'test/e2e/**'] },
      },
      // The stack is synthesised once, and only where one of these tests is to run.
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/synthesise.ts'],
          // Against what hangs; whole worlds on a machine that does other things as well take their time.
          testTimeout: 90_000,
        },
      },
    ],
    setupFiles: ['test/support/setup.ts'],
    // Threads start faster than processes.
    pool: 'threads',
    // All cores: a third of the time goes into waiting for other processes.
    maxWorkers: '100%',
    testTimeout: 20_000,
    // A focused test, or one that asserts nothing, fails wherever it runs.
    allowOnly: false,
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // In CI the numbers are read from the file; tests that were left out are named there too.
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.sandbox/test-results.json' }]] : ['default'],
    coverage: {
      include: ['{functions,workflows,events,infra,ops,sandbox}/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
