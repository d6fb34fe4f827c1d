import type { AlarmName, DnsRecord, FailoverRouting, RecordHome } from './dns-record.ts';
import type { Mode, Pause } from './mode.ts';

/** Who did something to a record, and why. */
export interface Word {
  /** The ARN of the person, or `health`. */
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What the ledger of the standby region knows of a record. */
export interface FailoverState {
  /** Counts the writes; 0 = there was none. Whoever decided on another one decides again. */
  readonly version: number;
  /** Route 53's health checks of a failover record, and what they were made of when they were written last: {@link madeOf}. */
  readonly checks?: {
    readonly health: string;
    readonly latch: string;
    readonly primary: string;
    readonly made?: string;
  };
  /** When the primary was first seen well: before that, its alarm moves nothing. */
  readonly armedAt?: string;
  /** The alarm that said so, as {@link alarmText} has it: another one arms anew. */
  readonly armedBy?: string;
  /** The latch: the primary is not answered for, whatever its health, until a person says so. */
  readonly engaged?: Word;
  /** The latch was let go, and the answer is not known to be the primary's yet. */
  readonly released?: Word;
  /** Weights that a person set in place of the entry's. */
  readonly weights?: Readonly<Record<string, number>>;
  /** A person said that what the zone had is ours. */
  readonly adopted?: Word;
  /** The addresses that its sides were written with, sorted; aliases have none. */
  readonly applied?: Readonly<Record<string, readonly string[]>>;
  /** Where it is written, and since when, ISO 8601: what is to leave once its entry is gone. */
  readonly written?: Omit<RecordHome, 'recordId'> & { readonly at: string };
  /** A person took its entry away: what is written is to leave. */
  readonly leaving?: Word;
}

/** An alarm as it is written down: `us-west-2/orders-sick`. */
export const alarmText = ({ name, region }: AlarmName): string => `${region}/${name}`;

/** Whether the primary was seen well by the alarm that the record goes by now: one that never said so may be wired wrongly. */
export const isArmed = ({ armedAt, armedBy }: FailoverState, { health }: Pick<FailoverRouting, 'health'>): boolean =>
  armedAt !== undefined && armedBy === alarmText(health);

/** Whether PRIMARY's own check goes by its alarm: not before it was armed, and not where only a person fails over. */
export const goesByHealth = (state: FailoverState, routing: FailoverRouting): boolean =>
  isArmed(state, routing) && routing.engages !== 'manual-armed';

/** What the health checks of a record are to be made of, in words: where the state says otherwise, they are due. */
export const madeOf = (state: FailoverState, routing: FailoverRouting): string =>
  `${alarmText(routing.health)}${goesByHealth(state, routing) ? ' and the latch' : ', for the latch alone'}`;

/** A record that nobody ever touched. */
export const NO_STATE: FailoverState = { version: 0 };

/** What an alarm says, and since when, ISO 8601; `unreadable` where its region does not answer. */
export type AlarmReading =
  | { readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'; readonly since: string }
  | { readonly state: 'unreadable' };

/** What DNS answers for a record where its client is. */
export type Answered =
  | 'primary'
  | 'secondary'
  /** Something that neither side has, or both have. */
  | 'neither'
  /** Nothing, or nobody can look from where the client is. */
  | 'unknown';

/** In a shift's place for weights: the entry's own. */
export const AS_ENTERED = 'as-entered';

/** Who wants what of a record. */
export type Request =
  /** Bring its record sets in line: peacetime. */
  | { readonly action: 'converge' }
  /** Something may have happened to its primary: see that a failover stays one. Calls Route 53 for nothing. */
  | { readonly action: 'follow' }
  | { readonly action: 'failover'; readonly by: string; readonly reason: string; readonly force?: boolean }
  | { readonly action: 'failback'; readonly by: string; readonly reason: string; readonly force?: boolean }
  | {
      readonly action: 'shift';
      readonly by: string;
      readonly reason: string;
      /** Those of the sides that it names; or all of them as the entry has them: what was set is forgotten. */
      readonly weights: Readonly<Record<string, number>> | typeof AS_ENTERED;
    };

/** All that the next step depends on. */
export interface FailoverSituation {
  readonly record: DnsRecord;
  readonly state: FailoverState;
  readonly mode: Mode;
  readonly paused?: Pause;
  readonly health: AlarmReading;
  readonly readiness: AlarmReading;
  readonly answered: Answered;
  /** ISO 8601. */
  readonly now: string;
}

/** What a run writes of a record into the ledger. */
export type Written = 'engaged' | 'released' | 'shifted' | 'armed';

/** What this run did so far. */
export interface Progress {
  /** When it began, ISO 8601. */
  readonly since: string;
  /** What it wrote into the ledger, and when, ISO 8601. */
  readonly wrote?: { readonly what: Written; readonly at: string };
  readonly isPromoted: boolean;
  readonly isConverged: boolean;
}

/** What to do next. */
export type FailoverStep =
  /** Bring the zone and the health checks in line: the one step that calls Route 53. */
  | { readonly step: 'converge'; readonly because: string }
  | {
      readonly step: 'write';
      readonly what: Written;
      readonly state: FailoverState;
      readonly because: string;
    }
  /** Somebody promotes and fences, and says so. */
  | { readonly step: 'promote'; readonly because: string }
  | { readonly step: 'wait'; readonly seconds: number; readonly because: string }
  | { readonly step: 'done'; readonly outcome: Outcome; readonly because: string; readonly state?: FailoverState }
  | { readonly step: 'refuse'; readonly because: string };

/** How a run ended. */
export type Outcome =
  | 'nothing'
  | 'converged'
  | 'armed'
  | 'engaged'
  | 'failed-over'
  | 'failed-back'
  | 'shifted'
  | 'removed'
  | 'unconfirmed';
