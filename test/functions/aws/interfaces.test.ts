import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { isInterfaceOf, readProxyInterfaces } from '../../../functions/aws/interfaces.ts';
import { awsError, callsOf, pagesOf, strictEc2 } from '../support.ts';

const ask = (pattern: string, rest: object = {}) => ({
  Filters: [{ Name: 'description', Values: [pattern] }],
  MaxResults: 1_000,
  ...rest,
});

describe('readProxyInterfaces', () => {
  it('of one proxy - one filtered listing, page after page, every private address of both families', async () => {
    const { ec2, ec2Mock } = strictEc2();
    const { answer, inputs } = pagesOf(
      {
        NetworkInterfaces: [
          {
            Description: 'Network interface for DBProxy orders',
            PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.10', Primary: true }, { PrivateIpAddress: '10.0.1.11' }],
            Ipv6Addresses: [{ Ipv6Address: '2600:1f14::a' }],
          },
        ],
        NextToken: 'more',
      },
      { NetworkInterfaces: [{ Description: 'Network interface for DBProxy orders-2' }] },
    );
    ec2Mock.on(DescribeNetworkInterfacesCommand).callsFake(answer);

    await expect(readProxyInterfaces(ec2, 'orders')).resolves.toEqual([
      { description: 'Network interface for DBProxy orders', addresses: ['10.0.1.10', '10.0.1.11', '2600:1f14::a'] },
      { description: 'Network interface for DBProxy orders-2', addresses: [] },
    ]);
    expect(inputs).toEqual([
      ask('Network interface for DBProxy orders*'),
      ask('Network interface for DBProxy orders*', { NextToken: 'more' }),
    ]);
  });

  it('of all proxies - one listing', async () => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeNetworkInterfacesCommand).resolves({});

    await expect(readProxyInterfaces(ec2)).resolves.toEqual([]);
    expect(callsOf(ec2Mock)).toEqual([['DescribeNetworkInterfaces', ask('Network interface for DBProxy *')]]);
  });

  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['UnauthorizedOperation', 'Denied'],
    ['InvalidParameterValue', 'InvalidParameterValue'],
  ])('EC2 says %s - thrown as %s', async (code, name) => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeNetworkInterfacesCommand).rejects(awsError(code));

    await expect(readProxyInterfaces(ec2, 'orders')).rejects.toMatchObject({ name });
  });
});

describe('isInterfaceOf', () => {
  it.each([
    ['Network interface for DBProxy orders', true],
    ['Network interface for DBProxy orders endpoint reads', true],
    ['Network interface for DBProxy orders/reads', true],
    ['Network interface for DBProxy orders-2', false],
    ['Network interface for DBProxy orders2', false],
    ['Network interface for DBProxy order', false],
    ['Network interface for DBProxy my-orders', false],
    ['RDSNetworkInterface', false],
    ['', false],
  ])('%j - of proxy orders: %s', (description, is) => {
    expect(isInterfaceOf({ description, addresses: [] }, 'orders')).toBe(is);
  });
});
