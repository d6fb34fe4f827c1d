import { describe, expect, it } from 'vitest';
import { aHistory, anIntent, aService, ENDPOINT_ID, entitled, found, SERVICE_ID } from '../support/builders.ts';
import {
  ACCEPT,
  ACCEPTED,
  admit,
  askedIn,
  attemptsByState,
  CONDITION_FAILED,
  decision,
  failing,
  INPUT,
  ME,
  moment,
  onlyAttempt,
  payload,
  queuedTokenIn,
  REJECTED,
  settled,
  superseded,
  unplanned,
  unsettled,
  wokenAfter,
} from './admission.ts';

const PLACES_KEY = { pk: { S: `ENTITLEMENT#${SERVICE_ID}#acme` }, sk: { S: 'PLACES' } };
/** A request that a person has to approve. */
const MANUAL = { candidates: [entitled({ approval: 'manual' })] };
const REJECT = { ...ACCEPT, Decide: [payload(decision({ candidates: [] }))], Answer: [payload(REJECTED)] };

const QUOTA_TOLD = [{ generation: 1, outcome: 'held', code: 'quota-reached', verdict: 'hold' }] as const;

describe('places', () => {
  it('are opened by the first request of an entitlement, which does no harm twice', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(decision({}, { placesOpen: [] }))],
      'Open the places': [{}],
    });

    expect(onlyAttempt(ran, 'Open the places')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: PLACES_KEY,
        UpdateExpression: 'SET places = if_not_exists(places, :none), #current = :yes',
        ExpressionAttributeValues: { ':none': { M: {} } },
      },
    });
    expect(ran.path.slice(4, 8)).toEqual(['Note the intent', 'Act on the plan', 'Open the places', 'Take a place']);
  });

  it('are taken one by one, up to the contract’s number; ours already is ours', async () => {
    const four = decision({ candidates: [entitled({ maxEndpoints: 4 }, { taken: 3, mine: false })] });
    const ran = await admit({ ...ACCEPT, Decide: [payload(four)] });

    expect(onlyAttempt(ran, 'Take a place')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: PLACES_KEY,
        UpdateExpression: 'SET places.#me = :mine',
        ConditionExpression: 'attribute_exists(places.#me) OR size(places) < :max',
        ExpressionAttributeNames: { '#me': ENDPOINT_ID },
        ExpressionAttributeValues: {
          ':max': { N: '4' },
          ':mine': { M: { execution: { S: ME }, takenAt: { S: moment() } } },
        },
      },
    });
  });

  const LOST = {
    ...ACCEPT,
    Decide: [payload(decision()), payload(unplanned('nothing'))],
    'Take a place': [failing(CONDITION_FAILED)],
    Hold: [wokenAfter(60)],
  };

  it('the last one went to another - held instead, as was decided for that case; nothing is answered', async () => {
    const ran = await admit(LOST);

    expect(ran.path.slice(6)).toEqual([
      'Take a place',
      'Act without a place',
      'Record',
      'Publish',
      'Wait or let go',
      'Hold',
      'Decide',
      'Go by its need',
      'Release the admission',
      'Done',
    ]);
    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({
      Item: { verdict: { S: 'hold' }, code: { S: 'quota-reached' }, outcome: { S: 'held' } },
    });
    expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({
      Entries: [{ DetailType: 'Connection Held', Detail: { code: 'quota-reached', outcome: 'held' } }],
    });
  });

  it('the last one went to another, and the policy rejects then - rejected, and no place is given back', async () => {
    const rejecting = decision({ service: found(aService({ 'quota-reached': 'reject' })) });
    const ran = await admit({ ...LOST, Decide: [payload(rejecting)], Answer: [payload(REJECTED)] });

    expect(ran.path.slice(6, 13)).toEqual([
      'Take a place',
      'Act without a place',
      'Note the intent',
      'Act on the plan',
      'Answer',
      'Look at the end',
      'Record',
    ]);
    expect(askedIn(onlyAttempt(ran, 'Answer'))).toMatchObject({ verdict: 'reject' });
    expect(ran.output).toMatchObject({ verdict: 'reject', code: 'quota-reached', outcome: 'rejected' });
  });

  it('the last one went to another, as the ledger says already - nobody is told twice', async () => {
    const Decide = [payload(decision({}, { history: QUOTA_TOLD })), payload(unplanned('nothing'))];
    const ran = await admit({ ...LOST, Decide });

    expect(ran.path.slice(6, 10)).toEqual(['Take a place', 'Act without a place', 'Hold', 'Decide']);
    expect(attemptsByState(ran)).not.toHaveProperty('Publish');
  });

  it('the last one went to another, and a run that died has a place for another customer - that is freed first', async () => {
    const intent = anIntent({ customerId: 'globex', generation: 2 });
    const Decide = [payload(decision({}, { history: QUOTA_TOLD, intent })), payload(unplanned('nothing'))];
    const ran = await admit({ ...LOST, Decide, 'Free the place': [{}] });

    expect(ran.path.slice(6, 9)).toEqual(['Take a place', 'Act without a place', 'Free the place']);
    expect(onlyAttempt(ran, 'Free the place').arguments).toMatchObject({
      Key: { pk: { S: `ENTITLEMENT#${SERVICE_ID}#globex` } },
    });
  });

  it('the last one went to another, and that place was freed before - freed once only', async () => {
    const again = decision({}, { history: QUOTA_TOLD, intent: anIntent({ customerId: 'globex', generation: 2 }) });
    const ran = await admit({
      ...LOST,
      Decide: [payload(again), payload(again), payload(unplanned('nothing'))],
      'Free the place': [failing(CONDITION_FAILED)],
    });

    expect(attemptsByState(ran)).toMatchObject({ 'Take a place': 2, 'Free the place': 1, Hold: 1 });
  });

  it('the last one went to another, and nobody waits any more - let go', async () => {
    const history = [{ ...QUOTA_TOLD[0], code: 'hold-expired' }];
    const overdue = decision({ heldSince: '2026-11-01T00:00:00.000Z' }, { history });
    const ran = await admit({ ...LOST, Decide: [payload(overdue)] });

    expect(ran.path.slice(6)).toEqual(['Take a place', 'Act without a place', 'Release the admission', 'Done']);
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression:
        'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt, intent',
    });
  });

  it('the last one went to another, where a rejection is only observed - observed, and nothing is answered', async () => {
    const watched = decision({
      service: found(aService({ 'quota-reached': 'reject' })),
      modes: { accept: 'enforce', reject: 'observe' },
    });
    const ran = await admit({ ...LOST, Decide: [payload(watched)] });

    expect(ran.path.slice(6, 10)).toEqual(['Take a place', 'Act without a place', 'Record', 'Publish']);
    expect(ran.output).toMatchObject({ verdict: 'reject', outcome: 'observed' });
  });

  it.each([
    ['gone', undefined],
    ['gone', 'deleted'],
    ['overtaken', 'rejected'],
    ['failed', 'failed'],
  ] as const)(
    'are given back where it ended as %s, EC2 showing %s: whichever execution took it',
    async (outcome, state) => {
      const shown = state === undefined ? {} : { state };
      const ran = await admit({
        ...ACCEPT,
        Answer: [payload(settled(outcome, shown))],
        'Give the place back': [{}],
      });

      expect(onlyAttempt(ran, 'Give the place back')).toMatchObject({
        action: 'dynamodb:updateItem',
        arguments: {
          TableName: 'ledger-table',
          Key: PLACES_KEY,
          UpdateExpression: 'REMOVE places.#me',
          ConditionExpression: 'attribute_exists(places.#me)',
          ExpressionAttributeNames: { '#me': ENDPOINT_ID },
        },
      });
      expect(ran.path.slice(7, 11)).toEqual(['Answer', 'Look at the end', 'Give the place back', 'Record']);
      expect(ran.output).toMatchObject({ verdict: 'accept', outcome });
    },
  );

  it('given back already - recorded all the same', async () => {
    const ran = await admit({
      ...ACCEPT,
      Answer: [payload(settled('gone'))],
      'Give the place back': [failing(CONDITION_FAILED)],
    });

    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.output).toMatchObject({ outcome: 'gone', code: 'endpoint-gone' });
  });
});

describe('the answer', () => {
  it('is asked for in the queue, with all that its reader needs to give it or to leave it', async () => {
    const ran = await admit(ACCEPT);
    const attempt = onlyAttempt(ran, 'Answer');

    expect(attempt).toMatchObject({
      action: 'sqs:sendMessage',
      arguments: { QueueUrl: 'https://sqs.us-west-2.amazonaws.com/123456789012/answers' },
    });
    expect(queuedTokenIn(attempt.arguments)).toMatch(/^\S{20,}$/);
    expect(askedIn(attempt)).toEqual({
      ...INPUT,
      owner: '222222222222',
      verdict: 'accept',
      ends: 'request',
      placeOf: 'acme',
      modesVersion: 0,
      wakes: 0,
      execution: ME,
      absences: 0,
      freshUntil: null,
      deadline: moment(60 * 60),
    });
    expect(attemptsByState(ran)).toMatchObject({ 'Take a place': 1, Record: 1, Publish: 1 });
  });

  it('is asked for again every 20 seconds as long as EC2 does not list the endpoint, or does not act', async () => {
    const slow = [unsettled('not listed'), unsettled('pendingAcceptance'), ACCEPTED].map(payload);
    const ran = await admit({ ...ACCEPT, Answer: slow });

    expect(ran.attempts.filter(({ state }) => state === 'Answer').map(({ at }) => at)).toEqual([0, 20, 40]);
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
    expect(attemptsByState(ran)).toMatchObject({ 'Take a place': 1, Record: 1, Publish: 1 });
  });

  it('is never heard of for a quarter of an hour - the message is taken for lost, and another is sent', async () => {
    const ran = await admit({ ...ACCEPT, Answer: [{ MessageId: 'lost' }, payload(ACCEPTED)] });
    const [first, second] = ran.attempts.filter(({ state }) => state === 'Answer');

    expect(first?.at).toBe(0);
    expect(second?.at).toBeGreaterThan(900);
    expect(second?.at).toBeLessThanOrEqual(902);
    expect(queuedTokenIn(second?.arguments)).not.toBe(queuedTokenIn(first?.arguments));
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
  });

  it('is never heard of however often it is asked for - recorded, and failed as States.Timeout', async () => {
    const ran = await admit({ ...ACCEPT, Answer: [{ MessageId: 'lost' }] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(attemptsByState(ran)).toMatchObject({ Answer: 7, 'Record the failure': 1 });
  });

  it('comes too late for its reader - NotSettled', async () => {
    const overdue = payload(unsettled('pending', { isOverdue: true }));
    const ran = await admit({ ...ACCEPT, Answer: [overdue] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', cause: `${ENDPOINT_ID} is still pending` });
    expect(attemptsByState(ran)).toMatchObject({ Answer: 1, 'Record the failure': 1 });
  });

  it('counts the empty listings in a row: one that is not empty begins anew', async () => {
    const listings = ['not listed', 'not listed', 'pending', 'not listed', 'not listed', 'not listed'];
    const ran = await admit({
      ...ACCEPT,
      Answer: [...listings.map((state) => unsettled(state)), settled('gone')].map(payload),
      'Give the place back': [{}],
    });

    const counts = ran.attempts.filter(({ state }) => state === 'Answer').map((attempt) => askedIn(attempt).absences);
    expect(counts).toEqual([0, 1, 2, 0, 1, 2, 3]);
    expect(ran.output).toMatchObject({ outcome: 'gone' });
  });

  it('never comes, and EC2 refused it - NotSettled says what EC2 said', async () => {
    const refused = unsettled('pendingAcceptance', {
      unsuccessful: 'InvalidState: AWS documents no code.',
    });
    const ran = await admit({ ...ACCEPT, Answer: [payload(refused), payload(unsettled('pendingAcceptance'))] });
    const cause = `${ENDPOINT_ID} is still pendingAcceptance. EC2 said: InvalidState: AWS documents no code.`;

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', cause });
    expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({ Item: { cause: { S: cause } } });
  });

  it('comes with the last look - recorded', async () => {
    const slow = [...Array.from({ length: 30 }, () => payload(unsettled('pending'))), payload(ACCEPTED)];
    const ran = await admit({ ...ACCEPT, Answer: slow });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 600 });
  });

  it('never comes - NotSettled is recorded after ten minutes; the place and the admission are left', async () => {
    const ran = await admit({ ...ACCEPT, Answer: [payload(unsettled('pending'))] });

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotSettled',
      cause: `${ENDPOINT_ID} is still pending`,
      seconds: 600,
    });
    expect(attemptsByState(ran)).toEqual({
      'Take the admission': 1,
      Decide: 1,
      'Note the intent': 1,
      'Take a place': 1,
      Answer: 31,
      'Record the failure': 1,
    });
    expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({
      Item: {
        error: { S: 'NotSettled' },
        cause: { S: `${ENDPOINT_ID} is still pending` },
        recordedAt: { S: moment(600) },
      },
    });
  });

  it.each(['accept', 'reject'] as const)('to %s is the same wait', async (verdict) => {
    const script = verdict === 'accept' ? ACCEPT : REJECT;
    const ran = await admit({ ...script, Answer: [payload(unsettled('pendingAcceptance')), ...(script.Answer ?? [])] });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 20 });
  });

  it('was refused by EC2 at first - what EC2 said then is in the record', async () => {
    const refused = unsettled('pendingAcceptance', {
      unsuccessful: 'InvalidState: AWS documents no code.',
    });
    const ran = await admit({ ...ACCEPT, Answer: [refused, unsettled('pending'), ACCEPTED].map(payload) });

    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({
      Item: { unsuccessful: { S: 'InvalidState: AWS documents no code.' }, outcome: { S: 'accepted' } },
    });
  });

  it('was refused by EC2 twice - the last words count', async () => {
    const said = (code: string) => unsettled('pendingAcceptance', { unsuccessful: `${code}: no.` });
    const ran = await admit({ ...ACCEPT, Answer: [said('First'), said('Second'), ACCEPTED].map(payload) });

    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({ Item: { unsuccessful: { S: 'Second: no.' } } });
  });
});

describe('an answer that holds no more', () => {
  const OBSERVED = decision({ modes: { accept: 'observe', reject: 'observe' } }, { modesVersion: 8 });

  it('is decided again, and nothing is recorded of the first', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(decision({}, { modesVersion: 7 })), payload(OBSERVED)],
      Answer: [payload(superseded())],
    });

    expect(ran.path.slice(7, 12)).toEqual(['Answer', 'Look at the end', 'Decide', 'Go by its need', 'Record']);
    expect(askedIn(onlyAttempt(ran, 'Answer'))).toMatchObject({ modesVersion: 7 });
    expect(ran.output).toMatchObject({ verdict: 'accept', outcome: 'observed', generation: 1 });
    expect(onlyAttempt(ran, 'Record').arguments).not.toHaveProperty('Item.after');
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression:
        'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt, intent',
    });
  });

  it('is answered under the modes that hold then', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [7, 8].map((modesVersion) => payload(decision({}, { modesVersion }))),
      Answer: [payload(superseded()), payload(ACCEPTED)],
    });

    expect(ran.attempts.filter(({ state }) => state === 'Answer').map(askedIn)).toMatchObject([
      { modesVersion: 7 },
      { modesVersion: 8 },
    ]);
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
  });

  it('leaves no word of EC2’s from the answer before it', async () => {
    const ran = await admit({
      ...ACCEPT,
      Answer: [
        payload(unsettled('pendingAcceptance', { unsuccessful: 'InvalidState: no.' })),
        payload(superseded()),
        payload(ACCEPTED),
      ],
    });

    expect(onlyAttempt(ran, 'Record').arguments).not.toHaveProperty('Item.unsuccessful');
  });

  it('has its patience anew: what EC2 took before is not counted', async () => {
    const slow = Array.from({ length: 30 }, () => payload(unsettled('pending')));
    const ran = await admit({ ...ACCEPT, Answer: [...slow, payload(superseded()), ...slow, payload(ACCEPTED)] });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 1200 });
  });

  it('gives a place back that was taken since one was freed', async () => {
    const freed = decision(MANUAL, { history: aHistory('held'), intent: anIntent({ generation: 2 }) });
    const ran = await admit({
      ...ACCEPT,
      Decide: [freed, decision({}, { history: aHistory('held') }), freed, unplanned('nothing')].map(payload),
      'Free the place': [{}],
      Answer: [payload(superseded())],
    });

    expect(ran.attempts.map(({ state }) => state)).toEqual([
      'Take the admission',
      'Decide',
      'Free the place',
      'Decide',
      'Note the intent',
      'Take a place',
      'Answer',
      'Decide',
      'Free the place',
      'Decide',
      'Release the admission',
    ]);
  });

  it('a hundred times - NotSettled', async () => {
    const ran = await admit({ ...ACCEPT, Answer: [payload(superseded())] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', seconds: 0 });
    expect(attemptsByState(ran)).toMatchObject({ Decide: 102, Answer: 101 });
    expect(ran.historyEvents).toBeLessThan(25_000);
  });
});
