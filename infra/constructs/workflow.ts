import { readFileSync } from 'node:fs';
import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { WORKFLOWS, type WorkflowName } from '../../workflows/catalog.ts';
import { ALARM_PERIOD, failureAlarm } from './alarm.ts';
import type { ConciergeFunction } from './concierge-function.ts';

/** One file of `workflows/`, deployed. */
export interface WorkflowProps<Name extends WorkflowName> {
  readonly workflow: Name;
  /** The functions that its definition names. */
  readonly functions: Readonly<Record<(typeof WORKFLOWS)[Name]['functions'][number], ConciergeFunction>>;
  /** What its other placeholders stand for. */
  readonly placeholders: Readonly<Record<(typeof WORKFLOWS)[Name]['placeholders'][number], string>>;
  /** What its SDK tasks may do. */
  readonly permissions: readonly PolicyStatement[];
  /** What customers miss while it fails: the alarm's text. */
  readonly failureImpact: string;
}

/** A name of its own, known beforehand: a definition that asks after its own executions can't refer to itself. */
const nameOf = (stack: Stack, workflow: WorkflowName): string => `${stack.stackName}-${workflow}`;

/** The ARN of a workflow, for who must name it before it is there. */
export const stateMachineArn = (stack: Stack, workflow: WorkflowName): string =>
  stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: nameOf(stack, workflow),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** The ARN of every execution of a workflow. */
export const executionsOf = (stack: Stack, workflow: WorkflowName): string =>
  stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${nameOf(stack, workflow)}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** A Standard workflow, logged and traced, with an alarm on executions that did not end well. */
export class Workflow<Name extends WorkflowName> extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps<Name>) {
    super(scope, id);
    const stack = Stack.of(this);
    const stateMachineName = nameOf(stack, props.workflow);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const functions = Object.entries<ConciergeFunction>(props.functions);
    for (const permission of props.permissions) role.addToPolicy(permission);
    const versions = functions.map(([, { everyVersion }]) => everyVersion);
    if (versions.length > 0) {
      role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: versions }));
    }
    Validations.of(role).acknowledge(
      ...functions.map(([, { wildcardFinding }]) => ({
        id: wildcardFinding,
        reason: 'An execution that began before a deployment still names the version of that day.',
      })),
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: "The log delivery's actions and X-Ray's take no resource (Service Authorization Reference).",
      },
    );

    const logs = new LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const definition = readFileSync(
      new URL(`../../workflows/${WORKFLOWS[props.workflow].file}`, import.meta.url),
      'utf8',
    );
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: {
        ...props.placeholders,
        ...Object.fromEntries(functions.map(([name, { version }]) => [name, version.functionArn])),
      },
      role,
      // Inputs and outputs hold what customers wrote, and later task tokens: the history has them, the log need not.
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    const failed = { statistic: 'Sum', period: ALARM_PERIOD };
    const ends = {
      FailedAlarm: this.stateMachine.metricFailed(failed),
      TimedOutAlarm: this.stateMachine.metricTimedOut(failed),
      AbortedAlarm: this.stateMachine.metricAborted(failed),
    };
    for (const [name, metric] of Object.entries(ends)) {
      failureAlarm(this, name, { metric, failureImpact: props.failureImpact, article: '#workflow-failed' });
    }
  }
}
