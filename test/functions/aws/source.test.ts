import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyEndpointsCommand,
} from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import { readHostName, readProxyName } from '../../../functions/aws/source.ts';
import type { AddressSource } from '../../../functions/domain/binding.ts';
import { awsError, callsOf, pagesOf, strictRds } from '../support.ts';

const PROXY: AddressSource = { kind: 'proxy', proxyName: 'orders' };
const ENDPOINT: AddressSource = { ...PROXY, endpointName: 'reads' };
const INSTANCE: AddressSource = { kind: 'instance', instanceId: 'orders-1' };
const WRITER: AddressSource = { kind: 'cluster', clusterId: 'orders', endpoint: 'writer' };
const READER: AddressSource = { kind: 'cluster', clusterId: 'orders', endpoint: 'reader' };

/** RDS, which has one of each; `known` = whether they have a host name yet. */
const one = (known = true) => {
  const { rds, rdsMock } = strictRds();
  const named = (Endpoint: string) => (known ? { Endpoint } : {});
  rdsMock.on(DescribeDBProxiesCommand).resolves({ DBProxies: [named('orders.host')] });
  rdsMock.on(DescribeDBProxyEndpointsCommand).resolves({ DBProxyEndpoints: [named('reads.host')] });
  rdsMock
    .on(DescribeDBInstancesCommand)
    .resolves({ DBInstances: [known ? { Endpoint: { Address: 'orders-1.host' } } : {}] });
  rdsMock
    .on(DescribeDBClustersCommand)
    .resolves({ DBClusters: [known ? { Endpoint: 'writer.host', ReaderEndpoint: 'reader.host' } : {}] });
  return { rds, rdsMock };
};

describe('readHostName', () => {
  it.each([
    ['a proxy', PROXY, 'orders.host', ['DescribeDBProxies', { DBProxyName: 'orders' }]],
    [
      'an endpoint of a proxy',
      ENDPOINT,
      'reads.host',
      ['DescribeDBProxyEndpoints', { DBProxyName: 'orders', DBProxyEndpointName: 'reads' }],
    ],
    ['an instance', INSTANCE, 'orders-1.host', ['DescribeDBInstances', { DBInstanceIdentifier: 'orders-1' }]],
    ['a writer', WRITER, 'writer.host', ['DescribeDBClusters', { DBClusterIdentifier: 'orders' }]],
    ['a reader', READER, 'reader.host', ['DescribeDBClusters', { DBClusterIdentifier: 'orders' }]],
  ] as const)('of %s - one call, by its name', async (_kind, source, hostName, call) => {
    const { rds, rdsMock } = one();

    await expect(readHostName(rds, source)).resolves.toBe(hostName);
    expect(callsOf(rdsMock)).toEqual([call]);
  });

  it.each([
    ['a host', { kind: 'host', hostName: 'db.example.com' }, 'db.example.com'],
    ['a fixed list', { kind: 'fixed', addresses: ['10.0.1.10'] }, undefined],
  ] as const)('of %s - no call', async (_kind, source, hostName) => {
    const { rds, rdsMock } = strictRds();

    await expect(readHostName(rds, source)).resolves.toBe(hostName);
    expect(callsOf(rdsMock)).toEqual([]);
  });

  it.each([PROXY, ENDPOINT, INSTANCE, WRITER, READER])('$kind is being created - none yet', async (source) => {
    await expect(readHostName(one(false).rds, source)).resolves.toBeUndefined();
  });

  it.each([
    [DescribeDBProxiesCommand, 'DBProxyNotFoundFault', PROXY, 'proxy orders'],
    [DescribeDBProxyEndpointsCommand, 'DBProxyEndpointNotFoundFault', ENDPOINT, 'endpoint reads of proxy orders'],
    [DescribeDBInstancesCommand, 'DBInstanceNotFound', INSTANCE, 'instance orders-1'],
    [DescribeDBInstancesCommand, 'DBInstanceNotFoundFault', INSTANCE, 'instance orders-1'],
    [DescribeDBClustersCommand, 'DBClusterNotFoundFault', WRITER, 'cluster orders'],
  ] as const)('%o, %s - Malformed, and in words whose mistake it is', async (command, code, source, what) => {
    const { rds, rdsMock } = strictRds();
    rdsMock.on(command).rejects(awsError(code, 404));

    await expect(readHostName(rds, source)).rejects.toMatchObject({
      name: 'Malformed',
      message: `There is no ${what}: correct the binding, or remove it.`,
    });
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['AccessDenied', 'Denied'],
    ['InvalidParameterValue', 'InvalidParameterValue'],
  ])('RDS says %s - thrown as %s', async (code, name) => {
    const { rds, rdsMock } = strictRds();
    rdsMock.on(DescribeDBProxiesCommand).rejects(awsError(code));

    await expect(readHostName(rds, PROXY)).rejects.toMatchObject({ name });
  });
});

describe('readProxyName', () => {
  const ARN = 'arn:aws:rds:us-west-2:123456789012:db-proxy:prx-0abc';
  const listing = () => {
    const { rds, rdsMock } = strictRds();
    const { answer, inputs } = pagesOf(
      { DBProxies: [{ DBProxyName: 'other', DBProxyArn: `${ARN}d` }], Marker: 'more' },
      { DBProxies: [{ DBProxyName: 'orders', DBProxyArn: ARN }], Marker: 'even more' },
    );
    rdsMock.on(DescribeDBProxiesCommand).callsFake(answer);
    return { rds, inputs };
  };

  it('on the second page - found, and no third is asked for', async () => {
    const { rds, inputs } = listing();

    await expect(readProxyName(rds, ARN)).resolves.toBe('orders');
    expect(inputs).toEqual([{ MaxRecords: 100 }, { MaxRecords: 100, Marker: 'more' }]);
  });

  it('deleted meanwhile - none', async () => {
    const { rds, rdsMock } = strictRds();
    rdsMock.on(DescribeDBProxiesCommand).resolves({ DBProxies: [] });

    await expect(readProxyName(rds, ARN)).resolves.toBeUndefined();
  });

  it('RDS says slow down - Throttled', async () => {
    const { rds, rdsMock } = strictRds();
    rdsMock.on(DescribeDBProxiesCommand).rejects(awsError('Throttling'));

    await expect(readProxyName(rds, ARN)).rejects.toMatchObject({ name: 'Throttled' });
  });
});
