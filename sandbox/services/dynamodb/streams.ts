import type { Clock } from '../../clock/clock.ts';
import type { Random } from '../../random.ts';
import { AwsError } from '../errors.ts';
import { RETENTION, Stream, type StreamedTable, type StreamViewType } from './stream.ts';

/** `2026-11-23T12:00:00.000`: the time without a zone. */
const labelAt = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, -1);

/** The streams of all tables, also those that were disabled within the last 24 hours. */
export class Streams {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #streams = new Map<string, Stream>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins a stream, with a label that no other stream of the table has. */
  create(table: StreamedTable, viewType: StreamViewType): Stream {
    let at = this.#clock.now();
    while (this.#streams.has(`${table.arn}/stream/${labelAt(at)}`)) at += 1;
    const stream = new Stream(table, labelAt(at), viewType, { clock: this.#clock, random: this.#random });
    this.#streams.set(stream.arn, stream);
    return stream;
  }

  /** Takes no further records; what is in the stream can be read for another 24 hours. */
  disable(arn: string): void {
    const stream = this.#streams.get(arn);
    if (stream !== undefined) stream.disabledAt = this.#clock.now();
  }

  /** @throws AwsError `ResourceNotFoundException` where there is none, or none any more. */
  require(arn: string): Stream {
    this.#forget();
    const stream = this.#streams.get(arn);
    if (stream !== undefined) return stream;
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
  }

  /** In the order of their ARNs. */
  list(tableName?: string): readonly Stream[] {
    this.#forget();
    return [...this.#streams.values()]
      .filter(({ table }) => tableName === undefined || table.name === tableName)
      .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  /** Calls `listener` with the sequence number of each record of a stream from now on; returns how to stop that. */
  onRecord(arn: string, listener: (sequenceNumber: string) => void): () => void {
    return this.#streams.get(arn)?.onRecord(listener) ?? (() => undefined);
  }

  #forget(): void {
    const limit = this.#clock.now() - RETENTION;
    for (const [arn, { disabledAt }] of this.#streams) {
      if (disabledAt !== undefined && disabledAt < limit) this.#streams.delete(arn);
    }
  }
}
