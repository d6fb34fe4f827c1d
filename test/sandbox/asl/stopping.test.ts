import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/asl/definition.ts';
import type { TaskPort } from '../../../sandbox/asl/execution-options.ts';
import { failure, machine, prepare, START, task, type World } from './run-definition.ts';

const one = (name: string, state: object): object => ({ StartAt: name, States: { [name]: { ...state, End: true } } });

/** Everything that can be under way at once: a token, a call, waits, and a pause before a retry. */
const BUSY = machine(
  {
    All: {
      Type: 'Parallel',
      Branches: [
        one(
          'Token',
          task({
            Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
            Arguments: { token: '{% $states.context.Task.Token %}' },
            HeartbeatSeconds: 40,
            TimeoutSeconds: 50,
          }),
        ),
        one('Call', task({ Arguments: { call: true }, TimeoutSeconds: 60 })),
        one('Retrying', task({ Arguments: { fail: true }, Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 100 }] })),
        one('Each', {
          Type: 'Map',
          Items: [1, 2, 3],
          MaxConcurrency: 2,
          ItemProcessor: one('Waiting', { Type: 'Wait', Seconds: 70 }),
        }),
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      Next: 'Caught',
    },
    Caught: { Type: 'Succeed' },
  },
  { TimeoutSeconds: 20 },
);

const busyWorld = (): { world: World; token: () => string; asked: Json[] } => {
  let token = '';
  const asked: Json[] = [];
  const tasks: TaskPort = async ({ arguments: given }) => {
    asked.push(given);
    const { token: sent, fail, call } = given as { token?: string; fail?: boolean; call?: boolean };
    token = sent ?? token;
    if (fail === true) throw failure('E');
    if (call === true) await world.clock.sleep(5000); // answers although nobody listens any more
    return {};
  };
  const world = prepare(BUSY, { tasks });
  return { world, token: () => token, asked };
};

describe('while much is under way', () => {
  it('StopExecution ends it at once: nothing is recorded or asked after, no timer is left, the token is gone', async () => {
    const { world, token, asked } = busyWorld();
    const { clock, execution, tokens } = world;
    execution.start();
    await clock.run(undefined, START + 1000);
    execution.stop('E', 'c');
    const { status, events } = await execution.result;
    expect([status, events.at(-1)?.type]).toEqual(['ABORTED', 'ExecutionAborted']);
    const count = events.length;
    await clock.run();
    expect(clock.now()).toBe(START + 5000); // the call under way came back; nothing else was waited for
    expect(events).toHaveLength(count);
    expect(asked).toHaveLength(3);
    expect(tokens.answer(token(), { kind: 'success', output: '1' })).toBe('gone');
    expect(tokens.heartbeat(token())).toBe('gone');
  });

  it('the execution’s time-out does the same', async () => {
    const { world, token } = busyWorld();
    const { clock, execution, tokens } = world;
    execution.start();
    await clock.run();
    expect(clock.now()).toBe(START + 20_000);
    const { status, events } = await execution.result;
    expect([status, events.at(-1)?.type]).toEqual(['TIMED_OUT', 'ExecutionTimedOut']);
    expect(tokens.heartbeat(token())).toBe('gone');
  });
});

/** Lets `count` microtasks pass. */
const microtasks = async (count: number): Promise<void> => {
  for (let passed = 0; passed < count; passed += 1) await Promise.resolve();
};
const MOMENTS = Array.from({ length: 60 }, (_, moment) => moment);

describe('at whatever moment', () => {
  it('between the iterations of a Map state it is stopped, no further one begins', async () => {
    for (const moment of MOMENTS) {
      const asked: number[] = [];
      let askedWhenStopped: number | undefined;
      const world = prepare(
        machine({
          A: {
            Type: 'Map',
            Items: [0, 1, 2, 3],
            MaxConcurrency: 1,
            ItemProcessor: one('T', task({ Arguments: '{% $states.input %}' })),
            End: true,
          },
        }),
        {
          tasks: async ({ arguments: item }) => {
            asked.push(Number(item));
            await world.clock.sleep(1000);
            if (item === 1) {
              void microtasks(moment).then(() => {
                askedWhenStopped = asked.length;
                world.execution.stop('E', 'c');
              });
            }
            return item;
          },
        },
      );
      world.execution.start();
      await world.clock.run();
      const { events, status } = await world.execution.result;
      expect([status, events.at(-1)?.type, asked.length], `after ${moment} microtasks`).toEqual([
        'ABORTED',
        'ExecutionAborted',
        askedWhenStopped,
      ]);
      // Where the next call was made already, it came back after a second, to nobody.
      expect(world.clock.now()).toBe(START + asked.length * 1000);
    }
  });

  it('a heartbeat comes after the stop, it starts no timer', async () => {
    for (const moment of MOMENTS) {
      const { world, token } = busyWorld();
      const { clock, execution, tokens } = world;
      execution.start();
      await clock.run(undefined, START + 10_000);
      execution.stop('E', 'c');
      await microtasks(moment);
      tokens.heartbeat(token());
      await clock.run();
      expect(clock.now(), `after ${moment} microtasks`).toBe(START + 10_000);
    }
  });
});
