import { describe, expect, it } from 'vitest';
import { summarize } from '../../sandbox/checks/test-results.ts';

const file = (status: string, ...statuses: string[]) => ({
  name: 'targets.test.ts',
  status,
  message: status === 'failed' ? 'Cannot find module' : '',
  assertionResults: statuses.map((each, index) => ({ fullName: `test ${index + 1}`, status: each })),
});

describe('the count of a test run', () => {
  it('is the last line', () => {
    expect(
      summarize({ testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')] }),
    ).toEqual(['3 passed, 1 failed']);
  });

  it('names the tests that were left out, whatever the reason is called', () => {
    expect(summarize({ testResults: [file('passed', 'pending', 'skipped', 'todo', 'passed')] })).toEqual([
      'Left out: test 1',
      'Left out: test 2',
      'Left out: test 3',
      '1 passed, 0 failed',
    ]);
  });

  it('counts a file that could not be run as a failure', () => {
    expect(summarize({ testResults: [file('failed'), file('passed', 'passed')] })).toEqual([
      'Could not run targets.test.ts: Cannot find module',
      '1 passed, 1 failed',
    ]);
  });
});
