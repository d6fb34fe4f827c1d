import type { Reporter, Series } from '../cloudwatch/series.ts';
import type { MetricSink } from '../cloudwatch/sink.ts';
import { numberOf } from './attributes.ts';
import type { Queue, StoredMessage } from './model.ts';

const MINUTE = 60_000;
/** A message that was received so often and is still there goes to the back of the queue: its age counts no more. */
const POISON_RECEIVES = 3;

/** The first full minute at `at` or later. */
const markFrom = (at: number): number => Math.ceil(at / MINUTE) * MINUTE;

/**
 * What SQS tells CloudWatch of a queue at every full minute. It looks at the queue only when somebody reads the metrics or
 * is about to change the queue: what lies still costs nothing.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export class QueueMeter {
  readonly #queue: Queue;
  readonly #visible: Series;
  readonly #age: Series;
  /** The first full minute that was not looked at. */
  #next: number;
  #isOver = false;

  constructor(queue: Queue, visible: Series, age: Series, now: number) {
    this.#queue = queue;
    this.#visible = visible;
    this.#age = age;
    this.#next = markFrom(now);
    const catchUp = (until: number): void => this.#catchUp(until);
    visible.reporter = { catchUp, nextChange: (at) => this.#nextVisible(at) } satisfies Reporter;
    age.reporter = { catchUp, nextChange: (at) => this.#nextAge(at) } satisfies Reporter;
  }

  /** The queue is about to change. */
  changing(now: number): void {
    if (now >= this.#next) this.#catchUp(now);
    this.#visible.touch();
    this.#age.touch();
  }

  /** The queue is deleted. */
  end(now: number): void {
    this.changing(now);
    this.#isOver = true;
  }

  /** Tells of all full minutes up to `now`, during which nobody touched the queue. */
  #catchUp(now: number): void {
    const end = now - (now % MINUTE) + MINUTE;
    if (this.#isOver || end <= this.#next) return;
    const turns = [...this.#turns(end)].sort((a, b) => a - b);
    for (const [index, from] of turns.entries()) this.#tell(from, turns[index + 1] ?? end);
    this.#next = end;
  }

  /** The full minutes from which on something is different. */
  #turns(end: number): ReadonlySet<number> {
    const turns = new Set([this.#next]);
    for (const message of this.#queue.messages.values()) {
      for (const at of [markFrom(message.visibleAt), markFrom(this.#expiryOf(message))]) {
        if (at > this.#next && at < end) turns.add(at);
      }
    }
    return turns;
  }

  #tell(from: number, to: number): void {
    let visible = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (const message of this.#queue.messages.values()) {
      if (this.#expiryOf(message) <= from) continue;
      if (message.visibleAt <= from) visible += 1;
      if (message.receiveCount < POISON_RECEIVES) oldest = Math.min(oldest, message.arrivedAt);
    }
    this.#visible.addRun(from, to, visible);
    if (oldest <= from) this.#age.addRun(from, to, (from - oldest) / 1_000, true);
  }

  /** The age of what waits grows with every full minute. */
  #nextAge(now: number): number | undefined {
    if (this.#isOver) return undefined;
    const waiting = [...this.#queue.messages.values()].some(({ receiveCount }) => receiveCount < POISON_RECEIVES);
    return waiting ? markFrom(now + 1) : undefined;
  }

  #nextVisible(now: number): number | undefined {
    if (this.#isOver) return this.#next > now ? this.#next : undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const message of this.#queue.messages.values()) {
      for (const at of [message.visibleAt, this.#expiryOf(message)]) if (at > now && at < next) next = at;
    }
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  #expiryOf({ sentAt }: StoredMessage): number {
    return sentAt + numberOf(this.#queue.attributes, 'MessageRetentionPeriod') * 1_000;
  }
}

/** Begins to report a queue, where the world has CloudWatch. */
export const meterOf = (queue: Queue, metrics: MetricSink | undefined, now: number): QueueMeter | undefined => {
  const about = { QueueName: queue.name };
  const visible = metrics?.series('AWS/SQS', about, 'ApproximateNumberOfMessagesVisible');
  const age = metrics?.series('AWS/SQS', about, 'ApproximateAgeOfOldestMessage');
  return visible === undefined || age === undefined ? undefined : new QueueMeter(queue, visible, age, now);
};
