import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';

/** What a dead letter means. */
export interface DeadLetterQueueProps {
  /** What customers miss while letters lie here. */
  readonly failureImpact: string;
}

/** Where messages that nobody could handle wait for a person, for as long as SQS keeps them, with an alarm on the first. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    failureAlarm(this, 'Alarm', {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: ALARM_PERIOD }),
      failureImpact: props.failureImpact,
      article: '#dead-letters',
    });
  }
}
