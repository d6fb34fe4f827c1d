import {
  CreateDBProxyCommand,
  CreateDBProxyEndpointCommand,
  DeleteDBProxyCommand,
  DeleteDBProxyEndpointCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyEndpointsCommand,
  ModifyDBProxyCommand,
  ModifyDBProxyEndpointCommand,
  paginateDescribeDBProxies,
  RDSClient,
} from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import { createRdsWorld, MINUTE, ROLE, SECOND, STEADY, SUBNETS } from './rds-world.ts';

const ORDERS = {
  DBProxyName: 'Orders',
  EngineFamily: 'POSTGRESQL',
  RoleArn: ROLE,
  VpcSubnetIds: SUBNETS,
} as const;

describe('a proxy', () => {
  it('is created in its time, told of, and known by its AWS name', async () => {
    const { rds, passes, told, clock } = createRdsWorld();
    const began = clock.now();
    const { DBProxy: made } = await rds.send(new CreateDBProxyCommand(ORDERS));
    expect(made).toMatchObject({
      DBProxyName: 'orders',
      DBProxyArn: expect.stringMatching(/^arn:aws:rds:us-west-2:123456789012:db-proxy:prx-0[0-9a-f]{16}$/),
      Status: 'creating',
      Endpoint: expect.stringMatching(/^orders\.proxy-[0-9a-z]{12}\.us-west-2\.rds\.amazonaws\.com$/),
      EndpointNetworkType: 'IPV4',
      VpcSubnetIds: SUBNETS,
      VpcId: 'vpc-0123456789abcdef0',
      IdleClientTimeout: 1800,
      RequireTLS: false,
      CreatedDate: new Date(began),
    });

    await passes(99 * SECOND);
    const creating = await rds.send(new DescribeDBProxiesCommand({ DBProxyName: 'orders' }));
    expect(creating.DBProxies?.map(({ Status }) => Status)).toEqual(['creating']);
    await passes(3 * SECOND);
    const available = await rds.send(new DescribeDBProxiesCommand({ DBProxyName: 'ORDERS' }));
    expect(available.DBProxies?.map(({ Status }) => Status)).toEqual(['available']);
    expect(told).toEqual([
      {
        at: 101 * SECOND,
        type: 'RDS DB Proxy Event',
        resources: [made?.DBProxyArn],
        detail: {
          EventCategories: ['creation'],
          SourceType: 'DB_PROXY',
          SourceArn: made?.DBProxyArn,
          Date: new Date(began + 100 * SECOND).toISOString(),
          Message: 'RDS created DB Proxy orders.',
          SourceIdentifier: 'orders',
          EventID: 'RDS-EVENT-0203',
        },
      },
    ]);
  });

  it('is modified, and told of', async () => {
    const { rds, proxy, passes, numbersTold } = createRdsWorld();
    await proxy('orders');
    const modifying = await rds.send(
      new ModifyDBProxyCommand({ DBProxyName: 'orders', RequireTLS: true, IdleClientTimeout: 60 }),
    );
    expect(modifying.DBProxy).toMatchObject({ Status: 'modifying', RequireTLS: true, IdleClientTimeout: 60 });
    await expect(rds.send(new ModifyDBProxyCommand({ DBProxyName: 'orders' }))).rejects.toMatchObject({
      name: 'InvalidDBProxyStateFault',
    });

    await passes(30 * SECOND);
    const { DBProxies } = await rds.send(new DescribeDBProxiesCommand({}));
    expect(DBProxies?.map(({ Status }) => Status)).toEqual(['available']);
    expect(numbersTold()).toEqual(['RDS-EVENT-0203', 'RDS-EVENT-0204']);
  });

  it('is deleted with its endpoints, nodes and interfaces', async () => {
    const { rds, proxy, passes, names, interfaces, numbersTold } = createRdsWorld();
    const host = await proxy('orders');
    expect(await interfaces('*')).toHaveLength(2);
    const deleting = await rds.send(new DeleteDBProxyCommand({ DBProxyName: 'orders' }));
    expect(deleting.DBProxy?.Status).toBe('deleting');

    await passes(10 * SECOND);
    expect(names(host)).toEqual(['NXDOMAIN']);
    expect(await interfaces('*')).toHaveLength(2);
    await passes(5 * MINUTE);
    expect(names(host)).toEqual(['NXDOMAIN']);
    expect(await interfaces('*')).toEqual([]);
    await expect(rds.send(new DescribeDBProxiesCommand({ DBProxyName: 'orders' }))).rejects.toMatchObject({
      name: 'DBProxyNotFoundFault',
      $metadata: { httpStatusCode: 404 },
    });
    expect(numbersTold()).toEqual(['RDS-EVENT-0203', 'RDS-EVENT-0205']);
  });

  it.each([
    ['a name that is taken', { DBProxyName: 'orders' }, 'DBProxyAlreadyExistsFault'],
    ['a name with two hyphens', { DBProxyName: 'a--b' }, 'InvalidParameterValue'],
    ['a name that begins with a digit', { DBProxyName: '1a' }, 'InvalidParameterValue'],
    ['an unknown engine', { DBProxyName: 'x', EngineFamily: 'ORACLE' as 'MYSQL' }, 'InvalidParameterValue'],
    ['subnets of one zone', { DBProxyName: 'x', VpcSubnetIds: SUBNETS.slice(0, 1) }, 'InvalidSubnet'],
  ])('%s - refused', async (_, input, name) => {
    const { rds, proxy } = createRdsWorld();
    await proxy('orders');
    await expect(rds.send(new CreateDBProxyCommand({ ...ORDERS, ...input }))).rejects.toMatchObject({ name });
  });

  it('is its account’s own', async () => {
    const { proxy, config } = createRdsWorld();
    await proxy('orders');
    const other = new RDSClient(config('222222222222'));
    expect((await other.send(new DescribeDBProxiesCommand({}))).DBProxies).toEqual([]);
    await expect(other.send(new DescribeDBProxiesCommand({ DBProxyName: 'orders' }))).rejects.toMatchObject({
      name: 'DBProxyNotFoundFault',
    });
  });

  it('is listed in pages', async () => {
    const { rds, proxy } = createRdsWorld({ rds: { ...STEADY, largestPage: 2 } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await proxy(name);
    const pages: (string | undefined)[][] = [];
    for await (const { DBProxies = [] } of paginateDescribeDBProxies({ client: rds, pageSize: 20 }, {})) {
      pages.push(DBProxies.map(({ DBProxyName }) => DBProxyName));
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it.each([19, 101])('MaxRecords %i - refused', async (MaxRecords) => {
    const { rds } = createRdsWorld();
    await expect(rds.send(new DescribeDBProxiesCommand({ MaxRecords }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

describe('a further endpoint', () => {
  const READER = {
    DBProxyName: 'orders',
    DBProxyEndpointName: 'orders-ro',
    VpcSubnetIds: SUBNETS,
    TargetRole: 'READ_ONLY',
  } as const;

  it('lives from creation to deletion, and events name it with its proxy’s ARN', async () => {
    const { rds, proxy, passes, told, names, interfaces } = createRdsWorld();
    const proxyHost = await proxy('orders');
    const { DBProxyEndpoint: made } = await rds.send(new CreateDBProxyEndpointCommand(READER));
    expect(made).toMatchObject({ Status: 'creating', IsDefault: false, TargetRole: 'READ_ONLY' });
    const host = made?.Endpoint ?? '';
    expect(host).toBe(proxyHost.replace('orders.proxy-', 'orders-ro.endpoint.proxy-'));
    expect(names(host)).toEqual(['NXDOMAIN']);

    await passes(2 * MINUTE);
    const { DBProxyEndpoints } = await rds.send(new DescribeDBProxyEndpointsCommand({ DBProxyName: 'orders' }));
    expect(DBProxyEndpoints?.map((one) => [one.DBProxyEndpointName, one.Status, one.IsDefault])).toEqual([
      ['orders', 'available', true],
      ['orders-ro', 'available', false],
    ]);
    expect(names(host)).toHaveLength(2);
    // Interfaces do not tell one endpoint from another.
    expect(await interfaces('Network interface for DBProxy orders')).toEqual(
      [...names(host), ...names(proxyHost)].sort(),
    );

    await rds.send(
      new ModifyDBProxyEndpointCommand({ DBProxyEndpointName: 'orders-ro', VpcSecurityGroupIds: ['sg-1'] }),
    );
    await passes(MINUTE);
    await rds.send(new DeleteDBProxyEndpointCommand({ DBProxyEndpointName: 'orders-ro' }));
    await passes(5 * MINUTE);
    expect(names(host)).toEqual(['NXDOMAIN']);
    expect(told.slice(1).map(({ detail }) => [detail.EventID, detail.SourceIdentifier, detail.Message])).toEqual([
      ['RDS-EVENT-0206', 'orders-ro', 'RDS created endpoint orders-ro of DB Proxy orders.'],
      ['RDS-EVENT-0207', 'orders-ro', 'RDS modified endpoint orders-ro of DB Proxy orders.'],
      ['RDS-EVENT-0208', 'orders-ro', 'RDS deleted endpoint orders-ro of DB Proxy orders.'],
    ]);
    expect(new Set(told.map(({ detail }) => detail.SourceArn)).size).toBe(1);
  });

  it('faults have AWS’s names', async () => {
    const { rds, proxy } = createRdsWorld();
    await proxy('orders');
    await rds.send(new CreateDBProxyEndpointCommand(READER));
    await expect(rds.send(new CreateDBProxyEndpointCommand(READER))).rejects.toMatchObject({
      name: 'DBProxyEndpointAlreadyExistsFault',
    });
    await expect(rds.send(new CreateDBProxyEndpointCommand({ ...READER, DBProxyName: 'none' }))).rejects.toMatchObject({
      name: 'DBProxyNotFoundFault',
    });
    await expect(rds.send(new DeleteDBProxyEndpointCommand({ DBProxyEndpointName: 'orders' }))).rejects.toMatchObject({
      name: 'InvalidDBProxyEndpointStateFault',
    });
    await expect(rds.send(new DeleteDBProxyEndpointCommand({ DBProxyEndpointName: 'none' }))).rejects.toMatchObject({
      name: 'DBProxyEndpointNotFoundFault',
    });
    await expect(
      rds.send(new DescribeDBProxyEndpointsCommand({ DBProxyName: 'orders', DBProxyEndpointName: 'none' })),
    ).rejects.toMatchObject({ name: 'DBProxyEndpointNotFoundFault' });
  });

  it.each([
    ['IPV4', 2, 0],
    ['IPV6', 0, 2],
    ['DUAL', 2, 2],
  ] as const)('network type %s - %i A and %i AAAA records', async (EndpointNetworkType, a, aaaa) => {
    const { proxy, names, proxies } = createRdsWorld();
    const host = await proxy('orders', { EndpointNetworkType });
    expect(names(host, 'A')).toHaveLength(a);
    expect(names(host, 'AAAA')).toHaveLength(aaaa);
    for (const address of [...names(host, 'A'), ...names(host, 'AAAA')]) {
      expect(proxies.isServing(address, 5432)).toBe(true);
      expect(proxies.isServing(address, 3306)).toBe(false);
      expect(proxies.zoneOf(address)).toMatch(/^us-west-2[abc]$/);
    }
  });
});
