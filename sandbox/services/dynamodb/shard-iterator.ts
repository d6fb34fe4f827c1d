import { AwsError } from '../errors.ts';

/** Milliseconds after which an iterator is of no use any more: 15 minutes (API_streams_GetShardIterator.html). */
const LIFETIME = 15 * 60_000;

/** A place in a stream's shard. */
export interface ShardPlace {
  readonly streamArn: string;
  /** The number of the record that is read next. */
  readonly next: number;
}

/** `arn:aws:dynamodb:…/stream/LABEL|1|…`, as on AWS; what is behind the last bar is ours. */
export const writeIterator = ({ streamArn, next }: ShardPlace, now: number): string =>
  `${streamArn}|1|${Buffer.from(`${next}/${now}`).toString('base64url')}`;

/** The stream's ARN, for permissions; a text that is no iterator is one of no stream. */
export const streamOf = (iterator: unknown): string => String(iterator).split('|')[0] ?? '';

/** @throws AwsError `ExpiredIteratorException`; `ValidationException` for what GetShardIterator never answered. */
export const readIterator = (iterator: unknown, now: number): ShardPlace => {
  const [streamArn = '', , place = ''] = String(iterator).split('|');
  const [, next, issued] = /^(\d+)\/(\d+)$/.exec(Buffer.from(place, 'base64url').toString()) ?? [];
  if (next === undefined) throw new AwsError('ValidationException', 'Invalid ShardIterator');
  if (now - Number(issued) > LIFETIME) {
    throw new AwsError('ExpiredIteratorException', 'The provided iterator exceeds the maximum age allowed.');
  }
  return { streamArn, next: Number(next) };
};
