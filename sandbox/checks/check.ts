import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** One thing that `npm run check` looks at. */
interface Step {
  readonly name: string;
  /** Arguments of Node: a script of the project or of a package, and its options. */
  readonly command: readonly string[];
}

// The slow ones first, so that two cores finish together.
const STEPS: readonly Step[] = [
  {
    name: 'synth, validation and nag',
    command: ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--strict', '--output', '.sandbox/check'],
  },
  { name: 'types', command: ['node_modules/@typescript/native/bin/tsc', '--project', '.'] },
  { name: 'dead code', command: ['node_modules/knip/bin/knip.js', '--treat-config-hints-as-errors'] },
  {
    name: 'promises and switches',
    command: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format=unix'],
  },
  { name: 'layers', command: ['sandbox/checks/layers.ts'] },
  {
    name: 'format and lint',
    command: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', '.'],
  },
  { name: 'workflow files', command: ['sandbox/checks/workflow-files.ts'] },
  { name: 'determinism', command: ['sandbox/checks/determinism.ts'] },
];

/** As many as there are cores on the smallest machine that this is meant for. */
const AT_ONCE = 2;

const environment = {
  ...process.env,
  // Steps start `node` by name too: theirs is this one.
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

/** Runs a step to its end and prints how it went, with all that it said where it failed. */
const runStep = async ({ name, command }: Step): Promise<boolean> => {
  const begun = performance.now();
  const child = spawn(process.execPath, command, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => said.push(part));
  child.stderr.on('data', (part: Buffer) => said.push(part));
  const passed = await new Promise<boolean>((resolve) => {
    child.on('error', (error) => {
      said.push(Buffer.from(error.message));
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
  if (passed) console.log(`ok   ${seconds} s  ${name}`);
  else
    console.log(
      `FAIL ${seconds} s  ${name}  (node ${command.join(' ')})\n\n${Buffer.concat(said).toString().trim()}\n`,
    );
  return passed;
};

const failed: string[] = [];
const waiting = [...STEPS];
const runSteps = async (): Promise<void> => {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    if (!(await runStep(step))) failed.push(step.name);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, runSteps));

if (failed.length > 0) {
  console.log(`Failed: ${failed.join('; ')}.`);
  process.exitCode = 1;
}
console.log(`${STEPS.length - failed.length} passed, ${failed.length} failed`);
