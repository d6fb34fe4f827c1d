/** The primary key that both tables share: `pk` groups what is read together, `sk` tells the entries of a group apart. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** How an entitlement's customer is found: by the account that owns the endpoint, or by an endpoint id that it claimed. */
export type MatchKind = 'account' | 'endpoint';

/**
 * Keys of the registry: what people own. Each entry is put and deleted alone; no entry holds a list that two people could
 * overwrite for each other.
 */
export const registryKey = {
  customer: (customerId: string): Key => ({ pk: `CUSTOMER#${customerId}`, sk: 'CUSTOMER' }),
  service: (serviceId: string): Key => ({ pk: `SERVICE#${serviceId}`, sk: 'SERVICE' }),
  entitlement: (serviceId: string, customerId: string): Key => ({
    pk: `SERVICE#${serviceId}`,
    sk: `ENTITLEMENT#${customerId}`,
  }),
  /** All in one partition: the watch reads them every minute, and an overlap shows only among all of them. */
  binding: (bindingId: string): Key => ({ pk: BINDINGS, sk: `BINDING#${bindingId}` }),
  /** All in one partition, in the registry of the standby region. */
  record: (recordId: string): Key => ({ pk: RECORDS, sk: `RECORD#${recordId}` }),
  /** Points from an account or an endpoint id to a customer; several customers may share an account. */
  match: (serviceId: string, kind: MatchKind, value: string, customerId: string): Key => ({
    pk: `SERVICE#${serviceId}`,
    sk: `${matchPrefix(kind, value)}${customerId}`,
  }),
};

/** What all matches of one account or endpoint id begin with. The closing `#` keeps `vpce-0a` from finding `vpce-0ab`. */
export const matchPrefix = (kind: MatchKind, value: string): string => `MATCH#${kind}#${value}#`;

/** The partition of all bindings, in the registry. */
export const BINDINGS = 'BINDINGS';

/** The partition of all records: their entries in the registry, and what is known of them in the ledger, both of the standby region. */
export const RECORDS = 'RECORDS';

/** The partitions of what runs and what the watch know of all bindings, in the ledger. */
export const TARGETS = 'TARGETS';
export const WATCHED = 'WATCHED';

/** The partition of what operators did about targets without a run, in the ledger. */
export const DIRECT = 'DIRECT';

/** Which execution has a request in hand, what it is about to do, and what was told of it. */
export const ADMISSION = 'ADMISSION';

/** What all decisions of an endpoint begin with. */
export const DECISION_PREFIX = 'DECISION#';

/** What the items of all runs begin with that wait for a promotion of a record. */
export const PROMOTION_PREFIX = 'PROMOTION#';

/** What a person said of a held request. */
export const APPROVAL_PREFIX = 'APPROVAL#';

/** `generation` counts from 1; four digits keep the order of strings the order of numbers. */
const numbered = (prefix: string, generation: number): string => `${prefix}${String(generation).padStart(4, '0')}`;

/** Stands where a service's id does, for what is said of all services. */
export const ALL_SERVICES = 'ALL';

/** Keys of the ledger: what the Concierge knows and did. */
export const ledgerKey = {
  /** Which execution has this request in hand. */
  admission: (serviceId: string, endpointId: string): Key => ({
    pk: requestKey(serviceId, endpointId),
    sk: ADMISSION,
  }),
  decision: (serviceId: string, endpointId: string, generation: number): Key => ({
    pk: requestKey(serviceId, endpointId),
    sk: numbered(DECISION_PREFIX, generation),
  }),
  /** One word for each decision that held the request: who comes second is told so. */
  approval: (serviceId: string, endpointId: string, generation: number): Key => ({
    pk: requestKey(serviceId, endpointId),
    sk: numbered(APPROVAL_PREFIX, generation),
  }),
  /** How far the Concierge goes by itself for a service, with every change of it and who made it. */
  modes: (serviceId: string): Key => ({ pk: `SERVICE#${serviceId}`, sk: 'MODES' }),
  /** How big the registry was when it was last looked through, and whether what is missing from it is believed. */
  registrySeen: (): Key => ({ pk: 'REGISTRY', sk: 'SEEN' }),
  /** Which allowed principals of a service are ours. */
  principals: (serviceId: string): Key => ({ pk: `SERVICE#${serviceId}`, sk: 'PRINCIPALS' }),
  /** Which endpoints of a service were disconnected on a day in UTC, `2026-11-23`: one map, endpoint id to who did it. */
  revocations: (serviceId: string, day: string): Key => ({ pk: `SERVICE#${serviceId}`, sk: `REVOCATIONS#${day}` }),
  /** Which targets of a binding are ours, which did not get healthy, and who may write its target group until when. */
  targets: (bindingId: string): Key => ({ pk: TARGETS, sk: `BINDING#${bindingId}` }),
  /** What the watch saw of a binding: how often DNS missed which address, and when its health is looked at next. */
  watched: (bindingId: string): Key => ({ pk: WATCHED, sk: `BINDING#${bindingId}` }),
  /** Whether a record is armed, failed over, and by whose word; the standby region's ledger has it. */
  record: (recordId: string): Key => ({ pk: RECORDS, sk: `RECORD#${recordId}` }),
  /** Which run writes a hosted zone. */
  zone: (zoneId: string): Key => ({ pk: `ZONE#${zoneId}`, sk: 'LEASE' }),
  /**
   * What a run did to a record, and why. Unlike a request, a record has no generations of decisions to be kept to one each: the key is the run's,
   * so that a lost reply writes it once.
   */
  recordDecision: (recordId: string, startedAt: string, run: string): Key => ({
    pk: `RECORD#${recordId}`,
    sk: `${DECISION_PREFIX}${startedAt}#${run}`,
  }),
  /** A run that waits until somebody promoted a side of its record: its task token, a secret. */
  promotion: (recordId: string, run: string): Key => ({ pk: `RECORD#${recordId}`, sk: `${PROMOTION_PREFIX}${run}` }),
  /** Which run asked last for a promotion of a record: of two at once, one does. */
  promotionAsked: (recordId: string): Key => ({ pk: `RECORD#${recordId}`, sk: 'ASKED' }),
  /** What an operator did about a binding's targets without a run, and why; one for each time, ISO 8601. */
  direct: (bindingId: string, at: string): Key => ({ pk: DIRECT, sk: `BINDING#${bindingId}#${at}` }),
  /** The tokens that are left of an EC2 action's bucket, in the account and region. */
  bucket: (action: string): Key => ({ pk: 'BUCKET', sk: action }),
  /** The places under an entitlement's `maxEndpoints`: one map, endpoint id to who took it when. */
  places: (serviceId: string, customerId: string): Key => ({
    pk: `ENTITLEMENT#${serviceId}#${customerId}`,
    sk: 'PLACES',
  }),
};

/** The group of everything about one request. */
export const requestKey = (serviceId: string, endpointId: string): string => `REQUEST#${serviceId}#${endpointId}`;

/**
 * Indexes of the ledger over its decisions, and over nothing else: only they have these attributes. Each is sorted by `recordedAt`.
 * A read of an index lags behind: they are for people, no decision depends on one.
 */
export const LEDGER_INDEXES = {
  ByCustomer: 'customerId',
  ByEndpoint: 'vpcEndpointId',
  /** The day in UTC: `2026-11-23`. */
  ByDay: 'recordedOn',
} as const;

/** What each of {@link LEDGER_INDEXES} is sorted by. */
export const RECORDED_AT = 'recordedAt';

/**
 * The index over what is in force now, whatever the ledger's history has grown to: admissions of requests that EC2 last showed alive,
 * places, modes, principals. Whoever writes such an item sets `current` to {@link CURRENT}, and takes it away with the last of what it was
 * about. A reader of it looks for hints: it lags behind, and everything is read again before anything is written.
 */
export const CURRENT_INDEX = { name: 'Current', attribute: 'current', sortedBy: 'pk' } as const;

/** The one value of {@link CURRENT_INDEX}'s attribute. One partition takes 1,000 writes a second: more than EC2 lets us answer. */
export const CURRENT = 'yes';
