import type {
  CreateDBClusterMessage,
  CreateDBClusterResult,
  CreateDBInstanceMessage,
  CreateDBInstanceResult,
  DBClusterMessage,
  DBInstanceMessage,
  DescribeDBClustersMessage,
  DescribeDBInstancesMessage,
  FailoverDBClusterMessage,
  FailoverDBClusterResult,
  RebootDBInstanceMessage,
  RebootDBInstanceResult,
} from '@aws-sdk/client-rds';
import type { ActionDefinition } from '../../cloud.ts';
import { checkName } from './checks.ts';
import { type DbCluster, type DbInstance, failoverCluster, hostOf, reboot, settle } from './databases.ts';
import { rdsErrors } from './errors.ts';
import { onDatabase, requireCluster, requireInstance } from './lookups.ts';
import { keyOf, later, type RdsModel, rdsArn } from './model.ts';
import { tellOfDatabase } from './notices.ts';
import { paged } from './pages.ts';
import { clusterView, instanceView } from './views.ts';

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

/** The port that an engine listens on unless it is told otherwise. */
const portOf = (engine: string): number =>
  engine.includes('postgres') ? 5432 : engine.startsWith('sqlserver') ? 1433 : 3306;

/** An identifier is how RDS speaks of what it makes: `db-` and 26 letters and digits. */
const resourceId = (model: RdsModel, kind: 'db' | 'cluster'): string =>
  `${kind}-${model.cloud.random.hex(26).toUpperCase()}`;

const makeInstance = (model: RdsModel, input: CreateDBInstanceMessage, owner: string): DbInstance => {
  const id = checkName(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
  if (model.instances.has(keyOf(owner, id))) throw rdsErrors.instanceExists();
  const cluster =
    input.DBClusterIdentifier === undefined ? undefined : requireCluster(model, owner, input.DBClusterIdentifier);
  const engine = input.Engine ?? '';
  const home = settle(model, input.AvailabilityZone, []);
  const instance: DbInstance = {
    kind: 'instance',
    order: model.nextOrder(),
    id,
    owner,
    arn: rdsArn(model, owner, 'db', id),
    resourceId: resourceId(model, 'db'),
    engine,
    instanceClass: input.DBInstanceClass ?? '',
    port: cluster?.port ?? input.Port ?? portOf(engine),
    clusterId: cluster?.id,
    host: hostOf(model, owner, id),
    createdAt: model.cloud.clock.now(),
    status: 'creating',
    home,
    standby: input.MultiAZ === true ? settle(model, undefined, [home.zone]) : undefined,
    listed: home.pair.ipv4,
  };
  model.instances.set(keyOf(owner, id), instance);
  model.note(`${id} creating`, { zone: home.zone });
  later(model, model.settings.timings.databaseCreating, () => {
    instance.status = 'available';
    if (cluster !== undefined && cluster.writer === undefined && cluster.status === 'available') {
      cluster.writer = id;
      cluster.listed = id;
    }
    model.note(`${id} available`);
    tellOfDatabase(model, instance, '0005', 'DB instance created');
  });
  return instance;
};

const makeCluster = (model: RdsModel, input: CreateDBClusterMessage, owner: string): DbCluster => {
  const id = checkName(input.DBClusterIdentifier, 'DBClusterIdentifier');
  if (model.clusters.has(keyOf(owner, id))) throw rdsErrors.clusterExists();
  const engine = input.Engine ?? '';
  const cluster: DbCluster = {
    kind: 'cluster',
    order: model.nextOrder(),
    id,
    owner,
    arn: rdsArn(model, owner, 'cluster', id),
    resourceId: resourceId(model, 'cluster'),
    engine,
    port: input.Port ?? portOf(engine),
    host: hostOf(model, owner, id, 'cluster-'),
    readerHost: hostOf(model, owner, id, 'cluster-ro-'),
    createdAt: model.cloud.clock.now(),
    status: 'creating',
    writer: undefined,
    listed: undefined,
  };
  model.clusters.set(keyOf(owner, id), cluster);
  model.note(`${id} creating`);
  later(model, model.settings.timings.databaseCreating, () => {
    cluster.status = 'available';
    const first = [...model.instances.values()].find(
      (one) => one.owner === owner && one.clusterId === id && one.status === 'available',
    );
    cluster.writer = first?.id;
    cluster.listed = first?.id;
    model.note(`${id} available`);
    tellOfDatabase(model, cluster, '0170', 'DB cluster created.');
  });
  return cluster;
};

/** Databases, as far as a proxy needs something behind it: names, ports, an address each, and failovers. */
export const databaseActions = (model: RdsModel): Record<string, ActionDefinition> => ({
  CreateDBInstance: define<CreateDBInstanceMessage, CreateDBInstanceResult>({
    permissions: (input, { principal: { accountId } }) => [
      onDatabase(model, accountId, 'CreateDBInstance', 'db', input.DBInstanceIdentifier),
    ],
    run: (input, { principal: { accountId } }) => ({ DBInstance: instanceView(makeInstance(model, input, accountId)) }),
  }),

  CreateDBCluster: define<CreateDBClusterMessage, CreateDBClusterResult>({
    permissions: (input, { principal: { accountId } }) => [
      onDatabase(model, accountId, 'CreateDBCluster', 'cluster', input.DBClusterIdentifier),
    ],
    run: (input, { principal: { accountId } }) => ({
      DBCluster: clusterView(model, makeCluster(model, input, accountId)),
    }),
  }),

  DescribeDBInstances: define<DescribeDBInstancesMessage, DBInstanceMessage>({
    permissions: (input, { principal: { accountId } }) => [
      onDatabase(model, accountId, 'DescribeDBInstances', 'db', input.DBInstanceIdentifier),
    ],
    run: (input, { principal: { accountId } }) => {
      const wanted =
        input.DBInstanceIdentifier === undefined
          ? [...model.instances.values()].filter(({ owner }) => owner === accountId)
          : [requireInstance(model, accountId, input.DBInstanceIdentifier)];
      const { items, Marker } = paged(model, wanted, ({ order }) => order, input);
      return { DBInstances: items.map(instanceView), Marker };
    },
  }),

  DescribeDBClusters: define<DescribeDBClustersMessage, DBClusterMessage>({
    permissions: (input, { principal: { accountId } }) => [
      onDatabase(model, accountId, 'DescribeDBClusters', 'cluster', input.DBClusterIdentifier),
    ],
    run: (input, { principal: { accountId } }) => {
      const wanted =
        input.DBClusterIdentifier === undefined
          ? [...model.clusters.values()].filter(({ owner }) => owner === accountId)
          : [requireCluster(model, accountId, input.DBClusterIdentifier)];
      const { items, Marker } = paged(model, wanted, ({ order }) => order, input);
      return { DBClusters: items.map((cluster) => clusterView(model, cluster)), Marker };
    },
  }),

  FailoverDBCluster: define<FailoverDBClusterMessage, FailoverDBClusterResult>({
    permissions: (input, { principal: { accountId } }) => [
      onDatabase(model, accountId, 'FailoverDBCluster', 'cluster', input.DBClusterIdentifier),
    ],
    run: (input, { principal: { accountId } }) => {
      const cluster = requireCluster(model, accountId, input.DBClusterIdentifier);
      failoverCluster(model, cluster, input.TargetDBInstanceIdentifier?.toLowerCase());
      return { DBCluster: clusterView(model, cluster) };
    },
  }),

  RebootDBInstance: define<RebootDBInstanceMessage, RebootDBInstanceResult>({
    permissions: (input, { principal: { accountId } }) => [
      onDatabase(model, accountId, 'RebootDBInstance', 'db', input.DBInstanceIdentifier),
    ],
    run: (input, { principal: { accountId } }) => {
      const instance = requireInstance(model, accountId, input.DBInstanceIdentifier);
      if (instance.status !== 'available') throw rdsErrors.instanceState(instance.id, instance.status);
      reboot(model, instance, input.ForceFailover === true);
      return { DBInstance: instanceView(instance) };
    },
  }),
});
