import { Worker } from 'node:worker_threads';
import type { Simulation } from '../simulation.ts';
import type { Hunted } from './hunt.ts';

/** Which mutants a thread hunts: every `of`-th, beginning with the one of its own number. */
export interface HuntShare {
  readonly first: number;
  readonly of: number;
  /** At most so many worlds for each. */
  readonly worlds: number;
  /** A directory for changed assemblies. */
  readonly room: string;
  /** Only these. Empty = all. */
  readonly names: readonly string[];
}

/** Hunts mutants in several threads. */
export const huntInThreads = async (
  simulation: Simulation,
  { workers, heard, ...share }: Omit<HuntShare, 'first' | 'of'> & { workers: number; heard: (one: Hunted) => void },
): Promise<void> => {
  const inThread = (first: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const workerData = { ...simulation, ...share, first, of: workers };
      const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData });
      worker.on('message', heard);
      worker.on('error', reject);
      worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with code ${code}.`))));
    });
  await Promise.all(Array.from({ length: workers }, (_, first) => inThread(first)));
};
