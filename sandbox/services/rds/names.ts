import type { DnsAuthority, HostAddresses } from '../../dns/authority.ts';
import { membersOf } from './databases.ts';
import type { ProxyEndpoint, RdsModel } from './model.ts';

/** A name is known as soon as a node is in DNS; an endpoint that lost all its nodes has a name without addresses. */
const ofEndpoint = (model: RdsModel, endpoint: ProxyEndpoint): HostAddresses | undefined => {
  const listed = [...endpoint.nodes].filter((node) => node.isListed).flatMap(({ addresses }) => addresses);
  if (listed.length === 0 && (endpoint.status === 'creating' || endpoint.status === 'deleting')) return undefined;
  const ipv6 = listed.filter((address) => address.includes(':'));
  return { ipv4: listed.filter((address) => !ipv6.includes(address)), ipv6, ttl: model.settings.proxyTtl };
};

const ofDatabases = (model: RdsModel, name: string): HostAddresses | undefined => {
  const at = (ipv4: readonly string[]): HostAddresses => ({ ipv4, ipv6: [], ttl: model.settings.databaseTtl });
  for (const instance of model.instances.values()) {
    if (instance.host === name) return instance.status === 'creating' ? undefined : at([instance.listed]);
  }
  for (const cluster of model.clusters.values()) {
    if (cluster.host !== name && cluster.readerHost !== name) continue;
    if (cluster.status === 'creating') return undefined;
    const members = membersOf(model, cluster).filter(({ status }) => status !== 'creating');
    const readers = members.filter(({ id }) => id !== cluster.listed);
    const writers = members.filter(({ id }) => id === cluster.listed);
    // With nobody else to read from, the reader's name leads to the writer.
    const wanted = name === cluster.host || readers.length === 0 ? writers : readers;
    return at(wanted.map(({ listed }) => listed));
  }
  return undefined;
};

/**
 * Answers for the names of proxies, instances and clusters. AWS has aliases on the way (a cluster's name is a CNAME of its
 * writer's); here a name has its addresses at once.
 */
export const rdsNames = (model: RdsModel): DnsAuthority => ({
  find: (name) => {
    if (!name.endsWith('.rds.amazonaws.com')) return undefined;
    for (const proxy of model.proxies.values()) {
      for (const endpoint of proxy.endpoints.values()) {
        if (endpoint.host === name) return ofEndpoint(model, endpoint);
      }
    }
    return ofDatabases(model, name);
  },
});
