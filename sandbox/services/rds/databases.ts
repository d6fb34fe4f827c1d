import type { AddressPair } from '../ec2/subnets.ts';
import { rdsErrors } from './errors.ts';
import { later, type RdsModel } from './model.ts';
import { tellOfDatabase } from './notices.ts';

/** Where a database runs. */
interface Home {
  readonly zone: string;
  readonly subnetId: string;
  readonly pair: AddressPair;
}

/** A database instance, alone or a member of a cluster. */
export interface DbInstance {
  readonly kind: 'instance';
  readonly order: number;
  readonly id: string;
  readonly owner: string;
  readonly arn: string;
  /** `db-…` */
  readonly resourceId: string;
  readonly engine: string;
  readonly instanceClass: string;
  readonly port: number;
  readonly clusterId: string | undefined;
  readonly host: string;
  readonly createdAt: number;
  status: 'creating' | 'available' | 'rebooting';
  /** Where it runs, and where its standby waits: a Multi-AZ instance has one. */
  home: Home;
  standby: Home | undefined;
  /** The address that its name leads to, which follows a failover some moments later. */
  listed: string;
}

/** A cluster of instances, of which one writes. */
export interface DbCluster {
  readonly kind: 'cluster';
  readonly order: number;
  readonly id: string;
  readonly owner: string;
  readonly arn: string;
  /** `cluster-…` */
  readonly resourceId: string;
  readonly engine: string;
  readonly port: number;
  readonly host: string;
  readonly readerHost: string;
  readonly createdAt: number;
  status: 'creating' | 'available' | 'failing-over';
  /** The instance that writes, and the one that the cluster's name leads to. */
  writer: string | undefined;
  listed: string | undefined;
}

/** The instances of a cluster, oldest first. */
export const membersOf = (model: RdsModel, cluster: DbCluster): readonly DbInstance[] =>
  [...model.instances.values()].filter(({ owner, clusterId }) => owner === cluster.owner && clusterId === cluster.id);

/** e.g. `hostOf(model, account, 'orders', 'cluster-')` = `orders.cluster-c0ffee123456.us-west-2.rds.amazonaws.com`. */
export const hostOf = (model: RdsModel, account: string, name: string, kind = ''): string =>
  `${name}.${kind}${model.accountCode(account)}.${model.cloud.region}.rds.amazonaws.com`;

/**
 * A place for a database, in the wanted zone or else in any but those avoided.
 *
 * @throws AwsError `InvalidParameterValue` where there is none.
 */
export const settle = (model: RdsModel, zone: string | undefined, avoided: readonly string[]): Home => {
  const subnets = model.settings.databaseSubnets.map((id) => model.subnets.find(id));
  const fitting = subnets.filter((one) => (zone === undefined ? !avoided.includes(one.zone) : one.zone === zone));
  for (const subnet of fitting) {
    const pair = model.subnets.take(subnet.id);
    if (pair !== undefined) return { zone: subnet.zone, subnetId: subnet.id, pair };
  }
  throw rdsErrors.invalid(`No subnet of the group 'default' has an address left in ${zone ?? 'another zone'}.`);
};

/**
 * Makes another instance of the cluster the writer: the one that is named, else the oldest that is available.
 * See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html
 *
 * @throws AwsError `InvalidDBClusterStateFault` where there is nobody to take over.
 */
export const failoverCluster = (model: RdsModel, cluster: DbCluster, targetId: string | undefined): void => {
  const members = membersOf(model, cluster);
  const heirs = members.filter(({ id, status }) => id !== cluster.writer && status === 'available');
  const heir = targetId === undefined ? heirs[0] : heirs.find(({ id }) => id === targetId);
  if (cluster.status !== 'available' || heir === undefined) {
    throw rdsErrors.clusterState(`Cannot failover cluster ${cluster.id}: no reader instance is ready to take over.`);
  }
  const before = members.find(({ id }) => id === cluster.writer);
  const isSameZone = before?.home.zone === heir.home.zone;
  cluster.status = 'failing-over';
  cluster.writer = undefined;
  model.note(`${cluster.id} failing over to ${heir.id}`);
  tellOfDatabase(
    model,
    cluster,
    isSameZone ? '0072' : '0073',
    `Started ${isSameZone ? 'same' : 'cross'} AZ failover to DB instance: ${heir.id}`,
  );
  later(model, model.settings.timings.failover, () => {
    cluster.status = 'available';
    cluster.writer = heir.id;
    model.note(`${cluster.id} written by ${heir.id}`);
    tellOfDatabase(model, cluster, '0071', `Completed failover to DB instance: ${heir.id}`);
    later(model, model.settings.timings.failoverListed, () => {
      cluster.listed = heir.id;
      model.note(`${cluster.id} in DNS as ${heir.id}`);
    });
  });
};

/**
 * Restarts an instance; a Multi-AZ one may go on in its standby's zone instead.
 * See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html
 */
export const reboot = (model: RdsModel, instance: DbInstance, isForced: boolean): void => {
  const { standby } = instance;
  if (isForced && standby === undefined) {
    throw rdsErrors.combination('Cannot force failover: the DB instance is not configured for Multi-AZ.');
  }
  instance.status = 'rebooting';
  model.note(`${instance.id} rebooting`, { isForced });
  if (isForced) {
    tellOfDatabase(model, instance, '0034', 'Multi-AZ failover was requested.');
    tellOfDatabase(model, instance, '0013', 'Multi-AZ instance failover started.');
  }
  later(model, model.settings.timings.failover, () => {
    instance.status = 'available';
    if (!isForced || standby === undefined) {
      model.note(`${instance.id} available`);
      tellOfDatabase(model, instance, '0006', 'DB instance restarted');
      return;
    }
    instance.standby = instance.home;
    instance.home = standby;
    model.note(`${instance.id} available in ${standby.zone}`);
    tellOfDatabase(
      model,
      instance,
      '0015',
      'Multi-AZ failover to standby complete - DNS propagation may take a few minutes.',
    );
    tellOfDatabase(model, instance, '0049', 'Multi-AZ instance failover completed');
    later(model, model.settings.timings.failoverListed, () => {
      instance.listed = standby.pair.ipv4;
      model.note(`${instance.id} in DNS as ${instance.listed}`);
    });
  });
};
