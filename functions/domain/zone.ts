import { markSet, markValue, type RecordHome, type RecordSet, withDot } from './dns-record.ts';

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

/**
 * Compares a record with what its zone has. Everything that differs is deleted as it was read and created as it is wanted, in one batch: if
 * somebody changed it in between, Route 53 refuses the whole, and nothing of theirs is lost. An UPSERT would overwrite it, and costs as much.
 *
 * @param wanted - empty = the record is to go, with its mark.
 * @param present - every set of the zone with the record's name, of any type, and with its mark's.
 * @param isAdopted - a person said that what is there is ours from now on.
 */
export const planZone = (
  record: Pick<RecordHome, 'recordId' | 'name' | 'type'>,
  {
    wanted,
    present,
    isAdopted = false,
  }: { readonly wanted: readonly RecordSet[]; readonly present: readonly RecordSet[]; readonly isAdopted?: boolean },
): ZonePlan => {
  const mark = markSet(record);
  const name = withDot(record.name);
  const own = present.filter((set) => withDot(set.name) === name && set.type === record.type);
  const marks = present.filter((set) => withDot(set.name) === mark.name && set.type === 'TXT');
  const cname = present.find((set) => withDot(set.name) === name && set.type === 'CNAME');
  const [found] = marks;
  const odd = own.find((set) => set.other !== undefined);
  if (found !== undefined && found.values?.includes(markValue(record)) !== true) {
    return {
      kind: 'foreign',
      because: `${mark.name} says ${found.values?.join(' ') ?? 'nothing'}: it is another record's`,
    };
  }
  // Read without what makes it another: neither could it be deleted as it was read.
  if (odd !== undefined) return { kind: 'foreign', because: `${name} has a record with ${odd.other}, as we make none` };
  if (cname !== undefined) return { kind: 'foreign', because: `${name} is a CNAME, which we did not make` };
  if (found === undefined && own.length > 0 && !isAdopted) {
    const lie = own.length === 1 ? 'a record' : `${own.length} records`;
    return {
      kind: 'foreign',
      because: `${name} has ${lie} of type ${record.type} that we did not make: ${TAKE_OVER}`,
    };
  }
  const targets = wanted.length === 0 ? [] : [...wanted, mark];
  const there = [...own, ...marks];
  const gone = there.filter((set) => !targets.some((each) => isSameSet(each, set)));
  const fresh = targets.filter((set) => !there.some((each) => isSameSet(each, set)));
  if (gone.length + fresh.length === 0) return { kind: 'nothing' };
  return {
    kind: 'change',
    changes: [
      ...gone.map((set): RecordChange => ({ action: 'DELETE', set })),
      ...fresh.map((set): RecordChange => ({ action: 'CREATE', set })),
    ],
  };
};
