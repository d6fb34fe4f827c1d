/** Which call a fault is at. Everything is data: a script can be generated from a seed, shrunk, and kept in a file. */
export interface CallPlace {
  /** The action: `ec2:AcceptVpcEndpointConnections`. */
  readonly on: string;
  /**
   * Which of the calls that fit, counted from the moment the script is put in place; each fault counts for itself. A client's own
   * retries are calls too.
   *
   * @default 1, the next one
   */
  readonly nth?: number | 'every';
  /**
   * Whose calls: a part of the caller's ARN (a function's, role's or state machine's name; an account's id), or of the ARN of the
   * resource that a service acts for.
   *
   * @default those of the stack: its roles, and services that act for it; never what customers and operators do
   */
  readonly by?: string;
  /** About what: text that the call's input holds, e.g. an endpoint's id. @default anything */
  readonly about?: string;
}

/** AWS refuses, and does nothing: the caller sees an error. */
export interface ErrorBefore extends CallPlace {
  readonly kind: 'error-before';
  /** @default the service's own "something went wrong here", a 5xx */
  readonly code?: string;
  /** @default 500, or 400 where a code is given */
  readonly status?: number;
}

/** AWS does it, and the caller never learns. */
export interface LostReply extends CallPlace {
  readonly kind: 'lost-reply';
  /**
   * `error` = the service's own 5xx comes instead; `silence` = nothing comes, and the caller waits until its own time-out. A silent
   * call has no line of its own in the journal, only the fault's.
   *
   * @default 'error'
   */
  readonly how?: 'error' | 'silence';
}

/** AWS says "slow down", by the code that this service says it with, and does nothing. */
export interface Throttle extends CallPlace {
  readonly kind: 'throttle';
}

/** The function that makes the call dies, before AWS does it or after: `Runtime.ExitError`, as when its process is killed. */
export interface Kill extends CallPlace {
  readonly kind: 'kill-before' | 'kill-after';
}

/** The request or the reply is under way for long. A caller may have given up by the time that a late request has its effect. */
export interface Delay extends CallPlace {
  readonly kind: 'delay';
  /** By the world's clock. */
  readonly milliseconds: number;
  /** @default 'request' */
  readonly of?: 'request' | 'reply';
}

/** Somebody stops the execution just as it enters a state: of the state itself nothing is done. */
export interface StopAtState {
  readonly kind: 'stop-at-state';
  /** The state's name: `Answer`. */
  readonly on: string;
  /** Which of the entries that fit. @default 1, the next one */
  readonly nth?: number | 'every';
  /** A part of the execution's ARN, which holds its state machine's name. @default any */
  readonly by?: string;
}

/** A fault at a call. */
export type CallFault = ErrorBefore | LostReply | Throttle | Kill | Delay;

/** One thing that goes wrong in a world. */
export type Fault = CallFault | StopAtState;

/** A fault in a few words, for journals and messages: `kill-after at the 2nd ec2:AcceptVpcEndpointConnections by Answer`. */
export const faultWords = (fault: Fault): string => {
  const { kind, on, nth = 1, by } = fault;
  const which = nth === 'every' ? 'every' : `the ${ordinal(nth)}`;
  const about = 'about' in fault && fault.about !== undefined ? ` about ${fault.about}` : '';
  return `${kind} at ${which} ${on}${by === undefined ? '' : ` by ${by}`}${about}`;
};

const ordinal = (count: number): string => {
  const isTeen = count % 100 > 10 && count % 100 < 14;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
};
