import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AlarmName, RecordValue } from '../domain/dns-record.ts';
import { ConciergeError, malformed } from '../domain/errors.ts';
import { type AlarmReading, alarmText } from '../domain/failover-state.ts';
import { chunksOf } from './chunks.ts';
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
export const readAlarm = async (regions: Pick<Regions, 'cloudwatch'>, alarm: AlarmName): Promise<AlarmReading> => {
  const found = (await readAlarms(regions, [alarm])).get(alarmText(alarm));
  if (found === undefined) throw malformed(`There is no alarm ${alarm.name} in ${alarm.region}.`, { ...alarm });
  if (found instanceof Error) throw found;
  return found;
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MOST_ALARMS = 100;

/**
 * What many alarms say, by {@link alarmText}: those of a region in one call for each hundred, all regions at once, so that one that does not answer
 * costs no more than its own time-out. An alarm that is not there is absent; one that we may not read is the error `Denied`.
 */
export const readAlarms = async (
  { cloudwatch }: Pick<Regions, 'cloudwatch'>,
  alarms: readonly AlarmName[],
): Promise<ReadonlyMap<string, AlarmReading | Error>> => {
  const names = new Map<string, Set<string>>();
  for (const { name, region } of alarms) names.set(region, (names.get(region) ?? new Set()).add(name));
  const calls = [...names].flatMap(([region, some]) =>
    chunksOf([...some], MOST_ALARMS).map((chunk) => ({ region, names: chunk })),
  );
  const found = await Promise.all(
    calls.map(async ({ region, names: AlarmNames }): Promise<readonly (readonly [string, AlarmReading | Error])[]> => {
      const asEach = (reading: AlarmReading | Error) =>
        AlarmNames.map((name) => [alarmText({ name, region }), reading] as const);
      try {
        const { MetricAlarms = [], CompositeAlarms = [] } = await calling('describe alarms', () =>
          cloudwatch(region).send(
            new DescribeAlarmsCommand({
              AlarmNames: [...AlarmNames],
              AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
              MaxRecords: MOST_ALARMS,
            }),
          ),
        );
        return [...MetricAlarms, ...CompositeAlarms].flatMap(
          ({ AlarmName: name = '', StateValue: state, StateUpdatedTimestamp: since = new Date(0) }) =>
            state === undefined ? [] : [[alarmText({ name, region }), { state, since: since.toISOString() }] as const],
        );
      } catch (error) {
        if (isSilence(error)) return asEach({ state: 'unreadable' });
        if (error instanceof ConciergeError) return asEach(error);
        throw error;
      }
    }),
  );
  return new Map(found.flat());
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
