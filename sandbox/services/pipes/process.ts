import type { PutEventsResponse } from '@aws-sdk/client-eventbridge';
import type { InvocationResponse } from '@aws-sdk/client-lambda';
import type { SendMessageBatchResult } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import type { PipeDefinition } from './model.ts';
import { TARGET_BATCH, takesWholeBatch } from './source.ts';
import { asText, toEntry, transform } from './transform.ts';

/** An enrichment that answers `""`, `{}` or `[]` wants the target left alone (eb-pipes-event-enrichment.html). */
const isEmpty = (reply: unknown): boolean =>
  reply === undefined ||
  reply === null ||
  reply === '' ||
  (typeof reply === 'object' && Object.keys(reply).length === 0);

/** Identifiers of the records that a function says it could not handle: `{ "batchItemFailures": [{ "itemIdentifier": "x" }] }`. */
const failuresIn = (reply: unknown): readonly string[] => {
  if (typeof reply !== 'object' || reply === null || !('batchItemFailures' in reply)) return [];
  const { batchItemFailures: failures } = reply;
  if (!Array.isArray(failures)) return [];
  return failures.map((failure: { readonly itemIdentifier?: unknown } | null) => {
    const identifier = failure?.itemIdentifier;
    return typeof identifier === 'string' ? identifier : '';
  });
};

/** Takes a batch of records through a pipe's enrichment to its target, as the pipe's role. */
export class BatchProcess {
  readonly #cloud: Cloud;
  readonly #pipe: PipeDefinition;
  readonly #principal: Principal;
  readonly #ingestedAt: string;

  constructor(cloud: Cloud, pipe: PipeDefinition, principal: Principal) {
    this.#cloud = cloud;
    this.#pipe = pipe;
    this.#principal = principal;
    this.#ingestedAt = new Date(cloud.clock.now()).toISOString();
  }

  /**
   * An enrichment may answer with more than it was given, but not with more than the target takes at once: then the pipe does not call
   * the target (eb-pipes-batching-concurrency.html). AWS does not say what becomes of the batch; here it is gone, and the journal tells.
   *
   * @returns the message ids or sequence numbers that the target, a function, says it could not handle (the same page, "Partial
   * batch failure"); an empty one means the whole batch
   * @throws AwsError where the enrichment or the target failed: the whole batch then counts as not handled
   */
  async run(records: readonly object[]): Promise<readonly string[]> {
    const events = await this.#enrich(records);
    const isTooMany = events.length > TARGET_BATCH && !takesWholeBatch(this.#pipe.request.Target);
    if (isTooMany) {
      const what = `${events.length} events are more than the target takes at once: none is delivered`;
      this.#cloud.journal.write({ kind: 'state', who: this.#principal.arn, what });
    } else if (events.length > 0) return this.#deliver(events);
    return [];
  }

  async #enrich(records: readonly object[]): Promise<readonly unknown[]> {
    const { Enrichment: enrichment, EnrichmentParameters: parameters } = this.#pipe.request;
    if (enrichment === undefined || enrichment === '') return records;
    const input = records.map((record) => transform(this.#pipe, parameters?.InputTemplate, record, this.#ingestedAt));
    const reply = await this.#call(enrichment, input, 'EnrichmentFailed');
    if (isEmpty(reply)) return [];
    return Array.isArray(reply) ? reply : [reply];
  }

  /** Calls a function and waits for what it answers. */
  async #call(functionArn: string, input: readonly unknown[], failed: string): Promise<unknown> {
    const answer = (await this.#invoke('lambda', 'Invoke', {
      FunctionName: functionArn,
      InvocationType: 'RequestResponse',
      Payload: new Uint8Array(Buffer.from(JSON.stringify(input))),
    })) as InvocationResponse;
    const text = Buffer.from(answer.Payload ?? new Uint8Array()).toString();
    if (answer.FunctionError !== undefined) throw new AwsError(failed, `${functionArn}: ${text.slice(0, 500)}`);
    return parseJson(text);
  }

  async #deliver(events: readonly unknown[]): Promise<readonly string[]> {
    const { Target: target = '', TargetParameters: parameters } = this.#pipe.request;
    const shaped = events.map((event) => transform(this.#pipe, parameters?.InputTemplate, event, this.#ingestedAt));
    if (target.startsWith('arn:aws:lambda:')) return this.#toFunction(target, shaped);
    if (target.startsWith('arn:aws:states:')) {
      await this.#invoke('states', 'StartExecution', { stateMachineArn: target, input: JSON.stringify(shaped) });
    } else if (target.startsWith('arn:aws:sqs:')) {
      await this.#toQueue(target, shaped.map(asText));
    } else {
      const entries = events.map((event, index) => toEntry(this.#pipe, event, shaped[index]));
      const answer = (await this.#invoke('events', 'PutEvents', { Entries: entries })) as PutEventsResponse;
      const failed = answer.Entries?.find((entry) => entry.ErrorCode !== undefined);
      if (failed?.ErrorCode !== undefined) {
        throw new AwsError(failed.ErrorCode, failed.ErrorMessage ?? failed.ErrorCode);
      }
    }
    return [];
  }

  /** By default the pipe waits for the function (API_PipeTargetLambdaFunctionParameters.html). */
  async #toFunction(functionArn: string, events: readonly unknown[]): Promise<readonly string[]> {
    const type = this.#pipe.request.TargetParameters?.LambdaFunctionParameters?.InvocationType;
    if (type !== 'FIRE_AND_FORGET') return failuresIn(await this.#call(functionArn, events, 'TargetFailed'));
    const Payload = new Uint8Array(Buffer.from(JSON.stringify(events)));
    await this.#invoke('lambda', 'Invoke', { FunctionName: functionArn, InvocationType: 'Event', Payload });
    return [];
  }

  async #toQueue(queueArn: string, texts: readonly string[]): Promise<void> {
    const Entries = texts.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const input = { QueueUrl: queueUrlOf(queueArn), Entries };
    const answer = (await this.#invoke('sqs', 'SendMessageBatch', input)) as SendMessageBatchResult;
    const failed = answer.Failed?.[0];
    if (failed !== undefined)
      throw new AwsError(failed.Code ?? 'InternalFailure', failed.Message ?? 'The queue refused a message.');
  }

  #invoke(service: string, action: string, input: unknown): Promise<unknown> {
    return this.#cloud.invoke({ service, action, input, principal: this.#principal });
  }
}
