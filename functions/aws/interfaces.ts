import { type EC2Client, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { calling } from './errors.ts';

/** What RDS writes on a proxy's interfaces. A convention, not a contract: hence it guards removal only, and never adds. */
const DESCRIPTION = 'Network interface for DBProxy ';

/** A network interface of a proxy. */
export interface ProxyInterface {
  readonly description: string;
  /** Every private address it has, of both families. */
  readonly addresses: readonly string[];
}

/**
 * The interfaces of one proxy, or of all proxies of the account in the region, all pages: one filtered call for a thousand of them.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
 *
 * @throws `Throttled`, `Denied`, and EC2's own errors.
 */
export const readProxyInterfaces = async (ec2: EC2Client, proxyName = ''): Promise<readonly ProxyInterface[]> => {
  const found: ProxyInterface[] = [];
  await calling('describe network interfaces', async () => {
    const pages = paginateDescribeNetworkInterfaces(
      { client: ec2, pageSize: 1_000 },
      { Filters: [{ Name: 'description', Values: [`${DESCRIPTION}${proxyName}*`] }] },
    );
    for await (const { NetworkInterfaces = [] } of pages) {
      for (const { Description = '', PrivateIpAddresses = [], Ipv6Addresses = [] } of NetworkInterfaces) {
        const addresses = [
          ...PrivateIpAddresses.map(({ PrivateIpAddress }) => PrivateIpAddress),
          ...Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address),
        ].filter((address) => address !== undefined);
        found.push({ description: Description, addresses });
      }
    }
  });
  return found;
};

/** Whether an interface is of a proxy of exactly this name: `orders` is not `orders-2`. */
export const isInterfaceOf = ({ description }: ProxyInterface, proxyName: string): boolean => {
  if (!description.startsWith(`${DESCRIPTION}${proxyName}`)) return false;
  const after = description.charAt(DESCRIPTION.length + proxyName.length);
  return !/[A-Za-z0-9-]/.test(after);
};
