import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FAILOVER_PATTERN, PROXY_CHANGED_PATTERN } from '../../events/database-changed.ts';
import { TARGET_DRIFT_DETECTED_PATTERN } from '../../events/target-drift-detected.ts';
import { ConciergeFunction } from './concierge-function.ts';
import { MANAGED_TAG } from './endpoint-service.ts';
import { alarmsOfTargets } from './targets-alarms.ts';
import { executionsOf, stateMachineArn, Workflow } from './workflow.ts';

/** What target groups are kept in line with. */
export interface TargetsProps {
  readonly bus: EventBus;
  /** The directories of the bundles of `watch-targets`, `plan-targets` and `find-bindings`. */
  readonly code: { readonly watch: string; readonly plan: string; readonly find: string };
  readonly registry: TableV2;
  readonly ledger: TableV2;
  /** Where what could not be delivered is kept. */
  readonly deadLetters: Queue;
}

/** How often all sources are looked up. RDS tells of no change of addresses: this is what finds it. */
const EVERY = Duration.minutes(1);

/** Keeps target groups in line with the addresses of what is behind them: a watch, RDS's events, and the workflow that they start. */
export class Targets extends Construct {
  readonly refresh: Workflow<'refresh-targets'>;

  constructor(scope: Construct, id: string, { bus, code, registry, ledger, deadLetters }: TargetsProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const tables = { REGISTRY_TABLE: registry.tableName, LEDGER_TABLE: ledger.tableName };
    const looks = [
      new PolicyStatement({
        actions: ['ec2:DescribeNetworkInterfaces', 'elasticloadbalancing:DescribeTargetHealth'],
        resources: ['*'],
      }),
      new PolicyStatement({
        actions: [
          'rds:DescribeDBProxies',
          'rds:DescribeDBProxyEndpoints',
          'rds:DescribeDBInstances',
          'rds:DescribeDBClusters',
        ],
        resources: ['*'],
      }),
      new PolicyStatement({ actions: ['dynamodb:BatchGetItem'], resources: [registry.tableArn, ledger.tableArn] }),
      new PolicyStatement({ actions: ['dynamodb:Query'], resources: [registry.tableArn] }),
    ];
    const plan = new ConciergeFunction(this, 'PlanTargets', {
      code: code.plan,
      failureImpact: 'Target groups are not refreshed: customers may meet addresses that nobody has any more.',
      environment: tables,
      permissions: [
        ...looks,
        new PolicyStatement({
          actions: [
            'elasticloadbalancing:DescribeTargetGroups',
            'elasticloadbalancing:DescribeTargetGroupAttributes',
            'elasticloadbalancing:DescribeLoadBalancerAttributes',
          ],
          resources: ['*'],
        }),
      ],
    });
    const find = new ConciergeFunction(this, 'FindBindings', {
      code: code.find,
      failureImpact:
        'An event of RDS wakes nobody: customers meet stale addresses a minute longer, until the watch follows.',
      environment: { REGISTRY_TABLE: registry.tableName },
      permissions: [
        new PolicyStatement({ actions: ['dynamodb:Query'], resources: [registry.tableArn] }),
        new PolicyStatement({ actions: ['rds:DescribeDBProxies'], resources: ['*'] }),
      ],
    });
    const groups = stack.formatArn({ service: 'elasticloadbalancing', resource: 'targetgroup', resourceName: '*/*' });
    const runs = executionsOf(stack, 'refresh-targets');
    this.refresh = new Workflow(this, 'RefreshTargets', {
      workflow: 'refresh-targets',
      functions: { PlanTargets: plan, FindBindings: find },
      placeholders: { Ledger: ledger.tableName, Bus: bus.eventBusName },
      permissions: [
        new PolicyStatement({
          actions: ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
          resources: [groups],
          conditions: { StringEquals: { [`aws:ResourceTag/${MANAGED_TAG.key}`]: MANAGED_TAG.value } },
        }),
        new PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [ledger.tableArn] }),
        new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
        new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [runs] }),
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [stateMachineArn(stack, 'refresh-targets')],
        }),
      ],
      failureImpact:
        'A target group is not as its source is, and an operator has to look: customers may meet stale addresses.',
    });
    Validations.of(this.refresh).acknowledge(
      {
        id: `AwsSolutions-IAM5[Resource::${groups}]`,
        reason:
          'Bindings are entries of the registry, not of the stack; the tag says which target groups are ours to write.',
      },
      {
        id: `AwsSolutions-IAM5[Resource::${runs}]`,
        reason: 'An execution asks after another that has the same lease, whose name nobody can know beforehand.',
      },
    );
    const watch = new ConciergeFunction(this, 'WatchTargets', {
      code: code.watch,
      failureImpact: 'Nobody sees addresses change: customers may meet ones that nobody has any more.',
      timeout: Duration.seconds(50),
      isScheduled: true,
      memorySize: 1024,
      environment: { ...tables, EVENT_BUS: bus.eventBusName },
      permissions: [
        ...looks,
        new PolicyStatement({ actions: ['dynamodb:Query', 'dynamodb:PutItem'], resources: [ledger.tableArn] }),
        new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
      ],
    });
    const scheduleRole = new Role(this, 'ScheduleRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    scheduleRole.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [watch.everyVersion] }),
    );
    deadLetters.grantSendMessages(scheduleRole);
    Validations.of(scheduleRole).acknowledge({
      id: watch.wildcardFinding,
      reason: 'A schedule that comes round during a deployment still names the version of the day before.',
    });
    new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(EVERY),
      description: 'The watch: finds addresses that changed',
      target: new LambdaInvoke(watch.version as IFunction, {
        input: ScheduleTargetInput.fromObject({ announce: true }),
        deadLetterQueue: deadLetters,
        role: scheduleRole,
        // The next one comes soon enough.
        maxEventAge: EVERY,
        retryAttempts: 0,
      }),
    });
    alarmsOfTargets(this);

    const target = (input: RuleTargetInput) =>
      new SfnStateMachine(this.refresh.stateMachine, { deadLetterQueue: deadLetters, input });
    new Rule(this, 'TargetDriftDetected', {
      eventBus: bus,
      description: 'A target group is not as its source is: refresh-targets brings it in line',
      eventPattern: TARGET_DRIFT_DETECTED_PATTERN,
      targets: [target(RuleTargetInput.fromObject({ bindingId: EventField.fromPath('$.detail.bindingId') }))],
    });
    const source = {
      arn: EventField.fromPath('$.detail.SourceArn'),
      name: EventField.fromPath('$.detail.SourceIdentifier'),
    };
    const hints = { ProxyChanged: PROXY_CHANGED_PATTERN, Failover: FAILOVER_PATTERN };
    for (const [name, eventPattern] of Object.entries(hints)) {
      new Rule(this, name, {
        description: 'RDS says that addresses may change: refresh-targets looks, and keeps looking',
        eventPattern,
        targets: [target(RuleTargetInput.fromObject({ source }))],
      });
    }
  }
}
