import type { RDSClient } from '@aws-sdk/client-rds';
import type { Binding } from '../domain/binding.ts';
import { modesInForce } from '../domain/mode.ts';
import {
  nextTargetsStep,
  planTargets,
  type TargetsPlan,
  type TargetsSituation,
  type TargetsStep,
} from '../domain/targets.ts';
import { addedBy, recordFor, type TargetsRecord } from '../domain/targets-record.ts';
import type { BindingView } from './bindings.ts';
import { type Observed, type Observers, observe } from './observe.ts';
import { readHostName } from './source.ts';
import { readTargetGroupSettings } from './target-group.ts';

/** What does not change while a run is at it, as its first look tells it. */
export interface KnownOfTargets {
  /** Of the source; null where it has none: a fixed list, or RDS has none for it yet. */
  readonly hostName: string | null;
  readonly isCrossZone: boolean;
  readonly capacity: number;
}

/** What a run did so far, as far as a look depends on it. */
export interface RunSoFar {
  /** What it deregistered. */
  readonly removed: readonly string[];
  /** null at the first look. */
  readonly known: KnownOfTargets | null;
  /** Elastic Load Balancing said that the group takes no more. */
  readonly isFull: boolean;
  /** It said so of several: they are registered one by one. @default false */
  readonly isTight?: boolean;
  /** When the run began, or was redriven, ISO 8601. @default long ago */
  readonly startedAt?: string;
}

const PLENTY = Number.POSITIVE_INFINITY;

/** Whom a look asks. */
export interface Lookers extends Observers {
  readonly rds: RDSClient;
  /** What the tables say; asked last, so that a pause or a mode that was set while we looked is heard. */
  readonly readView: (binding: Binding, seen: Observed) => Promise<BindingView>;
  readonly now: () => Date;
}

/** One look, and what follows from it. */
export interface TargetsLook {
  readonly situation: TargetsSituation;
  readonly plan: TargetsPlan;
  readonly step: TargetsStep;
  /** The addresses that DNS names; undefined = it does not say. */
  readonly named: readonly string[] | undefined;
  readonly known: KnownOfTargets;
  /** What the ledger has, and what is to be written before the step is taken. */
  readonly record: TargetsRecord;
  readonly next: TargetsRecord;
}

/**
 * Looks at a binding's source and target group at one moment, and says what is to be done next: what a run does, and what an operator does where
 * no run can. Every look is a fresh one.
 *
 * @throws `Throttled`, `Denied`, `Malformed`, and ELBv2's own errors.
 */
export const lookAtTargets = async (
  binding: Binding,
  { removed, known, isFull, isTight = false, startedAt }: RunSoFar,
  lookers: Lookers,
): Promise<TargetsLook> => {
  const { rds, elb, now } = lookers;
  // A source that has no host name yet is asked for it again.
  const hostName = known?.hostName ?? (await readHostName(rds, binding.source)) ?? null;
  const settings = known ?? (await readTargetGroupSettings(elb, binding.targetGroupArn));
  const settled: KnownOfTargets = { ...settings, hostName };
  const seen = withoutRemoved(await observe(lookers, binding, settled.hostName ?? undefined), removed);
  const { service, modesSet, record, misses } = await lookers.readView(binding, seen);
  const own = seen.targets.filter(({ port }) => port === binding.port);
  const { paused } = modesSet;
  const situation = {
    ...seen,
    binding: seen.binding,
    misses,
    ours: new Set(Object.keys(record.ours)),
    refused: Object.fromEntries(Object.entries(record.refused).map(([address, { until }]) => [address, until])),
    room: isFull ? 0 : Math.min(isTight ? 1 : PLENTY, settled.capacity - seen.targets.length),
    isCrossZone: settled.isCrossZone,
    modes: modesInForce(modesSet, service.kind === 'found' ? service.entry : undefined),
    ...(paused === undefined ? {} : { paused }),
    now: now().toISOString(),
  };
  const plan = planTargets(situation);
  const step = nextTargetsStep(
    plan,
    { ...situation, binding: { ...binding, ...situation.binding } },
    {
      added: addedBy(record),
      removed,
      isTight,
      ...(startedAt === undefined ? {} : { startedAt }),
    },
  );
  const named = seen.look.kind === 'answered' ? seen.look.addresses : undefined;
  const next = recordFor(record, step, { seen: own, named, now: situation.now });
  return { situation, plan, step, named, known: settled, record, next };
};

/**
 * What this run deregistered drains, whatever a read says: DescribeTargetHealth may be late, and a target that was sent away must not count as
 * one of the healthy that remain.
 */
const withoutRemoved = (seen: Observed, removed: readonly string[]): Observed => ({
  ...seen,
  targets: seen.targets.map((target) =>
    target.port === seen.binding.port && removed.includes(target.address) ? { ...target, state: 'draining' } : target,
  ),
});

/** The addresses that a step is about. */
export const addressesOf = (step: TargetsStep): readonly string[] => ('addresses' in step ? step.addresses : []);
