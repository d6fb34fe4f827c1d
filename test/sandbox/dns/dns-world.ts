import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { type DnsOptions, dnsSettings } from '../../../sandbox/dns/options.ts';
import { WorldDns } from '../../../sandbox/dns/world-dns.ts';
import { Journal } from '../../../sandbox/journal.ts';
import { seededRandom } from '../../../sandbox/random.ts';

export const HOST = 'db.example.com';

/** A DNS with one name, and its clock. */
export const createDns = (options: Partial<DnsOptions> = {}) => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 23));
  const journal = new Journal(clock);
  const dns = new WorldDns({ clock, journal, random: seededRandom(3) }, dnsSettings(options));
  dns.setName(HOST, ['10.0.0.4', '10.0.0.5', '10.0.0.6', '2600::4'], 30);
  const passes = async (seconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + seconds * 1_000);
  };
  /** The addresses of an answer in its order, or its code. */
  const ask = (name = HOST, type: 'A' | 'AAAA' = 'A', vantage?: string): readonly string[] | string => {
    const answer = dns.resolve(name, type, vantage);
    return answer.code === 'NOERROR' ? answer.records.map(({ address }) => address) : answer.code;
  };
  return { clock, journal, dns, passes, ask };
};
