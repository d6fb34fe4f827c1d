import type { PairsPlayed, Played } from '../play.ts';
import type { Pair, Side } from './pairs.ts';
import { type AnswerSeen, type ToldFailover, wasHomeCut, type ZoneWrite } from './pairs-watch.ts';

const MINUTE = 60_000;
/** What alarms, health checks, resolvers' caches and a client's own pace take together, and as much again. */
export const FOLLOWS = 10 * MINUTE;

/** An answer, for as long as it was so. */
export interface AnswerSpan extends AnswerSeen {
  /** When it was another one, or the end of what was seen. */
  readonly until: number;
  /** What was answered before; absent for the first. */
  readonly before?: AnswerSeen;
}

/** What clients got of a pair, one after the other. */
export const answersOf = ({ quietAt }: Played, { watch }: PairsPlayed, pair: Pair): readonly AnswerSpan[] => {
  const own = watch.answers.filter((each) => each.pair === pair.name);
  return own.map((seen, index) => {
    const before = own[index - 1];
    return { ...seen, until: own[index + 1]?.at ?? quietAt, ...(before === undefined ? {} : { before }) };
  });
};

/** Whether a primary was not well at some time between two moments, as its alarm or its region has it. */
export const wasIll = ({ keeper, watch }: PairsPlayed, { name }: Pair, from: number, until: number): boolean => {
  const own = keeper.wellness.filter(({ pair }) => pair === name);
  const isSo = own.some(({ is, at }, index) => is !== 'well' && at <= until && (own[index + 1]?.at ?? until) >= from);
  return isSo || wasHomeCut(watch, from, until);
};

/** Whether a primary was seen well at some time before a moment. */
export const wasEverWell = ({ keeper }: PairsPlayed, { name }: Pair, until: number): boolean =>
  keeper.wellness.some(({ pair, is, at }) => pair === name && is === 'well' && at <= until);

/** Whether a side had nobody who serves at some time between two moments. */
export const wasDead = (played: PairsPlayed, { name }: Pair, side: Side, from: number, until: number): boolean => {
  const own = played.keeper.sides.filter((each) => each.pair === name && each.side === side);
  const isSo = own.some(({ isAlive, at }, index) => !isAlive && at <= until && (own[index + 1]?.at ?? until) >= from);
  return isSo || (side === 'primary' && wasHomeCut(played.watch, from, until));
};

/** Whether a person wrote into what is a pair's own in its zone: then what clients get is not ours alone. */
export const isTouched = ({ watch, keeper }: PairsPlayed, pair: Pair): boolean => {
  const name = `${keeper.nameOf(pair)}.`;
  return watch.writes.some(
    ({ by, changes }) =>
      by === 'hand' &&
      changes.some(({ ResourceRecordSet: { Name } }) => Name === name || (Name.endsWith(name) && Name.startsWith('_'))),
  );
};

/** Record sets of a pair's name, of the type that it is answered by, and whether its mark is there. */
export const ownSets = (
  { keeper }: PairsPlayed,
  pair: Pair,
  sets: ZoneWrite['before'],
): { readonly answers: ZoneWrite['before']; readonly isMarked: boolean } => {
  const name = `${keeper.nameOf(pair)}.`;
  return {
    answers: sets.filter(({ Name, Type }) => Name === name && Type === 'A'),
    isMarked: sets.some(({ Name, Type }) => Type === 'TXT' && Name.startsWith('_') && Name.endsWith(`.${name}`)),
  };
};

/** What a zone has after a batch. */
export const setsAfter = ({ before, changes }: ZoneWrite): ZoneWrite['before'] => {
  const keyOf = ({ Name, Type, SetIdentifier = '' }: ZoneWrite['before'][number]) => `${Name} ${Type} ${SetIdentifier}`;
  const after = new Map(before.map((set) => [keyOf(set), set]));
  for (const { Action, ResourceRecordSet: set } of changes) {
    if (Action === 'DELETE') after.delete(keyOf(set));
    else after.set(keyOf(set), set);
  }
  return [...after.values()];
};

/** Whether an answer was a side's at some time near a moment: as long as a resolver may keep another one. */
export const wasAnswered = (
  played: Played,
  pairs: PairsPlayed,
  { pair: name, at }: Pick<ToldFailover, 'pair' | 'at'>,
  side: Side,
): boolean =>
  answersOf(played, pairs, pairs.keeper.pairOf(name)).some(
    (each) => each.answered === side && each.at <= at + 2 * MINUTE && each.until >= at - 2 * MINUTE,
  );
