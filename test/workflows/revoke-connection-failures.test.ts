import { describe, expect, it } from 'vitest';
import { TERMINAL_ERRORS } from '../../functions/domain/errors.ts';
import {
  CONDITION_FAILED,
  failing,
  INPUT,
  ME,
  moment,
  NO_REPLY,
  OTHER,
  payload,
  REQUEST,
  type Script,
} from './admission.ts';
import { REVOKE, revocation, revoke } from './revocation.ts';
import { machineOf, serviceOf, tasksOf, waitsOf } from './support.ts';

const tasks = tasksOf(machineOf('revoke-connection.asl.json'));

const HELD: Script = {
  ...REVOKE,
  'Take the admission': [failing(CONDITION_FAILED)],
  'Wake its holder': [{ Attributes: { execution: { S: OTHER } } }],
  'Look at its execution': [{ Status: 'FAILED' }],
  'Take over the admission': [{}],
};
const BOUNDED: Script = {
  ...REVOKE,
  'Count it': [failing(CONDITION_FAILED)],
  'Note the bound': [{}],
  'Tell of the bound': [{ FailedEntryCount: 0 }],
};

/** For each task a connection on whose way it lies, with the reply of every task. */
const WAYS: Readonly<Record<string, Script>> = {
  'Plan only': { 'Plan only': [payload(revocation())] },
  'Take the admission': REVOKE,
  'Wake its holder': HELD,
  'Look at its execution': HELD,
  'Take over the admission': HELD,
  Decide: REVOKE,
  'Open the day': REVOKE,
  'Count it': REVOKE,
  'Note the bound': BOUNDED,
  'Tell of the bound': BOUNDED,
  'Note the intent': REVOKE,
  Answer: REVOKE,
  'Give the place back': REVOKE,
  Record: REVOKE,
  Publish: REVOKE,
  'Release the admission': REVOKE,
  'Record the failure': { ...REVOKE, Decide: [failing('Malformed', 'the record is unreadable')] },
};

/** Runs the way on which the task lies, the task answering with these replies; `usual` stands for its usual one. */
const on = (state: string, repliesWith: (usual: unknown) => readonly unknown[]) => {
  const way = WAYS[state] ?? {};
  const [usual, ...more] = way[state] ?? [];
  const input = state === 'Plan only' ? { ...INPUT, dryRun: true } : INPUT;
  return revoke({ ...way, [state]: [...repliesWith(usual), ...more] }, input);
};

/** How the way ends where nothing goes wrong on it but what goes wrong on purpose. */
const endOf = (state: string): string => (state === 'Record the failure' ? 'FAILED' : 'SUCCEEDED');

it('there is a way to every task', async () => {
  expect(Object.keys(WAYS).sort()).toEqual(tasks.map(([state]) => state).sort());

  for (const state of Object.keys(WAYS)) {
    const { path, status } = await on(state, (usual) => [usual]);
    expect([state, path.includes(state), status]).toEqual([state, true, endOf(state)]);
  }
});

describe('what passes by itself', () => {
  const errors = tasks.flatMap(([state, { Retry = [] }]) =>
    Retry.flatMap(({ ErrorEquals }) => ErrorEquals.map((error) => [state, error] as const)),
  );

  it.each(errors)('%s, %s - tried again, and nothing else happens twice', async (state, error) => {
    const { status, attempts, path } = await on(state, (usual) => [failing(error), usual]);
    const usualWay = await on(state, (usual) => [usual]);

    expect(status).toBe(endOf(state));
    expect(attempts.filter((each) => each.state === state)).toHaveLength(2);
    expect(path).toEqual(usualWay.path);
  });

  it.each(tasks)('%s - without a reply it is made again with the same arguments', async (state, task) => {
    const ran = await on(state, (usual) => [NO_REPLY, usual]);
    const [first, second, ...more] = ran.attempts.filter((each) => each.state === state);

    expect(ran.status).toBe(endOf(state));
    // Each try has a token of its own.
    const butToken = (given: unknown) => JSON.stringify(given).replace(/"token":"[^"]+"/, '');
    expect(butToken(second?.arguments)).toEqual(butToken(first?.arguments));
    const patience = Number(task.HeartbeatSeconds ?? task.TimeoutSeconds ?? 0);
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? 0) + patience);
    expect(more).toEqual([]);
  });
});

describe('what does not pass', () => {
  const retriers = tasks.flatMap(([state, { Retry = [] }]) =>
    Retry.map((retrier) => ({ state, error: retrier.ErrorEquals[0] ?? '', retrier })),
  );

  it.each(retriers)(
    '$state, $error - tried as often as it says, then failed under that name',
    async ({ state, error, retrier }) => {
      const ran = await on(state, () => [failing(error, 'for good')]);
      const times = ran.attempts.filter((each) => each.state === state).map(({ at }) => at);
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));

      expect(times).toHaveLength(1 + (retrier.MaxAttempts ?? 3));
      expect(waits.filter((wait, index) => wait > (waitsOf(retrier)[index] ?? 0) + 0.001)).toEqual([]);
      expect(ran).toMatchObject({
        status: 'FAILED',
        error: state === 'Record the failure' ? 'Malformed' : error,
        cause: state === 'Record the failure' ? 'the record is unreadable' : 'for good',
      });
    },
  );

  it.each(
    tasks
      .filter(([, task]) => serviceOf(task) === 'lambda')
      .flatMap(([state]) => TERMINAL_ERRORS.map((error) => [state, error] as const)),
  )('%s, %s - not tried again', async (state, error) => {
    const ran = await on(state, () => [failing(error, 'because it is so')]);

    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(1);
    expect(ran).toMatchObject({ status: 'FAILED', error, cause: 'because it is so' });
  });
});

describe('a surprise', () => {
  const recording = tasks
    .map(([state]) => state)
    .filter((state) => !['Plan only', 'Record the failure'].includes(state));

  it.each(recording)('%s - recorded, and fails the execution under its own name', async (state) => {
    const ran = await on(state, () => [failing('Surprise', `of "${state}"`)]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: `of "${state}"` });
    expect(ran.path.slice(-3)).toEqual([state, 'Record the failure', 'Fail']);
    expect(ran.attempts.at(-1)).toMatchObject({
      state: 'Record the failure',
      action: 'dynamodb:putItem',
      arguments: {
        TableName: 'ledger-table',
        Item: {
          pk: { S: REQUEST },
          sk: { S: `FAILURE#${moment()}#e` },
          error: { S: 'Surprise' },
          cause: { S: `of "${state}"` },
          execution: { S: ME },
        },
      },
    });
  });

  it.each(['Decide', 'Count it', 'Note the intent'])('%s - EC2 is told nothing', async (state) => {
    const ran = await on(state, () => [failing('Surprise')]);

    expect(ran.path).not.toContain('Answer');
  });

  it('in a dry run - fails it under its own name, and is recorded nowhere', async () => {
    const ran = await on('Plan only', () => [failing('Surprise', 'of the dry run')]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: 'of the dry run' });
    expect(ran.attempts.map(({ state }) => state)).toEqual(['Plan only']);
  });

  it.each([failing('DynamoDb.ResourceNotFoundException'), NO_REPLY])(
    'the record of a failure fails - the execution ends under the first error’s name all the same',
    async (error) => {
      const ran = await on('Record the failure', () => [error]);

      expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'the record is unreadable' });
    },
  );
});
