import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { CURRENT, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { setMode } from '../../../ops/actions/set-mode.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import { ofAdaAbroad } from '../standby.ts';
import { ADA, BOB, ofAda } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, effect: 'accept', mode: 'enforce', reason: 'A week without a surprise.' };

const KEY = ledgerKey.modes(SERVICE_ID);
const theModes = { TableName: TABLES.ledger, Key: marshall(KEY), ConsistentRead: true };
const theEntry = { TableName: TABLES.registry, Key: marshall(registryKey.service(SERVICE_ID)), ConsistentRead: true };

const change = (changes: object = {}) => ({
  effect: 'accept',
  from: 'observe',
  to: 'propose',
  by: BOB,
  reason: 'To begin with.',
  at: '2026-11-20T09:00:00.000Z',
  ...changes,
});
const ours = change({ to: 'enforce', by: ADA, reason: INPUT.reason, at: NOW });
const OBSERVING = {
  accept: 'observe',
  reject: 'observe',
  revoke: 'observe',
  'principals-add': 'observe',
  'principals-remove': 'observe',
  'targets-add': 'observe',
  'targets-remove': 'observe',
  dns: 'observe',
};
const modes = (entry: object) => item(KEY, entry);
/** Accept was set to propose by bob. */
const proposing = { modes: { accept: 'propose' }, version: 1, changes: [change()] };

/** A ledger that has these modes, one reading after the other, and a registry that has this entry. */
const world = (readings: readonly (object | undefined)[], entry: object = { serviceId: SERVICE_ID }) => {
  const ada = ofAda();
  const [first, ...rest] = readings.map((reading) => ({ ...(reading === undefined ? {} : { Item: modes(reading) }) }));
  ada.dynamoMock
    .on(GetItemCommand, theEntry)
    .resolves({ Item: item(registryKey.service(SERVICE_ID), entry) })
    .on(GetItemCommand, theModes)
    .resolvesOnce(first ?? {})
    .resolves(rest[0] ?? first ?? {});
  ada.dynamoMock.on(PutItemCommand).resolves({});
  return ada;
};

const somebodyWasFirst = (ada: ReturnType<typeof world>) =>
  ada.dynamoMock.on(PutItemCommand).rejects(awsError('ConditionalCheckFailedException'));

describe('set-mode', () => {
  it('nobody set one before - the first item, unless somebody else writes it first', async () => {
    const { services, writes } = world([undefined]);

    await expect(setMode(INPUT, services)).resolves.toEqual({
      outcome: 'set',
      serviceId: SERVICE_ID,
      effect: 'accept',
      before: OBSERVING,
      after: { ...OBSERVING, accept: 'enforce' },
      version: 1,
    });
    const written = { current: CURRENT, modes: { accept: 'enforce' }, version: 1, changes: [ours] };
    expect(writes()).toEqual([
      ['PutItem', { TableName: TABLES.ledger, Item: modes(written), ConditionExpression: 'attribute_not_exists(pk)' }],
    ]);
  });

  it('somebody set one before - mode and change in one write, on condition of the version that was read', async () => {
    const { services, writes } = world([proposing]);

    await expect(setMode(INPUT, services)).resolves.toEqual({
      outcome: 'set',
      serviceId: SERVICE_ID,
      effect: 'accept',
      before: { ...OBSERVING, accept: 'propose' },
      after: { ...OBSERVING, accept: 'enforce' },
      version: 2,
    });
    const changes = [change(), { ...ours, from: 'propose' }];
    expect(writes()).toEqual([
      [
        'PutItem',
        {
          TableName: TABLES.ledger,
          Item: modes({ current: CURRENT, modes: { accept: 'enforce' }, version: 2, changes }),
          ConditionExpression: '#version = :read',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: marshall({ ':read': 1 }),
        },
      ],
    ]);
  });

  it('for disconnecting - and nothing else', async () => {
    const { services } = world([proposing]);

    await expect(setMode({ ...INPUT, effect: 'revoke' }, services)).resolves.toMatchObject({
      before: { ...OBSERVING, accept: 'propose' },
      after: { ...OBSERVING, accept: 'propose', revoke: 'enforce' },
    });
  });

  it('it is paused, and a later version of this program set another effect - both stay', async () => {
    const paused = { by: BOB, reason: 'An incident.', at: '2026-11-22T09:00:00.000Z' };
    const later = change({ effect: 'dns' });
    const { services, writes } = world([
      { modes: { dns: 'propose' }, version: 7, paused, changes: [later, { paused: true, ...paused }] },
    ]);

    await setMode(INPUT, services);

    expect(writes()).toEqual([
      [
        'PutItem',
        expect.objectContaining({
          Item: modes({
            current: CURRENT,
            modes: { dns: 'propose', accept: 'enforce' },
            version: 8,
            paused,
            changes: [later, { paused: true, ...paused }, ours],
          }),
        }),
      ],
    ]);
  });

  it('fifty changes are kept already - the oldest goes', async () => {
    const changes = Array.from({ length: 50 }, (_, index) => change({ reason: `The ${index}th.` }));
    const { services, dynamoMock } = world([{ modes: {}, version: 50, changes }]);

    await setMode(INPUT, services);

    const written = unmarshall(dynamoMock.commandCalls(PutItemCommand)[0]?.args[0].input.Item ?? {});
    expect(written.changes).toEqual([...changes.slice(1), ours]);
  });

  it('it is set so already - nothing is written', async () => {
    const { services, writes } = world([proposing]);

    await expect(setMode({ ...INPUT, mode: 'propose' }, services)).resolves.toMatchObject({
      outcome: 'unchanged',
      before: { accept: 'propose' },
      after: { accept: 'propose' },
      version: 1,
    });
    expect(writes()).toEqual([]);
  });

  it('it is in force by the origin of the service only - it is written down', async () => {
    const { services, writes } = world([undefined], { serviceId: SERVICE_ID, origin: 'created' });

    await expect(setMode(INPUT, services)).resolves.toMatchObject({
      outcome: 'set',
      before: { accept: 'enforce', reject: 'enforce', revoke: 'enforce' },
      after: { accept: 'enforce', reject: 'enforce', revoke: 'enforce' },
    });
    expect(writes()).toHaveLength(1);
  });

  it('the entry of the service can not be read - a person was asked, as a decision has it', async () => {
    const { services } = world([undefined], { serviceId: SERVICE_ID, origin: 'stolen' });

    await expect(setMode(INPUT, services)).resolves.toMatchObject({ before: { accept: 'propose' } });
  });

  it('another operator was faster with the first - told by whom and what, not overwritten', async () => {
    const ada = world([undefined, proposing]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toEqual({
      outcome: 'refused',
      because: `${BOB} set accept from observe to propose at 2026-11-20T09:00:00.000Z ("To begin with."), while you were at it. Your change was not made: give the command again if you still want it.`,
    });
    expect(ada.writes()).toHaveLength(1);
  });

  it('another operator was faster with a later one - told the last that was done', async () => {
    const last = change({ effect: 'reject', to: 'enforce', reason: 'Spam\u001b[2J.' });
    const ada = world([
      proposing,
      { modes: { accept: 'propose', reject: 'enforce' }, version: 2, changes: [change(), last] },
    ]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${BOB} set reject from observe to enforce at ${last.at} ("Spam·[2J.")`),
    });
  });

  it('the reply to our own write was lost - set', async () => {
    const ada = world([proposing, { modes: { accept: 'enforce' }, version: 2, changes: [change(), ours] }]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'set',
      after: { accept: 'enforce', reject: 'observe' },
      version: 2,
    });
  });

  it('our reply was lost, and somebody set another since - set, and what is in force now is told', async () => {
    const theirs = change({ from: 'enforce', to: 'observe', at: NOW });
    const ada = world([proposing, { modes: { accept: 'observe' }, version: 3, changes: [change(), ours, theirs] }]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'set',
      after: { accept: 'observe' },
      version: 3,
    });
  });

  it('ada asked for the same a minute ago, and bob for another since - it is not taken for a lost reply', async () => {
    const earlier = { ...ours, at: '2026-11-23T11:59:00.000Z' };
    const ada = world([
      proposing,
      { modes: { accept: 'observe' }, version: 3, changes: [change(), earlier, change()] },
    ]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toMatchObject({ outcome: 'refused' });
  });

  it('another operator paused it meanwhile - told so', async () => {
    const paused = { by: BOB, reason: 'An incident.', at: '2026-11-23T11:59:59.000Z' };
    const ada = world([
      proposing,
      { modes: { accept: 'propose' }, version: 2, paused, changes: [change(), { paused: true, ...paused }] },
    ]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(
        new RegExp(`^${BOB} paused ${SERVICE_ID} at 2026-11-23T11:59:59.000Z \\("An incident."\\), while you were`),
      ),
    });
  });

  it('somebody wrote an item by hand meanwhile - told so', async () => {
    const ada = world([proposing, { modes: {}, version: 2 }]);
    somebodyWasFirst(ada);

    await expect(setMode(INPUT, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`Somebody changed the modes of ${SERVICE_ID} by hand, while`),
    });
  });

  it('the modes were edited by hand and can not be read - Malformed, and nothing is written', async () => {
    const { services, writes } = world([{ modes: { accept: 'sometimes' }, version: 1 }]);

    await expect(setMode(INPUT, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(new RegExp(`^The modes of ${SERVICE_ID} can't be read: modes.accept: `)),
    });
    expect(writes()).toEqual([]);
  });

  it('a reason with control characters - stored as plain text', async () => {
    const { services, writes } = world([undefined]);

    await setMode({ ...INPUT, reason: '  so\u202e\nbe it ' }, services);

    expect(JSON.stringify(writes())).toContain('"so··be it"');
  });

  it('DynamoDB denies it - thrown as it is', async () => {
    const ada = world([undefined]);
    ada.dynamoMock.on(PutItemCommand).rejects(awsError('AccessDeniedException'));

    await expect(setMode(INPUT, ada.services)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('for names - in the standby region, and the other one is asked for nothing', async () => {
    const { services, dynamoMock, writes, homeCalls } = ofAdaAbroad();
    dynamoMock.on(GetItemCommand, theModes).resolves({}).on(PutItemCommand).resolves({});

    await expect(setMode({ ...INPUT, effect: 'dns' }, services)).resolves.toMatchObject({
      outcome: 'set',
      before: { dns: 'propose' },
      after: { dns: 'enforce' },
    });
    const changes = [{ ...ours, effect: 'dns', from: 'propose' }];
    expect(writes()).toEqual([
      [
        'PutItem',
        {
          TableName: TABLES.ledger,
          Item: modes({ current: CURRENT, modes: { dns: 'enforce' }, version: 1, changes }),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      ],
    ]);
    expect(homeCalls()).toEqual([]);
  });

  it('for names, and nobody named the standby region - NoStandby', async () => {
    await expect(setMode({ ...INPUT, effect: 'dns' }, ofAda().services)).rejects.toMatchObject({ name: 'NoStandby' });
  });

  it.each([
    ['a service that is none', { serviceId: 'vpce-0123' }, 'serviceId', 'not an id of an endpoint service'],
    [
      'an effect that is none',
      { effect: 'pause' },
      'effect',
      'not one of accept, reject, revoke, principals-add, principals-remove, targets-add, targets-remove, dns',
    ],
    ['a mode that is none', { mode: 'auto' }, 'mode', 'not one of observe, propose, enforce'],
    ['a reason of blanks', { reason: '  ' }, 'reason', 'say why'],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }, 'reason', 'at most 500 characters'],
    ['who it is', { by: BOB }, 'by', expect.stringContaining('never')],
  ])('%s - BadInput, and nothing is asked of AWS', async (_situation, changes, field, problem) => {
    const { services, dynamoMock } = ofAda();

    await expect(setMode({ ...INPUT, ...changes }, services)).rejects.toMatchObject({
      name: 'BadInput',
      faults: [{ field, problem }],
    });
    expect(dynamoMock.calls()).toEqual([]);
  });
});
