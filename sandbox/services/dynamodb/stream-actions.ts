import { type ActionDefinition, type CallContext, type Cloud, PROVIDER_ACCOUNT } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import type { Wire } from './dynalite.ts';
import { readIterator, streamOf, writeIterator } from './shard-iterator.ts';
import type { Stream } from './stream.ts';
import type { Streams } from './streams.ts';

type WireAction = ActionDefinition<Wire, Wire>;

const rejected = (message: string): AwsError => new AwsError('ValidationException', message);

const requireText = (input: Wire, member: string): string => {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  throw rejected(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
};

const readLimit = (input: Wire, most: number): number => {
  const { Limit: limit = most } = input;
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw rejected(`Limit must be from 1 to ${most}, not ${String(limit)}`);
};

const refuseOthers = (action: string, input: Wire, known: readonly string[]): void => {
  const unknown = Object.keys(input).find((member) => input[member] !== undefined && !known.includes(member));
  if (unknown === undefined) return;
  throw new AwsError('NotImplemented', `The sandbox does not model ${unknown} of dynamodb:${action}.`, 501);
};

const describe = (stream: Stream, isListed: boolean): Wire => ({
  StreamArn: stream.arn,
  StreamLabel: stream.label,
  StreamStatus: stream.disabledAt === undefined ? 'ENABLED' : 'DISABLED',
  StreamViewType: stream.viewType,
  CreationRequestDateTime: stream.createdAt / 1000,
  TableName: stream.table.name,
  KeySchema: stream.table.keySchema,
  Shards: isListed ? [{ ShardId: stream.shardId, SequenceNumberRange: stream.sequenceNumberRange }] : [],
});

/** The number of the record at which an iterator begins. */
const placeOf = (stream: Stream, input: Wire): number => {
  const type = requireText(input, 'ShardIteratorType');
  if (type === 'TRIM_HORIZON') return stream.horizon;
  if (type === 'LATEST') return stream.next;
  if (type !== 'AT_SEQUENCE_NUMBER' && type !== 'AFTER_SEQUENCE_NUMBER') {
    throw rejected(
      `1 validation error detected: Value '${type}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]`,
    );
  }
  const found = stream.find(requireText(input, 'SequenceNumber'));
  return type === 'AT_SEQUENCE_NUMBER' ? found : found + 1;
};

/**
 * The API of DynamoDB Streams, whose requests are signed for `dynamodb` and whose permissions begin so too.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
export const streamActions = ({ clock }: Cloud, streams: Streams): Readonly<Record<string, WireAction>> => {
  /** Streams are the provider's, as tables are. */
  const onStream = (
    name: string,
    known: readonly string[],
    arnOf: (input: Wire) => string,
    run: (stream: Stream, input: Wire) => Wire,
  ): Readonly<Record<string, WireAction>> => ({
    [name]: {
      permissions: (input) => [{ action: `dynamodb:${name}`, resource: arnOf(input) }],
      run(input) {
        refuseOthers(name, input, known);
        return run(streams.require(arnOf(input)), input);
      },
    },
  });
  const byArn = (input: Wire): string => requireText(input, 'StreamArn');

  const listStreams = (input: Wire, { principal }: CallContext): Wire => {
    refuseOthers('ListStreams', input, ['TableName', 'Limit', 'ExclusiveStartStreamArn']);
    const { TableName: table, ExclusiveStartStreamArn: start } = input;
    const limit = readLimit(input, 100);
    const all = principal.accountId === PROVIDER_ACCOUNT ? streams.list(table as string | undefined) : [];
    const rest = all.filter(({ arn }) => typeof start !== 'string' || arn > start);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      Streams: page.map((stream) => ({
        StreamArn: stream.arn,
        TableName: stream.table.name,
        StreamLabel: stream.label,
      })),
      ...(rest.length > limit && last !== undefined && { LastEvaluatedStreamArn: last.arn }),
    };
  };

  return {
    ListStreams: { permissions: () => [{ action: 'dynamodb:ListStreams', resource: '*' }], run: listStreams },
    ...onStream('DescribeStream', ['StreamArn', 'Limit', 'ExclusiveStartShardId'], byArn, (stream, input) => {
      readLimit(input, 100);
      return { StreamDescription: describe(stream, input.ExclusiveStartShardId !== stream.shardId) };
    }),
    ...onStream(
      'GetShardIterator',
      ['StreamArn', 'ShardId', 'ShardIteratorType', 'SequenceNumber'],
      byArn,
      (stream, input) => {
        if (requireText(input, 'ShardId') !== stream.shardId) {
          const message = `Requested resource not found: Shard: ${String(input.ShardId)} in Stream: ${stream.arn} not found`;
          throw new AwsError('ResourceNotFoundException', message);
        }
        const place = { streamArn: stream.arn, next: placeOf(stream, input) };
        return { ShardIterator: writeIterator(place, clock.now()) };
      },
    ),
    ...onStream(
      'GetRecords',
      ['ShardIterator', 'Limit'],
      (input) => streamOf(requireText(input, 'ShardIterator')),
      (stream, input) => {
        const limit = readLimit(input, 1000);
        const { next } = readIterator(input.ShardIterator, clock.now());
        const Records = stream.read(next, limit);
        const place = { streamArn: stream.arn, next: next + Records.length };
        const isEnd = stream.disabledAt !== undefined && place.next >= stream.next;
        // A shard that is closed and read to its end has no next iterator.
        return { Records, ...(!isEnd && { NextShardIterator: writeIterator(place, clock.now()) }) };
      },
    ),
  };
};
