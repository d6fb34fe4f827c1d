import { type Random, seededRandom } from '../random.ts';
import { ACCOUNTS, happens, pick, weighted } from './choices.ts';
import {
  boundFrom,
  CREATION_SPAN,
  deedFrom,
  deliveryFrom,
  endingsFrom,
  faultFrom,
  momentFrom,
  termsFrom,
} from './generate-steps.ts';
import type { Ec2Switches, History, HistoryCustomer, ServicePolicy, Step, Terms } from './history.ts';

const CUSTOMERS = ['acme', 'globex', 'initech', 'umbrella'] as const;
/**
 * What a history leans to, so that what is rare among all of them is seen often. `calm`: the first customer has all it needs and keeps
 * it, so that it must be connected. `rush`: it has one place, and asks for several at once. `ending`: it is connected, and then something ends.
 */
type Mood = 'any' | 'calm' | 'rush' | 'ending';

/** One to four customers, each with what it may do at the stack's own service. */
export const customersFrom = (random: Random, mood: Mood): readonly HistoryCustomer[] => {
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
  const terms: Terms = { maxEndpoints: { calm: 3, rush: 1, ending: 4 }[mood], approval: 'automatic' };
  return [{ ...first, status: 'active', account: ACCOUNTS[0], isMatched: true, terms }, ...others];
};

const CODE = ['InvalidState', null] as const;

/**
 * Both ways of what AWS leaves open. Left out: what concerns answers in bulk and the removal of principals, which these histories have not.
 */
export const ec2From = (random: Random): Ec2Switches => {
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
      notificationBody: weighted(random, [
        [4, 'json'],
        [4, 'text'],
        [4, 'ids'],
        [1, 'bare'],
      ] as const),
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

/** How a service treats those who ask. */
export const policyFrom = (random: Random): ServicePolicy =>
  weighted(random, [
    [16, 'plain'],
    [1.5, 'lax'],
    [1.5, 'strict'],
    [0.5, 'closed'],
    [0.5, 'shut'],
    [0.5, 'none'],
  ] as const);

/** The seed of one history's world and choices: neighbours have nothing in common. */
export const seedOf = (seed: number, number: number): number =>
  (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca77)) >>> 0;

/** The requests that a history begins with; most are one account's: that is where the last place is fought for. */
const requestsFrom = (random: Random, mood: Mood, accounts: readonly string[], count: number): readonly Step[] => {
  const requests = weighted(random, [
    [mood === 'rush' || mood === 'ending' ? 0 : 4, 1],
    [5, 2],
    [mood === 'ending' ? 4 : 2, 3],
    [mood === 'ending' ? 3 : 1, 4],
  ]);
  const busiest = mood === 'any' ? pick(random, accounts) : ACCOUNTS[0];
  return Array.from({ length: Math.min(count, requests) }, (_, index) => ({
    deed: 'create',
    endpoint: `e${index + 1}`,
    account: happens(random, mood === 'ending' ? 0.9 : 0.7) ? busiest : pick(random, accounts),
    when: {
      at: mood === 'rush' || happens(random, 0.4) ? random.between(0, 2) * 500 : random.between(0, CREATION_SPAN),
    },
  }));
};

/**
 * The history of a number under a seed: always the same. One to four customers, one to four requests, three to twelve steps.
 * Notices are doubled, repeated, late and lost; in half of the histories something goes wrong once or
 * twice: a call fails, a reply is lost, a function is killed, a run is stopped.
 */
export const generate = (seed: number, number: number): History => {
  const own = seedOf(seed, number);
  const random = seededRandom(own);
  const mood = weighted(random, [
    [7, 'any'],
    [3, 'calm'],
    [1.5, 'rush'],
    [7, 'ending'],
  ] as const);
  const customers = customersFrom(random, mood);
  // An account that nobody registered knocks as well.
  const accounts = [...new Set([...customers.map(({ account }) => account), pick(random, ACCOUNTS)])];
  // The shorter the history, the more of them: most of what goes wrong needs few steps.
  const count = Math.min(random.between(3, 12), random.between(3, 12));
  const steps = [...requestsFrom(random, mood, accounts, count)];
  const endpoints = steps.map((_, index) => `e${index + 1}`);
  while (steps.length < count) {
    const isDelivery = happens(random, mood === 'calm' || mood === 'ending' ? 0.8 : 0.25);
    const deed = deedFrom(random, endpoints, customers, accounts);
    steps.push(isDelivery ? deliveryFrom(random) : { ...deed, when: momentFrom(random) });
  }
  if (mood === 'ending') steps.push(...endingsFrom(random, endpoints, customers));
  if (happens(random, 0.5)) {
    for (let left = pick(random, [1, 1, 2]); left > 0; left -= 1) steps.push(faultFrom(random));
  }
  const begins = happens(random, 0.92) ? 'enforce' : 'observe';
  const latency = mood === 'rush' ? 500 : pick(random, [0, 0, 50, 500]);
  const bound = boundFrom(random, mood === 'ending' ? 1 : 4);
  const policy = mood === 'ending' && happens(random, 0.7) ? 'plain' : policyFrom(random);
  const service = { policy, begins, ...(bound === undefined ? {} : { bound }) } as const;
  return { seed: own, ...service, customers, ec2: ec2From(random), latency, steps };
};
