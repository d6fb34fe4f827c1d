import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { confirmRegistry } from '../../../ops/actions/confirm-registry.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import { ADA, BOB, ofAda } from '../support.ts';

const INPUT = { count: 12, reason: 'We closed the trial.' };
const KEY = ledgerKey.registrySeen();

const FROZEN = { because: 'it shrank by more than a tenth', at: '2026-11-23T11:00:00.000Z', count: 12, tableId: 'new' };
const frozen = { current: 'yes', count: 40, tableId: 'old', at: NOW, version: 3, frozen: FROZEN };
const OURS = { by: ADA, reason: INPUT.reason, at: NOW };
const THEIRS = { by: BOB, reason: 'It is\nright.', at: '2026-11-23T11:59:00.000Z' };
const confirmedBy = (confirmed: object) => ({
  current: 'yes',
  count: 12,
  tableId: 'new',
  at: NOW,
  version: 4,
  confirmed,
});

/** A ledger that says this of the registry, one reading after the other. */
const world = (...readings: readonly (object | undefined)[]) => {
  const ada = ofAda();
  const [first = {}, second = first] = readings.map((seen) => (seen === undefined ? {} : { Item: item(KEY, seen) }));
  ada.dynamoMock.on(GetItemCommand).resolvesOnce(first).resolves(second);
  ada.dynamoMock.on(UpdateItemCommand).resolves({});
  return ada;
};

const conditionFails = (ada: ReturnType<typeof world>) =>
  ada.dynamoMock.on(UpdateItemCommand).rejects(awsError('ConditionalCheckFailedException'));

describe('confirm-registry', () => {
  it('it is frozen, with as many entries as the person saw - believed, with who said so and why, in one write', async () => {
    const { services, writes } = world(frozen);

    await expect(confirmRegistry(INPUT, services)).resolves.toEqual({
      outcome: 'confirmed',
      before: 40,
      count: 12,
      ended: FROZEN,
      by: ADA,
    });
    expect(writes()).toEqual([
      [
        'UpdateItem',
        {
          TableName: TABLES.ledger,
          Key: marshall(KEY),
          UpdateExpression:
            'SET #count = :count, tableId = :tableId, #at = :at, #version = :next, confirmed = :confirmed REMOVE frozen',
          ConditionExpression: '#version = :read',
          ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#version': 'version' },
          ExpressionAttributeValues: marshall({
            ':count': 12,
            ':tableId': 'new',
            ':at': NOW,
            ':next': 4,
            ':confirmed': OURS,
            ':read': 3,
          }),
        },
      ],
    ]);
  });

  it.each([
    ['the registry was never looked through', undefined, 'Nothing is frozen: the registry was never looked through.'],
    [
      'it never shrank',
      { count: 40, tableId: 'old', at: NOW, version: 1 },
      'Nothing is frozen: the registry is believed to have 40 entries.',
    ],
    [
      'somebody confirmed it',
      confirmedBy(THEIRS),
      `Nothing is frozen: the registry is believed to have 12 entries. ${BOB} confirmed it last at ${THEIRS.at}: "It is·right.".`,
    ],
    [
      'it has another count by now',
      { ...frozen, frozen: { ...FROZEN, count: 11 } },
      'The registry had 11 entries when it was last looked through, at 2026-11-23T11:00:00.000Z, not 12. See whether that is right, then confirm with --count 11.',
    ],
  ])('%s - refused in words, and nothing is written', async (_situation, seen, because) => {
    const { services, writes } = world(seen);

    await expect(confirmRegistry(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['somebody confirms it', confirmedBy(THEIRS), expect.stringContaining(`${BOB} confirmed it last`)],
    [
      'it shrinks further',
      { ...frozen, version: 4, frozen: { ...FROZEN, count: 3 } },
      expect.stringContaining('had 3 entries'),
    ],
    [
      'it is looked through again',
      { ...frozen, version: 4 },
      'The registry was looked through again in this moment, and still has as many entries. Nothing was confirmed: give the command again.',
    ],
  ])('%s in this moment - refused with that', async (_situation, then, because) => {
    const ada = world(frozen, then);
    conditionFails(ada);

    await expect(confirmRegistry(INPUT, ada.services)).resolves.toEqual({ outcome: 'refused', because });
  });

  it('the reply to our own write was lost - confirmed', async () => {
    const ada = world(frozen, confirmedBy(OURS));
    conditionFails(ada);

    await expect(confirmRegistry(INPUT, ada.services)).resolves.toMatchObject({ outcome: 'confirmed', count: 12 });
  });

  it('the item can not be read - Malformed, and nothing is written', async () => {
    const { services, writes } = world({ ...frozen, version: 'three' });

    await expect(confirmRegistry(INPUT, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^What the ledger says of the registry's size can't be read: version: /),
    });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['no count', { count: Number.NaN }, 'count'],
    ['half an entry', { count: 1.5 }, 'count'],
    ['less than none', { count: -1 }, 'count'],
    ['no reason', { reason: '' }, 'reason'],
  ])('%s - BadInput, and nothing is asked of AWS', async (_situation, changes, field) => {
    const { services, dynamoMock } = ofAda();

    await expect(confirmRegistry({ ...INPUT, ...changes }, services)).rejects.toMatchObject({ faults: [{ field }] });
    expect(dynamoMock.calls()).toEqual([]);
  });
});
