import { later, type ProxyEndpoint, type ProxyNode, type RdsModel } from './model.ts';
import { tellOfProxy } from './notices.ts';

/** How a node is to be started. */
interface Start {
  /** The zone to prefer, where the endpoint has a subnet in it. */
  readonly zone?: string | undefined;
  /** False for a node that never serves although DNS lists it. @default true */
  readonly isHealthy?: boolean | undefined;
  /** Called when its address has come into DNS. */
  readonly listed?: () => void;
}

/** The nodes that stay: neither dismissed nor failed. */
export const staying = (endpoint: ProxyEndpoint): readonly ProxyNode[] =>
  [...endpoint.nodes].filter((node) => !node.isEnding);

/** Whether connections to the node's addresses are taken. */
export const serves = (node: ProxyNode): boolean => node.isUp && !node.isHeld;

/** e.g. `orders 10.0.1.4`: how the journal names a node. */
const named = (node: ProxyNode): string => `${node.endpoint.name} ${node.addresses.join(' ')}`;

const facts = (node: ProxyNode): object => ({
  proxy: node.endpoint.proxy.name,
  zone: node.zone,
  interface: node.interfaceId,
});

/** The endpoint's subnets outside failed zones, the wanted zone first, then where the endpoint has the fewest nodes. */
const candidates = (model: RdsModel, endpoint: ProxyEndpoint, wanted: string | undefined): readonly string[] => {
  const nodesIn = (subnetId: string): number => staying(endpoint).filter((node) => node.subnetId === subnetId).length;
  const away = (subnetId: string): number => (model.subnets.find(subnetId).zone === wanted ? 0 : 1);
  return endpoint.subnetIds
    .filter((id) => !endpoint.proxy.failedZones.has(model.subnets.find(id).zone))
    .sort((a, b) => away(a) - away(b) || nodesIn(a) - nodesIn(b));
};

/**
 * Starts a node: first there is its interface, some moments later it serves, some moments later it is in DNS.
 *
 * @returns `undefined` where every zone has failed, or no subnet has an address left: RDS-EVENT-0243 tells of the latter.
 */
export const startNode = (model: RdsModel, endpoint: ProxyEndpoint, start: Start = {}): ProxyNode | undefined => {
  const { proxy, networkType } = endpoint;
  const { timings, uncertain } = model.settings;
  const wanted = candidates(model, endpoint, start.zone);
  const place = firstOf(wanted, (id) => {
    const pair = model.subnets.take(id);
    return pair === undefined ? undefined : { subnet: model.subnets.find(id), pair };
  });
  if (place === undefined) {
    model.note(`${endpoint.name} has no place for a node`, { proxy: proxy.name });
    if (wanted.length === 0) return undefined;
    tellOfProxy(
      model,
      proxy,
      '0243',
      `RDS couldn't provision capacity for proxy ${proxy.name} because there aren't enough IP addresses available in your subnets: ${endpoint.subnetIds.join(', ')}. To fix the issue, make sure that your subnets have the minimum number of unused IP addresses as recommended in the RDS Proxy documentation.`,
    );
    return undefined;
  }
  const { subnet, pair } = place;
  const ipv4 = networkType === 'IPV6' ? [] : [pair.ipv4];
  const ipv6 = networkType === 'IPV4' ? [] : [pair.ipv6];
  const { id: interfaceId } = model.interfaces.add(
    {
      id: `eni-0${model.cloud.random.hex(16)}`,
      owner: proxy.owner,
      requesterId: 'amazon-rds',
      description:
        uncertain.interfaceDescription === 'convention'
          ? `Network interface for DBProxy ${proxy.name}`
          : 'RDSNetworkInterface',
      vpcId: subnet.vpcId,
      subnetId: subnet.id,
      zone: subnet.zone,
      groupIds: endpoint.groupIds,
      ipv4,
      ipv6,
      status: 'in-use',
    },
    model.cloud.clock.now(),
  );
  const node: ProxyNode = {
    endpoint,
    subnetId: subnet.id,
    zone: subnet.zone,
    pair,
    addresses: [...ipv4, ...ipv6],
    interfaceId,
    isUp: false,
    isHeld: start.isHealthy === false,
    isListed: false,
    isEnding: false,
    isOver: false,
  };
  endpoint.nodes.add(node);
  for (const address of node.addresses) model.nodes.set(address, node);
  model.note(`${named(node)} interface`, facts(node));

  const up = (): void => {
    if (node.isEnding) return;
    node.isUp = true;
    if (serves(node)) model.note(`${named(node)} serves`, facts(node));
  };
  if (uncertain.interfaceServesAtOnce) up();
  else later(model, timings.serving, up);
  later(model, timings.listed, () => {
    if (node.isEnding) return;
    node.isListed = true;
    model.note(`${named(node)} in DNS`, facts(node));
    start.listed?.();
  });
  return node;
};

/** Dismisses a node: it leaves DNS, stops serving, and at last its interface goes. */
export const dismissNode = (model: RdsModel, node: ProxyNode): void => {
  if (node.isEnding) return;
  node.isEnding = true;
  model.note(`${named(node)} dismissed`, facts(node));
  later(model, model.settings.timings.unlisted, () => unlist(model, node));
  later(model, model.settings.timings.stopping, () => stop(model, node));
};

/** A node fails: it serves no longer, and only later do DNS and its interface say so. */
export const failNode = (model: RdsModel, node: ProxyNode): void => {
  if (node.isOver) return;
  node.isEnding = true;
  model.note(`${named(node)} failed`, facts(node));
  stop(model, node);
  later(model, model.settings.timings.failureUnlisted, () => unlist(model, node));
};

/** Holds a node from serving, or lets it go on. */
export const holdNode = (model: RdsModel, node: ProxyNode, isHeld: boolean): void => {
  if (node.isHeld === isHeld) return;
  node.isHeld = isHeld;
  model.note(`${named(node)} ${isHeld ? 'held from serving' : 'free to serve'}`, facts(node));
};

const unlist = (model: RdsModel, node: ProxyNode): void => {
  if (!node.isListed) return;
  node.isListed = false;
  model.note(`${named(node)} out of DNS`, facts(node));
};

const stop = (model: RdsModel, node: ProxyNode): void => {
  if (node.isOver) return;
  node.isOver = true;
  if (node.isUp) model.note(`${named(node)} stopped`, facts(node));
  node.isUp = false;
  later(model, model.settings.timings.lingering, () => {
    unlist(model, node);
    model.interfaces.remove(node.interfaceId, model.cloud.clock.now());
    model.subnets.release(node.subnetId, node.pair);
    node.endpoint.nodes.delete(node);
    for (const address of node.addresses) model.nodes.delete(address);
    model.note(`${named(node)} interface gone`, facts(node));
  });
};

const firstOf = <T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined => {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
};
