import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { makeWorld, ROLE, START } from './world.ts';

const CHILD = 'arn:aws:states:us-west-2:123456789012:stateMachine:child';
const RUN = 'arn:aws:states:us-west-2:123456789012:execution:child:run';
const ECHO = {
  W: { Type: 'Wait', Seconds: 10, Next: 'E' },
  E: { Type: 'Pass', Output: { got: '{% $states.input %}' }, End: true },
};
const nested = (pattern: string, rest: object = { End: true }, args: object = { Input: { a: 1 } }) => ({
  A: {
    Type: 'Task',
    Resource: `arn:aws:states:::states:startExecution${pattern}`,
    Arguments: { StateMachineArn: CHILD, Name: 'run', ...args },
    ...rest,
  },
});

/** A world with a child machine, and what IAM was asked of roles; actions in `denied` are refused to them. */
const parentWorld = async (child: Record<string, object> = ECHO, denied: readonly string[] = [], rest: object = {}) => {
  const asked: string[] = [];
  const world = makeWorld({
    refuse: ({ kind }, { action, resource }) => {
      if (kind !== 'role') return undefined;
      asked.push(`${action} ${resource}`);
      return denied.includes(action) ? `no ${action}` : undefined;
    },
  });
  await world.create(child, 'child', rest);
  return { ...world, asked };
};

describe('states:startExecution', () => {
  it('goes on once the child has begun; the answer has its ARN', async () => {
    const world = await parentWorld();
    const { output, stopDate } = await world.run(nested(''));
    expect(output).toMatchObject({
      ExecutionArn: RUN,
      StartDate: START,
      SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { 'Content-Type': 'application/x-amz-json-1.0' } },
      SdkResponseMetadata: { RequestId: expect.any(String) },
    });
    expect(stopDate).toEqual(new Date(START));
    expect(await world.describe(RUN)).toMatchObject({ input: '{"a":1}', output: '{"got":{"a":1}}' });
    expect(world.asked).toEqual([`states:StartExecution ${CHILD}`]);
  });

  it.each([
    [{}, '{}'],
    [{ Input: null }, '{}'],
    [{ Input: '{"text": 1}' }, '{"text": 1}'],
    [{ Input: [1] }, '[1]'],
  ])('hands over %j as %s', async (args, input) => {
    const world = await parentWorld();
    await world.run(nested('', { End: true }, args));
    expect((await world.describe(RUN)).input).toBe(input);
  });

  it('fails as recorded on AWS where there is no such machine', async () => {
    const world = await parentWorld();
    const ran = await world.run(nested('', { End: true }, { StateMachineArn: `${CHILD}-not` }));
    expect(ran.error).toBe('StepFunctions.StateMachineDoesNotExistException');
    expect(ran.cause).toMatch(
      /^State Machine Does Not Exist: '.*child-not' \(Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
    );
  });

  it.each([
    ['a name that was used', { Input: { other: 1 } }, 'StepFunctions.ExecutionAlreadyExistsException'],
    ['an input that is no JSON', { Name: 'n', Input: 'no' }, 'StepFunctions.InvalidExecutionInputException'],
    ['a bad name', { Name: 'a/b' }, 'StepFunctions.InvalidNameException'],
  ])('with %s names the error', async (_, args, error) => {
    const world = await parentWorld();
    await world.start(CHILD, { name: 'run', input: '{"a":1}' });
    expect((await world.run(nested('', { End: true }, args))).error).toBe(error);
  });

  it('needs the role’s permission', async () => {
    const world = await parentWorld(ECHO, ['states:StartExecution']);
    expect(await world.run(nested(''))).toMatchObject({
      error: 'StepFunctions.AWSStepFunctionsException',
      cause: expect.stringContaining('no states:StartExecution (Service: AWSStepFunctions; Status Code: 400;'),
    });
  });

  it('.waitForTaskToken waits for whoever has the token', async () => {
    const answer = {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:sfn:sendTaskSuccess',
      Arguments: { TaskToken: '{% $states.input.token %}', Output: '{% $string({ "from": "child" }) %}' },
      Next: 'Long',
    };
    const world = await parentWorld({ A: answer, Long: { Type: 'Wait', Seconds: 60, End: true } });
    const ran = await world.run(
      nested(
        '.waitForTaskToken',
        { HeartbeatSeconds: 5, End: true },
        { Input: { token: '{% $states.context.Task.Token %}' } },
      ),
    );
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { from: 'child' }, stopDate: new Date(START) });
  });
});

describe('states:startExecution.sync', () => {
  it.each([
    ['.sync', '{"a":1}', '{"got":{"a":1}}'],
    ['.sync:2', { a: 1 }, { got: { a: 1 } }],
  ])('%s gives the child’s description once it has ended', async (pattern, Input, Output) => {
    const world = await parentWorld();
    const ran = await world.run(nested(pattern));
    expect(ran.stopDate).toEqual(new Date(START + 10_000));
    expect(ran.output).toEqual({
      ExecutionArn: RUN,
      Input,
      InputDetails: { Included: true },
      Name: 'run',
      Output,
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: START,
      StateMachineArn: CHILD,
      Status: 'SUCCEEDED',
      StopDate: START + 10_000,
    });
    const { events = [] } = await world.history(ran.executionArn ?? '');
    expect(events.slice(2, 6).map(({ type }) => type)).toEqual([
      ...['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
    ]);
    expect(events[4]?.taskSubmittedEventDetails).toMatchObject({
      resource: `startExecution${pattern}`,
      resourceType: 'states',
      output: expect.stringContaining(`"ExecutionArn":"${RUN}"`),
    });
    expect(world.asked.slice(-2)).toEqual([`states:StartExecution ${CHILD}`, `states:DescribeExecution ${RUN}`]);
  });

  // The causes are as measured on AWS: github.com/floci-io/floci, AslExecutorNestedSyncFailureTest.
  const tail = (status: string, seconds: number): string =>
    `"ExecutionArn":"${RUN}","Input":"{\\"a\\":1}","InputDetails":{"Included":true},"Name":"run","RedriveCount":0,` +
    `"RedriveStatus":"REDRIVABLE","StartDate":${START},"StateMachineArn":"${CHILD}","Status":"${status}","StopDate":${START + seconds * 1000}}`;
  const timedOut = JSON.stringify({
    ...{ QueryLanguage: 'JSONata', StartAt: 'W', TimeoutSeconds: 4 },
    States: { W: { Type: 'Wait', Seconds: 10, End: true } },
  });
  it.each([
    [
      '.sync',
      { F: { Type: 'Fail', Error: 'Boom', Cause: 'why' } },
      {},
      `{"Cause":"why","Error":"Boom",${tail('FAILED', 0)}`,
    ],
    ['.sync:2', { F: { Type: 'Fail', Error: 'States.Timeout' } }, {}, `{"Error":"States.Timeout",${tail('FAILED', 0)}`],
    ['.sync', {}, { definition: timedOut }, `{${tail('TIMED_OUT', 4)}`],
  ])(
    '%s of a child that does not succeed fails with States.TaskFailed and its description',
    async (pattern, child, rest, cause) => {
      const world = await parentWorld(child, [], rest);
      expect(await world.run(nested(pattern))).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed', cause });
    },
  );

  it('is caught as States.TaskFailed, not by the child’s own error', async () => {
    const world = await parentWorld({ F: { Type: 'Fail', Error: 'Boom' } });
    const Catch = [
      { ErrorEquals: ['Boom'], Next: 'Own' },
      { ErrorEquals: ['States.TaskFailed'], Output: 'task', Next: 'Task' },
    ];
    const states = nested('.sync:2', { Catch, Next: 'Own' });
    expect((await world.run({ ...states, Own: { Type: 'Succeed' }, Task: { Type: 'Succeed' } })).output).toBe('task');
  });

  it('stops the child where the parent is stopped, by the role', async () => {
    const world = await parentWorld();
    const parent = await world.start(await world.create(nested('.sync')));
    await world.clock.run(undefined, START + 1000);
    await world.call('StopExecution', { executionArn: parent, error: 'E' });
    await world.clock.run();
    expect(await world.describe(RUN)).toMatchObject({ status: 'ABORTED', stopDate: new Date(START + 1000) });
    expect(world.asked.at(-1)).toBe(`states:StopExecution ${RUN}`);
    expect((await world.history(parent)).events?.at(-1)?.type).toBe('ExecutionAborted');
  });

  it('stops the child where another branch fails', async () => {
    const world = await parentWorld();
    await world.run({
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: nested('.sync') },
          { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 2, Next: 'F' }, F: { Type: 'Fail', Error: 'E' } } },
        ],
        End: true,
      },
    });
    expect(await world.describe(RUN)).toMatchObject({ status: 'ABORTED', stopDate: new Date(START + 2000) });
  });

  it('stops a child whose start was still under way', async () => {
    const world = await parentWorld();
    world.cloud.intercept(async ({ action, principal }, next) => {
      if (action === 'StartExecution' && principal.kind === 'role') await world.clock.sleep(5000);
      return next();
    });
    const parent = await world.start(await world.create(nested('.sync')));
    await world.clock.run(undefined, START + 1000);
    await world.call('StopExecution', { executionArn: parent });
    await world.clock.run();
    expect(await world.describe(RUN)).toMatchObject({ status: 'ABORTED', stopDate: new Date(START + 5000) });
  });

  it('leaves the child alone where the role may not stop it, and where the task only times out', async () => {
    const denied = await parentWorld(ECHO, ['states:StopExecution']);
    const parent = await denied.start(await denied.create(nested('.sync')));
    await denied.clock.run(undefined, START + 1000);
    await denied.call('StopExecution', { executionArn: parent });
    await denied.clock.run();
    expect((await denied.describe(RUN)).status).toBe('SUCCEEDED');

    const timed = await parentWorld();
    expect((await timed.run(nested('.sync', { TimeoutSeconds: 3, End: true }))).error).toBe('States.Timeout');
    expect((await timed.describe(RUN)).status).toBe('SUCCEEDED');
    expect(timed.asked.filter((each) => each.startsWith('states:'))).toEqual([`states:StartExecution ${CHILD}`]);
  });

  it('fails where the role may not look at the child', async () => {
    const world = await parentWorld(ECHO, ['states:DescribeExecution']);
    expect((await world.run(nested('.sync'))).error).toBe('StepFunctions.AWSStepFunctionsException');
  });

  it('redriven starts another child', async () => {
    const world = await parentWorld({
      C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.count > 0 %}', Next: 'S' }], Default: 'F' },
      S: { Type: 'Succeed' },
      F: { Type: 'Fail', Error: 'Boom' },
    });
    const Name = "{% 'run' & $states.context.Execution.RedriveCount %}";
    const Input = { count: '{% $states.context.Execution.RedriveCount %}' };
    const { executionArn } = await world.run(nested('.sync:2', { End: true }, { Name, Input }));
    await world.call('RedriveExecution', { executionArn });
    await world.clock.run();
    const { status, output = '' } = await world.describe(executionArn ?? '');
    expect([status, JSON.parse(output)]).toMatchObject(['SUCCEEDED', { Name: 'run1', Input: { count: 1 } }]);
  });

  it.each(['events:PutRule', 'events:PutTargets', 'events:DescribeRule'])(
    'needs %s when its machine is made or updated, however deep it stands',
    async (action) => {
      const refused = `'${ROLE}' is not authorized to create managed-rule.`;
      const world = await parentWorld(ECHO, [action]);
      const ItemProcessor = { StartAt: 'A', States: nested('.sync') };
      const map = { M: { Type: 'Map', ItemProcessor, End: true } };
      await expect(world.create(map)).rejects.toThrow(new AwsError('AccessDeniedException', refused));
      const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'M', States: map });
      await expect(world.call('UpdateStateMachine', { stateMachineArn: CHILD, definition })).rejects.toThrow(refused);
      expect(world.asked).toContain(
        `${action} arn:aws:events:us-west-2:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`,
      );
      await expect(world.create(nested(''), 'other')).resolves.toContain('other');
    },
  );

  it.each([
    ['lambda:invoke.sync', 'The sandbox waits for the jobs of states:startExecution only'],
    ['aws-sdk:sfn:startExecution.sync', 'The sandbox waits for the jobs of states:startExecution only'],
    ['states:startExecution.sync:3', 'is not recognized. The sandbox runs function ARNs'],
  ])('%s is refused in words', async (resource, words) => {
    const { create } = makeWorld();
    const states = { A: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Arguments: {}, End: true } };
    await expect(create(states)).rejects.toThrow(words);
  });

  it('writes the same journal from the same seed', async () => {
    const texts = await Promise.all(
      [1, 2].map(async () => {
        const world = await parentWorld();
        await world.run(nested('.sync:2'));
        return world.cloud.journal.toText();
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain('"what":"states:DescribeExecution"');
  });
});
