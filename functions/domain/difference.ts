import { type Connection, isOver } from './connection.ts';
import type { Revocation } from './decide-revocation.ts';
import type { Outcome } from './history.ts';
import type { Entitlement } from './registry.ts';
import type { RegistrySeen } from './trust.ts';
import { dueWarnings, type Unentitled, type Warned, type Warning } from './warnings.ts';

/** What the ledger has in force for one request: who has it in hand, and how it ended last. */
export interface Admission {
  readonly serviceId: string;
  readonly endpointId: string;
  /** A run has it in hand, or had when it died. */
  readonly isRunning: boolean;
  /** That run waits with its token in the ledger. */
  readonly isWaiting: boolean;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** What the last decision stood on. */
  readonly basis?: string;
  /** When it is to be looked at whatever happens, ISO 8601 in UTC. */
  readonly lookAt?: string;
  readonly last?: {
    readonly outcome: Outcome;
    readonly code: string;
    readonly recordedAt?: string;
    readonly customerId?: string;
  };
  /** A person said that somebody else's connection is ours. */
  readonly isOwned: boolean;
}

/** A place that an endpoint has under a customer's entitlement. */
export interface TakenPlace {
  readonly serviceId: string;
  readonly customerId: string;
  readonly endpointId: string;
  /** When it was taken: which taking of it is meant. */
  readonly takenAt: string;
}

/** What the registry says of one connection at the moment of the sweep. */
export interface Standing {
  /** As the last decision keeps it: see `basisOf`. */
  readonly basis: string;
  /** The dates of the contract under which it would be decided, ISO 8601 in UTC. */
  readonly dates: readonly string[];
  /** Whether its service has an entry: what nobody entered is left alone. */
  readonly isRegistered: boolean;
  /** The one customer whom the registry names for it, and whose entries can be read. */
  readonly customerId?: string;
  /** Whether it would be cut off, if it lives. */
  readonly revocation: Revocation;
  /** After how many days a person is reminded of it. */
  readonly remindDays: number;
}

/** Everything that there is, as one sweep read it. */
export interface Estate {
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly connections: readonly Connection[];
  readonly admissions: readonly Admission[];
  readonly places: readonly TakenPlace[];
  readonly entitlements: readonly Entitlement[];
  readonly warned: readonly Warned[];
  readonly standingOf: (connection: Connection, admission: Admission | undefined) => Standing;
  /** The services whose allowed principals are to be looked at. */
  readonly principals: readonly string[];
  /** What is to be remembered of the registry's size; absent where that is remembered already. */
  readonly registry?: Omit<RegistrySeen, 'version'>;
  /** The version of what is remembered; 0 = nothing is. */
  readonly registryVersion: number;
  /** Why what is missing from the registry is not believed. */
  readonly distrust?: string;
}

/** One endpoint, and what brought it up. */
export interface Look {
  readonly serviceId: string;
  readonly vpcEndpointId: string;
  /** In words, for who reads the execution. */
  readonly because: string;
}

/** What is not as it should be: what the workflow `reconcile` works off. */
export interface Difference {
  /** To be looked at by `admit-connection`. */
  readonly admit: readonly Look[];
  /** To be looked at by `revoke-connection`. */
  readonly revoke: readonly Look[];
  readonly principals: readonly { readonly serviceId: string }[];
  readonly places: readonly (TakenPlace & { readonly because: string })[];
  readonly warn: readonly Warning[];
  /** Records of warnings whose cause is gone. */
  readonly forget: readonly Pick<Warned, 'pk' | 'sk'>[];
  readonly registry?: Omit<RegistrySeen, 'version'> & { readonly version: number };
  /** How much more there is than fits: the next sweep finds it again. */
  readonly left: number;
}

/** An event takes 256 KB, a run 25,000 events of history, and EC2 one answer a second: what does not fit is found again in five minutes. */
const MOST_OF_EACH = 200;
/** A run that was begun just now is not to be disturbed, and what EC2 lists may be older than what it did. */
const SETTLES = 2 * 60_000;
/** Longer than a run works without waiting: it has an hour for its answer. */
const WORKS = 75 * 60_000;

const LIVE: ReadonlySet<string> = new Set(['pending', 'available']);
const COUNTED: ReadonlySet<Outcome> = new Set<Outcome>(['accepted', 'adopted']);
const keyOf = (serviceId: string, endpointId: string): string => `${serviceId} ${endpointId}`;

/**
 * Compares what EC2 lists with what registry and ledger say, and names what somebody has to look at. It decides nothing: whoever looks reads
 * everything again. What was read in part must not come here: what is missing would count as gone.
 */
export const planDifference = (estate: Estate): Difference => {
  const admissions = new Map(estate.admissions.map((each) => [keyOf(each.serviceId, each.endpointId), each]));
  const listed = new Map(estate.connections.map((each) => [keyOf(each.serviceId, each.endpointId), each]));
  const admit: (Look & { readonly since: string })[] = [];
  const revoke: Look[] = [];
  const unentitled: Unentitled[] = [];
  for (const connection of estate.connections) {
    const { serviceId, endpointId } = connection;
    const admission = admissions.get(keyOf(serviceId, endpointId));
    const look = { serviceId, vpcEndpointId: endpointId };
    const because = whyLook(connection, admission, estate);
    if (because !== undefined) admit.push({ ...look, because, since: connection.createdAt ?? '' });
    else if (admission !== undefined && mayBeCutOff(connection, admission, estate)) {
      const { revocation } = estate.standingOf(connection, admission);
      if (revocation.verdict === 'revoke') revoke.push({ ...look, because: revocation.code });
      else if (revocation.verdict !== 'keep') unentitled.push({ connection, revocation });
    }
  }
  for (const { serviceId, endpointId, takenAt } of estate.admissions) {
    if (listed.has(keyOf(serviceId, endpointId)) || isYoung(takenAt, estate)) continue;
    admit.push({ serviceId, vpcEndpointId: endpointId, because: 'EC2 does not list it any more', since: takenAt });
  }
  admit.sort((one, other) => compare(one.since, other.since) || compare(one.vpcEndpointId, other.vpcEndpointId));
  const places = estate.places.flatMap((place) => {
    const because = whySettle(place, listed, admissions, estate);
    return because === undefined ? [] : [{ ...place, because }];
  });
  const { due, over } = dueWarnings(estate, unentitled);
  const all = { admit, revoke, principals: estate.principals, places, warn: due, forget: over };
  const left = Object.values(all).reduce((sum, { length }) => sum + Math.max(0, length - MOST_OF_EACH), 0);
  return {
    admit: admit.slice(0, MOST_OF_EACH).map(({ since: _, ...look }) => look),
    revoke: revoke.slice(0, MOST_OF_EACH),
    principals: estate.principals.slice(0, MOST_OF_EACH).map((serviceId) => ({ serviceId })),
    places: places.slice(0, MOST_OF_EACH),
    warn: due.slice(0, MOST_OF_EACH),
    forget: over.slice(0, MOST_OF_EACH),
    ...(estate.registry === undefined ? {} : { registry: { ...estate.registry, version: estate.registryVersion } }),
    left,
  };
};

/** Whether everything is as it should be: then nobody is told, and nothing costs anything. */
export const isQuiet = ({ admit, revoke, principals, places, warn, forget, registry }: Difference): boolean =>
  registry === undefined && [admit, revoke, principals, places, warn, forget].every(({ length }) => length === 0);

const compare = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

const age = (time: string, { now }: Pick<Estate, 'now'>): number => Date.parse(now) - Date.parse(time);

const isYoung = (takenAt: string, estate: Pick<Estate, 'now'>): boolean => age(takenAt, estate) < SETTLES;

/** Why `admit-connection` has to look at a connection; `undefined` where it has not. */
const whyLook = (connection: Connection, admission: Admission | undefined, estate: Estate): string | undefined => {
  const { state } = connection;
  if (admission === undefined) {
    // What is over, and what nobody acts on, is nobody's business.
    // Its notice is on its way.
    if (connection.createdAt !== undefined && isYoung(connection.createdAt, estate)) return undefined;
    if (state === 'pendingAcceptance') return 'nobody has looked at it';
    const isOurs = LIVE.has(state) && estate.standingOf(connection, undefined).isRegistered;
    return isOurs ? 'it was connected without us' : undefined;
  }
  if (isYoung(admission.takenAt, estate)) return undefined;
  if (admission.isRunning && !admission.isWaiting) {
    return age(admission.takenAt, estate) >= WORKS ? 'the run that has it in hand is not heard of' : undefined;
  }
  if (isOver(state)) return `it is ${state}`;
  const { last, lookAt, basis, takenAt } = admission;
  if (lookAt !== undefined && lookAt <= estate.now) return 'its time has come';
  if (last === undefined) return 'no decision on it is known';
  const isOpen = last.outcome === 'held' || last.outcome === 'observed';
  if (LIVE.has(state)) {
    if (isOpen) return 'somebody else connected it';
    const customerId = last.outcome === 'overtaken' ? estate.standingOf(connection, admission).customerId : undefined;
    return customerId === undefined ? undefined : `the registry says that it is ${customerId}'s`;
  }
  if (state !== 'pendingAcceptance') return undefined;
  if (!isOpen) return `the ledger says ${last.outcome}, and EC2 says ${state}`;
  const standing = estate.standingOf(connection, admission);
  if (standing.basis !== basis) return 'what its decision stands on has changed';
  const isReached = (date: string): boolean => Date.parse(date) > Date.parse(takenAt) && age(date, estate) >= 0;
  return standing.dates.some(isReached) ? 'a date of its contract has come' : undefined;
};

const mayBeCutOff = ({ state }: Connection, { isRunning, takenAt }: Admission, estate: Estate): boolean =>
  LIVE.has(state) && !isRunning && estate.distrust === undefined && !isYoung(takenAt, estate);

/** Why a place may be free, though no run is going to give it back. */
const whySettle = (
  { serviceId, customerId, endpointId, takenAt }: TakenPlace,
  listed: ReadonlyMap<string, Connection>,
  admissions: ReadonlyMap<string, Admission>,
  estate: Estate,
): string | undefined => {
  const admission = admissions.get(keyOf(serviceId, endpointId));
  if (
    isYoung(takenAt, estate) ||
    (admission !== undefined && (admission.isRunning || isYoung(admission.takenAt, estate)))
  ) {
    return undefined;
  }
  const connection = listed.get(keyOf(serviceId, endpointId));
  const isAlive = connection !== undefined && !isOver(connection.state);
  // With an admission in force, `admit-connection` gives it back.
  if (!isAlive) return admission === undefined ? 'its endpoint is gone' : undefined;
  const { last } = admission ?? {};
  if (last === undefined || !COUNTED.has(last.outcome) || last.customerId === customerId) return undefined;
  return `its endpoint is ${last.customerId}'s`;
};
