import type { Outage } from '../outage.ts';
import type { Cancel, Clock } from './clock.ts';

/**
 * The time of a region. It is the world's, but for this: what falls due while the region is cut off is held, and done when
 * it is healed, in the order in which it fell due.
 */
export class HeldClock implements Clock {
  readonly #clock: Clock;
  readonly #outage: Outage;
  readonly #held = new Set<() => void>();

  constructor(clock: Clock, outage: Outage) {
    this.#clock = clock;
    this.#outage = outage;
    outage.onHealed(() => this.#release());
  }

  now(): number {
    return this.#clock.now();
  }

  after(milliseconds: number, task: () => void): Cancel {
    return this.#holding((due) => this.#clock.after(milliseconds, due), task);
  }

  inBackground(milliseconds: number, task: () => void): Cancel {
    return this.#holding((due) => this.#clock.inBackground(milliseconds, due), task);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  hold(): () => void {
    return this.#clock.hold();
  }

  /** Has done, each in a turn of its own, what was held. */
  #release(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const due of held) this.#clock.after(0, due);
  }

  #holding(set: (due: () => void) => Cancel, task: () => void): Cancel {
    let isCancelled = false;
    const due = (): void => {
      if (isCancelled) return;
      if (this.#outage.isCut) this.#held.add(due);
      else task();
    };
    const cancel = set(due);
    return () => {
      isCancelled = true;
      this.#held.delete(due);
      cancel();
    };
  }
}
