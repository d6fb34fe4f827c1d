import type { CreatePipeRequest, PipeState, RequestedPipeState } from '@aws-sdk/client-pipes';
import type { Matcher } from '../events/pattern.ts';
import type { Batching, StreamSource } from './source.ts';

/** What a pipe does, as it was asked for at one time. What is in a batch goes through one of these, whatever the pipe becomes. */
export interface PipeDefinition extends Batching {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The queue's or the stream's ARN. */
  readonly source: string;
  /** `undefined` where the source is a queue. */
  readonly stream: StreamSource | undefined;
  /** A record goes on when one of them fits; without any, all do. */
  readonly filters: readonly Matcher[];
  /** What was asked for, as DescribePipe shows it again. */
  readonly request: CreatePipeRequest;
}

/** Where a pipe is in its stream: what GetShardIterator is asked for. */
export type StreamPosition =
  | { readonly ShardIteratorType: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly ShardIteratorType: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER'; readonly SequenceNumber: string };

/** A pipe from a queue or a stream to a target. */
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
  /** Behind the last record that is done with, so that a stopped pipe goes on where it was. */
  position: StreamPosition | undefined;
}

export const pipeArn = (region: string, account: string, name: string): string =>
  `arn:aws:pipes:${region}:${account}:pipe/${name}`;

/** The pipes of all accounts, by ARN. */
export class PipesModel {
  readonly pipes = new Map<string, Pipe>();
}
