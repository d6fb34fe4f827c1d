import { describe, expect, it } from 'vitest';
import { DefinitionError } from '../../../sandbox/asl/definition-error.ts';
import { parseDefinition } from '../../../sandbox/asl/parse-definition.ts';
import { machine, task } from './run-definition.ts';

const faults = (definition: object | string): string[] => {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  try {
    parseDefinition(text, { refuseResource: (arn) => (arn.includes('nobody') ? 'not known' : undefined) });
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
  }
};

const pass = (fields: object): object => machine({ A: { Type: 'Pass', End: true, ...fields } });
const UNSUPPORTED = 'UNSUPPORTED_JSONATA_EXPRESSION';
const SCHEMA = 'SCHEMA_VALIDATION_FAILED';

describe('expressions', () => {
  it.each([
    ['{% phone %}', `${UNSUPPORTED}: Reference to 'phone' at the top level is not supported. at /States/A/Output/v`],
    ['{% $ %}', `${UNSUPPORTED}: Reference to '$' at the top level is not supported. at /States/A/Output/v`],
    ['{% $$.x %}', `${UNSUPPORTED}: Reference to '$$' at the top level is not supported. at /States/A/Output/v`],
    [
      '{% $map([1], function($v) { $v + a }) %}',
      `${UNSUPPORTED}: Reference to 'a' at the top level is not supported. at /States/A/Output/v`,
    ],
    ['{% 1 + %}', 'INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output/v'],
    [
      '{% $states.result %}',
      `${UNSUPPORTED}: Reference to '$states.result' is not supported in this field. at /States/A/Output/v`,
    ],
    [
      '{% $states.errorOutput.Error %}',
      `${UNSUPPORTED}: Reference to '$states.errorOutput' is not supported in this field. at /States/A/Output/v`,
    ],
    ['{% 1', `${SCHEMA}: A JSONata expression must begin with {% and end with %} at /States/A/Output/v`],
  ])('%s is refused', (expression, fault) => {
    expect(faults(pass({ Output: { v: expression } }))).toEqual([fault]);
  });

  it.each([
    '{% $states.input.items[price > 3 and $.name = "x"].name %}',
    '{% $states.input.items^(<price){ kind: $sum(price) } %}',
    '{% $states.input.items.(a + b) %}',
    '{% $x ~> | items | { "a": b } | %}',
    '{% $states.context.Map.Item.Value %}',
    '{% ($f := function($a) { $a.b }; $f($states.input)) %}',
    ' {% phone %} ',
  ])('%s is taken', (expression) => {
    expect(faults(pass({ Output: expression }))).toEqual([]);
  });

  it('a catcher may read the error, a task its result', () => {
    const Catch = [{ ErrorEquals: ['E'], Output: '{% $states.errorOutput %}', Next: 'B' }];
    const states = { A: task({ Output: '{% $states.result %}', Catch, Next: 'B' }), B: { Type: 'Succeed' } };
    expect(faults(machine(states))).toEqual([]);
  });
});

describe('structure', () => {
  it.each<[string, object | string, string[]]>([
    ['no JSON', '{', [expect.stringMatching(/^INVALID_JSON_DESCRIPTION: /)]],
    [
      'a transition to nowhere',
      machine({ A: { Type: 'Pass', Next: 'NOPE' }, B: { Type: 'Succeed' } }),
      ["MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next"],
    ],
    ['no end', machine({ A: { Type: 'Pass', Next: 'A' } }), ['MISSING_END_STATE: Workflow has no terminal state at ']],
    [
      'a state that nothing leads to',
      machine({ A: { Type: 'Succeed' }, C: { Type: 'Succeed' } }),
      ['MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C'],
    ],
    [
      'a field of another type',
      pass({ TimeoutSeconds: 1 }),
      [`${SCHEMA}: Field 'TimeoutSeconds' is not supported at /States/A`],
    ],
    ['Catch on a Pass state', pass({ Catch: [] }), [`${SCHEMA}: Field 'Catch' is not supported at /States/A`]],
    [
      'a field of JSONPath',
      pass({ ResultPath: '$' }),
      [
        `${SCHEMA}: The QueryLanguage is set to 'JSONata', but field 'ResultPath' is only supported for the 'JSONPath' QueryLanguage at /States/A`,
      ],
    ],
    [
      'JSONPath',
      { StartAt: 'A', States: { A: { Type: 'Succeed' } } },
      [
        `${SCHEMA}: The state's QueryLanguage is 'JSONPath', which the sandbox does not run: set 'QueryLanguage' to 'JSONata' in the definition or in the state at /States/A`,
      ],
    ],
    [
      'JSONPath in a JSONata machine',
      pass({ QueryLanguage: 'JSONPath' }),
      [`${SCHEMA}: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A`],
    ],
    [
      'an unknown resource',
      machine({ A: task({ Resource: 'arn:nobody', End: true }) }),
      [`${SCHEMA}: not known at /States/A/Resource`],
    ],
    [
      'a reserved variable',
      pass({ Assign: { states: 1 } }),
      [`${SCHEMA}: Variable name 'states' is reserved at /States/A/Assign`],
    ],
    [
      'Seconds and Timestamp',
      machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: '2026-11-23T12:00:00Z', End: true } }),
      [`${SCHEMA}: There should be exactly one of the following fields: [Seconds, Timestamp] at /States/A`],
    ],
    [
      'a negative number',
      machine({ A: { Type: 'Wait', Seconds: -1, End: true } }),
      [`${SCHEMA}: Minimum value is 0 at /States/A/Seconds`],
    ],
    [
      'a retrier that waits too long',
      machine({ A: task({ Retry: [{ ErrorEquals: ['E'], MaxDelaySeconds: 31_622_400 }], End: true }) }),
      [`${SCHEMA}: Maximum value is 31622399 at /States/A/Retry[0]/MaxDelaySeconds`],
    ],
    [
      'a machine without time',
      machine({ A: { Type: 'Succeed' } }, { TimeoutSeconds: 0 }),
      [`${SCHEMA}: Minimum value is 1 at /TimeoutSeconds`],
    ],
    [
      'an Error that is no text',
      machine({ A: { Type: 'Fail', Error: { name: 'E' }, Cause: 1 } }),
      [
        `${SCHEMA}: Expected value of type String at /States/A/Error`,
        `${SCHEMA}: Expected value of type String at /States/A/Cause`,
      ],
    ],
    ...['constructor', ['Pass'], undefined].map((Type): [string, object, string[]] => [
      `the type ${JSON.stringify(Type)}`,
      machine(
        { A: { Type, End: true }, B: { Type: 'Succeed' } },
        { StartAt: 'B', States: { A: { Type }, B: { Type: 'Succeed' } } },
      ),
      [
        `${SCHEMA}: Value is not one of: Pass, Succeed, Fail, Wait, Choice, Task, Parallel, Map at /States/A/Type`,
        'MISSING_TRANSITION_TARGET: State "A" is not reachable. at /States/A',
      ],
    ]),
    [
      'a state name used twice',
      machine({ A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }], End: true } }),
      ['DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Branches[0]/States/A'],
    ],
    [
      'a distributed Map',
      machine({
        A: {
          Type: 'Map',
          ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'P', States: { P: { Type: 'Succeed' } } },
          End: true,
        },
      }),
      [
        `${SCHEMA}: The sandbox runs inline Map states only, not 'DISTRIBUTED' at /States/A/ItemProcessor/ProcessorConfig/Mode`,
      ],
    ],
    [
      'a mode that is none',
      machine({
        A: {
          Type: 'Map',
          ItemProcessor: { ProcessorConfig: { Mode: {} }, StartAt: 'P', States: { P: { Type: 'Succeed' } } },
          End: true,
        },
      }),
      [`${SCHEMA}: Value is not one of: INLINE, DISTRIBUTED at /States/A/ItemProcessor/ProcessorConfig/Mode`],
    ],
  ])('%s', (_, definition, expected) => {
    expect(faults(definition)).toEqual(expected);
  });

  it('is looked at in machines within machines', () => {
    const innermost = { StartAt: 'C', States: { C: { Type: 'Pass', Next: 'NOPE' }, D: { Type: 'Succeed' } } };
    const inner = { StartAt: 'B', States: { B: { Type: 'Map', ItemProcessor: innermost, End: true } } };
    expect(faults(machine({ A: { Type: 'Parallel', Branches: [inner], End: true } }))).toEqual([
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Branches[0]/States/B/ItemProcessor/States/C/Next",
    ]);
  });

  it('tells all faults at once', () => {
    expect(faults(pass({ Output: ['{% a %}', '{% b %}'], Nonsense: 1 }))).toHaveLength(3);
  });

  it('a state may choose JSONata by itself; the states inside a Map follow the machine', () => {
    const own = { A: { Type: 'Succeed', QueryLanguage: 'JSONata' } };
    expect(faults({ StartAt: 'A', States: own })).toEqual([]);
    const map = {
      A: {
        Type: 'Map',
        QueryLanguage: 'JSONata',
        ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Succeed' } } },
        End: true,
      },
    };
    expect(faults({ StartAt: 'A', States: map })).toHaveLength(1);
  });
});
