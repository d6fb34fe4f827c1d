import type {
  DBCluster,
  DBInstance,
  DBProxy,
  DBProxyEndpoint,
  DBProxyTarget,
  DBProxyTargetGroup,
} from '@aws-sdk/client-rds';
import { type DbCluster, type DbInstance, membersOf } from './databases.ts';
import { type DbProxy, keyOf, type ProxyEndpoint, type ProxyTarget, type RdsModel } from './model.ts';

/** The proxy's first endpoint, which lives and goes with it. */
const defaultEndpoint = (proxy: DbProxy): ProxyEndpoint | undefined =>
  [...proxy.endpoints.values()].find((endpoint) => endpoint.isDefault);

/** What DescribeDBProxies shows. No addresses: no API of RDS has them. */
export const proxyView = (proxy: DbProxy): DBProxy => ({
  DBProxyName: proxy.name,
  DBProxyArn: proxy.arn,
  Status: proxy.status,
  EngineFamily: proxy.engineFamily,
  VpcId: proxy.vpcId,
  VpcSecurityGroupIds: [...proxy.groupIds],
  VpcSubnetIds: [...proxy.subnetIds],
  DefaultAuthScheme: proxy.defaultAuthScheme,
  Auth: [...proxy.auth],
  RoleArn: proxy.roleArn,
  Endpoint: defaultEndpoint(proxy)?.host,
  RequireTLS: proxy.requireTls,
  IdleClientTimeout: proxy.idleClientTimeout,
  DebugLogging: proxy.debugLogging,
  CreatedDate: new Date(proxy.createdAt),
  UpdatedDate: new Date(proxy.updatedAt),
  EndpointNetworkType: defaultEndpoint(proxy)?.networkType,
  TargetConnectionNetworkType: proxy.targetNetworkType,
});

/** What DescribeDBProxyEndpoints shows. */
export const endpointView = (endpoint: ProxyEndpoint): DBProxyEndpoint => ({
  DBProxyEndpointName: endpoint.name,
  DBProxyEndpointArn: endpoint.arn,
  DBProxyName: endpoint.proxy.name,
  Status: endpoint.status,
  VpcId: endpoint.proxy.vpcId,
  VpcSecurityGroupIds: [...endpoint.groupIds],
  VpcSubnetIds: [...endpoint.subnetIds],
  Endpoint: endpoint.host,
  CreatedDate: new Date(endpoint.createdAt),
  TargetRole: endpoint.targetRole,
  IsDefault: endpoint.isDefault,
  EndpointNetworkType: endpoint.networkType,
});

/** The one target group that a proxy has. */
export const groupView = (proxy: DbProxy): DBProxyTargetGroup => ({
  DBProxyName: proxy.name,
  TargetGroupName: 'default',
  TargetGroupArn: proxy.targetGroupArn,
  IsDefault: true,
  Status: proxy.status,
  ConnectionPoolConfig: {
    MaxConnectionsPercent: 100,
    MaxIdleConnectionsPercent: 50,
    ConnectionBorrowTimeout: 120,
    SessionPinningFilters: [],
  },
  CreatedDate: new Date(proxy.createdAt),
  UpdatedDate: new Date(proxy.createdAt),
});

const health = (
  target: ProxyTarget,
  database: DbInstance | DbCluster | undefined,
): NonNullable<DBProxyTarget['TargetHealth']> => {
  if (target.state === 'REGISTERING') return { State: 'REGISTERING' };
  if (database?.status === 'available') return { State: 'AVAILABLE' };
  return { State: 'UNAVAILABLE', Reason: 'UNREACHABLE', Description: 'The database cannot be reached.' };
};

/** A registered cluster is shown with each of its instances. */
export const targetViews = (model: RdsModel, proxy: DbProxy, target: ProxyTarget): readonly DBProxyTarget[] => {
  const instanceView = (instance: DbInstance, cluster: DbCluster | undefined): DBProxyTarget => ({
    TargetArn: instance.arn,
    Endpoint: instance.host,
    RdsResourceId: instance.id,
    Port: instance.port,
    Type: 'RDS_INSTANCE',
    Role: cluster === undefined || cluster.writer === instance.id ? 'READ_WRITE' : 'READ_ONLY',
    TargetHealth: health(target, instance),
    ...(cluster === undefined ? {} : { TrackedClusterId: cluster.id }),
  });
  if (target.kind === 'instance') {
    const instance = model.instances.get(keyOf(proxy.owner, target.id));
    return instance === undefined ? [] : [instanceView(instance, undefined)];
  }
  const cluster = model.clusters.get(keyOf(proxy.owner, target.id));
  if (cluster === undefined) return [];
  return [
    {
      TargetArn: cluster.arn,
      RdsResourceId: cluster.id,
      Port: cluster.port,
      Type: 'TRACKED_CLUSTER',
      TargetHealth: health(target, cluster),
    },
    ...membersOf(model, cluster).map((instance) => instanceView(instance, cluster)),
  ];
};

/** What DescribeDBInstances shows. */
export const instanceView = (instance: DbInstance): DBInstance => ({
  DBInstanceIdentifier: instance.id,
  DBInstanceArn: instance.arn,
  DbiResourceId: instance.resourceId,
  DBInstanceClass: instance.instanceClass,
  Engine: instance.engine,
  DBInstanceStatus: instance.status,
  AvailabilityZone: instance.home.zone,
  MultiAZ: instance.standby !== undefined,
  InstanceCreateTime: new Date(instance.createdAt),
  ...(instance.standby === undefined ? {} : { SecondaryAvailabilityZone: instance.standby.zone }),
  ...(instance.clusterId === undefined ? {} : { DBClusterIdentifier: instance.clusterId }),
  // A name is known once there is something behind it.
  ...(instance.status === 'creating' ? {} : { Endpoint: { Address: instance.host, Port: instance.port } }),
});

/** What DescribeDBClusters shows. */
export const clusterView = (model: RdsModel, cluster: DbCluster): DBCluster => ({
  DBClusterIdentifier: cluster.id,
  DBClusterArn: cluster.arn,
  DbClusterResourceId: cluster.resourceId,
  Engine: cluster.engine,
  Status: cluster.status,
  Endpoint: cluster.host,
  ReaderEndpoint: cluster.readerHost,
  Port: cluster.port,
  ClusterCreateTime: new Date(cluster.createdAt),
  DBClusterMembers: membersOf(model, cluster).map(({ id }) => ({
    DBInstanceIdentifier: id,
    IsClusterWriter: id === cluster.writer,
  })),
});
