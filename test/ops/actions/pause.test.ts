import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ALL_SERVICES, CURRENT, ledgerKey } from '../../../functions/registry/keys.ts';
import { pause, resume } from '../../../ops/actions/pause.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import { ADA, BOB, EXECUTION, ofAda, recorded, theSweep } from '../support.ts';

const ONE = { serviceId: SERVICE_ID, reason: 'An incident.' };
const ALL = { all: true, reason: 'An incident.' };

const OURS = { by: ADA, reason: 'An incident.', at: NOW };
const THEIRS = { by: BOB, reason: 'We move\nhouse.', at: '2026-11-22T09:00:00.000Z' };
const began = { paused: true, ...THEIRS };
const ended = { paused: false, ...THEIRS, at: '2026-11-23T11:00:00.000Z' };
/** Bob set a mode, and paused it. */
const PAUSED = { modes: { accept: 'propose' }, version: 2, paused: THEIRS, changes: [began] };
const RUNNING = { modes: { accept: 'propose' }, version: 3, changes: [began, ended] };

type Readings = readonly (object | undefined)[];

/** A ledger that has these modes of a service and of all, one reading after the other. */
const world = ({ one = [undefined], all = [undefined] }: { one?: Readings; all?: Readings }) => {
  const ada = ofAda();
  for (const [serviceId, readings] of [
    [SERVICE_ID, one],
    [ALL_SERVICES, all],
  ] as const) {
    const key = ledgerKey.modes(serviceId);
    const [first = {}, second = first] = readings.map((set) => (set === undefined ? {} : { Item: item(key, set) }));
    ada.dynamoMock
      .on(GetItemCommand, { TableName: TABLES.ledger, Key: marshall(key), ConsistentRead: true })
      .resolvesOnce(first)
      .resolves(second);
  }
  ada.dynamoMock.on(PutItemCommand).resolves({}).on(QueryCommand).resolves({ Items: [] });
  return ada;
};

const somebodyWasFirst = (ada: ReturnType<typeof world>) =>
  ada.dynamoMock.on(PutItemCommand).rejects(awsError('ConditionalCheckFailedException'));

const firstWrite = (serviceId: string, entry: object) => [
  'PutItem',
  {
    TableName: TABLES.ledger,
    Item: item(ledgerKey.modes(serviceId), { current: CURRENT, ...entry }),
    ConditionExpression: 'attribute_not_exists(pk)',
  },
];
const laterWrite = (serviceId: string, read: number, entry: object) => [
  'PutItem',
  {
    TableName: TABLES.ledger,
    Item: item(ledgerKey.modes(serviceId), { current: CURRENT, ...entry, version: read + 1 }),
    ConditionExpression: '#version = :read',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: marshall({ ':read': read }),
  },
];

describe('pause', () => {
  it.each([
    ['one service', ONE, SERVICE_ID],
    ['all of them', ALL, 'ALL'],
  ])('%s, for which nobody set anything - the first item, and nothing is started', async (_situation, input, id) => {
    const { services, writes, wakes } = world({});

    await expect(pause(input, services)).resolves.toEqual({ outcome: 'paused', serviceId: id, paused: OURS });
    const changes = [{ paused: true, ...OURS }];
    expect(writes()).toEqual([firstWrite(id, { modes: {}, version: 1, paused: OURS, changes })]);
    expect(wakes()).toEqual([]);
  });

  it('a service that was paused before - its modes and changes stay', async () => {
    const { services, writes } = world({ one: [RUNNING] });

    await expect(pause(ONE, services)).resolves.toMatchObject({ outcome: 'paused' });
    const changes = [...RUNNING.changes, { paused: true, ...OURS }];
    expect(writes()).toEqual([laterWrite(SERVICE_ID, 3, { modes: RUNNING.modes, paused: OURS, changes })]);
  });

  it('it is paused already - by whom since when, and nothing is written', async () => {
    const { services, writes } = world({ one: [PAUSED] });

    await expect(pause(ONE, services)).resolves.toEqual({
      outcome: 'unchanged',
      serviceId: SERVICE_ID,
      paused: THEIRS,
    });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['one service', ONE, { one: [RUNNING, { ...PAUSED, version: 4 }] }, SERVICE_ID],
    ['all of them', ALL, { all: [undefined, { ...PAUSED, version: 1 }] }, 'all services'],
  ])('%s, and another operator was faster - told so, not overwritten', async (_situation, input, readings, name) => {
    const ada = world(readings);
    somebodyWasFirst(ada);

    await expect(pause(input, ada.services)).resolves.toEqual({
      outcome: 'refused',
      because: `${BOB} paused ${name} at ${THEIRS.at} ("We move·house."), while you were at it. Your change was not made: give the command again if you still want it.`,
    });
    expect(ada.writes()).toHaveLength(1);
  });

  it('the reply to our own write was lost - paused', async () => {
    const changes = [...RUNNING.changes, { paused: true, ...OURS }];
    const ada = world({ one: [RUNNING, { ...RUNNING, version: 4, paused: OURS, changes }] });
    somebodyWasFirst(ada);

    await expect(pause(ONE, ada.services)).resolves.toMatchObject({ outcome: 'paused', paused: OURS });
  });

  it('ada resumed it in this moment from elsewhere - it is not taken for a lost reply', async () => {
    const ada = world({ one: [RUNNING, { ...RUNNING, version: 4, changes: [{ paused: false, ...OURS }] }] });
    somebodyWasFirst(ada);

    await expect(pause(ONE, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${ADA} resumed ${SERVICE_ID}`),
    });
  });
});

describe('resume', () => {
  const resumed = { modes: PAUSED.modes, changes: [began, { paused: false, ...OURS }] };

  it.each([
    ['one service', ONE, { one: [PAUSED] }, SERVICE_ID, { serviceId: SERVICE_ID }],
    ['all of them', ALL, { all: [PAUSED] }, 'ALL', {}],
  ])('%s - the pause goes, then what came meanwhile is looked at', async (_situation, input, readings, id, swept) => {
    const { services, writes, wakes } = world(readings);

    await expect(resume(input, services)).resolves.toEqual({
      outcome: 'resumed',
      serviceId: id,
      ended: THEIRS,
      held: 0,
      executionArn: EXECUTION,
    });
    expect(writes()).toEqual([laterWrite(id, 2, resumed)]);
    expect(wakes()).toEqual([theSweep(swept)]);
  });

  it('counts what the pause holds, of the days since it began', async () => {
    const { services, dynamoMock } = world({ all: [PAUSED] });
    const held = (vpcEndpointId: string, changes: object = {}) =>
      recorded(1, { vpcEndpointId, code: 'paused', ...changes });
    dynamoMock
      .on(QueryCommand, { ExpressionAttributeValues: marshall({ ':value': '2026-11-23' }) })
      .resolves({ Items: [held('vpce-0000000a'), held('vpce-0000000b', { code: 'quota-reached' })] });

    await expect(resume(ALL, services)).resolves.toMatchObject({ outcome: 'resumed', held: 1 });
    const days = dynamoMock
      .commandCalls(QueryCommand)
      .map(({ args: [{ input }] }) => input.ExpressionAttributeValues?.[':value']?.S);
    expect(days).toEqual(['2026-11-24', '2026-11-23', '2026-11-22']);
  });

  it('a pause of half a year - counts no more days than a hold may last', async () => {
    const paused = { ...THEIRS, at: '2026-05-22T09:00:00.000Z' };
    const { services, dynamoMock } = world({ one: [{ ...PAUSED, paused }] });

    await resume(ONE, services);

    expect(dynamoMock.commandCalls(QueryCommand)).toHaveLength(33);
  });

  it.each([
    ['whoever resumes may not count', THEIRS.at, awsError('AccessDeniedException')],
    ['somebody edited when it began', 'yesterday', undefined],
  ])('%s - resumed, without a count', async (_situation, at, error) => {
    const { services, dynamoMock, wakes } = world({ one: [{ ...PAUSED, paused: { ...THEIRS, at } }] });
    if (error !== undefined) dynamoMock.on(QueryCommand).rejects(error);

    await expect(resume(ONE, services)).resolves.toEqual({
      outcome: 'resumed',
      serviceId: SERVICE_ID,
      ended: { ...THEIRS, at },
      executionArn: EXECUTION,
    });
    expect(wakes()).toHaveLength(1);
  });

  it('everything is paused too - resumed, told so, and nothing is started', async () => {
    const { services, writes, wakes } = world({ one: [PAUSED], all: [{ ...PAUSED, paused: OURS }] });

    await expect(resume(ONE, services)).resolves.toEqual({
      outcome: 'resumed',
      serviceId: SERVICE_ID,
      ended: THEIRS,
      stillPaused: OURS,
    });
    expect(writes()).toHaveLength(1);
    expect(wakes()).toEqual([]);
  });

  it('it is not paused - nothing is written, and it is looked at again', async () => {
    const { services, writes, wakes } = world({ one: [RUNNING] });

    await expect(resume(ONE, services)).resolves.toEqual({
      outcome: 'unchanged',
      serviceId: SERVICE_ID,
      executionArn: EXECUTION,
    });
    expect(writes()).toEqual([]);
    expect(wakes()).toEqual([theSweep({ serviceId: SERVICE_ID })]);
  });

  it('another operator was faster - told so, and nothing is started', async () => {
    const ada = world({ all: [PAUSED, RUNNING] });
    somebodyWasFirst(ada);

    await expect(resume(ALL, ada.services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${BOB} resumed all services at ${ended.at}`),
    });
    expect(ada.wakes()).toEqual([]);
  });

  it('the reply to our own write was lost - resumed', async () => {
    const ada = world({ one: [PAUSED, { ...resumed, version: 3 }] });
    somebodyWasFirst(ada);

    await expect(resume(ONE, ada.services)).resolves.toMatchObject({ outcome: 'resumed', executionArn: EXECUTION });
  });

  it('nobody can be sent to look - NotWoken, and it is resumed', async () => {
    const ada = world({ one: [PAUSED] });
    ada.sfnMock.on(StartExecutionCommand).rejects(awsError('StateMachineDoesNotExist'));

    await expect(resume(ONE, ada.services)).rejects.toMatchObject({
      name: 'NotWoken',
      message: expect.stringMatching(/^It is resumed, but /),
      cause: { name: 'StateMachineDoesNotExist' },
    });
    expect(ada.writes()).toHaveLength(1);
  });
});

describe.each([
  ['pause', pause],
  ['resume', resume],
])('%s, given what does not fit', (_name, act) => {
  it.each([
    ['neither a service nor all', { reason: 'So.' }, 'input', 'one of service and all is needed'],
    ['both', { ...ONE, all: true }, 'input', 'one of service and all is needed'],
    ['no reason', { serviceId: SERVICE_ID, reason: '' }, 'reason', 'say why'],
    ['a service that is none', { ...ONE, serviceId: 'ALL' }, 'serviceId', 'not an id of an endpoint service'],
  ])('%s - BadInput, and nothing is asked of AWS', async (_situation, input, field, problem) => {
    const { services, dynamoMock } = ofAda();

    await expect(act(input, services)).rejects.toMatchObject({ faults: [{ field, problem }] });
    expect(dynamoMock.calls()).toEqual([]);
  });

  it('modes that can not be read - Malformed, and nothing is written', async () => {
    const { services, writes } = world({ one: [{ modes: {}, version: 'one' }] });

    await expect(act(ONE, services)).rejects.toMatchObject({ name: 'Malformed' });
    expect(writes()).toEqual([]);
  });
});
