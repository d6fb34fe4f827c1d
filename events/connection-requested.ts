import { EVENT_SOURCE } from './source.ts';

const DETAIL_TYPE = 'Connection Requested';

/** Matches {@link ConnectionRequested} on the bus. */
export const CONNECTION_REQUESTED_PATTERN = { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE] };

/**
 * The event's detail: a customer's endpoint asks to connect. Ids only: whoever handles it reads the truth again.
 *
 * It repeats its own detail-type, by which the pipe names the event: AWS does not say whether a pipe reads such a path before or
 * after a target's input template, so there is no template and either answer is the same.
 */
export interface ConnectionRequested {
  readonly detailType: typeof DETAIL_TYPE;
  readonly schemaVersion: 1;
  readonly serviceId: string;
  readonly vpcEndpointId: string;
}

/** The detail for one request. */
export const connectionRequested = (request: {
  readonly serviceId: string;
  readonly vpcEndpointId: string;
}): ConnectionRequested => ({
  detailType: DETAIL_TYPE,
  schemaVersion: 1,
  serviceId: request.serviceId,
  vpcEndpointId: request.vpcEndpointId,
});
