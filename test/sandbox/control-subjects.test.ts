import { describe, expect, it } from 'vitest';
import { withControl } from '../../sandbox/control.ts';
import { dnsControl } from '../../sandbox/dns/control.ts';
import { subnetControl } from '../../sandbox/services/ec2/subnet-control.ts';
import { proxyControl } from '../../sandbox/services/rds/control.ts';
import { createRdsWorld, MINUTE } from './services/rds/rds-world.ts';

/** What an answer may have. */
interface Said {
  readonly message?: string;
  readonly added?: readonly string[];
  readonly lost?: readonly string[];
  readonly nodes?: readonly object[];
  readonly A?: object;
}

/** The door of a world with one proxy. */
const door = async () => {
  const world = createRdsWorld();
  const host = await world.proxy('orders');
  const handler = withControl(world.handler, () => Promise.reject(new Error('not here')), [
    proxyControl(world.proxies),
    dnsControl(world.dns),
    subnetControl(world.subnets),
  ]);
  const send = async (path: string, options: unknown = '', method = 'POST') => {
    const body = typeof options === 'string' ? options : JSON.stringify(options);
    const answer = await handler({ method, path: `/_sandbox/${path}`, headers: {}, body: Buffer.from(body) });
    const said: Said = JSON.parse(Buffer.from(answer.body).toString());
    return { status: answer.status, said };
  };
  return { ...world, host, before: world.names(host), send };
};

describe('POST /_sandbox/proxies/NAME', () => {
  it('nodes - as they are', async () => {
    const { send } = await door();
    const { status, said } = await send('proxies/orders/nodes');
    expect(status).toBe(200);
    expect(said.nodes).toHaveLength(2);
    expect(said.nodes?.[0]).toEqual({
      endpoint: 'orders',
      addresses: ['10.0.0.4'],
      zone: 'us-west-2a',
      subnetId: 'subnet-0000000000000000a',
      interfaceId: expect.stringMatching(/^eni-/),
      isServing: true,
      isListed: true,
      isEnding: false,
    });
  });

  it('rotate - replaces them', async () => {
    const { send, passes, names, host } = await door();
    const { said } = await send('proxies/orders/rotate', { pace: 'at-once' });
    expect(said.added).toHaveLength(2);
    await passes(MINUTE);
    expect(names(host)).toEqual([...(said.added ?? [])].sort());
  });

  it('rotate - one by one with a gap, of one endpoint, never healthy', async () => {
    const { send, passes, names, host, before, proxies } = await door();
    const { said } = await send('proxies/orders/rotate', { endpoint: 'orders', gapSeconds: 600, healthy: false });
    await passes(5 * MINUTE);
    expect(names(host)).toEqual([...(said.added ?? []), before[1] ?? ''].sort());
    expect(proxies.isServing(said.added?.[0] ?? '', 5432)).toBe(false);
  });

  it('scale, fail-zone, restore-zone, serve, throttle', async () => {
    const { send, proxies, numbersTold, passes } = await door();
    expect((await send('proxies/orders/scale', { nodes: 4 })).said.added).toHaveLength(2);
    expect((await send('proxies/orders/fail-zone', { zone: 'us-west-2a' })).said.lost).toEqual([
      '10.0.0.4',
      '10.0.0.5',
    ]);
    expect((await send('proxies/orders/restore-zone', { zone: 'us-west-2a' })).status).toBe(200);
    expect((await send('proxies/orders/serve', { address: '10.0.1.4', serving: false })).status).toBe(200);
    expect(proxies.isServing('10.0.1.4', 5432)).toBe(false);
    expect((await send('proxies/orders/throttle')).status).toBe(200);
    await passes(MINUTE);
    expect(numbersTold()).toContain('RDS-EVENT-0275');
  });

  it.each([
    ['proxies/none/nodes', '', 404, "DBProxy 'none' cannot be found."],
    ['proxies/orders/scale', '', 400, 'nodes: Invalid key: Expected "nodes" but received undefined'],
    ['proxies/orders/scale', '[1]', 400, 'The options are a JSON object, or nothing at all.'],
    ['proxies/orders/scale', '{"nodes": -1}', 400, 'nodes: Invalid value: Expected >=0 but received -1'],
    ['proxies/orders/throttle', '{"now": true}', 400, 'now: Invalid key: Expected never but received "now"'],
    [
      'proxies/orders/serve',
      '{"address": "10.9.9.9", "serving": true}',
      400,
      'The proxy orders has no node at 10.9.9.9.',
    ],
    ['proxies/%/nodes', '', 400, 'URI malformed'],
  ])('%s %s - %i in words', async (path, options, status, message) => {
    const { send } = await door();
    expect(await send(path, options)).toEqual({ status, said: { message } });
  });
});

describe('POST /_sandbox/dns/NAME', () => {
  it.each([
    ['nxdomain', {}, { code: 'NXDOMAIN' }],
    ['servfail', {}, { code: 'SERVFAIL' }],
    ['timeout', {}, { code: 'TIMEOUT' }],
    ['empty', {}, { code: 'NOERROR', records: [] }],
    [
      'poison',
      { addresses: ['192.0.2.1'], alone: true },
      { code: 'NOERROR', records: [{ address: '192.0.2.1', ttl: 30 }] },
    ],
  ])('%s, and heal', async (verb, options, A) => {
    const { send, host, names, before } = await door();
    expect((await send(`dns/${host}/${verb}`, options)).said.A).toEqual(A);
    expect((await send(`dns/${host}/heal`)).status).toBe(200);
    expect(names(host)).toEqual(before);
  });

  it('poison - beside what is true, of nobody’s address', async () => {
    const { send, host, names, before } = await door();
    await send(`dns/${host}/poison`);
    expect(names(host)).toEqual([...before, '203.0.113.66']);
  });

  it('set and unset - names of any host', async () => {
    const { send, names } = await door();
    await send('dns/db.example.com/set', { addresses: ['192.0.2.1'], ttl: 5 });
    expect(names('db.example.com')).toEqual(['192.0.2.1']);
    await send('dns/db.example.com/unset');
    expect(names('db.example.com')).toEqual(['NXDOMAIN']);
    expect((await send('dns/db.example.com/set', { addresses: ['here'] })).status).toBe(400);
  });
});

describe('POST /_sandbox/subnets/ID/define', () => {
  it('says where a subnet is', async () => {
    const { send, subnets } = await door();
    const id = 'subnet-00000000000000009';
    const { said } = await send(`subnets/${id}/define`, { zone: 'us-west-2d', vpcId: 'vpc-00000000000000001' });
    expect(said).toEqual({ id, zone: 'us-west-2d', vpcId: 'vpc-00000000000000001', size: 251 });
    expect(subnets.find(id).zone).toBe('us-west-2d');
    expect((await send('subnets/here/define')).status).toBe(400);
  });
});

describe('other paths', () => {
  it.each([
    ['proxies/orders/dance', 'POST'],
    ['proxies/orders/nodes', 'GET'],
    ['proxies/orders/nodes/all', 'POST'],
    ['proxies', 'POST'],
  ])('%s by %s - told what there is', async (path, method) => {
    const { send } = await door();
    const { status, said } = await send(path, '', method);
    expect(status).toBe(404);
    expect(said.message).toBe(
      `The sandbox has no ${method} /_sandbox/${path}. It has POST /_sandbox/deploy, POST /_sandbox/proxies/NAME/{rotate|scale|fail-zone|restore-zone|serve|throttle|nodes}, POST /_sandbox/dns/NAME/{nxdomain|servfail|empty|timeout|poison|heal|set|unset|ask|vantage}, POST /_sandbox/subnets/NAME/{define}.`,
    );
  });
});
