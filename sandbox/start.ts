/** `npm start`: the tour. Synthesises, deploys, plays stories, prints what came of them, and serves on. */
import { Command } from 'commander';
import { Listr, type ListrTask } from 'listr2';
import { askedToStop, failWith, speedFactor, wholeNumber } from './command.ts';
import { type Door, openDoor } from './served.ts';
import { storiesNamed, TOUR } from './stories/catalog.ts';
import { reportOf, tableOf } from './stories/report.ts';
import { Stage } from './stories/stage.ts';
import { isAsExpected, type PlayedCase, play, type Story } from './stories/story.ts';
import { synthesise } from './synth.ts';
import type { World } from './world.ts';

interface Options {
  readonly story?: string;
  readonly once?: true;
  readonly json?: true;
  readonly port: number;
  readonly dnsPort: number;
  readonly speed: number;
  readonly seed: number;
  readonly assembly?: string;
}

interface Tour {
  assembly: string;
  world?: World;
  readonly played: PlayedCase[];
}

const command = new Command('npm start --')
  .description('Plays the tour: customers create endpoints, the Concierge answers them. Then serves on until Ctrl-C.')
  .option('--story <name>', 'play this story instead, or "all"')
  .option('--once', 'end after the story')
  .option('--json', 'print one JSON report on standard output, and nothing else')
  .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 4599)
  .option('--dns-port <number>', 'port to answer DNS on, UDP and TCP; 0 takes a free one', wholeNumber(0, 65_535), 0)
  .option('--speed <factor>', "how many times as fast as the machine's own time", speedFactor, 20)
  .option('--seed <number>', 'seed of every random choice', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--assembly <directory>', 'deploy this cloud assembly, instead of synthesising one')
  .allowExcessArguments(false);

/** Shows a story as it is played: a line a case, with what came of it. */
const storyTask = (story: Story): ListrTask<Tour> => ({
  title: story.title,
  task: ({ world, ...tour }, task) => {
    if (world === undefined) throw new Error('The sandbox is not running.');
    const ends = story.cases.map(() => Promise.withResolvers<PlayedCase>());
    let next = 0;
    play(story, new Stage(world), { ended: (played) => ends[next++]?.resolve(played) }).catch((error: unknown) => {
      for (const end of ends) end.reject(error);
    });
    return task.newListr(
      story.cases.map(({ name, who }, index) => ({
        title: `${name} (${who})`,
        task: async (_, line) => {
          const played = await ends[index]?.promise;
          if (played === undefined) return;
          tour.played.push(played);
          if (!isAsExpected(played)) throw new Error(`${played.actual} (expected: ${played.expected})`);
          line.title = `${name} (${who}): ${played.actual}`;
        },
      })),
      { concurrent: false, exitOnError: false },
    );
  },
});

const main = async (options: Options): Promise<void> => {
  const stories = options.story === undefined ? TOUR : storiesNamed(options.story);
  const stop = askedToStop();
  const door = await openDoor(options.port, options.dnsPort);
  try {
    await playTour(options, stories, door, stop);
  } finally {
    await door.close();
  }
};

const playTour = async (
  options: Options,
  stories: readonly Story[],
  door: Door,
  stop: Promise<void>,
): Promise<void> => {
  const tour: Tour = { assembly: options.assembly ?? '', played: [] };
  const tasks: ListrTask<Tour>[] = [
    {
      title: 'Synthesise the stack',
      enabled: options.assembly === undefined,
      task: async () => {
        tour.assembly = await synthesise('.sandbox/assembly', 'sandbox-with-standby');
      },
    },
    {
      title: 'Start the sandbox and deploy the stack into it',
      task: async (_, task) => {
        const { speed, seed } = options;
        tour.world = await door.deploy({ assembly: tour.assembly, speed, seed });
        task.title = `Deployed ${tour.world.deployment.resources.size} resources, serving at ${door.url}, names at ${door.dns.address}`;
      },
    },
    ...stories.map(storyTask),
  ];
  const renderer = options.json === true ? 'silent' : 'default';
  const show = new Listr<Tour, 'default' | 'silent'>(tasks, {
    renderer,
    fallbackRenderer: 'simple',
    registerSignalListeners: false,
    // What fails is told once: a case in the table, anything else at the end.
    rendererOptions: { collapseSubtasks: false, showErrorMessage: false },
  });
  const isStopped = await Promise.race([show.run(tour).then(() => false), stop.then(() => true)]);

  if (!isStopped) {
    const report = reportOf(tour.played);
    if (report.outcome === 'failed') process.exitCode = 1;
    console.log(
      options.json === true ? JSON.stringify(report, null, 2) : `\n${tableOf(tour.played, process.stdout.columns)}\n`,
    );
    if (options.once !== true) {
      if (options.json !== true) console.log(`Serving at ${door.url}, names at ${door.dns.address}. Ctrl-C ends it.`);
      await stop;
    }
  }
};

main(command.parse().opts<Options>()).then(() => process.exit(), failWith);
