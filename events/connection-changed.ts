import { EVENT_SOURCE } from './source.ts';

const DETAIL_TYPE = 'Connection Changed';

/** Matches {@link ConnectionChanged} on the bus. */
export const CONNECTION_CHANGED_PATTERN = { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE] };

/**
 * The event's detail: a connection is in a state that no run of ours brought about. Its consumer deleted the endpoint, or a person answered
 * the request by hand. Ids only, as with a request.
 */
export interface ConnectionChanged {
  readonly detailType: typeof DETAIL_TYPE;
  readonly schemaVersion: 1;
  readonly serviceId: string;
  readonly vpcEndpointId: string;
}

/** The detail for one endpoint. */
export const connectionChanged = (endpoint: {
  readonly serviceId: string;
  readonly vpcEndpointId: string;
}): ConnectionChanged => ({
  detailType: DETAIL_TYPE,
  schemaVersion: 1,
  serviceId: endpoint.serviceId,
  vpcEndpointId: endpoint.vpcEndpointId,
});
