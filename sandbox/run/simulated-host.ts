import type { Clock } from '../clock/clock.ts';
import type { Random } from '../random.ts';
import type { FunctionHost } from './function-host.ts';
import { seededCrypto } from './simulated/crypto.ts';
import { bundleFiles } from './simulated/files.ts';
import { refusedGlobals, seededMath, virtualDate } from './simulated/globals.ts';
import { SimulatedInstance } from './simulated/instance.ts';
import { type DnsStandIn, type HttpStandIn, worldModules } from './simulated/modules.ts';
import { claimStrayErrors } from './simulated/stray-errors.ts';

/** What the functions of a simulated world live by. */
export interface SimulatedHostOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Carries the functions' requests to the sandbox; must proceed by microtasks, ticks and immediates. */
  readonly http: HttpStandIn;
  /**
   * By how many milliseconds the functions' clocks are off, before or behind the services'.
   *
   * @default they are right
   */
  readonly skew?: () => number;
  /** Makes `node:dns`, with `promises`, on an instance's timers. Without it a function that resolves names is refused. */
  readonly dns?: DnsStandIn;
  /**
   * What an invocation costs in virtual milliseconds before its code runs.
   *
   * @default none: only what a function waits for takes time
   */
  readonly delay?: { readonly cold: number; readonly warm: number };
}

/**
 * Runs functions in this thread by virtual time: one seed, one log. A function sees its own `process`, clock, timers,
 * random numbers, files and network; all of them are the world's. Code that never gives way (`while (true)`) cannot be
 * timed out here: the served host can. A world is its thread's only occupant: while the host is open, it has the
 * thread's `unhandledRejection` and `uncaughtException` events and passes on what no function caused.
 */
export const simulatedHost = (options: SimulatedHostOptions): FunctionHost => {
  const { clock, random, http, skew } = options;
  const crypto = seededCrypto(random);
  const filesOf = new Map<string, Readonly<Record<string, unknown>>>();
  const world = {
    ...options,
    Date: virtualDate(skew === undefined ? clock : { now: () => clock.now() + skew() }),
    Math: seededMath(random),
    crypto: crypto.global,
    modules: worldModules({ crypto: crypto.module, http }),
    files: (directory: string) => {
      const files = filesOf.get(directory) ?? bundleFiles(directory);
      filesOf.set(directory, files);
      return files;
    },
    refused: refusedGlobals(),
  };
  const release = claimStrayErrors();
  const instances = new Set<SimulatedInstance>();
  return {
    instancesPerFunction: 200,
    start: (spec, log) => {
      const instance = new SimulatedInstance(world, spec, log, () => instances.delete(instance));
      instances.add(instance);
      return instance;
    },
    close: async () => {
      for (const instance of [...instances]) instance.kill();
      release();
    },
  };
};
