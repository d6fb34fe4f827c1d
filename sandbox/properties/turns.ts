import { type Call, type Interceptor, STANDBY_REGION } from '../cloud.ts';
import { seededRandom } from '../random.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Delivery, History } from './history.ts';

/** The moments around calls, and the deliveries: what waits for the n-th call of an action. */
export class Turns {
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, (next: () => Promise<unknown>) => Promise<unknown>>();
  readonly #world: SimulatedWorld;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.cloud.intercept((call, next) => this.#stand(call, next));
  }

  /** Has a deed done before the n-th call of an action. */
  before(call: string, nth: number, deed: () => Promise<void>): void {
    this.#around(call, nth, async (next) => {
      await deed();
      return next();
    });
  }

  /** The same, after it. */
  after(call: string, nth: number, deed: () => Promise<void>): void {
    this.#around(call, nth, async (next) => {
      try {
        return await next();
      } finally {
        await deed();
      }
    });
  }

  /** Has a call of a service lost, late, or made again. */
  deliver(delivery: Delivery): void {
    const { clock, journal } = this.#world;
    const { call, nth } = delivery;
    this.#around(call, nth, async (next) => {
      if (delivery.deed === 'lost') {
        journal.write({ kind: 'story', who: 'history', what: `${call} ${nth} is lost` });
        return { MessageId: 'lost' };
      }
      if (delivery.deed === 'late') {
        await clock.sleep(delivery.by);
        return next();
      }
      // The service's own second attempt: whoever made the first call hears nothing of it.
      for (const wait of delivery.waits) clock.after(wait, () => void next().catch(() => undefined));
      return next();
    });
  }

  #around(call: string, nth: number, stand: (next: () => Promise<unknown>) => Promise<unknown>): void {
    const key = `${call} ${nth}`;
    const inner = this.#waiting.get(key);
    this.#waiting.set(key, inner === undefined ? stand : (next) => stand(() => inner(next)));
  }

  /** Counts the calls of AWS's services and of the stack's roles; what people do is not counted. */
  #stand(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    if (call.principal.kind === 'account') return next();
    const name = `${call.service}:${call.action}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return this.#waiting.get(`${name} ${count}`)?.(next) ?? next();
  }
}

/** Lets each call of the stack take its time, both ways. */
export const slowDown = ({ cloud, clock, regions }: SimulatedWorld, { seed, latency, pairs }: History): void => {
  if (latency === 0) return;
  const random = seededRandom(seed);
  const pause = () => clock.sleep(random.between(0, latency));
  const slow: Interceptor = async ({ principal }, next) => {
    if (principal.kind !== 'role') return next();
    await pause();
    try {
      return await next();
    } finally {
      await pause();
    }
  };
  cloud.intercept(slow);
  if (pairs !== undefined) regions.get(STANDBY_REGION).cloud.intercept(slow);
};
