import type { Effect, Modes, Pause } from './mode.ts';
import type { Ours, PrincipalsRecord } from './ownership.ts';
import type { Customer, Entitlement, Reading } from './registry.ts';

/** The effects on a service's allowed principals: who may create an endpoint at all. */
export type PrincipalsEffect = Extract<Effect, 'principals-add' | 'principals-remove'>;

/** One account that the registry names for a service, and the customer whom it stands for. */
export interface AccountMatch {
  /** Twelve digits. */
  readonly account: string;
  readonly customer: Reading<Customer>;
  readonly entitlement: Reading<Entitlement>;
}

/** What the registry wants of a service's allowed principals. No ARN is in both lists; both are sorted. */
export interface Wanted {
  readonly wanted: readonly string[];
  /** Nobody knows whether they are wanted, or their connections are to outlive the contract: they are neither added nor removed. */
  readonly doubtful: readonly string[];
  /** What is wrong with the entries behind {@link doubtful}. */
  readonly problems: readonly string[];
}

/**
 * An account as an allowed principal. Any of its users and roles may then create an endpoint, if the account itself lets them.
 *
 * https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions
 *
 * @param partition - `aws`, `aws-cn`, `aws-us-gov`.
 */
export const accountPrincipal = (partition: string, account: string): string => `arn:${partition}:iam::${account}:root`;

const isAccountPrincipal = (arn: string): boolean => /^arn:[a-z-]+:iam::\d{12}:root$/.test(arn);

/**
 * Which accounts are wanted: that of an active customer whose entitlement is there and has not ended. Of customers who share an account,
 * one is enough. A contract that has not begun is no obstacle: its customer may create endpoints already, which are then held until it begins.
 *
 * @param now - ISO 8601.
 */
export const wantedPrincipals = (matches: readonly AccountMatch[], partition: string, now: string): Wanted => {
  const wanted = new Set<string>();
  const doubtful = new Map<string, string>();
  for (const match of matches) {
    const arn = accountPrincipal(partition, match.account);
    const { want, problem, isKept } = wantOf(match, now);
    if (want) wanted.add(arn);
    else if (problem !== undefined) doubtful.set(arn, problem);
    else if (isKept === true && !doubtful.has(arn)) doubtful.set(arn, '');
  }
  const inDoubt = [...doubtful.keys()].filter((arn) => !wanted.has(arn)).sort();
  return {
    wanted: [...wanted].sort(),
    doubtful: inDoubt,
    problems: inDoubt.flatMap((arn) => (doubtful.get(arn) === '' ? [] : [`${arn}: ${doubtful.get(arn)}`])),
  };
};

const wantOf = (
  { customer, entitlement }: AccountMatch,
  now: string,
): { readonly want: boolean; readonly problem?: string; readonly isKept?: boolean } => {
  // Withdrawal is to take the entitlement away: then nothing else matters.
  if (entitlement.kind === 'absent') return { want: false };
  if (entitlement.kind === 'unreadable') return { want: false, problem: entitlement.problem };
  const { until, whenEnded, customerId } = entitlement.entry;
  // Whether connections outlive their principal is not documented: where they are to be kept, so is it. The door asks for the contract.
  if (until !== undefined && Date.parse(until) <= Date.parse(now))
    return { want: false, isKept: whenEnded !== 'revoke' };
  if (customer.kind === 'unreadable') return { want: false, problem: customer.problem };
  // As with a decision: an entitlement of nobody is a mistake, and no reason to take anything away.
  if (customer.kind === 'absent') return { want: false, problem: `the entry of customer ${customerId} is missing` };
  return { want: customer.entry.status === 'active' };
};

/** What may be done to a service's allowed principals at the moment. */
export interface PrincipalsStanding {
  readonly modes: Pick<Modes, PrincipalsEffect>;
  /** Of the service, or of everything. */
  readonly paused?: Pause;
  /** Whether the registry shrank, or is otherwise not believed: then nothing is removed. */
  readonly frozen: boolean;
}

/** Why an effect is withheld as a whole; undefined where it is not. */
const barOf = (effect: PrincipalsEffect, { modes, paused, frozen }: PrincipalsStanding): string | undefined => {
  if (paused !== undefined) return 'everything is paused';
  if (modes[effect] !== 'enforce') return `the mode of ${effect} is ${modes[effect]}`;
  return effect === 'principals-remove' && frozen ? 'the registry is frozen: nothing is removed' : undefined;
};

/** Why effects are withheld at the moment, in words, whether or not there is anything to do. */
export const barsOf = (standing: PrincipalsStanding): readonly string[] => {
  const bars = [barOf('principals-add', standing), barOf('principals-remove', standing)];
  return [...new Set(bars.filter((bar) => bar !== undefined))];
};

/**
 * What a convergence goes by, as one text: as long as it equals what was last applied, there is nothing to converge, unless somebody
 * changed EC2. Whether effects are withheld is a part of it, so that the end of a pause is a difference too.
 * `+- 111111111111 222222222222 ? 333333333333`: both effects are allowed, two accounts are wanted, one is doubtful.
 */
export const principalsBasis = (
  wanted: readonly string[],
  doubtful: readonly string[],
  standing: PrincipalsStanding,
): string => {
  const may = (effect: PrincipalsEffect, sign: string) => (barOf(effect, standing) === undefined ? sign : '');
  // It is stored: the account says it all in most partitions.
  const short = (arns: readonly string[]) =>
    [...new Set(arns)].sort().map((arn) => arn.replace(/^arn:aws:iam::(\d{12}):root$/, '$1'));
  const signs = `${may('principals-add', '+')}${may('principals-remove', '-')}`;
  return [signs, ...short(wanted), '?', ...short(doubtful)].join(' ');
};

/** All that a plan depends on. */
export interface PrincipalsSituation extends PrincipalsStanding, Pick<Wanted, 'wanted' | 'doubtful'> {
  /** Every allowed principal, as EC2 lists them. */
  readonly present: readonly string[];
  readonly ours: Ours;
  readonly reverted: PrincipalsRecord['reverted'];
  /** ISO 8601. */
  readonly now: string;
}

/** Something that would be done, and is not. */
export interface Withheld {
  readonly arn: string;
  readonly effect: PrincipalsEffect;
  readonly because: string;
}

/** What is to be done about a service's allowed principals. All lists are sorted. */
export interface PrincipalsPlan {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly withheld: readonly Withheld[];
  /** Of {@link add}, what somebody else removed, and for which that is to be counted. */
  readonly reverting: readonly string[];
  /** Wanted, but somebody else removed it again after we had added it again: a person must say what holds. */
  readonly contested: readonly string[];
  /** Whether `*` is allowed: then everybody on AWS may ask to connect. */
  readonly isOpenToEveryone: boolean;
  /** Present, and not ours: of users, roles and everybody, and what somebody else added. Never touched. */
  readonly foreign: readonly string[];
}

/** How often we add again what somebody else removed: one removal may be a slip, two are an opinion. */
const MOST_REVERTED = 1;

/** For how long a principal that was just added may be missing from EC2's list: its reads are eventually consistent, by an undocumented delay. */
const SETTLING_MILLISECONDS = 5 * 60_000;

/**
 * Plans the allowed principals: adds what is wanted and absent; removes what is ours, present, and no longer wanted. What is ours and was
 * removed by somebody else is added again once. What somebody adds again after we removed it is foreign, and stays.
 */
export const planPrincipals = (situation: PrincipalsSituation): PrincipalsPlan => {
  const { ours, reverted } = situation;
  const wanted = new Set(situation.wanted);
  const doubtful = new Set(situation.doubtful);
  const present = new Set(situation.present);
  const absent = [...wanted].sort().filter((arn) => isAccountPrincipal(arn) && !present.has(arn) && !doubtful.has(arn));
  const lost = new Set(absent.filter((arn) => isLost(arn, situation)));
  const contested = absent.filter((arn) => lost.has(arn) && (reverted[arn] ?? 0) >= MOST_REVERTED);
  const adding = absent.filter((arn) => !contested.includes(arn));
  const removing = Object.keys(ours)
    .sort()
    .filter((arn) => isAccountPrincipal(arn) && present.has(arn) && !wanted.has(arn) && !doubtful.has(arn));

  const withhold = (effect: PrincipalsEffect, arns: readonly string[]) => {
    const because = barOf(effect, situation);
    if (because === undefined) return { done: arns, withheld: [] };
    return { done: [], withheld: arns.map((arn): Withheld => ({ arn, effect, because })) };
  };
  const adds = withhold('principals-add', adding);
  const removes = withhold('principals-remove', removing);
  return {
    add: adds.done,
    remove: removes.done,
    withheld: [...adds.withheld, ...removes.withheld],
    reverting: adds.done.filter((arn) => lost.has(arn)),
    contested,
    isOpenToEveryone: present.has('*'),
    foreign: [...present].filter((arn) => !Object.hasOwn(ours, arn)).sort(),
  };
};

/** Whether somebody else removed it. What a run of ours has in hand may be absent because that run died. */
const isLost = (arn: string, { ours, now }: PrincipalsSituation): boolean => {
  const addedAt = ours[arn]?.addedAt;
  return addedAt !== undefined && Date.parse(now) - Date.parse(addedAt) >= SETTLING_MILLISECONDS;
};
