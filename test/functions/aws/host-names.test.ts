import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyEndpointsCommand,
} from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import { readHostNames, sourceKey } from '../../../functions/aws/host-names.ts';
import type { AddressSource } from '../../../functions/domain/binding.ts';
import { awsError, callsOf, pagesOf, strictRds } from '../support.ts';

const PROXY: AddressSource = { kind: 'proxy', proxyName: 'orders' };
const ENDPOINT: AddressSource = { ...PROXY, endpointName: 'reads' };
const INSTANCE: AddressSource = { kind: 'instance', instanceId: 'orders-1' };
const WRITER: AddressSource = { kind: 'cluster', clusterId: 'orders', endpoint: 'writer' };
const READER: AddressSource = { kind: 'cluster', clusterId: 'orders', endpoint: 'reader' };
const HOST: AddressSource = { kind: 'host', hostName: 'db.example.com' };
const FIXED: AddressSource = { kind: 'fixed', addresses: ['10.0.1.10'] };

describe('sourceKey', () => {
  it('tells every source from every other', () => {
    const keys = [PROXY, ENDPOINT, INSTANCE, WRITER, READER, HOST, FIXED].map(sourceKey);

    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('readHostNames', () => {
  it('of every kind - its own listing of each, a hundred in a call, page after page', async () => {
    const { rds, rdsMock } = strictRds();
    const { answer, inputs } = pagesOf(
      { DBProxies: [{ DBProxyName: 'other', Endpoint: 'other.host' }], Marker: 'more' },
      { DBProxies: [{ DBProxyName: 'orders', Endpoint: 'orders.host' }] },
    );
    rdsMock.on(DescribeDBProxiesCommand).callsFake(answer);
    rdsMock.on(DescribeDBProxyEndpointsCommand).resolvesOnce({
      DBProxyEndpoints: [
        { DBProxyName: 'other', DBProxyEndpointName: 'reads', Endpoint: 'reads.of.other' },
        { DBProxyName: 'orders', DBProxyEndpointName: 'reads', Endpoint: 'reads.of.orders' },
      ],
    });
    rdsMock.on(DescribeDBInstancesCommand).resolvesOnce({
      DBInstances: [
        { DBInstanceIdentifier: 'orders-1', Endpoint: { Address: 'orders-1.host', Port: 5432 } },
        { DBInstanceIdentifier: 'being-created' },
      ],
    });
    rdsMock.on(DescribeDBClustersCommand).resolvesOnce({
      DBClusters: [{ DBClusterIdentifier: 'orders', Endpoint: 'writer.host', ReaderEndpoint: 'reader.host' }],
    });

    const names = await readHostNames(rds, [PROXY, ENDPOINT, INSTANCE, WRITER, READER, HOST, FIXED]);

    expect([PROXY, ENDPOINT, INSTANCE, WRITER, READER, HOST, FIXED].map((each) => names.get(sourceKey(each)))).toEqual([
      'orders.host',
      'reads.of.orders',
      'orders-1.host',
      'writer.host',
      'reader.host',
      'db.example.com',
      undefined,
    ]);
    expect(inputs).toEqual([{ MaxRecords: 100 }, { MaxRecords: 100, Marker: 'more' }]);
    expect(callsOf(rdsMock).slice(2)).toEqual([
      ['DescribeDBProxyEndpoints', { MaxRecords: 100 }],
      ['DescribeDBInstances', { MaxRecords: 100 }],
      ['DescribeDBClusters', { MaxRecords: 100 }],
    ]);
  });

  it.each([
    ['none', [], []],
    ['hosts and fixed lists', [HOST, FIXED], []],
    ['proxies without endpoints of their own', [PROXY], ['DescribeDBProxies']],
    ['instances', [INSTANCE], ['DescribeDBInstances']],
    ['clusters', [READER], ['DescribeDBClusters']],
  ] as const)('of %s - only what is needed is asked for', async (_kinds, sources, calls) => {
    const { rds, rdsMock } = strictRds();
    for (const command of [DescribeDBProxiesCommand, DescribeDBInstancesCommand, DescribeDBClustersCommand]) {
      rdsMock.on(command).resolves({});
    }

    await readHostNames(rds, sources);

    expect(callsOf(rdsMock).map(([command]) => command)).toEqual(calls);
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['AccessDenied', 'Denied'],
  ])('RDS says %s - thrown as %s', async (code, name) => {
    const { rds, rdsMock } = strictRds();
    rdsMock.on(DescribeDBProxiesCommand).rejects(awsError(code));

    await expect(readHostNames(rds, [PROXY])).rejects.toMatchObject({ name });
  });
});
