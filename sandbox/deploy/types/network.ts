import { each } from '../property-rules.ts';
import { defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

const tagged = (ResourceType: string, tags: Tags | undefined): object =>
  tags === undefined || tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType, Tags: tags }] };

/** What a load balancer's name may be at most. */
const BALANCER_NAME = 32;

/**
 * Endpoint services and what stands behind them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticLoadBalancingV2.html
 */
export const networkTypes: ResourceTypes = {
  'AWS::EC2::VPCEndpointService': resourceType<{ readonly Tags?: Tags }>({
    properties: {
      ...each('used', 'AcceptanceRequired', 'NetworkLoadBalancerArns', 'GatewayLoadBalancerArns'),
      ...each('used', 'SupportedIpAddressTypes', 'SupportedRegions', 'PrivateDnsName', 'Tags'),
      ...each('accepted', 'ContributorInsightsEnabled', 'PayerResponsibility'),
    },
    async create({ Tags, ...properties }, { call }) {
      const created = await call('ec2', 'CreateVpcEndpointServiceConfiguration', {
        ...properties,
        ...tagged('vpc-endpoint-service', Tags),
      });
      const id = textOf(created, 'ServiceConfiguration', 'ServiceId');
      return { ref: id, attributes: { ServiceId: id } };
    },
  }),

  'AWS::EC2::VPCEndpointServicePermissions': resourceType<{
    readonly ServiceId: string;
    readonly AllowedPrincipals?: readonly string[];
  }>({
    properties: each('used', 'ServiceId', 'AllowedPrincipals'),
    async create({ ServiceId, AllowedPrincipals = [] }, { call }) {
      if (AllowedPrincipals.length > 0) {
        await call('ec2', 'ModifyVpcEndpointServicePermissions', {
          ServiceId,
          AddAllowedPrincipals: AllowedPrincipals,
        });
      }
      return { ref: ServiceId, attributes: {} };
    },
  }),

  'AWS::EC2::VPCEndpointConnectionNotification': resourceType<{
    readonly ConnectionEvents: readonly string[];
    readonly ConnectionNotificationArn: string;
    readonly ServiceId?: string;
    readonly VPCEndpointId?: string;
  }>({
    properties: each('used', 'ConnectionEvents', 'ConnectionNotificationArn', 'ServiceId', 'VPCEndpointId'),
    async create({ VPCEndpointId, ...properties }, { call }) {
      const created = await call('ec2', 'CreateVpcEndpointConnectionNotification', {
        ...properties,
        ...defined({ VpcEndpointId: VPCEndpointId }),
      });
      const id = textOf(created, 'ConnectionNotification', 'ConnectionNotificationId');
      return { ref: id, attributes: { VPCEndpointConnectionNotificationId: id } };
    },
  }),

  'AWS::EC2::SecurityGroup': resourceType<{ readonly VpcId?: string }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    async create({ VpcId }, { hex }) {
      const id = `sg-${hex(17)}`;
      return { ref: id, attributes: { GroupId: id, Id: id, ...defined({ VpcId }) } as Record<string, string> };
    },
  }),

  'AWS::ElasticLoadBalancingV2::LoadBalancer': resourceType<{
    readonly Name?: string;
    readonly Type?: string;
    readonly Scheme?: string;
  }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    async create({ Name, Type, Scheme }, { call, generatedName }) {
      const created = await call('elasticloadbalancing', 'CreateLoadBalancer', {
        Name: Name ?? generatedName(BALANCER_NAME),
        ...defined({ Type, Scheme }),
      });
      const member = (name: string): string => textOf(created, 'LoadBalancers', 0, name);
      const arn = member('LoadBalancerArn');
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
  }),

  'AWS::ElasticLoadBalancingV2::TargetGroup': resourceType<{ readonly Name?: string }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    async create({ Name }, { call, generatedName }) {
      const created = await call('elasticloadbalancing', 'CreateTargetGroup', {
        Name: Name ?? generatedName(BALANCER_NAME),
      });
      const arn = textOf(created, 'TargetGroups', 0, 'TargetGroupArn');
      return {
        ref: arn,
        attributes: {
          TargetGroupArn: arn,
          TargetGroupName: textOf(created, 'TargetGroups', 0, 'TargetGroupName'),
          TargetGroupFullName: arn.slice(arn.indexOf('targetgroup/')),
        },
      };
    },
  }),

  'AWS::ElasticLoadBalancingV2::Listener': resourceType<{ readonly LoadBalancerArn: string }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    async create({ LoadBalancerArn }, { call }) {
      const created = await call('elasticloadbalancing', 'CreateListener', { LoadBalancerArn });
      const arn = textOf(created, 'Listeners', 0, 'ListenerArn');
      return { ref: arn, attributes: { ListenerArn: arn } };
    },
  }),
};
