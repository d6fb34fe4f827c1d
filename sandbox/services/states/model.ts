import type { ExecutionStatus, LoggingConfiguration, TracingConfiguration } from '@aws-sdk/client-sfn';
import type { Definition } from '../../asl/definition.ts';
import type { Execution } from '../../asl/execution.ts';
import { TaskTokens } from '../../asl/task-tokens.ts';
import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';

/** A state machine as the service keeps it. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly creationDate: Date;
  /** The text that was given, and what it means. */
  text: string;
  definition: Definition;
  roleArn: string;
  revisionId: string;
  loggingConfiguration: LoggingConfiguration;
  tracingConfiguration: TracingConfiguration;
  /** Deleted ones are remembered by their executions. */
  status: 'ACTIVE' | 'DELETING';
}

/** An execution as the service keeps it, for as long as its world lives. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly machine: StateMachine;
  /** The machine as it was at the start: a later update changes nothing here. */
  readonly definitionText: string;
  readonly roleArn: string;
  readonly revisionId: string;
  /** The text that was given. */
  readonly input: string;
  readonly startDate: Date;
  readonly run: Execution;
  status: ExecutionStatus;
  stopDate: Date | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** When it was redriven, by the client token that asked for it. */
  readonly redrives: Map<string, Date>;
}

/** A closed execution's name may be used again after this long. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const NAME_KEPT_MILLIS = 90 * 24 * 3600 * 1000;

/** Everything that Step Functions holds in one world. */
export class StatesModel {
  readonly machines = new Map<string, StateMachine>();
  readonly tokens: TaskTokens;
  readonly #executions = new Map<string, ExecutionRecord>();
  readonly #byMachine = new Map<string, ExecutionRecord[]>();

  constructor(cloud: Cloud) {
    this.tokens = new TaskTokens(cloud.random);
  }

  /** @throws AwsError `StateMachineDoesNotExist`, `InvalidArn` */
  machine(arn: string | undefined): StateMachine {
    if (arn === undefined || !/^arn:aws[a-z-]*:states:[^:]*:\d{12}:stateMachine:[^:]+$/.test(arn)) {
      throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
    }
    const machine = this.machines.get(arn);
    if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  /** @throws AwsError `ExecutionDoesNotExist`, `InvalidArn` */
  execution(arn: string | undefined): ExecutionRecord {
    if (arn === undefined || !/^arn:aws[a-z-]*:states:[^:]*:\d{12}:execution:[^:]+:[^:]+$/.test(arn)) {
      throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
    }
    const execution = this.#executions.get(arn);
    if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  /** The execution that still has this name: it runs, or ended within 90 days. */
  namesake(arn: string, now: number): ExecutionRecord | undefined {
    const found = this.#executions.get(arn);
    const ended = found?.stopDate?.getTime();
    return ended !== undefined && now - ended > NAME_KEPT_MILLIS ? undefined : found;
  }

  add(execution: ExecutionRecord): void {
    this.#executions.set(execution.arn, execution);
    const list = this.#byMachine.get(execution.machine.arn);
    if (list === undefined) this.#byMachine.set(execution.machine.arn, [execution]);
    else list.push(execution);
  }

  /** A machine's executions, newest first. */
  executionsOf(machineArn: string): ExecutionRecord[] {
    return (this.#byMachine.get(machineArn) ?? []).toReversed();
  }
}

/** e.g. `arn:aws:states:us-west-2:123456789012:stateMachine:admit-connection`. */
export const stateMachineArn = (region: string, accountId: string, name: string): string =>
  `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;

/** e.g. `arn:aws:states:us-west-2:123456789012:execution:admit-connection:4f1c`. */
export const executionArn = (machine: StateMachine, name: string): string =>
  `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;

/** @throws AwsError `InvalidName` https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const checkName = (name: string | undefined): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what AWS forbids
  if (name !== undefined && /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
};
