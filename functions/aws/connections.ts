import {
  AcceptVpcEndpointConnectionsCommand,
  type DescribeVpcEndpointConnectionsCommandInput,
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

/** The highest MaxResults that EC2 takes. */
const LARGEST_PAGE = 1_000;

/** Which connections to read. */
export interface ConnectionQuery {
  readonly endpointIds: readonly string[];
  /** The services that they ask for, as far as known: what is looked through where EC2 takes no endpoint ids. */
  readonly serviceIds: readonly string[];
  /** The service's own: what EC2 leaves out of a connection means this region. */
  readonly region: string;
}

/** The clients whose EC2 was found to refuse the filter, so that it is not tried again on each read. */
const refusesEndpointFilter = new WeakSet<EC2Client>();

/**
 * Reads the connections of these endpoints, all pages, in one call for up to {@link MAX_FILTER_VALUES} ids. An endpoint that EC2
 * does not list (yet, or any more) is missing from the answer; that is no error.
 *
 * The reference documents the filter `vpc-endpoint-id`; there is word of a server that calls it invalid
 * (https://github.com/hashicorp/terraform-provider-aws/pull/48442). Then the services' connections are read and looked through.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readConnections = async (ec2: EC2Client, query: ConnectionQuery): Promise<readonly Connection[]> => {
  const { endpointIds, serviceIds } = query;
  const read = (name: string, values: readonly string[]) => describeAll(ec2, name, values, query.region);
  if (!refusesEndpointFilter.has(ec2)) {
    try {
      return await read('vpc-endpoint-id', endpointIds);
    } catch (error) {
      if (!isFilterRefusal(error)) throw error;
      refusesEndpointFilter.add(ec2);
    }
  }
  const all = await read('service-id', serviceIds);
  return all.filter(({ endpointId }) => endpointIds.includes(endpointId));
};

/**
 * Reads every connection of the account and region, all pages: what the sweep compares with.
 *
 * @throws `Throttled`, `Denied`, `Malformed`; a listing that broke off is no listing.
 */
export const readAllConnections = async (ec2: EC2Client, region: string): Promise<readonly Connection[]> =>
  describe(ec2, { MaxResults: LARGEST_PAGE }, region);

/**
 * Reads the connections of one service, all pages.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readConnectionsOf = async (
  ec2: EC2Client,
  serviceId: string,
  region: string,
): Promise<readonly Connection[]> => describeAll(ec2, 'service-id', [serviceId], region);

const isFilterRefusal = (error: unknown): boolean =>
  error instanceof Error && ['InvalidFilter', 'InvalidParameterValue'].includes(error.name);

/** No values would mean no filter, and every connection of the account: nothing asked is nothing answered. */
const describeAll = async (
  ec2: EC2Client,
  Name: string,
  values: readonly string[],
  region: string,
): Promise<readonly Connection[]> => {
  const connections: Connection[] = [];
  for (let start = 0; start < values.length; start += MAX_FILTER_VALUES) {
    const Filters = [{ Name, Values: values.slice(start, start + MAX_FILTER_VALUES) }];
    connections.push(...(await describe(ec2, { Filters }, region)));
  }
  return connections;
};

const describe = (
  ec2: EC2Client,
  query: DescribeVpcEndpointConnectionsCommandInput,
  region: string,
): Promise<readonly Connection[]> =>
  calling('describe connections', async () => {
    const connections: Connection[] = [];
    for await (const page of paginateDescribeVpcEndpointConnections({ client: ec2 }, query)) {
      for (const item of page.VpcEndpointConnections ?? []) connections.push(toConnection(item, region));
    }
    return connections;
  });

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
