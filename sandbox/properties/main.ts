/** `npm run properties`: plays generated histories of one endpoint service and holds each to every promise. */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { failWith, wholeNumber } from '../command.ts';
import { machineTime } from '../run/worker-messages.ts';
import { synthesise } from '../synth.ts';
import { campaign, type Findings } from './campaign.ts';
import { tallyLines, violationText } from './report.ts';
import { inThreads } from './threads.ts';

interface Options {
  readonly histories: number;
  readonly seed: number;
  readonly history?: number;
  readonly workers: number;
  readonly json?: true;
  readonly assembly?: string;
}

const command = new Command('npm run properties --')
  .description(
    'Plays generated histories, each in a world of its own on virtual time, and checks what must hold in all.',
  )
  .option('--histories <count>', 'how many', wholeNumber(1, 10_000_000), 1_000)
  .option('--seed <number>', 'seed of every choice', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--history <number>', 'play this one only', wholeNumber(0, 10_000_000))
  .option('--workers <count>', 'threads', wholeNumber(1, 64), Math.min(availableParallelism(), 8))
  .option('--json', 'print one JSON report on standard output, and nothing else')
  .option('--assembly <directory>', 'deploy this cloud assembly, instead of synthesising one')
  .allowExcessArguments(false);

const play = async ({ histories, seed, history, workers }: Options, assembly: string): Promise<Findings> => {
  if (history !== undefined) return campaign({ assembly, seed, numbers: [history] });
  let count = 0;
  const played = (more: number): void => {
    count += more;
    if (process.stderr.isTTY) process.stderr.write(`\r${count} of ${histories} histories`);
  };
  const findings = await inThreads({
    worker: new URL('worker.ts', import.meta.url),
    what: { assembly, seed },
    histories,
    workers,
    played,
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return findings;
};

const replayOf = (seed: number, history: number): string => `npm run properties -- --seed ${seed} --history ${history}`;

const main = async (options: Options): Promise<void> => {
  const assembly = options.assembly ?? (await synthesise('.sandbox/properties'));
  const begun = machineTime();
  const { histories, tally, violations } = await play(options, assembly);
  const seconds = (machineTime() - begun) / 1000;
  const rate = Math.round((histories / seconds) * 10) / 10;
  const { seed } = options;
  if (violations.length > 0) process.exitCode = 1;
  if (options.json === true) {
    const again = violations.map((violation) => ({ ...violation, replay: replayOf(seed, violation.history) }));
    console.log(JSON.stringify({ histories, seed, seconds, rate, promises: tally, violations: again }, null, 2));
    return;
  }
  for (const violation of violations) {
    console.log(`${violationText('history', violation, replayOf(seed, violation.history))}\n`);
  }
  console.log(`${histories} histories, seed ${seed}, ${seconds.toFixed(1)} s, ${rate} a second`);
  for (const line of tallyLines(tally, 'histories')) console.log(line);
};

main(command.parse().opts<Options>()).then(() => process.exit(), failWith);
