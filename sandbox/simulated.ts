import { VirtualClock } from './clock/virtual-clock.ts';
import type { Interceptor } from './cloud.ts';
import { dnsStandIn } from './dns/node-dns.ts';
import type { DnsOptions } from './dns/options.ts';
import { simulatedHost } from './run/simulated-host.ts';
import type { CloudWatchOptions } from './services/cloudwatch/options.ts';
import type { Ec2Options } from './services/ec2/options.ts';
import type { Elbv2Options } from './services/elbv2/options.ts';
import type { RdsOptions } from './services/rds/options.ts';
import type { AlarmSource } from './services/route53/interfaces.ts';
import type { Route53Options } from './services/route53/options.ts';
import { Stage } from './stories/stage.ts';
import { type PlayedCase, play, type Story } from './stories/story.ts';
import { preloadApis } from './wire/api.ts';
import { inProcessHttp } from './wire/in-process-http.ts';
import { createWorld, type World } from './world.ts';

/** The moment at which every simulated world begins: a Monday in winter, UTC. */
const BEGINNING = Date.parse('2026-11-23T00:00:00.000Z');

/** How a simulated world is to be. */
export interface SimulatedOptions {
  readonly assembly: string;
  readonly seed: number;
  readonly ec2?: Ec2Options;
  readonly elbv2?: Elbv2Options;
  readonly rds?: Partial<RdsOptions>;
  readonly route53?: Route53Options;
  readonly alarms?: AlarmSource;
  readonly dns?: Partial<DnsOptions>;
  readonly cloudwatch?: CloudWatchOptions;
}

/** A world on virtual time. */
export interface SimulatedWorld extends World {
  readonly clock: VirtualClock;
  /** By how many milliseconds the functions' clocks are off: faults set it. */
  readonly skew: { milliseconds: number };
}

/** Builds a world whose functions run in this thread; a thread holds one world at a time. */
export const createSimulatedWorld = async ({
  assembly,
  seed,
  ...behaviour
}: SimulatedOptions): Promise<SimulatedWorld> => {
  // Beforehand: of two first requests that load a package, either could be answered first.
  await preloadApis();
  const clock = new VirtualClock(BEGINNING);
  const skew = { milliseconds: 0 };
  const world = await createWorld({
    clock,
    seed,
    assembly,
    transport: 'in-process',
    endpoint: 'http://127.0.0.1:4599', // nobody listens there: calls never leave the process
    createHost: ({ random, handler, dns }) =>
      simulatedHost({
        clock,
        random,
        http: inProcessHttp(handler, clock),
        dns: (timers, vpcId) => dnsStandIn(dns, timers, vpcId),
        skew: () => skew.milliseconds,
      }),
    ...behaviour,
  });
  return Object.assign(world, { clock, skew });
};

/** A story as it went, with everything that happened in its world. */
export interface SimulatedStory {
  readonly played: readonly PlayedCase[];
  /** The journal, a line of JSON an entry. */
  readonly log: string;
}

/** How a story is to be played in a world of its own. */
export interface StoryOptions extends SimulatedOptions {
  /** Stands around every call. */
  readonly interceptor?: Interceptor;
  /** How long the story waits for what should come, in milliseconds. @default as long as in the tour */
  readonly patience?: number;
  /** @default false: every case is played */
  readonly stopAtFirstSurprise?: boolean;
}

/** Plays a story in a world of its own, as fast as the processor goes. */
export const simulate = async (
  story: Story,
  { interceptor, patience, stopAtFirstSurprise = false, ...options }: StoryOptions,
): Promise<SimulatedStory> => {
  const world = await createSimulatedWorld(options);
  if (interceptor !== undefined) world.cloud.intercept(interceptor);
  const playing = play(story, new Stage(world, patience), { stopAtFirstSurprise });
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  playing.then(over, over);
  await world.clock.run(() => isOver);
  await world.host.close();
  if (!isOver) throw new Error(`The story ${story.name} stands still: it waits for what never comes.`);
  const played = await playing;
  return { played, log: world.journal.toText() };
};
