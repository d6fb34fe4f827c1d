import type { Message, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import type { SqsModel } from './model.ts';
import { queueUrlOf } from './queue-url.ts';
import { type SqsRecord, toRecord } from './records.ts';

/** From a message's arrival to the poll that finds it, in milliseconds: AWS's pollers wait in a long poll, so little. */
const PICKUP = [10, 60] as const;
/** After a poll that was refused, in milliseconds; AWS does not document its pause. */
const PAUSE = 60_000;
/** Messages in one receive or delete. */
const CALL_BATCH = 10;

/** How a queue is polled, and what becomes of its messages. */
export interface PollerOptions {
  /** The queue's ARN. */
  readonly source: string;
  readonly batchSize: number;
  /** How long a batch may fill, counted from its first message. */
  readonly windowSeconds: number;
  /** Batches in process at once. */
  readonly concurrency: number;
  /** Bytes of bodies in a batch, after which it counts as full. @default no limit */
  readonly maxBytes?: number;
  /** As whom the queue is read. @throws AwsError where the role cannot be taken */
  readonly principal: () => Principal;
  /** Handles a batch; gives the records that failed, which stay in the queue until they show again. It does not throw. */
  readonly handle: (records: readonly SqsRecord[], principal: Principal) => Promise<readonly SqsRecord[]>;
  /** Hears of a poll or a delete that failed. */
  readonly report: (what: string, error: unknown) => void;
}

/**
 * Polls a queue for a service of AWS, as pipes and event source mappings do, and deletes what was handled. It hears of messages instead of
 * asking: a queue that stays empty for weeks costs nothing.
 */
export class QueuePoller {
  readonly #cloud: Cloud;
  readonly #options: PollerOptions;
  readonly #stopListening: () => void;
  #running = true;
  #collecting = false;
  #due = false;
  #missed = false;
  #inProcess = 0;
  #nudge: (() => void) | undefined;

  constructor(cloud: Cloud, queues: Pick<SqsModel, 'onAvailable'>, options: PollerOptions) {
    this.#cloud = cloud;
    this.#options = options;
    this.#stopListening = queues.onAvailable(options.source, () => this.#wake());
  }

  /** Takes no further messages; batches that are under way are finished. */
  stop(): void {
    this.#running = false;
    this.#stopListening();
    this.#nudge?.();
  }

  #wake(milliseconds = this.#cloud.random.between(...PICKUP)): void {
    this.#nudge?.();
    if (this.#collecting || this.#inProcess >= this.#options.concurrency) this.#missed = true;
    else if (!this.#due && this.#running) {
      this.#due = true;
      this.#cloud.clock.after(milliseconds, () => {
        this.#due = false;
        void this.#poll();
      });
    }
  }

  async #poll(): Promise<void> {
    if (!this.#running || this.#collecting) return;
    this.#collecting = true;
    this.#missed = false;
    let full = false;
    try {
      const principal = this.#options.principal();
      const messages = await this.#collect(principal);
      full = messages.length === this.#options.batchSize;
      if (messages.length > 0) this.#start(principal, messages);
      this.#collecting = false;
    } catch (error) {
      this.#options.report('poll failed', error);
      this.#collecting = false;
      this.#wake(PAUSE);
      return;
    }
    if (full || this.#missed) this.#wake();
  }

  async #receive(principal: Principal, limit: number): Promise<readonly Message[]> {
    const input = {
      QueueUrl: queueUrlOf(this.#options.source),
      MaxNumberOfMessages: Math.min(limit, CALL_BATCH),
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      WaitTimeSeconds: 0,
    };
    const answer = await this.#cloud.invoke({ service: 'sqs', action: 'ReceiveMessage', input, principal });
    return (answer as ReceiveMessageResult).Messages ?? [];
  }

  /** Up to a batch of messages; with a window, waits that long for it to fill, counted from the first one. */
  async #collect(principal: Principal): Promise<readonly Message[]> {
    const { batchSize, windowSeconds, maxBytes = Number.POSITIVE_INFINITY } = this.#options;
    const collected = [...(await this.#receive(principal, batchSize))];
    if (collected.length === 0) return collected;
    const bytes = (): number => collected.reduce((sum, { Body = '' }) => sum + Buffer.byteLength(Body), 0);
    const deadline = this.#cloud.clock.now() + windowSeconds * 1000;
    while (collected.length < batchSize && this.#cloud.clock.now() < deadline && this.#running && bytes() < maxBytes) {
      const more = await this.#receive(principal, batchSize - collected.length);
      collected.push(...more);
      if (more.length === 0) await this.#untilNudged(deadline - this.#cloud.clock.now());
    }
    return collected;
  }

  #untilNudged(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#cloud.clock.after(milliseconds, resolve);
      this.#nudge = () => {
        this.#nudge = undefined;
        cancel();
        resolve();
      };
    });
  }

  #start(principal: Principal, messages: readonly Message[]): void {
    this.#inProcess += 1;
    void this.#process(principal, messages).finally(() => {
      this.#inProcess -= 1;
      if (this.#missed) this.#wake();
    });
  }

  async #process(principal: Principal, messages: readonly Message[]): Promise<void> {
    const records = messages.map((message) => toRecord(message, this.#options.source));
    const failed = await this.#options.handle(records, principal);
    await this.#delete(
      principal,
      records.filter((record) => !failed.includes(record)),
    );
  }

  async #delete(principal: Principal, records: readonly SqsRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += CALL_BATCH) {
      const some = records.slice(start, start + CALL_BATCH);
      const Entries = some.map((record, index) => ({ Id: String(index), ReceiptHandle: record.receiptHandle }));
      const input = { QueueUrl: queueUrlOf(this.#options.source), Entries };
      try {
        await this.#cloud.invoke({ service: 'sqs', action: 'DeleteMessageBatch', input, principal });
      } catch (error) {
        this.#options.report('could not delete what it handled', error);
      }
    }
  }
}
