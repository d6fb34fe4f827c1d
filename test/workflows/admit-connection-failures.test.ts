import { describe, expect, it } from 'vitest';
import { TERMINAL_ERRORS } from '../../functions/domain/errors.ts';
import { entitled } from '../support/builders.ts';
import {
  ACCEPT,
  admit,
  adoption,
  CONDITION_FAILED,
  decision,
  departure,
  failing,
  INPUT,
  ME,
  moment,
  NO_REPLY,
  OTHER,
  payload,
  REQUEST,
  type Script,
  settled,
  unplanned,
  wokenAfter,
} from './admission.ts';
import { machineOf, type State, serviceOf, tasksOf, waitsForToken, waitsOf } from './support.ts';

const tasks = tasksOf(machineOf('admit-connection.asl.json'));

const HELD: Script = {
  ...ACCEPT,
  'Take the admission': [failing(CONDITION_FAILED)],
  'Wake its holder': [{ Attributes: { execution: { S: OTHER }, waiting: { M: { token: { S: 'its token' } } } } }],
  'Look at its execution': [{ Status: 'FAILED' }],
  'Take over the admission': [{}],
};

const ADOPT: Script = {
  ...ACCEPT,
  Decide: [payload(adoption())],
  'Open its places': [{}],
  'Give it a place': [{}],
};

/** For each task a request on whose way it lies, with the reply of every task. */
const WAYS: Readonly<Record<string, Script>> = {
  'Plan only': { 'Plan only': [payload(decision())] },
  'Take the admission': ACCEPT,
  'Wake its holder': HELD,
  'Look at its execution': HELD,
  'Answer its token': { ...HELD, 'Look at its execution': [{ Status: 'RUNNING' }], 'Answer its token': [{}] },
  'Take over the admission': HELD,
  Decide: ACCEPT,
  'Note the intent': ACCEPT,
  'Open the places': { ...ACCEPT, Decide: [payload(decision({}, { placesOpen: [] }))], 'Open the places': [{}] },
  'Take a place': ACCEPT,
  'Open its places': ADOPT,
  'Give it a place': ADOPT,
  Answer: ACCEPT,
  'Give the place back': { ...ACCEPT, Answer: [payload(settled('gone'))], 'Give the place back': [{}] },
  'Free the place': {
    ...ACCEPT,
    Decide: [payload(departure()), payload(unplanned('nothing'))],
    'Free the place': [{}],
  },
  Hold: {
    ...ACCEPT,
    Decide: [payload(decision({ candidates: [entitled({ approval: 'manual' })] })), payload(unplanned('nothing'))],
    Hold: [wokenAfter(0)],
  },
  Record: ACCEPT,
  Publish: ACCEPT,
  'Release the admission': ACCEPT,
  'Record the failure': { ...ACCEPT, Decide: [failing('Malformed', 'the record is unreadable')] },
};

const inputFor = (state: string) => (state === 'Plan only' ? { ...INPUT, dryRun: true } : INPUT);

/** Runs the way on which the task lies, the task answering with these replies; `usual` stands for its usual one. */
const on = (state: string, repliesWith: (usual: unknown) => readonly unknown[]) => {
  const way = WAYS[state] ?? {};
  const [usual, ...more] = way[state] ?? [];
  return admit({ ...way, [state]: [...repliesWith(usual), ...more] }, inputFor(state));
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
    expect(ran.attempts.at(-1)).toEqual({
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
          recordedAt: { S: moment() },
        },
      },
      at: 0,
    });
    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(1);
  });

  it('without a cause, or with one without an end - recorded as far as it fits', async () => {
    const long = await on('Decide', () => [failing('Surprise', 'x'.repeat(5_000))]);
    const none = await on('Decide', () => [failing('Surprise', '')]);

    expect(long.attempts.at(-1)?.arguments).toMatchObject({ Item: { cause: { S: 'x'.repeat(2_000) } } });
    expect(long.cause).toBe('x'.repeat(5_000));
    expect(none.attempts.at(-1)?.arguments).toMatchObject({ Item: { cause: { S: '' } } });
    expect(none).toMatchObject({ status: 'FAILED', error: 'Surprise' });
  });

  it('in a dry run - fails it under its own name, and is recorded nowhere', async () => {
    const ran = await on('Plan only', () => [failing('Surprise', 'of the dry run')]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: 'of the dry run' });
    expect(ran.attempts.map(({ state }) => state)).toEqual(['Plan only']);
  });

  it('a reply without what the next states need - recorded too', async () => {
    const ran = await on('Wake its holder', () => [{}]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ran.path.slice(-2)).toEqual(['Record the failure', 'Fail']);
  });
});

describe('a call from which nobody hears again', () => {
  // One that waits for its token gets no reply for days, and that is no failure: its time is its plan's.
  const calling = tasks.filter(([, task]) => !waitsForToken(task));
  const recording = calling.filter(([state]) => !['Plan only', 'Record the failure'].includes(state));
  /** How often a task is tried again that gets no reply, and the seconds that it waits in between, at most. */
  const patience = ({ Retry = [] }: State) => {
    const waits = Retry.filter(({ ErrorEquals }) => ErrorEquals.includes('States.Timeout')).flatMap(waitsOf);
    return { retries: waits.length, waits: waits.reduce((sum, wait) => sum + wait, 0) };
  };

  it.each(calling)('%s - given up after its time, and made again with the same arguments', async (state, task) => {
    const ran = await on(state, (usual) => [NO_REPLY, usual]);
    const [first, second, ...more] = ran.attempts.filter((each) => each.state === state);

    expect(ran.status).toBe(endOf(state));
    expect(second?.arguments).toEqual(first?.arguments);
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? 0) + Number(task.TimeoutSeconds ?? 0));
    expect(more).toEqual([]);
  });

  it.each(recording)('%s, again and again - recorded, and failed as States.Timeout', async (state, task) => {
    const ran = await on(state, () => [NO_REPLY]);
    const { retries, waits } = patience(task);
    const withoutReply = (1 + retries) * Number(task.TimeoutSeconds ?? 0);

    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(1 + retries);
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(ran.seconds).toBeGreaterThanOrEqual(withoutReply);
    expect(ran.seconds).toBeLessThanOrEqual(withoutReply + waits);
    expect(ran.path.slice(-3)).toEqual([state, 'Record the failure', 'Fail']);
    expect(ran.attempts.at(-1)?.arguments).toMatchObject({ Item: { error: { S: 'States.Timeout' } } });
  });

  it('of a dry run - failed, recorded nowhere', async () => {
    const ran = await on('Plan only', () => [NO_REPLY]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Fail']);
  });
});

describe('the record of a failure fails', () => {
  it.each([
    ['at once', failing('DynamoDb.ResourceNotFoundException', 'there is no such table')],
    ['again and again', failing('DynamoDb.ThrottlingException', 'too fast')],
    ['without a word', NO_REPLY],
  ])('%s - the execution ends under the first error’s name all the same', async (_when, error) => {
    const ran = await on('Record the failure', () => [error]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'the record is unreadable' });
    expect(ran.path.slice(-2)).toEqual(['Record the failure', 'Fail']);
  });

  it('after an end that never came - NotSettled all the same', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(unplanned('another-look', 'the ledger says rejected'))],
      'Record the failure': [failing('DynamoDb.ResourceNotFoundException')],
    });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', cause: 'the ledger says rejected' });
  });
});
