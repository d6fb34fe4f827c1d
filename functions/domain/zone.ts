import { markSet, markValue, type RecordHome, type RecordSet, sideNames, withDot } from './dns-record.ts';

/** Where a record is, and whose. */
type Home = Pick<RecordHome, 'recordId' | 'zoneId' | 'name' | 'type'>;

/** One change of a batch. */
export interface RecordChange {
  readonly action: 'CREATE' | 'DELETE';
  readonly set: RecordSet;
}

/** What is to be done about one record in its zone. */
export type ZonePlan =
  /** One batch, which Route 53 makes as a whole or not at all. */
  | { readonly kind: 'change'; readonly changes: readonly RecordChange[] }
  | { readonly kind: 'nothing' }
  /** Not ours to touch; for a person, in words. */
  | { readonly kind: 'foreign'; readonly because: string };

/** How a sentence ends about what a person may hand over. */
const TAKE_OVER = '"adopt-record" takes over';

/** Whether a {@link ZonePlan} is `foreign` for something that a person may say is ours: neither a CNAME nor another record's. */
export const isAdoptable = (because: string): boolean => because.endsWith(TAKE_OVER);

/** Whether two sets are the same to Route 53. */
export const isSameSet = (one: RecordSet, other: RecordSet): boolean => textOf(one) === textOf(other);

const textOf = (set: RecordSet): string =>
  JSON.stringify([
    withDot(set.name),
    set.type,
    set.setIdentifier ?? null,
    set.failover ?? null,
    set.weight ?? null,
    set.ttl ?? null,
    set.values === undefined ? null : [...set.values].sort(),
    set.alias === undefined ? null : [set.alias.zoneId, withDot(set.alias.dnsName), set.alias.evaluateTargetHealth],
    set.healthCheckId ?? null,
    set.other ?? null,
  ]);

/** What a record's zone has, and what it ought to have. */
interface ZoneView {
  readonly wanted: readonly RecordSet[];
  readonly present: readonly RecordSet[];
  /** @default false */
  readonly isAdopted?: boolean;
}

/**
 * Compares a record with what its zone has. Everything that differs is deleted as it was read and created as it is wanted, in one batch: if
 * somebody changed it in between, Route 53 refuses the whole, and nothing of theirs is lost. An UPSERT would overwrite it, and costs as much.
 *
 * @param wanted - empty = the record is to go, with its mark and what stands between.
 * @param present - every set of the zone with the record's name, of any type, with those of its sides, and with its mark's.
 * @param isAdopted - a person said that what is there is ours from now on.
 */
export const planZone = (record: Home, { wanted, present, isAdopted = false }: ZoneView): ZonePlan => {
  const mark = markSet(record);
  const at = (name: string, type: string): readonly RecordSet[] =>
    present.filter((set) => withDot(set.name) === name && set.type === type);
  const own = at(withDot(record.name), record.type);
  const marks = at(mark.name, 'TXT');
  const [found] = marks;
  if (found !== undefined && found.values?.includes(markValue(record)) !== true) {
    return {
      kind: 'foreign',
      because: `${mark.name} says ${found.values?.join(' ') ?? 'nothing'}: it is another record's`,
    };
  }
  const isWanted = (name: string): boolean => wanted.some((set) => withDot(set.name) === name);
  // A mark is of the record's name. What has a side's name is ours if a set of ours leads there, or if it is what we want.
  const isOurs = (set: RecordSet): boolean =>
    (found !== undefined || isAdopted) &&
    (own.includes(set) ||
      own.some((each) => leadsTo(record, each, set)) ||
      wanted.some((each) => isSameSet(each, set)));
  // An entry may lead to a set of somebody else's that has such a name.
  const isFree = (set: RecordSet): boolean => !wanted.some((each) => leadsTo(record, each, set));
  const sides = sideNames(record);
  for (const name of [withDot(record.name), ...sides.filter(isWanted)]) {
    const there = present.filter((set) => withDot(set.name) === name);
    const because = strangenessOf(record, name, there, (set) => isAdopted || isOurs(set));
    if (because !== undefined) return { kind: 'foreign', because };
  }
  const between = sides
    .flatMap((name) => at(name, record.type))
    .filter((set) => isWanted(withDot(set.name)) || (isOurs(set) && isFree(set) && set.other === undefined));
  const targets = wanted.length === 0 ? [] : [...wanted, mark];
  return changesFrom(record, [...own, ...between, ...marks], targets);
};

/** Why what has a name is not ours to touch; undefined where nothing is strange about it. */
const strangenessOf = (
  { type }: Home,
  name: string,
  there: readonly RecordSet[],
  isOurs: (set: RecordSet) => boolean,
): string | undefined => {
  const ofType = there.filter((set) => set.type === type);
  const odd = ofType.find((set) => set.other !== undefined);
  // Read without what makes it another: neither could it be deleted as it was read.
  if (odd !== undefined) return `${name} has a record with ${odd.other}, as we make none`;
  if (there.some((set) => set.type === 'CNAME')) return `${name} is a CNAME, which we did not make`;
  const strange = ofType.filter((set) => !isOurs(set)).length;
  if (strange === 0) return undefined;
  return `${name} has ${strange === 1 ? 'a record' : `${strange} records`} of type ${type} that we did not make: ${TAKE_OVER}`;
};

/** Whether a set is an alias of another set of the record's zone. */
const leadsTo = ({ zoneId }: Home, { alias }: RecordSet, { name }: RecordSet): boolean =>
  alias?.zoneId === zoneId && withDot(alias.dnsName) === withDot(name);

/**
 * The batch that makes of what is there what is wanted. Route 53 looks for what an alias leads to among what is there at that point of the batch: it
 * is created before the alias, and deleted after it; an alias that stays is made anew where what it leads to is.
 *
 * https://github.com/octodns/octodns/pull/366, https://github.com/DNSControl/dnscontrol/issues/937
 */
const changesFrom = (record: Home, there: readonly RecordSet[], targets: readonly RecordSet[]): ZonePlan => {
  const isAmong = (sets: readonly RecordSet[], set: RecordSet): boolean => sets.some((each) => isSameSet(each, set));
  const differing = [
    ...there.filter((set) => !isAmong(targets, set)),
    ...targets.filter((set) => !isAmong(there, set)),
  ];
  if (differing.length === 0) return { kind: 'nothing' };
  const isDue = (set: RecordSet): boolean =>
    isAmong(differing, set) || differing.some((each) => leadsTo(record, set, each));
  const sides = sideNames(record);
  const isBetween = ({ name }: RecordSet): boolean => sides.includes(withDot(name));
  const [gone, fresh] = [there.filter(isDue), targets.filter(isDue)];
  return {
    kind: 'change',
    changes: [
      ...[...gone.filter((set) => !isBetween(set)), ...gone.filter(isBetween)].map(
        (set): RecordChange => ({ action: 'DELETE', set }),
      ),
      ...[...fresh.filter(isBetween), ...fresh.filter((set) => !isBetween(set))].map(
        (set): RecordChange => ({ action: 'CREATE', set }),
      ),
    ],
  };
};
