import { type Random, seededRandom } from '../random.ts';
import type { Deed, Ec2Switches, History, HistoryCustomer, Moment, ServicePolicy, Step, Terms } from './history.ts';

/** The allowed principals of the sandbox's service in `infra/config.ts`. */
const ACCOUNTS = ['222222222222', '333333333333', '444444444444', '555555555555'] as const;
const CUSTOMERS = ['acme', 'globex', 'initech', 'umbrella'] as const;
/** Within which people do things, in milliseconds: a request is decided in seconds and connected within a minute or so. */
const SPAN = 150_000;
/** Requests come closely, so that they meet. */
const CREATION_SPAN = 60_000;

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

const pick = <T>(random: Random, values: readonly T[]): T => {
  const value = values[random.between(0, values.length - 1)];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
};
const happens = (random: Random, chance: number): boolean => random.next() < chance;

/** Of several kinds with their weights, one. */
const weighted = <T>(random: Random, kinds: readonly (readonly [weight: number, kind: T])[]): T => {
  let left = random.next() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, kind] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  throw new Error('There is nothing to choose from.');
};

/**
 * What a history leans to, so that what is rare among all of them is seen often. `calm`: the first customer has all it needs and keeps
 * it, so that it must be connected. `rush`: it has one place, and asks for several at once.
 */
type Mood = 'any' | 'calm' | 'rush';

const termsFrom = (random: Random): Terms => {
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
    ...(happens(random, 0.05) ? { regions: [pick(random, ['eu-central-1', 'us-west-2'])] } : {}),
  };
};

const customersFrom = (random: Random, mood: Mood): readonly HistoryCustomer[] => {
  const customers = CUSTOMERS.slice(0, random.between(1, CUSTOMERS.length)).map(
    (customerId, index): HistoryCustomer => ({
      customerId,
      status: happens(random, 0.85) ? 'active' : 'suspended',
      account: happens(random, 0.75) ? (ACCOUNTS[index] ?? ACCOUNTS[0]) : pick(random, ACCOUNTS),
      isMatched: happens(random, 0.9),
      ...(happens(random, 0.92) ? { terms: termsFrom(random) } : {}),
    }),
  );
  const [first, ...others] = customers;
  if (mood === 'any' || first === undefined) return customers;
  const terms: Terms = { maxEndpoints: mood === 'calm' ? 3 : 1, approval: 'automatic' };
  return [{ ...first, status: 'active', account: ACCOUNTS[0], isMatched: true, terms }, ...others];
};

const CODE = ['InvalidState', null] as const;

/**
 * Both ways of what AWS leaves open. Left out: a notice without ids (`bare`), which nobody hears of as long as nothing sweeps;
 * what concerns answers in bulk and the removal of principals, which these histories have not.
 */
const ec2From = (random: Random): Ec2Switches => {
  // Where EC2 takes no endpoint ids, whole services are read: over several pages.
  const endpointIdFilter = happens(random, 0.6);
  return {
    uncertain: {
      acceptAccepted: pick(random, CODE),
      acceptAfterReject: happens(random, 0.5),
      acceptRejected: pick(random, CODE),
      acceptEnded: pick(random, CODE),
      rejectRejected: pick(random, CODE),
      rejectEnded: pick(random, CODE),
      unknownEndpoint: pick(random, ['InvalidVpcEndpoint.NotFound', 'InvalidVpcEndpointId.NotFound', null]),
      notificationBody: pick(random, ['json', 'text', 'ids']),
      deletedListed: happens(random, 0.5),
      endpointIdFilter,
      ...(happens(random, 0.1) ? { requestExpires: random.between(2, 120) * 1000 } : {}),
    },
    ...(happens(random, 0.3) ? { readDelay: [0, pick(random, [500, 3_000])] as const } : {}),
    ...(happens(random, 0.15) ? { failing: 0.5 } : {}),
    ...(endpointIdFilter ? {} : { defaultPage: pick(random, [1, 1, 2, 1_000]) }),
    // Most connect before we look for the first time: that is the same to us, and plays faster.
    timings: {
      provisioning: weighted(random, [
        [6, [2_000, 19_000]],
        [3, [20_000, 60_000]],
        [1, [60_000, 240_000]],
      ]),
      // Notices that take equally long come in one batch: their requests are decided in the same instant.
      ...(happens(random, 0.4) ? { notice: [1_000, 1_000] } : {}),
    },
  };
};

const momentFrom = (random: Random): Moment =>
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

/** What happens to requests and their customers, apart from their creation. */
const deedFrom = (
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
    [1.5, 'mode'],
    [2.5, 'word'],
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
      return { deed: kind, customerId, account: pick(random, accounts), isMatched: happens(random, 0.5) };
    case 'claim':
      return { deed: kind, customerId, endpoint };
    case 'mode':
      return {
        deed: kind,
        effect: pick(random, ['accept', 'reject']),
        mode: pick(random, ['observe', 'propose', 'enforce']),
      };
    case 'word':
      return { deed: kind, endpoint, answer: pick(random, ['approve', 'approve', 'deny']) };
  }
};

/** The functions whose calls may meet a killing. */
const FUNCTIONS = ['DecideConnectionRole', 'AnswerConnectionsRole', 'ReadRequestsRole'] as const;
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
] as const;

/** One thing that goes wrong: each passes by itself, or is tried again by whoever made the call. */
const faultFrom = (random: Random): Step => {
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
      return { deed: 'fault', fault: { kind, on: pick(random, STATES), nth: pick(random, [1, 1, 2]), by: 'admit-' } };
    case 'kill-before':
    case 'kill-after':
      return { deed: 'fault', fault: { kind, on: pick(random, CALLS_OF_FUNCTIONS), nth, by: pick(random, FUNCTIONS) } };
    case 'lost-reply':
    case 'error-before':
    case 'throttle':
      return { deed: 'fault', fault: { kind, on: pick(random, CALLS), nth } };
  }
};

const deliveryFrom = (random: Random): Step =>
  happens(random, 0.7)
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

const policyFrom = (random: Random): ServicePolicy =>
  weighted(random, [
    [16, 'plain'],
    [1.5, 'lax'],
    [1.5, 'strict'],
    [0.5, 'closed'],
    [0.5, 'none'],
  ] as const);

/** The seed of one history's world and choices: neighbours have nothing in common. */
const seedOf = (seed: number, number: number): number =>
  (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca77)) >>> 0;

/** The requests that a history begins with; most are one account's: that is where the last place is fought for. */
const requestsFrom = (random: Random, mood: Mood, accounts: readonly string[], count: number): readonly Step[] => {
  const requests = weighted(random, [
    [mood === 'rush' ? 0 : 4, 1],
    [5, 2],
    [2, 3],
    [1, 4],
  ]);
  const busiest = mood === 'any' ? pick(random, accounts) : ACCOUNTS[0];
  return Array.from({ length: Math.min(count, requests) }, (_, index) => ({
    deed: 'create',
    endpoint: `e${index + 1}`,
    account: happens(random, 0.7) ? busiest : pick(random, accounts),
    when: {
      at: mood === 'rush' || happens(random, 0.4) ? random.between(0, 2) * 500 : random.between(0, CREATION_SPAN),
    },
  }));
};

/**
 * The history of a number under a seed: always the same. One to four customers, one to four requests, three to twelve steps.
 * Notices are doubled, repeated and late, never lost, since nothing sweeps yet; in half of the histories something goes wrong once or
 * twice: a call fails, a reply is lost, a function is killed, a run is stopped.
 */
export const generate = (seed: number, number: number): History => {
  const own = seedOf(seed, number);
  const random = seededRandom(own);
  const mood = weighted(random, [
    [7, 'any'],
    [2, 'calm'],
    [1.5, 'rush'],
  ] as const);
  const customers = customersFrom(random, mood);
  // An account that nobody registered knocks as well.
  const accounts = [...new Set([...customers.map(({ account }) => account), pick(random, ACCOUNTS)])];
  // The shorter the history, the more of them: most of what goes wrong needs few steps.
  const count = Math.min(random.between(3, 12), random.between(3, 12));
  const steps = [...requestsFrom(random, mood, accounts, count)];
  const endpoints = steps.map((_, index) => `e${index + 1}`);
  while (steps.length < count) {
    const isDelivery = happens(random, mood === 'calm' ? 0.8 : 0.25);
    const deed = deedFrom(random, endpoints, customers, accounts);
    steps.push(isDelivery ? deliveryFrom(random) : { ...deed, when: momentFrom(random) });
  }
  if (happens(random, 0.5)) {
    for (let left = pick(random, [1, 1, 2]); left > 0; left -= 1) steps.push(faultFrom(random));
  }
  const begins = happens(random, 0.92) ? 'enforce' : 'observe';
  const latency = mood === 'rush' ? 500 : pick(random, [0, 0, 50, 500]);
  return { seed: own, policy: policyFrom(random), begins, customers, ec2: ec2From(random), latency, steps };
};
