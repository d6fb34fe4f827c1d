import { DescribeExecutionCommand, SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { promoted } from '../../../ops/actions/promoted.ts';
import { awsError, callsOf, item, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import { FLIP, ofAdaAbroad, recorded, situationOf, withRecords } from '../standby.ts';
import { ADA, BOB } from '../support.ts';

const TOKEN = 'AQCEAAAAKgAAAAMAAAAAAAAAAS3cr3t';
const INPUT = { recordId: 'orders-db' };

const waits = (run: string, token: string, action = 'failover') =>
  item(ledgerKey.promotion('orders-db', run), {
    ...{ token, execution: FLIP, action, askedBy: BOB, reason: 'It is ill.', askedAt: NOW },
  });
const theDeletion = (run: string) => [
  'DeleteItem',
  { TableName: TABLES.ledger, Key: marshall(ledgerKey.promotion('orders-db', run)) },
];
const ENDED = {
  outcome: 'failed-over',
  because: 'the answer is the secondary’s',
  situation: situationOf({ engaged: { by: BOB, reason: 'It is ill.', at: NOW } }),
};

/** Runs of orders-db that wait, and end well once they are told. */
const world = (...promotions: readonly ReturnType<typeof item>[]) => {
  const ada = withRecords([recorded()], { promotions });
  ada.sfnMock
    .on(SendTaskSuccessCommand)
    .resolves({})
    .on(SendTaskFailureCommand)
    .resolves({})
    .on(DescribeExecutionCommand, { executionArn: FLIP })
    .resolves({ status: 'SUCCEEDED', output: JSON.stringify(ENDED) });
  return ada;
};
const tellings = ({ sfnMock }: ReturnType<typeof world>) =>
  callsOf(sfnMock).filter(([command]) => command.startsWith('SendTask'));

describe('promoted', () => {
  it('the run that waits gets its token back, and is followed; nobody sees the token', async () => {
    const ada = world(waits('flip', TOKEN));
    const result = await promoted({ ...INPUT, reason: 'It leads now.' }, ada.services);

    expect(result).toMatchObject({ outcome: 'ran', action: 'failover', ended: { outcome: 'failed-over' } });
    expect(JSON.stringify(result)).not.toContain(TOKEN);
    expect(tellings(ada)).toEqual([
      ['SendTaskSuccess', { taskToken: TOKEN, output: JSON.stringify({ by: ADA, reason: 'It leads now.' }) }],
    ]);
    expect(ada.writes()).toEqual([theDeletion('flip')]);
    expect(ada.homeCalls()).toEqual([]);
  });

  it('two wait - both are told, and both items go', async () => {
    const ada = world(waits('flip', TOKEN), waits('flop', 'other', 'failback'));

    await promoted(INPUT, ada.services);
    expect(tellings(ada)).toHaveLength(2);
    expect(ada.writes()).toEqual([theDeletion('flip'), theDeletion('flop')]);
  });

  it("--failed - it can't be done: the run fails, and says who said so", async () => {
    const ada = world(waits('flip', TOKEN));

    await expect(promoted({ ...INPUT, failed: true, reason: 'It lags.' }, ada.services)).resolves.toEqual({
      outcome: 'given-up',
      recordId: 'orders-db',
      by: ADA,
      reason: 'It lags.',
      told: [FLIP],
    });
    expect(tellings(ada)).toEqual([
      ['SendTaskFailure', { taskToken: TOKEN, error: 'NotPromoted', cause: `${ADA}: It lags.` }],
    ]);
  });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
    'its run is over (%s) - refused, and its item goes',
    async (name) => {
      const ada = world(waits('flip', TOKEN));
      ada.sfnMock.on(SendTaskSuccessCommand).rejects(Object.assign(awsError(name), { message: `Token '${TOKEN}'` }));

      await expect(promoted(INPUT, ada.services)).resolves.toEqual({
        outcome: 'refused',
        because:
          'The run that waited for a promotion of orders-db is over, and nothing was flipped by it. Start it again: "failover --record orders-db".',
      });
      expect(ada.writes()).toEqual([theDeletion('flip')]);
    },
  );

  it('one is over and one waits - that one is followed', async () => {
    const ada = world(waits('flap', 'stale'), waits('flip', TOKEN));
    ada.sfnMock.on(SendTaskSuccessCommand, { taskToken: 'stale' }).rejects(awsError('TaskTimedOut'));

    await expect(promoted(INPUT, ada.services)).resolves.toMatchObject({ outcome: 'ran' });
  });

  it('nobody may tell it - thrown, and the item stays for the next who tries', async () => {
    const ada = world(waits('flip', TOKEN));
    ada.sfnMock.on(SendTaskSuccessCommand).rejects(awsError('AccessDeniedException'));

    await expect(promoted(INPUT, ada.services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(ada.writes()).toEqual([]);
  });

  it('nobody waits - refused', async () => {
    await expect(promoted(INPUT, world().services)).resolves.toEqual({
      outcome: 'refused',
      because:
        'No run of orders-db waits for a promotion. Is the id right? What it is at: "records --record orders-db".',
    });
  });

  it.each([
    ['it failed, and nobody says why', { ...INPUT, failed: true }, 'input'],
    ['an id that is none', { recordId: '#' }, 'recordId'],
    ['a token', { ...INPUT, token: TOKEN }, 'token'],
  ])('%s - BadInput', async (_what, input, field) => {
    await expect(promoted(input, ofAdaAbroad().services)).rejects.toMatchObject({ faults: [{ field }] });
  });
});
