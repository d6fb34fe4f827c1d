import { afterEach, describe, expect, it } from 'vitest';
import { dnsStandIn } from '../../../sandbox/dns/node-dns.ts';
import type { DnsOptions } from '../../../sandbox/dns/options.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import type { FunctionHost } from '../../../sandbox/run/function-host.ts';
import { simulatedHost } from '../../../sandbox/run/simulated-host.ts';
import { inProcessHttp } from '../../../sandbox/wire/in-process-http.ts';
import { functionOf } from '../run/support.ts';
import { createDns, HOST } from './dns-world.ts';

const open: FunctionHost[] = [];
afterEach(async () => {
  for (const host of open.splice(0)) await host.close();
});

/** What a simulated function returns whose body is `code`, and how many milliseconds of the world it took. */
const world = (options: Partial<DnsOptions> = { isCaching: false, latency: [3, 3] }) => {
  const parts = createDns(options);
  const { clock, dns } = parts;
  const host = simulatedHost({
    clock,
    random: seededRandom(1),
    http: inProcessHttp(async () => ({ status: 500, headers: {}, body: new Uint8Array() }), clock),
    dns: (timers, vpcId) => dnsStandIn(dns, timers, vpcId),
  });
  open.push(host);
  const lines: string[] = [];
  const call = async (code: string, timeoutSeconds = 60): Promise<{ result: unknown; took: number }> => {
    const spec = functionOf(`const HOST = '${HOST}'; exports.handler = async () => { ${code} };`, { timeoutSeconds });
    const began = clock.now();
    let took = 0;
    let payload = '';
    const done = host
      .start(spec, (line) => lines.push(line))
      .invoke({ requestId: 'r', invokedFunctionArn: 'arn:aws:lambda:us-west-2:123456789012:function:f', payload: '{}' })
      .then((result) => {
        took = clock.now() - began;
        payload = result.payload;
      });
    await clock.run(() => payload !== '');
    await done;
    return { result: JSON.parse(payload), took };
  };
  return { ...parts, call, lines };
};

const ALL = ['10.0.0.4', '10.0.0.5', '10.0.0.6'];
const FAILURE = `const failure = ({ code, message, syscall, hostname }) => ({ code, message, syscall, hostname });`;

describe('node:dns in a simulated function', () => {
  it.each([
    ['dns/promises', `return require('node:dns/promises').resolve4(HOST);`, ALL],
    ['dns.promises', `return require('dns').promises.resolve4(HOST);`, ALL],
    ['resolve6', `return require('dns').promises.resolve6(HOST);`, ['2600::4']],
    ['ttl', `return require('dns').promises.resolve6(HOST, { ttl: true });`, [{ address: '2600::4', ttl: 30 }]],
    ['resolve', `return require('dns').promises.resolve(HOST, 'AAAA');`, ['2600::4']],
    [
      'a callback',
      `return new Promise((done, fail) => require('dns').resolve4(HOST, (e, found) => e ? fail(e) : done(found)));`,
      ALL,
    ],
    [
      'a callback and ttl',
      `return new Promise((done) => require('dns').resolve6(HOST, { ttl: true }, (e, found) => done(found)));`,
      [{ address: '2600::4', ttl: 30 }],
    ],
    ['promisify', `return require('util').promisify(require('dns').resolve4)(HOST);`, ALL],
    [
      'a Resolver of promises',
      `const { Resolver } = require('dns/promises'); const r = new Resolver({ timeout: 1 }); r.setServers(['8.8.8.8']); return [r.getServers(), await r.resolve4(HOST)];`,
      [['8.8.8.8'], ALL.slice()],
    ],
    [
      'a Resolver with callbacks',
      `const { Resolver } = require('dns'); return new Promise((done) => new Resolver().resolve4(HOST, (e, found) => done(found)));`,
      ALL,
    ],
    ['constants', `return require('dns').NOTFOUND;`, 'ENOTFOUND'],
  ])('%s', async (_, code, expected) => {
    const { call } = world();
    expect((await call(code)).result).toEqual(expected);
  });

  it('takes the world’s time', async () => {
    const { call } = world();
    const { took } = await call(
      `const d = require('dns').promises; await d.resolve4(HOST); await d.resolve4(HOST); return 1;`,
    );
    expect(took).toBe(6);
  });

  it.each([
    ['nxdomain', 'ENOTFOUND'],
    ['servfail', 'ESERVFAIL'],
    ['empty', 'ENODATA'],
  ] as const)('%s - %s', async (kind, code) => {
    const { call, dns } = world();
    dns.ail(HOST, { kind });
    const { result } = await call(`${FAILURE} return require('dns').promises.resolve4(HOST).catch(failure);`);
    expect(result).toEqual({ code, message: `queryA ${code} ${HOST}`, syscall: 'queryA', hostname: HOST });
  });

  it('a time-out - after as many tries as the resolver makes', async () => {
    const { call, dns } = world();
    dns.ail(HOST, { kind: 'timeout' });
    const resolver = `const { Resolver } = require('dns').promises; const r = new Resolver({ timeout: 500, tries: 2 });`;
    const { result, took } = await call(`${FAILURE} ${resolver} return r.resolve6(HOST).catch(failure);`);
    expect(result).toMatchObject({ code: 'ETIMEOUT', message: `queryAaaa ETIMEOUT ${HOST}` });
    expect(took).toBe(1_503);
    expect((await call(`return require('dns').promises.resolve4(HOST);`, 3)).result).toMatchObject({
      errorType: 'Sandbox.Timedout',
    });
  });

  it('cancel - ends what is open', async () => {
    const { call, dns } = world();
    dns.ail(HOST, { kind: 'timeout' });
    const resolver = `const { Resolver } = require('dns').promises; const r = new Resolver();`;
    const { result, took } = await call(
      `${FAILURE} ${resolver} const asked = r.resolve4(HOST).catch(failure); setTimeout(() => r.cancel(), 100); return asked;`,
    );
    expect(result).toMatchObject({ code: 'ECANCELLED' });
    expect(took).toBe(101);
  });

  it.each([
    [`await require('dns').promises.lookup(HOST);`, 'Use resolve4 or resolve6 of node:dns'],
    [`require('dns').lookup(HOST, () => {});`, 'Use resolve4 or resolve6 of node:dns'],
    [`await require('dns').promises.resolveTxt(HOST);`, 'dns.promises.resolveTxt'],
    [`new (require('dns').Resolver)().resolveCname(HOST, () => {});`, 'dns.Resolver.resolveCname'],
    [`await require('dns').promises.resolve(HOST, 'MX');`, 'A and AAAA records only'],
    [`require('dns').resolve4(HOST);`, 'The "callback" argument must be of type function'],
    [`await require('dns').promises.resolve4(7);`, 'The "name" argument must be of type string'],
  ])('%s - refused in words', async (code, words) => {
    const { call } = world();
    expect((await call(code)).result).toMatchObject({ errorMessage: expect.stringContaining(words) });
  });

  it('what a callback throws - ends the function', async () => {
    const { call } = world();
    const { result } = await call(
      `return new Promise(() => require('dns').resolve4(HOST, () => { throw new Error('oops'); }));`,
    );
    expect(result).toMatchObject({ errorMessage: 'oops' });
  });
});
