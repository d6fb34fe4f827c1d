import type { Leaning } from '../leanings.ts';
import { ACCEPTING } from './accepting.ts';
import { BOUNDING } from './bounding.ts';
import { FAILING_OVER } from './failing-over.ts';
import { FOLLOWING } from './following.ts';
import type { Mutant } from './mutant.ts';
import { PLACES_RELEASED, PLACES_TAKEN } from './places.ts';
import { RECORDING } from './recording.ts';
import { REDRIVING } from './redriving.ts';
import { REJECTING } from './rejecting.ts';
import { REVOKING } from './revoking.ts';
import { SWEEPING } from './sweeping.ts';

const leaningTo = (leaning: Leaning, mutants: readonly Mutant[]): readonly Mutant[] =>
  mutants.map((mutant) => ({ leaning, ...mutant }));

/** Every mutant that was written by hand, by theme. */
export const MUTANTS: readonly Mutant[] = [
  ...leaningTo('terms', ACCEPTING),
  ...leaningTo('pauses', REJECTING),
  ...leaningTo('endings', REVOKING),
  ...leaningTo('endings', BOUNDING),
  ...leaningTo('rush', PLACES_TAKEN),
  ...leaningTo('leaving', PLACES_RELEASED),
  ...leaningTo('unheard', SWEEPING),
  ...leaningTo('stops', RECORDING),
  ...leaningTo('targets', FOLLOWING),
  ...leaningTo('orphans', REDRIVING),
  ...leaningTo('names', FAILING_OVER),
];
