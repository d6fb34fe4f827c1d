import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { elbv2Errors } from './errors.ts';

const blocks = (...ranges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList => {
  const list = new BlockList();
  for (const [network, prefix, family] of ranges) list.addSubnet(network, prefix, family);
  return list;
};

/**
 * What may be a target outside the VPC's own ranges: RFC 1918, RFC 6598, and unique local addresses (RFC 4193).
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-type
 */
const PRIVATE = blocks(
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
);
const INSIDE = blocks(['10.0.0.0', 8, 'ipv4'], ['fd00::', 8, 'ipv6']);

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** The zone of the n-th subnet: the sandbox knows of no subnets, and takes a region's three zones in turn. */
export const zoneOfSubnet = (region: string, index: number): string => `${region}${'abc'[index % 3]}`;

/** Where nobody says which zone an address is in: 10.0.0.0/8 and fd00::/8 are the VPC, `10.0.1.7` is in us-west-2b. */
export const zoneByAddress = (region: string, address: string): string | undefined => {
  if (!INSIDE.check(address, familyOf(address))) return undefined;
  const third = address.split(/[.:]/)[2] ?? '';
  return zoneOfSubnet(region, Number.parseInt(third, isIPv4(address) ? 10 : 16) || 0);
};

/**
 * Refuses an address that cannot be a target of the family's groups.
 *
 * @param isInside - whether it is in the VPC, whose ranges may be public ones.
 * @throws AwsError `ValidationError`
 */
export const checkAddress = (
  address: string,
  family: 'ipv4' | 'ipv6',
  isInside: (address: string) => boolean,
): void => {
  if (!(family === 'ipv4' ? isIPv4(address) : isIPv6(address))) {
    // As in https://github.com/ansible-collections/community.aws/issues/1441
    throw elbv2Errors.validation(
      `The IP address '${address}' is not a valid ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address`,
    );
  }
  if (!isInside(address) && !PRIVATE.check(address, family)) {
    throw elbv2Errors.validation(
      `The IP address '${address}' is publicly routable: it must be in the VPC or in a private range`,
    );
  }
};
