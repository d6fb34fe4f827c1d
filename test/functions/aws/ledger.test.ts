import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { modesFrom, readHistory, readIntents } from '../../../functions/aws/ledger.ts';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { anApproval, ENDPOINT_ID, NOW, SERVICE_ID } from '../../support/builders.ts';
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

const said = { sentence: 'What we said then.', action: 'there is nothing for you to do', recordedAt: NOW };
const held = { ...said, outcome: 'held', code: 'approval-needed', verdict: 'hold', proposed: 'accept' };
const accepted = { ...said, outcome: 'accepted', code: 'entitled', verdict: 'accept', customerId: 'acme' };

const approved = (generation: number, entry: object = anApproval({ generation })) =>
  item(ledgerKey.approval(SERVICE_ID, ENDPOINT_ID, generation), entry);

describe('readHistory', () => {
  it('reads the second page too: the last decision is on it', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    const { pk, sk } = ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, 1);
    const last = { pk: { S: pk }, sk: { S: sk } };
    dynamoMock
      .on(QueryCommand)
      .resolvesOnce({ Items: [recorded(1, held)], LastEvaluatedKey: last })
      .resolves({ Items: [recorded(2, accepted)] });

    const { decisions } = await readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID);

    expect(decisions.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(callsOf(dynamoMock)).toHaveLength(2);
    expect(callsOf(dynamoMock)[1]).toEqual(['Query', expect.objectContaining({ ExclusiveStartKey: last })]);
  });

  it('reads everything of one request, consistently, in one query', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({
      Items: [
        admission({ told: 1, wakes: 4, intent: { verdict: 'accept', customerId: 'acme', generation: 2 } }),
        approved(1, { ...anApproval(), at: NOW }),
        recorded(1, { ...held, before: { state: 'pendingAcceptance' } }),
        recorded(2, accepted),
        item({ pk: 'the same', sk: 'FAILURE#2026-11-23T12:00:00Z#e' }, { error: 'NotSettled' }),
      ],
    });

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).resolves.toEqual({
      decisions: [
        { generation: 1, ...held, seen: 'pendingAcceptance' },
        { generation: 2, ...accepted },
      ],
      intent: { verdict: 'accept', customerId: 'acme', generation: 2 },
      told: 1,
      wakes: 4,
      isOwned: false,
      approvals: [anApproval()],
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

  it.each<[situation: string, entry: object, seen: string | undefined]>([
    ['before and after', { before: { state: 'pendingAcceptance', owner: 'x' }, after: 'deleted' }, 'deleted'],
    ['before', { before: { state: 'deleting' } }, 'deleting'],
    ['after', { after: 'available' }, 'available'],
    ['at no time', {}, undefined],
  ])('was seen %s - a decision says how it was last seen, and nothing else of it', async (_situation, entry, seen) => {
    const { decisions } = await reading(recorded(1, { ...accepted, ...entry }));

    expect(decisions).toEqual([{ generation: 1, ...accepted, ...(seen === undefined ? {} : { seen }) }]);
  });

  it('until when it was held - a decision says so', async () => {
    const until = '2026-12-07T12:00:00.000Z';

    await expect(reading(recorded(1, { ...held, until }))).resolves.toMatchObject({ decisions: [{ until }] });
  });

  it('has nothing of a new request', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(QueryCommand).resolves({});

    await expect(readHistory(dynamo, TABLES.ledger, SERVICE_ID, ENDPOINT_ID)).resolves.toEqual({
      decisions: [],
      approvals: [],
      told: 0,
      wakes: 0,
      isOwned: false,
    });
  });

  it('is in its first hands - nothing was told, and nothing is about to be done', async () => {
    await expect(reading(admission({}))).resolves.toEqual({
      decisions: [],
      approvals: [],
      told: 0,
      wakes: 0,
      isOwned: false,
    });
  });

  it('a rejection of a stranger - an intent without a customer', async () => {
    const intent = { verdict: 'reject', customerId: '', generation: 1 };

    await expect(reading(admission({ intent }))).resolves.toMatchObject({ intent });
  });

  it.each([
    ['an outcome that there is not', { ...held, outcome: 'maybe' }, 'outcome: '],
    ['no outcome', { ...held, outcome: undefined }, 'outcome: '],
    ['no code', { ...held, code: undefined }, 'code'],
    ['no sentence', { ...held, sentence: undefined }, 'sentence'],
    ['a customer that is a number', { ...held, customerId: 7 }, 'customerId'],
    ['no verdict', { ...held, verdict: undefined }, 'verdict'],
    ['no action', { ...held, action: undefined }, 'action'],
    ['a proposal that there is not', { ...held, proposed: 'hold' }, 'proposed'],
    ['no time', { ...held, recordedAt: undefined }, 'recordedAt'],
    ['a time from which no deadline can be counted', { ...held, recordedAt: 'yesterday' }, 'recordedAt'],
    ['a generation below nought', { ...held, generation: -1 }, 'generation'],
    ['an end that is a number', { ...held, until: 7 }, 'until'],
    ['a state before that is none', { ...held, before: {} }, 'before.state'],
    ['a state after that is a number', { ...held, after: 7 }, 'after'],
    ['half a generation', { ...held, generation: 1.5 }, 'generation'],
    ['a connection before without a state', { ...held, before: { owner: '222222222222' } }, 'before.state'],
    ['a state afterwards that is a number', { ...held, after: 7 }, 'after'],
  ])('%s - Malformed, by the name of the record and of the field', async (_situation, entry, field) => {
    const read = reading(recorded(3, entry));

    await expect(read).rejects.toMatchObject({ name: 'Malformed', fields: { endpointId: ENDPOINT_ID } });
    await expect(read).rejects.toThrow(`The record DECISION#0003 of ${ENDPOINT_ID} can't be read: ${field}`);
  });

  it.each([
    ['a count that is a text', { told: '1' }, 'told'],
    ['less than nothing told', { told: -1 }, 'told'],
    ['half a call to look again', { wakes: 0.5 }, 'wakes'],
    ['an intent to hold', { intent: { verdict: 'hold', customerId: '', generation: 1 } }, 'intent.verdict'],
    ['an intent of no decision', { intent: { verdict: 'accept', customerId: 'acme' } }, 'intent.generation'],
  ])('the admission has %s - Malformed, by its name and the field’s', async (_situation, entry, field) => {
    await expect(reading(admission(entry))).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The record ADMISSION of ${ENDPOINT_ID} can't be read: ${field}: `),
    });
  });

  it('all that people said of it, in the order of its decisions', async () => {
    const no = anApproval({ generation: 2, answer: 'deny', reason: 'not a customer' });

    await expect(reading(approved(1), approved(2, no), recorded(1, held), recorded(2, held))).resolves.toMatchObject({
      approvals: [anApproval(), no],
      decisions: [{ generation: 1 }, { generation: 2 }],
    });
  });

  it.each([
    ['neither a yes nor a no', { ...anApproval(), answer: 'maybe' }, 'answer'],
    ['of no decision', { ...anApproval(), generation: 0 }, 'generation'],
    ['nobody’s', { ...anApproval(), by: undefined }, 'by'],
    ['without a reason', { ...anApproval(), reason: undefined }, 'reason'],
  ])('an approval that is %s - Malformed, by its name and the field’s', async (_situation, entry, field) => {
    await expect(reading(recorded(1, held), approved(1, entry))).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The record APPROVAL#0001 of ${ENDPOINT_ID} can't be read: ${field}: `),
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

describe('modesFrom', () => {
  it('nobody ever set one - none, version 0', () => {
    expect(modesFrom(SERVICE_ID, undefined)).toEqual({ modes: {}, version: 0 });
  });

  it('what was set, without what else the item holds', () => {
    const set = {
      pk: 'x',
      sk: 'MODES',
      modes: { accept: 'propose', 'an-effect-of-tomorrow': 'enforce' },
      version: 2,
      changes: [],
    };

    expect(modesFrom(SERVICE_ID, set)).toEqual({ modes: { accept: 'propose' }, version: 2 });
  });

  it.each([
    ['a mode that there is not', { modes: { accept: 'on' }, version: 1 }, 'modes.accept: '],
    ['no version', { modes: {} }, 'version: '],
    ['an empty item', {}, 'modes: '],
  ])('%s - Malformed: what may be done is not known', (_situation, set, field) => {
    expect(() => modesFrom(SERVICE_ID, set)).toThrow(
      expect.objectContaining({
        name: 'Malformed',
        message: expect.stringContaining(`The modes of ${SERVICE_ID} can't be read: ${field}`),
        fields: { serviceId: SERVICE_ID },
      }),
    );
  });
});

/** The ledger, which has these items, whatever it is asked for. */
const ledger = (...items: ReturnType<typeof item>[]) => {
  const { dynamo, dynamoMock } = strictDynamo();
  dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: items } });
  return { dynamo, dynamoMock };
};
const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
/** The one call for these keys, all of them read consistently. */
const oneRead = (...Keys: ReturnType<typeof key>[]) => [
  ['BatchGetItem', { RequestItems: { [TABLES.ledger]: { Keys, ConsistentRead: true } } }],
];

describe('readIntents', () => {
  const endpoint = (index: number): string => `vpce-${String(index).padStart(17, '0')}`;
  const requests = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ serviceId: SERVICE_ID, endpointId: endpoint(index) }));
  const inHand = (index: number, entry: object = {}) =>
    item(ledgerKey.admission(SERVICE_ID, endpoint(index)), { status: 'running', execution: 'arn', ...entry });
  const about = (verdict: string) => ({ intent: { verdict, customerId: '', generation: 1 } });

  it('nothing asked - nothing read', async () => {
    const { dynamo, dynamoMock } = ledger();

    await expect(readIntents(dynamo, TABLES.ledger, [])).resolves.toEqual([]);
    expect(callsOf(dynamoMock)).toEqual([]);
  });

  it('says which were about to be answered how, and leaves out whom nobody ever had in hand', async () => {
    const { dynamo, dynamoMock } = ledger(inHand(2, about('reject')), inHand(0, about('accept')), inHand(1));

    await expect(readIntents(dynamo, TABLES.ledger, requests(4))).resolves.toEqual([
      { endpointId: endpoint(2), verdict: 'reject' },
      { endpointId: endpoint(0), verdict: 'accept' },
      { endpointId: endpoint(1) },
    ]);
    expect(callsOf(dynamoMock)).toEqual(
      oneRead(...[0, 1, 2, 3].map((index) => key(`REQUEST#${SERVICE_ID}#${endpoint(index)}`, 'ADMISSION'))),
    );
  });

  it('a hundred - one call', async () => {
    const { dynamo, dynamoMock } = ledger(...requests(100).map((_each, index) => inHand(index, about('accept'))));

    await expect(readIntents(dynamo, TABLES.ledger, requests(100))).resolves.toHaveLength(100);
    expect(callsOf(dynamoMock)).toHaveLength(1);
  });

  it('one request twice - asked for once: DynamoDB refuses a key that comes twice', async () => {
    const { dynamo, dynamoMock } = ledger(inHand(0, about('accept')));

    await expect(readIntents(dynamo, TABLES.ledger, [...requests(1), ...requests(1)])).resolves.toEqual([
      { endpointId: endpoint(0), verdict: 'accept' },
    ]);
    expect(callsOf(dynamoMock)).toEqual(oneRead(key(`REQUEST#${SERVICE_ID}#${endpoint(0)}`, 'ADMISSION')));
  });

  it('one endpoint under two services - two requests', async () => {
    const other = { serviceId: 'vpce-svc-0fffffffffffffff9', endpointId: endpoint(0) };
    const { dynamo } = ledger(item(ledgerKey.admission(other.serviceId, other.endpointId), about('reject')));

    await expect(readIntents(dynamo, TABLES.ledger, [...requests(1), other])).resolves.toEqual([
      { endpointId: endpoint(0), verdict: 'reject' },
    ]);
  });

  it('an admission that nobody can read - Malformed', async () => {
    const { dynamo } = ledger(inHand(0, about('hold')));

    await expect(readIntents(dynamo, TABLES.ledger, requests(1))).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining(`The record ADMISSION of ${endpoint(0)} can't be read: intent.verdict: `),
    });
  });

  it('DynamoDB leaves keys unprocessed - Throttled', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(BatchGetItemCommand).resolves({
      UnprocessedKeys: { [TABLES.ledger]: { Keys: [key('REQUEST', 'ADMISSION')] } },
    });

    await expect(readIntents(dynamo, TABLES.ledger, requests(1))).rejects.toMatchObject({ name: 'Throttled' });
  });
});
