import { EVENT_SOURCE } from './source.ts';

/**
 * The detail-types that `admit-connection` publishes, by how a request ended. A portal or CRM subscribes to them.
 * `workflows/admit-connection.asl.json` holds the same table; a test compares them.
 */
export const CONNECTION_ANSWERED_DETAIL_TYPES = {
  accepted: 'Connection Accepted',
  rejected: 'Connection Refused',
  held: 'Connection Held',
  gone: 'Connection Gone',
  overtaken: 'Connection Overtaken',
  failed: 'Connection Failed',
  observed: 'Connection Observed',
  adopted: 'Connection Adopted',
  revoked: 'Connection Revoked',
} as const;

/** Matches every {@link ConnectionAnswered} on the bus. */
export const CONNECTION_ANSWERED_PATTERN = {
  source: [EVENT_SOURCE],
  detailType: Object.values(CONNECTION_ANSWERED_DETAIL_TYPES),
};

/** All that a portal needs to tell the customer. */
export interface ConnectionAnswered {
  readonly schemaVersion: 1;
  readonly serviceId: string;
  readonly vpcEndpointId: string;
  /** The account that owns the endpoint; absent where EC2 never listed it. */
  readonly vpcEndpointOwner?: string;
  readonly customerId?: string;
  readonly outcome: keyof typeof CONNECTION_ANSWERED_DETAIL_TYPES;
  /** The reason's stable code. */
  readonly code: string;
  /** One sentence for the customer, with what to do. */
  readonly sentence: string;
  /** The part of the sentence that says what the customer can do. */
  readonly action: string;
  /** Until when it is held, ISO 8601 in UTC; absent where it is not. */
  readonly until?: string;
  readonly dnsNames: readonly string[];
  /** Which decision on this request it is; with the ids it is the event's identity, for consumers that see it twice. */
  readonly generation: number;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  readonly executionArn: string;
}
