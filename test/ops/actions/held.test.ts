import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { held } from '../../../ops/actions/held.ts';
import { SERVICE_ID } from '../../support/builders.ts';
import { ofAda, recorded } from '../support.ts';

const OTHER_SERVICE = 'vpce-svc-0fedcba9876543210';

/** A ledger with these decisions on these days. */
const world = (days: Readonly<Record<string, ReturnType<typeof recorded>[]>>) => {
  const ada = ofAda();
  ada.dynamoMock.on(QueryCommand).resolves({ Items: [] });
  for (const [day, Items] of Object.entries(days)) {
    ada.dynamoMock.on(QueryCommand, { ExpressionAttributeValues: marshall({ ':value': day }) }).resolves({ Items });
  }
  return ada;
};

/** A decision of another endpoint. */
const of = (vpcEndpointId: string, generation: number, recordedAt: string, changes: object = {}) =>
  recorded(generation, { vpcEndpointId, recordedAt, ...changes });

describe('held', () => {
  it('a hold a month old and one of today - the older first, each with its last decision', async () => {
    const { services } = world({
      '2026-11-23': [
        of('vpce-0000000b', 2, '2026-11-23T10:00:00.000Z', { code: 'quota-reached' }),
        of('vpce-0000000b', 1, '2026-11-23T09:00:00.000Z'),
      ],
      '2026-10-23': [of('vpce-0000000a', 1, '2026-10-23T09:00:00.000Z')],
    });

    const { held: waiting } = await held({}, services);

    expect(waiting.map(({ endpointId, code }) => [endpointId, code])).toEqual([
      ['vpce-0000000a', 'approval-needed'],
      ['vpce-0000000b', 'quota-reached'],
    ]);
  });

  it('a request that was accepted since its hold, on another day or on the same - is none of them', async () => {
    const accepted = { outcome: 'accepted' };
    const { services } = world({
      '2026-11-23': [of('vpce-0000000a', 2, '2026-11-23T10:00:00.000Z', accepted)],
      '2026-11-22': [
        of('vpce-0000000b', 2, '2026-11-22T10:00:00.000Z', accepted),
        of('vpce-0000000b', 1, '2026-11-22T09:00:00.000Z'),
        of('vpce-0000000a', 1, '2026-11-22T08:00:00.000Z'),
      ],
    });

    await expect(held({}, services)).resolves.toEqual({ outcome: 'listed', held: [] });
  });

  it('of one service - no other', async () => {
    const { services } = world({
      '2026-11-23': [
        of('vpce-0000000a', 1, '2026-11-23T10:00:00.000Z', { serviceId: OTHER_SERVICE }),
        of('vpce-0000000b', 1, '2026-11-23T09:00:00.000Z'),
      ],
    });

    const { held: waiting } = await held({ serviceId: SERVICE_ID }, services);

    expect(waiting.map(({ endpointId }) => endpointId)).toEqual(['vpce-0000000b']);
  });

  it('looks at tomorrow, today and the 31 days before, a day that has several pages to its end', async () => {
    const { services, dynamoMock } = world({});
    dynamoMock
      .on(QueryCommand, { ExpressionAttributeValues: marshall({ ':value': '2026-11-23' }) })
      .resolvesOnce({ Items: [], LastEvaluatedKey: marshall({ pk: 'somewhere' }) })
      .resolves({ Items: [of('vpce-0000000a', 1, '2026-11-23T00:00:00.000Z')] });

    const { held: waiting } = await held({}, services);

    const calls = dynamoMock.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);
    const days = calls.map(({ ExpressionAttributeValues }) => ExpressionAttributeValues?.[':value']?.S);
    expect(waiting).toHaveLength(1);
    expect(days).toHaveLength(34);
    expect(new Set(days).size).toBe(33);
    expect([days[0], days.at(-1)]).toEqual(['2026-11-24', '2026-10-23']);
    expect(calls.every(({ IndexName, Limit }) => IndexName === 'ByDay' && Limit === undefined)).toBe(true);
  });
});
