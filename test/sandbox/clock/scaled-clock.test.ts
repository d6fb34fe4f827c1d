import { afterEach, expect, it, vi } from 'vitest';
import { ScaledClock } from '../../../sandbox/clock/scaled-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it("a timer of the machine that fires early - what is due is not done before its time by the clock's own now", async () => {
  const clock = new ScaledClock(20);
  const armed = vi.spyOn(globalThis, 'setTimeout');
  const real = armed.getMockImplementation() ?? setTimeout;
  armed.mockImplementationOnce((task: () => void) => real(task, 0));
  const due = clock.now() + 400;

  const done = await new Promise<number>((resolve) => clock.after(400, () => resolve(clock.now())));
  expect(done).toBeGreaterThanOrEqual(due);
  expect(armed.mock.calls.length).toBeGreaterThanOrEqual(2);
});
