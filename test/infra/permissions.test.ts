import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  inWords,
  linesOf,
  listOf,
  nameOf,
  resourcesOf,
  type Statement,
  statementsByRole,
  synthesise,
} from './support.ts';

const template = synthesise('sandbox');
const statements = statementsByRole(template);

const OWN_LOG = (name: string): readonly string[] => [
  `logs:CreateLogStream -> <${name}Log.Arn>`,
  `logs:PutLogEvents -> <${name}Log.Arn>`,
];
const OWN_TRACES = ['xray:PutTelemetryRecords -> *', 'xray:PutTraceSegments -> *'];
const DESCRIBE = 'ec2:DescribeVpcEndpointConnections -> *';
/** What AWS asks of every workflow that is logged and traced. */
const WATCHED = [
  'logs:CreateLogDelivery -> *',
  'logs:DeleteLogDelivery -> *',
  'logs:DescribeLogGroups -> *',
  'logs:DescribeResourcePolicies -> *',
  'logs:GetLogDelivery -> *',
  'logs:ListLogDeliveries -> *',
  'logs:PutResourcePolicy -> *',
  'logs:UpdateLogDelivery -> *',
  'xray:GetSamplingRules -> *',
  'xray:GetSamplingTargets -> *',
  ...OWN_TRACES,
];
const SENDS_DEAD_LETTERS = ['GetQueueAttributes', 'GetQueueUrl', 'SendMessage'].map(
  (action) => `sqs:${action} -> <IntakeDeadLettersQueue.Arn>`,
);
const MANAGED_SERVICES =
  'arn:aws:ec2:us-west-2:123456789012:vpc-endpoint-service/* if StringEquals aws:ResourceTag/privatelink-concierge = managed';

const MANAGED_GROUPS =
  'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/*/* if StringEquals aws:ResourceTag/privatelink-concierge = managed';

/** What it takes to see a binding's source and its targets. */
const LOOKS_AT_TARGETS = [
  'ec2:DescribeNetworkInterfaces -> *',
  'elasticloadbalancing:DescribeTargetHealth -> *',
  'rds:DescribeDBClusters -> *',
  'rds:DescribeDBInstances -> *',
  'rds:DescribeDBProxies -> *',
  'rds:DescribeDBProxyEndpoints -> *',
  'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
  'dynamodb:BatchGetItem -> <TablesRegistry.Arn>',
  'dynamodb:Query -> <TablesRegistry.Arn>',
];

/** Answers waiting workflows. */
const ANSWERS_TOKENS = ['Failure', 'Heartbeat', 'Success'].flatMap((how) =>
  ['admit-connection', 'revoke-connection'].map(
    (name) =>
      `states:SendTask${how} -> arn:aws:states:us-west-2:123456789012:stateMachine:PrivateLinkConcierge-${name}`,
  ),
);
/** A request is in the hands of a run of either workflow: whoever wants it asks whether that run still is. */
const ASKS_AFTER_HOLDERS = ['admit-connection', 'revoke-connection'].map(
  (each) =>
    `states:DescribeExecution -> arn:aws:states:us-west-2:123456789012:execution:PrivateLinkConcierge-${each}:*`,
);

/** Everything that any role of the stack may do. A line that is missing here, or too much, is a change to be reviewed. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  IntakeReadRequestsRole: [
    ...OWN_LOG('IntakeReadRequests'),
    DESCRIBE,
    ...OWN_TRACES,
    // Whether an answer was our own: no more of the ledger than items whose keys it knows.
    'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
  ],
  DecideConnectionRole: [
    ...OWN_LOG('DecideConnection'),
    DESCRIBE,
    ...OWN_TRACES,
    'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
    'dynamodb:BatchGetItem -> <TablesRegistry.Arn>',
    'dynamodb:Query -> <TablesLedger.Arn>',
    'dynamodb:Query -> <TablesRegistry.Arn>',
    // Before it turns somebody away for want of an entry, it looks whether the registry is still there.
    'dynamodb:DescribeTable -> <TablesRegistry.Arn>',
    'dynamodb:Scan -> <TablesRegistry.Arn>',
  ],
  // As the decision on a request: a writing action here is a mistake.
  DecideRevocationRole: [
    ...OWN_LOG('DecideRevocation'),
    DESCRIBE,
    ...OWN_TRACES,
    'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
    'dynamodb:BatchGetItem -> <TablesRegistry.Arn>',
    'dynamodb:Query -> <TablesLedger.Arn>',
    'dynamodb:Query -> <TablesRegistry.Arn>',
    'dynamodb:DescribeTable -> <TablesRegistry.Arn>',
    'dynamodb:Scan -> <TablesRegistry.Arn>',
  ],
  // It reads everything, and tells one bus what differs: a writing action here is a mistake.
  SweepListDifferencesRole: [
    ...OWN_LOG('SweepListDifferences'),
    DESCRIBE,
    'ec2:DescribeVpcEndpointServicePermissions -> *',
    ...OWN_TRACES,
    'dynamodb:DescribeTable -> <TablesRegistry.Arn>',
    'dynamodb:Scan -> <TablesRegistry.Arn>',
    'dynamodb:Query -> <TablesLedger.Arn>/index/Current',
    'events:PutEvents -> <Bus.Arn>',
  ],
  SweepScheduleRole: [
    'lambda:InvokeFunction -> <SweepListDifferencesFunction.Arn>:*',
    'lambda:InvokeFunction -> <SweepListDifferencesFunctionCurrentVersion>',
    ...SENDS_DEAD_LETTERS,
  ],
  SweepPipeRole: [
    'dynamodb:DescribeStream -> <TablesRegistry.StreamArn>',
    'dynamodb:GetRecords -> <TablesRegistry.StreamArn>',
    'dynamodb:GetShardIterator -> <TablesRegistry.StreamArn>',
    'dynamodb:ListStreams -> *',
    'lambda:InvokeFunction -> <SweepListDifferencesFunction.Arn>:*',
    ...SENDS_DEAD_LETTERS,
  ],
  SettlePlaceRole: [
    ...OWN_LOG('SettlePlace'),
    DESCRIBE,
    ...OWN_TRACES,
    'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
    'dynamodb:UpdateItem -> <TablesLedger.Arn>',
  ],
  // The one role that tells EC2 to accept or to reject, and the only one beside its workflows that may answer their tokens.
  AnswersAnswerConnectionsRole: [
    ...OWN_LOG('AnswersAnswerConnections'),
    DESCRIBE,
    ...OWN_TRACES,
    'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
    'dynamodb:GetItem -> <TablesLedger.Arn>',
    'dynamodb:UpdateItem -> <TablesLedger.Arn>',
    `ec2:AcceptVpcEndpointConnections -> ${MANAGED_SERVICES}`,
    `ec2:RejectVpcEndpointConnections -> ${MANAGED_SERVICES}`,
    'sqs:ChangeMessageVisibility -> <AnswersQueue.Arn>',
    'sqs:DeleteMessage -> <AnswersQueue.Arn>',
    'sqs:GetQueueAttributes -> <AnswersQueue.Arn>',
    'sqs:ReceiveMessage -> <AnswersQueue.Arn>',
    ...ANSWERS_TOKENS,
  ],
  ConvergePrincipalsRole: [
    ...OWN_LOG('ConvergePrincipals'),
    'ec2:DescribeVpcEndpointServicePermissions -> *',
    ...OWN_TRACES,
    'dynamodb:BatchGetItem -> <TablesLedger.Arn>',
    'dynamodb:BatchGetItem -> <TablesRegistry.Arn>',
    'dynamodb:Query -> <TablesRegistry.Arn>',
    'dynamodb:UpdateItem -> <TablesLedger.Arn>',
    `ec2:ModifyVpcEndpointServicePermissions -> ${MANAGED_SERVICES}`,
  ],
  IntakePipeRole: [
    'sqs:DeleteMessage -> <IntakeQueue.Arn>',
    'sqs:GetQueueAttributes -> <IntakeQueue.Arn>',
    'sqs:ReceiveMessage -> <IntakeQueue.Arn>',
    'lambda:InvokeFunction -> <IntakeReadRequestsFunction.Arn>:*',
    'events:PutEvents -> <Bus.Arn>',
  ],
  AdmitConnectionRole: [
    'dynamodb:PutItem -> <TablesLedger.Arn>',
    'dynamodb:UpdateItem -> <TablesLedger.Arn>',
    'events:PutEvents -> <Bus.Arn>',
    // Every version, and none unqualified: an execution that began before a deployment finishes on the version it names.
    'lambda:InvokeFunction -> <DecideConnectionFunction.Arn>:*',
    'sqs:SendMessage -> <AnswersQueue.Arn>',
    ...ASKS_AFTER_HOLDERS,
    'states:SendTaskSuccess -> arn:aws:states:us-west-2:123456789012:stateMachine:PrivateLinkConcierge-admit-connection',
    ...WATCHED,
  ],
  AdmitConnectionStateMachineEventsRole: ['states:StartExecution -> <AdmitConnectionStateMachine>'],
  // It tells EC2 nothing by itself: one function does, where mode and pause allow it.
  RevokeConnectionRole: [
    'dynamodb:PutItem -> <TablesLedger.Arn>',
    'dynamodb:UpdateItem -> <TablesLedger.Arn>',
    'events:PutEvents -> <Bus.Arn>',
    'lambda:InvokeFunction -> <DecideRevocationFunction.Arn>:*',
    'sqs:SendMessage -> <AnswersQueue.Arn>',
    ...ASKS_AFTER_HOLDERS,
    ...WATCHED,
  ],
  // It may start the other workflows, and none of their actions: what is to be done is their business.
  ReconcileRole: [
    'dynamodb:DeleteItem -> <TablesLedger.Arn>',
    'events:PutEvents -> <Bus.Arn>',
    'lambda:InvokeFunction -> <ConvergePrincipalsFunction.Arn>:*',
    'lambda:InvokeFunction -> <SettlePlaceFunction.Arn>:*',
    'lambda:InvokeFunction -> <SweepListDifferencesFunction.Arn>:*',
    'dynamodb:PutItem -> <TablesLedger.Arn>',
    'dynamodb:Query -> <TablesLedger.Arn>',
    'states:StartExecution -> <AdmitConnectionStateMachine>',
    'states:StartExecution -> <RevokeConnectionStateMachine>',
    ...WATCHED,
  ],
  ReconcileStateMachineEventsRole: ['states:StartExecution -> <ReconcileStateMachine>'],
  // It looks, and plans: a writing action here is a mistake.
  TargetsPlanTargetsRole: [
    ...OWN_LOG('TargetsPlanTargets'),
    ...OWN_TRACES,
    ...LOOKS_AT_TARGETS,
    'elasticloadbalancing:DescribeLoadBalancerAttributes -> *',
    'elasticloadbalancing:DescribeTargetGroupAttributes -> *',
    'elasticloadbalancing:DescribeTargetGroups -> *',
  ],
  TargetsFindBindingsRole: [
    ...OWN_LOG('TargetsFindBindings'),
    ...OWN_TRACES,
    'dynamodb:Query -> <TablesRegistry.Arn>',
    'rds:DescribeDBProxies -> *',
  ],
  // It writes down what it saw, and tells one bus what differs: it starts no run, and writes no target group.
  TargetsWatchTargetsRole: [
    ...OWN_LOG('TargetsWatchTargets'),
    ...OWN_TRACES,
    ...LOOKS_AT_TARGETS,
    'dynamodb:PutItem -> <TablesLedger.Arn>',
    'dynamodb:Query -> <TablesLedger.Arn>',
    'events:PutEvents -> <Bus.Arn>',
  ],
  TargetsScheduleRole: [
    'lambda:InvokeFunction -> <TargetsWatchTargetsFunction.Arn>:*',
    'lambda:InvokeFunction -> <TargetsWatchTargetsFunctionCurrentVersion>',
    ...SENDS_DEAD_LETTERS,
  ],
  // The one role that writes target groups, and only those that are tagged as ours.
  TargetsRefreshTargetsRole: [
    'dynamodb:GetItem -> <TablesLedger.Arn>',
    'dynamodb:UpdateItem -> <TablesLedger.Arn>',
    `elasticloadbalancing:DeregisterTargets -> ${MANAGED_GROUPS}`,
    `elasticloadbalancing:RegisterTargets -> ${MANAGED_GROUPS}`,
    'events:PutEvents -> <Bus.Arn>',
    'lambda:InvokeFunction -> <TargetsFindBindingsFunction.Arn>:*',
    'lambda:InvokeFunction -> <TargetsPlanTargetsFunction.Arn>:*',
    'states:DescribeExecution -> arn:aws:states:us-west-2:123456789012:execution:PrivateLinkConcierge-refresh-targets:*',
    // Its own kind only: an event of RDS wakes a run for each binding.
    'states:StartExecution -> arn:aws:states:us-west-2:123456789012:stateMachine:PrivateLinkConcierge-refresh-targets',
    ...WATCHED,
  ],
  TargetsRefreshTargetsStateMachineEventsRole: ['states:StartExecution -> <TargetsRefreshTargetsStateMachine>'],
};

/**
 * Actions for which the Service Authorization Reference has no resource type, so that they can only be had on everything; and those of RDS, which
 * list what there is: its resource types for them are patterns of all databases, and a listing of fewer is refused.
 */
const ACTIONS_WITHOUT_RESOURCE = [
  'dynamodb:ListStreams',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeVpcEndpointConnections',
  'ec2:DescribeVpcEndpointServicePermissions',
  'elasticloadbalancing:DescribeLoadBalancerAttributes',
  'elasticloadbalancing:DescribeTargetGroupAttributes',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'rds:DescribeDBClusters',
  'rds:DescribeDBInstances',
  'rds:DescribeDBProxies',
  'rds:DescribeDBProxyEndpoints',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

describe('what the roles may do', () => {
  it.each(Object.entries(PERMISSIONS))('%s', (role, lines) => {
    expect([...linesOf(statements.get(role) ?? [])].sort()).toEqual([...lines].sort());
  });

  it('there is no other role, and no policy that is attached in another way', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role');

    expect(roles.map(([id]) => nameOf(id)).sort()).toEqual(Object.keys(PERMISSIONS).sort());
    for (const [, { Properties }] of roles) {
      expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument']);
    }
  });

  it('nobody may do everything of a kind', () => {
    const actions = [...statements.values()].flat().flatMap(({ Action }) => listOf(Action).map(inWords));

    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('nobody may do a thing to everything, unless AWS leaves no other way', () => {
    const onEverything = [...statements.values()]
      .flat()
      .filter(({ Resource }) => listOf(Resource).includes('*'))
      .flatMap(({ Action }) => listOf(Action).map(inWords));

    expect([...new Set(onEverything)].sort()).toEqual(ACTIONS_WITHOUT_RESOURCE);
  });

  it('a token is answered by its own workflow, and by whoever gives the answers that it waits for', () => {
    const answering = [...statements].flatMap(([role, each]) =>
      linesOf(each)
        .filter((line) => line.startsWith('states:SendTask'))
        .map((line) => `${role}: ${line}`),
    );

    expect(answering.filter((line) => !line.startsWith('Answers'))).toEqual([
      'AdmitConnectionRole: states:SendTaskSuccess -> arn:aws:states:us-west-2:123456789012:stateMachine:PrivateLinkConcierge-admit-connection',
    ]);
    expect(answering.filter((line) => line.startsWith('Answers'))).toEqual(
      ANSWERS_TOKENS.map((line) => `AnswersAnswerConnectionsRole: ${line}`),
    );
    const [, machine] =
      resourcesOf(template, 'AWS::StepFunctions::StateMachine').find(
        ([id]) => nameOf(id) === 'AdmitConnectionStateMachine',
      ) ?? [];
    expect(machine?.Properties.StateMachineName).toBe('PrivateLinkConcierge-admit-connection');
  });

  it('what a workflow’s SDK tasks call, its role may do, and nothing else', () => {
    const needs = (workflow: string): readonly string[] => {
      const file = new URL(`../../workflows/${workflow}.asl.json`, import.meta.url);
      const called = [...readFileSync(file, 'utf8').matchAll(/"arn:aws:states:::(?:aws-sdk:)?(\w+):(\w+)/g)];
      const services: Readonly<Record<string, string>> = {
        sfn: 'states',
        elasticloadbalancingv2: 'elasticloadbalancing',
      };
      const actions = called.map(([, service = '', action = '']) =>
        service === 'lambda'
          ? 'lambda:InvokeFunction'
          : `${services[service] ?? service}:${action.replace(/^./, (letter) => letter.toUpperCase())}`,
      );
      return [...new Set(actions)].sort();
    };
    const may = (role: string): readonly string[] => {
      const watched = new Set(WATCHED.map((line) => line.replace(/ ->.*/, '')));
      const actions = linesOf(statements.get(role) ?? []).map((line) => line.replace(/ ->.*/, ''));
      return [...new Set(actions.filter((action) => !watched.has(action)))].sort();
    };

    expect(may('AdmitConnectionRole')).toEqual(needs('admit-connection'));
    expect(may('RevokeConnectionRole')).toEqual(needs('revoke-connection'));
    expect(may('ReconcileRole')).toEqual(needs('reconcile'));
    expect(may('TargetsRefreshTargetsRole')).toEqual(needs('refresh-targets'));
  });

  it('nobody writes the registry: it is people’s', () => {
    const onRegistry = [...statements.values()].flatMap(linesOf).filter((line) => line.includes('TablesRegistry'));

    const actions = onRegistry.map((line) => line.replace(/^dynamodb:(\w+) .*/, '$1'));
    expect([...new Set(actions)].sort()).toEqual([
      'BatchGetItem',
      'DescribeStream',
      'DescribeTable',
      'GetRecords',
      'GetShardIterator',
      'Query',
      'Scan',
    ]);
  });
});

describe('who may take a role', () => {
  it.each([
    ['IntakeReadRequestsRole', 'lambda.amazonaws.com'],
    ['DecideConnectionRole', 'lambda.amazonaws.com'],
    ['DecideRevocationRole', 'lambda.amazonaws.com'],
    ['AnswersAnswerConnectionsRole', 'lambda.amazonaws.com'],
    ['ConvergePrincipalsRole', 'lambda.amazonaws.com'],
    ['IntakePipeRole', 'pipes.amazonaws.com'],
    ['AdmitConnectionRole', 'states.amazonaws.com'],
    ['AdmitConnectionStateMachineEventsRole', 'events.amazonaws.com'],
    ['SweepListDifferencesRole', 'lambda.amazonaws.com'],
    ['SweepScheduleRole', 'scheduler.amazonaws.com'],
    ['SweepPipeRole', 'pipes.amazonaws.com'],
    ['SettlePlaceRole', 'lambda.amazonaws.com'],
    ['RevokeConnectionRole', 'states.amazonaws.com'],
    ['ReconcileRole', 'states.amazonaws.com'],
    ['ReconcileStateMachineEventsRole', 'events.amazonaws.com'],
    ['TargetsPlanTargetsRole', 'lambda.amazonaws.com'],
    ['TargetsFindBindingsRole', 'lambda.amazonaws.com'],
    ['TargetsWatchTargetsRole', 'lambda.amazonaws.com'],
    ['TargetsScheduleRole', 'scheduler.amazonaws.com'],
    ['TargetsRefreshTargetsRole', 'states.amazonaws.com'],
    ['TargetsRefreshTargetsStateMachineEventsRole', 'events.amazonaws.com'],
  ])('%s - %s and nobody else', (role, service) => {
    const [, resource] = resourcesOf(template, 'AWS::IAM::Role').find(([id]) => nameOf(id) === role) ?? [];

    expect(resource?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
    });
  });
});

/** The statements of a resource's own policy. */
const ownStatements = (type: string, id: string, field: string): readonly Statement[] => {
  const [, resource] = resourcesOf(template, type).find(([each]) => nameOf(each) === id) ?? [];
  if (resource === undefined) throw new Error(`The template has no ${type} ${id}.`);
  return (resource.Properties[field] as unknown as { Statement: readonly Statement[] }).Statement;
};

const SNS = '{"Service":"sns.amazonaws.com"}';
const EVENTS = '{"Service":"events.amazonaws.com"}';

describe('what others may do to ours', () => {
  /** PrivateLink publishes for our services only. The page of the notifications names both conditions. */
  const fromOurServices = {
    StringEquals: { 'aws:SourceAccount': '123456789012' },
    ArnLike: { 'aws:SourceArn': 'arn:aws:ec2:us-west-2:123456789012:vpc-endpoint-service/vpce-svc-*' },
  };
  const privateLink = { Effect: 'Allow', Principal: { Service: 'vpce.amazonaws.com' }, Condition: fromOurServices };

  it('PrivateLink publishes to the topic, and uses its key, for our own services', () => {
    const topic = ownStatements('AWS::SNS::TopicPolicy', 'IntakeTopicPolicy', 'PolicyDocument');
    const key = ownStatements('AWS::KMS::Key', 'IntakeKey', 'KeyPolicy');

    expect(topic.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      expect.objectContaining({ ...privateLink, Action: 'sns:Publish' }),
    ]);
    expect(key.filter(({ Principal }) => inWords(Principal) !== '{"AWS":"arn:aws:iam::123456789012:root"}')).toEqual([
      expect.objectContaining({ ...privateLink, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }),
    ]);
  });

  it.each([
    ['IntakeQueue', ['sqs:SendMessage -> <IntakeQueue.Arn> if ArnEquals aws:SourceArn = <IntakeTopic>']],
    [
      'IntakeDeadLettersQueue',
      [
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <IntakeTopic>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <TargetsTargetDriftDetected.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <TargetsProxyChanged.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <TargetsFailover.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <ConnectionRequested.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <ConnectionChanged.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <DifferenceFound.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <RunFailed.Arn>',
        'sqs:GetQueueAttributes -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <NoticeUnreadable.Arn>',
        'sqs:GetQueueUrl -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <NoticeUnreadable.Arn>',
        'sqs:SendMessage -> <IntakeDeadLettersQueue.Arn> if ArnEquals aws:SourceArn = <NoticeUnreadable.Arn>',
      ],
    ],
  ])('%s - only from where its messages come', (queue, lines) => {
    const allowed = ownStatements('AWS::SQS::QueuePolicy', `${queue}Policy`, 'PolicyDocument').filter(
      ({ Effect }) => Effect === 'Allow',
    );

    expect(linesOf(allowed)).toEqual(lines);
    expect(allowed.map(({ Principal }) => inWords(Principal))).toEqual(
      allowed.map((each) => (inWords(each.Condition?.ArnEquals?.['aws:SourceArn']) === '<IntakeTopic>' ? SNS : EVENTS)),
    );
  });
});
