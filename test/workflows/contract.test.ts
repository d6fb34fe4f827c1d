import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RETRIED_ERRORS, TERMINAL_ERRORS } from '../../functions/domain/errors.ts';
import { ServiceEntrySchema } from '../../functions/registry/schemas.ts';
import { LAMBDA_SERVICE_ERRORS, SERVICE_ERRORS, WORKFLOWS, type WorkflowName } from '../../workflows/catalog.ts';
import {
  budgetOf,
  filesOf,
  type Machine,
  machineOf,
  reachableFrom,
  type State,
  serviceOf,
  silenceOf,
  statesOf,
  tasksOf,
  textOf,
  waitsForToken,
  waitsOf,
  writes,
} from './support.ts';

/** Tasks that look what clients get: an emergency waits for nobody who can't. */
const LOOKS: readonly string[] = ['Look', 'Look only'];

/** No task waits longer than this between its attempts: what takes AWS minutes is a Wait state of its own, and no error. */
const LONGEST_BUDGET_SECONDS: Readonly<Record<string, number>> = {
  'admit-connection': 6 * 60,
  'revoke-connection': 6 * 60,
  // The last resort: it outlasts an outage of an hour.
  reconcile: 70 * 60,
  'refresh-targets': 6 * 60,
  'update-failover': 6 * 60,
};
/**
 * No task lasts longer than this where no call of it is ever answered: seven Lambda calls of two minutes and their waits. Three such
 * tasks, ten minutes of looks and the longest hold are within the time of an execution, so that it ends under the error's name, and not as timed out.
 */
const LONGEST_SILENCE_SECONDS: Readonly<Record<string, number>> = {
  'admit-connection': 16 * 60,
  'revoke-connection': 16 * 60,
  reconcile: 100 * 60,
  'refresh-targets': 16 * 60,
  'update-failover': 16 * 60,
};
const SILENT_TASKS = 3;
/** An answer whose messages are all lost, one after the other, or one that comes after an hour. */
const ANSWER_SECONDS = 2 * 60 * 60;
const LOOKS_SECONDS = 10 * 60;

const serviceErrors: Readonly<Record<string, readonly string[]>> = SERVICE_ERRORS;
const retriedNames = ({ Retry = [] }: State): string[] => Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
/** For each workflow the state with which its dry run begins, and all tasks that only read. */
const READS_ONLY = {
  'admit-connection': {
    dryRun: 'Plan only',
    reading: ['Plan only', 'Look at its execution', 'Decide'],
  },
  'revoke-connection': {
    dryRun: 'Plan only',
    reading: ['Plan only', 'Look at its execution', 'Decide'],
  },
  reconcile: { dryRun: undefined, reading: ['Count its restarts', 'List the differences'] },
  'refresh-targets': {
    dryRun: 'Plan only',
    reading: [
      'Plan only',
      'Find the bindings',
      'Ask who has it',
      'Look at its execution',
      'Observe',
      'See who has it now',
    ],
  },
  'update-failover': {
    dryRun: 'Plan only',
    reading: [
      'Plan only',
      'Look only',
      'Compare only',
      'Find the records',
      'Plan',
      'Look',
      'See who asked',
      'Look at the asker',
      'Ask who has it',
      'Look at its execution',
    ],
  },
} as const;
/** How long a person is waited for who promotes one side and fences the other. */
const PROMOTION_SECONDS = 60 * 60;
/** As long as a service's entry may make a hold: the number is the schema's own. */
const longestHoldSeconds = (): number => {
  const fits = (holdDays: number): boolean =>
    v.is(ServiceEntrySchema, { serviceId: 'vpce-svc-0123456789abcdef0', holdDays });
  const days = Array.from({ length: 365 }, (_, index) => index + 1).filter(fits);
  return Math.max(...days) * 86_400;
};
/** How a catcher keeps the error for the record. */
const KEPT_ERROR = { error: '{% $states.errorOutput %}' };

/** The processor of the Map that a state belongs to, if it belongs to one. */
const mapOf = (machine: Machine, state: string): Machine | undefined =>
  Object.values(machine.States)
    .map(({ ItemProcessor }) => ItemProcessor)
    .find((processor) => processor !== undefined && state in processor.States);

const workflows = (Object.keys(WORKFLOWS) as WorkflowName[]).map((name) => ({
  name,
  ...WORKFLOWS[name],
  machine: machineOf(WORKFLOWS[name].file),
}));

it('every definition in the folder is in the catalogue', () => {
  expect(filesOf().filter((file) => file.endsWith('.asl.json'))).toEqual(workflows.map(({ file }) => file).sort());
});

describe.each(workflows)('$name', ({ name, file, functions, placeholders, machine }) => {
  const { dryRun, reading } = READS_ONLY[name];
  const states = statesOf(machine);
  const tasks = tasksOf(machine);
  const waiting = tasks.filter(([, task]) => waitsForToken(task));
  const [inLedger, answers] = ['dynamodb', 'sqs'].map((service) =>
    waiting.filter(([, task]) => serviceOf(task) === service),
  ) as [typeof waiting, typeof waiting];
  // Both keep their token in the ledger: a request that is held, and a failover that waits for somebody to promote.
  const [holds, promotions] = name === 'update-failover' ? [[], inLedger] : [inLedger, []];
  const calling = tasks.filter(([, task]) => !waitsForToken(task));

  it('is written in JSONata, ends after a bounded time, and says what it is for', () => {
    expect(machine).toMatchObject({ QueryLanguage: 'JSONata', TimeoutSeconds: expect.any(Number) });
    expect(machine.Comment).toMatch(/^[A-Z].{20,}\.$/);
  });

  it.each(states)('%s - says what it is for', (_state, { Comment }) => {
    expect(Comment).toMatch(/^[A-Z].{10,}[.?]$/);
  });

  it('leaves to the stack exactly what the catalogue says', () => {
    const left = [...textOf(file).matchAll(/\$\{(\w+)\}/g)].map(([, each = '']) => each);

    expect([...new Set(left)].sort()).toEqual([...functions, ...placeholders].sort());
  });

  it('calls functions by the catalogue’s placeholders, and each of them', () => {
    const called = tasks
      .filter(([, task]) => serviceOf(task) === 'lambda')
      .map(([, { Arguments }]) => (Arguments as { FunctionName: string }).FunctionName);

    expect([...new Set(called)].sort()).toEqual(functions.map((each) => `\${${each}}`).sort());
  });

  it.each(calling)('%s - is given up after a time, and tried again before', (_state, { TimeoutSeconds, Retry }) => {
    expect(TimeoutSeconds).toBeGreaterThan(0);
    expect(TimeoutSeconds).toBeLessThanOrEqual(300);
    expect(Retry?.length).toBeGreaterThan(0);
  });

  it.each(tasks)('%s - retries what passes by itself, and nothing else', (_state, task) => {
    const names = retriedNames(task);
    const expected =
      serviceOf(task) === 'lambda' ? ['Throttled', ...LAMBDA_SERVICE_ERRORS] : (serviceErrors[serviceOf(task)] ?? []);

    // The time of a hold is its plan's, that of a promotion a person's: when it is up, that is no failure of a call.
    const isHold = waitsForToken(task) && ['dynamodb', 'events'].includes(serviceOf(task));
    expect(names).toEqual(isHold ? expected.filter((each) => each !== 'States.Timeout') : expected);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((each) => each === 'States.Timeout')).toEqual(isHold ? [] : ['States.Timeout']);
    expect(names.filter((each) => each.startsWith('States.') && !expected.includes(each))).toEqual([]);
    expect(names.filter((each) => (TERMINAL_ERRORS as readonly string[]).includes(each))).toEqual([]);
  });

  it.each(tasks.filter(([, task]) => serviceOf(task) === 'lambda'))(
    '%s - retries a throttled function’s call, backing off',
    (_state, { Retry = [] }) => {
      expect(Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Throttled'))).toMatchObject({
        ErrorEquals: ['Throttled'],
        BackoffRate: 2,
        JitterStrategy: 'FULL',
        MaxDelaySeconds: expect.any(Number),
      });
    },
  );

  const [inMap, alone] = [true, false].map((isIn) =>
    tasks.filter(([state]) => (mapOf(machine, state) !== undefined) === isIn),
  );

  it.each((alone ?? []).filter(([state]) => LOOKS.includes(state)))(
    '%s - every error that is left over leaves unknown what clients get, and the run goes on',
    (_state, { Catch, Next }) => {
      expect(Catch).toEqual([{ ErrorEquals: ['States.ALL'], Assign: { answers: {} }, Next }]);
    },
  );

  it.each((alone ?? []).filter(([state]) => !LOOKS.includes(state)))(
    '%s - every error that is left over is recorded, and then fails the execution',
    (state, { Catch }) => {
      const isDry = dryRun !== undefined && reachableFrom(machine, dryRun).has(state);
      const way =
        state === 'Record the failure'
          ? { Next: 'Fail' }
          : { Assign: KEPT_ERROR, Next: isDry ? 'Fail' : 'Record the failure' };

      expect(Catch?.at(-1)).toEqual({ ErrorEquals: ['States.ALL'], ...way });
    },
  );

  it('one of many that fails ends its own iteration, with the error, which the end of the run counts', () => {
    const ends = (inMap ?? []).map(([state, { Catch }]) => {
      const { Next = '', Output } = Catch?.at(-1) ?? {};
      return [mapOf(machine, state)?.States[Next], Output];
    });

    expect(ends).toEqual(
      (inMap ?? []).map(() => [
        expect.objectContaining({ Type: 'Succeed', Output: '{% $states.input %}' }),
        { failed: expect.stringContaining('$states.errorOutput.Error') },
      ]),
    );
  });

  it('everything else writes, sooner or later: what reads only is known by name', () => {
    const writers = tasks.filter(([, each]) => writes(each)).map(([state]) => state);

    expect(writers).toContain('Record the failure');
    expect(tasks.filter(([, each]) => !writes(each)).map(([state]) => state)).toEqual(reading);
  });

  it('a failure that was recorded ends the execution under the error’s own name', () => {
    expect(machine.States['Record the failure']?.Next).toBe('Fail');
    expect(machine.States.Fail).toMatchObject({ Type: 'Fail', Error: '{% $error.Error %}' });
  });

  it('waits no longer between attempts than somebody would', () => {
    const budgets = calling
      .filter(([state]) => !LOOKS.includes(state))
      .map(([state, task]) => ({
        state,
        attempts: (task.Retry ?? []).map((retrier) => waitsOf(retrier).length).join(' + '),
        'seconds between them': budgetOf(task),
        'seconds without a reply': silenceOf(task),
      }));
    console.info(`${name}: at most, without jitter`);
    console.table(budgets);

    expect(Math.max(...budgets.map((each) => each['seconds between them']))).toBeLessThanOrEqual(
      LONGEST_BUDGET_SECONDS[name] ?? 0,
    );
    expect(Math.min(...budgets.map((each) => each['seconds between them']))).toBeGreaterThanOrEqual(30);
    const silence = Math.max(...budgets.map((each) => each['seconds without a reply']));
    expect(silence).toBeLessThanOrEqual(LONGEST_SILENCE_SECONDS[name] ?? 0);
    const held = holds.length === 0 ? 0 : longestHoldSeconds();
    const answered = answers.length === 0 ? 0 : ANSWER_SECONDS;
    const promoted = promotions.length === 0 ? 0 : PROMOTION_SECONDS;
    expect(machine.TimeoutSeconds).toBeGreaterThanOrEqual(
      held + answered + promoted + SILENT_TASKS * silence + LOOKS_SECONDS,
    );
  });

  it('a hold is decided again when its time is up, and its call is tried again as any', () => {
    expect(holds.map(([state]) => state)).toEqual(name === 'admit-connection' ? ['Hold'] : []);
    for (const [, task] of holds) {
      expect(task.TimeoutSeconds).toBe('{% $plan.hold.seconds %}');
      expect(task).toMatchObject({
        Next: 'Decide',
        Catch: [
          { ErrorEquals: ['DynamoDb.ConditionalCheckFailedException'], Next: 'Take the admission' },
          { ErrorEquals: ['States.Timeout'], Next: 'Decide' },
          { ErrorEquals: ['States.ALL'], Next: 'Record the failure' },
        ],
      });
      expect(budgetOf(task)).toBeGreaterThanOrEqual(30);
      expect(budgetOf(task)).toBeLessThanOrEqual(LONGEST_BUDGET_SECONDS[name] ?? 0);
    }
  });

  it('whoever promotes has an hour, and when it is up nothing was flipped', () => {
    expect(promotions.map(([state]) => state)).toEqual(name === 'update-failover' ? ['Have it promoted'] : []);
    for (const [, task] of promotions) {
      expect(task).toMatchObject({
        TimeoutSeconds: PROMOTION_SECONDS,
        Catch: [
          { ErrorEquals: ['States.Timeout'], Assign: { error: { Error: 'NotPromoted' } }, Next: 'Record the failure' },
          { ErrorEquals: ['States.ALL'], Next: 'Record the failure' },
        ],
      });
      expect(budgetOf(task)).toBeGreaterThanOrEqual(30);
      expect(budgetOf(task)).toBeLessThanOrEqual(LONGEST_BUDGET_SECONDS[name] ?? 0);
    }
  });

  it('an answer waits longer than its reader keeps it, and is asked for again where nobody is heard of', () => {
    expect(answers.map(([state]) => state)).toEqual(
      ['admit-connection', 'revoke-connection'].includes(name) ? ['Answer'] : [],
    );
    for (const [, { TimeoutSeconds, HeartbeatSeconds, Arguments, Retry }] of answers) {
      const { deadline } = (Arguments as { readonly MessageBody: { readonly deadline: string } }).MessageBody;
      const [, milliseconds] = /EnteredTime\) \+ (\d+)/.exec(deadline) ?? [];
      // Its reader looks every 20 seconds, and is heard of every five minutes; a message that no reader finished shows again after six.
      expect(TimeoutSeconds).toBeGreaterThanOrEqual(Number(milliseconds) / 1000 + 2 * 360);
      expect(HeartbeatSeconds).toBeGreaterThanOrEqual(2 * 360);
      expect(HeartbeatSeconds).toBeLessThanOrEqual(15 * 60);
      expect((Retry?.[0]?.MaxAttempts ?? 0) * Number(HeartbeatSeconds)).toBeLessThanOrEqual(ANSWER_SECONDS);
    }
  });

  it('has inputs that an operator may paste, and that can be read', () => {
    const examples = filesOf(`examples/${name}/`);

    expect(examples.length).toBeGreaterThanOrEqual(dryRun === undefined ? 1 : 2);
    for (const example of examples) {
      expect(example).toMatch(/^[a-z-]+\.json$/);
      expect(JSON.parse(textOf(`examples/${name}/${example}`))).toBeTypeOf('object');
    }
  });
});

const withDryRun = workflows.flatMap((workflow) => {
  const { dryRun } = READS_ONLY[workflow.name];
  return dryRun === undefined ? [] : [{ ...workflow, dryRun }];
});

describe.each(withDryRun)('$name, tried first', ({ machine, dryRun }) => {
  const states = statesOf(machine);

  it('a dry run goes a way of its own, on which nothing writes, not even a failure’s record', () => {
    const way = reachableFrom(machine, dryRun);
    const entries = states.flatMap(([state, { Next, Default, Choices = [], Catch = [] }]) =>
      [Next, Default, ...Choices.map((each) => each.Next), ...Catch.map((each) => each.Next)]
        .filter((next) => next !== undefined && way.has(next) && !way.has(state))
        .map((next) => `${state} -> ${next}`),
    );

    expect(states.filter(([state, each]) => way.has(state) && writes(each))).toEqual([]);
    expect(way.size).toBeGreaterThan(2);
    expect([...new Set(entries)].sort()).toEqual([`Check the input -> ${dryRun}`, 'Record the failure -> Fail']);
  });

  it('only one choice leads to the dry run, and it asks for dryRun', () => {
    const [choice, ...more] = (machine.States[machine.StartAt]?.Choices ?? []).filter(({ Next }) => Next === dryRun);

    expect(choice?.Condition).toBe('{% $states.input.dryRun = true %}');
    expect(more).toEqual([]);
  });
});

it('examples are of workflows that there are', () => {
  expect(filesOf('examples/')).toEqual(workflows.map(({ name }) => name).sort());
});

describe('the lists of errors', () => {
  it('no name is both retried and terminal', () => {
    expect(RETRIED_ERRORS.filter((each) => (TERMINAL_ERRORS as readonly string[]).includes(each))).toEqual([]);
  });

  it('AWS’s names begin with the service’s, as Step Functions writes it, and end in Exception; a reply that never comes has no service’s', () => {
    const prefixes = {
      dynamodb: 'DynamoDb',
      sqs: 'SQS',
      elasticloadbalancingv2: 'ElasticLoadBalancingV2',
      sfn: 'Sfn',
      events: 'EventBridge',
    };

    expect(Object.keys(SERVICE_ERRORS)).toEqual(Object.keys(prefixes));
    for (const [service, prefix] of Object.entries(prefixes)) {
      const [timeout, ...others] = [...(serviceErrors[service] ?? [])]
        .reverse()
        .filter((each) => each !== 'States.HeartbeatTimeout');
      expect(timeout).toBe('States.Timeout');
      for (const error of others) {
        expect(error).toMatch(new RegExp(`^${prefix}\\.([A-Za-z0-9]+Exception|FailedEntry)$`));
      }
    }
  });
});
