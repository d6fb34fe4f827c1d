import type { IpAddressType, ServiceConnectivityType, State, Tag } from '@aws-sdk/client-ec2';
import { type Cloud, PROVIDER_ACCOUNT } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import { type Range, within } from '../../random.ts';
import { Buckets } from '../buckets.ts';
import { ec2Limits } from './buckets.ts';
import type { NetworkInterfaces } from './interfaces.ts';
import type { Settings } from './options.ts';
import type { PrivateDns, PublicTxt } from './private-dns.ts';

/**
 * The nine states as they travel, e.g. `pendingAcceptance`: the SDK's enumeration is in PascalCase, the wire is not
 * (see the sample response of DescribeVpcEndpointConnections in the EC2 API reference).
 */
export type WireState = Uncapitalize<State>;

/** Tags by key, in the order in which they were set. */
export type Tags = Map<string, string>;

/** One entry of a service's allow list. */
export interface Permit {
  readonly order: number;
  /** `vpce-svc-perm-…`. */
  readonly id: string;
  /** `*`, an ARN or a service's name. */
  readonly principal: string;
  readonly tags: Tags;
}

/** An endpoint service of a provider: VpcEndpointServiceConfiguration. */
export interface EndpointService {
  readonly order: number;
  /** `vpce-svc-…`. */
  readonly id: string;
  /** `com.amazonaws.vpce.us-west-2.vpce-svc-…`. */
  readonly name: string;
  /** Where it lives. */
  readonly region: string;
  readonly owner: string;
  state: 'Available' | 'Deleting';
  acceptanceRequired: boolean;
  readonly kind: 'Interface' | 'GatewayLoadBalancer';
  loadBalancerArns: string[];
  ipAddressTypes: ServiceConnectivityType[];
  /** Regions other than its own, with `Available` or `Closed`. */
  readonly regions: Map<string, 'Available' | 'Closed'>;
  privateDns: PrivateDns | undefined;
  readonly permits: Map<string, Permit>;
  readonly tags: Tags;
}

/** What was true of a connection from `at` on; `undefined` = it is not known any more. */
interface Moment {
  readonly at: number;
  readonly state: WireState | undefined;
}

/** A consumer's endpoint and the provider's connection: one record, two views. */
export interface Connection {
  readonly order: number;
  /** `vpce-…`. */
  readonly id: string;
  /** `vpce-con-…`: the provider's name for it. */
  readonly connectionId: string;
  readonly serviceId: string;
  readonly serviceName: string;
  /** Where the service is. */
  readonly serviceRegion: string;
  /** The consumer's account. */
  readonly owner: string;
  readonly requester: Principal;
  /** Where the endpoint is. */
  readonly region: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly networkInterfaceIds: readonly string[];
  readonly ipAddressType: IpAddressType;
  /** The service's private DNS name, where the endpoint has it: `PrivateDnsEnabled`. What becomes of the name later changes nothing. */
  readonly privateName: string | undefined;
  readonly policyDocument: string;
  readonly dnsName: string;
  readonly createdAt: number;
  /** The truth, which writes see. */
  state: WireState;
  /** All states so far, oldest first, for reads that lag. */
  readonly history: Moment[];
  /** Stops what the present state is waiting for. */
  cancel: () => void;
  /** The consumer's tags. */
  readonly tags: Tags;
  /** The provider's tags. */
  readonly connectionTags: Tags;
}

/** A connection notification: which events go to which topic. */
export interface Notification {
  readonly order: number;
  /** `vpce-nfn-…`. */
  readonly id: string;
  readonly owner: string;
  /** What it watches: a service's id (provider) or an endpoint's id (consumer). */
  readonly about: { readonly serviceId: string } | { readonly endpointId: string };
  topicArn: string;
  events: string[];
}

/** The EC2s of all regions, which find each other's services and endpoints. A connection is kept where its service is. */
export interface Partition {
  readonly regions: PrivateLink[];
  /** The number of the next record of any region. */
  order: number;
}

/** A partition without a region. */
export const partition = (): Partition => ({ regions: [], order: 0 });

/** Everything that the EC2 of one region knows. */
export interface PrivateLink {
  readonly cloud: Cloud;
  readonly region: string;
  /** Those of all regions of the world that were used so far, this one among them. */
  readonly everywhere: readonly PrivateLink[];
  readonly settings: Settings;
  readonly buckets: Buckets;
  readonly services: Map<string, EndpointService>;
  readonly connections: Map<string, Connection>;
  readonly notifications: Map<string, Notification>;
  readonly interfaces: NetworkInterfaces;
  /** How EC2 looks for TXT records. */
  readonly publicTxt: PublicTxt;
  /** What was made for a client token: the request's text and the id of what it made. */
  readonly made: Map<string, { readonly request: string; readonly id: string }>;
  /** The number of the next record; listings keep this order. */
  nextOrder(): number;
  /** A fresh id, e.g. `newId('vpce-')` = `vpce-0` and 16 hexadecimal digits. */
  newId(prefix: string): string;
  /** A seeded whole number; a range of one value draws nothing. */
  within(range: Range): number;
}

/** What the EC2 of a region is made of. */
export interface PrivateLinkParts {
  readonly interfaces: NetworkInterfaces;
  readonly partition: Partition;
  readonly publicTxt: PublicTxt;
}

/** A region without endpoint services. */
export const privateLink = (cloud: Cloud, settings: Settings, parts: PrivateLinkParts): PrivateLink => {
  const { interfaces, partition: all, publicTxt } = parts;
  const world: PrivateLink = {
    cloud,
    region: cloud.region,
    everywhere: all.regions,
    settings,
    buckets: new Buckets(ec2Limits, settings.throttling, PROVIDER_ACCOUNT, () => cloud.clock.now()),
    services: new Map(),
    connections: new Map(),
    notifications: new Map(),
    interfaces,
    publicTxt,
    made: new Map(),
    nextOrder: () => {
      all.order += 1;
      return all.order;
    },
    newId: (prefix) => `${prefix}0${cloud.random.hex(16)}`,
    within: (range) => within(cloud.random, range),
  };
  all.regions.push(world);
  return world;
};

/** e.g. `arn:aws:ec2:us-west-2:123456789012:vpc-endpoint-service/vpce-svc-0abc`. */
export const ec2Arn = (region: string, account: string, type: string, id: string): string =>
  `arn:aws:ec2:${region}:${account}:${type}/${id}`;

/** For the SDK's types, see {@link WireState}. */
export const asSdkState = (state: WireState): State => state as string as State;

/** The tags as the SDK has them. */
export const tagList = (tags: Tags): Tag[] => [...tags].map(([Key, Value]) => ({ Key, Value }));
