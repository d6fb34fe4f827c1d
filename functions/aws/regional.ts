import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AlarmName, RecordValue } from '../domain/dns-record.ts';
import { malformed } from '../domain/errors.ts';
import type { AlarmReading } from '../domain/failover-state.ts';
import { calling } from './errors.ts';
import { readTargets } from './target-group.ts';

/**
 * How patient a call to another region is, in milliseconds: that region may be gone, and an emergency does not wait for it.
 *
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html
 */
export const IMPATIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/** Clients of regions, each made when it is first asked for. */
export interface Regions {
  readonly cloudwatch: (region: string) => CloudWatchClient;
  readonly elb: (region: string) => ElasticLoadBalancingV2Client;
}

/** Keeps one client for each region. */
export const perRegion = <Client>(make: (region: string) => Client): ((region: string) => Client) => {
  const made = new Map<string, Client>();
  return (region) => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
};

/** Whether an error says nothing of the thing that was asked for: its region did not answer, or has no time. */
const isSilence = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error.name === 'Throttled') return true;
  const { code, $metadata } = error as { readonly code?: unknown; readonly $metadata?: unknown };
  return (
    error.name === 'TimeoutError' ||
    (typeof code === 'string' && ($metadata as { httpStatusCode?: number })?.httpStatusCode === undefined)
  );
};

/**
 * What an alarm says. A region that does not answer is `unreadable`, which is neither well nor sick.
 *
 * @throws `Denied`; `Malformed` where there is no such alarm.
 */
export const readAlarm = async (
  { cloudwatch }: Pick<Regions, 'cloudwatch'>,
  { name, region }: AlarmName,
): Promise<AlarmReading> => {
  try {
    const { MetricAlarms = [], CompositeAlarms = [] } = await calling('describe an alarm', () =>
      cloudwatch(region).send(
        new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
      ),
    );
    const found = MetricAlarms[0] ?? CompositeAlarms[0];
    if (found?.StateValue === undefined) throw malformed(`There is no alarm ${name} in ${region}.`, { name, region });
    const since = found.StateUpdatedTimestamp ?? new Date(0);
    return { state: found.StateValue, since: since.toISOString() };
  } catch (error) {
    if (isSilence(error)) return { state: 'unreadable' };
    throw error;
  }
};

/**
 * The addresses of a target group's healthy targets of one port, sorted; undefined where its region does not answer.
 *
 * @throws `Denied`, and ELBv2's own errors, `TargetGroupNotFoundException` among them.
 */
export const readHealthyAddresses = async (
  { elb }: Pick<Regions, 'elb'>,
  { targetGroupArn, port }: Extract<RecordValue, { kind: 'targets' }>,
): Promise<readonly string[] | undefined> => {
  try {
    const targets = await readTargets(elb(targetGroupArn.split(':')[3] ?? ''), targetGroupArn);
    return targets
      .filter((target) => target.port === port && target.state === 'healthy')
      .map(({ address }) => address)
      .sort();
  } catch (error) {
    if (isSilence(error)) return undefined;
    throw error;
  }
};
