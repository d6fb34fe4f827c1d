import {
  AcceptVpcEndpointConnectionsCommand,
  type EC2Client,
  paginateDescribeVpcEndpointConnections,
  RejectVpcEndpointConnectionsCommand,
  type VpcEndpointConnection,
} from '@aws-sdk/client-ec2';
import { type Connection, parseConnectionState } from '../domain/connection.ts';
import { malformed } from '../domain/errors.ts';
import { calling } from './errors.ts';

/** EC2 takes up to 200 values in a filter. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
export const MAX_FILTER_VALUES = 200;

/**
 * Reads the connections of these endpoints, all pages, in one call for up to {@link MAX_FILTER_VALUES} ids. An endpoint that EC2
 * does not list (yet, or any more) is missing from the answer; that is no error.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html
 *
 * @param region - of the service: what EC2 leaves out of a connection means the service's own region.
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readConnections = async (
  ec2: EC2Client,
  endpointIds: readonly string[],
  region: string,
): Promise<readonly Connection[]> => {
  const connections: Connection[] = [];
  for (let start = 0; start < endpointIds.length; start += MAX_FILTER_VALUES) {
    const Values = endpointIds.slice(start, start + MAX_FILTER_VALUES);
    await calling('describe connections', async () => {
      const pages = paginateDescribeVpcEndpointConnections(
        { client: ec2 },
        { Filters: [{ Name: 'vpc-endpoint-id', Values }] },
      );
      for await (const page of pages) {
        for (const item of page.VpcEndpointConnections ?? []) connections.push(toConnection(item, region));
      }
    });
  }
  return connections;
};

const toConnection = (item: VpcEndpointConnection, region: string): Connection => {
  const { ServiceId, VpcEndpointId, VpcEndpointOwner } = item;
  if (ServiceId === undefined || VpcEndpointId === undefined || VpcEndpointOwner === undefined) {
    throw malformed('EC2 described a connection without its service, endpoint or owner.', { item });
  }
  return {
    serviceId: ServiceId,
    endpointId: VpcEndpointId,
    owner: VpcEndpointOwner,
    region: item.VpcEndpointRegion ?? region,
    state: parseConnectionState(item.VpcEndpointState),
    ...(item.CreationTimestamp === undefined ? {} : { createdAt: item.CreationTimestamp.toISOString() }),
    dnsNames: (item.DnsEntries ?? []).flatMap(({ DnsName }) => (DnsName === undefined ? [] : [DnsName])),
  };
};

/** An id on which EC2 did not act, though it answered 200. The codes are undocumented: judge by state. */
export interface Unsuccessful {
  readonly endpointId: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Accepts or rejects endpoints of one service. A failure of single ids throws nothing: it comes back as a list.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptVpcEndpointConnections.html
 *
 * @throws `Throttled`, `Denied`, and EC2's own errors for an unknown service.
 */
export const answerConnections = async (
  ec2: EC2Client,
  verdict: 'accept' | 'reject',
  serviceId: string,
  endpointIds: readonly string[],
): Promise<readonly Unsuccessful[]> => {
  const input = { ServiceId: serviceId, VpcEndpointIds: [...endpointIds] };
  const { Unsuccessful: items } = await calling(`${verdict} connections`, () =>
    verdict === 'accept'
      ? ec2.send(new AcceptVpcEndpointConnectionsCommand(input))
      : ec2.send(new RejectVpcEndpointConnectionsCommand(input)),
  );
  return (items ?? []).map(({ ResourceId, Error: error }) => ({
    endpointId: ResourceId ?? '',
    code: error?.Code ?? 'Unknown',
    message: error?.Message ?? '',
  }));
};
