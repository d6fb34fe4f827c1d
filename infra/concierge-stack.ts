import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import {
  METRIC_NAMESPACE,
  METRIC_SERVICE,
  OPEN_TO_EVERYONE,
  PRINCIPALS_CONTESTED,
  UNREADABLE_ENTRIES,
} from '../functions/domain/metric.ts';
import type { EnvironmentConfig } from './config.ts';
import { ALARM_PERIOD, failureAlarm, tellTopic } from './constructs/alarm.ts';
import { Answers } from './constructs/answers.ts';
import { ConciergeFunction } from './constructs/concierge-function.ts';
import { EndpointService, MANAGED_TAG } from './constructs/endpoint-service.ts';
import { routeConnectionEvents, type StandbyBus, tellStandby } from './constructs/event-rules.ts';
import { Intake } from './constructs/intake.ts';
import { Sweep } from './constructs/sweep.ts';
import { Tables } from './constructs/tables.ts';
import { Targets } from './constructs/targets.ts';
import { executionsOf, stateMachineArn, Workflow } from './constructs/workflow.ts';

/** The functions' bundles: where the code of each file of `functions/` lies. */
export interface ConciergeCode {
  readonly readRequests: string;
  readonly decideConnection: string;
  readonly decideRevocation: string;
  readonly answerConnections: string;
  readonly listDifferences: string;
  readonly settlePlace: string;
  readonly convergePrincipals: string;
  readonly watchTargets: string;
  readonly planTargets: string;
  readonly findBindings: string;
}

/** What a stack is made of. */
export interface ConciergeStackProps extends StackProps {
  readonly config: EnvironmentConfig;
  readonly code: ConciergeCode;
  /** The bus of the standby region, where there is one. */
  readonly standbyBus?: StandbyBus;
}

/** The whole Concierge in one region of one account: intake -> bus -> workflow -> functions, and the two tables. */
export class ConciergeStack extends Stack {
  readonly #config: EnvironmentConfig;

  constructor(scope: Construct, id: string, { config, code, standbyBus, ...props }: ConciergeStackProps) {
    super(scope, id, { ...props, env: { account: config.account, region: config.region } });
    this.#config = config;
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: config.network.vpcId,
      availabilityZones: [...config.network.availabilityZones],
      privateSubnetIds: [...config.network.subnetIds],
    });
    Validations.of(vpc).acknowledge({
      id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'The stack routes nothing: nobody reads the route tables.',
    });
    const bus = new EventBus(this, 'Bus', { eventBusName: `${id}-events`, description: 'Events of the Concierge' });
    const tables = new Tables(this, 'Tables');
    const intake = new Intake(this, 'Intake', { bus, code: code.readRequests, ledger: tables.ledger });

    const describe = new PolicyStatement({ actions: ['ec2:DescribeVpcEndpointConnections'], resources: ['*'] });
    const readsToDecide = [
      describe,
      new PolicyStatement({
        actions: ['dynamodb:Query', 'dynamodb:BatchGetItem'],
        resources: [tables.registry.tableArn, tables.ledger.tableArn],
      }),
      // Before somebody is turned away or cut off for want of an entry: is the registry still what it was?
      new PolicyStatement({
        actions: ['dynamodb:Scan', 'dynamodb:DescribeTable'],
        resources: [tables.registry.tableArn],
      }),
    ];
    const environment = { REGISTRY_TABLE: tables.registry.tableName, LEDGER_TABLE: tables.ledger.tableName };
    const decide = new ConciergeFunction(this, 'DecideConnection', {
      code: code.decideConnection,
      failureImpact: 'Connection requests are not decided: customers wait for an answer.',
      environment,
      permissions: readsToDecide,
    });
    const decideRevocation = new ConciergeFunction(this, 'DecideRevocation', {
      code: code.decideRevocation,
      failureImpact:
        'Nobody decides who is to be disconnected: customers whose contract ended, or who are suspended, stay.',
      environment,
      permissions: readsToDecide,
    });
    const endpointServices = this.formatArn({ service: 'ec2', resource: 'vpc-endpoint-service', resourceName: '*' });
    const converge = new ConciergeFunction(this, 'ConvergePrincipals', {
      code: code.convergePrincipals,
      failureImpact:
        'Allowed principals are not kept right: new customers cannot create endpoints, former ones still can.',
      environment: {
        REGISTRY_TABLE: tables.registry.tableName,
        LEDGER_TABLE: tables.ledger.tableName,
        PARTITION: this.partition,
      },
      permissions: [
        new PolicyStatement({ actions: ['ec2:DescribeVpcEndpointServicePermissions'], resources: ['*'] }),
        new PolicyStatement({
          actions: ['dynamodb:Query', 'dynamodb:BatchGetItem'],
          resources: [tables.registry.tableArn],
        }),
        new PolicyStatement({
          actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
          resources: [tables.ledger.tableArn],
        }),
        new PolicyStatement({
          actions: ['ec2:ModifyVpcEndpointServicePermissions'],
          resources: [endpointServices],
          conditions: { StringEquals: { [`aws:ResourceTag/${MANAGED_TAG.key}`]: MANAGED_TAG.value } },
        }),
      ],
      // A thousand customers at once: some calls of EC2, each of which may be throttled and tried again.
      timeout: Duration.minutes(2),
    });
    Validations.of(converge).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:ec2:${config.region}:${config.account}:vpc-endpoint-service/*]`,
      reason: 'Services are entries of the registry, not of the stack; the tag says for which of them we answer.',
    });

    this.#watch(UNREADABLE_ENTRIES, {
      failureImpact: 'An entry of the registry is missing or does not parse: its customers wait.',
      article: '#unreadable-entries',
    });
    this.#watch(OPEN_TO_EVERYONE, {
      failureImpact:
        'Whoever is on AWS, customer or not, may ask to connect to an endpoint service: its allowed principals are *.',
      article: '#open-to-everyone',
    });
    this.#watch(PRINCIPALS_CONTESTED, {
      failureImpact:
        'Somebody keeps removing an allowed principal that the registry wants: its customers cannot create endpoints.',
      article: '#principals-contested',
    });

    const asking = (['admit-connection', 'revoke-connection'] as const).map((each) => stateMachineArn(this, each));
    const answers = new Answers(this, 'Answers', {
      code: code.answerConnections,
      ledger: tables.ledger,
      deadLetters: intake.deadLetters.queue,
      asking,
      endpointsPerAnswer: config.endpointsPerAnswer,
    });
    // Both take a request in hand under the same item: each asks whether the other's run still has it.
    const holders = (['admit-connection', 'revoke-connection'] as const).map((each) => executionsOf(this, each));
    const placeholders = {
      Ledger: tables.ledger.tableName,
      Bus: bus.eventBusName,
      AnswerQueue: answers.queue.queueUrl,
    };
    const takesInHand = [
      new PolicyStatement({
        actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [tables.ledger.tableArn],
      }),
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
      new PolicyStatement({ actions: ['states:DescribeExecution'], resources: holders }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [answers.queue.queueArn] }),
    ];
    const admit = new Workflow(this, 'AdmitConnection', {
      workflow: 'admit-connection',
      functions: { DecideConnection: decide },
      placeholders,
      permissions: [
        ...takesInHand,
        // A token is its state machine's: whoever may answer one may answer any of them, and these are all ours.
        new PolicyStatement({
          actions: ['states:SendTaskSuccess'],
          resources: [stateMachineArn(this, 'admit-connection')],
        }),
      ],
      failureImpact: 'A connection request ended without an answer: its customer waits.',
    });
    const revoke = new Workflow(this, 'RevokeConnection', {
      workflow: 'revoke-connection',
      functions: { DecideRevocation: decideRevocation },
      placeholders,
      permissions: takesInHand,
      failureImpact:
        'A disconnection did not come to its end: a customer who is not entitled may be connected, or disconnected and not told.',
    });
    for (const workflow of [admit, revoke]) {
      Validations.of(workflow).acknowledge(
        ...holders.map((each) => ({
          id: `AwsSolutions-IAM5[Resource::${each}]`,
          reason:
            'An execution asks after another that has the same request in hand, whose name nobody can know beforehand.',
        })),
      );
    }
    const sweep = new Sweep(this, 'Sweep', {
      bus,
      code: code.listDifferences,
      registry: tables.registry,
      ledger: tables.ledger,
      deadLetters: intake.deadLetters.queue,
    });
    const settle = new ConciergeFunction(this, 'SettlePlace', {
      code: code.settlePlace,
      failureImpact: 'Places of endpoints that are gone are not given back: customers at their limit wait.',
      environment: { LEDGER_TABLE: tables.ledger.tableName },
      permissions: [
        describe,
        new PolicyStatement({
          actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
          resources: [tables.ledger.tableArn],
        }),
      ],
    });
    const reconcile = new Workflow(this, 'Reconcile', {
      workflow: 'reconcile',
      functions: { ListDifferences: sweep.function, ConvergePrincipals: converge, SettlePlace: settle },
      placeholders: {
        Ledger: tables.ledger.tableName,
        Bus: bus.eventBusName,
        AdmitConnection: admit.stateMachine.stateMachineArn,
        RevokeConnection: revoke.stateMachine.stateMachineArn,
      },
      permissions: [
        new PolicyStatement({
          actions: ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
          resources: [tables.ledger.tableArn],
        }),
        new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [admit.stateMachine.stateMachineArn, revoke.stateMachine.stateMachineArn],
        }),
      ],
      failureImpact: 'What is not as it should be is not put right: customers whose notice or run was lost wait.',
    });

    const targets = new Targets(this, 'Targets', {
      bus,
      code: { watch: code.watchTargets, plan: code.planTargets, find: code.findBindings },
      registry: tables.registry,
      ledger: tables.ledger,
      deadLetters: intake.deadLetters.queue,
    });

    const deadLetters = intake.deadLetters.queue;
    routeConnectionEvents(this, {
      bus,
      deadLetters,
      admit: admit.stateMachine,
      revoke: revoke.stateMachine,
      reconcile: reconcile.stateMachine,
    });

    new CfnOutput(this, 'RegistryTable', { value: tables.registry.tableName });
    new CfnOutput(this, 'LedgerTable', { value: tables.ledger.tableName });
    new CfnOutput(this, 'EventBusName', { value: bus.eventBusName });
    new CfnOutput(this, 'AdmitConnectionArn', { value: admit.stateMachine.stateMachineArn });
    new CfnOutput(this, 'RevokeConnectionArn', { value: revoke.stateMachine.stateMachineArn });
    new CfnOutput(this, 'RefreshTargetsArn', { value: targets.refresh.stateMachine.stateMachineArn });
    new CfnOutput(this, 'ReconcileArn', { value: reconcile.stateMachine.stateMachineArn });
    new CfnOutput(this, 'IntakeTopicArn', { value: intake.topic.topicArn });
    new CfnOutput(this, 'AnswerQueueUrl', { value: answers.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: intake.deadLetters.queue.queueUrl });
    for (const service of config.endpointServices) {
      const { serviceId } = new EndpointService(this, `Service-${service.name}`, {
        config: service,
        vpc,
        notices: intake.topic,
      });
      new CfnOutput(this, `ServiceId-${service.name}`, { value: serviceId });
    }
    if (config.alarmTopicArn !== undefined) tellTopic(this, config.alarmTopicArn);
    if (standbyBus !== undefined) tellStandby(this, { standbyBus, bus, deadLetters });
  }

  /** Has an alarm listen to one of our own metrics. */
  #watch(metricName: string, about: { readonly failureImpact: string; readonly article: string }): void {
    const dimensionsMap = { service: METRIC_SERVICE };
    failureAlarm(this, `${metricName}Alarm`, {
      metric: new Metric({
        namespace: METRIC_NAMESPACE,
        metricName,
        dimensionsMap,
        statistic: 'Sum',
        period: ALARM_PERIOD,
      }),
      ...about,
    });
  }

  /** Given, not looked up: an explicit account and region would make CDK ask AWS for them. */
  override get availabilityZones(): string[] {
    return [...(this.#config?.network.availabilityZones ?? [])];
  }
}
