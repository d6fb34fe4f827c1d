import { describe, expect, it } from 'vitest';
import {
  aCandidate,
  aCustomer,
  aHistory,
  anIntent,
  aService,
  ENDPOINT_ID,
  entitled,
  found,
  SERVICE_ID,
} from '../support/builders.ts';
import {
  ACCEPT,
  admit,
  attemptsByState,
  CONDITION_FAILED,
  decision,
  departure,
  ending,
  failing,
  INPUT,
  ME,
  onlyAttempt,
  payload,
  REJECTED,
  REQUEST,
  type Script,
  settled,
  telling,
  unplanned,
} from './admission.ts';

const ADMISSION_KEY = { pk: { S: REQUEST }, sk: { S: 'ADMISSION' } };
const placesOf = (customerId: string) => ({
  pk: { S: `ENTITLEMENT#${SERVICE_ID}#${customerId}` },
  sk: { S: 'PLACES' },
});
const NOTHING = payload(unplanned('nothing'));
const LONG_AGO = '2026-11-01T00:00:00.000Z';
const GIVEN_BACK = { 'Give the place back': [{}] };

/** The intents that a run noted, one after the other. */
const intentsOf = ({ attempts }: Awaited<ReturnType<typeof admit>>): unknown[] =>
  attempts
    .filter(({ state }) => state === 'Note the intent')
    .map(
      ({ arguments: given }) =>
        (given as { ExpressionAttributeValues: Record<string, unknown> }).ExpressionAttributeValues[':intent'],
    );
const intent = (verdict: string, customerId: string, generation = 1) => ({
  M: { verdict: { S: verdict }, customerId: { S: customerId }, generation: { N: String(generation) } },
});

describe('the intent', () => {
  it('to accept is noted before a place is taken, while the request is in our hands', async () => {
    expect(onlyAttempt(await admit(ACCEPT), 'Note the intent')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: ADMISSION_KEY,
        UpdateExpression: 'SET intent = :intent',
        ConditionExpression: 'execution = :me',
        ExpressionAttributeValues: { ':me': { S: ME }, ':intent': intent('accept', 'acme') },
      },
    });
  });

  it('to reject a stranger names nobody', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(decision({ candidates: [] }))],
      Answer: [payload(REJECTED)],
    });

    expect(intentsOf(ran)).toEqual([intent('reject', '')]);
  });

  it('is noted anew where the last place is lost and the policy rejects then', async () => {
    const rejecting = decision({ service: found(aService({ 'quota-reached': 'reject' })) });
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(rejecting)],
      'Take a place': [failing(CONDITION_FAILED)],
      Answer: [payload(REJECTED)],
    });

    expect(intentsOf(ran)).toEqual([intent('accept', 'acme'), intent('reject', '')]);
  });

  it('is of the decision that is about to be recorded', async () => {
    const history = aHistory('held');
    const ran = await admit({ ...ACCEPT, Decide: [payload(decision({}, { history }))] });

    expect(intentsOf(ran)).toEqual([intent('accept', 'acme', 2)]);
  });

  it.each<[situation: string, Script]>([
    ['held', { Decide: [payload(decision({ candidates: [entitled({ approval: 'manual' })] })), NOTHING], Hold: [{}] }],
    ['only observed', { Decide: [payload(decision({ modes: { accept: 'observe', reject: 'observe' } }))] }],
    ['recorded only', { Decide: [payload(ending('record', 'overtaken'))] }],
    ['told only', { Decide: [payload(telling())] }],
  ])('is none where a request is %s', async (_situation, script) => {
    expect(attemptsByState(await admit({ ...ACCEPT, ...script }))).not.toHaveProperty('Note the intent');
  });

  it('comes too late: another execution took over - left to it, nothing taken and nothing answered', async () => {
    const ran = await admit({ ...ACCEPT, 'Note the intent': [failing(CONDITION_FAILED)] });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { need: 'nothing', holder: 'another execution' } });
    expect(attemptsByState(ran)).toEqual({ 'Take the admission': 1, Decide: 1, 'Note the intent': 1 });
  });
});

describe('the place of a run that died', () => {
  const dead = anIntent({ customerId: 'globex' });
  const mine = { taken: 1, mine: true };
  const suspended = aCandidate({ customer: found(aCustomer({ status: 'suspended' })), places: mine });

  it.each<[situation: string, Script, customerId: string]>([
    [
      'the request is held now',
      {
        Decide: [
          payload(decision({ candidates: [entitled({ approval: 'manual' })], heldSince: LONG_AGO }, { intent: dead })),
        ],
      },
      'globex',
    ],
    [
      'it is rejected now',
      { Decide: [payload(decision({ candidates: [suspended] }))], Answer: [payload(REJECTED)] },
      'acme',
    ],
    ['a person rejected it', { Decide: [payload(ending('record', 'overtaken', dead))] }, 'globex'],
    ['it is gone', { Decide: [payload(ending('record', 'gone', dead))] }, 'globex'],
    ['it failed', { Decide: [payload(ending('record', 'failed', dead))] }, 'globex'],
    ['EC2 never lists it again', { Decide: [payload(ending('appearance', 'gone', dead))] }, 'globex'],
  ])('%s - given back, then recorded', async (_situation, script, customerId) => {
    const ran = await admit({ ...ACCEPT, ...GIVEN_BACK, ...script });

    expect(onlyAttempt(ran, 'Give the place back').arguments).toEqual({
      TableName: 'ledger-table',
      Key: placesOf(customerId),
      UpdateExpression: 'REMOVE places.#me',
      ConditionExpression: 'attribute_exists(places.#me)',
      ExpressionAttributeNames: { '#me': ENDPOINT_ID },
    });
    expect(ran.path.slice(-6)).toEqual([
      'Give the place back',
      'Record',
      'Publish',
      'Wait or let go',
      'Release the admission',
      'Done',
    ]);
  });

  it('was never taken, or was given back - recorded all the same', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(ending('record', 'gone', dead))],
      'Give the place back': [failing(CONDITION_FAILED)],
    });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'gone' } });
    expect(attemptsByState(ran)).toMatchObject({ Record: 1, Publish: 1 });
  });

  it('it got in - kept, and recorded with its customer', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(ending('record', 'accepted', anIntent()))] });

    expect(attemptsByState(ran)).not.toHaveProperty('Give the place back');
    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({
      Item: { customerId: { S: 'acme' }, outcome: { S: 'accepted' } },
    });
  });

  it('nobody knows yet whether it is gone - kept while it is looked for', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(ending('appearance', 'gone', dead)), payload(decision())],
    });

    expect(attemptsByState(ran)).not.toHaveProperty('Give the place back');
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
  });
});

/** The look after a telling: `Decide` says what the run told. */
const NOTHING_MORE = payload({ ...unplanned('nothing'), told: 2 });

describe('what is recorded and was not told', () => {
  it('is told as it was recorded, and looked at once more; nothing else is done', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(telling()), NOTHING_MORE] });

    expect(ran.path).toEqual([
      'Check the input',
      'Take the admission',
      'Decide',
      'Go by its need',
      'Publish',
      'Wait or let go',
      'Decide',
      'Go by its need',
      'Release the admission',
      'Done',
    ]);
    expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({
      Entries: [
        {
          DetailType: 'Connection Accepted',
          Detail: {
            ...INPUT,
            outcome: 'accepted',
            code: 'entitled',
            action: 'what you can do',
            sentence: 'What we said then; what you can do.',
            customerId: 'acme',
            generation: 2,
            dnsNames: telling().connection.dnsNames,
          },
        },
      ],
    });
    expect(ran.output).toEqual({ need: 'nothing' });
  });

  it.each([
    ['rejected', 'Connection Refused'],
    ['gone', 'Connection Gone'],
    ['overtaken', 'Connection Overtaken'],
    ['failed', 'Connection Failed'],
  ] as const)('%s - as %s, of an endpoint that EC2 lists no more', async (outcome, detailType) => {
    const { connection: _gone, ...unlisted } = telling({ outcome });
    const ran = await admit({ ...ACCEPT, Decide: [payload(unlisted), NOTHING_MORE] });

    expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({
      Entries: [{ DetailType: detailType, Detail: { outcome, dnsNames: [], generation: 2 } }],
    });
  });

  it('is told for good: the release says so', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(telling()), NOTHING_MORE] });

    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression:
        'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt, #current',
      ExpressionAttributeValues: { ':told': { N: '2' } },
    });
  });

  it('the bus does not take it for good - failed, and the release does not say that it was told', async () => {
    for (const Decide of [[payload(telling())], [payload(decision())]]) {
      const ran = await admit({ ...ACCEPT, Decide, Publish: [failing('EventBridge.FailedEntry', 'no')] });

      expect(ran).toMatchObject({ status: 'FAILED', error: 'EventBridge.FailedEntry' });
      expect(attemptsByState(ran)).not.toHaveProperty('Release the admission');
    }
  });

  it('is another’s decision - the release says what was told before, so that the next run tells', async () => {
    const history = aHistory('held');
    const Decide = [payload(decision({}, { history }))];
    const toldBy = async (script: Script) =>
      onlyAttempt(await admit({ ...ACCEPT, Decide, ...script }), 'Release the admission').arguments;

    await expect(toldBy({ Record: [failing(CONDITION_FAILED)] })).resolves.toMatchObject({
      ExpressionAttributeValues: { ':told': { N: '1' } },
    });
    await expect(toldBy({})).resolves.toMatchObject({ ExpressionAttributeValues: { ':told': { N: '2' } } });
  });
});

describe('a customer that left', () => {
  it('is seen to be over - its place is freed, and nobody is told', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(departure()), payload(unplanned('nothing'))],
      'Free the place': [{}],
    });

    expect(onlyAttempt(ran, 'Free the place')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: placesOf('acme'),
        UpdateExpression: 'REMOVE places.#me',
        ConditionExpression: 'attribute_exists(places.#me)',
        ExpressionAttributeNames: { '#me': ENDPOINT_ID },
      },
    });
    expect(ran.path.slice(3)).toEqual([
      'Go by its need',
      'Free the place',
      'Decide',
      'Go by its need',
      'Release the admission',
      'Done',
    ]);
    expect(ran.seconds).toBe(0);
    expect(ran.output).toEqual({ need: 'nothing' });
  });

  it('was let in by a run that died before it told - that is told, then its place is freed', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(telling()), payload({ ...departure(), told: 2 }), NOTHING_MORE],
      'Free the place': [{}],
    });

    expect(ran.attempts.map(({ state }) => state).slice(1)).toEqual([
      ...['Decide', 'Publish', 'Decide', 'Free the place', 'Decide', 'Release the admission'],
    ]);
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      ExpressionAttributeValues: { ':told': { N: '2' } },
    });
  });

  it('is not listed - its place is freed after five more looks', async () => {
    const unseen = Array.from({ length: 6 }, () => payload(departure(false)));
    const ran = await admit({
      ...ACCEPT,
      Decide: [...unseen, payload(unplanned('nothing'))],
      'Free the place': [{}],
    });

    expect(onlyAttempt(ran, 'Free the place').at).toBe(75);
    expect(attemptsByState(ran)).toMatchObject({ Decide: 7 });
  });

  it('was not listed, and is listed after all - its place is kept', async () => {
    const nothing = { need: 'nothing', told: 1, wakes: 0 };
    const ran = await admit({ ...ACCEPT, Decide: [payload(departure(false)), payload(nothing)] });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 15 });
    expect(attemptsByState(ran)).not.toHaveProperty('Free the place');
  });

  it('has its place freed already - done', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(departure())],
      'Free the place': [failing(CONDITION_FAILED)],
    });

    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.path.slice(-2)).toEqual(['Release the admission', 'Done']);
  });
});

it('an answer that comes to another end than planned gives the place back that the plan took', async () => {
  const ran = await admit({ ...ACCEPT, ...GIVEN_BACK, Answer: [payload(settled('overtaken', { state: 'rejected' }))] });

  expect(onlyAttempt(ran, 'Give the place back').arguments).toMatchObject({ Key: placesOf('acme') });
});
