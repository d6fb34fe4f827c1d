import type { Approval } from '../../functions/domain/approval.ts';
import type { Binding } from '../../functions/domain/binding.ts';
import type { Connection } from '../../functions/domain/connection.ts';
import type { Intent, Outcome, PastDecision } from '../../functions/domain/history.ts';
import type { Modes } from '../../functions/domain/mode.ts';
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
export const aService = (
  verdicts?: Readonly<Partial<Record<ReasonCode, Verdict>>>,
  changes: Partial<ServiceEntry> = {},
): ServiceEntry => ({
  serviceId: SERVICE_ID,
  origin: 'created',
  ...(verdicts === undefined ? {} : { verdicts }),
  ...changes,
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

/** The modes of a service for which the Concierge acts by itself, unless said otherwise. */
export const theModes = (changes: Partial<Modes> = {}): Modes => ({
  accept: 'enforce',
  reject: 'enforce',
  revoke: 'enforce',
  'principals-add': 'enforce',
  'principals-remove': 'enforce',
  'targets-add': 'enforce',
  'targets-remove': 'enforce',
  dns: 'enforce',
  ...changes,
});

/** A request that passes every rule, where the Concierge acts by itself. */
export const aSituation = (changes: Partial<Situation> = {}): Situation => ({
  connection: aConnection(),
  serviceRegion: HOME_REGION,
  service: found(aService()),
  candidates: [aCandidate()],
  modes: theModes(),
  now: NOW,
  ...changes,
});

/** A decision in the ledger that held a request, for a person to accept it. */
export const aHeld = (changes: Partial<PastDecision> = {}): PastDecision => ({
  generation: 1,
  outcome: 'held',
  code: 'approval-needed',
  verdict: 'hold',
  proposed: 'accept',
  ...changes,
});

/** Decisions of generations 1, 2, ... that ended like this, oldest first. What was held waits for a person to accept it. */
export const aHistory = (...outcomes: readonly Outcome[]): readonly PastDecision[] =>
  outcomes.map((outcome, index) =>
    outcome === 'held'
      ? aHeld({ generation: index + 1 })
      : {
          generation: index + 1,
          outcome,
          code: 'entitled',
          verdict:
            outcome === 'accepted' || outcome === 'observed' ? 'accept' : outcome === 'rejected' ? 'reject' : 'none',
        },
  );

/** A person's yes to the first decision, which held the request. */
export const anApproval = (changes: Partial<Approval> = {}): Approval => ({
  answer: 'approve',
  generation: 1,
  by: 'arn:aws:sts::123456789012:assumed-role/operator/jo',
  reason: 'they called',
  ...changes,
});

/** What a run noted before it acted for `acme`, over its first decision. */
export const anIntent = (changes: Partial<Intent> = {}): Intent => ({
  verdict: 'accept',
  customerId: 'acme',
  generation: 1,
  ...changes,
});

/** A target group as AWS names it. */
export const TARGET_GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders/0123456789abcdef';

/** PostgreSQL behind proxy `orders`, with everything else as it is where nobody says otherwise. */
export const aBinding = (changes: Partial<Binding> = {}): Binding => ({
  bindingId: 'orders-postgres',
  serviceId: SERVICE_ID,
  targetGroupArn: TARGET_GROUP,
  port: 5432,
  source: { kind: 'proxy', proxyName: 'orders' },
  ...changes,
});
