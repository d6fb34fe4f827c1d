import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { decisions } from '../../../ops/actions/decisions.ts';
import { awsError, callsOf, TABLES } from '../../functions/support.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';
import { ofAda, recorded } from '../support.ts';

const LAST = marshall({ pk: 'somewhere' });

const theQuery = (IndexName: string, key: string, value: string, changes: object = {}) => [
  'Query',
  {
    TableName: TABLES.ledger,
    IndexName,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: marshall({ ':value': value }),
    ScanIndexForward: false,
    Limit: 50,
    ...changes,
  },
];

describe('decisions', () => {
  it.each([
    ['for a customer', { customerId: 'acme' }, theQuery('ByCustomer', 'customerId', 'acme')],
    ['of an endpoint', { endpointId: ENDPOINT_ID }, theQuery('ByEndpoint', 'vpcEndpointId', ENDPOINT_ID)],
    ['on a day', { day: '2026-11-23', most: 7 }, theQuery('ByDay', 'recordedOn', '2026-11-23', { Limit: 7 })],
  ])('%s - one query of its index, newest first', async (_situation, input, query) => {
    const { services, dynamoMock } = ofAda();
    dynamoMock.on(QueryCommand).resolves({ Items: [recorded(2, { until: '2026-12-07T11:00:00.000Z' })] });

    await expect(decisions(input, services)).resolves.toEqual({
      outcome: 'listed',
      decisions: [
        {
          recordedAt: '2026-11-23T11:00:00.000Z',
          serviceId: SERVICE_ID,
          endpointId: ENDPOINT_ID,
          customerId: 'acme',
          generation: 2,
          outcome: 'held',
          code: 'approval-needed',
          sentence: 'Your endpoint is waiting: a person here has to approve it.',
          proposed: 'accept',
          until: '2026-12-07T11:00:00.000Z',
        },
      ],
      isCut: false,
    });
    expect(callsOf(dynamoMock)).toEqual([query]);
  });

  it('more than a page - page after page, an empty one among them, and no more than were asked for', async () => {
    const { services, dynamoMock } = ofAda();
    dynamoMock
      .on(QueryCommand)
      .resolvesOnce({ Items: [recorded(5), recorded(4)], LastEvaluatedKey: LAST })
      .resolvesOnce({ Items: [], LastEvaluatedKey: LAST })
      .resolvesOnce({ Items: [recorded(3)], LastEvaluatedKey: LAST });

    const listed = await decisions({ customerId: 'acme', most: 3 }, services);

    expect(listed.decisions.map(({ generation }) => generation)).toEqual([5, 4, 3]);
    expect(listed.isCut).toBe(true);
    const more = { ExclusiveStartKey: LAST, Limit: 1 };
    expect(callsOf(dynamoMock)).toEqual([
      theQuery('ByCustomer', 'customerId', 'acme', { Limit: 3 }),
      theQuery('ByCustomer', 'customerId', 'acme', more),
      theQuery('ByCustomer', 'customerId', 'acme', more),
    ]);
  });

  it('a record that somebody spoiled, and one with hostile text - told as plain text, hiding no other', async () => {
    const { services, dynamoMock } = ofAda();
    const hostile = recorded(1, { sentence: 'Your \u001b]0;x\u0007 \u202eendpoint\n', customerId: undefined });
    dynamoMock.on(QueryCommand).resolves({ Items: [marshall({ sentence: 7 }), hostile] });

    const listed = await decisions({ day: '2026-11-23' }, services);

    expect(listed.decisions).toEqual([
      { recordedAt: '', serviceId: '', endpointId: '', generation: 0, outcome: '', code: '', sentence: '' },
      expect.objectContaining({ generation: 1, sentence: 'Your ·]0;x· ·endpoint·' }),
    ]);
    expect(listed.decisions[1]).not.toHaveProperty('customerId');
  });

  it('no such index - thrown as it is', async () => {
    const { services, dynamoMock } = ofAda();
    dynamoMock.on(QueryCommand).rejects(awsError('ResourceNotFoundException'));

    await expect(decisions({ customerId: 'acme' }, services)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it.each([
    ['none of the three', {}, 'input', 'one of customer, endpoint and day is needed'],
    [
      'two of the three',
      { customerId: 'acme', day: '2026-11-23' },
      'input',
      'one of customer, endpoint and day is needed',
    ],
    ['a day that there is not', { day: '2026-02-30' }, 'day', 'not a day that exists'],
    ['a day in words', { day: 'today' }, 'day', 'not a day such as 2026-11-23'],
    ['a customer that is none', { customerId: 'Acme Inc.' }, 'customerId', 'not a customer id'],
    ['half a decision', { day: '2026-11-23', most: 0.5 }, 'most', 'not a whole number'],
    ['no decision', { day: '2026-11-23', most: 0 }, 'most', 'not from 1 to 10000'],
    ['no number', { day: '2026-11-23', most: Number.NaN }, 'most', 'not a whole number'],
  ])('%s - BadInput', async (_situation, input, field, problem) => {
    const { services } = ofAda();

    await expect(decisions(input, services)).rejects.toMatchObject({ faults: [{ field, problem }] });
  });
});
