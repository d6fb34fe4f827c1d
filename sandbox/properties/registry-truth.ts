import type { Effect, Mode, ServicePolicy, Terms } from './history.ts';

/** What is said of one service at one time. */
export interface ServiceTruth {
  readonly policy: ServicePolicy;
  readonly terms: ReadonlyMap<string, Terms>;
  /** `account ID` or `endpoint ID` to the customers that it stands for. */
  readonly matches: ReadonlyMap<string, ReadonlySet<string>>;
  /** No part of the registry, but it changes as that does: who reads it may see either. */
  readonly modes: Readonly<Record<Effect, Mode>>;
  /** It stands still by a person's word; no part of the registry either. */
  readonly isPaused: boolean;
}

/** What the registry says at one time, in this folder's own words: nothing of the product reads or writes it. */
export interface RegistryTruth {
  readonly statuses: ReadonlyMap<string, 'active' | 'suspended'>;
  /** By the service's name. */
  readonly services: ReadonlyMap<string, ServiceTruth>;
  /** Everything stands still by a person's word; no part of the registry. */
  readonly isAllPaused: boolean;
}

/** What is said of a service. @throws Error where the history has no such service */
export const truthOf = ({ services }: RegistryTruth, service: string): ServiceTruth => {
  const found = services.get(service);
  if (found === undefined) throw new Error(`There is no service ${service} in this history.`);
  return found;
};

/** The same, with something of one service changed. */
export const withService = (truth: RegistryTruth, service: string, change: Partial<ServiceTruth>): RegistryTruth => ({
  ...truth,
  services: new Map(truth.services).set(service, { ...truthOf(truth, service), ...change }),
});

/** Whether nothing may be written for a service. */
export const isPaused = (truth: RegistryTruth, service: string): boolean =>
  truth.isAllPaused || truthOf(truth, service).isPaused;

/** What the registry said from one mark to another; the two overlap with their neighbours' while an entry is being written. */
interface RegistryVersion {
  readonly truth: RegistryTruth;
  readonly from: number;
  until: number;
}

/** The registry's history, version by version. */
export class RegistryVersions {
  readonly #versions: RegistryVersion[];

  constructor(first: RegistryTruth) {
    this.#versions = [{ truth: first, from: 0, until: Number.POSITIVE_INFINITY }];
  }

  /** The latest version. */
  get last(): RegistryTruth {
    const { truth } = this.#versions.at(-1) ?? {};
    if (truth === undefined) throw new Error('A registry has at least one version.');
    return truth;
  }

  /** A change that began at a mark; @returns how to say at which mark it was done. */
  change(truth: RegistryTruth, from: number): (done: number) => void {
    const before = this.#versions.at(-1);
    this.#versions.push({ truth, from, until: Number.POSITIVE_INFINITY });
    return (done) => {
      if (before !== undefined) before.until = done;
    };
  }

  /** What a reader may have seen between two marks. */
  between(from: number, until: number): readonly RegistryTruth[] {
    return this.#versions.filter((version) => version.from <= until && version.until >= from).map(({ truth }) => truth);
  }
}

/** Under the key that {@link RegistryTruth.matches} has. */
export const matchKey = (kind: 'account' | 'endpoint', id: string): string => `${kind} ${id}`;

/** A request as the oracle sees it. */
interface Requester {
  readonly service: string;
  readonly endpointId: string;
  readonly account: string;
  /** Whether a person said yes. @default nobody did */
  readonly isApproved?: boolean;
}

/** In which region all endpoints of these histories are. */
const HOME = 'us-west-2';

/**
 * Whose endpoint it is and under which terms, if the registry allows it at this time; undefined where nobody may accept it
 * by himself. Says nothing of places, nor whether a `first-manual` customer has its first.
 *
 * @param seconds - since the history's beginning.
 */
export const entitlementOf = (
  truth: RegistryTruth,
  { service, endpointId, account, isApproved = false }: Requester,
  seconds: number,
): { readonly customerId: string; readonly terms: Terms } | undefined => {
  const { statuses } = truth;
  const { policy, terms, matches } = truthOf(truth, service);
  if (policy === 'none' || policy === 'closed' || policy === 'shut') return undefined;
  const claims = matches.get(matchKey('endpoint', endpointId));
  const named = claims !== undefined && claims.size > 0 ? claims : matches.get(matchKey('account', account));
  const [customerId, ...others] = named ?? [];
  const own = customerId === undefined ? undefined : terms.get(customerId);
  if (customerId === undefined || others.length > 0 || own === undefined) return undefined;
  const isFit =
    statuses.get(customerId) === 'active' &&
    own.maxEndpoints >= 1 &&
    (own.approval !== 'manual' || isApproved) &&
    (own.regions ?? [HOME]).includes(HOME) &&
    seconds >= (own.from ?? 0) &&
    seconds < (own.until ?? Number.POSITIVE_INFINITY);
  return isFit ? { customerId, terms: own } : undefined;
};

/** Why a connection is to be cut off by the registry's word: its owner is nobody's, or suspended, or outside what was agreed. */
export type Cause = 'unknown' | 'suspended' | 'outside' | 'ended';

/** What the registry says of a requester before anything of terms: nobody's, or of whom not enough is known, or whose it is and how. */
const ownerOf = (
  truth: RegistryTruth,
  { service, endpointId, account }: Requester,
): 'unknown' | 'unclear' | { readonly terms: Terms; readonly status: 'active' | 'suspended' } => {
  const { terms, matches } = truthOf(truth, service);
  const claims = matches.get(matchKey('endpoint', endpointId));
  const named = claims !== undefined && claims.size > 0 ? claims : matches.get(matchKey('account', account));
  const [customerId, ...others] = named ?? [];
  if (customerId === undefined) return 'unknown';
  const own = terms.get(customerId);
  const status = truth.statuses.get(customerId);
  if (others.length > 0 || own === undefined || own.maxEndpoints < 1 || status === undefined) return 'unclear';
  return { terms: own, status };
};

/**
 * Why the registry wants a request turned away at the door; undefined where it is entitled, where something is not known, or where policy
 * holds it. Says nothing of what a person said, of places, of modes, nor of pauses.
 *
 * @param seconds - since the history's beginning.
 */
export const causeToTurnAway = (
  truth: RegistryTruth,
  requester: Requester,
  seconds: number,
): Cause | 'unapproved' | 'shut' | undefined => {
  const { policy } = truthOf(truth, requester.service);
  if (policy === 'none') return undefined;
  const owner = ownerOf(truth, requester);
  if (owner === 'unknown') return 'unknown';
  if (owner === 'unclear') return undefined;
  const { terms, status } = owner;
  if (status === 'suspended') return 'suspended';
  if (policy === 'shut')
    return entitlementOf(
      withService(truth, requester.service, { policy: 'plain' }),
      { ...requester, isApproved: true },
      seconds,
    ) === undefined
      ? undefined
      : 'shut';
  if (policy !== 'strict') return undefined;
  if (!(terms.regions ?? [HOME]).includes(HOME) || seconds < (terms.from ?? 0)) return 'outside';
  if (seconds >= (terms.until ?? Number.POSITIVE_INFINITY)) return 'ended';
  return terms.approval === 'automatic' ? undefined : 'unapproved';
};

/**
 * Why the registry wants a live connection cut off; undefined where it is entitled, where something is not known (no entry, an entry that
 * can't be read, several customers), or where its contract ended and lets it stay. Says nothing of modes, of pauses, nor of whose connection it is.
 *
 * @param seconds - since the history's beginning.
 */
export const causeToCutOff = (truth: RegistryTruth, requester: Requester, seconds: number): Cause | undefined => {
  const { policy } = truthOf(truth, requester.service);
  if (policy === 'none') return undefined;
  const owner = ownerOf(truth, requester);
  if (owner === 'unknown') return 'unknown';
  if (owner === 'unclear') return undefined;
  const { terms, status } = owner;
  if (status === 'suspended') return 'suspended';
  // Only a policy that turns these away at the door cuts them off.
  const isOutside = !(terms.regions ?? [HOME]).includes(HOME) || seconds < (terms.from ?? 0);
  if (isOutside) return policy === 'strict' ? 'outside' : undefined;
  const isEnded = seconds >= (terms.until ?? Number.POSITIVE_INFINITY);
  return isEnded && terms.whenEnded === 'revoke' ? 'ended' : undefined;
};
