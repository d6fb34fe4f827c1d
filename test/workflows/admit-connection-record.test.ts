import { describe, expect, it } from 'vitest';
import { aHistory, ENDPOINT_ID, entitled, OWNER } from '../support/builders.ts';
import {
  ACCEPT,
  admit,
  attemptsByState,
  CONDITION_FAILED,
  decision,
  ending,
  failing,
  INPUT,
  ME,
  moment,
  onlyAttempt,
  payload,
  REQUEST,
  settled,
  unplanned,
} from './admission.ts';

const dnsNames = [`${ENDPOINT_ID}-k3v9x2aq.example.com`];

describe('the record', () => {
  const recordOf = async (script: Parameters<typeof admit>[0]) => onlyAttempt(await admit(script), 'Record');
  const unchanged = { pk: { S: REQUEST }, sk: { S: 'DECISION#0001' }, generation: { N: '1' } };
  const written = { execution: { S: ME }, recordedAt: { S: moment() }, recordedOn: { S: '2026-11-23' } };

  it('of a decision - what Decide prepared and what became of it; never over another’s', async () => {
    await expect(recordOf(ACCEPT)).resolves.toMatchObject({
      action: 'dynamodb:putItem',
      arguments: {
        TableName: 'ledger-table',
        Item: {
          ...unchanged,
          ...written,
          customerId: { S: 'acme' },
          verdict: { S: 'accept' },
          code: { S: 'entitled' },
          sentence: { S: expect.stringContaining('We accepted your endpoint') },
          action: { S: 'there is nothing for you to do' },
          outcome: { S: 'accepted' },
          after: { S: 'available' },
        },
        ConditionExpression: 'attribute_not_exists(pk) OR execution = :me',
        ExpressionAttributeValues: { ':me': { S: ME } },
      },
    });
  });

  it('of an answer that EC2 took at once - nothing of a refusal', async () => {
    expect((await recordOf(ACCEPT)).arguments).not.toHaveProperty('Item.unsuccessful');
  });

  it('of an end that was not planned - with its own code and sentence, and none where EC2 shows no state', async () => {
    const { arguments: given } = await recordOf({
      ...ACCEPT,
      Answer: [payload(settled('gone'))],
      'Give the place back': [{}],
    });

    expect(given).toMatchObject({
      Item: {
        verdict: { S: 'accept' },
        code: { S: 'endpoint-gone' },
        sentence: { S: expect.stringContaining('was deleted before it was connected') },
        action: { S: 'create a new one if you still need it' },
        outcome: { S: 'gone' },
      },
    });
    expect(given).not.toHaveProperty('Item.after');
  });

  it('of an end that nobody recorded', async () => {
    const { arguments: given } = await recordOf({ ...ACCEPT, Decide: [payload(ending('record', 'overtaken'))] });

    expect(given).toMatchObject({
      Item: {
        ...unchanged,
        ...written,
        verdict: { S: 'none' },
        code: { S: 'answered-by-others' },
        outcome: { S: 'overtaken' },
      },
    });
    expect(given).not.toHaveProperty('Item.customerId');
  });

  it('is there already, by another execution - that one tells of it', async () => {
    const ran = await admit({ ...ACCEPT, Record: [failing(CONDITION_FAILED)] });

    expect(ran.status).toBe('SUCCEEDED');
    expect(attemptsByState(ran)).not.toHaveProperty('Publish');
    expect(ran.path.slice(-2)).toEqual(['Release the admission', 'Done']);
  });

  it('was written and the reply lost - written again, by its own execution, and told once', async () => {
    const ran = await admit({ ...ACCEPT, Record: [failing('DynamoDb.SdkClientException'), {}] });
    const [first, second, ...more] = ran.attempts.filter(({ state }) => state === 'Record');

    expect(ran.status).toBe('SUCCEEDED');
    expect(second?.arguments).toEqual(first?.arguments);
    expect(more).toEqual([]);
    expect(attemptsByState(ran)).toMatchObject({ Record: 2, Publish: 1 });
  });
});

describe('the event', () => {
  const eventOf = async (script: Parameters<typeof admit>[0]): Promise<unknown> =>
    onlyAttempt(await admit(script), 'Publish').arguments;
  const entry = (DetailType: string, detail: object) => ({
    Entries: [
      {
        EventBusName: 'concierge-bus',
        Source: 'privatelink-concierge',
        DetailType,
        Detail: {
          schemaVersion: 1,
          ...INPUT,
          vpcEndpointOwner: OWNER,
          customerId: 'acme',
          generation: 1,
          decidedAt: moment(),
          executionArn: ME,
          ...detail,
        },
      },
    ],
  });

  it('of an acceptance - with the names by which to connect', async () => {
    await expect(eventOf(ACCEPT)).resolves.toEqual(
      entry('Connection Accepted', {
        outcome: 'accepted',
        code: 'entitled',
        action: 'there is nothing for you to do',
        sentence: expect.stringContaining('We accepted your endpoint'),
        dnsNames,
      }),
    );
  });

  it('of a hold - under its generation, with the names that the endpoint has already', async () => {
    const manual = decision({ candidates: [entitled({ approval: 'manual' })] }, { history: aHistory('held') });
    const decided = { ...manual, plan: { ...(manual.plan as object), isRepeated: false } };

    const Decide = [payload(decided), payload(unplanned('nothing'))];

    await expect(eventOf({ ...ACCEPT, Decide, Hold: [{}] })).resolves.toEqual(
      entry('Connection Held', {
        outcome: 'held',
        code: 'approval-needed',
        action: 'there is nothing for you to do',
        sentence: expect.stringContaining('a person here has to approve it'),
        until: moment(14 * 86_400),
        dnsNames: manual.connection.dnsNames,
        generation: 2,
      }),
    );
  });

  it('of an end that was not planned - with its own code and sentence', async () => {
    const gone = { ...ACCEPT, Answer: [payload(settled('gone', { dnsNames: [] }))], 'Give the place back': [{}] };

    await expect(eventOf(gone)).resolves.toEqual(
      entry('Connection Gone', {
        outcome: 'gone',
        code: 'endpoint-gone',
        action: 'create a new one if you still need it',
        sentence: expect.stringContaining('was deleted before it was connected'),
        dnsNames: [],
      }),
    );
  });

  it('of an endpoint that EC2 never listed - without owner and customer', async () => {
    const event = await eventOf({ ...ACCEPT, Decide: [payload(ending('appearance', 'gone'))] });

    expect(event).toMatchObject({
      Entries: [{ DetailType: 'Connection Gone', Detail: { outcome: 'gone', dnsNames: [] } }],
    });
    expect(event).not.toHaveProperty('Entries.0.Detail.vpcEndpointOwner');
    expect(event).not.toHaveProperty('Entries.0.Detail.customerId');
  });

  it('is refused by the bus and then taken - told once, recorded once', async () => {
    const ran = await admit({ ...ACCEPT, Publish: [failing('EventBridge.FailedEntry'), { FailedEntryCount: 0 }] });

    expect(ran.status).toBe('SUCCEEDED');
    expect(attemptsByState(ran)).toMatchObject({ Record: 1, Publish: 2, 'Release the admission': 1 });
  });
});
