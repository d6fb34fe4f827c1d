import {
  DescribeNetworkInterfacesCommand,
  type DescribeNetworkInterfacesCommandInput,
  EC2Client,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { Subnets } from '../../../../sandbox/services/ec2/subnets.ts';
import { createRdsWorld, STEADY, SUBNETS } from '../rds/rds-world.ts';

/** Six interfaces of one proxy, two in each zone. */
const world = async () => {
  const made = createRdsWorld({ rds: { ...STEADY, nodes: 6 } });
  await made.proxy('orders', { VpcSecurityGroupIds: ['sg-0123456789abcdef0'] });
  const list = async (input: DescribeNetworkInterfacesCommandInput, ec2 = made.ec2) =>
    (await ec2.send(new DescribeNetworkInterfacesCommand(input))).NetworkInterfaces ?? [];
  return { ...made, list };
};

describe('DescribeNetworkInterfaces', () => {
  it('shows what a service keeps in a subnet', async () => {
    const { list } = await world();
    const [first] = await list({});
    expect(first).toEqual({
      NetworkInterfaceId: expect.stringMatching(/^eni-0[0-9a-f]{16}$/),
      Description: 'Network interface for DBProxy orders',
      OwnerId: '123456789012',
      RequesterId: 'amazon-rds',
      RequesterManaged: true,
      InterfaceType: 'interface',
      Status: 'in-use',
      SourceDestCheck: true,
      VpcId: 'vpc-0123456789abcdef0',
      SubnetId: SUBNETS[0],
      AvailabilityZone: 'us-west-2a',
      Groups: [{ GroupId: 'sg-0123456789abcdef0', GroupName: 'sg-0123456789abcdef0' }],
      PrivateIpAddress: '10.0.0.4',
      PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.4', Primary: true }],
      Ipv6Addresses: [],
      TagSet: [],
    });
  });

  it.each<[string, string, number]>([
    ['description', 'Network interface for DBProxy orders', 6],
    ['description', 'Network interface for DBProxy *', 6],
    ['description', 'Network interface for DBProxy order?', 6],
    ['description', 'network interface for DBProxy orders', 0],
    ['vpc-id', 'vpc-0123456789abcdef0', 6],
    ['vpc-id', 'vpc-00000000000000000', 0],
    ['subnet-id', 'subnet-0000000000000000b', 2],
    ['availability-zone', 'us-west-2c', 2],
    ['addresses.private-ip-address', '10.0.1.5', 1],
    ['private-ip-address', '10.0.1.*', 2],
    ['status', 'in-use', 6],
    ['status', 'available', 0],
    ['requester-id', 'amazon-rds', 6],
    ['requester-managed', 'true', 6],
    ['owner-id', '222222222222', 0],
    ['group-id', 'sg-0123456789abcdef0', 6],
    ['ipv6-addresses.ipv6-address', '*', 0],
  ])('filter %s = %s - %i', async (Name, value, found) => {
    const { list } = await world();
    expect(await list({ Filters: [{ Name, Values: [value] }] })).toHaveLength(found);
  });

  it('by ids, in pages, and for their owner only', async () => {
    const { list, ec2, config } = await world();
    const ids = (await list({})).map(({ NetworkInterfaceId }) => NetworkInterfaceId ?? '');
    expect((await list({ NetworkInterfaceIds: ids.slice(2, 4) })).map((one) => one.NetworkInterfaceId)).toEqual(
      ids.slice(2, 4),
    );
    const sizes: number[] = [];
    for await (const page of paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 5 }, {})) {
      sizes.push(page.NetworkInterfaces?.length ?? 0);
    }
    expect(sizes).toEqual([5, 1]);
    expect(await list({}, new EC2Client(config('222222222222')))).toEqual([]);
  });

  it.each<[DescribeNetworkInterfacesCommandInput, string]>([
    [{ NetworkInterfaceIds: ['eni-00000000000000000'] }, 'InvalidNetworkInterfaceID.NotFound'],
    [{ NetworkInterfaceIds: ['eni-x'] }, 'InvalidNetworkInterfaceID.Malformed'],
    [{ NetworkInterfaceIds: ['eni-00000000000000000'], MaxResults: 5 }, 'InvalidParameterCombination'],
    [{ Filters: [{ Name: 'colour', Values: ['red'] }] }, 'InvalidFilter'],
    [{ MaxResults: 4 }, 'InvalidParameterValue'],
    [{ DryRun: true }, 'DryRunOperation'],
  ])('%j - %s', async (input, name) => {
    const { list } = await world();
    await expect(list(input)).rejects.toMatchObject({ name });
  });

  it('may be behind the truth, for what is new and for what is gone', async () => {
    const { proxy, proxies, interfaces, passes } = createRdsWorld({ ec2: { readDelay: [30_000, 30_000] } });
    await proxy('orders');
    const before = await interfaces('*');
    const [added = ''] = proxies.scale('orders', { nodes: 3 });
    expect(await interfaces('*')).toEqual(before);
    await passes(31_000);
    expect(await interfaces('*')).toContain(added);
    proxies.scale('orders', { nodes: 2 });
    await passes(200_000); // gone after 60 and 120 seconds
    expect(await interfaces('*')).toContain(added);
    await passes(20_000);
    expect(await interfaces('*')).toEqual(before);
  });

  it('has a bucket of its own where it asks for everything', async () => {
    const { list } = await world();
    const answered = async (input: DescribeNetworkInterfacesCommandInput): Promise<number> => {
      const results = await Promise.allSettled(Array.from({ length: 150 }, () => list(input)));
      return results.filter(({ status }) => status === 'fulfilled').length;
    };
    expect(await answered({})).toBe(50);
    expect(await answered({ Filters: [{ Name: 'status', Values: ['in-use'] }] })).toBe(100);
    expect(await answered({ MaxResults: 100 })).toBe(0);
  });
});

describe('subnets', () => {
  it('are in the next of three zones unless somebody says otherwise', () => {
    const subnets = new Subnets();
    subnets.define({ id: 'subnet-1', zone: 'us-west-2d', vpcId: 'vpc-1' });
    expect(['subnet-1', 'subnet-2', 'subnet-3', 'subnet-4'].map((id) => subnets.find(id).zone.slice(-1))).toEqual([
      'd',
      'b',
      'c',
      'a',
    ]);
    const pair = subnets.take('subnet-1');
    expect(pair).toEqual({ ipv4: '10.0.0.4', ipv6: '2600:1f14:0:1::4' });
    expect(['10.0.0.200', '2600:1f14:0:2::9', '192.0.2.1'].map((address) => subnets.zoneOf(address))).toEqual([
      'us-west-2d',
      'us-west-2b',
      undefined,
    ]);
  });

  it('give a returned address late, and no address twice', () => {
    const subnets = new Subnets();
    subnets.define({ id: 'subnet-1', size: 3 });
    const take = () => subnets.take('subnet-1');
    const [first, second] = [take(), take()];
    subnets.release('subnet-1', first ?? { ipv4: '', ipv6: '' });
    expect([take()?.ipv4, take()?.ipv4, take()]).toEqual(['10.0.0.6', '10.0.0.4', undefined]);
    expect(second?.ipv4).toBe('10.0.0.5');
  });
});
