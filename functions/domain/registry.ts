import type { Verdict } from './verdict.ts';

/** Whether a customer may connect at all. */
export type CustomerStatus = 'active' | 'suspended';

/** A customer, as people know it. */
export interface Customer {
  /** Lower-case letters, digits, hyphens: `acme`. */
  readonly customerId: string;
  /** What people call it. Written by people: never trusted, never interpreted. */
  readonly name: string;
  /** Whom to tell: an e-mail address or a ticket queue. */
  readonly contact?: string;
  readonly status: CustomerStatus;
}

/** How a request under an entitlement gets its yes. */
export type ApprovalKind = 'automatic' | 'manual' | 'first-manual';

/** What one customer may do with one endpoint service. */
export interface Entitlement {
  readonly customerId: string;
  readonly serviceId: string;
  /** Regions from which endpoints are welcome, e.g. `['us-west-2']`. Absent = the service's own region only. */
  readonly regions?: readonly string[];
  /** How many endpoints may live at once; at least 1. */
  readonly maxEndpoints: number;
  /** The contract's first moment, ISO 8601 in UTC, to the second. Absent = it has begun. */
  readonly from?: string;
  /** The first moment after the contract. Absent = no end. */
  readonly until?: string;
  /**
   * What becomes of connections when the contract ends. No new ones either way.
   *
   * @default 'keep'
   */
  readonly whenEnded?: 'keep' | 'revoke';
  readonly approval: ApprovalKind;
}

/** What the provider wants of one endpoint service. */
export interface ServiceEntry {
  readonly serviceId: string;
  /**
   * Whether it was made for the Concierge, which then acts from the first request on, or was there before: then it only watches until
   * somebody sets another mode.
   *
   * @default 'imported'
   */
  readonly origin?: 'created' | 'imported';
  /** How many days a request is held at the most, 1 to 30. @default 14 */
  readonly holdDays?: number;
  /** After how many days a request that waits for a person is brought up again, 1 to 30. @default 3 */
  readonly remindDays?: number;
  /** How many connections may be disconnected by the Concierge in a day in UTC; at least 1. @default 10 */
  readonly maxRevocations?: number;
  /** The same as a share of the service's live connections, above 0, up to 1; one is always within it. @default 0.1 */
  readonly maxRevokedShare?: number;
  /** The verdict for each reason, where it differs from the default. */
  readonly verdicts?: Readonly<Partial<Record<string, Verdict>>>;
}

/** An entry of the registry as it could be read: absent is not unreadable, and neither is a refusal. */
export type Reading<T> =
  | { readonly kind: 'found'; readonly entry: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: string };
