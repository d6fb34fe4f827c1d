import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/asl/definition.ts';
import { failure, finish, machine, prepare, run, task } from './run-definition.ts';

const processor = (state: object): object => ({ StartAt: 'P', States: { P: { End: true, ...state } } });
const wait = (name: string, Seconds: number, rest: object = { End: true }): object => ({
  StartAt: name,
  States: {
    [name]: { Type: 'Wait', Seconds, ...rest },
    ...('Next' in rest ? { Boom: { Type: 'Fail', Error: 'Boom', Cause: 'c' } } : {}),
  },
});

describe('Parallel', () => {
  it('gives the outputs in the order of its branches, after the slowest', async () => {
    const ran = await run(
      machine({
        A: {
          Type: 'Parallel',
          Arguments: { n: 1 },
          Branches: [wait('Slow', 9), wait('Fast', 1)],
          Output: '{% $states.result.n %}',
          End: true,
        },
      }),
    );
    expect(ran).toMatchObject({ output: [1, 1], seconds: 9 });
  });

  it('fails with its first branch that fails, and aborts the others', async () => {
    const world = prepare(
      machine({ A: { Type: 'Parallel', Branches: [wait('Slow', 9), wait('Fast', 1, { Next: 'Boom' })], End: true } }),
    );
    const ran = await finish(world);
    await world.clock.run();
    expect(ran).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'c', seconds: 1 });
    expect(world.execution.history.events.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'ParallelStateEntered', 'ParallelStateStarted', 'WaitStateEntered', 'WaitStateEntered'],
      ...['WaitStateExited', 'FailStateEntered', 'WaitStateAborted', 'ParallelStateFailed', 'ExecutionFailed'],
    ]);
  });

  it('is retried and caught as a whole', async () => {
    let count = 0;
    const ran = await run(
      machine({
        A: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'T', States: { T: task({ End: true }) } }],
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['E'], Next: 'B' }],
          Next: 'B',
        },
        B: { Type: 'Succeed' },
      }),
      {
        tasks: async () => {
          count += 1;
          throw failure('E');
        },
      },
    );
    expect([count, ran.output]).toEqual([2, { Error: 'E', Cause: 'because' }]);
    expect(ran.types.filter((type) => type.startsWith('ParallelState'))).toEqual([
      ...['ParallelStateEntered', 'ParallelStateStarted', 'ParallelStateStarted'],
      ...['ParallelStateFailed', 'ParallelStateExited'],
    ]);
  });
});

describe('Map', () => {
  it('keeps to its MaxConcurrency', async () => {
    const waiting = {
      Type: 'Map',
      Items: [1, 2, 3, 4, 5],
      ItemProcessor: processor({ Type: 'Wait', Seconds: 10 }),
      End: true,
    };
    expect((await run(machine({ A: { ...waiting, MaxConcurrency: 2 } }))).seconds).toBe(30);
    expect((await run(machine({ A: { ...waiting, MaxConcurrency: '{% 1 %}' } }))).seconds).toBe(50);
    expect((await run(machine({ A: waiting }))).seconds).toBe(10);
    const many: Json = Array.from({ length: 41 }, (_, index) => index);
    expect((await run(machine({ A: { ...waiting, Items: many } }))).seconds).toBe(20);
  });

  it('gives its items to ItemSelector, in their order', async () => {
    const ran = await run(
      machine({
        A: {
          Type: 'Map',
          Items: '{% $states.input.names %}',
          ItemSelector: {
            i: '{% $states.context.Map.Item.Index %}',
            v: '{% $states.context.Map.Item.Value & $states.input.suffix %}',
          },
          ItemProcessor: processor({ Type: 'Pass' }),
          End: true,
        },
      }),
      { input: { names: ['a', 'b'], suffix: '!' } },
    );
    expect(ran.output).toEqual([
      { i: 0, v: 'a!' },
      { i: 1, v: 'b!' },
    ]);
  });

  const odd = processor({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: '{% $states.input %}',
  });
  const failOdd = async ({ arguments: item }: { arguments: Json }) => {
    if (Number(item) % 2 === 1) throw failure('Odd');
    return item;
  };

  it('fails with its first item that fails', async () => {
    const ran = await run(
      machine({ A: { Type: 'Map', Items: [2, 1], MaxConcurrency: 1, ItemProcessor: odd, End: true } }),
      {
        tasks: failOdd,
      },
    );
    expect(ran).toMatchObject({ status: 'FAILED', error: 'Odd' });
    expect(ran.types.slice(-4)).toEqual(['TaskFailed', 'MapIterationFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  it.each([
    [{ ToleratedFailureCount: 2 }, [2, 4]],
    [{ ToleratedFailureCount: 1 }, 'States.ExceedToleratedFailureThreshold'],
    [{ ToleratedFailurePercentage: 50 }, [2, 4]],
    [{ ToleratedFailurePercentage: '{% 49 %}' }, 'States.ExceedToleratedFailureThreshold'],
    [{ ToleratedFailurePercentage: '{% 101 %}' }, 'States.QueryEvaluationError'],
  ])('with %j', async (fields, outcome) => {
    const ran = await run(
      machine({ A: { Type: 'Map', Items: [1, 2, 3, 4], MaxConcurrency: 1, ItemProcessor: odd, End: true, ...fields } }),
      { tasks: failOdd },
    );
    expect(ran.output ?? ran.error).toEqual(outcome);
  });

  it('aborts the iterations that are under way', async () => {
    const ran = await run(machine({ A: { Type: 'Map', Items: [0, 1], ItemProcessor: odd, End: true } }), {
      tasks: async ({ arguments: item }) => (item === 0 ? new Promise(() => undefined) : Promise.reject(failure('E'))),
    });
    expect(ran.types.slice(-6)).toEqual([
      ...['TaskFailed', 'MapIterationFailed', 'TaskStateAborted', 'MapIterationAborted'],
      ...['MapStateFailed', 'ExecutionFailed'],
    ]);
  });

  it('evaluates an ItemSelector within its iteration', async () => {
    const ItemSelector = { x: '{% $no %}' };
    const ran = await run(
      machine({ A: { Type: 'Map', Items: [1], ItemSelector, ItemProcessor: processor({ Type: 'Pass' }), End: true } }),
    );
    expect(ran.cause).toContain("specified for the field 'ItemSelector/x' returned nothing");
    expect(ran.types.slice(2)).toEqual([
      ...['MapStateStarted', 'MapIterationStarted', 'EvaluationFailed', 'MapIterationFailed'],
      ...['MapStateFailed', 'ExecutionFailed'],
    ]);
  });

  it('links the events of an iteration to one another', async () => {
    const ran = await run(
      machine({ A: { Type: 'Map', Items: [1, 2], ItemProcessor: processor({ Type: 'Pass' }), End: true } }),
    );
    const started = ran.events.filter(({ type }) => type === 'MapIterationStarted');
    expect(started.map(({ previousEventId }) => previousEventId)).toEqual([3, 3]);
    for (const { id } of started) {
      expect(ran.events.find(({ previousEventId }) => previousEventId === id)?.type).toBe('PassStateEntered');
    }
  });
});
