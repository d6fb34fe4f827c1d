import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { type Cloud, PROVIDER_ACCOUNT, type ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { alarmActions } from './actions-alarms.ts';
import { describeActions } from './actions-describe.ts';
import { metricActions } from './actions-metrics.ts';
import { definitionOf } from './definition.ts';
import { readEmbeddedMetrics } from './emf.ts';
import type { AlarmState } from './evaluation.ts';
import { stateOf } from './evaluator.ts';
import { metricId } from './metric.ts';
import { CloudWatchModel } from './model.ts';
import { type CloudWatchOptions, settingsFrom } from './options.ts';
import type { MetricSink } from './sink.ts';
import { type WorldMetrics, worldMetrics } from './world-metrics.ts';

/** CloudWatch, with what stories and other services may ask of it beside the API. */
export interface CloudWatchService extends ServiceDefinition {
  readonly metrics: WorldMetrics;
  /** Alarms as Route 53's health checks have them: a configuration, and what the data say by it, whatever state the alarm is in. */
  readonly alarms: {
    find(account: string, name: string): PutMetricAlarmInput | undefined;
    evaluate(account: string, configuration: PutMetricAlarmInput): AlarmState;
  };
}

const sinkOf = ({ cloud, store }: CloudWatchModel): MetricSink => ({
  put: (namespace, dimensions, values, unit) => store.put(PROVIDER_ACCOUNT, namespace, dimensions, values, unit),
  hold: (namespace, dimensions, values) => {
    for (const [name, value] of Object.entries(values)) {
      store.hold(PROVIDER_ACCOUNT, metricId(namespace, name, dimensions), value);
    }
  },
  series: (namespace, dimensions, name) => store.series(PROVIDER_ACCOUNT, metricId(namespace, name, dimensions)),
  line: (functionArn, line) => {
    const found = readEmbeddedMetrics(line, cloud.clock.now());
    if (found === undefined) return;
    for (const { metric, at, sample, unit, resolution } of found.data) {
      store.series(PROVIDER_ACCOUNT, metric).add(at, sample, unit, resolution);
    }
    for (const reason of found.faults) {
      cloud.journal.write({ kind: 'state', who: functionArn, what: 'embedded metrics not read', detail: { reason } });
    }
  },
});

/**
 * Amazon CloudWatch metrics and alarms of one region. The other services of the cloud count into it from now on.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
 */
export const cloudWatchService = (cloud: Cloud, region: string, options: CloudWatchOptions = {}): CloudWatchService => {
  const model = new CloudWatchModel(cloud, region, settingsFrom(options));
  cloud.metrics = sinkOf(model);
  return {
    // What SigV4 signs with; its IAM actions begin with cloudwatch.
    name: 'monitoring',
    metrics: worldMetrics(model, PROVIDER_ACCOUNT),
    alarms: {
      find: (account, name) => {
        const alarm = model.find(account, name);
        return alarm?.kind === 'MetricAlarm' ? alarm.request : undefined;
      },
      evaluate: (account, configuration) =>
        stateOf(model.evaluator.evaluate(definitionOf(configuration, account), cloud.clock.now())),
    },
    actions: { ...metricActions(model), ...alarmActions(model), ...describeActions(model) },
    denied: (message) => new AwsError('AccessDenied', message, 403),
    notModelled: [
      'Dashboards, metric streams, anomaly detectors, insight rules, Metrics Insights and PromQL queries, metric widgets, mute rules, metrics of linked accounts.',
      'Metric math beyond + - * /, parentheses and FILL(m, number); other functions are refused by name. Metrics of one expression have one period.',
      'Statistics beyond SampleCount, Average, Sum, Minimum, Maximum and percentiles (by nearest rank); EvaluateLowSampleCountPercentile "ignore".',
      'Alarm actions other than topics (Lambda, EC2, Auto Scaling, Systems Manager), action suppressors, AT_LEAST in rules, events of changed alarm configurations.',
      'Data is there at once and kept as it came for 15 days, one-second data too; then it is gone. GetMetricData has no pages and always knows everything.',
      'Metrics of AWS that exist: AWS/SQS ApproximateNumberOfMessagesVisible and ApproximateAgeOfOldestMessage; AWS/Lambda Invocations, Errors, Throttles, Duration by FunctionName; AWS/States Executions* and ExecutionTime by StateMachineArn; AWS/Events and AWS/Scheduler failures; AWS/NetworkELB HealthyHostCount and UnHealthyHostCount by LoadBalancer and TargetGroup. Others, e.g. of Pipes, DynamoDB, RDS and PrivateLink, come from `hold` alone.',
      'Queues are sampled at the full minute, for as long as they exist: AWS stops six hours after a queue was last used.',
      'Quotas: the number of alarms, rates of calls.',
    ],
  };
};
