import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { type Bucket, type BucketSize, takeTokens } from '../domain/answers.ts';
import { malformed } from '../domain/errors.ts';
import type { Answer } from '../domain/mode.ts';
import { itemOf } from '../registry/items.ts';
import { ledgerKey } from '../registry/keys.ts';
import { parseWith, problemOf } from '../registry/schemas.ts';
import { calling } from './errors.ts';

const BucketSchema = v.object({ tokens: v.number(), at: v.number() });

/** Of two consumers one gets through each time: more are none. */
const MOST_TRIES = 5;

/** An account's bucket of one kind of answer, shared by all who answer. */
export interface SharedBucket {
  readonly ledger: string;
  readonly kind: Answer;
  readonly size: BucketSize;
}

/**
 * Takes tokens from the shared bucket, as many as there are, up to `wanted`. Whoever dies with tokens has wasted them: the bucket refills.
 *
 * @returns 0 where others are at it all the time.
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const takeFromBucket = async (
  dynamo: DynamoDBClient,
  bucket: SharedBucket,
  wanted: number,
  now: () => number,
): Promise<number> => {
  if (wanted === 0) return 0;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await read(dynamo, bucket);
    const { taken, left } = takeTokens(before, bucket.size, wanted, now());
    if (taken === 0) return 0;
    if (await isWritten(dynamo, bucket, before, left)) return taken;
  }
  return 0;
};

/** Empties the bucket: EC2 turned a call away, so ours was fuller than its own. */
export const emptyBucket = async (dynamo: DynamoDBClient, bucket: SharedBucket, now: () => number): Promise<void> => {
  const before = await read(dynamo, bucket);
  // Somebody who took from it just now knows no better: the next call tells.
  await isWritten(dynamo, bucket, before, { tokens: 0, at: now() });
};

const read = async (dynamo: DynamoDBClient, { ledger, kind }: SharedBucket): Promise<Bucket | undefined> => {
  const Key = marshall(ledgerKey.bucket(kind));
  const { Item } = await calling('read a bucket', () =>
    dynamo.send(new GetItemCommand({ TableName: ledger, Key, ConsistentRead: true })),
  );
  if (Item === undefined) return undefined;
  const parsed = parseWith(BucketSchema, itemOf(Item));
  if (parsed.success) return parsed.output;
  throw malformed(`The bucket of ${kind} can't be read: ${problemOf(parsed.issues)}`);
};

const isWritten = async (
  dynamo: DynamoDBClient,
  { ledger, kind }: SharedBucket,
  before: Bucket | undefined,
  { tokens, at }: Bucket,
): Promise<boolean> => {
  const command = new UpdateItemCommand({
    TableName: ledger,
    Key: marshall(ledgerKey.bucket(kind)),
    UpdateExpression: 'SET #tokens = :tokens, #at = :at',
    ConditionExpression: before === undefined ? 'attribute_not_exists(pk)' : '#tokens = :had AND #at = :since',
    ExpressionAttributeNames: { '#tokens': 'tokens', '#at': 'at' },
    ExpressionAttributeValues: marshall({
      ':tokens': tokens,
      ':at': at,
      ...(before === undefined ? {} : { ':had': before.tokens, ':since': before.at }),
    }),
  });
  try {
    await calling('take tokens', () => dynamo.send(command));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
};
