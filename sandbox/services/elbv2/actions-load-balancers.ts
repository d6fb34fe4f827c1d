import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  DeleteLoadBalancerInput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionDefinition } from '../../cloud.ts';
import { elbAction, onEverything, onResource } from './action.ts';
import { removeListener } from './actions-listeners.ts';
import { attributeList, isProtected, LOAD_BALANCER_ATTRIBUTES, setAttributes } from './attributes.ts';
import { elbv2Errors } from './errors.ts';
import { checkName, checkNamed, checkWord, markedPage, ownedBy, requireLoadBalancer } from './lookups.ts';
import { type Balancing, elbArn, type LoadBalancer } from './model.ts';
import { creationTags, onCreation } from './tags.ts';
import { loadBalancerView } from './views.ts';

const subnetsOf = ({ Subnets, SubnetMappings }: CreateLoadBalancerInput): readonly string[] =>
  Subnets ?? (SubnetMappings ?? []).map(({ SubnetId = '' }) => SubnetId);

/** The faults of a CreateLoadBalancer request that show without looking anything up; subnets and groups are not looked up at all. */
const checkCreation = (input: CreateLoadBalancerInput): void => {
  const { Name = '', Type = 'application', Subnets, SubnetMappings } = input;
  checkName(Name, 'Load balancer');
  if (Name.startsWith('internal-')) {
    throw elbv2Errors.validation(`Load balancer name '${Name}' cannot begin with 'internal-'`);
  }
  if (Type !== 'network') throw elbv2Errors.notModelled(`load balancers of the type ${Type}, only network ones`);
  checkWord(input.Scheme, ['internal', 'internet-facing'], 'scheme');
  checkWord(input.IpAddressType, ['ipv4', 'dualstack'], 'ipAddressType');
  if (Subnets !== undefined && SubnetMappings !== undefined) {
    throw elbv2Errors.validation('Subnets and subnet mappings cannot be specified at the same time');
  }
  if (subnetsOf(input).length === 0) throw elbv2Errors.validation('At least one subnet must be specified');
  creationTags(input.Tags);
};

/** What makes one load balancer another one than that of the same name. */
const requestText = (input: CreateLoadBalancerInput): string =>
  JSON.stringify([
    input.Scheme ?? 'internet-facing',
    input.IpAddressType ?? 'ipv4',
    subnetsOf(input),
    input.SecurityGroups ?? [],
  ]);

const make = (world: Balancing, input: CreateLoadBalancerInput, owner: string): LoadBalancer => {
  const { Name: name = '' } = input;
  const request = requestText(input);
  const before = ownedBy(world.loadBalancers, owner).find((each) => each.name === name);
  if (before !== undefined) {
    if (before.request !== request) throw elbv2Errors.sameLoadBalancer(name);
    return before;
  }
  const id = world.cloud.random.hex(16);
  const balancer: LoadBalancer = {
    order: world.nextOrder(),
    arn: elbArn(world, owner, `loadbalancer/net/${name}/${id}`),
    name,
    owner,
    scheme: input.Scheme ?? 'internet-facing',
    // A network load balancer's name says nothing of its scheme.
    dnsName: `${name}-${id}.elb.${world.cloud.region}.amazonaws.com`,
    ipAddressType: input.IpAddressType ?? 'ipv4',
    subnets: subnetsOf(input),
    securityGroups: input.SecurityGroups ?? [],
    createdAt: world.cloud.clock.now(),
    request,
    attributes: new Map(),
    tags: creationTags(input.Tags),
  };
  world.loadBalancers.set(balancer.arn, balancer);
  return balancer;
};

/**
 * The actions on load balancers.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 */
export const loadBalancerActions = (world: Balancing): Record<string, ActionDefinition> => ({
  CreateLoadBalancer: elbAction<CreateLoadBalancerInput, CreateLoadBalancerOutput>(world, 'CreateLoadBalancer', {
    check: checkCreation,
    needs: ({ Name, Tags }, owner) =>
      onCreation('CreateLoadBalancer', elbArn(world, owner, `loadbalancer/net/${Name}/*`), Tags),
    run: (input, owner) => ({ LoadBalancers: [loadBalancerView(make(world, input, owner))] }),
  }),

  DescribeLoadBalancers: elbAction<DescribeLoadBalancersInput, DescribeLoadBalancersOutput>(
    world,
    'DescribeLoadBalancers',
    {
      check: ({ LoadBalancerArns, Names }) => {
        if (LoadBalancerArns !== undefined && Names !== undefined) {
          throw elbv2Errors.validation(
            'Load balancer names and load balancer ARNs cannot be specified at the same time',
          );
        }
        checkNamed(LoadBalancerArns ?? Names, 'load balancers');
      },
      needs: () => onEverything('DescribeLoadBalancers'),
      run: (input, owner) => {
        const all = ownedBy(world.loadBalancers, owner);
        const named = input.Names?.map((name) => {
          const found = all.find((each) => each.name === name);
          if (found === undefined) throw elbv2Errors.unknownLoadBalancer(name);
          return found;
        });
        const found = input.LoadBalancerArns?.map((arn) => requireLoadBalancer(world, arn, owner)) ?? named ?? all;
        const { items, next } = markedPage(world, found, input);
        return { LoadBalancers: items.map(loadBalancerView), NextMarker: next };
      },
    },
  ),

  // "If the load balancer does not exist or has already been deleted, the call succeeds."
  DeleteLoadBalancer: elbAction<DeleteLoadBalancerInput, Record<string, never>>(world, 'DeleteLoadBalancer', {
    needs: ({ LoadBalancerArn = '' }) => [
      onResource('DeleteLoadBalancer', LoadBalancerArn, world.loadBalancers.get(LoadBalancerArn)?.tags),
    ],
    run: ({ LoadBalancerArn = '' }, owner) => {
      const balancer = world.loadBalancers.get(LoadBalancerArn);
      if (balancer?.owner !== owner) return {};
      if (isProtected(balancer)) throw elbv2Errors.isProtected(balancer.arn);
      for (const listener of [...world.listeners.values()]) {
        if (listener.loadBalancerArn === balancer.arn) removeListener(world, listener);
      }
      world.loadBalancers.delete(balancer.arn);
      return {};
    },
  }),

  DescribeLoadBalancerAttributes: elbAction<DescribeLoadBalancerAttributesInput, DescribeLoadBalancerAttributesOutput>(
    world,
    'DescribeLoadBalancerAttributes',
    {
      needs: () => onEverything('DescribeLoadBalancerAttributes'),
      run: ({ LoadBalancerArn = '' }, owner) => ({
        Attributes: attributeList(LOAD_BALANCER_ATTRIBUTES, requireLoadBalancer(world, LoadBalancerArn, owner)),
      }),
    },
  ),

  ModifyLoadBalancerAttributes: elbAction<ModifyLoadBalancerAttributesInput, ModifyLoadBalancerAttributesOutput>(
    world,
    'ModifyLoadBalancerAttributes',
    {
      needs: ({ LoadBalancerArn = '' }) => [
        onResource('ModifyLoadBalancerAttributes', LoadBalancerArn, world.loadBalancers.get(LoadBalancerArn)?.tags),
      ],
      run: ({ LoadBalancerArn = '', Attributes = [] }, owner) => {
        const balancer = requireLoadBalancer(world, LoadBalancerArn, owner);
        setAttributes(LOAD_BALANCER_ATTRIBUTES, balancer, 'Load balancer', Attributes);
        return { Attributes: attributeList(LOAD_BALANCER_ATTRIBUTES, balancer) };
      },
    },
  ),
});
