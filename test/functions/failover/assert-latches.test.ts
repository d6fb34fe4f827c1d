import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { NOW } from '../../support/builders.ts';
import { ARMED, ENGAGED, JO } from '../../support/dns-records.ts';
import { awsError, CONTEXT, callsOf, stubFunctionEnvironment, TABLES } from '../support.ts';
import { STANDBY, stateItem, world } from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/failover/assert-latches.ts');

const having = (...states: Parameters<typeof stateItem>[]) => {
  const given = world({ state: undefined, states: states.map((each) => stateItem(...each)) });
  const { services } = given;
  return { ...given, services: { ...services, cloudwatch: services.cloudwatch(STANDBY) } };
};
const written = ({ cloudwatchIn }: ReturnType<typeof having>) => callsOf(cloudwatchIn(STANDBY));
const datum = (record: string, value: 0 | 1) => ({
  MetricName: 'Latch',
  Dimensions: [{ Name: 'record', Value: record }],
  Timestamp: new Date(NOW),
  Value: value,
});

describe('the latches', () => {
  it('nothing has a latch - no metric is written', async () => {
    const given = having([{ version: 3, weights: { blue: 1 } }, 'orders-db'], [{ version: 1 }, 'other']);

    await expect(run({}, given.services)).resolves.toEqual({ latches: [], unreadable: [] });
    expect(written(given)).toEqual([]);
  });

  it('failed over - 1; let go or never held - 0; each under its own record, all of the ledger', async () => {
    const given = having([ENGAGED, 'orders-db'], [{ ...ARMED, released: JO }, 'mail'], [ARMED, 'quiet']);

    await expect(run({}, given.services)).resolves.toEqual({
      latches: [
        { recordId: 'orders-db', latch: 1 },
        { recordId: 'mail', latch: 0 },
        { recordId: 'quiet', latch: 0 },
      ],
      unreadable: [],
    });
    expect(written(given)).toEqual([
      [
        'PutMetricData',
        { Namespace: 'PrivateLinkConcierge', MetricData: [datum('orders-db', 1), datum('mail', 0), datum('quiet', 0)] },
      ],
    ]);
    expect(callsOf(given.dynamo)).toEqual([
      ['Query', expect.objectContaining({ TableName: TABLES.ledger, ConsistentRead: true })],
    ]);
  });

  it('again a minute later - again: it is asserted for as long as it holds', async () => {
    const given = having([ENGAGED, 'orders-db']);
    await run({}, given.services);
    await run({}, given.services);

    expect(written(given)).toHaveLength(2);
  });

  it('one that nobody can read - told, left as it is, and the others are written', async () => {
    const given = having([{ ...ENGAGED, engaged: 'yes' }, 'broken'], [ENGAGED, 'orders-db']);

    await expect(run({}, given.services)).resolves.toMatchObject({
      latches: [{ recordId: 'orders-db', latch: 1 }],
      unreadable: [expect.stringMatching(/^What is known of broken can't be read: engaged: /)],
    });
  });

  it('more than one call takes - in several', async () => {
    const given = having(...Array.from({ length: 1_001 }, (_, index): [object, string] => [ENGAGED, `r-${index}`]));
    await run({}, given.services);

    expect(written(given).map(([, input]) => (input as { MetricData: unknown[] }).MetricData.length)).toEqual([
      1_000, 1,
    ]);
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['AccessDenied', 'Denied'],
  ])('CloudWatch or DynamoDB says %s - %s', async (code, name) => {
    const given = having([ENGAGED, 'orders-db']);
    given.cloudwatchIn(STANDBY).on(PutMetricDataCommand).rejects(awsError(code));
    await expect(run({}, given.services)).rejects.toMatchObject({ name });

    given.dynamo.on(QueryCommand).rejects(awsError(code));
    await expect(run({}, given.services)).rejects.toMatchObject({ name });
  });

  it('its input: a field - refused in words', async () => {
    await expect(handler({ recordId: 'x' }, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
  });
});
