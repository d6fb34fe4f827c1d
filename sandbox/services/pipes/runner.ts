import type { Message, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import type { SqsModel } from '../sqs/model.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import type { PipeDefinition } from './model.ts';
import { BatchProcess } from './process.ts';
import { forFilter, type SqsRecord, toRecord } from './records.ts';
import { report } from './report.ts';

/** From a message's arrival to the poll that finds it, in milliseconds: pipes poll all the time, so little. */
const PICKUP = [10, 60] as const;
/** Batches in process at once: pipes begin with five pollers and add more; the sandbox stays at five (eb-pipes-sqs.html, "Scaling"). */
const CONCURRENCY = 5;
/** After a poll that was refused, in milliseconds; AWS does not document its pause. */
const PAUSE = 60_000;
/** Messages in one receive or delete. */
const CALL_BATCH = 10;

/**
 * Moves a queue's messages through a pipe while it runs. A batch that fails anywhere is left in the queue: its messages
 * show again when their visibility time-out ends, and the queue's redrive policy has the last word.
 */
export class PipeRunner {
  readonly #cloud: Cloud;
  readonly #pipe: PipeDefinition;
  readonly #stopListening: () => void;
  #running = true;
  #collecting = false;
  #due = false;
  #missed = false;
  #inProcess = 0;
  #nudge: (() => void) | undefined;

  constructor(cloud: Cloud, pipe: PipeDefinition, queues: Pick<SqsModel, 'onAvailable'>) {
    this.#cloud = cloud;
    this.#pipe = pipe;
    this.#stopListening = queues.onAvailable(pipe.source, () => this.#wake());
  }

  /** Takes no further messages; batches that are under way are finished. */
  stop(): void {
    this.#running = false;
    this.#stopListening();
    this.#nudge?.();
  }

  #wake(milliseconds = this.#cloud.random.between(...PICKUP)): void {
    this.#nudge?.();
    if (this.#collecting || this.#inProcess >= CONCURRENCY) this.#missed = true;
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
      const principal = this.#cloud.assumeRole('pipes.amazonaws.com', this.#pipe.roleArn, this.#pipe.name);
      const messages = await this.#collect(principal);
      full = messages.length === this.#pipe.batchSize;
      if (messages.length > 0) this.#start(principal, messages);
      this.#collecting = false;
    } catch (error) {
      report(this.#cloud, this.#pipe, 'pipes poll failed', error);
      this.#collecting = false;
      this.#wake(PAUSE);
      return;
    }
    if (full || this.#missed) this.#wake();
  }

  async #receive(principal: Principal, limit: number): Promise<readonly Message[]> {
    const input = {
      QueueUrl: queueUrlOf(this.#pipe.source),
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
    const { batchSize, windowSeconds } = this.#pipe;
    const collected = [...(await this.#receive(principal, batchSize))];
    if (collected.length === 0) return collected;
    const deadline = this.#cloud.clock.now() + windowSeconds * 1000;
    while (collected.length < batchSize && this.#cloud.clock.now() < deadline && this.#running) {
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
    const records = messages.map((message) => toRecord(message, this.#pipe.source));
    const { filters } = this.#pipe;
    const wanted = records.filter(
      (record) => filters.length === 0 || filters.some((filter) => filter.matches(forFilter(record))),
    );
    const failed = wanted.length === 0 ? [] : await this.#handle(principal, wanted);
    // What the filter dropped is done with all the same.
    await this.#delete(
      principal,
      records.filter((record) => !failed.includes(record)),
    );
  }

  /** Gives the records that failed. */
  async #handle(principal: Principal, records: readonly SqsRecord[]): Promise<readonly SqsRecord[]> {
    try {
      const failures = await new BatchProcess(this.#cloud, this.#pipe, principal).run(records);
      const failed = records.filter(({ messageId }) => failures.includes(messageId));
      // A target that names a message which it was not given means the whole batch, as AWS reads it.
      return failures.length > failed.length ? records : failed;
    } catch (error) {
      const messageIds = records.map(({ messageId }) => messageId);
      report(this.#cloud, this.#pipe, 'pipes batch failed', error, { messageIds });
      return records;
    }
  }

  async #delete(principal: Principal, records: readonly SqsRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += CALL_BATCH) {
      const some = records.slice(start, start + CALL_BATCH);
      const Entries = some.map((record, index) => ({ Id: String(index), ReceiptHandle: record.receiptHandle }));
      const input = { QueueUrl: queueUrlOf(this.#pipe.source), Entries };
      try {
        await this.#cloud.invoke({ service: 'sqs', action: 'DeleteMessageBatch', input, principal });
      } catch (error) {
        report(this.#cloud, this.#pipe, 'pipes could not delete what it handled', error);
      }
    }
  }
}
