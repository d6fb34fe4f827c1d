import type { Call } from '../cloud.ts';
import { isNotice } from '../faults/mishaps.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Silence } from './history.ts';

/** The schedule, or a change of the registry, has everything looked through. What people and workflows start is not meant. */
const isSweep = ({ service, action, principal, input }: Call): boolean =>
  service === 'lambda' &&
  action === 'Invoke' &&
  (input as { readonly FunctionName?: string }).FunctionName?.includes('-ListDifferences') === true &&
  !principal.arn.includes('Reconcile');

/** What does not come for a while. */
export class Silences {
  readonly #world: SimulatedWorld;
  readonly #ends = new Set<() => void>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** From now on nothing of the kind comes for so many milliseconds. */
  begin(of: Silence, lasts: number): void {
    const { cloud, clock } = this.#world;
    const isMeant = of === 'notices' ? isNotice : isSweep;
    const lost = of === 'notices' ? { MessageId: 'lost' } : { StatusCode: 202 };
    const end = cloud.intercept((call, next) => (isMeant(call) ? Promise.resolve(lost) : next()));
    this.#ends.add(end);
    clock.inBackground(lasts, () => this.#end(end));
  }

  /** Everything is heard of again. */
  endAll(): void {
    for (const end of this.#ends) this.#end(end);
  }

  #end(end: () => void): void {
    if (this.#ends.delete(end)) end();
  }
}
