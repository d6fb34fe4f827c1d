import type { Effect } from './mode.ts';

/** What is to be done with a request that is waiting. */
export type Verdict = 'accept' | 'reject' | 'hold';

/** Why: a stable code that policies, portals and tests may rely on. */
export const REASON_CODES = [
  'entitled',
  'service-unregistered',
  'requester-unknown',
  'requester-ambiguous',
  'entry-unreadable',
  'customer-suspended',
  'region-not-covered',
  'contract-not-begun',
  'contract-ended',
  'approval-needed',
  'quota-reached',
  'denied',
  'hold-expired',
  'registry-frozen',
  'paused',
] as const;

/** One of {@link REASON_CODES}. */
export type ReasonCode = (typeof REASON_CODES)[number];

/** The verdict for each reason unless the service's entry says otherwise. Doubt holds; it never rejects. */
export const DEFAULT_VERDICTS: Readonly<Record<ReasonCode, Verdict>> = {
  entitled: 'accept',
  'service-unregistered': 'hold',
  'requester-unknown': 'reject',
  'requester-ambiguous': 'hold',
  'entry-unreadable': 'hold',
  'customer-suspended': 'reject',
  'region-not-covered': 'hold',
  'contract-not-begun': 'hold',
  'contract-ended': 'hold',
  'approval-needed': 'hold',
  'quota-reached': 'hold',
  denied: 'reject',
  'hold-expired': 'hold',
  'registry-frozen': 'hold',
  paused: 'hold',
};

/** How long a request is held where the service's entry does not say: two weeks are a person's holiday. */
export const DEFAULT_HOLD_DAYS = 14;

/** Reasons that are ours, not the requester's: nobody is rejected for a lack of information. */
export const DOUBTS: ReadonlySet<ReasonCode> = new Set([
  'service-unregistered',
  'requester-ambiguous',
  'entry-unreadable',
  'registry-frozen',
  'paused',
]);

/** The outcome of one rule, in the order in which the rules were asked. */
export interface RuleOutcome {
  /** The rule's name: `customer-status`. */
  readonly rule: string;
  readonly passed: boolean;
  /** Why it failed; absent where it passed. */
  readonly code?: ReasonCode;
  /** The value that it looked at, in words. */
  readonly saw: string;
}

/** How long a held request waits. */
export interface Hold {
  /** The end, ISO 8601 in UTC: what happens then is for the reason `hold-expired` to say. */
  readonly until: string;
  /** Seconds until it is decided again without anybody asking; at least 1. */
  readonly seconds: number;
}

/** A verdict that explains itself. */
export interface Decision {
  readonly verdict: Verdict;
  /** The reason that decided. */
  readonly code: ReasonCode;
  /** One sentence that can be forwarded to the customer as it is, with what to do. */
  readonly sentence: string;
  /** The part of the sentence that says what the customer can do. */
  readonly action: string;
  /** Rule by rule. */
  readonly rules: readonly RuleOutcome[];
  /** The customer that the request was matched to; absent where none or several matched. */
  readonly customerId?: string;
  /** What a person's approval would release. Absent where the request is not held for a person. */
  readonly proposed?: Effect;
  /** The service is watched only: nobody acts on this verdict. */
  readonly isObserved: boolean;
  /** Absent where nobody waits: the verdict is no hold, or its deadline has passed. */
  readonly hold?: Hold;
}
