import { type AnswerOutcome, nextAnswerStep } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Answer } from './mode.ts';

/** One answer that a workflow waits for, as it lies in the queue. */
export interface Asked {
  /** The message: what it is known by in the queue. */
  readonly messageId: string;
  readonly serviceId: string;
  readonly endpointId: string;
  readonly verdict: Answer;
  /** Whose place the endpoint must have to be accepted; absent where it is to be rejected. */
  readonly placeOf?: string;
  /** The version of modes and pauses under which it was decided. */
  readonly modesVersion: number;
  /** How many looks in a row, up to now, found the endpoint not listed. */
  readonly absences: number;
  /** When its workflow gives up, ISO 8601 in UTC. */
  readonly deadline: string;
}

/** What is known of an answer without doing anything: by the connection's state alone. */
export type Judged<A extends Asked = Asked> =
  /** EC2 shows the end. */
  | { readonly is: 'settled'; readonly asked: A; readonly outcome: AnswerOutcome; readonly connection?: Connection }
  /** EC2 does not list it: its workflow counts that, and asks again. */
  | { readonly is: 'absent'; readonly asked: A }
  /** Its workflow gives up now. */
  | { readonly is: 'overdue'; readonly asked: A; readonly connection?: Connection }
  /** EC2 is at it, or in a state on which nobody acts: look again later. */
  | { readonly is: 'under-way'; readonly asked: A }
  /** It waits for the answer. */
  | { readonly is: 'to-answer'; readonly asked: A };

/** Judges every answer of a batch by what EC2 lists. */
export const judgeAnswers = <A extends Asked>(
  asked: readonly A[],
  connections: readonly Connection[],
  now: string,
): readonly Judged<A>[] =>
  asked.map((each): Judged<A> => {
    const connection = connections.find(
      ({ endpointId, serviceId }) => endpointId === each.endpointId && serviceId === each.serviceId,
    );
    const seen = connection === undefined ? {} : { connection };
    const next = nextAnswerStep(each.verdict, connection?.state, each.absences);
    if (next.step === 'settled') return { is: 'settled', asked: each, outcome: next.outcome, ...seen };
    if (each.deadline <= now) return { is: 'overdue', asked: each, ...seen };
    if (connection === undefined) return { is: 'absent', asked: each };
    return { is: next.step === 'answer' ? 'to-answer' : 'under-way', asked: each };
  });

/** Endpoints of one service that get the same answer in one call. */
export interface AnswerCall<A extends Asked = Asked> {
  readonly serviceId: string;
  readonly verdict: Answer;
  readonly asked: readonly A[];
}

/**
 * Puts together what one call can answer. EC2 counts calls, not endpoints: the call that answers most comes first.
 *
 * @param idsPerCall - how many endpoints one call takes.
 */
export const groupAnswers = <A extends Asked>(asked: readonly A[], idsPerCall: number): readonly AnswerCall<A>[] => {
  const groups = new Map<string, { serviceId: string; verdict: Answer; asked: A[] }>();
  for (const each of asked) {
    const { serviceId, verdict } = each;
    const key = `${verdict} ${serviceId}`;
    const group = groups.get(key) ?? { serviceId, verdict, asked: [] };
    groups.set(key, group);
    // Two messages about one endpoint: one id in the call, and both are judged by what comes of it.
    group.asked.push(each);
  }
  const calls = [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.asked.length / idsPerCall) }, (_, index) => ({
      ...group,
      asked: group.asked.slice(index * idsPerCall, (index + 1) * idsPerCall),
    })),
  );
  return calls.sort(
    (one, other) => other.asked.length - one.asked.length || (one.serviceId < other.serviceId ? -1 : 1),
  );
};

/** How long EC2 takes to connect an endpoint, at the least, in seconds: it is not asked more often. */
const SHORTEST_LOOK = 20;
/** All messages of a service meet in one batch if they show again at the same moment. */
const GRID = 5;

/**
 * In how many seconds a message is to show again: at a moment that others share.
 *
 * @param now - milliseconds since the epoch.
 * @param callsWaiting - how many calls wait for a token of the bucket, before or with this one; 0 = it waits for EC2.
 */
export const showAgainIn = (now: number, callsWaiting: number): number => {
  const wait = callsWaiting === 0 ? SHORTEST_LOOK : Math.min(SHORTEST_LOOK, Math.max(2, callsWaiting));
  const moment = Math.ceil((now / 1000 + wait) / GRID) * GRID;
  return Math.ceil(moment - now / 1000);
};

/** A token bucket as it was left. */
export interface Bucket {
  readonly tokens: number;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** How big an account's bucket is. */
export interface BucketSize {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

/**
 * EC2's bucket for Accept, and the same for Reject, is 10 and 1 a second, by a clock that is not ours: a little less is never turned away.
 *
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export const ANSWER_BUCKET: BucketSize = { capacity: 9, refillPerSecond: 0.95 };

/** Takes as many tokens as there are, up to `wanted`. A clock that runs behind the last taker's refills nothing. */
export const takeTokens = (
  bucket: Bucket | undefined,
  { capacity, refillPerSecond }: BucketSize,
  wanted: number,
  now: number,
): { readonly taken: number; readonly left: Bucket } => {
  const { tokens, at } = bucket ?? { tokens: capacity, at: now };
  const filled = Math.min(capacity, tokens + (Math.max(0, now - at) / 1000) * refillPerSecond);
  const taken = Math.min(wanted, Math.floor(filled));
  return { taken, left: { tokens: filled - taken, at: Math.max(now, at) } };
};
