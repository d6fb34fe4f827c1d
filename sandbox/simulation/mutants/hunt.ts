import { rmSync } from 'node:fs';
import { campaign } from '../../properties/campaign.ts';
import { LEANINGS } from '../leanings.ts';
import { type Simulation, worldsOf } from '../simulation.ts';
import { mutatedAssembly } from './apply.ts';
import type { Mutant } from './mutant.ts';

/** What became of a mutant. */
export interface Hunted {
  readonly name: string;
  readonly touches: Mutant['touches'];
  /** Why it need not be caught; absent = it must. */
  readonly survives?: string;
  /** How it was caught first. */
  readonly caught?: { readonly world: number; readonly promise: string };
  /** How many worlds were played. */
  readonly worlds: number;
}

/** Plays worlds with a mutant until the first that breaks a promise. */
export const hunt = async (
  mutant: Mutant,
  simulation: Simulation,
  { worlds, room }: { readonly worlds: number; readonly room: string },
): Promise<Hunted> => {
  const { name, touches, survives, leaning } = mutant;
  const { inTwoRegions } = simulation;
  const isPaired = leaning !== undefined && LEANINGS[leaning].paired === true && inTwoRegions !== undefined;
  const whole = isPaired ? inTwoRegions.assembly : simulation.assembly;
  const assembly = await mutatedAssembly(whole, mutant, room);
  try {
    // What a deployment in the middle would deploy is the right thing: there is none.
    const { nextAssembly: _right, ...rest } = simulation;
    const { histories, violations } = await campaign({
      ...worldsOf({
        ...rest,
        assembly,
        inTwoRegions: { assembly },
        enough: 1,
        ...(leaning === undefined ? {} : { leaning }),
      }),
      numbers: Array.from({ length: worlds }, (_, number) => number),
      isToldShort: false,
    });
    const [violation] = violations;
    return {
      name,
      touches,
      ...(survives === undefined ? {} : { survives }),
      ...(violation === undefined ? {} : { caught: { world: violation.history, promise: violation.promise } }),
      worlds: histories,
    };
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
};
