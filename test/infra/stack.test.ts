import { existsSync, readFileSync } from 'node:fs';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, vi } from 'vitest';
import {
  DRIFT_SECONDS,
  FAILED_REFRESHES,
  METRIC_NAMESPACE,
  METRIC_SERVICE,
  OPEN_TO_EVERYONE,
  PRINCIPALS_CONTESTED,
  SILENT_SOURCES,
  UNREADABLE_ENTRIES,
  WATCHES,
  WITHHELD_REMOVALS,
} from '../../functions/domain/metric.ts';
import { planNotices } from '../../functions/domain/notices.ts';
import { CURRENT_INDEX, LEDGER_INDEXES, RECORDED_AT } from '../../functions/registry/keys.ts';
import { metrics } from '../../functions/runtime/handler.ts';
import { ENVIRONMENTS, type EnvironmentConfig, environmentNamed } from '../../infra/config.ts';
import { machineOf, tasksOf } from '../workflows/support.ts';
import {
  inWords,
  type Json,
  nameOf,
  type Resource,
  resourcesOf,
  standbyOf,
  synthesise,
  templateOf,
} from './support.ts';

const template = synthesise('sandbox');
const resources = (type: string): readonly (readonly [name: string, Resource])[] =>
  resourcesOf(template, type).map(([id, resource]) => [nameOf(id), resource]);
const named = (type: string, name: string): Resource['Properties'] => {
  const [, resource] = resources(type).find(([each]) => each === name) ?? [];
  if (resource === undefined) throw new Error(`The template has no ${type} ${name}.`);
  return resource.Properties;
};

/** The template, without what changes with the code alone: hashes of assets and versions, and the definitions, which are files of their own. */
const stripped = (whole: Template): string => {
  const { Resources, ...rest } = whole.toJSON() as { Resources: Record<string, Resource> };
  const kept = Object.fromEntries(
    Object.entries(Resources).map(([id, { Properties, ...resource }]) => [
      id,
      {
        ...resource,
        Properties:
          'DefinitionString' in Properties ? { ...Properties, DefinitionString: 'a file of workflows/' } : Properties,
      },
    ]),
  );
  return `${JSON.stringify({ ...rest, Resources: kept }, null, 2)
    .replaceAll(/[0-9a-f]{64}/g, 'ASSET')
    .replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1')}\n`;
};

describe('the environments', () => {
  it.each(Object.keys(ENVIRONMENTS))('%s - the template is the one that was reviewed', async (environment) => {
    await expect(stripped(synthesise(environment))).toMatchFileSnapshot(`__snapshots__/${environment}.template.json`);
  });

  it('the standby region - the template is the one that was reviewed', async () => {
    const standby = stripped(standbyOf('sandbox-with-standby'));

    await expect(standby).toMatchFileSnapshot('__snapshots__/standby.template.json');
  });

  it('one that there is not - an error that lists those that there are', () => {
    expect(() => environmentNamed('prod')).toThrow(
      'infra/config.ts has no environment "prod"; it has: sandbox, sandbox-with-standby.',
    );
  });
});

describe('nothing is lost without a trace', () => {
  const deadLetters = '<IntakeDeadLettersQueue.Arn>';

  it('every target of a rule has a dead-letter queue, or is one', () => {
    const targets = resources('AWS::Events::Rule').flatMap(([rule, { Properties }]) =>
      (Properties.Targets as readonly { Arn: Json; DeadLetterConfig?: { Arn: Json } }[]).map((target) => [
        rule,
        inWords(target.Arn),
        inWords(target.DeadLetterConfig?.Arn),
      ]),
    );

    expect(targets).toEqual([
      ['TargetsTargetDriftDetected', '<TargetsRefreshTargetsStateMachine>', deadLetters],
      ['TargetsProxyChanged', '<TargetsRefreshTargetsStateMachine>', deadLetters],
      ['TargetsFailover', '<TargetsRefreshTargetsStateMachine>', deadLetters],
      ['ConnectionRequested', '<AdmitConnectionStateMachine>', deadLetters],
      ['ConnectionChanged', '<ReconcileStateMachine>', deadLetters],
      ['DifferenceFound', '<ReconcileStateMachine>', deadLetters],
      ['RunFailed', '<ReconcileStateMachine>', deadLetters],
      ['NoticeUnreadable', deadLetters, 'undefined'],
    ]);
  });

  it.each(resources('AWS::SNS::Subscription'))(
    '%s - the subscription has one, and passes messages as they are',
    (_id, { Properties }) => {
      expect(inWords((Properties.RedrivePolicy as { deadLetterTargetArn: Json }).deadLetterTargetArn)).toBe(
        deadLetters,
      );
      expect(Properties.RawMessageDelivery).toBe(true);
    },
  );

  it('every queue has one, save the last', () => {
    const redrives = resources('AWS::SQS::Queue').map(([queue, { Properties }]) => [
      queue,
      inWords((Properties.RedrivePolicy as { deadLetterTargetArn: Json } | undefined)?.deadLetterTargetArn),
    ]);

    expect(redrives).toEqual([
      ['IntakeDeadLettersQueue', 'undefined'],
      ['IntakeQueue', deadLetters],
      ['AnswersQueue', deadLetters],
    ]);
    expect(named('AWS::SQS::Queue', 'IntakeDeadLettersQueue').MessageRetentionPeriod).toBe(14 * 24 * 3600);
  });

  it('a message comes back no sooner than six time-outs of its function, and often enough to outlast throttling', () => {
    const { VisibilityTimeout, RedrivePolicy } = named('AWS::SQS::Queue', 'IntakeQueue');

    expect(VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * Number(named('AWS::Lambda::Function', 'IntakeReadRequestsFunction').Timeout),
    );
    expect(RedrivePolicy).toMatchObject({ maxReceiveCount: 10 });
  });

  it('tables and the last queue outlive the stack; tables can be restored to any second', () => {
    const kept = [...resourcesOf(template, 'AWS::DynamoDB::GlobalTable'), ...resourcesOf(template, 'AWS::SQS::Queue')]
      .filter(([, resource]) => (resource as unknown as { DeletionPolicy: string }).DeletionPolicy === 'Retain')
      .map(([id]) => nameOf(id));

    expect(kept).toEqual(['TablesRegistry', 'TablesLedger', 'IntakeDeadLettersQueue']);
    for (const [, { Properties }] of resources('AWS::DynamoDB::GlobalTable')) {
      expect(Properties.Replicas).toEqual([
        expect.objectContaining({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ]);
    }
  });
});

describe('the tables', () => {
  it.each(['Registry', 'Ledger'])(
    '%s - found by the stack’s name, its keys as the access patterns have them',
    (table) => {
      expect(named('AWS::DynamoDB::GlobalTable', `Tables${table}`)).toMatchObject({
        TableName: `PrivateLinkConcierge-${table.toLowerCase()}`,
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      });
    },
  );

  it('the ledger’s decisions are listed by customer, by endpoint and by day, and what is in force now; nothing of the registry is', () => {
    const { GlobalSecondaryIndexes, AttributeDefinitions } = named('AWS::DynamoDB::GlobalTable', 'TablesLedger');
    const indexes = (GlobalSecondaryIndexes as readonly { IndexName: string; KeySchema: Json; Projection: Json }[]).map(
      ({ IndexName, ...rest }) => [IndexName, rest],
    );

    expect(Object.keys(LEDGER_INDEXES)).toEqual(['ByCustomer', 'ByEndpoint', 'ByDay']);
    expect(Object.fromEntries(indexes)).toEqual(
      Object.fromEntries(
        [
          ...Object.entries(LEDGER_INDEXES).map(([index, attribute]) => [index, attribute, RECORDED_AT] as const),
          [CURRENT_INDEX.name, CURRENT_INDEX.attribute, CURRENT_INDEX.sortedBy] as const,
        ].map(([index, attribute, sortedBy]) => [
          index,
          {
            KeySchema: [
              { AttributeName: attribute, KeyType: 'HASH' },
              { AttributeName: sortedBy, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ]),
      ),
    );
    expect(AttributeDefinitions).toEqual(
      ['pk', 'sk', 'customerId', RECORDED_AT, 'vpcEndpointId', 'recordedOn', 'current'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
    );
    expect(named('AWS::DynamoDB::GlobalTable', 'TablesRegistry')).not.toHaveProperty('GlobalSecondaryIndexes');
  });

  it('what is indexed is what the workflow records', () => {
    const record = tasksOf(machineOf('admit-connection.asl.json')).find(([state]) => state === 'Record')?.[1];
    const { Item } = (record?.Arguments ?? { Item: '' }) as { Item: string };

    for (const attribute of ['recordedOn', RECORDED_AT]) expect(Item).toContain(`'${attribute}': {'S':`);
  });
});

describe('the intake', () => {
  it('takes no more notices at once than the bus takes events: each may come to one', () => {
    const { SourceParameters } = named('AWS::Pipes::Pipe', 'IntakePipe');
    const { BatchSize } = (SourceParameters as { SqsQueueParameters: { BatchSize: number } }).SqsQueueParameters;
    const notices = Array.from({ length: BatchSize }, (_, index) => ({ messageId: `m-${index}`, body: 'Hello?' }));

    // eb-pipes-batching-concurrency.html
    expect(planNotices(notices).judge([], new Map())).toHaveLength(10);
  });
});

describe('nothing is read in passing', () => {
  it.each(resources('AWS::SQS::Queue'))('%s - encrypted, and only over TLS', (queue, { Properties }) => {
    expect(Properties.SqsManagedSseEnabled).toBe(true);
    expect(named('AWS::SQS::QueuePolicy', `${queue}Policy`).PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    });
  });

  it('the topic - encrypted with a key of ours, which rotates, and only over TLS', () => {
    expect(inWords(named('AWS::SNS::Topic', 'IntakeTopic').KmsMasterKeyId)).toBe('<IntakeKey.Arn>');
    expect(named('AWS::KMS::Key', 'IntakeKey').EnableKeyRotation).toBe(true);
    expect(named('AWS::SNS::TopicPolicy', 'IntakeTopicPolicy').PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    });
  });

  it.each(resources('AWS::DynamoDB::GlobalTable'))('%s - encrypted', (_table, { Properties }) => {
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
  });
});

describe('functions', () => {
  it.each(resources('AWS::Lambda::Function'))(
    '%s - the runtime, the architecture, traced, with a log of its own',
    (name, { Properties }) => {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON' },
      });
      expect(inWords((Properties.LoggingConfig as { LogGroup: Json }).LogGroup)).toBe(
        `<${name.replace(/Function$/, 'Log')}>`,
      );
    },
  );

  it.each(resources('AWS::Lambda::Version'))('%s - kept, since an execution may still need it', (id) => {
    const [, resource] = resources('AWS::Lambda::Version').find(([each]) => each === id) ?? [];

    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('answers are read in batches, no more at once than AWS makes us, and each message fails alone', () => {
    const [[, { Properties }]] = resources('AWS::Lambda::EventSourceMapping') as [readonly [string, Resource]];

    expect(Properties).toMatchObject({
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 2,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(inWords(Properties.EventSourceArn)).toBe('<AnswersQueue.Arn>');
    expect(inWords(Properties.FunctionName)).toMatch(
      /^<AnswersAnswerConnectionsFunction>:<AnswersAnswerConnectionsFunctionCurrentVersion\.Version>$/,
    );
    const { VisibilityTimeout } = named('AWS::SQS::Queue', 'AnswersQueue');
    const { Timeout } = named('AWS::Lambda::Function', 'AnswersAnswerConnectionsFunction');
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout));
  });

  it('an environment may say how many endpoints one answer names', () => {
    const variablesOf = (endpointsPerAnswer?: number) => {
      const config = { ...ENVIRONMENTS.sandbox, ...(endpointsPerAnswer === undefined ? {} : { endpointsPerAnswer }) };
      const found = resourcesOf(templateOf(config as EnvironmentConfig), 'AWS::Lambda::Function');
      const [, { Properties }] = found.find(([id]) => id.startsWith('AnswersAnswerConnections')) as (typeof found)[0];
      return (Properties.Environment as { Variables: Record<string, unknown> }).Variables;
    };

    expect(variablesOf(20)).toMatchObject({ ENDPOINTS_PER_ANSWER: '20' });
    expect(variablesOf()).not.toHaveProperty('ENDPOINTS_PER_ANSWER');
  });

  it('are called by version, never as they happen to be', () => {
    expect(inWords(named('AWS::Pipes::Pipe', 'IntakePipe').Enrichment)).toBe(
      '<IntakeReadRequestsFunctionCurrentVersion>',
    );
  });
});

describe('alarms', () => {
  const alarms = resources('AWS::CloudWatch::Alarm');
  /** The address of a heading, as code hosts make it. */
  const slugOf = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-');

  it('there is one for each function, for the dead letters and for each way in which a workflow can end badly', () => {
    expect(
      alarms.map(([alarm, { Properties }]) => `${alarm}: ${inWords(Properties.MetricName ?? 'an expression')}`).sort(),
    ).toEqual([
      'AdmitConnectionAbortedAlarm: ExecutionsAborted',
      'AdmitConnectionFailedAlarm: ExecutionsFailed',
      'AdmitConnectionTimedOutAlarm: ExecutionsTimedOut',
      'AnswersAnswerConnectionsAlarm: Errors',
      'AnswersWaitingAlarm: ApproximateAgeOfOldestMessage',
      'ConvergePrincipalsAlarm: Errors',
      'DecideConnectionAlarm: Errors',
      'DecideRevocationAlarm: Errors',
      'IntakeDeadLettersAlarm: ApproximateNumberOfMessagesVisible',
      'IntakeReadRequestsAlarm: Errors',
      'IntakeWaitingAlarm: ApproximateAgeOfOldestMessage',
      'OpenToEveryoneAlarm: OpenToEveryone',
      'PrincipalsContestedAlarm: PrincipalsContested',
      'ReconcileAbortedAlarm: ExecutionsAborted',
      'ReconcileFailedAlarm: ExecutionsFailed',
      'ReconcileTimedOutAlarm: ExecutionsTimedOut',
      'RevokeConnectionAbortedAlarm: ExecutionsAborted',
      'RevokeConnectionFailedAlarm: ExecutionsFailed',
      'RevokeConnectionTimedOutAlarm: ExecutionsTimedOut',
      'SettlePlaceAlarm: Errors',
      'SweepListDifferencesAlarm: Errors',
      'SweepMissingAlarm: an expression',
      'TargetsDriftAlarm: DriftSeconds',
      'TargetsFailingAlarm: FailedRefreshes',
      'TargetsFindBindingsAlarm: Errors',
      'TargetsMissingAlarm: Watches',
      'TargetsPlanTargetsAlarm: Errors',
      'TargetsRefreshTargetsAbortedAlarm: ExecutionsAborted',
      'TargetsRefreshTargetsFailedAlarm: ExecutionsFailed',
      'TargetsRefreshTargetsTimedOutAlarm: ExecutionsTimedOut',
      'TargetsSilentAlarm: SilentSources',
      'TargetsWatchTargetsAlarm: Errors',
      'TargetsWithheldAlarm: WithheldRemovals',
      'UnreadableEntriesAlarm: UnreadableEntries',
    ]);
  });

  it('a sweep that does not come is missed after a quarter of an hour', () => {
    const [, missing] = alarms.find(([alarm]) => alarm === 'SweepMissingAlarm') ?? [];

    expect(missing?.Properties).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
      Metrics: [
        { Expression: 'FILL(swept, 0)' },
        {
          Id: 'swept',
          MetricStat: { Metric: { MetricName: 'Invocations' }, Period: 300, Stat: 'Sum' },
          ReturnData: false,
        },
      ],
    });
  });

  it('a watch that does not come is missed after ten minutes', () => {
    const [, missing] = alarms.find(([alarm]) => alarm === 'TargetsMissingAlarm') ?? [];

    expect(missing?.Properties).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
  });

  it('each goes off at the first five minutes, save those of what mends itself: calls are tried again, interfaces go', () => {
    const failures = alarms.filter(([alarm]) => !alarm.endsWith('MissingAlarm'));
    const conditions = failures.map(([alarm, { Properties }]) => {
      const { Statistic, ComparisonOperator, Threshold, EvaluationPeriods, Period, TreatMissingData } = Properties;
      expect({ ComparisonOperator, Period, TreatMissingData }).toEqual({
        ComparisonOperator: 'GreaterThanThreshold',
        Period: 300,
        TreatMissingData: 'notBreaching',
      });
      expect(Properties).not.toHaveProperty('DatapointsToAlarm');
      return `${alarm}: ${inWords(Statistic)} > ${inWords(Threshold)}, ${inWords(EvaluationPeriods)} in a row`;
    });

    expect(conditions.sort()).toEqual([
      'AdmitConnectionAbortedAlarm: Sum > 0, 1 in a row',
      'AdmitConnectionFailedAlarm: Sum > 0, 1 in a row',
      'AdmitConnectionTimedOutAlarm: Sum > 0, 1 in a row',
      'AnswersAnswerConnectionsAlarm: Sum > 0, 3 in a row',
      'AnswersWaitingAlarm: Maximum > 1800, 1 in a row',
      'ConvergePrincipalsAlarm: Sum > 0, 3 in a row',
      'DecideConnectionAlarm: Sum > 0, 3 in a row',
      'DecideRevocationAlarm: Sum > 0, 3 in a row',
      'IntakeDeadLettersAlarm: Maximum > 0, 1 in a row',
      'IntakeReadRequestsAlarm: Sum > 0, 3 in a row',
      'IntakeWaitingAlarm: Maximum > 300, 1 in a row',
      'OpenToEveryoneAlarm: Sum > 0, 1 in a row',
      'PrincipalsContestedAlarm: Sum > 0, 1 in a row',
      'ReconcileAbortedAlarm: Sum > 0, 1 in a row',
      'ReconcileFailedAlarm: Sum > 0, 1 in a row',
      'ReconcileTimedOutAlarm: Sum > 0, 1 in a row',
      'RevokeConnectionAbortedAlarm: Sum > 0, 1 in a row',
      'RevokeConnectionFailedAlarm: Sum > 0, 1 in a row',
      'RevokeConnectionTimedOutAlarm: Sum > 0, 1 in a row',
      'SettlePlaceAlarm: Sum > 0, 3 in a row',
      'SweepListDifferencesAlarm: Sum > 0, 3 in a row',
      'TargetsDriftAlarm: Maximum > 1800, 1 in a row',
      'TargetsFailingAlarm: Maximum > 2, 1 in a row',
      'TargetsFindBindingsAlarm: Sum > 0, 3 in a row',
      'TargetsPlanTargetsAlarm: Sum > 0, 3 in a row',
      'TargetsRefreshTargetsAbortedAlarm: Sum > 0, 1 in a row',
      'TargetsRefreshTargetsFailedAlarm: Sum > 0, 1 in a row',
      'TargetsRefreshTargetsTimedOutAlarm: Sum > 0, 1 in a row',
      'TargetsSilentAlarm: Minimum > 0, 1 in a row',
      'TargetsWatchTargetsAlarm: Sum > 0, 3 in a row',
      'TargetsWithheldAlarm: Minimum > 0, 12 in a row',
      'UnreadableEntriesAlarm: Sum > 0, 1 in a row',
    ]);
  });

  it('that of waiting notices looks at the intake, not at the dead letters', () => {
    const queuesOf = (alarm: string): readonly string[] =>
      (named('AWS::CloudWatch::Alarm', alarm).Dimensions as readonly { Value: Json }[]).map(({ Value }) =>
        inWords(Value),
      );

    expect(queuesOf('IntakeWaitingAlarm')).toEqual(['<IntakeQueue.QueueName>']);
    expect(queuesOf('AnswersWaitingAlarm')).toEqual(['<AnswersQueue.QueueName>']);
    expect(queuesOf('IntakeDeadLettersAlarm')).toEqual(['<IntakeDeadLettersQueue.QueueName>']);
  });

  it.each([
    [UNREADABLE_ENTRIES, 'UnreadableEntriesAlarm'],
    [OPEN_TO_EVERYONE, 'OpenToEveryoneAlarm'],
    [PRINCIPALS_CONTESTED, 'PrincipalsContestedAlarm'],
    [SILENT_SOURCES, 'TargetsSilentAlarm'],
    [WITHHELD_REMOVALS, 'TargetsWithheldAlarm'],
    [DRIFT_SECONDS, 'TargetsDriftAlarm'],
    [FAILED_REFRESHES, 'TargetsFailingAlarm'],
    [WATCHES, 'TargetsMissingAlarm'],
  ])('that of %s listens to the very metric that the functions write', (metric, alarm) => {
    const { Namespace, MetricName, Dimensions } = named('AWS::CloudWatch::Alarm', alarm);
    const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    metrics.singleMetric().addMetric(metric, MetricUnit.Count, 1);
    const [line = '{}', ...more] = written.mock.calls.map(([text]) => String(text));
    written.mockRestore();
    const { _aws, ...values } = JSON.parse(line) as { _aws: object };

    expect(more).toEqual([]);
    expect(_aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace, Dimensions: [['service']], Metrics: [{ Name: MetricName, Unit: 'Count' }] }],
    });
    expect(values).toEqual({ service: METRIC_SERVICE, [metric]: 1 });
    expect(Dimensions).toEqual([{ Name: 'service', Value: METRIC_SERVICE }]);
    expect({ Namespace, MetricName }).toEqual({ Namespace: METRIC_NAMESPACE, MetricName: metric });
  });

  it('where no topic is named they show in CloudWatch only', () => {
    expect(alarms.filter(([, { Properties }]) => 'AlarmActions' in Properties)).toEqual([]);
  });

  it('where a topic is named each of them tells it, and nothing else differs', () => {
    const alarmTopicArn = 'arn:aws:sns:us-west-2:123456789012:on-call';
    const told = templateOf({ ...environmentNamed('sandbox'), alarmTopicArn });
    const { Resources } = told.toJSON() as { Resources: Record<string, Resource> };
    const withoutActions = Object.entries(Resources).map(([id, { Properties, ...rest }]) => {
      const { AlarmActions: _told, ...others } = Properties;
      return [id, { ...rest, Properties: others }];
    });

    const actions = resourcesOf(told, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => [
      nameOf(id),
      Properties.AlarmActions,
    ]);
    expect(actions).toEqual(alarms.map(([alarm]) => [alarm, [alarmTopicArn]]));
    expect(Object.fromEntries(withoutActions)).toEqual(template.toJSON().Resources);
  });

  it.each(alarms)('%s - says what customers miss, and names an article that there is', (_alarm, { Properties }) => {
    const [, impact, path = '', article] =
      /^(.{20,}\.) Runbook: (docs\/[a-z-]+\.md)#([a-z-]+)$/.exec(inWords(Properties.AlarmDescription)) ?? [];

    expect(impact).toMatch(/customers?/);
    expect(existsSync(path)).toBe(true);
    const headings = [...readFileSync(path, 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => slugOf(heading));
    expect(headings).toContain(article);
  });

  const ofStandby = resourcesOf(standbyOf('sandbox-with-standby'), 'AWS::CloudWatch::Alarm');
  it.each(ofStandby)('%s of the standby region - names an article that there is', (_alarm, { Properties }) => {
    const [, article] = / Runbook: docs\/runbook\.md#([a-z-]+)$/.exec(inWords(Properties.AlarmDescription)) ?? [];
    const headings = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)];
    expect(headings.map(([, heading = '']) => slugOf(heading))).toContain(article);
  });

  it('every article describes, investigates and resolves, and is some alarm’s, or of what people do themselves', () => {
    const articles = readFileSync('docs/runbook.md', 'utf8').split(/^## /m).slice(1);
    const ofAlarms = alarms.map(([, { Properties }]) => inWords(Properties.AlarmDescription).replace(/.*#/, ''));

    const ofPeople = [
      ...['pausing', 'frozen-registry', 'adopting', 'disconnecting', 'unsafe-plan', 'targets-by-hand'],
      ...[
        'failing-over',
        'failing-back',
        'a-record-that-is-foreign',
        'unconfirmed',
        'promotion',
        'shifting',
        'a-customers-zone',
      ],
    ];

    for (const article of articles) {
      const headings = [...article.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Description', 'Investigation', 'Resolution']);
      expect([...ofAlarms, ...ofPeople]).toContain(slugOf(article.slice(0, article.indexOf('\n'))));
    }
  });
});

describe('an endpoint service of the stack’s own', () => {
  it('asks before it connects, and carries the tag by which we may answer for it', () => {
    expect(named('AWS::EC2::VPCEndpointService', 'ServiceordersService')).toMatchObject({
      AcceptanceRequired: true,
      Tags: expect.arrayContaining([{ Key: 'privatelink-concierge', Value: 'managed' }]),
    });
  });

  it('tells the topic of endpoints that come and go, and of answers, by whomever, once the topic’s policy is there', () => {
    const [, notification] = resources('AWS::EC2::VPCEndpointConnectionNotification')[0] ?? [];

    expect(notification?.Properties.ConnectionEvents).toEqual(['Accept', 'Connect', 'Delete', 'Reject']);
    expect(inWords(notification?.Properties.ConnectionNotificationArn)).toBe('<IntakeTopic>');
    expect((notification as unknown as { DependsOn: string[] }).DependsOn.map(nameOf)).toContain('IntakeTopicPolicy');
  });

  it('is open to the accounts that the configuration names', () => {
    expect(named('AWS::EC2::VPCEndpointServicePermissions', 'ServiceordersPermissions').AllowedPrincipals).toEqual(
      ENVIRONMENTS.sandbox?.endpointServices[0]?.allowedAccounts.map((account) => `arn:aws:iam::${account}:root`),
    );
  });

  it('stands behind a load balancer inside, which cannot be deleted by mistake', () => {
    expect(named('AWS::ElasticLoadBalancingV2::LoadBalancer', 'ServiceordersLoadBalancer')).toMatchObject({
      Type: 'network',
      Scheme: 'internal',
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
      LoadBalancerAttributes: expect.arrayContaining([
        { Key: 'deletion_protection.enabled', Value: 'true' },
        { Key: 'load_balancing.cross_zone.enabled', Value: 'true' },
      ]),
    });
  });
});
