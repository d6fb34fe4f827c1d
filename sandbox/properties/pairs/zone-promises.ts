import type { PairsPlayed, Played } from '../play.ts';
import type { Promised } from '../promised.ts';
import type { Pair } from './pairs.ts';
import { ownSets, setsAfter, wasDead } from './pairs-time.ts';
import type { ZoneWrite } from './pairs-watch.ts';

const NOTHING = { judged: 0, broken: [] };

/** Judges each batch of ours that Route 53 made. */
const atEachBatch =
  (breach: (pairs: PairsPlayed, write: ZoneWrite, played: Played) => readonly string[]): Promised['judge'] =>
  (played) => {
    const { pairs } = played;
    if (pairs === undefined) return NOTHING;
    const own = pairs.watch.writes.filter(({ by }) => by === 'us');
    const broken = own.flatMap((write) =>
      breach(pairs, write, played).map((words) => `at ${write.at - played.beginning} ms: ${words}`),
    );
    return { judged: own.length, broken };
  };

/** Pairs of a batch's zone. */
const pairsIn = ({ all, keeper }: PairsPlayed, { zoneId }: ZoneWrite): readonly Pair[] =>
  all.filter((pair) => keeper.zoneIdOf(pair) === zoneId);

/** Our mark, and what stands between a name and its sides where a person decides. */
const BESIDE = ['_privatelink-concierge-a', '_primary', '_secondary'] as const;

/** Whose name a set has, or whose mark it is. */
const ownerOf = (pairs: PairsPlayed, write: ZoneWrite, name: string): Pair | undefined =>
  pairsIn(pairs, write).find((pair) => {
    const own = `${pairs.keeper.nameOf(pair)}.`;
    return [own, ...BESIDE.map((label) => `${label}.${own}`)].includes(name);
  });

/** A batch is about names of its zone's records, what stands beside them and their marks, of types A and TXT; and about none that has sets without our mark. */
const leavesForeignSetsAlone: Promised = {
  name: 'leaves alone what others have in a zone',
  judge: atEachBatch((pairs, write) =>
    write.changes.flatMap(({ Action, ResourceRecordSet: { Name, Type } }) => {
      const pair = ownerOf(pairs, write, Name);
      if (pair === undefined || !['A', 'TXT'].includes(Type)) return [`${Action} ${Name} ${Type} is none of ours`];
      const { answers, isMarked } = ownSets(pairs, pair, write.before);
      return answers.length > 0 && !isMarked ? [`${Action} ${Name} ${Type}, whose sets had no mark of ours`] : [];
    }),
  ),
};

/** After a batch of ours each name has all that it ought to: one primary and one secondary; both sides weighed; or one set. */
const leavesNamesWhole: Promised = {
  name: 'a name has one primary and one secondary',
  judge: atEachBatch((pairs, write) => {
    const after = setsAfter(write);
    const touched = new Set(write.changes.map(({ ResourceRecordSet: { Name } }) => ownerOf(pairs, write, Name)));
    return [...touched].flatMap((pair) => {
      if (pair === undefined) return [];
      const { answers, isMarked } = ownSets(pairs, pair, after);
      const found = answers.map(({ Failover, SetIdentifier = 'alone' }) => Failover ?? SetIdentifier).sort();
      const wanted = { failover: 'PRIMARY,SECONDARY', weighted: 'primary,secondary', simple: 'alone' }[pair.routing];
      const whole = String(found) === wanted ? [] : [`${pair.name} has ${String(found) || 'no set'}`];
      return isMarked ? whole : [...whole, `${pair.name} has no mark`];
    });
  }),
};

/** Addresses that we write are those of the side that they are written for, and of somebody who was not gone when it was looked up. */
const pointsAtSomebody: Promised = {
  name: 'points no name at nobody',
  judge: atEachBatch((pairs, write, { beginning }) =>
    write.changes.flatMap(
      ({ Action, ResourceRecordSet: { Name, Type, SetIdentifier = 'primary', ResourceRecords = [] } }) => {
        const pair = ownerOf(pairs, write, Name);
        if (Action === 'DELETE' || Type !== 'A' || pair === undefined) return [];
        const side = SetIdentifier === 'secondary' ? 'secondary' : 'primary';
        const since = Math.min(
          ...write.open.filter((each) => each.pair === pair.name).map(({ begun }) => begun.at),
          write.at,
        );
        const own = pairs.keeper.addressesOf(pair, side);
        return ResourceRecords.flatMap(({ Value }) => {
          if (!own.includes(Value)) return [`${Value} is none of ${pair.name}’s ${side}`];
          const gone = pairs.keeper.goneAt(pair, side, Value);
          const isGone = gone !== undefined && gone < since && !wasDead(pairs, pair, side, gone, write.at);
          return isGone ? [`${Value} of ${pair.name}’s ${side} was gone at ${gone - beginning} ms`] : [];
        });
      },
    ),
  ),
};

/** A batch changes something: what it deletes it does not create again as it was. */
const writesOnlyDifferences: Promised = {
  name: 'writes into a zone only what differs',
  judge: atEachBatch((_pairs, { changes }) => {
    const texts = changes.map(({ Action, ResourceRecordSet }) => [Action, canonical(ResourceRecordSet)] as const);
    const deleted = new Set(texts.flatMap(([action, text]) => (action === 'DELETE' ? [text] : [])));
    return texts.flatMap(([action, text]) =>
      action !== 'DELETE' && deleted.has(text) ? [`${text} is made as it was`] : [],
    );
  }),
};

const canonical = (set: object): string =>
  JSON.stringify(Object.entries(set).sort(([one], [other]) => (one < other ? -1 : 1)));

/** A zone is written where the record's mode is `enforce` and nothing stands still, at some time since the modes were read. */
const goesByTheMode: Promised = {
  name: 'writes names as far as the mode allows',
  judge: atEachBatch((pairs, write) =>
    pairsOf(pairs, write).flatMap((pair) => {
      const begun = write.open.filter((each) => each.pair === pair.name).map((each) => each.begun.mark);
      const truths = pairs.keeper.truthsBetween(Math.min(...begun, write.mark), write.mark);
      const isAllowed = truths.some(({ modes, isPaused }) => !isPaused && modes.get(pair.service) === 'enforce');
      return isAllowed ? [] : [`${pair.name} was written, and its mode did not allow it`];
    }),
  ),
};

const pairsOf = (pairs: PairsPlayed, write: ZoneWrite): readonly Pair[] => {
  const owners = write.changes.map(({ ResourceRecordSet: { Name } }) => ownerOf(pairs, write, Name));
  return [...new Set(owners)].filter((pair) => pair !== undefined);
};

/** Who writes a zone has it in hand, or had it until it was stopped; and takes it from nobody who is at work. */
const oneRunAtATime: Promised = {
  name: 'one run at a time has a zone in hand',
  judge: (played) => {
    const { pairs, watch } = played;
    if (pairs === undefined) return NOTHING;
    const taken = pairs.watch.leases.filter(({ isTaken }) => isTaken);
    const own = pairs.watch.writes.filter(({ by }) => by === 'us');
    const strays = own.filter(
      ({ open, holder }) =>
        !open.some(({ execution }) => execution === holder || watch.executions.get(execution)?.status !== 'SUCCEEDED'),
    );
    return {
      judged: own.length + taken.length,
      broken: [
        ...taken.flatMap(({ execution, takenFrom }) =>
          takenFrom === undefined ? [] : [`${execution} took a zone from ${takenFrom}, which was at it`],
        ),
        ...strays.map(({ at, open, holder }) => {
          const who = open.map(({ execution }) => execution).join(', ') || 'nobody';
          return `at ${at - played.beginning} ms ${who} wrote a zone, which ${holder ?? 'nobody'} had`;
        }),
      ],
    };
  },
};

/** What is promised of what we write into zones. */
export const ZONE_PROMISES: readonly Promised[] = [
  leavesForeignSetsAlone,
  leavesNamesWhole,
  pointsAtSomebody,
  writesOnlyDifferences,
  goesByTheMode,
  oneRunAtATime,
];
