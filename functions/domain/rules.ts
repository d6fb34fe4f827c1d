import type { Effect } from './mode.ts';
import type { Reading } from './registry.ts';
import type { Candidate, Situation } from './situation.ts';
import { plainText } from './text.ts';
import type { ReasonCode } from './verdict.ts';

/** What a rule is asked about. */
export interface Question {
  readonly situation: Situation;
  /** The one match; undefined as long as there is none or more than one. */
  readonly candidate: Candidate | undefined;
}

/** One of the questions that decide. */
export interface Rule {
  readonly name: string;
  /** Asked in order; the first that fails decides. */
  ask(about: Question): Finding;
}

/** What a rule saw; with a code, it failed: why, and what the customer can do about it, where it can. */
export type Finding =
  | { readonly saw: string }
  | { readonly saw: string; readonly code: ReasonCode; readonly because: string; readonly todo?: string };

/** A claim of the endpoint's id is more exact than its account: where there is one, only claims count. */
export const closestMatches = (candidates: readonly Candidate[]): readonly Candidate[] => {
  const claims = candidates.filter((candidate) => candidate.matchedBy === 'endpoint');
  return claims.length > 0 ? claims : candidates;
};

/** The entry, where it could be read. */
export const found = <T>(reading: Reading<T> | undefined): T | undefined =>
  reading?.kind === 'found' ? reading.entry : undefined;

/** What a sentence to the customer is about. */
export const endpointOf = ({ connection }: Situation): string =>
  `endpoint ${connection.endpointId} of account ${connection.owner}`;

/** Every rule, in order. */
export const RULES: readonly Rule[] = [
  {
    name: 'denial',
    ask({ situation }) {
      if (situation.approval?.answer !== 'deny') return { saw: 'nobody denied it' };
      return {
        saw: saidOf(situation),
        code: 'denied',
        because: 'a person here decided against it',
        todo: 'ask us why',
      };
    },
  },
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
      if (match === undefined && situation.distrust !== undefined) {
        return {
          saw: `account ${situation.connection.owner} has no entry, and ${situation.distrust}`,
          code: 'registry-frozen',
          because: 'we are correcting our records',
        };
      }
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
    ask({ situation, candidate }) {
      const approval = found(candidate?.entitlement)?.approval;
      const { taken, mine } = candidate?.places ?? { taken: 0, mine: false };
      const isFirst = taken - (mine ? 1 : 0) === 0;
      if (approval === 'automatic' || (approval === 'first-manual' && !isFirst)) return { saw: approval };
      if (isApproved(situation, 'accept')) return { saw: saidOf(situation) };
      // Whoever approved of the customer, and then of a rejection for another reason, is not asked about the customer again.
      if (situation.approval?.earlier?.includes('accept')) return { saw: 'approved before' };
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

/**
 * Whether a person approved of what is to be done now. A yes to one proposal is none to another; a no is said of the request, whatever
 * was proposed, hence a yes to its rejection.
 */
export const isApproved = ({ approval }: Situation, effect: Effect): boolean =>
  approval?.answer === 'deny' ? effect === 'reject' : approval?.proposed === effect;

/** Who said what, and why, for the record. */
export const saidOf = ({ approval }: Situation): string =>
  approval === undefined
    ? 'nobody said anything'
    : plainText(`${approval.answer === 'deny' ? 'denied' : 'approved'} by ${approval.by}: ${approval.reason}`, 500);
