import { CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { EnvironmentConfig, StandbyConfig } from './config.ts';
import { tellTopic } from './constructs/alarm.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { Failover, type FailoverProps } from './constructs/failover.ts';
import { Tables } from './constructs/tables.ts';

/** What the stack is made of. */
export interface StandbyStackProps extends StackProps {
  readonly account: EnvironmentConfig['account'];
  readonly config: StandbyConfig;
  readonly code: FailoverProps['code'];
  /** What the names of the Concierge's own alarms begin with, in both regions. */
  readonly ownAlarms: string;
}

/** The name of the bus to which the home region tells what records follow. */
export const standbyBusName = (stackName: string): string => `${stackName}-events`;

const vpcOf = (scope: Construct, network: NonNullable<StandbyConfig['network']>): IVpc => {
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: network.vpcId,
    availabilityZones: [...network.availabilityZones],
    privateSubnetIds: [...network.subnetIds],
  });
  Validations.of(vpc).acknowledge({
    id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    reason: 'The stack routes nothing: nobody reads the route tables.',
  });
  return vpc;
};

/** What a failover needs, in the region that is well when the other is not: its records, its ledger, its latches, its workflow. */
export class StandbyStack extends Stack {
  constructor(scope: Construct, id: string, { account, config, code, ownAlarms, ...props }: StandbyStackProps) {
    super(scope, id, { ...props, env: { account, region: config.region } });
    const bus = new EventBus(this, 'Bus', {
      eventBusName: standbyBusName(id),
      description: 'What DNS records follow, and what was done to them',
    });
    const tables = new Tables(this, 'Tables');
    const deadLetters = new DeadLetterQueue(this, 'DeadLetters', {
      failureImpact: 'Something that DNS records follow was not heard: they follow a quarter of an hour later.',
    });
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is one itself: of rules and schedules, which name it and not the other way round.',
    });
    const { network } = config;
    const { update } = new Failover(this, 'Failover', {
      bus,
      code,
      registry: tables.registry,
      ledger: tables.ledger,
      deadLetters: deadLetters.queue,
      ownAlarms,
      ...(network === undefined
        ? {}
        : {
            network: {
              vpc: vpcOf(this, network),
              securityGroups: [SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', network.securityGroupId)],
            },
          }),
    });
    new CfnOutput(this, 'RegistryTable', { value: tables.registry.tableName });
    new CfnOutput(this, 'LedgerTable', { value: tables.ledger.tableName });
    new CfnOutput(this, 'EventBusName', { value: bus.eventBusName });
    new CfnOutput(this, 'UpdateFailoverArn', { value: update.stateMachine.stateMachineArn });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: deadLetters.queue.queueUrl });
    if (config.alarmTopicArn !== undefined) tellTopic(this, config.alarmTopicArn);
  }
}
