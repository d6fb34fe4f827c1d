import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { adopt } from '../../../ops/actions/adopt.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { ENDPOINT_ID, NOW, SERVICE_ID } from '../../support/builders.ts';
import { ADA, BOB, ofAda, recorded } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID, reason: 'Their contract says so.' };
const KEY = ledgerKey.admission(SERVICE_ID, ENDPOINT_ID);
const OURS = { by: ADA, reason: INPUT.reason, at: NOW };
const THEIRS = { by: BOB, reason: 'Why\nnot.', at: '2026-11-20T09:00:00.000Z' };

const admission = (entry: object = {}) => item(KEY, { status: 'done', told: 1, ...entry });
const before = recorded(1, { outcome: 'adopted', verdict: 'none', code: 'connected-before', proposed: undefined });

/** A request of which the ledger has these items, one reading after the other. */
const world = (first: ReturnType<typeof item>[], second = first) => {
  const ada = ofAda();
  ada.dynamoMock.on(QueryCommand).resolvesOnce({ Items: first }).resolves({ Items: second });
  ada.dynamoMock.on(UpdateItemCommand).resolves({});
  return ada;
};

const conditionFails = (ada: ReturnType<typeof world>) =>
  ada.dynamoMock.on(UpdateItemCommand).rejects(awsError('ConditionalCheckFailedException'));

describe('adopt', () => {
  it.each([
    ['it was connected before the Concierge came', before],
    ['a person accepted it by hand', recorded(1, { outcome: 'overtaken' })],
  ])('%s - owned, unless somebody was first, and nothing is started', async (_situation, decision) => {
    const { services, writes, wakes } = world([admission(), decision]);

    await expect(adopt(INPUT, services)).resolves.toEqual({
      outcome: 'adopted',
      serviceId: SERVICE_ID,
      endpointId: ENDPOINT_ID,
      owned: OURS,
    });
    expect(writes()).toEqual([
      [
        'UpdateItem',
        {
          TableName: TABLES.ledger,
          Key: marshall(KEY),
          UpdateExpression: 'SET owned = :owned',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(owned)',
          ExpressionAttributeValues: marshall({ ':owned': OURS }),
        },
      ],
    ]);
    expect(wakes()).toEqual([]);
  });

  const unknown = `The Concierge does not know ${ENDPOINT_ID} of ${SERVICE_ID} yet. Are both ids right? If they are, "reconcile --service ${SERVICE_ID} --endpoint ${ENDPOINT_ID}" has it looked at.`;
  it.each([
    ['a request that nobody saw', [], unknown],
    ['one of which nothing was decided', [admission()], unknown],
    ['one that nobody had in hand', [before], unknown],
    [
      'one that the Concierge accepted',
      [admission(), recorded(1), recorded(2, { outcome: 'accepted', code: 'entitled' })],
      `${ENDPOINT_ID} is the Concierge's already: it accepted it at 2026-11-23T11:00:00.000Z (entitled).`,
    ],
    [
      'one that somebody adopted',
      [admission({ owned: THEIRS }), before],
      `${BOB} adopted ${ENDPOINT_ID} already at ${THEIRS.at}: "Why·not.".`,
    ],
    [
      'one that is held',
      [admission(), recorded(1)],
      `${ENDPOINT_ID} is not connected, as far as the ledger knows: the last decision, at 2026-11-23T11:00:00.000Z, was held (approval-needed). Only what is connected can be adopted.`,
    ],
    [
      'one that was there before, and is gone',
      [admission(), before, recorded(2, { outcome: 'gone', code: 'endpoint-gone' })],
      expect.stringContaining('was gone (endpoint-gone)'),
    ],
  ])('%s - refused with what it is', async (_situation, items, because) => {
    const { services, writes } = world(items);

    await expect(adopt(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it('somebody adopts it in this moment - refused with who', async () => {
    const ada = world([admission(), before], [admission({ owned: THEIRS }), before]);
    conditionFails(ada);

    await expect(adopt(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${BOB} adopted`),
    });
  });

  it('the record went away and came back in this moment - refused', async () => {
    const ada = world([admission(), before]);
    conditionFails(ada);

    await expect(adopt(INPUT, ada.services)).resolves.toEqual({
      outcome: 'refused',
      because: `Somebody changed the record of ${ENDPOINT_ID} in this moment. Look again.`,
    });
  });

  it('the reply to our own write was lost - adopted', async () => {
    const ada = world([admission(), before], [admission({ owned: OURS }), before]);
    conditionFails(ada);

    await expect(adopt(INPUT, ada.services)).resolves.toMatchObject({ outcome: 'adopted', owned: OURS });
  });

  it('an admission that somebody spoiled - Malformed by its name, and nothing is written', async () => {
    const { services, writes } = world([admission({ owned: 'yes' }), before]);

    await expect(adopt(INPUT, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The record ADMISSION of ${ENDPOINT_ID} can't be read`),
    });
    expect(writes()).toEqual([]);
  });

  it('no reason - BadInput', async () => {
    const { services } = ofAda();

    await expect(adopt({ ...INPUT, reason: '' }, services)).rejects.toMatchObject({
      faults: [{ field: 'reason', problem: 'say why' }],
    });
  });
});
