import type { Played, TargetsPlayed } from '../play.ts';
import type { Promised } from '../promised.ts';
import { isPaused, truthOf } from '../registry-truth.ts';
import { answersDuring, isPlausible, isWithdrawal, type OwnWrite, ownWrites } from './one-write.ts';
import { targetKey } from './targets-watch.ts';

/** Judges each of our calls that registers or deregisters targets. */
const atEachWrite =
  (breach: (targets: TargetsPlayed, write: OwnWrite, played: Played) => readonly string[]): Promised['judge'] =>
  (played) => {
    const { targets } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    const writes = ownWrites(played);
    const broken = writes.flatMap((write) =>
      breach(targets, write, played).map((words) => `${write.binding.name}: ${words}`),
    );
    return { judged: writes.length, broken };
  };

/** Whether a person said that a target is ours. */
const isAdopted = ({ watch }: TargetsPlayed, binding: string, key: string, mark: number): boolean =>
  watch.adopted.some((each) => each.binding === binding && each.mark < mark && key.includes(` ${each.address}:`));

/** Whether we registered a target at any time: whose it is once people registered it again, only they know. */
const wasOurs = ({ watch }: TargetsPlayed, key: string, mark: number): boolean =>
  watch.writes.some(
    ({ by, action, targetGroupArn, targets, mark: at }) =>
      by === 'us' &&
      action === 'register' &&
      at < mark &&
      targets.some((target) => targetKey(targetGroupArn, target) === key),
  );

/**
 * A target that a person registered is neither registered over, where our plan could see it, nor deregistered by us, unless it was adopted; and no
 * call of a binding is about a target of another port.
 */
const leavesStrangersAlone: Promised = {
  name: 'leaves alone what others registered',
  judge: atEachWrite((targets, write) => {
    const { watch } = targets;
    const { action, keys, binding, mark, from, targetGroupArn } = write;
    const ports = write.targets.filter(({ port }) => port !== binding.port);
    const strange = keys.filter((key) => {
      if (watch.ownerOf(key, mark) !== 'hand' || isAdopted(targets, binding.name, key, mark)) return false;
      if (wasOurs(targets, key, mark)) return false;
      const states = watch.statesOf(key, from, mark);
      const isThere = states.length > 0 && states.every((state) => state !== 'draining' && state !== 'deregistered');
      const isFresh = (watch.health.get(key)?.findLast(({ state }) => state === 'initial')?.at ?? 0) >= from;
      return action === 'deregister' ? isThere : isThere && !isFresh;
    });
    return [
      ...ports.map(({ id, port }) => `${id}:${port} was ${action}ed, and its port is ${binding.port}`),
      ...strange.map((key) => `${key.slice(targetGroupArn.length + 1)} was ${action}ed, and a person registered it`),
    ];
  }),
};

/** We register only what DNS named when it was planned, and what a VPC may have. */
const registersWhatDnsNamed: Promised = {
  name: 'registers only what DNS named',
  judge: atEachWrite(({ watch, hostNameOf }, { action, plan, mark, targets: written, binding }) => {
    if (action === 'deregister') return [];
    const hostName = hostNameOf(binding.source);
    const named = watch.heard.flatMap((answer) =>
      answer.hostName === hostName && answer.mark > plan.begun.mark && answer.mark < (plan.ended?.mark ?? mark)
        ? (answer.addresses ?? [])
        : [],
    );
    return written
      .filter(({ id }) => !named.includes(id) || !isPlausible(id))
      .map(
        ({ id }) =>
          `${id} was registered${named.includes(id) ? ', which no VPC of ours has' : ', and DNS did not name it'}`,
      );
  }),
};

/**
 * Nothing is registered or deregistered but where the effect's mode was `enforce` and nothing stood still at some time since its plan read the
 * modes. What never got healthy is taken back by the mode of adding, or by that of removing where DNS named it no more.
 */
const goesByTheMode: Promised = {
  name: 'writes targets as far as the mode allows',
  judge: atEachWrite((targets, write, { registry }) => {
    const { action, plan, mark, binding, keys } = write;
    const named = answersDuring(targets, targets.hostNameOf(binding.source), plan);
    const isStale = write.targets.every(({ id }) => !named.includes(id));
    const isTakenBack = action === 'deregister' && isWithdrawal(targets, write);
    const effects = [
      ...(action === 'register' || isTakenBack ? (['targets-add'] as const) : []),
      ...(action === 'deregister' && (!isTakenBack || isStale) ? (['targets-remove'] as const) : []),
    ];
    const truths = registry.between(plan.begun.mark, mark);
    const isAllowed = truths.some(
      (truth) =>
        !isPaused(truth, binding.service) &&
        effects.some((effect) => truthOf(truth, binding.service).modes[effect] === 'enforce'),
    );
    return isAllowed ? [] : [`${action} of ${keys.length} targets, where ${effects.join(' or ')} was not to be done`];
  }),
};

/** Nothing is deregistered that was draining, or not there, ever since the plan looked. */
const removesWhatIsThere: Promised = {
  name: 'deregisters only what is there',
  judge: atEachWrite(({ watch }, { action, keys, from, mark, targetGroupArn, plan }) => {
    if (action === 'register') return [];
    return keys
      .filter((key) =>
        [watch.statesOf(key, from, mark), watch.statesOf(key, plan.begun.at, mark)].every((states) =>
          states.every((state) => state === 'draining' || state === 'deregistered'),
        ),
      )
      .map((key) => `${key.slice(targetGroupArn.length + 1)} was deregistered, and was not there`);
  }),
};

/** Who writes a target group has its lease, and takes it from nobody who is at work. */
const oneRunAtATime: Promised = {
  name: 'one run at a time has a target group in hand',
  judge: (played) => {
    const { targets } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    const writes = ownWrites(played);
    const taken = targets.watch.leases.filter(({ isTaken }) => isTaken);
    return {
      judged: writes.length + taken.length,
      broken: [
        ...writes.flatMap(({ execution, holder, binding, action, at }) =>
          holder === execution
            ? []
            : [
                `${execution.slice(0, 8)} ${action}ed at ${binding.name} at ${at - played.beginning}, which ${holder?.slice(0, 8) ?? 'nobody'} had`,
              ],
        ),
        ...taken.flatMap(({ execution, binding, takenFrom }) =>
          takenFrom === undefined
            ? []
            : [`${execution.slice(0, 8)} took ${binding} from ${takenFrom.slice(0, 8)}, which was at it`],
        ),
      ],
    };
  },
};

/** What is promised of every call that registers or deregisters targets. */
export const WRITE_PROMISES: readonly Promised[] = [
  leavesStrangersAlone,
  registersWhatDnsNamed,
  goesByTheMode,
  removesWhatIsThere,
  oneRunAtATime,
];
