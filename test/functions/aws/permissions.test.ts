import {
  DescribeVpcEndpointServicePermissionsCommand,
  ModifyVpcEndpointServicePermissionsCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { changeAllowedPrincipals, readAllowedPrincipals } from '../../../functions/aws/permissions.ts';
import { SERVICE_ID } from '../../support/builders.ts';
import { awsError, callsOf, strictEc2 } from '../support.ts';

const arn = (digit: number) => `arn:aws:iam::${String(digit).repeat(12)}:root`;

describe('readAllowedPrincipals', () => {
  it('reads all pages', async () => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock
      .on(DescribeVpcEndpointServicePermissionsCommand)
      .resolvesOnce({ AllowedPrincipals: [{ Principal: arn(1) }], NextToken: 'page-2' })
      .resolvesOnce({ AllowedPrincipals: [{ Principal: '*' }] });

    await expect(readAllowedPrincipals(ec2, SERVICE_ID)).resolves.toEqual([arn(1), '*']);
    // The paginator hands on one input, and writes the token into it.
    expect(callsOf(ec2Mock)).toHaveLength(2);
    expect(callsOf(ec2Mock)[1]).toEqual([
      'DescribeVpcEndpointServicePermissions',
      { ServiceId: SERVICE_ID, NextToken: 'page-2' },
    ]);
  });

  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['UnauthorizedOperation', 'Denied'],
    ['InvalidVpcEndpointServiceId.NotFound', 'InvalidVpcEndpointServiceId.NotFound'],
  ])('%s - thrown as %s', async (code, name) => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeVpcEndpointServicePermissionsCommand).rejects(awsError(code));

    await expect(readAllowedPrincipals(ec2, SERVICE_ID)).rejects.toMatchObject({ name });
  });

  it('one without a name - Malformed', async () => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(DescribeVpcEndpointServicePermissionsCommand).resolves({ AllowedPrincipals: [{}] });

    await expect(readAllowedPrincipals(ec2, SERVICE_ID)).rejects.toMatchObject({ name: 'Malformed' });
  });
});

describe('changeAllowedPrincipals', () => {
  const change = (kind: 'add' | 'remove', digits: readonly number[], perCall = 2) => ({
    serviceId: SERVICE_ID,
    change: kind,
    arns: digits.map(arn),
    perCall,
  });
  const inputs = (mock: Parameters<typeof callsOf>[0]) => callsOf(mock).map(([, input]) => input);

  it.each([
    ['add', 'AddAllowedPrincipals'],
    ['remove', 'RemoveAllowedPrincipals'],
  ] as const)('%s - so many in one call, and no others', async (kind, field) => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(ModifyVpcEndpointServicePermissionsCommand).resolves({ ReturnValue: true });

    await expect(changeAllowedPrincipals(ec2, change(kind, [1, 2, 3]))).resolves.toEqual([]);
    expect(inputs(ec2Mock)).toEqual([
      { ServiceId: SERVICE_ID, [field]: [arn(1), arn(2)] },
      { ServiceId: SERVICE_ID, [field]: [arn(3)] },
    ]);
  });

  it('nothing to change - no call', async () => {
    const { ec2, ec2Mock } = strictEc2();

    await expect(changeAllowedPrincipals(ec2, change('add', []))).resolves.toEqual([]);
    expect(ec2Mock).not.toHaveReceivedAnyCommand();
  });

  it('EC2 refuses a call for one of them - each alone, and the others get in', async () => {
    const { ec2, ec2Mock } = strictEc2();
    const add = (...digits: number[]) => ({ ServiceId: SERVICE_ID, AddAllowedPrincipals: digits.map(arn) });
    ec2Mock
      .on(ModifyVpcEndpointServicePermissionsCommand)
      .resolves({ ReturnValue: true })
      .on(ModifyVpcEndpointServicePermissionsCommand, add(1, 2))
      .rejects(awsError('InvalidPrincipal'))
      .on(ModifyVpcEndpointServicePermissionsCommand, add(2))
      .rejects(awsError('InvalidPrincipal'));

    await expect(changeAllowedPrincipals(ec2, change('add', [1, 2, 3]))).resolves.toEqual([arn(2)]);
    expect(inputs(ec2Mock)).toEqual([add(1, 2), add(1), add(2), add(3)]);
  });

  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['UnauthorizedOperation', 'Denied'],
    ['Surprise', 'Surprise'],
  ])('%s - thrown as %s', async (code, name) => {
    const { ec2, ec2Mock } = strictEc2();
    ec2Mock.on(ModifyVpcEndpointServicePermissionsCommand).rejects(awsError(code));

    await expect(changeAllowedPrincipals(ec2, change('remove', [1]))).rejects.toMatchObject({ name });
  });
});
