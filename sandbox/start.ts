/** `npm start`: the tour. Synthesises, deploys, plays stories, prints what came of them, and serves on. */
import { Command } from 'commander';
import { Listr, type ListrTask } from 'listr2';
import { askedToStop, failWith, speedFactor, wholeNumber } from './command.ts';
import { type Served, startServed } from './served.ts';
import { storiesNamed, TOUR } from './stories/catalog.ts';
import { reportOf, tableOf } from './stories/report.ts';
import { Stage } from './stories/stage.ts';
import { type Audience, isAsExpected, type PlayedCase, play, type Story } from './stories/story.ts';
import { synthesise } from './synth.ts';

interface Options {
  readonly story?: string;
  readonly once?: true;
  readonly json?: true;
  readonly port: number;
  readonly speed: number;
  readonly seed: number;
}

interface Tour {
  assembly?: string;
  served?: Served;
  readonly played: PlayedCase[];
}

const command = new Command('npm start --')
  .description('Plays the tour: customers create endpoints, the Concierge answers them. Then serves on until Ctrl-C.')
  .option('--story <name>', 'play this story instead, or "all"')
  .option('--once', 'end after the story')
  .option('--json', 'print one JSON report on standard output, and nothing else')
  .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 4599)
  .option('--speed <factor>', "how many times as fast as the machine's own time", speedFactor, 20)
  .option('--seed <number>', 'seed of every random choice', wholeNumber(0, 2 ** 32 - 1), 1)
  .allowExcessArguments(false);

/** Shows a story as it is played: a line a case, with what came of it. */
const storyTask = (story: Story): ListrTask<Tour> => ({
  title: story.title,
  task: async (tour, task) => {
    const { served } = tour;
    if (served === undefined) throw new Error('The sandbox is not running.');
    const lines: string[] = [];
    // A terminal shows the block anew each time; a pipe gets each line once.
    const show = (line: string): void => {
      task.output = process.stdout.isTTY ? [...lines, line].join('\n') : line;
    };
    const audience: Audience = {
      starts: ({ name, who }) => show(`... ${name}: ${who}`),
      ended: (each) => {
        const line = `${isAsExpected(each) ? 'ok ' : 'NO '} ${each.name}: ${each.actual}`;
        show(line);
        lines.push(line);
      },
    };
    const played = await play(story, new Stage(served.world), { audience });
    tour.played.push(...played);
  },
  rendererOptions: { outputBar: Number.POSITIVE_INFINITY, persistentOutput: false },
});

const main = async (options: Options): Promise<void> => {
  const stories = options.story === undefined ? TOUR : storiesNamed(options.story);
  const stop = askedToStop();
  const tour: Tour = { played: [] };
  const tasks: ListrTask<Tour>[] = [
    {
      title: 'Synthesise the stack',
      task: async () => {
        tour.assembly = await synthesise('.sandbox/assembly');
      },
    },
    {
      title: 'Start the sandbox and deploy the stack into it',
      task: async (_, task) => {
        const { port, speed, seed } = options;
        tour.served = await startServed({ assembly: tour.assembly ?? '', port, speed, seed });
        task.title = `Deployed ${tour.served.world.deployment.resources.size} resources, serving at ${tour.served.url}`;
      },
    },
    ...stories.map(storyTask),
  ];
  const renderer = options.json === true ? 'silent' : 'default';
  const show = new Listr<Tour, 'default' | 'silent'>(tasks, {
    renderer,
    fallbackRenderer: 'simple',
    registerSignalListeners: false,
  });
  const isStopped = await Promise.race([show.run(tour).then(() => false), stop.then(() => true)]);

  if (!isStopped) {
    const report = reportOf(tour.played);
    if (report.outcome === 'failed') process.exitCode = 1;
    console.log(options.json === true ? JSON.stringify(report, null, 2) : `\n${tableOf(tour.played)}\n`);
    if (options.once !== true) {
      if (options.json !== true) console.log(`Serving at ${tour.served?.url}. Ctrl-C ends it.`);
      await stop;
    }
  }
  await tour.served?.close();
};

main(command.parse().opts<Options>()).then(() => process.exit(), failWith);
