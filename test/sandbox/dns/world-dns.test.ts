import { describe, expect, it } from 'vitest';
import type { Ailment } from '../../../sandbox/dns/world-dns.ts';
import { createDns, HOST } from './dns-world.ts';

const ALL = ['10.0.0.4', '10.0.0.5', '10.0.0.6'];

describe('an answer', () => {
  it('has all addresses of its kind, whatever the case of the name and the dot at its end', () => {
    const { ask } = createDns();
    expect(ask(HOST)).toEqual(ALL);
    expect(ask('DB.Example.com.', 'AAAA')).toEqual(['2600::4']);
    expect(ask('other.example.com')).toBe('NXDOMAIN');
  });

  it('begins one address further each time, and may be a part', () => {
    const { ask } = createDns({ answerSize: 2, isCaching: false });
    expect([ask(), ask(), ask(), ask()]).toEqual([
      ['10.0.0.4', '10.0.0.5'],
      ['10.0.0.5', '10.0.0.6'],
      ['10.0.0.6', '10.0.0.4'],
      ['10.0.0.4', '10.0.0.5'],
    ]);
  });

  it('is empty for a name without addresses of the kind', () => {
    const { dns, ask } = createDns();
    dns.setName('four.example.com', ['10.0.0.9']);
    expect(ask('four.example.com', 'AAAA')).toEqual([]);
  });
});

describe('a resolver', () => {
  it('keeps an answer until its TTL is over, each vantage its own, and says what is left of it', async () => {
    const { dns, ask, passes } = createDns();
    expect(ask()).toEqual(ALL);
    dns.setName(HOST, ['10.0.0.9'], 30);
    await passes(12);
    expect(ask()).toEqual(ALL);
    expect(dns.resolve(HOST, 'A')).toMatchObject({ records: [{ ttl: 18 }, { ttl: 18 }, { ttl: 18 }] });
    expect(ask(HOST, 'A', '8.8.8.8')).toEqual(['10.0.0.9']);
    await passes(18);
    expect(ask()).toEqual(['10.0.0.9']);
  });

  it('keeps it too that a name does not exist', async () => {
    const { dns, ask, passes } = createDns({ negativeTtl: 20 });
    expect(ask('new.example.com')).toBe('NXDOMAIN');
    dns.setName('new.example.com', ['10.0.0.9']);
    expect(ask('new.example.com')).toBe('NXDOMAIN');
    await passes(20);
    expect(ask('new.example.com')).toEqual(['10.0.0.9']);
  });

  it('without a cache - says what is true', () => {
    const { dns, ask } = createDns({ isCaching: false });
    ask();
    dns.setName(HOST, ['10.0.0.9']);
    expect(ask()).toEqual(['10.0.0.9']);
    dns.unsetName(HOST);
    expect(ask()).toBe('NXDOMAIN');
  });
});

describe('a name that ails', () => {
  it.each<[Ailment, readonly string[] | string, readonly string[] | string]>([
    [{ kind: 'nxdomain' }, 'NXDOMAIN', 'NXDOMAIN'],
    [{ kind: 'servfail' }, 'SERVFAIL', 'SERVFAIL'],
    [{ kind: 'timeout' }, 'TIMEOUT', 'TIMEOUT'],
    [{ kind: 'empty' }, [], []],
    [{ kind: 'poison', addresses: ['203.0.113.1'] }, [...ALL, '203.0.113.1'], ['2600::4']],
    [{ kind: 'poison', addresses: ['203.0.113.1', '2001:db8::1'], isAlone: true }, ['203.0.113.1'], ['2001:db8::1']],
  ])('%j - at once, past the cache, until it is healed', (ailment, a, aaaa) => {
    const { dns, ask } = createDns();
    ask();
    dns.ail(HOST, ailment);
    expect([ask(), ask(HOST, 'AAAA')]).toEqual([a, aaaa]);
    dns.heal(HOST);
    expect([ask(), ask(HOST, 'AAAA')]).toEqual([ALL, ['2600::4']]);
  });

  it('does so in the journal', () => {
    const { dns, journal } = createDns();
    dns.ail(HOST, { kind: 'poison', addresses: ['203.0.113.1'] });
    dns.heal(HOST);
    dns.heal(HOST);
    expect(journal.entries.map(({ kind, who, what }) => [kind, who, what])).toEqual([
      ['state', 'dns', `${HOST} set`],
      ['state', 'dns', `${HOST} poison`],
      ['state', 'dns', `${HOST} healed`],
    ]);
  });
});

describe('authorities', () => {
  it('are asked in order, and are told who asks', () => {
    const { dns, ask } = createDns({ isCaching: false });
    const asked: string[] = [];
    dns.add({
      find: (name, vantage) => {
        asked.push(`${name} ${vantage}`);
        return vantage === '10.0.0.2' ? { ipv4: ['10.1.0.1'], ipv6: [], ttl: 5 } : undefined;
      },
    });
    dns.add({ find: () => ({ ipv4: ['10.2.0.1'], ipv6: [], ttl: 5 }) });
    expect([ask('x.test'), ask('X.test', 'A', '8.8.8.8'), ask(HOST)]).toEqual([['10.1.0.1'], ['10.2.0.1'], ALL]);
    expect(asked).toEqual(['x.test 10.0.0.2', 'x.test 8.8.8.8']);
  });
});
