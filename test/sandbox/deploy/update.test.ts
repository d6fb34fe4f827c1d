import { describe, expect, it } from 'vitest';
import { deploy } from '../../../sandbox/deploy/deploy.ts';
import type { Deployment } from '../../../sandbox/deploy/deployment.ts';
import { update } from '../../../sandbox/deploy/update.ts';
import { AwsError } from '../../../sandbox/services/errors.ts';
import { writeAssembly } from './support/assembly.ts';
import { recordingCloud } from './support/recording-cloud.ts';

type Resources = Readonly<Record<string, object>>;

const queue = (Properties: object = {}, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties, ...more });
const table = (KeySchema: unknown) => ({ Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't', KeySchema } });
const keyAlias = (DeletionPolicy = 'Delete') => ({
  Type: 'AWS::KMS::Alias',
  Properties: { AliasName: 'alias/a', TargetKeyId: 'k' },
  DeletionPolicy,
});
const func = (S3Key: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: 'f', Role: 'r', Code: { S3Bucket: 'b', S3Key } },
});
const version = (more: object = {}) => ({
  Type: 'AWS::Lambda::Version',
  Properties: { FunctionName: { Ref: 'F' } },
  DeletionPolicy: 'Retain',
  ...more,
});

/** A stack that runs, and what is asked of the services from then on. */
const running = async (Resources: Resources, more: object = {}) => {
  const { cloud, calls } = recordingCloud();
  const first = await deploy(cloud, { directory: writeAssembly({ Concierge: { Resources, ...more } }) });
  calls.length = 0;
  const over = (template: object, previous: Deployment = first) =>
    update(cloud, previous, { directory: writeAssembly({ Concierge: template }) });
  return { cloud, calls, first, over };
};

/** What was asked for, by name only. */
const names = (calls: readonly (readonly [string, unknown])[]): readonly string[] => calls.map(([name]) => name);

const refusal = async (updating: Promise<unknown>): Promise<string> =>
  updating.then(
    () => 'updated',
    (reason: unknown) => (reason as Error).message,
  );

describe('what an update does', () => {
  it('the same template - nothing', async () => {
    const rule = { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['a'] } } };
    const resources = {
      A: queue({ QueueName: 'a' }),
      B: queue({ QueueName: { 'Fn::Sub': `b-$\{A.QueueName}` } }),
      C: rule,
    };
    const { calls, first, over } = await running(resources, { Outputs: { A: { Value: { Ref: 'A' } } } });
    const second = await over({ Resources: resources, Outputs: { A: { Value: { Ref: 'A' } } } });
    expect(calls).toEqual([]);
    expect(second.changes).toEqual({ created: [], updated: [], deleted: [], kept: ['A', 'B', 'C'] });
    expect({ ...second, changes: undefined }).toEqual({ ...first, changes: undefined });
  });

  it('a property that changed - its resource only, which stays what it was', async () => {
    const { calls, first, over } = await running({ A: queue(), B: queue() });
    const second = await over({ Resources: { A: queue(), B: queue({ DelaySeconds: 5 }) } });
    const { physicalId = '' } = first.resources.get('B') ?? {};
    expect(calls).toEqual([['sqs:SetQueueAttributes', { QueueUrl: physicalId, Attributes: { DelaySeconds: '5' } }]]);
    expect(second.resources.get('B')).toMatchObject({ physicalId, properties: { DelaySeconds: 5 } });
    expect(second.changes).toMatchObject({ updated: ['B'], kept: ['A'] });
  });

  it('what is accepted without behaviour, and what decides no property - nothing', async () => {
    const group = (RetentionInDays: number) => ({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays } });
    const { calls, over } = await running({ A: group(7), B: queue() });
    const { changes } = await over({
      Resources: { A: group(30), B: queue({}, { DependsOn: 'A', Metadata: { a: 1 } }) },
    });
    expect(calls).toEqual([]);
    expect(changes.kept).toEqual(['A', 'B']);
  });

  it('creates before it changes what refers to it, and deletes at the end, the newest first', async () => {
    const { calls, over } = await running({ A: queue(), Old: queue(), Older: queue({}, { DependsOn: 'Old' }) });
    const dead = { 'Fn::GetAtt': ['New', 'Arn'] };
    const { changes, resources } = await over({
      Resources: { A: queue({ RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 3 } }), New: queue() },
    });
    expect(names(calls)).toEqual(['sqs:CreateQueue', 'sqs:SetQueueAttributes', 'sqs:DeleteQueue', 'sqs:DeleteQueue']);
    expect(String(calls.at(-1)?.[1].QueueUrl)).toMatch(/Concierge-Old-/);
    expect(changes).toEqual({ created: ['New'], updated: ['A'], deleted: ['Older', 'Old'], kept: [] });
    expect([...resources.keys()]).toEqual(['New', 'A']);
  });

  it('a resource whose condition no longer holds - deleted', async () => {
    const when = (value: string) => ({ Conditions: { On: { 'Fn::Equals': [value, 'on'] } } });
    const resources = { A: queue({}, { Condition: 'On' }) };
    const { calls, over } = await running(resources, when('on'));
    expect((await over({ Resources: resources, ...when('off') })).changes.deleted).toEqual(['A']);
    expect(names(calls)).toEqual(['sqs:DeleteQueue']);
  });

  it('outputs are those of the new template', async () => {
    const { over } = await running({ A: queue({ QueueName: 'a' }) }, { Outputs: { Old: { Value: 'x' } } });
    const { outputs } = await over({
      Resources: { A: queue({ QueueName: 'a' }) },
      Outputs: { New: { Value: { 'Fn::GetAtt': ['A', 'QueueName'] } } },
    });
    expect(outputs).toEqual({ New: 'a' });
  });
});

describe('what stays', () => {
  it('a version with another logical id - published anew, the old one left alone', async () => {
    const { cloud, calls, first, over } = await running({ F: func('one.zip'), VersionA: version() });
    cloud.intercept(async (call, next) => {
      const output = await next();
      if (call.action !== 'PublishVersion') return output;
      return { Version: '2', FunctionArn: 'arn:aws:lambda:us-west-2:123456789012:function:f:2' };
    });
    const { changes, resources } = await over({ Resources: { F: func('two.zip'), VersionB: version() } });
    expect(first.resources.get('VersionA')?.isRetained).toBe(true);
    expect(names(calls)).toEqual(['lambda:UpdateFunctionCode', 'lambda:PublishVersion']);
    expect(changes).toEqual({ created: ['VersionB'], updated: ['F'], deleted: [], kept: ['VersionA'] });
    expect(resources.get('VersionB')?.attributes.Version).toBe('2');
  });

  it('without Retain - deleted by its number', async () => {
    const { calls, over } = await running({ F: func('one.zip'), V: version({ DeletionPolicy: 'Delete' }) });
    await over({ Resources: { F: func('one.zip') } });
    expect(calls).toEqual([['lambda:DeleteFunction', { FunctionName: 'f', Qualifier: '1' }]]);
  });

  it('the DeletionPolicy is that of the template before', async () => {
    const { calls, over } = await running({ A: queue(), B: queue() });
    const second = await over({ Resources: { A: queue({}, { DeletionPolicy: 'Retain' }), B: queue() } });
    await over({ Resources: { B: queue() } }, second);
    expect(calls).toEqual([]);
  });

  it('what comes again after it was let go of - has a name of its own', async () => {
    const { calls, first, over } = await running({ A: queue({}, { DeletionPolicy: 'Retain' }), B: queue() });
    const second = await over({ Resources: { B: queue() } });
    const third = await over({ Resources: { A: queue(), B: queue() } }, second);
    expect(third.resources.get('A')?.physicalId).toMatch(/Concierge-A-[0-9A-Z]{12}$/);
    expect(third.resources.get('A')?.physicalId).not.toBe(first.resources.get('A')?.physicalId);
    expect(names(calls)).toEqual(['sqs:CreateQueue']);
  });
});

describe('a replacement', () => {
  it('makes another, has the rest follow, then deletes the old one', async () => {
    const policy = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'A' }], PolicyDocument: { Statement: [] } },
    };
    const { calls, over } = await running({ A: queue({ QueueName: 'old' }), P: policy });
    const { changes, resources } = await over({ Resources: { A: queue({ QueueName: 'new' }), P: policy } });
    const url = (name: string) => `https://sqs.us-west-2.amazonaws.com/123456789012/${name}`;
    expect(calls.map(([name, input]) => [name, input.QueueUrl ?? input.QueueName])).toEqual([
      ['sqs:CreateQueue', 'new'],
      ['sqs:SetQueueAttributes', url('new')],
      ['sqs:SetQueueAttributes', url('old')],
      ['sqs:DeleteQueue', url('old')],
    ]);
    expect(resources.get('A')?.physicalId).toBe(url('new'));
    expect(changes).toEqual({ created: [], updated: ['A', 'P'], deleted: [], kept: [] });
  });

  it('with UpdateReplacePolicy Retain - the old one stays', async () => {
    const { calls, over } = await running({ A: queue({ QueueName: 'old' }) });
    await over({ Resources: { A: queue({ QueueName: 'new' }, { UpdateReplacePolicy: 'Retain' }) } });
    expect(names(calls)).toEqual(['sqs:CreateQueue']);
  });

  it('of a resource whose name is made for it - has another name', async () => {
    const role = (Path: string) => ({
      Type: 'AWS::IAM::Role',
      Properties: { Path, AssumeRolePolicyDocument: { Statement: [] } },
    });
    const { first, over } = await running({ R: role('/a/') });
    const second = await over({ Resources: { R: role('/b/') } });
    expect(second.resources.get('R')?.physicalId).not.toBe(first.resources.get('R')?.physicalId);
  });

  it("of a version whose function did not change - CloudFormation's own refusal", async () => {
    const { over } = await running({ F: func('one.zip'), VersionA: version() });
    expect(await refusal(over({ Resources: { F: func('one.zip'), VersionB: version() } }))).toBe(
      'VersionB (AWS::Lambda::Version) could not be made: AlreadyExists: A version for this Lambda function exists ( 1 ). Modify the function to create a new version.',
    );
  });
});

describe('what can not be done', () => {
  it('all of it is named before anything is changed', async () => {
    const { calls, over } = await running({
      A: queue(),
      Changed: table([{ AttributeName: 'a', KeyType: 'HASH' }]),
      Gone: keyAlias(),
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'b' } },
      Other: queue(),
    });
    const message = await refusal(
      over({
        Resources: {
          A: queue({ KmsMasterKeyId: { 'Fn::GetAtt': ['Other', 'TopicName'] } }),
          New: queue(),
          Changed: table([{ AttributeName: 'b', KeyType: 'HASH' }]),
          Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'b', Description: 'ours' } },
          Other: { Type: 'AWS::SNS::Topic' },
        },
      }),
    );
    expect(message.split('\n')).toEqual([
      'The stack cannot be updated in the sandbox:',
      '  Changed (AWS::DynamoDB::Table): a change of KeySchema is not modelled.',
      '  Bus (AWS::Events::EventBus): a change of Description is not modelled.',
      '  Other (AWS::SQS::Queue) cannot become a resource of the type AWS::SNS::Topic.',
      '  Gone (AWS::KMS::Alias) cannot be deleted: that is not modelled.',
    ]);
    expect(calls).toEqual([]);
  });

  it('what can not be deleted may be let go of where it is retained', async () => {
    const { calls, over } = await running({ K: keyAlias('Retain'), A: queue() });
    expect((await over({ Resources: { A: queue() } })).changes.kept).toEqual(['A', 'K']);
    expect(calls).toEqual([]);
  });

  it('a value that only the update will make counts as changed', async () => {
    const named = (value: unknown) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: { TableName: value, KeySchema: [] },
    });
    const T = named({ 'Fn::GetAtt': ['A', 'QueueName'] });
    const { calls, over } = await running({ T, A: queue({ QueueName: 'old' }) });
    const message = await refusal(over({ Resources: { T, A: queue({ QueueName: 'new' }) } }));
    expect(message).toContain('T (AWS::DynamoDB::Table): a change of TableName is not modelled.');
    expect(calls).toEqual([]);
  });

  it('another stack, or what is not modelled at all', async () => {
    const { cloud, first, over } = await running({ A: queue() });
    const directory = writeAssembly({ Other: { Resources: {} } });
    expect(await refusal(update(cloud, first, { directory }))).toMatch(/has no stack Concierge. It holds Other\.$/);
    expect(await refusal(over({ Resources: { A: queue({ FifoQueue: true }) } }))).toContain(
      'AWS::SQS::Queue FifoQueue of resource A is not modelled.',
    );
  });
});

describe('a failure in the middle', () => {
  it('says which resource and why, and the next update goes on from what is left', async () => {
    const { cloud, calls, over } = await running({ A: queue(), B: queue() });
    const stop = cloud.intercept(async (call, next) => {
      if (call.action === 'SetQueueAttributes') throw new Error('out of order');
      return next();
    });
    const wanted = { Resources: { New: queue(), A: queue({ DelaySeconds: 5 }) } };
    const failure: { message: string; left?: Deployment } = await over(wanted).then(
      () => ({ message: 'updated' }),
      (reason: unknown) => reason as { message: string; left: Deployment },
    );
    expect(failure.message).toBe('A (AWS::SQS::Queue) could not be updated: out of order');
    expect([...(failure.left?.resources.keys() ?? [])]).toEqual(['A', 'B', 'New']);

    stop();
    calls.length = 0;
    const { changes } = await over(wanted, failure.left);
    expect(names(calls)).toEqual(['sqs:SetQueueAttributes', 'sqs:DeleteQueue']);
    expect(changes).toEqual({ created: [], updated: ['A'], deleted: ['B'], kept: ['New'] });
  });

  it('what a deletion finds gone is deleted', async () => {
    const { cloud, over } = await running({ A: queue(), B: queue() });
    cloud.intercept(async (call, next) => {
      if (call.action === 'DeleteQueue') throw new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'gone');
      return next();
    });
    expect((await over({ Resources: { B: queue() } })).changes.deleted).toEqual(['A']);
  });
});
