import { Duration, type Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Where the articles are; relative, because a fork has its own address. */
const RUNBOOK = 'docs/runbook.md';

/** What an alarm tells the person whom it wakes. */
export interface FailureAlarmProps {
  readonly metric: IMetric;
  /** What the metric must exceed. @default 0 */
  readonly threshold?: number;
  /** What is wrong for customers while this is in alarm, in a sentence. */
  readonly failureImpact: string;
  /** How many periods in a row it must last. @default 1 */
  readonly periods?: number;
  /** The heading of the runbook's article: `#dead-letters`. */
  readonly article: string;
}

/** An alarm on anything above zero, or above `threshold`, within five minutes. */
export const failureAlarm = (scope: Construct, id: string, props: FailureAlarmProps): Alarm =>
  new Alarm(scope, id, {
    metric: props.metric,
    threshold: props.threshold ?? 0,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: props.periods ?? 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${props.failureImpact} Runbook: ${RUNBOOK}${props.article}`,
  });

/** The period over which failures are summed. */
export const ALARM_PERIOD = Duration.minutes(5);

/** Has every alarm of a stack tell the topic that people listen to. */
export const tellTopic = (stack: Stack, topicArn: string): void => {
  const action = new SnsAction(Topic.fromTopicArn(stack, 'AlarmTopic', topicArn));
  for (const construct of stack.node.findAll()) if (construct instanceof Alarm) construct.addAlarmAction(action);
};
