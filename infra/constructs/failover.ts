import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ALARM_STATE_CHANGED } from '../../events/alarm-state-changed.ts';
import { RECORD_DRIFT_DETECTED_PATTERN } from '../../events/record-drift-detected.ts';
import { TARGETS_REFRESHED_PATTERN } from '../../events/targets-refreshed.ts';
import {
  FOREIGN_RECORDS,
  METRIC_NAMESPACE,
  METRIC_SERVICE,
  UNREADABLE_ENTRIES,
} from '../../functions/domain/metric.ts';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';
import { ConciergeFunction, type ConciergeFunctionProps } from './concierge-function.ts';
import { executionsOf, stateMachineArn, Workflow } from './workflow.ts';

/** What keeps records right. */
export interface FailoverProps {
  readonly bus: EventBus;
  /** The directories of the bundles of `functions/failover`. */
  readonly code: {
    readonly plan: string;
    readonly lookUp: string;
    readonly compare: string;
    readonly converge: string;
    readonly latches: string;
    readonly find: string;
    readonly watch: string;
  };
  readonly registry: TableV2;
  readonly ledger: TableV2;
  /** Where what could not be delivered is kept. */
  readonly deadLetters: Queue;
  /** Where look-ups are made from: private zones answer in their VPCs only. @default anywhere */
  readonly network?: ConciergeFunctionProps['network'];
  /** Alarms whose names begin so are the Concierge's own: none of them says that a primary is ill. */
  readonly ownAlarms: string;
}

const EVERY = Duration.minutes(1);

/**
 * Records that fail over, all of it in the standby region: where the primary's region is gone, this is not. What flips an answer is Route 53's
 * health checks; what keeps it flipped is a metric of this region.
 */
export class Failover extends Construct {
  readonly update: Workflow<'update-failover'>;

  constructor(scope: Construct, id: string, props: FailoverProps) {
    super(scope, id);
    const { bus, code, registry, ledger, deadLetters, network, ownAlarms } = props;
    const stack = Stack.of(this);
    const tables = { REGISTRY_TABLE: registry.tableName, LEDGER_TABLE: ledger.tableName };
    const ofRoute53 = (kind: 'hostedzone' | 'healthcheck' | 'change'): string =>
      `arn:${stack.partition}:route53:::${kind}/*`;
    const latchPrefix = `${stack.stackName}-latch-`;
    const latchAlarms = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: `${latchPrefix}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const writers = `arn:${stack.partition}:iam::*:role/PrivateLinkConcierge*`;
    const reads = new PolicyStatement({
      actions: ['dynamodb:BatchGetItem'],
      resources: [registry.tableArn, ledger.tableArn],
    });
    const readsAlarms = new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] });
    const readsSides = new PolicyStatement({
      actions: ['elasticloadbalancing:DescribeTargetHealth'],
      resources: ['*'],
    });
    const readsZones = new PolicyStatement({
      actions: ['route53:ListResourceRecordSets'],
      resources: [ofRoute53('hostedzone')],
    });
    const assumes = new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [writers] });
    const plan = new ConciergeFunction(this, 'PlanFailover', {
      code: code.plan,
      failureImpact: 'Nobody decides on failovers: a primary that is ill is left by Route 53 alone, and not for good.',
      environment: tables,
      permissions: [reads, readsAlarms],
    });
    const lookUp = new ConciergeFunction(this, 'LookUpNames', {
      code: code.lookUp,
      failureImpact: 'Nobody sees what clients get: failovers and failbacks end unconfirmed.',
      permissions: [],
      ...(network === undefined ? {} : { network }),
    });
    const converge = new ConciergeFunction(this, 'ConvergeRecord', {
      code: code.converge,
      failureImpact: 'Records are not kept right: names may lead to addresses that nobody has any more.',
      environment: { ...tables, LATCH_PREFIX: latchPrefix },
      timeout: Duration.minutes(1),
      permissions: [
        reads,
        readsAlarms,
        readsSides,
        readsZones,
        assumes,
        new PolicyStatement({
          actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
          resources: [latchAlarms],
        }),
        new PolicyStatement({ actions: ['route53:CreateHealthCheck', 'route53:ListHealthChecks'], resources: ['*'] }),
        new PolicyStatement({
          actions: ['route53:DeleteHealthCheck', 'route53:GetHealthCheck', 'route53:UpdateHealthCheck'],
          resources: [ofRoute53('healthcheck')],
        }),
        new PolicyStatement({
          actions: ['route53:ChangeResourceRecordSets'],
          resources: [ofRoute53('hostedzone')],
          conditions: {
            'ForAllValues:StringEquals': {
              'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'AAAA', 'TXT'],
              'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE'],
            },
          },
        }),
        new PolicyStatement({ actions: ['route53:GetChange'], resources: [ofRoute53('change')] }),
      ],
    });
    const compare = new ConciergeFunction(this, 'CompareRecord', {
      code: code.compare,
      failureImpact: 'Nobody can try out what would be written into a zone.',
      environment: tables,
      permissions: [reads, readsSides, readsZones, assumes],
    });
    const latches = new ConciergeFunction(this, 'AssertLatches', {
      code: code.latches,
      failureImpact: 'The latches of failovers are not written: whoever is failed over may flap back.',
      isScheduled: true,
      environment: { LEDGER_TABLE: ledger.tableName },
      permissions: [
        new PolicyStatement({ actions: ['dynamodb:Query'], resources: [ledger.tableArn] }),
        new PolicyStatement({
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } },
        }),
      ],
    });
    const find = new ConciergeFunction(this, 'FindRecords', {
      code: code.find,
      failureImpact: 'Alarms and refreshed targets wake nobody: records follow a minute to a quarter of an hour later.',
      environment: { REGISTRY_TABLE: registry.tableName },
      permissions: [new PolicyStatement({ actions: ['dynamodb:Query'], resources: [registry.tableArn] })],
    });
    const watch = new ConciergeFunction(this, 'WatchFailover', {
      code: code.watch,
      failureImpact: 'Nobody sees that a record is not as it ought to be, or that a failover has no latch.',
      timeout: Duration.seconds(50),
      isScheduled: true,
      environment: { ...tables, EVENT_BUS: bus.eventBusName },
      permissions: [
        new PolicyStatement({ actions: ['dynamodb:Query'], resources: [registry.tableArn, ledger.tableArn] }),
        new PolicyStatement({ actions: ['dynamodb:DescribeTable'], resources: [registry.tableArn] }),
        readsAlarms,
        readsSides,
        readsZones,
        assumes,
        new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
      ],
    });
    const wide = {
      [ofRoute53('hostedzone')]:
        'Records are entries of the registry, not of the stack: which zones there are is not known here.',
      [ofRoute53('healthcheck')]: 'Health checks are made for records, and have ids that nobody can know beforehand.',
      [ofRoute53('change')]: 'A change has an id that nobody can know beforehand.',
      [writers]: 'Zones of other accounts are written by roles of theirs, which ask for an external id.',
      [latchAlarms]: 'Each failover record has a latch, and records are entries of the registry.',
    };
    for (const each of [compare, converge, watch]) {
      Validations.of(each).acknowledge(
        ...Object.entries(wide).map(([resource, reason]) => ({
          id: `AwsSolutions-IAM5[Resource::${resource}]`,
          reason,
        })),
      );
    }

    const runs = executionsOf(stack, 'update-failover');
    this.update = new Workflow(this, 'UpdateFailover', {
      workflow: 'update-failover',
      functions: {
        PlanFailover: plan,
        LookUpNames: lookUp,
        CompareRecord: compare,
        ConvergeRecord: converge,
        AssertLatches: latches,
        FindRecords: find,
      },
      placeholders: { Ledger: ledger.tableName, Bus: bus.eventBusName },
      permissions: [
        new PolicyStatement({
          actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
          resources: [ledger.tableArn],
        }),
        new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
        new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [runs] }),
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [stateMachineArn(stack, 'update-failover')],
        }),
      ],
      failureImpact: 'A record is not as it ought to be, or a failover came to no end: an operator has to look.',
    });
    Validations.of(this.update).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${runs}]`,
      reason: 'An execution asks after another that has the same zone in hand, whose name nobody can know beforehand.',
    });

    const scheduleRole = new Role(this, 'ScheduleRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    const scheduled = { Watch: { of: watch, input: { announce: true } }, Latches: { of: latches, input: {} } };
    scheduleRole.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(scheduled).map(({ of }) => of.everyVersion),
      }),
    );
    deadLetters.grantSendMessages(scheduleRole);
    Validations.of(scheduleRole).acknowledge(
      ...Object.values(scheduled).map(({ of }) => ({
        id: of.wildcardFinding,
        reason: 'A schedule that comes round during a deployment still names the version of the day before.',
      })),
    );
    for (const [name, { of, input }] of Object.entries(scheduled)) {
      new Schedule(this, `${name}Schedule`, {
        schedule: ScheduleExpression.rate(EVERY),
        description:
          name === 'Watch' ? 'The watch: finds records that differ, and failovers without a latch' : 'Latches hold',
        target: new LambdaInvoke(of.version as IFunction, {
          input: ScheduleTargetInput.fromObject(input),
          deadLetterQueue: deadLetters,
          role: scheduleRole,
          // The next one comes soon enough.
          maxEventAge: EVERY,
          retryAttempts: 0,
        }),
      });
    }

    const target = (input: RuleTargetInput) =>
      new SfnStateMachine(this.update.stateMachine, { deadLetterQueue: deadLetters, input });
    const byAlarm = target(
      RuleTargetInput.fromObject({
        alarm: { name: EventField.fromPath('$.detail.alarmName'), region: EventField.fromPath('$.region') },
      }),
    );
    const alarmPattern = {
      ...ALARM_STATE_CHANGED,
      detail: { alarmName: [{ 'anything-but': { prefix: ownAlarms } }] },
    };
    new Rule(this, 'AlarmHere', {
      description: 'An alarm of this region changed: update-failover sees whether a record goes by it',
      eventPattern: alarmPattern,
      targets: [byAlarm],
    });
    new Rule(this, 'AlarmThere', {
      eventBus: bus,
      description: 'An alarm of the home region changed: update-failover sees whether a record goes by it',
      eventPattern: alarmPattern,
      targets: [byAlarm],
    });
    new Rule(this, 'TargetsRefreshed', {
      eventBus: bus,
      description: 'A target group has other targets: records of its addresses follow',
      eventPattern: TARGETS_REFRESHED_PATTERN,
      targets: [target(RuleTargetInput.fromObject({ targetGroupArn: EventField.fromPath('$.detail.targetGroupArn') }))],
    });
    new Rule(this, 'RecordDriftDetected', {
      eventBus: bus,
      description: 'A record is not as it ought to be, or its failover has no latch: update-failover brings it in line',
      eventPattern: RECORD_DRIFT_DETECTED_PATTERN,
      targets: [
        target(
          RuleTargetInput.fromObject({
            recordId: EventField.fromPath('$.detail.recordId'),
            action: EventField.fromPath('$.detail.action'),
          }),
        ),
      ],
    });
    const sumOf = (metricName: string, period: Duration): Metric =>
      new Metric({
        namespace: METRIC_NAMESPACE,
        metricName,
        dimensionsMap: { service: METRIC_SERVICE },
        statistic: 'Sum',
        period,
      });
    failureAlarm(this, 'ForeignAlarm', {
      // Each record has its turn once in a quarter of an hour.
      metric: sumOf(FOREIGN_RECORDS, Duration.minutes(15)),
      failureImpact: 'A name that the registry wants has records that we did not make: it is left as it is.',
      article: '#a-record-that-is-foreign',
    });
    failureAlarm(this, 'UnreadableAlarm', {
      metric: sumOf(UNREADABLE_ENTRIES, ALARM_PERIOD),
      failureImpact:
        'A record can not be looked after, or its entry is gone and nobody said so: its name stays as it is.',
      article: '#unreadable-entries',
    });
  }
}
