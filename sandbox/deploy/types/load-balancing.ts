import { isDeepStrictEqual } from 'node:util';
import { each } from '../property-rules.ts';
import { type Change, type Creation, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { type Tags, tagChange } from './tags.ts';

/** Attributes as CloudFormation lists them; one that the template drops keeps its value. */
type Attributes = readonly { readonly Key: string; readonly Value: string }[];

interface LoadBalancerProperties {
  readonly Name?: string;
  readonly LoadBalancerAttributes?: Attributes;
  readonly Tags?: Tags;
}

interface TargetGroupProperties {
  readonly Name?: string;
  readonly TargetGroupAttributes?: Attributes;
  readonly Targets?: Targets;
  readonly Tags?: Tags;
}

type Targets = readonly object[];

interface ListenerProperties {
  readonly LoadBalancerArn: string;
  readonly Port: number;
  readonly Protocol: string;
  readonly DefaultActions: readonly object[];
}

type Call = Creation['call'];

const SERVICE = 'elasticloadbalancing';
/** What the name of a load balancer or of a target group may be at most. */
const NAME = 32;
/** Properties that ModifyTargetGroup changes. */
const HEALTH_CHECKS = [
  ...(['HealthCheckEnabled', 'HealthCheckProtocol', 'HealthCheckPort', 'HealthCheckPath', 'Matcher'] as const),
  ...(['HealthCheckIntervalSeconds', 'HealthCheckTimeoutSeconds'] as const),
  ...(['HealthyThresholdCount', 'UnhealthyThresholdCount'] as const),
];

const setLoadBalancerAttributes = async (
  call: Call,
  LoadBalancerArn: string,
  Attributes: Attributes = [],
): Promise<void> => {
  if (Attributes.length > 0) await call(SERVICE, 'ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes });
};

const setTargetGroupAttributes = async (
  call: Call,
  TargetGroupArn: string,
  Attributes: Attributes = [],
): Promise<void> => {
  if (Attributes.length > 0) await call(SERVICE, 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes });
};

const changeTags = async (call: Call, { ref, before, after }: Change<{ readonly Tags?: Tags }>): Promise<void> => {
  const { added, removed } = tagChange(before.Tags, after.Tags);
  if (added.length > 0) await call(SERVICE, 'AddTags', { ResourceArns: [ref], Tags: added });
  if (removed.length > 0) await call(SERVICE, 'RemoveTags', { ResourceArns: [ref], TagKeys: removed });
};

const changeTargets = async (
  call: Call,
  TargetGroupArn: string,
  before: Targets = [],
  after: Targets = [],
): Promise<void> => {
  const without = (all: Targets, those: Targets): Targets =>
    all.filter((one) => !those.some((other) => isDeepStrictEqual(one, other)));
  const [added, removed] = [without(after, before), without(before, after)];
  if (added.length > 0) await call(SERVICE, 'RegisterTargets', { TargetGroupArn, Targets: added });
  if (removed.length > 0) await call(SERVICE, 'DeregisterTargets', { TargetGroupArn, Targets: removed });
};

/**
 * Network load balancers, their target groups and listeners.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticLoadBalancingV2.html
 */
export const loadBalancingTypes: ResourceTypes = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': resourceType<LoadBalancerProperties>({
    properties: {
      ...each('used', 'Name', 'Type', 'Scheme', 'IpAddressType', 'Subnets', 'SubnetMappings', 'SecurityGroups'),
      ...each('used', 'LoadBalancerAttributes', 'Tags'),
      ...each('accepted', 'EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic', 'EnablePrefixForIpv6SourceNat'),
      ...each('accepted', 'MinimumLoadBalancerCapacity'),
    },
    async create({ Name, LoadBalancerAttributes, ...properties }, { call, generatedName }) {
      const created = await call(SERVICE, 'CreateLoadBalancer', {
        Name: Name ?? generatedName(NAME),
        ...properties,
      });
      const member = (name: string): string => textOf(created, 'LoadBalancers', 0, name);
      const arn = member('LoadBalancerArn');
      await setLoadBalancerAttributes(call, arn, LoadBalancerAttributes);
      return {
        ref: arn,
        attributes: {
          LoadBalancerArn: arn,
          LoadBalancerName: member('LoadBalancerName'),
          LoadBalancerFullName: arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
          DNSName: member('DNSName'),
          CanonicalHostedZoneID: member('CanonicalHostedZoneId'),
        },
      };
    },
    replacing: ['Name', 'Type', 'Scheme'],
    inPlace: ['LoadBalancerAttributes', 'Tags'],
    async update(change, { call }) {
      const { ref, before, after } = change;
      if (!isDeepStrictEqual(before.LoadBalancerAttributes, after.LoadBalancerAttributes)) {
        await setLoadBalancerAttributes(call, ref, after.LoadBalancerAttributes);
      }
      await changeTags(call, change);
    },
    async remove({ ref }, { call }) {
      await call(SERVICE, 'DeleteLoadBalancer', { LoadBalancerArn: ref });
    },
  }),

  'AWS::ElasticLoadBalancingV2::TargetGroup': resourceType<TargetGroupProperties>({
    properties: {
      ...each('used', 'Name', 'Port', 'Protocol', 'VpcId', 'TargetType', 'IpAddressType', ...HEALTH_CHECKS),
      ...each('used', 'TargetGroupAttributes', 'Targets', 'Tags'),
      ...each('accepted', 'ProtocolVersion'),
    },
    async create({ Name, TargetGroupAttributes, Targets, ...properties }, { call, generatedName }) {
      const created = await call(SERVICE, 'CreateTargetGroup', { Name: Name ?? generatedName(NAME), ...properties });
      const arn = textOf(created, 'TargetGroups', 0, 'TargetGroupArn');
      await setTargetGroupAttributes(call, arn, TargetGroupAttributes);
      await changeTargets(call, arn, [], Targets);
      return {
        ref: arn,
        attributes: {
          TargetGroupArn: arn,
          TargetGroupName: textOf(created, 'TargetGroups', 0, 'TargetGroupName'),
          TargetGroupFullName: arn.slice(arn.indexOf('targetgroup/')),
        },
      };
    },
    replacing: ['Name', 'Port', 'Protocol', 'VpcId', 'TargetType', 'IpAddressType'],
    inPlace: [...HEALTH_CHECKS, 'TargetGroupAttributes', 'Targets', 'Tags'],
    async update(change, { call }) {
      const { ref: TargetGroupArn, before, after } = change;
      const settings = Object.entries(after).filter(([name]) => HEALTH_CHECKS.some((known) => known === name));
      const isChanged = ([name, value]: readonly [string, unknown]): boolean =>
        !isDeepStrictEqual(Object.entries(before).find(([other]) => other === name)?.[1], value);
      if (settings.some(isChanged)) {
        await call(SERVICE, 'ModifyTargetGroup', { TargetGroupArn, ...Object.fromEntries(settings) });
      }
      if (!isDeepStrictEqual(before.TargetGroupAttributes, after.TargetGroupAttributes)) {
        await setTargetGroupAttributes(call, TargetGroupArn, after.TargetGroupAttributes);
      }
      await changeTargets(call, TargetGroupArn, before.Targets, after.Targets);
      await changeTags(call, change);
    },
    async remove({ ref }, { call }) {
      await call(SERVICE, 'DeleteTargetGroup', { TargetGroupArn: ref });
    },
  }),

  'AWS::ElasticLoadBalancingV2::Listener': resourceType<ListenerProperties>({
    properties: {
      ...each('used', 'LoadBalancerArn', 'Port', 'Protocol', 'DefaultActions'),
      ...each('accepted', 'AlpnPolicy', 'Certificates', 'SslPolicy', 'ListenerAttributes', 'MutualAuthentication'),
    },
    async create(properties, { call }) {
      const arn = textOf(await call(SERVICE, 'CreateListener', properties), 'Listeners', 0, 'ListenerArn');
      return { ref: arn, attributes: { ListenerArn: arn } };
    },
    replacing: ['LoadBalancerArn'],
    inPlace: ['Port', 'Protocol', 'DefaultActions'],
    async update({ ref, after: { Port, Protocol, DefaultActions } }, { call }) {
      await call(SERVICE, 'ModifyListener', { ListenerArn: ref, ...defined({ Port, Protocol, DefaultActions }) });
    },
    async remove({ ref }, { call }) {
      await call(SERVICE, 'DeleteListener', { ListenerArn: ref });
    },
  }),
};
