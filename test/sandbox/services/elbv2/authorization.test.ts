import {
  AddTagsCommand,
  DeregisterTargetsCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import type { Permission } from '../../../../sandbox/cloud.ts';
import { elbWorld, failureOf } from './support.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012';
const TEAM = [{ Key: 'team', Value: 'data' }];

/** A world that writes down what IAM is asked. */
const audited = () => {
  const asked: Permission[] = [];
  const world = elbWorld({}, (_principal, permission) => void asked.push(permission));
  const askedOf = async (call: () => Promise<unknown>): Promise<string[]> => {
    asked.length = 0;
    await call();
    return asked.map(({ action, resource }) => `${action.replace('elasticloadbalancing:', '')} ${resource}`);
  };
  return { world, asked, askedOf };
};

describe('what IAM is asked', () => {
  it('of what is made - the resource to be, and its tags', async () => {
    const { world, asked, askedOf } = audited();
    expect(await askedOf(() => world.loadBalancer())).toEqual([`CreateLoadBalancer ${ARN}:loadbalancer/net/nlb/*`]);
    expect(await askedOf(() => world.group({ Tags: TEAM }))).toEqual([
      `CreateTargetGroup ${ARN}:targetgroup/targets/*`,
      `AddTags ${ARN}:targetgroup/targets/*`,
    ]);
    expect(asked[1]?.context).toEqual({
      'aws:RequestTag/team': 'data',
      'aws:TagKeys': ['team'],
      'elasticloadbalancing:CreateAction': 'CreateTargetGroup',
    });
  });

  it('of a change - the target group, with its tags', async () => {
    const { world, asked, askedOf } = audited();
    const TargetGroupArn = await world.group({ Tags: TEAM });
    const Targets = [{ Id: '10.0.0.1' }];
    for (const command of [
      new RegisterTargetsCommand({ TargetGroupArn, Targets }),
      new DeregisterTargetsCommand({ TargetGroupArn, Targets }),
      new ModifyTargetGroupCommand({ TargetGroupArn }),
      new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [] }),
      new AddTagsCommand({ ResourceArns: [TargetGroupArn], Tags: TEAM }),
    ]) {
      const name = command.constructor.name.replace('Command', '');
      expect(await askedOf(() => world.client.send(command as RegisterTargetsCommand))).toEqual([
        `${name} ${TargetGroupArn}`,
      ]);
      expect(asked[0]?.context).toMatchObject({
        'aws:ResourceTag/team': 'data',
        'elasticloadbalancing:ResourceTag/team': 'data',
      });
    }
  });

  it('of a Describe - everything', async () => {
    const { world, askedOf } = audited();
    const TargetGroupArn = await world.group();
    const { client } = world;
    expect(await askedOf(() => client.send(new DescribeTargetHealthCommand({ TargetGroupArn })))).toEqual([
      'DescribeTargetHealth *',
    ]);
    expect(await askedOf(() => client.send(new DescribeTargetGroupsCommand({})))).toEqual(['DescribeTargetGroups *']);
    expect(await askedOf(() => client.send(new DescribeTagsCommand({ ResourceArns: [TargetGroupArn] })))).toEqual([
      'DescribeTags *',
    ]);
  });

  it('a refusal - AccessDenied, and nothing happens', async () => {
    const { group, register, health } = elbWorld({}, (_principal, { action }) =>
      action === 'elasticloadbalancing:RegisterTargets' ? 'Not you.' : undefined,
    );
    const arn = await group();
    expect(await failureOf(register(arn, '10.0.0.1'))).toBe('AccessDenied: Not you.');
    expect(await health(arn)).toEqual([]);
  });
});
