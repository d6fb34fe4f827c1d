import type {
  Listener as ListenerView,
  LoadBalancer as LoadBalancerView,
  TargetGroup as TargetGroupView,
  TargetHealth,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { regionOfArn } from '../region-of-arn.ts';
import { zoneOfSubnet } from './addresses.ts';
import {
  type Balancing,
  type Health,
  type Listener,
  type LoadBalancer,
  loadBalancerOf,
  type TargetGroup,
} from './model.ts';

/** The zones that alias records name: https://docs.aws.amazon.com/general/latest/gr/elb.html */
export const HOSTED_ZONES: Readonly<Record<string, string>> = {
  'us-west-2': 'Z18D5FSROUN65G',
  'us-east-2': 'ZLMOA37VPKANP',
};

/** A load balancer as clients see it. */
export const loadBalancerView = (balancer: LoadBalancer): LoadBalancerView => ({
  LoadBalancerArn: balancer.arn,
  LoadBalancerName: balancer.name,
  DNSName: balancer.dnsName,
  CanonicalHostedZoneId: HOSTED_ZONES[regionOfArn(balancer.arn)],
  CreatedTime: new Date(balancer.createdAt),
  Scheme: balancer.scheme,
  State: { Code: 'active' },
  Type: 'network',
  AvailabilityZones: balancer.subnets.map((SubnetId, index) => ({
    ZoneName: zoneOfSubnet(regionOfArn(balancer.arn), index),
    SubnetId,
    LoadBalancerAddresses: [],
  })),
  SecurityGroups: [...balancer.securityGroups],
  IpAddressType: balancer.ipAddressType,
});

/** A target group as clients see it. */
export const targetGroupView = (world: Balancing, group: TargetGroup): TargetGroupView => {
  const { checks } = group;
  const balancer = loadBalancerOf(world, group.arn);
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: checks.protocol,
    HealthCheckPort: checks.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: checks.intervalSeconds,
    HealthCheckTimeoutSeconds: checks.timeoutSeconds,
    HealthyThresholdCount: checks.healthyThreshold,
    UnhealthyThresholdCount: checks.unhealthyThreshold,
    ...(checks.path === undefined ? {} : { HealthCheckPath: checks.path }),
    ...(checks.matcher === undefined ? {} : { Matcher: { HttpCode: checks.matcher } }),
    LoadBalancerArns: balancer === undefined ? [] : [balancer.arn],
    TargetType: group.targetType,
    IpAddressType: group.ipAddressType,
  };
};

/** A listener as clients see it. */
export const listenerView = (listener: Listener): ListenerView => ({
  ListenerArn: listener.arn,
  LoadBalancerArn: listener.loadBalancerArn,
  Port: listener.port,
  Protocol: listener.protocol,
  DefaultActions: [...listener.actions],
});

/** Sentences as clients report them; AWS documents the reasons only. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'Elb.RegistrationInProgress': 'Target registration is in progress',
  'Elb.InitialHealthChecking': 'Initial health checks in progress',
  'Elb.InternalError': 'Target health is unavailable due to an internal error',
  'Target.FailedHealthChecks': 'Health checks failed',
  'Target.NotRegistered': 'Target is not registered to the target group',
  'Target.NotInUse': 'Target group is not configured to receive traffic from the load balancer',
  'Target.DeregistrationInProgress': 'Target deregistration is in progress',
};

const healthView = ({ state, reason }: Health): TargetHealth =>
  reason === undefined ? { State: state } : { State: state, Reason: reason, Description: DESCRIPTIONS[reason] };

/** A target with its health as clients see it. */
export const targetView = (
  { checks }: TargetGroup,
  { id, port, zone }: { readonly id: string; readonly port: number; readonly zone: string | undefined },
  health: Health,
): TargetHealthDescription => ({
  Target: { Id: id, Port: port, ...(zone === undefined ? {} : { AvailabilityZone: zone }) },
  HealthCheckPort: checks.port === 'traffic-port' ? String(port) : checks.port,
  TargetHealth: healthView(health),
});
