import {
  ChangeResourceRecordSetsCommand,
  DeleteHealthCheckCommand,
  type HealthCheckConfig,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { beforeEach, describe, expect, it } from 'vitest';
import { markSet, type RecordSet } from '../../../functions/domain/dns-record.ts';
import { stateAttributes } from '../../../functions/registry/dns-records.ts';
import { ARMED, aRecord, aSimple, atAddresses, CHECKS, RECORD_ID, RECORD_NAME } from '../../support/dns-records.ts';
import { awsError, callsOf, stubFunctionEnvironment } from '../support.ts';
import { ALL_PAUSED, ENFORCED, type Given, OBSERVED, toRoute53, world, writtenAs } from './world.ts';

stubFunctionEnvironment();
const { run } = await import('../../../functions/failover/converge-record.ts');

const at = (more: Partial<RecordSet>): RecordSet => ({ name: `${RECORD_NAME}.`, type: 'A', ttl: 30, ...more });
const MARK = markSet(aRecord());
const SETS = [
  at({ setIdentifier: 'primary', failover: 'PRIMARY', values: ['10.0.0.1'], healthCheckId: CHECKS.primary }),
  at({ setIdentifier: 'secondary', failover: 'SECONDARY', values: ['10.1.0.1'] }),
  MARK,
];
const NEIGHBOUR: RecordSet = { name: 'x.orders.example.internal.', type: 'A', ttl: 30, values: ['10.9.9.9'] };
const BOTH: HealthCheckConfig = {
  Type: 'CALCULATED',
  HealthThreshold: 2,
  ChildHealthChecks: [CHECKS.health, CHECKS.latch],
};
const MADE = {
  [CHECKS.health]: { Type: 'CLOUDWATCH_METRIC' },
  [CHECKS.latch]: { Type: 'CLOUDWATCH_METRIC' },
  [CHECKS.primary]: BOTH,
  theirs: { Type: 'HTTP' },
} satisfies Record<string, HealthCheckConfig>;

/** A record that was written, and whose entry is gone. */
const gone = (more: Given = {}) => {
  const given = world({ zone: [...SETS, NEIGHBOUR].map(toRoute53), checks: MADE, latchAlarm: {}, ...more });
  given.enter();
  return given;
};

/** Calls as the workflow does, until nothing is left to do; what each call did. */
const leave = async (given: ReturnType<typeof world>) => {
  const did: string[] = [];
  let changeId: string | null = null;
  for (let call = 0; call < 10; call += 1) {
    const result: Awaited<ReturnType<typeof run>> = await run(
      { recordId: RECORD_ID, changeId, isLeaving: true },
      given.services,
    );
    did.push(result.did);
    if (result.did === 'gone' || result.did === 'nothing') return { did, result };
    if (result.did === 'changed') changeId = result.changeId;
  }
  throw new Error(`It never ends: ${did.join(', ')}`);
};

describe('a record whose entry is gone', () => {
  let given: ReturnType<typeof world>;
  beforeEach(() => {
    given = gone();
  });

  it('its sets and its mark leave in one batch, then its checks go, the one of both first, then the latch’s alarm', async () => {
    await expect(leave(given)).resolves.toMatchObject({
      did: ['changed', 'pending', 'gone'],
      result: { version: ARMED.version, because: 'nothing of it is left' },
    });
    expect(given.zone()).toEqual([NEIGHBOUR]);
    expect([...given.checks().keys()]).toEqual(['theirs']);
    expect(given.latchAlarm()).toBeUndefined();
    expect(given.written()).toEqual([
      'ChangeResourceRecordSets',
      ...['DeleteHealthCheck', 'DeleteHealthCheck', 'DeleteHealthCheck'],
      'DeleteAlarms',
    ]);
    const [, batch] = callsOf(given.route53).find(([command]) => command === 'ChangeResourceRecordSets') ?? [];
    expect(batch).toMatchObject({
      ChangeBatch: { Changes: SETS.map((set) => ({ Action: 'DELETE', ResourceRecordSet: toRoute53(set) })) },
    });
  });

  it('while a server of Route 53 still answers with them - its checks stay', async () => {
    const { changeId } = (await run({ recordId: RECORD_ID, changeId: null, isLeaving: true }, given.services)) as {
      changeId: string;
    };

    await expect(run({ recordId: RECORD_ID, changeId, isLeaving: true }, given.services)).resolves.toMatchObject({
      did: 'pending',
    });
    expect(given.checks().size).toBe(4);
  });

  it('we die after each step - the next run does the rest', async () => {
    await run({ recordId: RECORD_ID, changeId: null, isLeaving: true }, given.services);
    given.route53.on(DeleteHealthCheckCommand, { HealthCheckId: CHECKS.health }).rejectsOnce(awsError('Throttling'));
    await expect(run({ recordId: RECORD_ID, changeId: null, isLeaving: true }, given.services)).rejects.toMatchObject({
      name: 'Throttled',
    });

    given.route53.on(DeleteHealthCheckCommand, { HealthCheckId: CHECKS.health }).callsFake(() => {
      given.forget(CHECKS.health);
      return {};
    });
    await expect(leave(given)).resolves.toMatchObject({ did: ['gone'] });
    expect([...given.checks().keys()]).toEqual(['theirs']);
  });

  it('checks that a run made and died before it noted them - deleted too', async () => {
    const dying = world({ state: undefined });
    await run({ recordId: RECORD_ID, changeId: null }, dying.services);
    expect(dying.checks().size).toBe(3);
    const { checks: _unknown, ...unnoted } = ARMED;
    dying.note(stateAttributes({ ...unnoted, ...writtenAs(aRecord()) }));
    dying.enter();

    await expect(leave(dying)).resolves.toMatchObject({ did: ['gone'] });
    expect(dying.checks().size).toBe(0);
  });

  it('the zone is gone too - nothing is left to leave it', async () => {
    given.route53.on(ListResourceRecordSetsCommand).rejects(awsError('NoSuchHostedZone', 404));

    await expect(leave(given)).resolves.toMatchObject({ did: ['gone'] });
    expect([...given.checks().keys()]).toEqual(['theirs']);
  });

  it('a person entered it again meanwhile - nothing is done', async () => {
    given.enter(aRecord());

    await expect(leave(given)).resolves.toMatchObject({ did: ['nothing'], result: { because: 'its entry is there' } });
    expect(given.written()).toEqual([]);
  });

  it('nothing is known of it - nothing is done', async () => {
    const unknown = gone({ state: undefined });

    await expect(leave(unknown)).resolves.toMatchObject({ did: ['nothing'] });
    expect(unknown.written()).toEqual([]);
  });

  it.each([
    ['observed', [OBSERVED], 'the mode of dns is observe'],
    ['paused', [ENFORCED, ALL_PAUSED], 'everything is paused by jo'],
  ])('%s - withheld, and no call writes', async (_situation, modes, withheld) => {
    const barred = gone({ modes });

    await expect(leave(barred)).resolves.toMatchObject({ did: ['nothing'], result: { withheld } });
    expect(barred.written()).toEqual([]);
  });

  it('a protection of Route 53 forbids it - UnsafePlan, and its checks stay', async () => {
    const refused = Object.assign(awsError('InvalidChangeBatch'), { messages: ['A record protection forbids it.'] });
    given.route53.on(ChangeResourceRecordSetsCommand).rejects(refused);

    await expect(leave(given)).rejects.toMatchObject({
      name: 'UnsafePlan',
      message: expect.stringContaining('protection'),
    });
    expect(given.checks().size).toBe(4);
  });
});

describe('what the zone has is not ours', () => {
  it('somebody took our mark away - their sets stay, with the health checks that they use', async () => {
    const given = gone({ zone: SETS.slice(0, 2).map(toRoute53) });

    await expect(leave(given)).resolves.toMatchObject({
      did: ['gone'],
      result: { because: 'what the zone has is not ours: it stays, and so do the health checks that it uses' },
    });
    expect([given.zone(), given.checks().size]).toEqual([SETS.slice(0, 2), 4]);
  });

  it('they use none of our checks - those go', async () => {
    const theirs = at({ values: ['10.8.8.8'] });
    const given = gone({ zone: [theirs].map(toRoute53) });

    await expect(leave(given)).resolves.toMatchObject({
      did: ['gone'],
      result: { because: 'what the zone has is not ours: it stays' },
    });
    expect([given.zone(), [...given.checks().keys()]]).toEqual([[theirs], ['theirs']]);
  });

  it('it was adopted, and its mark is gone - ours all the same', async () => {
    const record = aSimple(atAddresses('10.0.0.1'));
    const adopted = { by: 'ada', reason: 'from before', at: '2026-11-20T12:00:00.000Z' };
    const given = gone({
      records: [record],
      state: { version: 2, adopted },
      zone: [at({ values: ['10.0.0.1'] })].map(toRoute53),
    });

    await expect(leave(given)).resolves.toMatchObject({ did: ['changed', 'pending', 'gone'] });
    expect(given.zone()).toEqual([]);
  });
});
