import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { unrecord } from '../../../ops/actions/unrecord.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import { BOBS, DB, ending, FLIP, failing, ofAdaAbroad, RECORDED, recorded, stateOf, withRecords } from '../standby.ts';
import { ADA, BOB } from '../support.ts';

const INPUT = { recordId: 'orders-db', reason: 'It moves to another account.' };
const CHECKS = { health: 'hc-1', latch: 'hc-2', primary: 'hc-3' };
const MARK = { name: `_privatelink-concierge-a.${DB.name}.`, type: 'TXT' };

const WORD = {
  ...{ recordId: 'orders-db', at: NOW, action: 'unrecord', outcome: 'unrecorded' },
  ...{ because: INPUT.reason, by: ADA },
};
const theWord = [
  'PutItem',
  { TableName: TABLES.ledger, Item: item(ledgerKey.recordDecision('orders-db', NOW, 'unrecord'), WORD) },
];
const theDeletion = (condition: object) => [
  'DeleteItem',
  { TableName: TABLES.registry, Key: marshall(registryKey.record('orders-db')), ...condition },
];
const AS_READ = {
  ConditionExpression: 'recordedAt = :read',
  ExpressionAttributeValues: marshall({ ':read': RECORDED.recordedAt }),
};

const WRITTEN = { serviceId: DB.serviceId, zoneId: DB.zoneId, name: DB.name, type: DB.type, at: RECORDED.recordedAt };
const LEAVING = { by: ADA, reason: INPUT.reason, at: NOW };
const theLeave = (version: number) => [
  'UpdateItem',
  {
    TableName: TABLES.ledger,
    Key: marshall(ledgerKey.record('orders-db')),
    UpdateExpression: 'SET leaving = :leaving, #version = :next',
    ConditionExpression: '#version = :read OR leaving = :leaving',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: marshall({ ':leaving': LEAVING, ':next': version + 2, ':read': version }),
  },
];
const REMOVED = {
  outcome: 'removed',
  because: 'nothing of it is left',
  changes: [{ action: 'DELETE', set: { name: MARK.name, type: 'TXT' } }],
};
/** A record that was written, and a run that takes what was written away. */
const written = (entries = [recorded()], state: object = {}) =>
  ending(
    withRecords(entries, { states: [stateOf({ version: 3, checks: CHECKS, written: WRITTEN, ...state })] }),
    REMOVED,
  );

describe('unrecord', () => {
  it('who and why first, then the entry goes, then what was written', async () => {
    const { services, writes, starts, homeCalls } = written();

    await expect(unrecord(INPUT, services)).resolves.toEqual({
      outcome: 'unrecorded',
      recordId: 'orders-db',
      by: ADA,
      run: { kind: 'ended', ended: REMOVED, executionArn: FLIP },
    });
    expect(writes()).toEqual([theWord, theLeave(3), theDeletion(AS_READ)]);
    expect(starts()).toEqual([{ recordId: 'orders-db', action: 'remove' }]);
    expect(homeCalls()).toEqual([]);
  });

  it('nothing was ever written - the entry goes, and no run is started', async () => {
    const { services, writes, starts } = withRecords([recorded()]);

    await expect(unrecord(INPUT, services)).resolves.toEqual({ outcome: 'unrecorded', recordId: 'orders-db', by: ADA });
    expect([writes(), starts()]).toEqual([[theWord, theDeletion(AS_READ)], []]);
  });

  it("an entry that can't be read - goes too", async () => {
    const { services, writes } = written([item(registryKey.record('orders-db'), { ttl: 'long' })]);

    await expect(unrecord(INPUT, services)).resolves.toMatchObject({ run: { ended: { outcome: 'removed' } } });
    expect(writes()).toEqual([
      theWord,
      theLeave(3),
      theDeletion({ ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(recordedAt)' }),
    ]);
  });

  it('somebody deleted the entry by hand - what was written goes', async () => {
    const { services, writes, starts } = written([]);

    await expect(unrecord(INPUT, services)).resolves.toMatchObject({ run: { ended: { outcome: 'removed' } } });
    expect(writes()).toEqual([theWord, theLeave(3)]);
    expect(starts()).toHaveLength(1);
  });

  it('what is known of it changed meanwhile - refused, and the entry stays', async () => {
    const ada = written();
    ada.dynamoMock.on(UpdateItemCommand).rejects(awsError('ConditionalCheckFailedException'));

    await expect(unrecord(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(/^What is known of orders-db changed while/),
    });
    expect(ada.writes()).toEqual([theWord, theLeave(3)]);
  });

  it('the run fails - the entry is gone all the same, and why the rest is not', async () => {
    const ada = failing(written(), 'UnsafePlan', 'A record protection forbids it.');

    await expect(unrecord(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'unrecorded',
      run: { kind: 'failed', because: expect.stringContaining('A record protection forbids it') },
    });
  });

  it('it is failed over - refused, and nothing is written', async () => {
    const { services, writes } = withRecords([recorded()], { states: [stateOf({ version: 3, engaged: BOBS })] });

    await expect(unrecord(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `orders-db is failed over by ${BOB} since ${BOBS.at} ("us-west-2·is ill."). Its name would lead nowhere. It was not taken away: fail it back first, or give --force.`,
    });
    expect(writes()).toEqual([]);
  });

  it('it is failed over, with --force - gone, and told that it was', async () => {
    const { services } = withRecords([recorded()], { states: [stateOf({ version: 3, engaged: BOBS })] });

    await expect(unrecord({ ...INPUT, force: true }, services)).resolves.toMatchObject({
      outcome: 'unrecorded',
      engaged: BOBS,
    });
  });

  it.each([
    ['there never was one', [], 'There is no record orders-db. "records" lists those that there are.'],
    [
      'bob took it away',
      [
        item(ledgerKey.recordDecision('orders-db', BOBS.at, 'unrecord'), {
          action: 'unrecord',
          outcome: 'unrecorded',
          because: BOBS.reason,
          by: BOB,
          at: BOBS.at,
        }),
      ],
      `There is no record orders-db any more: ${BOB} took it away at ${BOBS.at} ("us-west-2·is ill.").`,
    ],
  ])('%s - refused, and nothing is written', async (_what, decisions, because) => {
    const { services, writes } = withRecords([], { decisions });

    await expect(unrecord(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it.each([
    [
      'somebody wrote it meanwhile - refused',
      recorded({ recordedAt: NOW }),
      { outcome: 'refused', because: expect.stringMatching(/^Somebody wrote orders-db while/) },
    ],
    ['it is gone: our reply was lost, or somebody did the same - done', undefined, { outcome: 'unrecorded' }],
  ])('%s', async (_what, now, result) => {
    const ada = withRecords([recorded()]);
    ada.dynamoMock
      .on(DeleteItemCommand)
      .rejects(awsError('ConditionalCheckFailedException'))
      .on(GetItemCommand, { TableName: TABLES.registry, Key: marshall(registryKey.record('orders-db')) })
      .resolvesOnce({ Item: recorded() })
      .resolves(now === undefined ? {} : { Item: now });

    await expect(unrecord(INPUT, ada.services)).resolves.toMatchObject(result);
  });

  it('the word can not be written - the entry stays', async () => {
    const ada = withRecords([recorded()]);
    ada.dynamoMock.on(PutItemCommand).rejects(awsError('AccessDeniedException'));

    await expect(unrecord(INPUT, ada.services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(ada.writes()).toEqual([theWord]);
  });

  it('no reason - BadInput', async () => {
    await expect(unrecord({ recordId: 'orders-db' }, ofAdaAbroad().services)).rejects.toMatchObject({
      faults: [{ field: 'reason' }],
    });
  });
});
