import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readHistory } from '../../../functions/aws/ledger.ts';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';
import { awsError, callsOf, item, strictDynamo, TABLES } from '../support.ts';

const recorded = (generation: number, entry: object) =>
  item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, generation), { generation, ...entry });

const admission = (entry: object) =>
  item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), { execution: 'arn', status: 'running', ...entry });

/** What is read where the table has these items of the request. */
const reading = (...items: ReturnType<typeof item>[]) => {
  const { dynamo, dynamoMock } = strictDynamo();
  dynamoMock.on(QueryCommand).resolves({ Items: items });
  return readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID);
};

const held = { outcome: 'held', code: 'approval-needed', sentence: 'A person has to approve it.' };
const accepted = { outcome: 'accepted', code: 'entitled', sentence: 'We accepted it.', customerId: 'acme' };

describe('readHistory', () => {
  it('reads everything of one request, consistently, in one query', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({
      Items: [
        admission({ told: 1, intent: { verdict: 'accept', customerId: 'acme', generation: 2 } }),
        recorded(1, { ...held, before: { state: 'pendingAcceptance' } }),
        recorded(2, accepted),
        item({ pk: 'the same', sk: 'FAILURE#2026-11-23T12:00:00Z#e' }, { error: 'NotSettled' }),
      ],
    });

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).resolves.toEqual({
      decisions: [
        { generation: 1, ...held },
        { generation: 2, ...accepted },
      ],
      intent: { verdict: 'accept', customerId: 'acme', generation: 2 },
      told: 1,
    });
    expect(callsOf(dynamoMock)).toEqual([
      [
        'Query',
        {
          TableName: TABLES.ledger,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}` } },
        },
      ],
    ]);
  });

  it('has nothing of a new request', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({});

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).resolves.toEqual({
      decisions: [],
      told: 0,
    });
  });

  it('is in its first hands - nothing was told, and nothing is about to be done', async () => {
    await expect(reading(admission({}))).resolves.toEqual({ decisions: [], told: 0 });
  });

  it('a rejection of a stranger - an intent without a customer', async () => {
    const intent = { verdict: 'reject', customerId: '', generation: 1 };

    await expect(reading(admission({ intent }))).resolves.toMatchObject({ intent });
  });

  it.each([
    ['an outcome that there is not', { ...held, outcome: 'maybe' }, 'outcome: not an outcome'],
    ['no code', { ...held, code: undefined }, 'code'],
    ['no sentence', { ...held, sentence: undefined }, 'sentence'],
    ['a customer that is a number', { ...held, customerId: 7 }, 'customerId'],
    ['a generation below nought', { ...held, generation: -1 }, 'generation'],
    ['half a generation', { ...held, generation: 1.5 }, 'generation'],
  ])('%s - Malformed, by the name of the record and of the field', async (_situation, entry, field) => {
    const read = reading(recorded(3, entry));

    await expect(read).rejects.toMatchObject({ name: 'Malformed', fields: { endpointId: ENDPOINT_ID } });
    await expect(read).rejects.toThrow(`The record DECISION#0003 of ${ENDPOINT_ID} can't be read: ${field}`);
  });

  it.each([
    ['a count that is a text', { told: '1' }, 'told'],
    ['less than nothing told', { told: -1 }, 'told'],
    ['an intent to hold', { intent: { verdict: 'hold', customerId: '', generation: 1 } }, 'intent.verdict'],
    ['an intent of no decision', { intent: { verdict: 'accept', customerId: 'acme' } }, 'intent.generation'],
  ])('the admission has %s - Malformed, by its name and the field’s', async (_situation, entry, field) => {
    await expect(reading(admission(entry))).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The record ADMISSION of ${ENDPOINT_ID} can't be read: ${field}: `),
    });
  });

  it('is throttled - Throttled', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).rejects(awsError('ProvisionedThroughputExceededException'));

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).rejects.toMatchObject({
      name: 'Throttled',
    });
  });
});
