import { describe, expect, it } from 'vitest';
import { deploy } from '../../../sandbox/deploy/deploy.ts';
import { RESOURCE_TYPES } from '../../../sandbox/deploy/types/all.ts';
import { update } from '../../../sandbox/deploy/update.ts';
import { writeAssembly } from './support/assembly.ts';
import { type RecordedCall, recordingCloud } from './support/recording-cloud.ts';

interface Case {
  readonly name: string;
  readonly type: string;
  /** What both templates have. */
  readonly always: object;
  readonly before?: object;
  readonly after?: object;
  /** What the change asks of the services, and the deletion afterwards. */
  readonly changes: readonly RecordedCall[];
  readonly deletion: readonly RecordedCall[];
}

const A = 'us-west-2:123456789012';
const statement = (Action: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const trust = (Service: string) => ({
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
});
const queueUrl = 'https://sqs.us-west-2.amazonaws.com/123456789012/q';
const functionArn = `arn:aws:lambda:${A}:function:f`;
const target = (Id: string, Arn = 'arn') => ({ Id, Arn });

const CASES: readonly Case[] = [
  {
    name: 'a queue - what is gone has its default again, or is removed',
    type: 'AWS::SQS::Queue',
    always: { QueueName: 'q', DelaySeconds: 1 },
    before: { VisibilityTimeout: 60, RedrivePolicy: { maxReceiveCount: 3 }, Tags: [{ Key: 'a', Value: '1' }] },
    after: { KmsMasterKeyId: 'k', Tags: [{ Key: 'b', Value: '2' }] },
    changes: [
      [
        'sqs:SetQueueAttributes',
        { QueueUrl: queueUrl, Attributes: { VisibilityTimeout: '30', KmsMasterKeyId: 'k', RedrivePolicy: '' } },
      ],
      ['sqs:TagQueue', { QueueUrl: queueUrl, Tags: { b: '2' } }],
      ['sqs:UntagQueue', { QueueUrl: queueUrl, TagKeys: ['a'] }],
    ],
    deletion: [['sqs:DeleteQueue', { QueueUrl: queueUrl }]],
  },
  {
    name: 'a topic',
    type: 'AWS::SNS::Topic',
    always: { TopicName: 't' },
    before: { DisplayName: 'T' },
    after: { KmsMasterKeyId: 'k' },
    changes: [
      ['sns:SetTopicAttributes', { TopicArn: `arn:aws:sns:${A}:t`, AttributeName: 'DisplayName', AttributeValue: '' }],
      [
        'sns:SetTopicAttributes',
        { TopicArn: `arn:aws:sns:${A}:t`, AttributeName: 'KmsMasterKeyId', AttributeValue: 'k' },
      ],
    ],
    deletion: [['sns:DeleteTopic', { TopicArn: `arn:aws:sns:${A}:t` }]],
  },
  {
    name: 'a topic policy - taken from the topics that it leaves',
    type: 'AWS::SNS::TopicPolicy',
    always: { PolicyDocument: { Statement: [] } },
    before: { Topics: ['t1', 't2'] },
    after: { Topics: ['t2'] },
    changes: [
      ['sns:SetTopicAttributes', { TopicArn: 't2', AttributeName: 'Policy', AttributeValue: '{"Statement":[]}' }],
      ['sns:SetTopicAttributes', { TopicArn: 't1', AttributeName: 'Policy', AttributeValue: '' }],
    ],
    deletion: [['sns:SetTopicAttributes', { TopicArn: 't2', AttributeName: 'Policy', AttributeValue: '' }]],
  },
  {
    name: 'a subscription',
    type: 'AWS::SNS::Subscription',
    always: { TopicArn: 't', Protocol: 'sqs', Endpoint: 'e' },
    before: { RawMessageDelivery: true },
    changes: [
      [
        'sns:SetSubscriptionAttributes',
        { SubscriptionArn: 't:1', AttributeName: 'RawMessageDelivery', AttributeValue: 'false' },
      ],
    ],
    deletion: [['sns:Unsubscribe', { SubscriptionArn: 't:1' }]],
  },
  {
    name: 'a role - its trust, its policies, what is attached',
    type: 'AWS::IAM::Role',
    always: { RoleName: 'r', Path: '/' },
    before: {
      AssumeRolePolicyDocument: trust('a.amazonaws.com'),
      Policies: [
        { PolicyName: 'p', PolicyDocument: statement('sqs:*') },
        { PolicyName: 'gone', PolicyDocument: statement('sqs:*') },
      ],
      ManagedPolicyArns: ['m1', 'm2'],
    },
    after: {
      AssumeRolePolicyDocument: trust('b.amazonaws.com'),
      Policies: [{ PolicyName: 'p', PolicyDocument: statement('sns:*') }],
      ManagedPolicyArns: ['m2', 'm3'],
    },
    changes: [
      ['iam:UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: JSON.stringify(trust('b.amazonaws.com')) }],
      ['iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: JSON.stringify(statement('sns:*')) }],
      ['iam:DeleteRolePolicy', { RoleName: 'r', PolicyName: 'gone' }],
      ['iam:AttachRolePolicy', { RoleName: 'r', PolicyArn: 'm3' }],
      ['iam:DetachRolePolicy', { RoleName: 'r', PolicyArn: 'm1' }],
    ],
    deletion: [
      ['iam:DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' }],
      ['iam:DetachRolePolicy', { RoleName: 'r', PolicyArn: 'm2' }],
      ['iam:DetachRolePolicy', { RoleName: 'r', PolicyArn: 'm3' }],
      ['iam:DeleteRole', { RoleName: 'r' }],
    ],
  },
  {
    name: 'a policy - put on the roles that it has, taken from those that it leaves',
    type: 'AWS::IAM::Policy',
    always: { PolicyName: 'p' },
    before: { PolicyDocument: statement('sqs:*'), Roles: ['r1', 'r2'] },
    after: { PolicyDocument: statement('sns:*'), Roles: ['r2'] },
    changes: [
      ['iam:PutRolePolicy', { RoleName: 'r2', PolicyName: 'p', PolicyDocument: JSON.stringify(statement('sns:*')) }],
      ['iam:DeleteRolePolicy', { RoleName: 'r1', PolicyName: 'p' }],
    ],
    deletion: [['iam:DeleteRolePolicy', { RoleName: 'r2', PolicyName: 'p' }]],
  },
  {
    name: 'a policy by another name - the old one goes',
    type: 'AWS::IAM::Policy',
    always: { PolicyDocument: statement('sqs:*'), Roles: ['r'] },
    before: { PolicyName: 'p' },
    after: { PolicyName: 'q' },
    changes: [
      ['iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'q', PolicyDocument: JSON.stringify(statement('sqs:*')) }],
      ['iam:DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' }],
    ],
    deletion: [['iam:DeleteRolePolicy', { RoleName: 'r', PolicyName: 'q' }]],
  },
  {
    name: 'a managed policy - another version of it',
    type: 'AWS::IAM::ManagedPolicy',
    always: { ManagedPolicyName: 'm', Roles: ['r'] },
    before: { PolicyDocument: statement('sqs:*') },
    after: { PolicyDocument: statement('sns:*') },
    changes: [
      [
        'iam:CreatePolicyVersion',
        {
          PolicyArn: 'arn:aws:iam::123456789012:policy/m',
          PolicyDocument: JSON.stringify(statement('sns:*')),
          SetAsDefault: true,
        },
      ],
    ],
    deletion: [
      ['iam:DetachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::123456789012:policy/m' }],
      ['iam:DeletePolicy', { PolicyArn: 'arn:aws:iam::123456789012:policy/m' }],
    ],
  },
  {
    name: 'a function - code and configuration each by their own action, only what changed',
    type: 'AWS::Lambda::Function',
    always: { FunctionName: 'f', Role: 'r', Handler: 'index.handler', MemorySize: 512 },
    before: {
      Code: { S3Bucket: 'b', S3Key: 'one.zip' },
      Environment: { Variables: { A: '1' } },
      Timeout: 30,
      ReservedConcurrentExecutions: 5,
      Tags: [{ Key: 'a', Value: '1' }],
    },
    after: { Code: { S3Bucket: 'b', S3Key: 'two.zip' }, Description: 'decides' },
    changes: [
      ['lambda:UpdateFunctionCode', { FunctionName: 'f', S3Bucket: 'b', S3Key: 'two.zip', Architectures: ['x86_64'] }],
      [
        'lambda:UpdateFunctionConfiguration',
        { FunctionName: 'f', Environment: { Variables: {} }, Description: 'decides', Timeout: 3 },
      ],
      ['lambda:DeleteFunctionConcurrency', { FunctionName: 'f' }],
      ['lambda:UntagResource', { Resource: functionArn, TagKeys: ['a'] }],
    ],
    deletion: [['lambda:DeleteFunction', { FunctionName: 'f' }]],
  },
  {
    name: 'an alias',
    type: 'AWS::Lambda::Alias',
    always: { FunctionName: 'f', Name: 'live' },
    before: { FunctionVersion: '1', Description: 'ours' },
    after: { FunctionVersion: '2' },
    changes: [['lambda:UpdateAlias', { Description: '', FunctionName: 'f', Name: 'live', FunctionVersion: '2' }]],
    deletion: [['lambda:DeleteAlias', { FunctionName: 'f', Name: 'live' }]],
  },
  {
    name: 'what becomes of events',
    type: 'AWS::Lambda::EventInvokeConfig',
    always: { FunctionName: 'f', Qualifier: '1' },
    before: { MaximumRetryAttempts: 1 },
    after: { MaximumRetryAttempts: '0' },
    changes: [['lambda:PutFunctionEventInvokeConfig', { FunctionName: 'f', Qualifier: '1', MaximumRetryAttempts: 0 }]],
    deletion: [['lambda:DeleteFunctionEventInvokeConfig', { FunctionName: 'f', Qualifier: '1' }]],
  },
  {
    name: 'a rule - targets that are gone before those that are new',
    type: 'AWS::Events::Rule',
    always: { Name: 'r', EventBusName: 'bus' },
    before: { EventPattern: { source: ['a'] }, Targets: [target('1'), target('2')] },
    after: { EventPattern: { source: ['b'] }, Targets: [target('2', 'other'), target('3')] },
    changes: [
      ['events:PutRule', { Name: 'r', EventBusName: 'bus', EventPattern: '{"source":["b"]}' }],
      ['events:RemoveTargets', { Rule: 'r', EventBusName: 'bus', Ids: ['1'] }],
      ['events:PutTargets', { Rule: 'r', EventBusName: 'bus', Targets: [target('2', 'other'), target('3')] }],
    ],
    deletion: [
      ['events:RemoveTargets', { Rule: 'r', EventBusName: 'bus', Ids: ['2', '3'] }],
      ['events:DeleteRule', { Name: 'r', EventBusName: 'bus' }],
    ],
  },
  {
    name: 'a pipe - what is gone is named with nothing in it',
    type: 'AWS::Pipes::Pipe',
    always: { Name: 'p', Source: 's', RoleArn: 'r' },
    before: {
      Description: 'ours',
      Enrichment: 'f:1',
      EnrichmentParameters: { InputTemplate: '<$.body>' },
      SourceParameters: { FilterCriteria: { Filters: [] }, SqsQueueParameters: { BatchSize: 5 } },
      Target: 't',
      TargetParameters: { InputTemplate: '<$.body>', SqsQueueParameters: { MessageGroupId: 'g' } },
    },
    after: { Enrichment: 'f:2', SourceParameters: { SqsQueueParameters: { BatchSize: 6 } }, Target: 'u' },
    changes: [
      ['pipes:DescribePipe', { Name: 'p' }],
      [
        'pipes:UpdatePipe',
        {
          Name: 'p',
          RoleArn: 'r',
          Description: '',
          Enrichment: 'f:2',
          EnrichmentParameters: { InputTemplate: '' },
          SourceParameters: { FilterCriteria: {}, SqsQueueParameters: { BatchSize: 6 } },
          Target: 'u',
          TargetParameters: { InputTemplate: '', SqsQueueParameters: {} },
          DesiredState: 'RUNNING',
        },
      ],
      ['pipes:DescribePipe', { Name: 'p' }],
    ],
    deletion: [['pipes:DeletePipe', { Name: 'p' }]],
  },
  {
    name: 'a schedule',
    type: 'AWS::Scheduler::Schedule',
    always: { Name: 's', GroupName: 'g' },
    before: { ScheduleExpression: 'rate(1 hour)' },
    after: { ScheduleExpression: 'rate(2 hours)' },
    changes: [['scheduler:UpdateSchedule', { Name: 's', GroupName: 'g', ScheduleExpression: 'rate(2 hours)' }]],
    deletion: [['scheduler:DeleteSchedule', { Name: 's', GroupName: 'g' }]],
  },
  {
    name: 'a state machine - its substitutions count',
    type: 'AWS::StepFunctions::StateMachine',
    always: { StateMachineName: 'm', RoleArn: 'r', DefinitionString: `{"StartAt":"$\{start}"}` },
    before: { DefinitionSubstitutions: { start: 'A' }, TracingConfiguration: { Enabled: true } },
    after: { DefinitionSubstitutions: { start: 'B' }, LoggingConfiguration: { Level: 'ALL' } },
    changes: [
      [
        'states:UpdateStateMachine',
        {
          stateMachineArn: `arn:aws:states:${A}:stateMachine:m`,
          definition: '{"StartAt":"B"}',
          roleArn: 'r',
          loggingConfiguration: { level: 'ALL' },
          tracingConfiguration: { enabled: false },
        },
      ],
    ],
    deletion: [['states:DeleteStateMachine', { stateMachineArn: `arn:aws:states:${A}:stateMachine:m` }]],
  },
  {
    name: 'an endpoint service - sets by what is added and taken away',
    type: 'AWS::EC2::VPCEndpointService',
    always: { NetworkLoadBalancerArns: ['n1'] },
    before: { AcceptanceRequired: false, SupportedRegions: ['a', 'b'], Tags: [{ Key: 'k', Value: 'v' }] },
    after: { SupportedRegions: ['b', 'c'], PrivateDnsName: 'x.example', Tags: [{ Key: 'l', Value: 'w' }] },
    changes: [
      [
        'ec2:ModifyVpcEndpointServiceConfiguration',
        {
          ServiceId: 'vpce-svc-1',
          AcceptanceRequired: true,
          AddSupportedRegions: ['c'],
          RemoveSupportedRegions: ['a'],
          PrivateDnsName: 'x.example',
        },
      ],
      ['ec2:CreateTags', { Resources: ['vpce-svc-1'], Tags: [{ Key: 'l', Value: 'w' }] }],
      ['ec2:DeleteTags', { Resources: ['vpce-svc-1'], Tags: [{ Key: 'k' }] }],
    ],
    deletion: [['ec2:DeleteVpcEndpointServiceConfigurations', { ServiceIds: ['vpce-svc-1'] }]],
  },
  {
    name: 'allowed principals',
    type: 'AWS::EC2::VPCEndpointServicePermissions',
    always: { ServiceId: 's' },
    before: { AllowedPrincipals: ['a', 'b'] },
    after: { AllowedPrincipals: ['b', 'c'] },
    changes: [
      [
        'ec2:ModifyVpcEndpointServicePermissions',
        { ServiceId: 's', AddAllowedPrincipals: ['c'], RemoveAllowedPrincipals: ['a'] },
      ],
    ],
    deletion: [['ec2:ModifyVpcEndpointServicePermissions', { ServiceId: 's', RemoveAllowedPrincipals: ['b', 'c'] }]],
  },
  {
    name: 'a notification',
    type: 'AWS::EC2::VPCEndpointConnectionNotification',
    always: { ServiceId: 's', ConnectionNotificationArn: 't' },
    before: { ConnectionEvents: ['Connect'] },
    after: { ConnectionEvents: ['Connect', 'Delete'] },
    changes: [
      [
        'ec2:ModifyVpcEndpointConnectionNotification',
        {
          ConnectionNotificationId: 'vpce-nfn-1',
          ConnectionEvents: ['Connect', 'Delete'],
          ConnectionNotificationArn: 't',
        },
      ],
    ],
    deletion: [['ec2:DeleteVpcEndpointConnectionNotifications', { ConnectionNotificationIds: ['vpce-nfn-1'] }]],
  },
  {
    name: 'a key - its policy, and no deletion',
    type: 'AWS::KMS::Key',
    always: {},
    before: { KeyPolicy: { Statement: [] } },
    after: { KeyPolicy: statement('kms:*') },
    changes: [['kms:PutKeyPolicy', { KeyId: 'k', Policy: JSON.stringify(statement('kms:*')) }]],
    deletion: [],
  },
  {
    name: 'an alarm - its configuration, its tags',
    type: 'AWS::CloudWatch::Alarm',
    always: { AlarmName: 'a' },
    before: { Threshold: 1, Tags: [{ Key: 'k', Value: 'v' }] },
    after: { Threshold: 2 },
    changes: [
      ['monitoring:PutMetricAlarm', { AlarmName: 'a', Threshold: 2 }],
      ['monitoring:UntagResource', { ResourceARN: `arn:aws:cloudwatch:${A}:alarm:a`, TagKeys: ['k'] }],
    ],
    deletion: [['monitoring:DeleteAlarms', { AlarmNames: ['a'] }]],
  },
  {
    name: 'a permission - another one, then the old one goes',
    type: 'AWS::Lambda::Permission',
    always: { FunctionName: 'f', Action: 'lambda:InvokeFunction' },
    before: { Principal: 'a.amazonaws.com' },
    after: { Principal: 'b.amazonaws.com' },
    changes: [
      [
        'lambda:AddPermission',
        {
          StatementId: expect.stringMatching(/^Concierge-It-/) as string,
          FunctionName: 'f',
          Action: 'lambda:InvokeFunction',
          Principal: 'b.amazonaws.com',
        },
      ],
      [
        'lambda:RemovePermission',
        { FunctionName: 'f', StatementId: expect.stringMatching(/^Concierge-It-/) as string },
      ],
    ],
    deletion: [
      [
        'lambda:RemovePermission',
        { FunctionName: 'f', StatementId: expect.stringMatching(/^Concierge-It-/) as string },
      ],
    ],
  },
];

/** Deletion is not modelled for these: a template must say that they are retained. */
const NOT_DELETED = ['AWS::KMS::Key'];

describe('what changes and deletions ask of the services', () => {
  it.each(CASES)('$name', async ({ type: Type, always, before, after, changes, deletion }) => {
    const { cloud, calls } = recordingCloud();
    const DeletionPolicy = NOT_DELETED.includes(Type) ? 'Retain' : 'Delete';
    const of = (Resources: object) => ({ directory: writeAssembly({ Concierge: { Resources } }) });
    const it = (more: object = {}) => of({ It: { Type, Properties: { ...always, ...more }, DeletionPolicy } });
    const first = await deploy(cloud, it(before));

    calls.length = 0;
    const second = await update(cloud, first, it(after));
    expect(calls).toEqual(changes);
    expect(second.changes.updated).toEqual(['It']);

    calls.length = 0;
    await update(cloud, second, of({ Other: { Type: 'AWS::CloudWatch::Dashboard', Properties: {} } }));
    expect(calls).toEqual(deletion);
  });
});

/** Properties whose change is refused in words, since nothing here does what AWS would do. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': [
    ...['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema', 'LocalSecondaryIndexes'],
    ...['Replicas', 'StreamSpecification', 'TableName'],
  ],
  'AWS::DynamoDB::Table': [
    ...['AttributeDefinitions', 'BillingMode', 'DeletionProtectionEnabled', 'GlobalSecondaryIndexes', 'KeySchema'],
    ...['LocalSecondaryIndexes', 'ProvisionedThroughput', 'StreamSpecification', 'TableName'],
  ],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['IpAddressType', 'SecurityGroups', 'SubnetMappings', 'Subnets'],
  'AWS::Events::EventBus': ['DeadLetterConfig', 'Description', 'Policy'],
  'AWS::Events::EventBusPolicy': ['EventBusName', 'Statement', 'StatementId'],
  'AWS::KMS::Alias': ['AliasName', 'TargetKeyId'],
  'AWS::KMS::Key': ['Description'],
  'AWS::Pipes::Pipe': ['Tags'],
  'AWS::SNS::Topic': ['Subscription', 'Tags'],
};

describe('every type that is modelled', () => {
  const modelled = Object.entries(RESOURCE_TYPES).filter(([, { behaviour }]) => behaviour === undefined);

  it.each(modelled)('%s - each of its properties can be changed, or is refused for a reason', (name, type) => {
    const rules = type.properties === 'anything' ? {} : type.properties;
    const used = Object.keys(rules).filter((property) => rules[property] !== 'accepted');
    const changeable = [...(type.inPlace ?? []), ...(type.replacing ?? [])];
    expect(used.filter((property) => !changeable.includes(property)).sort()).toEqual(REFUSED[name] ?? []);
    expect(changeable.filter((property) => !used.includes(property))).toEqual([]);
    expect(type.update !== undefined).toBe((type.inPlace ?? []).length > 0);
    expect(type.remove !== undefined || (type.replacing ?? []).length === 0).toBe(true);
  });
});
