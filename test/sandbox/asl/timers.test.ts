import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/asl/definition.ts';
import { finish, machine, prepare, run, START, task } from './run-definition.ts';

const never = (): Promise<never> => new Promise(() => undefined);
/** The token that a task was given as its whole argument. */
const tokenIn = (given: Json): string => {
  if (typeof given !== 'string') throw new TypeError(`A token was expected, not ${JSON.stringify(given)}.`);
  return given;
};
const callback = (fields: object): object =>
  task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', End: true, ...fields });

describe('Wait', () => {
  it.each([
    ['Seconds', 90, 90],
    ['Seconds', '{% 30 * 2 %}', 60],
    ['Timestamp', '2026-11-23T12:01:00Z', 60],
    ['Timestamp', '2026-11-23T14:00:30+02:00', 30],
    ['Timestamp', '{% $fromMillis($millis() + 5000) %}', 5],
    ['Timestamp', '2020-01-01T00:00:00Z', 0],
  ])('%s %s', async (field, value, seconds) => {
    const ran = await run(machine({ A: { Type: 'Wait', [field]: value, End: true } }));
    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds });
  });

  it.each([
    ['Seconds', "{% '1' %}", `Expected 'number', but was 'string' for value: "1"`],
    ['Seconds', '{% -1 %}', 'must be a whole number from 0 to 99999999, but was -1'],
    ['Seconds', '{% 1.5 %}', 'must be a whole number from 0 to 99999999, but was 1.5'],
    [
      'Timestamp',
      "{% '2026-02-30T00:00:00Z' %}",
      'cannot be parsed as an ISO-8601 extended offset date-time format string',
    ],
  ])('%s %s fails', async (field, value, text) => {
    const ran = await run(machine({ A: { Type: 'Wait', [field]: value, End: true } }));
    expect(ran.error).toBe('States.QueryEvaluationError');
    expect(ran.cause).toContain(text);
  });
});

describe('TimeoutSeconds of a task', () => {
  it('ends it with States.Timeout and no cause', async () => {
    const ran = await run(machine({ A: task({ TimeoutSeconds: '{% 2 + 3 %}', End: true }) }), { tasks: never });
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined, seconds: 5 });
    expect(ran.types.slice(-3)).toEqual(['TaskStarted', 'TaskTimedOut', 'ExecutionFailed']);
  });

  it('of a bare function has its own event', async () => {
    const Resource = 'arn:aws:lambda:us-west-2:123456789012:function:f';
    const ran = await run(machine({ A: task({ Resource, TimeoutSeconds: 1, End: true }) }), { tasks: never });
    expect(ran.types.slice(2, 5)).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionTimedOut',
    ]);
  });

  it('is fresh for each retry', async () => {
    const Retry = [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1, IntervalSeconds: 3 }];
    const ran = await run(machine({ A: task({ TimeoutSeconds: 5, Retry, End: true }) }), { tasks: never });
    expect(ran.seconds).toBe(13);
  });
});

describe('a task token', () => {
  it('is in the context, and its answer is the result', async () => {
    let token = '';
    const world = prepare(machine({ A: callback({ Arguments: { t: '{% $states.context.Task.Token %}' } }) }), {
      tasks: async ({ arguments: given }) => {
        token = (given as { t: string }).t;
        return { StatusCode: 200 };
      },
    });
    world.clock.after(3600_000, () => world.tokens.answer(token, { kind: 'success', output: '{"ok":true}' }));
    const ran = await finish(world);
    expect(ran).toMatchObject({ output: { ok: true }, seconds: 3600 });
    expect(ran.types.slice(2, 6)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']);
    expect(world.tokens.answer(token, { kind: 'success', output: '1' })).toBe('gone');
  });

  it('answered with a failure fails the task', async () => {
    let token = '';
    const world = prepare(machine({ A: callback({ Arguments: '{% $states.context.Task.Token %}' }) }), {
      tasks: async ({ arguments: given }) => {
        token = tokenIn(given);
      },
    });
    world.clock.after(1000, () => world.tokens.answer(token, { kind: 'failure', error: 'E', cause: 'c' }));
    expect(await finish(world)).toMatchObject({ status: 'FAILED', error: 'E', cause: 'c' });
  });

  it('without heartbeats in time is a timeout under both names; heartbeats begin the time again', async () => {
    let token = '';
    const definition = machine({
      A: callback({
        Arguments: '{% $states.context.Task.Token %}',
        HeartbeatSeconds: 10,
        Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'B' }],
        End: undefined,
        Next: 'B',
      }),
      B: { Type: 'Succeed' },
    });
    const world = prepare(definition, {
      tasks: async ({ arguments: given }) => {
        token = tokenIn(given);
      },
    });
    for (const second of [8, 16]) world.clock.after(second * 1000, () => world.tokens.heartbeat(token));
    const ran = await finish(world);
    expect(ran).toMatchObject({ output: { Error: 'States.Timeout', Cause: '' }, seconds: 26 });
    expect(world.tokens.heartbeat(token)).toBe('gone');
    expect(world.tokens.heartbeat('never given')).toBe('unknown');
  });
});

describe('HeartbeatSeconds', () => {
  const waiting = (fields: object) => prepare(machine({ A: callback(fields), B: { Type: 'Succeed' } }));

  it('may be an expression; missed, the task times out without a cause, as recorded on AWS', async () => {
    const ran = await finish(
      waiting({ HeartbeatSeconds: '{% 2 + 3 %}', TimeoutSeconds: 600, Next: 'B', End: undefined }),
    );
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined, seconds: 5 });
    expect(ran.events[2]).toMatchObject({
      taskScheduledEventDetails: { heartbeatInSeconds: 5, timeoutInSeconds: 600 },
    });
    expect(ran.events.slice(-2)).toMatchObject([
      {
        type: 'TaskTimedOut',
        taskTimedOutEventDetails: {
          error: 'States.Timeout',
          resource: 'invoke.waitForTaskToken',
          resourceType: 'lambda',
        },
      },
      { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'States.Timeout' } },
    ]);
  });

  it.each([
    [['States.HeartbeatTimeout'], 'SUCCEEDED'],
    [['States.Timeout'], 'SUCCEEDED'],
    [['States.ALL'], 'SUCCEEDED'],
    [['States.TaskFailed'], 'FAILED'],
  ])('missed is caught by %j: %s', async (ErrorEquals, status) => {
    const Catch = [{ ErrorEquals, Next: 'B' }];
    expect(await finish(waiting({ HeartbeatSeconds: 5, Catch, Next: 'B', End: undefined }))).toMatchObject({ status });
  });

  it.each(['{% 0 %}', '{% 1.5 %}', "{% '5' %}"])('of %s fails the state', async (HeartbeatSeconds) => {
    const ran = await finish(waiting({ HeartbeatSeconds, Next: 'B', End: undefined }));
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it('is counted anew for each retry', async () => {
    const Retry = [{ ErrorEquals: ['States.HeartbeatTimeout'], MaxAttempts: 1, IntervalSeconds: 3 }];
    const ran = await finish(waiting({ HeartbeatSeconds: 5, Retry, Next: 'B', End: undefined }));
    expect(ran.seconds).toBe(13);
  });

  it('does not hold back the task’s whole time, however often a heartbeat comes', async () => {
    let token = '';
    const world = prepare(
      machine({
        A: callback({ Arguments: '{% $states.context.Task.Token %}', HeartbeatSeconds: 5, TimeoutSeconds: 12 }),
      }),
      {
        tasks: async ({ arguments: given }) => {
          token = tokenIn(given);
        },
      },
    );
    for (const second of [4, 8, 11]) world.clock.after(second * 1000, () => world.tokens.heartbeat(token));
    expect(await finish(world)).toMatchObject({ error: 'States.Timeout', seconds: 12 });
  });
});

describe('TimeoutSeconds of an execution', () => {
  it('ends it without any Catch', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];
    const ran = await run(machine({ A: task({ Catch, Next: 'B' }), B: { Type: 'Succeed' } }, { TimeoutSeconds: 7 }), {
      tasks: never,
    });
    expect(ran).toMatchObject({ status: 'TIMED_OUT', seconds: 7 });
    expect(ran.error).toBeUndefined();
    expect(ran.events.at(-1)).toMatchObject({
      type: 'ExecutionTimedOut',
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
  });

  it('leaves no timer behind when it ends before', async () => {
    const world = prepare(machine({ A: { Type: 'Pass', End: true } }, { TimeoutSeconds: 7 }));
    await finish(world);
    await world.clock.run();
    expect(world.clock.now()).toBe(START);
  });
});

describe('stopping', () => {
  it('aborts at once, and records nothing after', async () => {
    const world = prepare(machine({ A: { Type: 'Wait', Seconds: 60, Next: 'B' }, B: { Type: 'Succeed' } }));
    world.clock.after(1000, () => world.execution.stop('E', 'c'));
    const ran = await finish(world);
    await world.clock.run();
    expect(ran).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'c' });
    expect(world.execution.history.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'ExecutionAborted',
    ]);
  });
});
