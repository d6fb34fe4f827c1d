import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyEndpointsCommand,
  paginateDescribeDBProxies,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { AddressSource } from '../domain/binding.ts';
import { malformed } from '../domain/errors.ts';
import { calling } from './errors.ts';

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html and the errors of each action. */
const isNotFound = (error: unknown): boolean => error instanceof Error && /NotFound(Fault)?$/.test(error.name);

const describing = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await calling(`describe ${what}`, call);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw malformed(`There is no ${what}: correct the binding, or remove it.`, { what });
  }
};

/**
 * The host name under which a source is looked up; undefined for a fixed list, and as long as RDS has none yet.
 *
 * @throws `Throttled`, `Denied`; `Malformed` where RDS has no such proxy, endpoint, instance or cluster.
 */
export const readHostName = async (rds: RDSClient, source: AddressSource): Promise<string | undefined> => {
  switch (source.kind) {
    case 'fixed':
      return undefined;
    case 'host':
      return source.hostName;
    case 'proxy':
      return source.endpointName === undefined
        ? proxyHost(rds, source.proxyName)
        : proxyEndpointHost(rds, source.proxyName, source.endpointName);
    case 'instance': {
      const what = `instance ${source.instanceId}`;
      const { DBInstances = [] } = await describing(what, () =>
        rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: source.instanceId })),
      );
      return DBInstances[0]?.Endpoint?.Address;
    }
    case 'cluster': {
      const what = `cluster ${source.clusterId}`;
      const { DBClusters = [] } = await describing(what, () =>
        rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: source.clusterId })),
      );
      const { Endpoint, ReaderEndpoint } = DBClusters[0] ?? {};
      return source.endpoint === 'writer' ? Endpoint : ReaderEndpoint;
    }
  }
};

const proxyHost = async (rds: RDSClient, proxyName: string): Promise<string | undefined> => {
  const what = `proxy ${proxyName}`;
  const { DBProxies = [] } = await describing(what, () =>
    rds.send(new DescribeDBProxiesCommand({ DBProxyName: proxyName })),
  );
  return DBProxies[0]?.Endpoint;
};

const proxyEndpointHost = async (
  rds: RDSClient,
  proxyName: string,
  endpointName: string,
): Promise<string | undefined> => {
  const what = `endpoint ${endpointName} of proxy ${proxyName}`;
  const { DBProxyEndpoints = [] } = await describing(what, () =>
    rds.send(new DescribeDBProxyEndpointsCommand({ DBProxyName: proxyName, DBProxyEndpointName: endpointName })),
  );
  return DBProxyEndpoints[0]?.Endpoint;
};

/**
 * A proxy's name, by its ARN, which has an id of its own instead: `arn:aws:rds:us-west-2:123456789012:db-proxy:prx-0abc`. All proxies are read,
 * a hundred in a call.
 *
 * @returns undefined where there is none.
 * @throws `Throttled`, `Denied`.
 */
export const readProxyName = (rds: RDSClient, arn: string): Promise<string | undefined> =>
  calling('describe proxies', async () => {
    for await (const { DBProxies = [] } of paginateDescribeDBProxies({ client: rds, pageSize: 100 }, {})) {
      const found = DBProxies.find(({ DBProxyArn }) => DBProxyArn === arn);
      if (found !== undefined) return found.DBProxyName;
    }
    return undefined;
  });
