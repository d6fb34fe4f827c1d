/** Undoes a timer; calling it again, or after the timer ran, does nothing. */
export type Cancel = () => void;

/**
 * The one source of time for everything that the sandbox runs: models, workflows, functions, stories.
 * Nothing in `sandbox/` reads `Date.now()` or calls `setTimeout` but the implementations of this interface.
 */
export interface Clock {
  /** Milliseconds since the epoch, whole. */
  now(): number;
  /** Runs `task` once, `milliseconds` from now; tasks due at the same time run in the order in which they were asked for. */
  after(milliseconds: number, task: () => void): Cancel;
  /** As {@link after}, for what comes round again and again: a world that waits for nothing else is at rest. */
  inBackground(milliseconds: number, task: () => void): Cancel;
  /** Resolves `milliseconds` from now. */
  sleep(milliseconds: number): Promise<void>;
  /**
   * Declares work that is under way outside the virtual world (dynalite's store, a dynamic import): time does not
   * advance until the returned function is called. Never hold across a wait for this same clock: that is a deadlock.
   */
  hold(): () => void;
}

/** Awaits work that happens outside the virtual world, with time standing still meanwhile. */
export const holding = async <T>(clock: Clock, work: () => Promise<T>): Promise<T> => {
  const release = clock.hold();
  try {
    return await work();
  } finally {
    release();
  }
};
