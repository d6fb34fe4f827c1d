import { describe, expect, it } from 'vitest';
import { evaluate, machine, run, START } from './run-definition.ts';

const cause = (expression: string, rest: string): string =>
  `An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '${expression}' specified for the field 'Output' ${rest}`;

describe('the functions that Step Functions adds', () => {
  it.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(0, 6, 2)', [0, 2, 4, 6]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ["$hash('input', 'SHA-1')", '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
    ['$random(42)', 0.7275636800328681],
    ['$parse(\'{"a":[1]}\').a', [1]],
    ['$parse(\'{"a":[1]}\').a[0]', 1],
    ['$millis()', START],
    ['$now()', '2026-11-23T12:00:00.000Z'],
    ["$now('[Y0001]-[M01]-[D01]')", '2026-11-23'],
    ['[1/0]', ['Infinity']],
  ])('%s', async (expression, value) => {
    expect(await evaluate(`{% ${expression} %}`)).toEqual(value);
  });

  it('take chance from the seed of the world', async () => {
    const expression = '{% [$uuid(), $random()] %}';
    expect(await evaluate(expression)).toEqual(await evaluate(expression));
    expect(await evaluate('{% $uuid() %}')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('an expression that gives nothing fit for JSON', () => {
  it.each([
    ['$nobody', 'returned nothing (undefined).'],
    ['$sum', 'returned an unsupported result type.'],
    [
      "1 + 'a'",
      'threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number',
    ],
    ["$eval('1')", 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    [
      "$sum(['a'])",
      'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
    ],
    [
      '$range(1, 900000, 1)',
      'threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage',
    ],
    [
      '($f := function($n) { 1 + $f($n) }; $f(1))',
      'threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
    ],
  ])('%s', async (expression, rest) => {
    expect(await evaluate(`{% ${expression} %}`)).toBe(cause(expression, rest));
  });

  it('names its place, with keys and indexes', async () => {
    const ran = await run(machine({ A: { Type: 'Pass', Output: { list: [1, { x: '{% $no %}' }] }, End: true } }));
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ran.events.at(-2)).toMatchObject({
      type: 'EvaluationFailed',
      evaluationFailedEventDetails: { state: 'A', location: 'Output/list[1]/x', cause: ran.cause },
    });
  });
});

describe('$shuffle', () => {
  it('is the same for the same seed, another for another, and keeps every item', async () => {
    const shuffle = async (seed: number): Promise<unknown> => {
      const Output = '{% $shuffle([1..20]) %}';
      return (await run(machine({ A: { Type: 'Pass', Output, End: true } }), { seed })).output;
    };
    const first = (await shuffle(1)) as number[];
    expect(await shuffle(1)).toEqual(first);
    expect(await shuffle(2)).not.toEqual(first);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await evaluate('{% $shuffle("one") %}')).toEqual(['one']);
  });
});

describe('what is no expression', () => {
  it('stands for itself at any depth', async () => {
    const literal = { a: ' {% $states.input %} ', 'b.$': '$', c: [null, 0.1, true, 'States.Format()'] };
    expect(await evaluate(literal)).toEqual(literal);
  });
});

describe('$states', () => {
  it('has input and the context object', async () => {
    const output = (await evaluate('{% $states %}', { a: 1 })) as { input: unknown; context: unknown };
    expect(output).toEqual({
      input: { a: 1 },
      context: {
        Execution: {
          Id: 'arn:aws:states:us-west-2:123456789012:execution:m:e',
          Input: { a: 1 },
          Name: 'e',
          RedriveCount: 0,
          RoleArn: 'arn:aws:iam::123456789012:role/r',
          StartTime: '2026-11-23T12:00:00.000Z',
        },
        State: { EnteredTime: '2026-11-23T12:00:00.000Z', Name: 'A', RetryCount: 0 },
        StateMachine: { Id: 'arn:aws:states:us-west-2:123456789012:stateMachine:m', Name: 'm' },
      },
    });
  });
});
