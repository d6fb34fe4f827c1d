import type { LastWord } from './approval.ts';
import type { Connection } from './connection.ts';
import type { Answer, Modes, Pause } from './mode.ts';
import type { Customer, Entitlement, Reading, ServiceEntry } from './registry.ts';

/** A customer whom the registry names for a request, with all that is known of it. */
export interface Candidate {
  readonly customerId: string;
  /** By the endpoint's id, which the customer claimed, or by the account that owns the endpoint. */
  readonly matchedBy: 'endpoint' | 'account';
  readonly customer: Reading<Customer>;
  readonly entitlement: Reading<Entitlement>;
  readonly places: Places;
}

/** The places under an entitlement's `maxEndpoints`, as the ledger has them. */
export interface Places {
  readonly taken: number;
  /** Whether this endpoint has one of them already. */
  readonly mine: boolean;
}

/** All that a decision depends on: the same situation gives the same decision. */
export interface Situation {
  readonly connection: Connection;
  /** The service's own region. */
  readonly serviceRegion: string;
  readonly service: Reading<ServiceEntry>;
  /** Everyone whom the registry names for this request. */
  readonly candidates: readonly Candidate[];
  /** How far the Concierge goes by itself for this service. */
  readonly modes: Pick<Modes, Answer>;
  /** A person said that nothing is to be written on AWS for now. */
  readonly paused?: Pause;
  /** Why it is not believed that the registry lacks what it lacks, in words: it shrank, or came from a backup. */
  readonly distrust?: string;
  /** What a person said since the request is held, with what was proposed to that person. */
  readonly approval?: LastWord;
  /** Since when the request is held without a break, ISO 8601 in UTC. Absent where it is not. */
  readonly heldSince?: string;
  /** ISO 8601, UTC. */
  readonly now: string;
}
