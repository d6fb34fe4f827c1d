import { describe, expect, it } from 'vitest';
import { createRdsWorld, MINUTE, SECOND, STEADY } from './rds-world.ts';

const PORT = 5432;
const ORDERS = 'Network interface for DBProxy orders';

/** A world with one proxy, and what is true of the addresses that a test names. */
const withOrders = async (options: Parameters<typeof createRdsWorld>[0] = {}) => {
  const world = createRdsWorld(options);
  const host = await world.proxy('orders');
  const seen = async (address: string) => ({
    interface: (await world.interfaces('*')).includes(address),
    serves: world.proxies.isServing(address, PORT),
    dns: world.names(host).includes(address),
  });
  return { ...world, host, before: world.names(host), seen };
};

const IN_USE = { interface: true, serves: true, dns: true };
const GONE = { interface: false, serves: false, dns: false };

describe('a new node', () => {
  it('has its interface at once, serves later, and is in DNS at last', async () => {
    const { proxies, passes, seen } = await withOrders();
    const [added = ''] = proxies.scale('orders', { nodes: 3 });
    expect(await seen(added)).toEqual({ interface: true, serves: false, dns: false });
    await passes(11 * SECOND);
    expect(await seen(added)).toEqual({ interface: true, serves: true, dns: false });
    await passes(20 * SECOND);
    expect(await seen(added)).toEqual(IN_USE);
  });

  it('in a world whose interfaces serve at once - does', async () => {
    const { proxies, seen } = await withOrders({ rds: { ...STEADY, uncertain: { interfaceServesAtOnce: true } } });
    const [added = ''] = proxies.scale('orders', { nodes: 3 });
    expect(await seen(added)).toEqual({ interface: true, serves: true, dns: false });
  });

  it('is started where its endpoint has the fewest', async () => {
    const { proxies } = await withOrders();
    proxies.scale('orders', { nodes: 6 });
    const zones = proxies.nodes('orders').map(({ zone }) => zone);
    expect(zones).toEqual(['a', 'b', 'c', 'a', 'b', 'c'].map((letter) => `us-west-2${letter}`));
  });
});

describe('a node that is dismissed', () => {
  it('leaves DNS, stops serving, and its interface lingers', async () => {
    const { proxies, passes, seen, before } = await withOrders();
    proxies.scale('orders', { nodes: 1 });
    const [, old = ''] = before;
    await passes(4 * SECOND);
    expect(await seen(old)).toEqual(IN_USE);
    await passes(2 * SECOND);
    expect(await seen(old)).toEqual({ interface: true, serves: true, dns: false });
    await passes(55 * SECOND);
    expect(await seen(old)).toEqual({ interface: true, serves: false, dns: false });
    await passes(2 * MINUTE);
    expect(await seen(old)).toEqual(GONE);
  });

  it('is the youngest', async () => {
    const { proxies, passes, names, host, before } = await withOrders();
    proxies.scale('orders', { nodes: 4 });
    await passes(MINUTE);
    proxies.scale('orders', { nodes: 2 });
    await passes(MINUTE);
    expect(names(host)).toEqual(before);
  });
});

describe('rotate', () => {
  it('one by one - a replacement comes into DNS, its elder goes, and after the gap the next begins', async () => {
    const { proxies, passes, names, host, before } = await withOrders();
    const [first = '', second = ''] = before;
    const [third = ''] = proxies.rotate('orders', { gap: 100 * SECOND });
    expect(names(host)).toEqual([first, second]);
    await passes(36 * SECOND);
    expect(names(host)).toEqual([third, second].sort());
    await passes(90 * SECOND);
    expect(names(host)).toEqual([third, second].sort());
    await passes(MINUTE);
    const after = names(host);
    expect(after).toHaveLength(2);
    expect(after).toContain(third);
    expect(after).not.toContain(second);
    await passes(10 * MINUTE);
    expect(
      proxies
        .nodes('orders')
        .flatMap(({ addresses }) => addresses)
        .sort(),
    ).toEqual(after);
  });

  it('at once - all are replaced together, each in its zone', async () => {
    const { proxies, passes, names, host, before } = await withOrders();
    const added = proxies.rotate('orders', { pace: 'at-once' });
    await passes(36 * SECOND);
    expect(names(host)).toEqual([...added].sort());
    expect(added.map((address) => proxies.zoneOf(address))).toEqual(
      [...before].map((address) => proxies.zoneOf(address)),
    );
  });

  it('one - the oldest alone', async () => {
    const { proxies, passes, names, host, before } = await withOrders();
    const added = proxies.rotate('orders', { nodes: 'one' });
    await passes(10 * MINUTE);
    expect(names(host)).toEqual([...added, before[1] ?? ''].sort());
  });

  it('unhealthy - DNS lists what never serves', async () => {
    const { proxies, passes, seen } = await withOrders();
    const added = proxies.rotate('orders', { pace: 'at-once', isHealthy: false });
    await passes(10 * MINUTE);
    for (const address of added) expect(await seen(address)).toEqual({ interface: true, serves: false, dns: true });
  });

  it('of nobody - refused by AWS’s names', async () => {
    const { proxies } = await withOrders();
    expect(() => proxies.rotate('none')).toThrow(expect.objectContaining({ code: 'DBProxyNotFoundFault' }));
    expect(() => proxies.rotate('orders', { endpoint: 'none' })).toThrow(
      expect.objectContaining({ code: 'DBProxyEndpointNotFoundFault' }),
    );
  });
});

describe('a zone that fails', () => {
  it('serves no longer at once; DNS and interfaces follow; replacements come elsewhere', async () => {
    const { proxies, passes, seen, names, host, before } = await withOrders();
    const [first = '', second = ''] = before;
    const zone = proxies.zoneOf(first) ?? '';
    expect(proxies.failZone('orders', zone)).toEqual([first]);
    expect(await seen(first)).toEqual({ interface: true, serves: false, dns: true });
    await passes(41 * SECOND);
    expect(await seen(first)).toEqual({ interface: true, serves: false, dns: false });
    await passes(45 * SECOND);
    const after = names(host);
    expect(after).toHaveLength(2);
    expect(after).toContain(second);
    for (const address of after) expect(proxies.zoneOf(address)).not.toBe(zone);
    await passes(5 * MINUTE);
    expect(await seen(first)).toEqual(GONE);
  });

  it('takes dismissed nodes with it, once', async () => {
    const { proxies, passes, seen, before, names, host } = await withOrders();
    const [first = '', second = ''] = before;
    proxies.scale('orders', { nodes: 1 });
    await passes(10 * SECOND);
    proxies.failZone('orders', proxies.zoneOf(second) ?? '');
    expect(await seen(second)).toEqual({ interface: true, serves: false, dns: false });
    await passes(10 * MINUTE);
    expect(await seen(second)).toEqual(GONE);
    expect(names(host)).toEqual([first]);
  });

  it('is used again once it is restored', async () => {
    const { proxies, before } = await withOrders();
    const zone = proxies.zoneOf(before[0] ?? '') ?? '';
    proxies.failZone('orders', zone);
    expect(proxies.scale('orders', { nodes: 5 }).map((address) => proxies.zoneOf(address))).not.toContain(zone);
    proxies.restoreZone('orders', zone);
    expect(proxies.scale('orders', { nodes: 6 }).map((address) => proxies.zoneOf(address))).toEqual([zone]);
  });
});

describe('zones that all fail', () => {
  it('leave a name without addresses, until one is restored', async () => {
    const { proxies, passes, names, host, numbersTold } = await withOrders();
    for (const letter of ['a', 'b', 'c']) proxies.failZone('orders', `us-west-2${letter}`);
    await passes(10 * MINUTE);
    expect(names(host)).toEqual([]);
    expect(proxies.nodes('orders')).toEqual([]);
    expect(numbersTold()).toEqual(['RDS-EVENT-0203']);

    proxies.restoreZone('orders', 'us-west-2c');
    await passes(MINUTE);
    expect(names(host).map((address) => proxies.zoneOf(address))).toEqual(['us-west-2c', 'us-west-2c']);
  });
});

describe('serve', () => {
  it('off and on - the address alone, and before its time as well', async () => {
    const { proxies, passes, before } = await withOrders();
    const [first = '', second = ''] = before;
    expect(proxies.serve(first, false)).toBe(true);
    expect([first, second].map((address) => proxies.isServing(address, PORT))).toEqual([false, true]);
    expect(proxies.serve(first, true)).toBe(true);
    expect(proxies.isServing(first, PORT)).toBe(true);

    const [added = ''] = proxies.scale('orders', { nodes: 3 });
    proxies.serve(added, false);
    await passes(MINUTE);
    expect(proxies.isServing(added, PORT)).toBe(false);
    expect(proxies.serve('10.9.9.9', false)).toBe(false);
  });
});

describe('interfaces', () => {
  it('of a proxy whose name begins with another’s - found by a pattern, not by the exact words', async () => {
    const { proxy, interfaces, names, host } = await withOrders();
    const other = await proxy('orders-2');
    expect(await interfaces(ORDERS)).toEqual(names(host));
    expect(await interfaces(`${ORDERS}*`)).toEqual([...names(host), ...names(other)].sort());
    expect(await interfaces(`${ORDERS}-?`)).toEqual(names(other));
  });

  it('in a world that words them otherwise - are there, and not found', async () => {
    const { interfaces } = await withOrders({ rds: { ...STEADY, uncertain: { interfaceDescription: 'other' } } });
    expect(await interfaces(`${ORDERS}*`)).toEqual([]);
    expect(await interfaces('RDSNetworkInterface')).toHaveLength(2);
  });
});

describe('subnets without addresses', () => {
  it('give no node; RDS-EVENT-0243 tells of it; addresses that come back are given again', async () => {
    const { proxies, subnets, passes, numbersTold, before } = await withOrders();
    for (const letter of ['a', 'b', 'c']) subnets.define({ id: `subnet-0000000000000000${letter}`, size: 1 });
    const added = proxies.scale('orders', { nodes: 5 });
    expect(added).toHaveLength(1);
    await passes(5 * SECOND);
    expect(numbersTold()).toEqual(['RDS-EVENT-0203', 'RDS-EVENT-0243', 'RDS-EVENT-0243']);

    proxies.scale('orders', { nodes: 0 });
    await passes(5 * MINUTE);
    expect([...proxies.scale('orders', { nodes: 3 })].sort()).toEqual([...before, ...added].sort());
  });
});

describe('the journal', () => {
  it('has every change of a node’s life', async () => {
    const { proxies, passes, journal, before } = await withOrders();
    const [, old] = before;
    const start = journal.entries.length;
    proxies.scale('orders', { nodes: 1 });
    await passes(10 * MINUTE);
    const lines = journal.entries.slice(start).filter(({ who }) => who === 'rds');
    expect(lines.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      `state orders ${old} dismissed`,
      `state orders ${old} out of DNS`,
      `state orders ${old} stopped`,
      `state orders ${old} interface gone`,
    ]);
    expect(lines[0]?.detail).toEqual({
      proxy: 'orders',
      zone: 'us-west-2b',
      interface: expect.stringMatching(/^eni-0[0-9a-f]{16}$/),
    });
  });
});
