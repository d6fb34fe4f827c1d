import type { DnsOptions } from '../../dns/options.ts';
import type { Elbv2Options } from '../../services/elbv2/options.ts';
import type { RdsOptions } from '../../services/rds/options.ts';

/** An RDS proxy of a world. */
export interface EstateProxy {
  /** `p1`. */
  readonly name: string;
  /** In so many zones it may have nodes. */
  readonly zones: 2 | 3;
  /** Its additional endpoints: `ro`. */
  readonly endpoints: readonly string[];
}

/** A plain host name of a world. */
export interface EstateHost {
  /** `h1`. */
  readonly name: string;
  /** What it leads to in the beginning. */
  readonly addresses: readonly string[];
}

/** A target group with its network load balancer. */
export interface EstateGroup {
  /** `g1`. */
  readonly name: string;
  /** Whether every node of the load balancer sends to every zone, and whose attribute says so. */
  readonly isCrossZone: boolean;
  readonly saidBy: 'group' | 'balancer';
  /** For so many seconds a target drains. */
  readonly drains: number;
}

/** A binding of a world: what it is entered with. */
export interface EstateBinding {
  /** `b1`. */
  readonly name: string;
  /** The endpoint service whose modes and pauses it goes by, by its name. */
  readonly service: string;
  readonly group: string;
  readonly port: number;
  /** `p1`, its additional endpoint `p1/ro`, or `h1`. */
  readonly source: string;
  readonly minHealthy?: number;
  readonly maxRemovalRatio?: number;
  readonly missesBeforeRemoval?: number;
  readonly healthyWithinSeconds?: number;
}

/** What is behind load balancers in a world, and what follows it. */
export interface Estate {
  readonly proxies: readonly EstateProxy[];
  readonly hosts: readonly EstateHost[];
  readonly groups: readonly EstateGroup[];
  readonly bindings: readonly EstateBinding[];
  /** What AWS does where its documents leave it open, or where it is slow. */
  readonly elbv2: Pick<Elbv2Options, 'registering' | 'readDelay' | 'limits' | 'uncertain'>;
  readonly rds: Partial<RdsOptions>;
  readonly dns: Partial<DnsOptions>;
}

/** What happens to a proxy by itself. */
export type ProxyEvent =
  /** Its oldest nodes are replaced; all of them one after the other; all of them at once. */
  | 'rotate-one'
  | 'rotate-all'
  | 'rotate-at-once'
  /** All are replaced by nodes that never serve. */
  | 'rotate-barren'
  /** It has so many nodes from now on. */
  | 'scale'
  /** A zone fails, or is back. */
  | 'fail-zone'
  | 'restore-zone'
  /** A node stops serving, and DNS names it still. */
  | 'die'
  /** Whoever stopped serving goes on. */
  | 'revive';

/** Something that happens to what is behind load balancers, or that people do about it. */
export type TargetsDeed =
  | {
      readonly deed: 'proxy';
      readonly proxy: string;
      readonly event: ProxyEvent;
      /** Of `scale`: how many nodes an endpoint has; else which zone or node it is, counted from 0. */
      readonly number: number;
    }
  /** A host name leads elsewhere. */
  | { readonly deed: 'host'; readonly host: string; readonly addresses: readonly string[] }
  /** A person registers a target by hand, deregisters one, or says that it is ours. A number names the n-th one that is registered. */
  | {
      readonly deed: 'target';
      readonly action: 'register' | 'deregister' | 'adopt';
      readonly binding: string;
      readonly address: string | number;
      /** @default the binding's */
      readonly port?: number;
    }
  /** A person enters the binding again, or takes it away. */
  | { readonly deed: 'bind'; readonly binding: string; readonly isBound: boolean }
  /** An operator starts the workflow by hand. */
  | { readonly deed: 'refresh'; readonly binding: string; readonly input: 'right' | 'settle' | 'dry' | 'wrong' };

const DEEDS: readonly string[] = [
  'proxy',
  'host',
  'target',
  'bind',
  'refresh',
] satisfies readonly TargetsDeed['deed'][];

/** Whether a deed is about what is behind load balancers. */
export const isTargetsDeed = <Other extends { readonly deed: string }>(
  deed: Other | TargetsDeed,
): deed is TargetsDeed => DEEDS.includes(deed.deed);

/** A deed in a few words: `p1: rotate-all`. */
export const targetsDeedWords = (deed: TargetsDeed): string => {
  switch (deed.deed) {
    case 'proxy':
      return `${deed.proxy}: ${deed.event}${['scale', 'fail-zone', 'restore-zone', 'die'].includes(deed.event) ? ` ${deed.number}` : ''}`;
    case 'host':
      return `${deed.host} leads to ${deed.addresses.join(', ')}`;
    case 'target': {
      const which = typeof deed.address === 'number' ? `target ${deed.address}` : deed.address;
      return `a person ${deed.action}s ${which}${deed.port === undefined ? '' : ` port ${deed.port}`} at ${deed.binding}`;
    }
    case 'bind':
      return `a person ${deed.isBound ? 'enters' : 'takes away'} ${deed.binding}`;
    case 'refresh':
      return `an operator starts refresh-targets for ${deed.binding} (${deed.input} input)`;
  }
};

/** What is set up, a line each. */
export const estateLines = ({ proxies, hosts, groups, bindings, elbv2, rds, dns }: Estate): readonly string[] => [
  ...proxies.map(
    ({ name, zones, endpoints }) =>
      `${name}: a proxy in ${zones} zones${endpoints.length === 0 ? '' : ` with ${endpoints.join(', ')}`}`,
  ),
  ...hosts.map(({ name, addresses }) => `${name}: a host at ${addresses.join(', ')}`),
  ...groups.map(
    ({ name, isCrossZone, saidBy, drains }) =>
      `${name}: a target group, cross-zone ${isCrossZone ? 'on' : 'off'} by the ${saidBy}, drains ${drains} s`,
  ),
  ...bindings.map(({ name, service, group, port, source, ...more }) => {
    const set = Object.entries(more).map(([key, value]) => `, ${key} ${value}`);
    return `${name}: ${group} port ${port} follows ${source}, of ${service}${set.join('')}`;
  }),
  ...Object.entries({ elbv2, rds, dns }).flatMap(([name, options]) =>
    Object.keys(options).length === 0 ? [] : [`${name}: ${JSON.stringify(options)}`],
  ),
];
