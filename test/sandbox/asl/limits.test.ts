import { describe, expect, it } from 'vitest';
import { machine, run, task } from './run-definition.ts';

const text = (bytes: number): string => `{% $pad('', ${bytes - 2}, 'x') %}`;

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
    expect(ran.cause).toContain("The state/task 'arn:aws:states:::lambda:invoke'");
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
