import { countMisses, type Look, type Misses } from './addresses.ts';
import { BINDING_DEFAULTS, type Binding } from './binding.ts';
import type { Interfaces } from './targets.ts';
import { isUnfinished, type TargetsRecord } from './targets-record.ts';

/** What the watch remembers of a binding; written when it changes. */
export interface Watched {
  readonly misses: Misses;
  /** When a look last counted as a miss, ISO 8601; absent while nobody is missed. */
  readonly countedAt?: string;
  /** Since when what DNS names is not what was applied, ISO 8601; absent while it is. */
  readonly driftSince?: string;
  /** What the witnesses said when a plan came to nothing: for as long as they say the same, the target group is not read again. */
  readonly idleFor?: string;
  /** What that plan kept, though modes and pauses let us act: alarms go on counting it, while nobody reads the target group. */
  readonly kept?: { readonly removals: number; readonly isDrift: boolean };
}

/** Minutes of the slow rotation: each binding's health is looked at once in so many, whatever the witnesses say. */
export const ROTATION = 15;

/** Whether it is an id's turn in this minute of the rotation: the same minute for ever, and spread over all. */
export const turnOf = (id: string, now: Date): boolean => {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return Math.floor(now.getTime() / 60_000) % ROTATION === hash % ROTATION;
};

/** What a look at a binding came to. */
export interface WatchOutcome {
  readonly watched: Watched;
  /** Why the target group is to be looked at now; undefined = it is not. */
  readonly because?: 'unfinished' | 'drift' | 'missed' | 'turn';
  /** What the witnesses say: what {@link Watched.idleFor} is compared with. */
  readonly witnesses: string;
}

/**
 * Milliseconds between two looks that both count: a schedule's event may come twice, and Lambda tries an invocation again that died. What is
 * looked at twice in one second is one look.
 */
const APART = 30_000;

/** Counts a look's misses, but not so soon after another; whom it named is missed no more in any case. */
const countApart = (
  { misses: before, countedAt }: Watched,
  counted: Misses,
  now: string,
): Pick<Watched, 'misses' | 'countedAt'> => {
  const isTooSoon = countedAt !== undefined && Date.parse(now) - Date.parse(countedAt) < APART;
  const held = Object.entries(counted).flatMap(([address, count]): readonly (readonly [string, number])[] => {
    const most = isTooSoon ? Math.min(count, before[address] ?? 0) : count;
    return most > 0 ? [[address, most]] : [];
  });
  const misses = Object.fromEntries(held);
  const isCounted = held.some(([address, count]) => count > (before[address] ?? 0));
  const at = isCounted ? now : countedAt;
  return { misses, ...(held.length === 0 || at === undefined ? {} : { countedAt: at }) };
};

/** What witnesses say of a binding, as one text: whom DNS names, whom it missed how often, and which of those have an interface still. */
const witnessesOf = (look: Look, misses: Misses, interfaces: Interfaces): string => {
  const named = look.kind === 'answered' ? look.addresses.join(' ') : look.kind;
  const had = interfaces.kind === 'listed' ? interfaces.addresses : [];
  const missed = Object.entries(misses).map(
    ([address, count]) => `${address} ${count}${had.includes(address) ? '+' : ''}`,
  );
  return [named, ...missed].join(', ');
};

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

/**
 * Puts a look beside what was applied last. As long as they agree, or say what a plan came to nothing for, nobody asks Elastic Load Balancing: its
 * bucket is everybody's.
 *
 * @param now - ISO 8601.
 */
export const watchBinding = (
  {
    bindingId,
    missesBeforeRemoval = BINDING_DEFAULTS.missesBeforeRemoval,
  }: Pick<Binding, 'bindingId' | 'missesBeforeRemoval'>,
  look: Look,
  {
    record,
    watched,
    interfaces = { kind: 'none' },
    now,
  }: {
    readonly record: TargetsRecord;
    readonly watched: Watched;
    readonly interfaces?: Interfaces;
    readonly now: string;
  },
): WatchOutcome => {
  const counted = countMisses(watched.misses, Object.keys(record.ours), look, missesBeforeRemoval);
  const missed = countApart(watched, counted, now);
  const { misses } = missed;
  const isDrifting =
    look.kind === 'answered' && (record.applied === undefined || !isSame(look.addresses, record.applied));
  // A silent DNS says nothing of whether the drift is over.
  const since = isDrifting ? (watched.driftSince ?? now) : look.kind === 'answered' ? undefined : watched.driftSince;
  const witnesses = witnessesOf(look, misses, interfaces);
  const isIdle = watched.idleFor === witnesses;
  const next: Watched = {
    ...missed,
    ...(since === undefined ? {} : { driftSince: since }),
    ...(isIdle ? { idleFor: witnesses } : {}),
    ...(isIdle && watched.kept !== undefined ? { kept: watched.kept } : {}),
  };
  const isMissed = Object.values(misses).some((count) => count >= missesBeforeRemoval);
  const isTurn = turnOf(bindingId, new Date(now));
  const outcome = { watched: next, witnesses };
  if (isUnfinished(record, now) && !isIdle) return { ...outcome, because: 'unfinished' };
  if (isDrifting && !isIdle) return { ...outcome, because: 'drift' };
  if (isMissed && !isIdle) return { ...outcome, because: 'missed' };
  return isTurn ? { ...outcome, because: 'turn' } : outcome;
};
