import type { ServiceConfiguration, ServiceDetail, VpcEndpoint, VpcEndpointConnection } from '@aws-sdk/client-ec2';
import {
  asSdkState,
  type Connection,
  type EndpointService,
  type PrivateLink,
  tagList,
  type WireState,
} from './model.ts';

/** AWS's own hosted zones: of `us-west-2.vpce.amazonaws.com`, of `us-east-2.vpce.amazonaws.com`. */
export const VPCE_ZONES: Readonly<Record<string, string>> = {
  'us-west-2': 'Z1YSA3EXCYUU9Z',
  'us-east-2': 'ZC8PG0KIFKBRI',
};

/** A connection as one Describe sees it. */
export interface Seen {
  readonly order: number;
  readonly connection: Connection;
  readonly state: WireState;
}

/** Connections as a read sees them now: each as it was some moments ago, if `readDelay` says so. @param connections @default all */
export const seenNow = (
  world: PrivateLink,
  connections: Iterable<Connection> = world.connections.values(),
): readonly Seen[] => {
  const lag = world.within(world.settings.readDelay);
  const at = world.cloud.clock.now() - lag;
  return [...connections].flatMap((connection) => {
    const state = connection.history.findLast((moment) => moment.at <= at)?.state;
    return state === undefined ? [] : [{ order: connection.order, connection, state }];
  });
};

const dnsEntries = (connection: Connection) => [
  { DnsName: connection.dnsName, HostedZoneId: VPCE_ZONES[connection.serviceRegion] },
];

/** To the consumer the private name is there too; the hosted zone that EC2 keeps for it is nobody's to see. */
const ownDnsEntries = (connection: Connection) => [
  ...dnsEntries(connection),
  ...(connection.privateName === undefined ? [] : [{ DnsName: connection.privateName }]),
];

/** The provider's view: no VPC, no requesting principal, only the account. */
export const connectionView = (world: PrivateLink, { connection, state }: Seen): VpcEndpointConnection => {
  const service = world.services.get(connection.serviceId);
  return {
    ServiceId: connection.serviceId,
    VpcEndpointId: connection.id,
    VpcEndpointOwner: connection.owner,
    VpcEndpointState: asSdkState(state),
    CreationTimestamp: new Date(connection.createdAt),
    DnsEntries: dnsEntries(connection),
    NetworkLoadBalancerArns: [...(service?.loadBalancerArns ?? [])],
    IpAddressType: connection.ipAddressType,
    VpcEndpointConnectionId: connection.connectionId,
    VpcEndpointRegion: connection.region,
    Tags: tagList(connection.connectionTags),
  };
};

/** The consumer's view. */
export const endpointView = ({ connection, state }: Seen): VpcEndpoint => ({
  VpcEndpointId: connection.id,
  VpcEndpointType: 'Interface',
  VpcId: connection.vpcId,
  ServiceName: connection.serviceName,
  State: asSdkState(state),
  PolicyDocument: connection.policyDocument,
  RouteTableIds: [],
  SubnetIds: [...connection.subnetIds],
  Groups: connection.groupIds.map((GroupId) => ({ GroupId, GroupName: GroupId })),
  IpAddressType: connection.ipAddressType,
  PrivateDnsEnabled: connection.privateName !== undefined,
  RequesterManaged: false,
  // The interfaces are made when the connection is; a request has none.
  NetworkInterfaceIds: state === 'pending' || state === 'available' ? [...connection.networkInterfaceIds] : [],
  DnsEntries: ownDnsEntries(connection),
  CreationTimestamp: new Date(connection.createdAt),
  Tags: tagList(connection.tags),
  OwnerId: connection.owner,
  ServiceRegion: connection.serviceRegion,
});

/** A connection as it is at this moment, for what a create action returns. */
export const truthOf = (connection: Connection): Seen => ({
  order: connection.order,
  connection,
  state: connection.state,
});

const serviceMembers = (service: EndpointService) => ({
  ServiceId: service.id,
  ServiceName: service.name,
  ServiceType: [{ ServiceType: service.kind }],
  AvailabilityZones: ['a', 'b', 'c'].map((zone) => `${service.region}${zone}`),
  AcceptanceRequired: service.acceptanceRequired,
  ManagesVpcEndpoints: false,
  BaseEndpointDnsNames: [`${service.id}.${service.region}.vpce.amazonaws.com`],
  SupportedIpAddressTypes: [...service.ipAddressTypes],
  Tags: tagList(service.tags),
  ...(service.privateDns === undefined ? {} : { PrivateDnsName: service.privateDns.name }),
});

/** The owner's view of a service. */
export const configurationView = (service: EndpointService): ServiceConfiguration => ({
  ...serviceMembers(service),
  ServiceState: service.state,
  ...(service.kind === 'Interface'
    ? { NetworkLoadBalancerArns: [...service.loadBalancerArns] }
    : { GatewayLoadBalancerArns: [...service.loadBalancerArns] }),
  SupportedRegions: [...service.regions].map(([Region, ServiceState]) => ({ Region, ServiceState })),
  RemoteAccessEnabled: [...service.regions.values()].includes('Available'),
  ...(service.privateDns === undefined
    ? {}
    : {
        PrivateDnsNameConfiguration: {
          State: service.privateDns.state,
          Type: 'TXT',
          Name: service.privateDns.txtName,
          Value: service.privateDns.txtValue,
        },
      }),
});

/** A consumer's view of a service that it may connect to. */
export const detailView = (service: EndpointService): ServiceDetail => ({
  ...serviceMembers(service),
  ServiceRegion: service.region,
  Owner: service.owner,
  VpcEndpointPolicySupported: false,
  ...(service.privateDns === undefined ? {} : { PrivateDnsNameVerificationState: service.privateDns.state }),
});
