import { describe, expect, it } from 'vitest';
import { withControl } from '../../../../sandbox/control.ts';
import { metricControl } from '../../../../sandbox/services/cloudwatch/control.ts';
import { elbv2Service } from '../../../../sandbox/services/elbv2/actions.ts';
import { cloudWatchWorld, HOUR, MINUTE, SECOND, START } from './cloudwatch-world.ts';

const VISIBLE = 'ApproximateNumberOfMessagesVisible';
const AGE = 'ApproximateAgeOfOldestMessage';

/** A queue, and what CloudWatch has of it in a minute of the clock. */
const withQueue = async (Attributes: Record<string, string> = {}) => {
  const world = cloudWatchWorld();
  const { QueueUrl } = await world.call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: 'q', Attributes });
  return {
    ...world,
    send: () => world.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' }),
    receive: () => world.call('sqs', 'ReceiveMessage', { QueueUrl, VisibilityTimeout: 20 }),
    of: (metric: string, minute: number) => {
      const from = START + minute * MINUTE;
      return world.metrics.read(['AWS/SQS', metric, { QueueName: 'q' }], 'Maximum', from, from + MINUTE);
    },
  };
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
describe('what SQS tells of a queue', () => {
  it('an empty one - nothing is visible, and there is no age', async () => {
    const { of, pass } = await withQueue();
    await pass(5 * MINUTE);
    expect([0, 3].map((minute) => of(VISIBLE, minute))).toEqual([0, 0]);
    expect(of(AGE, 3)).toBeUndefined();
  });

  it('a message that lies - at every full minute, however long nobody looks, until it expires', async () => {
    const { of, send, pass } = await withQueue({ MessageRetentionPeriod: '3600' });
    await pass(30 * SECOND);
    await send();
    await pass(3 * HOUR);
    expect([0, 1, 60, 61].map((minute) => of(VISIBLE, minute))).toEqual([0, 1, 1, 0]);
    expect([0, 1, 60, 61].map((minute) => of(AGE, minute))).toEqual([undefined, 30, 59.5 * 60 + 0, undefined]);
  });

  it('a message in hand - is not visible, and grows older', async () => {
    const { of, send, receive, pass } = await withQueue();
    await send();
    await pass(50 * SECOND);
    await receive();
    await pass(2 * MINUTE);
    expect([1, 2].map((minute) => of(VISIBLE, minute))).toEqual([0, 1]);
    expect([1, 2].map((minute) => of(AGE, minute))).toEqual([60, 120]);
  });

  it('a message that was received three times - its age counts no more', async () => {
    const { of, send, receive, pass } = await withQueue();
    await send();
    for (let time = 0; time < 3; time += 1) {
      await receive();
      await pass(25 * SECOND);
    }
    await pass(2 * MINUTE);
    expect([1, 2].map((minute) => of(AGE, minute))).toEqual([undefined, undefined]);
    expect(of(VISIBLE, 2)).toBe(1);
  });
});

describe('POST /_sandbox/metrics/NAME', () => {
  it('put, hold, release - what nothing here reports by itself', async () => {
    const world = cloudWatchWorld();
    const handler = withControl(world.handler, () => Promise.reject(new Error('not here')), [
      metricControl(world.metrics),
    ]);
    const send = async (verb: string, options: object) => {
      const body = Buffer.from(JSON.stringify(options));
      const path = `/_sandbox/metrics/AuroraReplicaLag/${verb}`;
      return (await handler({ method: 'POST', path, headers: {}, body })).status;
    };
    const about = { namespace: 'AWS/RDS', dimensions: { DBInstanceIdentifier: 'orders-2' } };
    const at = (minute: number) => {
      const from = START + minute * MINUTE;
      return world.metrics.read(['AWS/RDS', 'AuroraReplicaLag', about.dimensions], 'Maximum', from, from + MINUTE);
    };
    expect(await send('hold', { ...about, value: 20 })).toBe(200);
    await world.pass(2 * MINUTE);
    expect(await send('put', { ...about, value: 2_500 })).toBe(200);
    await world.pass(2 * MINUTE);
    expect(await send('release', about)).toBe(200);
    await world.pass(2 * MINUTE);
    expect([0, 1, 2, 3, 4, 5].map(at)).toEqual([20, 20, 2_500, 20, 20, undefined]);
    expect(await send('hold', about)).toBe(400);
  });
});

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html */
describe('what a network load balancer tells of a target group', () => {
  it('how many are healthy and how many are not, every minute, and nothing without targets', async () => {
    const world = cloudWatchWorld();
    const down = new Set<string>();
    world.cloud.register(
      elbv2Service(world.cloud, { registering: [SECOND, SECOND], isServing: (address) => !down.has(address) }),
    );
    const elb = <T>(action: string, input: object) => world.call<T>('elasticloadbalancing', action, input);
    const { LoadBalancers } = await elb<{ LoadBalancers: { LoadBalancerArn: string }[] }>('CreateLoadBalancer', {
      ...{ Name: 'nlb', Type: 'network', Scheme: 'internal', Subnets: ['subnet-0a1b2c3d'] },
    });
    const { TargetGroups } = await elb<{ TargetGroups: { TargetGroupArn: string }[] }>('CreateTargetGroup', {
      ...{ Name: 'targets', Protocol: 'TCP', Port: 5432, VpcId: 'vpc-0a1b2c3d', TargetType: 'ip' },
      ...{ HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2, UnhealthyThresholdCount: 2 },
    });
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
    const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn ?? '';
    const DefaultActions = [{ Type: 'forward', TargetGroupArn }];
    await elb('CreateListener', { LoadBalancerArn, Protocol: 'TCP', Port: 5432, DefaultActions });
    const Targets = [{ Id: '10.0.0.1' }, { Id: '10.0.0.2' }];
    await elb('RegisterTargets', { TargetGroupArn, Targets });
    const about = {
      TargetGroup: TargetGroupArn.split(':')[5] ?? '',
      LoadBalancer: (LoadBalancerArn.split(':')[5] ?? '').replace('loadbalancer/', ''),
    };
    const lowest = (metric: string, minute: number) => {
      const from = START + minute * MINUTE;
      return world.metrics.read(['AWS/NetworkELB', metric, about], 'Minimum', from, from + MINUTE);
    };
    await world.pass(5 * MINUTE);
    expect([lowest('HealthyHostCount', 3), lowest('UnHealthyHostCount', 3)]).toEqual([2, 0]);
    down.add('10.0.0.2');
    await world.pass(5 * MINUTE);
    expect([lowest('HealthyHostCount', 8), lowest('UnHealthyHostCount', 8)]).toEqual([1, 1]);
    await elb('DeregisterTargets', { TargetGroupArn, Targets });
    await world.pass(5 * MINUTE);
    expect([lowest('HealthyHostCount', 13), lowest('UnHealthyHostCount', 13)]).toEqual([undefined, undefined]);
  });
});
