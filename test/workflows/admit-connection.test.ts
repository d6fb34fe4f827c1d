import { describe, expect, it } from 'vitest';
import { aCandidate, aConnection, aHistory, entitled, found, SERVICE_ID } from '../support/builders.ts';
import {
  ACCEPT,
  ACCEPTED,
  admit,
  askedIn,
  attemptsByState,
  BASIS,
  CONDITION_FAILED,
  decision,
  ending,
  failing,
  ME,
  moment,
  OTHER,
  onlyAttempt,
  payload,
  REJECTED,
  REQUEST,
  unplanned,
} from './admission.ts';

const ADMISSION_KEY = { pk: { S: REQUEST }, sk: { S: 'ADMISSION' } };

/** A request that a person has to approve. */
const MANUAL = { candidates: [entitled({ approval: 'manual' })] };
/** The same, after nobody did in time. */
const OVERDUE = { ...MANUAL, heldSince: '2026-11-01T00:00:00.000Z' };

describe('the admission', () => {
  const woken = {
    Attributes: { ...ADMISSION_KEY, execution: { S: OTHER }, status: { S: 'running' }, wakes: { N: '1' } },
  };
  const HELD = {
    ...ACCEPT,
    'Take the admission': [failing(CONDITION_FAILED)],
    'Wake its holder': [woken],
    'Look at its execution': [{ Status: 'RUNNING' }],
    'Take over the admission': [{}],
  };

  it('is taken where nobody has it, or we have', async () => {
    const ran = await admit(ACCEPT);

    expect(onlyAttempt(ran, 'Take the admission')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: ADMISSION_KEY,
        UpdateExpression:
          'SET execution = :me, #status = :running, takenAt = :now, wakes = if_not_exists(wakes, :zero), #current = :yes REMOVE waiting',
        ConditionExpression: 'attribute_not_exists(pk) OR #status = :done OR execution = :me',
        ExpressionAttributeNames: { '#status': 'status', '#current': 'current' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':running': { S: 'running' },
          ':yes': { S: 'yes' },
          ':done': { S: 'done' },
          ':now': { S: moment() },
          ':zero': { N: '0' },
        },
      },
    });
  });

  it('is held by an execution that runs - told to look again, and left to it: nothing is decided', async () => {
    const ran = await admit(HELD);

    expect(ran.output).toEqual({ need: 'nothing', holder: OTHER });
    expect(ran.path.slice(1)).toEqual([
      'Take the admission',
      'Wake its holder',
      'Look at its execution',
      'Leave it or take over',
      'In other hands',
    ]);
    expect(onlyAttempt(ran, 'Wake its holder')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: ADMISSION_KEY,
        UpdateExpression: 'ADD wakes :one',
        ConditionExpression: '#status = :running',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':one': { N: '1' }, ':running': { S: 'running' } },
        ReturnValues: 'ALL_NEW',
      },
    });
    expect(onlyAttempt(ran, 'Look at its execution')).toMatchObject({
      action: 'sfn:describeExecution',
      arguments: { ExecutionArn: OTHER },
    });
  });

  it.each([
    ['FAILED', { Status: 'FAILED' }],
    ['TIMED_OUT', { Status: 'TIMED_OUT' }],
    ['ABORTED', { Status: 'ABORTED' }],
    ['SUCCEEDED, its release lost', { Status: 'SUCCEEDED' }],
    ['PENDING_REDRIVE', { Status: 'PENDING_REDRIVE' }],
    ['no more, after 90 days', failing('Sfn.ExecutionDoesNotExistException')],
  ])('is held by an execution that is %s - taken over, from that holder only', async (_status, reply) => {
    const ran = await admit({ ...HELD, 'Look at its execution': [reply] });

    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.path).toContain('Decide');
    expect(onlyAttempt(ran, 'Take over the admission')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: ADMISSION_KEY,
        UpdateExpression: 'SET execution = :me, #status = :running, takenAt = :now, #current = :yes REMOVE waiting',
        ConditionExpression: 'execution = :holder OR execution = :me',
        ExpressionAttributeNames: { '#status': 'status', '#current': 'current' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':holder': { S: OTHER },
          ':running': { S: 'running' },
          ':yes': { S: 'yes' },
          ':now': { S: moment() },
        },
      },
    });
  });

  it('is taken over by a third at the same moment - left to it', async () => {
    const ran = await admit({
      ...HELD,
      'Look at its execution': [{ Status: 'FAILED' }],
      'Take over the admission': [failing(CONDITION_FAILED)],
    });

    expect(ran.output).toMatchObject({ need: 'nothing' });
    expect(ran.path.at(-1)).toBe('In other hands');
    expect(ran.path).not.toContain('Decide');
  });

  it('is released, by us only, with what was told, if nobody came since we looked', async () => {
    const woken = decision({}, { wakes: 3 });

    expect(onlyAttempt(await admit({ ...ACCEPT, Decide: [payload(woken)] }), 'Release the admission')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: ADMISSION_KEY,
        UpdateExpression: 'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt',
        ConditionExpression: 'execution = :me AND wakes = :wakes',
        ExpressionAttributeNames: { '#status': 'status', '#last': 'last' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':basis': { S: BASIS },
          ':last': {
            M: {
              outcome: { S: 'accepted' },
              code: { S: 'entitled' },
              generation: { N: '1' },
              recordedAt: { S: moment() },
              customerId: { S: 'acme' },
            },
          },
          ':done': { S: 'done' },
          ':told': { N: '1' },
          ':wakes': { N: '3' },
        },
      },
    });
  });

  it('was taken over meanwhile - whoever did keeps it and looks again, and we end well', async () => {
    const ran = await admit({
      ...HELD,
      'Take the admission': [{}, failing(CONDITION_FAILED)],
      'Release the admission': [failing(CONDITION_FAILED)],
    });

    expect(ran.output).toEqual({ need: 'nothing', holder: OTHER });
    expect(ran.path.slice(-6)).toEqual([
      'Release the admission',
      'Take the admission',
      'Wake its holder',
      'Look at its execution',
      'Leave it or take over',
      'In other hands',
    ]);
  });
});

describe('what a request needs', () => {
  const DECIDED = ['Check the input', 'Take the admission', 'Decide', 'Go by its need'];
  const ACTED = ['Note the intent', 'Act on the plan'];
  const RELEASED = ['Release the admission', 'Done'];
  const TOLD = ['Record', 'Publish', 'Wait or let go', ...RELEASED];

  it('nothing - released', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(unplanned('nothing'))] });

    expect(ran.path).toEqual([...DECIDED, ...RELEASED]);
    expect(ran.output).toEqual({ need: 'nothing' });
  });

  it('an acceptance - a place, the answer, the record, the event', async () => {
    const ran = await admit(ACCEPT);

    expect(ran.path).toEqual([...DECIDED, ...ACTED, 'Take a place', 'Answer', 'Look at the end', ...TOLD]);
    expect(ran.output).toEqual({
      need: 'decision',
      verdict: 'accept',
      code: 'entitled',
      sentence: expect.stringContaining('We accepted your endpoint'),
      outcome: 'accepted',
      generation: 1,
    });
  });

  it('a rejection - no place', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(decision({ candidates: [] }))],
      Answer: [payload(REJECTED)],
    });

    expect(ran.path).toEqual([...DECIDED, ...ACTED, 'Answer', 'Look at the end', ...TOLD]);
    expect(askedIn(onlyAttempt(ran, 'Answer'))).toMatchObject({ verdict: 'reject', ends: 'request', placeOf: null });
    expect(ran.output).toMatchObject({ verdict: 'reject', code: 'requester-unknown', outcome: 'rejected' });
  });

  it('a hold whose time is up - no answer, and nobody waits', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(decision(OVERDUE))] });

    expect(ran.path).toEqual([...DECIDED, ...TOLD]);
    expect(ran.output).toMatchObject({ verdict: 'hold', code: 'hold-expired', outcome: 'held', generation: 1 });
  });

  it('the same of it again - nobody is told twice', async () => {
    const history = [
      { generation: 1, outcome: 'held', code: 'hold-expired', verdict: 'hold', proposed: 'accept' },
    ] as const;
    const ran = await admit({ ...ACCEPT, Decide: [payload(decision(OVERDUE, { history }))] });

    expect(ran.path).toEqual([...DECIDED, ...RELEASED]);
    expect(ran.output).toMatchObject({ verdict: 'hold', code: 'hold-expired', generation: 2 });
  });

  it('held before, accepted now - told under the next generation', async () => {
    const now = decision({}, { history: aHistory('held') });
    const ran = await admit({ ...ACCEPT, Decide: [payload(now)] });

    expect(ran.output).toMatchObject({ outcome: 'accepted', generation: 2 });
    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({ Item: { sk: { S: 'DECISION#0002' } } });
  });

  it.each(['accepted', 'gone', 'overtaken', 'failed'] as const)(
    'the record of an end: %s - no answer',
    async (outcome) => {
      const ran = await admit({ ...ACCEPT, Decide: [payload(ending('record', outcome))] });

      expect(ran.path).toEqual([...DECIDED, ...TOLD]);
      expect(ran.output).toMatchObject({ need: 'record', verdict: 'none', outcome });
    },
  );

  it('its appearance, which comes - decided', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(ending('appearance', 'gone')), payload(decision())] });

    expect(attemptsByState(ran)).toMatchObject({ Decide: 2, Answer: 1 });
    expect(ran.seconds).toBe(15);
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
  });

  it('its appearance, which never comes - recorded as gone after five more looks', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(ending('appearance', 'gone'))] });

    expect(ran.attempts.filter(({ state }) => state === 'Decide').map(({ at }) => at)).toEqual([0, 15, 30, 45, 60, 75]);
    expect(ran.output).toMatchObject({ need: 'appearance', outcome: 'gone', code: 'endpoint-gone' });
  });

  const contradiction = unplanned('another-look', 'the ledger says rejected');

  it('another look, and then something else - done', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(contradiction), payload(unplanned('nothing'))] });

    expect(ran.seconds).toBe(15);
    expect(ran.path.slice(-3)).toEqual(['Go by its need', ...RELEASED]);
  });

  it('another look for ten minutes - NotSettled, with what contradicts what; the admission is left', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(contradiction)] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', cause: contradiction.because, seconds: 600 });
    expect(attemptsByState(ran)).toEqual({ 'Take the admission': 1, Decide: 41, 'Record the failure': 1 });
  });
});

it('a customer by claim, in another region, whose places were never opened - the whole way', async () => {
  const connection = aConnection({ region: 'eu-west-1' });
  const claimed = aCandidate({
    matchedBy: 'endpoint',
    entitlement: found({
      customerId: 'acme',
      serviceId: SERVICE_ID,
      regions: ['eu-west-1'],
      maxEndpoints: 1,
      approval: 'automatic',
    }),
  });
  const ran = await admit({
    ...ACCEPT,
    Decide: [payload(decision({ connection, candidates: [claimed] }, { placesOpen: [] }))],
    'Open the places': [{}],
    Answer: [payload(ACCEPTED)],
  });

  expect(ran.output).toMatchObject({ verdict: 'accept', outcome: 'accepted' });
  expect(ran.attempts.map(({ state }) => state)).toEqual([
    'Take the admission',
    'Decide',
    'Note the intent',
    'Open the places',
    'Take a place',
    'Answer',
    'Record',
    'Publish',
    'Release the admission',
  ]);
});
