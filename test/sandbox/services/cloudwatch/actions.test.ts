import {
  DescribeAlarmHistoryCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { ALARM_ARN, cloudWatchWorld, FAULTS, MINUTE, refusalOf } from './cloudwatch-world.ts';

const ALLOW = (condition: object = {}) =>
  JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: '*',
        Condition: condition,
      },
    ],
  });

/** A topic that a queue listens to, and a rule that has alarms' events in a queue. */
const withListeners = async (refuse?: Parameters<typeof cloudWatchWorld>[1]) => {
  const world = cloudWatchWorld({}, refuse);
  const { call } = world;
  const queue = async (QueueName: string) => {
    const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName });
    return { QueueUrl, arn: `arn:aws:sqs:us-west-2:123456789012:${QueueName}` };
  };
  const [notices, events] = [await queue('notices'), await queue('events')];
  const { TopicArn } = await call<{ TopicArn: string }>('sns', 'CreateTopic', {
    Name: 'ops',
    Attributes: { Policy: ALLOW() },
  });
  await call('sns', 'Subscribe', {
    TopicArn,
    Protocol: 'sqs',
    Endpoint: notices.arn,
    Attributes: { RawMessageDelivery: 'true' },
  });
  const EventPattern = JSON.stringify({ source: ['aws.cloudwatch'] });
  await call('events', 'PutRule', { Name: 'alarms', EventPattern });
  await call('events', 'PutTargets', { Rule: 'alarms', Targets: [{ Id: 'q', Arn: events.arn }] });
  const received = async (QueueUrl: string): Promise<readonly Record<string, unknown>[]> => {
    const input = { QueueUrl, MaxNumberOfMessages: 10 };
    const answer = await call<{ Messages?: { Body: string; ReceiptHandle: string }[] }>('sqs', 'ReceiveMessage', input);
    const { Messages = [] } = answer;
    for (const { ReceiptHandle } of Messages) await call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
    return Messages.map(({ Body }) => JSON.parse(Body) as Record<string, unknown>);
  };
  return { ...world, TopicArn, notices: () => received(notices.QueueUrl), events: () => received(events.QueueUrl) };
};

describe('what an alarm does', () => {
  it('tells its topic and EventBridge of each change, in AWS’s form', async () => {
    const { client, metrics, pass, notices, events, TopicArn } = await withListeners();
    const Dimensions = [{ Name: 'Shop', Value: 'north' }];
    await client.send(
      new PutMetricAlarmCommand({
        ...FAULTS,
        Dimensions,
        AlarmActions: [TopicArn],
        AlarmDescription: 'Call somebody.',
      }),
    );
    await pass(MINUTE);
    await events();
    metrics.put(['App', 'Faults', { Shop: 'north' }], 2);
    await pass(2 * MINUTE);

    const [notice, ...more] = await notices();
    expect(more).toEqual([]);
    expect(notice).toEqual({
      AlarmName: 'faults',
      AlarmDescription: 'Call somebody.',
      AWSAccountId: '123456789012',
      AlarmConfigurationUpdatedTimestamp: '2026-11-23T00:00:00.000+0000',
      NewStateValue: 'ALARM',
      NewStateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [2.0 (23/11/26 00:01:00)] was greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition).',
      StateChangeTime: '2026-11-23T00:02:30.000+0000',
      Region: 'EU (Ireland)',
      AlarmArn: `${ALARM_ARN}:faults`,
      OldStateValue: 'OK',
      OKActions: [],
      AlarmActions: [TopicArn],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'Faults',
        Namespace: 'App',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Unit: null,
        Dimensions: [{ value: 'north', name: 'Shop' }],
        Period: 60,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
    const [event] = await events();
    expect(event).toMatchObject({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [`${ALARM_ARN}:faults`],
      detail: {
        alarmName: 'faults',
        state: { value: 'ALARM', timestamp: '2026-11-23T00:02:30.000+0000' },
        previousState: { value: 'OK' },
        configuration: {
          description: 'Call somebody.',
          metrics: [
            {
              metricStat: {
                metric: { namespace: 'App', name: 'Faults', dimensions: { Shop: 'north' } },
                period: 60,
                stat: 'Sum',
              },
              returnData: true,
            },
          ],
        },
      },
    });
    await pass(5 * MINUTE);
    expect(await notices()).toEqual([]); // OK has no action
  });

  it('may not publish - it says so in its history, and the event is told all the same', async () => {
    const { client, metrics, pass, notices, events, TopicArn } = await withListeners(({ kind }, { action }) =>
      kind === 'service' && action === 'sns:Publish' ? 'no policy allows it' : undefined,
    );
    await client.send(new PutMetricAlarmCommand({ ...FAULTS, AlarmActions: [TopicArn] }));
    metrics.put(['App', 'Faults'], 1);
    await pass(2 * MINUTE);

    expect(await notices()).toEqual([]);
    expect(await events()).not.toEqual([]);
    const { AlarmHistoryItems } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'faults', HistoryItemType: 'Action' }),
    );
    expect(AlarmHistoryItems).toMatchObject([{ HistorySummary: `Failed to execute action ${TopicArn}` }]);
  });

  it('with its actions switched off - EventBridge alone is told', async () => {
    const { client, metrics, pass, notices, events, TopicArn } = await withListeners();
    await client.send(new PutMetricAlarmCommand({ ...FAULTS, AlarmActions: [TopicArn], ActionsEnabled: false }));
    metrics.put(['App', 'Faults'], 1);
    await pass(2 * MINUTE);
    expect(await notices()).toEqual([]);
    expect(await events()).not.toEqual([]);
  });
});

describe('an alarm on alarms', () => {
  const withBoth = async (AlarmRule: string) => {
    const world = cloudWatchWorld();
    for (const name of ['a', 'b']) {
      await world.client.send(new PutMetricAlarmCommand({ ...FAULTS, AlarmName: name, MetricName: name }));
    }
    await world.client.send(new PutCompositeAlarmCommand({ AlarmName: 'c', AlarmRule }));
    await world.pass(MINUTE);
    return world;
  };

  it.each<readonly [string, string, string, string]>([
    ['ALARM(a) AND ALARM(b)', 'OK', 'OK', 'ALARM'],
    ['ALARM("a") OR ALARM("b")', 'OK', 'ALARM', 'ALARM'],
    ['NOT OK(a)', 'OK', 'ALARM', 'ALARM'],
    [`ALARM(${ALARM_ARN}:a) AND NOT (OK(b) OR INSUFFICIENT_DATA(b))`, 'OK', 'OK', 'ALARM'],
    ['TRUE AND OK(b)', 'ALARM', 'ALARM', 'OK'],
  ])('%s - before, with the first, with both: %s, %s, %s', async (rule, before, one, both) => {
    const { metrics, pass, stateOf } = await withBoth(rule);
    expect(stateOf('c')).toBe(before);
    metrics.hold(['App', 'a'], 1);
    await pass(2 * MINUTE);
    expect(stateOf('c')).toBe(one);
    metrics.hold(['App', 'b'], 1);
    await pass(2 * MINUTE);
    expect(stateOf('c')).toBe(both);
  });

  it.each([
    ['ALARM(a', /is missing/],
    ['ALARM(a) XOR ALARM(b)', /XOR was not expected/],
    ['ALARM(nobody)', /alarms \[nobody\] in the alarm rule do not exist/],
    ['ALARM(c)', /circular/],
    ['AT_LEAST(1, ALARM, (a, b))', /does not model AT_LEAST/],
  ])('%s - refused', async (rule, words) => {
    expect(await refusalOf(withBoth(rule))).toMatch(words);
  });
});

describe('who follows the data', () => {
  it('is told what it comes to, whatever state the alarm was set to, by the configuration that it took', async () => {
    const { client, call, metrics, pass } = cloudWatchWorld();
    await client.send(new PutMetricAlarmCommand({ ...FAULTS, TreatMissingData: 'missing' }));
    const definition = metrics.alarmDefinition('faults');
    if (definition === undefined) throw new Error('There is no such alarm.');
    const told: string[] = [];
    const stop = metrics.follow(definition, (state) => void told.push(state));
    await call('monitoring', 'SetAlarmState', { AlarmName: 'faults', StateValue: 'ALARM', StateReason: 'x' });
    await client.send(new PutMetricAlarmCommand({ ...FAULTS, Threshold: 100 }));
    metrics.hold(['App', 'Faults'], 0);
    await pass(5 * MINUTE);
    metrics.hold(['App', 'Faults'], 1);
    await pass(5 * MINUTE);
    expect(told).toEqual(['INSUFFICIENT_DATA', 'OK', 'ALARM']);
    expect(metrics.evaluate(definition, 0)).toBe('INSUFFICIENT_DATA');
    stop();
    metrics.hold(['App', 'Faults'], undefined);
    await pass(10 * MINUTE);
    expect(told).toHaveLength(3);
    expect(metrics.alarms()).toEqual({ faults: 'OK' });
  });
});
