import type { Promised } from './promised.ts';

/**
 * From the moment at which a pause is written to the one at which its end begins to be, EC2 gets no Accept, no Reject and no change of allowed
 * principals from us. Excepted is a call that was under way: whoever makes it had read the modes before.
 *
 * Judged are the calls of histories with a pause, and each request that came before the end of one.
 */
export const standsStillWhilePaused: Promised = {
  name: 'stands still while paused',
  judge: ({ registry, requests, writeWatch: { writes } }) => {
    const isPausedAfter = (mark: number) =>
      registry.between(mark, Number.POSITIVE_INFINITY).some(({ paused }) => paused.size > 0);
    const waiting = requests.filter(({ created }) => isPausedAfter(created.mark));
    const broken = writes.flatMap(({ action, since, mark }) =>
      registry.between(since.mark, mark).every(({ paused }) => paused.size > 0)
        ? [`${action} was called during a pause`]
        : [],
    );
    return { judged: waiting.length + (isPausedAfter(0) ? writes.length : 0), broken };
  },
};
