import { describe, expect, it } from 'vitest';
import { NO_STATE } from '../../functions/domain/failover-state.ts';
import { ALL_PAUSED, ENFORCED, healthy, NO_ANSWER, OBSERVED } from '../functions/failover/world.ts';
import {
  ARMED,
  aFailover,
  aRecord,
  aSimple,
  atAddresses,
  atTargets,
  aWeighted,
  ENGAGED,
  PRIMARY_GROUP,
  RECORD_ID,
  SICK,
  ZONE_ID,
} from '../support/dns-records.ts';
import { type Admission, failing, ME, moment, OTHER, onlyAttempt, wokenAfter } from './admission.ts';
import {
  type Around,
  CONVERGE,
  FAILBACK,
  FAILOVER,
  FOLLOW,
  FOLLOWED_AFTER,
  STATE_KEY,
  since,
  standby,
  UNARMED,
  unwritten,
  updateFailover,
  ZONE_KEY,
} from './failing-over.ts';
import { filesOf, textOf } from './support.ts';

const SIMPLE = unwritten([aSimple(atAddresses('10.0.0.1'))]);
const PROMOTED = [aRecord({ routing: aFailover({ engages: 'manual-armed', promotes: true }) })];
/** Well for two hours, failed over an hour ago. */
const OVER = { state: ENGAGED, answered: 'secondary' as const, alarms: { 'orders-sick in us-west-2': since('OK') } };
const states = ({ attempts }: Admission): readonly string[] => attempts.map(({ state }) => state);
const outcome = ({ output }: Admission) => output as { outcome: string; because: string; changes: unknown[] };

describe('converge', () => {
  it('a record that the zone has not - the zone is taken, written, let go; recorded and told', async () => {
    const around = standby(SIMPLE);
    const ran = await updateFailover(around.script, CONVERGE);

    expect(states(ran)).toEqual([
      ...['Plan', 'Take the zone', 'Converge', 'Note it', 'Converge', 'Converge', 'Converge'],
      ...['Plan', 'Let the zone go', 'Record', 'Publish'],
    ]);
    expect(around.whereWritten()).toMatchObject({ zoneId: ZONE_ID, type: 'A', at: moment() });
    expect(outcome(ran)).toMatchObject({ outcome: 'converged', recordId: RECORD_ID });
    expect(outcome(ran).changes).toHaveLength(2);
    expect(ran.seconds).toBe(10);
    expect(around.written()).toEqual(['ChangeResourceRecordSets']);
    expect(around.lease()).toEqual(ZONE_KEY);
    expect(around.decisions()).toMatchObject([
      {
        sk: { S: `DECISION#${moment()}#e` },
        recordId: { S: RECORD_ID },
        action: { S: 'converge' },
        outcome: { S: 'converged' },
        by: { S: 'concierge' },
        executionArn: { S: ME },
      },
    ]);
  });

  it('a failover record - what is to be written is noted before it is written', async () => {
    const around = standby(unwritten());
    around.alarms['orders-sick in us-west-2'] = since('INSUFFICIENT_DATA');
    const ran = await updateFailover(around.script, CONVERGE);

    expect(states(ran)).toEqual([
      ...['Plan', 'Look', 'Plan', 'Take the zone', 'Converge', 'Note it', 'Converge', 'Converge', 'Converge'],
      ...['Plan', 'Look', 'Plan', 'Let the zone go', 'Record', 'Publish'],
    ]);
    expect(around.state()).toEqual({
      version: 1,
      checks: {
        ...{ health: 'check-3', latch: 'check-1', primary: 'check-2' },
        made: 'us-west-2/orders-sick, for the latch alone',
      },
    });
    expect(around.checks().get('check-2')).toMatchObject({ ChildHealthChecks: ['check-1'] });
  });

  it('its primary is well for the first time - armed, and its health becomes a part of the record', async () => {
    const around = standby(unwritten());
    const ran = await updateFailover(around.script, CONVERGE);

    expect(outcome(ran)).toMatchObject({ outcome: 'armed' });
    expect(around.state()).toMatchObject({ version: 2, armedAt: moment() });
    expect(around.checks().get('check-3')).toMatchObject({ ChildHealthChecks: ['check-1', 'check-2'] });
  });

  it('nothing differs - nothing is written, recorded or told', async () => {
    const around = standby(SIMPLE);
    await updateFailover(around.script, CONVERGE);
    const [written, decisions] = [around.written().length, around.decisions().length];
    const ran = await updateFailover(around.script, CONVERGE);

    expect(states(ran)).toEqual(['Plan', 'Take the zone', 'Converge', 'Plan', 'Let the zone go']);
    expect(outcome(ran)).toMatchObject({ outcome: 'converged', changes: [] });
    expect([around.written().length, around.decisions().length]).toEqual([written, decisions]);
  });

  it.each([
    ['paused', [ENFORCED, ALL_PAUSED], 'everything is paused by jo'],
    ['observed', [OBSERVED], 'the mode of dns is observe'],
  ])('%s - withheld, and nothing is written', async (_situation, modes, because) => {
    const around = standby({ ...SIMPLE, modes });
    const ran = await updateFailover(around.script, CONVERGE);

    expect(outcome(ran)).toMatchObject({ outcome: 'withheld', because });
    expect(around.written()).toEqual([]);
  });

  it.each([
    [
      'somebody else’s record',
      {
        ...SIMPLE,
        zone: [
          { Name: 'db.orders.example.internal.', Type: 'A' as const, TTL: 5, ResourceRecords: [{ Value: '10.9.9.9' }] },
        ],
      },
      /that we did not make: "adopt-record" takes over. Nothing was changed\.$/,
    ],
    [
      'targets of which nobody is healthy',
      unwritten([aSimple(atTargets(PRIMARY_GROUP))]),
      /^The record stays as it is: port 5432 of orders has nobody healthy\.$/,
    ],
  ])('%s - left alone, and an alarm rings', async (_situation, given, cause) => {
    const around = standby(given);
    const ran = await updateFailover(around.script, CONVERGE);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'UnsafePlan', cause: expect.stringMatching(cause) });
    expect(around.written()).toEqual([]);
    expect(around.decisions()).toMatchObject([{ sk: { S: `FAILURE#${moment()}#e` }, outcome: { S: 'failed' } }]);
  });

  it('targets that changed - noted, then written', async () => {
    const around = standby({ ...unwritten([aSimple(atTargets(PRIMARY_GROUP))]), targets: healthy('10.0.1.10') });
    await updateFailover(around.script, CONVERGE);

    expect(around.state()).toEqual({ version: 1, applied: { simple: ['10.0.1.10'] } });
    expect(around.zone()[0]?.values).toEqual(['10.0.1.10']);
  });

  it('Route 53 is busy with the zone - waited for, while the zone is ours', async () => {
    const around = standby(SIMPLE);
    const busy = failing('NotSettled', 'busy');
    const ran = await updateFailover({ ...around.script, Converge: [busy, busy, around.task('Converge')] }, CONVERGE);

    expect(outcome(ran)).toMatchObject({ outcome: 'converged' });
    expect(ran.seconds).toBe(20);
    expect(around.written()).toEqual(['ChangeResourceRecordSets']);
  });

  it('Route 53 is busy for ever - given up, within the history of an execution', async () => {
    const around = standby(SIMPLE);
    const ran = await updateFailover({ ...around.script, Converge: [failing('NotSettled', 'busy')] }, CONVERGE);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled' });
    expect(ran.historyEvents).toBeLessThan(25_000);
  });

  it('another run writes what is known of the record while this one notes - it looks again, and loses nothing of it', async () => {
    const around = standby(unwritten());
    around.alarms['orders-sick in us-west-2'] = since('INSUFFICIENT_DATA');
    const noting = (call: unknown, at: number, action: string) => {
      if (around.state().armedAt === undefined) around.write({ armedAt: ARMED.armedAt as string });
      return around.task('Note it')(call, at, action);
    };
    const ran = await updateFailover({ ...around.script, 'Note it': [noting] }, CONVERGE);

    expect(outcome(ran)).toMatchObject({ outcome: 'converged' });
    expect(around.state()).toMatchObject({
      version: 2,
      armedAt: ARMED.armedAt,
      checks: { primary: expect.any(String) },
    });
  });
});

describe('follow', () => {
  const sick = (rest: object = {}) => standby({ alarms: { 'orders-sick in us-west-2': since('ALARM', -60) }, ...rest });

  it('the primary is sick - the word is written, the latch asserted, and clients are seen to follow', async () => {
    const around = sick();
    const ran = await updateFailover(around.script, FOLLOW);

    expect(states(ran).slice(0, 7)).toEqual([
      'Plan',
      'Look',
      'Plan',
      'Write the state',
      'Assert the latch',
      'Plan',
      'Look',
    ]);
    expect(outcome(ran)).toMatchObject({ outcome: 'engaged', because: 'the answer is the secondary’s', changes: [] });
    expect(around.state()).toEqual({
      ...ARMED,
      version: 5,
      engaged: { by: 'health', reason: 'orders-sick is ALARM', at: moment() },
    });
    expect(around.asserted).toEqual([{ latch: 1, at: 0 }]);
    expect(ran.seconds).toBe(FOLLOWED_AFTER);
  });

  it('Route 53 is called for nothing, and no zone is taken', async () => {
    const around = sick();
    const ran = await updateFailover(around.script, FOLLOW);

    expect(states(ran)).not.toContain('Take the zone');
    expect(around.route53.calls()).toEqual([]);
  });

  it('what is written, and on what condition', async () => {
    const around = sick();
    const ran = await updateFailover(around.script, FOLLOW);

    expect(onlyAttempt(ran, 'Write the state')).toMatchObject({
      action: 'dynamodb:putItem',
      arguments: {
        TableName: 'ledger-table',
        Item: { ...STATE_KEY, run: { S: ME }, version: { N: '5' }, engaged: { M: { by: { S: 'health' } } } },
        ConditionExpression: 'attribute_not_exists(#version) OR #version = :read OR (#version = :next AND run = :me)',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':read': { N: '4' }, ':next': { N: '5' }, ':me': { S: ME } },
      },
    });
  });

  it.each([
    ['never seen well', { state: UNARMED }],
    ['failed over already', { state: ENGAGED }],
    ['for a person to fail over', { records: [aRecord({ routing: aFailover({ engages: 'manual-armed' }) })] }],
    ['paused', { modes: [ENFORCED, ALL_PAUSED] }],
    ['observed', { modes: [OBSERVED] }],
  ])('%s - nothing is written, recorded or told', async (_situation, rest) => {
    const around = sick(rest);
    const before = around.state();
    const ran = await updateFailover(around.script, FOLLOW);

    expect(outcome(ran)).toMatchObject({ outcome: 'nothing' });
    expect(states(ran)).toEqual(['Plan', 'Look', 'Plan']);
    expect([around.state(), around.metrics(), around.published]).toEqual([before, 0, []]);
  });

  it('the primary’s region does not answer, and clients get the secondary - latched, with no call to Route 53', async () => {
    const around = standby({ alarms: { 'orders-sick in us-west-2': NO_ANSWER }, answered: 'secondary' });
    const ran = await updateFailover(around.script, FOLLOW);

    expect(outcome(ran)).toMatchObject({ outcome: 'engaged' });
    expect(around.route53.calls()).toEqual([]);
  });

  it('killed between the word and its assertion - the next minute’s schedule asserts it; the next run leaves it so', async () => {
    const around = sick();
    const died = await updateFailover({ ...around.script, 'Assert the latch': [failing('Denied', 'it died')] }, FOLLOW);
    expect(died).toMatchObject({ status: 'FAILED', error: 'Denied' });
    expect(around.state().engaged).toBeDefined();
    expect(around.asserted).toEqual([]);

    await (around.task('Assert the latch') as (...given: unknown[]) => unknown)(
      { FunctionName: 'assert-latches:1', Payload: {} },
      60,
      'invoke',
    );
    expect(around.asserted).toEqual([{ latch: 1, at: 60 }]);
    expect(outcome(await updateFailover(around.script, FOLLOW))).toMatchObject({ outcome: 'nothing' });
  });
});

describe('failover and failback', () => {
  it('failed over by a person - by whom and why is kept, recorded and told', async () => {
    const around = standby();
    const ran = await updateFailover(around.script, FAILOVER);

    expect(outcome(ran)).toMatchObject({ outcome: 'failed-over' });
    expect(around.state().engaged).toEqual({ by: 'ada', reason: 'a drill', at: moment() });
    expect(around.decisions()).toMatchObject([
      { outcome: { S: 'failed-over' }, by: { S: 'ada' }, action: { S: 'failover' } },
    ]);
    expect(around.published).toHaveLength(1);
    expect(around.route53.calls()).toEqual([]);
  });

  it('failed back - let go, seen, and the release is over', async () => {
    const around = standby(OVER);
    const ran = await updateFailover(around.script, FAILBACK);

    expect(outcome(ran)).toMatchObject({ outcome: 'failed-back' });
    expect(states(ran).slice(-4)).toEqual(['Plan', 'Write the end', 'Record', 'Publish']);
    expect(around.state()).toEqual({ ...ARMED, version: 7 });
    expect(around.asserted).toEqual([{ latch: 0, at: 0 }]);
    expect(ran.seconds).toBe(FOLLOWED_AFTER);
  });

  it('clients do not follow - unconfirmed after four and a half minutes, and told so', async () => {
    const around = standby({ isFollowed: false });
    const ran = await updateFailover(around.script, FAILOVER);

    expect(outcome(ran)).toMatchObject({ outcome: 'unconfirmed', because: 'after 270 s the answer is primary' });
    expect(ran.seconds).toBe(270);
    expect(ran.historyEvents).toBeLessThan(25_000);
  });

  it('nobody can look - only time passes', async () => {
    const around = standby({ records: [aRecord({ seenFrom: 'nowhere' })] });
    const ran = await updateFailover(around.script, FAILOVER);

    expect(states(ran)).not.toContain('Look');
    expect(outcome(ran)).toMatchObject({ outcome: 'unconfirmed', because: 'nobody can look from where its client is' });
  });

  it.each([
    [
      'paused',
      FAILOVER,
      { modes: [ENFORCED, ALL_PAUSED] },
      /^everything is paused by jo: a look: resume it, or force$/,
    ],
    ['not failed over', FAILBACK, {}, /^it is not failed over$/],
    [
      'the primary is not well yet',
      FAILBACK,
      { ...OVER, alarms: { 'orders-sick in us-west-2': SICK } },
      /^orders-sick is ALARM, and a failback asks for 600 s/,
    ],
    ['never written', FAILOVER, { ...unwritten() }, /^its records were never written: converge it first$/],
  ])('%s - refused in words, and nothing is written', async (_situation, input, rest, because) => {
    const around = standby(rest);
    const before = around.state();
    const ran = await updateFailover(around.script, input);

    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'refused', because: expect.stringMatching(because) },
    });
    expect(states(ran)).toEqual(['Plan', 'Look', 'Plan']);
    expect(around.state()).toEqual(before);
  });

  it('a second operator - told by whom, when and why', async () => {
    const around = standby();
    await updateFailover(around.script, FAILOVER);
    const second = await updateFailover(around.script, { ...FAILOVER, by: 'jo', reason: 'a fire', force: true });

    expect(outcome(second)).toMatchObject({
      outcome: 'refused',
      because: `it is failed over already, by ada at ${moment()}: a drill`,
    });
    expect(around.state().engaged?.by).toBe('ada');
  });

  it('two at once - one word counts; the other is told whose', async () => {
    const around = standby();
    const writing = (call: unknown, at: number, action: string) => {
      if (around.state().engaged === undefined) around.write({ engaged: { by: 'jo', reason: 'a fire', at: moment() } });
      return around.task('Write the state')(call, at, action);
    };
    const ran = await updateFailover({ ...around.script, 'Write the state': [writing] }, FAILOVER);

    expect(outcome(ran)).toMatchObject({
      outcome: 'refused',
      because: `it is failed over already, by jo at ${moment()}: a fire`,
    });
    expect(around.state().engaged?.by).toBe('jo');
  });

  it('the reply of the word was lost - written once, and gone on', async () => {
    const around = standby();
    const lost = (call: unknown, at: number, action: string) => {
      around.task('Write the state')(call, at, action);
      throw failing('DynamoDb.SdkClientException', 'lost');
    };
    const ran = await updateFailover(
      { ...around.script, 'Write the state': [lost, around.task('Write the state')] },
      FAILOVER,
    );

    expect(outcome(ran)).toMatchObject({ outcome: 'failed-over' });
    expect(around.state().version).toBe(ARMED.version + 1);
  });

  it('the reply of the end was lost - written once', async () => {
    const around = standby(OVER);
    const lost = (call: unknown, at: number, action: string) => {
      around.task('Write the end')(call, at, action);
      throw failing('DynamoDb.SdkClientException', 'lost');
    };
    const ran = await updateFailover(
      { ...around.script, 'Write the end': [lost, around.task('Write the end')] },
      FAILBACK,
    );

    expect(outcome(ran)).toMatchObject({ outcome: 'failed-back' });
    expect(around.state()).toEqual({ ...ARMED, version: 7 });
  });

  it('somebody fails it back while this run waits for clients - told so, and what was written is recorded', async () => {
    const around = standby();
    const waiting = (call: unknown, at: number, action: string) => {
      if (at >= 30 && around.state().engaged !== undefined) {
        const { engaged: _gone, ...rest } = around.state();
        around.ledger.splice(0, around.ledger.length, ...around.ledger.filter(({ sk }) => sk?.S !== STATE_KEY.sk.S));
        around.write({ ...rest, version: rest.version + 1, released: { by: 'jo', reason: 'no', at: moment(30) } });
      }
      return around.task('Plan')(call, at, action);
    };
    const ran = await updateFailover({ ...around.script, Plan: [waiting] }, FAILOVER);

    expect(outcome(ran)).toMatchObject({ outcome: 'refused', because: 'somebody else had another word' });
    expect(around.decisions()).toMatchObject([{ outcome: { S: 'refused' }, by: { S: 'ada' } }]);
    expect(around.published).toMatchObject([{ Entries: [{ Detail: { outcome: 'refused' } }] }]);
  });
});

describe('a promotion', () => {
  it.each([
    ['still waits', 'RUNNING', 0],
    ['is over, and nothing was flipped', 'FAILED', 1],
    ['is known to nobody any more', undefined, 1],
  ])(
    'that another run asked for, which %s - asked for again only where nobody waits for it',
    async (_run, status, times) => {
      const executions = status === undefined ? {} : { [OTHER]: status };
      const around = standby({ records: PROMOTED, promoter: wokenAfter(600), executions });
      around.ask(OTHER);
      const ran = await updateFailover(around.script, FAILOVER);

      expect(states(ran).filter((each) => each === 'Ask for a promotion')).toHaveLength(times);
      expect(around.promotions()).toMatchObject([{ execution: { S: ME } }]);
      expect(outcome(ran)).toMatchObject({ outcome: 'failed-over' });
    },
  );

  it('that two runs take over at once - asked for by one', async () => {
    const around = standby({
      records: PROMOTED,
      promoter: wokenAfter(600),
      executions: { [OTHER]: 'FAILED', 'arn:third': 'RUNNING' },
    });
    around.ask(OTHER);
    const take = around.task('Take over the asking');
    const ran = await updateFailover(
      {
        ...around.script,
        'Take over the asking': [
          (call: unknown, at: number, action: string) => {
            around.ask('arn:third');
            return take(call, at, action);
          },
        ],
      },
      FAILOVER,
    );

    expect(states(ran)).not.toContain('Ask for a promotion');
    expect(outcome(ran)).toMatchObject({ outcome: 'failed-over' });
  });

  it('comes before the flip; the token stays in the ledger, whoever did gives it back', async () => {
    const around = standby({ records: PROMOTED, promoter: wokenAfter(600) });
    const ran = await updateFailover(around.script, FAILOVER);

    expect(onlyAttempt(ran, 'Ask for a promotion')).toMatchObject({
      action: 'events:putEvents',
      arguments: {
        Entries: [
          {
            EventBusName: 'concierge-bus',
            Source: 'privatelink-concierge',
            DetailType: 'Promotion Wanted',
            Detail: {
              schemaVersion: 1,
              recordId: RECORD_ID,
              action: 'failover',
              reason: 'a drill',
              executionArn: ME,
            },
          },
        ],
      },
    });
    expect(JSON.stringify(onlyAttempt(ran, 'Ask for a promotion').arguments)).not.toContain('oken');
    expect(around.promotions()).toMatchObject([
      { token: { S: expect.any(String) }, askedBy: { S: 'ada' }, execution: { S: ME } },
    ]);
    expect(onlyAttempt(ran, 'Write the state').at).toBe(600);
    expect(outcome(ran)).toMatchObject({ outcome: 'failed-over' });
  });

  it('can’t be done - fails in the promoter’s words, and nothing is flipped', async () => {
    const promoter = wokenAfter(60, { kind: 'failure', error: 'NotInSync', cause: 'an hour behind' });
    const around = standby({ records: PROMOTED, promoter });
    const ran = await updateFailover(around.script, FAILOVER);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotInSync', cause: 'an hour behind' });
    expect([around.state(), around.metrics()]).toEqual([ARMED, 0]);
    expect(around.decisions()).toMatchObject([{ because: { S: 'NotInSync: an hour behind' }, by: { S: 'ada' } }]);
  });

  it('can’t be done, without a word why - fails all the same', async () => {
    const promoter = wokenAfter(60, { kind: 'failure', error: undefined, cause: undefined });
    const around = standby({ records: PROMOTED, promoter });

    expect(await updateFailover(around.script, FAILOVER)).toMatchObject({ status: 'FAILED' });
    expect(around.state()).toEqual(ARMED);
  });

  it('nobody says anything for an hour - given up, and nothing is flipped', async () => {
    const around = standby({ records: PROMOTED });
    const ran = await updateFailover(around.script, FAILOVER);

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotPromoted',
      cause: 'Nobody said within an hour that it was promoted. No failover was made.',
      seconds: 3_600,
    });
    expect(around.state()).toEqual(ARMED);
  });

  it('of a failback - the same, the other way round', async () => {
    const around = standby({ ...OVER, records: PROMOTED, promoter: wokenAfter(60) });

    expect(outcome(await updateFailover(around.script, FAILBACK))).toMatchObject({ outcome: 'failed-back' });
    const silent = standby({ ...OVER, records: PROMOTED });
    expect(await updateFailover(silent.script, FAILBACK)).toMatchObject({
      cause: expect.stringMatching(/No failback was made\.$/),
    });
  });

  it('another failed it over meanwhile - told by whom', async () => {
    const around = standby({ records: PROMOTED, promoter: wokenAfter(60) });
    const promoting = (call: unknown, at: number, action: string) => {
      around.write({ engaged: { by: 'jo', reason: 'a fire', at: moment() } });
      return around.task('Have it promoted')(call, at, action);
    };
    const ran = await updateFailover({ ...around.script, 'Have it promoted': [promoting] }, FAILOVER);

    expect(outcome(ran)).toMatchObject({
      outcome: 'refused',
      because: `it is failed over already, by jo at ${moment()}: a fire`,
    });
  });
});

describe('remove', () => {
  const REMOVE = { recordId: RECORD_ID, action: 'remove' };
  /** A record that is in its zone, and whose entry is gone since. */
  const gone = async (given: Around) => {
    const around = standby(given);
    await updateFailover(around.script, CONVERGE);
    around.enter();
    return around;
  };

  it('its sets leave, its checks go, and nothing is known of it but what was decided', async () => {
    const around = await gone(unwritten());
    const published = around.published.length;
    const ran = await updateFailover(around.script, REMOVE);

    expect(states(ran)).toEqual([
      ...['Plan', 'Take the zone', 'Converge', 'Converge', 'Converge', 'Forget it'],
      ...['Let the zone go', 'Record', 'Publish'],
    ]);
    expect(outcome(ran)).toMatchObject({ outcome: 'removed', because: 'nothing of it is left' });
    expect(outcome(ran).changes).toHaveLength(3);
    expect([around.zone(), around.checks().size, around.latchAlarm()]).toEqual([[], 0, undefined]);
    expect([around.state(), around.whereWritten(), around.lease()]).toEqual([NO_STATE, undefined, ZONE_KEY]);
    expect(around.decisions().at(-1)).toMatchObject({ action: { S: 'remove' }, outcome: { S: 'removed' } });
    expect(JSON.stringify(around.published.slice(published))).toContain('"outcome":"removed"');
  });

  it('given twice - nothing is done', async () => {
    const around = await gone(SIMPLE);
    await updateFailover(around.script, REMOVE);
    const ran = await updateFailover(around.script, REMOVE);

    expect(states(ran)).toEqual(['Plan']);
    expect(outcome(ran)).toMatchObject({ outcome: 'nothing', because: 'it is not known to be written anywhere' });
  });

  it('its entry is there - it stays, and nothing is written', async () => {
    const around = standby(SIMPLE);
    await updateFailover(around.script, CONVERGE);
    const ran = await updateFailover(around.script, REMOVE);

    expect(outcome(ran)).toMatchObject({ outcome: 'nothing', because: 'its entry is there' });
    expect(around.zone()).toHaveLength(2);
  });

  it('a person said so - told who and why', async () => {
    const around = await gone(SIMPLE);
    around.write({ leaving: { by: 'ada', reason: 'it moves', at: moment() } });
    const ran = await updateFailover(around.script, { ...REMOVE, dryRun: true });

    expect(ran.output).toMatchObject({ step: 'converge', because: 'ada took its entry away: it moves' });
    expect(around.zone()).toHaveLength(2);
  });

  it('paused - withheld, and everything is known still', async () => {
    const around = await gone({ ...SIMPLE, modes: [ENFORCED] });
    around.ledger.push(ALL_PAUSED);
    const ran = await updateFailover(around.script, REMOVE);

    expect(outcome(ran)).toMatchObject({ outcome: 'withheld', because: 'everything is paused by jo' });
    expect([around.zone().length, around.whereWritten()?.zoneId]).toEqual([2, ZONE_ID]);
  });

  it('another word came before it was forgotten - looked at again', async () => {
    const around = await gone(SIMPLE);
    const forget = around.task('Forget it');
    const ran = await updateFailover(
      {
        ...around.script,
        'Forget it': [
          (call: unknown, at: number, action: string) => {
            around.write({ leaving: { by: 'ada', reason: 'it moves', at: moment() } });
            return forget(call, at, action);
          },
          forget,
        ],
      },
      REMOVE,
    );

    expect(states(ran).filter((each) => each === 'Forget it')).toHaveLength(2);
    expect(outcome(ran)).toMatchObject({ outcome: 'removed' });
    expect(around.whereWritten()).toBeUndefined();
  });
});

describe('shift', () => {
  const SHIFT = { recordId: RECORD_ID, action: 'shift', by: 'ada', reason: 'a canary', weights: { green: 50 } };
  const weighted = () => standby(unwritten([aWeighted({ blue: 80, green: 20 })]));

  it('weights are written into the ledger, then into the zone', async () => {
    const around = weighted();
    await updateFailover(around.script, CONVERGE);
    const ran = await updateFailover(around.script, SHIFT);

    expect(outcome(ran)).toMatchObject({ outcome: 'shifted', because: 'ada: a canary' });
    expect(outcome(ran).changes).toHaveLength(2);
    expect(around.state().weights).toEqual({ green: 50 });
    expect(around.zone().map(({ weight }) => weight)).toEqual(expect.arrayContaining([80, 50]));
  });

  it('as entered again - forgotten in the ledger, then in the zone', async () => {
    const around = weighted();
    await updateFailover(around.script, SHIFT);
    const ran = await updateFailover(around.script, { ...SHIFT, weights: 'as-entered' });

    expect(outcome(ran)).toMatchObject({ outcome: 'shifted', because: 'ada: a canary' });
    expect(around.state().weights).toBeUndefined();
    expect(around.zone().map(({ weight }) => weight)).toEqual(expect.arrayContaining([80, 20]));
  });

  it('every weight 0 - refused in words', async () => {
    const around = weighted();
    const ran = await updateFailover(around.script, { ...SHIFT, weights: { blue: 0, green: 0 } });

    expect(outcome(ran)).toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining('every weight would be 0'),
    });
    expect(around.state().version).toBe(0);
  });
});

describe('who writes a zone', () => {
  it('one run at a time: another has it - waited for until it lets go', async () => {
    const around = standby({ ...SIMPLE, executions: { [OTHER]: 'RUNNING' } });
    around.hold(OTHER);
    const taking = (call: unknown, at: number, action: string) => {
      if (at >= 40)
        around.ledger.splice(0, around.ledger.length, ...around.ledger.filter(({ sk }) => sk?.S !== 'LEASE'));
      return around.task('Take the zone')(call, at, action);
    };
    const ran = await updateFailover({ ...around.script, 'Take the zone': [taking] }, CONVERGE);

    expect(outcome(ran)).toMatchObject({ outcome: 'converged' });
    expect(ran.attempts.find(({ state }) => state === 'Converge')?.at).toBeGreaterThanOrEqual(40);
  });

  it.each(['FAILED', 'SUCCEEDED', 'TIMED_OUT', 'ABORTED'])('its holder is %s - taken over', async (status) => {
    const around = standby({ ...SIMPLE, executions: { [OTHER]: status } });
    around.hold(OTHER);
    const ran = await updateFailover(around.script, CONVERGE);

    expect(states(ran).slice(1, 6)).toEqual([
      'Take the zone',
      'Ask who has it',
      'Look at its execution',
      'Take over the zone',
      'Converge',
    ]);
    expect(outcome(ran)).toMatchObject({ outcome: 'converged' });
    expect(around.lease()).toEqual(ZONE_KEY);
  });

  it('nobody knows its holder any more - taken over', async () => {
    const around = standby(SIMPLE);
    around.hold(OTHER);

    expect(outcome(await updateFailover(around.script, CONVERGE))).toMatchObject({ outcome: 'converged' });
  });

  it('a third took it over in between - not taken from that one', async () => {
    const around = standby({ ...SIMPLE, executions: { [OTHER]: 'FAILED', 'arn:third': 'RUNNING' } });
    around.hold(OTHER);
    const overtaking = (call: unknown, at: number, action: string) => {
      around.hold('arn:third');
      return around.task('Take over the zone')(call, at, action);
    };
    const ran = await updateFailover({ ...around.script, 'Take over the zone': [overtaking] }, CONVERGE);

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotSettled',
      cause: expect.stringContaining('the last of them arn:third'),
    });
    expect(around.written()).toEqual([]);
    expect(around.lease()?.execution).toEqual({ S: 'arn:third' });
  });

  it('never let go - given up after ten minutes, and nothing is written', async () => {
    const around = standby({ ...SIMPLE, executions: { [OTHER]: 'RUNNING' } });
    around.hold(OTHER);
    const ran = await updateFailover(around.script, CONVERGE);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled' });
    expect(ran.seconds).toBeGreaterThan(390);
    expect(ran.seconds).toBeLessThan(800);
    expect(around.written()).toEqual([]);
  });

  it('the reply of the taking was lost - ours already', async () => {
    const around = standby(SIMPLE);
    const lost = (call: unknown, at: number, action: string) => {
      around.task('Take the zone')(call, at, action);
      throw failing('DynamoDb.SdkClientException', 'lost');
    };
    const ran = await updateFailover(
      { ...around.script, 'Take the zone': [lost, around.task('Take the zone')] },
      CONVERGE,
    );

    expect(outcome(ran)).toMatchObject({ outcome: 'converged' });
    expect(states(ran)).not.toContain('Ask who has it');
  });

  it('two runs one after the other - each lets go what it took', async () => {
    const around = standby(SIMPLE);
    await updateFailover(around.script, CONVERGE);
    await updateFailover(around.script, CONVERGE);

    expect(around.lease()).toEqual(ZONE_KEY);
  });

  it('refused while it has the zone - lets it go all the same', async () => {
    const around = standby(SIMPLE);
    const weighted = [aWeighted({ blue: 1 })];
    const shift = standby(unwritten(weighted));
    const planning = (call: unknown, at: number, action: string) => {
      const { progress } = (call as { Payload: { progress: { isConverged: boolean } } }).Payload;
      // Its entry is of another kind since.
      return progress.isConverged ? around.task('Plan')(call, at, action) : shift.task('Plan')(call, at, action);
    };
    const ran = await updateFailover(
      { ...shift.script, Plan: [planning] },
      { recordId: RECORD_ID, action: 'shift', by: 'ada', reason: 'x', weights: { blue: 2 } },
    );

    expect(outcome(ran)).toMatchObject({ outcome: 'refused' });
    expect(shift.lease()).toEqual(ZONE_KEY);
  });
});

describe('only looked at', () => {
  it('status - what is known and what clients get; nothing is written', async () => {
    const around = standby(OVER);
    const ran = await updateFailover(around.script, { recordId: RECORD_ID, action: 'status' });

    expect(ran.path.at(-1)).toBe('Show the status');
    expect(ran.output).toMatchObject({ recordId: RECORD_ID, situation: { state: ENGAGED, answered: 'secondary' } });
    expect(states(ran)).toEqual(['Plan', 'Look', 'Plan']);
  });

  it.each([
    ['failover', FAILOVER, {}, { step: 'write' }],
    ['failback', FAILBACK, {}, { step: 'refuse', because: 'it is not failed over' }],
    ['follow', FOLLOW, {}, { step: 'done' }],
    ['status', { recordId: RECORD_ID, action: 'status' }, {}, { step: 'status' }],
    ['converge', CONVERGE, SIMPLE, { step: 'converge', zone: { plan: { kind: 'change' } } }],
    ['converge of nothing yet', CONVERGE, unwritten(), { step: 'write', zone: { plan: { kind: 'change' } } }],
    [
      'shift',
      { recordId: RECORD_ID, action: 'shift', by: 'ada', reason: 'x', weights: { blue: 7 } },
      unwritten([aWeighted({ blue: 1 })]),
      { step: 'write', zone: { plan: { changes: [{ set: { weight: 7 } }, {}] } } },
    ],
  ])(
    '%s, tried first - shown, and nothing is taken, written, recorded or told',
    async (_action, input, rest, shown) => {
      const around = standby(rest);
      const before = JSON.stringify(around.ledger);
      const ran = await updateFailover(around.script, { ...input, dryRun: true });

      expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { dryRun: true, recordId: RECORD_ID, ...shown } });
      expect(states(ran).filter((state) => !['Plan only', 'Look only', 'Compare only'].includes(state))).toEqual([]);
      expect([around.written(), around.published, JSON.stringify(around.ledger)]).toEqual([[], [], before]);
    },
  );
});

describe('an alarm, or a target group', () => {
  const records = [aRecord(), aSimple(atTargets(PRIMARY_GROUP), { recordId: 'simple' })];

  it.each([
    [{ alarm: { name: 'orders-sick', region: 'us-west-2' } }, [FOLLOW]],
    [{ targetGroupArn: PRIMARY_GROUP }, [{ recordId: 'simple', action: 'converge' }]],
    [{ targetGroupArn: 'arn:nobody' }, []],
  ])('%j - a run for each whom it concerns', async (cause, wakes) => {
    const around = standby({ records });
    const ran = await updateFailover(around.script, cause);

    expect(around.started).toEqual(wakes);
    expect(ran.output).toEqual({ cause, records: wakes.map(({ recordId }) => recordId), failures: [] });
  });

  it('nobody can say whom it concerns - recorded, and fails under that name', async () => {
    const around = standby({ records });
    const ran = await updateFailover(
      { ...around.script, 'Find the records': [failing('Denied', 'may not')] },
      { targetGroupArn: 'x' },
    );

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Denied', cause: 'may not' });
    expect(ran.path.slice(-3)).toEqual(['Find the records', 'Record the failure', 'Fail']);
  });

  it('a run that can’t be started - told, and left to the watch', async () => {
    const around = standby({ records });
    const ran = await updateFailover(
      { ...around.script, 'Wake one': [failing('Sfn.StateMachineDeletingException', 'gone')] },
      { targetGroupArn: PRIMARY_GROUP },
    );

    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { failures: ['Sfn.StateMachineDeletingException: gone'] },
    });
  });
});

describe('an input', () => {
  it.each([
    ['nothing', {}],
    ['null', null],
    ['a text', '"x"'],
    ['a list', [CONVERGE]],
    ['no action', { recordId: RECORD_ID }],
    ['another action', { recordId: RECORD_ID, action: 'drop' }],
    ['an action of two', { recordId: RECORD_ID, action: ['converge', 'failover'] }],
    ['an id with a key in it', { ...CONVERGE, recordId: 'a#b' }],
    ['an id with a line more', { ...CONVERGE, recordId: 'a\n' }],
    ['an id of sixty-four characters', { ...CONVERGE, recordId: 'a'.repeat(64) }],
    ['a field that nobody reads', { ...CONVERGE, settle: true }],
    ['a dry run in words', { ...CONVERGE, dryRun: 'yes' }],
    ['a failover by nobody', { ...FAILOVER, by: null }],
    ['a failover without a reason', { recordId: RECORD_ID, action: 'failover', by: 'ada' }],
    ['a failback for a blank', { ...FAILBACK, reason: ' \n' }],
    ['a shift without weights', { recordId: RECORD_ID, action: 'shift', by: 'ada', reason: 'x' }],
    ['a shift to weights in words', { recordId: RECORD_ID, action: 'shift', by: 'ada', reason: 'x', weights: 'all' }],
    ['an alarm without a region', { alarm: { name: 'x' } }],
    ['an alarm and a record', { ...CONVERGE, alarm: { name: 'x', region: 'y' } }],
    ['a target group that is none', { targetGroupArn: 7 }],
  ])('%s - refused in words, and nothing is called', async (_situation, input) => {
    const ran = await updateFailover({}, input);

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'Malformed',
      cause: expect.stringMatching(/^Give \{"recordId": .* Got: /),
    });
    expect(ran.path).toEqual(['Check the input', 'Refuse the input']);
  });

  it.each(filesOf('examples/update-failover/'))('the example %s - taken', async (file) => {
    const input = JSON.parse(textOf(`examples/update-failover/${file}`));
    const records = [input.action === 'shift' ? aWeighted({ blue: 80, green: 20 }) : aRecord()].map((record) => ({
      ...record,
      recordId: input.recordId ?? record.recordId,
    }));
    const ran = await updateFailover(standby({ records }).script, input);

    expect(ran.status).toBe('SUCCEEDED');
  });
});
