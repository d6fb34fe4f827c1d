import type {
  DBProxyEndpointStatus,
  DBProxyEndpointTargetRole,
  DBProxyStatus,
  EndpointNetworkType,
  TargetConnectionNetworkType,
  UserAuthConfigInfo,
} from '@aws-sdk/client-rds';
import type { Cloud } from '../../cloud.ts';
import { type Range, within } from '../../random.ts';
import type { NetworkInterfaces } from '../ec2/interfaces.ts';
import type { AddressPair, Subnets } from '../ec2/subnets.ts';
import type { DbCluster, DbInstance } from './databases.ts';
import type { Settings } from './options.ts';

/** One of the machines behind an endpoint of a proxy: an address that comes, serves and goes. */
export interface ProxyNode {
  readonly endpoint: ProxyEndpoint;
  readonly subnetId: string;
  readonly zone: string;
  readonly pair: AddressPair;
  /** Those of the pair that its endpoint's network type has. */
  readonly addresses: readonly string[];
  readonly interfaceId: string;
  /** Whether it could serve; false before its start and after its end. */
  isUp: boolean;
  /** Whether it is kept from serving: an address that never gets healthy. */
  isHeld: boolean;
  /** Whether its addresses are in DNS. */
  isListed: boolean;
  /** Whether it was dismissed or has failed. */
  isEnding: boolean;
  /** Whether its interface is all that is left of it. */
  isOver: boolean;
}

/** Where clients reach a proxy; the first of each proxy is made with it. */
export interface ProxyEndpoint {
  readonly order: number;
  /** The default endpoint has the proxy's name. */
  readonly name: string;
  readonly arn: string;
  readonly proxy: DbProxy;
  readonly isDefault: boolean;
  readonly targetRole: DBProxyEndpointTargetRole;
  readonly networkType: EndpointNetworkType;
  readonly subnetIds: readonly string[];
  groupIds: readonly string[];
  /** Its DNS name. */
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  status: DBProxyEndpointStatus;
  /** In the order in which they were started. */
  readonly nodes: Set<ProxyNode>;
  /** How many replacements found no place, because every zone had failed: they are started when one is restored. */
  missing: number;
}

/** What a proxy hands connections to. */
export interface ProxyTarget {
  readonly kind: 'instance' | 'cluster';
  /** The database's identifier. */
  readonly id: string;
  state: 'REGISTERING' | 'AVAILABLE';
}

/** A proxy. */
export interface DbProxy {
  readonly order: number;
  readonly name: string;
  readonly owner: string;
  readonly arn: string;
  readonly engineFamily: string;
  readonly port: number;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly createdAt: number;
  readonly targetNetworkType: TargetConnectionNetworkType;
  groupIds: readonly string[];
  roleArn: string;
  auth: readonly UserAuthConfigInfo[];
  defaultAuthScheme: string;
  requireTls: boolean;
  /** Seconds. */
  idleClientTimeout: number;
  debugLogging: boolean;
  status: DBProxyStatus;
  updatedAt: number;
  readonly targetGroupArn: string;
  /** The target group's, which is named `default`. */
  readonly targets: ProxyTarget[];
  /** By name, the default one first. */
  readonly endpoints: Map<string, ProxyEndpoint>;
  /** Zones in which no new node is started. */
  readonly failedZones: Set<string>;
}

/** Everything that this RDS knows. Keys are `ACCOUNT NAME`, see {@link keyOf}. */
export interface RdsModel {
  readonly cloud: Cloud;
  readonly settings: Settings;
  readonly interfaces: NetworkInterfaces;
  readonly subnets: Subnets;
  readonly proxies: Map<string, DbProxy>;
  /** By address, from the making of a node's interface until that is gone: a node may outlive its proxy. */
  readonly nodes: Map<string, ProxyNode>;
  readonly instances: Map<string, DbInstance>;
  readonly clusters: Map<string, DbCluster>;
  /** The number of the next record; listings keep this order. */
  nextOrder(): number;
  /** A seeded whole number; a range of one value draws nothing. */
  within(range: Range): number;
  /** What stands in the host names of an account, e.g. `c0ffee123456`. */
  accountCode(account: string): string;
  /** Writes into the journal what became of something. */
  note(what: string, detail?: object): void;
}

/** What the model is made of beside its options. */
export interface Surroundings {
  readonly interfaces: NetworkInterfaces;
  readonly subnets: Subnets;
}

/** An RDS in which nothing is yet. */
export const rdsModel = (cloud: Cloud, settings: Settings, surroundings: Surroundings): RdsModel => {
  let order = 0;
  const codes = new Map<string, string>();
  return {
    cloud,
    settings,
    ...surroundings,
    proxies: new Map(),
    nodes: new Map(),
    instances: new Map(),
    clusters: new Map(),
    nextOrder: () => {
      order += 1;
      return order;
    },
    within: (range) => within(cloud.random, range),
    accountCode: (account) => {
      const code = codes.get(account) ?? `c${cloud.random.hex(11)}`;
      codes.set(account, code);
      return code;
    },
    note: (what, detail) =>
      cloud.journal.write({ kind: 'state', who: 'rds', what, ...(detail === undefined ? {} : { detail }) }),
  };
};

/** Names are an account's own, and are kept in lower case. */
export const keyOf = (account: string, name: string): string => `${account} ${name.toLowerCase()}`;

/** e.g. `arn:aws:rds:us-west-2:123456789012:db-proxy:prx-0abc`. */
export const rdsArn = ({ cloud }: Pick<RdsModel, 'cloud'>, account: string, type: string, id: string): string =>
  `arn:aws:rds:${cloud.region}:${account}:${type}:${id}`;

/** Does something after a time of the range; the task looks whether it is still wanted by then. */
export const later = (model: RdsModel, range: Range, task: () => void): void => {
  model.cloud.clock.after(model.within(range), task);
};
