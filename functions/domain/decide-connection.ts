import type { Connection } from './connection.ts';
import type { Customer, Entitlement, Reading, ServiceEntry } from './registry.ts';
import { DEFAULT_VERDICTS, type Decision, DOUBTS, type ReasonCode, type RuleOutcome, type Verdict } from './verdict.ts';

/** A customer whom the registry names for a request, with all that is known of it. */
export interface Candidate {
  readonly customerId: string;
  /** By the endpoint's id, which the customer claimed, or by the account that owns the endpoint. */
  readonly matchedBy: 'endpoint' | 'account';
  readonly customer: Reading<Customer>;
  readonly entitlement: Reading<Entitlement>;
  readonly places: Places;
}

/** The places under an entitlement's `maxEndpoints`, as the ledger has them. */
export interface Places {
  readonly taken: number;
  /** Whether this endpoint has one of them already. */
  readonly mine: boolean;
}

/** All that a decision depends on: the same situation gives the same decision. */
export interface Situation {
  readonly connection: Connection;
  /** The service's own region. */
  readonly serviceRegion: string;
  readonly service: Reading<ServiceEntry>;
  /** Everyone whom the registry names for this request. */
  readonly candidates: readonly Candidate[];
  /** ISO 8601, UTC. */
  readonly now: string;
}

interface Question {
  readonly situation: Situation;
  /** The one match; undefined as long as there is none or more than one. */
  readonly candidate: Candidate | undefined;
}

interface Rule {
  readonly name: string;
  /** Asked in order; the first that fails decides. */
  ask(about: Question): Finding;
}

/** What a rule saw; with a code, it failed: why, and what the customer can do about it, where it can. */
type Finding =
  | { readonly saw: string }
  | { readonly saw: string; readonly code: ReasonCode; readonly because: string; readonly todo?: string };

/** A claim of the endpoint's id is more exact than its account: where there is one, only claims count. */
const closestMatches = (candidates: readonly Candidate[]): readonly Candidate[] => {
  const claims = candidates.filter((candidate) => candidate.matchedBy === 'endpoint');
  return claims.length > 0 ? claims : candidates;
};

const found = <T>(reading: Reading<T> | undefined): T | undefined =>
  reading?.kind === 'found' ? reading.entry : undefined;

const endpointOf = ({ connection }: Situation): string =>
  `endpoint ${connection.endpointId} of account ${connection.owner}`;

const RULES: readonly Rule[] = [
  {
    name: 'service',
    ask({ situation }) {
      const { service, connection } = situation;
      if (service.kind === 'found') return { saw: `${connection.serviceId} is registered` };
      const saw = service.kind === 'absent' ? `${connection.serviceId} is not registered` : service.problem;
      return {
        saw,
        code: service.kind === 'absent' ? 'service-unregistered' : 'entry-unreadable',
        because: `we are still setting up ${connection.serviceId}`,
      };
    },
  },
  {
    name: 'requester',
    ask({ situation }) {
      const matches = closestMatches(situation.candidates);
      const [match] = matches;
      if (match === undefined) {
        return {
          saw: `account ${situation.connection.owner} has no entry`,
          code: 'requester-unknown',
          because: `this account is not registered for ${situation.connection.serviceId}`,
          todo: 'ask us to register it',
        };
      }
      if (matches.length > 1) {
        return {
          saw: `${matches.length} customers match: ${matches.map(({ customerId }) => customerId).join(', ')}`,
          code: 'requester-ambiguous',
          because: 'the account serves several customers of ours',
          todo: 'tell us for which of them the endpoint is',
        };
      }
      return { saw: `${match.customerId} by ${match.matchedBy}` };
    },
  },
  {
    name: 'entries',
    ask({ candidate }) {
      for (const reading of [candidate?.customer, candidate?.entitlement]) {
        if (reading === undefined || reading.kind === 'found') continue;
        return {
          saw: reading.kind === 'unreadable' ? reading.problem : `an entry of ${candidate?.customerId} is missing`,
          code: 'entry-unreadable',
          because: 'we are correcting our records',
        };
      }
      return { saw: 'customer and entitlement are readable' };
    },
  },
  {
    name: 'customer-status',
    ask({ candidate }) {
      const status = found(candidate?.customer)?.status;
      if (status !== 'suspended') return { saw: `${status}` };
      return {
        saw: status,
        code: 'customer-suspended',
        because: 'your subscription is suspended',
        todo: 'contact us to activate it',
      };
    },
  },
  {
    name: 'region',
    ask({ situation, candidate }) {
      const regions = found(candidate?.entitlement)?.regions ?? [situation.serviceRegion];
      const { region } = situation.connection;
      if (regions.includes(region)) return { saw: region };
      return {
        saw: `${region} is none of ${regions.join(', ')}`,
        code: 'region-not-covered',
        because: `it is in ${region}, and your contract covers ${regions.join(', ')}`,
        todo: 'create it there, or ask us to add the region',
      };
    },
  },
  {
    name: 'contract',
    ask({ situation, candidate }) {
      const { from, until } = found(candidate?.entitlement) ?? {};
      const now = Date.parse(situation.now);
      if (from !== undefined && now < Date.parse(from)) {
        return {
          saw: `begins ${from}`,
          code: 'contract-not-begun',
          because: `your contract begins on ${from}`,
        };
      }
      if (until !== undefined && now >= Date.parse(until)) {
        return {
          saw: `ended ${until}`,
          code: 'contract-ended',
          because: `your contract ended on ${until}`,
          todo: 'contact us to renew it',
        };
      }
      return { saw: `${from ?? 'begun'} to ${until ?? 'no end'}` };
    },
  },
  {
    name: 'approval',
    ask({ candidate }) {
      const approval = found(candidate?.entitlement)?.approval;
      const { taken, mine } = candidate?.places ?? { taken: 0, mine: false };
      const isFirst = taken - (mine ? 1 : 0) === 0;
      if (approval === 'automatic' || (approval === 'first-manual' && !isFirst)) return { saw: approval };
      return {
        saw: `${approval}`,
        code: 'approval-needed',
        because: 'a person here has to approve it',
      };
    },
  },
  {
    name: 'quota',
    ask({ candidate }) {
      const max = found(candidate?.entitlement)?.maxEndpoints ?? 0;
      const { taken, mine } = candidate?.places ?? { taken: 0, mine: false };
      if (mine || taken < max)
        return { saw: `${taken} of ${max} in use${mine ? ', one of them by this endpoint' : ''}` };
      return {
        saw: `${taken} of ${max} in use`,
        code: 'quota-reached',
        because: `all ${max} endpoints of your contract are in use`,
        todo: 'delete one that you no longer need, or ask us for more',
      };
    },
  },
];

/** How a sentence to the customer begins. */
const OPENINGS: Readonly<Record<Verdict, (endpoint: string) => string>> = {
  accept: (endpoint) => `We accepted your ${endpoint}`,
  reject: (endpoint) => `We rejected your ${endpoint}`,
  hold: (endpoint) => `Your ${endpoint} is waiting`,
};

/**
 * Decides what becomes of a request that waits for acceptance: the rules in order, the first that fails decides, and the
 * service's policy turns its reason into a verdict.
 */
export const decideConnection = (situation: Situation): Decision => {
  const matches = closestMatches(situation.candidates);
  const candidate = matches.length === 1 ? matches[0] : undefined;
  const rules: RuleOutcome[] = [];
  let failed: Extract<Finding, { code: ReasonCode }> | undefined;
  for (const rule of RULES) {
    const finding = rule.ask({ situation, candidate });
    if ('code' in finding) {
      failed = finding;
      rules.push({ rule: rule.name, passed: false, code: finding.code, saw: finding.saw });
      break;
    }
    rules.push({ rule: rule.name, passed: true, saw: finding.saw });
  }
  const code = failed?.code ?? 'entitled';
  const verdict = verdictFor(code, situation);
  return {
    verdict,
    code,
    sentence: `${OPENINGS[verdict](endpointOf(situation))}: ${becauseOf(verdict, failed?.because)}; ${todoOf(verdict, failed?.todo)}.`,
    rules,
    ...(candidate === undefined ? {} : { customerId: candidate.customerId }),
  };
};

/** The decision that holds when another request took the last place in the meantime. Never `accept`. */
export const decideWithoutPlace = (situation: Situation): Decision => {
  const candidates = situation.candidates.map((candidate) => ({
    ...candidate,
    places: { mine: false, taken: Math.max(candidate.places.taken, found(candidate.entitlement)?.maxEndpoints ?? 0) },
  }));
  return decideConnection({ ...situation, candidates });
};

const becauseOf = (verdict: Verdict, because: string | undefined): string =>
  because ?? (verdict === 'accept' ? 'it becomes available within minutes' : 'we take no new connections at present');

/** EC2 has no way back from a rejection that we rely on: whoever was rejected needs a new endpoint. */
const todoOf = (verdict: Verdict, todo: string | undefined): string => {
  if (verdict !== 'reject') return todo ?? 'there is nothing for you to do';
  return todo === undefined ? 'ask us before you create a new endpoint' : `${todo}, then create a new endpoint`;
};

/** A policy may soften a refusal or harden a hold; it can't accept whom the rules did not pass, nor reject on doubt. */
const verdictFor = (code: ReasonCode, { service }: Situation): Verdict => {
  const wanted = found(service)?.verdicts?.[code] ?? DEFAULT_VERDICTS[code];
  const isTooFar = (wanted === 'accept' && code !== 'entitled') || (wanted === 'reject' && DOUBTS.has(code));
  return isTooFar ? DEFAULT_VERDICTS[code] : wanted;
};
