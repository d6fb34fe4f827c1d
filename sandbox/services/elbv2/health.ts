import { deregistrationDelay } from './attributes.ts';
import { reportHosts } from './host-counts.ts';
import { type Balancing, type Health, loadBalancerOf, registered, type Target, type TargetGroup } from './model.ts';

const REGISTERING: Health = { state: 'initial', reason: 'Elb.RegistrationInProgress' };
const CHECKING: Health = { state: 'initial', reason: 'Elb.InitialHealthChecking' };
const HEALTHY: Health = { state: 'healthy' };
// Target.Timeout and Target.ResponseCodeMismatch are of other load balancers:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
const FAILED: Health = { state: 'unhealthy', reason: 'Target.FailedHealthChecks' };
const DRAINING: Health = { state: 'draining', reason: 'Target.DeregistrationInProgress' };
const NOT_IN_USE: Health = { state: 'unused', reason: 'Target.NotInUse' };
const UNAVAILABLE: Health = { state: 'unavailable', reason: 'Elb.InternalError' };
/** Of a target that somebody asks for and nobody registered. */
export const NOT_REGISTERED: Health = { state: 'unused', reason: 'Target.NotRegistered' };

/** Whether the target's deregistration is under way. */
export const isDraining = ({ health }: Target): boolean => health?.state === 'draining';

/** Whether connections go to the target. */
export const isHealthy = ({ health }: Target): boolean => health?.state === 'healthy';

const move = (world: Balancing, group: TargetGroup, target: Target, health: Health | undefined): void => {
  target.cancel();
  target.cancel = () => undefined;
  const from = target.health?.state;
  target.health = health;
  const now = world.cloud.clock.now();
  target.history.push({ at: now, health });
  // No read looks further back; the newest of what is older still holds there.
  const edge = now - world.settings.readDelay[1];
  while ((target.history[1]?.at ?? Number.POSITIVE_INFINITY) <= edge) target.history.shift();
  reportHosts(world, group);
  const all = registered(group);
  world.cloud.journal.write({
    kind: 'state',
    who: 'elbv2',
    what: `${target.id}:${target.port} ${health?.state ?? 'deregistered'}`,
    detail: {
      targetGroupArn: group.arn,
      ...(target.zone === undefined ? {} : { zone: target.zone }),
      ...(health?.reason === undefined ? {} : { reason: health.reason }),
      ...(from === undefined ? {} : { from }),
      healthy: all.filter(isHealthy).length,
      registered: all.filter((one) => !isDraining(one)).length,
    },
  });
};

/** Of a state that ends by itself, somebody may wait for the end; what goes on and on is in the background. */
const later = (world: Balancing, target: Target, milliseconds: number, task: () => void): void => {
  target.cancel = world.cloud.clock.after(milliseconds, task);
};

const scheduleCheck = (world: Balancing, group: TargetGroup, target: Target): void => {
  const task = () => check(world, group, target);
  const milliseconds = group.checks.intervalSeconds * 1_000;
  if (target.health?.state === 'initial') later(world, target, milliseconds, task);
  else if (world.settings.isWatched) target.cancel = world.cloud.clock.inBackground(milliseconds, task);
};

/** What the results so far make of the target; `undefined` where they change nothing. */
const verdict = ({ checks }: TargetGroup, { health, streak }: Target): Health | undefined => {
  if (streak >= checks.healthyThreshold && health?.state !== 'healthy') return HEALTHY;
  if (-streak >= checks.unhealthyThreshold && health?.state !== 'unhealthy') return FAILED;
  return undefined;
};

const check = (world: Balancing, group: TargetGroup, target: Target): void => {
  const port = group.checks.port === 'traffic-port' ? target.port : Number(group.checks.port);
  const serves = world.settings.isServing(target.id, port);
  if (serves === undefined) {
    target.streak = 0;
    if (target.health?.state !== 'unavailable') move(world, group, target, UNAVAILABLE);
  } else {
    target.streak = serves ? Math.max(target.streak, 0) + 1 : Math.min(target.streak, 0) - 1;
    const next = verdict(group, target);
    if (next !== undefined) move(world, group, target, next);
  }
  scheduleCheck(world, group, target);
};

/**
 * A target is registered: `initial` until it passed as many checks as make a target healthy, or failed as many as make it
 * unhealthy. AWS does not say how many checks the initial ones of a network load balancer are.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
 */
export const begin = (world: Balancing, group: TargetGroup, target: Target): void => {
  target.streak = 0;
  target.lingersUntil = 0;
  if (loadBalancerOf(world, group.arn) === undefined) {
    move(world, group, target, NOT_IN_USE);
    return;
  }
  move(world, group, target, REGISTERING);
  later(world, target, world.within(world.settings.registering), () => {
    move(world, group, target, CHECKING);
    check(world, group, target);
  });
};

const leave = (world: Balancing, group: TargetGroup, target: Target): void => {
  move(world, group, target, undefined);
  const kept = Math.max(world.settings.readDelay[1], target.lingersUntil - world.cloud.clock.now(), 0);
  target.cancel = world.cloud.clock.inBackground(kept, () => group.targets.delete(`${target.id}:${target.port}`));
};

/**
 * A target is deregistered: `draining` for the group's delay, then gone; at once where nothing was sent to it anyway.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#deregistration-delay
 */
export const end = (world: Balancing, group: TargetGroup, target: Target): void => {
  if (target.health?.state === 'unused') {
    leave(world, group, target);
    return;
  }
  target.lingersUntil = world.cloud.clock.now() + world.settings.lingers;
  move(world, group, target, DRAINING);
  later(world, target, deregistrationDelay(group), () => leave(world, group, target));
};

/** A listener came or went: targets of a group that none forwards to are `unused`, those of one that has begun to be used are `initial`. */
export const settleUse = (world: Balancing, group: TargetGroup): void => {
  const isUsed = loadBalancerOf(world, group.arn) !== undefined;
  for (const target of registered(group)) {
    if (isDraining(target)) {
      if (!isUsed) leave(world, group, target);
    } else if ((target.health?.state === 'unused') === isUsed) {
      begin(world, group, target);
    }
  }
};

/** How the target looked to a read at that moment; `undefined` = it was not registered. */
export const healthAt = ({ history }: Target, at: number): Health | undefined =>
  history.findLast((moment) => moment.at <= at)?.health;

/** Stops everything that the group's targets wait for: the group is deleted. */
export const forget = (world: Balancing, group: TargetGroup): void => {
  for (const target of group.targets.values()) target.cancel();
  group.targets.clear();
  reportHosts(world, group);
};
