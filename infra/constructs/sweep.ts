import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CURRENT_INDEX } from '../../functions/registry/keys.ts';
import { ConciergeFunction } from './concierge-function.ts';

/** What the sweep reads, and where it tells of what it found. */
export interface SweepProps {
  readonly bus: EventBus;
  /** The directory of `list-differences`' bundle. */
  readonly code: string;
  readonly registry: TableV2;
  readonly ledger: TableV2;
  /** Where a sweep that could not be started is kept. */
  readonly deadLetters: Queue;
}

/** How often everything is looked through. */
const EVERY = Duration.minutes(5);
/** Sweeps in a row that nobody saw, before somebody is told: a quarter of an hour. */
const MISSED = 3;
/** How long changes of the registry are gathered: an import of a thousand entries is one sweep or two. */
const GATHERED = Duration.seconds(10);
/** A function takes 6 MB; a change by its keys is some 300 bytes. */
const MOST_CHANGES = 5_000;

/**
 * Finds what no event told: every five minutes, and soon after a change of the registry. It costs one invocation and the pages that it reads,
 * and starts a workflow only when something differs.
 */
export class Sweep extends Construct {
  readonly function: ConciergeFunction;

  constructor(scope: Construct, id: string, { bus, code, registry, ledger, deadLetters }: SweepProps) {
    super(scope, id);
    this.function = new ConciergeFunction(this, 'ListDifferences', {
      code,
      failureImpact: 'Nobody looks for what no event told: customers may wait, and contracts end unnoticed.',
      timeout: Duration.minutes(4),
      memorySize: 1024,
      environment: {
        REGISTRY_TABLE: registry.tableName,
        LEDGER_TABLE: ledger.tableName,
        EVENT_BUS: bus.eventBusName,
        PARTITION: Stack.of(this).partition,
      },
      permissions: [
        new PolicyStatement({
          actions: ['ec2:DescribeVpcEndpointConnections', 'ec2:DescribeVpcEndpointServicePermissions'],
          resources: ['*'],
        }),
        new PolicyStatement({
          actions: ['dynamodb:Scan', 'dynamodb:DescribeTable'],
          resources: [registry.tableArn],
        }),
        new PolicyStatement({
          actions: ['dynamodb:Query'],
          resources: [`${ledger.tableArn}/index/${CURRENT_INDEX.name}`],
        }),
        new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
      ],
    });
    const { version } = this.function;

    const scheduleRole = new Role(this, 'ScheduleRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    scheduleRole.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.everyVersion] }),
    );
    deadLetters.grantSendMessages(scheduleRole);
    Validations.of(scheduleRole).acknowledge({
      id: this.function.wildcardFinding,
      reason: 'A schedule that comes round during a deployment still names the version of the day before.',
    });
    new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(EVERY),
      description: 'The sweep: finds what no event told',
      target: new LambdaInvoke(version as IFunction, {
        input: ScheduleTargetInput.fromObject({ announce: true }),
        deadLetterQueue: deadLetters,
        role: scheduleRole,
        // The next one comes soon enough.
        maxEventAge: EVERY,
        retryAttempts: 2,
      }),
    });
    // Of the function, all versions together: CDK's metric of a version has dimensions that Lambda reports nothing under
    // (https://github.com/aws/aws-cdk/issues/14248), and this alarm takes silence for failure.
    const swept = version.lambda.metricInvocations({ statistic: 'Sum', period: EVERY });
    // Filled: an alarm that lacks data looks further back for some, and would notice after three quarters of an hour.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    const sweeps = new MathExpression({ expression: 'FILL(swept, 0)', usingMetrics: { swept }, period: EVERY });
    sweeps.createAlarm(this, 'MissingAlarm', {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: MISSED,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription:
        'No sweep for a quarter of an hour: customers whose request no event told of wait. Runbook: docs/runbook.md#sweep-missing',
    });

    const role = new Role(this, 'PipeRole', { assumedBy: new ServicePrincipal('pipes.amazonaws.com') });
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
    role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [registry.tableStreamArn ?? ''],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.everyVersion] }),
    );
    deadLetters.grantSendMessages(role);
    Validations.of(role).acknowledge(
      {
        id: this.function.wildcardFinding,
        reason: 'A pipe that runs during a deployment still names the version of the day before.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ListStreams takes no resource (Service Authorization Reference).',
      },
    );
    const pipe = new CfnPipe(this, 'Changes', {
      roleArn: role.roleArn,
      source: registry.tableStreamArn ?? '',
      sourceParameters: {
        dynamoDbStreamParameters: {
          startingPosition: 'LATEST',
          batchSize: MOST_CHANGES,
          maximumBatchingWindowInSeconds: GATHERED.toSeconds(),
          maximumRetryAttempts: 5,
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
        // What connections depend on; bindings and records are others' business.
        filterCriteria: {
          filters: [
            {
              pattern: JSON.stringify({
                dynamodb: {
                  Keys: { sk: { S: ['CUSTOMER', 'SERVICE', { prefix: 'ENTITLEMENT#' }, { prefix: 'MATCH#' }] } },
                },
              }),
            },
          ],
        },
      },
      target: version.functionArn,
      targetParameters: { lambdaFunctionParameters: { invocationType: 'REQUEST_RESPONSE' } },
    });
    pipe.node.addDependency(role);
  }
}
