import type { Target, TargetsStep } from './targets.ts';

/** That a target is ours: only what is ours may be removed. */
export interface OwnTarget {
  /** When we were about to register it, ISO 8601. Absent once it was seen healthy, and where a person said that it is ours. */
  readonly since?: string;
  /** Who adopted it, where a person did. */
  readonly by?: string;
  readonly reason?: string;
  /** When it was adopted, ISO 8601. */
  readonly at?: string;
}

/** A new target that did not get healthy in time. */
export interface RefusedTarget {
  /** Until when it is not tried again, ISO 8601. */
  readonly until: string;
  /** How often in a row that happened. */
  readonly times: number;
}

/** What the ledger knows of a binding's targets. Addresses are keys. */
export interface TargetsRecord {
  readonly ours: Readonly<Record<string, OwnTarget>>;
  readonly refused: Readonly<Record<string, RefusedTarget>>;
  /** The addresses that DNS named when a run last had nothing more to do, sorted; absent before the first. */
  readonly applied?: readonly string[];
  /** Whether the last run found every node of the load balancer to send to every zone; absent before the first. */
  readonly isCrossZone?: boolean;
  /** How many runs in a row failed. */
  readonly failures: number;
  /** When the last of them did, ISO 8601; absent where the last run succeeded. */
  readonly failedAt?: string;
  /** Until when a run has the target group in hand, ISO 8601; absent where none has. */
  readonly leaseUntil?: string;
  /** Counts the writes; 0 = there was none. */
  readonly version: number;
}

/** A binding that no run looked after yet. */
export const NO_TARGETS: TargetsRecord = { ours: {}, refused: {}, failures: 0, version: 0 };

/** After so many minutes a target that did not get healthy is tried again for the first time; each time twice as many, up to the last. */
const AGAIN_AFTER = { first: 10, last: 24 * 60 } as const;

const MINUTE = 60_000;

/** When to try again what has failed so often. */
const againAt = (times: number, now: string): string => {
  const minutes = Math.min(AGAIN_AFTER.last, AGAIN_AFTER.first * 2 ** (times - 1));
  return new Date(Date.parse(now) + minutes * MINUTE).toISOString();
};

const without = <T>(record: Readonly<Record<string, T>>, isGone: (key: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !isGone(key)));

/** What a record says of targets whose health nobody saw yet: since when we have waited, by address. */
export const addedBy = ({ ours }: Pick<TargetsRecord, 'ours'>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(ours).flatMap(([address, { since }]) => (since === undefined ? [] : [[address, since]])),
  );

/**
 * The record as it is to be before a step is taken, or after the last one. Before a registration it says that the targets are ours: a reply
 * that got lost must leave nobody's target behind. What was removed is forgotten at the end, when it was seen to drain or to be gone.
 *
 * @param seen - the targets of the binding's port, as they were read for this step.
 * @param named - the addresses that DNS names; undefined = it does not say.
 * @param now - ISO 8601.
 */
export const recordFor = (
  record: TargetsRecord,
  step: TargetsStep,
  {
    seen,
    named,
    now,
  }: { readonly seen: readonly Target[]; readonly named: readonly string[] | undefined; readonly now: string },
): TargetsRecord => {
  const states = new Map(seen.map(({ address, state }) => [address, state]));
  const next = { ...record, version: record.version + 1 };
  switch (step.step) {
    case 'register': {
      const fresh = step.addresses.map((address) => [address, { ...record.ours[address], since: now }] as const);
      return { ...next, ours: { ...settled(record, states), ...Object.fromEntries(fresh) } };
    }
    case 'withdraw': {
      const failed = step.addresses.map((address) => {
        const times = (record.refused[address]?.times ?? 0) + 1;
        return [address, { times, until: againAt(times, now) }] as const;
      });
      // Ours still, as long as it is there, and waited for no longer.
      const unawaited = step.addresses.map((address) => {
        const { since: _waited, ...own } = record.ours[address] ?? {};
        return [address, own] as const;
      });
      return {
        ...next,
        ours: { ...settled(record, states), ...Object.fromEntries(unawaited) },
        refused: { ...record.refused, ...Object.fromEntries(failed) },
      };
    }
    case 'deregister':
    case 'wait':
      return { ...next, ours: settled(record, states) };
    case 'done': {
      const { failedAt: _mended, ...kept } = next;
      // One that drains is gone: where DNS names it again, it is registered again.
      const isGone = (address: string): boolean =>
        [undefined, 'draining'].includes(states.get(address)) && named?.includes(address) !== true;
      return {
        ...kept,
        ours: without(settled(record, states, named), isGone),
        // Who is healthy or no longer named begins anew.
        refused: without(
          record.refused,
          (address) => states.get(address) === 'healthy' || named?.includes(address) === false,
        ),
        failures: 0,
        ...(named === undefined ? {} : { applied: [...named].sort() }),
      };
    }
  }
};

/** Nobody waits any longer for what was seen healthy, nor for whom DNS does not name. @param named - absent = whoever it is */
const settled = (
  { ours }: TargetsRecord,
  states: ReadonlyMap<string, Target['state']>,
  named?: readonly string[],
): Readonly<Record<string, OwnTarget>> =>
  Object.fromEntries(
    Object.entries(ours).map(([address, { since, ...own }]) => {
      const isSettled =
        since === undefined ||
        states.get(address) === 'healthy' ||
        states.get(address) === 'unused' ||
        named?.includes(address) === false;
      return [address, isSettled ? own : { ...own, since }];
    }),
  );

/** Whether two records say the same, whatever their versions. */
export const isSameTargetsRecord = (one: TargetsRecord, other: TargetsRecord): boolean => {
  const textOf = ({ version: _counted, ...rest }: TargetsRecord): string => JSON.stringify(sorted(rest));
  return textOf(one) === textOf(other);
};

const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
};

/**
 * Whether a run left something behind: it died with the target group in hand, or nobody waits any longer for what it registered. Somebody has to
 * look, whatever DNS says.
 */
export const isUnfinished = (record: Pick<TargetsRecord, 'ours' | 'leaseUntil'>, now: string): boolean =>
  (record.leaseUntil !== undefined && record.leaseUntil <= now) || Object.keys(addedBy(record)).length > 0;

/** After a run has failed, so many minutes pass until the watch has another one started by itself; each time twice as many, up to an hour. */
const NEXT_RUN_AFTER = { first: 2, last: 60 } as const;

/**
 * Whether nobody is to be told of a drift: a run is at it, which looks again before it ends; or plans failed again and again. What an event or a
 * person starts does not ask.
 */
export const isResting = ({ failures, failedAt, leaseUntil }: TargetsRecord, now: string): boolean => {
  if (leaseUntil !== undefined && leaseUntil > now) return true;
  if (failedAt === undefined || failures === 0) return false;
  const minutes = Math.min(NEXT_RUN_AFTER.last, NEXT_RUN_AFTER.first * 2 ** (failures - 1));
  return Date.parse(now) < Date.parse(failedAt) + minutes * MINUTE;
};
