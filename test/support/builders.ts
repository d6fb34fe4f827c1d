import type { Connection } from '../../functions/domain/connection.ts';
import type { Intent, Outcome, PastDecision } from '../../functions/domain/history.ts';
import type { Customer, Entitlement, Reading, ServiceEntry } from '../../functions/domain/registry.ts';
import type { Candidate, Places, Situation } from '../../functions/domain/situation.ts';
import type { ReasonCode, Verdict } from '../../functions/domain/verdict.ts';

/** The ids that the tests speak of; each is of AWS's own shape. */
export const SERVICE_ID = 'vpce-svc-0123456789abcdef0';
export const ENDPOINT_ID = 'vpce-0aaaaaaaaaaaaaaa1';
export const OWNER = '222222222222';
export const HOME_REGION = 'us-west-2';
export const NOW = '2026-11-23T12:00:00.000Z';

/** An entry that could be read. */
export const found = <T>(entry: T): Reading<T> => ({ kind: 'found', entry });
/** An entry that is not there. */
export const absent: Reading<never> = { kind: 'absent' };
/** An entry that somebody wrote wrongly. */
export const unreadable = (problem = 'status: Invalid type'): Reading<never> => ({ kind: 'unreadable', problem });

/** A request that waits for acceptance, in the service's own region. */
export const aConnection = (changes: Partial<Connection> = {}): Connection => ({
  serviceId: SERVICE_ID,
  endpointId: ENDPOINT_ID,
  owner: OWNER,
  region: HOME_REGION,
  state: 'pendingAcceptance',
  createdAt: '2026-11-23T11:59:58.000Z',
  dnsNames: [`${ENDPOINT_ID}-k3v9x2aq.${SERVICE_ID}.${HOME_REGION}.vpce.amazonaws.com`],
  ...changes,
});

/** An active customer, `acme`. */
export const aCustomer = (changes: Partial<Customer> = {}): Customer => ({
  customerId: 'acme',
  name: 'Acme Rockets',
  status: 'active',
  ...changes,
});

/** Two endpoints in the home region, no dates, no person in between. */
export const anEntitlement = (changes: Partial<Entitlement> = {}): Entitlement => ({
  customerId: 'acme',
  serviceId: SERVICE_ID,
  maxEndpoints: 2,
  approval: 'automatic',
  ...changes,
});

/** A service that was made for the Concierge, with a verdict for each reason where its policy differs from the default. */
export const aService = (verdicts?: Readonly<Partial<Record<ReasonCode, Verdict>>>): ServiceEntry => ({
  serviceId: SERVICE_ID,
  origin: 'created',
  ...(verdicts === undefined ? {} : { verdicts }),
});

/** Customer `acme`, found by the endpoint's account, with no endpoint yet. */
export const aCandidate = (changes: Partial<Candidate> = {}): Candidate => ({
  customerId: 'acme',
  matchedBy: 'account',
  customer: found(aCustomer()),
  entitlement: found(anEntitlement()),
  places: { taken: 0, mine: false },
  ...changes,
});

/** {@link aCandidate}, whose entitlement differs from the usual one. */
export const entitled = (changes: Partial<Entitlement>, places: Places = { taken: 0, mine: false }): Candidate =>
  aCandidate({ entitlement: found(anEntitlement(changes)), places });

/** A request that passes every rule. */
export const aSituation = (changes: Partial<Situation> = {}): Situation => ({
  connection: aConnection(),
  serviceRegion: HOME_REGION,
  service: found(aService()),
  candidates: [aCandidate()],
  modes: { accept: 'enforce', reject: 'enforce' },
  now: NOW,
  ...changes,
});

const VERDICTS: Readonly<Record<Outcome, string>> = {
  accepted: 'accept',
  rejected: 'reject',
  held: 'hold',
  observed: 'accept',
  gone: 'none',
  overtaken: 'none',
  failed: 'none',
};

/** Decisions of generations 1, 2, ... that ended like this, oldest first. */
export const aHistory = (...outcomes: readonly Outcome[]): readonly PastDecision[] =>
  outcomes.map((outcome, index) => ({
    generation: index + 1,
    outcome,
    code: outcome === 'held' ? 'approval-needed' : 'entitled',
    verdict: VERDICTS[outcome],
    ...(outcome === 'held' ? { proposed: 'accept' as const } : {}),
  }));

/** What a run noted before it acted for `acme`, over its first decision. */
export const anIntent = (changes: Partial<Intent> = {}): Intent => ({
  verdict: 'accept',
  customerId: 'acme',
  generation: 1,
  ...changes,
});
