import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve } from '../../../../sandbox/wire/server.ts';
import { run } from '../../../e2e/served-sandbox.ts';
import { cloudWatchWorld, FAULTS, MINUTE, START } from './cloudwatch-world.ts';

/** A client that is not the JavaScript SDK. */
interface Client {
  readonly name: string;
  put(url: string): Promise<string>;
  putAlarm(url: string): Promise<string>;
  /** @returns DescribeAlarms' answer as JSON. */
  alarms(url: string): Promise<string>;
  /** @returns GetMetricStatistics' answer as JSON. */
  read(url: string): Promise<string>;
  /** @returns what it says of a failure. */
  refused(url: string): Promise<string>;
}

const ACCOUNT = '123456789012';
const SPAN = { StartTime: new Date(START).toISOString(), EndTime: new Date(START + 5 * MINUTE).toISOString() };

const boto3 = async (url: string, method: string, input: object): Promise<string> => {
  const parameters = ['test/clients/boto3_client.py', url, ACCOUNT, 'cloudwatch', method, JSON.stringify(input)];
  return (await run('python3', parameters)).stdout;
};

const METRIC = { Namespace: 'App', MetricName: 'Faults' };

const python: Client = {
  name: 'boto3',
  put: (url) =>
    boto3(url, 'put_metric_data', {
      Namespace: 'App',
      MetricData: [{ MetricName: 'Faults', Value: 2.5, Timestamp: SPAN.StartTime, Unit: 'Count' }],
    }),
  putAlarm: (url) => boto3(url, 'put_metric_alarm', FAULTS),
  alarms: (url) => boto3(url, 'describe_alarms', { AlarmNames: ['faults'] }),
  read: (url) => boto3(url, 'get_metric_statistics', { ...METRIC, ...SPAN, Period: 60, Statistics: ['Sum'] }),
  refused: (url) => boto3(url, 'set_alarm_state', { AlarmName: 'nobody', StateValue: 'OK', StateReason: 'x' }),
};

/** Debian's, where it is: another `aws` on the PATH may be a newer one, or none at all. */
const CLI = '/usr/bin/aws';

const aws = async (url: string, ...parameters: readonly string[]): Promise<string> => {
  const common = ['--region', 'us-west-2', '--endpoint-url', url, '--output', 'json', 'cloudwatch'];
  const env = { AWS_ACCESS_KEY_ID: ACCOUNT, AWS_SECRET_ACCESS_KEY: 'any', AWS_PAGER: '' };
  const { stdout, stderr } = await run(CLI, [...common, ...parameters], env);
  return stdout + stderr;
};

const metric = ['--namespace', 'App', '--metric-name', 'Faults'];

const cli: Client = {
  name: 'AWS CLI',
  put: (url) =>
    aws(url, 'put-metric-data', ...metric, '--value', '2.5', '--timestamp', SPAN.StartTime, '--unit', 'Count'),
  putAlarm: (url) =>
    aws(
      ...([
        url,
        'put-metric-alarm',
        '--alarm-name',
        'faults',
        ...metric,
        '--statistic',
        'Sum',
        '--period',
        '60',
      ] as const),
      ...['--evaluation-periods', '1', '--threshold', '0', '--comparison-operator', FAULTS.ComparisonOperator],
      ...['--treat-missing-data', 'notBreaching'],
    ),
  alarms: (url) => aws(url, 'describe-alarms', '--alarm-names', 'faults'),
  read: (url) =>
    aws(
      ...([url, 'get-metric-statistics', ...metric, '--period', '60', '--statistics', 'Sum'] as const),
      ...['--start-time', SPAN.StartTime, '--end-time', SPAN.EndTime],
    ),
  refused: (url) => aws(url, 'set-alarm-state', '--alarm-name', 'nobody', '--state-value', 'OK', '--state-reason', 'x'),
};

const installed = async (): Promise<readonly Client[]> => {
  const trials = [
    { client: python, program: 'python3', parameters: ['-c', 'import boto3'], get: 'python3-boto3' },
    { client: cli, program: CLI, parameters: ['--version'], get: 'awscli' },
  ];
  const clients: Client[] = [];
  for (const { client, program, parameters, get } of trials) {
    if ((await run(program, parameters)).code === 0) clients.push(client);
    else console.warn(`LEFT OUT: ${client.name} is not installed (Debian package ${get}); its tests did not run.`);
  }
  return clients;
};

describe.each(await installed())('$name', (client) => {
  const world = cloudWatchWorld();
  let served: Served;
  beforeAll(async () => {
    served = await serve({ port: 0, host: '127.0.0.1', handler: world.handler });
  });
  afterAll(async () => {
    await served.close();
  });

  it('puts data and an alarm, sees both, and is refused by code', { timeout: 60_000 }, async () => {
    expect(await client.putAlarm(served.url)).not.toMatch(/error/i);
    expect(await client.put(served.url)).not.toMatch(/error/i);
    await world.pass(2 * MINUTE);
    const { Datapoints = [] } = await world.client.send(
      new GetMetricStatisticsCommand({
        ...{ ...METRIC, Period: 60, Statistics: ['Sum'] },
        ...{ StartTime: new Date(SPAN.StartTime), EndTime: new Date(SPAN.EndTime) },
      }),
    );
    expect(Datapoints).toMatchObject([{ Sum: 2.5 }]);
    expect(JSON.parse(await client.read(served.url))).toMatchObject({ Label: 'Faults', Datapoints: [{ Sum: 2.5 }] });
    expect(JSON.parse(await client.alarms(served.url))).toMatchObject({
      MetricAlarms: [{ AlarmName: 'faults', StateValue: 'ALARM', Threshold: 0, Period: 60, ActionsEnabled: true }],
    });
    expect(await client.refused(served.url)).toMatch(/ResourceNotFound/);
  });
});
