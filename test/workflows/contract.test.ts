import { describe, expect, it } from 'vitest';
import { RETRIED_ERRORS, TERMINAL_ERRORS } from '../../functions/domain/errors.ts';
import { LAMBDA_SERVICE_ERRORS, SERVICE_ERRORS, WORKFLOWS } from '../../workflows/catalog.ts';
import { budgetOf, filesOf, machineOf, type State, serviceOf, statesOf, tasksOf, textOf, waitsOf } from './support.ts';

/** No task waits longer than this between its attempts; the longest waits for an acceptance, which takes AWS minutes. */
const LONGEST_BUDGET_SECONDS = 16 * 60;

const serviceErrors: Readonly<Record<string, readonly string[]>> = SERVICE_ERRORS;
const retriedNames = ({ Retry = [] }: State): string[] => Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
/** How a catcher keeps the error for the record. */
const KEPT_ERROR = { error: '{% $states.errorOutput %}' };

const workflows = Object.entries(WORKFLOWS).map(([name, entry]) => ({
  name,
  ...entry,
  machine: machineOf(entry.file),
}));

it('every definition in the folder is in the catalogue', () => {
  expect(filesOf().filter((file) => file.endsWith('.asl.json'))).toEqual(workflows.map(({ file }) => file).sort());
});

describe.each(workflows)('$name', ({ name, file, functions, placeholders, machine }) => {
  const states = statesOf(machine);
  const tasks = tasksOf(machine);

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

  it.each(tasks)('%s - is given up after a time, and tried again before', (_state, { TimeoutSeconds, Retry }) => {
    expect(TimeoutSeconds).toBeGreaterThan(0);
    expect(TimeoutSeconds).toBeLessThanOrEqual(300);
    expect(Retry?.length).toBeGreaterThan(0);
  });

  it.each(tasks)('%s - retries what passes by itself, and nothing else', (_state, task) => {
    const names = retriedNames(task);
    const expected =
      serviceOf(task) === 'lambda'
        ? [...RETRIED_ERRORS.filter((each) => names.includes(each)), ...LAMBDA_SERVICE_ERRORS]
        : (serviceErrors[serviceOf(task)] ?? []);

    expect(names).toEqual(expected);
    expect(names.length).toBeGreaterThan(0);
    expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/^States\./)]));
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

  it.each(tasks)('%s - every error that is left over is recorded, and then fails the execution', (state, { Catch }) => {
    const recording = state === 'Record the failure';

    expect(Catch?.at(-1)).toEqual({
      ErrorEquals: ['States.ALL'],
      ...(recording ? { Next: 'Fail' } : { Assign: KEPT_ERROR, Next: 'Record the failure' }),
    });
  });

  it('a failure that was recorded ends the execution under the error’s own name', () => {
    expect(machine.States['Record the failure']?.Next).toBe('Fail');
    expect(machine.States.Fail).toMatchObject({ Type: 'Fail', Error: '{% $error.Error %}' });
  });

  it('waits no longer between attempts than somebody would', () => {
    const budgets = tasks.map(([state, task]) => ({
      state,
      attempts: (task.Retry ?? []).map((retrier) => waitsOf(retrier).length).join(' + '),
      'seconds between them': budgetOf(task),
    }));
    console.info(`${name}: at most, without jitter`);
    console.table(budgets);

    expect(Math.max(...budgets.map((each) => each['seconds between them']))).toBeLessThanOrEqual(
      LONGEST_BUDGET_SECONDS,
    );
    expect(Math.min(...budgets.map((each) => each['seconds between them']))).toBeGreaterThanOrEqual(30);
    expect(machine.TimeoutSeconds).toBeGreaterThan(LONGEST_BUDGET_SECONDS);
  });

  it('has inputs that an operator may paste, and that can be read', () => {
    const examples = filesOf(`examples/${name}/`);

    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) {
      expect(example).toMatch(/^[a-z-]+\.json$/);
      expect(JSON.parse(textOf(`examples/${name}/${example}`))).toBeTypeOf('object');
    }
  });
});

it('examples are of workflows that there are', () => {
  expect(filesOf('examples/')).toEqual(workflows.map(({ name }) => name).sort());
});

describe('the lists of errors', () => {
  it('no name is both retried and terminal', () => {
    expect(RETRIED_ERRORS.filter((each) => (TERMINAL_ERRORS as readonly string[]).includes(each))).toEqual([]);
  });

  it('AWS’s names begin with the service’s, as Step Functions writes it, and end in Exception', () => {
    const prefixes = { dynamodb: 'DynamoDb', sfn: 'Sfn', events: 'EventBridge' };

    expect(Object.keys(SERVICE_ERRORS)).toEqual(Object.keys(prefixes));
    for (const [service, prefix] of Object.entries(prefixes)) {
      for (const error of serviceErrors[service] ?? []) {
        expect(error).toMatch(new RegExp(`^${prefix}\\.([A-Za-z]+Exception|FailedEntry)$`));
      }
    }
  });
});
