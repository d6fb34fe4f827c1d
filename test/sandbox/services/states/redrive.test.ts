import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { makeWorld, START } from './world.ts';

const DAY = 24 * 3600 * 1000;
const FAIL = { A: { Type: 'Fail', Error: 'E', Cause: 'c' } };
/** Fails ten seconds after it was begun, or redriven. */
const SLOW = { A: { Type: 'Wait', Seconds: 10, Next: 'B' }, B: { Type: 'Fail', Error: 'E' } };

const machineOf = (executionArn: string): string =>
  executionArn.replace(':execution:', ':stateMachine:').split(':').slice(0, 7).join(':');

/** A world in which one execution of these states has come to its end. */
const ended = async (states: Record<string, object> = FAIL, world = makeWorld()) => {
  const executionArn = await world.start(await world.create(states));
  await world.clock.run();
  const send = (clientToken: string) => world.client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  const described = () => world.client.send(new DescribeExecutionCommand({ executionArn }));
  return { ...world, executionArn, redrive: send, described };
};

describe('RedriveExecution', () => {
  it('runs a failed execution again under its ARN, and says so', async () => {
    const { clock, client, executionArn, redrive, described } = await ended();
    expect(await described()).toMatchObject({ status: 'FAILED', redriveCount: 0, redriveStatus: 'REDRIVABLE' });
    expect((await described()).redriveStatusReason).toBeUndefined();
    await clock.run(undefined, START + 5000);
    const { redriveDate } = await redrive('t');
    expect(redriveDate).toEqual(new Date(START + 5000));
    const running = await described();
    expect(running).toMatchObject({
      executionArn,
      status: 'RUNNING',
      startDate: new Date(START),
      redriveCount: 1,
      redriveDate,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    });
    expect([running.stopDate, running.error, running.cause]).toEqual([undefined, undefined, undefined]);
    await clock.run();
    expect(await described()).toMatchObject({
      status: 'FAILED',
      error: 'E',
      cause: 'c',
      stopDate: redriveDate,
      redriveStatus: 'REDRIVABLE',
    });
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed', 'ExecutionRedriven', 'ExecutionFailed'],
    ]);
    expect(events?.[3]).toMatchObject({ timestamp: redriveDate, executionRedrivenEventDetails: { redriveCount: 1 } });
  });

  it('takes up one that was stopped, and one that timed out', async () => {
    const world = makeWorld();
    const wait = { A: { Type: 'Wait', Seconds: 60, End: true } };
    const executionArn = await world.start(await world.create(wait));
    await world.clock.run(undefined, START + 1000);
    await world.client.send(new StopExecutionCommand({ executionArn, error: 'E', cause: 'c' }));
    await world.client.send(new RedriveExecutionCommand({ executionArn }));
    await world.clock.run();
    expect(await world.describe(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      stopDate: new Date(START + 61_000),
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });

    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', TimeoutSeconds: 40, States: wait });
    const timed = await world.start(await world.create(wait, 'timed', { definition }));
    await world.clock.run();
    expect((await world.describe(timed)).status).toBe('TIMED_OUT');
    await world.client.send(new RedriveExecutionCommand({ executionArn: timed }));
    await world.clock.run();
    expect(await world.describe(timed)).toMatchObject({ status: 'TIMED_OUT', stopDate: new Date(START + 141_000) });
  });

  it('refuses what runs and what succeeded', async () => {
    const running = await ended(SLOW);
    await running.redrive('t');
    await expect(running.redrive('u')).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
      message: `Execution ${running.executionArn} invalid for redrive as: Execution is RUNNING and cannot be redriven`,
    });
    const done = await ended({ A: { Type: 'Succeed' } });
    await expect(done.redrive('t')).rejects.toThrow(/Execution is SUCCEEDED and cannot be redriven$/);
  });

  it('refuses what nobody started', async () => {
    const { client, executionArn } = await ended();
    const redrive = (arn: string) => client.send(new RedriveExecutionCommand({ executionArn: arn }));
    await expect(redrive(`${executionArn}-not`)).rejects.toBeInstanceOf(ExecutionDoesNotExist);
    await expect(redrive('nonsense')).rejects.toMatchObject({ name: 'InvalidArn' });
  });

  it('is possible for 14 days after the end, and within a year of the start', async () => {
    const { clock, redrive, described } = await ended();
    await clock.run(undefined, START + 14 * DAY);
    await redrive('t');
    await clock.run(undefined, START + 28 * DAY + 1);
    expect((await described()).redriveStatusReason).toBe('Execution redrivable period exceeded');
    await expect(redrive('u')).rejects.toBeInstanceOf(ExecutionNotRedrivable);

    const old = await ended({ A: { Type: 'Wait', Seconds: 360 * 24 * 3600, Next: 'B' }, B: { Type: 'Fail' } });
    await old.clock.run(undefined, START + 365 * DAY);
    expect((await old.described()).redriveStatusReason).toBe('Execution has exceeded the max execution time');
  });

  it('needs its state machine', async () => {
    const { call, executionArn, redrive } = await ended();
    await call('DeleteStateMachine', { stateMachineArn: machineOf(executionArn) });
    await expect(redrive('t')).rejects.toThrow(/State machine is in DELETING status$/);
  });

  it('needs room in the history', async () => {
    const { described } = await ended({
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Default: 'C' },
      C: { Type: 'Succeed' },
    });
    expect((await described()).redriveStatusReason).toBe('Execution history event limit exceeded');
  });

  it('by a token that redrove it answers the same for 15 minutes, whatever became of it', async () => {
    const { clock, redrive, described } = await ended();
    const first = (await redrive('a')).redriveDate;
    await clock.run(undefined, START + 1000);
    await redrive('b');
    expect((await redrive('a')).redriveDate).toEqual(first);
    await clock.run(undefined, START + 15 * 60_000 + 1);
    expect((await described()).redriveCount).toBe(2);
    expect((await redrive('a')).redriveDate).toEqual(new Date(START + 15 * 60_000 + 1));
    expect((await described()).redriveCount).toBe(3);
  });

  it('remembers the last ten tokens', async () => {
    const { clock, redrive, described } = await ended();
    for (let n = 0; n <= 10; n += 1) {
      await redrive(`t${n}`);
      await clock.run();
    }
    await redrive('t1');
    expect((await described()).redriveCount).toBe(11);
    await redrive('t0');
    expect((await described()).redriveCount).toBe(12);
  });

  it('keeps the definition with which the execution began', async () => {
    const { call, client, clock, executionArn, redrive, described } = await ended();
    const { stateMachineArn, definition } = await client.send(
      new DescribeStateMachineForExecutionCommand({ executionArn }),
    );
    const States = { A: { Type: 'Succeed' } };
    await call('UpdateStateMachine', {
      stateMachineArn,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States }),
    });
    await redrive('t');
    await clock.run();
    expect((await described()).status).toBe('FAILED');
    expect((await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }))).definition).toBe(
      definition,
    );
  });

  it('asks IAM about the execution', async () => {
    const asked: string[] = [];
    const world = makeWorld({
      refuse: (_, { action, resource }) => {
        asked.push(`${action} ${resource}`);
        return action === 'states:RedriveExecution' ? 'no' : undefined;
      },
    });
    const { redrive, executionArn } = await ended(FAIL, world);
    await expect(redrive('t')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(asked.at(-1)).toBe(`states:RedriveExecution ${executionArn}`);
  });

  it('is told to EventBridge, with what can be redriven', async () => {
    const world = makeWorld();
    const told: unknown[][] = [];
    world.fake('events', 'PutEvents', ({ Entries: [entry] }) => {
      const { status, redriveCount, redriveDate, redriveStatus, redriveStatusReason } = JSON.parse(entry.Detail);
      told.push([status, redriveCount, redriveDate, redriveStatus, redriveStatusReason]);
      return { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };
    });
    const { redrive, clock } = await ended(FAIL, world);
    await clock.run(undefined, START + 1000);
    await redrive('t');
    await clock.run();
    const running = 'Execution is RUNNING and cannot be redriven';
    expect(told).toEqual([
      ['RUNNING', 0, null, 'NOT_REDRIVABLE', running],
      ['FAILED', 0, null, 'REDRIVABLE', null],
      ['RUNNING', 1, START + 1000, 'NOT_REDRIVABLE', running],
      ['FAILED', 1, START + 1000, 'REDRIVABLE', null],
    ]);
  });

  it('is listed, and found by redriveFilter', async () => {
    const { client, clock, executionArn, redrive } = await ended();
    const stateMachineArn = machineOf(executionArn);
    const other = await client.send(new StartExecutionCommand({ stateMachineArn }));
    await redrive('t');
    await clock.run();
    const list = async (redriveFilter: 'REDRIVEN' | 'NOT_REDRIVEN') =>
      (await client.send(new ListExecutionsCommand({ stateMachineArn, redriveFilter }))).executions;
    expect(await list('REDRIVEN')).toMatchObject([{ executionArn, redriveCount: 1, redriveDate: new Date(START) }]);
    expect(await list('NOT_REDRIVEN')).toMatchObject([{ executionArn: other.executionArn, redriveCount: 0 }]);
  });

  it('straight after a stop, before anything had run, begins once', async () => {
    const { client, clock, create, start, history } = makeWorld();
    const executionArn = await start(await create({ A: { Type: 'Succeed' } }));
    await client.send(new StopExecutionCommand({ executionArn }));
    await client.send(new RedriveExecutionCommand({ executionArn }));
    await clock.run();
    expect((await history(executionArn)).events?.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'ExecutionAborted', 'ExecutionRedriven'],
      ...['SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded'],
    ]);
  });
});
