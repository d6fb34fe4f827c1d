import type { Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { connectionActions } from './actions-connections.ts';
import { endpointActions } from './actions-endpoints.ts';
import { interfaceActions } from './actions-interfaces.ts';
import { notificationActions } from './actions-notifications.ts';
import { permissionActions } from './actions-permissions.ts';
import { privateDnsActions } from './actions-private-dns.ts';
import { serviceActions } from './actions-services.ts';
import { tagActions } from './actions-tags.ts';
import { NetworkInterfaces } from './interfaces.ts';
import { type PrivateLinkParts, partition, privateLink } from './model.ts';
import { endpointNames, privateNames } from './names.ts';
import { type Ec2Options, settingsFrom } from './options.ts';

/** EC2, with what DNS asks of it beside the API. */
export interface Ec2Service extends ServiceDefinition {
  /** Its interface endpoints' names, for DNS and for aliases. */
  readonly names: ReturnType<typeof endpointNames>;
  /** Their private names, for DNS, by the VPC in which somebody asks. */
  privateNames(vpcOf: (vantage: string) => string | undefined): ReturnType<typeof privateNames>;
}

/**
 * PrivateLink, as far as EC2 has it: a provider's endpoint services, allow lists, notifications and answers, and the
 * consumers' endpoints, of as many accounts as call.
 * Beyond that: the network interfaces that other services keep.
 *
 * @example
 * cloud.register(ec2Service(cloud, { readDelay: [0, 2_000], uncertain: { acceptAfterReject: false } }));
 */
export const ec2Service = (
  cloud: Cloud,
  options: Ec2Options = {},
  parts: Partial<PrivateLinkParts> = {},
): Ec2Service => {
  const world = privateLink(cloud, settingsFrom(options), {
    interfaces: new NetworkInterfaces(),
    partition: partition(),
    publicTxt: () => [],
    ...parts,
  });
  return {
    name: 'ec2',
    names: endpointNames(world),
    privateNames: (vpcOf) => privateNames(world, vpcOf),
    actions: {
      ...serviceActions(world),
      ...privateDnsActions(world),
      ...permissionActions(world),
      ...notificationActions(world),
      ...connectionActions(world),
      ...endpointActions(world),
      ...interfaceActions(world),
      ...tagActions(world),
    },
    denied: (message) =>
      new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`, 403),
    notModelled: [
      'DescribeVpcs, DescribeSubnets and everything else of a VPC: ids are checked by shape only.',
      "Gateway, Gateway Load Balancer, Resource, ServiceNetwork and Tunnel endpoints; AWS's own services; ModifyVpcEndpoint.",
      'Gateway Load Balancer endpoint services can be made and listed, but nothing connects to them.',
      'Load balancers, topics and their policies are not looked up when a service or a notification is made.',
      'Private DNS of an endpoint is enabled when it is made, or never; the hosted zone that EC2 keeps for it is not listed, and answers for that name alone.',
      'Which domain can be registered: the TXT record of a private DNS name counts beneath the name and every domain above it, down to two labels.',
      'How EC2 looks for a TXT record: once, by one resolver, some time after it is told to; whether it asks again, or the name servers themselves, AWS does not publish.',
      'Availability Zones: every service is in all three; zonal DNS names.',
      'Endpoint policies are kept and have no effect, which is what they have on endpoint services outside AWS.',
      'The permission vpce:AllowMultiRegion, and whether a region is opted in: an endpoint may be made from any region that the service supports.',
      'Quotas: endpoints for each VPC, services for each account, principals for each service.',
      'Throttling by organization; but for DescribeNetworkInterfaces without filter and page, which has 50 and 10 a second, all Describe calls share one bucket of 100 and 20 a second.',
      'Network interfaces of endpoints, functions and load balancers: those of RDS proxies only. Filters by attachment, association, MAC address and tag.',
      'The state `partial`; notifications that turn `Disabled`; PayerResponsibilities.',
      'Eventual reads of services, permissions, notifications and tags: only endpoints, connections and network interfaces lag.',
      'Allow-list entries for organizational units and services are kept and match nobody.',
      'The 503 Unavailable that a consumer may meet in the first moments of a new service.',
    ],
  };
};
