import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Clock } from '../../clock/clock.ts';
import { HOME_REGION, PROVIDER_ACCOUNT } from '../../cloud.ts';
import type { Journal } from '../../journal.ts';
import type { Random } from '../../random.ts';
import type { MetricSink } from '../cloudwatch/sink.ts';
import { numberOf, redriveOf } from './attributes.ts';
import { meterOf, type QueueMeter } from './meter.ts';
import { type QueueName, queueArn } from './queue-url.ts';

/** A message as it lies in a queue. Times are milliseconds since the epoch. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly senderId: string;
  readonly traceHeader: string | undefined;
  readonly sentAt: number;
  /** When it came into the queue that it is in. */
  arrivedAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  /** The handle of its latest receive; undefined until the first one in this queue. */
  receiptHandle: string | undefined;
  deadLetterSource: string | undefined;
}

/** A standard queue and what lies in it, oldest first. */
export interface Queue extends QueueName {
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  purgedAt: number | undefined;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly messages: Map<string, StoredMessage>;
  /** Counts for CloudWatch. */
  meter: QueueMeter | undefined;
}

/** What is needed beside the message itself to put one into a queue. */
export type NewMessage = Pick<StoredMessage, 'body' | 'attributes' | 'senderId' | 'traceHeader'> & {
  readonly delaySeconds: number;
};

/** What queues need of the world. */
export interface SqsWorld {
  readonly region?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  /** Where they are counted. @default nowhere */
  readonly metrics?: MetricSink;
}

interface Watch {
  readonly listeners: Set<() => void>;
  /** When the next timer for a hidden message is due, so that one timer serves many messages. */
  wakeAt: number;
}

/**
 * The queues of all accounts. Delivery is at least once and as good as ordered; a message that was received is hidden
 * until its visibility time-out ends, and moves to the dead-letter queue when it would be received once too often.
 */
export class SqsModel {
  readonly region: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #journal: Journal;
  readonly #world: SqsWorld;
  readonly #queues = new Map<string, Queue>();
  readonly #deletedAt = new Map<string, number>();
  readonly #watches = new Map<string, Watch>();

  /** @param world - whose queues they are, and in which region. */
  constructor(world: SqsWorld) {
    this.#world = world;
    this.region = world.region ?? HOME_REGION;
    this.#clock = world.clock;
    this.#random = world.random;
    this.#journal = world.journal;
  }

  create(name: QueueName, attributes: Readonly<Record<string, string>>, tags: Readonly<Record<string, string>>): Queue {
    const now = this.#clock.now();
    const queue: Queue = {
      ...name,
      arn: queueArn(this.region, name),
      createdAt: now,
      modifiedAt: now,
      purgedAt: undefined,
      attributes: new Map(Object.entries(attributes).filter(([, value]) => value !== '')),
      tags: new Map(Object.entries(tags)),
      messages: new Map(),
      meter: undefined,
    };
    queue.meter = meterOf(queue, name.account === PROVIDER_ACCOUNT ? this.#world.metrics : undefined, now);
    this.#queues.set(queue.arn, queue);
    return queue;
  }

  byArn(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }

  /** An account's queues, in the order in which they were made. */
  ofAccount(account: string): readonly Queue[] {
    return [...this.#queues.values()].filter((queue) => queue.account === account);
  }

  delete(queue: Queue): void {
    queue.meter?.end(this.#clock.now());
    this.#queues.delete(queue.arn);
    this.#deletedAt.set(queue.arn, this.#clock.now());
  }

  /** When a queue of that name was last deleted. */
  deletedAt(arn: string): number | undefined {
    return this.#deletedAt.get(arn);
  }

  /**
   * Calls `listener` whenever a message of the queue has become visible, for as long as the queue or one of its name
   * lives. It is called in the midst of a change, so it only makes a note or sets a timer; when it then looks, another
   * may have been quicker. Returns how to stop that.
   */
  onAvailable(arn: string, listener: () => void): () => void {
    const watch = this.#watches.get(arn) ?? { listeners: new Set(), wakeAt: Number.POSITIVE_INFINITY };
    this.#watches.set(arn, watch);
    watch.listeners.add(listener);
    this.#look(arn);
    return () => watch.listeners.delete(listener);
  }

  send(queue: Queue, message: NewMessage): StoredMessage {
    const now = this.#clock.now();
    const { delaySeconds, ...content } = message;
    const stored: StoredMessage = {
      id: this.#random.uuid(),
      ...content,
      sentAt: now,
      arrivedAt: now,
      visibleAt: now + delaySeconds * 1000,
      receiveCount: 0,
      firstReceivedAt: undefined,
      receiptHandle: undefined,
      deadLetterSource: undefined,
    };
    this.#put(queue, stored);
    return stored;
  }

  /** Up to `limit` visible messages, hidden from now on for `visibilitySeconds`. */
  receive(queue: Queue, limit: number, visibilitySeconds: number): readonly StoredMessage[] {
    const now = this.#clock.now();
    const redrive = redriveOf(queue.attributes);
    const received: StoredMessage[] = [];
    if (queue.messages.size > 0) queue.meter?.changing(now);
    for (const message of queue.messages.values()) {
      if (message.visibleAt > now || this.#hasExpired(queue, message)) continue;
      if (received.length === limit) {
        this.#tell(queue.arn, now);
        break;
      }
      if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
        if (this.#moveToDeadLetters(queue, message, redrive.deadLetterTargetArn)) continue;
      }
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.receiptHandle = Buffer.from(`${this.#random.uuid()} ${queue.arn} ${message.id}`).toString('base64');
      received.push(message);
    }
    for (const message of received) this.changeVisibility(queue, message, visibilitySeconds);
    return received;
  }

  /** Where a message shows again: at once, or after `visibilitySeconds`. */
  changeVisibility(queue: Queue, message: StoredMessage, visibilitySeconds: number): void {
    queue.meter?.changing(this.#clock.now());
    message.visibleAt = this.#clock.now() + visibilitySeconds * 1000;
    this.#tell(queue.arn, message.visibleAt);
  }

  remove(queue: Queue, message: StoredMessage): void {
    queue.meter?.changing(this.#clock.now());
    queue.messages.delete(message.id);
  }

  purge(queue: Queue): void {
    queue.meter?.changing(this.#clock.now());
    queue.messages.clear();
  }

  /** How many messages can be received now, are in flight, or are still delayed. */
  count(queue: Queue): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const now = this.#clock.now();
    const counts = { visible: 0, inFlight: 0, delayed: 0 };
    for (const message of queue.messages.values()) {
      if (this.#hasExpired(queue, message)) continue;
      if (message.visibleAt <= now) counts.visible += 1;
      else if (message.receiptHandle === undefined) counts.delayed += 1;
      else counts.inFlight += 1;
    }
    return counts;
  }

  #put(queue: Queue, message: StoredMessage): void {
    queue.meter?.changing(this.#clock.now());
    queue.messages.set(message.id, message);
    this.#tell(queue.arn, message.visibleAt);
  }

  #moveToDeadLetters(queue: Queue, message: StoredMessage, deadLetterArn: string): boolean {
    const target = this.#queues.get(deadLetterArn);
    if (target === undefined) return false; // as on AWS: it stays and is received again and again
    this.remove(queue, message);
    message.visibleAt = this.#clock.now();
    message.arrivedAt = message.visibleAt;
    message.receiptHandle = undefined;
    message.deadLetterSource = queue.arn;
    this.#journal.write({
      kind: 'state',
      who: queue.arn,
      what: 'sqs message moved to the dead-letter queue',
      detail: { messageId: message.id, receiveCount: message.receiveCount, deadLetterQueue: deadLetterArn },
    });
    this.#put(target, message);
    return true;
  }

  /** Drops what is older than the retention period, counted from when it was first sent, in a dead-letter queue too. */
  #hasExpired(queue: Queue, message: StoredMessage): boolean {
    const age = this.#clock.now() - message.sentAt;
    if (age < numberOf(queue.attributes, 'MessageRetentionPeriod') * 1000) return false;
    this.remove(queue, message);
    this.#journal.write({
      kind: 'state',
      who: queue.arn,
      what: 'sqs message expired',
      detail: { messageId: message.id },
    });
    return true;
  }

  /** A message is visible at `at`: tells the listeners then. One timer serves all messages that show after it. */
  #tell(arn: string, at: number): void {
    const watch = this.#watches.get(arn);
    if (watch === undefined || watch.listeners.size === 0) return;
    const now = this.#clock.now();
    if (at <= now) {
      for (const listener of [...watch.listeners]) listener();
    } else if (at < watch.wakeAt) {
      watch.wakeAt = at;
      this.#clock.after(at - now, () => {
        if (watch.wakeAt <= this.#clock.now()) watch.wakeAt = Number.POSITIVE_INFINITY;
        this.#look(arn);
      });
    }
  }

  /** Looks through the queue for what is visible and for what shows next. */
  #look(arn: string): void {
    const now = this.#clock.now();
    let visible = false;
    let next = Number.POSITIVE_INFINITY;
    for (const message of this.#queues.get(arn)?.messages.values() ?? []) {
      if (message.visibleAt <= now) visible = true;
      else next = Math.min(next, message.visibleAt);
    }
    if (next < Number.POSITIVE_INFINITY) this.#tell(arn, next);
    if (visible) this.#tell(arn, now);
  }
}
