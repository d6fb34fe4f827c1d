import { createHash } from 'node:crypto';
import type { Clock } from '../../clock/clock.ts';
import type { Random } from '../../random.ts';
import { AwsError } from '../errors.ts';
import { regionOfArn } from '../region-of-arn.ts';
import { itemSize, type Wire } from './dynalite.ts';
import { isSameItem } from './same-item.ts';

/** What a record shows of an item beside its key. */
export const STREAM_VIEW_TYPES = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type StreamViewType = (typeof STREAM_VIEW_TYPES)[number];

/** How long records are kept, and a stream after it was disabled, in milliseconds: 24 hours (Streams.html). */
export const RETENTION = 24 * 3_600_000;
/** What one GetRecords answers at most, in records and in bytes (API_streams_GetRecords.html). */
const PAGE = { records: 1000, bytes: 1024 * 1024 };

/**
 * One change of an item, as GetRecords answers it.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since the epoch, whole. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Wire;
    readonly NewImage?: Wire;
    readonly OldImage?: Wire;
    /** 21 digits, so that their order as texts is the order of the changes. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
}

/** A change as it was written down: records are made of it when somebody reads, so that writes stay quick. */
interface Change {
  readonly at: number;
  readonly before: Wire | undefined;
  readonly after: Wire | undefined;
}

/** The table that a stream tells of. */
export interface StreamedTable {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
}

/** `100000000000000000042` for the record with the number 42. */
const sequenceNumber = (number: number): string => String(10n ** 20n + BigInt(number));

/** The inverse of {@link sequenceNumber}; not a number where the text is none of ours. */
const numberOf = (sequence: string): number => (/^1\d{20}$/.test(sequence) ? Number(sequence.slice(1)) : Number.NaN);

/**
 * The changes of one table in one shard, which never splits (on AWS a shard is closed after four hours or so). Records past
 * their 24 hours are let go when somebody writes or reads: quiet weeks cost nothing.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export class Stream {
  readonly table: StreamedTable;
  readonly label: string;
  readonly arn: string;
  readonly shardId: string;
  readonly viewType: StreamViewType;
  readonly createdAt: number;
  /** When it was disabled, in milliseconds since the epoch; a disabled stream can still be read. */
  disabledAt: number | undefined;
  readonly #clock: Clock;
  readonly #listeners = new Set<(sequenceNumber: string) => void>();
  #changes: Change[] = [];
  /** The number of the first of `#changes`. */
  #first = 0;
  /** The number of the oldest record that can still be read. */
  #oldest = 0;

  constructor(table: StreamedTable, label: string, viewType: StreamViewType, world: { clock: Clock; random: Random }) {
    this.table = table;
    this.label = label;
    this.arn = `${table.arn}/stream/${label}`;
    this.viewType = viewType;
    this.#clock = world.clock;
    this.createdAt = world.clock.now();
    this.shardId = `shardId-${String(this.createdAt).padStart(20, '0')}-${world.random.hex(8)}`;
  }

  /** The number that the next record will have: where LATEST is. */
  get next(): number {
    return this.#first + this.#changes.length;
  }

  /** The number of the oldest record that can be read: where TRIM_HORIZON is. */
  get horizon(): number {
    this.#trim();
    return this.#oldest;
  }

  /** Where the shard begins and, once the stream is disabled, ends. */
  get sequenceNumberRange(): Wire {
    const starting = { StartingSequenceNumber: sequenceNumber(0) };
    if (this.disabledAt === undefined) return starting;
    return { ...starting, EndingSequenceNumber: sequenceNumber(Math.max(0, this.next - 1)) };
  }

  /** Writes down a change. One that changes nothing makes no record, as on AWS. */
  append(before: Wire | undefined, after: Wire | undefined): void {
    const isNothing = before === undefined ? after === undefined : after !== undefined && isSameItem(before, after);
    if (isNothing) return;
    this.#trim();
    this.#changes.push({ at: this.#clock.now(), before, after });
    for (const listener of this.#listeners) listener(sequenceNumber(this.next - 1));
  }

  /** Calls `listener` with the sequence number of each record from now on; returns how to stop that. */
  onRecord(listener: (sequenceNumber: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The number of the record with a sequence number.
   *
   * @throws AwsError `TrimmedDataAccessException` where it is past its 24 hours, `ValidationException` where there never was one.
   */
  find(sequence: string): number {
    const number = numberOf(sequence);
    if (!(number < this.next)) {
      throw new AwsError(
        'ValidationException',
        `Invalid SequenceNumber: ${sequence} is not in the shard ${this.shardId}`,
      );
    }
    this.#refuseTrimmed(number);
    return number;
  }

  /**
   * The records from a number on, as many as fit in one answer.
   *
   * @throws AwsError `TrimmedDataAccessException` where the first of them is past its 24 hours.
   */
  read(from: number, limit: number = PAGE.records): readonly StreamRecord[] {
    this.#refuseTrimmed(from);
    const start = from - this.#first;
    const page: StreamRecord[] = [];
    let bytes = 0;
    for (const [index, change] of this.#changes.slice(start, start + Math.min(limit, PAGE.records)).entries()) {
      const record = this.#recordOf(from + index, change);
      bytes += record.dynamodb.SizeBytes;
      if (page.length > 0 && bytes > PAGE.bytes) break;
      page.push(record);
    }
    return page;
  }

  #recordOf(number: number, { at, before, after }: Change): StreamRecord {
    const item = after ?? before ?? {};
    const Keys = Object.fromEntries(this.table.keySchema.map(({ AttributeName: name }) => [name, item[name]]));
    const showsNew = this.viewType === 'NEW_IMAGE' || this.viewType === 'NEW_AND_OLD_IMAGES';
    const showsOld = this.viewType === 'OLD_IMAGE' || this.viewType === 'NEW_AND_OLD_IMAGES';
    const images = {
      ...(showsNew && after !== undefined && { NewImage: { ...after } }),
      ...(showsOld && before !== undefined && { OldImage: { ...before } }),
    };
    return {
      eventID: createHash('md5').update(`${this.arn}/${number}`).digest('hex'),
      eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: regionOfArn(this.arn),
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(at / 1000),
        Keys,
        ...images,
        SequenceNumber: sequenceNumber(number),
        SizeBytes: [Keys, ...Object.values(images)].reduce<number>((sum, image) => sum + itemSize(image), 0),
        StreamViewType: this.viewType,
      },
    };
  }

  #refuseTrimmed(number: number): void {
    this.#trim();
    if (number >= this.#oldest) return;
    throw new AwsError(
      'TrimmedDataAccessException',
      'The operation attempted to read past the oldest stream record in a shard.',
    );
  }

  #trim(): void {
    const limit = this.#clock.now() - RETENTION;
    while ((this.#changes[this.#oldest - this.#first]?.at ?? limit) < limit) this.#oldest += 1;
    const gone = this.#oldest - this.#first;
    // Half at a time, so that a record is moved once on average.
    if (gone === 0 || gone < this.#changes.length / 2) return;
    this.#changes = this.#changes.slice(gone);
    this.#first = this.#oldest;
  }
}
