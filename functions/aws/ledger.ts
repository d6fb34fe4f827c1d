import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { Approval } from '../domain/approval.ts';
import { REVOCATION_CODES } from '../domain/decide-revocation.ts';
import { ConciergeError, malformed } from '../domain/errors.ts';
import type { Intent, PastDecision } from '../domain/history.ts';
import { type ModesSet, NO_MODES_SET } from '../domain/mode.ts';
import type { RegistrySeen } from '../domain/trust.ts';
import { itemOf } from '../registry/items.ts';
import { ADMISSION, APPROVAL_PREFIX, DECISION_PREFIX, type Key, ledgerKey, requestKey } from '../registry/keys.ts';
import { ApprovalSchema, DecisionSchema, Generation } from '../registry/records.ts';
import { ModesSchema, parseWith, problemOf, RegistrySeenSchema } from '../registry/schemas.ts';
import { calling } from './errors.ts';
import { queryAll } from './query.ts';

/** What the ledger says of one request. */
export interface RequestHistory {
  /** Oldest first. */
  readonly decisions: readonly RecordedDecision[];
  /** What the last run was about to do when it was last heard of. */
  readonly intent?: Intent;
  /** The last generation that was published; 0 = none. */
  readonly told: number;
  /** How often somebody said that there is something to look at, while a run had the request in hand. */
  readonly wakes: number;
  /** A person said that a connection which somebody else made is ours. */
  readonly isOwned: boolean;
  /** What people said of it while it was held. */
  readonly approvals: readonly Approval[];
}

/** A decision as it was recorded, with what is told of it. */
export interface RecordedDecision extends PastDecision {
  readonly sentence: string;
  readonly action: string;
  readonly customerId?: string;
  readonly until?: string;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
}

const RawDecisionSchema = v.object({
  ...DecisionSchema.entries,
  action: v.string(),
  customerId: v.exactOptional(v.string()),
  until: v.exactOptional(v.string()),
  before: v.exactOptional(v.object({ state: v.string() })),
  after: v.exactOptional(v.string()),
});

const RecordedDecisionSchema = v.pipe(
  RawDecisionSchema,
  v.transform(({ before, after, ...decision }): RecordedDecision => {
    const seen = after ?? before?.state;
    return { ...decision, ...(seen === undefined ? {} : { seen }) };
  }),
);

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

const AdmissionSchema = v.object({
  told: v.exactOptional(Count, 0),
  wakes: v.exactOptional(Count, 0),
  intent: v.exactOptional(
    v.object({
      verdict: v.picklist(['accept', 'reject']),
      customerId: v.string(),
      generation: Generation,
      revocation: v.exactOptional(
        v.object({
          code: v.picklist(REVOCATION_CODES),
          sentence: v.string(),
          action: v.string(),
          forced: v.exactOptional(v.object({ by: v.string(), reason: v.string() })),
        }),
      ),
    }),
  ),
  owned: v.exactOptional(v.object({ by: v.string(), reason: v.string(), at: v.string() })),
});

const RevokedSchema = v.object({ revoked: v.record(v.string(), v.object({ at: v.string() })) });

const NO_ADMISSION: v.InferOutput<typeof AdmissionSchema> = { told: 0, wakes: 0 };

/**
 * Reads everything recorded of a request in one query. A request has a handful of items and seldom a second page, without which its next
 * decision would be written over its last.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for a record that we did not write.
 */
export const readHistory = async (
  dynamo: DynamoDBClient,
  ledger: string,
  serviceId: string,
  endpointId: string,
): Promise<RequestHistory> => {
  const found = await calling('read the ledger', () =>
    queryAll(dynamo, {
      TableName: ledger,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: requestKey(serviceId, endpointId) } },
    }),
  );
  const items = found.map((item) => itemOf(item));
  const all = <T>(prefix: string, schema: v.GenericSchema<unknown, T>): readonly T[] =>
    items.filter(({ sk }) => String(sk).startsWith(prefix)).map((item) => read(schema, item, endpointId));
  const item = items.find(({ sk }) => sk === ADMISSION);
  const { owned, ...admission } = item === undefined ? NO_ADMISSION : read(AdmissionSchema, item, endpointId);
  return {
    decisions: all<RecordedDecision>(DECISION_PREFIX, RecordedDecisionSchema),
    approvals: all<Approval>(APPROVAL_PREFIX, ApprovalSchema),
    ...admission,
    isOwned: owned !== undefined,
  };
};

/**
 * Reads a service's modes out of their item.
 *
 * @throws `Malformed` for an item that we did not write: what may be done is not known then, so nothing is.
 */
export const modesFrom = (serviceId: string, item: Readonly<Record<string, unknown>> | undefined): ModesSet => {
  if (item === undefined) return NO_MODES_SET;
  const parsed = parseWith(ModesSchema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`The modes of ${serviceId} can't be read: ${problemOf(parsed.issues)}`, { serviceId });
};

/**
 * Reads what was remembered of the registry's size out of its item.
 *
 * @throws `Malformed` for an item that we did not write: whether the registry may be believed is not known then.
 */
export const registrySeenFrom = (item: Readonly<Record<string, unknown>> | undefined): RegistrySeen | undefined => {
  if (item === undefined) return undefined;
  const parsed = parseWith(RegistrySeenSchema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`The record of the registry's size can't be read: ${problemOf(parsed.issues)}`);
};

/** Whose doing a connection's state may be, as its admission says. */
export interface AdmissionIntent {
  readonly endpointId: string;
  /** What a run of ours was about to answer, or answered. Absent where none was about to answer. */
  readonly verdict?: Intent['verdict'];
}

/**
 * Reads what our runs meant to answer these requests, up to 100, in one call. A request that none of them ever had in hand is missing.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readIntents = async (
  dynamo: DynamoDBClient,
  ledger: string,
  requests: readonly { readonly serviceId: string; readonly endpointId: string }[],
): Promise<readonly AdmissionIntent[]> => {
  if (requests.length === 0) return [];
  // A notice may come twice in one batch, and DynamoDB refuses a key that is asked for twice.
  const unique = new Map(requests.map((each) => [requestKey(each.serviceId, each.endpointId), each]));
  const keys = [...unique.values()].map(({ serviceId, endpointId }) => ledgerKey.admission(serviceId, endpointId));
  const items = await readItems(dynamo, ledger, keys);
  return items.flatMap((item): readonly AdmissionIntent[] => {
    const request = unique.get(String(item.pk));
    if (request === undefined) return [];
    const { verdict } = read(AdmissionSchema, item, request.endpointId).intent ?? {};
    return [{ endpointId: request.endpointId, ...(verdict === undefined ? {} : { verdict }) }];
  });
};

/**
 * Reads which endpoints of a service were disconnected on a day, consistently.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readRevoked = async (
  dynamo: DynamoDBClient,
  ledger: string,
  serviceId: string,
  day: string,
): Promise<readonly string[]> => {
  const [item] = await readItems(dynamo, ledger, [ledgerKey.revocations(serviceId, day)]);
  if (item === undefined) return [];
  const parsed = parseWith(RevokedSchema, item);
  if (parsed.success) return Object.keys(parsed.output.revoked);
  throw malformed(`What was revoked of ${serviceId} on ${day} can't be read: ${problemOf(parsed.issues)}`, {
    serviceId,
  });
};

/**
 * Reads up to 100 items in one consistent call.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readItems = async (
  dynamo: DynamoDBClient,
  table: string,
  keys: readonly Key[],
): Promise<readonly Record<string, unknown>[]> => {
  const Keys = keys.map(({ pk, sk }): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } }));
  const { Responses = {}, UnprocessedKeys = {} } = await calling('read the ledger', () =>
    dynamo.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } })),
  );
  // What DynamoDB left out for want of capacity is not absent.
  if (Object.keys(UnprocessedKeys).length > 0) {
    throw new ConciergeError('Throttled', 'read the ledger: DynamoDB left keys unprocessed', { keys });
  }
  return (Responses[table] ?? []).map((item) => itemOf(item));
};

const read = <T>(
  schema: v.GenericSchema<unknown, T>,
  item: Readonly<Record<string, unknown>>,
  endpointId: string,
): T => {
  const parsed = parseWith(schema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`The record ${String(item.sk)} of ${endpointId} can't be read: ${problemOf(parsed.issues)}`, {
    endpointId,
  });
};
