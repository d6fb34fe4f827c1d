import { createHash } from 'node:crypto';
import { type CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateHealthCheckCommand,
  GetHealthCheckCommand,
  type HealthCheckConfig,
  type Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import type { AlarmName, FailoverRouting } from '../domain/dns-record.ts';
import type { FailoverState } from '../domain/failover.ts';
import { LATCH, METRIC_NAMESPACE } from '../domain/metric.ts';
import { calling } from './errors.ts';

/** What a failover record's health checks are made of. */
export interface ChecksProps {
  readonly recordId: string;
  readonly routing: FailoverRouting;
  readonly state: FailoverState;
  /** The latch's alarm, in the standby region: where the primary's region is gone, it is not. */
  readonly latch: AlarmName;
}

type Checks = NonNullable<FailoverState['checks']>;

/**
 * The alarm behind the latch: in alarm while the metric says 1. Without data it stays as it is.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
const latchAlarm = (recordId: string, name: string) =>
  ({
    AlarmName: name,
    AlarmDescription: `${recordId} is failed over: its primary is not answered for until somebody fails it back.`,
    Namespace: METRIC_NAMESPACE,
    MetricName: LATCH,
    Dimensions: [{ Name: 'record', Value: recordId }],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'ignore',
  }) as const;

/** Makes the latch's alarm where it is not as it should be. @returns whether it was. @throws `Throttled`, `Denied`. */
export const ensureLatchAlarm = async (
  cloudwatch: CloudWatchClient,
  { recordId, latch }: Pick<ChecksProps, 'recordId' | 'latch'>,
): Promise<boolean> => {
  const wanted = latchAlarm(recordId, latch.name);
  const { MetricAlarms = [] } = await calling('describe the latch’s alarm', () =>
    cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [latch.name] })),
  );
  const [found] = MetricAlarms;
  const isRight =
    found !== undefined &&
    (
      [
        'Namespace',
        'MetricName',
        'Statistic',
        'Period',
        'EvaluationPeriods',
        'Threshold',
        'ComparisonOperator',
        'TreatMissingData',
      ] as const
    ).every((key) => found[key] === wanted[key]) &&
    found.Dimensions?.length === 1 &&
    found.Dimensions[0]?.Name === 'record' &&
    found.Dimensions[0].Value === recordId;
  if (!isRight)
    await calling('make the latch’s alarm', () =>
      cloudwatch.send(new PutMetricAlarmCommand({ ...wanted, Dimensions: [...wanted.Dimensions] })),
    );
  return isRight;
};

const byAlarm = ({ name, region }: AlarmName, insufficient: 'Unhealthy' | 'LastKnownStatus'): HealthCheckConfig => ({
  Type: 'CLOUDWATCH_METRIC',
  AlarmIdentifier: { Name: name, Region: region as never },
  InsufficientDataHealthStatus: insufficient,
});

/** PRIMARY is well while each of its children is. Before it was armed, and where only a person fails over, its own health is none of them. */
const childrenOf = (
  { routing, state }: ChecksProps,
  { health, latch }: Pick<Checks, 'health' | 'latch'>,
): readonly string[] =>
  state.armedAt !== undefined && routing.engages !== 'manual-armed' ? [health, latch].sort() : [latch];

/**
 * A request that was made before gives the same health check, so that a lost reply makes no second one. One that somebody deleted can't be made
 * again under the same reference, and the state's version has grown since; nor can one of other settings, which are part of it therefore. A
 * reference has 64 characters at the most, a record's id up to 63: it is a digest.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html
 */
const create = async (
  route53: Route53Client,
  about: readonly (string | number)[],
  config: HealthCheckConfig,
): Promise<string> => {
  const digest = createHash('sha256')
    .update(JSON.stringify([...about, config]))
    .digest('hex')
    .slice(0, 40);
  const reference = `privatelink-concierge/${digest}`;
  const { HealthCheck } = await calling('create a health check', () =>
    route53.send(new CreateHealthCheckCommand({ CallerReference: reference, HealthCheckConfig: config })),
  );
  return HealthCheck?.Id ?? '';
};

/** Whether a check is there, with what it is made of. */
const read = async (route53: Route53Client, id: string): Promise<HealthCheckConfig | undefined> => {
  try {
    const { HealthCheck } = await calling('get a health check', () =>
      route53.send(new GetHealthCheckCommand({ HealthCheckId: id })),
    );
    return HealthCheck?.HealthCheckConfig;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchHealthCheck') return undefined;
    throw error;
  }
};

/**
 * Makes the three health checks of a failover record, or puts them right: its alarm's, the latch's, and that of both.
 *
 * @returns their ids, and how many calls changed something.
 * @throws `Throttled`, `Denied`, and Route 53's own errors: `InvalidInput` where there is no such alarm.
 */
export const ensureChecks = async (
  route53: Route53Client,
  props: ChecksProps,
): Promise<{ readonly checks: Checks; readonly changes: number }> => {
  const { recordId, routing, state, latch: latchName } = props;
  let changes = 0;
  const ensure = async (kind: keyof Checks, wanted: HealthCheckConfig): Promise<string> => {
    const id = state.checks?.[kind];
    const found = id === undefined ? undefined : await read(route53, id);
    if (id === undefined || found === undefined) {
      changes += 1;
      return create(route53, [recordId, kind, state.version], wanted);
    }
    if (isAs(found, wanted)) return id;
    changes += 1;
    const { Type: _fixed, ...rest } = wanted;
    await calling('update a health check', () =>
      route53.send(new UpdateHealthCheckCommand({ HealthCheckId: id, ...rest })),
    );
    return id;
  };
  const health = await ensure('health', byAlarm(routing.health, 'Unhealthy'));
  const latch = await ensure('latch', byAlarm(latchName, 'LastKnownStatus'));
  const children = childrenOf(props, { health, latch });
  const primary = await ensure('primary', {
    Type: 'CALCULATED',
    HealthThreshold: children.length,
    ChildHealthChecks: [...children],
  });
  return { checks: { health, latch, primary }, changes };
};

const isAs = (found: HealthCheckConfig, wanted: HealthCheckConfig): boolean =>
  found.Type === wanted.Type &&
  found.AlarmIdentifier?.Name === wanted.AlarmIdentifier?.Name &&
  found.AlarmIdentifier?.Region === wanted.AlarmIdentifier?.Region &&
  found.InsufficientDataHealthStatus === wanted.InsufficientDataHealthStatus &&
  found.HealthThreshold === wanted.HealthThreshold &&
  JSON.stringify([...(found.ChildHealthChecks ?? [])].sort()) ===
    JSON.stringify([...(wanted.ChildHealthChecks ?? [])].sort());
