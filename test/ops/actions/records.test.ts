import { describe, expect, it } from 'vitest';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { records } from '../../../ops/actions/records.ts';
import { item } from '../../functions/support.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import { BOBS, DB, ending, failing, recorded, situationOf, stateOf, WEB, withRecords } from '../standby.ts';
import { BOB } from '../support.ts';

const PLAIN = { ...BOBS, reason: 'us-west-2·is ill.' };
const LAST = { at: NOW, action: 'failover', outcome: 'failed-over', because: 'So.', by: BOB };
const DECIDED = [item(ledgerKey.recordDecision('orders-db', NOW, 'flip'), LAST)];
const shown = (situation: object) => ({ dryRun: true, recordId: 'orders-db', step: 'status', because: '', situation });

describe('records', () => {
  it('all of them - what became of each, and how far anybody goes; the other region is asked for nothing', async () => {
    const { services, homeCalls, starts } = withRecords(
      [recorded(), recorded(WEB), item(registryKey.record('spoiled'), { recordId: 'spoiled', ttl: 0 })],
      {
        states: [
          stateOf({ version: 3, armedAt: NOW, armedBy: 'us-west-2/orders-well', engaged: BOBS }),
          stateOf({ version: 2, weights: { blue: 80, green: 20 } }, 'orders-web'),
        ],
        decisions: DECIDED,
      },
    );

    await expect(records({}, services)).resolves.toEqual({
      outcome: 'listed',
      records: [
        expect.objectContaining({ recordId: 'orders-db', name: DB.name, armedAt: NOW, engaged: PLAIN, last: LAST }),
        expect.objectContaining({ recordId: 'orders-web', weights: { blue: 80, green: 20 } }),
      ],
      services: [{ serviceId: SERVICE_ID, mode: 'propose' }],
      problems: [{ name: 'RECORD#spoiled', problem: expect.stringMatching(/^nothing is done for it: /) }],
    });
    expect([homeCalls(), starts()]).toEqual([[], []]);
  });

  it.each([
    ['of its service', SERVICE_ID],
    ['of everything', 'ALL'],
  ])('a pause %s - told, with the mode', async (_what, serviceId) => {
    const modes = { modes: { dns: 'enforce' }, version: 1, ...(serviceId === 'ALL' ? {} : { paused: BOBS }) };
    const states = [item(ledgerKey.modes(SERVICE_ID), modes)];
    if (serviceId === 'ALL') states.push(item(ledgerKey.modes('ALL'), { modes: {}, version: 1, paused: BOBS }));
    const { services } = withRecords([recorded()], { states });

    await expect(records({}, services)).resolves.toMatchObject({
      services: [{ serviceId: SERVICE_ID, mode: 'enforce', paused: PLAIN }],
    });
  });

  it('a state that somebody spoiled - told, and hides no other record', async () => {
    const { services } = withRecords([recorded(), recorded(WEB)], { states: [stateOf({ version: 'two' })] });

    await expect(records({}, services)).resolves.toMatchObject({
      records: [{ recordId: 'orders-db' }, { recordId: 'orders-web' }],
      problems: [{ name: 'orders-db', problem: expect.stringMatching(/^What is known of orders-db can't be read/) }],
    });
  });

  it('one - as a run sees it now, with who waits for a promotion', async () => {
    const asked = { execution: 'arn', action: 'failover', askedBy: BOB, reason: 'So.', askedAt: NOW };
    const promotions = [item(ledgerKey.promotion('orders-db', 'flip'), { ...asked, token: 's3cr3t' })];
    const ada = ending(
      withRecords([recorded()], { decisions: DECIDED, promotions }),
      shown(situationOf({ engaged: BOBS })),
    );
    const result = await records({ recordId: 'orders-db' }, ada.services);

    expect(result).toMatchObject({
      outcome: 'shown',
      situation: { answered: 'primary' },
      last: LAST,
      promotions: [asked],
    });
    expect(JSON.stringify(result)).not.toContain('s3cr3t');
    expect(ada.starts()).toEqual([{ recordId: 'orders-db', action: 'status' }]);
  });

  it.each([
    ['there is no such record', withRecords([]), 'There is no record orders-db. "records" lists those that there are.'],
    [
      'the run fails',
      failing(withRecords([recorded()]), 'Malformed', 'There is no alarm orders-well.'),
      expect.stringMatching(/^The run for orders-db failed: Malformed: There is no alarm orders-well/),
    ],
  ])('%s - refused', async (_what, { services }, because) => {
    await expect(records({ recordId: 'orders-db' }, services)).resolves.toEqual({ outcome: 'refused', because });
  });
});
