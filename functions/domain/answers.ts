import { type AnswerOutcome, type Ends, nextAnswerStep } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Answer } from './mode.ts';

/** One answer that a workflow waits for. */
export interface Asked {
  readonly serviceId: string;
  readonly endpointId: string;
  /** The account for which it was decided, 12 digits. */
  readonly owner: string;
  readonly verdict: Answer;
  readonly ends: Ends;
  /** Whose place the endpoint must have to be accepted; absent where it is to be rejected. */
  readonly placeOf?: string;
  /** The version of modes and pauses under which it was decided. */
  readonly modesVersion: number;
  /** How often somebody had called its run to look again when it was decided. */
  readonly wakes: number;
  /** The run that asks, by its ARN: it must have the request in hand still. @default nobody asks for that */
  readonly execution?: string;
  /** How many looks in a row, up to now, found the endpoint not listed. */
  readonly absences: number;
  /** Until when it may be acted on without being decided again, ISO 8601 in UTC with milliseconds. @default no such bound */
  readonly freshUntil?: string;
  /** When its workflow gives up waiting, likewise. */
  readonly deadline: string;
  /** When it was asked, in milliseconds since the epoch. */
  readonly askedAt: number;
}

/** What is known of an answer without doing anything: by the connection's state and the time alone. */
export type Judged<A extends Asked = Asked> =
  /** EC2 shows the end. */
  | { readonly is: 'settled'; readonly asked: A; readonly outcome: AnswerOutcome; readonly connection?: Connection }
  /** EC2 does not list it: its workflow counts that, and asks again. */
  | { readonly is: 'absent'; readonly asked: A }
  /** Its workflow gives up now. */
  | { readonly is: 'overdue'; readonly asked: A; readonly connection: Connection }
  /** It was decided for something else than what EC2 shows, or too long ago: decide again. */
  | { readonly is: 'superseded'; readonly asked: A; readonly because: string }
  /** EC2 is at it, or in a state on which nobody acts: look again later. */
  | { readonly is: 'under-way'; readonly asked: A; readonly connection: Connection }
  /** It waits for the answer. */
  | { readonly is: 'to-answer'; readonly asked: A; readonly connection: Connection };

/**
 * Judges one answer by what EC2 lists of its endpoint.
 *
 * @param now - ISO 8601 in UTC with milliseconds.
 */
export const judgeAnswer = <A extends Asked>(asked: A, connections: readonly Connection[], now: string): Judged<A> => {
  const connection = connections.find(
    ({ endpointId, serviceId }) => endpointId === asked.endpointId && serviceId === asked.serviceId,
  );
  const next = nextAnswerStep(asked.verdict, connection?.state, asked.absences, asked.ends);
  if (next.step === 'settled') {
    return { is: 'settled', asked, outcome: next.outcome, ...(connection === undefined ? {} : { connection }) };
  }
  if (connection === undefined) return { is: 'absent', asked };
  if (asked.deadline <= now) return { is: 'overdue', asked, connection };
  if (next.step === 'wait') return { is: 'under-way', asked, connection };
  if (connection.owner !== asked.owner) {
    return { is: 'superseded', asked, because: `it is of ${connection.owner}, and was decided for ${asked.owner}` };
  }
  if (asked.freshUntil !== undefined && asked.freshUntil <= now)
    return { is: 'superseded', asked, because: 'it was decided too long ago' };
  return { is: 'to-answer', asked, connection };
};

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

/** Seconds between two looks at an endpoint that EC2 is at: connecting one takes it that long, and often minutes. */
const LOOK = 20;
/** Messages meet in one batch if they show again at the same moments: every so many seconds. */
const GRID = 5;
const SLOTS = LOOK / GRID;

/**
 * In how many seconds a message is to show again: at a moment that others share. Where many calls wait, each service has its own turn, so
 * that its messages meet in one batch, however many batches the rest makes.
 *
 * @param now - milliseconds since the epoch.
 * @param callsWaiting - how many calls wait for a token of the bucket, this one's among them; 0 = it waits for EC2.
 */
export const showAgainIn = (now: number, callsWaiting: number, serviceId: string): number => {
  const wait = callsWaiting === 0 ? LOOK : Math.min(GRID, callsWaiting);
  const next = Math.ceil((now / 1000 + wait) / GRID);
  const turns = callsWaiting < LOOK ? 0 : (SLOTS + slotOf(serviceId) - (next % SLOTS)) % SLOTS;
  return Math.ceil((next + turns) * GRID - now / 1000);
};

const slotOf = (serviceId: string): number =>
  [...serviceId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % SLOTS;

/** A task that hears nothing for a quarter of an hour is taken for lost: each is told of three times in that time. */
const HEARTBEAT = 5 * 60_000;

/** Whether a message's workflow is to hear now that somebody is at it, since the next look comes too late for that. Milliseconds. */
export const isHeartbeatDue = (askedAt: number, now: number, nextLook: number): boolean =>
  Math.floor((now - askedAt) / HEARTBEAT) !== Math.floor((nextLook - askedAt) / HEARTBEAT);

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
