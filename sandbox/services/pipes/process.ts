import type { PutEventsResponse } from '@aws-sdk/client-eventbridge';
import type { InvocationResponse } from '@aws-sdk/client-lambda';
import type { SendMessageBatchResult } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import type { PipeDefinition } from './model.ts';
import type { SqsRecord } from './records.ts';
import { asText, toEntry, transform } from './transform.ts';

/** Entries that a bus or a queue takes at once. */
const TARGET_BATCH = 10;

/** An enrichment that answers `""`, `{}` or `[]` wants the target left alone (eb-pipes-event-enrichment.html). */
const isEmpty = (reply: unknown): boolean =>
  reply === undefined ||
  reply === null ||
  reply === '' ||
  (typeof reply === 'object' && Object.keys(reply).length === 0);

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
   * @throws AwsError where the enrichment or the target failed: the whole batch then counts as not handled
   */
  async run(records: readonly SqsRecord[]): Promise<void> {
    const events = await this.#enrich(records);
    const isTooMany = events.length > TARGET_BATCH && !this.#pipe.request.Target?.startsWith('arn:aws:states:');
    if (isTooMany) {
      const what = `${events.length} events are more than the target takes at once: none is delivered`;
      this.#cloud.journal.write({ kind: 'state', who: this.#principal.arn, what });
    } else if (events.length > 0) await this.#deliver(events);
  }

  async #enrich(records: readonly SqsRecord[]): Promise<readonly unknown[]> {
    const { Enrichment: enrichment, EnrichmentParameters: parameters } = this.#pipe.request;
    if (enrichment === undefined || enrichment === '') return records;
    const input = records.map((record) => transform(this.#pipe, parameters?.InputTemplate, record, this.#ingestedAt));
    const Payload = new Uint8Array(Buffer.from(JSON.stringify(input)));
    const answer = (await this.#invoke('lambda', 'Invoke', {
      FunctionName: enrichment,
      InvocationType: 'RequestResponse',
      Payload,
    })) as InvocationResponse;
    const text = Buffer.from(answer.Payload ?? new Uint8Array()).toString();
    if (answer.FunctionError !== undefined)
      throw new AwsError('EnrichmentFailed', `${enrichment}: ${text.slice(0, 500)}`);
    const reply = parseJson(text);
    if (isEmpty(reply)) return [];
    return Array.isArray(reply) ? reply : [reply];
  }

  async #deliver(events: readonly unknown[]): Promise<void> {
    const { Target: target = '', TargetParameters: parameters } = this.#pipe.request;
    const shaped = events.map((event) => transform(this.#pipe, parameters?.InputTemplate, event, this.#ingestedAt));
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
