import type { ListExecutionsOutput, ListStateMachinesOutput } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { makeWorld, ROLE, START } from './world.ts';

const PASS = { A: { Type: 'Pass', End: true } };
const WAIT = { A: { Type: 'Wait', Seconds: 60, End: true } };
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof AwsError ? error.code : String(error)),
  );

describe('state machines', () => {
  it('are described with what they were given', async () => {
    const { create, call } = makeWorld();
    const given = { loggingConfiguration: { level: 'ALL' }, tracingConfiguration: { enabled: true } };
    const arn = await create(PASS, 'admit', given);
    expect(arn).toBe('arn:aws:states:us-west-2:123456789012:stateMachine:admit');
    expect(await call('DescribeStateMachine', { stateMachineArn: arn })).toMatchObject({
      ...given,
      name: 'admit',
      roleArn: ROLE,
      status: 'ACTIVE',
      type: 'STANDARD',
      creationDate: new Date(START),
    });
  });

  it('are made once: the same again is the same, another of that name is refused', async () => {
    const { create } = makeWorld();
    expect(await create(PASS)).toBe(await create(PASS));
    expect(await code(create(WAIT))).toBe('StateMachineAlreadyExists');
  });

  it.each([
    ['a bad name', { name: 'a b' }, 'InvalidName'],
    ['a bad definition', { definition: '{}' }, 'InvalidDefinition'],
    ['no role', { roleArn: 'nobody' }, 'InvalidArn'],
    ['an express machine', { type: 'EXPRESS' }, 'ValidationException'],
  ])('%s is refused', async (_, fields, expected) => {
    const { create } = makeWorld();
    expect(await code(create(PASS, 'm', fields))).toBe(expected);
  });

  it('with a resource that the sandbox does not run are refused in words', async () => {
    const { create } = makeWorld();
    const states = { A: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun', End: true } };
    await expect(create(states)).rejects.toThrow(
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::glue:startJobRun is not recognized.",
    );
  });

  it('need a role that Step Functions may take', async () => {
    const { create } = makeWorld({
      assumeRole: () => {
        throw new AwsError('AccessDenied', 'no trust');
      },
    });
    expect(await code(create(PASS))).toBe('AccessDeniedException');
  });

  it('once updated run the new definition; what runs goes on with the old', async () => {
    const { call, create, start, describe, clock } = makeWorld();
    const arn = await create(WAIT);
    const before = await start(arn);
    await clock.run(undefined, START + 1000);
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Fail' } } });
    await call('UpdateStateMachine', { stateMachineArn: arn, definition });
    const after = await start(arn);
    await clock.run();
    expect([(await describe(before)).status, (await describe(after)).status]).toEqual(['SUCCEEDED', 'FAILED']);
    expect(await code(call('UpdateStateMachine', { stateMachineArn: arn }))).toBe('MissingRequiredParameter');
  });

  it('once deleted are gone, and so is what ran', async () => {
    const { call, create, start, describe } = makeWorld();
    const arn = await create(WAIT);
    const execution = await start(arn);
    await call('DeleteStateMachine', { stateMachineArn: arn });
    expect((await call<ListStateMachinesOutput>('ListStateMachines')).stateMachines).toEqual([]);
    expect(await code(start(arn))).toBe('StateMachineDoesNotExist');
    expect((await describe(execution)).status).toBe('ABORTED');
  });

  it('are validated without being made', async () => {
    const { call } = makeWorld();
    expect(await call('ValidateStateMachineDefinition', { definition: '{}' })).toMatchObject({
      result: 'FAIL',
      diagnostics: expect.arrayContaining([expect.objectContaining({ location: '/StartAt' })]),
    });
  });
});

describe('StartExecution', () => {
  it('does not run anything before it has answered', async () => {
    const { cloud, create, start } = makeWorld();
    const arn = await create(PASS);
    const entered = () => cloud.journal.entries.filter(({ what }) => what === 'entered A').length;
    const starting = start(arn);
    expect(entered()).toBe(0);
    await starting;
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered()).toBe(1);
  });

  it('by the same name with the same input while it runs answers the same', async () => {
    const { create, start, clock } = makeWorld();
    const arn = await create(WAIT);
    const first = await start(arn, { name: 'n', input: '{"a":1}' });
    expect(first).toBe('arn:aws:states:us-west-2:123456789012:execution:m:n');
    expect(await start(arn, { name: 'n', input: '{"a":1}' })).toBe(first);
    expect(await code(start(arn, { name: 'n', input: '{"a":2}' }))).toBe('ExecutionAlreadyExists');
    await clock.run();
    expect(await code(start(arn, { name: 'n', input: '{"a":1}' }))).toBe('ExecutionAlreadyExists');
    await clock.run(undefined, START + 91 * 24 * 3600 * 1000);
    expect(await start(arn, { name: 'n', input: '{"a":1}' })).toBe(first);
  });

  it.each([
    ['no JSON', { input: 'nonsense' }, 'InvalidExecutionInput'],
    ['too much', { input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput'],
    ['a bad name', { name: 'a/b' }, 'InvalidName'],
  ])('with %s is refused', async (_, fields, expected) => {
    const { create, start } = makeWorld();
    expect(await code(start(await create(PASS), fields))).toBe(expected);
  });

  it('asks IAM about the machine, and StopExecution about the execution', async () => {
    const asked: string[] = [];
    const { call, create, start } = makeWorld({
      refuse: (_, { action, resource }) => {
        asked.push(`${action} ${resource}`);
        return action === 'states:StopExecution' ? 'no' : undefined;
      },
    });
    const arn = await create(WAIT);
    const execution = await start(arn);
    expect(await code(call('StopExecution', { executionArn: execution }))).toBe('AccessDeniedException');
    expect(asked.slice(-2)).toEqual([`states:StartExecution ${arn}`, `states:StopExecution ${execution}`]);
  });
});

describe('executions', () => {
  it('are listed newest first, by status, in pages', async () => {
    const { call, create, start, clock } = makeWorld();
    const arn = await create(WAIT);
    for (const name of ['a', 'b', 'c']) await start(arn, { name });
    await call('StopExecution', { executionArn: `${arn.replace('stateMachine', 'execution')}:b`, error: 'E' });
    const names = async (rest: object) => {
      const { executions, nextToken } = await call<ListExecutionsOutput>('ListExecutions', {
        stateMachineArn: arn,
        ...rest,
      });
      return [executions?.map(({ name }) => name).join(''), nextToken !== undefined];
    };
    expect(await names({})).toEqual(['cba', false]);
    expect(await names({ maxResults: 2 })).toEqual(['cb', true]);
    const { nextToken } = await call<ListExecutionsOutput>('ListExecutions', { stateMachineArn: arn, maxResults: 2 });
    expect(await names({ maxResults: 2, nextToken })).toEqual(['a', false]);
    expect(await names({ statusFilter: 'ABORTED' })).toEqual(['b', false]);
    await clock.run();
    expect(await names({ statusFilter: 'SUCCEEDED' })).toEqual(['ca', false]);
  });

  it('have a history in pages, from either end, with or without data', async () => {
    const { create, start, history, clock } = makeWorld();
    const arn = await start(await create(PASS), { input: '{"secret":1}' });
    await clock.run();
    const first = await history(arn, { maxResults: 3 });
    expect(first.events?.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect((await history(arn, { nextToken: first.nextToken })).events?.map(({ id }) => id)).toEqual([4]);
    expect((await history(arn, { reverseOrder: true })).events?.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(JSON.stringify(await history(arn))).toContain('secret');
    expect(JSON.stringify(await history(arn, { includeExecutionData: false }))).not.toContain('secret');
  });

  it('once stopped say why', async () => {
    const { call, create, start, describe, clock } = makeWorld();
    const arn = await start(await create(WAIT));
    await clock.run(undefined, START + 1000);
    expect(await call('StopExecution', { executionArn: arn, error: 'E', cause: 'c' })).toEqual({
      stopDate: new Date(START + 1000),
    });
    expect(await describe(arn)).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'c' });
  });

  it('stopped once more say what they said', async () => {
    const { call, create, start, describe, clock } = makeWorld();
    const arn = await start(await create(WAIT));
    await clock.run(undefined, START + 1000);
    const first = await call('StopExecution', { executionArn: arn, error: 'E', cause: 'c' });
    await clock.run(undefined, START + 2000);
    expect(await call('StopExecution', { executionArn: arn, error: 'other' })).toEqual(first);
    expect(await describe(arn)).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'c' });
  });

  it.each([
    ['error', 257],
    ['cause', 32_769],
  ])('are not stopped with an %s of %d characters', async (member, length) => {
    const { call, create, start, describe } = makeWorld();
    const arn = await start(await create(WAIT));
    const stop = (characters: number) => call('StopExecution', { executionArn: arn, [member]: 'x'.repeat(characters) });
    expect(await code(stop(length))).toBe('ValidationException');
    expect((await describe(arn)).status).toBe('RUNNING');
    await stop(length - 1);
    expect((await describe(arn)).status).toBe('ABORTED');
  });

  it('that nobody started do not exist', async () => {
    const { describe, history } = makeWorld();
    const arn = 'arn:aws:states:us-west-2:123456789012:execution:m:e';
    expect(await code(describe(arn))).toBe('ExecutionDoesNotExist');
    expect(await code(history('nonsense'))).toBe('InvalidArn');
  });

  it('are told to EventBridge at their start and end, by the service itself', async () => {
    const { fake, run } = makeWorld();
    const told: { status: string; output: string | null; principal: string; source: string }[] = [];
    fake('events', 'PutEvents', ({ Entries: [entry] }, { principal }) => {
      const { status, output } = JSON.parse(entry.Detail) as { status: string; output: string | null };
      told.push({ status, output, principal: principal.kind, source: entry.Source });
      return { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };
    });
    await run(PASS, { a: 1 });
    expect(told).toEqual([
      { status: 'RUNNING', output: null, principal: 'service', source: 'aws.states' },
      { status: 'SUCCEEDED', output: '{"a":1}', principal: 'service', source: 'aws.states' },
    ]);
  });

  it('stopped before they began are told to EventBridge as running, then as aborted', async () => {
    const { fake, call, create, start, clock } = makeWorld();
    const told: [string, number | null][] = [];
    fake('events', 'PutEvents', ({ Entries: [entry] }) => {
      const { status, stopDate } = JSON.parse(entry.Detail) as { status: string; stopDate: number | null };
      told.push([status, stopDate]);
      return { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };
    });
    await call('StopExecution', { executionArn: await start(await create(PASS)) });
    await clock.run();
    expect(told).toEqual([
      ['RUNNING', null],
      ['ABORTED', START],
    ]);
  });

  it('write the same journal from the same seed', async () => {
    const texts = await Promise.all(
      [1, 2].map(async () => {
        const { cloud, run } = makeWorld();
        await run({
          A: { Type: 'Pass', Output: '{% $uuid() %}', Next: 'B' },
          ...{ B: { Type: 'Wait', Seconds: 5, End: true } },
        });
        return cloud.journal.toText();
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain('"what":"entered B"');
  });
});
