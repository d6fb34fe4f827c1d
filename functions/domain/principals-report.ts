import { barsOf, type PrincipalsPlan, type PrincipalsStanding, type Withheld } from './principals.ts';

/** What a convergence tells the workflow. Of long lists the first entries; the log has the whole plan. */
export interface PrincipalsReport {
  /**
   * What a person may have to know, the worst first: another run took over; somebody undoes what we do; something is not done, for a
   * reason; all is as it should be, and it was not before; there was nothing to do.
   */
  readonly outcome: 'overtaken' | 'contested' | 'withheld' | 'converged' | 'nothing';
  /** Why something is not done, or would not be: a mode, a pause, a freeze; an unregistered service. */
  readonly because?: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly withheld: readonly Withheld[];
  readonly contested: readonly string[];
  /** Absent where EC2 was not asked. */
  readonly isOpenToEveryone?: boolean;
  readonly foreign: readonly string[];
  /** How many there are of each, however many are listed. */
  readonly counts: Readonly<Record<'added' | 'removed' | 'withheld' | 'contested' | 'foreign', number>>;
}

/** An execution's data may have 256 KiB: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MOST_LISTED = 100;

/** Nothing was read of EC2 and nothing done. */
export const reportNothing = (because: string): PrincipalsReport =>
  reportOf({ outcome: 'nothing', because }, { added: [], removed: [], withheld: [], contested: [], foreign: [] });

/** Tells how a run went. */
export const explainRun = (
  plan: PrincipalsPlan,
  standing: PrincipalsStanding,
  end: {
    /** What EC2 refused to add or remove. */
    readonly refused: ReadonlySet<string>;
    readonly isOvertaken: boolean;
    /** Whether EC2 was told anything. */
    readonly hasActed: boolean;
  },
): PrincipalsReport => {
  const done = (arns: readonly string[]) => (end.hasActed ? arns.filter((arn) => !end.refused.has(arn)) : []);
  const refusedOf = (effect: Withheld['effect'], arns: readonly string[]): readonly Withheld[] =>
    arns.filter((arn) => end.refused.has(arn)).map((arn) => ({ arn, effect, because: 'EC2 refuses it' }));
  const lists = {
    added: done(plan.add),
    removed: done(plan.remove),
    withheld: [
      ...plan.withheld,
      ...refusedOf('principals-add', plan.add),
      ...refusedOf('principals-remove', plan.remove),
    ],
    contested: plan.contested,
    foreign: plan.foreign,
  };
  const bars = barsOf(standing);
  return reportOf(
    {
      outcome: outcomeOf(lists, end.isOvertaken),
      ...(bars.length === 0 ? {} : { because: bars.join('; ') }),
      isOpenToEveryone: plan.isOpenToEveryone,
    },
    lists,
  );
};

type Lists = Pick<PrincipalsReport, 'added' | 'removed' | 'withheld' | 'contested' | 'foreign'>;

const outcomeOf = (
  { added, removed, withheld, contested }: Lists,
  isOvertaken: boolean,
): PrincipalsReport['outcome'] => {
  if (isOvertaken) return 'overtaken';
  if (contested.length > 0) return 'contested';
  if (withheld.length > 0) return 'withheld';
  return added.length + removed.length > 0 ? 'converged' : 'nothing';
};

const reportOf = (
  said: Pick<PrincipalsReport, 'outcome' | 'because' | 'isOpenToEveryone'>,
  { added, removed, withheld, contested, foreign }: Lists,
): PrincipalsReport => ({
  ...said,
  added: added.slice(0, MOST_LISTED),
  removed: removed.slice(0, MOST_LISTED),
  withheld: withheld.slice(0, MOST_LISTED),
  contested: contested.slice(0, MOST_LISTED),
  foreign: foreign.slice(0, MOST_LISTED),
  counts: {
    added: added.length,
    removed: removed.length,
    withheld: withheld.length,
    contested: contested.length,
    foreign: foreign.length,
  },
});
