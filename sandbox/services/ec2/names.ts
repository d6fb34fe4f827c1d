import type { DnsAuthority, ZoneAuthority } from '../../dns/authority.ts';
import type { AliasTargets } from '../route53/interfaces.ts';
import type { Connection, PrivateLink } from './model.ts';
import { VPCE_ZONES } from './views.ts';

/** Of an endpoint's addresses, in seconds. */
const TTL = 60;

/** Addresses that follow from an endpoint's id, one for each subnet, of a range that nothing else in a world uses. */
const addressesOf = ({ id, subnetIds }: Connection): readonly string[] => {
  const [high, low] = [id.slice(-4, -2), id.slice(-2)].map((digits) => Number.parseInt(digits, 16));
  return subnetIds.map((_, index) => `10.201.${high}.${((low ?? 0) + index) % 256}`);
};

/** The endpoint's interfaces are made when the connection is accepted; its name leads to them from then on. */
const hasInterfaces = ({ state }: Connection): boolean => state === 'pending' || state === 'available';

/**
 * The names of interface endpoints: hosts for everybody, targets for aliases.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html (DNS names)
 */
export const endpointNames = ({ connections }: PrivateLink): DnsAuthority & AliasTargets => ({
  find: (dnsName) => {
    const endpoint = [...connections.values()].find((each) => each.dnsName.toLowerCase() === dnsName);
    if (endpoint === undefined) return undefined;
    return {
      kind: 'endpoint',
      hostedZoneId: VPCE_ZONES[endpoint.serviceRegion] ?? '',
      ipv4: hasInterfaces(endpoint) && endpoint.ipAddressType !== 'ipv6' ? addressesOf(endpoint) : [],
      ipv6: [],
      ttl: TTL,
      isHealthy: endpoint.state === 'available',
    };
  },
});

const isNamed = (name: string, { privateName }: Connection): boolean =>
  privateName?.startsWith('*.') === true ? name.endsWith(privateName.slice(1)) : name === privateName;

/**
 * The private names of interface endpoints: in the VPC of one that is available and has it, and nowhere else, the service's
 * private DNS name leads to that endpoint.
 *
 * @param vpcOf - in which VPC somebody asks.
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
 */
export const privateNames = (
  { connections }: PrivateLink,
  vpcOf: (vantage: string) => string | undefined,
): ZoneAuthority => ({
  answer: (name, _type, vantage) => {
    const vpcId = vpcOf(vantage);
    if (vpcId === undefined) return undefined;
    const endpoint = [...connections.values()].find(
      (each) => each.vpcId === vpcId && each.state === 'available' && isNamed(name, each),
    );
    if (endpoint === undefined) return undefined;
    return { code: 'NOERROR', records: [{ type: 'CNAME', ttl: TTL, data: endpoint.dnsName.toLowerCase() }] };
  },
});
