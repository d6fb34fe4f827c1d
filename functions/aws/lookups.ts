import { Resolver } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { type Answer, type Look, lookOf } from '../domain/addresses.ts';

/** Address family, as a binding names it. */
type Family = 'ipv4' | 'ipv6';

/** What a VPC may have: of IPv4 the private ranges (RFC 1918, RFC 6598), of IPv6 also what is routed by everybody. */
const OF_A_VPC: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ipv6: ['2000::/3', 'fc00::/7'],
};

/** One form for one address: IPv6 may be written in many ways. */
export const canonical = (address: string): string =>
  address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;

/** Whether an address may be a source's at all. @throws Error for a block that is none. */
export const plausibility = (
  family: Family,
  within: readonly string[] = OF_A_VPC[family],
): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const block of within) {
    const [network = '', bits = ''] = block.split('/');
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  const version = family === 'ipv4' ? 4 : 6;
  return (address) => isIP(address) === version && list.check(address, family);
};

/** DNS's ways of saying that there is no such record: https://nodejs.org/api/dns.html#error-codes */
const NOBODY: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/** Looks a name up. */
export type Lookup = (hostName: string, family: Family) => Promise<Answer>;

/** Puts queries to a resolver. DNS's refusals are values: what they mean is for the domain to say. */
export const lookUpBy =
  (resolver: Pick<Resolver, 'resolve4' | 'resolve6'>): Lookup =>
  async (hostName, family) => {
    try {
      const addresses = await (family === 'ipv4' ? resolver.resolve4(hostName) : resolver.resolve6(hostName));
      return { kind: 'addresses', addresses: addresses.map(canonical) };
    } catch (error) {
      const code = (error as { readonly code?: unknown }).code;
      if (typeof code !== 'string') throw error;
      return NOBODY.has(code) ? { kind: 'empty' } : { kind: 'failed', problem: `${hostName}: ${code}` };
    }
  };

/**
 * How patient one query is: half a second, and a second more at its second try. The resolver of the VPC answers within milliseconds; Node's own
 * half a minute is as long as a function may take, and one name that nobody answers for would be the end of everybody's watch.
 */
export const PATIENCE = { timeout: 500, tries: 2 } as const;

/** One query to the resolver of the VPC. */
export const lookUp: Lookup = lookUpBy(new Resolver(PATIENCE));

/** How many queries make a look: answers may be subsets that rotate. */
const QUERIES = 3;

/** How c-ares says that nobody answered. */
const isMute = (answer: Answer): boolean => answer.kind === 'failed' && answer.problem.endsWith(': ETIMEOUT');

/**
 * Looks at a name by several queries, one after another: at once they would be answered as one. Whom nobody answers for is not asked for again: a
 * few hundred such names would take longer than a look may.
 */
export const look = async (
  lookup: Lookup,
  {
    hostName,
    family,
    within,
  }: { readonly hostName: string; readonly family: Family; readonly within?: readonly string[] },
): Promise<Look> => {
  const answers: Answer[] = [];
  while (answers.length < QUERIES && !answers.some(isMute)) answers.push(await lookup(hostName, family));
  return lookOf(answers, plausibility(family, within));
};
