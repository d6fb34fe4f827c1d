import { describe, expect, it } from 'vitest';
import type { Json } from '../../sandbox/asl/definition.ts';
import { sample } from '../events/support.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { failing, ME, moment, NO_REPLY, onlyAttempt, REQUEST } from './admission.ts';
import { ADMIT_CONNECTION, ended, failedBefore, IDS, reconcile, STARTED } from './reconciliation.ts';
import { filesOf, machineOf, tasksOf, textOf, waitsOf } from './support.ts';

const tasks = tasksOf(machineOf('reconcile.asl.json'));
const WAY = [
  'Read what it is about',
  'Count its failures',
  'Try again or not',
  'Let it calm down',
  'Start it again',
  'Started',
];
const STARTED_AGAIN = { status: 'SUCCEEDED', path: WAY, output: { settled: true, execution: STARTED } };
const NOTHING = {
  status: 'SUCCEEDED',
  path: ['Read what it is about', 'Nothing to settle'],
  output: { settled: false },
  attempts: [],
};

describe('what it is about', () => {
  it('two ids from a person - started again', async () => {
    expect(await reconcile(failedBefore(0))).toMatchObject(STARTED_AGAIN);
  });

  it('ids of the old, short form - started again', async () => {
    const ids = { serviceId: 'vpce-svc-0a1b2c3d', vpcEndpointId: 'vpce-0a1b2c3d' };
    const ran = await reconcile(failedBefore(0), ids);

    expect(ran).toMatchObject(STARTED_AGAIN);
    expect(onlyAttempt(ran, 'Start it again').arguments).toMatchObject({ Input: JSON.stringify(ids) });
  });

  it.each(['failed', 'timed-out', 'aborted'])(
    'a run that %s, with its input as a text - started again',
    async (how) => {
      const { executionArn, status, input } = sample(`run-failed-${how}`).detail as Record<string, string>;
      const ran = await reconcile(failedBefore(0), { executionArn, status, input } as Json);

      expect(ran).toMatchObject(STARTED_AGAIN);
      expect(onlyAttempt(ran, 'Start it again').arguments).toEqual({ StateMachineArn: ADMIT_CONNECTION, Input: input });
    },
  );

  it('a run’s input that says it is no dry run - started again, with the ids only', async () => {
    const ran = await reconcile(failedBefore(0), ended(JSON.stringify({ ...IDS, dryRun: false })));

    expect(onlyAttempt(ran, 'Start it again').arguments).toMatchObject({ Input: JSON.stringify(IDS) });
  });

  it.each<[situation: string, input: Json]>([
    ['a dry run', ended(JSON.stringify({ ...IDS, dryRun: true }))],
    ['an input that was refused: no service', ended(JSON.stringify({ vpcEndpointId: ENDPOINT_ID }))],
    ['an input that was refused: no endpoint', ended(JSON.stringify({ serviceId: SERVICE_ID }))],
    ['an input that was refused: an id within a text', ended(JSON.stringify({ ...IDS, serviceId: `x ${SERVICE_ID}` }))],
    [
      'an input that was refused: capitals',
      ended(JSON.stringify({ ...IDS, vpcEndpointId: ENDPOINT_ID.toUpperCase() })),
    ],
    [
      'an input that was refused: ids swapped',
      ended(JSON.stringify({ serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID })),
    ],
    ['an input that was refused: numbers', ended(JSON.stringify({ serviceId: 1, vpcEndpointId: 2 }))],
    ['an input that was refused: a list', ended('[]')],
    ['an input that was refused: a text', ended('"vpce"')],
    ['an input that was refused: nothing', ended('null')],
    ['an input that was left out, being too long', ended(null)],
    ['no input at all', {}],
    ['an object where the text should be', ended({ ...IDS })],
  ])('%s - nothing to settle, and nothing is asked', async (_situation, input) => {
    expect(await reconcile({}, input)).toMatchObject(NOTHING);
  });

  it.each(['', '{', 'ids'])(
    'a text that is no JSON, %j - fails in the open, before anything is asked',
    async (text) => {
      expect(await reconcile({}, ended(text))).toMatchObject({
        status: 'FAILED',
        error: 'States.QueryEvaluationError',
        path: ['Read what it is about'],
      });
    },
  );

  it.each(filesOf('examples/reconcile/'))('the example %s - can be pasted', async (file) => {
    expect(await reconcile(failedBefore(0), JSON.parse(textOf(`examples/reconcile/${file}`)) as Json)).toMatchObject(
      STARTED_AGAIN,
    );
  });
});

describe('how often, and when', () => {
  it('counts the failures on record, as they are now', async () => {
    expect(onlyAttempt(await reconcile(failedBefore(2)), 'Count its failures')).toMatchObject({
      action: 'dynamodb:query',
      arguments: {
        TableName: 'ledger-table',
        ConsistentRead: true,
        Select: 'COUNT',
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :failure)',
        ExpressionAttributeValues: { ':pk': { S: REQUEST }, ':failure': { S: 'FAILURE#' } },
      },
      at: 0,
    });
  });

  it.each([
    [0, 30],
    [1, 60],
    [2, 120],
    [3, 240],
    [4, 480],
    [5, 960],
  ])('%i failures - after %i seconds', async (failures, seconds) => {
    const ran = await reconcile(failedBefore(failures));

    expect(ran).toMatchObject(STARTED_AGAIN);
    expect(onlyAttempt(ran, 'Start it again').at).toBe(seconds);
  });

  it('five failures take half an hour of waiting', () => {
    const waits = [1, 2, 3, 4, 5].map((failures) => 30 * 2 ** failures);

    expect(waits.reduce((sum, wait) => sum + wait, 0) / 60).toBe(31);
  });

  it.each([6, 7, 100])('%i failures - left to a person, at once', async (failures) => {
    const ran = await reconcile(failedBefore(failures));

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 0, output: { settled: false, failures } });
    expect(ran.path.at(-1)).toBe('Leave it to a person');
    expect(ran.attempts.map(({ state }) => state)).toEqual(['Count its failures']);
  });
});

it('starts the other workflow with the ids and nothing else', async () => {
  expect(onlyAttempt(await reconcile(failedBefore(0)), 'Start it again')).toEqual({
    state: 'Start it again',
    action: 'sfn:startExecution',
    arguments: { StateMachineArn: ADMIT_CONNECTION, Input: JSON.stringify(IDS) },
    at: 30,
  });
});

/** Runs the way on which the task lies, the task answering with these replies; `usual` stands for its usual one. */
const on = (state: string, repliesWith: (usual: unknown) => readonly unknown[]) => {
  const failed = state === 'Record the failure' ? { 'Start it again': [failing('Surprise', 'of the start')] } : {};
  const way = { ...failedBefore(0), ...failed };
  return reconcile({ ...way, [state]: repliesWith(way[state as keyof typeof way]?.[0]) });
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
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? 0) + (TimeoutSeconds ?? 0));
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
    ['Count its failures', 'DynamoDb.ResourceNotFoundException', 0],
    ['Start it again', 'Sfn.ExecutionLimitExceededException', 30],
    ['Start it again', 'States.Permissions', 30],
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

  it.each(['Count its failures', 'Start it again'])('%s, without a reply for good - States.Timeout', async (state) => {
    const ran = await on(state, () => [NO_REPLY]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({
      Item: { error: { S: 'States.Timeout' } },
    });
  });

  it('a long cause - recorded as far as it fits, told in full', async () => {
    const ran = await on('Start it again', () => [failing('Surprise', 'x'.repeat(5_000))]);

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
    for (const state of ['Count its failures', 'Start it again']) {
      const ran = await on(state, () => [{}]);

      expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
      expect(ran.path.slice(-2)).toEqual(['Record the failure', 'Fail']);
    }
  });
});
