import type { Range } from '../../random.ts';

/**
 * How long things take, in milliseconds. AWS publishes none of these numbers: each is an assumption, and those that begin
 * at the same moment may overtake one another where their ranges overlap.
 */
interface Timings {
  /** `creating` of a proxy. @default 3 to 6 minutes */
  readonly proxyCreating: Range;
  /** `creating` of a further endpoint. @default 1 to 3 minutes */
  readonly endpointCreating: Range;
  /** `modifying` of a proxy or an endpoint. @default 10 to 40 seconds */
  readonly modifying: Range;
  /** `deleting` of a proxy or an endpoint. @default 30 to 90 seconds */
  readonly deleting: Range;
  /** From the making of a node's interface until the node serves. @default 10 to 30 seconds */
  readonly serving: Range;
  /** From the making of a node's interface until its address is in DNS. @default 30 to 60 seconds */
  readonly listed: Range;
  /** From a node's dismissal until its address has left DNS. @default 0 to 5 seconds */
  readonly unlisted: Range;
  /** From a node's dismissal until it stops serving. @default 60 to 120 seconds */
  readonly stopping: Range;
  /** From the moment at which a node stopped serving, or failed, until its interface is gone. @default 1 to 5 minutes */
  readonly lingering: Range;
  /** From a node's failure until its address has left DNS. @default 10 to 60 seconds */
  readonly failureUnlisted: Range;
  /** From a node's failure until its replacement is begun in another zone. @default 30 to 90 seconds */
  readonly replacing: Range;
  /** `creating` of a database instance or cluster. @default 3 to 8 minutes */
  readonly databaseCreating: Range;
  /** A target's `REGISTERING`. @default 10 to 60 seconds */
  readonly registering: Range;
  /** From the begin of a failover until another instance writes. @default 20 to 60 seconds */
  readonly failover: Range;
  /** From the moment at which another instance writes until the endpoint's name says so. @default 0 to 5 seconds */
  readonly failoverListed: Range;
}

/** What AWS does not document. Each has the answer that we assume; what is deployed must bear the others. */
interface Uncertain {
  /** Whether a node serves from the moment at which its interface exists; then `timings.serving` is not asked. @default false */
  readonly interfaceServesAtOnce: boolean;
  /**
   * What an interface of a proxy says of itself. `convention` = `Network interface for DBProxy NAME`, as inventory tools
   * expect (https://github.com/cloud-custodian/cloud-custodian); `other` = the words that databases' interfaces have.
   *
   * @default 'convention'
   */
  readonly interfaceDescription: 'convention' | 'other';
  /**
   * Whether RegisterDBProxyTargets and DeregisterDBProxyTargets are told of, as RDS-EVENT-0213, 0214 and 0215. The table of
   * events speaks of additions and deletions that RDS "detected".
   *
   * @default true
   */
  readonly registrationAnnounced: boolean;
}

/**
 * How events reach the default bus. AWS delivers them at its best effort: lost, twice, late, out of order.
 * See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/working-with-events.html
 */
interface Delivery {
  /** The fraction that is lost. @default 0 */
  readonly lost: number;
  /** The fraction of the others that comes twice, each time after a delay of its own. @default 0 */
  readonly doubled: number;
  /** From what happened to the event; a wide range puts events out of order. @default 1 to 5 seconds */
  readonly delay: Range;
}

/** How RDS behaves in a world. */
export interface RdsOptions {
  readonly timings: Partial<Timings>;
  readonly uncertain: Partial<Uncertain>;
  readonly delivery: Partial<Delivery>;
  /** The nodes of each new endpoint of a proxy. Two are what is seen of small proxies. @default 2 */
  readonly nodes: number;
  /** TTL of a proxy endpoint's name, in seconds. 30 to 60 are seen. @default 30 */
  readonly proxyTtl: number;
  /** TTL of a database's names, in seconds. @default 5, which Aurora's best practices name */
  readonly databaseTtl: number;
  /** Where databases are, in this order. @default three subnets of the default VPC, one for each zone */
  readonly databaseSubnets: readonly string[];
  /** The most records of a page, whatever MaxRecords says: so that a few are more than a page. @default 100 */
  readonly largestPage: number;
}

/** The options with every default filled in. */
export interface Settings extends Omit<RdsOptions, 'timings' | 'uncertain' | 'delivery'> {
  readonly timings: Timings;
  readonly uncertain: Uncertain;
  readonly delivery: Delivery;
}

const second = 1_000;
const minute = 60 * second;
const TIMINGS: Timings = {
  proxyCreating: [3 * minute, 6 * minute],
  endpointCreating: [1 * minute, 3 * minute],
  modifying: [10 * second, 40 * second],
  deleting: [30 * second, 90 * second],
  serving: [10 * second, 30 * second],
  listed: [30 * second, 60 * second],
  unlisted: [0, 5 * second],
  stopping: [60 * second, 120 * second],
  lingering: [1 * minute, 5 * minute],
  failureUnlisted: [10 * second, 60 * second],
  replacing: [30 * second, 90 * second],
  databaseCreating: [3 * minute, 8 * minute],
  registering: [10 * second, 60 * second],
  failover: [20 * second, 60 * second],
  failoverListed: [0, 5 * second],
};

/** Fills in the defaults. */
export const settingsFrom = ({ timings, uncertain, delivery, ...rest }: Partial<RdsOptions> = {}): Settings => ({
  nodes: 2,
  proxyTtl: 30,
  databaseTtl: 5,
  databaseSubnets: ['subnet-0db00000000000001', 'subnet-0db00000000000002', 'subnet-0db00000000000003'],
  largestPage: 100,
  ...rest,
  timings: { ...TIMINGS, ...timings },
  uncertain: {
    interfaceServesAtOnce: false,
    interfaceDescription: 'convention',
    registrationAnnounced: true,
    ...uncertain,
  },
  delivery: { lost: 0, doubled: 0, delay: [1 * second, 5 * second], ...delivery },
});
