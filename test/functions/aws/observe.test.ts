import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../../functions/aws/lookups.ts';
import { observe } from '../../../functions/aws/observe.ts';
import { aBinding } from '../../support/builders.ts';
import { awsError, callsOf, strictEc2, strictElb } from '../support.ts';

const ofProxy = (name: string, ...each: readonly string[]) => ({
  Description: `Network interface for DBProxy ${name}`,
  PrivateIpAddresses: each.map((PrivateIpAddress) => ({ PrivateIpAddress })),
});

const observers = () => {
  const { ec2, ec2Mock } = strictEc2();
  const { elb, elbMock } = strictElb();
  const asked: string[] = [];
  const lookup: Lookup = async (hostName, family) => {
    asked.push(`${hostName} ${family}`);
    return { kind: 'addresses', addresses: ['10.0.1.10'] };
  };
  ec2Mock.on(DescribeNetworkInterfacesCommand).resolves({
    NetworkInterfaces: [
      ofProxy('orders', '10.0.1.11', '10.0.1.10'),
      ofProxy('orders', '10.0.1.10'),
      ofProxy('orders-2', '10.0.7.7'),
    ],
  });
  elbMock.on(DescribeTargetHealthCommand).resolves({
    TargetHealthDescriptions: [{ Target: { Id: '10.0.1.10', Port: 5432 }, TargetHealth: { State: 'healthy' } }],
  });
  return { services: { ec2, elb, lookup }, ec2Mock, elbMock, asked };
};

describe('observe', () => {
  it('a proxy - DNS, its own interfaces and the target group, one look each', async () => {
    const { services, ec2Mock, elbMock, asked } = observers();

    await expect(observe(services, aBinding(), 'orders.host')).resolves.toEqual({
      binding: { ...aBinding(), missesBeforeRemoval: 3 },
      look: { kind: 'answered', addresses: ['10.0.1.10'], isWhole: true },
      // Each once, sorted; what proxy orders-2 has is none of them.
      interfaces: { kind: 'listed', addresses: ['10.0.1.10', '10.0.1.11'] },
      targets: [{ address: '10.0.1.10', port: 5432, state: 'healthy' }],
    });
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'orders.host ipv4'));
    expect(callsOf(ec2Mock)).toHaveLength(1);
    expect(callsOf(elbMock)).toHaveLength(1);
  });

  it('a proxy whose host name RDS does not know yet - DNS is not asked, and does not say', async () => {
    const { services, asked } = observers();

    await expect(observe(services, aBinding(), undefined)).resolves.toMatchObject({
      look: { kind: 'failed', problem: 'RDS has no host name for it yet' },
    });
    expect(asked).toEqual([]);
  });

  it('a host - no interfaces are known, nor asked for', async () => {
    const { services, ec2Mock, asked } = observers();
    const binding = aBinding({ source: { kind: 'host', hostName: 'db.host' }, family: 'ipv6', missesBeforeRemoval: 5 });

    await expect(observe(services, binding, 'db.host')).resolves.toMatchObject({
      binding: { missesBeforeRemoval: 5 },
      interfaces: { kind: 'none' },
      // IPv4 addresses are none of an IPv6 source's.
      look: { kind: 'failed' },
    });
    expect(asked[0]).toBe('db.host ipv6');
    expect(callsOf(ec2Mock)).toEqual([]);
  });

  it('a fixed list - believed as it is, and never doubted', async () => {
    const { services, asked } = observers();
    const source = { kind: 'fixed', addresses: ['10.0.1.12', '10.0.1.11', '10.0.1.12'] } as const;

    await expect(observe(services, aBinding({ source, missesBeforeRemoval: 5 }), undefined)).resolves.toMatchObject({
      binding: { missesBeforeRemoval: 0 },
      look: { kind: 'answered', addresses: ['10.0.1.11', '10.0.1.12'], isWhole: true },
    });
    expect(asked).toEqual([]);
  });

  it('a fixed list of IPv6, written in two ways - one form, as Elastic Load Balancing has it', async () => {
    const { services } = observers();
    const source = { kind: 'fixed', addresses: ['2600:1F14:0::000A', '2600:1f14::a'] } as const;

    await expect(observe(services, aBinding({ source, family: 'ipv6' }), undefined)).resolves.toMatchObject({
      look: { addresses: ['2600:1f14::a'] },
    });
  });

  it('EC2 says slow down - the second witness does not say, and the run goes on', async () => {
    const { services, ec2Mock } = observers();
    ec2Mock.on(DescribeNetworkInterfacesCommand).rejects(awsError('RequestLimitExceeded'));

    await expect(observe(services, aBinding(), 'orders.host')).resolves.toMatchObject({
      interfaces: { kind: 'failed', problem: expect.stringMatching(/RequestLimitExceeded/) },
    });
  });

  it.each([
    ['UnauthorizedOperation', 'Denied'],
    ['InvalidParameterValue', 'InvalidParameterValue'],
  ])('EC2 says %s - thrown as %s', async (code, name) => {
    const { services, ec2Mock } = observers();
    ec2Mock.on(DescribeNetworkInterfacesCommand).rejects(awsError(code));

    await expect(observe(services, aBinding(), 'orders.host')).rejects.toMatchObject({ name });
  });

  it('Elastic Load Balancing says slow down - nothing is planned without it', async () => {
    const { services, elbMock } = observers();
    elbMock.on(DescribeTargetHealthCommand).rejects(awsError('Throttling'));

    await expect(observe(services, aBinding(), 'orders.host')).rejects.toMatchObject({ name: 'Throttled' });
  });
});
