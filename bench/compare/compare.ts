/** `npm run compare`: a refresher of twenty lines keeps one target group, the Concierge another, of one proxy in one world. */
import { Command } from 'commander';
import { failWith, wholeNumber } from '../../sandbox/command.ts';
import { synthesise } from '../../sandbox/synth.ts';
import { begin, HAPPENINGS, type Happening, type Outcome, playHappening } from './happenings.ts';
import { whatIsMissing } from './refresher.ts';
import { allLossesOf, type Comparison, tellComparison, totalsOf } from './report.ts';
import { FLOOR, makeRig, type Rig } from './rig.ts';

interface Options {
  readonly seed: number;
  readonly json?: true;
  readonly only?: readonly string[];
  readonly assembly?: string;
}

const named = (name: string, before: readonly string[] = []): readonly string[] => [...before, name];

const command = new Command('npm run compare --')
  .description('Compares the Concierge with a refresher of twenty lines in python. Ends with 1 if the Concierge loses.')
  .option('--seed <number>', 'seed of every random choice', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--only <name>', 'only what has this name; may be given several times', named)
  .option('--json', 'print one JSON report on standard output, and nothing else')
  .option('--assembly <directory>', 'deploy this cloud assembly, instead of synthesising one')
  .allowExcessArguments(false);

/** @throws Error naming what there is, for a name that there is not. */
const chosen = (names: readonly string[] | undefined): readonly Happening[] => {
  for (const name of names ?? []) {
    if (HAPPENINGS.some((each) => each.name === name)) continue;
    throw new Error(`Nothing is called "${name}". There are: ${HAPPENINGS.map((each) => each.name).join('; ')}.`);
  }
  return names === undefined ? HAPPENINGS : HAPPENINGS.filter(({ name }) => names.includes(name));
};

const playAll = async (rig: Rig, happenings: readonly Happening[], played: (name: string) => void) => {
  await begin(rig);
  const outcomes: Outcome[] = [];
  for (const happening of happenings) {
    played(happening.name);
    outcomes.push(await playHappening(rig, happening));
  }
  return outcomes;
};

const compare = async ({ seed, json, only, assembly }: Options): Promise<Comparison> => {
  const happenings = chosen(only);
  const missing = await whatIsMissing();
  if (missing !== undefined) throw new Error(missing);
  const rig = await makeRig(assembly ?? (await synthesise('.sandbox/compare')), seed);
  // What is pressed while a node dies: the refresher's process and the ports go with us.
  const asked = (): void => void rig.close().finally(() => process.exit(130));
  process.once('SIGINT', asked).once('SIGTERM', asked);
  try {
    let isOver = false;
    const playing = playAll(rig, happenings, (name) => {
      if (json !== true) console.error(`... ${name}`);
    }).finally(() => {
      isOver = true;
    });
    // Heard at the end: time has to go on until then.
    playing.catch(() => undefined);
    const hasEnded = await rig.world.clock.run(() => isOver);
    if (!hasEnded) throw new Error('The world stands still: it waits for what never comes.');
    return { seed, floor: FLOOR, outcomes: await playing, refresherFailures: rig.failures().count };
  } finally {
    await rig.close();
  }
};

const main = async (options: Options): Promise<number> => {
  const comparison = await compare(options);
  const losses = {
    concierge: allLossesOf(comparison, 'concierge'),
    refresher: allLossesOf(comparison, 'refresher'),
  };
  if (options.json === true) {
    const { outcomes } = comparison;
    const totals = { concierge: totalsOf(outcomes, 'concierge'), refresher: totalsOf(outcomes, 'refresher') };
    console.log(JSON.stringify({ ...comparison, totals, losses }, null, 2));
  } else console.log(tellComparison(comparison));
  return losses.concierge.length > 0 ? 1 : 0;
};

main(command.parse().opts<Options>()).then((code) => process.exit(code), failWith);
