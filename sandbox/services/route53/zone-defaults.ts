import type { Random } from '../../random.ts';
import { type RecordSet, type Records, recordKey } from './record-set.ts';

const TOP_LEVELS = ['com', 'net', 'org', 'co.uk'];
const SERVERS_OF_EACH = 512;
const DOMAINS = 64;
/** The TTLs of what a new zone begins with, in seconds, https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html */
const NS_TTL = 172_800;
const SOA_TTL = 900;

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** The four name servers of a zone, one of each top level; all private zones have the same. */
export const nameServersOf = (isPrivate: boolean, random: Random): readonly string[] =>
  TOP_LEVELS.map((top, index) => {
    const [server, domain] = isPrivate
      ? [0, 0]
      : [random.between(0, SERVERS_OF_EACH - 1), random.between(0, DOMAINS - 1)];
    return `ns-${index * SERVERS_OF_EACH + server}.awsdns-${twoDigits(domain)}.${top}`;
  });

const record = (name: string, type: string, ttl: number, values: readonly string[]): RecordSet => ({
  name,
  type,
  ttl,
  values,
  policy: 'simple',
  setIdentifier: undefined,
  weight: undefined,
  failover: undefined,
  alias: undefined,
  healthCheckId: undefined,
});

/**
 * The NS and the SOA record that Route 53 makes in a new zone.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
 */
export const firstRecords = (name: string, nameServers: readonly string[]): Records => {
  const servers = nameServers.map((server) => `${server}.`);
  const primary = servers.at(-1) ?? '';
  const all = [
    record(name, 'NS', NS_TTL, servers),
    record(name, 'SOA', SOA_TTL, [`${primary} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`]),
  ];
  return new Map(all.map((each) => [recordKey(each), each]));
};
