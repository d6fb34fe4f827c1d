import type { PrincipalsPlan, PrincipalsSituation } from './principals.ts';

/** That an allowed principal is ours: only what is ours may be removed. */
export interface Ownership {
  /** When EC2 had it for sure, ISO 8601. Absent while a run has it in hand, to add or to remove it: its absence from EC2 then says nothing. */
  readonly addedAt?: string;
  /** Who adopted it, where a person did. */
  readonly by?: string;
  readonly reason?: string;
  /** When it was adopted, ISO 8601. */
  readonly at?: string;
}

/** The allowed principals of one service that are ours, by ARN. */
export type Ours = Readonly<Record<string, Ownership>>;

/** What the ledger knows of a service's allowed principals. */
export interface PrincipalsRecord {
  readonly ours: Ours;
  /** How often somebody else removed what is ours, by ARN. */
  readonly reverted: Readonly<Record<string, number>>;
  /** What is not added any more until a person says so. Follows from the other two and from EC2; kept for people. */
  readonly contested: readonly string[];
  /** The basis that was last brought about; absent while a run is at it, or died over it. */
  readonly applied?: string;
  /** Counts the writes; 0 = there was none. */
  readonly version: number;
}

/** A service that no run looked after yet. */
export const NO_PRINCIPALS: PrincipalsRecord = { ours: {}, reverted: {}, contested: [], version: 0 };

/** Takes what is to be added and removed in hand, before EC2 hears of it. */
export const takeInHand = (record: PrincipalsRecord, plan: PrincipalsPlan): PrincipalsRecord => {
  const { applied: _undone, ...rest } = record;
  const inHand = ({ addedAt: _unsure, ...ownership }: Ownership = {}): Ownership => ownership;
  const fresh = plan.add.filter((arn) => !Object.hasOwn(record.ours, arn));
  const taken = [...fresh, ...plan.reverting, ...plan.remove].map((arn) => [arn, inHand(record.ours[arn])] as const);
  const counted = plan.reverting.map((arn) => [arn, (record.reverted[arn] ?? 0) + 1] as const);
  return {
    ...rest,
    ours: { ...record.ours, ...Object.fromEntries(taken) },
    reverted: { ...record.reverted, ...Object.fromEntries(counted) },
    version: record.version + 1,
  };
};

/** How a run ended. */
export interface RunEnd {
  /** What EC2 refused to add or to remove. */
  readonly refused: ReadonlySet<string>;
  /** The basis that was brought about. */
  readonly basis: string;
}

/**
 * What is ours after a run: no longer what it removed, nor what is neither wanted nor there. What EC2 refused to add never was.
 */
export const settle = (
  record: PrincipalsRecord,
  situation: PrincipalsSituation,
  plan: PrincipalsPlan,
  { refused, basis }: RunEnd,
): PrincipalsRecord => {
  const isRefused = (arn: string) => refused.has(arn);
  const added = new Set(plan.add.filter((arn) => !isRefused(arn)));
  const removed = new Set(plan.remove.filter((arn) => !isRefused(arn)));
  const notAdded = new Set(plan.add.filter(isRefused));
  const present = new Set(situation.present);
  const claimed = new Set([...situation.wanted, ...situation.doubtful]);
  // A registry that is not believed is no reason to forget.
  const isForgotten = (arn: string) => !present.has(arn) && !claimed.has(arn) && !situation.frozen;
  const kept = Object.entries(record.ours)
    .filter(([arn]) => !removed.has(arn) && !notAdded.has(arn) && !isForgotten(arn))
    .map(([arn, ownership]): [string, Ownership] => {
      const isSure = ownership.addedAt !== undefined || !(present.has(arn) || added.has(arn));
      return [arn, isSure ? ownership : { ...ownership, addedAt: situation.now }];
    });
  const ours = Object.fromEntries(kept);
  return {
    ours,
    reverted: Object.fromEntries(Object.entries(record.reverted).filter(([arn]) => Object.hasOwn(ours, arn))),
    contested: plan.contested,
    applied: basis,
    version: record.version + 1,
  };
};

/** Whether two records say the same, whatever their versions: then there is nothing to write. */
export const isSameRecord = (one: PrincipalsRecord, other: PrincipalsRecord): boolean => {
  const textOf = ({ ours, reverted, contested, applied }: PrincipalsRecord) =>
    JSON.stringify([ours, reverted, contested, applied]);
  return textOf(one) === textOf(other);
};

/** A person says that everything that is contested is to be added again, once. */
export const resumeAll = (record: PrincipalsRecord): PrincipalsRecord => ({ ...record, reverted: {} });

/** A person says that a principal is ours, whoever added it: it is removed when it is not wanted, and added again when somebody removes it. */
export const adopt = (
  record: PrincipalsRecord,
  arn: string,
  word: { readonly by: string; readonly reason: string; readonly at: string },
): PrincipalsRecord => {
  // What was applied is no longer what is to be: somebody has to look again.
  const { applied: _changed, ...rest } = record;
  const { [arn]: _counted, ...reverted } = record.reverted;
  return {
    ...rest,
    ours: { ...record.ours, [arn]: word },
    reverted,
    contested: record.contested.filter((each) => each !== arn),
    version: record.version + 1,
  };
};
