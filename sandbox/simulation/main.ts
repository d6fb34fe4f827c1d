/** `npm run simulate`: plays generated worlds in which things go wrong and holds each to every promise. */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { failWith, wholeNumber } from '../command.ts';
import { FAULT_FAMILIES, type FaultFamily } from '../faults/spell.ts';
import { campaign, type Findings } from '../properties/campaign.ts';
import { tallyLines, violationText } from '../properties/report.ts';
import { inThreads } from '../properties/threads.ts';
import { machineTime } from '../run/worker-messages.ts';
import { synthesise } from '../synth.ts';
import { ALL_FAMILIES } from './generate-world.ts';
import { LEANINGS, type Leaning } from './leanings.ts';
import { MUTANTS } from './mutants/all.ts';
import type { Hunted } from './mutants/hunt.ts';
import { huntLines, isMissed } from './mutants/report.ts';
import { huntInThreads } from './mutants/threads.ts';
import { nextVersion } from './next-version.ts';
import { progressBar } from './progress.ts';
import { type Simulation, worldsOf } from './simulation.ts';

interface Options {
  readonly worlds: number;
  readonly seed: number;
  readonly world?: number;
  readonly faults: readonly FaultFamily[];
  readonly hours: number;
  readonly bound: number;
  readonly paired: number;
  readonly leaning?: Leaning;
  readonly workers: number;
  readonly mutants?: true;
  readonly mutant?: string;
  readonly json?: true;
  readonly assembly?: string;
}

const familiesIn = (text: string): readonly FaultFamily[] => {
  if (text === 'all') return ALL_FAMILIES;
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !Object.hasOwn(FAULT_FAMILIES, name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `There is no fault "${unknown[0]}": all, none, or some of ${ALL_FAMILIES.join(', ')}.`,
    );
  }
  return names as readonly FaultFamily[];
};

const hoursIn = (text: string): number => {
  const hours = Number(text);
  if (!(hours >= 0.1 && hours <= 1_000)) throw new InvalidArgumentError('Give a number from 0.1 to 1000.');
  return hours;
};

const shareIn = (text: string): number => {
  const share = Number(text);
  if (!(share >= 0 && share <= 1)) throw new InvalidArgumentError('Give a number from 0 to 1.');
  return share;
};

const leaningIn = (text: string): Leaning => {
  if (!Object.hasOwn(LEANINGS, text)) {
    throw new InvalidArgumentError(`Nothing leans to "${text}": one of ${Object.keys(LEANINGS).join(', ')}.`);
  }
  return text as Leaning;
};

const command = new Command('npm run simulate --')
  .description(
    'Plays generated worlds in which AWS, the network, hosts and people misbehave, and checks what is promised in all.',
  )
  .option('--worlds <count>', 'how many', wholeNumber(1, 10_000_000), 100)
  .option('--seed <number>', 'seed of every choice', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--world <number>', 'play this one only', wholeNumber(0, 10_000_000))
  .option('--faults <names>', `all, none, or some of ${ALL_FAMILIES.join(',')}`, familiesIn, ALL_FAMILIES)
  .option('--hours <hours>', 'for how long things happen in each, in virtual time', hoursIn, 1)
  .option('--bound <share>', 'in which share of them target groups follow proxies and hosts', shareIn, 1 / 3)
  .option('--paired <share>', 'in which share of them names fail over between two regions', shareIn, 1 / 6)
  .option('--leaning <name>', `worlds that lean to one of ${Object.keys(LEANINGS).join(', ')}`, leaningIn)
  .option('--workers <count>', 'threads', wholeNumber(1, 64), Math.min(availableParallelism(), 8))
  .option(
    '--mutants',
    'break the stack on purpose, one mistake after the other, 20 worlds each, and see whether the promises tell',
  )
  .option('--mutant <name>', 'only this mistake')
  .option('--json', 'print one JSON report on standard output, and nothing else')
  .option('--assembly <directory>', 'deploy this cloud assembly, instead of synthesising one')
  .allowExcessArguments(false);

const replayOf = ({ seed, faults, hours, bound, paired, leaning }: Options, world: number): string => {
  const named =
    faults.length === ALL_FAMILIES.length ? '' : ` --faults ${faults.length === 0 ? 'none' : faults.join(',')}`;
  const leans = leaning === undefined ? '' : ` --leaning ${leaning}`;
  const share = `${bound === 1 / 3 ? '' : ` --bound ${bound}`}${paired === 1 / 6 ? '' : ` --paired ${paired}`}`;
  return `npm run simulate -- --seed ${seed}${named}${hours === 1 ? '' : ` --hours ${hours}`}${leans}${share} --world ${world}`;
};

/** Memory of a thread in megabytes: the least that was reported in the first tenth of the worlds, and in the last. It should not have grown. */
interface Memory {
  readonly first?: number;
  readonly last?: number;
}

const memoryOf = (heaps: readonly number[]): Memory => {
  const tenth = Math.ceil(heaps.length / 10);
  if (tenth === 0) return {};
  const least = (some: readonly number[]): number => Math.round(Math.min(...some) / 2 ** 20);
  return { first: least(heaps.slice(0, tenth)), last: least(heaps.slice(-tenth)) };
};

const play = (simulation: Simulation, { worlds, world, workers }: Options, heaps: number[]): Promise<Findings> => {
  if (world !== undefined) return campaign({ ...worldsOf(simulation), numbers: [world] });
  const bar = progressBar(worlds, 'worlds');
  return inThreads({
    worker: new URL('worker.ts', import.meta.url),
    what: simulation,
    histories: worlds,
    workers,
    played: (more, heap) => {
      heaps.push(heap);
      bar.advance(more);
    },
    found: (number, promise) => bar.say(`world ${number} breaks "${promise}": it is being made shorter`),
  }).finally(() => bar.clear());
};

/** So many worlds each mistake has at most, where nobody says otherwise. */
const WORLDS_EACH = 20;

const huntMutants = async (simulation: Simulation, { worlds, workers, json, mutant }: Options): Promise<void> => {
  const names = mutant === undefined ? [] : [mutant];
  const unknown = names.find((name) => !MUTANTS.some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`There is no mutant "${unknown}": see sandbox/simulation/mutants.`);
  const count = mutant === undefined ? MUTANTS.length : 1;
  const bar = progressBar(count, 'mutants');
  const all: Hunted[] = [];
  const heard = (one: Hunted): void => {
    all.push(one);
    bar.advance(1);
  };
  const each = command.getOptionValueSource('worlds') === 'default' ? WORLDS_EACH : worlds;
  const room = '.sandbox/mutants';
  await huntInThreads(simulation, { workers: Math.min(workers, count), worlds: each, room, names, heard });
  bar.clear();
  if (all.some(isMissed)) process.exitCode = 1;
  if (json === true) console.log(JSON.stringify(all, null, 2));
  else for (const line of huntLines(all)) console.log(line);
};

const main = async (options: Options): Promise<void> => {
  const { seed, faults, hours, bound, paired, leaning } = options;
  const assembly = options.assembly ?? (await synthesise('.sandbox/simulation'));
  if (options.mutants === true || options.mutant !== undefined) {
    const twoRegions = await synthesise('.sandbox/simulation-pair', 'sandbox-with-standby');
    return huntMutants({ assembly, inTwoRegions: { assembly: twoRegions }, seed, hours, families: faults }, options);
  }
  const nextAssembly = nextVersion(assembly, '.sandbox/simulation-next');
  const twoRegions = await synthesise('.sandbox/simulation-pair', 'sandbox-with-standby');
  const inTwoRegions = { assembly: twoRegions, nextAssembly: nextVersion(twoRegions, '.sandbox/simulation-pair-next') };
  const begun = machineTime();
  const heaps: number[] = [];
  const leans = leaning === undefined ? {} : { leaning };
  const findings = await play(
    { assembly, nextAssembly, inTwoRegions, seed, hours, families: faults, bound, paired, ...leans },
    options,
    heaps,
  );
  const seconds = (machineTime() - begun) / 1000;
  const { histories, tally, violations, faults: injected, calls } = findings;
  const memory = memoryOf(heaps);
  const rate = Math.round((histories / seconds) * 10) / 10;
  if (violations.length > 0) process.exitCode = 1;
  if (options.json === true) {
    const told = violations.map(({ history, ...violation }) => ({
      world: history,
      ...violation,
      replay: replayOf(options, history),
    }));
    const report = {
      worlds: histories,
      seed,
      hours,
      seconds,
      rate,
      calls,
      memory,
      faults: injected,
      promises: tally,
      violations: told,
    };
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  for (const violation of violations)
    console.log(`${violationText('world', violation, replayOf(options, violation.history))}\n`);
  const heap =
    memory.first === undefined ? '' : `, memory of a thread ${memory.first} MB at first, ${memory.last} MB at last`;
  console.log(
    `${histories} worlds of ${hours} h, seed ${seed}, ${seconds.toFixed(1)} s, ${rate} a second, ${calls} calls${heap}`,
  );
  const kinds = Object.entries(injected).sort(([, a], [, b]) => b - a);
  console.log(`faults: ${kinds.length === 0 ? 'none' : kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  for (const line of tallyLines(tally, 'worlds')) console.log(line);
};

main(command.parse().opts<Options>()).then(() => process.exit(), failWith);
