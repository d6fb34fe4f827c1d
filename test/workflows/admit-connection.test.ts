import { describe, expect, it } from 'vitest';
import { aCandidate, aConnection, aHistory, ENDPOINT_ID, entitled, found, SERVICE_ID } from '../support/builders.ts';
import {
  ACCEPT,
  ACCEPTED,
  admit,
  attemptsByState,
  CONDITION_FAILED,
  decision,
  ending,
  failing,
  INPUT,
  ME,
  moment,
  OTHER,
  onlyAttempt,
  payload,
  REJECTED,
  REQUEST,
} from './admission.ts';
import { filesOf, textOf } from './support.ts';

const ADMISSION_KEY = { pk: { S: REQUEST }, sk: { S: 'ADMISSION' } };

/** A request that a person has to approve. */
const MANUAL = { candidates: [entitled({ approval: 'manual' })] };

describe('the input', () => {
  it.each([
    ['nothing in it', {}],
    ['no service', { vpcEndpointId: ENDPOINT_ID }],
    ['no endpoint', { serviceId: SERVICE_ID }],
    ['the ids exchanged', { serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID }],
    ['nine digits', { ...INPUT, vpcEndpointId: 'vpce-0a1b2c3d4' }],
    ['an id and more', { ...INPUT, vpcEndpointId: `${ENDPOINT_ID}#x` }],
    ['an id in a list', { ...INPUT, vpcEndpointId: [ENDPOINT_ID] }],
    ['an id in an object', { ...INPUT, serviceId: { id: SERVICE_ID } }],
    ['a number', { ...INPUT, serviceId: 7 }],
    ['a null', { ...INPUT, serviceId: null }],
    ['a field that nobody reads', { ...INPUT, force: true }],
    ['a dry run misspelt', { ...INPUT, dryrun: true }],
    ['a dry run in words', { ...INPUT, dryRun: 'true' }],
    ['a dry run that is null', { ...INPUT, dryRun: null }],
    ['a list', [INPUT]],
    ['an empty list', []],
    ['a text', JSON.stringify(INPUT)],
    ['a number alone', 7],
    ['true', true],
    ['null', null],
  ])('%s - refused in words, with what came; nothing is called', async (_situation, input) => {
    const { status, error, cause, path, attempts } = await admit({}, input);

    expect({ status, error, path, attempts }).toEqual({
      status: 'FAILED',
      error: 'Malformed',
      path: ['Check the input', 'Refuse the input'],
      attempts: [],
    });
    expect(cause).toMatch(
      /^Give \{"serviceId": "vpce-svc-\.\.\.", "vpcEndpointId": "vpce-\.\.\."\} and, for a plan only, /,
    );
    expect(cause?.endsWith(`Got: ${typeof input === 'string' ? input : JSON.stringify(input)}`)).toBe(true);
  });

  it('one without an end - 500 characters of it are shown', async () => {
    const { cause } = await admit({}, { note: 'x'.repeat(10_000) });

    expect(cause?.replace(/^.* Got: /, '')).toBe(`{"note":"${'x'.repeat(491)}`);
  });

  it.each([
    ['two ids', INPUT],
    ['two ids of the old length', { serviceId: 'vpce-svc-0a1b2c3d', vpcEndpointId: 'vpce-0a1b2c3d' }],
    ['no dry run, in so many words', { ...INPUT, dryRun: false }],
  ])('%s - taken', async (_situation, input) => {
    const { status, path } = await admit(ACCEPT, input);

    expect(status).toBe('SUCCEEDED');
    expect(path.slice(0, 3)).toEqual(['Check the input', 'Take the admission', 'Decide']);
  });

  it.each(filesOf('examples/admit-connection/'))('the example %s - taken', async (file) => {
    const input = JSON.parse(textOf(`examples/admit-connection/${file}`));
    const { status, path } = await admit({ ...ACCEPT, 'Plan only': [payload(decision())] }, input);

    expect(status).toBe('SUCCEEDED');
    expect(path[1]).toBe(input.dryRun === true ? 'Plan only' : 'Take the admission');
  });
});

describe('a dry run', () => {
  const DRY = { ...INPUT, dryRun: true };
  const decided = decision();

  it('decides and shows the plan, and calls nothing else', async () => {
    const ran = await admit({ 'Plan only': [payload(decided)] }, DRY);
    const { item: _record, ...plan } = decided.plan as Record<string, unknown>;

    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Show the plan']);
    expect(ran.attempts).toEqual([
      { state: 'Plan only', action: 'lambda:invoke', arguments: { FunctionName: 'decide:7', Payload: INPUT }, at: 0 },
    ]);
    expect(ran.output).toEqual({
      dryRun: true,
      need: 'decision',
      because: null,
      plan,
      connection: JSON.parse(JSON.stringify(decided.connection)),
    });
  });

  it.each([
    ['that needs nothing', { need: 'nothing' }, null],
    [
      'that contradicts the ledger',
      { need: 'another-look', because: 'the ledger says rejected' },
      'the ledger says rejected',
    ],
  ])('of a request %s - says so, once', async (_situation, output, because) => {
    const ran = await admit({ 'Plan only': [payload(output)] }, DRY);

    expect(ran.output).toEqual({ dryRun: true, need: output.need, because, plan: null, connection: null });
    expect(attemptsByState(ran)).toEqual({ 'Plan only': 1 });
  });

  it('of an endpoint that is not listed - shows what would be recorded, and does not wait', async () => {
    const ran = await admit({ 'Plan only': [payload(ending('appearance', 'gone'))] }, DRY);

    expect(ran.output).toMatchObject({ need: 'appearance', plan: { verdict: 'none', outcome: 'gone' } });
    expect(ran.seconds).toBe(0);
  });

  it('that fails - fails under the error’s own name, and records nothing', async () => {
    const ran = await admit({ 'Plan only': [failing('Malformed', 'the record is unreadable')] }, DRY);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'the record is unreadable' });
    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Fail']);
  });
});

describe('the admission', () => {
  const seen = { Item: { ...ADMISSION_KEY, execution: { S: OTHER }, status: { S: 'running' } } };
  const HELD = {
    ...ACCEPT,
    'Take the admission': [failing(CONDITION_FAILED)],
    'See who has it': [seen],
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
        UpdateExpression: 'SET execution = :me, #status = :running, takenAt = :now',
        ConditionExpression: 'attribute_not_exists(pk) OR #status = :done OR execution = :me',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':running': { S: 'running' },
          ':done': { S: 'done' },
          ':now': { S: moment() },
        },
      },
    });
  });

  it('is held by an execution that runs - left to it: nothing is decided', async () => {
    const ran = await admit(HELD);

    expect(ran.output).toEqual({ need: 'nothing', holder: OTHER });
    expect(ran.path.slice(1)).toEqual([
      'Take the admission',
      'See who has it',
      'Look at its execution',
      'Leave it or take over',
      'In other hands',
    ]);
    expect(onlyAttempt(ran, 'See who has it')).toMatchObject({
      action: 'dynamodb:getItem',
      arguments: { TableName: 'ledger-table', Key: ADMISSION_KEY, ConsistentRead: true },
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
        UpdateExpression: 'SET execution = :me, #status = :running, takenAt = :now',
        ConditionExpression: 'execution = :holder OR execution = :me',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':holder': { S: OTHER },
          ':running': { S: 'running' },
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

  it('is released, by us only', async () => {
    expect(onlyAttempt(await admit(ACCEPT), 'Release the admission')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: ADMISSION_KEY,
        UpdateExpression: 'SET #status = :done',
        ConditionExpression: 'execution = :me',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':me': { S: ME }, ':done': { S: 'done' } },
      },
    });
  });

  it('was taken over meanwhile - whoever did keeps it, and we end well', async () => {
    const ran = await admit({ ...ACCEPT, 'Release the admission': [failing(CONDITION_FAILED)] });

    expect(ran.output).toMatchObject({ need: 'decision', outcome: 'accepted' });
    expect(ran.path.at(-1)).toBe('Done');
  });
});

describe('what a request needs', () => {
  const DECIDED = ['Check the input', 'Take the admission', 'Decide', 'Go by its need'];
  const RELEASED = ['Release the admission', 'Done'];
  const TOLD = ['Record', 'Publish', ...RELEASED];

  it('nothing - released', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload({ need: 'nothing' })] });

    expect(ran.path).toEqual([...DECIDED, ...RELEASED]);
    expect(ran.output).toEqual({ need: 'nothing' });
  });

  it('an acceptance - a place, the answer, the record, the event', async () => {
    const ran = await admit(ACCEPT);

    expect(ran.path).toEqual([...DECIDED, 'Take a place', 'Answer', 'Look at the end', ...TOLD]);
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

    expect(ran.path).toEqual([...DECIDED, 'Answer', 'Look at the end', ...TOLD]);
    expect(onlyAttempt(ran, 'Answer').arguments).toEqual({
      FunctionName: 'answer:7',
      Payload: { ...INPUT, verdict: 'reject', looks: 0 },
    });
    expect(ran.output).toMatchObject({ verdict: 'reject', code: 'requester-unknown', outcome: 'rejected' });
  });

  it('a hold - no answer', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(decision(MANUAL))] });

    expect(ran.path).toEqual([...DECIDED, ...TOLD]);
    expect(ran.output).toMatchObject({ verdict: 'hold', code: 'approval-needed', outcome: 'held', generation: 1 });
  });

  it('the same hold again - nobody is told twice', async () => {
    const again = decision(MANUAL, { history: aHistory('held') });
    const ran = await admit({ ...ACCEPT, Decide: [payload(again)] });

    expect(ran.path).toEqual([...DECIDED, ...RELEASED]);
    expect(ran.output).toMatchObject({ verdict: 'hold', code: 'approval-needed', generation: 2 });
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

  const contradiction = { need: 'another-look', because: 'the ledger says rejected' };

  it('another look, and then something else - done', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(contradiction), payload({ need: 'nothing' })] });

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
    'Open the places',
    'Take a place',
    'Answer',
    'Record',
    'Publish',
    'Release the admission',
  ]);
});
