import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../events/source.ts';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';
import { ConciergeFunction } from './concierge-function.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** Where the intake's events go and what reads the notices. */
export interface IntakeProps {
  readonly bus: EventBus;
  /** The directory of `read-requests`' bundle. */
  readonly code: string;
  /** Says which answers were our own. */
  readonly ledger: TableV2;
}

/**
 * PrivateLink tells of a request by an SNS notification only, in a body that AWS does not document. Topic -> queue -> pipe: the
 * pipe's enrichment takes the ids, asks EC2, and what comes out on the bus is an event of ours.
 *
 * https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html
 */
export class Intake extends Construct {
  readonly topic: Topic;
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', {
      failureImpact: 'Notices of connection requests could not be handled: customers may wait for an answer.',
    });

    // alias/aws/sns can't let PrivateLink publish: its policy belongs to AWS.
    const key = new Key(this, 'Key', { enableKeyRotation: true, description: 'Notices of connection requests' });
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    const privateLink = new ServicePrincipal('vpce.amazonaws.com');
    const conditions = {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: {
        'aws:SourceArn': stack.formatArn({
          service: 'ec2',
          resource: 'vpc-endpoint-service',
          resourceName: 'vpce-svc-*',
        }),
      },
    };
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PrivateLinkPublishes',
        principals: [privateLink],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions,
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PrivateLinkPublishes',
        principals: [privateLink],
        actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        resources: ['*'],
        conditions,
      }),
    );

    const queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Six times the enrichment's time-out, as AWS advises for functions that read queues.
      visibilityTimeout: Duration.minutes(3),
      retentionPeriod: Duration.days(4),
      // A throttled EC2 fails whole batches for minutes: enough tries that only a poisonous message reaches the dead letters.
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: 10 },
    });
    failureAlarm(this, 'WaitingAlarm', {
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: ALARM_PERIOD }),
      threshold: 300,
      failureImpact: 'Notices of connection requests wait for over five minutes: so do customers.',
      article: '#notices-waiting',
    });
    this.topic.addSubscription(
      new SqsSubscription(queue, { rawMessageDelivery: true, deadLetterQueue: this.deadLetters.queue }),
    );

    const enrichment = new ConciergeFunction(this, 'ReadRequests', {
      code: props.code,
      failureImpact: 'Connection requests are not read: customers wait for an answer.',
      environment: { LEDGER_TABLE: props.ledger.tableName },
      permissions: [
        new PolicyStatement({ actions: ['ec2:DescribeVpcEndpointConnections'], resources: ['*'] }),
        new PolicyStatement({ actions: ['dynamodb:BatchGetItem'], resources: [props.ledger.tableArn] }),
      ],
    });
    const role = new Role(this, 'PipeRole', { assumedBy: new ServicePrincipal('pipes.amazonaws.com') });
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [queue.queueArn],
      }),
    );
    role.addToPolicy(
      // Each version: while a deployment changes the function, the pipe still calls the one before.
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [enrichment.everyVersion] }),
    );
    Validations.of(role).acknowledge({
      id: enrichment.wildcardFinding,
      reason: 'A pipe that runs during a deployment still names the version of the day before.',
    });
    props.bus.grantPutEventsTo(role);
    const pipe = new CfnPipe(this, 'Pipe', {
      roleArn: role.roleArn,
      source: queue.queueArn,
      sourceParameters: { sqsQueueParameters: { batchSize: 10, maximumBatchingWindowInSeconds: 1 } },
      enrichment: enrichment.version.functionArn,
      target: props.bus.eventBusArn,
      targetParameters: { eventBridgeEventBusParameters: { source: EVENT_SOURCE, detailType: '$.detailType' } },
    });
    // A pipe that starts before its role may read makes CREATE_FAILED.
    pipe.node.addDependency(role);
  }
}
