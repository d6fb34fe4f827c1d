import type { StreamRecord } from '../dynamodb/stream.ts';

/**
 * A change as filters, enrichments and targets are given it (eb-pipes-dynamodb.html, "Example event"): as GetRecords answers
 * it, and where it comes from.
 */
export interface PipeStreamRecord extends StreamRecord {
  readonly eventSourceARN: string;
}

export const toStreamRecord = (record: StreamRecord, streamArn: string): PipeStreamRecord => ({
  ...record,
  eventSourceARN: streamArn,
});

export const sequenceOf = (record: StreamRecord): string => record.dynamodb.SequenceNumber;

/** When a change was made, in milliseconds since the epoch, rounded down to a second. */
export const madeAt = (record: StreamRecord): number => record.dynamodb.ApproximateCreationDateTime * 1000;
