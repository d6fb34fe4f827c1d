import type { CreatePipeRequest, PipeState, RequestedPipeState } from '@aws-sdk/client-pipes';
import { REGION } from '../../cloud.ts';
import type { Matcher } from '../events/pattern.ts';

/** What a pipe does, as it was asked for at one time. What is in a batch goes through one of these, whatever the pipe becomes. */
export interface PipeDefinition {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The queue's ARN. */
  readonly source: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** A record goes on when one of them fits; without any, all do. */
  readonly filters: readonly Matcher[];
  /** What was asked for, as DescribePipe shows it again. */
  readonly request: CreatePipeRequest;
}

/** A pipe from a queue to a target. */
export interface Pipe {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  definition: PipeDefinition;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  desiredState: RequestedPipeState;
  currentState: PipeState;
  stateReason: string | undefined;
  modifiedAt: number;
}

export const pipeArn = (account: string, name: string): string => `arn:aws:pipes:${REGION}:${account}:pipe/${name}`;

/** The pipes of all accounts, by ARN. */
export class PipesModel {
  readonly pipes = new Map<string, Pipe>();
}
