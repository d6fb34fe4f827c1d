import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import { rdsErrors } from './errors.ts';
import { requireProxy } from './lookups.ts';
import type { DbProxy, ProxyEndpoint, ProxyNode, RdsModel } from './model.ts';
import { dismissNode, failNode, holdNode, serves, startNode, staying } from './nodes.ts';
import { tellOfProxy } from './notices.ts';

/** How nodes are to be replaced by new ones. */
export interface Rotation {
  /** Of this endpoint only. @default of all endpoints of the proxy */
  readonly endpoint?: string | undefined;
  /** `one` = the oldest node of each endpoint. @default 'all' */
  readonly nodes?: 'one' | 'all' | undefined;
  /** `one-by-one`: the next is replaced once the replacement of the one before is in DNS, and the gap is over. @default 'one-by-one' */
  readonly pace?: 'one-by-one' | 'at-once' | undefined;
  /** Milliseconds. @default 60,000 */
  readonly gap?: number | undefined;
  /** False for replacements that never serve, although DNS lists them and dismisses the old ones. @default true */
  readonly isHealthy?: boolean | undefined;
}

/** How many nodes there shall be. */
export interface Scale {
  /** For each endpoint. */
  readonly nodes: number;
  /** Of this endpoint only. @default of all endpoints of the proxy */
  readonly endpoint?: string | undefined;
}

/** A node as tests and operators see it. */
export interface NodeView {
  readonly endpoint: string;
  readonly addresses: readonly string[];
  readonly zone: string;
  readonly subnetId: string;
  readonly interfaceId: string;
  readonly isServing: boolean;
  readonly isListed: boolean;
  readonly isEnding: boolean;
}

const DEFAULT_GAP = 60_000;

/**
 * What happens to proxies without anybody's call: AWS replaces, adds and removes their nodes, and zones fail. None of it is
 * told of by an event. All proxies are the provider's.
 */
export class ProxyLife {
  readonly #model: RdsModel;

  constructor(model: RdsModel) {
    this.#model = model;
  }

  /** Whether a connection to the address and port is taken: by a node of a proxy, or by a database. */
  isServing(address: string, port: number): boolean {
    const node = this.#model.nodes.get(address);
    if (node !== undefined) return serves(node) && node.endpoint.proxy.port === port;
    return [...this.#model.instances.values()].some(
      (instance) => instance.home.pair.ipv4 === address && instance.port === port && instance.status === 'available',
    );
  }

  /** The zone of an address of the world's subnets, whether or not anybody has it. */
  zoneOf(address: string): string | undefined {
    return this.#model.subnets.zoneOf(address);
  }

  /** The nodes of a proxy, also those of which only the interface is left. @throws AwsError `DBProxyNotFoundFault` */
  nodes(name: string): readonly NodeView[] {
    return this.#endpoints(name).flatMap(({ nodes }) => [...nodes].map(viewOf));
  }

  /**
   * Replaces nodes. A node whose replacement finds no address stays, and one whose replacement fails does so too.
   *
   * @returns the addresses of the replacements that are begun at once.
   * @throws AwsError `DBProxyNotFoundFault`
   */
  rotate(name: string, rotation: Rotation = {}): readonly string[] {
    const { nodes = 'all', pace = 'one-by-one', gap = DEFAULT_GAP } = rotation;
    return this.#endpoints(name, rotation.endpoint).flatMap((endpoint) => {
      const old = staying(endpoint).slice(0, nodes === 'one' ? 1 : undefined);
      if (pace === 'at-once') return old.flatMap((node) => this.#replace(node, rotation));
      return this.#replaceInTurn(old, rotation, gap);
    });
  }

  /**
   * Adds or dismisses nodes, youngest first.
   *
   * @returns the addresses that are added.
   * @throws AwsError `DBProxyNotFoundFault`
   */
  scale(name: string, { nodes, endpoint }: Scale): readonly string[] {
    return this.#endpoints(name, endpoint).flatMap((each) => {
      const present = staying(each);
      for (const node of present.slice(nodes)) dismissNode(this.#model, node);
      return Array.from({ length: Math.max(0, nodes - present.length) }).flatMap(
        () => startNode(this.#model, each)?.addresses ?? [],
      );
    });
  }

  /**
   * A zone fails for a proxy: its nodes there serve no longer at once; DNS and the interfaces follow, and replacements come
   * in other zones. None is started there until {@link restoreZone}.
   *
   * @returns the addresses that are lost.
   * @throws AwsError `DBProxyNotFoundFault`
   */
  failZone(name: string, zone: string): readonly string[] {
    const proxy = this.#proxy(name);
    proxy.failedZones.add(zone);
    this.#model.note(`${proxy.name} zone ${zone} failed`);
    return [...proxy.endpoints.values()].flatMap((endpoint) => {
      const lost = [...endpoint.nodes].filter((node) => node.zone === zone && !node.isOver);
      for (const node of lost) {
        const wasStaying = !node.isEnding;
        failNode(this.#model, node);
        if (!wasStaying) continue;
        this.#model.cloud.clock.after(this.#model.within(this.#model.settings.timings.replacing), () => {
          if (endpoint.status !== 'deleting' && startNode(this.#model, endpoint) === undefined) endpoint.missing += 1;
        });
      }
      return lost.flatMap(({ addresses }) => addresses);
    });
  }

  /** New nodes may be started in the zone again, and those that had no place are. @throws AwsError `DBProxyNotFoundFault` */
  restoreZone(name: string, zone: string): void {
    const proxy = this.#proxy(name);
    proxy.failedZones.delete(zone);
    this.#model.note(`${proxy.name} zone ${zone} restored`);
    for (const endpoint of proxy.endpoints.values()) {
      for (; endpoint.missing > 0; endpoint.missing -= 1) startNode(this.#model, endpoint);
    }
  }

  /**
   * Holds the node at an address from serving, whatever its age, or lets it go on.
   *
   * @returns false where no node has the address.
   */
  serve(address: string, isServing: boolean): boolean {
    const node = this.#model.nodes.get(address);
    if (node === undefined) return false;
    holdNode(this.#model, node, !isServing);
    return true;
  }

  /** The proxy turns clients away: RDS-EVENT-0275. @throws AwsError `DBProxyNotFoundFault` */
  throttle(name: string): void {
    const proxy = this.#proxy(name);
    const message = `RDS throttled some connections to DB Proxy ${proxy.name}. The number of simultaneous connection requests from the client to the proxy has exceeded the limit.`;
    tellOfProxy(this.#model, proxy, '0275', message);
  }

  #proxy(name: string): DbProxy {
    return requireProxy(this.#model, PROVIDER_ACCOUNT, name);
  }

  #endpoints(name: string, endpoint?: string): readonly ProxyEndpoint[] {
    const all = [...this.#proxy(name).endpoints.values()];
    if (endpoint === undefined) return all;
    const named = all.filter((one) => one.name === endpoint);
    if (named.length === 0) throw rdsErrors.unknownEndpoint(endpoint);
    return named;
  }

  /** Begins the replacement of a node, in its zone where that is possible. @returns the new addresses. */
  #replace(old: ProxyNode, { isHealthy }: Rotation, done: () => void = () => undefined): readonly string[] {
    const node = startNode(this.#model, old.endpoint, {
      zone: old.zone,
      isHealthy,
      listed: () => {
        dismissNode(this.#model, old);
        done();
      },
    });
    return node?.addresses ?? [];
  }

  #replaceInTurn([first, ...others]: readonly ProxyNode[], rotation: Rotation, gap: number): readonly string[] {
    if (first === undefined || first.endpoint.status === 'deleting') return [];
    const next = (): void => {
      this.#replaceInTurn(others, rotation, gap);
    };
    if (first.isEnding) return this.#replaceInTurn(others, rotation, gap);
    return this.#replace(first, rotation, () => this.#model.cloud.clock.after(gap, next));
  }
}

const viewOf = (node: ProxyNode): NodeView => ({
  endpoint: node.endpoint.name,
  addresses: node.addresses,
  zone: node.zone,
  subnetId: node.subnetId,
  interfaceId: node.interfaceId,
  isServing: serves(node),
  isListed: node.isListed,
  isEnding: node.isEnding,
});
