import type { Look, Misses } from './addresses.ts';
import { BINDING_DEFAULTS, type Binding } from './binding.ts';
import type { Effect, Modes, Pause } from './mode.ts';

/** The effects on a target group. */
export type TargetsEffect = Extract<Effect, 'targets-add' | 'targets-remove'>;

/**
 * How Elastic Load Balancing sees a target. A state that it invents later is `unknown`: neither healthy nor a reason to remove anything.
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
 */
export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused' | 'unavailable' | 'unknown';

/** A target as it is registered. */
export interface Target {
  readonly address: string;
  readonly port: number;
  /** `us-west-2a`; absent where AWS does not say. */
  readonly zone?: string;
  readonly state: TargetState;
}

/** What the interfaces of a source say: the second witness, which guards removal and never adds. */
export type Interfaces =
  | { readonly kind: 'listed'; readonly addresses: readonly string[] }
  /** The source has none that we know of. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly problem: string };

/** All that a plan depends on: one snapshot. */
export interface TargetsSituation {
  readonly binding: Pick<Binding, 'port' | 'minHealthy' | 'maxRemovalRatio' | 'missesBeforeRemoval'>;
  readonly look: Look;
  readonly interfaces: Interfaces;
  /** Everything in the target group, draining targets and those of other ports too. */
  readonly targets: readonly Target[];
  readonly misses: Misses;
  /** Addresses whose target we registered or a person said to be ours. */
  readonly ours: ReadonlySet<string>;
  /** New targets that did not get healthy, and until when they are not tried again, ISO 8601. */
  readonly refused: Readonly<Record<string, string>>;
  /** How many more targets the group takes. */
  readonly room: number;
  /** Whether every node of the load balancer sends to every zone. */
  readonly isCrossZone: boolean;
  readonly modes: Pick<Modes, TargetsEffect>;
  readonly paused?: Pause;
  /** ISO 8601. */
  readonly now: string;
}

/** Something that would be done, and is not. */
export interface WithheldTarget {
  readonly address: string;
  readonly effect: TargetsEffect;
  readonly because: string;
}

/** What is to be done about a target group. All lists are sorted. */
export interface TargetsPlan {
  readonly add: readonly string[];
  /** To go once everything that was added is healthy; where {@link isSwap}, before. */
  readonly remove: readonly string[];
  /** The group is full: one target makes room for the next. */
  readonly isSwap: boolean;
  readonly withheld: readonly WithheldTarget[];
  /** Of our port, neither named by DNS nor ours: kept, and told. */
  readonly foreign: readonly string[];
  /** How many of our port are healthy. */
  readonly healthy: number;
  /** Why DNS can't be gone by: then nothing is added, nothing is removed, and nobody is a stranger. Absent = it can. */
  readonly doubt?: string;
}

/** Why something is withheld so long as a full group takes no more: the workflow looks for these words. */
const GROUP_FULL = 'the target group is full';

/** Whether something is withheld for want of healthy targets: only a look at their health tells when that is over. */
export const isHeldByHealth = ({ withheld }: Pick<TargetsPlan, 'withheld'>): boolean =>
  withheld.some(({ because }) => / healthy targets would remain /.test(because));

/** A target that drains gets no new connections, and is gone soon. */
const isRegistered = ({ state }: Target): boolean => state !== 'draining';

const barOf = (
  effect: TargetsEffect,
  { modes, paused }: Pick<TargetsSituation, 'modes' | 'paused'>,
): string | undefined => {
  if (paused !== undefined) return 'everything is paused';
  return modes[effect] === 'enforce' ? undefined : `the mode of ${effect} is ${modes[effect]}`;
};

/** Unhealthy ones first, then those that were missed longest. */
const byUse =
  ({ misses }: TargetsSituation) =>
  (one: Target, other: Target): number => {
    const rank = ({ state }: Target): number => (state === 'healthy' ? 1 : 0);
    const missed = (misses[other.address] ?? 0) - (misses[one.address] ?? 0);
    return rank(one) - rank(other) || missed || (one.address < other.address ? -1 : 1);
  };

/** Why nothing follows from a look; undefined where something does. */
const silenceOf = (look: Look): string | undefined => {
  if (look.kind === 'empty') return 'DNS named nobody';
  return look.kind === 'failed' ? `DNS did not say: ${look.problem}` : undefined;
};

/** How often DNS missed an address, and how often it has to until that counts. */
const missesOf = (
  address: string,
  { misses, binding }: { readonly misses: Misses; readonly binding: Pick<Binding, 'missesBeforeRemoval'> },
): { readonly missed: number; readonly needed: number } => ({
  missed: misses[address] ?? 0,
  needed: binding.missesBeforeRemoval ?? BINDING_DEFAULTS.missesBeforeRemoval,
});

/** Why the witnesses do not let a target go; undefined where both do. */
const doubtOf = ({ address, state }: Target, situation: TargetsSituation): string | undefined => {
  const { interfaces } = situation;
  const { missed, needed } = missesOf(address, situation);
  if (missed < needed) return `DNS missed it ${missed} times of ${needed}`;
  if (state === 'unhealthy') return undefined;
  if (interfaces.kind === 'failed') return `interfaces could not be read: ${interfaces.problem}`;
  return interfaces.kind === 'listed' && interfaces.addresses.includes(address)
    ? 'a network interface still has it'
    : undefined;
};

/** Counts down what may still go: healthy targets, by zone and in all, and the share of one plan. */
class Floor {
  readonly #healthy = new Map<string, number>();
  readonly #minimum: number;
  readonly #isCrossZone: boolean;
  #left: number;

  constructor({ binding, isCrossZone }: TargetsSituation, registered: readonly Target[]) {
    this.#minimum = binding.minHealthy ?? BINDING_DEFAULTS.minHealthy;
    this.#isCrossZone = isCrossZone;
    const ratio = binding.maxRemovalRatio ?? BINDING_DEFAULTS.maxRemovalRatio;
    this.#left = Math.max(1, Math.floor(registered.length * ratio));
    for (const { state, zone } of registered) {
      if (state === 'healthy') this.#healthy.set(zone ?? '', (this.#healthy.get(zone ?? '') ?? 0) + 1);
    }
  }

  /** Why a target must stay; undefined where it may go, and then it counts as gone. */
  take({ state, zone = '' }: Target): string | undefined {
    if (this.#left === 0) return 'one plan removes no more';
    const loss = state === 'healthy' ? 1 : 0;
    const all = [...this.#healthy.values()].reduce((sum, each) => sum + each, 0) - loss;
    if (all < this.#minimum) return `${all} healthy targets would remain of ${this.#minimum} at least`;
    const here = (this.#healthy.get(zone) ?? 0) - loss;
    if (loss > 0 && !this.#isCrossZone && here < this.#minimum) {
      return `${here} healthy targets would remain in ${zone === '' ? 'its zone' : zone} of ${this.#minimum} at least`;
    }
    if (loss > 0) this.#healthy.set(zone, here);
    this.#left -= 1;
    return undefined;
  }
}

/**
 * Plans a target group from one snapshot. DNS alone adds. A target goes only when it is ours, DNS missed it often enough, no interface has its
 * address any more or it is unhealthy, and enough healthy targets remain: doubt keeps. A draining target is not registered: where DNS names
 * its address, it is added again.
 */
export const planTargets = (situation: TargetsSituation): TargetsPlan => {
  const { binding, look, targets, ours, refused, room, now } = situation;
  const own = targets.filter(({ port }) => port === binding.port);
  const registered = own.filter(isRegistered);
  const present = new Set(registered.map(({ address }) => address));
  const named = new Set(look.kind === 'answered' ? look.addresses : []);
  const withheld: WithheldTarget[] = [];
  const withhold = (effect: TargetsEffect, address: string, because: string): void => {
    withheld.push({ address, effect, because });
  };

  const absent = [...named].filter((address) => !present.has(address)).sort();
  const addBar = barOf('targets-add', situation);
  const wanted = absent.filter((address) => {
    const until = refused[address];
    const because =
      addBar ??
      (until !== undefined && until > now ? `it did not get healthy, and is tried again at ${until}` : undefined);
    if (because !== undefined) withhold('targets-add', address, because);
    return because === undefined;
  });
  const add = wanted.slice(0, Math.max(0, room));
  for (const address of wanted.slice(add.length)) withhold('targets-add', address, GROUP_FULL);

  const silence = silenceOf(look);
  const stale = silence === undefined ? registered.filter(({ address }) => !named.has(address)) : [];
  const candidates = stale.filter(({ address }) => ours.has(address)).sort(byUse(situation));
  const isSwap = wanted.length > 0 && add.length === 0;
  const removeBar = barOf('targets-remove', situation);
  const floor = new Floor(situation, registered);
  const remove: string[] = [];
  for (const target of candidates) {
    const isEnough = isSwap && remove.length > 0 ? 'at a full target group one goes at a time' : undefined;
    const because = doubtOf(target, situation) ?? removeBar ?? isEnough ?? floor.take(target);
    if (because === undefined) remove.push(target.address);
    else withhold('targets-remove', target.address, because);
  }
  const byAddress = (one: WithheldTarget, other: WithheldTarget): number =>
    one.effect === other.effect ? (one.address < other.address ? -1 : 1) : one.effect < other.effect ? -1 : 1;
  return {
    add,
    remove: remove.sort(),
    isSwap,
    withheld: withheld.sort(byAddress),
    foreign: stale.flatMap(({ address }) => (ours.has(address) ? [] : [address])).sort(),
    healthy: registered.filter(({ state }) => state === 'healthy').length,
    ...(silence === undefined ? {} : { doubt: silence }),
  };
};

/** What one run did so far. */
export interface TargetsRun {
  /** Whose health nobody saw yet, and since when they are registered, ISO 8601: by this run, or by one that died. */
  readonly added: Readonly<Record<string, string>>;
  /** When it began, ISO 8601: what was registered before may have been healthy meanwhile, so it is waited for anew. @default long ago */
  readonly startedAt?: string;
  /** What it deregistered. */
  readonly removed: readonly string[];
  /** Elastic Load Balancing refused several at once: from then on one goes at a time. @default false */
  readonly isTight?: boolean;
}

/** The next step of a run. */
export type TargetsStep =
  | { readonly step: 'register'; readonly addresses: readonly string[] }
  | { readonly step: 'deregister'; readonly addresses: readonly string[] }
  /** New targets are not healthy yet, or old ones drain still. */
  | { readonly step: 'wait'; readonly because: string }
  /** New targets did not get healthy in time: they go again, the old ones stay, and the run fails. */
  | { readonly step: 'withdraw'; readonly addresses: readonly string[]; readonly because: string }
  | { readonly step: 'done' };

/** Nobody waits for these: a group that no listener uses checks nobody's health, and what somebody took away again is for the next plan. */
const SETTLED: ReadonlySet<TargetState | undefined> = new Set(['healthy', 'draining', 'unused', undefined]);

/** How many targets go into one call. AWS documents no limit; a controller that is used everywhere sends 200. */
const PER_CALL = 100;

/**
 * What a run does next, by a plan of this moment: make before break. It registers first; waits until everything that it registered is healthy;
 * removes only then. At a full group it removes one, so that the next one can be registered, and waits until that has drained.
 */
export const nextTargetsStep = (
  plan: TargetsPlan,
  {
    targets,
    binding,
    look,
    misses,
    now,
    ...standing
  }: Pick<TargetsSituation, 'targets' | 'look' | 'misses' | 'now' | 'modes' | 'paused'> & {
    readonly binding: Pick<Binding, 'port' | 'missesBeforeRemoval' | 'healthyWithinSeconds' | 'waitForDraining'>;
  },
  run: TargetsRun,
): TargetsStep => {
  if (plan.add.length > 0) return { step: 'register', addresses: plan.add.slice(0, PER_CALL) };
  const stateOf = new Map(targets.flatMap((each) => (each.port === binding.port ? [[each.address, each.state]] : [])));
  const isGone = (address: string): boolean => {
    const { missed, needed } = missesOf(address, { misses, binding });
    return look.kind === 'answered' && !look.addresses.includes(address) && missed >= needed;
  };
  const pending = Object.keys(run.added)
    // Whom DNS names no longer, nobody waits for: he goes as anybody stale does. One answer without him says little: it may be a part of one.
    .filter((address) => !SETTLED.has(stateOf.get(address)) && !isGone(address))
    .sort();
  const within = binding.healthyWithinSeconds ?? BINDING_DEFAULTS.healthyWithinSeconds;
  const sinceOf = (address: string): number =>
    Math.max(Date.parse(run.added[address] ?? now), Date.parse(run.startedAt ?? '1970-01-01T00:00:00Z'));
  const isLate = (address: string): boolean => Date.parse(now) - sinceOf(address) >= within * 1000;
  const late = pending.filter(isLate);
  // What a person stops while we wait stays as it is; whoever comes after finds it unsettled.
  if (pending.length > 0 && barOf('targets-add', standing) !== undefined) return { step: 'done' };
  if (late.length > 0) {
    const seen = late.map((address) => `${address} is ${stateOf.get(address)}`).join(', ');
    return { step: 'withdraw', addresses: late.slice(0, PER_CALL), because: `not healthy within ${within} s: ${seen}` };
  }
  if (pending.length > 0) return { step: 'wait', because: `${pending.join(', ')} not healthy yet` };
  if (plan.isSwap && targets.some(({ state }) => state === 'draining')) {
    return { step: 'wait', because: 'the target group is full, and has room once what drains is gone' };
  }
  if (plan.remove.length > 0) {
    return { step: 'deregister', addresses: plan.remove.slice(0, run.isTight === true ? 1 : PER_CALL) };
  }
  const draining = run.removed.filter((address) => stateOf.get(address) === 'draining');
  if (binding.waitForDraining === true && draining.length > 0) {
    return { step: 'wait', because: `${draining.join(', ')} draining` };
  }
  return { step: 'done' };
};
