import { AsyncLocalStorage } from 'node:async_hooks';

/** Who is told of an error that nobody caught. */
export interface ErrorOwner {
  strayError(error: unknown, kind: 'unhandledRejection' | 'uncaughtException'): void;
}

/**
 * Whose code is running. It follows promises, ticks and immediates, so that an error that nobody catches finds the
 * function that caused it, although all functions share a thread with the world itself.
 */
const owner = new AsyncLocalStorage<ErrorOwner>();

/** Runs a function's code as that function's. */
export const runAs = <T>(instance: ErrorOwner, task: () => T): T => owner.run(instance, task);

/** Runs the world's code although a function called it. */
export const runAsWorld = <T>(task: () => T): T => owner.exit(task);

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

// biome-ignore lint/complexity/noBannedTypes: what Node's own rawListeners returns
let displaced: Map<string, Function[]> | undefined;
let users = 0;

const dispatch =
  (event: (typeof EVENTS)[number]) =>
  (error: unknown, more: unknown): void => {
    const instance = owner.getStore();
    if (instance !== undefined) {
      instance.strayError(error, event);
      return;
    }
    const others = displaced?.get(event) ?? [];
    if (others.length === 0) throw error; // as Node would have it: a defect of the world ends the process
    for (const listener of others) listener.call(process, error, more);
  };

/**
 * From now on errors that a function did not catch go to that function; all others go to whoever listened before.
 *
 * @returns how to end that. Calls nest.
 */
export const claimStrayErrors = (): (() => void) => {
  users += 1;
  if (displaced === undefined) {
    displaced = new Map(EVENTS.map((event) => [event, process.rawListeners(event)]));
    for (const event of EVENTS) {
      process.removeAllListeners(event);
      process.on(event, dispatch(event));
    }
  }
  let claimed = true;
  return () => {
    if (!claimed) return;
    claimed = false;
    users -= 1;
    if (users > 0 || displaced === undefined) return;
    for (const event of EVENTS) {
      process.removeAllListeners(event);
      for (const listener of displaced.get(event) ?? []) process.on(event, listener as () => void);
    }
    displaced = undefined;
  };
};
