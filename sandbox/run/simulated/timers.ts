import { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';
import type { Cancel, Clock } from '../../clock/clock.ts';

/** Node fires what is due later than this after one millisecond. */
const LONGEST_DELAY = 2 ** 31 - 1;

type Callback = (...args: unknown[]) => void;

interface Entry {
  due: number;
  readonly delay: number;
  readonly repeat: boolean;
  readonly task: () => void;
  cancel: Cancel | undefined;
}

/** What `setTimeout` returns: Node's own methods, of which only `close` and `refresh` have an effect in a frozen process. */
class VirtualTimeout {
  readonly #id: number;
  readonly #timers: InstanceTimers;
  #referenced = true;

  constructor(id: number, timers: InstanceTimers) {
    this.#id = id;
    this.#timers = timers;
  }

  ref(): this {
    this.#referenced = true;
    return this;
  }

  unref(): this {
    this.#referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.#referenced;
  }

  refresh(): this {
    this.#timers.refresh(this.#id);
    return this;
  }

  close(): this {
    this.#timers.clear(this.#id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * The timers of one execution environment, on the world's clock. Between invocations Lambda freezes the process: its
 * timers wait, and those that came due meanwhile run when it is thawed. With the environment's end they are gone.
 */
export class InstanceTimers {
  readonly #clock: Clock;
  readonly #run: (task: () => void) => void;
  readonly #entries = new Map<number, Entry>();
  /** Immediates whose turn came while the process was frozen. */
  #parked: (() => void)[] = [];
  #state: 'running' | 'frozen' | 'ended' = 'running';
  #next = 1;

  /** @param run how a task is called: inside the instance, with its throws caught. */
  constructor(clock: Clock, run: (task: () => void) => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** Starts a timer; the task runs in the asynchronous context of this call, as Node's do. */
  start(task: () => void, milliseconds: unknown, repeat: boolean): VirtualTimeout {
    const asked = Number(milliseconds);
    const delay = asked >= 1 && asked <= LONGEST_DELAY ? Math.trunc(asked) : 1;
    const id = this.#next++;
    const within = AsyncLocalStorage.snapshot();
    const entry = { due: this.#clock.now() + delay, delay, repeat, task: () => within(task), cancel: undefined };
    if (this.#state !== 'ended') this.#entries.set(id, entry);
    if (this.#state === 'running') this.#arm(id, entry);
    return new VirtualTimeout(id, this);
  }

  refresh(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.cancel?.();
    entry.due = this.#clock.now() + entry.delay;
    if (this.#state === 'running') this.#arm(id, entry);
  }

  /** `clearTimeout`: takes the object, its number, or anything else without complaint. */
  clear(timer: unknown): void {
    const id = timer instanceof VirtualTimeout || typeof timer === 'string' ? Number(timer) : timer;
    if (typeof id !== 'number') return;
    this.#entries.get(id)?.cancel?.();
    this.#entries.delete(id);
  }

  /** @returns how to call it off. */
  immediate(task: () => void): Cancel {
    let wanted = true;
    const within = AsyncLocalStorage.snapshot();
    this.#soon(() => {
      if (wanted) this.#run(() => within(task));
    });
    return () => {
      wanted = false;
    };
  }

  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    for (const entry of this.#entries.values()) entry.cancel?.();
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    for (const task of this.#parked.splice(0)) this.#soon(task);
    const due = [...this.#entries].sort(([, a], [, b]) => a.due - b.due);
    for (const [id, entry] of due) this.#arm(id, entry);
  }

  end(): void {
    this.freeze();
    this.#state = 'ended';
    this.#entries.clear();
    this.#parked = [];
  }

  /** At the loop's next turn; time stands still until then, so that a chain of turns comes before the next timer. */
  #soon(task: () => void): void {
    const release = this.#clock.hold();
    setImmediate(() => {
      release();
      if (this.#state === 'frozen') this.#parked.push(task);
      else if (this.#state === 'running') task();
    });
  }

  #arm(id: number, entry: Entry): void {
    entry.cancel = this.#clock.after(entry.due - this.#clock.now(), () => {
      if (entry.repeat) {
        entry.due = this.#clock.now() + entry.delay;
        this.#arm(id, entry);
      } else {
        this.#entries.delete(id);
      }
      this.#run(entry.task);
    });
  }
}

const requireCallback = (callback: unknown): void => {
  if (typeof callback === 'function') return;
  const message = `The "callback" argument must be of type function. Received ${typeof callback}`;
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
};

const abortError = (signal: AbortSignal): Error =>
  Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });

interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** `timers`, `timers/promises` and the globals of the same names, on an instance's timers. */
export const timerModules = (timers: InstanceTimers) => {
  const wait = <T>(begin: (done: () => void) => Cancel, value: T, options?: WaitOptions): Promise<T> =>
    new Promise((resolve, reject) => {
      const signal = options?.signal;
      if (signal?.aborted) {
        reject(abortError(signal));
        return;
      }
      const cancel = begin(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      });
      const onAbort = (): void => {
        cancel();
        if (signal !== undefined) reject(abortError(signal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  const begin =
    (milliseconds: unknown) =>
    (done: () => void): Cancel => {
      const timer = timers.start(done, milliseconds, false);
      return () => timer.close();
    };

  const setTimeout = (callback: Callback, milliseconds?: unknown, ...args: unknown[]) => {
    requireCallback(callback);
    return timers.start(() => callback(...args), milliseconds, false);
  };
  const setInterval = (callback: Callback, milliseconds?: unknown, ...args: unknown[]) => {
    requireCallback(callback);
    return timers.start(() => callback(...args), milliseconds, true);
  };
  const setImmediate = (callback: Callback, ...args: unknown[]) => {
    requireCallback(callback);
    const cancel = timers.immediate(() => callback(...args));
    const handle = { cancel, ref: () => handle, unref: () => handle, hasRef: () => true, [Symbol.dispose]: cancel };
    return handle;
  };
  const clear = (timer: unknown): void => timers.clear(timer);
  const clearImmediate = (handle: unknown): void => (handle as { cancel?: Cancel } | undefined)?.cancel?.();

  const promises = {
    setTimeout: <T>(milliseconds?: unknown, value?: T, options?: WaitOptions) =>
      wait(begin(milliseconds), value, options),
    setImmediate: <T>(value?: T, options?: WaitOptions) => wait((done) => timers.immediate(done), value, options),
    async *setInterval<T>(milliseconds?: unknown, value?: T, options?: WaitOptions) {
      for (;;) yield await wait(begin(milliseconds), value, options);
    },
    scheduler: {
      wait: (milliseconds?: unknown, options?: WaitOptions) => wait(begin(milliseconds), undefined, options),
      yield: () => wait((done) => timers.immediate(done), undefined),
    },
  };
  Object.defineProperty(setTimeout, promisify.custom, { value: promises.setTimeout });
  Object.defineProperty(setImmediate, promisify.custom, { value: promises.setImmediate });
  return {
    globals: { setTimeout, setInterval, setImmediate, clearTimeout: clear, clearInterval: clear, clearImmediate },
    promises,
  };
};
