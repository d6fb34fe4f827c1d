import type { CampaignOptions } from '../properties/campaign.ts';
import { generateWorld, type WorldOptions } from './generate-world.ts';
import { WORLD_PROMISES } from './world-promises.ts';

/** Which worlds are played: data, so that a thread can be told. */
export interface Simulation
  extends WorldOptions,
    Pick<CampaignOptions, 'assembly' | 'nextAssembly' | 'inTwoRegions' | 'seed' | 'enough'> {}

/** The same as a campaign has it: how a number becomes a world, and what each is held to. */
export const worldsOf = ({
  hours,
  families,
  leaning,
  bound,
  paired,
  ...rest
}: Simulation): Omit<CampaignOptions, 'numbers' | 'played'> => ({
  ...rest,
  promises: WORLD_PROMISES,
  historyOf: (seed, number) =>
    generateWorld(seed, number, {
      hours,
      families,
      ...(leaning === undefined ? {} : { leaning }),
      ...(bound === undefined ? {} : { bound }),
      ...(paired === undefined ? {} : { paired }),
    }),
});
