import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { BindingId } from '../../functions/registry/schemas.ts';
import { SERVICE_ID } from '../support/builders.ts';
import {
  type Admission,
  attemptsByState,
  CONDITION_FAILED,
  failing,
  ME,
  moment,
  OTHER,
  onlyAttempt,
  payload,
} from './admission.ts';
import {
  BINDING,
  BINDING_ID,
  GROUP,
  heldBy,
  KNOWN,
  looks,
  MOVE,
  NEW,
  OLD,
  PORT,
  refresh,
  running,
  type Sight,
  SOURCE,
  STILL,
  TARGETS_KEY,
} from './refreshing.ts';
import { filesOf, textOf } from './support.ts';

const TOO_MANY = 'ElasticLoadBalancingV2.TooManyTargetsException';
const UNKNOWN_TARGET = 'ElasticLoadBalancingV2.InvalidTargetException';

/** What was called, in order: the states of the tasks. */
const calls = ({ attempts }: Admission): readonly string[] => attempts.map(({ state }) => state);
const argumentsOf = ({ attempts }: Admission, state: string): readonly unknown[] =>
  attempts.filter((each) => each.state === state).map((each) => each.arguments);
/** What was written to the target group, in order. */
const written = ({ attempts }: Admission): readonly unknown[] =>
  attempts
    .filter(({ action }) => action.startsWith('elasticloadbalancingv2:'))
    .map(({ action, arguments: given }) => [action, given]);
const targets = (...addresses: readonly string[]) => ({
  TargetGroupArn: GROUP,
  Targets: addresses.map((Id) => ({ Id, Port: PORT })),
});
const REGISTER = 'elasticloadbalancingv2:registerTargets';
const DEREGISTER = 'elasticloadbalancingv2:deregisterTargets';

describe('an address that moved', () => {
  it('is registered, waited for until it is healthy, and only then the old one goes', async () => {
    const ran = await refresh(running(MOVE), BINDING);

    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.path).toEqual([
      'Check the input',
      'Take the lease',
      ...['Observe', 'Go by the step', 'Note and renew', 'Act', 'Register', 'Give it time'],
      ...['Observe', 'Go by the step', 'Note and renew', 'Act', 'Give it time'],
      ...['Observe', 'Go by the step', 'Note and renew', 'Act', 'Deregister', 'Removed or withdrawn'],
      ...['Observe', 'Go by the step', 'Record the end', 'Tell or end', 'Publish', 'Done'],
    ]);
    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW)],
      [DEREGISTER, targets(OLD)],
    ]);
    expect(ran.seconds).toBe(20);
    expect(ran.output).toMatchObject({
      outcome: 'refreshed',
      bindingId: BINDING_ID,
      added: [NEW],
      removed: [OLD],
      looks: 4,
      plan: { add: [], remove: [], healthy: 1 },
    });
  });

  it('each look is told what was deregistered, and what the first found out', async () => {
    const ran = await refresh(running(MOVE), BINDING);
    const known = { hostName: 'orders.proxy-abc.us-west-2.rds.amazonaws.com', isCrossZone: true, capacity: 500 };

    expect(argumentsOf(ran, 'Observe')).toEqual(
      [
        { removed: [], known: null },
        { removed: [], known },
        { removed: [], known },
        { removed: [OLD], known },
      ].map((each) => ({
        FunctionName: 'plan-targets:5',
        Payload: { bindingId: BINDING_ID, isFull: false, isTight: false, startedAt: moment(0), ...each },
      })),
    );
  });

  it('before every write the lease is renewed, and whose the targets are is noted', async () => {
    const ran = await refresh(running(MOVE), BINDING);

    expect(calls(ran)).toEqual([
      'Take the lease',
      ...['Observe', 'Note and renew', 'Register'],
      ...['Observe', 'Note and renew'],
      ...['Observe', 'Note and renew', 'Deregister'],
      ...['Observe', 'Record the end', 'Publish'],
    ]);
    const noted = ran.attempts.filter(({ state }) => state === 'Note and renew');
    expect(noted[0]).toEqual({
      state: 'Note and renew',
      action: 'dynamodb:updateItem',
      at: 0,
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        UpdateExpression: 'SET leaseUntil = :until, ours = :ours, refused = :refused, #version = :next',
        ConditionExpression:
          'execution = :me AND (attribute_not_exists(#version) OR #version = :read OR (#version = :next AND ours = :ours AND refused = :refused))',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':until': { S: moment(300) },
          ':ours': { M: { [OLD]: { M: {} }, [NEW]: { M: { since: { S: moment() } } } } },
          ':refused': { M: {} },
          ':read': { N: '7' },
          ':next': { N: '8' },
        },
      },
    });
    expect(noted.map(({ arguments: given }) => given)).toMatchObject(
      [300, 310, 320].map((seconds, index) => ({
        ExpressionAttributeValues: {
          ':until': { S: moment(seconds) },
          ':read': { N: `${7 + index}` },
          ':next': { N: `${8 + index}` },
        },
      })),
    );
    // Seen healthy: nobody waits for it any longer, before the old one goes.
    expect(noted[2]).toMatchObject({
      arguments: { ExpressionAttributeValues: { ':ours': { M: { [OLD]: { M: {} }, [NEW]: { M: {} } } } } },
    });
  });

  it('the end is recorded - what was applied, what is ours, and nobody at it any more', async () => {
    const ran = await refresh(running(MOVE), BINDING);

    expect(onlyAttempt(ran, 'Record the end')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        UpdateExpression:
          'SET ours = :ours, refused = :refused, applied = :applied, isCrossZone = :crossZone, failures = :none, #version = :next REMOVE execution, leaseUntil, failedAt',
        ConditionExpression: 'execution = :me AND (attribute_not_exists(#version) OR #version = :read)',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: {
          ':me': { S: ME },
          ':ours': { M: { [NEW]: { M: {} } } },
          ':refused': { M: {} },
          ':applied': { L: [{ S: NEW }] },
          ':crossZone': { BOOL: true },
          ':none': { N: '0' },
          ':read': { N: '10' },
          ':next': { N: '11' },
        },
      },
    });
  });

  it('is told, with who went and who came', async () => {
    const ran = await refresh(running(MOVE), BINDING);

    expect(onlyAttempt(ran, 'Publish')).toMatchObject({
      action: 'events:putEvents',
      arguments: {
        Entries: [
          {
            EventBusName: 'concierge-bus',
            Source: 'privatelink-concierge',
            DetailType: 'Targets Refreshed',
            Resources: [GROUP],
            Detail: {
              schemaVersion: 1,
              bindingId: BINDING_ID,
              serviceId: SERVICE_ID,
              targetGroupArn: GROUP,
              added: [NEW],
              removed: [OLD],
              healthy: 1,
              executionArn: ME,
            },
          },
        ],
      },
    });
  });

  it('whose old target is gone already - no error, whatever AWS calls it', async () => {
    const ran = await refresh({ ...running(MOVE), Deregister: [failing(UNKNOWN_TARGET)] }, BINDING);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { added: [NEW], removed: [OLD] } });
    expect(argumentsOf(ran, 'Observe').at(-1)).toMatchObject({ Payload: { removed: [OLD] } });
  });

  it('one of two old targets is gone already - AWS may have refused both: nobody counts as removed, and one goes at a time', async () => {
    const [gone, there] = [OLD, '10.0.9.9'];
    const sights: readonly Sight[] = [
      { targets: { [gone]: 'healthy', [there]: 'healthy', [NEW]: 'healthy' } },
      { targets: { [there]: 'healthy', [NEW]: 'healthy' } },
      { targets: { [there]: 'draining', [NEW]: 'healthy' }, removed: [there] },
    ];
    const record = { ...KNOWN, ours: { [gone]: {}, [there]: {}, [NEW]: {} } };
    const script = running(sights, { record, binding: { maxRemovalRatio: 1 } });
    const ran = await refresh({ ...script, Deregister: [failing(UNKNOWN_TARGET), {}] }, BINDING);

    expect(argumentsOf(ran, 'Deregister')).toEqual([targets(gone, there), targets(there)]);
    expect(argumentsOf(ran, 'Observe')[1]).toMatchObject({ Payload: { removed: [], isTight: true } });
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { removed: [there] } });
  });

  it('whose old target is named again while it drains - registered again, and not told as removed', async () => {
    const sights: readonly Sight[] = [
      ...MOVE.slice(0, 3),
      { named: [NEW, OLD], targets: { [OLD]: 'draining', [NEW]: 'healthy' }, removed: [OLD] },
      { named: [NEW, OLD], targets: { [OLD]: 'healthy', [NEW]: 'healthy' } },
    ];
    const ran = await refresh(running(sights), BINDING);

    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW)],
      [DEREGISTER, targets(OLD)],
      [REGISTER, targets(OLD)],
    ]);
    expect(ran.output).toMatchObject({ added: [NEW, OLD], removed: [] });
    expect(argumentsOf(ran, 'Observe').at(-1)).toMatchObject({ Payload: { removed: [] } });
  });

  it('a binding that waits for draining - looks again until it has drained', async () => {
    const sights = [...MOVE, { targets: { [NEW]: 'healthy' }, removed: [OLD] } as const];
    const ran = await refresh(running(sights, { binding: { waitForDraining: true } }), BINDING);

    expect(ran.path.slice(-11)).toEqual([
      ...['Observe', 'Go by the step', 'Note and renew', 'Act', 'Give it time'],
      ...['Observe', 'Go by the step', 'Record the end', 'Tell or end', 'Publish', 'Done'],
    ]);
    expect(ran.seconds).toBe(30);
  });

  it('several at once - one call for all that come, one for all that go', async () => {
    const [other, another] = ['10.0.1.11', '10.0.2.21'];
    const record = { ...KNOWN, ours: { [OLD]: {}, [other]: {} } };
    const named = [NEW, another];
    const both = { [OLD]: 'healthy', [other]: 'healthy' } as const;
    const sights: readonly Sight[] = [
      { named, targets: both },
      { named, targets: { ...both, [NEW]: 'healthy', [another]: 'healthy' } },
      { named, targets: { [NEW]: 'healthy', [another]: 'healthy' }, removed: [OLD, other] },
    ];
    const ran = await refresh(running(sights, { record }), BINDING);

    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW, another)],
      [DEREGISTER, targets(OLD, other)],
    ]);
  });
});

describe('nothing to do', () => {
  it('is recorded, and told to nobody', async () => {
    const ran = await refresh(running([STILL]), BINDING);

    expect(calls(ran)).toEqual(['Take the lease', 'Observe', 'Record the end']);
    expect(ran.path.slice(-2)).toEqual(['Tell or end', 'Done']);
    expect(ran.output).toMatchObject({ outcome: 'refreshed', added: [], removed: [], looks: 1 });
  });

  it('settle: false - one look', async () => {
    expect(attemptsByState(await refresh(running([STILL]), { ...BINDING, settle: false })).Observe).toBe(1);
  });

  it('DNS is silent - the run ends, with its doubt, and nothing is written to the target group', async () => {
    const ran = await refresh(running([{ named: [], targets: { [OLD]: 'healthy' } }]), BINDING);

    expect(written(ran)).toEqual([]);
    expect(ran.output).toMatchObject({ plan: { doubt: 'DNS named nobody' } });
    // What was applied before is not forgotten over it.
    expect(onlyAttempt(ran, 'Record the end').arguments).toMatchObject({
      ExpressionAttributeValues: { ':applied': { L: [{ S: OLD }] } },
    });
  });
});

describe('the lease', () => {
  it('is taken where nobody has it, or we have', async () => {
    const ran = await refresh(running([STILL]), BINDING);

    expect(onlyAttempt(ran, 'Take the lease')).toEqual({
      state: 'Take the lease',
      action: 'dynamodb:updateItem',
      at: 0,
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        UpdateExpression: 'SET execution = :me, leaseUntil = :until',
        ConditionExpression: 'attribute_not_exists(execution) OR execution = :me',
        ExpressionAttributeValues: { ':me': { S: ME }, ':until': { S: moment(300) } },
      },
    });
  });

  it.each(['RUNNING', 'PENDING_REDRIVE'])('its holder is %s - whoever comes second is told who', async (status) => {
    const ran = await refresh(heldBy(OTHER, status), BINDING);

    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'busy', bindingId: BINDING_ID, heldBy: OTHER, heldUntil: '2026-11-23T12:03:00.000Z' },
    });
    expect(calls(ran)).toEqual(['Take the lease', 'Ask who has it', 'Look at its execution']);
    expect(onlyAttempt(ran, 'Ask who has it')).toMatchObject({
      action: 'dynamodb:getItem',
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        ConsistentRead: true,
        ProjectionExpression: 'execution, leaseUntil',
      },
    });
    expect(onlyAttempt(ran, 'Look at its execution')).toMatchObject({
      action: 'sfn:describeExecution',
      arguments: { ExecutionArn: OTHER },
    });
  });

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED', 'SUCCEEDED'])(
    'its holder is %s - taken over from exactly that execution',
    async (status) => {
      const ran = await refresh(heldBy(OTHER, status), BINDING);

      expect(calls(ran)).toEqual([
        'Take the lease',
        'Ask who has it',
        'Look at its execution',
        'Take over the lease',
        'Observe',
        'Record the end',
      ]);
      expect(onlyAttempt(ran, 'Take over the lease')).toMatchObject({
        action: 'dynamodb:updateItem',
        arguments: {
          TableName: 'ledger-table',
          Key: TARGETS_KEY,
          UpdateExpression: 'SET execution = :me, leaseUntil = :until',
          ConditionExpression: 'execution = :holder OR execution = :me',
          ExpressionAttributeValues: { ':me': { S: ME }, ':holder': { S: OTHER }, ':until': { S: moment(300) } },
        },
      });
    },
  );

  it('its holder is so long dead that nobody remembers it - taken over', async () => {
    const script = { ...heldBy(OTHER, ''), 'Look at its execution': [failing('Sfn.ExecutionDoesNotExistException')] };
    const ran = await refresh(script, BINDING);

    expect(ran.output).toMatchObject({ outcome: 'refreshed' });
    expect(calls(ran)).toContain('Take over the lease');
  });

  const PERSON = 'operator arn:aws:iam::123456789012:user/ada at 2026-11-23T11:58:00.000Z';
  const heldByPerson = (until: string | undefined) => ({
    ...heldBy(PERSON, ''),
    'Ask who has it': [
      { Item: { execution: { S: PERSON }, ...(until === undefined ? {} : { leaseUntil: { S: until } }) } },
    ],
  });

  it('a person has it in hand - left alone until their time is over, and no execution is asked after', async () => {
    const ran = await refresh(heldByPerson('2026-11-23T12:03:00.000Z'), BINDING);

    expect(ran.output).toMatchObject({ outcome: 'busy', heldBy: PERSON, heldUntil: '2026-11-23T12:03:00.000Z' });
    expect(calls(ran)).toEqual(['Take the lease', 'Ask who has it']);
  });

  it.each([
    ['11:59', '2026-11-23T11:59:00.000Z'],
    ['never', undefined],
  ])('a person had it in hand until %s - taken over from exactly them', async (_until, until) => {
    const ran = await refresh(heldByPerson(until), BINDING);

    expect(calls(ran)).toEqual([
      'Take the lease',
      'Ask who has it',
      'Take over the lease',
      'Observe',
      'Record the end',
    ]);
    expect(onlyAttempt(ran, 'Take over the lease').arguments).toMatchObject({
      ConditionExpression: 'execution = :holder OR execution = :me',
      ExpressionAttributeValues: { ':holder': { S: PERSON } },
    });
  });

  it('somebody else took it over meanwhile - it is asked for again', async () => {
    const script = {
      ...heldBy(OTHER, 'FAILED'),
      'Look at its execution': [{ Status: 'FAILED' }, { Status: 'RUNNING' }],
      'Take over the lease': [failing(CONDITION_FAILED)],
    };
    const ran = await refresh(script, BINDING);

    expect(ran.output).toMatchObject({ outcome: 'busy', heldBy: OTHER });
    expect(attemptsByState(ran)).toEqual({
      'Take the lease': 2,
      'Ask who has it': 2,
      'Look at its execution': 2,
      'Take over the lease': 1,
    });
  });

  it.each([
    ['an item without a holder', { Item: {} }],
    ['no item', {}],
  ])('it was let go meanwhile, %s - taken', async (_situation, reply) => {
    const script = {
      ...running([STILL]),
      'Take the lease': [failing(CONDITION_FAILED), {}],
      'Ask who has it': [reply],
    };

    expect(calls(await refresh(script, BINDING))).toEqual([
      'Take the lease',
      'Ask who has it',
      'Take the lease',
      'Observe',
      'Record the end',
    ]);
  });

  it('always just let go and just taken - ten times, and then it is left to them', async () => {
    const script = { ...running([STILL]), 'Take the lease': [failing(CONDITION_FAILED)], 'Ask who has it': [{}] };
    const ran = await refresh(script, BINDING);

    expect(ran.output).toEqual({ outcome: 'busy', bindingId: BINDING_ID, heldBy: '', heldUntil: '' });
    expect(attemptsByState(ran)).toEqual({ 'Take the lease': 10, 'Ask who has it': 10 });
  });

  it.each([
    ['before the first write', 0, [], []],
    ['before the second, and what was done is told', 2, [[REGISTER, targets(NEW)]], ['Publish']],
  ])('lost %s - nothing more is written', async (_situation, notes, done, told) => {
    const script = {
      ...heldBy(OTHER, 'RUNNING'),
      ...running(MOVE),
      'Take the lease': [{}, failing(CONDITION_FAILED)],
      'Note and renew': [...Array.from({ length: notes }, () => ({})), failing(CONDITION_FAILED)],
    };
    const ran = await refresh(script, BINDING);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'busy' } });
    expect(calls(ran).slice(-4 - told.length)).toEqual([
      'Note and renew',
      'Take the lease',
      'Ask who has it',
      'Look at its execution',
      ...told,
    ]);
    expect(written(ran)).toEqual(done);
  });

  it.each([
    ['just now', moment(-10), 50],
    ['long ago', moment(-600), 0],
  ])('its holder died %s - its last call is waited for', async (_when, StopDate, seconds) => {
    const script = { ...heldBy(OTHER, 'ABORTED'), 'Look at its execution': [{ Status: 'ABORTED', StopDate }] };
    const ran = await refresh(script, BINDING);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds });
    expect(ran.path).toContain('Let its last call end');
  });

  it('ours still, and the record was changed by a person - looked at again before anything is written', async () => {
    const [first] = MOVE;
    const script = {
      ...running(first === undefined ? [] : [first, ...MOVE]),
      'Note and renew': [failing(CONDITION_FAILED), {}],
    };
    const ran = await refresh(script, BINDING);

    expect(calls(ran).slice(0, 7)).toEqual([
      'Take the lease',
      ...['Observe', 'Note and renew', 'Take the lease'],
      ...['Observe', 'Note and renew', 'Register'],
    ]);
    expect(ran.output).toMatchObject({ added: [NEW], removed: [OLD] });
  });

  it.each([
    ['the end was recorded and its reply lost', { Item: { pk: { S: 'TARGETS' } } }],
    ['nothing is there any more', {}],
    ['another run has it by now', { Item: { execution: { S: OTHER } } }],
  ])('%s - told all the same, and nothing more is written', async (_situation, reply) => {
    const script = {
      ...running(MOVE),
      'Record the end': [failing(CONDITION_FAILED)],
      'See who has it now': [reply],
    };
    const ran = await refresh(script, BINDING);

    expect(calls(ran).slice(-3)).toEqual(['Record the end', 'See who has it now', 'Publish']);
    expect(onlyAttempt(ran, 'See who has it now')).toMatchObject({
      action: 'dynamodb:getItem',
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        ConsistentRead: true,
        ProjectionExpression: 'execution',
      },
    });
  });

  it('a person adopted a target just before the end was recorded - looked at again, recorded, and let go', async () => {
    const last = MOVE.at(-1);
    const script = {
      ...running(last === undefined ? MOVE : [...MOVE, last]),
      'Record the end': [failing(CONDITION_FAILED), {}],
      'See who has it now': [{ Item: { execution: { S: ME } } }],
    };
    const ran = await refresh(script, BINDING);

    expect(calls(ran).slice(-5)).toEqual([
      'Record the end',
      'See who has it now',
      'Observe',
      'Record the end',
      'Publish',
    ]);
    expect(ran.output).toMatchObject({ added: [NEW], removed: [OLD] });
  });
});

describe('a full target group', () => {
  it('says so to a registration - the next look makes room first, one by one', async () => {
    const sights: readonly Sight[] = [
      { targets: { [OLD]: 'healthy', '10.0.1.11': 'healthy' } },
      { targets: { [OLD]: 'healthy', '10.0.1.11': 'healthy' }, room: 0 },
      { targets: { '10.0.1.11': 'healthy', [OLD]: 'draining' }, removed: [OLD] },
      { targets: { '10.0.1.11': 'healthy', [NEW]: 'healthy' }, removed: [OLD] },
    ];
    const script = { ...running(sights), Register: [failing(TOO_MANY), {}] };
    const ran = await refresh(script, BINDING);

    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW)],
      [DEREGISTER, targets(OLD)],
      [REGISTER, targets(NEW)],
    ]);
    expect(
      argumentsOf(ran, 'Observe').map((each) => (each as { Payload: { isFull: boolean } }).Payload.isFull),
    ).toEqual([false, true, false, false]);
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { added: [NEW], removed: [OLD] } });
  });

  it('nobody may go - it fails, and says who is not registered', async () => {
    const theirs = { '10.0.1.11': 'healthy' } as const;
    const sights: readonly Sight[] = [{ targets: theirs }, { targets: theirs, room: 0 }];
    const record = { ...KNOWN, ours: {} };
    const ran = await refresh({ ...running(sights, { record }), Register: [failing(TOO_MANY)] }, BINDING);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'UnsafePlan', cause: expect.stringContaining(NEW) });
  });

  it('there is room for some of several - they are registered one by one', async () => {
    const another = '10.0.2.21';
    const named = [NEW, another];
    const sights: readonly Sight[] = [
      { named, targets: { [OLD]: 'healthy' } },
      { named, targets: { [OLD]: 'healthy' }, room: 1 },
      { named, targets: { [OLD]: 'healthy', [NEW]: 'healthy' }, room: 1 },
      { named, targets: { [OLD]: 'healthy', [NEW]: 'healthy', [another]: 'healthy' } },
      { named, targets: { [NEW]: 'healthy', [another]: 'healthy' }, removed: [OLD] },
    ];
    const ran = await refresh({ ...running(sights), Register: [failing(TOO_MANY), {}] }, BINDING);

    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW, another)],
      [REGISTER, targets(NEW)],
      [REGISTER, targets(another)],
      [DEREGISTER, targets(OLD)],
    ]);
    expect(
      argumentsOf(ran, 'Observe').map((each) => {
        const { isFull, isTight } = (each as { Payload: { isFull: boolean; isTight: boolean } }).Payload;
        return [isFull, isTight];
      }),
    ).toEqual([[false, false], ...Array.from({ length: 4 }, () => [false, true])]);
  });

  it('and waits for what drains - it asks again whether there is room, and does not fail for what it heard before', async () => {
    const others = { '10.0.1.11': 'healthy', '10.0.1.12': 'healthy' } as const;
    const sights: readonly Sight[] = [
      { targets: { ...others, [OLD]: 'draining' } },
      { targets: { ...others, [OLD]: 'draining' }, room: 0 },
      { targets: others },
      { targets: { ...others, [NEW]: 'healthy' } },
    ];
    const record = { ...KNOWN, ours: {} };
    const script = { ...running(sights, { record }), Register: [failing(TOO_MANY), {}] };
    const ran = await refresh(script, BINDING);

    expect(
      argumentsOf(ran, 'Observe').map((each) => (each as { Payload: { isFull: boolean } }).Payload.isFull),
    ).toEqual([false, true, false, false]);
    expect(ran.path.filter((state) => state === 'Register')).toHaveLength(2);
  });

  it('whose target that was to make room is gone already - there is room', async () => {
    const sights: readonly Sight[] = [
      { targets: { [OLD]: 'healthy', '10.0.1.11': 'healthy' } },
      { targets: { [OLD]: 'healthy', '10.0.1.11': 'healthy' }, room: 0 },
      { targets: { '10.0.1.11': 'healthy' }, removed: [OLD] },
      { targets: { '10.0.1.11': 'healthy', [NEW]: 'healthy' }, removed: [OLD] },
    ];
    const script = { ...running(sights), Register: [failing(TOO_MANY), {}], Deregister: [failing(UNKNOWN_TARGET)] };
    const ran = await refresh(script, BINDING);

    expect(argumentsOf(ran, 'Observe')[2]).toMatchObject({ Payload: { removed: [OLD], isFull: false } });
  });
});

describe('a new target that does not get healthy in time', () => {
  const LATE: readonly Sight[] = [
    { targets: { [OLD]: 'healthy' } },
    { targets: { [OLD]: 'healthy', [NEW]: 'initial' }, seconds: 10 },
    { targets: { [OLD]: 'healthy', [NEW]: 'unhealthy' }, seconds: 600 },
  ];

  it('only it goes again, the old ones stay, and the run fails with what was seen', async () => {
    const ran = await refresh(running(LATE), BINDING);

    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW)],
      [DEREGISTER, targets(NEW)],
    ]);
    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'UnsafePlan',
      cause: `${NEW} did not get healthy and was withdrawn: not healthy within 600 s: ${NEW} is unhealthy. The targets that were there before stay.`,
    });
    expect(ran.path.slice(-5)).toEqual(['Act', 'Deregister', 'Removed or withdrawn', 'Record the failure', 'Fail']);
  });

  it('that it was refused, and until when, is noted before it goes', async () => {
    const ran = await refresh(running(LATE), BINDING);

    expect(argumentsOf(ran, 'Note and renew').at(-1)).toMatchObject({
      ExpressionAttributeValues: {
        ':refused': { M: { [NEW]: { M: { times: { N: '1' }, until: { S: moment(600 + 600) } } } } },
      },
    });
  });

  it('the failure is recorded - the watch leaves it alone for a while, and nobody is at it', async () => {
    const ran = await refresh(running(LATE), BINDING);

    expect(onlyAttempt(ran, 'Record the failure')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: TARGETS_KEY,
        UpdateExpression: 'SET failedAt = :now ADD failures :one REMOVE execution, leaseUntil',
        ConditionExpression: 'execution = :me',
        ExpressionAttributeValues: { ':me': { S: ME }, ':now': { S: moment(20) }, ':one': { N: '1' } },
      },
    });
    expect(calls(ran)).not.toContain('Publish');
  });

  it('is gone already - fails all the same', async () => {
    const ran = await refresh({ ...running(LATE), Deregister: [failing(UNKNOWN_TARGET)] }, BINDING);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'UnsafePlan' });
  });
});

describe('a run that is to settle', () => {
  const SETTLE = { ...BINDING, settle: true };

  it('fifteen looks in a row are the same - it ends, within about a minute, and wrote nothing to the target group', async () => {
    const ran = await refresh(running([STILL]), SETTLE);

    expect(ran.output).toMatchObject({ outcome: 'refreshed', looks: 15 });
    expect(ran.seconds).toBe(14 * 4);
    expect(written(ran)).toEqual([]);
    expect(calls(ran)).not.toContain('Publish');
  });

  it('the answer changes at the tenth look - followed, and counted anew', async () => {
    const sights = [...Array.from({ length: 9 }, () => STILL), ...MOVE];
    const ran = await refresh(running(sights), SETTLE);

    expect(written(ran)).toEqual([
      [REGISTER, targets(NEW)],
      [DEREGISTER, targets(OLD)],
    ]);
    // Nine, the three of the move, and fifteen that are the same.
    expect(ran.output).toMatchObject({ added: [NEW], removed: [OLD], looks: 9 + 3 + 15 });
  });

  it('an answer that never stays the same - ends after a hundred and fifty looks', async () => {
    const states = { [OLD]: 'healthy', [NEW]: 'healthy' } as const;
    const record = { ...KNOWN, ours: {} };
    const sights = Array.from({ length: 150 }, (_, index) => ({ named: index % 2 ? [OLD] : [NEW], targets: states }));
    const ran = await refresh(running(sights, { record }), SETTLE);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { looks: 150 } });
    expect(ran.seconds).toBeLessThanOrEqual(600);
  });

  it('the lease is renewed at every look', async () => {
    const ran = await refresh(running([STILL]), SETTLE);

    expect(attemptsByState(ran)).toEqual({
      'Take the lease': 1,
      Observe: 15,
      'Note and renew': 14,
      'Record the end': 1,
    });
  });

  it('always something to do - given up after six hundred looks, within the history of an execution', async () => {
    const waiting: readonly Sight[] = [
      { targets: { [OLD]: 'healthy' } },
      { targets: { [OLD]: 'healthy', [NEW]: 'initial' } },
    ];
    const ran = await refresh(running(waiting, { binding: { healthyWithinSeconds: 3_600 } }), BINDING);

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotSettled',
      cause: 'Six hundred looks, and still something to do.',
    });
    expect(attemptsByState(ran)).toMatchObject({ Observe: 601, 'Record the failure': 1 });
    expect(ran.historyEvents).toBeLessThan(25_000);
  });
});

describe('a dry run', () => {
  const DRY = { ...BINDING, dryRun: true };
  const script = { 'Plan only': looks(MOVE) };

  it('shows the plan and the next step, and calls nothing that writes', async () => {
    const ran = await refresh(script, DRY);

    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Show the plan']);
    expect(ran.attempts).toEqual([
      {
        state: 'Plan only',
        action: 'lambda:invoke',
        at: 0,
        arguments: {
          FunctionName: 'plan-targets:5',
          Payload: {
            bindingId: BINDING_ID,
            removed: [],
            known: null,
            isFull: false,
            isTight: false,
            startedAt: moment(0),
          },
        },
      },
    ]);
    expect(ran.output).toMatchObject({
      dryRun: true,
      bindingId: BINDING_ID,
      step: 'register',
      because: '',
      plan: { add: [NEW], remove: [], healthy: 1 },
    });
  });

  it('that is to settle too - a plan only', async () => {
    expect((await refresh(script, { ...DRY, settle: true })).path[1]).toBe('Plan only');
  });

  it('that fails - fails under the error’s own name, and records nothing', async () => {
    const ran = await refresh({ 'Plan only': [failing('Malformed', 'There is no binding orders-postgres.')] }, DRY);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'There is no binding orders-postgres.' });
    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Fail']);
  });
});

describe('an event of RDS', () => {
  const waking = (...bindingIds: readonly string[]) => ({
    'Find the bindings': [payload({ bindingIds })],
    'Wake one': [{ ExecutionArn: OTHER, StartDate: 0 }],
  });
  const started = (bindingId: string) => ({
    StateMachineArn: 'arn:aws:states:us-west-2:123456789012:stateMachine:m',
    Input: JSON.stringify({ bindingId, settle: true }),
  });

  it('wakes a run for each binding that follows its source, which is to settle', async () => {
    const ran = await refresh(waking('orders-mysql', 'orders-postgres'), SOURCE);

    expect(onlyAttempt(ran, 'Find the bindings')).toMatchObject({
      action: 'lambda:invoke',
      arguments: { FunctionName: 'find-bindings:2', Payload: SOURCE.source },
    });
    expect(argumentsOf(ran, 'Wake one')).toEqual([started('orders-mysql'), started('orders-postgres')]);
    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { ...SOURCE, bindings: ['orders-mysql', 'orders-postgres'], failures: [] },
    });
  });

  it('about a source that nobody follows - wakes nobody', async () => {
    const ran = await refresh(waking(), SOURCE);

    expect(ran.output).toEqual({ ...SOURCE, bindings: [], failures: [] });
    expect(calls(ran)).toEqual(['Find the bindings']);
  });

  it('about the source of one - wakes it', async () => {
    const ran = await refresh(waking('orders'), SOURCE);

    expect(argumentsOf(ran, 'Wake one')).toEqual([started('orders')]);
    expect(ran.output).toMatchObject({ bindings: ['orders'], failures: [] });
  });

  it('one run can’t be started - the others are, and the failure is told', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `orders-${index}`);
    const script = {
      ...waking(...ids),
      'Wake one': [failing('Sfn.StateMachineDeletingException', 'it is being deleted'), {}],
      // Iterations run at once: a call counts for the state that any of them entered last.
      'Leave it to the watch': [{}],
    };
    const ran = await refresh(script, SOURCE);
    const starts = ran.attempts.filter(({ action }) => action === 'sfn:startExecution');

    expect(starts.map(({ arguments: given }) => given)).toEqual(ids.map(started));
    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { bindings: ids, failures: ['Sfn.StateMachineDeletingException: it is being deleted'] },
    });
  });

  it('nobody can say who follows it - fails under the error’s own name', async () => {
    const script = {
      'Find the bindings': [failing('Denied', 'may not query')],
      // There is no binding of whose record it could be a part.
      'Record the failure': [failing(CONDITION_FAILED)],
    };
    const ran = await refresh(script, SOURCE);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Denied', cause: 'may not query' });
    expect(ran.path.slice(-3)).toEqual(['Find the bindings', 'Record the failure', 'Fail']);
  });
});

describe('an input', () => {
  it.each([
    ['nothing', {}],
    ['another field', { binding: BINDING_ID }],
    ['a field that nobody reads', { ...BINDING, force: true }],
    ['a binding and a source', { ...BINDING, ...SOURCE }],
    ['an id that begins with a hyphen', { bindingId: '-orders' }],
    ['an id in capitals', { bindingId: 'Orders' }],
    ['an id with the key of another item', { bindingId: 'orders#x' }],
    ['an id with an expression', { bindingId: '{% $states.context %}' }],
    ['an id and a line more', { bindingId: 'orders\n' }],
    ['an id of sixty-four characters', { bindingId: 'o'.repeat(64) }],
    ['an empty id', { bindingId: '' }],
    ['an id in a list', { bindingId: [BINDING_ID] }],
    ['an id in an object', { bindingId: { id: BINDING_ID } }],
    ['a number', { bindingId: 7 }],
    ['true', { bindingId: true }],
    ['a null', { bindingId: null }],
    ['a dry run misspelt', { ...BINDING, dryrun: true }],
    ['a dry run in words', { ...BINDING, dryRun: 'true' }],
    ['a dry run that is null', { ...BINDING, dryRun: null }],
    ['settle in words', { ...BINDING, settle: 'yes' }],
    ['settle as a number', { ...BINDING, settle: 1 }],
    ['a source without a name', { source: { arn: SOURCE.source.arn } }],
    ['a source without an ARN', { source: { name: 'orders' } }],
    ['a source and more', { ...SOURCE, dryRun: true }],
    ['a source with a field that nobody reads', { source: { ...SOURCE.source, region: 'us-west-2' } }],
    ['a source whose name is a number', { source: { ...SOURCE.source, name: 7 } }],
    ['a source whose ARN is null', { source: { ...SOURCE.source, arn: null } }],
    ['a source in a list', { source: [SOURCE.source] }],
    ['a list', [BINDING]],
    ['an empty list', []],
    ['a text', JSON.stringify(BINDING)],
    ['a number alone', 7],
    ['null', null],
  ])('%s - refused in words, with what came; nothing is called', async (_situation, input) => {
    const { status, error, cause, path, attempts } = await refresh({}, input);

    expect({ status, error, path, attempts }).toEqual({
      status: 'FAILED',
      error: 'Malformed',
      path: ['Check the input', 'Refuse the input'],
      attempts: [],
    });
    expect(cause).toMatch(/^Give \{"bindingId": "orders-postgres"\}; to keep looking /);
    expect(cause?.endsWith(`Got: ${typeof input === 'string' ? input : JSON.stringify(input)}`)).toBe(true);
  });

  it('one without an end - 500 characters of it are shown', async () => {
    const { cause } = await refresh({}, { note: 'x'.repeat(10_000) });

    expect(cause?.replace(/^.* Got: /, '')).toBe(`{"note":"${'x'.repeat(491)}`);
  });

  it.each(filesOf('examples/refresh-targets/'))('the example %s - taken', async (file) => {
    const input = JSON.parse(textOf(`examples/refresh-targets/${file}`));
    const { status, path } = await refresh({ ...running([STILL]), 'Plan only': looks([STILL]) }, input);

    expect(status).toBe('SUCCEEDED');
    expect(path[1]).toBe(input.dryRun === true ? 'Plan only' : 'Take the lease');
  });

  it.each(['o', '0', 'orders-postgres', 'o'.repeat(63), 'o-', '-o', 'O', 'o_', 'o#', 'ö', 'o\n', ''])(
    'an id such as %j - taken where the functions’ schema takes it',
    async (bindingId) => {
      const { path } = await refresh(running([STILL]), { bindingId });

      expect(path[1]).toBe(v.is(BindingId, bindingId) ? 'Take the lease' : 'Refuse the input');
    },
  );
});
