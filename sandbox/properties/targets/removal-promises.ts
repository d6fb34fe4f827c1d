import type { Played, TargetsPlayed } from '../play.ts';
import type { Promised } from '../promised.ts';
import { truthOf } from '../registry-truth.ts';
import {
  answersDuring,
  isPlausible,
  isWithdrawal,
  type OwnWrite,
  ownWrites,
  seenTargets,
  wasNeverHealthy,
} from './one-write.ts';

/** What holds where a binding does not say: README, "Targets follow their source". */
const USUAL = { minHealthy: 1, maxRemovalRatio: 0.5, misses: 3 } as const;

/** Judges each of our calls that took targets away, but for those that took back what never got healthy. */
const atEachRemoval =
  (
    name: string,
    breach: (targets: TargetsPlayed, write: OwnWrite, played: Played) => readonly string[],
  ): Promised['judge'] =>
  (played) => {
    const { targets } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    const removals = ownWrites(played).filter(
      (write) => write.action === 'deregister' && write.isDone && !isWithdrawal(targets, write),
    );
    const broken = removals.flatMap((write) =>
      breach(targets, write, played).map((words) => `${write.binding.name} (${name}): ${words}`),
    );
    return { judged: removals.length, broken };
  };

/** Whether we took a target away since a plan was made, or just before: it counts as gone, whatever a read says. */
const isTakenByUs = ({ watch }: TargetsPlayed, { from, mark, targetGroupArn }: OwnWrite, key: string): boolean =>
  watch.writes.some(
    (write) =>
      write.by === 'us' &&
      write.action === 'deregister' &&
      write.isDone &&
      write.targetGroupArn === targetGroupArn &&
      write.at >= from &&
      write.mark < mark &&
      write.targets.some(({ id, port }) => key.endsWith(` ${id}:${port}`)),
  );

/**
 * What we deregister leaves as many healthy targets as the binding wants, in all, and in each zone that a healthy one goes from, where cross-zone
 * load balancing is off. Judged by the truth at the call: a target that got ill or was taken away by a person since the plan looked counts as
 * healthy still; one that was not healthy throughout is no loss.
 */
const keepsTheFloor: Promised = {
  name: 'keeps enough targets healthy',
  judge: atEachRemoval('floor', (targets, write, { history }) => {
    const { binding, keys } = write;
    const minimum = binding.minHealthy ?? USUAL.minHealthy;
    const seen = seenTargets(targets, write);
    const lost = seen.filter(({ key, states }) => keys.includes(key) && states.every((state) => state === 'healthy'));
    if (lost.length === 0) return [];
    const left = seen.filter(
      ({ key, states }) => !keys.includes(key) && states.includes('healthy') && !isTakenByUs(targets, write, key),
    );
    const group = history.estate?.groups.find(({ name }) => name === binding.group);
    const zones = group?.isCrossZone === true ? [] : [...new Set(lost.map(({ zone }) => zone))];
    return [
      ...(left.length < minimum ? [`${left.length} healthy targets are left of ${minimum}`] : []),
      ...zones.flatMap((zone) => {
        const here = left.filter((target) => target.zone === zone).length;
        return here < minimum ? [`${here} healthy targets are left in ${zone} of ${minimum}`] : [];
      }),
    ];
  }),
};

/** One call takes no more of the registered targets away than the binding's share, but one always. */
const takesAShareOnly: Promised = {
  name: 'takes away no more than a share at once',
  judge: atEachRemoval('share', (targets, write) => {
    const { binding, keys } = write;
    const registered = seenTargets(targets, write).filter(({ states }) => states.some((state) => state !== 'draining'));
    const share = Math.floor(registered.length * (binding.maxRemovalRatio ?? USUAL.maxRemovalRatio));
    return keys.length > Math.max(1, share) ? [`${keys.length} of ${registered.length} went at once`] : [];
  }),
};

/**
 * No target goes before as many looks of the watch in a row as the binding wants were answered, and none of the answers named it; nor while a
 * network interface of the proxy has its address, unless it was unhealthy.
 */
const hearsBothWitnesses: Promised = {
  name: 'removes only what both witnesses let go',
  judge: atEachRemoval('witnesses', (targets, write) => {
    const { binding, keys, mark, plan } = write;
    const hostName = targets.hostNameOf(binding.source) ?? '';
    const needed = binding.missesBeforeRemoval ?? USUAL.misses;
    const seen = seenTargets(targets, write);
    return keys.flatMap((key) => {
      const target = seen.find((each) => each.key === key);
      if (target === undefined) return [];
      const { address, states } = target;
      const looks = targets.watch.looks.filter((look) => look.begun.mark < (plan.ended?.mark ?? mark));
      const named = looks.findLast((look) => answersDuring(targets, hostName, look).includes(address));
      const missed = looks.filter(
        (look) => look.begun.mark > (named?.begun.mark ?? 0) && answersDuring(targets, hostName, look).length > 0,
      );
      const had =
        plan.interfaces.has(address) && write.interfaces.has(address) && states.every((state) => state === 'healthy');
      return [
        ...(missed.length < needed ? [`DNS missed ${address} ${missed.length} times of ${needed}`] : []),
        ...(had ? [`${address} went, and a network interface had it`] : []),
      ];
    });
  }),
};

/** What a run registered is healthy, or gone again, before it takes anything away, and what DNS named when it planned is registered. */
const makesBeforeItBreaks: Promised = {
  name: 'registers, and sees it healthy, before it deregisters',
  judge: atEachRemoval('make before break', (targets, write, { history, registry }) => {
    if (history.estate?.elbv2.limits !== undefined) return [];
    const { watch } = targets;
    const { execution, mark, plan, targetGroupArn, binding } = write;
    const made = watch.writes.filter(
      (each) => each.execution === execution && each.action === 'register' && each.isDone && each.mark < mark,
    );
    const named = answersDuring(targets, targets.hostNameOf(binding.source), plan);
    const waiting = made.flatMap((each) =>
      each.targets.flatMap((target) => {
        const key = `${targetGroupArn} ${target.id}:${target.port}`;
        const now = watch.statesOf(key, write.at, mark).at(-1);
        const isOpen = now === 'initial' || now === 'unhealthy';
        // Whom DNS names no longer, nobody waits for.
        return isOpen && named.includes(target.id) && wasNeverHealthy(targets, key, write.at)
          ? [`${target.id} was not healthy yet`]
          : [];
      }),
    );
    // What people set since the plan was made may keep it from adding.
    const isAdding = registry
      .between(plan.begun.mark, mark)
      .every((truth) => truthOf(truth, binding.service).modes['targets-add'] === 'enforce');
    const known = new Set(seenTargets(targets, write).map(({ address }) => address));
    const wanted = [...new Set(named)].filter((address) => isPlausible(address) && !write.refused.has(address));
    const absent = isAdding ? wanted.filter((address) => !known.has(address)) : [];
    return [...waiting, ...absent.map((address) => `${address} was named and not registered`)];
  }),
};

/** What is promised of what we take away. */
export const REMOVAL_PROMISES: readonly Promised[] = [
  keepsTheFloor,
  takesAShareOnly,
  hearsBothWitnesses,
  makesBeforeItBreaks,
];
