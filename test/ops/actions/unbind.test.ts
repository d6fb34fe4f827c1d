import { DeleteItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { unbind } from '../../../ops/actions/unbind.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import { ADA, BOB, BOUND, bound, GROUP, LEASE, ofAda, RUN, theBinding, withBindings } from '../support.ts';

const INPUT = { bindingId: 'orders', reason: 'It moves to another account.' };
const WORD = { by: ADA, reason: INPUT.reason, at: NOW };
const BOBS = { by: BOB, reason: 'It is\nold.', at: '2026-11-23T11:59:00.000Z', targetGroupArn: GROUP, port: 5432 };
const BY_BOB = `There is no binding orders any more: ${BOB} took it away at ${BOBS.at} ("It is·old.").`;

const world = (...of: Parameters<typeof withBindings>) => {
  const ada = withBindings(...of);
  ada.dynamoMock.on(UpdateItemCommand).resolves({}).on(DeleteItemCommand).resolves({});
  return ada;
};

const theWord = (home: object) => [
  'UpdateItem',
  {
    TableName: TABLES.ledger,
    Key: marshall(ledgerKey.targets('orders')),
    UpdateExpression: 'SET unbound = :unbound',
    ExpressionAttributeValues: marshall({ ':unbound': { ...WORD, ...home } }),
  },
];
const theDeletion = (condition: object) => [
  'DeleteItem',
  { TableName: TABLES.registry, Key: marshall(registryKey.binding('orders')), ...condition },
];

describe('unbind', () => {
  it('who, why and from where first, then the entry goes, if it is the one that was read', async () => {
    const { services, writes } = world([bound()], { ours: { '10.0.2.6': {}, '10.0.1.5': {} }, version: 3 });

    await expect(unbind(INPUT, services)).resolves.toEqual({
      outcome: 'unbound',
      bindingId: 'orders',
      by: ADA,
      targetGroupArn: GROUP,
      port: 5432,
      ours: ['10.0.1.5', '10.0.2.6'],
    });
    expect(writes()).toEqual([
      theWord({ targetGroupArn: GROUP, port: 5432 }),
      theDeletion({
        ConditionExpression: 'boundAt = :read',
        ExpressionAttributeValues: marshall({ ':read': BOUND.boundAt }),
      }),
    ]);
  });

  it("an entry that can't be read - goes too", async () => {
    const { services, writes } = world([item(registryKey.binding('orders'), { port: 'many' })]);

    await expect(unbind(INPUT, services)).resolves.toEqual({
      outcome: 'unbound',
      bindingId: 'orders',
      by: ADA,
      ours: [],
    });
    expect(writes()).toEqual([
      theWord({}),
      theDeletion({ ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(boundAt)' }),
    ]);
  });

  it('a run is at it - told', async () => {
    const { services } = world([bound()], LEASE);

    await expect(unbind(INPUT, services)).resolves.toMatchObject({ lease: { execution: RUN } });
  });

  it.each([
    ['there never was one', undefined, 'There is no binding orders. "bindings" lists those that there are.'],
    ['bob took it away', { unbound: BOBS }, BY_BOB],
  ])('%s - refused, and nothing is written', async (_what, targets, because) => {
    const { services, writes } = world([], targets);

    await expect(unbind(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it.each([
    [
      'somebody wrote it meanwhile - refused',
      bound({ boundAt: NOW }),
      undefined,
      {
        outcome: 'refused',
        because:
          'Somebody wrote orders while you were at it. It was not taken away: see "bindings", and give the command again if you still want it.',
      },
    ],
    ['bob took it away meanwhile - refused', undefined, { unbound: BOBS }, { outcome: 'refused', because: BY_BOB }],
    ['the reply to our own write was lost - done', undefined, { unbound: WORD }, { outcome: 'unbound' }],
  ])('%s', async (_what, now, targets, result) => {
    const { services, dynamoMock } = world([bound()], {}, targets);
    dynamoMock
      .on(DeleteItemCommand)
      .rejects(awsError('ConditionalCheckFailedException'))
      .on(GetItemCommand, theBinding('orders'))
      .resolvesOnce({ Item: bound() })
      .resolves(now === undefined ? {} : { Item: now });

    await expect(unbind(INPUT, services)).resolves.toMatchObject(result);
  });

  it('the word can not be written - the entry stays', async () => {
    const { services, dynamoMock, writes } = world([bound()]);
    dynamoMock.on(UpdateItemCommand).rejects(awsError('AccessDeniedException'));

    await expect(unbind(INPUT, services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(writes()).toHaveLength(1);
  });

  it.each([
    ['an id that is none', { ...INPUT, bindingId: '#' }, 'bindingId'],
    ['no reason', { ...INPUT, reason: ' ' }, 'reason'],
  ])('%s - not understood', async (_what, input, field) => {
    const { services } = ofAda();

    await expect(unbind(input, services)).rejects.toMatchObject({ name: 'BadInput', faults: [{ field }] });
  });
});
