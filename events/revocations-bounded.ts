import { EVENT_SOURCE } from './source.ts';

/** The detail-type; `workflows/revoke-connection.asl.json` holds the same, and a test compares them. */
export const REVOCATIONS_BOUNDED = 'Revocations Bounded';

/** Matches {@link RevocationsBounded} on the bus. */
export const REVOCATIONS_BOUNDED_PATTERN = { source: [EVENT_SOURCE], detailType: [REVOCATIONS_BOUNDED] };

/** The event's detail: of a service no more may be disconnected today, though more are not entitled. Once for each service and day. */
export interface RevocationsBounded {
  readonly schemaVersion: 1;
  readonly serviceId: string;
  /** In UTC: `2026-11-23`. */
  readonly day: string;
  /** How many may be disconnected on that day. */
  readonly max: number;
  /** The first that stays. */
  readonly vpcEndpointId: string;
  /** For who reads it. */
  readonly sentence: string;
  readonly executionArn: string;
}
