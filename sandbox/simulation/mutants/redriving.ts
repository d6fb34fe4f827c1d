import type { Mutant } from './mutant.ts';
import { swap } from './states.ts';

const REDRIVE = '$exists($states.context.Execution.RedriveTime) and';

/** Runs that go on from where they were stopped, though others were at it since. */
export const REDRIVING: readonly Mutant[] = [
  {
    name: 'a redriven run registers by the lease that it once had',
    touches: 'other',
    // Only where a run is stopped between its renewal and its call, and redriven when another has come to its end.
    survives: 'It takes a stop at one state and a redrive after another run: `test/e2e/redriven-run.test.ts` plays it.',
    change: { workflow: 'RefreshTargets', state: 'Register', change: swap('Arguments', REDRIVE, 'false and') },
  },
  {
    name: 'a redriven run writes a zone by the lease that it once had',
    leaning: 'names',
    touches: 'other',
    survives:
      'What it writes is deleted as it was read and created anew: Route 53 refuses it where another wrote in between.',
    change: { workflow: 'UpdateFailover', state: 'Converge', change: swap('Arguments', REDRIVE, 'false and') },
  },
];
