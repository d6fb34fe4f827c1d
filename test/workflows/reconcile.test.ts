import { describe, expect, it } from 'vitest';
import type { Json } from '../../sandbox/asl/definition.ts';
import { sample } from '../events/support.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { failing, ME, moment, NO_REPLY, onlyAttempt, REQUEST } from './admission.ts';
import { ADMIT_CONNECTION, ended, IDS, reconcile, restarted, STARTED, STOPPED } from './reconciliation.ts';
import { FORCE } from './revocation.ts';
import { machineOf, tasksOf, textOf, waitsOf } from './support.ts';

/** What is done about one endpoint. */
const ONE_ENDPOINT = ['Count its restarts', 'Note the restart', 'Start admit-connection', 'Record the failure'];
const tasks = tasksOf(machineOf('reconcile.asl.json')).filter(([state]) => ONE_ENDPOINT.includes(state));
const SOON = ['Read what it is about', 'Let the list catch up', 'Start admit-connection', 'Started'];
const BACKED_OFF = [
  'Read what it is about',
  'Count its restarts',
  'Try again or not',
  'Note the restart',
  'Let it calm down',
  'Start admit-connection',
  'Started',
];
const started = (path: readonly string[]) => ({
  status: 'SUCCEEDED',
  path,
  output: { settled: true, execution: STARTED },
});
const NOTHING = {
  status: 'SUCCEEDED',
  path: ['Read what it is about', 'Nothing to settle'],
  output: { settled: false },
  attempts: [],
};

const OTHERS = { serviceId: 'vpce-svc-0fffffffffffffff9', vpcEndpointId: 'vpce-0fffffffffffffff9' };

describe('two ids', () => {
  it('from a person, or an event - started once the list has caught up', async () => {
    const ran = await reconcile(restarted(0), IDS);

    expect(ran).toMatchObject({ ...started(SOON), seconds: 15 });
    expect(ran.attempts.map(({ state }) => state)).toEqual(['Start admit-connection']);
  });

  it('however often it was started again before - as soon: somebody has news', async () => {
    expect(await reconcile(restarted(100), IDS)).toMatchObject({ ...started(SOON), seconds: 15 });
  });

  it('of the old, short form - started', async () => {
    const ids = { serviceId: 'vpce-svc-0a1b2c3d', vpcEndpointId: 'vpce-0a1b2c3d' };
    const ran = await reconcile(restarted(0), ids);

    expect(ran).toMatchObject(started(SOON));
    expect(onlyAttempt(ran, 'Start admit-connection').arguments).toMatchObject({ Input: JSON.stringify(ids) });
  });

  it('the example one-endpoint.json - can be pasted', async () => {
    const input = JSON.parse(textOf('examples/reconcile/one-endpoint.json')) as Json;

    expect(await reconcile(restarted(0), input)).toMatchObject(started(SOON));
  });

  it.each<[situation: string, input: Json]>([
    ['no service', { vpcEndpointId: ENDPOINT_ID }],
    ['the ids exchanged', { serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID }],
    ['nine digits', { ...IDS, vpcEndpointId: 'vpce-0a1b2c3d4' }],
    ['an id and more', { ...IDS, vpcEndpointId: `${ENDPOINT_ID}#x` }],
    ['capitals', { ...IDS, vpcEndpointId: ENDPOINT_ID.toUpperCase() }],
    ['an id in a list', { ...IDS, vpcEndpointId: [ENDPOINT_ID] }],
    ['a number', { ...IDS, serviceId: 7 }],
    ['a null', { ...IDS, serviceId: null }],
    ['a dry run, which this workflow has none of', { ...IDS, dryRun: true }],
    ['a field that nobody reads', { ...IDS, force: true }],
    ['a list', [IDS]],
    ['a text', JSON.stringify(IDS)],
    ['a number alone', 7],
    ['null', null],
  ])('%s - refused in words, with what came; nothing is asked', async (_situation, input) => {
    const { status, error, cause, path, attempts } = await reconcile({}, input);

    expect({ status, error, path, attempts }).toEqual({
      status: 'FAILED',
      error: 'Malformed',
      path: ['Read what it is about', 'Refuse the input'],
      attempts: [],
    });
    expect(cause).toBe(
      `Give {} for everything, {"serviceId": "vpce-svc-..."} for a service, or {"serviceId": "vpce-svc-...", "vpcEndpointId": "vpce-..."} for an endpoint. Got: ${typeof input === 'string' ? input : JSON.stringify(input)}`,
    );
  });

  it('among a text without an end - 500 characters of it are shown', async () => {
    const { cause } = await reconcile({}, { ...IDS, note: 'x'.repeat(200_000) });

    expect(cause?.replace(/^.* Got: /, '')).toHaveLength(500);
  });
});

describe('a run that ended', () => {
  it.each(['failed', 'timed-out', 'aborted'])('%s, with its input as a text - started again', async (how) => {
    const { executionArn, status, input } = sample(`run-failed-${how}`).detail as Record<string, string>;
    const ran = await reconcile(restarted(0), { executionArn, status, input } as Json);

    expect(ran).toMatchObject(started(BACKED_OFF));
    expect(onlyAttempt(ran, 'Start admit-connection').arguments).toEqual({
      StateMachineArn: ADMIT_CONNECTION,
      Input: input,
    });
  });

  it.each([
    ['spaces and lines', JSON.stringify(IDS, null, 2)],
    ['spaces before its colons', JSON.stringify(IDS).replaceAll(':', ' :\t')],
    ['the ids in the other order', JSON.stringify({ vpcEndpointId: ENDPOINT_ID, serviceId: SERVICE_ID })],
    ['the word that it is no dry run', JSON.stringify({ ...IDS, dryRun: false })],
    ['that word first', JSON.stringify({ dryRun: false, ...IDS })],
    ['who forced it', JSON.stringify({ ...IDS, force: FORCE })],
    ['who forced it, first, and with spaces', JSON.stringify({ force: FORCE, ...IDS }, null, 2)],
    ['why it was forced before by whom', JSON.stringify({ ...IDS, force: { reason: 'abuse', by: FORCE.by } })],
    [
      'a reason that looks like an input',
      JSON.stringify({ force: { ...FORCE, reason: JSON.stringify(OTHERS) }, ...IDS }),
    ],
    ['a reason full of quotes', JSON.stringify({ ...IDS, force: { ...FORCE, reason: '\\"}}, {"\\\\' } })],
  ])('its input with %s - started again, with the ids only', async (_form, text) => {
    const ran = await reconcile(restarted(0), ended(text));

    expect(ran).toMatchObject(started(BACKED_OFF));
    expect(onlyAttempt(ran, 'Start admit-connection').arguments).toMatchObject({ Input: JSON.stringify(IDS) });
    expect(onlyAttempt(ran, 'Note the restart').arguments).toMatchObject({ Item: { pk: { S: REQUEST } } });
  });

  it('with ids of the old, short form - those', async () => {
    const ids = { serviceId: 'vpce-svc-0a1b2c3d', vpcEndpointId: 'vpce-0a1b2c3d' };
    const ran = await reconcile(restarted(0), ended(JSON.stringify(ids)));

    expect(onlyAttempt(ran, 'Start admit-connection').arguments).toMatchObject({ Input: JSON.stringify(ids) });
    expect(onlyAttempt(ran, 'Note the restart').arguments).toMatchObject({
      Item: { pk: { S: `REQUEST#${ids.serviceId}#${ids.vpcEndpointId}` } },
    });
  });

  const refused = (input: Json): Json => ended(JSON.stringify(input));

  it.each<[situation: string, input: Json]>([
    ['a dry run', refused({ ...IDS, dryRun: true })],
    ['a dry run, with spaces', ended(JSON.stringify({ ...IDS, dryRun: true }, null, 4))],
    ['an input that was refused: a dry run misspelt', refused({ ...IDS, dryrun: true })],
    ['an input that was refused: a dry run in words', refused({ ...IDS, dryRun: 'true' })],
    ['an input that was refused: a dry run that is null', refused({ ...IDS, dryRun: null })],
    ['an input that was refused: a field that nobody reads', refused({ ...IDS, force: true })],
    ['a dry run that a person forces', refused({ ...IDS, force: { ...FORCE }, dryRun: true })],
    ['an input that was refused: a force of nobody', refused({ ...IDS, force: { reason: 'abuse' } })],
    ['an input that was refused: the ids in its force only', refused({ force: { ...FORCE, ...IDS } })],
    [
      'an input that was refused: the ids in a reason only',
      refused({ force: { ...FORCE, reason: JSON.stringify(IDS) } }),
    ],
    ['an input that was refused: the ids deeper', refused({ ...IDS, more: IDS })],
    ['an input that was refused: the ids in a list', refused([IDS])],
    ['an input that was refused: no service', refused({ vpcEndpointId: ENDPOINT_ID })],
    ['an input that was refused: no endpoint', refused({ serviceId: SERVICE_ID })],
    ['an input that was refused: an id within a text', refused({ ...IDS, serviceId: `x ${SERVICE_ID}` })],
    ['an input that was refused: an id and more', refused({ ...IDS, serviceId: `${SERVICE_ID}0` })],
    ['an input that was refused: capitals', refused({ ...IDS, vpcEndpointId: ENDPOINT_ID.toUpperCase() })],
    ['an input that was refused: ids swapped', refused({ serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID })],
    ['an input that was refused: numbers', refused({ serviceId: 1, vpcEndpointId: 2 })],
    ['an input that was refused: a text within a text', refused(JSON.stringify(IDS))],
    ['an input that was refused: nothing', ended('null')],
    ['no JSON', ended('{')],
    ['no JSON, but the ids', ended(`${JSON.stringify(IDS)} and more`)],
    ['an empty text', ended('')],
    ['words', ended('ids')],
    ['an input that was left out, being too long', ended(null)],
    ['no input', { executionArn: 'arn:aws:states:us-west-2:123456789012:execution:m:e', status: 'FAILED' }],
    ['an object where the text should be', ended({ ...IDS })],
    ['a number where the text should be', ended(7)],
    ['a list where the text should be', ended([JSON.stringify(IDS)])],
    ['a run that is null', { executionArn: null, input: 'x', status: null }],
  ])('%s - nothing to settle, and nothing is asked', async (_situation, input) => {
    expect(await reconcile({}, input)).toMatchObject(NOTHING);
  });

  it('with as much as an event can hold - read at once', async () => {
    const pieces = ['"serviceId": "vpce-svc-', '"serviceId"   ', `${JSON.stringify(IDS).slice(0, -1)},`, '{,', '   '];

    for (const piece of pieces) {
      const text = piece.repeat(Math.floor(200_000 / piece.length));
      expect(await reconcile({}, ended(text))).toMatchObject(NOTHING);
    }
    const spaced = await reconcile(restarted(0), ended(JSON.stringify(IDS).replace(':', `${' '.repeat(200_000)}:`)));
    expect(spaced).toMatchObject(started(BACKED_OFF));
  }, 5_000);

  it('in a way that nobody told - started again all the same', async () => {
    const { status: _untold, ...rest } = STOPPED as Record<string, Json>;
    const ran = await reconcile(restarted(0), rest);

    expect(ran).toMatchObject(started(BACKED_OFF));
    expect(onlyAttempt(ran, 'Note the restart').arguments).toMatchObject({ Item: { status: { S: 'unknown' } } });
  });
});

describe('how often, and when', () => {
  it('counts what was started again since yesterday, as it is now', async () => {
    expect(onlyAttempt(await reconcile(restarted(2), STOPPED), 'Count its restarts')).toMatchObject({
      action: 'dynamodb:query',
      arguments: {
        TableName: 'ledger-table',
        ConsistentRead: true,
        Select: 'COUNT',
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :yesterday AND :now',
        ExpressionAttributeValues: {
          ':pk': { S: REQUEST },
          ':yesterday': { S: `RESTART#${moment(-86_400)}` },
          ':now': { S: `RESTART#${moment()}` },
        },
      },
      at: 0,
    });
  });

  it('notes the restart before it waits, under a key that the next count finds', async () => {
    const ran = await reconcile(restarted(2), STOPPED);
    const note = onlyAttempt(ran, 'Note the restart');
    const key = `RESTART#${moment()}#e`;

    expect(note).toEqual({
      state: 'Note the restart',
      action: 'dynamodb:putItem',
      arguments: {
        TableName: 'ledger-table',
        Item: {
          pk: { S: REQUEST },
          sk: { S: key },
          after: { S: 'arn:aws:states:us-west-2:123456789012:execution:c-admit-connection:first' },
          status: { S: 'ABORTED' },
          execution: { S: ME },
        },
      },
      at: 0,
    });
    expect(key > `RESTART#${moment(-1)}` && key < `RESTART#${moment(1)}`).toBe(true);
  });

  it.each([
    [0, 30],
    [1, 60],
    [2, 120],
    [3, 240],
    [4, 480],
  ])('%i restarts - after %i seconds', async (restarts, seconds) => {
    const ran = await reconcile(restarted(restarts), STOPPED);

    expect(ran).toMatchObject(started(BACKED_OFF));
    expect(onlyAttempt(ran, 'Start admit-connection').at).toBe(seconds);
  });

  it('five restarts are a quarter of an hour of waiting', () => {
    const waits = [0, 1, 2, 3, 4].map((restarts) => 30 * 2 ** restarts);

    expect(waits.reduce((sum, wait) => sum + wait, 0) / 60).toBe(15.5);
  });

  it.each([5, 6, 100])('%i restarts - left to a person, at once, and none is noted', async (restarts) => {
    const ran = await reconcile(restarted(restarts), STOPPED);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 0, output: { settled: false, restarts } });
    expect(ran.path.at(-1)).toBe('Leave it to a person');
    expect(ran.attempts.map(({ state }) => state)).toEqual(['Count its restarts']);
  });

  it('the restart that cannot be noted - is not made', async () => {
    const ran = await reconcile(
      { ...restarted(0), 'Note the restart': [failing('DynamoDb.ResourceNotFoundException', 'no table')] },
      STOPPED,
    );

    expect(ran).toMatchObject({ status: 'FAILED', error: 'DynamoDb.ResourceNotFoundException' });
    expect(ran.path).not.toContain('Start admit-connection');
  });
});

it('starts the other workflow with the ids and nothing else', async () => {
  expect(onlyAttempt(await reconcile(restarted(0), STOPPED), 'Start admit-connection')).toEqual({
    state: 'Start admit-connection',
    action: 'sfn:startExecution',
    arguments: { StateMachineArn: ADMIT_CONNECTION, Input: JSON.stringify(IDS) },
    at: 30,
  });
});

/** Runs the way on which the task lies, the task answering with these replies; `usual` stands for its usual one. */
const on = (state: string, repliesWith: (usual: unknown) => readonly unknown[]) => {
  const failed =
    state === 'Record the failure' ? { 'Start admit-connection': [failing('Surprise', 'of the start')] } : {};
  const way = { ...restarted(0), ...failed };
  return reconcile({ ...way, [state]: repliesWith(way[state as keyof typeof way]?.[0]) }, STOPPED);
};
const endOf = (state: string): string => (state === 'Record the failure' ? 'FAILED' : 'SUCCEEDED');

describe('what passes by itself', () => {
  const errors = tasks.flatMap(([state, { Retry = [] }]) =>
    Retry.flatMap(({ ErrorEquals }) => ErrorEquals.map((error) => [state, error] as const)),
  );

  it.each(errors)('%s, %s - tried again, and nothing else happens twice', async (state, error) => {
    const ran = await on(state, (usual) => [failing(error), usual]);
    const usualWay = await on(state, (usual) => [usual]);

    expect(ran).toMatchObject({ status: endOf(state), path: usualWay.path });
    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(2);
  });

  it.each(tasks)('%s - without a reply it is made again with the same arguments', async (state, { TimeoutSeconds }) => {
    const ran = await on(state, (usual) => [NO_REPLY, usual]);
    const [first, second, ...more] = ran.attempts.filter((each) => each.state === state);

    expect(ran.status).toBe(endOf(state));
    expect(second?.arguments).toEqual(first?.arguments);
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? 0) + Number(TimeoutSeconds ?? 0));
    expect(more).toEqual([]);
  });

  it.each(tasks)('%s - tried as often as it says, no later than it says', async (state, { Retry = [] }) => {
    const [retrier] = Retry;
    const ran = await on(state, () => [failing(retrier?.ErrorEquals[0] ?? '', 'for good')]);
    const times = ran.attempts.filter((each) => each.state === state).map(({ at }) => at);
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    const longest = waitsOf(retrier ?? { ErrorEquals: [] });

    expect(waits).toHaveLength(longest.length);
    expect(waits.filter((wait, index) => wait > (longest[index] ?? 0) + 0.001)).toEqual([]);
    expect(ran.status).toBe('FAILED');
  });
});

describe('what does not pass', () => {
  it.each([
    ['Count its restarts', 'DynamoDb.ResourceNotFoundException', 0],
    ['Note the restart', 'DynamoDb.ResourceNotFoundException', 0],
    ['Start admit-connection', 'Sfn.ExecutionLimitExceededException', 30],
    ['Start admit-connection', 'States.Permissions', 30],
  ])('%s, %s - recorded, and fails the execution under its own name', async (state, error, at) => {
    const ran = await on(state, () => [failing(error, 'because it is so')]);

    expect(ran).toMatchObject({ status: 'FAILED', error, cause: 'because it is so' });
    expect(ran.path.slice(-3)).toEqual([state, 'Record the failure', 'Fail']);
    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(1);
    expect(onlyAttempt(ran, 'Record the failure')).toMatchObject({
      action: 'dynamodb:putItem',
      arguments: {
        TableName: 'ledger-table',
        Item: {
          pk: { S: REQUEST },
          sk: { S: `FAILURE#${moment()}#e` },
          error: { S: error },
          cause: { S: 'because it is so' },
          execution: { S: ME },
          recordedAt: { S: moment(at) },
        },
      },
    });
  });

  it.each(['Count its restarts', 'Note the restart', 'Start admit-connection'])(
    '%s, without a reply for good - States.Timeout',
    async (state) => {
      const ran = await on(state, () => [NO_REPLY]);

      expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
      expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({
        Item: { error: { S: 'States.Timeout' } },
      });
    },
  );

  it('a long cause - recorded as far as it fits, told in full', async () => {
    const ran = await on('Start admit-connection', () => [failing('Surprise', 'x'.repeat(5_000))]);

    expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({
      Item: { cause: { S: 'x'.repeat(2_000) } },
    });
    expect(ran.cause).toBe('x'.repeat(5_000));
  });

  it.each([
    ['at once', failing('DynamoDb.ResourceNotFoundException')],
    ['again and again', failing('DynamoDb.ThrottlingException')],
    ['without a word', NO_REPLY],
  ])('its record fails %s - the execution ends under the first error’s name all the same', async (_when, error) => {
    const ran = await on('Record the failure', () => [error]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: 'of the start' });
    expect(ran.path.slice(-2)).toEqual(['Record the failure', 'Fail']);
  });

  it('a reply without what the next state needs - recorded too', async () => {
    for (const state of ['Count its restarts', 'Start admit-connection']) {
      const ran = await on(state, () => [{}]);

      expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
      expect(ran.path.slice(-2)).toEqual(['Record the failure', 'Fail']);
    }
  });
});
