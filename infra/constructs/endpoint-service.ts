import { Tags, Validations } from 'aws-cdk-lib';
import {
  CfnVPCEndpointConnectionNotification,
  CfnVPCEndpointService,
  CfnVPCEndpointServicePermissions,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { NetworkLoadBalancer, NetworkTargetGroup, Protocol, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { EndpointServiceConfig } from '../config.ts';

/** The tag without which the Concierge may not answer for a service: adopting one is putting it on. */
export const MANAGED_TAG = { key: 'privatelink-concierge', value: 'managed' } as const;

/** The parts that the service stands on. */
export interface EndpointServiceProps {
  readonly config: EndpointServiceConfig;
  readonly vpc: IVpc;
  /** Where PrivateLink's notices go. */
  readonly notices: Topic;
}

/** A service that customers reach privately: an internal Network Load Balancer with ip targets, behind an endpoint service that asks before it connects. */
export class EndpointService extends Construct {
  readonly serviceId: string;

  constructor(scope: Construct, id: string, { config, vpc, notices }: EndpointServiceProps) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Traffic from the load balancer of ${config.name} to its targets`,
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(config.port), 'Targets and their health checks');
    const loadBalancer = new NetworkLoadBalancer(this, 'LoadBalancer', {
      vpc,
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [securityGroup],
      // Customers' private addresses may overlap, so no inbound rule could tell them apart: acceptance is the gate.
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: false,
      deletionProtection: true,
    });
    const targets = new NetworkTargetGroup(this, 'Targets', {
      vpc,
      port: config.port,
      protocol: Protocol.TCP,
      targetType: TargetType.IP,
    });
    loadBalancer.addListener('Listener', {
      port: config.port,
      protocol: Protocol.TCP,
      defaultTargetGroups: [targets],
    });
    Validations.of(loadBalancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason: 'Access logs of a Network Load Balancer cover TLS listeners only; this one passes TCP through.',
    });

    const service = new CfnVPCEndpointService(this, 'Service', {
      acceptanceRequired: true,
      networkLoadBalancerArns: [loadBalancer.loadBalancerArn],
    });
    Tags.of(service).add(MANAGED_TAG.key, MANAGED_TAG.value);
    Tags.of(service).add('Name', config.name);
    this.serviceId = service.attrServiceId;
    new CfnVPCEndpointServicePermissions(this, 'Permissions', {
      serviceId: this.serviceId,
      allowedPrincipals: config.allowedAccounts.map((account) => `arn:aws:iam::${account}:root`),
    });
    const notification = new CfnVPCEndpointConnectionNotification(this, 'Notification', {
      serviceId: this.serviceId,
      connectionNotificationArn: notices.topicArn,
      // Accept and Reject too: a person may answer by hand what we hold.
      connectionEvents: ['Accept', 'Connect', 'Delete', 'Reject'],
    });
    // EC2 tries the topic when the notification is made: its policies must be there.
    notification.node.addDependency(notices);
  }
}
