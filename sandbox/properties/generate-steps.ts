import type { Random } from '../random.ts';
import { happens, pick, weighted } from './choices.ts';
import type { Bound, Deed, HistoryCustomer, Moment, Step, Terms } from './history.ts';

/** Within which people do things, in milliseconds: a request is decided in seconds and connected within a minute or so. */
const SPAN = 150_000;
/** Requests come closely, so that they meet. */
export const CREATION_SPAN = 60_000;

/** Around which calls of the stack something may happen: each is one that a decision hangs on. */
const CALLS = [
  'ec2:DescribeVpcEndpointConnections',
  'ec2:AcceptVpcEndpointConnections',
  'ec2:RejectVpcEndpointConnections',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  'dynamodb:PutItem',
  'states:StartExecution',
] as const;
/** Which of them functions make. */
const CALLS_OF_FUNCTIONS = [
  'ec2:DescribeVpcEndpointConnections',
  'ec2:AcceptVpcEndpointConnections',
  'ec2:RejectVpcEndpointConnections',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
] as const;
/** What AWS delivers at least once and at its leisure: the notice, its message, the event, the execution that it starts. */
const DELIVERIES = ['sns:Publish', 'sqs:SendMessage', 'events:PutEvents', 'states:StartExecution'] as const;
/** The same, as far as the sandbox can delay it. */
const DELAYED = ['sns:Publish', 'states:StartExecution'] as const;

/** An account that creates nothing: once it is somebody's it becomes an allowed principal, which is ours to remove. */
const ANOTHER = '777777777777';

/** What an entitlement may say. */
export const termsFrom = (random: Random): Terms => {
  const bound = weighted(random, [
    [6, 'none'],
    [1, 'from'],
    [2, 'until'],
  ] as const);
  const second = random.between(0, CREATION_SPAN / 1000);
  return {
    maxEndpoints: weighted(random, [
      [5, 1],
      [4, 2],
      [2, 3],
      [0.3, 0],
    ]),
    approval: weighted(random, [
      [8, 'automatic'],
      [1.5, 'manual'],
      [1.5, 'first-manual'],
    ] as const),
    ...(bound === 'none' ? {} : { [bound]: second }),
    ...(bound === 'until' && happens(random, 0.5) ? { whenEnded: pick(random, ['keep', 'revoke', 'revoke']) } : {}),
    ...(happens(random, 0.05) ? { regions: [pick(random, ['eu-central-1', 'us-west-2'])] } : {}),
  };
};

/** When something happens: at a time, or around a call. */
export const momentFrom = (random: Random): Moment =>
  happens(random, 0.5)
    ? { at: random.between(0, SPAN) }
    : {
        side: pick(random, ['before', 'after']),
        call: pick(random, CALLS),
        nth: weighted(random, [
          [4, 1],
          [3, 2],
          [2, 3],
          [1, 4],
          [1, random.between(5, 12)],
        ]),
      };

const silenceFrom = (random: Random): Deed => ({
  deed: 'silence',
  of: pick(random, ['notices', 'sweeps']),
  lasts: random.between(30_000, 480_000),
});

/** What happens to requests and their customers, apart from their creation. */
export const deedFrom = (
  random: Random,
  endpoints: readonly string[],
  customers: readonly HistoryCustomer[],
  accounts: readonly string[],
): Deed => {
  const endpoint = pick(random, endpoints);
  const { customerId, terms } = pick(random, customers);
  const kind = weighted(random, [
    [5, 'delete'],
    [2, 'answer'],
    [1.5, 'start'],
    [3, 'status'],
    [2.5, 'entitle'],
    [1, 'revoke'],
    [1.5, 'match'],
    [1.5, 'claim'],
    [2, 'mode'],
    [2.5, 'word'],
    [0.7, 'customer'],
    [1.5, 'pause'],
    [0.8, 'force'],
    [0.5, 'sweep'],
    [0.5, 'lose'],
    [0.5, 'restore'],
    [0.3, 'confirm'],
    [0.8, 'silence'],
  ] as const);
  switch (kind) {
    case 'delete':
      return { deed: kind, endpoint };
    case 'answer':
      return { deed: kind, endpoint, verdict: pick(random, ['accept', 'reject']) };
    case 'start':
      return { deed: kind, endpoint, input: pick(random, ['right', 'right', 'dry', 'wrong']) };
    case 'status':
      return { deed: kind, customerId, status: pick(random, ['active', 'suspended']) };
    case 'entitle': {
      const fresh = termsFrom(random);
      // Often only the number changes.
      const isNumber = terms !== undefined && happens(random, 0.5);
      return { deed: kind, customerId, terms: isNumber ? { ...terms, maxEndpoints: fresh.maxEndpoints } : fresh };
    }
    case 'revoke':
      return { deed: kind, customerId };
    case 'match':
      return { deed: kind, customerId, account: pick(random, [...accounts, ANOTHER]), isMatched: happens(random, 0.5) };
    case 'claim':
      return { deed: kind, customerId, endpoint };
    case 'mode':
      return {
        deed: kind,
        effect: pick(random, ['accept', 'reject', 'revoke']),
        mode: pick(random, ['observe', 'propose', 'enforce']),
      };
    case 'customer':
      return { deed: kind, customerId, isThere: happens(random, 0.4) };
    case 'pause':
      return { deed: kind, of: pick(random, ['service', 'all']), isPaused: happens(random, 0.5) };
    case 'force':
      return { deed: kind, endpoint };
    case 'sweep':
    case 'confirm':
      return { deed: kind };
    case 'lose':
    case 'restore':
      return { deed: kind, ...(happens(random, 0.6) ? { customerId } : {}) };
    case 'silence':
      return silenceFrom(random);
    case 'word':
      return { deed: kind, endpoint, answer: pick(random, ['approve', 'approve', 'deny']) };
  }
};

/** When connections live, in milliseconds. */
const LIVING = [90_000, 600_000] as const;
/** Changes of the registry are gathered for ten seconds; then it is decided, and EC2 told. */
const CUT_OFF_WITHIN = 20_000;

/** What ends a connection of the first customer, what withholds that, and what takes it back. */
export const endingsFrom = (
  random: Random,
  endpoints: readonly string[],
  [first]: readonly HistoryCustomer[],
): readonly Step[] => {
  if (first === undefined) return [];
  const { customerId, account, terms = { maxEndpoints: 1, approval: 'automatic' } } = first;
  const ended = (whenEnded: 'keep' | 'revoke'): Terms => ({ ...terms, until: random.between(60, 600), whenEnded });
  const end: Deed = weighted(random, [
    [3, { deed: 'status', customerId, status: 'suspended' }],
    [2, { deed: 'match', customerId, account, isMatched: false }],
    [2, { deed: 'entitle', customerId, terms: ended('revoke') }],
    [1, { deed: 'lose', customerId }],
  ] as const);
  const endsAt = random.between(...LIVING);
  const others = Array.from({ length: random.between(0, 4) }).flatMap((): readonly Step[] => {
    const at = happens(random, 0.5) ? random.between(...LIVING) : endsAt + random.between(0, CUT_OFF_WITHIN);
    const reject = { call: 'ec2:RejectVpcEndpointConnections', nth: random.between(1, 2) };
    const when: Moment = happens(random, 0.75) ? { at } : { side: pick(random, ['before', 'after']), ...reject };
    const later = { at: at + random.between(10_000, 400_000) };
    const of = pick(random, ['service', 'all'] as const);
    const whose = happens(random, 0.5) ? { customerId } : {};
    const deed: Deed = weighted(random, [
      [1.5, { deed: 'status', customerId, status: 'suspended' }],
      [1.5, { deed: 'status', customerId, status: 'active' }],
      [1, { deed: 'match', customerId, account, isMatched: false }],
      [1, { deed: 'match', customerId, account, isMatched: true }],
      [1.5, { deed: 'match', customerId, account: ANOTHER, isMatched: happens(random, 0.7) }],
      [1, { deed: 'entitle', customerId, terms: ended('revoke') }],
      [1, { deed: 'entitle', customerId, terms: ended('keep') }],
      [1, { deed: 'revoke', customerId }],
      // An entitlement that can't be read.
      [1, { deed: 'entitle', customerId, terms: { ...terms, maxEndpoints: 0 } }],
      [1.5, { deed: 'delete', endpoint: pick(random, endpoints) }],
      [1, { deed: 'customer', customerId, isThere: false }],
      [1.5, { deed: 'force', endpoint: pick(random, endpoints) }],
      [2, { deed: 'pause', of, isPaused: true }],
      [1, { deed: 'mode', effect: 'revoke', mode: pick(random, ['observe', 'propose', 'enforce']) }],
      [1, { deed: 'sweep' }],
      [1.5, { deed: 'lose', ...whose }],
      [0.7, { deed: 'confirm' }],
      [1, silenceFrom(random)],
    ] as const);
    const steps: readonly Step[] = [{ ...deed, when }];
    if (!happens(random, 0.7)) return steps;
    // Most of what stands still goes on some time, and some of what is lost is found.
    if (deed.deed === 'pause') return [...steps, { deed: 'pause', of, isPaused: false, when: later }];
    return deed.deed === 'lose' ? [...steps, { deed: 'restore', ...whose, when: later }] : steps;
  });
  return [{ ...end, when: { at: endsAt } }, ...others];
};

/** What the service's entry says of how many may be cut off on one day; nothing by so much weight. */
export const boundFrom = (random: Random, nothing: number): Bound | undefined =>
  weighted(random, [
    [nothing, undefined],
    [7, { maxRevokedShare: 1 }],
    [1, { maxRevokedShare: 0.5 }],
    [1, { maxRevocations: 1, maxRevokedShare: 1 }],
    [1, { maxRevocations: 2, maxRevokedShare: 1 }],
  ]);

/** The functions whose calls may meet a killing. */
const FUNCTIONS = ['DecideConnectionRole', 'DecideRevocationRole', 'AnswerConnection', 'ReadRequestsRole'] as const;
/** Every state of the workflow in which something may be left half-done. */
const STATES = [
  'Take the admission',
  'Decide',
  'Note the intent',
  'Open the places',
  'Take a place',
  'Answer',
  'Give EC2 time',
  'Give the place back',
  'Free the place',
  'Record',
  'Publish',
  'Hold',
  'Release the admission',
  'Open the day',
  'Count it',
  'Tell of the bound',
] as const;

/** One thing that goes wrong: each passes by itself, or is tried again by whoever made the call. */
export const faultFrom = (random: Random): Step => {
  const nth = random.between(1, 4);
  const kind = weighted(random, [
    [3, 'kill-before'],
    [3, 'kill-after'],
    [4, 'lost-reply'],
    [1, 'error-before'],
    [1, 'throttle'],
    [4, 'stop-at-state'],
  ] as const);
  switch (kind) {
    case 'stop-at-state':
      return {
        deed: 'fault',
        fault: {
          kind,
          on: pick(random, STATES),
          nth: pick(random, [1, 1, 2]),
          by: pick(random, ['admit-', 'admit-', 'revoke-']),
        },
      };
    case 'kill-before':
    case 'kill-after':
      return { deed: 'fault', fault: { kind, on: pick(random, CALLS_OF_FUNCTIONS), nth, by: pick(random, FUNCTIONS) } };
    case 'lost-reply':
    case 'error-before':
    case 'throttle':
      return { deed: 'fault', fault: { kind, on: pick(random, CALLS), nth } };
  }
};

/** A quirk of a delivery. */
export const deliveryFrom = (random: Random): Step => {
  if (happens(random, 0.15)) return { deed: 'lost', call: 'sns:Publish', nth: random.between(1, 4) };
  return happens(random, 0.7)
    ? {
        deed: 'again',
        call: pick(random, DELIVERIES),
        nth: random.between(1, 4),
        waits: Array.from({ length: random.between(1, 2) }, () => pick(random, [0, 1, random.between(0, SPAN)])),
      }
    : {
        deed: 'late',
        call: pick(random, DELAYED),
        nth: random.between(1, 3),
        by: random.between(1_000, SPAN),
      };
};
