import type { JournalEntry } from '../../sandbox/journal.ts';
import type { World } from '../../sandbox/world.ts';

/** Who keeps a target group in line. */
export const KEEPERS = ['concierge', 'refresher'] as const;

/** One of {@link KEEPERS}. */
export type Keeper = (typeof KEEPERS)[number];

/** What a target group went through while something happened, in seconds of the world's clock. */
export interface Figures {
  /** The fewest targets that were healthy and served: a load balancer that has none sends to all it has, and that helps only by luck. */
  readonly lowest: number;
  /** The fewest healthy targets that were left when its keeper took a healthy one away; absent = it took none. */
  readonly lowestByHand?: number;
  /** For how long there were fewer of them than the floor, and for how long none. */
  readonly belowFloor: number;
  readonly none: number;
  /** How many seconds' worth of new connections went to nobody, or to an address at which no node of the proxy serves. */
  readonly failing: number;
  /** Target-seconds in which connections were sent to such an address: a node that died, or somebody else. */
  readonly stale: number;
  /** Registered addresses that never were the proxy's. */
  readonly foreign: readonly string[];
  /** Calls of AWS by its keeper, and those among them that Elastic Load Balancing's buckets count. */
  readonly calls: number;
  readonly balancerCalls: number;
  /** Seconds from the end of what happened until the targets were the proxy's nodes again; absent = they are not. */
  readonly inLine?: number;
}

interface Counts {
  lowest: number;
  lowestByHand: number;
  belowFloor: number;
  none: number;
  failing: number;
  stale: number;
  readonly foreign: Set<string>;
  calls: number;
  balancerCalls: number;
  inLine: number | undefined;
}

/** What is measured: a target group of the proxy. */
export interface Measured {
  readonly targetGroupArn: string;
  readonly proxyName: string;
  /** So many targets should serve at any time. */
  readonly floor: number;
}

interface StateDetail {
  readonly targetGroupArn?: string;
  readonly from?: string;
  readonly healthy?: number;
}

/** How often the truth is looked at: nothing that a client would feel is shorter. */
const SECOND = 1_000;

/** Measures one target group by the world's truth: what is registered, whom a connection reaches, and who serves. */
export class Meter {
  readonly #world: World;
  readonly #measured: Measured;
  readonly #leave: () => void;
  #counts: Counts;
  #isOver = false;

  constructor(world: World, measured: Measured) {
    this.#world = world;
    this.#measured = measured;
    this.#counts = nothing();
    this.#leave = world.journal.listen((entry) => this.#hear(entry));
    void this.#watch();
  }

  /** Begins anew. */
  reset(): void {
    this.#counts = nothing();
    this.#look(0);
  }

  /** Counts calls of its keeper. */
  count(action: string): void {
    this.#counts.calls += 1;
    if (action.startsWith('elasticloadbalancing:')) this.#counts.balancerCalls += 1;
  }

  /** Notes after how many seconds it came back in line. */
  came(inLine: number): void {
    this.#counts.inLine = inLine;
  }

  /** What was measured since {@link reset}. */
  read(): Figures {
    const { lowestByHand, foreign, inLine, failing, ...rest } = this.#counts;
    return {
      ...rest,
      failing: Math.round(failing),
      foreign: [...foreign].sort(),
      ...(lowestByHand === Number.POSITIVE_INFINITY ? {} : { lowestByHand }),
      ...(inLine === undefined ? {} : { inLine }),
    };
  }

  /** Whether exactly the proxy's nodes that are in DNS and serve are registered, and all of them healthy. */
  isInLine(): boolean {
    const listed = this.#nodes().filter(({ isListed, isServing }) => isListed && isServing);
    const targets = this.#registered();
    const isHealthy = targets.every(({ health }) => health.state === 'healthy');
    const addresses = listed.flatMap((each) => each.addresses).sort();
    return isHealthy && String(targets.map(({ id }) => id).sort()) === String(addresses);
  }

  stop(): void {
    this.#isOver = true;
    this.#leave();
  }

  #nodes() {
    return this.#world.proxies.nodes(this.#measured.proxyName);
  }

  #registered() {
    return this.#world.targets
      .registered(this.#measured.targetGroupArn)
      .filter(({ health }) => health.state !== 'draining');
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await this.#world.clock.sleep(SECOND);
      this.#look(1);
    }
  }

  #look(seconds: number): void {
    const counts = this.#counts;
    const serving = new Set(this.#nodes().flatMap(({ isServing, addresses }) => (isServing ? addresses : [])));
    const registered = this.#registered();
    const sound = registered.filter(({ id, health }) => health.state === 'healthy' && serving.has(id)).length;
    counts.lowest = Math.min(counts.lowest, sound);
    if (sound < this.#measured.floor) counts.belowFloor += seconds;
    if (sound === 0) counts.none += seconds;
    const reached = this.#world.targets.routable(this.#measured.targetGroupArn).map(({ id }) => id);
    const good = reached.filter((id) => serving.has(id)).length;
    counts.stale += (reached.length - good) * seconds;
    counts.failing += seconds * (reached.length === 0 ? 1 : 1 - good / reached.length);
    const known = new Set(this.#nodes().flatMap(({ addresses }) => addresses));
    // A node that is gone entirely was the proxy's as well: it is in its subnets.
    for (const { id } of registered) {
      if (!known.has(id) && this.#world.proxies.zoneOf(id) === undefined) counts.foreign.add(id);
    }
  }

  #hear({ kind, who, what, detail }: JournalEntry): void {
    if (kind !== 'state' || who !== 'elbv2' || !what.endsWith(' draining')) return;
    const { targetGroupArn, from, healthy } = (detail ?? {}) as StateDetail;
    if (targetGroupArn !== this.#measured.targetGroupArn || from !== 'healthy' || healthy === undefined) return;
    this.#counts.lowestByHand = Math.min(this.#counts.lowestByHand, healthy);
  }
}

const nothing = (): Counts => ({
  ...{ lowest: Number.POSITIVE_INFINITY, lowestByHand: Number.POSITIVE_INFINITY },
  ...{ belowFloor: 0, none: 0, failing: 0, stale: 0, calls: 0, balancerCalls: 0 },
  ...{ foreign: new Set<string>(), inLine: undefined },
});
