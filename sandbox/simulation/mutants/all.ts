import { ACCEPTING } from './accepting.ts';
import { BOUNDING } from './bounding.ts';
import type { Mutant } from './mutant.ts';
import { PLACES_RELEASED, PLACES_TAKEN } from './places.ts';
import { RECORDING } from './recording.ts';
import { REJECTING } from './rejecting.ts';
import { REVOKING } from './revoking.ts';
import { SWEEPING } from './sweeping.ts';

/** Every mutant that was written by hand, by theme. */
export const MUTANTS: readonly Mutant[] = [
  ...ACCEPTING,
  ...REJECTING,
  ...REVOKING,
  ...BOUNDING,
  ...PLACES_TAKEN,
  ...PLACES_RELEASED,
  ...SWEEPING,
  ...RECORDING,
];
