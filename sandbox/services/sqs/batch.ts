import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { AwsError } from '../errors.ts';
import { MAX_BATCH } from './limits.ts';

/** Checks a batch as a whole: one to ten entries, each with its own id. */
const checkBatch = (entries: readonly { readonly Id: string | undefined }[] | undefined): void => {
  if (entries === undefined || entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > MAX_BATCH) {
    const message = `Maximum number of entries per request are ${MAX_BATCH}. You have sent ${entries.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', message);
  }
  const seen = new Set<string>();
  for (const { Id: id } of entries) {
    if (id === undefined || !/^[\w-]{1,80}$/.test(id)) {
      throw new AwsError(
        'InvalidBatchEntryId',
        `A batch entry id can only contain alphanumeric characters, hyphens and underscores: ${id}`,
      );
    }
    if (seen.has(id)) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    seen.add(id);
  }
};

/** Does each entry by itself: what AWS would refuse alone is listed in `Failed`, and the rest is done. */
export const runBatch = <E extends { readonly Id: string | undefined }, R extends object>(
  entries: readonly E[] | undefined,
  run: (entry: E) => R,
): { Successful: (R & { Id: string })[]; Failed?: BatchResultErrorEntry[] } => {
  checkBatch(entries);
  const successful: (R & { Id: string })[] = [];
  const failed: BatchResultErrorEntry[] = [];
  for (const entry of entries ?? []) {
    const id = entry.Id ?? '';
    try {
      successful.push({ Id: id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return failed.length === 0 ? { Successful: successful } : { Successful: successful, Failed: failed };
};
