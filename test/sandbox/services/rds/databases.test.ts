import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeregisterDBProxyTargetsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxyTargetGroupsCommand,
  DescribeDBProxyTargetsCommand,
  FailoverDBClusterCommand,
  RebootDBInstanceCommand,
  RegisterDBProxyTargetsCommand,
} from '@aws-sdk/client-rds';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { RdsOptions } from '../../../../sandbox/services/rds/options.ts';
import { createRdsWorld, MINUTE, SECOND, STEADY } from './rds-world.ts';

/** A cluster of two instances, the first of which writes. */
const withCluster = async (rdsOptions: Partial<RdsOptions> = STEADY) => {
  const world = createRdsWorld({ rds: rdsOptions });
  const { rds, passes } = world;
  const cluster = await rds.send(
    new CreateDBClusterCommand({ DBClusterIdentifier: 'shop', Engine: 'aurora-postgresql' }),
  );
  for (const [id, zone] of [
    ['shop-1', 'a'],
    ['shop-2', 'b'],
  ] as const) {
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: id,
        DBInstanceClass: 'db.r7g.large',
        Engine: 'aurora-postgresql',
        DBClusterIdentifier: 'shop',
        AvailabilityZone: `us-west-2${zone}`,
      }),
    );
  }
  await passes(5 * MINUTE);
  return { ...world, host: cluster.DBCluster?.Endpoint ?? '', readerHost: cluster.DBCluster?.ReaderEndpoint ?? '' };
};

describe('a cluster', () => {
  it('has a name for who writes, and one for who reads', async () => {
    const { rds, host, readerHost, names, proxies } = await withCluster();
    expect(host).toMatch(/^shop\.cluster-[0-9a-z]{12}\.us-west-2\.rds\.amazonaws\.com$/);
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'shop' }));
    expect(DBClusters).toMatchObject([
      {
        Status: 'available',
        Port: 5432,
        DBClusterMembers: [
          { DBInstanceIdentifier: 'shop-1', IsClusterWriter: true },
          { DBInstanceIdentifier: 'shop-2', IsClusterWriter: false },
        ],
      },
    ]);
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const [first, second] = DBInstances.map(({ Endpoint }) => Endpoint?.Address ?? '');
    expect(names(host)).toEqual(names(first ?? ''));
    expect(names(readerHost)).toEqual(names(second ?? ''));
    expect(proxies.isServing(names(host)[0] ?? '', 5432)).toBe(true);
  });

  it('fails over; its name follows; both are told of', async () => {
    const { rds, host, names, passes, told } = await withCluster();
    const before = names(host);
    const began = told.length;
    await rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: 'shop' }));
    await passes(31 * SECOND);
    expect(names(host)).toEqual(before);
    await passes(5 * SECOND);
    expect(names(host)).not.toEqual(before);
    expect(
      told.slice(began).map(({ type, detail }) => [type, detail.EventID, detail.SourceType, detail.Message]),
    ).toEqual([
      ['RDS DB Cluster Event', 'RDS-EVENT-0073', 'CLUSTER', 'Started cross AZ failover to DB instance: shop-2'],
      ['RDS DB Cluster Event', 'RDS-EVENT-0071', 'CLUSTER', 'Completed failover to DB instance: shop-2'],
    ]);
  });

  it.each([
    ['to who writes already', { TargetDBInstanceIdentifier: 'shop-1' }, 'InvalidDBClusterStateFault'],
    ['of a cluster that is not', { DBClusterIdentifier: 'none' }, 'DBClusterNotFoundFault'],
  ])('a failover %s - refused', async (_, input, name) => {
    const { rds } = await withCluster();
    const command = new FailoverDBClusterCommand({ DBClusterIdentifier: 'shop', ...input });
    await expect(rds.send(command)).rejects.toMatchObject({ name });
  });
});

describe('an instance', () => {
  const create = (MultiAZ: boolean) =>
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: 'orders',
      DBInstanceClass: 'db.m7g.large',
      Engine: 'mysql',
      MultiAZ,
    });

  it('with a standby - fails over to its zone, and is told of', async () => {
    const { rds, passes, names, numbersTold } = createRdsWorld();
    await rds.send(create(true));
    await passes(5 * MINUTE);
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'orders' }));
    const host = DBInstances[0]?.Endpoint?.Address ?? '';
    const before = names(host);
    const rebooting = await rds.send(
      new RebootDBInstanceCommand({ DBInstanceIdentifier: 'orders', ForceFailover: true }),
    );
    expect(rebooting.DBInstance?.DBInstanceStatus).toBe('rebooting');
    await passes(MINUTE);
    expect(names(host)).not.toEqual(before);
    expect(numbersTold().map((id) => String(id).slice(-4))).toEqual(['0005', '0034', '0013', '0015', '0049']);
  });

  it('without one - cannot be forced to, and restarts where it is', async () => {
    const { rds, passes, numbersTold } = createRdsWorld();
    await rds.send(create(false));
    await passes(5 * MINUTE);
    await expect(
      rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'orders', ForceFailover: true })),
    ).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'orders' }));
    await passes(MINUTE);
    expect(numbersTold().map((id) => String(id).slice(-4))).toEqual(['0005', '0006']);
  });
});

describe('targets', () => {
  it('a cluster - registering, available with its instances, told of, and taken out', async () => {
    const { rds, proxy, passes, told } = await withCluster();
    await proxy('orders');
    const began = told.length;
    const register = new RegisterDBProxyTargetsCommand({ DBProxyName: 'orders', DBClusterIdentifiers: ['shop'] });
    const { DBProxyTargets } = await rds.send(register);
    expect(DBProxyTargets?.map(({ Type, TargetHealth }) => [Type, TargetHealth?.State])).toEqual([
      ['TRACKED_CLUSTER', 'REGISTERING'],
      ['RDS_INSTANCE', 'REGISTERING'],
      ['RDS_INSTANCE', 'REGISTERING'],
    ]);
    await expect(rds.send(register)).rejects.toMatchObject({ name: 'DBProxyTargetAlreadyRegisteredFault' });

    await passes(15 * SECOND);
    const { Targets } = await rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: 'orders' }));
    expect(Targets?.map(({ RdsResourceId, Role, TargetHealth }) => [RdsResourceId, Role, TargetHealth?.State])).toEqual(
      [
        ['shop', undefined, 'AVAILABLE'],
        ['shop-1', 'READ_WRITE', 'AVAILABLE'],
        ['shop-2', 'READ_ONLY', 'AVAILABLE'],
      ],
    );
    const { TargetGroups } = await rds.send(new DescribeDBProxyTargetGroupsCommand({ DBProxyName: 'orders' }));
    expect(TargetGroups).toMatchObject([{ TargetGroupName: 'default', IsDefault: true, Status: 'available' }]);

    const deregister = new DeregisterDBProxyTargetsCommand({ DBProxyName: 'orders', DBClusterIdentifiers: ['shop'] });
    await rds.send(deregister);
    await expect(rds.send(deregister)).rejects.toMatchObject({ name: 'DBProxyTargetNotFoundFault' });
    await passes(5 * SECOND);
    expect(told.slice(began).map(({ detail }) => [detail.EventID, detail.SourceIdentifier])).toEqual([
      ['RDS-EVENT-0213', 'orders'],
      ['RDS-EVENT-0215', 'orders'],
    ]);
  });

  it('nobody is told in a world where only what RDS detects is told of', async () => {
    const { rds, proxy, passes, numbersTold } = await withCluster({
      ...STEADY,
      uncertain: { registrationAnnounced: false },
    });
    await proxy('orders');
    await rds.send(new RegisterDBProxyTargetsCommand({ DBProxyName: 'orders', DBClusterIdentifiers: ['shop'] }));
    await passes(MINUTE);
    expect(numbersTold()).not.toContain('RDS-EVENT-0213');
  });

  it('faults have AWS’s names', async () => {
    const { rds, proxy } = createRdsWorld();
    await proxy('orders');
    const DBProxyName = 'orders';
    const register = (input: object) => rds.send(new RegisterDBProxyTargetsCommand({ DBProxyName, ...input }));
    await expect(register({ DBInstanceIdentifiers: ['none'] })).rejects.toMatchObject({
      name: 'DBInstanceNotFoundFault',
    });
    await expect(register({})).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    await expect(register({ TargetGroupName: 'other', DBInstanceIdentifiers: ['none'] })).rejects.toMatchObject({
      name: 'DBProxyTargetGroupNotFoundFault',
    });
  });
});

describe('events', () => {
  it('come by a rule of the default bus', async () => {
    const { proxy, proxies, passes, config } = createRdsWorld();
    const sqs = new SQSClient(config('operator'));
    const events = new EventBridgeClient(config('operator'));
    const queueArn = 'arn:aws:sqs:us-west-2:123456789012:hints';
    const Policy = JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queueArn,
        },
      ],
    });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'hints', Attributes: { Policy } }));
    const EventPattern = JSON.stringify({
      source: ['aws.rds'],
      'detail-type': ['RDS DB Proxy Event'],
      detail: { EventID: ['RDS-EVENT-0275'] },
    });
    await events.send(new PutRuleCommand({ Name: 'hints', EventPattern }));
    await events.send(new PutTargetsCommand({ Rule: 'hints', Targets: [{ Id: 'q', Arn: queueArn }] }));
    await proxy('orders');
    proxies.throttle('orders');
    await passes(MINUTE);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toMatchObject([
      { source: 'aws.rds', account: '123456789012', region: 'us-west-2', detail: { EventID: 'RDS-EVENT-0275' } },
    ]);
  });

  it.each([
    ['lost', { lost: 1 }, 0],
    ['doubled', { doubled: 1 }, 2],
  ])('may be %s', async (_, delivery, times) => {
    const { proxy, told } = createRdsWorld({ rds: { ...STEADY, delivery } });
    await proxy('orders');
    expect(told).toHaveLength(times);
  });

  it('may come late and out of order', async () => {
    const { proxy, proxies, passes, told } = createRdsWorld({
      rds: { ...STEADY, delivery: { delay: [0, 10 * MINUTE] } },
    });
    await proxy('a');
    await proxy('b');
    for (let time = 0; time < 10; time += 1) {
      proxies.throttle(time % 2 === 0 ? 'a' : 'b');
      await passes(SECOND);
    }
    await passes(20 * MINUTE);
    const dates = told.map(({ detail }) => String(detail.Date));
    expect(dates).not.toEqual([...dates].sort());
  });
});
