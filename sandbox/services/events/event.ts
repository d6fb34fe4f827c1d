import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../errors.ts';
import { parseJsonObject } from '../parse-json.ts';

/** An event as targets and patterns see it (docs: eb-events-structure.html). */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 to the second, e.g. `2026-11-23T00:59:58Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Events in one PutEvents (API_PutEvents.html). */
export const MAX_ENTRIES = 10;

/** "The total entry size must be less than 1MB" (API_PutEvents.html), in bytes as eb-putevents.html counts them. */
export const MAX_REQUEST_BYTES = 1_048_576;

/** ISO 8601 to the second. */
export const isoSeconds = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

/** 14 bytes for a time, and the UTF-8 of source, detail type, detail and resources. */
export const entrySize = (entry: PutEventsRequestEntry): number =>
  [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ''),
    entry.Time === undefined ? 0 : 14,
  );

/** An error of one entry: `ErrorCode` and `ErrorMessage` of PutEvents' result. */
const entryError = (code: string, message: string): AwsError => new AwsError(code, message);

const required = (entry: PutEventsRequestEntry, name: 'Source' | 'DetailType' | 'Detail'): string => {
  const value = entry[name];
  if (value !== undefined && value !== '') return value;
  throw entryError('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
};

const parseDetail = (text: string): Record<string, unknown> => {
  const detail = parseJsonObject(text);
  if (detail === undefined) throw entryError('MalformedDetail', 'Detail is malformed.');
  return detail;
};

/** What EventBridge adds to an entry. */
export interface Origin {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether it comes from an AWS service, whose sources begin with `aws.`. */
  readonly fromAws: boolean;
}

/**
 * Makes an event of an entry.
 *
 * @throws AwsError `InvalidArgument`, `MalformedDetail`, `NotAuthorizedForSource`: that entry alone has failed
 */
export const toEvent = (entry: PutEventsRequestEntry, origin: Origin): BusEvent => {
  const source = required(entry, 'Source');
  const detailType = required(entry, 'DetailType');
  const text = required(entry, 'Detail');
  if (detailType.length > 128) {
    throw entryError('InvalidArgument', 'Parameter DetailType is not valid. Reason: it is longer than 128 characters.');
  }
  if (source.startsWith('aws.') && !origin.fromAws) {
    throw entryError('NotAuthorizedForSource', 'Not authorized for the source.');
  }
  return {
    version: '0',
    id: origin.id,
    'detail-type': detailType,
    source,
    account: origin.account,
    time: isoSeconds(entry.Time?.getTime() ?? origin.now),
    region: origin.region,
    resources: entry.Resources ?? [],
    detail: parseDetail(text),
  };
};
