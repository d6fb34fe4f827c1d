import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import {
  busArn,
  createMessagingWorld,
  functionArn,
  type MessagingWorld,
  machineArn,
  queueArn,
  queueUrl,
  ROLE,
  START,
} from '../sqs/messaging-world.ts';

const ARN = `arn:aws:scheduler:us-west-2:${PROVIDER_ACCOUNT}:schedule/default/sweep`;
const BASE = {
  Name: 'sweep',
  ScheduleExpression: 'rate(5 minutes)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn('sweep'), RoleArn: ROLE, Input: '{"sweep":true}' },
};

let world: MessagingWorld;
const schedule = (more: object = {}) => world.call('scheduler', 'CreateSchedule', { ...BASE, ...more });
const target = (more: object) =>
  schedule({ ScheduleExpression: 'at(2026-11-23T01:10:00)', Target: { ...BASE.Target, ...more } });
const runs = () => world.lambda.payloads.length;

beforeEach(async () => {
  world = createMessagingWorld();
  await world.createQueue('jobs');
});

describe('a schedule', () => {
  it('by rate runs at once and then in every period', async () => {
    await expect(schedule()).resolves.toEqual({ ScheduleArn: ARN });
    await world.pass(1);
    expect(runs()).toBe(1);
    await world.pass(3600);
    expect(runs()).toBe(13);
  });

  it('by cron runs on the minute', async () => {
    await schedule({ ScheduleExpression: 'cron(30 2 * * ? *)' });
    await world.pass(89 * 60);
    expect(runs()).toBe(0);
    await world.pass(61);
    expect(runs()).toBe(1);
  });

  it('once, runs once, and can go after it', async () => {
    await schedule({ ScheduleExpression: 'at(2026-11-23T01:10:00)', ActionAfterCompletion: 'DELETE' });
    await world.pass(86_400);
    expect(runs()).toBe(1);
    await expect(world.call('scheduler', 'GetSchedule', { Name: 'sweep' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('runs between its StartDate and its EndDate', async () => {
    await schedule({ StartDate: new Date(START + 600_000), EndDate: new Date(START + 1_200_000) });
    await world.pass(599);
    expect(runs()).toBe(0);
    await world.pass(3600);
    expect(runs()).toBe(3);
  });

  it('that is disabled does not run, and once it is enabled it does', async () => {
    await schedule({ State: 'DISABLED' });
    await world.pass(3600);
    expect(runs()).toBe(0);
    await world.call('scheduler', 'UpdateSchedule', { ...BASE, State: 'ENABLED' });
    await world.pass(301);
    expect(runs()).toBe(2);
  });

  it('runs within its flexible window', async () => {
    await schedule({
      ScheduleExpression: 'at(2026-11-23T02:00:00)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
    });
    await world.pass(3600);
    expect(runs()).toBe(0);
    await world.pass(30 * 60);
    expect(runs()).toBe(1);
  });

  it('that was updated or deleted runs no more as it was', async () => {
    await schedule();
    await world.call('scheduler', 'UpdateSchedule', { ...BASE, ScheduleExpression: 'rate(1 hour)' });
    await world.pass(3599);
    expect(runs()).toBe(1);
    await world.call('scheduler', 'DeleteSchedule', { Name: 'sweep' });
    await world.pass(86_400);
    expect(runs()).toBe(1);
  });
});

describe('a target', () => {
  it('is told of the run in its input', async () => {
    await target({
      Arn: queueArn('jobs'),
      Input: '<aws.scheduler.scheduled-time> <aws.scheduler.schedule-arn> <aws.scheduler.attempt-number>',
    });
    await world.pass(601);
    expect(world.bodies('jobs')).toEqual([`2026-11-23T01:10:00Z ${ARN} 1`]);
  });

  it('without input is told of the schedule', async () => {
    await target({ Input: undefined });
    await world.pass(601);
    expect(world.lambda.payloads).toMatchObject([
      {
        source: 'aws.scheduler',
        'detail-type': 'Scheduled Event',
        time: '2026-11-23T01:10:00Z',
        resources: [ARN],
        detail: '{}',
      },
    ]);
  });

  it('can be a state machine, called as the schedule’s role', async () => {
    await target({ Arn: machineArn('reconcile') });
    await world.pass(601);
    expect(world.executions).toEqual([
      {
        stateMachineArn: machineArn('reconcile'),
        input: { sweep: true },
        who: `arn:aws:sts::${PROVIDER_ACCOUNT}:assumed-role/worker/sweep`,
      },
    ]);
  });

  it('can be a bus', async () => {
    await target({ Arn: busArn('default'), EventBridgeParameters: { DetailType: 'Sweep', Source: 'app.clock' } });
    await world.pass(601);
    expect(world.states()).toContain('events event fitted no rule');
  });

  it('can be any action of a service', async () => {
    const Input = JSON.stringify({ QueueUrl: queueUrl('jobs'), MessageBody: 'at <aws.scheduler.scheduled-time>' });
    await target({ Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', Input });
    await world.pass(601);
    expect(world.bodies('jobs')).toEqual(['at 2026-11-23T01:10:00Z']);
  });

  it('can be any action of a service whose members begin small', async () => {
    const Input = JSON.stringify({ StateMachineArn: machineArn('admit'), Input: '{"x":1}' });
    await target({ Arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', Input });
    await world.pass(601);
    expect(world.executions).toMatchObject([{ stateMachineArn: machineArn('admit'), input: { x: 1 } }]);
  });

  it.each([
    ['that only reads', { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:describeVpcEndpointConnections' }, 'only reads'],
    ['of another kind', { Arn: `arn:aws:kinesis:us-west-2:${PROVIDER_ACCOUNT}:stream/x` }, 'kinesis'],
    ['without a role', { RoleArn: undefined }, 'RoleArn'],
    ['with parameters of ECS', { EcsParameters: { TaskDefinitionArn: 'x' } }, 'EcsParameters'],
    ['that is a bus without parameters', { Arn: busArn('default') }, 'EventBridgeParameters'],
  ])('%s is refused', async (_, more, reason) => {
    await expect(target(more)).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(reason),
    });
  });
});

describe('a run that fails', () => {
  const letter = () => [...(world.queues.byArn(queueArn('letters'))?.messages.values() ?? [])][0];
  const attributes = () =>
    Object.fromEntries(Object.entries(letter()?.attributes ?? {}).map(([name, value]) => [name, value.StringValue]));
  const DeadLetterConfig = { Arn: queueArn('letters') };

  beforeEach(() => world.createQueue('letters'));

  it('for lack of permission goes to the dead-letter queue at once', async () => {
    world.refuse((_, { action }) => action === 'lambda:InvokeFunction');
    await target({ DeadLetterConfig });
    await world.pass(601);
    expect(letter()?.body).toBe('{"sweep":true}');
    expect(attributes()).toMatchObject({
      SCHEDULE_ARN: ARN,
      TARGET_ARN: functionArn('sweep'),
      SCHEDULED_TIME: '2026-11-23T01:10:00Z',
      ERROR_CODE: 'AccessDeniedException',
      RETRY_ATTEMPTS: '0',
    });
  });

  it('for the moment is tried as often as its policy says', async () => {
    world.lambda.answer = () => {
      throw new AwsError('ServiceException', 'ill', 500);
    };
    await target({ DeadLetterConfig, RetryPolicy: { MaximumRetryAttempts: 2 } });
    await world.pass(700);
    expect(runs()).toBe(3);
    expect(attributes()).toMatchObject({ RETRY_ATTEMPTS: '2', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' });
  });

  it('is lost where its role cannot be assumed, which the journal tells', async () => {
    world.missRole(ROLE);
    await target({ DeadLetterConfig });
    await world.pass(601);
    expect(world.states()).toContain('schedule run failed and is lost');
  });
});

describe('schedules', () => {
  it.each([
    ['another time zone', { ScheduleExpressionTimezone: 'Europe/Zurich' }, 'Europe/Zurich'],
    ['a window without length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes'],
    ['an expression that is none', { ScheduleExpression: 'daily' }, 'daily'],
  ])('with %s are refused in words', async (_, more, name) => {
    await expect(schedule(more)).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(name),
    });
  });

  it('live in groups and are listed', async () => {
    await expect(schedule({ GroupName: 'own' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await world.call('scheduler', 'CreateScheduleGroup', { Name: 'own' });
    await schedule({ GroupName: 'own' });
    await schedule();
    await expect(schedule()).rejects.toMatchObject({ code: 'ConflictException' });
    const list = (input: object) =>
      world.call<{ Schedules: { GroupName: string }[] }>('scheduler', 'ListSchedules', input);
    expect((await list({})).Schedules.map((each) => each.GroupName)).toEqual(['default', 'own']);
    await world.call('scheduler', 'DeleteScheduleGroup', { Name: 'own' });
    expect((await list({})).Schedules).toHaveLength(1);
    await expect(world.call('scheduler', 'GetSchedule', { Name: 'sweep' })).resolves.toMatchObject({
      Arn: ARN,
      State: 'ENABLED',
      ScheduleExpressionTimezone: 'UTC',
    });
  });
});
