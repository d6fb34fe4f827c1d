import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';
import { ConciergeFunction } from './concierge-function.ts';
import { MANAGED_TAG } from './endpoint-service.ts';

/** What answers are given with. */
export interface AnswersProps {
  /** The directory of `answer-connections`' bundle. */
  readonly code: string;
  readonly ledger: TableV2;
  /** Where messages go that nobody could handle. */
  readonly deadLetters: Queue;
  /** The state machines that wait for answers, by ARN: they are made after this. */
  readonly asking: readonly string[];
  /** How many endpoints one call of EC2 names. @default the function's own */
  readonly endpointsPerAnswer?: number | undefined;
}

const TIMEOUT = Duration.minutes(1);

/**
 * The way by which EC2 is told to accept or to reject: workflows put what they decided into a queue, and one function reads it in batches. EC2
 * takes ten Accept calls at once and one a second after that, of the whole account, and many endpoints in one call.
 *
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export class Answers extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { code, ledger, deadLetters, asking, endpointsPerAnswer }: AnswersProps) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Six times the function's time-out, as AWS advises; the function shortens it for what it leaves.
      visibilityTimeout: Duration.minutes(6 * TIMEOUT.toMinutes()),
      retentionPeriod: Duration.days(4),
      // A message is looked at every 20 seconds for up to an hour: only one that nobody can read gets further.
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 250 },
    });
    failureAlarm(this, 'WaitingAlarm', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: ALARM_PERIOD }),
      threshold: 1800,
      failureImpact: 'Answers wait for over half an hour: customers wait for a connection.',
      article: '#answers-waiting',
    });
    const answer = new ConciergeFunction(this, 'AnswerConnections', {
      code,
      failureImpact: 'Decided connection requests are not answered: customers wait.',
      environment: {
        LEDGER_TABLE: ledger.tableName,
        ANSWER_QUEUE_URL: this.queue.queueUrl,
        ...(endpointsPerAnswer === undefined ? {} : { ENDPOINTS_PER_ANSWER: String(endpointsPerAnswer) }),
      },
      timeout: TIMEOUT,
      memorySize: 1024,
      permissions: [
        new PolicyStatement({ actions: ['ec2:DescribeVpcEndpointConnections'], resources: ['*'] }),
        new PolicyStatement({
          actions: ['ec2:AcceptVpcEndpointConnections', 'ec2:RejectVpcEndpointConnections'],
          resources: [
            Stack.of(this).formatArn({ service: 'ec2', resource: 'vpc-endpoint-service', resourceName: '*' }),
          ],
          conditions: { StringEquals: { [`aws:ResourceTag/${MANAGED_TAG.key}`]: MANAGED_TAG.value } },
        }),
        new PolicyStatement({
          // Modes, pauses and places are read; the account's buckets are written too.
          actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
          resources: [ledger.tableArn],
        }),
        new PolicyStatement({
          actions: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
          resources: [...asking],
        }),
        new PolicyStatement({
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
          resources: [this.queue.queueArn],
        }),
      ],
    });
    Validations.of(answer).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:ec2:${region}:${account}:vpc-endpoint-service/*]`,
      reason: 'Services are entries of the registry, not of the stack; the tag says for which of them we answer.',
    });
    new EventSourceMapping(this, 'Mapping', {
      target: answer.version as IFunction,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1_000,
      maxBatchingWindow: Duration.seconds(2),
      // The least that AWS takes. More would only split up what one call can answer.
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    }).node.addDependency(answer);
  }
}
