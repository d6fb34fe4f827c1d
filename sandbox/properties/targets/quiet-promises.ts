import type { Played, TargetsPlayed } from '../play.ts';
import type { Promised } from '../promised.ts';
import { isPaused, truthOf } from '../registry-truth.ts';
import type { BindingStanding } from './estate-keeper.ts';
import { wasNeverHealthy } from './one-write.ts';
import { targetKey } from './targets-watch.ts';

/** The workflow that brings target groups in line. */
export const REFRESH = 'refresh-targets';
const MINUTE = 60_000;
/** A run waits so long for what is new to be healthy: README, "Targets follow their source". */
const HEALTHY_WITHIN = 600;

/** What the ledger says of a binding's runs at quiet. */
interface TargetsLedger {
  readonly failures: number;
  readonly failedAt?: number;
  readonly leaseUntil?: number;
  /** The execution's name. */
  readonly holder?: string;
  /** What did not get healthy, and until when it is not tried again. */
  readonly refused: ReadonlyMap<string, number>;
}

interface LedgerItem {
  readonly pk?: { readonly S?: string };
  readonly sk?: { readonly S?: string };
  readonly failures?: { readonly N?: string };
  readonly failedAt?: { readonly S?: string };
  readonly leaseUntil?: { readonly S?: string };
  readonly execution?: { readonly S?: string };
  readonly refused?: { readonly M?: Readonly<Record<string, { readonly M?: { readonly until?: { S?: string } } }>> };
}

const ledgerOf = ({ ledger }: Played, binding: string): TargetsLedger => {
  const item = (ledger as readonly LedgerItem[]).find(
    ({ pk, sk }) => pk?.S === 'TARGETS' && sk?.S === `BINDING#${binding}`,
  );
  const time = (text: { readonly S?: string } | undefined): number | undefined =>
    text?.S === undefined ? undefined : Date.parse(text.S);
  const [failedAt, leaseUntil, holder] = [time(item?.failedAt), time(item?.leaseUntil), item?.execution?.S];
  return {
    failures: Number(item?.failures?.N ?? 0),
    ...(failedAt === undefined ? {} : { failedAt }),
    ...(leaseUntil === undefined ? {} : { leaseUntil }),
    ...(holder === undefined ? {} : { holder: holder.slice(holder.lastIndexOf(':') + 1) }),
    refused: new Map(
      Object.entries(item?.refused?.M ?? {}).map(([address, { M }]) => [address, time(M?.until) ?? 0] as const),
    ),
  };
};

/** Whether plans failed, so that the watch waits, ever longer, before it has another one made: two minutes, four, up to an hour. */
const isResting = ({ failures, failedAt }: TargetsLedger, { quietAt }: Played): boolean =>
  failures > 0 && failedAt !== undefined && quietAt < failedAt + Math.min(60, 2 ** failures) * MINUTE + 5 * MINUTE;

/** Whether somebody follows the binding, by itself, all the time since things stopped going wrong. */
const isFollowed = ({ registry, settling }: Played, { binding, isBound }: BindingStanding): boolean =>
  isBound &&
  registry.between(settling.mark, Number.POSITIVE_INFINITY).every((truth) => {
    const { modes } = truthOf(truth, binding.service);
    const isEnforced = modes['targets-add'] === 'enforce' && modes['targets-remove'] === 'enforce';
    return isEnforced && !isPaused(truth, binding.service);
  });

/** Targets that are registered and do not drain. */
const registered = ({ targets }: BindingStanding) => targets.filter(({ health }) => health.state !== 'draining');

/** Whether the design keeps a stale target: too few healthy ones would be left, or an interface has its address still. */
const isKept = (
  { history }: Played,
  standing: BindingStanding,
  { id, zone, health }: BindingStanding['targets'][number],
): boolean => {
  const { binding, interfaces } = standing;
  const minimum = binding.minHealthy ?? 1;
  const loss = health.state === 'healthy' ? 1 : 0;
  const healthy = registered(standing).filter((target) => target.health.state === 'healthy');
  const group = history.estate?.groups.find(({ name }) => name === binding.group);
  const here = healthy.filter((target) => target.zone === zone).length;
  const isNeeded =
    healthy.length - loss < minimum || (loss > 0 && group?.isCrossZone !== true && here - loss < minimum);
  return isNeeded || (health.state !== 'unhealthy' && interfaces.includes(id));
};

/** Whose a target is, by the truth: a person's that was adopted is ours as well. */
const isOurs = ({ watch, groupOf }: TargetsPlayed, { binding }: BindingStanding, id: string): boolean => {
  const key = targetKey(groupOf(binding), { id, port: binding.port });
  const isAdopted = watch.adopted.some((each) => each.binding === binding.name && each.address === id);
  return watch.ownerOf(key, Number.POSITIVE_INFINITY) === 'us' || isAdopted;
};

/** Why a group lacks something, or has something too much; nothing where it is as its source is. */
const differences = (played: Played, targets: TargetsPlayed, standing: BindingStanding): readonly string[] => {
  const { binding, named, inGroup } = standing;
  const { refused } = ledgerOf(played, binding.name);
  const limit = played.history.estate?.elbv2.limits?.targetsPerGroup ?? Number.POSITIVE_INFINITY;
  const there = registered(standing).map(({ id }) => id);
  const missing = named.filter((address) => !there.includes(address) && !refused.has(address) && inGroup < limit);
  const stale = registered(standing).filter(
    (target) => !named.includes(target.id) && isOurs(targets, standing, target.id) && !isKept(played, standing, target),
  );
  return [
    ...missing.map((address) => `${binding.name} lacks ${address}`),
    ...stale.map(({ id, health }) => `${binding.name} has ${id} (${health.state}), which its source has not`),
  ];
};

/**
 * Three quarters of an hour after things stopped going wrong, a binding's targets are its source's addresses. Excepted is what the design keeps
 * (too few healthy ones would be left, or an interface has its address), what did not get healthy and waits to be tried again, what others
 * registered, and what a full group does not take.
 *
 * Left out, and counted: a source that names nobody; what a person paused, observes or took away; and where plans failed so often that the watch
 * waits still.
 */
const followsItsSource: Promised = {
  name: 'targets are what their source names',
  judge: (played) => {
    const { targets } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    const sure = targets.standing.filter(
      (standing) =>
        standing.named.length > 0 &&
        isFollowed(played, standing) &&
        !isResting(ledgerOf(played, standing.binding.name), played),
    );
    return {
      judged: sure.length,
      leftOut: targets.standing.length - sure.length,
      broken: sure.flatMap((standing) => differences(played, targets, standing)),
    };
  },
};

/**
 * A target of ours that never got healthy is taken back, within the binding's time and half as much again. One that DNS names no longer goes as
 * anybody stale does: it stays while too few healthy ones would be left. Where plans failed so often that the watch waits still, so does it.
 */
const withdrawsWhatNeverServes: Promised = {
  name: 'takes back what never gets healthy',
  judge: (played) => {
    const { targets, quietAt } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    const { watch, groupOf } = targets;
    const never = targets.standing
      .filter((standing) => isFollowed(played, standing) && !isResting(ledgerOf(played, standing.binding.name), played))
      .flatMap((standing) => {
        const { binding } = standing;
        const within = (binding.healthyWithinSeconds ?? HEALTHY_WITHIN) * 1_500;
        return registered(standing).flatMap((target) => {
          const { id, health, port } = target;
          if (!standing.named.includes(id) && isKept(played, standing, target)) return [];
          const key = targetKey(groupOf(binding), { id, port });
          const since = watch.health.get(key)?.findLast(({ state }) => state === 'initial')?.at ?? quietAt;
          const isLate = quietAt - since > within + 10 * MINUTE;
          const isOurOwn = watch.ownerOf(key, Number.POSITIVE_INFINITY) === 'us';
          return isOurOwn && isLate && wasNeverHealthy(targets, key, Number.POSITIVE_INFINITY)
            ? [`${binding.name} has ${id}, which is ${health.state} and never was healthy`]
            : [];
        });
      });
    const taken = watch.writes.filter(({ by, action }) => by === 'us' && action === 'register');
    return { judged: taken.length, broken: never };
  },
};

/** Whether something about a binding is open: its plans failed, or what did not get healthy is tried again now and then. */
export const isUnsettled = (played: Played): boolean =>
  (played.targets?.standing ?? []).some(({ binding }) => {
    const { failures, refused } = ledgerOf(played, binding.name);
    return failures > 0 || refused.size > 0;
  });

/** Whether DNS answers with fewer addresses than a source has: each look may find other ones. */
export const isAnsweredInParts = ({ targets, history }: Played): boolean => {
  const most = history.estate?.dns.answerSize ?? Number.POSITIVE_INFINITY;
  return (targets?.standing ?? []).some(({ named }) => named.length > most);
};

/**
 * While nothing changes, no target is registered or deregistered, and the watch reads each target group once at the most: its slow rotation takes a
 * quarter of an hour.
 *
 * Left out, and counted: where plans failed, or something that did not get healthy is tried again; where a stale target stays because too few
 * healthy ones would be left, the watch asks for their health each minute; and where an answer has fewer addresses than its source, each look may find
 * something else.
 */
const restsAtQuiet: Promised = {
  name: 'quiet leaves target groups alone',
  judge: (played) => {
    const { targets, quietAt, history } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    if (isUnsettled(played)) return { judged: 0, leftOut: targets.standing.length, broken: [] };
    const { watch, groupOf } = targets;
    const writes = watch.writes
      .filter(({ by, at }) => by === 'us' && at > quietAt)
      .map(({ action, targets: all }) => `${all.map(({ id }) => id).join(', ')} was ${action}ed at quiet`);
    const most = history.estate?.dns.answerSize ?? Number.POSITIVE_INFINITY;
    const calm = targets.standing.filter(
      (standing) =>
        standing.named.length <= most &&
        !registered(standing).some(
          (target) => !standing.named.includes(target.id) && isOurs(targets, standing, target.id),
        ),
    );
    const groups = new Map<string, number>();
    for (const { binding } of targets.standing) {
      const arn = groupOf(binding);
      groups.set(arn, (groups.get(arn) ?? 0) + 1);
    }
    const reads = [...new Set(calm.map(({ binding }) => groupOf(binding)))].flatMap((arn) => {
      const count = watch.reads.filter(({ targetGroupArn, at }) => targetGroupArn === arn && at > quietAt).length;
      const isBusy = targets.standing.every((standing) => groupOf(standing.binding) !== arn || calm.includes(standing));
      return isBusy && count > (groups.get(arn) ?? 0) ? [`a target group was read ${count} times at quiet`] : [];
    });
    return {
      judged: targets.standing.length,
      leftOut: targets.standing.length - calm.length,
      broken: [...writes, ...reads],
    };
  },
};

/** Whether a run that failed had to: what is new does not get healthy, a group takes no more, or its input or its binding is none. */
export const isFounded = (why = ''): boolean => /^(UnsafePlan|Malformed)/.test(why);

/**
 * Every run of `refresh-targets` ends; one that began after things stopped going wrong succeeds, or fails because what is new does not get
 * healthy, or because its input or its binding is none. At quiet nobody holds a lease but who is at work.
 */
const endsAndLetsGo: Promised = {
  name: 'runs that follow targets end, and let go',
  judge: (played) => {
    const { targets, watch, settling, quietAt } = played;
    if (targets === undefined) return { judged: 0, broken: [] };
    const runs = [...watch.executions.values()].filter(({ workflow }) => workflow === REFRESH);
    const open = runs.filter(({ status, begun }) => status === 'RUNNING' && begun.at < quietAt - 30 * MINUTE);
    const failed = runs.filter(
      (run) =>
        !['RUNNING', 'SUCCEEDED'].includes(run.status) &&
        run.begun.mark > settling.mark &&
        run.isRedriven !== true &&
        !isFounded(run.why),
    );
    const held = targets.standing.flatMap(({ binding, isBound }) => {
      const { holder } = ledgerOf(played, binding.name);
      if (holder === undefined || !isBound || isResting(ledgerOf(played, binding.name), played)) return [];
      const status = watch.executions.get(holder)?.status ?? 'nowhere';
      return status === 'RUNNING' ? [] : [`${binding.name} is held by ${holder.slice(0, 8)}, which is ${status}`];
    });
    return {
      judged: runs.length,
      broken: [
        ...open.map(({ name }) => `run ${name.slice(0, 8)} does not end`),
        ...failed.map(({ name, status, why }) => `run ${name.slice(0, 8)} is ${status}: ${why}`),
        ...held,
      ],
    };
  },
};

/** What a run registered and deregistered that succeeded, it has told. */
const tellsWhatItDid: Promised = {
  name: 'tells what it did to targets',
  judge: ({ targets, watch }) => {
    if (targets === undefined) return { judged: 0, broken: [] };
    const { writes, told } = targets.watch;
    const done = writes.filter(
      ({ by, isDone, execution }) => by === 'us' && isDone && watch.executions.get(execution)?.status === 'SUCCEEDED',
    );
    const broken = done.flatMap(({ execution, action, targets: all }) => {
      const own = told.filter((each) => each.execution === execution);
      const known = new Set(own.flatMap(({ added, removed }) => [...added, ...removed]));
      return all
        .filter(({ id }) => !known.has(id))
        .map(({ id }) => `${execution.slice(0, 8)} ${action}ed ${id}, and did not tell`);
    });
    return { judged: done.length, broken };
  },
};

/** What is promised of bindings once all is quiet, and of runs as a whole. */
export const QUIET_PROMISES: readonly Promised[] = [
  followsItsSource,
  withdrawsWhatNeverServes,
  restsAtQuiet,
  endsAndLetsGo,
  tellsWhatItDid,
];
