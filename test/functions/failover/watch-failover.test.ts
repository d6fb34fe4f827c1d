import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type DnsRecord, markSet } from '../../../functions/domain/dns-record.ts';
import { CONFIRMED_WITHIN } from '../../../functions/domain/failover.ts';
import type { FailoverState } from '../../../functions/domain/failover-state.ts';
import { turnOf } from '../../../functions/domain/watch.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import {
  ARMED,
  aFailover,
  aRecord,
  aSimple,
  atAddresses,
  CHECKS,
  ENGAGED,
  JO,
  NO_DATA,
  RECORD_ID,
  SICK,
  WELL,
} from '../../support/dns-records.ts';
import { awsError, CONTEXT, callsOf, item, stubFunctionEnvironment } from '../support.ts';
import { type Given, NO_ANSWER, stateItem, toRoute53, world, writtenAs } from './world.ts';

stubFunctionEnvironment();
vi.stubEnv('EVENT_BUS', 'concierge-bus');
const { metrics } = await import('../../../functions/runtime/handler.ts');
const { handler, run } = await import('../../../functions/failover/watch-failover.ts');

const MINUTE = 60_000;
/** The next moment at which it is a record's turn, or is not. */
const whenTurn = (recordId: string, isTurn = true): Date => {
  let at = Date.parse(NOW);
  while (turnOf(recordId, new Date(at)) !== isTurn) at += MINUTE;
  return new Date(at);
};
const QUIET = whenTurn(RECORD_ID, false);

const events = new EventBridgeClient({ region: 'us-east-2' });
const eventsMock = mockClient(events);
beforeEach(() => {
  eventsMock.reset();
  eventsMock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [] });
});

/** A look at what is given. */
const look = async (given: Given | ReturnType<typeof world>, at = QUIET, announce = true) => {
  const around = 'services' in given ? given : world(given);
  const report = await run({ announce }, { ...around.services, events, bus: 'concierge-bus', now: () => at });
  return { ...report, around };
};
const told = () =>
  eventsMock
    .commandCalls(PutEventsCommand)
    .flatMap(({ args: [{ input }] }) =>
      (input.Entries ?? []).map(({ DetailType, Detail = '' }) => [DetailType, JSON.parse(Detail)]),
    );
const drift = (action: string, because: string) => ({
  schemaVersion: 1,
  recordId: RECORD_ID,
  serviceId: SERVICE_ID,
  action,
  because,
});
const alarms = (reading: typeof WELL) => ({ 'orders-sick in us-west-2': reading });

describe('a failover that nobody latched', () => {
  it.each<[situation: string, given: Given, because: string]>([
    ['its alarm rings', { alarms: alarms(SICK) }, 'orders-sick is ALARM, and no latch holds'],
    ['nothing is measured', { alarms: alarms(NO_DATA) }, 'orders-sick is INSUFFICIENT_DATA, and no latch holds'],
    [
      'its region does not answer',
      { alarms: { 'orders-sick in us-west-2': NO_ANSWER } },
      'orders-sick is unreadable, and no latch holds',
    ],
    [
      'its primary is well for the first time',
      { state: { version: 3, checks: ARMED.checks as NonNullable<FailoverState['checks']> } },
      'orders-sick is OK, and it is not armed',
    ],
    [
      'its latch was let go, and whoever did it died',
      {
        state: {
          ...ARMED,
          released: { ...JO, at: new Date(QUIET.getTime() - (CONFIRMED_WITHIN + 1) * 1_000).toISOString() },
        },
      },
      'its latch was let go, and nobody saw that through',
    ],
  ])('%s - told, to be followed', async (_situation, given, because) => {
    const { drifts, around } = await look(given);

    expect(drifts).toEqual([drift('follow', because)]);
    expect(told()).toEqual([['Record Drift Detected', drift('follow', because)]]);
    expect(callsOf(around.route53)).toEqual([]);
  });

  it.each<[situation: string, given: Given]>([
    ['its primary is well', {}],
    ['it is latched already', { state: ENGAGED, alarms: alarms(SICK) }],
    [
      'a person’s word engages it',
      { records: [aRecord({ routing: aFailover({ engages: 'manual-armed' }) })], alarms: alarms(SICK) },
    ],
    ['ill from the beginning', { state: { version: 3 }, alarms: alarms(SICK) }],
    ['well, and never written', { state: { version: 0 } }],
    ['just let go', { state: { ...ARMED, released: { ...JO, at: QUIET.toISOString() } }, alarms: alarms(SICK) }],
    ['no secondary', { records: [aSimple(atAddresses('10.0.0.1'))], alarms: {} }],
  ])('%s - nothing is told, and Route 53 is not asked', async (_situation, given) => {
    const { drifts, around } = await look(given);

    expect([drifts, told(), callsOf(around.route53)]).toEqual([[], [], []]);
  });
});

it('its alarm is gone - told as unreadable, and nothing is followed', async () => {
  const { drifts, unreadable } = await look({ alarms: {} });

  expect([drifts, unreadable]).toEqual([[], [expect.stringMatching(/^orders-db: Malformed: .*orders-sick/)]]);
});

it('many records - one call for a region’s alarms, and the failovers are told though a zone can’t be read', async () => {
  const ids = ['orders-db', 'orders-web', 'orders-mail'];
  const records = ids.map((recordId) => aRecord({ recordId }));
  const { drifts, around } = await look({
    records,
    states: ids.map((id) => stateItem(ARMED, id)),
    alarms: alarms(SICK),
  });

  expect(drifts.map(({ recordId, action }) => [recordId, action])).toEqual(ids.map((id) => [id, 'follow']));
  expect(callsOf(around.cloudwatchIn('us-west-2'))).toHaveLength(1);
});

describe('a record in its turn', () => {
  const SIMPLE = aSimple(atAddresses('10.0.0.1'));
  const SET = { name: `${SIMPLE.name}.`, type: 'A', ttl: 30, values: ['10.0.0.1'] };
  const TURN = whenTurn(RECORD_ID);

  it('its first run came to nothing, so that it has no health check - told, to be written', async () => {
    const failover = aRecord();
    const given = { records: [failover], state: undefined, zone: [], alarms: alarms(WELL) };
    const { drifts } = await look(given, TURN);

    expect(drifts).toEqual([drift('converge', '3 changes are due')]);
  });

  it('its primary is ill, and its set is not as it ought to be - both are told', async () => {
    const { drifts } = await look({ records: [aRecord()], zone: [], alarms: alarms(SICK) }, TURN);

    expect(drifts.map(({ action }) => action)).toEqual(['follow', 'converge']);
  });

  it.each([
    ['another alarm in its entry', { health: { name: 'other', region: 'us-west-2' } }, ARMED],
    [
      'armed, and the run died before its check was made so',
      {},
      { ...ARMED, checks: { ...CHECKS, made: 'us-west-2/orders-sick, for the latch alone' } },
    ],
    [
      'noted before anybody noted what they were made of',
      {},
      { ...ARMED, checks: { health: 'a', latch: 'b', primary: 'c' } },
    ],
  ])('%s - told, to have its health checks made right', async (_situation, routing, state) => {
    const records = [aRecord({ routing: aFailover(routing) })];
    const { drifts } = await look({ records, state, alarms: { ...alarms(WELL), 'other in us-west-2': SICK } }, TURN);

    expect(drifts).toEqual([drift('converge', 'its health checks are made of something else')]);
  });

  it('a person edited a set by hand - told, to be brought in line', async () => {
    const zone = [{ ...SET, values: ['10.6.6.6'] }, markSet(SIMPLE)].map(toRoute53);
    const { drifts } = await look({ records: [SIMPLE], zone }, TURN);

    expect(drifts).toEqual([drift('converge', '2 changes are due')]);
    expect(told()).toHaveLength(1);
  });

  it('a person took our mark away - it is theirs: no run, an alarm', async () => {
    const counted = vi.spyOn(metrics, 'singleMetric');
    const { drifts, foreign } = await look(
      { records: [SIMPLE], zone: [{ ...SET, values: ['10.6.6.6'] }].map(toRoute53) },
      TURN,
    );

    expect([drifts, told()]).toEqual([[], []]);
    expect(foreign).toEqual([expect.stringMatching(/^orders-db: .*that we did not make/)]);
    expect(counted).toHaveBeenCalledTimes(1);
    counted.mockRestore();
  });

  it('it is in line - nothing is told', async () => {
    const { drifts } = await look({ records: [SIMPLE], zone: [SET, markSet(SIMPLE)].map(toRoute53) }, TURN);

    expect([drifts, told()]).toEqual([[], []]);
  });

  it('not announced - reported only', async () => {
    const { drifts } = await look({ records: [SIMPLE] }, TURN, false);

    expect([drifts.length, told()]).toEqual([1, []]);
  });

  it('one zone can not be read - told as unreadable, and the others are looked at', async () => {
    const other = aRecord({ recordId: 'other-db', name: 'other.example.internal' });
    const around = world({ records: [SIMPLE, other], states: [stateItem(ARMED, 'other-db')], alarms: alarms(SICK) });
    around.route53.on(ListResourceRecordSetsCommand).rejects(awsError('NoSuchHostedZone', 404));
    const { drifts, unreadable } = await look(around, TURN);

    expect(unreadable).toEqual([expect.stringMatching(/^orders-db: NoSuchHostedZone/)]);
    expect(drifts.map(({ recordId, action }) => [recordId, action])).toEqual([['other-db', 'follow']]);
  });
});

describe('entries and items that nobody can read', () => {
  it('told as unreadable, and the others are looked at', async () => {
    const torn = item({ pk: 'RECORDS', sk: 'RECORD#torn' }, { recordId: 'torn' });
    const spoiled = aRecord({ recordId: 'spoiled', name: 'spoiled.example.internal' });
    const { drifts, unreadable } = await look({
      records: [aRecord(), torn, spoiled],
      states: [stateItem({ version: 'many' }, 'spoiled')],
      alarms: alarms(SICK),
    });

    expect(unreadable).toHaveLength(2);
    expect(drifts.map(({ recordId }) => recordId)).toEqual([RECORD_ID]);
  });
});

describe('a record whose entry is gone', () => {
  const OTHERS = Array.from(
    { length: 3 },
    (_, index): DnsRecord =>
      aSimple(atAddresses('10.0.0.1'), { recordId: `o${index}`, name: `o${index}.example.internal` }),
  );
  const TURN = whenTurn(RECORD_ID);
  const leaving = { leaving: { by: 'ada', reason: 'it moves', at: NOW } };
  const gone = (state: FailoverState, entries: readonly DnsRecord[] = OTHERS, more: Given = {}) => {
    const around = world({
      state: { ...state, ...writtenAs(aRecord()) },
      zone: OTHERS.flatMap((each) => [markSet(each)]).map(toRoute53),
      ...more,
    });
    around.enter(...entries);
    return around;
  };
  const ofIt = ({ drifts }: { drifts: readonly { recordId: string }[] }) =>
    drifts.filter(({ recordId }) => recordId === RECORD_ID);

  it.each<[situation: string, around: () => ReturnType<typeof world>]>([
    ['a person took it away', () => gone({ ...ARMED, ...leaving }, [])],
    ['somebody deleted the entry', () => gone(ARMED)],
  ])('%s - told in its turn, to be removed', async (_situation, around) => {
    expect(ofIt(await look(around(), TURN))).toEqual([drift('remove', 'its entry is gone')]);
    expect(ofIt(await look(around(), QUIET))).toEqual([]);
  });

  it.each<[situation: string, around: () => ReturnType<typeof world>, because: string]>([
    ['no record is left', () => gone(ARMED, []), 'the registry has no records at all'],
    ['the table was restored', () => gone(ARMED, OTHERS, { madeAt: NOW }), 'the registry is another table'],
    [
      'many are missing',
      () =>
        gone(ARMED, OTHERS, {
          states: Array.from({ length: 6 }, (_, index) =>
            stateItem({ ...ARMED, ...writtenAs(aRecord()) }, `lost${index}`),
          ),
        }),
      'the registry lacks 7 of 10 records',
    ],
  ])('%s - kept, and told as unreadable', async (_situation, around, because) => {
    const report = await look(around(), TURN);

    expect(ofIt(report)).toEqual([]);
    expect(report.unreadable).toContainEqual(expect.stringContaining(because));
  });

  it('it was never written - nothing is told', async () => {
    const around = world({ records: OTHERS, state: undefined });
    around.ledger.push(stateItem({ version: 1, weights: { blue: 1 } }));
    const report = await look(around, TURN);

    expect([ofIt(report), report.unreadable]).toEqual([[], []]);
  });
});

it('an input that is none - refused in words', async () => {
  await expect(handler({ announce: 'yes' }, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
});
