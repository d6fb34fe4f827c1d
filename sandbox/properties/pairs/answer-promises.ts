import type { PairsPlayed, Played } from '../play.ts';
import type { Promised } from '../promised.ts';
import type { Pair } from './pairs.ts';
import {
  type AnswerSpan,
  answersOf,
  FOLLOWS,
  isTouched,
  wasAnswered,
  wasDead,
  wasEverWell,
  wasIll,
} from './pairs-time.ts';

const NOTHING = { judged: 0, broken: [] };

/** Judges each answer that clients got of pairs of a kind; those that a person wrote into are left out. */
const atEachAnswer =
  (
    isMeant: (pair: Pair) => boolean,
    breach: (scene: { played: Played; pairs: PairsPlayed; pair: Pair }, span: AnswerSpan) => string | undefined,
  ): Promised['judge'] =>
  (played) => {
    const { pairs } = played;
    if (pairs === undefined) return NOTHING;
    let judged = 0;
    let leftOut = 0;
    const broken = pairs.all.filter(isMeant).flatMap((pair) => {
      const spans = answersOf(played, pairs, pair);
      if (isTouched(pairs, pair)) {
        leftOut += spans.length;
        return [];
      }
      judged += spans.length;
      return spans.flatMap((span) => {
        const words = breach({ played, pairs, pair }, span);
        return words === undefined ? [] : [`${pair.name}, ${span.at - played.beginning} ms: ${words}`];
      });
    });
    return { judged, leftOut, broken };
  };

const isFailover = ({ routing }: Pair): boolean => routing === 'failover';

/**
 * Once a name is answered it stays answered, with addresses that one side has or had: never with nothing, never with both sides at once,
 * never with what is nobody's.
 */
const answersWithOneSide: Promised = {
  name: 'names are answered by one side',
  judge: atEachAnswer(
    () => true,
    (_scene, { answered, addresses }) =>
      answered === 'nobody' || answered === 'neither'
        ? `answered with ${addresses.join(', ') || 'nothing'}, which is ${answered}’s`
        : undefined,
  ),
};

/**
 * A primary is left for a reason: somebody failed it over; or it is left by itself, was well once, and was not just then. Where a person
 * decides, only a person's word is one.
 */
const leavesForAReason: Promised = {
  name: 'leaves a primary for a reason',
  judge: atEachAnswer(isFailover, ({ pairs, pair }, { answered, at, mark }) => {
    if (answered !== 'secondary') return undefined;
    const words = pairs.watch.states.filter((each) => each.pair === pair.name && each.mark <= mark);
    // Where a person decides, health is nobody's word.
    const isSaid = ({ by }: { readonly by: string }): boolean => pair.engages !== 'manual-armed' || by !== 'health';
    const isLatched = words.some(
      ({ engaged, released, at: since }) =>
        (engaged !== undefined && isSaid(engaged)) || (released !== undefined && at - since < FOLLOWS),
    );
    if (isLatched) return undefined;
    if (pair.engages === 'manual-armed') return 'the secondary’s, and nobody said so';
    if (!wasEverWell(pairs, pair, at) && pair.sides !== 'alias')
      return 'the secondary’s, and the primary was never well';
    const from = at - FOLLOWS;
    const isSick =
      wasIll(pairs, pair, from, at) || (pair.sides === 'alias' && wasDead(pairs, pair, 'primary', from, at));
    return isSick ? undefined : 'the secondary’s, and the primary was well';
  }),
};

/** Once its latch holds, a primary is not answered until somebody lets it go; but where it is left by itself and its secondary has nobody who serves. */
const comesBackByAWord: Promised = {
  name: 'comes back by a person’s word',
  judge: atEachAnswer(isFailover, ({ pairs, pair }, { answered, at, mark, before }) => {
    if (answered !== 'primary' || before?.answered !== 'secondary') return undefined;
    const state = pairs.watch.stateAt(pair.name, mark);
    const latch = pairs.watch.latches.findLast((each) => each.pair === pair.name && each.mark <= mark);
    const holds =
      state?.engaged !== undefined && latch?.state === 'ALARM' && latch.mark > state.mark && at - latch.at > FOLLOWS;
    const isMoved = pair.engages !== 'manual-armed' && wasDead(pairs, pair, 'secondary', at - FOLLOWS, at);
    if (!holds || isMoved) return undefined;
    return `the primary’s again, and it was failed over by ${state.engaged?.by} at ${state.engaged?.at}`;
  }),
};

/** From when on a primary's own health counts for Route 53: its check has it as a child, and its set that check. */
const armedFrom = ({ watch, keeper }: PairsPlayed, pair: Pair): number | undefined => {
  const own = watch.states.findLast((each) => each.pair === pair.name && each.checks !== undefined);
  const armed = watch.checks.find(({ id, children }) => id === own?.checks?.primary && children.length > 1);
  const written = watch.writes.find(({ changes }) =>
    changes.some(
      ({ ResourceRecordSet: set }) =>
        set.Name === `${keeper.nameOf(pair)}.` && set.HealthCheckId === own?.checks?.primary,
    ),
  );
  return armed === undefined || written === undefined ? undefined : Math.max(armed.at, written.at);
};

/**
 * A primary that is armed and left by itself is not answered any more after ten minutes of illness, whatever else goes wrong: no call of
 * ours is needed for it. But where its secondary has nobody who serves, and until somebody changes its checks.
 */
const leavesTheIll: Promised = {
  name: 'leaves a primary that is ill',
  judge: (played) => {
    const { pairs, quietAt, beginning } = played;
    if (pairs === undefined) return NOTHING;
    let judged = 0;
    const broken = pairs.all.flatMap((pair) => {
      const armed = armedFrom(pairs, pair);
      if (!isFailover(pair) || pair.engages === 'manual-armed' || isTouched(pairs, pair) || armed === undefined)
        return [];
      const own = pairs.keeper.wellness.filter((each) => each.pair === pair.name);
      return own.flatMap(({ is, at }, index) => {
        const from = Math.max(at, armed) + FOLLOWS;
        const until = own[index + 1]?.at ?? quietAt;
        if (is === 'well' || from >= until || wasDead(pairs, pair, 'secondary', at, until)) return [];
        judged += 1;
        const late = answersOf(played, pairs, pair).find(
          (span) => span.answered === 'primary' && span.at < until && span.until > from,
        );
        return late === undefined
          ? []
          : [`${pair.name} is ${is} since ${at - beginning} ms, and its primary is answered`];
      });
    });
    return { judged, broken };
  },
};

/** `failed-over` and `failed-back` are said of what clients got, within the time that a resolver keeps an answer. */
const saysWhatClientsGet: Promised = {
  name: 'says of a failover what clients get',
  judge: (played) => {
    const { pairs } = played;
    if (pairs === undefined) return NOTHING;
    const said = pairs.watch.told.flatMap((told) => {
      const side = { 'failed-over': 'secondary', engaged: 'secondary', 'failed-back': 'primary' }[told.outcome];
      return side === undefined ? [] : [{ ...told, side: side as 'primary' | 'secondary' }];
    });
    return {
      judged: said.length,
      broken: said
        .filter(({ side, ...told }) => !wasAnswered(played, pairs, told, side))
        .map(
          ({ pair, outcome, at }) =>
            `${pair} ${outcome} at ${at - played.beginning} ms, and clients got something else`,
        ),
    };
  },
};

/** What an alarm takes until it says that a primary is not well, in milliseconds, longest where data stop coming; and that it is well again. */
const RINGS = 5 * 60_000;
const CLEARS = 2 * 60_000;
/** As the product has it where an entry does not say, in seconds. */
const HEALTHY_FOR = 600;

/** Nobody goes back without force to a primary that was not well for as long as its record asks for. Left out: pairs that somebody forced back. */
const comesBackToTheWell: Promised = {
  name: 'comes back to a primary that is well',
  judge: (played) => {
    const { pairs, history, beginning } = played;
    if (pairs === undefined) return NOTHING;
    const isForced = ({ name }: Pair): boolean =>
      history.steps.some((step) => step.deed === 'order' && step.pair === name && step.isForced === true);
    const back = pairs.watch.states.filter(
      ({ pair, released, mark }) =>
        released !== undefined &&
        pairs.watch.states.findLast((each) => each.pair === pair && each.mark < mark)?.released === undefined,
    );
    const sure = back.filter(({ pair }) => !isForced(pairs.keeper.pairOf(pair)));
    const broken = sure.filter(({ pair: name, at }) => {
      const pair = pairs.keeper.pairOf(name);
      const [from, until] = [at - (pair.healthyForSeconds ?? HEALTHY_FOR) * 1000 + CLEARS, at - RINGS];
      return from < until && wasIll(pairs, pair, from, until);
    });
    return {
      judged: sure.length,
      leftOut: back.length - sure.length,
      broken: broken.map(
        ({ pair, at }) => `${pair} was let go at ${at - beginning} ms, and its primary was not well for long enough`,
      ),
    };
  },
};

/** What is promised of what clients get. */
export const ANSWER_PROMISES: readonly Promised[] = [
  answersWithOneSide,
  leavesForAReason,
  comesBackByAWord,
  leavesTheIll,
  saysWhatClientsGet,
  comesBackToTheWell,
];
