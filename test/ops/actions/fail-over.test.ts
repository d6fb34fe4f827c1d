import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { converge, failback, failover, shift } from '../../../ops/actions/fail-over.ts';
import { awsError, callsOf, item } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import {
  CONVERGED,
  ending,
  FLIP,
  failing,
  ofAdaAbroad,
  recorded,
  situationOf,
  UPDATE_FAILOVER,
  withRecords,
} from '../standby.ts';
import { ADA, BOB } from '../support.ts';

const INPUT = { recordId: 'orders-db', reason: 'us-west-2 is ill.' };
const AT = '2026-11-23T11:59:18.000Z';
const ENGAGED = { by: ADA, reason: INPUT.reason, at: AT };
const FAILED_OVER = {
  outcome: 'failed-over',
  because: 'the answer is the secondary’s',
  recordId: 'orders-db',
  changes: [],
  situation: situationOf({ engaged: ENGAGED }, { answered: 'secondary' }),
};
const world = (...outputs: readonly object[]) => ending(withRecords([recorded()]), ...outputs);

describe('failover', () => {
  it('who and why, then followed to the end - seen after so many seconds; the other region is asked for nothing', async () => {
    const { services, sfnMock, homeCalls } = world(FAILED_OVER);

    await expect(failover(INPUT, services)).resolves.toMatchObject({
      outcome: 'ran',
      recordId: 'orders-db',
      action: 'failover',
      ended: { outcome: 'failed-over' },
      confirmedAfter: 42,
      executionArn: FLIP,
    });
    expect(callsOf(sfnMock)).toEqual([
      [
        'StartExecution',
        {
          stateMachineArn: UPDATE_FAILOVER,
          input: JSON.stringify({ recordId: 'orders-db', action: 'failover', reason: INPUT.reason, by: ADA }),
        },
      ],
      ['DescribeExecution', { executionArn: FLIP }],
    ]);
    expect(homeCalls()).toEqual([]);
  });

  it('--force and --dry-run go along', async () => {
    const planned = { dryRun: true, recordId: 'orders-db', step: 'write', because: 'So.', situation: situationOf() };
    const { services, starts } = world(planned);

    await expect(failover({ ...INPUT, force: true, dryRun: true }, services)).resolves.toMatchObject({
      outcome: 'planned',
      planned: { step: 'write', because: 'So.' },
    });
    expect(starts()).toEqual([
      { recordId: 'orders-db', action: 'failover', reason: INPUT.reason, force: true, dryRun: true, by: ADA },
    ]);
  });

  it.each([
    [
      'refused',
      { outcome: 'refused', because: `it is failed over already, by ${BOB} at ${AT}: So.`, situation: situationOf() },
      `It was not done: it is failed over already, by ${BOB} at ${AT}: So.`,
    ],
    [
      'refused by a plan',
      {
        dryRun: true,
        step: 'refuse',
        because: 'the mode of dns is propose: resume it, or force',
        situation: situationOf(),
      },
      'It would not be done: the mode of dns is propose: resume it, or force.',
    ],
  ])('%s - why', async (_what, output, because) => {
    const { services } = world(output);
    const dryRun = 'dryRun' in output ? { dryRun: true } : {};

    await expect(failover({ ...INPUT, ...dryRun }, services)).resolves.toEqual({ outcome: 'refused', because });
  });

  it('unconfirmed - no second is claimed', async () => {
    const { services } = world({
      ...FAILED_OVER,
      outcome: 'unconfirmed',
      because: 'after 270 s the answer is primary',
    });
    const result = await failover(INPUT, services);

    expect(result).toMatchObject({ outcome: 'ran', ended: { outcome: 'unconfirmed' } });
    expect(result).not.toHaveProperty('confirmedAfter');
  });

  it.each([
    ['UnsafePlan', 'Not ours. Nothing was changed.', ' See docs/runbook.md#a-record-that-is-foreign.'],
    ['NotPromoted', 'Nobody said so.', ' See docs/runbook.md#promotion.'],
    ['NotSettled', 'Two hundred steps.', ' Give the command again in some minutes.'],
    ['Denied', 'No.', ''],
  ])('it fails with %s - refused, with advice', async (error, cause, advice) => {
    const { services } = failing(withRecords([recorded()]), error, cause);

    await expect(failover(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `The run for orders-db failed: ${error}: ${cause.replace(/\.$/, '')} (${FLIP}).${advice}`,
    });
  });

  it('it takes longer than anybody waits - running', async () => {
    const ada = withRecords([recorded()]);
    ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });

    await expect(failover(INPUT, ada.services)).resolves.toEqual({
      outcome: 'running',
      recordId: 'orders-db',
      executionArn: FLIP,
    });
  });

  it('somebody promotes first - told so as soon as it waits, and its token is neither read nor told', async () => {
    const token = 'AQCEAAAAKgAAAAMAAAAAAAAAAS3cr3t';
    const asked = { execution: FLIP, action: 'failover', askedBy: ADA, reason: INPUT.reason, askedAt: NOW };
    const promotes = { ...recorded(), ...item({ pk: 'RECORDS', sk: 'RECORD#orders-db' }, { routing: promoting }) };
    const ada = withRecords([promotes], {
      promotions: [item(ledgerKey.promotion('orders-db', 'flip'), { ...asked, token })],
    });
    ada.sfnMock.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    const result = await failover(INPUT, ada.services);

    expect(result).toEqual({ outcome: 'waiting', recordId: 'orders-db', promotion: asked });
    expect(JSON.stringify(result)).not.toContain(token);
    const [, query] = callsOf(ada.dynamoMock).find(([command]) => command === 'Query') ?? [];
    expect(query).toMatchObject({ ProjectionExpression: 'execution, #action, askedBy, reason, askedAt' });
  });

  it('what the run gave out is not ours - Malformed', async () => {
    await expect(failover(INPUT, world({ outcome: 'failed-over' }).services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/Is this program as new as the stack\?$/),
    });
  });

  it('what others wrote is told plainly', async () => {
    const { services } = world({ outcome: 'refused', because: 'by \u001b[2J', situation: situationOf() });

    await expect(failover(INPUT, services)).resolves.toMatchObject({ because: 'It was not done: by ·[2J.' });
  });

  it.each([
    ['there is no such record', withRecords([]), 'There is no record orders-db. "records" lists those that there are.'],
    [
      "it can't be read",
      withRecords([recorded({ ttl: 0 })]),
      `The record orders-db can't be read: RECORD#orders-db: ttl: not a whole number from 1 to 60. Put it right with "record --record orders-db --replace" and all of its options.`,
    ],
  ])('%s - refused, and nothing is started', async (_what, { services, starts }, because) => {
    await expect(failover(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(starts()).toEqual([]);
  });

  it('it can not be started - thrown as it is', async () => {
    const ada = withRecords([recorded()]);
    ada.sfnMock.on(StartExecutionCommand).rejects(awsError('AccessDeniedException'));

    await expect(failover(INPUT, ada.services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

const promoting = {
  kind: 'failover',
  primary: { kind: 'addresses', addresses: ['10.0.1.5'] },
  secondary: { kind: 'addresses', addresses: ['10.1.1.5'] },
  health: { region: 'us-west-2', name: 'orders-well' },
  engages: 'manual-armed',
  promotes: true,
};

describe('failback, shift, converge', () => {
  it('failback - seen so many seconds after the latch was let go', async () => {
    const released = { by: ADA, reason: 'It is well.', at: AT };
    const { services, starts } = world({
      ...FAILED_OVER,
      outcome: 'failed-back',
      because: 'So.',
      situation: situationOf({ released }),
    });

    await expect(failback({ ...INPUT, reason: 'It is well.' }, services)).resolves.toMatchObject({
      ended: { outcome: 'failed-back' },
      confirmedAfter: 42,
    });
    expect(starts()).toEqual([{ recordId: 'orders-db', action: 'failback', reason: 'It is well.', by: ADA }]);
  });

  it('shift - weights by the name of the side', async () => {
    const { services, starts } = world({ ...CONVERGED, outcome: 'shifted' });

    await expect(shift({ ...INPUT, weights: 'blue=80, green=20' }, services)).resolves.toMatchObject({
      outcome: 'ran',
    });
    expect(starts()).toMatchObject([{ action: 'shift', weights: { blue: 80, green: 20 }, by: ADA }]);
  });

  it('shift, as entered - what was set is to be forgotten', async () => {
    const { services, starts } = world({ ...CONVERGED, outcome: 'shifted' });

    await expect(shift({ ...INPUT, asEntered: true }, services)).resolves.toMatchObject({ outcome: 'ran' });
    expect(starts()).toMatchObject([{ action: 'shift', weights: 'as-entered', by: ADA }]);
  });

  it.each([
    ['neither weights nor as entered', {}],
    ['both', { weights: 'blue=80', asEntered: true }],
  ])('shift with %s - BadInput', async (_what, more) => {
    await expect(shift({ ...INPUT, ...more }, ofAdaAbroad().services)).rejects.toMatchObject({
      faults: [{ field: 'input', problem: 'one of weights and as-entered is needed' }],
    });
  });

  it('converge - nobody is asked who it is', async () => {
    const { services, starts } = world(CONVERGED);

    await expect(converge({ recordId: 'orders-db' }, services)).resolves.toMatchObject({
      ended: { changes: [{ action: 'CREATE', set: { type: 'A', setIdentifier: 'primary' } }] },
    });
    expect(starts()).toEqual([{ recordId: 'orders-db', action: 'converge' }]);
  });

  it.each([
    ['failover without a reason', failover, { recordId: 'orders-db' }, 'reason'],
    ['failback without a reason', failback, { ...INPUT, reason: ' ' }, 'reason'],
    ['shift with a weight out of range', shift, { ...INPUT, weights: 'blue=256' }, 'weights'],
    ['shift with half a weight', shift, { ...INPUT, weights: 'blue=0.5' }, 'weights'],
    ['shift of a side twice', shift, { ...INPUT, weights: 'blue=1,blue=2' }, 'weights'],
    ['converge by force', converge, { recordId: 'orders-db', force: true }, 'force'],
    ['an id that is none', failover, { ...INPUT, recordId: 'RECORD#x' }, 'recordId'],
    ['who it is', failover, { ...INPUT, by: BOB }, 'by'],
  ])('%s - BadInput, and nothing is asked of AWS', async (_what, act, input, field) => {
    const { services, dynamoMock } = ofAdaAbroad();

    await expect(act(input, services)).rejects.toMatchObject({ name: 'BadInput', faults: [{ field }] });
    expect(callsOf(dynamoMock)).toEqual([]);
  });
});
