import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import type { FunctionInstance, InvocationResult, LogSink } from '../../../sandbox/run/function-host.ts';
import { InstancePool } from '../../../sandbox/run/instance-pool.ts';

const MINUTE = 60_000;

/** A pool of instances that answer with their number when they are told to. */
const pool = (limit = 10) => {
  const clock = new VirtualClock(0);
  const answers: (() => void)[] = [];
  const killed: number[] = [];
  const heard: string[] = [];
  let started = 0;
  const start = (log: LogSink): FunctionInstance => {
    const number = started++;
    let alive = true;
    return {
      get alive() {
        return alive;
      },
      invoke: ({ payload }) =>
        new Promise<InvocationResult>((resolve) => {
          log(`${number} got ${payload}`);
          answers.push(() => resolve({ payload: String(number) }));
        }),
      kill: () => {
        alive = false;
        killed.push(number);
      },
    };
  };
  const instances = new InstancePool({ start, log: (line) => heard.push(line), clock, limit });
  const turn = (): Promise<unknown> => clock.run();
  return {
    clock,
    killed,
    heard,
    instances,
    turn,
    begin: (payload = '') => instances.invoke({ requestId: 'r', invokedFunctionArn: 'a', payload }),
    answer: () => answers.shift()?.(),
    started: () => started,
  };
};

describe('a pool of execution environments', () => {
  it('starts one instance for each concurrent invocation and uses an idle one again', async () => {
    const { begin, answer, started } = pool();
    const both = [begin(), begin()];
    expect(started()).toBe(2);
    answer();
    answer();
    expect((await Promise.all(both)).map(({ payload }) => payload)).toEqual(['0', '1']);
    const third = begin();
    answer();
    expect((await third).payload).toBe('1');
    expect(started()).toBe(2);
  });

  it('lets invocations above its limit wait in order', async () => {
    const { begin, answer, started, turn, heard } = pool(1);
    const results = [begin('a'), begin('b'), begin('c')];
    for (let n = 0; n < 3; n += 1) {
      answer();
      await turn();
    }
    expect((await Promise.all(results)).map(({ lines }) => lines)).toEqual([['0 got a'], ['0 got b'], ['0 got c']]);
    expect(heard).toEqual(['0 got a', '0 got b', '0 got c']);
    expect(started()).toBe(1);
  });

  it('throws away an instance that was idle for ten minutes', async () => {
    const { begin, answer, started, killed, clock } = pool();
    const first = begin();
    answer();
    await first;
    await clock.run(() => false, 10 * MINUTE + 1);
    const second = begin();
    answer();
    expect((await second).payload).toBe('1');
    expect({ started: started(), killed }).toEqual({ started: 2, killed: [0] });
  });

  it('does not use an instance that died while it was idle', async () => {
    const { begin, answer, started, instances } = pool();
    const first = begin();
    answer();
    await first;
    expect(instances.kill()).toBe(1);
    const second = begin();
    answer();
    expect((await second).payload).toBe('1');
    expect(started()).toBe(2);
  });

  it('once retired ends what is idle at once, and what is busy when it has answered', async () => {
    const { begin, answer, instances, killed } = pool();
    const idle = begin();
    const busy = begin();
    answer();
    await idle;
    instances.retire();
    expect(killed).toEqual([0]);
    answer();
    expect((await busy).payload).toBe('1');
    expect(killed).toEqual([0, 1]);
  });
});
