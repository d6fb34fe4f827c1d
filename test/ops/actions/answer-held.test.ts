import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { LEDGER_INDEXES, ledgerKey } from '../../../functions/registry/keys.ts';
import { approve, deny } from '../../../ops/actions/answer-held.ts';
import { awsError, callsOf, item, TABLES } from '../../functions/support.ts';
import { ENDPOINT_ID, NOW, SERVICE_ID } from '../../support/builders.ts';
import { ADA, BOB, EXECUTION, ofAda, recorded, THE_WAKE } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID, reason: 'Their order came in.' };
const RECONCILE = `"reconcile --service ${SERVICE_ID} --endpoint ${ENDPOINT_ID}"`;

const word = (generation: number, changes: object = {}) =>
  item(ledgerKey.approval(SERVICE_ID, ENDPOINT_ID, generation), {
    answer: 'approve',
    generation,
    by: ADA,
    reason: INPUT.reason,
    saidAt: NOW,
    ...changes,
  });
const admission = item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), { status: 'running', told: 1 });

/** A request of which the ledger has these items, one reading after the other. */
const world = (first: ReturnType<typeof item>[], second = first) => {
  const ada = ofAda();
  ada.dynamoMock.on(QueryCommand).resolvesOnce({ Items: first }).resolves({ Items: second });
  ada.dynamoMock.on(PutItemCommand).resolves({});
  return ada;
};

const somebodyWasFirst = (ada: ReturnType<typeof world>) =>
  ada.dynamoMock.on(PutItemCommand).rejects(awsError('ConditionalCheckFailedException'));

describe('approve and deny', () => {
  it.each([
    ['approve', approve],
    ['deny', deny],
  ])(
    '%s: held for a person - one word for the decision that holds it, then the request is woken',
    async (answer, act) => {
      const { services, dynamoMock, wakes } = world([admission, recorded(1, { outcome: 'observed' }), recorded(2)]);

      await expect(act(INPUT, services)).resolves.toEqual({
        outcome: 'said',
        serviceId: SERVICE_ID,
        endpointId: ENDPOINT_ID,
        answer,
        generation: 2,
        by: ADA,
        reason: INPUT.reason,
        saidAt: NOW,
        proposed: 'accept',
        executionArn: EXECUTION,
      });
      expect(callsOf(dynamoMock)).toEqual([
        [
          'Query',
          {
            TableName: TABLES.ledger,
            ConsistentRead: true,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: marshall({ ':pk': `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}` }),
          },
        ],
        [
          'PutItem',
          {
            TableName: TABLES.ledger,
            Item: word(2, { answer }),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        ],
      ]);
      expect(wakes()).toEqual([THE_WAKE]);
    },
  );

  it('no attribute of it is one that an index over decisions has', async () => {
    const { services, dynamoMock } = world([recorded(1)]);

    await approve(INPUT, services);

    const put = dynamoMock.commandCalls(PutItemCommand)[0]?.args[0].input.Item ?? {};
    const names = Object.keys(unmarshall(put));
    expect(names).toContain('answer');
    expect(names.filter((name) => (Object.values(LEDGER_INDEXES) as string[]).includes(name))).toEqual([]);
  });

  it('what is proposed is the rejection - approved', async () => {
    const { services } = world([recorded(1, { proposed: 'reject' })]);

    await expect(approve(INPUT, services)).resolves.toMatchObject({ outcome: 'said', proposed: 'reject' });
  });

  it('held by a rule that no approval overrides - denied all the same', async () => {
    const { services } = world([recorded(1, { code: 'quota-reached', proposed: undefined })]);

    await expect(deny(INPUT, services)).resolves.toMatchObject({ outcome: 'said', answer: 'deny' });
  });

  it('an earlier hold was approved, and this is another - a word of its own', async () => {
    const { services, writes } = world([recorded(1), recorded(2), word(1)]);

    await expect(approve(INPUT, services)).resolves.toMatchObject({ outcome: 'said', generation: 2 });
    expect(writes()).toHaveLength(1);
  });

  it.each([
    [
      'a request that nobody saw',
      [admission],
      `Nothing was decided of ${ENDPOINT_ID} yet. If it waits and its notice got lost, ${RECONCILE} has it looked at.`,
    ],
    [
      'one that was accepted since',
      [recorded(1), recorded(2, { outcome: 'accepted', code: 'entitled', proposed: undefined })],
      `${ENDPOINT_ID} is not held: it was accepted at 2026-11-23T11:00:00.000Z (entitled).`,
    ],
    [
      'one that was rejected',
      [recorded(1, { outcome: 'rejected', code: 'denied' })],
      `${ENDPOINT_ID} is not held: it was rejected at 2026-11-23T11:00:00.000Z (denied).`,
    ],
    [
      'one that is gone',
      [recorded(1, { outcome: 'gone', verdict: 'none', code: 'endpoint-gone' })],
      `${ENDPOINT_ID} is not held: it was found gone at 2026-11-23T11:00:00.000Z (endpoint-gone).`,
    ],
    [
      'one that was connected before the Concierge came',
      [recorded(1, { outcome: 'adopted', verdict: 'none', code: 'entitled' })],
      `${ENDPOINT_ID} is not held: it was connected before the Concierge first saw it, at 2026-11-23T11:00:00.000Z.`,
    ],
    [
      'one that was only observed, to be rejected',
      [recorded(1, { outcome: 'observed', verdict: 'reject', code: 'requester-unknown' })],
      `${ENDPOINT_ID} is not held: it was only observed at 2026-11-23T11:00:00.000Z (reject, requester-unknown), since the mode of reject was observe. Answer it in EC2, or set the mode to propose or enforce and then ${RECONCILE}.`,
    ],
    [
      'one that was only observed, to be held',
      [recorded(1, { outcome: 'observed', verdict: 'hold' })],
      `${ENDPOINT_ID} is not held: it was only observed at 2026-11-23T11:00:00.000Z (hold, approval-needed), since the mode of accept was observe. Answer it in EC2, or set the mode to propose or enforce and then ${RECONCILE}.`,
    ],
  ])('%s - refused with what it is', async (_situation, items, because) => {
    for (const act of [approve, deny]) {
      const { services, writes, wakes } = world(items);

      await expect(act(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
      expect([writes(), wakes()]).toEqual([[], []]);
    }
  });

  it('approve: held by a rule - refused with its code and sentence', async () => {
    const sentence = 'Your endpoint is waiting: all 2\u202e endpoints are in use.';
    const { services, writes } = world([recorded(1, { code: 'quota-reached', sentence, proposed: undefined })]);

    await expect(approve(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `${ENDPOINT_ID} is held for quota-reached, and an approval overrides no rule. "Your endpoint is waiting: all 2· endpoints are in use." Change the registry and then ${RECONCILE}, or deny it.`,
    });
    expect(writes()).toEqual([]);
  });

  it('deny: what is proposed is the rejection - refused', async () => {
    const { services, writes } = world([recorded(1, { proposed: 'reject' })]);

    await expect(deny(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `What is proposed for ${ENDPOINT_ID} is the rejection: approve it, or change the registry and then ${RECONCILE}.`,
    });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['accept', 'accept'],
    ['reject', 'reject'],
  ])('approve: %s is proposed, as the person saw - said', async (proposed, seen) => {
    const { services, writes } = world([recorded(1, { proposed })]);

    await expect(approve({ ...INPUT, proposed: seen }, services)).resolves.toMatchObject({ outcome: 'said', proposed });
    expect(writes()).toHaveLength(1);
  });

  it('approve: something else is proposed than the person saw - refused with what it is', async () => {
    const { services, writes, wakes } = world([recorded(1, { proposed: 'reject', code: 'requester-unknown' })]);

    await expect(approve({ ...INPUT, proposed: 'accept' }, services)).resolves.toEqual({
      outcome: 'refused',
      because: `What is proposed for ${ENDPOINT_ID} is by now reject, not accept (requester-unknown, decided at 2026-11-23T11:00:00.000Z). Look again: "held --service ${SERVICE_ID}".`,
    });
    expect([writes(), wakes()]).toEqual([[], []]);
  });

  it.each([
    ['approve', approve, { proposed: 'hold' }],
    ['deny', deny, { proposed: 'accept' }],
  ])('%s: a proposal that it does not take - BadInput', async (_answer, act, more) => {
    const { services, dynamoMock } = ofAda();

    await expect(act({ ...INPUT, ...more }, services)).rejects.toMatchObject({ faults: [{ field: 'proposed' }] });
    expect(dynamoMock.calls()).toEqual([]);
  });

  const theirs = word(1, { by: BOB, reason: 'They asked\nnicely.', saidAt: '2026-11-23T11:30:00.000Z' });
  const tooLate = `${BOB} approved ${ENDPOINT_ID} already at 2026-11-23T11:30:00.000Z: "They asked·nicely.". The first word counts.`;

  it('somebody else answered before - refused with who said what when', async () => {
    const { services, writes, wakes } = world([recorded(1), theirs]);

    await expect(deny(INPUT, services)).resolves.toEqual({ outcome: 'refused', because: tooLate });
    expect([writes(), wakes()]).toEqual([[], []]);
  });

  it('somebody else gave the same answer for the same reason - refused: it is their word', async () => {
    const { services, wakes } = world([recorded(1), word(1, { by: BOB })]);

    await expect(approve(INPUT, services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${BOB} approved`),
    });
    expect(wakes()).toEqual([]);
  });

  it('somebody else answers in this moment - refused with who said what when', async () => {
    const ada = world([recorded(1)], [recorded(1), theirs]);
    somebodyWasFirst(ada);

    await expect(deny(INPUT, ada.services)).resolves.toEqual({ outcome: 'refused', because: tooLate });
    expect(ada.wakes()).toEqual([]);
  });

  it('the reply to our own write was lost - said, and woken', async () => {
    const ada = world([recorded(1)], [recorded(1), word(1)]);
    somebodyWasFirst(ada);

    await expect(approve(INPUT, ada.services)).resolves.toMatchObject({ outcome: 'said', saidAt: NOW });
    expect(ada.wakes()).toEqual([THE_WAKE]);
  });

  it('the same person gives the same command again - nothing is written, and the request is woken again', async () => {
    const { services, writes, wakes } = world([recorded(1), word(1, { saidAt: '2026-11-23T11:59:00.000Z' })]);

    await expect(approve(INPUT, services)).resolves.toMatchObject({
      outcome: 'said-before',
      saidAt: '2026-11-23T11:59:00.000Z',
    });
    expect(writes()).toEqual([]);
    expect(wakes()).toEqual([THE_WAKE]);
  });

  it.each([
    ['another answer', deny, INPUT],
    ['another reason', approve, { ...INPUT, reason: 'I was wrong.' }],
  ])('the same person gives %s - refused: the first word counts', async (_situation, act, input) => {
    const { services } = world([recorded(1), word(1)]);

    await expect(act(input, services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${ADA} approved`),
    });
  });

  it('the word is written and the wake fails - NotWoken, and the word stands', async () => {
    const ada = world([recorded(1)]);
    ada.sfnMock.on(StartExecutionCommand).rejects(awsError('ThrottlingException'));

    await expect(approve(INPUT, ada.services)).rejects.toMatchObject({
      name: 'NotWoken',
      cause: { name: 'ThrottlingException' },
    });
    expect(ada.writes()).toHaveLength(1);
  });

  it.each([
    ['a decision without a code', recorded(1, { code: undefined }), 'DECISION#0001'],
    ['a word that is neither', word(1, { answer: 'perhaps' }), 'APPROVAL#0001'],
  ])('%s - Malformed by the name of the record', async (_situation, spoiled, name) => {
    const { services, writes } = world([recorded(2), spoiled]);

    await expect(approve(INPUT, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The record ${name} of ${ENDPOINT_ID} can't be read`),
    });
    expect(writes()).toEqual([]);
  });

  it('no reason - BadInput', async () => {
    const { services } = ofAda();

    await expect(deny({ ...INPUT, reason: '' }, services)).rejects.toMatchObject({
      faults: [{ field: 'reason', problem: 'say why' }],
    });
  });
});
