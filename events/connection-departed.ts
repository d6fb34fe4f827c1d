import { EVENT_SOURCE } from './source.ts';

const DETAIL_TYPE = 'Connection Departed';

/** Matches {@link ConnectionDeparted} on the bus. */
export const CONNECTION_DEPARTED_PATTERN = { source: [EVENT_SOURCE], detailType: [DETAIL_TYPE] };

/** The event's detail: a customer's endpoint is on its way out, or was turned away. Ids only, as with a request. */
export interface ConnectionDeparted {
  readonly detailType: typeof DETAIL_TYPE;
  readonly schemaVersion: 1;
  readonly serviceId: string;
  readonly vpcEndpointId: string;
}

/** The detail for one endpoint. */
export const connectionDeparted = (endpoint: {
  readonly serviceId: string;
  readonly vpcEndpointId: string;
}): ConnectionDeparted => ({
  detailType: DETAIL_TYPE,
  schemaVersion: 1,
  serviceId: endpoint.serviceId,
  vpcEndpointId: endpoint.vpcEndpointId,
});
