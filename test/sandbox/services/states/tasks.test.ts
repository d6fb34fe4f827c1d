import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { makeWorld, START } from './world.ts';

const FUNCTION = 'arn:aws:lambda:us-west-2:123456789012:function:f:3';
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const task = (Resource: string, Arguments: unknown, rest: object = { End: true }): Record<string, object> => ({
  A: { Type: 'Task', Resource, Arguments, ...rest },
});

describe('lambda:invoke', () => {
  const echo = (world: ReturnType<typeof makeWorld>): void =>
    world.fake('lambda', 'Invoke', ({ Payload, FunctionName }, { principal }) => ({
      StatusCode: 200,
      ExecutedVersion: '3',
      Payload: bytes({ payload: JSON.parse(Buffer.from(Payload).toString()), FunctionName, who: principal.kind }),
    }));

  it('hands the payload over as JSON, and gives the parsed answer beside its metadata', async () => {
    const world = makeWorld();
    echo(world);
    const { output } = await world.run(
      task('arn:aws:states:::lambda:invoke', { FunctionName: FUNCTION, Payload: { a: 1 } }),
    );
    expect(output).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '3',
      Payload: { payload: { a: 1 }, FunctionName: FUNCTION, who: 'role' },
      SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { Date: 'Mon, 23 Nov 2026 12:00:00 GMT' } },
    });
  });

  it('hands over null as null, and nothing as {}', async () => {
    for (const [given, payload] of [
      [{ Payload: null }, null],
      [{}, {}],
    ]) {
      const world = makeWorld();
      echo(world);
      const { output } = await world.run(task('arn:aws:states:::lambda:invoke', { FunctionName: FUNCTION, ...given }));
      expect(output).toMatchObject({ Payload: { payload } });
    }
  });

  it('that takes longer than the task may is answered to nobody', async () => {
    const world = makeWorld();
    world.fake('lambda', 'Invoke', async () => {
      await world.clock.sleep(60_000);
      return { StatusCode: 200, Payload: bytes('late') };
    });
    const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'B' }];
    const ran = await world.run({
      ...task(FUNCTION, {}, { TimeoutSeconds: 10, Catch, Next: 'B' }),
      B: { Type: 'Succeed' },
    });
    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { Error: 'States.Timeout', Cause: '' },
      stopDate: new Date(START + 10_000),
    });
    expect((await world.history(ran.executionArn ?? '')).events?.at(-1)?.type).toBe('ExecutionSucceeded');
  });

  it('by a bare function ARN takes the whole arguments and gives the payload alone', async () => {
    const world = makeWorld();
    echo(world);
    expect((await world.run(task(FUNCTION, { b: 2 }))).output).toEqual({
      payload: { b: 2 },
      FunctionName: FUNCTION,
      who: 'role',
    });
  });

  it.each([
    [{ errorType: 'Throttled', errorMessage: 'slow' }, 'Throttled'],
    [{ errorMessage: 'no type' }, 'Lambda.Unknown'],
  ])('fails with the type of the function’s error, %j', async (payload, error) => {
    const world = makeWorld();
    world.fake('lambda', 'Invoke', () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: bytes(payload) }));
    const ran = await world.run(task(FUNCTION, {}));
    expect(ran).toMatchObject({ status: 'FAILED', error });
    expect(ran.cause).toContain(JSON.stringify(payload));
  });

  it.each([
    ['TooManyRequestsException', 429, 'Lambda.TooManyRequestsException'],
    ['ServiceException', 500, 'Lambda.ServiceException'],
    ['ResourceNotFoundException', 404, 'Lambda.ResourceNotFoundException'],
    ['AccessDeniedException', 403, 'Lambda.AWSLambdaException'],
  ])('names Lambda’s own error %s', async (code, status, error) => {
    const world = makeWorld();
    world.fake('lambda', 'Invoke', () => {
      throw new AwsError(code, 'Rate exceeded', status);
    });
    const ran = await world.run(task(FUNCTION, {}));
    expect(ran.error).toBe(error);
    expect(ran.cause).toMatch(
      new RegExp(`^Rate exceeded \\(Service: Lambda, Status Code: ${status}, Request ID: [0-9a-f-]{36}\\)`),
    );
  });
});

describe('a defect of the sandbox', () => {
  it('is caught by nothing', async () => {
    const world = makeWorld();
    world.fake('lambda', 'Invoke', () => {
      throw new TypeError('a bug');
    });
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];
    const ran = await world.run({ ...task(FUNCTION, {}, { Catch, Next: 'B' }), B: { Type: 'Succeed' } });
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('a bug') });
  });
});

describe('an action that the sandbox has not', () => {
  it.each([
    ['aws-sdk:ec2:describeVpcs', 'ec2:DescribeVpcs'],
    ['lambda:invoke', 'lambda:Invoke'],
  ])('%s is caught by nothing either', async (resource, action) => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];
    const states = task(`arn:aws:states:::${resource}`, { FunctionName: FUNCTION }, { Catch, Next: 'B' });
    const ran = await makeWorld().run({ ...states, B: { Type: 'Succeed' } });
    expect(ran).toMatchObject({
      error: 'States.Runtime',
      cause: expect.stringContaining(`The sandbox does not model ${action}.`),
    });
  });
});

describe('aws-sdk tasks', () => {
  it('call the action as the machine’s role; dates come as ISO 8601', async () => {
    const world = makeWorld();
    world.fake('ec2', 'DescribeVpcEndpointConnections', (input, { principal }) => ({
      VpcEndpointConnections: [
        { CreationTimestamp: new Date(START), ServiceId: input.Filters[0].Values[0], none: undefined },
      ],
      who: principal.arn,
    }));
    const { output } = await world.run(
      task('arn:aws:states:::aws-sdk:ec2:describeVpcEndpointConnections', {
        Filters: [{ Name: 'service-id', Values: ['vpce-svc-1'] }],
      }),
    );
    expect(output).toEqual({
      VpcEndpointConnections: [{ CreationTimestamp: '2026-11-23T12:00:00.000Z', ServiceId: 'vpce-svc-1' }],
      who: expect.stringContaining('arn:aws:sts::123456789012:assumed-role/workflow/'),
    });
  });

  it.each([
    ['dynamodb', 'dynamodb', 'putItem', 'ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
    ['route53', 'route53', 'changeResourceRecordSets', 'InvalidChangeBatch', 'Route53.InvalidChangeBatchException'],
    [
      'elasticloadbalancingv2',
      'elasticloadbalancing',
      'registerTargets',
      'TooManyTargets',
      'ElasticLoadBalancingV2.TooManyTargetsException',
    ],
    ['ec2', 'ec2', 'acceptVpcEndpointConnections', 'RequestLimitExceeded', 'Ec2.Ec2Exception'],
    ['rds', 'rds', 'describeDBProxies', 'DBProxyNotFoundFault', 'Rds.DbProxyNotFoundException'],
    ['dynamodb', 'dynamodb', 'putItem', 'AccessDeniedException', 'DynamoDb.DynamoDbException'],
  ])('of %s through %s:%s name the error %s', async (sdk, service, action, code, error) => {
    const world = makeWorld();
    world.fake(service, action.charAt(0).toUpperCase() + action.slice(1), () => {
      throw new AwsError(code, 'No.');
    });
    const ran = await world.run(task(`arn:aws:states:::aws-sdk:${sdk}:${action}`, {}));
    expect(ran.error).toBe(error);
    expect(ran.cause?.includes(code)).toBe(sdk === 'ec2');
  });

  it('of Step Functions itself take and give members in upper case', async () => {
    const world = makeWorld();
    const child = await world.create({ A: { Type: 'Succeed' } }, 'child');
    const { output } = await world.run(
      task('arn:aws:states:::aws-sdk:sfn:startExecution', { StateMachineArn: child, Name: 'n', Input: '{}' }),
    );
    expect(output).toEqual({
      ExecutionArn: `${child.replace('stateMachine', 'execution')}:n`,
      StartDate: '2026-11-23T12:00:00.000Z',
    });
  });
});

describe('events:putEvents', () => {
  const entry = { Source: 'app', DetailType: 'T', Detail: { a: 1 }, Resources: ['r'] };

  it('writes the detail as JSON and adds the execution and its machine', async () => {
    const world = makeWorld();
    const put: unknown[] = [];
    world.fake('events', 'PutEvents', ({ Entries }) => {
      put.push(...Entries.filter(({ Source: source }: { Source: string }) => source === 'app'));
      return { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };
    });
    const ran = await world.run(task('arn:aws:states:::events:putEvents', { Entries: [entry] }));
    expect(ran.output).toMatchObject({ Entries: [{ EventId: 'e' }], FailedEntryCount: 0 });
    expect(put).toEqual([{ ...entry, Detail: '{"a":1}', Resources: ['r', ran.executionArn, ran.stateMachineArn] }]);
  });

  it('fails where an entry failed', async () => {
    const world = makeWorld();
    world.fake('events', 'PutEvents', () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }));
    const ran = await world.run(task('arn:aws:states:::events:putEvents', { Entries: [entry] }));
    expect(ran).toMatchObject({ error: 'EventBridge.FailedEntry', cause: expect.stringContaining('InternalFailure') });
  });
});

describe('task tokens', () => {
  /** A machine that sends its token to a queue and waits; the token once it is sent. */
  const waiting = async (rest: object = {}) => {
    const asked: string[] = [];
    const world = makeWorld({
      refuse: (_, { action, resource }) => {
        asked.push(`${action} ${resource}`);
        return undefined;
      },
    });
    let token = '';
    world.fake('sqs', 'SendMessage', ({ MessageBody }) => {
      ({ token } = JSON.parse(MessageBody) as { token: string });
      return { MessageId: 'm' };
    });
    const arn = await world.create(
      task(
        'arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken',
        { QueueUrl: 'q', MessageBody: '{% $string({ "token": $states.context.Task.Token }) %}' },
        { End: true, ...rest },
      ),
    );
    const execution = await world.start(arn);
    await world.clock.run(() => token !== '');
    return { ...world, arn, execution, asked, token };
  };
  const code = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'nothing was thrown',
      (error: unknown) => (error instanceof AwsError ? error.code : String(error)),
    );

  it('bring the output back, once', async () => {
    const { call, clock, token, describe, execution, asked, arn } = await waiting();
    await call('SendTaskSuccess', { taskToken: token, output: '{"ok":true}' });
    expect(asked.at(-1)).toBe(`states:SendTaskSuccess ${arn}`);
    await clock.run();
    expect(await describe(execution)).toMatchObject({ status: 'SUCCEEDED', output: '{"ok":true}' });
    expect(await code(call('SendTaskSuccess', { taskToken: token, output: '1' }))).toBe('TaskTimedOut');
  });

  it('bring an error back', async () => {
    const { call, clock, token, describe, execution } = await waiting();
    await call('SendTaskFailure', { taskToken: token, error: 'E', cause: 'c' });
    await clock.run();
    expect(await describe(execution)).toMatchObject({ status: 'FAILED', error: 'E', cause: 'c' });
  });

  it('are kept alive by heartbeats, and gone after the time-out or a stop', async () => {
    const timed = await waiting({ HeartbeatSeconds: 10 });
    await timed.clock.run(undefined, START + 9000);
    await timed.call('SendTaskHeartbeat', { taskToken: timed.token });
    await timed.clock.run(undefined, START + 18_000);
    expect((await timed.describe(timed.execution)).status).toBe('RUNNING');
    await timed.clock.run();
    expect(await timed.describe(timed.execution)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(await code(timed.call('SendTaskHeartbeat', { taskToken: timed.token }))).toBe('TaskTimedOut');

    const stopped = await waiting();
    await stopped.call('StopExecution', { executionArn: stopped.execution });
    expect(await code(stopped.call('SendTaskSuccess', { taskToken: stopped.token, output: '1' }))).toBe('TaskTimedOut');
  });

  it('that are none, and outputs that are no JSON, are refused', async () => {
    const { call, token } = await waiting();
    const strange = Buffer.from('task-token:0').toString('base64');
    expect(await code(call('SendTaskSuccess', { taskToken: 'x', output: '1' }))).toBe('InvalidToken');
    expect(await code(call('SendTaskSuccess', { taskToken: strange, output: '1' }))).toBe('TaskDoesNotExist');
    expect(await code(call('SendTaskSuccess', { taskToken: token, output: 'no' }))).toBe('InvalidOutput');
  });
});
