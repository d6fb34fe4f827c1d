import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateVpcEndpointCommand, CreateVpcEndpointServiceConfigurationCommand, EC2Client } from '@aws-sdk/client-ec2';
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../sandbox/cloud.ts';
import type { World } from '../../../sandbox/world.ts';
import { HOME, jobsIn, STANDBY, twoRegions, twoStacks } from './two-stacks.ts';

const MINUTE = 60_000;
const LOST = { name: 'ConnectionLost', code: 'ECONNRESET' };

const tableIn = (world: World, region: string) =>
  new DynamoDBClient(world.clientConfig('operator', region)).send(new DescribeTableCommand({ TableName: 'Ledger' }));

const role = (service: string, actions: readonly string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      { PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } },
    ],
  },
});

describe('a region that is cut off', () => {
  it('answers nobody, while the other does; healed, it is as it was', async () => {
    const world = await twoRegions();
    world.cutOff(HOME);
    expect(world.regions.isCut(HOME)).toBe(true);
    await expect(tableIn(world, HOME)).rejects.toMatchObject(LOST);
    expect((await tableIn(world, STANDBY)).Table?.TableName).toBe('Ledger');
    world.regions.heal(HOME);
    expect((await tableIn(world, HOME)).Table?.TableArn).toBe('arn:aws:dynamodb:us-west-2:123456789012:table/Ledger');
    const told = world.journal.entries.filter(({ who }) => who === 'regions').map(({ what }) => what);
    expect(told).toEqual(['us-west-2 cut off', 'us-west-2 healed']);
    expect(world.journal.entries).toContainEqual(
      expect.objectContaining({ kind: 'call', what: 'dynamodb:DescribeTable', detail: { error: 'ECONNRESET' } }),
    );
  });

  it('fails what is under way at once', async () => {
    const world = await twoRegions();
    const sqs = new SQSClient(world.clientConfig('operator'));
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const begun = world.clock.now();
    world.clock.after(5_000, () => world.cutOff(HOME));
    await expect(world.done(poll)).rejects.toMatchObject(LOST);
    expect(world.clock.now() - begun).toBe(5_000);
  });

  it('lets the SDK try again, as after any lost connection', async () => {
    const world = await twoRegions();
    const heal = world.cutOff(HOME);
    const tried = () => world.journal.entries.filter(({ what }) => what === 'dynamodb:DescribeTable').length;
    const client = new DynamoDBClient({ ...world.clientConfig('operator'), maxAttempts: 3 });
    const answer = client.send(new DescribeTableCommand({ TableName: 'Ledger' }));
    await new Promise((resolve) => setImmediate(resolve));
    heal();
    expect((await answer).Table?.TableName).toBe('Ledger');
    expect(tried()).toBeGreaterThan(1);
  });

  it('is not needed for global services', async () => {
    const world = await twoRegions();
    world.cutOff(HOME);
    const sts = new STSClient(world.clientConfig('222222222222'));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '222222222222' });
  });

  it('holds executions: a wait that is over meanwhile ends when the region is healed', async () => {
    const world = await twoRegions(
      twoStacks({ Concierge: { Machine: role('states.amazonaws.com', ['sqs:SendMessage']) } }),
    );
    const sfn = new SFNClient(world.clientConfig('operator'));
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Wait',
      States: { Wait: { Type: 'Wait', Seconds: 60, Next: 'Done' }, Done: { Type: 'Succeed' } },
    });
    const roleArn = world.deployment.resources.get('Machine')?.attributes.Arn ?? '';
    const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn }));
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await world.clock.run(() => false, world.clock.now() + 30_000);
    const heal = world.cutOff(HOME);
    const entered = () =>
      world.journal.entries.filter(({ who, what }) => who === executionArn && what === 'entered Done').length;
    await world.clock.run(() => false, world.clock.now() + 10 * MINUTE);
    expect(entered()).toBe(0);
    heal();
    const healed = world.clock.now();
    await world.clock.run(() => false, healed + 1_000);
    expect(entered()).toBe(1);
    const { status, stopDate } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(status).toBe('SUCCEEDED');
    expect(stopDate?.getTime()).toBe(healed);
  });

  it('ends functions in the middle: outside the call is lost, inside it is heard of when the region is healed', async () => {
    const world = await twoRegions();
    const input = { FunctionName: 'where', Payload: Buffer.from('{"waitMillis": 2000}') };
    const inside = world.regions
      .get(STANDBY)
      .cloud.invoke({ service: 'lambda', action: 'Invoke', input, principal: OPERATOR });
    const outside = new LambdaClient(world.clientConfig('operator', STANDBY)).send(new InvokeCommand(input));
    const lost = outside.catch((error: unknown) => error);
    let isHeard = false;
    const heard = inside.finally(() => {
      isHeard = true;
    });
    await world.clock.run(() => false, world.clock.now() + 1_000);
    world.cutOff(STANDBY);
    expect(await lost).toMatchObject(LOST);
    await world.clock.run(() => false, world.clock.now() + MINUTE);
    expect(isHeard).toBe(false);
    world.regions.heal(STANDBY);
    const { FunctionError, Payload = new Uint8Array() } = (await world.done(heard)) as InvokeCommandOutput;
    expect(FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(Payload).toString())).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(await jobsIn(world, STANDBY)).toEqual([]);
  });

  it('has no function run, begun from inside, before it is healed', async () => {
    const world = await twoRegions();
    const heal = world.cutOff(STANDBY);
    const { cloud } = world.regions.get(STANDBY);
    const answer = cloud.invoke({
      service: 'lambda',
      action: 'Invoke',
      input: { FunctionName: 'where' },
      principal: OPERATOR,
    });
    await world.clock.run(() => false, world.clock.now() + MINUTE);
    heal();
    expect(await world.done(answer)).not.toHaveProperty('FunctionError');
    expect(await jobsIn(world, STANDBY)).toEqual([`from ${STANDBY}`]);
  });

  it('has no target that a connection could reach', async () => {
    const world = await twoRegions();
    const call = async (action: string, input: object) =>
      (await world.cloud.invoke({ service: 'elasticloadbalancing', action, input, principal: OPERATOR })) as Record<
        string,
        [Record<string, string>]
      >;
    const LoadBalancerArn = (
      await call('CreateLoadBalancer', { Name: 'n', Type: 'network', Subnets: ['subnet-0a1b2c3d'] })
    ).LoadBalancers?.[0].LoadBalancerArn;
    const TargetGroupArn =
      (await call('CreateTargetGroup', { Name: 't', Protocol: 'TCP', Port: 5432, VpcId: 'vpc-1', TargetType: 'ip' }))
        .TargetGroups?.[0].TargetGroupArn ?? '';
    await call('CreateListener', {
      LoadBalancerArn,
      Protocol: 'TCP',
      Port: 5432,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    await call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.1.0.7' }] });
    await world.clock.run(() => false, world.clock.now() + 10 * MINUTE);
    expect(world.targets.routable(TargetGroupArn)).toHaveLength(1);
    const heal = world.cutOff(HOME);
    expect(world.targets.routable(TargetGroupArn)).toEqual([]);
    expect(world.targets.registered(TargetGroupArn)).toHaveLength(1);
    heal();
    expect(world.targets.routable(TargetGroupArn)).toHaveLength(1);
  });

  it('holds schedules, and makes up for one of the runs that were due', async () => {
    const world = await twoRegions(
      twoStacks({ Concierge: { Ticks: role('scheduler.amazonaws.com', ['sqs:SendMessage']) } }),
    );
    const scheduler = new SchedulerClient(world.clientConfig('operator'));
    const RoleArn = world.deployment.resources.get('Ticks')?.attributes.Arn;
    const Arn = world.deployment.outputs.QueueArn;
    await scheduler.send(
      new CreateScheduleCommand({
        Name: 'tick',
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn, RoleArn },
      }),
    );
    const sent = () =>
      world.journal.entries.filter(({ kind, what }) => kind === 'call' && what === 'sqs:SendMessage').length;
    await world.clock.run(() => false, world.clock.now() + 2.5 * MINUTE);
    const before = sent();
    expect(before).toBeGreaterThan(1);
    const heal = world.cutOff(HOME);
    await world.clock.run(() => false, world.clock.now() + 30 * MINUTE);
    expect(sent()).toBe(before);
    heal();
    await world.clock.run(() => false, world.clock.now() + 5_000);
    expect(sent()).toBe(before + 1);
    await world.clock.run(() => false, world.clock.now() + 3 * MINUTE);
    expect(sent()).toBe(before + 4);
  });

  it('takes no endpoint from elsewhere, and no deployment', async () => {
    const world = await twoRegions();
    const balancer = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/api/0123456789abcdef';
    const create = new CreateVpcEndpointServiceConfigurationCommand({
      NetworkLoadBalancerArns: [balancer],
      SupportedRegions: [STANDBY],
    });
    const { ServiceConfiguration } = await new EC2Client(world.clientConfig('operator')).send(create);
    world.cutOff(HOME);
    const endpoint = new CreateVpcEndpointCommand({
      VpcEndpointType: 'Interface',
      ServiceName: ServiceConfiguration?.ServiceName,
      ServiceRegion: HOME,
      VpcId: 'vpc-0a1b2c3d',
    });
    await expect(new EC2Client(world.clientConfig('operator', STANDBY)).send(endpoint)).rejects.toThrow(
      'us-west-2 is cut off',
    );
    await expect(world.deployOver(twoStacks())).rejects.toThrow('Concierge cannot be deployed: us-west-2 is cut off.');
  });
});
