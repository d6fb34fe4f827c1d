/** `npm run bench`: how fast things are here, each against its goal. Prints; asserts nothing, since machines differ. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { simulate } from '../sandbox/simulated.ts';
import { admission } from '../sandbox/stories/admission.ts';
import { burst } from '../sandbox/stories/burst.ts';
import { synthesise } from '../sandbox/synth.ts';

interface Measured {
  readonly what: string;
  readonly value: string;
  /** What it should be, and who says so. */
  readonly goal: string;
}

const ASSEMBLY = '.sandbox/bench';
const RUNS = 5;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** From the start of the process to its line `ready`, with the stack synthesised already. */
const untilReady = (assembly: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const sandbox = spawn(process.execPath, ['sandbox/serve.ts', '--port', '0', '--assembly', assembly]);
    sandbox.stdout.on('data', (chunk: Buffer) => {
      if (!chunk.toString().includes('ready')) return;
      resolve(performance.now() - begun);
      sandbox.kill('SIGTERM');
    });
    sandbox.on('error', reject);
    sandbox.on('exit', (code) => reject(new Error(`The sandbox ended with code ${code} before it was ready.`)));
  });

/** From a fresh process to the handler's module being there, as a cold start would load it. */
const importing = (bundle: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const script = `const t=performance.now();require(${JSON.stringify(join(bundle, 'index.js'))});console.log(performance.now()-t)`;
    const env = { ...process.env, AWS_REGION: 'us-west-2', REGISTRY_TABLE: 'r', LEDGER_TABLE: 'l' };
    const child = spawn(process.execPath, ['-e', script], { env: { ...env, POWERTOOLS_TRACE_ENABLED: 'false' } });
    child.stdout.on('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${bundle} can't be imported (code ${code}).`)));
  });

const times = async (count: number, measure: () => Promise<number>): Promise<readonly number[]> => {
  const values: number[] = [];
  for (let run = 0; run < count; run += 1) values.push(await measure());
  return values;
};

const kilobytes = (directory: string): number =>
  readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0) / 1024;

const measured: Measured[] = [];
const begun = performance.now();
const assembly = await synthesise(ASSEMBLY);
measured.push({ what: 'synth for the sandbox, once', value: seconds(performance.now() - begun), goal: '-' });

const ready = median(await times(RUNS, () => untilReady(assembly)));
measured.push({
  what: `sandbox ready after synth, median of ${RUNS}`,
  value: seconds(ready),
  goal: '3 s on two cores',
});

const plays = await times(RUNS, async () => {
  const started = performance.now();
  await simulate(admission, { assembly, seed: 1 });
  return performance.now() - started;
});
measured.push({ what: `story admission on virtual time, median of ${RUNS}`, value: seconds(median(plays)), goal: '-' });

const { played } = await simulate(admission, { assembly, seed: 1 });
for (const { name, calls } of played.filter((each) => each.calls > 0).slice(0, 2)) {
  measured.push({ what: `AWS calls for "${name}"`, value: String(calls), goal: '-' });
}

const crowds = await simulate(burst(1_000, 400), { assembly, seed: 1 });
const goals = ['60 s', "1.5 times what EC2's limit allows; 1 % throttled"];
for (const [index, { name, actual, reasons }] of crowds.played.entries()) {
  measured.push({ what: name, value: `${actual}; ${reasons.join('; ')}`, goal: goals[index] ?? '-' });
}

for (const directory of readdirSync(join(assembly, 'bundles'), { withFileTypes: true })) {
  if (!directory.isDirectory()) continue;
  const bundle = join(assembly, 'bundles', directory.name);
  const load = median(await times(RUNS * 2, () => importing(bundle)));
  const value = `${kilobytes(bundle).toFixed(0)} KB, ${load.toFixed(0)} ms to import`;
  measured.push({ what: directory.name, value, goal: '420 KB, 47 ms (logger, middy, tracer, EC2)' });
}

console.log(`Node ${process.version}, ${cpus().length} cores\n`);
const width = Math.max(...measured.map(({ what }) => what.length));
const valueWidth = Math.max(...measured.map(({ value }) => value.length));
for (const { what, value, goal } of measured)
  console.log(`${what.padEnd(width)}  ${value.padEnd(valueWidth)}  goal: ${goal}`);
process.exit();
