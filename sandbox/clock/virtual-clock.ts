import type { Cancel, Clock } from './clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  /** Nobody waits for it: a world in which only such timers are left is at rest. */
  readonly isBackground: boolean;
  /** Gone once the timer is cancelled, and with it all that the task held. */
  task: (() => void) | undefined;
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Lets every microtask, `nextTick` and immediate that is due run before it resolves. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Time that moves only when nothing else does: from one due timer to the next, at the speed of the processor.
 * Everything in the virtual world proceeds by microtasks, `nextTick` and immediates; what does not must `hold()`.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #timers: Timer[] = [];
  #holds = 0;
  /** Timers that somebody waits for. */
  #awaited = 0;
  #released: (() => void) | undefined;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, task: () => void): Cancel {
    return this.#set(milliseconds, task, false);
  }

  inBackground(milliseconds: number, task: () => void): Cancel {
    return this.#set(milliseconds, task, true);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  hold(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#released?.();
    };
  }

  /**
   * Advances until `done` says so, until no timer is left, or until the next timer lies past `limit`. Without a limit, timers in the
   * background count for nothing: a schedule would never let it end.
   *
   * @returns whether `done` was reached. Time then stands at the moment that made it true; where only `limit` stopped the
   * run, time stands at `limit`.
   */
  async run(done: () => boolean = () => false, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    for (;;) {
      await this.#settle();
      if (done()) return true;
      const next = this.#peek();
      const isAtRest = this.#awaited === 0 && !Number.isFinite(limit);
      if (next === undefined || next.at > limit || isAtRest) {
        if (Number.isFinite(limit)) this.#now = Math.max(this.#now, limit);
        return false;
      }
      this.#pop();
      this.#now = next.at;
      if (!next.isBackground) this.#awaited -= 1;
      const { task } = next;
      // Cancelling what is over changes nothing.
      next.task = undefined;
      task?.();
    }
  }

  #set(milliseconds: number, task: () => void, isBackground: boolean): Cancel {
    const wait = Number.isFinite(milliseconds) ? Math.max(0, Math.ceil(milliseconds)) : 0;
    const timer: Timer = { at: this.#now + wait, order: this.#order++, isBackground, task };
    this.#push(timer);
    if (!isBackground) this.#awaited += 1;
    return () => {
      if (timer.task === undefined) return;
      timer.task = undefined;
      if (!isBackground) this.#awaited -= 1;
    };
  }

  /** Waits until nothing that could still make a call is under way: two quiet turns of the loop with no hold. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await turn();
      while (this.#holds > 0) {
        await new Promise<void>((resolve) => {
          this.#released = resolve;
        });
        this.#released = undefined;
        quiet = -1;
      }
    }
  }

  #peek(): Timer | undefined {
    for (let first = this.#timers[0]; first !== undefined; first = this.#timers[0]) {
      if (first.task !== undefined) return first;
      this.#pop();
    }
    return undefined;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timer)) break;
      heap[index] = above;
      heap[parent] = timer;
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const leftTimer = heap[left];
      if (leftTimer === undefined) break;
      const rightTimer = heap[right];
      const [child, childTimer] =
        rightTimer !== undefined && isBefore(rightTimer, leftTimer) ? [right, rightTimer] : [left, leftTimer];
      if (isBefore(last, childTimer)) break;
      heap[index] = childTimer;
      index = child;
    }
    heap[index] = last;
  }
}
