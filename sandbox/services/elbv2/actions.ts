import type { Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { listenerActions } from './actions-listeners.ts';
import { loadBalancerActions } from './actions-load-balancers.ts';
import { tagActions } from './actions-tags.ts';
import { targetGroupActions } from './actions-target-groups.ts';
import { targetActions } from './actions-targets.ts';
import { type BalancedTargets, balancedTargets } from './balanced-targets.ts';
import { balancing } from './model.ts';
import { loadBalancerNames } from './names.ts';
import { type Elbv2Options, settingsFrom } from './options.ts';

/** Elastic Load Balancing, with what stories may ask of it beside the API. */
export interface Elbv2Service extends ServiceDefinition {
  readonly targets: BalancedTargets;
  /** Its load balancers' names, for DNS and for aliases. */
  readonly names: ReturnType<typeof loadBalancerNames>;
}

/**
 * Network load balancers with their listeners, target groups and targets, of as many accounts as call.
 *
 * @example
 * const { targets } = elbv2Service(cloud, { isServing: (address) => address !== '10.0.1.7', readDelay: [0, 2_000] });
 */
export const elbv2Service = (cloud: Cloud, options: Elbv2Options = {}): Elbv2Service => {
  const world = balancing(cloud, settingsFrom(options, cloud.region));
  return {
    // What SigV4 signs with, and the prefix of its IAM actions.
    name: 'elasticloadbalancing',
    targets: balancedTargets(world),
    names: loadBalancerNames(world),
    actions: {
      ...loadBalancerActions(world),
      ...targetGroupActions(world),
      ...listenerActions(world),
      ...targetActions(world),
      ...tagActions(world),
    },
    denied: (message) => new AwsError('AccessDenied', message, 403),
    notModelled: [
      'Application and Gateway Load Balancers, their rules and target groups; targets of the types lambda and alb.',
      'Connections: nothing is balanced. Attributes are kept; those that matter are deletion_protection, cross_zone (quotas), deregistration_delay.timeout_seconds and unhealthy_state_routing.',
      'SetSecurityGroups, SetSubnets, SetIpAddressType, listener attributes, certificates, QUIC server ids, zonal shift, capacity reservations.',
      'Subnets, VPCs, security groups and instances are not looked up: the first subnet is in zone a, the second in zone b, every zone is enabled, VpcId of a load balancer is not told.',
      'Load balancers are active at once, without provisioning; DeleteLoadBalancer does not ask whether an endpoint service needs it.',
      'Zones where cross-zone balancing is off: a target group is healthy, or fails open, as a whole.',
      'Health checks of a protocol: a target serves or does not. The states unhealthy.draining and the reasons of other load balancers; anomaly detection; administrative overrides.',
      'Quotas of load balancers and target groups for each account, of targets for each call, TooManyRegistrationsForTargetId.',
      'The buckets of CloudFormation apart: what a deployment calls takes the tokens of the account.',
    ],
  };
};
