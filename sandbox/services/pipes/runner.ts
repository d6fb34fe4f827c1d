import type { Cloud } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import type { SqsModel } from '../sqs/model.ts';
import { QueuePoller } from '../sqs/poller.ts';
import { forFilter, type SqsRecord } from '../sqs/records.ts';
import type { PipeDefinition } from './model.ts';
import { BatchProcess } from './process.ts';
import { report } from './report.ts';

/** Batches in process at once: pipes begin with five pollers and add more; the sandbox stays at five (eb-pipes-sqs.html, "Scaling"). */
const CONCURRENCY = 5;

/**
 * Moves a queue's messages through a pipe while it runs. A batch that fails anywhere is left in the queue: its messages
 * show again when their visibility time-out ends, and the queue's redrive policy has the last word.
 */
export class PipeRunner {
  readonly #cloud: Cloud;
  readonly #pipe: PipeDefinition;
  readonly #poller: QueuePoller;

  constructor(cloud: Cloud, pipe: PipeDefinition, queues: Pick<SqsModel, 'onAvailable'>) {
    this.#cloud = cloud;
    this.#pipe = pipe;
    const { source, batchSize, windowSeconds } = pipe;
    this.#poller = new QueuePoller(cloud, queues, {
      source,
      batchSize,
      windowSeconds,
      concurrency: CONCURRENCY,
      principal: () => cloud.assumeRole('pipes.amazonaws.com', pipe.roleArn, pipe.name),
      handle: (records, principal) => this.#handle(records, principal),
      report: (what, error) => report(cloud, pipe, `pipes ${what}`, error),
    });
  }

  /** Takes no further messages; batches that are under way are finished. */
  stop(): void {
    this.#poller.stop();
  }

  /** Gives the records that failed; what the filter drops is done with all the same. */
  async #handle(records: readonly SqsRecord[], principal: Principal): Promise<readonly SqsRecord[]> {
    const { filters } = this.#pipe;
    const wanted = records.filter(
      (record) => filters.length === 0 || filters.some((filter) => filter.matches(forFilter(record))),
    );
    if (wanted.length === 0) return [];
    try {
      const failures = await new BatchProcess(this.#cloud, this.#pipe, principal).run(wanted);
      const failed = wanted.filter(({ messageId }) => failures.includes(messageId));
      // A target that names a message which it was not given means the whole batch, as AWS reads it.
      return failures.length > failed.length ? wanted : failed;
    } catch (error) {
      const messageIds = wanted.map(({ messageId }) => messageId);
      report(this.#cloud, this.#pipe, 'pipes batch failed', error, { messageIds });
      return wanted;
    }
  }
}
