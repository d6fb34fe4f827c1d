import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lookup, look, lookUpBy, PATIENCE, plausibility } from '../../../functions/aws/lookups.ts';
import type { Answer } from '../../../functions/domain/addresses.ts';
import { type DnsServer, serveDns } from '../../../sandbox/dns/server.ts';
import { createDns } from '../../sandbox/dns/dns-world.ts';

const addresses = (...each: readonly string[]): Answer => ({ kind: 'addresses', addresses: each });
const EMPTY: Answer = { kind: 'empty' };

describe('plausibility', () => {
  it.each([
    ['10.0.1.10', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.168.4.4', true],
    ['100.64.0.1', true],
    ['100.128.0.1', false],
    ['203.0.113.66', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['0.0.0.0', false],
    ['2600:1f14::a', false],
    ['::ffff:10.0.1.10', false],
    ['10.0.1', false],
    ['orders', false],
    ['', false],
  ])('IPv4, %j - %s', (address, is) => {
    expect(plausibility('ipv4')(address)).toBe(is);
  });

  it.each([
    ['2600:1f14::a', true],
    ['fd00::1', true],
    ['fe80::1', false],
    ['::1', false],
    ['ff02::1', false],
    ['10.0.1.10', false],
  ])('IPv6, %j - %s', (address, is) => {
    expect(plausibility('ipv6')(address)).toBe(is);
  });

  it('a binding’s own blocks - those, and no others', () => {
    const is = plausibility('ipv4', ['10.1.0.0/16', '10.2.3.4/32', '2600:1f14::/64']);

    expect(['10.1.255.1', '10.2.3.4', '10.2.3.5', '10.0.1.10'].map(is)).toEqual([true, true, false, false]);
    expect(plausibility('ipv6', ['2600:1f14::/64'])('2600:1f14::a')).toBe(true);
  });
});

describe('lookUp', () => {
  const { dns: world } = createDns({ isCaching: false });
  let server: DnsServer | undefined;
  const resolver = new Resolver(PATIENCE);
  const lookUp = lookUpBy(resolver);

  beforeAll(async () => {
    server = await serveDns(() => world, 0);
    resolver.setServers([server.address]);
  });
  afterAll(() => server?.close());

  it('IPv4 - the A records, and no others', async () => {
    world.setName('both.example.com', ['10.0.1.10', '10.0.1.11', '2600:1f14::a']);

    const { addresses: named, ...answer } = (await lookUp('both.example.com', 'ipv4')) as Answer & {
      addresses: readonly string[];
    };

    expect(answer).toEqual({ kind: 'addresses' });
    expect([...named].sort()).toEqual(['10.0.1.10', '10.0.1.11']);
  });

  it('IPv6 - in the one form, however DNS writes it', async () => {
    world.setName('six.example.com', ['2600:1f14:0000:0000:0:0:0:000A', '2600:1F14::0b']);

    const answer = await lookUp('six.example.com', 'ipv6');

    expect(answer.kind === 'addresses' && [...answer.addresses].sort()).toEqual(['2600:1f14::a', '2600:1f14::b']);
  });

  it('there is no such name - nobody', async () => {
    await expect(lookUp('nobody.example.com', 'ipv4')).resolves.toEqual(EMPTY);
  });

  it('the name has no record of the family - nobody', async () => {
    world.setName('four.example.com', ['10.0.1.10']);

    await expect(lookUp('four.example.com', 'ipv6')).resolves.toEqual(EMPTY);
  });

  it('the resolver fails - told, which is not the same as nobody', async () => {
    world.setName('ill.example.com', ['10.0.1.10']);
    world.ail('ill.example.com', { kind: 'servfail' });

    await expect(lookUp('ill.example.com', 'ipv4')).resolves.toEqual({
      kind: 'failed',
      problem: 'ill.example.com: ESERVFAIL',
    });
  });

  it('nobody answers - told, and soon: three in a row are within the time of a function', async () => {
    world.setName('silent.example.com', ['10.0.1.10']);
    world.ail('silent.example.com', { kind: 'timeout' });
    const began = performance.now();

    await expect(lookUp('silent.example.com', 'ipv4')).resolves.toEqual({
      kind: 'failed',
      problem: 'silent.example.com: ETIMEOUT',
    });
    expect(3 * (performance.now() - began)).toBeLessThan(30_000 / 2);
  });

  it('a name that is none - told', async () => {
    await expect(lookUp(`${'x'.repeat(64)}.example.com`, 'ipv4')).resolves.toEqual({
      kind: 'failed',
      problem: `${'x'.repeat(64)}.example.com: EBADNAME`,
    });
  });
});

describe('look', () => {
  const asking = async (answers: readonly Answer[], rest: { family?: 'ipv4' | 'ipv6'; within?: string[] } = {}) => {
    const asked: (readonly [string, string])[] = [];
    let [inFlight, mostInFlight] = [0, 0];
    const lookup: Lookup = async (hostName, family) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      await Promise.resolve();
      inFlight -= 1;
      asked.push([hostName, family]);
      return answers[(asked.length - 1) % answers.length] ?? EMPTY;
    };
    const seen = await look(lookup, { hostName: 'orders.host', family: 'ipv4', ...rest });
    return { seen, asked, mostInFlight };
  };

  it('three queries, one after another', async () => {
    const { seen, asked, mostInFlight } = await asking([addresses('10.0.1.10')]);

    expect(asked).toEqual(Array.from({ length: 3 }, () => ['orders.host', 'ipv4']));
    expect(mostInFlight).toBe(1);
    expect(seen).toEqual({ kind: 'answered', addresses: ['10.0.1.10'], isWhole: true });
  });

  it('answers that are subsets in turn - their union', async () => {
    const { seen } = await asking([
      addresses('10.0.1.12', '10.0.1.10'),
      addresses('10.0.1.11'),
      addresses('10.0.1.10'),
    ]);

    expect(seen).toEqual({ kind: 'answered', addresses: ['10.0.1.10', '10.0.1.11', '10.0.1.12'], isWhole: true });
  });

  it.each([
    ['one failed', { kind: 'failed', problem: 'orders.host: ETIMEOUT' }],
    ['one found nobody', EMPTY],
    ['one named a stranger', addresses('10.0.1.10', '203.0.113.66')],
  ] as const)('%s - what the others named counts, and absence does not', async (_situation, answer) => {
    const { seen } = await asking([addresses('10.0.1.10'), answer, addresses('10.0.1.10')]);

    expect(seen).toEqual({ kind: 'answered', addresses: ['10.0.1.10'], isWhole: false });
  });

  it('only strangers - not believed, and told', async () => {
    const { seen } = await asking([addresses('203.0.113.66')]);

    expect(seen).toEqual({ kind: 'failed', problem: "DNS named 203.0.113.66, which is none of the source's" });
  });

  it('outside the binding’s own blocks - a stranger', async () => {
    const { seen } = await asking([addresses('10.0.1.10')], { within: ['10.9.0.0/16'] });

    expect(seen).toMatchObject({ kind: 'failed' });
  });

  it('nobody, three times - empty', async () => {
    expect((await asking([EMPTY])).seen).toEqual(EMPTY);
  });

  it('IPv6 - asked for, and believed', async () => {
    const { seen, asked } = await asking([addresses('2600:1f14::a')], { family: 'ipv6' });

    expect(asked[0]).toEqual(['orders.host', 'ipv6']);
    expect(seen).toMatchObject({ addresses: ['2600:1f14::a'], isWhole: true });
  });
});
