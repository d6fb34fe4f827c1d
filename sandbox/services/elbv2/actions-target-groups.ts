import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionDefinition } from '../../cloud.ts';
import { elbAction, onEverything, onResource } from './action.ts';
import { attributeList, setAttributes, TARGET_GROUP_ATTRIBUTES } from './attributes.ts';
import { elbv2Errors } from './errors.ts';
import { forget } from './health.ts';
import { changeChecks, checkSettings, initialChecks } from './health-checks.ts';
import {
  checkName,
  checkNamed,
  checkWord,
  markedPage,
  ownedBy,
  requireLoadBalancer,
  requireTargetGroup,
} from './lookups.ts';
import { type Balancing, elbArn, loadBalancerOf, type TargetGroup } from './model.ts';
import { creationTags, onCreation } from './tags.ts';
import { targetGroupView } from './views.ts';

/** What network load balancers speak to their targets. */
const PROTOCOLS = ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'] as const;

const targetTypeOf = ({ TargetType = 'instance' }: CreateTargetGroupInput): 'ip' | 'instance' => {
  if (TargetType === 'ip' || TargetType === 'instance') return TargetType;
  throw elbv2Errors.notModelled(`target groups of the type ${TargetType}, only ip and instance`);
};

/** The faults of a CreateTargetGroup request that show without looking anything up; the VPC is not looked up at all. */
const checkCreation = (input: CreateTargetGroupInput): void => {
  const { Name = '', Protocol, Port, VpcId } = input;
  checkName(Name, 'Target group');
  targetTypeOf(input);
  if (Protocol === undefined) throw elbv2Errors.validation('A protocol must be specified');
  if (!PROTOCOLS.some((known) => known === Protocol)) {
    throw elbv2Errors.notModelled(`target groups of the protocol ${Protocol}, only of network load balancers'`);
  }
  if (Port === undefined) throw elbv2Errors.validation('A port must be specified');
  if (Port < 1 || Port > 65_535) throw elbv2Errors.validation(`The port '${Port}' must be between '1' and '65535'`);
  if (VpcId === undefined || VpcId === '') throw elbv2Errors.validation('A VPC ID must be specified');
  checkWord(input.IpAddressType, ['ipv4', 'ipv6'], 'ipAddressType');
  checkSettings(input);
  creationTags(input.Tags);
};

/** What makes one target group another one than that of the same name. */
const requestText = (input: CreateTargetGroupInput): string =>
  JSON.stringify([
    ...[input.Protocol, input.Port, input.VpcId, targetTypeOf(input), input.IpAddressType ?? 'ipv4'],
    initialChecks(input),
  ]);

/** "This operation is idempotent": another call with the same settings gives the group that is there. */
const make = (world: Balancing, input: CreateTargetGroupInput, owner: string): TargetGroup => {
  const { Name: name = '' } = input;
  const request = requestText(input);
  const before = ownedBy(world.targetGroups, owner).find((each) => each.name === name);
  if (before !== undefined) {
    if (before.request !== request) throw elbv2Errors.sameTargetGroup(name);
    return before;
  }
  const group: TargetGroup = {
    order: world.nextOrder(),
    arn: elbArn(world, owner, `targetgroup/${name}/${world.cloud.random.hex(16)}`),
    name,
    owner,
    protocol: input.Protocol ?? 'TCP',
    port: input.Port ?? 0,
    vpcId: input.VpcId ?? '',
    targetType: targetTypeOf(input),
    ipAddressType: input.IpAddressType ?? 'ipv4',
    checks: initialChecks(input),
    request,
    attributes: new Map(),
    tags: creationTags(input.Tags),
    targets: new Map(),
  };
  world.targetGroups.set(group.arn, group);
  return group;
};

const described = (world: Balancing, input: DescribeTargetGroupsInput, owner: string): readonly TargetGroup[] => {
  const all = ownedBy(world.targetGroups, owner);
  if (input.TargetGroupArns !== undefined) {
    return input.TargetGroupArns.map((arn) => requireTargetGroup(world, arn, owner));
  }
  if (input.LoadBalancerArn !== undefined) {
    const balancer = requireLoadBalancer(world, input.LoadBalancerArn, owner);
    return all.filter(({ arn }) => loadBalancerOf(world, arn) === balancer);
  }
  return (
    input.Names?.map((name) => {
      const found = all.find((each) => each.name === name);
      if (found === undefined) throw elbv2Errors.unknownTargetGroup(name);
      return found;
    }) ?? all
  );
};

/**
 * The actions on target groups and their attributes.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
export const targetGroupActions = (world: Balancing): Record<string, ActionDefinition> => {
  const onGroup = (action: string, arn = '') => [onResource(action, arn, world.targetGroups.get(arn)?.tags)];
  return {
    CreateTargetGroup: elbAction<CreateTargetGroupInput, CreateTargetGroupOutput>(world, 'CreateTargetGroup', {
      check: checkCreation,
      needs: ({ Name, Tags }, owner) =>
        onCreation('CreateTargetGroup', elbArn(world, owner, `targetgroup/${Name}/*`), Tags),
      run: (input, owner) => ({ TargetGroups: [targetGroupView(world, make(world, input, owner))] }),
    }),

    DescribeTargetGroups: elbAction<DescribeTargetGroupsInput, DescribeTargetGroupsOutput>(
      world,
      'DescribeTargetGroups',
      {
        check: ({ LoadBalancerArn, TargetGroupArns, Names }) => {
          if ([LoadBalancerArn, TargetGroupArns, Names].filter((each) => each !== undefined).length > 1) {
            throw elbv2Errors.validation(
              'Only one of a load balancer ARN, target group ARNs and target group names can be specified',
            );
          }
          checkNamed(TargetGroupArns ?? Names, 'target groups');
        },
        needs: () => onEverything('DescribeTargetGroups'),
        run: (input, owner) => {
          const { items, next } = markedPage(world, described(world, input, owner), input);
          return { TargetGroups: items.map((group) => targetGroupView(world, group)), NextMarker: next };
        },
      },
    ),

    // Of a group that is not there any more nothing is said: the API reference lists ResourceInUse only.
    DeleteTargetGroup: elbAction<DeleteTargetGroupInput, Record<string, never>>(world, 'DeleteTargetGroup', {
      needs: ({ TargetGroupArn }) => onGroup('DeleteTargetGroup', TargetGroupArn),
      run: ({ TargetGroupArn = '' }, owner) => {
        const group = world.targetGroups.get(TargetGroupArn);
        if (group?.owner !== owner) return {};
        if (loadBalancerOf(world, group.arn) !== undefined) throw elbv2Errors.targetGroupInUse(group.arn);
        forget(world, group);
        world.targetGroups.delete(group.arn);
        return {};
      },
    }),

    ModifyTargetGroup: elbAction<ModifyTargetGroupInput, ModifyTargetGroupOutput>(world, 'ModifyTargetGroup', {
      check: checkSettings,
      needs: ({ TargetGroupArn }) => onGroup('ModifyTargetGroup', TargetGroupArn),
      run: (input, owner) => {
        const group = requireTargetGroup(world, input.TargetGroupArn ?? '', owner);
        changeChecks(group.checks, input);
        return { TargetGroups: [targetGroupView(world, group)] };
      },
    }),

    DescribeTargetGroupAttributes: elbAction<DescribeTargetGroupAttributesInput, DescribeTargetGroupAttributesOutput>(
      world,
      'DescribeTargetGroupAttributes',
      {
        needs: () => onEverything('DescribeTargetGroupAttributes'),
        run: ({ TargetGroupArn = '' }, owner) => ({
          Attributes: attributeList(TARGET_GROUP_ATTRIBUTES, requireTargetGroup(world, TargetGroupArn, owner)),
        }),
      },
    ),

    ModifyTargetGroupAttributes: elbAction<ModifyTargetGroupAttributesInput, ModifyTargetGroupAttributesOutput>(
      world,
      'ModifyTargetGroupAttributes',
      {
        needs: ({ TargetGroupArn }) => onGroup('ModifyTargetGroupAttributes', TargetGroupArn),
        run: ({ TargetGroupArn = '', Attributes = [] }, owner) => {
          const group = requireTargetGroup(world, TargetGroupArn, owner);
          setAttributes(TARGET_GROUP_ATTRIBUTES, group, 'Target group', Attributes);
          return { Attributes: attributeList(TARGET_GROUP_ATTRIBUTES, group) };
        },
      },
    ),
  };
};
