import { type Cast, castSpells } from '../faults/cast.ts';
import { type Injection, injectFaults } from '../faults/inject.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../simulated.ts';
import { Actors, isRefusal, type Request } from './actors.ts';
import { type Deed, type History, isDeed, type Moment } from './history.ts';
import type { Pair } from './pairs/pairs.ts';
import { type PairsKeeper, REGION_OF, SIDES } from './pairs/pairs-keeper.ts';
import type { PairsWatch } from './pairs/pairs-watch.ts';
import type { EstateBinding } from './targets/estate.ts';
import type { Bind, BindingStanding, EstateKeeper } from './targets/estate-keeper.ts';
import { TargetsWatch } from './targets/targets-watch.ts';
import { slowDown, Turns } from './turns.ts';
import { type Mark, Watch } from './watch.ts';
import { WriteWatch } from './write-watch.ts';

/** A history as it went: what promises are judged by. */
export interface Played {
  readonly history: History;
  readonly beginning: number;
  /** When nothing was to come any more. */
  readonly quietAt: number;
  /** The world's journal, a line of JSON an entry. */
  readonly log: () => string;
  /** What went wrong by spells. */
  readonly cast: Cast;
  /** Mutating calls that the stack made once all had settled, in a world; undefined = that was not looked at. */
  readonly writesAtQuiet?: readonly string[];
  /** Texts of the messages in dead-letter queues. */
  readonly deadLetters: readonly string[];
  /** False where something was still to come after {@link LIMIT}. */
  readonly isQuiet: boolean;
  readonly requests: readonly Request[];
  readonly watch: Watch;
  readonly writeWatch: WriteWatch;
  /** When the last sweeps began that came as they are scheduled: nothing is to be left undone that was to be done by then. */
  readonly settling: Mark;
  readonly registry: Actors['registry'];
  readonly startsByHand: Actors['startsByHand'];
  /** A service's id, by its name. */
  readonly idOf: (service: string) => string;
  /** A service's name, by its id; undefined = none of this history's. */
  readonly serviceNamed: (id: string) => string | undefined;
  /** ARNs of each service's allowed principals at quiet, by the service's name. */
  readonly allowed: ReadonlyMap<string, readonly string[]>;
  /** The ledger's items at quiet, in DynamoDB's form. */
  readonly ledger: readonly Readonly<Record<string, unknown>>[];
  /** Absent where nothing is behind load balancers. */
  readonly targets?: TargetsPlayed;
  /** Absent where there are no names over two regions. */
  readonly pairs?: PairsPlayed;
}

/** What became of names over two regions. */
export interface PairsPlayed {
  readonly all: readonly Pair[];
  readonly watch: PairsWatch;
  readonly keeper: PairsKeeper;
  /** Addresses of the healthy targets of each side at quiet, by pair and side: `n1 primary`. */
  readonly servingAtQuiet: ReadonlyMap<string, readonly string[]>;
  /** Calls of the standby region's roles that changed something once all had settled, but the latches' metric. */
  readonly writesAtQuiet: readonly string[];
}

/** What became of what is behind load balancers. */
export interface TargetsPlayed {
  readonly watch: TargetsWatch;
  readonly binds: readonly Bind[];
  /** How each binding is at quiet. */
  readonly standing: readonly BindingStanding[];
  /** The ARN of a binding's target group. */
  readonly groupOf: (binding: Pick<EstateBinding, 'group'>) => string;
  /** Under which a source is looked up. */
  readonly hostNameOf: (source: string) => string | undefined;
}

/** How a history is played. */
export interface PlayOptions {
  /** The cloud assembly. */
  readonly assembly: string;
  /** The cloud assembly that a deployment in the middle deploys. @default nothing is deployed then */
  readonly nextAssembly?: string;
  /** The same with the standby region's stack, for histories with names over two regions. @default those can't be played */
  readonly inTwoRegions?: Pick<PlayOptions, 'assembly' | 'nextAssembly'>;
  /**
   * Breaks things in a fresh world before the first step: lost replies, killed functions, stopped executions. What it puts around
   * calls stands outside of the watch, which so sees what truly happened.
   *
   * @default nothing is broken
   */
  readonly disturb?: (world: SimulatedWorld, history: History) => void;
}

/** Virtual milliseconds in which the steps of a history are done, and what they led to. */
const BUSY = 20 * 60_000;

/** The same in which two sweeps come, and what they find is worked off. */
const SWEPT = 16 * 60_000;

/** Virtual milliseconds after which a world that never comes to rest is given up: a request is held for two weeks. */
const LIMIT = 20 * 86_400_000;

/** Virtual milliseconds after a world's last fault within which everything is done that can be done: an answer that got lost is asked for again after a quarter of an hour. */
const SETTLED = 45 * 60_000;

/** The same in which then nothing is written: two sweeps. */
const QUIET = 11 * 60_000;

const targetsOf = (watch: TargetsWatch, estate: EstateKeeper, standing: readonly BindingStanding[]): TargetsPlayed => ({
  watch,
  binds: estate.binds,
  standing,
  groupOf: (binding) => estate.groupOf(binding),
  hostNameOf: (source) => estate.hostNameOf(source),
});

const NO_STANDBY = (): never => {
  throw new Error('Names over two regions need the stack of the standby region.');
};

/** Addresses of the healthy targets of each side now. */
const servingNow = (
  { regions }: SimulatedWorld,
  { pairs }: History,
  keeper: PairsKeeper | undefined,
): ReadonlyMap<string, readonly string[]> =>
  new Map(
    (pairs?.pairs ?? []).flatMap((pair) =>
      SIDES.map((side) => {
        const group = keeper?.balancerOf(pair, side)?.targetGroupArn;
        const targets = group === undefined ? [] : regions.get(REGION_OF[side]).targets.registered(group);
        const healthy = targets.flatMap(({ id, health }) => (health.state === 'healthy' ? [id] : []));
        return [`${pair.name} ${side}`, healthy] as const;
      }),
    ),
  );

/** Plays a history in a world of its own, until nothing is to come any more. @throws Error where the sandbox itself fails. */
export const playHistory = async (
  history: History,
  { inTwoRegions, disturb, ...inOne }: PlayOptions,
): Promise<Played> => {
  const { assembly, nextAssembly } = history.pairs === undefined ? inOne : (inTwoRegions ?? NO_STANDBY());
  const world = await createSimulatedWorld({
    assembly,
    seed: history.seed,
    // Its consumers stand for many accounts: they come at once.
    ec2: { ...history.ec2, throttling: 'provider' },
    ...(history.estate === undefined
      ? {}
      : { elbv2: history.estate.elbv2, rds: history.estate.rds, dns: history.estate.dns }),
  });
  try {
    const { clock } = world;
    let injection: Injection | undefined;
    const watch = new Watch(world);
    const writeWatch = new WriteWatch(world, watch);
    const proxies = history.estate?.proxies.map(({ name }) => name);
    const targetsWatch = proxies === undefined ? undefined : new TargetsWatch(world, watch, proxies);
    const actors = new Actors(world, { watch, writeWatch }, history, nextAssembly);
    const beginning = clock.now();
    const failures: Error[] = [];
    const perform = (deed: Deed) =>
      actors.do(deed).catch((error: unknown) => {
        if (!isRefusal(deed, error)) failures.push(error instanceof Error ? error : new Error(String(error)));
      });
    const turns = new Turns(world);
    slowDown(world, history);
    const spells = history.steps.filter((step) => step.deed === 'spell');
    const hostNameOf = (source: string) => actors.estate?.hostNameOf(source);
    const cast = castSpells(world, spells, { seed: history.seed, beginning, hostNameOf });
    disturb?.(world, history);

    const plan = (deed: Deed, when: Moment): void => {
      if ('at' in when) clock.after(when.at, () => void perform(deed));
      else turns[when.side](when.call, when.nth, () => perform(deed));
    };
    const entered = actors.enter(history).then(() => {
      for (const step of history.steps) {
        if (isDeed(step)) plan(step, step.when);
        else if (step.deed !== 'fault' && step.deed !== 'spell') turns.deliver(step);
      }
      const faults = history.steps.flatMap((step) => (step.deed === 'fault' ? [step.fault] : []));
      if (faults.length > 0) injection = injectFaults(world, faults);
    });
    let isQuiet = true;
    let settling: Mark;
    let quietAt: number;
    let writesAtQuiet: readonly string[] | undefined;
    let standing: readonly BindingStanding[] = [];
    let namesAtQuiet: Pick<PairsPlayed, 'servingAtQuiet' | 'writesAtQuiet'> | undefined;
    // Sweeps go on for ever, and a request is held for days: at first they come as they are scheduled, then now and then, and in the end,
    // when nobody waits for anything any more, as they are scheduled again.
    await clock.run(() => false, beginning + (history.lasts ?? BUSY));
    await entered;
    await actors.estate?.entered;
    if (history.lasts === undefined) {
      await actors.sweep('rate(3 days)');
      isQuiet = !(await clock.run(() => clock.now() > beginning + LIMIT));
      actors.silences.endAll();
      settling = watch.mark();
      await actors.sweep('rate(5 minutes)');
      await clock.run(() => false, clock.now() + SWEPT);
      injection?.stop();
      quietAt = clock.now();
    } else {
      cast.end();
      actors.silences.endAll();
      injection?.stop();
      settling = watch.mark();
      await clock.run(() => false, clock.now() + SETTLED);
      quietAt = clock.now();
      standing = actors.estate?.standing() ?? [];
      const servingAtQuiet = servingNow(world, history, actors.pairs?.keeper);
      const written = writeWatch.writesBySelf.length;
      const ofNames = actors.pairs?.watch.writesBySelf;
      const writtenOfNames = ofNames?.length ?? 0;
      await clock.run(() => false, clock.now() + QUIET);
      writesAtQuiet = writeWatch.writesBySelf.slice(written);
      namesAtQuiet = { servingAtQuiet, writesAtQuiet: ofNames?.slice(writtenOfNames) ?? [] };
    }
    const deadLetters = await actors.deadLetters();
    const ledger = await actors.ledger();
    const allowed = await actors.allowedPrincipals();
    if (failures[0] !== undefined) throw failures[0];
    const { registry, startsByHand, requests } = actors;
    return {
      history,
      beginning,
      quietAt,
      isQuiet,
      requests: [...requests.values()],
      watch,
      writeWatch,
      log: () => world.journal.toText(),
      cast,
      deadLetters,
      ...(writesAtQuiet === undefined ? {} : { writesAtQuiet }),
      settling,
      registry,
      startsByHand,
      idOf: (service) => actors.idOf(service),
      serviceNamed: (id) => actors.serviceOf(id),
      ledger,
      allowed,
      ...(targetsWatch === undefined || actors.estate === undefined
        ? {}
        : { targets: targetsOf(targetsWatch, actors.estate, standing) }),
      ...(actors.pairs === undefined || namesAtQuiet === undefined
        ? {}
        : { pairs: { all: history.pairs?.pairs ?? [], ...actors.pairs, ...namesAtQuiet } }),
    };
  } finally {
    await world.host.close();
  }
};
