import { describe, expect, it } from 'vitest';
import { TERMINAL_ERRORS } from '../../functions/domain/errors.ts';
import type { Json } from '../../sandbox/asl/definition.ts';
import { healthy } from '../functions/failover/world.ts';
import {
  aFailover,
  aRecord,
  aSimple,
  atAddresses,
  atTargets,
  ENGAGED,
  PRIMARY_GROUP,
  RECORD_ID,
} from '../support/dns-records.ts';
import { failing, ME, moment, NO_REPLY, OTHER, wokenAfter } from './admission.ts';
import {
  type Around,
  CONVERGE,
  FAILBACK,
  FAILOVER,
  since,
  standby,
  unwritten,
  updateFailover,
} from './failing-over.ts';
import { machineOf, serviceOf, tasksOf, waitsForToken, waitsOf } from './support.ts';

const tasks = tasksOf(machineOf('update-failover.asl.json'));
const DRY = ['Plan only', 'Compare only'];
/** Whoever looks what clients get ends no run. */
const LOOKS = ['Look', 'Look only'];

const SIMPLE = unwritten([aSimple(atAddresses('10.0.0.1'))]);
const WRITING: Way = {
  input: CONVERGE,
  around: { ...unwritten([aSimple(atTargets(PRIMARY_GROUP))]), targets: healthy('10.0.1.10') },
};
const FLIPPING: Way = {
  input: FAILOVER,
  around: {
    records: [aRecord({ routing: aFailover({ engages: 'manual-armed', promotes: true }) })],
    promoter: wokenAfter(60),
  },
};
const LEAVING: Way = {
  input: { recordId: RECORD_ID, action: 'remove' },
  around: { records: [aSimple(atAddresses('10.0.0.1'))], state: { version: 1 }, checks: {} },
  isGone: true,
};
const ASKED: Way = { ...FLIPPING, around: { ...FLIPPING.around, executions: { [OTHER]: 'FAILED' } }, isAsked: true };
const HELD: Way = { input: CONVERGE, around: { ...SIMPLE, executions: { [OTHER]: 'FAILED' } }, isHeld: true };
const WAKING: Way = {
  input: { targetGroupArn: PRIMARY_GROUP },
  around: { records: [aSimple(atTargets(PRIMARY_GROUP))] },
};

interface Way {
  readonly input: Json;
  readonly around: Around;
  readonly isHeld?: boolean;
  /** Whether another run asked for the promotion before. */
  readonly isAsked?: boolean;
  /** Whether its entry is gone since it was written. */
  readonly isGone?: boolean;
  /** A task that fails on purpose. */
  readonly fails?: string;
}

/** For each task a run on whose way it lies. */
const WAYS: Readonly<Record<string, Way>> = {
  'Plan only': { input: { ...CONVERGE, dryRun: true }, around: SIMPLE },
  'Look only': { input: { ...FAILOVER, dryRun: true }, around: {} },
  'Compare only': { input: { ...CONVERGE, dryRun: true }, around: SIMPLE },
  'Find the records': WAKING,
  'Wake one': WAKING,
  Plan: WRITING,
  Look: FLIPPING,
  'Claim the asking': FLIPPING,
  'See who asked': ASKED,
  'Look at the asker': ASKED,
  'Take over the asking': ASKED,
  'Ask for a promotion': FLIPPING,
  'Have it promoted': FLIPPING,
  'Write the state': FLIPPING,
  'Assert the latch': FLIPPING,
  'Take the zone': WRITING,
  'Ask who has it': HELD,
  'Look at its execution': HELD,
  'Take over the zone': HELD,
  Converge: WRITING,
  'Note it': WRITING,
  'Forget it': LEAVING,
  'Write the end': {
    input: FAILBACK,
    around: { state: ENGAGED, answered: 'secondary', alarms: { 'orders-sick in us-west-2': since('OK') } },
  },
  'Let the zone go': WRITING,
  Record: WRITING,
  Publish: WRITING,
  'Record the failure': { ...WRITING, fails: 'Plan' },
};
const ALONE = tasks.filter(([state]) => state !== 'Wake one' && !LOOKS.includes(state));

/** Runs the way on which the task lies, the task answering with these replies; `usual` is what it does where nothing goes wrong. */
const on = async (state: string, repliesWith: (usual: unknown) => readonly unknown[]) => {
  const { input, around, isHeld = false, isGone = false, isAsked = false, fails } = WAYS[state] ?? WRITING;
  const world = standby(around);
  if (isHeld) world.hold(OTHER);
  if (isGone) world.enter();
  if (isAsked) world.ask(OTHER);
  const usual = world.task(state);
  const failed = fails === undefined ? {} : { [fails]: [failing('Malformed', 'the record is unreadable')] };
  const ran = await updateFailover({ ...world.script, ...failed, [state]: [...repliesWith(usual), usual] }, input);
  return { ...ran, world };
};
const endOf = (state: string): string => (state === 'Record the failure' ? 'FAILED' : 'SUCCEEDED');

it('there is a way to every task', async () => {
  expect(Object.keys(WAYS).sort()).toEqual(tasks.map(([state]) => state).sort());

  for (const state of Object.keys(WAYS)) {
    const { path, status } = await on(state, () => []);
    expect([state, path.includes(state), status]).toEqual([state, true, endOf(state)]);
  }
});

describe('what passes by itself', () => {
  const errors = tasks.flatMap(([state, { Retry = [] }]) =>
    Retry.map(({ ErrorEquals }) => [state, ErrorEquals[0] ?? ''] as const),
  );

  it.each(errors)('%s, %s - tried again, and nothing else happens twice', async (state, error) => {
    const ran = await on(state, () => [failing(error)]);
    const usual = await on(state, () => []);

    expect(ran.status).toBe(endOf(state));
    expect(ran.attempts.filter((each) => each.state === state).length).toBe(
      usual.attempts.filter((each) => each.state === state).length + 1,
    );
    expect(ran.world.written()).toEqual(usual.world.written());
  });

  it.each(tasks.filter(([, task]) => !waitsForToken(task)))(
    '%s - without a reply it is made again with the same arguments',
    async (state, task) => {
      const ran = await on(state, () => [NO_REPLY]);
      const [first, second] = ran.attempts.filter((each) => each.state === state);

      expect(ran.status).toBe(endOf(state));
      expect(second?.arguments).toEqual(first?.arguments);
      expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? 0) + Number(task.TimeoutSeconds));
    },
  );
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
      expect(ran).toMatchObject({ status: 'FAILED', error: state === 'Record the failure' ? 'Malformed' : error });
    },
  );

  it.each(
    tasks
      .filter(([state, task]) => serviceOf(task) === 'lambda' && !LOOKS.includes(state))
      .flatMap(([state]) => TERMINAL_ERRORS.map((error) => [state, error] as const)),
  )('%s, %s - not tried again', async (state, error) => {
    const ran = await on(state, () => [failing(error, 'because it is so')]);

    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(1);
    expect(ran).toMatchObject({ status: 'FAILED', error, cause: 'because it is so' });
  });
});

describe('nobody can look what clients get', () => {
  const blind = (reply: unknown) => on('Look', () => Array.from({ length: 500 }, () => reply));

  it.each([failing('Lambda.ResourceNotReadyException'), failing('Denied'), failing('Throttled'), NO_REPLY])(
    'a failover is written and asserted all the same, and ends unconfirmed',
    async (reply) => {
      const ran = await blind(reply);

      expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'unconfirmed' } });
      expect(ran.world.state().engaged).toMatchObject({ by: 'ada' });
      expect(ran.world.metrics()).toBeGreaterThan(0);
    },
  );

  it('it goes on within seconds: an emergency waits for nobody who looks', async () => {
    const ran = await blind(failing('Throttled'));
    const [, second] = ran.attempts.filter(({ state }) => state === 'Plan');

    expect(second?.at).toBeLessThan(10);
  });

  it('a status tried first - shown, and nobody knows', async () => {
    const ran = await on('Look only', () => [failing('Lambda.ResourceNotReadyException')]);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { situation: { answered: 'unknown' } } });
  });
});

describe('a surprise', () => {
  const recording = ALONE.map(([state]) => state).filter((state) => ![...DRY, 'Record the failure'].includes(state));

  it.each(recording)(
    '%s - recorded with who wanted what, and fails the execution under its own name',
    async (state) => {
      const ran = await on(state, () => [failing('Surprise', `of "${state}"`)]);

      expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: `of "${state}"` });
      expect(ran.path.slice(-3)).toEqual([state, 'Record the failure', 'Fail']);
      const {
        action = 'find',
        by = 'concierge',
        recordId = 'none',
      } = (WAYS[state]?.input ?? {}) as Record<string, string>;
      expect(ran.attempts.at(-1)).toMatchObject({
        action: 'dynamodb:putItem',
        arguments: {
          TableName: 'ledger-table',
          Item: {
            pk: { S: `RECORD#${recordId}` },
            sk: { S: `FAILURE#${moment()}#e` },
            action: { S: action },
            by: { S: by },
            outcome: { S: 'failed' },
            because: { S: `Surprise: of "${state}"` },
          },
        },
      });
    },
  );

  it.each(['Plan', 'Have it promoted', 'Write the state'])('%s - nothing is flipped', async (state) => {
    const { world } = await on(state, () => [failing('Surprise')]);

    expect([world.state().engaged, world.metrics()]).toEqual([undefined, 0]);
  });

  it.each(['Plan', 'Take the zone', 'Note it'])('%s - the zone stays as it is', async (state) => {
    const { world } = await on(state, () => [failing('Surprise')]);

    expect(world.written()).toEqual([]);
  });

  it.each(['Converge', 'Note it', 'Let the zone go'])(
    '%s - the zone is left with a run that is over: the next takes it over',
    async (state) => {
      const { world } = await on(state, () => [failing('Surprise')]);
      expect(world.lease()).toMatchObject({ execution: { S: ME } });
      const next = standby({ ...(WAYS[state]?.around ?? {}), executions: { [OTHER]: 'FAILED' } });
      next.hold(OTHER);

      expect(await updateFailover(next.script, CONVERGE)).toMatchObject({
        status: 'SUCCEEDED',
        output: { outcome: 'converged', recordId: RECORD_ID },
      });
    },
  );

  it.each(DRY)('%s - fails under its own name, and is recorded nowhere', async (state) => {
    const ran = await on(state, () => [failing('Surprise', 'of the dry run')]);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: 'of the dry run' });
    expect(ran.attempts.filter((each) => !DRY.includes(each.state))).toEqual([]);
  });

  it.each([failing('DynamoDb.ResourceNotFoundException'), NO_REPLY])(
    'the record of a failure fails - the execution ends under the first error’s name all the same',
    async (error) => {
      const ran = await on('Record the failure', () => Array.from({ length: 20 }, () => error));

      expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'the record is unreadable' });
    },
  );
});
