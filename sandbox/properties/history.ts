import type { Fault } from '../faults/fault.ts';
import type { Spell } from '../faults/spell.ts';
import type { Ec2Options } from '../services/ec2/options.ts';
import type { Pairs, PairsDeed } from './pairs/pairs.ts';
import type { Estate, TargetsDeed } from './targets/estate.ts';

/** What a customer's entitlement says. Times in seconds after the history's beginning; absent = no such bound. */
export interface Terms {
  /** 0 is no valid entry: such an entitlement can't be read, and nobody is accepted under it. */
  readonly maxEndpoints: number;
  readonly approval: 'automatic' | 'manual' | 'first-manual';
  readonly from?: number;
  readonly until?: number;
  /** What becomes of its connections then. Absent = they stay. */
  readonly whenEnded?: 'keep' | 'revoke';
  /** Absent = the service's own, which is where all endpoints of these histories are. */
  readonly regions?: readonly string[];
}

/** A customer as it is entered before anything happens. */
export interface HistoryCustomer {
  /** `acme`. */
  readonly customerId: string;
  readonly status: 'active' | 'suspended';
  /** Two customers may have the same. */
  readonly account: string;
  /** Whether the account is matched to it from the beginning. */
  readonly isMatched: boolean;
  /** Absent = it has no entitlement. */
  readonly terms?: Terms;
}

/**
 * The service's entry: `none` is not there, `lax` wants acceptance for everything (which the product may not grant), `strict`
 * wants rejection for everything but `entitled`, `closed` holds even the entitled, `shut` rejects them.
 */
export type ServicePolicy = 'none' | 'plain' | 'lax' | 'strict' | 'closed' | 'shut';

/** The stack's own endpoint service, which every history has. */
export const OWN = 'orders';

/** Another endpoint service of the provider, which is handed over to the Concierge before anything happens. */
export interface HistoryService {
  /** `s2`. */
  readonly name: string;
  readonly policy: ServicePolicy;
  readonly begins: 'enforce' | 'observe';
  readonly bound?: Bound;
  /** Who may use it, and how: by customer. Whose account is matched at all, is matched here. */
  readonly terms: Readonly<Record<string, Terms>>;
}

/** How many connections of the service may be cut off on one day, as its entry says. */
export interface Bound {
  readonly maxRevocations?: number;
  readonly maxRevokedShare?: number;
}

/** When something happens: so many milliseconds after the beginning, or just before or after the n-th call of an action by the stack. */
export type Moment =
  | { readonly at: number }
  | { readonly side: 'before' | 'after'; readonly call: string; readonly nth: number };

/** Which endpoint service a deed is about. @default the stack's own */
interface AboutService {
  readonly service?: string;
}

/** Something that people or AWS do. Endpoints are named by the step that creates them: `e1`. Waits in milliseconds. */
export type Deed =
  /** A consumer creates an endpoint. */
  | (AboutService & { readonly deed: 'create'; readonly endpoint: string; readonly account: string })
  /** The consumer deletes it. */
  | { readonly deed: 'delete'; readonly endpoint: string }
  /** The provider's operator answers it in the EC2 console. */
  | { readonly deed: 'answer'; readonly endpoint: string; readonly verdict: 'accept' | 'reject' }
  /** The operator starts the workflow by hand: `wrong` names no endpoint id, and is the one input that may fail. */
  | { readonly deed: 'start'; readonly endpoint: string; readonly input: 'right' | 'dry' | 'wrong' }
  | { readonly deed: 'status'; readonly customerId: string; readonly status: 'active' | 'suspended' }
  | (AboutService & { readonly deed: 'entitle'; readonly customerId: string; readonly terms: Terms })
  /** The entitlement's entry is removed. */
  | (AboutService & { readonly deed: 'revoke'; readonly customerId: string })
  | (AboutService & {
      readonly deed: 'match';
      readonly customerId: string;
      readonly account: string;
      readonly isMatched: boolean;
    })
  /** The customer says that the endpoint is its own. */
  | { readonly deed: 'claim'; readonly customerId: string; readonly endpoint: string }
  /** The customer's own entry is removed, or put back. */
  | { readonly deed: 'customer'; readonly customerId: string; readonly isThere: boolean }
  /** All entries of a customer go, or come back as they were; without a customer those of everybody, by mistake. */
  | { readonly deed: 'lose' | 'restore'; readonly customerId?: string }
  /** The whole registry is brought back to what it was in the beginning. */
  | { readonly deed: 'rewind' }
  /** So many new customers are entered at once. */
  | { readonly deed: 'import'; readonly customers: number }
  /** A person allows an account by hand to connect, or no longer. */
  | (AboutService & { readonly deed: 'principal'; readonly account: string; readonly isAllowed: boolean })
  /** An operator stops every run that is under way. */
  | { readonly deed: 'abort' }
  /** An operator redrives every run that did not succeed. */
  | { readonly deed: 'redrive' }
  /** Another version of the stack is deployed over the one that runs, where the player has one. */
  | { readonly deed: 'deploy' }
  /** An operator says that a registry which is not believed is right as it is. */
  | { readonly deed: 'confirm' }
  /** For so many milliseconds something does not come. */
  | { readonly deed: 'silence'; readonly of: Silence; readonly lasts: number }
  /** An operator stops every write on AWS, of the service or of everything, or ends that. */
  | (AboutService & { readonly deed: 'pause'; readonly of: PauseOf; readonly isPaused: boolean })
  /** An operator has an endpoint disconnected, whatever the registry says. */
  | { readonly deed: 'force'; readonly endpoint: string }
  /** An operator has everything looked through. */
  | { readonly deed: 'sweep' }
  /** An operator says how far the Concierge may go by itself. */
  | (AboutService & { readonly deed: 'mode'; readonly effect: Effect; readonly mode: Mode })
  /** A person says yes or no to a request, if it is held at that moment and may be answered so. */
  | { readonly deed: 'word'; readonly endpoint: string; readonly answer: 'approve' | 'deny' }
  | TargetsDeed
  | PairsDeed;

/** Which kind of write a mode is for: `revoke` cuts off what lives, the last two are about target groups. */
export type Effect = 'accept' | 'reject' | 'revoke' | 'targets-add' | 'targets-remove';

/** What does not come for a while: EC2's notices; or the schedule, and what the registry's changes start. */
export type Silence = 'notices' | 'sweeps';

/** What a pause stops. */
export type PauseOf = 'service' | 'all';

/** How far the Concierge goes by itself. */
export type Mode = 'observe' | 'propose' | 'enforce';

/** How a service treats a call: it makes it again, or late; or, of a notice, not at all. */
export type Delivery =
  | { readonly deed: 'lost'; readonly call: string; readonly nth: number }
  | { readonly deed: 'again'; readonly call: string; readonly nth: number; readonly waits: readonly number[] }
  | { readonly deed: 'late'; readonly call: string; readonly nth: number; readonly by: number };

/** Something of AWS or of our own goes wrong, once. */
export interface Mishap {
  readonly deed: 'fault';
  readonly fault: Fault;
}

/** One step of a history. */
export type Step = (Deed & { readonly when: Moment }) | Delivery | Mishap | Spell;

/** What EC2 does where AWS's documents leave it open, or where it is slow. */
export type Ec2Switches = Pick<
  Ec2Options,
  'timings' | 'uncertain' | 'readDelay' | 'failing' | 'defaultPage' | 'largestPage'
>;

/** A short life of endpoint services: data, so that it can be told, shrunk and played again. */
export interface History {
  /** Of the world that it is played in. */
  readonly seed: number;
  readonly policy: ServicePolicy;
  /** The mode that every effect begins with: the service was made for the Concierge, or was there before. */
  readonly begins: 'enforce' | 'observe';
  /** Absent = what the product sets. */
  readonly bound?: Bound;
  /** Absent = there is only the stack's own service. */
  readonly others?: readonly HistoryService[];
  readonly customers: readonly HistoryCustomer[];
  readonly ec2: Ec2Switches;
  /** What is behind load balancers. Absent = nothing is bound. */
  readonly estate?: Estate;
  /** Names over two regions. Absent = there is one region, and no names. */
  readonly pairs?: Pairs;
  /**
   * For how long people do things and things go wrong, in milliseconds: a world. What is held then stays so, and soon after nothing is to be
   * left undone that can be done.
   *
   * @default it is played until nobody waits for anything any more: a history
   */
  readonly lasts?: number;
  /** Each call of the stack takes up to so many milliseconds to arrive, and as long to be answered: so runs overlap. */
  readonly latency: number;
  readonly steps: readonly Step[];
}

/** Whether a step is a deed of somebody's, not a quirk of a delivery. */
export const isDeed = (step: Step): step is Deed & { readonly when: Moment } =>
  !['again', 'late', 'lost', 'fault', 'spell'].includes(step.deed);
