import {
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { readTargetGroupSettings, readTargets } from '../../../functions/aws/target-group.ts';
import { TARGET_GROUP } from '../../support/builders.ts';
import { awsError, callsOf, strictElb } from '../support.ts';

const target = (Id: string, State?: string, AvailabilityZone?: string) => ({
  Target: { Id, Port: 5432, ...(AvailabilityZone === undefined ? {} : { AvailabilityZone }) },
  ...(State === undefined ? {} : { TargetHealth: { State: State as TargetHealthStateEnum } }),
});

describe('readTargets', () => {
  it('one call, for everything that the group has', async () => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [target('10.0.1.10', 'healthy', 'us-west-2a'), target('10.0.9.9', 'initial', 'all')],
    });

    await expect(readTargets(elb, TARGET_GROUP)).resolves.toEqual([
      { address: '10.0.1.10', port: 5432, zone: 'us-west-2a', state: 'healthy' },
      { address: '10.0.9.9', port: 5432, state: 'initial' },
    ]);
    expect(callsOf(elbMock)).toEqual([['DescribeTargetHealth', { TargetGroupArn: TARGET_GROUP }]]);
  });

  it.each([
    ['initial', 'initial'],
    ['healthy', 'healthy'],
    ['unhealthy', 'unhealthy'],
    ['unhealthy.draining', 'unhealthy'],
    ['draining', 'draining'],
    ['unused', 'unused'],
    ['unavailable', 'unavailable'],
    ['something new', 'unknown'],
    [undefined, 'unknown'],
  ])('a target that is %s - %s', async (State, state) => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: [target('10.0.1.10', State)] });

    await expect(readTargets(elb, TARGET_GROUP)).resolves.toMatchObject([{ state }]);
  });

  it('an empty group', async () => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetHealthCommand).resolves({});

    await expect(readTargets(elb, TARGET_GROUP)).resolves.toEqual([]);
  });

  it.each([
    ['without an id', { Target: { Id: undefined, Port: 5432 } }],
    ['without a port', { Target: { Id: '10.0.1.10' } }],
    ['that is nothing', {}],
  ])('a target %s - not guessed at', async (_situation, description) => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: [description] });

    await expect(readTargets(elb, TARGET_GROUP)).rejects.toMatchObject({ name: 'Malformed' });
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['ThrottlingException', 'Throttled'],
    ['AccessDenied', 'Denied'],
    ['TargetGroupNotFoundException', 'TargetGroupNotFoundException'],
  ])('Elastic Load Balancing says %s - thrown as %s', async (code, name) => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetHealthCommand).rejects(awsError(code));

    await expect(readTargets(elb, TARGET_GROUP)).rejects.toMatchObject({ name });
  });
});

describe('readTargetGroupSettings', () => {
  const BALANCER = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/orders/0123456789abcdef';
  const attribute = (Value?: string) =>
    Value === undefined ? [] : [{ Key: 'load_balancing.cross_zone.enabled', Value }];

  const group = (own: string | undefined, balancers: readonly string[] = [BALANCER], balancer?: string) => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetGroupAttributesCommand).resolves({ Attributes: attribute(own) });
    elbMock
      .on(DescribeTargetGroupsCommand)
      .resolves({ TargetGroups: [{ TargetGroupArn: TARGET_GROUP, LoadBalancerArns: [...balancers] }] });
    elbMock.on(DescribeLoadBalancerAttributesCommand).resolves({ Attributes: attribute(balancer) });
    return { elb, elbMock };
  };
  const OWN = ['DescribeTargetGroupAttributes', { TargetGroupArn: TARGET_GROUP }];
  const GROUPS = ['DescribeTargetGroups', { TargetGroupArns: [TARGET_GROUP] }];
  const ITS = ['DescribeLoadBalancerAttributes', { LoadBalancerArn: BALANCER }];
  const CROSS = { isCrossZone: true, capacity: 500 };
  const ZONAL = { isCrossZone: false, capacity: 1_000 };

  it.each([
    ['says so itself', group('true'), CROSS, [OWN]],
    ['says no itself', group('false'), ZONAL, [OWN]],
    [
      'goes by its load balancer, yes',
      group('use_load_balancer_configuration', [BALANCER], 'true'),
      CROSS,
      [OWN, GROUPS, ITS],
    ],
    [
      'goes by its load balancer, no',
      group('use_load_balancer_configuration', [BALANCER], 'false'),
      ZONAL,
      [OWN, GROUPS, ITS],
    ],
    ['says nothing, nor does its load balancer', group(undefined), ZONAL, [OWN, GROUPS, ITS]],
    ['has no load balancer', group(undefined, []), ZONAL, [OWN, GROUPS]],
    ['has two', group(undefined, [BALANCER, `${BALANCER}0`], 'true'), ZONAL, [OWN, GROUPS]],
  ])('a group that %s', async (_situation, { elb, elbMock }, settings, calls) => {
    await expect(readTargetGroupSettings(elb, TARGET_GROUP)).resolves.toEqual(settings);
    expect(callsOf(elbMock)).toEqual(calls);
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['AccessDenied', 'Denied'],
    ['TargetGroupNotFoundException', 'TargetGroupNotFoundException'],
  ])('Elastic Load Balancing says %s - thrown as %s', async (code, name) => {
    const { elb, elbMock } = strictElb();
    elbMock.on(DescribeTargetGroupAttributesCommand).rejects(awsError(code));

    await expect(readTargetGroupSettings(elb, TARGET_GROUP)).rejects.toMatchObject({ name });
  });
});
