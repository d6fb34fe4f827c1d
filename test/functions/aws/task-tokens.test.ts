import { SendTaskFailureCommand, SendTaskHeartbeatCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { isAwaited, isTold } from '../../../functions/aws/task-tokens.ts';
import { awsError, callsOf, strictSfn } from '../support.ts';

const GONE = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

describe('isTold', () => {
  it('an output - as JSON', async () => {
    const { sfn, sfnMock } = strictSfn();
    sfnMock.on(SendTaskSuccessCommand).resolves({});

    await expect(isTold(sfn, 'a-token', { output: { isSettled: true } })).resolves.toBe(true);
    expect(callsOf(sfnMock)).toEqual([['SendTaskSuccess', { taskToken: 'a-token', output: '{"isSettled":true}' }]]);
  });

  it('an error - with a cause no longer than somebody reads', async () => {
    const { sfn, sfnMock } = strictSfn();
    sfnMock.on(SendTaskFailureCommand).resolves({});

    await expect(isTold(sfn, 'a-token', { error: 'Denied', cause: 'x'.repeat(40_000) })).resolves.toBe(true);
    expect(callsOf(sfnMock)).toEqual([
      ['SendTaskFailure', { taskToken: 'a-token', error: 'Denied', cause: 'x'.repeat(2_000) }],
    ]);
  });

  it.each(GONE)('%s - nobody waits any more', async (code) => {
    const { sfn, sfnMock } = strictSfn();
    sfnMock.on(SendTaskSuccessCommand).rejects(awsError(code));

    await expect(isTold(sfn, 'a-token', { output: {} })).resolves.toBe(false);
  });

  it.each([
    ['ThrottlingException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
    ['InvalidOutput', 'InvalidOutput'],
  ])('%s - %s', async (code, name) => {
    const { sfn, sfnMock } = strictSfn();
    sfnMock.on(SendTaskSuccessCommand).rejects(awsError(code));

    await expect(isTold(sfn, 'a-token', { output: {} })).rejects.toMatchObject({ name });
  });
});

describe('isAwaited', () => {
  it('a heartbeat arrives', async () => {
    const { sfn, sfnMock } = strictSfn();
    sfnMock.on(SendTaskHeartbeatCommand).resolves({});

    await expect(isAwaited(sfn, 'a-token')).resolves.toBe(true);
    expect(callsOf(sfnMock)).toEqual([['SendTaskHeartbeat', { taskToken: 'a-token' }]]);
  });

  it.each(GONE)('%s - nobody waits any more', async (code) => {
    const { sfn, sfnMock } = strictSfn();
    sfnMock.on(SendTaskHeartbeatCommand).rejects(awsError(code));

    await expect(isAwaited(sfn, 'a-token')).resolves.toBe(false);
  });
});
