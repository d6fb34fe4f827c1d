import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Assets } from '../../../sandbox/deploy/assembly.ts';
import { deploy } from '../../../sandbox/deploy/deploy.ts';
import { writeAssembly } from './support/assembly.ts';
import { recordingCloud } from './support/recording-cloud.ts';

const deployed = async (template: object, parameters: Readonly<Record<string, string>> = {}) => {
  const { cloud, calls } = recordingCloud();
  const directory = writeAssembly({ Concierge: template });
  return { calls, deployment: await deploy(cloud, { directory, parameters }) };
};

const refusal = async (template: object): Promise<{ message: string; calls: readonly unknown[] }> => {
  const { cloud, calls } = recordingCloud();
  const directory = writeAssembly({ Concierge: template });
  const message = await deploy(cloud, { directory }).then(
    () => 'deployed',
    (reason: unknown) => (reason as Error).message,
  );
  return { message, calls };
};

const queue = (Properties: object = {}, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties, ...more });

describe('the order of creation', () => {
  it('references and DependsOn go first, the rest as the template has it', async () => {
    const { deployment } = await deployed({
      Resources: {
        D: queue({}, { DependsOn: 'C' }),
        A: queue({ RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['B', 'Arn'] }, maxReceiveCount: 3 } }),
        B: queue(),
        C: queue({ QueueName: { 'Fn::Sub': `c-$\{B.QueueName}` } }),
      },
    });
    expect([...deployment.resources.keys()]).toEqual(['B', 'A', 'C', 'D']);
  });

  it('a role’s policy - before the rest that waits for the role', async () => {
    const trust = {
      Statement: { Effect: 'Allow', Principal: { Service: 'pipes.amazonaws.com' }, Action: 'sts:AssumeRole' },
    };
    const policy = { Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: '*' } };
    const { deployment } = await deployed({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
        Pipe: {
          Type: 'AWS::Pipes::Pipe',
          Properties: { Source: 's', Target: 't', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        },
        Policy: {
          Type: 'AWS::IAM::Policy',
          Properties: { PolicyName: 'p', PolicyDocument: policy, Roles: [{ Ref: 'Role' }] },
        },
      },
    });
    expect([...deployment.resources.keys()]).toEqual(['Role', 'Policy', 'Pipe']);
  });

  it('a circle - refused, naming it', async () => {
    const { message } = await refusal({
      Resources: { A: queue({}, { DependsOn: ['B'] }), B: queue({}, { DependsOn: ['A'] }), C: queue() },
    });
    expect(message).toBe('These resources wait for each other: A, B.');
  });

  it('a condition that does not hold - the resource and its output are not there', async () => {
    const { deployment } = await deployed({
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { A: queue(), B: queue({}, { Condition: 'Never' }), C: queue({}, { DependsOn: ['A', 'B'] }) },
      Outputs: { B: { Value: { Ref: 'B' }, Condition: 'Never' }, A: { Value: { 'Fn::GetAtt': ['A', 'QueueName'] } } },
    });
    expect([...deployment.resources.keys()]).toEqual(['A', 'C']);
    expect(Object.keys(deployment.outputs)).toEqual(['A']);
  });
});

describe('what a deployment tells', () => {
  it('names, references, attributes, outputs', async () => {
    const { deployment } = await deployed(
      {
        Parameters: { Name: { Type: 'String' } },
        Resources: {
          Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'x' } },
          Named: queue({ QueueName: { Ref: 'Name' } }),
          Unnamed: queue(),
        },
        Outputs: { Url: { Value: { Ref: 'Named' }, Export: { Name: 'url' } } },
        Rules: { CheckBootstrapVersion: { Assertions: [] } },
      },
      { Name: 'intake' },
    );
    expect(deployment.stackName).toBe('Concierge');
    expect(deployment.outputs).toEqual({ Url: 'https://sqs.us-west-2.amazonaws.com/123456789012/intake' });
    expect(deployment.resources.get('Named')).toMatchObject({
      type: 'AWS::SQS::Queue',
      physicalId: 'https://sqs.us-west-2.amazonaws.com/123456789012/intake',
      attributes: {
        Arn: 'arn:aws:sqs:us-west-2:123456789012:intake',
        QueueName: 'intake',
        QueueUrl: 'https://sqs.us-west-2.amazonaws.com/123456789012/intake',
      },
    });
    expect(deployment.resources.get('Unnamed')?.attributes.QueueName).toMatch(/^Concierge-Unnamed-[0-9A-Z]{12}$/);
  });

  it('a long logical id - the made name keeps both parts and the limit', async () => {
    const id = `Function${'x'.repeat(80)}`;
    const { calls } = await deployed({
      Resources: {
        [id]: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'b', S3Key: 'k' }, Role: 'r' } },
      },
    });
    const name = String(calls[0]?.[1].FunctionName);
    expect(name).toMatch(/^Concierge-Functionx+-[0-9A-Z]{12}$/);
    expect(name).toHaveLength(64);
  });

  it('what is accepted without behaviour - a line each', async () => {
    const { deployment, calls } = await deployed({
      Resources: {
        Group: {
          Type: 'AWS::Logs::LogGroup',
          Properties: { RetentionInDays: 30, KmsKeyId: { 'Fn::If': ['Yes', { Ref: 'AWS::NoValue' }, 'k'] } },
        },
        Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { Anything: 1 } },
        Table: {
          Type: 'AWS::DynamoDB::GlobalTable',
          Properties: {
            KeySchema: [],
            Replicas: [{ Region: 'us-west-2', PointInTimeRecoverySpecification: {}, DeletionProtectionEnabled: true }],
            TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
            BillingMode: 'PAY_PER_REQUEST',
          },
        },
      },
      Conditions: { Yes: { 'Fn::Equals': ['a', 'a'] } },
    });
    expect(deployment.acceptedWithoutBehaviour).toEqual([
      'Group (AWS::Logs::LogGroup): RetentionInDays',
      'Board (AWS::CloudWatch::Dashboard)',
      'Table (AWS::DynamoDB::GlobalTable): Replicas.PointInTimeRecoverySpecification',
      'Table (AWS::DynamoDB::GlobalTable): TimeToLiveSpecification',
    ]);
    expect(calls.find(([name]) => name === 'dynamodb:CreateTable')?.[1]).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
    });
  });
});

describe('what is refused', () => {
  it('every unknown type and property - in one message, before anything is made', async () => {
    const { message, calls } = await refusal({
      Resources: {
        Good: queue(),
        Fifo: queue({ FifoQueue: true }),
        Bucket: { Type: 'AWS::S3::Bucket' },
        Custom: { Type: 'Custom::Thing' },
        Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: 'a', Id: 'i', KinesisParameters: {} }] } },
      },
    });
    expect(message).toBe(
      [
        'The template asks for what the sandbox does not model:',
        '  AWS::SQS::Queue FifoQueue of resource Fifo is not modelled.',
        '  AWS::S3::Bucket of resource Bucket is not modelled.',
        '  Custom::Thing of resource Custom is not modelled.',
        '  AWS::Events::Rule Targets.KinesisParameters of resource Rule is not modelled.',
      ].join('\n'),
    );
    expect(calls).toEqual([]);
  });

  it('a service that says no - logical id, type and cause', async () => {
    const { cloud } = recordingCloud();
    cloud.intercept(async ({ action }, next) => {
      if (action === 'CreateQueue') throw Object.assign(new Error('no room'), { code: 'x' });
      return next();
    });
    const directory = writeAssembly({ Concierge: { Resources: { Intake: queue() } } });
    await expect(deploy(cloud, { directory })).rejects.toThrow('Intake (AWS::SQS::Queue) could not be made: no room');
  });

  it.each<readonly [string, object]>([
    ['AWS::SQS::QueuePolicy', { Queues: ['q'] }],
    ['AWS::SNS::TopicPolicy', { Topics: ['t'] }],
    ['AWS::IAM::Policy', { PolicyName: 'p', Roles: ['r'] }],
    ['AWS::IAM::ManagedPolicy', {}],
  ])('%s with an unknown condition key - named', async (Type, properties) => {
    const PolicyDocument = {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sqs:*',
          Resource: '*',
          Condition: { StringEquals: { 'aws:PrincipalVpc': 'vpc-1' } },
        },
      ],
    };
    const { message } = await refusal({ Resources: { P: { Type, Properties: { ...properties, PolicyDocument } } } });
    expect(message).toContain(`P (${Type}) could not be made: NotImplemented: Statement 1 of policy`);
    expect(message).toContain('has the condition key aws:PrincipalVpc');
  });

  it('an assembly of two stacks, none named - asks which', async () => {
    const { cloud } = recordingCloud();
    const directory = writeAssembly({ A: { Resources: {} }, B: { Resources: { Q: queue() } } });
    await expect(deploy(cloud, { directory })).rejects.toThrow('holds 2 stacks (A, B): say which one to deploy');
    await expect(deploy(cloud, { directory, stackName: 'C' })).rejects.toThrow('has no stack C. It holds A, B.');
    expect([...(await deploy(cloud, { directory, stackName: 'B' })).resources.keys()]).toEqual(['Q']);
  });

  it('a directory without an assembly - says to synthesise', async () => {
    const { cloud } = recordingCloud();
    await expect(deploy(cloud, { directory: '/nowhere' })).rejects.toThrow('Run the synthesis (cdk synth) first');
  });
});

describe('assets', () => {
  const assetsOf = (...directories: readonly string[]): Assets => {
    const assets = new Assets();
    for (const directory of directories) assets.add(directory);
    return assets;
  };

  it('the key of a function’s code - the absolute directory of the asset', () => {
    const directory = writeAssembly({ Concierge: {} }, [{ hash: 'abc', path: 'asset.abc' }]);
    expect(assetsOf(directory).find('abc.zip')).toBe(join(directory, 'asset.abc'));
  });

  it('several assemblies - the keys of all, those of the newest first', () => {
    const [older, newer] = [['old', 'both'], ['both']].map((hashes) =>
      writeAssembly(
        { Concierge: {} },
        hashes.map((hash) => ({ hash, path: `asset.${hash}` })),
      ),
    );
    const assets = assetsOf(older ?? '', newer ?? '');
    expect(assets.find('old.zip')).toBe(join(older ?? '', 'asset.old'));
    expect(assets.find('both.zip')).toBe(join(newer ?? '', 'asset.both'));
  });

  it('a key that nobody knows - refused, naming it', () => {
    const directory = writeAssembly({ Concierge: {} });
    expect(() => assetsOf(directory).find('nope.zip')).toThrow('has the key nope.zip');
  });
});
