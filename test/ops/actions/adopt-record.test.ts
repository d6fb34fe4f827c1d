import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { planZone } from '../../../functions/domain/zone.ts';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { adoptRecord } from '../../../ops/actions/adopt-record.ts';
import { awsError, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import {
  BOBS,
  CONVERGED,
  DB,
  ending,
  failing,
  ofAdaAbroad,
  recorded,
  situationOf,
  stateOf,
  withRecords,
} from '../standby.ts';
import { ADA, BOB } from '../support.ts';

const INPUT = { recordId: 'orders-db', reason: 'It is from before our time.' };
const ADOPTED = { by: ADA, reason: INPUT.reason, at: NOW };
const NAME = `${DB.name}.`;

/** What the zone planner says of a zone that has this. */
const planned = (...present: Parameters<typeof planZone>[1]['present']) => {
  const plan = planZone(DB, { wanted: [{ name: NAME, type: 'A', ttl: 30, values: ['10.0.1.5'] }], present });
  const because = plan.kind === 'foreign' ? plan.because : '';
  return {
    ...{ dryRun: true, recordId: 'orders-db', step: 'converge', because: '', situation: situationOf() },
    zone: { did: 'nothing', because, plan, ...(plan.kind === 'foreign' ? { foreign: because } : {}), silent: [] },
  };
};
const FOREIGN = planned({ name: NAME, type: 'A', ttl: 300, values: ['10.9.9.9'] });

const world = (look: object, ...states: readonly ReturnType<typeof stateOf>[]) =>
  ending(withRecords([recorded()], { states }), look, CONVERGED);

const theWrite = (next: number, read?: number) => [
  'UpdateItem',
  {
    TableName: TABLES.ledger,
    Key: marshall(ledgerKey.record('orders-db')),
    UpdateExpression: 'SET adopted = :adopted, #version = :next',
    ConditionExpression: read === undefined ? 'attribute_not_exists(#version)' : '#version = :read',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: marshall({
      ':adopted': ADOPTED,
      ':next': next,
      ...(read === undefined ? {} : { ':read': read }),
    }),
  },
];

describe('adopt-record', () => {
  it.each([
    ['nothing is known yet', [], theWrite(2)],
    ['it was written before - no run can take the new version for its own', [stateOf({ version: 7 })], theWrite(9, 7)],
  ])('%s', async (_what, states, write) => {
    const { services, writes, starts, homeCalls } = world(FOREIGN, ...states);

    await expect(adoptRecord(INPUT, services)).resolves.toMatchObject({
      outcome: 'adopted',
      adopted: ADOPTED,
      run: { kind: 'ended', ended: { outcome: 'converged' } },
    });
    expect(writes()).toEqual([write]);
    expect(starts()).toEqual([
      { recordId: 'orders-db', action: 'converge', dryRun: true },
      { recordId: 'orders-db', action: 'converge' },
    ]);
    expect(homeCalls()).toEqual([]);
  });

  it.each([
    [
      'nothing is there',
      world(planned()),
      "Nothing of somebody else's stands in the way of orders-db, so there is nothing to adopt.",
    ],
    [
      'a CNAME is there',
      world(planned({ name: NAME, type: 'CNAME', ttl: 300, values: ['other.example.com'] })),
      `${NAME} is a CNAME, which we did not make. That is not adopted: see docs/runbook.md#a-record-that-is-foreign.`,
    ],
    [
      'it is marked as another record’s',
      world(
        planned({
          name: `_privatelink-concierge-a.${NAME}`,
          type: 'TXT',
          ttl: 300,
          values: ['"heritage=privatelink-concierge,record=billing"'],
        }),
      ),
      expect.stringMatching(/record=billing.*it is another record's\. That is not adopted/),
    ],
    [
      'bob adopted it',
      world(FOREIGN, stateOf({ version: 2, adopted: BOBS })),
      `${BOB} adopted what the zone has of orders-db already at ${BOBS.at}: "us-west-2·is ill.". If it is not in line: "converge --record orders-db".`,
    ],
    [
      'the zone can not be seen',
      failing(withRecords([recorded()]), 'Throttled', 'Rate exceeded'),
      expect.stringMatching(/^The run for orders-db failed: Throttled: Rate exceeded/),
    ],
    ['there is no such record', withRecords([]), 'There is no record orders-db. "records" lists those that there are.'],
  ])('%s - refused, and nothing is written', async (_what, { services, writes }, because) => {
    await expect(adoptRecord(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it.each([
    [
      'a run wrote meanwhile - refused',
      { version: 8 },
      { outcome: 'refused', because: expect.stringMatching(/changed while you were at it/) },
    ],
    [
      'bob adopted it meanwhile - refused',
      { version: 9, adopted: BOBS },
      { outcome: 'refused', because: expect.stringContaining(`${BOB} adopted`) },
    ],
    ['the reply to our own write was lost - adopted', { version: 9, adopted: ADOPTED }, { outcome: 'adopted' }],
  ])('%s', async (_what, now, result) => {
    const ada = world(FOREIGN, stateOf({ version: 7 }));
    ada.dynamoMock
      .on(UpdateItemCommand)
      .rejects(awsError('ConditionalCheckFailedException'))
      .on(GetItemCommand, { TableName: TABLES.ledger, Key: marshall(ledgerKey.record('orders-db')) })
      .resolvesOnce({ Item: stateOf({ version: 7 }) })
      .resolves({ Item: stateOf(now) });

    await expect(adoptRecord(INPUT, ada.services)).resolves.toMatchObject(result);
  });

  it('no reason - BadInput', async () => {
    await expect(adoptRecord({ ...INPUT, reason: ' ' }, ofAdaAbroad().services)).rejects.toMatchObject({
      faults: [{ field: 'reason', problem: 'say why' }],
    });
  });
});
