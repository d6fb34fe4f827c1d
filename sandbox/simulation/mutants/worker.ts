import { parentPort, workerData } from 'node:worker_threads';
import type { Simulation } from '../simulation.ts';
import { MUTANTS } from './all.ts';
import { hunt } from './hunt.ts';
import type { HuntShare } from './threads.ts';

const { first, of, worlds, room, names, ...simulation } = workerData as HuntShare & Simulation;
for (const [index, mutant] of MUTANTS.entries()) {
  if (index % of !== first || (names.length > 0 && !names.includes(mutant.name))) continue;
  parentPort?.postMessage(await hunt(mutant, simulation, { worlds, room }));
}
