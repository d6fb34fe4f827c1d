import type { Clock } from '../../clock/clock.ts';
import type { Random } from '../../random.ts';
import { refusal } from './refuse.ts';

/** `Date` with the world's now. `instanceof Date` holds for dates of either kind, since both are the same kind. */
export const virtualDate = (clock: Pick<Clock, 'now'>): DateConstructor =>
  new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
    apply: () => new Date(clock.now()).toString(),
    get: (target, key) => (key === 'now' ? () => clock.now() : Reflect.get(target, key)),
  });

/** `Math` with the world's random numbers. */
export const seededMath = (random: Random): Math =>
  Object.create(Math, { random: { value: () => random.next(), writable: true, configurable: true } }) as Math;

/** `performance`, in whole milliseconds of the world's clock since `origin`. Marks and measures are not kept. */
export const virtualPerformance = (clock: Clock, origin: number) => ({
  timeOrigin: origin,
  now: () => clock.now() - origin,
  mark: (name: string) => ({ name, entryType: 'mark', startTime: clock.now() - origin, duration: 0 }),
  measure: (name: string) => ({ name, entryType: 'measure', startTime: clock.now() - origin, duration: 0 }),
  clearMarks: () => undefined,
  clearMeasures: () => undefined,
  getEntries: () => [],
  getEntriesByName: () => [],
  getEntriesByType: () => [],
  timerify: <T>(task: T): T => task,
  eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
  toJSON: () => ({ timeOrigin: origin }),
});

/** `AbortSignal` whose time-outs are the world's. */
export const virtualAbortSignal = (start: (task: () => void, milliseconds: number) => unknown): typeof AbortSignal =>
  new Proxy(AbortSignal, {
    get: (target, key) =>
      key === 'timeout'
        ? (milliseconds: number) => {
            const controller = new AbortController();
            const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
            start(() => controller.abort(reason), milliseconds);
            return controller.signal;
          }
        : Reflect.get(target, key),
  });

/** Globals that would leave the world. Using one is refused by name; having one (`typeof fetch`) is not. */
const REFUSED_GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'MessageChannel', 'BroadcastChannel'] as const;

export const refusedGlobals = (): Record<string, unknown> =>
  Object.fromEntries(REFUSED_GLOBALS.map((name) => [name, refusal(name)]));
