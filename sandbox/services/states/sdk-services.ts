/** How Step Functions' SDK integration names a service, and how the sandbox does. */
interface SdkService {
  /** What errors begin with and causes name, e.g. `DynamoDb`: the service's name in the AWS SDK for Java 2. */
  readonly name: string;
  /** Names under which the sandbox may have the service: what SigV4 signs with, or the prefix of its IAM actions. */
  readonly services: readonly string[];
  /** Members of requests and replies begin in lower case on the wire, in upper case in a definition. */
  readonly lowerCaseMembers?: boolean;
  /**
   * Ids come without the path before them, `Z1` for `/hostedzone/Z1`: the AWS SDK for Java 2 takes it away, Route53IdInterceptor of
   * https://github.com/aws/aws-sdk-java-v2. Uncertain: that Step Functions shows results as that SDK does.
   */
  readonly bareIds?: boolean;
  /**
   * Codes that the service's model does not list: they arrive as `<Name>.<Name>Exception`. `all` = the model lists none,
   * as with EC2.
   */
  readonly unlisted: readonly string[] | 'all';
}

const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnrecognizedClientException', 'InvalidClientTokenId'];

/**
 * The services that a Task's `arn:aws:states:::aws-sdk:<service>:<action>` may name here.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 * Uncertain, because AWS documents the rule and two examples only: the casing of `name` and the lists of `unlisted`.
 */
export const SDK_SERVICES: Readonly<Record<string, SdkService>> = {
  cloudwatch: { name: 'CloudWatch', services: ['monitoring', 'cloudwatch'], unlisted: DENIED },
  dynamodb: { name: 'DynamoDb', services: ['dynamodb'], unlisted: [...DENIED, 'ValidationException'] },
  ec2: { name: 'Ec2', services: ['ec2'], unlisted: 'all' },
  elasticloadbalancingv2: {
    name: 'ElasticLoadBalancingV2',
    services: ['elasticloadbalancing'],
    unlisted: [...DENIED, 'ValidationError', 'Throttling'],
  },
  eventbridge: { name: 'EventBridge', services: ['events'], unlisted: [...DENIED, 'ValidationException'] },
  kms: { name: 'Kms', services: ['kms'], unlisted: DENIED },
  lambda: { name: 'Lambda', services: ['lambda'], unlisted: DENIED },
  pipes: { name: 'Pipes', services: ['pipes'], unlisted: DENIED },
  rds: { name: 'Rds', services: ['rds'], unlisted: DENIED },
  route53: {
    name: 'Route53',
    services: ['route53'],
    bareIds: true,
    unlisted: [...DENIED, 'Throttling', 'ServiceUnavailable'],
  },
  scheduler: { name: 'Scheduler', services: ['scheduler'], unlisted: DENIED },
  sfn: { name: 'Sfn', services: ['states'], lowerCaseMembers: true, unlisted: DENIED },
  sns: { name: 'Sns', services: ['sns'], unlisted: DENIED },
  sqs: { name: 'Sqs', services: ['sqs'], unlisted: DENIED },
  sts: { name: 'Sts', services: ['sts'], unlisted: DENIED },
};

/** The error name that a definition's Retry and Catch see for a service's error code. */
export const sdkErrorName = ({ name, unlisted }: SdkService, code: string): string => {
  if (unlisted === 'all' || unlisted.includes(code)) return `${name}.${name}Exception`;
  // Wire codes such as `InvalidChangeBatch` or `QueueDoesNotExist.Mismatch` become a class's name; so do RDS's
  // `DBProxyNotFoundFault`, as `DbProxyNotFoundException`.
  const plain = code
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .replace(/^DB(?=[A-Z])/, 'Db')
    .replace(/Fault$/, '');
  return `${name}.${plain.endsWith('Exception') ? plain : `${plain}Exception`}`;
};
