import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR } from '../../../sandbox/cloud.ts';
import { deploy } from '../../../sandbox/deploy/deploy.ts';
import { update } from '../../../sandbox/deploy/update.ts';
import { createEmptyWorld } from '../../../sandbox/world.ts';
import { writeAssembly } from './support/assembly.ts';

const never = (): never => {
  throw new Error('Nothing runs here.');
};

/** Every service, and no function that runs. */
const inWorld = () => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 23));
  const host = { instancesPerFunction: 0, close: async () => undefined, start: never };
  const assets = writeAssembly(
    {},
    ['one', 'two'].map((hash) => ({ hash, path: `asset.${hash}` })),
  );
  const { cloud } = createEmptyWorld(
    { clock, seed: 1, endpoint: 'http://127.0.0.1:4599', createHost: () => host },
    (s3Key) => join(assets, `asset.${s3Key.replace('.zip', '')}`),
  );
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await clock.run(() => isOver);
    return work;
  };
  const call = async (name: string, input: object): Promise<Record<string, unknown>> => {
    const [service = '', action = ''] = name.split(':');
    return (await cloud.invoke({ service, action, input, principal: OPERATOR })) as Record<string, unknown>;
  };
  const of = (Resources: object) => ({ directory: writeAssembly({ Concierge: { Resources } }) });
  return { cloud, settled, call, of };
};

const at = (name: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [name, attribute] });
const ref = (name: string) => ({ Ref: name });
const trust = (...Service: readonly string[]) => ({
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
});
const allow = (Action: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const resourcePolicy = (Action: string) => ({
  Statement: [{ Effect: 'Allow', Principal: '*', Action, Resource: '*' }],
});
const ALARM = {
  Namespace: 'App',
  MetricName: 'Faults',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  ComparisonOperator: 'GreaterThanThreshold',
};
const SERVICES = ['lambda', 'states', 'pipes', 'scheduler'].map((name) => `${name}.amazonaws.com`);
const waiting = (Seconds: number) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds, End: true } } });

const NLB = { Type: 'network', Subnets: ['subnet-1'] };

/** One resource of each type, in two forms that differ in what may be changed. */
const stack = (form: 'first' | 'second') => {
  const one = form === 'first';
  const version = one ? 'Version1' : 'Version2';
  return {
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: one
        ? { VisibilityTimeout: 60, RedrivePolicy: { deadLetterTargetArn: at('Dead'), maxReceiveCount: 3 } }
        : { DelaySeconds: 5, Tags: [{ Key: 'k', Value: 'v' }] },
    },
    Dead: { Type: 'AWS::SQS::Queue' },
    QueuePolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [ref(one ? 'Queue' : 'Dead')], PolicyDocument: resourcePolicy('sqs:SendMessage') },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: one ? { DisplayName: 'T' } : {} },
    TopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: { Topics: [ref('Topic')], PolicyDocument: resourcePolicy(one ? 'sns:Publish' : 'sns:Subscribe') },
    },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: ref('Topic'), Protocol: 'sqs', Endpoint: at('Queue'), RawMessageDelivery: one },
    },
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: { KeyPolicy: resourcePolicy(one ? 'kms:*' : 'kms:Decrypt') },
      DeletionPolicy: 'Retain',
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust(...SERVICES, ...(one ? [] : ['events.amazonaws.com'])),
        Policies: [{ PolicyName: one ? 'old' : 'new', PolicyDocument: allow('sqs:*') }],
        ManagedPolicyArns: one ? ['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'] : [],
      },
    },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'p', PolicyDocument: allow(one ? 'sns:*' : 'sqs:*'), Roles: [ref('Role')] },
    },
    ManagedPolicy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: allow(one ? 'sns:*' : 'sqs:*'), Roles: [ref('Role')] },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: at('Role'),
        Code: { S3Bucket: 'b', S3Key: one ? 'one.zip' : 'two.zip' },
        ...(one
          ? { MemorySize: 512, ReservedConcurrentExecutions: 5, DeadLetterConfig: { TargetArn: at('Dead') } }
          : { Environment: { Variables: { AB: 'c' } }, Tags: [{ Key: 'k', Value: 'v' }] }),
      },
    },
    [version]: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: ref('Function') },
      DeletionPolicy: 'Retain',
    },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: { FunctionName: ref('Function'), Name: 'live', FunctionVersion: at(version, 'Version') },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: ref('Function'),
        Action: 'lambda:InvokeFunction',
        Principal: one ? 'events.amazonaws.com' : 'sns.amazonaws.com',
      },
    },
    Events: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: ref('Function'), Qualifier: 'live', MaximumRetryAttempts: one ? 0 : 1 },
    },
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: one ? 'old' : 'new' } },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineName: 'm', RoleArn: at('Role'), DefinitionString: waiting(one ? 1 : 2) },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: ref('Bus'),
        EventPattern: { source: [one ? 'a' : 'b'] },
        Targets: [{ Id: one ? 'queue' : 'topic', Arn: one ? at('Queue') : ref('Topic') }],
      },
    },
    Pipe: {
      Type: 'AWS::Pipes::Pipe',
      Properties: {
        RoleArn: at('Role'),
        Source: at('Queue'),
        Enrichment: ref(version),
        Target: at('Bus'),
        ...(one
          ? { Description: 'ours', SourceParameters: { SqsQueueParameters: { BatchSize: 5 } } }
          : { TargetParameters: { EventBridgeEventBusParameters: { DetailType: 'x' } } }),
      },
    },
    Schedules: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'g' } },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        GroupName: ref('Schedules'),
        ScheduleExpression: one ? 'rate(1 hour)' : 'rate(2 hours)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: at('Queue'), RoleArn: at('Role') },
      },
    },
    Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: NLB },
    OtherBalancer: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: {
        ...NLB,
        LoadBalancerAttributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: one ? 'true' : 'false' }],
        Tags: [{ Key: one ? 'a' : 'b', Value: 'v' }],
      },
    },
    Targets: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: {
        Port: 5432,
        Protocol: 'TCP',
        TargetType: 'ip',
        VpcId: 'vpc-1',
        HealthCheckIntervalSeconds: one ? 30 : 10,
        TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: one ? '120' : '0' }],
        Targets: [{ Id: '10.0.0.1' }, { Id: one ? '10.0.1.1' : '10.0.2.1' }],
        Tags: [{ Key: one ? 'a' : 'b', Value: 'v' }],
      },
    },
    Listener: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: ref('Balancer'),
        Port: one ? 5432 : 5433,
        Protocol: 'TCP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: ref('Targets') }],
      },
    },
    Service: {
      Type: 'AWS::EC2::VPCEndpointService',
      Properties: {
        AcceptanceRequired: one,
        NetworkLoadBalancerArns: [ref(one ? 'Balancer' : 'OtherBalancer')],
        Tags: [{ Key: one ? 'a' : 'b', Value: 'v' }],
      },
    },
    Permissions: {
      Type: 'AWS::EC2::VPCEndpointServicePermissions',
      Properties: {
        ServiceId: ref('Service'),
        AllowedPrincipals: [`arn:aws:iam::${one ? '222222222222' : '333333333333'}:root`],
      },
    },
    Notification: {
      Type: 'AWS::EC2::VPCEndpointConnectionNotification',
      Properties: {
        ServiceId: ref('Service'),
        ConnectionNotificationArn: ref('Topic'),
        ConnectionEvents: one ? ['Connect'] : ['Connect', 'Delete'],
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    },
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { ...ALARM, Threshold: one ? 1 : 2 } },
    Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: one ? '{}' : '{ }' } },
  };
};

const KEPT = ['Bus', 'Balancer', 'Dead', 'Schedules', 'Table', 'Version1'];

describe('the services themselves', () => {
  it('take every change, and every deletion', async () => {
    const { cloud, settled, call, of } = inWorld();
    const first = await settled(deploy(cloud, of(stack('first'))));
    const second = await settled(update(cloud, first, of(stack('second'))));
    expect([...second.changes.kept].sort()).toEqual([...KEPT].sort());
    expect(second.changes).toMatchObject({ created: ['Version2'], deleted: [] });

    const id = (name: string): string => second.resources.get(name)?.physicalId ?? '';
    const QueueUrl = id('Queue');
    const { Attributes } = await call('sqs:GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '30', DelaySeconds: '5' });
    expect(Attributes).not.toHaveProperty('RedrivePolicy');
    expect(Attributes).not.toHaveProperty('Policy');
    expect(await call('lambda:GetFunction', { FunctionName: id('Function') })).toMatchObject({
      Configuration: { MemorySize: 128, Environment: { Variables: { AB: 'c' } } },
      Tags: { k: 'v' },
    });
    expect(await call('lambda:GetAlias', { FunctionName: id('Function'), Name: 'live' })).toMatchObject({
      FunctionVersion: '2',
    });
    expect(await call('lambda:GetFunction', { FunctionName: id('Function'), Qualifier: '1' })).toMatchObject({
      Configuration: { MemorySize: 512 },
    });
    expect(await call('pipes:DescribePipe', { Name: id('Pipe') })).toMatchObject({
      CurrentState: 'RUNNING',
      Enrichment: id('Version2'),
      Description: '',
      SourceParameters: { SqsQueueParameters: {} },
    });
    const rule = { EventBusName: 'bus', Rule: second.resources.get('Rule')?.attributes.RuleName };
    expect(await call('events:ListTargetsByRule', rule)).toMatchObject({ Targets: [{ Id: 'topic' }] });
    expect(await call('states:DescribeStateMachine', { stateMachineArn: id('Machine') })).toMatchObject({
      definition: waiting(2),
    });
    expect(await call('ec2:DescribeVpcEndpointServiceConfigurations', {})).toMatchObject({
      ServiceConfigurations: [
        {
          ServiceId: id('Service'),
          AcceptanceRequired: false,
          NetworkLoadBalancerArns: [id('OtherBalancer')],
          Tags: [{ Key: 'b', Value: 'v' }],
        },
      ],
    });

    const LoadBalancerArn = id('OtherBalancer');
    expect(await call('elasticloadbalancing:DescribeLoadBalancerAttributes', { LoadBalancerArn })).toMatchObject({
      Attributes: expect.arrayContaining([{ Key: 'load_balancing.cross_zone.enabled', Value: 'false' }]),
    });
    const TargetGroupArn = id('Targets');
    expect(
      await call('elasticloadbalancing:DescribeTags', { ResourceArns: [LoadBalancerArn, TargetGroupArn] }),
    ).toEqual({
      TagDescriptions: [LoadBalancerArn, TargetGroupArn].map((ResourceArn) => ({
        ResourceArn,
        Tags: [{ Key: 'b', Value: 'v' }],
      })),
    });
    expect(await call('elasticloadbalancing:DescribeTargetGroups', {})).toMatchObject({
      TargetGroups: [{ HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 5, LoadBalancerArns: [id('Balancer')] }],
    });
    const health = await call('elasticloadbalancing:DescribeTargetHealth', { TargetGroupArn });
    expect(health.TargetHealthDescriptions).toMatchObject([
      { Target: { Id: '10.0.0.1' }, TargetHealth: { State: 'initial' } },
      { Target: { Id: '10.0.1.1' }, TargetHealth: { State: 'draining' } },
      { Target: { Id: '10.0.2.1' }, TargetHealth: { State: 'initial' } },
    ]);
    expect(await call('elasticloadbalancing:DescribeListeners', { LoadBalancerArn: id('Balancer') })).toMatchObject({
      Listeners: [{ ListenerArn: id('Listener'), Port: 5433 }],
    });

    expect(await call('monitoring:DescribeAlarms', {})).toMatchObject({ MetricAlarms: [{ Threshold: 2 }] });

    const left = { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { ...ALARM, Threshold: 2 } } };
    const third = await settled(update(cloud, second, of(left)));
    expect([...third.changes.kept].sort()).toEqual(['Alarm', 'Key', 'Version2']);
    expect(third.changes.deleted).toHaveLength(second.resources.size - third.changes.kept.length);
    expect(await call('sqs:ListQueues', {})).toEqual({});
    expect(await call('elasticloadbalancing:DescribeLoadBalancers', {})).toMatchObject({ LoadBalancers: [] });
    expect(await call('dynamodb:ListTables', {})).toEqual({ TableNames: [] });
    expect(await call('lambda:ListFunctions', {})).toEqual({ Functions: [] });
    expect(await call('states:ListStateMachines', {})).toEqual({ stateMachines: [] });
  });
});

/** A table as TableV2 of CDK writes it, and a pipe from its stream to a queue. */
const streaming = (stream: object) => ({
  Table: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      TableName: 'Ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      Replicas: [{ Region: 'us-west-2' }],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  },
  Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trust('pipes.amazonaws.com'),
      Policies: [
        {
          PolicyName: 'stream',
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
                Resource: at('Table', 'StreamArn'),
              },
              { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
              { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: at('Queue') },
            ],
          },
        },
      ],
    },
  },
  Pipe: {
    Type: 'AWS::Pipes::Pipe',
    Properties: {
      Name: 'changes',
      Source: at('Table', 'StreamArn'),
      RoleArn: at('Role'),
      Target: at('Queue'),
      TargetParameters: { InputTemplate: '<$.dynamodb.Keys.pk.S>' },
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', ...stream } },
    },
  },
});

describe('a pipe from a table’s stream', () => {
  it('runs as the template grants it, and is updated where it reads', async () => {
    const { cloud, settled, call, of } = inWorld();
    const first = await settled(deploy(cloud, of(streaming({ BatchSize: 5 }))));
    const put = (pk: string) => call('dynamodb:PutItem', { TableName: 'Ledger', Item: { pk: { S: pk } } });
    const received = async (): Promise<readonly unknown[]> => {
      await settled(cloud.clock.sleep(10_000));
      const QueueUrl = first.resources.get('Queue')?.physicalId;
      const { Messages } = await settled(call('sqs:ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 }));
      return ((Messages ?? []) as { Body: string }[]).map(({ Body }) => Body);
    };
    await settled(put('a'));
    expect(await received()).toEqual(['a']);
    const second = await settled(update(cloud, first, of(streaming({ BatchSize: 6 }))));
    expect(second.changes.updated).toEqual(['Pipe']);
    await settled(put('b'));
    expect(await received()).toEqual(['b']);
    expect(await call('pipes:DescribePipe', { Name: 'changes' })).toMatchObject({
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', BatchSize: 6 } },
    });
    const third = settled(update(cloud, second, of(streaming({ StartingPosition: 'LATEST' }))));
    await expect(third).rejects.toThrow('StartingPosition');
  });
});
