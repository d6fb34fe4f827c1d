import type { Json } from './definition.ts';

/**
 * The variables that a state sees: its own scope's, then those of the scopes around it. A Map iteration and a Parallel
 * branch each have a scope of their own; an assignment never leaves its scope.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
export class Variables {
  readonly #own = new Map<string, Json>();
  readonly #outer: Readonly<Record<string, Json>>;

  constructor(outer: Readonly<Record<string, Json>> = {}) {
    this.#outer = outer;
  }

  /** All that can be seen from here, as one object. */
  visible(): Readonly<Record<string, Json>> {
    return { ...this.#outer, ...Object.fromEntries(this.#own) };
  }

  /** Gives the variables their new values, all at once. */
  assign(values: Readonly<Record<string, Json>>): void {
    for (const [name, value] of Object.entries(values)) this.#own.set(name, value);
  }

  /** A scope inside this one, which sees what is here now. */
  inner(): Variables {
    return new Variables(this.visible());
  }
}
