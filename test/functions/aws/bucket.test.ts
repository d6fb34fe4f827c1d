import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { emptyBucket, takeFromBucket } from '../../../functions/aws/bucket.ts';
import { ANSWER_BUCKET } from '../../../functions/domain/answers.ts';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { awsError, callsOf, item, strictDynamo, TABLES } from '../support.ts';

const BUCKET = { ledger: TABLES.ledger, kind: 'accept', size: ANSWER_BUCKET } as const;
const AT = Date.parse('2026-11-23T12:00:00.000Z');
const now = () => AT;

/** The ledger, in which the bucket is as it was left; absent: nobody took from it yet. */
const bucket = (left?: object) => {
  const { dynamo, dynamoMock } = strictDynamo();
  dynamoMock.on(GetItemCommand).resolves(left === undefined ? {} : { Item: item(ledgerKey.bucket('accept'), left) });
  dynamoMock.on(UpdateItemCommand).resolves({});
  return { dynamo, dynamoMock };
};
const conditionFailed = () => awsError('ConditionalCheckFailedException');

describe('takeFromBucket', () => {
  it('the first who takes - reads consistently, and writes only where nobody else did', async () => {
    const { dynamo, dynamoMock } = bucket();

    await expect(takeFromBucket(dynamo, BUCKET, 4, now)).resolves.toBe(4);
    const Key = { pk: { S: 'BUCKET' }, sk: { S: 'accept' } };
    expect(callsOf(dynamoMock)).toEqual([
      ['GetItem', { TableName: TABLES.ledger, Key, ConsistentRead: true }],
      [
        'UpdateItem',
        {
          TableName: TABLES.ledger,
          Key,
          UpdateExpression: 'SET #tokens = :tokens, #at = :at',
          ConditionExpression: 'attribute_not_exists(pk)',
          ExpressionAttributeNames: { '#tokens': 'tokens', '#at': 'at' },
          ExpressionAttributeValues: { ':tokens': { N: '5' }, ':at': { N: String(AT) } },
        },
      ],
    ]);
  });

  it('whoever takes later - on condition that it is as it was read', async () => {
    const { dynamo, dynamoMock } = bucket({ tokens: 3, at: AT });

    await expect(takeFromBucket(dynamo, BUCKET, 9, now)).resolves.toBe(3);
    expect(callsOf(dynamoMock)[1]?.[1]).toMatchObject({
      ConditionExpression: '#tokens = :had AND #at = :since',
      ExpressionAttributeValues: { ':had': { N: '3' }, ':since': { N: String(AT) }, ':tokens': { N: '0' } },
    });
  });

  it('two at once - whoever loses reads again', async () => {
    const { dynamo, dynamoMock } = bucket({ tokens: 3, at: AT });
    dynamoMock.on(UpdateItemCommand).rejectsOnce(conditionFailed()).resolves({});

    await expect(takeFromBucket(dynamo, BUCKET, 1, now)).resolves.toBe(1);
    expect(callsOf(dynamoMock).map(([name]) => name)).toEqual(['GetItem', 'UpdateItem', 'GetItem', 'UpdateItem']);
  });

  it('others at it all the time - none, after a few tries', async () => {
    const { dynamo, dynamoMock } = bucket({ tokens: 3, at: AT });
    dynamoMock.on(UpdateItemCommand).rejects(conditionFailed());

    await expect(takeFromBucket(dynamo, BUCKET, 1, now)).resolves.toBe(0);
    expect(callsOf(dynamoMock)).toHaveLength(10);
  });

  it('an empty bucket - none, and nothing is written', async () => {
    const { dynamo, dynamoMock } = bucket({ tokens: 0.5, at: AT });

    await expect(takeFromBucket(dynamo, BUCKET, 1, now)).resolves.toBe(0);
    expect(callsOf(dynamoMock).map(([name]) => name)).toEqual(['GetItem']);
  });

  it('nothing wanted - no call', async () => {
    const { dynamo, dynamoMock } = bucket();

    await expect(takeFromBucket(dynamo, BUCKET, 0, now)).resolves.toBe(0);
    expect(callsOf(dynamoMock)).toEqual([]);
  });

  it('an item that we did not write - Malformed', async () => {
    const { dynamo } = bucket({ tokens: 'many' });

    await expect(takeFromBucket(dynamo, BUCKET, 1, now)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining("The bucket of accept can't be read"),
    });
  });

  it.each([
    ['ThrottlingException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
  ])('DynamoDB says %s to the write - %s', async (code, name) => {
    const { dynamo, dynamoMock } = bucket();
    dynamoMock.on(UpdateItemCommand).rejects(awsError(code));

    await expect(takeFromBucket(dynamo, BUCKET, 1, now)).rejects.toMatchObject({ name });
  });
});

describe('emptyBucket', () => {
  it('leaves none, from now on', async () => {
    const { dynamo, dynamoMock } = bucket({ tokens: 4, at: AT - 10_000 });

    await emptyBucket(dynamo, BUCKET, now);
    expect(callsOf(dynamoMock)[1]?.[1]).toMatchObject({
      ExpressionAttributeValues: { ':tokens': { N: '0' }, ':at': { N: String(AT) }, ':had': { N: '4' } },
    });
  });

  it('somebody took just now - left as it is', async () => {
    const { dynamo, dynamoMock } = bucket({ tokens: 4, at: AT });
    dynamoMock.on(UpdateItemCommand).rejects(conditionFailed());

    await expect(emptyBucket(dynamo, BUCKET, now)).resolves.toBeUndefined();
  });
});
