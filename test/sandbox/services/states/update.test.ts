import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../../sandbox/iam/principal.ts';
import { makeWorld, ROLE, START } from './world.ts';

const OTHER_ROLE = ROLE.replace('workflow', 'other');

/** Waits, then asks `sqs` to send this text. */
const telling = (text: string) => ({
  Wait: { Type: 'Wait', Seconds: 60, Next: 'Tell' },
  Tell: {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:sqs:sendMessage',
    Arguments: { QueueUrl: 'q', MessageBody: text },
    End: true,
  },
});
const definition = (text: string): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Wait', States: telling(text) });

const inWorld = async () => {
  const world = makeWorld();
  const told: (readonly [string, string])[] = [];
  world.fake(
    'sqs',
    'SendMessage',
    ({ MessageBody }: { MessageBody: string }, { principal }: { principal: Principal }) => {
      told.push([MessageBody, principal.kind === 'role' ? principal.roleArn : principal.arn]);
      return {};
    },
  );
  const stateMachineArn = await world.create(telling('old'));
  const update = (change: object) => world.call<object>('UpdateStateMachine', { stateMachineArn, ...change });
  return { ...world, told, stateMachineArn, update };
};

describe('an execution that runs while its machine is updated', () => {
  it('keeps the definition and the role with which it began; the next one has the new', async () => {
    const { clock, told, stateMachineArn, start, update } = await inWorld();
    await start(stateMachineArn);
    await clock.run(undefined, START + 1000);
    await update({ definition: definition('new'), roleArn: OTHER_ROLE });
    await start(stateMachineArn);
    await clock.run();
    expect(told).toEqual([
      ['old', ROLE],
      ['new', OTHER_ROLE],
    ]);
  });

  it('that was started in the same turn - the same', async () => {
    const { clock, told, stateMachineArn, start, update } = await inWorld();
    await Promise.all([start(stateMachineArn), update({ definition: definition('new') })]);
    await clock.run();
    expect(told).toEqual([['old', ROLE]]);
  });

  it('shows what it runs, not what the machine is by now', async () => {
    const { call, clock, stateMachineArn, start, update } = await inWorld();
    const executionArn = await start(stateMachineArn);
    await clock.run(undefined, START + 1000);
    const shown = () => call<object>('DescribeStateMachineForExecution', { executionArn });
    const before = await shown();
    await update({ definition: definition('new'), roleArn: OTHER_ROLE });
    expect(await shown()).toEqual(before);
    expect(await call('DescribeStateMachine', { stateMachineArn })).toMatchObject({
      definition: definition('new'),
      roleArn: OTHER_ROLE,
    });
  });
});
