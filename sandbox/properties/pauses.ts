import type { Promised } from './promised.ts';
import { isPaused, type RegistryTruth } from './registry-truth.ts';

/** Whether a call was during a pause of whatever it was about; one about no service of the history is about none. */
const isDuring = (truth: RegistryTruth, service: string | undefined): boolean =>
  service === undefined ? truth.isAllPaused : isPaused(truth, service);

/**
 * From the moment at which a pause is written to the one at which its end begins to be, EC2 gets no Accept, no Reject and no change of allowed
 * principals from us. Excepted is a call that was under way: whoever makes it had read the modes before.
 *
 * Judged are the calls of histories with a pause, and each request that came before the end of one.
 */
export const standsStillWhilePaused: Promised = {
  name: 'stands still while paused',
  judge: ({ registry, requests, serviceNamed, writeWatch }) => {
    const writes = writeWatch.writes.map((write) => ({ ...write, service: serviceNamed(write.serviceId) }));
    const isPausedAfter = (mark: number, service: string | undefined) =>
      registry.between(mark, Number.POSITIVE_INFINITY).some((truth) => isDuring(truth, service));
    const waiting = requests.filter(({ created, service }) => isPausedAfter(created.mark, service));
    const broken = writes.flatMap(({ action, service, since, mark }) =>
      registry.between(since.mark, mark).every((truth) => isDuring(truth, service))
        ? [`${action} was called for ${service} during a pause`]
        : [],
    );
    const touched = writes.filter(({ service }) => isPausedAfter(0, service));
    return { judged: waiting.length + touched.length, broken };
  },
};
