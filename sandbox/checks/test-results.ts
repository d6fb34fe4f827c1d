import { readFileSync } from 'node:fs';

/** What vitest's `json` reporter writes, as far as it is read here; https://vitest.dev/guide/reporters#json-reporter. */
interface TestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * What a run of the tests comes to, in lines: each test that was left out by its name, each file that could not be
 * run at all (which counts as one failure, since its tests are not in the count), and last `N passed, N failed`.
 */
export const summarize = ({ testResults }: TestResults): string[] => {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const leftOut = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  return [
    ...leftOut.map(({ fullName }) => `Left out: ${fullName}`),
    ...broken.map(({ name, message }) => `Could not run ${name}: ${message}`),
    `${count('passed')} passed, ${count('failed') + broken.length} failed`,
  ];
};

if (import.meta.main) {
  const [, , file] = process.argv;
  if (file === undefined) throw new Error('Which file of results? e.g. node sandbox/checks/test-results.ts FILE');
  console.log(summarize(JSON.parse(readFileSync(file, 'utf8'))).join('\n'));
}
