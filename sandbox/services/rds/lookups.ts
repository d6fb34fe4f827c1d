import type { Permission } from '../../cloud.ts';
import type { DbCluster, DbInstance } from './databases.ts';
import { rdsErrors } from './errors.ts';
import { type DbProxy, keyOf, type ProxyEndpoint, type RdsModel, rdsArn } from './model.ts';

/** @throws AwsError `DBProxyNotFoundFault`, for another account's proxy as well. */
export const requireProxy = (model: RdsModel, account: string, name = ''): DbProxy => {
  const proxy = model.proxies.get(keyOf(account, name));
  if (proxy === undefined) throw rdsErrors.unknownProxy(name);
  return proxy;
};

/** The endpoints of an account in the order in which they were made. */
export const endpointsOf = (model: RdsModel, account: string): readonly ProxyEndpoint[] =>
  [...model.proxies.values()]
    .filter(({ owner }) => owner === account)
    .flatMap(({ endpoints }) => [...endpoints.values()])
    .sort((a, b) => a.order - b.order);

/** Finds an endpoint by its name, which is unique in an account; a default endpoint is found by its proxy's name. */
export const findEndpoint = (model: RdsModel, account: string, name = ''): ProxyEndpoint | undefined =>
  endpointsOf(model, account).find((endpoint) => endpoint.name === name.toLowerCase());

/** @throws AwsError `DBProxyEndpointNotFoundFault` */
export const requireEndpoint = (model: RdsModel, account: string, name = ''): ProxyEndpoint => {
  const endpoint = findEndpoint(model, account, name);
  if (endpoint === undefined) throw rdsErrors.unknownEndpoint(name);
  return endpoint;
};

/** @throws AwsError `DBInstanceNotFoundFault` */
export const requireInstance = (model: RdsModel, account: string, id = ''): DbInstance => {
  const instance = model.instances.get(keyOf(account, id));
  if (instance === undefined) throw rdsErrors.unknownInstance(id);
  return instance;
};

/** @throws AwsError `DBClusterNotFoundFault` */
export const requireCluster = (model: RdsModel, account: string, id = ''): DbCluster => {
  const cluster = model.clusters.get(keyOf(account, id));
  if (cluster === undefined) throw rdsErrors.unknownCluster(id);
  return cluster;
};

/**
 * The permission of an action on a proxy, all of them where none is named or there is none of that name.
 * See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
 */
export const onProxy = (model: RdsModel, account: string, action: string, name = ''): Permission => ({
  action: `rds:${action}`,
  resource: model.proxies.get(keyOf(account, name))?.arn ?? rdsArn(model, account, 'db-proxy', '*'),
});

/** The permission of an action on an endpoint, all of them where none is named or there is none of that name. */
export const onEndpoint = (model: RdsModel, account: string, action: string, name = ''): Permission => ({
  action: `rds:${action}`,
  resource: findEndpoint(model, account, name)?.arn ?? rdsArn(model, account, 'db-proxy-endpoint', '*'),
});

/** The permission of an action on a database by its identifier, all where none is named. */
export const onDatabase = (
  model: RdsModel,
  account: string,
  action: string,
  kind: 'db' | 'cluster',
  id = '*',
): Permission => ({
  action: `rds:${action}`,
  resource: rdsArn(model, account, kind, id.toLowerCase()),
});
