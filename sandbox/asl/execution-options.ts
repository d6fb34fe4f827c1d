import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../random.ts';
import type { Definition, Json } from './definition.ts';
import type { Job } from './job.ts';
import type { TaskResource } from './resource.ts';
import type { TaskTokens } from './task-tokens.ts';

/** One attempt of a Task state. */
export interface TaskRequest {
  readonly resource: TaskResource;
  /** The state's Arguments, evaluated; without that field its input. */
  readonly arguments: Json;
}

/**
 * How an execution reaches the outside. It answers with what the task gave, or with a {@link Job} where the resource is
 * `.sync`; it rejects with a {@link StateError}, or any error whose `name` and `cause` (a string) are what the States Language is to see.
 */
export type TaskPort = (request: TaskRequest) => Promise<unknown>;

/** All that an execution is made of. */
export interface ExecutionOptions {
  readonly definition: Definition;
  readonly input: Json;
  /** e.g. `arn:aws:states:us-west-2:123456789012:execution:admit:4f1c`. */
  readonly executionArn: string;
  readonly executionName: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly roleArn: string;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly tasks: TaskPort;
  readonly tokens: TaskTokens;
  /** Called at each entry of a state, inner ones too. */
  readonly onEnter?: (state: string) => void;
}

/** How an execution ended. */
export interface ExecutionResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** JSON; only of one that succeeded. */
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly events: readonly HistoryEvent[];
}
