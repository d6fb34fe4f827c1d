import { describe, expect, it } from 'vitest';
import { failure, finish, machine, prepare, run, START, task } from './run-definition.ts';

/** Runs a task that fails `times` times; `asked` = the seconds at which it was asked. */
const runFailing = async (times: number, fields: object) => {
  const asked: number[] = [];
  const world = prepare(machine({ A: task({ End: true, ...fields }) }), {
    tasks: async () => {
      asked.push((world.clock.now() - START) / 1000);
      if (asked.length <= times) throw failure('Throttled');
      return { done: true };
    },
  });
  return { ran: await finish(world), asked };
};

describe('Retry', () => {
  it('waits longer each time, up to its cap, and gives up after its attempts', async () => {
    const Retry = [
      { ErrorEquals: ['Throttled'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 },
    ];
    const { ran, asked } = await runFailing(9, { Retry });
    expect(asked).toEqual([0, 2, 8, 26, 46]);
    expect(ran).toMatchObject({ status: 'FAILED', error: 'Throttled', cause: 'because', seconds: 46 });
  });

  it('defaults to three retries after 1, 2 and 4 seconds', async () => {
    const { asked } = await runFailing(9, { Retry: [{ ErrorEquals: ['States.ALL'] }] });
    expect(asked).toEqual([0, 1, 3, 7]);
  });

  it('with full jitter waits some part of the delay, the same part for the same seed', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 100, BackoffRate: 1, JitterStrategy: 'FULL' }];
    const first = await runFailing(3, { Retry });
    const again = await runFailing(3, { Retry });
    const waits = first.asked.slice(1).map((at, index) => at - (first.asked[index] ?? 0));
    expect(again.asked).toEqual(first.asked);
    expect(new Set(waits).size).toBe(3);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
    expect(first.ran.status).toBe('SUCCEEDED');
  });

  it('forbids with no attempts, and each retrier has its own budget', async () => {
    const forbidden = [{ ErrorEquals: ['Throttled'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }];
    expect((await runFailing(9, { Retry: forbidden })).asked).toEqual([0]);
    const names = ['A', 'B', 'A', 'B'];
    const ran = await run(
      machine({
        T: task({
          Retry: [
            { ErrorEquals: ['A'], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 },
            { ErrorEquals: ['B'], MaxAttempts: 2, IntervalSeconds: 10, BackoffRate: 1 },
          ],
          End: true,
        }),
      }),
      {
        tasks: async () => {
          const name = names.shift();
          if (name !== undefined) throw failure(name);
          return null;
        },
      },
    );
    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 22 });
  });

  it('counts in the context, and stays in the state', async () => {
    const seen: unknown[] = [];
    const ran = await run(
      machine({
        A: task({ Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['E'] }], End: true }),
      }),
      {
        tasks: async ({ arguments: count }) => {
          seen.push(count);
          if (seen.length < 3) throw failure('E');
          return count;
        },
      },
    );
    expect(seen).toEqual([0, 1, 2]);
    expect(ran.types).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskFailed'],
      ...['TaskScheduled', 'TaskStarted', 'TaskFailed', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded'],
      ...['TaskStateExited', 'ExecutionSucceeded'],
    ]);
  });
});

describe('which names cover which errors', () => {
  const catching = async (name: string, names: string[]): Promise<unknown> => {
    const Catch = [{ ErrorEquals: names, Next: 'B', Output: 'caught' }];
    const ran = await run(machine({ A: task({ Catch, End: true }), B: { Type: 'Succeed' } }), {
      tasks: async () => {
        throw failure(name);
      },
    });
    return ran.output ?? ran.error;
  };

  it.each([
    ['Own', ['Own'], 'caught'],
    ['Own', ['Other'], 'Own'],
    ['Own', ['States.ALL'], 'caught'],
    ['Own', ['States.TaskFailed'], 'caught'],
    ['States.Timeout', ['States.TaskFailed'], 'States.Timeout'],
    ['States.Timeout', ['States.ALL'], 'caught'],
    ['States.Runtime', ['States.ALL'], 'States.Runtime'],
    ['States.Runtime', ['States.Runtime'], 'States.Runtime'],
    ['States.DataLimitExceeded', ['States.ALL'], 'States.DataLimitExceeded'],
    ['States.DataLimitExceeded', ['States.TaskFailed'], 'States.DataLimitExceeded'],
    ['States.DataLimitExceeded', ['States.DataLimitExceeded'], 'caught'],
  ])('%s by %j: %s', async (name, names, outcome) => {
    expect(await catching(name, names)).toBe(outcome);
  });
});

describe('what ends the execution', () => {
  it.each(['States.Runtime', 'States.DataLimitExceeded'])('%s is not tried again by States.ALL', async (name) => {
    const asked: string[] = [];
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    const ran = await run(machine({ A: task({ Retry, End: true }) }), {
      tasks: async () => {
        asked.push(name);
        throw failure(name);
      },
    });
    expect([ran.error, asked.length]).toEqual([name, 1]);
  });

  it('ends it from inside too: neither a Parallel nor a Map state catches or tolerates it', async () => {
    const inner = { StartAt: 'T', States: { T: task({ End: true }) } };
    const Catch = [
      { ErrorEquals: ['States.Runtime'], Next: 'B' },
      { ErrorEquals: ['States.ALL'], Next: 'B' },
    ];
    for (const state of [
      { Type: 'Parallel', Branches: [inner] },
      { Type: 'Map', Items: [1, 2], ItemProcessor: inner, ToleratedFailurePercentage: 100 },
    ]) {
      const ran = await run(machine({ A: { ...state, Catch, Next: 'B' }, B: { Type: 'Succeed' } }), {
        tasks: async () => {
          throw failure('States.Runtime');
        },
      });
      expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    }
  });
});

describe('Catch', () => {
  it('takes the first that names the error, and hands on Error and Cause', async () => {
    const ran = await run(
      machine({
        A: task({
          Catch: [
            { ErrorEquals: ['Other'], Next: 'B' },
            { ErrorEquals: ['Own'], Next: 'C' },
          ],
          Next: 'B',
        }),
        B: { Type: 'Fail', Error: 'wrong way' },
        C: { Type: 'Succeed' },
      }),
      {
        tasks: async () => {
          throw failure('Own', 'why');
        },
      },
    );
    expect(ran.output).toEqual({ Error: 'Own', Cause: 'why' });
  });

  it('that cannot be evaluated fails the state, and names its place', async () => {
    const ran = await run(
      machine({
        A: task({ Catch: [{ ErrorEquals: ['States.ALL'], Output: { x: '{% $no %}' }, Next: 'B' }], Next: 'B' }),
        B: { Type: 'Succeed' },
      }),
      {
        tasks: async () => {
          throw failure('Own');
        },
      },
    );
    expect(ran.cause).toContain("'$no' specified for the field 'Catch[0]/Output/x' returned nothing");
  });

  it('sees an Output that cannot be evaluated, after the task’s success', async () => {
    const ran = await run(
      machine({
        A: task({
          Output: '{% $no %}',
          Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }],
          Next: 'B',
        }),
        B: { Type: 'Succeed' },
      }),
    );
    expect(ran.types.slice(4, 7)).toEqual(['TaskSucceeded', 'EvaluationFailed', 'TaskStateExited']);
    expect(ran.status).toBe('SUCCEEDED');
  });
});
