import {
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeDBProxies,
  paginateDescribeDBProxyEndpoints,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { AddressSource } from '../domain/binding.ts';
import { calling } from './errors.ts';

/** The host name of each source, by {@link sourceKey}. */
export type HostNames = ReadonlyMap<string, string>;

/** A source as one text. */
export const sourceKey = (source: AddressSource): string => {
  switch (source.kind) {
    case 'proxy':
      return source.endpointName === undefined
        ? `proxy ${source.proxyName}`
        : `proxy ${source.proxyName} endpoint ${source.endpointName}`;
    case 'instance':
      return `instance ${source.instanceId}`;
    case 'cluster':
      return `cluster ${source.clusterId} ${source.endpoint}`;
    case 'host':
      return `host ${source.hostName}`;
    case 'fixed':
      return 'fixed';
  }
};

const PAGE = 100;

/**
 * The host names of many sources at once: every page of what there is of each kind, a hundred in a call, so that five hundred bindings take some
 * ten calls.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readHostNames = async (rds: RDSClient, sources: readonly AddressSource[]): Promise<HostNames> => {
  const names = new Map<string, string>();
  const put = (source: AddressSource, hostName: string | undefined): void => {
    if (hostName !== undefined) names.set(sourceKey(source), hostName);
  };
  const has = (kind: AddressSource['kind']): boolean => sources.some((source) => source.kind === kind);
  for (const source of sources) if (source.kind === 'host') put(source, source.hostName);
  const pages = { client: rds, pageSize: PAGE };
  await calling('describe databases', async () => {
    if (has('proxy')) {
      for await (const { DBProxies = [] } of paginateDescribeDBProxies(pages, {})) {
        for (const { DBProxyName: proxyName = '', Endpoint } of DBProxies) put({ kind: 'proxy', proxyName }, Endpoint);
      }
    }
    if (sources.some((source) => source.kind === 'proxy' && source.endpointName !== undefined)) {
      for await (const { DBProxyEndpoints = [] } of paginateDescribeDBProxyEndpoints(pages, {})) {
        for (const {
          DBProxyName: proxyName = '',
          DBProxyEndpointName: endpointName = '',
          Endpoint,
        } of DBProxyEndpoints) {
          put({ kind: 'proxy', proxyName, endpointName }, Endpoint);
        }
      }
    }
    if (has('instance')) {
      for await (const { DBInstances = [] } of paginateDescribeDBInstances(pages, {})) {
        for (const { DBInstanceIdentifier: instanceId = '', Endpoint } of DBInstances) {
          put({ kind: 'instance', instanceId }, Endpoint?.Address);
        }
      }
    }
    if (has('cluster')) {
      for await (const { DBClusters = [] } of paginateDescribeDBClusters(pages, {})) {
        for (const { DBClusterIdentifier: clusterId = '', Endpoint, ReaderEndpoint } of DBClusters) {
          put({ kind: 'cluster', clusterId, endpoint: 'writer' }, Endpoint);
          put({ kind: 'cluster', clusterId, endpoint: 'reader' }, ReaderEndpoint);
        }
      }
    }
  });
  return names;
};
