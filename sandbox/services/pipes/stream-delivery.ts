import type { Cloud } from '../../cloud.ts';
import { RETENTION } from '../dynamodb/stream.ts';
import { AwsError } from '../errors.ts';
import { type Condition, deadLetter, sendDeadLetter } from './dead-letter.ts';
import type { PipeDefinition } from './model.ts';
import { BatchProcess } from './process.ts';
import { report } from './report.ts';
import { madeAt, type PipeStreamRecord, sequenceOf } from './stream-records.ts';

/** Between a failure and the next attempt, in milliseconds: doubled each time up to a minute; AWS documents only that it backs off. */
const BACKOFF = { first: 1_000, most: 60_000 };

/** What an attempt left undone. */
interface Failure {
  readonly rest: readonly PipeStreamRecord[];
  /** AWS's own failures are not counted against MaximumRetryAttempts (eb-pipes-error-troubleshooting.html). */
  readonly isInternal: boolean;
}

/**
 * Brings a stream's batches through a pipe, again and again until they are through, or given up for their age or the number of
 * attempts. Without a limit they are tried until the stream itself lets them go, after 24 hours.
 */
export class StreamDelivery {
  readonly #cloud: Cloud;
  readonly #pipe: PipeDefinition;
  readonly #done: (last: PipeStreamRecord) => void;
  #running = true;
  #wakeUp: (() => void) | undefined;

  /** @param done is told of the last record up to which everything is done with. */
  constructor(cloud: Cloud, pipe: PipeDefinition, done: (last: PipeStreamRecord) => void) {
    this.#cloud = cloud;
    this.#pipe = pipe;
    this.#done = done;
  }

  /** Makes no further attempts. */
  stop(): void {
    this.#running = false;
    this.#wakeUp?.();
  }

  /**
   * Halving a batch is no attempt, as Lambda counts it for its streams (services-ddb-errors.html): a record that fails alone is
   * tried MaximumRetryAttempts times more.
   *
   * @returns whether the pipe is done with all of them; not where it was stopped before
   */
  async deliver(shardId: string, records: readonly PipeStreamRecord[]): Promise<boolean> {
    const { maximumRetryAttempts = Number.POSITIVE_INFINITY, isBisected = false } = this.#pipe.stream ?? {};
    let left = records;
    let counted = 0;
    for (let attempts = 0; this.#running; attempts += 1) {
      left = await this.#withoutOld(shardId, left);
      if (left.length === 0) return true;
      const failure = await this.#attempt(left);
      this.#markDone(left.slice(0, left.length - (failure?.rest.length ?? 0)));
      if (failure === undefined) return true;
      left = failure.rest;
      const isHalved = isBisected && !failure.isInternal && left.length > 1;
      if (!isHalved && !failure.isInternal) counted += 1;
      if (counted > maximumRetryAttempts) {
        await this.#giveUp(shardId, left, 'RetryAttemptsExhausted');
        return true;
      }
      await this.#rest(Math.min(BACKOFF.first * 2 ** attempts, BACKOFF.most, this.#untilOld(left)));
      if (isHalved) {
        const middle = Math.ceil(left.length / 2);
        return (await this.deliver(shardId, left.slice(0, middle))) && this.deliver(shardId, left.slice(middle));
      }
    }
    return false;
  }

  async #attempt(records: readonly PipeStreamRecord[]): Promise<Failure | undefined> {
    const detail = { sequenceNumbers: records.map(sequenceOf) };
    try {
      const principal = this.#cloud.assumeRole('pipes.amazonaws.com', this.#pipe.roleArn, this.#pipe.name);
      const failures = await new BatchProcess(this.#cloud, this.#pipe, principal).run(records);
      if (failures.length === 0) return undefined;
      const known = new Set(detail.sequenceNumbers);
      const isWhole = failures.some((failed) => !known.has(failed));
      // Order counts: what is behind the first that failed is tried again with it.
      const rest = isWhole ? records : records.slice(records.findIndex((each) => failures.includes(sequenceOf(each))));
      const error = new AwsError('PartialBatchFailure', `The target could not handle ${failures.join(', ')}`);
      report(this.#cloud, this.#pipe, 'pipes batch failed', error, detail);
      return { rest, isInternal: false };
    } catch (error) {
      report(this.#cloud, this.#pipe, 'pipes batch failed', error, detail);
      return { rest: records, isInternal: error instanceof AwsError && error.status >= 500 };
    }
  }

  get #maximumAge(): number {
    return Math.min((this.#pipe.stream?.maximumAgeSeconds ?? Number.POSITIVE_INFINITY) * 1000, RETENTION);
  }

  /** Milliseconds until the oldest record is too old. */
  #untilOld([oldest]: readonly PipeStreamRecord[]): number {
    return oldest === undefined ? 0 : madeAt(oldest) + this.#maximumAge + 1 - this.#cloud.clock.now();
  }

  /** Gives up on records that are too old, which are the first ones. */
  async #withoutOld(shardId: string, records: readonly PipeStreamRecord[]): Promise<readonly PipeStreamRecord[]> {
    const limit = this.#cloud.clock.now() - this.#maximumAge;
    const kept = records.filter((record) => madeAt(record) >= limit);
    const old = records.slice(0, records.length - kept.length);
    if (old.length > 0) await this.#giveUp(shardId, old, 'RecordAgeExceeded');
    return kept;
  }

  async #giveUp(shardId: string, records: readonly PipeStreamRecord[], condition: Condition): Promise<void> {
    const letter = deadLetter(this.#pipe, shardId, records, condition, this.#cloud.clock.now());
    this.#cloud.journal.write({ kind: 'state', who: this.#pipe.arn, what: 'pipes gave up on records', detail: letter });
    try {
      await sendDeadLetter(this.#cloud, this.#pipe, letter);
    } catch (error) {
      report(this.#cloud, this.#pipe, 'pipes could not send a dead letter', error);
    }
    this.#markDone(records);
  }

  #markDone(records: readonly PipeStreamRecord[]): void {
    const last = records.at(-1);
    if (last !== undefined) this.#done(last);
  }

  #rest(milliseconds: number): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wakeUp = undefined;
        cancel();
        resolve();
      };
      const cancel = this.#cloud.clock.after(milliseconds, done);
      this.#wakeUp = done;
    });
  }
}
