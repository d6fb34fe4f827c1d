import type { Cloud } from '../../cloud.ts';
import type { Streams } from '../dynamodb/streams.ts';
import type { Pipe, PipeDefinition } from './model.ts';
import { report } from './report.ts';
import { MOST, ShardReader } from './shard-reader.ts';
import { StreamDelivery } from './stream-delivery.ts';
import { type PipeStreamRecord, sequenceOf, toStreamRecord } from './stream-records.ts';

/** From a change to the poll that finds it, in milliseconds: pipes poll each shard four times a second (eb-pipes-dynamodb.html). */
const PICKUP = [0, 250] as const;
/** After a poll that was refused, in milliseconds; AWS does not document its pause. */
const PAUSE = 60_000;

interface Batch {
  readonly wanted: readonly PipeStreamRecord[];
  /** The last record that was read, wanted or not; none where nothing was there. */
  readonly last: string | undefined;
}

/**
 * Moves a stream's records through a pipe while it runs: one batch at a time, in order, so that a batch that fails holds up
 * what is behind it. It reads when the stream says that there is something, so that a quiet stream costs nothing.
 */
export class StreamRunner {
  readonly #cloud: Cloud;
  readonly #pipe: Pipe;
  readonly #definition: PipeDefinition;
  readonly #reader: ShardReader;
  readonly #delivery: StreamDelivery;
  readonly #stopListening: () => void;
  #ended: Promise<void> = Promise.resolve();
  #running = true;
  #woken = false;
  #nudge: (() => void) | undefined;

  constructor(cloud: Cloud, pipe: Pipe, streams: Pick<Streams, 'onRecord'>) {
    const { definition } = pipe;
    this.#cloud = cloud;
    this.#pipe = pipe;
    this.#definition = definition;
    const { startingPosition: ShardIteratorType = 'TRIM_HORIZON' } = definition.stream ?? {};
    this.#reader = new ShardReader(cloud, definition, pipe.position ?? { ShardIteratorType });
    this.#delivery = new StreamDelivery(cloud, definition, (done) => this.#commit(sequenceOf(done)));
    this.#stopListening = streams.onRecord(definition.source, (sequenceNumber) => this.#wake(sequenceNumber));
  }

  /** @throws AwsError where the pipe's role may not read the stream, or the stream is gone or disabled */
  async open(): Promise<void> {
    await this.#reader.open();
    this.#pipe.position ??= this.#reader.position;
  }

  /** Begins to read; {@link open} comes before. */
  start(): void {
    this.#ended = this.#run();
  }

  /** Takes no further records and gives up waiting to try again; resolves when the batch that is under way has ended. */
  stop(): Promise<void> {
    this.#running = false;
    this.#delivery.stop();
    // Behind LATEST only the next record tells where this pipe is to go on.
    if (this.#reader.position.ShardIteratorType !== 'LATEST') this.#stopListening();
    this.#nudge?.();
    return this.#ended;
  }

  #wake(sequenceNumber: string): void {
    const wasLatest = this.#reader.position.ShardIteratorType === 'LATEST';
    this.#reader.arrived(sequenceNumber);
    if (wasLatest) this.#pipe.position = this.#reader.position;
    if (!this.#running) this.#stopListening();
    this.#woken = true;
    this.#nudge?.();
  }

  #commit(SequenceNumber: string): void {
    this.#pipe.position = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber };
  }

  async #run(): Promise<void> {
    while (this.#running) {
      this.#woken = false;
      const batch = await this.#poll();
      if (batch === undefined) await this.#cloud.clock.sleep(PAUSE);
      else if (batch.last !== undefined) await this.#handle(batch.wanted, batch.last);
      else await this.#untilWoken();
    }
  }

  async #handle(wanted: readonly PipeStreamRecord[], last: string): Promise<void> {
    if (wanted.length > 0 && !(await this.#delivery.deliver(this.#reader.shardId, wanted))) return;
    this.#commit(last);
  }

  /** A batch; undefined where it could not be read, after which the next poll begins at the same place. */
  async #poll(): Promise<Batch | undefined> {
    const mark = this.#reader.mark();
    try {
      return await this.#collect();
    } catch (error) {
      report(this.#cloud, this.#definition, 'pipes poll failed', error);
      this.#reader.goBack(mark);
      return undefined;
    }
  }

  /** Up to a batch of records that the filters let through; with a window, waits that long for it to fill, counted from the first read. */
  async #collect(): Promise<Batch> {
    const { batchSize, windowSeconds, filters, source } = this.#definition;
    const wanted: PipeStreamRecord[] = [];
    let last: string | undefined;
    let deadline: number | undefined;
    while (this.#running) {
      const limit = Math.min(batchSize - wanted.length, MOST);
      const records = (await this.#reader.read(limit)).map((record) => toStreamRecord(record, source));
      wanted.push(...records.filter((record) => filters.length === 0 || filters.some((one) => one.matches(record))));
      last = records.at(-1)?.dynamodb.SequenceNumber ?? last;
      if (wanted.length >= batchSize) break;
      if (records.length > 0) deadline ??= this.#cloud.clock.now() + windowSeconds * 1000;
      const left = (deadline ?? 0) - this.#cloud.clock.now();
      // What a full read leaves behind is there at once.
      if (records.length === limit) continue;
      if (left <= 0) break;
      await this.#untilNudged(left);
    }
    return { wanted, last };
  }

  async #untilWoken(): Promise<void> {
    if (!this.#woken) await this.#untilNudged();
    if (this.#running) await this.#cloud.clock.sleep(this.#cloud.random.between(...PICKUP));
  }

  /** Until a record arrives, the pipe stops or, where they are given, so many milliseconds have passed. */
  #untilNudged(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#nudge = undefined;
        cancel?.();
        resolve();
      };
      const cancel = milliseconds === undefined ? undefined : this.#cloud.clock.after(milliseconds, done);
      this.#nudge = done;
    });
  }
}
