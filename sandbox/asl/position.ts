import type { Branch } from './branch.ts';
import type { Json } from './definition.ts';

/** The branches of a Parallel state's latest attempt, or the iterations of a Map state's. */
export interface InnerAttempt {
  /** The id of its `ParallelStateStarted` or `MapStateStarted`. */
  readonly startedId: number;
  /** By their place; those that never began are missing. */
  readonly branches: (Branch | undefined)[];
  /** A Map state's. */
  readonly items?: readonly Json[];
}

/** A stay in a state, as far as it got. */
export interface Stay {
  readonly kind: 'in';
  readonly state: string;
  readonly input: Json;
  readonly enteredId: number;
  /** Milliseconds since the epoch. */
  readonly enteredTime: number;
  inner?: InnerAttempt | undefined;
}

/**
 * How far a branch got, which is where a redrive goes on: before a state, in one, after its last.
 * https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export type Position =
  | { readonly kind: 'before'; readonly state: string; readonly input: Json }
  | Stay
  | { readonly kind: 'after'; readonly output: Json };

/** What a branch gave that had come to its end, in a list: an output may itself be null. */
export const outputOf = (branch: Branch | undefined): readonly [Json] | undefined =>
  branch?.position?.kind === 'after' ? [branch.position.output] : undefined;
