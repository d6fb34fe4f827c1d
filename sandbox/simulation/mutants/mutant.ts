import type { Leaning } from '../leanings.ts';

/** What a mutant is about: the five that no world may let pass, or something else. */
export type Touches = 'accept' | 'reject' | 'revoke' | 'place' | 'release' | 'other';

/** Somebody edits a source: every function that it is part of is bundled again, with this text replaced. */
export interface SourceChange {
  /** In the project: `functions/domain/rules.ts`. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** A state as a change may write it; its fields are those of the Amazon States Language. */
export type MutableState = Record<string, unknown>;

/** The workflows, by their constructs' ids. */
export type WorkflowName = 'AdmitConnection' | 'RevokeConnection' | 'Reconcile' | 'RefreshTargets' | 'UpdateFailover';

/** Somebody edits a workflow. */
export interface WorkflowChange {
  readonly workflow: WorkflowName;
  /** Anywhere in the definition: in a Map's or a branch's states too. */
  readonly state: string;
  readonly change: (state: MutableState) => void;
}

/** One mistake that somebody might make, applied to what is built. */
export interface Mutant {
  /** A short sentence of what is wrong: `a place is taken without its condition`. No other has it. */
  readonly name: string;
  readonly touches: Touches;
  readonly change: SourceChange | WorkflowChange;
  /** The guard that stands behind the first one, taken away too: one alone costs nothing but time. */
  readonly also?: SourceChange | WorkflowChange;
  /** What the worlds lean to that it is looked for in. @default that of its kind, in `all.ts` */
  readonly leaning?: Leaning;
  /** The promise that is broken by it, by its name, where enough worlds are played; absent where it {@link survives}. */
  readonly seenBy?: string;
  /** Why worlds can't tell it from the right thing. Absent = it must be caught. */
  readonly survives?: string;
}
