import { describe, expect, it } from 'vitest';
import { TERMINAL_ERRORS } from '../../functions/domain/errors.ts';
import { CONDITION_FAILED, failing, ME, moment, NO_REPLY, OTHER, payload, type Script } from './admission.ts';
import { BINDING, heldBy, looks, MOVE, refresh, running, SOURCE, STILL, TARGETS_KEY } from './refreshing.ts';
import { machineOf, serviceOf, tasksOf, waitsOf } from './support.ts';

const tasks = tasksOf(machineOf('refresh-targets.asl.json'));

const MOVING = running(MOVE);
const HELD = heldBy(OTHER, 'FAILED');
/** The end was recorded, and its reply lost. */
const RECORDED: Script = {
  ...MOVING,
  'Record the end': [failing(CONDITION_FAILED)],
  'See who has it now': [{}],
};
const WOKEN: Script = {
  'Find the bindings': [payload({ bindingIds: ['orders-postgres'] })],
  'Wake one': [{ ExecutionArn: OTHER }],
  'Record the failure': [{}],
};

/** For each task a run on whose way it lies, with the reply of every task. */
const WAYS: Readonly<Record<string, Script>> = {
  'Plan only': { 'Plan only': looks([STILL]) },
  'Find the bindings': WOKEN,
  'Wake one': WOKEN,
  'Take the lease': MOVING,
  'Ask who has it': HELD,
  'Look at its execution': HELD,
  'Take over the lease': HELD,
  Observe: MOVING,
  'Note and renew': MOVING,
  Register: MOVING,
  Deregister: MOVING,
  'Record the end': MOVING,
  'See who has it now': RECORDED,
  Publish: MOVING,
  'Record the failure': { ...MOVING, Observe: [failing('Malformed', 'the record is unreadable')] },
};
/** Who fails neither the run nor the others: a binding that can't be woken. */
const ALONE = tasks.filter(([state]) => state !== 'Wake one');

/** Runs the way on which the task lies, the task answering with these replies; `usual` stands for its usual one. */
const on = (state: string, repliesWith: (usual: unknown) => readonly unknown[]) => {
  const way = WAYS[state] ?? {};
  const [usual, ...more] = way[state] ?? [];
  const input = state === 'Plan only' ? { ...BINDING, dryRun: true } : 'Find the bindings' in way ? SOURCE : BINDING;
  return refresh({ ...way, [state]: [...repliesWith(usual), ...more] }, input);
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
    expect(attempts).toHaveLength(usualWay.attempts.length + 1);
    expect(path).toEqual(usualWay.path);
  });

  it.each(tasks)('%s - without a reply it is made again with the same arguments', async (state, task) => {
    const ran = await on(state, (usual) => [NO_REPLY, usual]);
    const [first, second] = ran.attempts.filter((each) => each.state === state);

    expect(ran.status).toBe(endOf(state));
    expect(second?.arguments).toEqual(first?.arguments);
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? 0) + Number(task.TimeoutSeconds));
  });
});

describe('what does not pass', () => {
  const retriers = ALONE.flatMap(([state, { Retry = [] }]) =>
    Retry.map((retrier) => ({ state, error: retrier.ErrorEquals[0] ?? '', retrier })),
  );

  it.each(retriers)(
    '$state, $error - tried as often as it says, then failed under that name',
    async ({ state, error, retrier }) => {
      const ran = await on(state, () => Array.from({ length: 20 }, () => failing(error, 'for good')));
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

  it('a run that can’t be started - tried as often as it says, then left to the watch', async () => {
    const ran = await on('Wake one', () =>
      Array.from({ length: 20 }, () => failing('Sfn.ThrottlingException', 'slow')),
    );

    expect(ran.attempts.filter(({ state }) => state === 'Wake one')).toHaveLength(7);
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { failures: ['Sfn.ThrottlingException: slow'] } });
  });
});

describe('a surprise', () => {
  const recording = ALONE.map(([state]) => state).filter(
    (state) => !['Plan only', 'Find the bindings', 'Record the failure'].includes(state),
  );

  it.each(recording)('%s - recorded, and fails the execution under its own name', async (state) => {
    const ran = await on(state, () => [failing('Surprise', `of "${state}"`)]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: `of "${state}"` });
    expect(ran.path.slice(-3)).toEqual([state, 'Record the failure', 'Fail']);
    const last = ran.attempts.at(-1);
    expect(last).toMatchObject({
      state: 'Record the failure',
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        UpdateExpression: 'SET failedAt = :now ADD failures :one REMOVE execution, leaseUntil',
        ConditionExpression: 'execution = :me',
        ExpressionAttributeValues: { ':me': { S: ME }, ':now': { S: moment(last?.at) }, ':one': { N: '1' } },
      },
    });
  });

  it.each(['Observe', 'Note and renew'])('%s - the target group stays as it is', async (state) => {
    const { attempts } = await on(state, () => [failing('Surprise')]);

    expect(attempts.filter(({ action }) => action.startsWith('elasticloadbalancingv2:'))).toEqual([]);
  });

  it('Register - nothing is deregistered', async () => {
    const { attempts } = await on('Register', () => [failing('Surprise')]);

    expect(attempts.map(({ state }) => state)).not.toContain('Deregister');
  });

  it('in a dry run - fails it under its own name, and is recorded nowhere', async () => {
    const ran = await on('Plan only', () => [failing('Surprise', 'of the dry run')]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: 'of the dry run' });
    expect(ran.attempts.map(({ state }) => state)).toEqual(['Plan only']);
  });

  it.each([
    failing('DynamoDb.ConditionalCheckFailedException'),
    failing('DynamoDb.ResourceNotFoundException'),
    NO_REPLY,
  ])('the record of a failure fails - the execution ends under the first error’s name all the same', async (error) => {
    const ran = await on('Record the failure', () => [error, error, error, error, error, error, error]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'the record is unreadable' });
  });
});
