import { createHash } from 'node:crypto';
import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  type HealthCheck,
  type HealthCheckConfig,
  paginateListHealthChecks,
  type Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import type { AlarmName, FailoverRouting } from '../domain/dns-record.ts';
import { ConciergeError } from '../domain/errors.ts';
import { type FailoverState, goesByHealth, madeOf } from '../domain/failover-state.ts';
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
type CheckKind = Exclude<keyof Checks, 'made'>;

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

/** PRIMARY is well while each of its children is. */
const bothOf = (...children: readonly string[]): HealthCheckConfig => ({
  Type: 'CALCULATED',
  HealthThreshold: children.length,
  ChildHealthChecks: [...children].sort(),
});

/** How often one of a record's checks is made again after somebody deleted it: a reference is good once. */
const MOST_TIMES = 20;

/** What a check's CallerReference is made of, beside its kind. The latch's alarm tells the stacks of one account apart. */
type Owner = Pick<ChecksProps, 'recordId' | 'latch'>;

/**
 * The name under which a check is asked for, the same at each try: whoever died between making it and noting it finds it again. It has 64
 * characters at the most, a record's id up to 63: it is a digest.
 */
const referenceOf = ({ recordId, latch }: Owner, kind: CheckKind, time: number): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([recordId, latch.region, latch.name, kind, time]))
    .digest('hex')
    .slice(0, 40);
  return `privatelink-concierge/${digest}`;
};

/** Every check of the account. @throws `Throttled`, `Denied`. */
const listAll = async (route53: Route53Client): Promise<readonly HealthCheck[]> => {
  const found: HealthCheck[] = [];
  await calling('list health checks', async () => {
    for await (const { HealthChecks = [] } of paginateListHealthChecks({ client: route53 }, {}))
      found.push(...HealthChecks);
  });
  return found;
};

/**
 * A request that was made before gives the same health check, so that a lost reply makes no second one. Where one was made under that reference
 * with other settings, it is found among all; where it was deleted since, the reference is used up, and the next one is tried.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html
 *
 * @returns the check as it is, which may still have those other settings.
 */
const create = async (
  route53: Route53Client,
  owner: Owner,
  kind: CheckKind,
  config: HealthCheckConfig,
): Promise<HealthCheck | undefined> => {
  let all: readonly HealthCheck[] | undefined;
  for (let time = 0; time < MOST_TIMES; time += 1) {
    const CallerReference = referenceOf(owner, kind, time);
    try {
      const { HealthCheck } = await calling('create a health check', () =>
        route53.send(new CreateHealthCheckCommand({ CallerReference, HealthCheckConfig: config })),
      );
      return HealthCheck;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'HealthCheckAlreadyExists') throw error;
      all ??= await listAll(route53);
      const found = all.find((each) => each.CallerReference === CallerReference);
      if (found !== undefined) return found;
    }
  }
  throw new ConciergeError(
    'UnsafePlan',
    `The ${kind} check of ${owner.recordId} was made and deleted ${MOST_TIMES} times.`,
    owner,
  );
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
  const { routing, state, latch: latchName } = props;
  let changes = 0;
  const ensure = async (kind: CheckKind, wanted: HealthCheckConfig): Promise<string> => {
    const id = state.checks?.[kind];
    const found = id === undefined ? undefined : await read(route53, id);
    if (id === undefined || found === undefined) {
      changes += 1;
      const made = await create(route53, props, kind, wanted);
      const madeId = made?.Id ?? '';
      if (!isAs(made?.HealthCheckConfig ?? wanted, wanted)) await update(route53, madeId, wanted);
      return madeId;
    }
    if (isAs(found, wanted)) return id;
    changes += 1;
    await update(route53, id, wanted);
    return id;
  };
  const ensureHealth = (): Promise<string> => ensure('health', byAlarm(routing.health, 'Unhealthy'));
  const latch = await ensure('latch', byAlarm(latchName, 'LastKnownStatus'));
  const made = madeOf(state, routing);
  if (goesByHealth(state, routing)) {
    const health = await ensureHealth();
    return { checks: { health, latch, primary: await ensure('primary', bothOf(health, latch)), made }, changes };
  }
  // An alarm that was never seen well is none of the primary's: it leaves before its check is made to follow it.
  const primary = await ensure('primary', bothOf(latch));
  return { checks: { health: await ensureHealth(), latch, primary, made }, changes };
};

const update = (route53: Route53Client, id: string, { Type: _fixed, ...rest }: HealthCheckConfig): Promise<unknown> =>
  calling('update a health check', () => route53.send(new UpdateHealthCheckCommand({ HealthCheckId: id, ...rest })));

/** One that is gone already was deleted by a call whose reply got lost. */
const deleteCheck = async (route53: Route53Client, HealthCheckId: string | undefined): Promise<void> => {
  try {
    await calling('delete a health check', () => route53.send(new DeleteHealthCheckCommand({ HealthCheckId })));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchHealthCheck') throw error;
  }
};

/** The one of both goes before those that it is made of: Route 53 deletes none that another one has. */
const LAST_MADE_FIRST = ['primary', 'health', 'latch'] as const;

/**
 * Deletes the health checks of a record, and its latch's alarm: those that are known, and those that a run made and died before it noted them.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHealthCheck.html
 *
 * @throws `Throttled`, `Denied`, and Route 53's own errors: `HealthCheckInUse` where somebody else's check is made of one of them.
 */
export const deleteChecks = async (
  route53: Route53Client,
  cloudwatch: CloudWatchClient,
  { latch, recordId, checks }: Owner & { readonly checks: FailoverState['checks'] },
): Promise<void> => {
  const all = await listAll(route53);
  for (const kind of LAST_MADE_FIRST) {
    const references = Array.from({ length: MOST_TIMES }, (_, time) => referenceOf({ recordId, latch }, kind, time));
    const ours = all.filter(
      ({ Id, CallerReference = '' }) => Id === checks?.[kind] || references.includes(CallerReference),
    );
    for (const { Id } of ours) {
      await deleteCheck(route53, Id);
    }
  }
  // One that is not there is no error.
  await calling('delete the latch’s alarm', () =>
    cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [latch.name] })),
  );
};

const isAs = (found: HealthCheckConfig, wanted: HealthCheckConfig): boolean =>
  found.Type === wanted.Type &&
  found.AlarmIdentifier?.Name === wanted.AlarmIdentifier?.Name &&
  found.AlarmIdentifier?.Region === wanted.AlarmIdentifier?.Region &&
  found.InsufficientDataHealthStatus === wanted.InsufficientDataHealthStatus &&
  found.HealthThreshold === wanted.HealthThreshold &&
  JSON.stringify([...(found.ChildHealthChecks ?? [])].sort()) ===
    JSON.stringify([...(wanted.ChildHealthChecks ?? [])].sort());
