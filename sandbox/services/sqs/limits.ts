/**
 * The greatest message, in bytes of body and attributes: 1 MiB since August 2025 (before that 256 KiB). The same is the
 * limit of a batch, and the default of `MaximumMessageSize`.
 * See `MaximumMessageSize` in docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html.
 */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** Entries in a batch, and messages in one receive (quotas-messages.html). */
export const MAX_BATCH = 10;

/** Messages of a standard queue that may be in flight at once (quotas-messages.html). */
export const MAX_IN_FLIGHT = 120_000;

/** A purge, and the name of a deleted queue, block their like for so long, in milliseconds (API_PurgeQueue, API_DeleteQueue). */
export const QUIET_MILLISECONDS = 60_000;
