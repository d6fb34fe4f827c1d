import { describe, expect, it } from 'vitest';
import { eventOf, machine, run, task } from './run-definition.ts';

describe('Assign', () => {
  it('sees the old variables in every expression, Output too', async () => {
    const ran = await run(
      machine({
        A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: '{% [$x, $y] %}', Next: 'C' },
        C: { Type: 'Pass', Output: '{% $append($states.input, [$x, $y]) %}', End: true },
      }),
    );
    expect(ran.output).toEqual([1, 2, 2, 1]);
  });

  it('is told in the event of leaving', async () => {
    const ran = await run(machine({ A: { Type: 'Pass', Assign: { x: { a: 1 } }, End: true } }));
    expect(eventOf(ran.events, 'PassStateExited')?.stateExitedEventDetails).toMatchObject({
      assignedVariables: { x: '{"a":1}' },
      assignedVariablesDetails: { truncated: false },
    });
  });

  it('of the rule that holds is taken, else the state’s own', async () => {
    const choice = (flag: boolean) =>
      run(
        machine({
          A: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.input %}', Next: 'B', Assign: { x: 'rule' }, Output: 'rule' }],
            Default: 'B',
            Assign: { x: 'state' },
            Output: 'state',
          },
          B: { Type: 'Pass', Output: '{% [$states.input, $x] %}', End: true },
        }),
        { input: flag },
      );
    expect((await choice(true)).output).toEqual(['rule', 'rule']);
    expect((await choice(false)).output).toEqual(['state', 'state']);
  });

  it('of a catcher sees the error', async () => {
    const ran = await run(
      machine({
        A: task({
          Arguments: '{% $nobody %}',
          Catch: [{ ErrorEquals: ['States.ALL'], Assign: { e: '{% $states.errorOutput.Error %}' }, Next: 'B' }],
          End: true,
        }),
        B: { Type: 'Pass', Output: '{% $e %}', End: true },
      }),
    );
    expect(ran.output).toBe('States.QueryEvaluationError');
  });
});

describe('scopes', () => {
  const inner = (state: object): object => ({ StartAt: 'In', States: { In: { Type: 'Pass', End: true, ...state } } });

  it('inner ones see outer variables, and keep their own to themselves', async () => {
    const ran = await run(
      machine({
        A: { Type: 'Pass', Assign: { outer: 'seen' }, Next: 'B' },
        B: {
          Type: 'Parallel',
          Branches: [
            inner({ Assign: { own: 1 }, Output: '{% $outer %}' }),
            { StartAt: 'In2', States: { In2: { Type: 'Pass', Output: '{% $exists($own) %}', End: true } } },
          ],
          Next: 'C',
        },
        C: { Type: 'Pass', Output: '{% [$states.input, $exists($own)] %}', End: true },
      }),
    );
    expect(ran.output).toEqual(['seen', false, false]);
  });

  it('each iteration of a Map state has its own', async () => {
    const ran = await run(
      machine({
        A: {
          Type: 'Map',
          Items: [1, 2],
          ItemProcessor: {
            StartAt: 'P',
            States: {
              P: { Type: 'Pass', Output: '{% $exists($seen) %}', Assign: { seen: true }, Next: 'Q' },
              Q: { Type: 'Pass', Output: '{% [$states.input, $seen, $states.context.Map.Item] %}', End: true },
            },
          },
          End: true,
        },
      }),
    );
    expect(ran.output).toEqual([
      [false, true, { Index: 0, Value: 1 }],
      [false, true, { Index: 1, Value: 2 }],
    ]);
  });

  it('an inner one must not assign an outer variable', async () => {
    const definition = machine({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: { Type: 'Parallel', Branches: [inner({ Assign: { x: 2 } })], End: true },
    });
    await expect(async () => run(definition)).rejects.toThrow("Variable 'x' is assigned in an outer scope");
  });
});
