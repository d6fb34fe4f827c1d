import { AwsError } from '../errors.ts';

/**
 * Elastic Load Balancing's errors, by their codes on the wire: the SDK's classes are named so with `Exception` behind.
 * The sentences are those that clients report, where any does.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html
 */
export const elbv2Errors = {
  validation: (message: string): AwsError => new AwsError('ValidationError', message),
  unknownLoadBalancer: (arn: string): AwsError =>
    new AwsError('LoadBalancerNotFound', `Load balancer '${arn}' not found`),
  unknownTargetGroup: (arn: string): AwsError =>
    new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`),
  unknownListener: (arn: string): AwsError => new AwsError('ListenerNotFound', `Listener '${arn}' not found`),
  sameLoadBalancer: (name: string): AwsError =>
    new AwsError(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    ),
  sameTargetGroup: (name: string): AwsError =>
    new AwsError(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    ),
  samePort: (arn: string): AwsError =>
    new AwsError('DuplicateListener', `A listener already exists on this port for this load balancer '${arn}'`),
  otherLoadBalancer: (arn: string): AwsError =>
    new AwsError(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    ),
  incompatible: (group: string, listener: string): AwsError =>
    new AwsError(
      'IncompatibleProtocols',
      `A target group of the protocol ${group} cannot be used by a listener of the protocol ${listener}`,
    ),
  wrongAction: (message: string): AwsError => new AwsError('InvalidLoadBalancerAction', message),
  // https://github.com/cloudposse/terraform-aws-alb-ingress/issues/24
  targetGroupInUse: (arn: string): AwsError =>
    new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`),
  isProtected: (arn: string): AwsError =>
    new AwsError(
      'OperationNotPermitted',
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    ),
  unknownTarget: (id: string, port: number): AwsError =>
    new AwsError('InvalidTarget', `The target '${id}:${port}' is not registered with the target group`),
  tooManyTargets: (message: string): AwsError => new AwsError('TooManyTargets', message),
  notModelled: (what: string): AwsError => new AwsError('NotImplemented', `The sandbox does not model ${what}.`, 501),
} as const;
