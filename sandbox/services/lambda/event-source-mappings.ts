import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import type { Cloud } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { parseJsonObject } from '../parse-json.ts';
import type { SqsModel } from '../sqs/model.ts';
import { QueuePoller } from '../sqs/poller.ts';
import type { SqsRecord } from '../sqs/records.ts';
import { runFunction } from './invocation.ts';
import type { LambdaModel } from './model.ts';
import { readFunctionName } from './names.ts';

/** An invocation's payload is 6 MB at the most; records weigh more than their bodies. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BODIES = 4 * 1024 * 1024;
/** What a mapping without MaximumConcurrency begins with. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const DEFAULT_CONCURRENCY = 5;

/** A mapping as it was made, with all defaults. */
export interface Mapping extends EventSourceMappingConfiguration {
  readonly UUID: string;
  readonly EventSourceArn: string;
  readonly FunctionArn: string;
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly State: 'Enabled' | 'Disabled';
}

/** A mapping, and what polls for it while it is enabled. */
export interface RunningMapping {
  readonly mapping: Mapping;
  readonly poller: QueuePoller | undefined;
}

/** The event source mappings of a world, from SQS queues to functions. */
export class EventSourceMappings {
  readonly #cloud: Cloud;
  readonly #model: LambdaModel;
  readonly #queues: Pick<SqsModel, 'onAvailable' | 'byArn'>;
  readonly #mappings = new Map<string, RunningMapping>();

  constructor(cloud: Cloud, model: LambdaModel, queues: Pick<SqsModel, 'onAvailable' | 'byArn'>) {
    this.#cloud = cloud;
    this.#model = model;
    this.#queues = queues;
  }

  all(): readonly Mapping[] {
    return [...this.#mappings.values()].map(({ mapping }) => mapping);
  }

  find(uuid: string): Mapping | undefined {
    return this.#mappings.get(uuid)?.mapping;
  }

  /** The seconds for which a queue hides what was received; undefined where there is no such queue. */
  visibilityOf(queueArn: string): number | undefined {
    const queue = this.#queues.byArn(queueArn);
    return queue === undefined ? undefined : Number(queue.attributes.get('VisibilityTimeout') ?? 30);
  }

  /** Makes a mapping, or puts another in its place: what it has received by then is finished. */
  put(mapping: Mapping): void {
    this.remove(mapping.UUID);
    const poller = mapping.State === 'Enabled' ? this.#poll(mapping) : undefined;
    this.#mappings.set(mapping.UUID, { mapping, poller });
  }

  remove(uuid: string): void {
    this.#mappings.get(uuid)?.poller?.stop();
    this.#mappings.delete(uuid);
  }

  #poll(mapping: Mapping): QueuePoller {
    const { EventSourceArn: source, BatchSize: batchSize, MaximumBatchingWindowInSeconds: windowSeconds } = mapping;
    return new QueuePoller(this.#cloud, this.#queues, {
      source,
      batchSize,
      windowSeconds,
      concurrency: mapping.ScalingConfig?.MaximumConcurrency ?? DEFAULT_CONCURRENCY,
      maxBytes: MAX_BODIES,
      principal: () => this.#principal(mapping),
      handle: (records) => this.#handle(mapping, records),
      report: (what, error) => this.#report(mapping, what, error),
    });
  }

  /** The queue is read by the function's own execution role. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
  #principal({ FunctionArn }: Mapping): Principal {
    return this.#model.version(readFunctionName(this.#model.region, FunctionArn)).principal;
  }

  /** Gives the records that failed. */
  async #handle(mapping: Mapping, records: readonly SqsRecord[]): Promise<readonly SqsRecord[]> {
    const event = { requestId: this.#cloud.random.uuid(), payload: JSON.stringify({ Records: records }) };
    try {
      const ref = readFunctionName(this.#model.region, mapping.FunctionArn);
      const outcome = await runFunction(this.#cloud, this.#model, ref, { ...event, clientContext: undefined });
      if (outcome.functionError !== undefined) {
        this.#report(mapping, 'batch failed', new AwsError(outcome.functionError, outcome.payload));
        return records;
      }
      return mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures')
        ? failedOf(outcome.payload, records)
        : [];
    } catch (error) {
      // Throttled, most likely: the messages show again when their visibility time-out ends.
      this.#report(mapping, 'batch failed', error);
      return records;
    }
  }

  #report({ EventSourceArn }: Mapping, what: string, error: unknown): void {
    const code = error instanceof AwsError ? error.code : 'SandboxDefect';
    const message = error instanceof Error ? error.message : String(error);
    this.#cloud.journal.write({
      kind: 'state',
      who: EventSourceArn,
      what: `event source mapping ${what}`,
      detail: { error: code, message },
    });
  }
}

/**
 * What a function says of a batch: nothing, an empty list or null = all went well; a list of `itemIdentifier`s = those failed; anything else,
 * and an identifier that the batch does not have = all failed.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
const failedOf = (payload: string, records: readonly SqsRecord[]): readonly SqsRecord[] => {
  if (['', 'null', '""'].includes(payload.trim())) return [];
  const { batchItemFailures: failures = [] } = parseJsonObject(payload) ?? { batchItemFailures: 'malformed' };
  if (failures === null) return [];
  if (!Array.isArray(failures)) return records;
  const ids = failures.map((each: { itemIdentifier?: unknown } | null) => each?.itemIdentifier);
  const failed = records.filter(({ messageId }) => ids.includes(messageId));
  return failed.length === new Set(ids).size ? failed : records;
};
