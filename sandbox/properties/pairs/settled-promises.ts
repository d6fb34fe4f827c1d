import type { PairsPlayed, Played } from '../play.ts';
import type { Promised } from '../promised.ts';
import type { Pair, Side } from './pairs.ts';
import { SIDES } from './pairs-keeper.ts';
import { isTouched, ownSets, wasDead, wasIll } from './pairs-time.ts';

const NOTHING = { judged: 0, broken: [] };
const MINUTE = 60_000;
/** The workflow that keeps names right. */
export const UPDATE = 'update-failover';

/** Whether a record is to be kept right, by itself, all the time since things stopped going wrong. */
const isKept = ({ settling }: Played, { keeper }: PairsPlayed, { service }: Pair): boolean =>
  keeper
    .truthsBetween(settling.mark, Number.POSITIVE_INFINITY)
    .every(({ modes, isPaused }) => !isPaused && modes.get(service) === 'enforce');

/** Whether a name's sets are there without our mark: somebody else's, for all that we know. */
const isForeign = (pairs: PairsPlayed, pair: Pair): boolean => {
  const { answers, isMarked } = ownSets(pairs, pair, pairs.watch.setsOf(pairs.keeper.zoneIdOf(pair)));
  return answers.length > 0 && !isMarked;
};

/** What a side is to be written with: an alias's name, or addresses, sorted; undefined where nobody is there. */
const wantedOf = ({ keeper, servingAtQuiet }: PairsPlayed, pair: Pair, side: Side): string | undefined => {
  if (pair.sides === 'alias') {
    // Where a person decides, something stands between that is well whatever happens.
    const isBetween = pair.engages === 'manual-armed';
    return isBetween ? `_${side}.${keeper.nameOf(pair)}.` : `${keeper.balancerOf(pair, side)?.dnsName ?? ''}.`;
  }
  if (pair.sides === 'addresses') return String(keeper.addressesOf(pair, side));
  const serving = servingAtQuiet.get(`${pair.name} ${side}`) ?? [];
  return serving.length === 0 ? undefined : String([...serving].sort());
};

/** What is wrong with what stands between a name and its sides. */
const strayOf = ({ keeper, watch }: PairsPlayed, pair: Pair): readonly string[] =>
  SIDES.flatMap((side) => {
    const name = `_${side}.${keeper.nameOf(pair)}.`;
    const set = watch.setsOf(keeper.zoneIdOf(pair)).find(({ Name }) => Name === name);
    const leadsTo = set?.AliasTarget?.DNSName.toLowerCase();
    const isWanted = pair.engages === 'manual-armed' && pair.sides === 'alias';
    const wanted = isWanted ? `${keeper.balancerOf(pair, side)?.dnsName}.` : undefined;
    return leadsTo === wanted ? [] : [`${name} leads to ${leadsTo}, not to ${wanted}`];
  });

/** Whether a name was never written, since on one of its sides there is nobody: nothing is better than a name that leads to nobody. */
const isUnwritable = (pairs: PairsPlayed, pair: Pair): boolean => {
  const { answers } = ownSets(pairs, pair, pairs.watch.setsOf(pairs.keeper.zoneIdOf(pair)));
  return answers.length === 0 && SIDES.some((side) => wantedOf(pairs, pair, side) === undefined);
};

const differencesOf = (pairs: PairsPlayed, pair: Pair): readonly string[] => {
  const { answers, isMarked } = ownSets(pairs, pair, pairs.watch.setsOf(pairs.keeper.zoneIdOf(pair)));
  const sides = pair.routing === 'simple' ? (['primary'] as const) : SIDES;
  const weights = pairs.watch.stateAt(pair.name)?.weights ?? { primary: 100, secondary: 0 };
  const texts = sides.flatMap((side) => {
    const set = answers.find(({ SetIdentifier = 'primary' }) => SetIdentifier === side);
    if (set === undefined) return [`${pair.name} has no set of its ${side}`];
    const found =
      set.AliasTarget?.DNSName.toLowerCase() ?? String((set.ResourceRecords ?? []).map(({ Value }) => Value).sort());
    const wanted = wantedOf(pairs, pair, side);
    const isRight = wanted === undefined || found === wanted;
    const isWeighed = pair.routing !== 'weighted' || set.Weight === weights[side];
    const isKeptFor = set.TTL === undefined || set.TTL === 30;
    return [
      ...(isRight ? [] : [`${pair.name}’s ${side} is ${found} in its zone, and ${wanted} in truth`]),
      ...(isWeighed ? [] : [`${pair.name}’s ${side} weighs ${set.Weight}, not ${weights[side]}`]),
      ...(isKeptFor ? [] : [`${pair.name}’s ${side} is kept for ${set.TTL} s`]),
    ];
  });
  return [...texts, ...strayOf(pairs, pair), ...(isMarked ? [] : [`${pair.name} has no mark`])];
};

/**
 * Three quarters of an hour after things stopped going wrong, a zone has what its records say. Left out, and counted: what a person
 * observes or paused, sets without our mark, and what was never written for want of anybody on a side.
 */
const namesAreAsEntered: Promised = {
  name: 'zones have what their records say',
  judge: (played) => {
    const { pairs } = played;
    if (pairs === undefined) return NOTHING;
    const sure = pairs.all.filter(
      (pair) => isKept(played, pairs, pair) && !isForeign(pairs, pair) && !isUnwritable(pairs, pair),
    );
    return {
      judged: sure.length,
      leftOut: pairs.all.length - sure.length,
      broken: sure.flatMap((pair) => differencesOf(pairs, pair)),
    };
  },
};

/**
 * By then a record that is failed over is latched and no other is; a primary that is well is armed; and one that is ill, armed and left by
 * itself, is failed over.
 */
const failoversAreLatched: Promised = {
  name: 'who is failed over is latched, and nobody else',
  judge: (played) => {
    const { pairs, quietAt } = played;
    if (pairs === undefined) return NOTHING;
    const sure = pairs.all.filter(
      (pair) =>
        pair.routing === 'failover' &&
        isKept(played, pairs, pair) &&
        !isForeign(pairs, pair) &&
        !isTouched(pairs, pair),
    );
    const broken = sure.flatMap((pair) => {
      const { name } = pair;
      const { engaged, released, armedAt } = pairs.watch.stateAt(name) ?? {};
      const latch = pairs.watch.latches.findLast((each) => each.pair === name)?.state;
      const isIll = wasIll(pairs, pair, quietAt, quietAt);
      const isWell = !wasIll(pairs, pair, quietAt - 40 * MINUTE, quietAt);
      const isIllForLong =
        isIll &&
        pairs.keeper.wellness.findLast((each) => each.pair === name && each.at < quietAt - 40 * MINUTE)?.is !== 'well';
      return [
        ...((engaged !== undefined) === (latch === 'ALARM')
          ? []
          : [`${name} is ${engaged ? '' : 'not '}failed over, and its latch is ${latch}`]),
        ...(released === undefined ? [] : [`${name} was let go at ${released.at}, and nobody saw it through`]),
        ...(isWell && armedAt === undefined && engaged === undefined ? [`${name} is well, and not armed`] : []),
        ...(isIllForLong && armedAt !== undefined && pair.engages === undefined && engaged === undefined
          ? [`${name} is ill, and not failed over`]
          : []),
      ];
    });
    return { judged: sure.length, leftOut: pairs.all.length - sure.length, broken };
  },
};

/**
 * Then nothing is written of names but the latches' metric. Left out, and counted: worlds in which something is observed or paused, where a
 * name has sets that are not ours, or a side has nobody who serves.
 */
const restsAtQuiet: Promised = {
  name: 'quiet leaves names alone',
  judge: (played) => {
    const { pairs, quietAt } = played;
    if (pairs === undefined) return NOTHING;
    const isRestless = pairs.all.some(
      (pair) =>
        !isKept(played, pairs, pair) ||
        isForeign(pairs, pair) ||
        SIDES.some((side) => wasDead(pairs, pair, side, quietAt, quietAt)),
    );
    if (isRestless) return { judged: 0, leftOut: 1, broken: [] };
    return { judged: 1, broken: [...new Set(pairs.writesAtQuiet)].map((kind) => `${kind} at quiet`) };
  },
};

/** Every run has come to its end by then. */
const runsEnd: Promised = {
  name: 'runs of update-failover come to an end',
  judge: ({ pairs, watch }) => {
    if (pairs === undefined) return NOTHING;
    const own = [...watch.executions.values()].filter(({ workflow }) => workflow === UPDATE);
    const open = own.filter(({ status }) => status === 'RUNNING');
    return { judged: own.length, broken: open.map(({ name }) => `execution ${name} still runs`) };
  },
};

/** What is promised of names once all has settled. */
export const SETTLED_PROMISES: readonly Promised[] = [namesAreAsEntered, failoversAreLatched, restsAtQuiet, runsEnd];
