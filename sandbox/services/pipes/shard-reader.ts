import type { Cloud } from '../../cloud.ts';
import type { StreamRecord } from '../dynamodb/stream.ts';
import { AwsError } from '../errors.ts';
import type { PipeDefinition, StreamPosition } from './model.ts';

interface Description {
  readonly StreamDescription: {
    readonly StreamStatus: string;
    readonly Shards: readonly { readonly ShardId: string }[];
  };
}

/** How many records one read can ask for (API_streams_GetRecords.html). */
export const MOST = 1000;

/** A place to which a reader can go back. */
export interface Mark {
  readonly position: StreamPosition;
  readonly iterator: string | undefined;
}

const has = (error: unknown, code: string): boolean => error instanceof AwsError && error.code === code;

const inaccessible = (streamArn: string): AwsError => {
  const needs = 'GetRecords, GetShardIterator, DescribeStream, and ListStreams';
  const message = `Cannot access stream ${streamArn}. Please ensure the role can perform the ${needs} Actions on your stream in IAM.`;
  return new AwsError('AccessDeniedException', message);
};

/** Reads the one shard of a pipe's stream, as the pipe's role, by the API that every client has. */
export class ShardReader {
  readonly #cloud: Cloud;
  readonly #pipe: PipeDefinition;
  #position: StreamPosition;
  #shardId = '';
  #iterator: string | undefined;
  #isEnded = false;

  constructor(cloud: Cloud, pipe: PipeDefinition, position: StreamPosition) {
    this.#cloud = cloud;
    this.#pipe = pipe;
    this.#position = position;
  }

  /** Once it is open. */
  get shardId(): string {
    return this.#shardId;
  }

  /** Where the next record is looked for. */
  get position(): StreamPosition {
    return this.#position;
  }

  /**
   * Finds the shard and its place in it. Makes each of the calls that it will need, so that a missing permission is told at once.
   *
   * @throws AwsError where the role may not read the stream, or the stream is gone or disabled
   */
  async open(): Promise<void> {
    const { source } = this.#pipe;
    try {
      await this.#call('ListStreams', { TableName: source.split('/')[1] });
      const { StreamDescription } = await this.#call<Description>('DescribeStream', { StreamArn: source });
      if (StreamDescription.StreamStatus !== 'ENABLED') {
        throw new AwsError('ValidationException', `The stream ${source} is disabled.`);
      }
      this.#shardId = StreamDescription.Shards[0]?.ShardId ?? '';
      this.#iterator = await this.#place();
      await this.#call('GetRecords', { ShardIterator: this.#iterator, Limit: 1 });
    } catch (error) {
      if (!has(error, 'AccessDeniedException')) throw error;
      throw inaccessible(source);
    }
  }

  /** Is told of each record that is written: behind LATEST, the first of them says where to go on. */
  arrived(SequenceNumber: string): void {
    if (this.#iterator === undefined || this.#position.ShardIteratorType !== 'LATEST') return;
    this.#position = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber };
  }

  /** The next records, up to {@link MOST}, none where there are none yet. Where records were trimmed before they were read, goes on behind them. */
  async read(limit: number): Promise<readonly StreamRecord[]> {
    if (this.#isEnded) return [];
    try {
      const ShardIterator = this.#iterator ?? (await this.#place());
      const input = { ShardIterator, Limit: limit };
      const answer = await this.#call<{ Records: readonly StreamRecord[]; NextShardIterator?: string }>(
        'GetRecords',
        input,
      );
      this.#iterator = answer.NextShardIterator;
      this.#isEnded = answer.NextShardIterator === undefined;
      const last = answer.Records.at(-1)?.dynamodb.SequenceNumber;
      if (last !== undefined) this.#position = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last };
      return answer.Records;
    } catch (error) {
      const isTrimmed = has(error, 'TrimmedDataAccessException');
      if (!isTrimmed && !has(error, 'ExpiredIteratorException')) throw error;
      this.#iterator = undefined;
      if (isTrimmed) this.#position = { ShardIteratorType: 'TRIM_HORIZON' };
      return this.read(limit);
    }
  }

  mark(): Mark {
    return { position: this.#position, iterator: this.#iterator };
  }

  goBack({ position, iterator }: Mark): void {
    this.#position = position;
    this.#iterator = iterator;
  }

  async #place(): Promise<string> {
    const input = { StreamArn: this.#pipe.source, ShardId: this.#shardId, ...this.#position };
    try {
      return (await this.#call<{ ShardIterator: string }>('GetShardIterator', input)).ShardIterator;
    } catch (error) {
      if (!has(error, 'TrimmedDataAccessException')) throw error;
      this.#position = { ShardIteratorType: 'TRIM_HORIZON' };
      return this.#place();
    }
  }

  async #call<O>(action: string, input: object): Promise<O> {
    const principal = this.#cloud.assumeRole('pipes.amazonaws.com', this.#pipe.roleArn, this.#pipe.name);
    return (await this.#cloud.invoke({ service: 'dynamodb', action, input, principal })) as O;
  }
}
