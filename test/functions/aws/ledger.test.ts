import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readHistory } from '../../../functions/aws/ledger.ts';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';
import { awsError, callsOf, item, strictDynamo, TABLES } from '../support.ts';

const recorded = (generation: number, entry: object) =>
  item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, generation), { generation, ...entry });

describe('readHistory', () => {
  it('reads the decisions of one request, consistently, in one query', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({
      Items: [
        recorded(1, { outcome: 'held', code: 'approval-needed', sentence: 'and more' }),
        recorded(2, { outcome: 'accepted', code: 'entitled' }),
      ],
    });

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).resolves.toEqual([
      { generation: 1, outcome: 'held', code: 'approval-needed' },
      { generation: 2, outcome: 'accepted', code: 'entitled' },
    ]);
    expect(callsOf(dynamoMock)).toEqual([
      [
        'Query',
        {
          TableName: TABLES.ledger,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: {
            ':pk': { S: `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}` },
            ':prefix': { S: 'DECISION#' },
          },
        },
      ],
    ]);
  });

  it('has nothing of a new request', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({});

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).resolves.toEqual([]);
  });

  it.each([
    ['an outcome that there is not', { outcome: 'maybe', code: 'entitled' }, 'outcome: not an outcome'],
    ['no code', { outcome: 'held' }, 'code'],
    ['a generation of nought', { generation: 0, outcome: 'held', code: 'x' }, 'generation'],
  ])('%s - Malformed, by the name of the record and of the field', async (_situation, entry, field) => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({ Items: [recorded(3, entry)] });

    const reading = readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID);

    await expect(reading).rejects.toMatchObject({ name: 'Malformed', fields: { endpointId: ENDPOINT_ID } });
    await expect(reading).rejects.toThrow(`The record DECISION#0003 of ${ENDPOINT_ID} can't be read: `);
    await expect(reading).rejects.toThrow(field);
  });

  it('is throttled - Throttled', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).rejects(awsError('ProvisionedThroughputExceededException'));

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).rejects.toMatchObject({
      name: 'Throttled',
    });
  });
});
