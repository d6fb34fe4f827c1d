import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type ActionDefinition, Cloud } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';

/** A call as a fake service saw it: `['sqs:CreateQueue', { QueueName: 'q' }]`. */
export type RecordedCall = readonly [string, Readonly<Record<string, unknown>>];

type Input = Readonly<Record<string, unknown>>;
const ACCOUNT = 'us-west-2:123456789012';

/** What the fakes answer: as little as the deployment reads. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, (input: Input) => object>>>> = {
  sqs: {
    CreateQueue: ({ QueueName }) => ({ QueueUrl: `https://sqs.us-west-2.amazonaws.com/123456789012/${QueueName}` }),
    SetQueueAttributes: () => ({}),
  },
  sns: {
    CreateTopic: ({ Name }) => ({ TopicArn: `arn:aws:sns:${ACCOUNT}:${Name}` }),
    SetTopicAttributes: () => ({}),
    Subscribe: ({ TopicArn }) => ({ SubscriptionArn: `${TopicArn}:1` }),
  },
  monitoring: {},
  kms: {
    CreateKey: () => ({ KeyMetadata: { KeyId: 'k', Arn: `arn:aws:kms:${ACCOUNT}:key/k` } }),
    CreateAlias: () => ({}),
  },
  iam: {
    CreateRole: ({ RoleName, Path }) => ({
      Role: { Arn: `arn:aws:iam::123456789012:role${Path}${RoleName}`, RoleId: 'AROA1' },
    }),
    PutRolePolicy: () => ({}),
    AttachRolePolicy: () => ({}),
    CreatePolicy: ({ PolicyName }) => ({
      Policy: { Arn: `arn:aws:iam::123456789012:policy/${PolicyName}`, PolicyId: 'ANPA1' },
    }),
  },
  lambda: {
    CreateFunction: ({ FunctionName }) => ({ FunctionArn: `arn:aws:lambda:${ACCOUNT}:function:${FunctionName}` }),
    PublishVersion: ({ FunctionName }) => ({
      FunctionArn: `arn:aws:lambda:${ACCOUNT}:function:${FunctionName}:1`,
      Version: '1',
    }),
    CreateAlias: ({ FunctionName, Name }) => ({
      AliasArn: `arn:aws:lambda:${ACCOUNT}:function:${FunctionName}:${Name}`,
    }),
    AddPermission: () => ({}),
    PutFunctionConcurrency: () => ({}),
    PutFunctionEventInvokeConfig: () => ({}),
  },
  logs: { CreateLogGroup: () => ({}) },
  events: {
    CreateEventBus: ({ Name }) => ({ EventBusArn: `arn:aws:events:${ACCOUNT}:event-bus/${Name}` }),
    PutRule: () => ({}),
    PutTargets: () => ({ FailedEntryCount: 0, FailedEntries: [] }),
    PutPermission: () => ({}),
  },
  pipes: {
    CreatePipe: ({ Name }) => ({ Arn: `arn:aws:pipes:${ACCOUNT}:pipe/${Name}`, DesiredState: 'RUNNING' }),
    DescribePipe: () => ({ CurrentState: 'RUNNING' }),
  },
  scheduler: {
    CreateSchedule: ({ Name }) => ({ ScheduleArn: `arn:aws:scheduler:${ACCOUNT}:schedule/default/${Name}` }),
    CreateScheduleGroup: ({ Name }) => ({ ScheduleGroupArn: `arn:aws:scheduler:${ACCOUNT}:schedule-group/${Name}` }),
  },
  states: { CreateStateMachine: ({ name }) => ({ stateMachineArn: `arn:aws:states:${ACCOUNT}:stateMachine:${name}` }) },
  dynamodb: {
    CreateTable: ({ TableName }) => ({
      TableDescription: {
        TableArn: `arn:aws:dynamodb:${ACCOUNT}:table/${TableName}`,
        TableId: 't',
        LatestStreamArn: `arn:aws:dynamodb:${ACCOUNT}:table/${TableName}/stream/now`,
      },
    }),
  },
  ec2: {
    CreateVpcEndpointServiceConfiguration: () => ({ ServiceConfiguration: { ServiceId: 'vpce-svc-1' } }),
    ModifyVpcEndpointServicePermissions: () => ({}),
    CreateVpcEndpointConnectionNotification: () => ({
      ConnectionNotification: { ConnectionNotificationId: 'vpce-nfn-1' },
    }),
  },
  elasticloadbalancing: {
    CreateLoadBalancer: ({ Name }) => ({
      LoadBalancers: [
        {
          LoadBalancerArn: `arn:aws:elasticloadbalancing:${ACCOUNT}:loadbalancer/net/${Name}/1`,
          LoadBalancerName: Name,
          DNSName: 'nlb.example',
          CanonicalHostedZoneId: 'Z1',
        },
      ],
    }),
    CreateTargetGroup: ({ Name }) => ({
      TargetGroups: [
        { TargetGroupArn: `arn:aws:elasticloadbalancing:${ACCOUNT}:targetgroup/${Name}/1`, TargetGroupName: Name },
      ],
    }),
    CreateListener: () => ({ Listeners: [{ ListenerArn: `arn:aws:elasticloadbalancing:${ACCOUNT}:listener/1` }] }),
  },
};

/** Actions of updates and deletions: nothing is read of their answers. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  sqs: ['DeleteQueue', 'TagQueue', 'UntagQueue'],
  sns: ['DeleteTopic', 'SetSubscriptionAttributes', 'Unsubscribe'],
  kms: ['PutKeyPolicy'],
  iam: [
    ...['UpdateAssumeRolePolicy', 'DeleteRolePolicy', 'DetachRolePolicy', 'DeleteRole'],
    ...['CreatePolicyVersion', 'DeletePolicy'],
  ],
  lambda: [
    ...['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'DeleteFunction', 'TagResource', 'UntagResource'],
    ...['DeleteFunctionConcurrency', 'UpdateAlias', 'DeleteAlias', 'RemovePermission'],
    'DeleteFunctionEventInvokeConfig',
  ],
  logs: ['DeleteLogGroup'],
  monitoring: ['PutMetricAlarm', 'PutCompositeAlarm', 'DeleteAlarms', 'TagResource', 'UntagResource'],
  events: ['RemoveTargets', 'DeleteRule', 'DeleteEventBus'],
  pipes: ['UpdatePipe', 'DeletePipe'],
  scheduler: ['UpdateSchedule', 'DeleteSchedule', 'DeleteScheduleGroup'],
  states: ['UpdateStateMachine', 'DeleteStateMachine'],
  elasticloadbalancing: [
    ...['ModifyLoadBalancerAttributes', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'ModifyListener'],
    ...['RegisterTargets', 'DeregisterTargets', 'AddTags', 'RemoveTags'],
    ...['DeleteLoadBalancer', 'DeleteTargetGroup', 'DeleteListener'],
  ],
  ec2: [
    ...['ModifyVpcEndpointServiceConfiguration', 'CreateTags', 'DeleteTags', 'DeleteVpcEndpointServiceConfigurations'],
    ...['ModifyVpcEndpointConnectionNotification', 'DeleteVpcEndpointConnectionNotifications'],
  ],
};

/** A world of fake services that write down what they are asked. */
export const recordingCloud = () => {
  const clock = new VirtualClock(0);
  const cloud = new Cloud({
    clock,
    random: seededRandom(1),
    journal: new Journal(clock),
    authorizer: new Identities(clock),
  });
  const calls: RecordedCall[] = [];
  for (const [name, answers] of Object.entries(ANSWERS)) {
    const silent = (SILENT[name] ?? []).map((action) => [action, () => ({})] as const);
    const actions = [...Object.entries(answers), ...silent].map(
      ([action, answer]): readonly [string, ActionDefinition<Input>] => [
        action,
        {
          permissions: () => [{ action: `${name}:${action}`, resource: '*' }],
          run: (input) => {
            calls.push([`${name}:${action}`, input]);
            return answer(input);
          },
        },
      ],
    );
    cloud.register({ name, actions: Object.fromEntries(actions) });
  }
  return { cloud, calls };
};
