import { describe, expect, it } from 'vitest';
import { machine, run, task } from './run-definition.ts';

const text = (bytes: number): string => `{% $pad('', ${bytes - 2}, 'x') %}`;

const TOO_MUCH = 'x'.repeat(262_144);
const PASS = { StartAt: 'P', States: { P: { Type: 'Pass', Output: 'small', End: true } } };

describe('256 KiB', () => {
  it('is what a state may give, to the byte', async () => {
    const ran = await run(machine({ A: { Type: 'Pass', Output: text(262_144), End: true } }));
    expect(ran.status).toBe('SUCCEEDED');
  });

  it('more fails the state, and States.ALL does not catch it', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];
    const ran = await run(
      machine({
        A: task({ Output: text(262_145), Retry: [{ ErrorEquals: ['States.ALL'] }], Catch, Next: 'B' }),
        B: { Type: 'Succeed' },
      }),
    );
    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  it('counts bytes, not characters, and holds for what a task gives', async () => {
    const ran = await run(machine({ A: task({ End: true }) }), { tasks: async () => 'é'.repeat(131_072) });
    expect(ran.error).toBe('States.DataLimitExceeded');
    expect(ran.cause).toContain("The state/task 'lambda' returned");
  });

  it('of a bare function are told by its ARN', async () => {
    const Resource = 'arn:aws:lambda:us-west-2:123456789012:function:f';
    const ran = await run(machine({ A: task({ Resource, End: true }) }), { tasks: async () => TOO_MUCH });
    expect(ran.cause).toContain(`The state/task '${Resource}' returned`);
    expect(ran.types.slice(-2)).toEqual(['LambdaFunctionFailed', 'ExecutionFailed']);
  });

  it('holds for the answer to a call that sends a token', async () => {
    const Resource = 'arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken';
    const ran = await run(machine({ A: task({ Resource, End: true }) }), { tasks: async () => TOO_MUCH });
    expect(ran.cause).toContain("The state/task 'aws-sdk:sqs' returned");
    expect(ran.types.slice(-3)).toEqual(['TaskStarted', 'TaskFailed', 'ExecutionFailed']);
  });

  it('are a task’s own failure, which a Catch and a Retry of that name see', async () => {
    const ErrorEquals = ['States.DataLimitExceeded'];
    const ran = await run(
      machine({
        A: task({ Retry: [{ ErrorEquals, MaxAttempts: 1 }], Catch: [{ ErrorEquals, Next: 'B' }], Next: 'B' }),
        B: { Type: 'Succeed' },
      }),
      { tasks: async () => TOO_MUCH },
    );
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.DataLimitExceeded' }, seconds: 1 });
    expect(ran.types.filter((type) => type.startsWith('Task'))).toEqual([
      ...['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskFailed'],
      ...['TaskScheduled', 'TaskStarted', 'TaskFailed', 'TaskStateExited'],
    ]);
  });

  it.each<[string, object, string[]]>([
    ['Output', { Output: text(262_145) }, ['TaskSucceeded', 'ExecutionFailed']],
    ['Assign', { Assign: { x: text(262_145) } }, ['TaskSucceeded', 'ExecutionFailed']],
    ['Arguments', { Arguments: text(262_145) }, ['TaskStateEntered', 'ExecutionFailed']],
  ])('of a state’s %s fail the execution, whatever its Catch names', async (_, fields, events) => {
    const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'B' }];
    const ran = await run(machine({ A: task({ ...fields, Catch, Next: 'B' }), B: { Type: 'Succeed' } }));
    expect(ran.error).toBe('States.DataLimitExceeded');
    expect(ran.cause).toContain("The state/task 'A' returned");
    expect(ran.types.slice(-2)).toEqual(events);
  });

  it.each<[string, object]>([
    ['what a Parallel state hands to its branches', { Type: 'Parallel', Arguments: text(262_145), Branches: [PASS] }],
    [
      'what a Map state hands to an iteration',
      { Type: 'Map', Items: [1], ItemSelector: text(262_145), ItemProcessor: PASS },
    ],
    [
      'a state inside',
      { Type: 'Parallel', Branches: [{ ...PASS, States: { P: { ...PASS.States.P, Output: text(262_145) } } }] },
    ],
  ])('holds for %s', async (_, state) => {
    const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'B' }];
    const ran = await run(machine({ A: { ...state, Output: 'small', Catch, Next: 'B' }, B: { Type: 'Succeed' } }));
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('one year', () => {
  it('ends an execution that nobody ends', async () => {
    const ran = await run(machine({ A: task({ End: true }) }), { tasks: () => new Promise(() => undefined) });
    expect(ran).toMatchObject({ status: 'TIMED_OUT', seconds: 365 * 24 * 3600 });
  });
});

describe('25,000 events', () => {
  it('end a machine that never stops', async () => {
    const loop = { Type: 'Choice', Choices: [{ Condition: true, Next: 'Loop' }], Default: 'End' };
    const ran = await run(machine({ Loop: loop, End: { Type: 'Succeed' } }));
    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect(ran.events.at(-1)).toMatchObject({ id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' });
  });
});

describe('Choice', () => {
  it('without a rule that holds and without a Default fails', async () => {
    const ran = await run(
      machine({ A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }] }, B: { Type: 'Succeed' } }),
    );
    expect(ran.error).toBe('States.NoChoiceMatched');
  });

  it('takes Booleans only', async () => {
    const ran = await run(
      machine({ A: { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'B' }] }, B: { Type: 'Succeed' } }),
    );
    expect(ran.cause).toContain(
      `specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: "yes"`,
    );
  });
});

describe('Fail', () => {
  it('may compute its Error and Cause', async () => {
    const ran = await run(machine({ A: { Type: 'Fail', Error: "{% 'E' & 1 %}", Cause: '{% $states.input.why %}' } }), {
      input: { why: 'because' },
    });
    expect(ran).toMatchObject({ status: 'FAILED', error: 'E1', cause: 'because' });
    expect(ran.types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });
});
