import { EVENT_SOURCE } from './source.ts';

const DETAIL_TYPE = 'Connection Requested';

/** Matches {@link ConnectionRequested} on the bus. */
export const CONNECTION_REQUESTED_PATTERN = { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE] };

/** What EC2 said of a request that waits for acceptance: a hint that spares the first decision a read, and no more. */
export interface SeenRequest {
  readonly serviceId: string;
  readonly endpointId: string;
  /** The consumer's account, 12 digits. */
  readonly owner: string;
  readonly region: string;
  readonly state: string;
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
  readonly dnsNames: readonly string[];
  /** When EC2 was asked, ISO 8601 in UTC: it is of use for a minute. */
  readonly readAt: string;
}

/**
 * The event's detail: a customer's endpoint asks to connect. Whoever acts on it reads the truth again.
 *
 * It repeats its own detail-type, by which the pipe names the event: AWS does not say whether a pipe reads such a path before or
 * after a target's input template, so there is no template and either answer is the same.
 */
export interface ConnectionRequested {
  readonly detailType: typeof DETAIL_TYPE;
  readonly schemaVersion: 1;
  readonly serviceId: string;
  readonly vpcEndpointId: string;
  /** Empty where EC2 did not list it: a rule's input takes no field that may be missing. */
  readonly seen: SeenRequest | Readonly<Record<string, never>>;
}

/** The detail for one request. */
export const connectionRequested = (request: {
  readonly serviceId: string;
  readonly vpcEndpointId: string;
  readonly seen?: SeenRequest;
}): ConnectionRequested => ({
  detailType: DETAIL_TYPE,
  schemaVersion: 1,
  serviceId: request.serviceId,
  vpcEndpointId: request.vpcEndpointId,
  seen: request.seen ?? {},
});
