import { describe, expect, it } from 'vitest';
import { deploy } from '../../../sandbox/deploy/deploy.ts';
import { writeAssembly } from './support/assembly.ts';
import { type RecordedCall, recordingCloud } from './support/recording-cloud.ts';

interface Case {
  readonly name: string;
  readonly type: string;
  readonly properties: object;
  readonly calls: readonly RecordedCall[];
  readonly ref?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const A = 'us-west-2:123456789012';
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
};
const IDENTITY_POLICY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] };
const $ = (name: string): string => `$\{${name}}`;

/** What each type asks of the services, from the properties that CDK writes. */
const CASES: readonly Case[] = [
  {
    name: 'an alarm - as PutMetricAlarm takes it',
    type: 'AWS::CloudWatch::Alarm',
    properties: { AlarmName: 'a', Namespace: 'App', Threshold: 1, Tags: [{ Key: 'k', Value: 'v' }] },
    calls: [
      [
        'monitoring:PutMetricAlarm',
        { AlarmName: 'a', Namespace: 'App', Threshold: 1, Tags: [{ Key: 'k', Value: 'v' }] },
      ],
    ],
    ref: 'a',
    attributes: { Arn: `arn:aws:cloudwatch:${A}:alarm:a` },
  },
  {
    name: 'an alarm on alarms',
    type: 'AWS::CloudWatch::CompositeAlarm',
    properties: { AlarmName: 'a', AlarmRule: 'ALARM(b)' },
    calls: [['monitoring:PutCompositeAlarm', { AlarmName: 'a', AlarmRule: 'ALARM(b)' }]],
    ref: 'a',
    attributes: { Arn: `arn:aws:cloudwatch:${A}:alarm:a` },
  },
  {
    name: 'a queue - attributes are texts',
    type: 'AWS::SQS::Queue',
    properties: {
      QueueName: 'q',
      VisibilityTimeout: 60,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: 'd', maxReceiveCount: 3 },
      Tags: [{ Key: 'k', Value: 'v' }],
    },
    calls: [
      [
        'sqs:CreateQueue',
        {
          QueueName: 'q',
          Attributes: {
            VisibilityTimeout: '60',
            SqsManagedSseEnabled: 'true',
            RedrivePolicy: '{"deadLetterTargetArn":"d","maxReceiveCount":3}',
          },
          tags: { k: 'v' },
        },
      ],
    ],
    ref: 'https://sqs.us-west-2.amazonaws.com/123456789012/q',
    attributes: {
      Arn: `arn:aws:sqs:${A}:q`,
      QueueName: 'q',
      QueueUrl: 'https://sqs.us-west-2.amazonaws.com/123456789012/q',
    },
  },
  {
    name: 'a queue policy - set on each queue',
    type: 'AWS::SQS::QueuePolicy',
    properties: { Queues: ['u1', 'u2'], PolicyDocument: POLICY },
    calls: ['u1', 'u2'].map((QueueUrl) => [
      'sqs:SetQueueAttributes',
      { QueueUrl, Attributes: { Policy: JSON.stringify(POLICY) } },
    ]),
  },
  {
    name: 'a topic with a subscription of its own',
    type: 'AWS::SNS::Topic',
    properties: { TopicName: 't', KmsMasterKeyId: 'k', Subscription: [{ Protocol: 'sqs', Endpoint: 'e' }] },
    calls: [
      ['sns:CreateTopic', { Name: 't', Attributes: { KmsMasterKeyId: 'k' } }],
      ['sns:Subscribe', { TopicArn: `arn:aws:sns:${A}:t`, Protocol: 'sqs', Endpoint: 'e' }],
    ],
    ref: `arn:aws:sns:${A}:t`,
    attributes: { TopicArn: `arn:aws:sns:${A}:t`, TopicName: 't' },
  },
  {
    name: 'a topic policy',
    type: 'AWS::SNS::TopicPolicy',
    properties: { Topics: ['t'], PolicyDocument: POLICY },
    calls: [
      ['sns:SetTopicAttributes', { TopicArn: 't', AttributeName: 'Policy', AttributeValue: JSON.stringify(POLICY) }],
    ],
  },
  {
    name: 'a subscription',
    type: 'AWS::SNS::Subscription',
    properties: {
      TopicArn: 't',
      Protocol: 'sqs',
      Endpoint: 'e',
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: 'd' },
    },
    calls: [
      [
        'sns:Subscribe',
        {
          TopicArn: 't',
          Protocol: 'sqs',
          Endpoint: 'e',
          Attributes: { RawMessageDelivery: 'true', RedrivePolicy: '{"deadLetterTargetArn":"d"}' },
          ReturnSubscriptionArn: true,
        },
      ],
    ],
    ref: 't:1',
    attributes: { Arn: 't:1' },
  },
  {
    name: 'a key',
    type: 'AWS::KMS::Key',
    properties: { KeyPolicy: POLICY, EnableKeyRotation: true },
    calls: [['kms:CreateKey', { Policy: JSON.stringify(POLICY) }]],
    ref: 'k',
    attributes: { Arn: `arn:aws:kms:${A}:key/k`, KeyId: 'k' },
  },
  {
    name: 'an alias of a key',
    type: 'AWS::KMS::Alias',
    properties: { AliasName: 'alias/a', TargetKeyId: 'k' },
    calls: [['kms:CreateAlias', { AliasName: 'alias/a', TargetKeyId: 'k' }]],
    ref: 'alias/a',
  },
  {
    name: 'a role - then its inline and its managed policies',
    type: 'AWS::IAM::Role',
    properties: {
      RoleName: 'r',
      AssumeRolePolicyDocument: TRUST,
      Policies: [{ PolicyName: 'p', PolicyDocument: IDENTITY_POLICY }],
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'],
    },
    calls: [
      ['iam:CreateRole', { RoleName: 'r', Path: '/', AssumeRolePolicyDocument: JSON.stringify(TRUST) }],
      ['iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: JSON.stringify(IDENTITY_POLICY) }],
      ['iam:AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess' }],
    ],
    ref: 'r',
    attributes: { Arn: 'arn:aws:iam::123456789012:role/r', RoleId: 'AROA1' },
  },
  {
    name: 'a policy of roles - put on each',
    type: 'AWS::IAM::Policy',
    properties: { PolicyName: 'p', PolicyDocument: IDENTITY_POLICY, Roles: ['r1', 'r2'] },
    calls: ['r1', 'r2'].map((RoleName) => [
      'iam:PutRolePolicy',
      { RoleName, PolicyName: 'p', PolicyDocument: JSON.stringify(IDENTITY_POLICY) },
    ]),
  },
  {
    name: 'a managed policy - made, then attached',
    type: 'AWS::IAM::ManagedPolicy',
    properties: { ManagedPolicyName: 'm', PolicyDocument: IDENTITY_POLICY, Roles: ['r'] },
    calls: [
      ['iam:CreatePolicy', { PolicyName: 'm', Path: '/', PolicyDocument: JSON.stringify(IDENTITY_POLICY) }],
      ['iam:AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::123456789012:policy/m' }],
    ],
    ref: 'arn:aws:iam::123456789012:policy/m',
  },
  {
    name: 'a function - numbers are numbers, and its reserved concurrency is a call of its own',
    type: 'AWS::Lambda::Function',
    properties: {
      FunctionName: 'f',
      Code: { S3Bucket: 'b', S3Key: 'k.zip' },
      Handler: 'index.handler',
      Role: 'r',
      Runtime: 'nodejs24.x',
      MemorySize: '256',
      Timeout: 30,
      Environment: { Variables: { A: '1' } },
      ReservedConcurrentExecutions: 2,
      Tags: [{ Key: 'k', Value: 'v' }],
      VpcConfig: { SubnetIds: ['s'], SecurityGroupIds: ['g'] },
    },
    calls: [
      [
        'lambda:CreateFunction',
        {
          FunctionName: 'f',
          Code: { S3Bucket: 'b', S3Key: 'k.zip' },
          Handler: 'index.handler',
          Role: 'r',
          Runtime: 'nodejs24.x',
          MemorySize: 256,
          Timeout: 30,
          Environment: { Variables: { A: '1' } },
          VpcConfig: { SubnetIds: ['s'], SecurityGroupIds: ['g'] },
          Tags: { k: 'v' },
        },
      ],
      ['lambda:PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 2 }],
    ],
    ref: 'f',
    attributes: { Arn: `arn:aws:lambda:${A}:function:f` },
  },
  {
    name: 'a version - its reference is the qualified ARN',
    type: 'AWS::Lambda::Version',
    properties: { FunctionName: 'f', CodeSha256: 'x' },
    calls: [['lambda:PublishVersion', { FunctionName: 'f' }]],
    ref: `arn:aws:lambda:${A}:function:f:1`,
    attributes: { FunctionArn: `arn:aws:lambda:${A}:function:f:1`, Version: '1' },
  },
  {
    name: 'an alias',
    type: 'AWS::Lambda::Alias',
    properties: { FunctionName: 'f', FunctionVersion: '1', Name: 'live' },
    calls: [['lambda:CreateAlias', { FunctionName: 'f', FunctionVersion: '1', Name: 'live' }]],
    ref: `arn:aws:lambda:${A}:function:f:live`,
  },
  {
    name: 'what happens to failed asynchronous calls',
    type: 'AWS::Lambda::EventInvokeConfig',
    properties: { FunctionName: 'f', Qualifier: '$LATEST', MaximumRetryAttempts: '0' },
    calls: [
      ['lambda:PutFunctionEventInvokeConfig', { FunctionName: 'f', Qualifier: '$LATEST', MaximumRetryAttempts: 0 }],
    ],
  },
  {
    name: 'a log group',
    type: 'AWS::Logs::LogGroup',
    properties: { LogGroupName: '/g', RetentionInDays: 7 },
    calls: [['logs:CreateLogGroup', { logGroupName: '/g' }]],
    ref: '/g',
    attributes: { Arn: `arn:aws:logs:${A}:log-group:/g:*` },
  },
  {
    name: 'an event bus with a policy',
    type: 'AWS::Events::EventBus',
    properties: { Name: 'b', Policy: POLICY, KmsKeyIdentifier: 'k' },
    calls: [
      ['events:CreateEventBus', { Name: 'b' }],
      ['events:PutPermission', { EventBusName: 'b', Policy: JSON.stringify(POLICY) }],
    ],
    ref: 'b',
    attributes: { Arn: `arn:aws:events:${A}:event-bus/b`, Name: 'b' },
  },
  {
    name: 'a rule of a bus, which is named by its ARN',
    type: 'AWS::Events::Rule',
    properties: {
      Name: 'r',
      EventBusName: `arn:aws:events:${A}:event-bus/b`,
      EventPattern: { source: ['x'] },
      State: 'ENABLED',
      Targets: [{ Arn: 't', Id: 'Target0', DeadLetterConfig: { Arn: 'd' } }],
    },
    calls: [
      ['events:PutRule', { Name: 'r', EventBusName: 'b', EventPattern: '{"source":["x"]}', State: 'ENABLED' }],
      [
        'events:PutTargets',
        { Rule: 'r', EventBusName: 'b', Targets: [{ Arn: 't', Id: 'Target0', DeadLetterConfig: { Arn: 'd' } }] },
      ],
    ],
    ref: 'b|r',
    attributes: { Arn: `arn:aws:events:${A}:rule/b/r`, RuleName: 'r' },
  },
  {
    name: 'a rule of the default bus',
    type: 'AWS::Events::Rule',
    properties: { Name: 'r', ScheduleExpression: 'rate(1 minute)' },
    calls: [['events:PutRule', { Name: 'r', EventBusName: 'default', ScheduleExpression: 'rate(1 minute)' }]],
    ref: 'r',
    attributes: { Arn: `arn:aws:events:${A}:rule/r`, RuleName: 'r' },
  },
  {
    name: 'a pipe',
    type: 'AWS::Pipes::Pipe',
    properties: { Name: 'p', Source: 's', Target: 't', RoleArn: 'r', LogConfiguration: {} },
    calls: [['pipes:CreatePipe', { Name: 'p', Source: 's', Target: 't', RoleArn: 'r' }]],
    ref: 'p',
    attributes: { Arn: `arn:aws:pipes:${A}:pipe/p`, CurrentState: 'RUNNING' },
  },
  {
    name: 'a schedule - its dates are dates',
    type: 'AWS::Scheduler::Schedule',
    properties: {
      Name: 's',
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 't', RoleArn: 'r' },
      StartDate: '2026-11-23T12:00:00Z',
    },
    calls: [
      [
        'scheduler:CreateSchedule',
        {
          Name: 's',
          ScheduleExpression: 'rate(5 minutes)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: 't', RoleArn: 'r' },
          StartDate: new Date('2026-11-23T12:00:00Z'),
        },
      ],
    ],
    ref: 's',
    attributes: { Arn: `arn:aws:scheduler:${A}:schedule/default/s` },
  },
  {
    name: 'a state machine - substitutions done, logging and tracing in the API’s case',
    type: 'AWS::StepFunctions::StateMachine',
    properties: {
      StateMachineName: 'm',
      RoleArn: 'r',
      DefinitionString: `{"Resource":"${$('fn')}","Comment":"${$('unknown')}"}`,
      DefinitionSubstitutions: { fn: 'arn:f' },
      LoggingConfiguration: { Level: 'ALL', Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'g' } }] },
      TracingConfiguration: { Enabled: true },
    },
    calls: [
      [
        'states:CreateStateMachine',
        {
          name: 'm',
          definition: `{"Resource":"arn:f","Comment":"${$('unknown')}"}`,
          roleArn: 'r',
          type: 'STANDARD',
          loggingConfiguration: { level: 'ALL', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'g' } }] },
          tracingConfiguration: { enabled: true },
        },
      ],
    ],
    ref: `arn:aws:states:${A}:stateMachine:m`,
    attributes: { Arn: `arn:aws:states:${A}:stateMachine:m`, Name: 'm', StateMachineRevisionId: 'INITIAL' },
  },
  {
    name: 'a state machine whose definition is an object - a quote in a value stays one',
    type: 'AWS::StepFunctions::StateMachine',
    properties: {
      StateMachineName: 'm',
      StateMachineType: 'EXPRESS',
      RoleArn: 'r',
      Definition: { Comment: $('words') },
      DefinitionSubstitutions: { words: 'say "x"' },
    },
    calls: [
      [
        'states:CreateStateMachine',
        { name: 'm', definition: '{"Comment":"say \\"x\\""}', roleArn: 'r', type: 'EXPRESS' },
      ],
    ],
  },
  {
    name: 'a table with an index and a stream',
    type: 'AWS::DynamoDB::Table',
    properties: {
      TableName: 'Ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        { IndexName: 'i', KeySchema: [], Projection: { ProjectionType: 'ALL' }, OnDemandThroughput: {} },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    },
    calls: [
      [
        'dynamodb:CreateTable',
        {
          TableName: 'Ledger',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          GlobalSecondaryIndexes: [{ IndexName: 'i', KeySchema: [], Projection: { ProjectionType: 'ALL' } }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        },
      ],
    ],
    ref: 'Ledger',
    attributes: {
      Arn: `arn:aws:dynamodb:${A}:table/Ledger`,
      TableId: 't',
      StreamArn: `arn:aws:dynamodb:${A}:table/Ledger/stream/now`,
    },
  },
  {
    name: 'an endpoint service - tags go as tag specifications',
    type: 'AWS::EC2::VPCEndpointService',
    properties: {
      AcceptanceRequired: true,
      NetworkLoadBalancerArns: ['n'],
      Tags: [{ Key: 'k', Value: 'v' }],
      ContributorInsightsEnabled: true,
    },
    calls: [
      [
        'ec2:CreateVpcEndpointServiceConfiguration',
        {
          AcceptanceRequired: true,
          NetworkLoadBalancerArns: ['n'],
          TagSpecifications: [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'k', Value: 'v' }] }],
        },
      ],
    ],
    ref: 'vpce-svc-1',
    attributes: { ServiceId: 'vpce-svc-1' },
  },
  {
    name: 'who may use an endpoint service',
    type: 'AWS::EC2::VPCEndpointServicePermissions',
    properties: { ServiceId: 's', AllowedPrincipals: ['p'] },
    calls: [['ec2:ModifyVpcEndpointServicePermissions', { ServiceId: 's', AddAllowedPrincipals: ['p'] }]],
  },
  {
    name: 'a connection notification',
    type: 'AWS::EC2::VPCEndpointConnectionNotification',
    properties: { ServiceId: 's', ConnectionEvents: ['Connect'], ConnectionNotificationArn: 't' },
    calls: [
      [
        'ec2:CreateVpcEndpointConnectionNotification',
        { ServiceId: 's', ConnectionEvents: ['Connect'], ConnectionNotificationArn: 't' },
      ],
    ],
    ref: 'vpce-nfn-1',
  },
  {
    name: 'a load balancer - a name of 32 at most',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    properties: { Type: 'network', Scheme: 'internal', LoadBalancerAttributes: [] },
    calls: [
      [
        'elasticloadbalancing:CreateLoadBalancer',
        { Name: expect.stringMatching(/^.{1,32}$/), Type: 'network', Scheme: 'internal' },
      ],
    ],
  },
  {
    name: 'a load balancer - its attributes follow, what has no effect is left out',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    properties: {
      Name: 'n',
      Type: 'network',
      Subnets: ['s'],
      Tags: [{ Key: 'k', Value: 'v' }],
      LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    },
    calls: [
      [
        'elasticloadbalancing:CreateLoadBalancer',
        { Name: 'n', Type: 'network', Subnets: ['s'], Tags: [{ Key: 'k', Value: 'v' }] },
      ],
      [
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        {
          LoadBalancerArn: `arn:aws:elasticloadbalancing:${A}:loadbalancer/net/n/1`,
          Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
        },
      ],
    ],
    ref: `arn:aws:elasticloadbalancing:${A}:loadbalancer/net/n/1`,
  },
  {
    name: 'a target group - its attributes and its targets follow',
    type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    properties: {
      Name: 't',
      Port: 5432,
      Protocol: 'TCP',
      VpcId: 'v',
      TargetType: 'ip',
      HealthCheckIntervalSeconds: 10,
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }],
      Targets: [{ Id: '10.0.0.1' }],
    },
    calls: [
      [
        'elasticloadbalancing:CreateTargetGroup',
        { Name: 't', Port: 5432, Protocol: 'TCP', VpcId: 'v', TargetType: 'ip', HealthCheckIntervalSeconds: 10 },
      ],
      [
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        {
          TargetGroupArn: `arn:aws:elasticloadbalancing:${A}:targetgroup/t/1`,
          Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }],
        },
      ],
      [
        'elasticloadbalancing:RegisterTargets',
        { TargetGroupArn: `arn:aws:elasticloadbalancing:${A}:targetgroup/t/1`, Targets: [{ Id: '10.0.0.1' }] },
      ],
    ],
    attributes: { TargetGroupFullName: 'targetgroup/t/1' },
  },
];

const deployOne = async (resources: object) => {
  const { cloud, calls } = recordingCloud();
  const directory = writeAssembly({ Concierge: { Resources: resources } });
  return { calls, deployment: await deploy(cloud, { directory }) };
};

describe('resource types', () => {
  it.each(CASES)('$type: $name', async ({ type, properties, calls: expected, ref, attributes }) => {
    const { calls, deployment } = await deployOne({ One: { Type: type, Properties: properties } });
    expect(calls).toEqual(expected);
    expect(deployment.resources.get('One')).toMatchObject({
      type,
      ...(ref !== undefined && { physicalId: ref }),
      ...(attributes !== undefined && { attributes }),
    });
  });

  it('AWS::Lambda::Permission - a statement id of its own', async () => {
    const { calls } = await deployOne({
      Allow: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'lambda:InvokeFunction', FunctionName: 'f', Principal: 'events.amazonaws.com' },
      },
    });
    expect(calls).toEqual([
      [
        'lambda:AddPermission',
        {
          StatementId: expect.stringMatching(/^Concierge-Allow-/),
          Action: 'lambda:InvokeFunction',
          FunctionName: 'f',
          Principal: 'events.amazonaws.com',
        },
      ],
    ]);
  });

  it('AWS::Events::EventBusPolicy - each adds its statement to the one policy of the bus', async () => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: '*' };
    const busPolicy = (StatementId: string) => ({
      Type: 'AWS::Events::EventBusPolicy',
      Properties: { EventBusName: 'b', StatementId, Statement: statement },
    });
    const { calls } = await deployOne({ P1: busPolicy('one'), P2: busPolicy('two') });
    expect(JSON.parse(String(calls.at(-1)?.[1].Policy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'one', ...statement },
        { Sid: 'two', ...statement },
      ],
    });
  });

  it('AWS::DynamoDB::GlobalTable without a replica here - refused', async () => {
    const table = { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas: [{ Region: 'us-east-1' }] } };
    await expect(deployOne({ T: table })).rejects.toThrow('it needs a replica in us-west-2');
  });

  it('types without behaviour - references that lead somewhere', async () => {
    const { deployment } = await deployOne({
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: 'vpc-1' } },
      Nlb: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Name: 'nlb' } },
      Targets: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Name: 'targets' } },
      Listener: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: { LoadBalancerArn: { Ref: 'Nlb' }, DefaultActions: [{ TargetGroupArn: { Ref: 'Targets' } }] },
      },
      Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'd' } },
    });
    expect(deployment.resources.get('Group')?.physicalId).toMatch(/^sg-[0-9a-f]{17}$/);
    expect(deployment.resources.get('Group')?.attributes.VpcId).toBe('vpc-1');
    expect(deployment.resources.get('Nlb')?.attributes).toMatchObject({
      LoadBalancerFullName: 'net/nlb/1',
      DNSName: 'nlb.example',
    });
    expect(deployment.resources.get('Targets')?.attributes.TargetGroupFullName).toBe('targetgroup/targets/1');
    expect(deployment.acceptedWithoutBehaviour).toHaveLength(2);
  });
});
