import type { PutEventsResponse, Target } from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { servicePrincipal } from '../../../../sandbox/iam/principal.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import {
  busArn,
  createMessagingWorld,
  functionArn,
  letServices,
  type MessagingWorld,
  machineArn,
  queueArn,
  ROLE,
} from '../sqs/messaging-world.ts';

const OPEN = { Policy: JSON.stringify(letServices(['events.amazonaws.com'], 'sqs:SendMessage')) };
const RULE_ARN = `arn:aws:events:us-west-2:${PROVIDER_ACCOUNT}:rule/own/requested`;
const ENTRY = {
  EventBusName: 'own',
  Source: 'app.privatelink',
  DetailType: 'Requested',
  Detail: JSON.stringify({ endpoint: 'vpce-1', tries: 2, note: 'say "hi"' }),
  Resources: ['arn:x'],
};

let world: MessagingWorld;

const putRule = (pattern: object = { source: ['app.privatelink'] }, more: object = {}) =>
  world.call('events', 'PutRule', {
    Name: 'requested',
    EventBusName: 'own',
    EventPattern: JSON.stringify(pattern),
    ...more,
  });

const putTarget = (target: Omit<Target, 'Id'>) =>
  world.call('events', 'PutTargets', { Rule: 'requested', EventBusName: 'own', Targets: [{ Id: 'one', ...target }] });

const put = (entry: object = {}) =>
  world.call<PutEventsResponse>('events', 'PutEvents', { Entries: [{ ...ENTRY, ...entry }] });

/** What a queue got, once everything has settled. */
const delivered = async (name = 'jobs'): Promise<unknown[]> => {
  await world.pass(1);
  return world.bodies(name).map((body) => JSON.parse(body) as unknown);
};

beforeEach(async () => {
  world = createMessagingWorld();
  await world.createQueue('jobs', OPEN);
  await world.createQueue('letters', OPEN);
  await world.call('events', 'CreateEventBus', { Name: 'own' });
  await putRule();
});

describe('PutEvents', () => {
  beforeEach(() => putTarget({ Arn: queueArn('jobs') }));

  it('answers first and delivers the whole event a little later', async () => {
    const { Entries, FailedEntryCount } = await put();
    expect(FailedEntryCount).toBe(0);
    expect(world.bodies('jobs')).toEqual([]);
    await expect(delivered()).resolves.toEqual([
      {
        version: '0',
        id: Entries?.[0]?.EventId,
        'detail-type': 'Requested',
        source: 'app.privatelink',
        account: PROVIDER_ACCOUNT,
        time: '2026-11-23T01:00:00Z',
        region: 'us-west-2',
        resources: ['arn:x'],
        detail: { endpoint: 'vpce-1', tries: 2, note: 'say "hi"' },
      },
    ]);
  });

  it.each([
    ['no source', { Source: undefined }, 'InvalidArgument'],
    ['no detail type', { DetailType: undefined }, 'InvalidArgument'],
    ['no detail', { Detail: undefined }, 'InvalidArgument'],
    ['a detail that is a list', { Detail: '[]' }, 'MalformedDetail'],
    ['a source of AWS', { Source: 'aws.rds' }, 'NotAuthorizedForSource'],
  ])('fails an entry with %s, and that entry alone', async (_, wrong, code) => {
    const answer = await world.call<PutEventsResponse>('events', 'PutEvents', {
      Entries: [{ ...ENTRY, ...wrong }, ENTRY],
    });
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: code }, { EventId: expect.any(String) }],
    });
    await expect(delivered()).resolves.toHaveLength(1);
  });

  it.each([
    ['no entry', []],
    ['eleven entries', Array.from({ length: 11 }, () => ENTRY)],
    ['more than a megabyte', [{ ...ENTRY, Detail: JSON.stringify({ x: 'x'.repeat(1_048_576) }) }]],
  ])('refuses %s', async (_, Entries) => {
    await expect(world.call('events', 'PutEvents', { Entries })).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('takes sources of AWS from AWS, on the default bus', async () => {
    const rds = servicePrincipal('rds.amazonaws.com', `arn:aws:rds:us-west-2:${PROVIDER_ACCOUNT}:db-proxy:prx-1`);
    await world.call('events', 'PutRule', { Name: 'rds', EventPattern: '{"source":["aws.rds"]}' });
    await world.call('events', 'PutTargets', { Rule: 'rds', Targets: [{ Id: 'one', Arn: queueArn('jobs') }] });
    const entry = { Source: 'aws.rds', DetailType: 'RDS DB Proxy Event', Detail: '{}' };
    const answer = await world.call<PutEventsResponse>('events', 'PutEvents', { Entries: [entry] }, rds);
    expect(answer.FailedEntryCount).toBe(0);
    await expect(delivered()).resolves.toMatchObject([{ source: 'aws.rds', account: PROVIDER_ACCOUNT }]);
  });

  it('drops an event for a bus that does not exist; only the journal knows', async () => {
    await expect(put({ EventBusName: 'nowhere' })).resolves.toMatchObject({ FailedEntryCount: 0 });
    expect(world.states()).toEqual(['events event dropped: there is no bus nowhere']);
  });

  it('notes an event that fits no rule', async () => {
    await put({ Source: 'app.other' });
    await expect(delivered()).resolves.toEqual([]);
    expect(world.states()).toEqual(['events event fitted no rule']);
  });
});

describe('rules', () => {
  const change = (action: string) => world.call('events', action, { Name: 'requested', EventBusName: 'own' });

  it('are described, listed, disabled and enabled', async () => {
    await putTarget({ Arn: queueArn('jobs') });
    await expect(change('DescribeRule')).resolves.toMatchObject({
      Arn: RULE_ARN,
      State: 'ENABLED',
      EventBusName: 'own',
    });
    await change('DisableRule');
    await put();
    await expect(delivered()).resolves.toEqual([]);
    await change('EnableRule');
    await put();
    await expect(delivered()).resolves.toHaveLength(1);
    await expect(world.call('events', 'ListRules', { EventBusName: 'own' })).resolves.toMatchObject({
      Rules: [{ Name: 'requested', State: 'ENABLED' }],
    });
  });

  it('are deleted when they have no targets', async () => {
    await putTarget({ Arn: queueArn('jobs') });
    await expect(change('DeleteRule')).rejects.toMatchObject({ code: 'ValidationException' });
    const removed = await world.call('events', 'RemoveTargets', {
      Rule: 'requested',
      EventBusName: 'own',
      Ids: ['one', 'two'],
    });
    expect(removed).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'two' }] });
    await change('DeleteRule');
    await expect(change('DescribeRule')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('are refused with a pattern that is not understood, or a schedule', async () => {
    await expect(putRule({ source: [{ near: 'x' }] })).rejects.toMatchObject({
      code: 'InvalidEventPatternException',
      message: expect.stringContaining('near'),
    });
    await expect(putRule({}, { ScheduleExpression: 'rate(1 minute)' })).rejects.toMatchObject({
      message: expect.stringContaining('Scheduler'),
    });
  });

  it.each([
    ['EcsParameters', { EcsParameters: { TaskDefinitionArn: 'x' } }, 'EcsParameters'],
    ['a target of another kind', { Arn: `arn:aws:kinesis:us-west-2:${PROVIDER_ACCOUNT}:stream/x` }, 'kinesis'],
    ['a state machine without a role', { Arn: machineArn('admit') }, 'RoleArn'],
    ['Input and InputPath', { Input: '{}', InputPath: '$' }, 'Input and InputPath'],
    ['a template with an unknown name', { InputTransformer: { InputTemplate: '{"a":<b>}' } }, '<b>'],
    ['a path that is not read', { InputPath: '$..x' }, '$..x'],
    ['an input for a bus', { Arn: busArn('default'), RoleArn: ROLE, Input: '{}' }, 'event bus'],
  ])('refuse targets with %s, by name', async (_, target, name) => {
    await expect(putTarget({ Arn: queueArn('jobs'), ...target })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(name),
    });
  });

  it('take five targets', async () => {
    const targets = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ Id: `t${from + n}`, Arn: queueArn('jobs') }));
    const add = (Targets: object[]) =>
      world.call('events', 'PutTargets', { Rule: 'requested', EventBusName: 'own', Targets });
    await add(targets(0, 5));
    await expect(add(targets(5, 1))).rejects.toMatchObject({ code: 'LimitExceededException' });
  });

  it('are tested before they are put', async () => {
    const Event = JSON.stringify({ id: '1', account: '1', source: 'a', time: 't', region: 'r', 'detail-type': 'd' });
    const test = (pattern: string, event = Event) =>
      world.call('events', 'TestEventPattern', { EventPattern: pattern, Event: event });
    await expect(test('{"source":["a"]}')).resolves.toEqual({ Result: true });
    await expect(test('{"source":["b"]}')).resolves.toEqual({ Result: false });
    await expect(test('{"source":"a"}')).rejects.toMatchObject({ code: 'InvalidEventPatternException' });
    await expect(test('{"source":["a"]}', '{}')).rejects.toMatchObject({ code: 'ValidationException' });
  });
});

describe('buses', () => {
  it('are made, described, listed and deleted; default is always there', async () => {
    const list = () => world.call<{ EventBuses: { Name: string }[] }>('events', 'ListEventBuses', {});
    expect((await list()).EventBuses.map((bus) => bus.Name)).toEqual(['default', 'own']);
    await expect(world.call('events', 'CreateEventBus', { Name: 'own' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
    await expect(world.call('events', 'DescribeEventBus', {})).resolves.toMatchObject({ Arn: busArn('default') });
    await expect(world.call('events', 'DeleteEventBus', { Name: 'own' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    await world.call('events', 'DeleteRule', { Name: 'requested', EventBusName: 'own' });
    await world.call('events', 'DeleteEventBus', { Name: 'own' });
    await expect(putRule()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('targets', () => {
  it('are state machines, started as the target’s role', async () => {
    await putTarget({ Arn: machineArn('admit'), RoleArn: ROLE, InputPath: '$.detail' });
    await put();
    await world.pass(1);
    expect(world.executions).toEqual([
      {
        stateMachineArn: machineArn('admit'),
        input: { endpoint: 'vpce-1', tries: 2, note: 'say "hi"' },
        who: `arn:aws:sts::${PROVIDER_ACCOUNT}:assumed-role/worker/requested`,
      },
    ]);
  });

  it('are functions, by their own policy', async () => {
    await putTarget({ Arn: functionArn('look'), Input: '{"fixed":true}' });
    await put();
    await world.pass(1);
    expect(world.lambda.payloads).toEqual([{ fixed: true }]);
  });

  it('are topics', async () => {
    const TopicArn = `arn:aws:sns:us-west-2:${PROVIDER_ACCOUNT}:notices`;
    await world.call('sns', 'CreateTopic', {
      Name: 'notices',
      Attributes: { Policy: JSON.stringify(letServices(['events.amazonaws.com'], 'sns:Publish')) },
    });
    await putTarget({ Arn: TopicArn });
    await put();
    await world.pass(1);
    expect(world.journal.entries).toContainEqual(
      expect.objectContaining({ who: 'events.amazonaws.com', what: 'sns:Publish' }),
    );
  });

  it('are other buses, where the event stays as it was, its source of AWS too', async () => {
    await world.call('events', 'PutRule', { Name: 'on', EventPattern: '{"source":["aws.rds"]}' });
    await world.call('events', 'PutTargets', {
      Rule: 'on',
      Targets: [{ Id: 'one', Arn: busArn('own'), RoleArn: ROLE }],
    });
    await putRule({ source: ['aws.rds'] });
    await putTarget({ Arn: queueArn('jobs') });
    const rds = servicePrincipal('rds.amazonaws.com', `arn:aws:rds:us-west-2:${PROVIDER_ACCOUNT}:db-proxy:prx-1`);
    const entry = { Source: 'aws.rds', DetailType: 'x', Detail: '{}' };
    const answer = await world.call<PutEventsResponse>('events', 'PutEvents', { Entries: [entry] }, rds);
    await expect(delivered()).resolves.toMatchObject([{ id: answer.Entries?.[0]?.EventId, source: 'aws.rds' }]);
  });

  it('are given what the input transformer makes, as CDK writes it', async () => {
    const InputTransformer = {
      InputPathsMap: {
        endpoint: '$.detail.endpoint',
        tries: '$.detail.tries',
        note: '$.detail.note',
        all: '$.detail',
        none: '$.detail.none',
      },
      InputTemplate:
        '{"id":<endpoint>,"tries":<tries>,"text":"<endpoint>: <note>","all":<all>,"none":<none>,"rule":<aws.events.rule-name>}',
    };
    await putTarget({ Arn: queueArn('jobs'), InputTransformer });
    await put();
    await expect(delivered()).resolves.toEqual([
      {
        id: 'vpce-1',
        tries: 2,
        text: 'vpce-1: say "hi"',
        all: { endpoint: 'vpce-1', tries: 2, note: 'say "hi"' },
        none: '',
        rule: 'requested',
      },
    ]);
  });
});

describe('a delivery that fails', () => {
  const DeadLetterConfig = { Arn: queueArn('letters') };
  const letter = () => [...(world.queues.byArn(queueArn('letters'))?.messages.values() ?? [])][0];
  const attributes = () =>
    Object.fromEntries(Object.entries(letter()?.attributes ?? {}).map(([name, value]) => [name, value.StringValue]));
  const breakQueue = (times: number, error: AwsError) => {
    let left = times;
    return world.cloud.intercept((call, next) => {
      if (call.action !== 'SendMessage' || !JSON.stringify(call.input).includes('/jobs') || left === 0) return next();
      left -= 1;
      return Promise.reject(error);
    });
  };

  it('for lack of permission goes to the dead-letter queue at once', async () => {
    await world.createQueue('closed');
    await putTarget({ Arn: queueArn('closed'), DeadLetterConfig });
    const { Entries } = await put();
    await world.pass(1);
    expect(JSON.parse(letter()?.body ?? '{}')).toMatchObject({ id: Entries?.[0]?.EventId });
    expect(attributes()).toEqual({
      RULE_ARN,
      TARGET_ARN: queueArn('closed'),
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: expect.stringContaining('sqs:SendMessage'),
      RETRY_ATTEMPTS: '0',
    });
  });

  it.each([
    ['because its target is gone', () => putTarget({ Arn: queueArn('gone'), DeadLetterConfig }), 'NO_RESOURCE'],
    [
      'because its role cannot be assumed',
      () => {
        world.missRole(ROLE);
        return putTarget({ Arn: machineArn('admit'), RoleArn: ROLE, DeadLetterConfig });
      },
      'FAILED_TO_ASSUME_ROLE',
    ],
    [
      'because its input is no JSON',
      () =>
        putTarget({
          Arn: machineArn('admit'),
          RoleArn: ROLE,
          DeadLetterConfig,
          InputTransformer: { InputTemplate: 'plain' },
        }),
      'INVALID_JSON',
    ],
  ])('%s is not tried again', async (_, prepare, code) => {
    await prepare();
    await put();
    await world.pass(1);
    expect(attributes()).toMatchObject({ ERROR_CODE: code, RETRY_ATTEMPTS: '0' });
  });

  it('for the moment is tried again, with growing waits, until it succeeds', async () => {
    await putTarget({ Arn: queueArn('jobs'), DeadLetterConfig });
    breakQueue(5, new AwsError('InternalFailure', 'ill', 500));
    await put();
    await world.pass(10);
    expect(world.bodies('jobs')).toEqual([]);
    await world.pass(30);
    expect(world.bodies('jobs')).toHaveLength(1);
    expect(world.bodies('letters')).toEqual([]);
  });

  it('when throttled ends after the attempts that its policy allows', async () => {
    await putTarget({ Arn: queueArn('jobs'), DeadLetterConfig, RetryPolicy: { MaximumRetryAttempts: 3 } });
    breakQueue(100, new AwsError('ThrottlingException', 'slow down'));
    await put();
    await world.pass(60);
    expect(attributes()).toMatchObject({
      ERROR_CODE: 'THROTTLING',
      RETRY_ATTEMPTS: '3',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    });
  });

  it('ends when the event is too old, even between two attempts', async () => {
    await putTarget({ Arn: queueArn('jobs'), DeadLetterConfig, RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
    breakQueue(100, new AwsError('InternalFailure', 'ill', 500));
    await put();
    await world.pass(59);
    expect(world.bodies('letters')).toEqual([]);
    await world.pass(2);
    expect(attributes()).toMatchObject({ EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' });
  });

  it('is by default tried 185 times within a day', async () => {
    await putTarget({ Arn: queueArn('jobs'), DeadLetterConfig });
    breakQueue(1000, new AwsError('InternalFailure', 'ill', 500));
    await put();
    await world.pass(20 * 3600);
    expect(world.bodies('letters')).toEqual([]);
    await world.pass(4 * 3600);
    expect(attributes()).toMatchObject({ RETRY_ATTEMPTS: '185', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' });
  });

  it('is lost where there is no dead-letter queue, or it refuses; the journal says so', async () => {
    await putTarget({ Arn: queueArn('gone') });
    await put();
    await world.createQueue('closed');
    await putTarget({ Arn: queueArn('gone'), DeadLetterConfig: { Arn: queueArn('closed') } });
    await put();
    await world.pass(1);
    expect(world.states()).toEqual(['events delivery failed, event lost', 'events delivery failed, event lost']);
  });
});
