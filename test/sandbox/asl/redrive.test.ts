import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/asl/definition.ts';
import type { TaskPort } from '../../../sandbox/asl/execution-options.ts';
import { failure, finish, machine, prepare, task, type World } from './run-definition.ts';

/** A task whose argument is the name that the stub answers for. */
const step = (name: string, fields: object = { End: true }): object => task({ Arguments: name, ...fields });

/** Answers each name with itself, but rejects as often as `failing` says; `asked` are the names in order. */
const flaky = (failing: Record<string, number>): { tasks: TaskPort; asked: string[] } => {
  const asked: string[] = [];
  const left = new Map(Object.entries(failing));
  const tasks: TaskPort = async ({ arguments: given }) => {
    const name = JSON.stringify(given).slice(1, -1);
    asked.push(name);
    const fails = left.get(name) ?? 0;
    if (fails === 0) return `${name} ${asked.length}`;
    left.set(name, fails - 1);
    throw failure('E');
  };
  return { tasks, asked };
};

/** Ends the execution, then goes on after a redrive; what came after it. */
const redrive = async (world: World) => {
  const { length } = (await finish(world)).events;
  world.execution.redrive();
  const ran = await finish(world);
  const after = ran.events.slice(length);
  return {
    ...ran,
    after: after.map(({ type, id, previousEventId }) => `${id}<${previousEventId} ${type}`),
    events: after,
  };
};

// The ids and what they follow are as recorded on AWS: github.com/radkawar/stackd,
// testdata/aws/stepfunctions/redrive_execution.json, with Activities in the place of tasks.
describe('a redrive', () => {
  it('schedules the failed task again, without entering its state, with the same input and variables', async () => {
    const { tasks, asked } = flaky({ B: 1 });
    const definition = machine({
      A: step('A', { Assign: { kept: '{% $states.result %}' }, Output: { from: 'A' }, Next: 'B' }),
      B: step('B', { Output: { input: '{% $states.input %}', kept: '{% $kept %}' }, End: true }),
    });
    const ran = await redrive(prepare(definition, { tasks }));
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { input: { from: 'A' }, kept: 'A 1' } });
    expect(asked).toEqual(['A', 'B', 'B']);
    expect(ran.after).toEqual([
      '12<11 ExecutionRedriven',
      '13<7 TaskScheduled',
      '14<13 TaskStarted',
      '15<14 TaskSucceeded',
      '16<15 TaskStateExited',
      '17<16 ExecutionSucceeded',
    ]);
    expect(ran.events[0]).toMatchObject({ executionRedrivenEventDetails: { redriveCount: 1 } });
  });

  it('is in the context, where the state keeps the time at which it was entered', async () => {
    const Arguments = { of: '{% $states.context.Execution %}', state: '{% $states.context.State %}' };
    const seen: Json[] = [];
    const world = prepare(machine({ A: task({ Arguments, End: true }) }), {
      tasks: async ({ arguments: given }) => {
        seen.push(given);
        await world.clock.sleep(1000);
        throw failure('E');
      },
    });
    await redrive(world);
    world.execution.redrive();
    expect(seen.map((each) => (each as { of: Json }).of)).toMatchObject([
      { RedriveCount: 0 },
      { RedriveCount: 1, RedriveTime: '2026-11-23T12:00:01.000Z' },
    ]);
    expect((seen[1] as { state: Json }).state).toEqual({
      Name: 'A',
      EnteredTime: '2026-11-23T12:00:00.000Z',
      RetryCount: 0,
    });
    expect(world.execution.redriveCount).toBe(2);
  });

  it('allows all retries again', async () => {
    const { tasks, asked } = flaky({ A: 4 });
    const Retry = [{ ErrorEquals: ['E'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const ran = await redrive(prepare(machine({ A: step('A', { Retry, End: true }) }), { tasks }));
    expect([ran.status, asked.length]).toEqual(['FAILED', 4]);
  });

  it('of a Fail state fails again, and nothing is recorded in between', async () => {
    const ran = await redrive(prepare(machine({ A: { Type: 'Fail', Error: 'E' } })));
    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'E',
      after: ['4<3 ExecutionRedriven', '5<4 ExecutionFailed'],
    });
  });

  it('decides a Choice again', async () => {
    const ran = await redrive(
      prepare(
        machine({
          A: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.context.Execution.RedriveCount > 0 %}', Next: 'B' }],
          },
          B: { Type: 'Succeed' },
        }),
      ),
    );
    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.after.slice(0, 2)).toEqual(['4<3 ExecutionRedriven', '5<2 ChoiceStateExited']);
  });

  it('runs of a Parallel state only the branches that failed or were aborted', async () => {
    const { tasks, asked } = flaky({ bad: 1 });
    const definition = machine({
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Good', States: { Good: step('good') } },
          { StartAt: 'Bad', States: { Bad: step('bad') } },
          {
            StartAt: 'Before',
            States: {
              Before: step('before', { Next: 'Slow' }),
              Slow: { Type: 'Wait', Seconds: 9, Next: 'After' },
              After: step('after'),
            },
          },
        ],
        End: true,
      },
    });
    const ran = await redrive(prepare(definition, { tasks }));
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: ['good 1', 'bad 4', 'after 5'], seconds: 9 });
    expect(asked).toEqual(['good', 'bad', 'before', 'bad', 'after']);
    expect(ran.after.some((event) => /ParallelState(Entered|Started)/.test(event))).toBe(false);
  });

  it('runs of a Map state what failed and what had not begun, on the same items', async () => {
    const { tasks, asked } = flaky({ b: 2 });
    const definition = machine({
      M: {
        Type: 'Map',
        Items: "{% $append(['a', 'b', 'c'], $string($random())) %}",
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'T', States: { T: task({ Arguments: '{% $states.input %}', End: true }) } },
        End: true,
      },
    });
    const world = prepare(definition, { tasks });
    const first = await redrive(world);
    expect(first.after).toEqual([
      '19<18 ExecutionRedriven',
      '20<12 TaskScheduled',
      '21<20 TaskStarted',
      '22<21 TaskFailed',
      '23<22 MapIterationFailed',
      '24<23 MapStateFailed',
      '25<24 ExecutionFailed',
    ]);
    world.execution.redrive();
    const second = await finish(world);
    expect(second.status).toBe('SUCCEEDED');
    expect(second.output).toEqual(['a 1', 'b 4', 'c 5', `${asked[5]} 6`]);
    expect(asked.slice(0, 5)).toEqual(['a', 'b', 'b', 'b', 'c']);
    expect(second.types.filter((type) => type === 'MapIterationStarted')).toHaveLength(4);
  });

  it('begins a Parallel state anew where its output was too large', async () => {
    const { tasks, asked } = flaky({});
    const definition = machine({
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'A', States: { A: step('A') } }],
        Output: "{% $states.context.Execution.RedriveCount = 0 ? $string([1..60000]) : 'small' %}",
        End: true,
      },
    });
    const ran = await redrive(prepare(definition, { tasks }));
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: 'small' });
    expect(asked).toEqual(['A', 'A']);
    expect(ran.after[1]).toMatch(/ParallelStateStarted$/);
  });

  it('after a time-out has the whole time again', async () => {
    const wait = {
      A: { Type: 'Wait', Timestamp: '2026-11-23T12:00:12Z', Next: 'B' },
      B: { Type: 'Wait', Seconds: 6, End: true },
    };
    const world = prepare(machine(wait, { TimeoutSeconds: 10 }));
    const ran = await redrive(world);
    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 18 });
    expect(ran.after.slice(0, 2)).toEqual(['4<3 ExecutionRedriven', '5<2 WaitStateExited']);
  });

  it('of one that was stopped before it began enters its first state', async () => {
    const world = prepare(machine({ A: { Type: 'Succeed' } }));
    world.execution.stop('E', 'c');
    world.execution.redrive();
    const ran = await finish(world);
    expect(ran.types).toEqual([
      ...['ExecutionStarted', 'ExecutionAborted', 'ExecutionRedriven'],
      ...['SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded'],
    ]);
    expect(ran.events[3]?.previousEventId).toBe(0);
  });

  it('gives a task a new token; the old one is gone', async () => {
    const tokens: string[] = [];
    const world = prepare(
      machine({
        A: task({
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Arguments: '{% $states.context.Task.Token %}',
          HeartbeatSeconds: 5,
          End: true,
        }),
      }),
      {
        tasks: async ({ arguments: given }) => {
          tokens.push(given as string);
        },
      },
    );
    world.clock.after(7000, () => world.tokens.answer(tokens[1] ?? '', { kind: 'success', output: '1' }));
    await redrive(world);
    const [first = '', second = ''] = tokens;
    expect(second).not.toBe(first);
    expect(world.tokens.answer(first, { kind: 'success', output: '1' })).toBe('gone');
    expect((await world.execution.result).output).toBe('1');
  });

  it('is refused while the execution runs', () => {
    const { execution } = prepare(machine({ A: { Type: 'Succeed' } }));
    expect(() => execution.redrive()).toThrow('An execution that runs cannot be redriven.');
  });
});

/** Lets `count` microtasks pass. */
const microtasks = async (count: number): Promise<void> => {
  for (let passed = 0; passed < count; passed += 1) await Promise.resolve();
};

describe('at whatever moment it was stopped', () => {
  it('a redrive ends it with nothing lost and nothing left twice', async () => {
    const lengths = new Set<number>();
    for (let moment = 0; moment < 80; moment += 1) {
      const toStop = new Set<Json>(['A', 'y']);
      const world = prepare(
        machine({
          A: step('A', { Next: 'M' }),
          M: {
            Type: 'Map',
            Items: ['x', 'y', 'z'],
            MaxConcurrency: 2,
            ItemProcessor: { StartAt: 'T', States: { T: task({ Arguments: '{% $states.input %}', End: true }) } },
            Next: 'B',
          },
          B: step('B'),
        }),
        {
          tasks: async ({ arguments: given }) => {
            if (given !== 'A') await world.clock.sleep(1000);
            if (toStop.delete(given)) void microtasks(moment).then(() => world.execution.stop('E', 'c'));
            return given;
          },
        },
      );
      const stopped = await finish(world);
      expect(stopped.status, `after ${moment} microtasks`).toBe('ABORTED');
      lengths.add(stopped.events.length);
      let ran = stopped;
      while (ran.status === 'ABORTED') {
        world.execution.redrive();
        ran = await finish(world);
      }
      expect(ran, `after ${moment} microtasks`).toMatchObject({ status: 'SUCCEEDED', output: 'B' });
      const count = (type: string) => ran.types.filter((each) => each === type).length;
      expect(
        ['TaskStateEntered', 'TaskStateExited', 'MapIterationStarted', 'MapStateStarted'].map(count),
        `after ${moment} microtasks`,
      ).toEqual([5, 5, 3, 1]);
      expect(ran.events.every(({ id = 0, previousEventId = 0 }) => previousEventId < id)).toBe(true);
    }
    // The stops fell between different events.
    expect(lengths.size).toBeGreaterThan(5);
  });
});
