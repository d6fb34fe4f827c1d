import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { NO_STATE } from '../../../functions/domain/failover-state.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import {
  ARMED,
  aFailover,
  aRecord,
  aSimple,
  atAddresses,
  atTargets,
  aWeighted,
  ENGAGED,
  PRIMARY,
  PRIMARY_GROUP,
  RECORD_ID,
  RECORD_NAME,
  SECONDARY,
  SECONDARY_GROUP,
  SICK,
  WELL,
  ZONE_ID,
} from '../../support/dns-records.ts';
import { awsError, CONTEXT, callsOf, item, stubFunctionEnvironment } from '../support.ts';
import { ALL_PAUSED, ENFORCED, type Given, NO_ANSWER, OBSERVED, world } from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/failover/plan-failover.ts');

type Input = Parameters<typeof run>[0];
const BLIND = aRecord({ seenFrom: 'nowhere' });
const PROGRESS = { since: NOW, wrote: null, isPromoted: false, isConverged: false } as const;
const FOLLOW: Input = { recordId: RECORD_ID, request: { action: 'follow' }, progress: PROGRESS, answers: null };
const FAILOVER: Input = { ...FOLLOW, request: { action: 'failover', by: 'ada', reason: 'a drill' } };
const [ONE, TWO] = ['10.0.1.1', '10.1.1.1'] as const;
const NAMES = {
  [RECORD_NAME]: [ONE],
  'primary.elb.us-west-2.amazonaws.com': [ONE],
  'secondary.elb.eu-west-1.amazonaws.com': [TWO],
};
const plan = (input: Partial<Input> = {}, given: Given = {}) => run({ ...FOLLOW, ...input }, world(given).services);
const READINESS = aFailover({ readiness: { name: 'orders-ready', region: 'eu-west-1' } });

describe('what it asks', () => {
  it('before it decides - what clients get, beside what the sides have', async () => {
    const given = world();

    await expect(run(FOLLOW, given.services)).resolves.toEqual({
      step: 'look',
      because: 'what do clients get?',
      zoneId: ZONE_ID,
      serviceId: SERVICE_ID,
      version: ARMED.version,
      questions: [RECORD_NAME, 'primary.elb.us-west-2.amazonaws.com', 'secondary.elb.eu-west-1.amazonaws.com'].map(
        (name) => ({ name, type: 'A' }),
      ),
    });
    expect(given.written()).toEqual([]);
  });

  it.each<[situation: string, record: ReturnType<typeof aRecord>, questions: readonly string[]]>([
    [
      'sides of addresses',
      aRecord({ routing: aFailover({ primary: atAddresses(ONE), secondary: atTargets(SECONDARY_GROUP) }) }),
      [RECORD_NAME],
    ],
    [
      'both sides of one name',
      aRecord({ routing: aFailover({ secondary: PRIMARY }) }),
      [RECORD_NAME, 'primary.elb.us-west-2.amazonaws.com'],
    ],
    ['seen from nowhere', BLIND, []],
    ['a record that does not say from where', aRecord({ seenFrom: undefined as never }), []],
    ['a weighted record', aWeighted({ blue: 1 }), []],
  ])('%s - only what tells', async (_situation, record, questions) => {
    const planned = await plan({}, { records: [record] });

    expect(planned.questions.map(({ name }) => name)).toEqual(questions);
    expect(planned.step === 'look').toBe(questions.length > 0);
  });

  it('the tables consistently, each alarm where it is, and Route 53 for nothing', async () => {
    const given = world({
      records: [{ ...BLIND, routing: READINESS }],
      alarms: { 'orders-sick in us-west-2': WELL, 'orders-ready in eu-west-1': WELL },
    });
    await run(FOLLOW, given.services);

    expect(
      callsOf(given.dynamo).map(([, input]) => Object.values((input as { RequestItems: object }).RequestItems)),
    ).toEqual([
      [expect.objectContaining({ ConsistentRead: true })],
      [expect.objectContaining({ ConsistentRead: true })],
    ]);
    for (const [region, name] of [
      ['us-west-2', 'orders-sick'],
      ['eu-west-1', 'orders-ready'],
    ] as const) {
      expect(callsOf(given.cloudwatchIn(region))).toEqual([
        ['DescribeAlarms', { AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 }],
      ]);
    }
    expect(callsOf(given.route53)).toEqual([]);
  });
});

describe('what it says', () => {
  it('the primary is sick - the word to write, as the workflow puts it', async () => {
    const planned = await plan({ answers: NAMES }, { alarms: { 'orders-sick in us-west-2': SICK } });

    expect(planned).toMatchObject({
      step: 'write',
      what: 'engaged',
      version: 4,
      state: { version: 5, engaged: { by: 'health', reason: 'orders-sick is ALARM', at: NOW } },
      item: {
        version: { N: '5' },
        engaged: { M: { by: { S: 'health' }, reason: { S: 'orders-sick is ALARM' }, at: { S: NOW } } },
        armedAt: { S: ARMED.armedAt },
      },
    });
    // What the log has is enough to decide again.
    expect(planned).toMatchObject({
      situation: { record: aRecord(), state: ARMED, mode: 'enforce', health: SICK, answered: 'primary', now: NOW },
    });
  });

  it.each<[situation: string, answers: Input['answers'], answered: string]>([
    ['the primary’s', NAMES, 'primary'],
    ['the secondary’s', { ...NAMES, [RECORD_NAME]: [TWO] }, 'secondary'],
    ['what nobody has', { ...NAMES, [RECORD_NAME]: ['10.7.7.7'] }, 'neither'],
    ['nothing', { ...NAMES, [RECORD_NAME]: [] }, 'unknown'],
    ['no reply', { ...NAMES, [RECORD_NAME]: null }, 'unknown'],
    ['a name of nobody’s question', {}, 'unknown'],
    [
      'the primary’s, which itself could not be looked up',
      { ...NAMES, 'primary.elb.us-west-2.amazonaws.com': null },
      'neither',
    ],
  ])('clients get %s', async (_situation, answers, answered) => {
    expect(await plan({ answers })).toMatchObject({ situation: { answered } });
  });

  it('sides of addresses and of targets - by what they were written with', async () => {
    const records = [
      aRecord({
        type: 'AAAA',
        routing: aFailover({ primary: atAddresses('FD00:0::1'), secondary: atTargets(SECONDARY_GROUP) }),
      }),
    ];
    const state = { ...ARMED, applied: { secondary: ['fd00::2'] } };

    for (const [address, answered] of [
      ['fd00::1', 'primary'],
      ['fd00::2', 'secondary'],
    ] as const) {
      expect(await plan({ answers: { [RECORD_NAME]: [address] } }, { records, state })).toMatchObject({
        situation: { answered },
      });
    }
  });

  it.each<[silence: string, error: Error]>([
    ['does not answer', NO_ANSWER],
    ['refuses a connection', Object.assign(new Error('refused'), { name: 'Error', code: 'ECONNREFUSED' })],
    ['has no time', awsError('ThrottlingException')],
    ['fails', awsError('InternalFailure', 500)],
  ])('the alarm’s region %s - neither well nor sick', async (_silence, error) => {
    const alarms = { 'orders-sick in us-west-2': error };

    expect(await plan({ answers: NAMES }, { alarms })).toMatchObject({
      step: 'done',
      outcome: 'nothing',
      situation: { health: { state: 'unreadable' } },
    });
    expect(await plan({ answers: { ...NAMES, [RECORD_NAME]: [TWO] } }, { alarms })).toMatchObject({
      step: 'write',
      what: 'engaged',
    });
  });

  it('the secondary’s alarm - asked where it is', async () => {
    const records = [{ ...BLIND, routing: READINESS }];
    const well = { 'orders-sick in us-west-2': SICK, 'orders-ready in eu-west-1': WELL };

    expect(await plan(FAILOVER, { records, alarms: well })).toMatchObject({ step: 'write' });
    expect(await plan(FAILOVER, { records, alarms: { ...well, 'orders-ready in eu-west-1': SICK } })).toMatchObject({
      step: 'refuse',
    });
    expect(
      await plan(FAILOVER, { records, alarms: { ...well, 'orders-ready in eu-west-1': NO_ANSWER } }),
    ).toMatchObject({ step: 'refuse' });
  });

  it.each<[situation: string, modes: Given['modes'], because: RegExp]>([
    ['paused', [ENFORCED, ALL_PAUSED], /^everything is paused by jo: a look: /],
    ['observed', [OBSERVED], /^the mode of dns is observe: /],
    ['nobody set a mode', [], /^the mode of dns is propose: /],
  ])('%s - refused in words', async (_situation, modes = [], because) => {
    expect(await plan(FAILOVER, { records: [BLIND], modes })).toMatchObject({
      step: 'refuse',
      because: expect.stringMatching(because),
    });
  });

  it('asked again after a lost reply - the same, and after the word was written it goes on from there', async () => {
    const given = { records: [BLIND], alarms: { 'orders-sick in us-west-2': SICK } };
    expect(await plan(FOLLOW, given)).toEqual(await plan(FOLLOW, given));

    const engaged = { ...ENGAGED, engaged: { by: 'health', reason: 'x', at: NOW } };
    const after = await plan(
      { progress: { ...PROGRESS, wrote: { what: 'engaged', at: NOW } } },
      { ...given, state: engaged },
    );
    expect(after).toMatchObject({ step: 'wait', seconds: 5 });
    expect(after).not.toHaveProperty('item');
  });

  it('the end of a failback - what is to be kept of it', async () => {
    const state = { ...ARMED, released: { by: 'ada', reason: 'over', at: NOW } };
    const request = { action: 'failback', by: 'ada', reason: 'over' } as const;
    const progress = { ...PROGRESS, wrote: { what: 'released', at: NOW } } as const;

    const planned = await plan({ request, progress, answers: NAMES }, { state });
    expect(planned).toMatchObject({ step: 'done', outcome: 'failed-back', item: { version: { N: '5' } } });
    expect((planned as { item: object }).item).not.toHaveProperty('released');
  });

  it('status - all that is known, and nothing to do', async () => {
    const planned = await plan({ request: { action: 'status' }, answers: NAMES }, { state: ENGAGED });

    expect(planned).toMatchObject({ step: 'status', situation: { state: ENGAGED, health: WELL, answered: 'primary' } });
    expect(planned).not.toHaveProperty('item');
  });

  it('a record that the ledger does not know - as nobody ever touched it', async () => {
    expect(await plan({ request: { action: 'status' } }, { records: [BLIND], state: undefined })).toMatchObject({
      version: 0,
      situation: { state: NO_STATE },
    });
  });

  it('a simple record - no alarm is asked for', async () => {
    const given = world({ records: [aSimple(atTargets(PRIMARY_GROUP))], alarms: {} });

    await expect(run({ ...FOLLOW, request: { action: 'converge' } }, given.services)).resolves.toMatchObject({
      step: 'converge',
    });
    expect(callsOf(given.cloudwatchIn('us-west-2'))).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('an alarm that is not there - Malformed: a failover by an alarm that nobody made would never come', async () => {
    await expect(plan({ answers: NAMES }, { alarms: {} })).rejects.toMatchObject({
      name: 'Malformed',
      message: 'There is no alarm orders-sick in us-west-2.',
    });
  });

  it.each([{ action: 'failover', by: 'ada', reason: 'a drill', force: true } as const, { action: 'status' } as const])(
    'an alarm that is not there, and a person’s $action - unreadable, which holds nobody up',
    async (request) => {
      const given = world({ alarms: {} });

      await expect(run({ ...FOLLOW, request, answers: NAMES }, given.services)).resolves.toMatchObject({
        step: request.action === 'status' ? 'status' : 'write',
        situation: { health: { state: 'unreadable' } },
      });
    },
  );

  it('an alarm that it may not read, and a failback without force - refused in words', async () => {
    const request = { action: 'failback', by: 'ada', reason: 'it is over' } as const;
    const given = world({ state: ENGAGED });
    given.cloudwatchIn('us-west-2').on(DescribeAlarmsCommand).rejects(awsError('AccessDenied'));

    await expect(run({ ...FOLLOW, request, answers: NAMES }, given.services)).resolves.toMatchObject({
      step: 'refuse',
      because: 'orders-sick is unreadable, and a failback asks for 600 s of OK: wait, or force',
    });
  });

  it('an alarm that it may not read - Denied', async () => {
    const given = world();
    given.cloudwatchIn('us-west-2').on(DescribeAlarmsCommand).rejects(awsError('AccessDenied'));

    await expect(run({ ...FOLLOW, answers: NAMES }, given.services)).rejects.toMatchObject({ name: 'Denied' });
  });

  it('a composite alarm - as good as any', async () => {
    const given = world();
    given
      .cloudwatchIn('us-west-2')
      .on(DescribeAlarmsCommand)
      .resolves({ CompositeAlarms: [{ AlarmName: 'orders-sick', StateValue: 'ALARM' }] });

    await expect(run({ ...FOLLOW, answers: NAMES }, given.services)).resolves.toMatchObject({
      situation: { health: { state: 'ALARM', since: '1970-01-01T00:00:00.000Z' } },
    });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
  ])('DynamoDB says %s - %s', async (code, name) => {
    const given = world();
    given.dynamo.on(BatchGetItemCommand).rejects(awsError(code));

    await expect(run(FOLLOW, given.services)).rejects.toMatchObject({ name });
  });

  it('an entry that is hostile - told in plain text', async () => {
    const hostile = { ...aRecord(), name: '\u001b[2Jx\u202e\n<script>' };

    await expect(
      plan({}, { records: [item({ pk: 'RECORDS', sk: `RECORD#${RECORD_ID}` }, hostile)] }),
    ).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^A record can't be read: RECORD#orders-db: name: [\x20-\x7e]+$/),
    });
  });

  it('an entry under another’s key - Malformed', async () => {
    const entry = item({ pk: 'RECORDS', sk: `RECORD#${RECORD_ID}` }, { ...aRecord(), recordId: 'other' });

    await expect(plan({}, { records: [entry] })).rejects.toMatchObject({
      message: "A record can't be read: RECORD#orders-db: its recordId is another one than its key's",
    });
  });
});

describe('its input', () => {
  beforeAll(stubFunctionEnvironment);

  it.each([
    ['nothing', {}],
    ['an id with a key in it', { ...FOLLOW, recordId: 'x#y' }],
    ['an action that is none', { ...FOLLOW, request: { action: 'drop' } }],
    ['a failover without a reason', { ...FOLLOW, request: { action: 'failover', by: 'ada' } }],
    ['a failover by nobody', { ...FOLLOW, request: { action: 'failover', reason: 'x' } }],
    ['force in words', { ...FOLLOW, request: { ...FAILOVER.request, force: 'yes' } }],
    ['a converge by force', { ...FOLLOW, request: { action: 'converge', force: true } }],
    ['a weight of 256', { ...FOLLOW, request: { action: 'shift', by: 'a', reason: 'b', weights: { blue: 256 } } }],
    ['a weight of a half', { ...FOLLOW, request: { action: 'shift', by: 'a', reason: 'b', weights: { blue: 0.5 } } }],
    [
      'a side called prototype',
      { ...FOLLOW, request: { action: 'shift', by: 'a', reason: 'b', weights: { prototype: 1 } } },
    ],
    ['a side that is none', { ...FOLLOW, request: { action: 'shift', by: 'a', reason: 'b', weights: { 'a b': 1 } } }],
    ['an answer that is no address', { ...FOLLOW, answers: { [RECORD_NAME]: ['SECONDARY'] } }],
    ['no word of answers', { ...FOLLOW, answers: undefined }],
    ['half a progress', { ...FOLLOW, progress: { since: NOW } }],
    ['a word that nobody writes', { ...FOLLOW, progress: { ...PROGRESS, wrote: { what: 'x', at: NOW } } }],
    ['a field that nobody reads', { ...FOLLOW, dryRun: true }],
  ])('%s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^The input does not fit: /),
    });
  });

  it('both sides’ load balancers are what the tests take them for', () => {
    expect([PRIMARY, SECONDARY].map((side) => (side.kind === 'alias' ? side.dnsName : ''))).toEqual(
      Object.keys(NAMES).slice(1),
    );
  });
});
