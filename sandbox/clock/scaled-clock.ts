import type { Cancel, Clock } from './clock.ts';

/** The machine's own time, from its present moment on, run `speed` times as fast. What a served sandbox lives by. */
export class ScaledClock implements Clock {
  readonly #origin = Date.now();
  readonly #started = performance.now();
  /** How many times as fast as the machine's own time. */
  readonly speed: number;
  readonly #pending = new Set<NodeJS.Timeout>();

  constructor(speed = 1) {
    this.speed = speed;
  }

  now(): number {
    return Math.floor(this.#origin + (performance.now() - this.#started) * this.speed);
  }

  after(milliseconds: number, task: () => void): Cancel {
    // setTimeout holds at most 2^31-1 ms: a hold of days is waited for in pieces.
    const due = this.now() + Math.max(0, milliseconds);
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.max(0, (due - this.now()) / this.speed);
      timer = setTimeout(
        () => {
          this.#pending.delete(timer);
          // Node's timers fire up to a millisecond early; what is due at a time may be looked up by it.
          if (this.now() < due) arm();
          else task();
        },
        Math.min(left, 2 ** 30),
      );
      this.#pending.add(timer);
    };
    arm();
    return () => {
      clearTimeout(timer);
      this.#pending.delete(timer);
    };
  }

  inBackground(milliseconds: number, task: () => void): Cancel {
    return this.after(milliseconds, task);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  hold(): () => void {
    return () => undefined; // real time waits for nobody
  }

  /** Cancels everything that is still to come, so that the process can end. */
  stop(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
