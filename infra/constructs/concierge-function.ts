import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';

/** One file of `functions/`, deployed. */
export interface ConciergeFunctionProps {
  /** The directory that the bundle of its file is in. */
  readonly code: string;
  /** What customers miss while it fails: the alarm's text. */
  readonly failureImpact: string;
  /** Variables beyond those that every function has. @default - none */
  readonly environment?: Record<string, string>;
  /** What it may do, beside its own log and trace. */
  readonly permissions: readonly PolicyStatement[];
  /** The VPC that it looks out of; without a way out of that it reaches no API of AWS. @default none */
  readonly network?: { readonly vpc: IVpc; readonly securityGroups: readonly ISecurityGroup[] };
  /** @default 30 seconds */
  /**
   * Whether a schedule calls it every minute: Lambda does not try again what failed, since the next call does, and a look that comes twice
   * would count twice. @default false
   */
  readonly isScheduled?: boolean;
  readonly timeout?: Duration;
  /** Megabytes; the processor's share grows with it. @default 512 */
  readonly memorySize?: number;
}

/**
 * What Lambda does in a VPC, under the function's own role.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const VPC_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
] as const;

/** A function with a role, a log and an alarm of its own. Others refer to its version, never to `$LATEST`. */
export class ConciergeFunction extends Construct {
  readonly version: Version;
  /** Every version there is: a workflow that began before a deployment finishes on the one it names. */
  readonly everyVersion: string;
  /** What cdk-nag calls a permission on {@link everyVersion}. */
  readonly wildcardFinding: string;

  constructor(scope: Construct, id: string, props: ConciergeFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    for (const permission of props.permissions) role.addToPolicy(permission);
    if (props.network !== undefined)
      role.addToPolicy(new PolicyStatement({ actions: [...VPC_ACTIONS], resources: ['*'] }));
    const fn = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(props.code),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize ?? 512,
      timeout: props.timeout ?? Duration.seconds(30),
      role,
      ...(props.network === undefined
        ? {}
        : { vpc: props.network.vpc, securityGroups: [...props.network.securityGroups] }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: { POWERTOOLS_SERVICE_NAME: 'privatelink-concierge', LOG_LEVEL: 'INFO', ...props.environment },
    });
    this.everyVersion = `${fn.functionArn}:*`;
    this.wildcardFinding = `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(fn.node.defaultChild as CfnFunction)}.Arn>:*]`;
    this.version = fn.currentVersion;
    this.version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    if (props.isScheduled === true)
      this.version.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    failureAlarm(this, 'Alarm', {
      metric: fn.metricErrors({ statistic: 'Sum', period: ALARM_PERIOD }),
      failureImpact: props.failureImpact,
      // A throttled AWS fails a call now and then, and is asked again: only failures that go on are worth a person's night.
      periods: 3,
      article: '#function-errors',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray takes no resource; neither does EC2 for Describe actions (Service Authorization Reference). A test lists all statements with *.',
    });
  }
}
