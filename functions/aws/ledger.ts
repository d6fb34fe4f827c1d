import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { malformed } from '../domain/errors.ts';
import { type Intent, isOutcome, type PastDecision } from '../domain/history.ts';
import { ADMISSION, DECISION_PREFIX, requestKey } from '../registry/keys.ts';
import { parseWith, problemOf } from '../registry/schemas.ts';
import { calling } from './errors.ts';

/** What the ledger says of one request. */
export interface RequestHistory {
  /** Oldest first. */
  readonly decisions: readonly RecordedDecision[];
  /** What the last run was about to do when it was last heard of. */
  readonly intent?: Intent;
  /** The last generation that was published; 0 = none. */
  readonly told: number;
}

/** A decision as it was recorded, with what is told of it. */
export interface RecordedDecision extends PastDecision {
  readonly sentence: string;
  readonly customerId?: string;
}

const Generation = v.pipe(v.number(), v.integer(), v.minValue(1));

const DecisionSchema = v.object({
  generation: Generation,
  outcome: v.pipe(v.string(), v.check(isOutcome, 'not an outcome')),
  code: v.string(),
  sentence: v.string(),
  customerId: v.exactOptional(v.string()),
});

const AdmissionSchema = v.object({
  told: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  intent: v.exactOptional(
    v.object({ verdict: v.picklist(['accept', 'reject']), customerId: v.string(), generation: Generation }),
  ),
});

/**
 * Reads everything recorded of a request in one query. A request has a handful of items; a page holds them all.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for a record that we did not write.
 */
export const readHistory = async (
  dynamo: DynamoDBClient,
  ledger: string,
  serviceId: string,
  endpointId: string,
): Promise<RequestHistory> => {
  const { Items = [] } = await calling('read the ledger', () =>
    dynamo.send(
      new QueryCommand({
        TableName: ledger,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: requestKey(serviceId, endpointId) } },
      }),
    ),
  );
  const read = <T>(schema: v.GenericSchema<unknown, T>, item: (typeof Items)[number]): T => {
    const parsed = parseWith(schema, unmarshall(item));
    if (parsed.success) return parsed.output;
    throw malformed(`The record ${item.sk?.S} of ${endpointId} can't be read: ${problemOf(parsed.issues)}`, {
      endpointId,
    });
  };
  const decisions = Items.filter(({ sk }) => sk?.S?.startsWith(DECISION_PREFIX)).map(
    (item) => read(DecisionSchema, item) as RecordedDecision,
  );
  const admission = Items.find(({ sk }) => sk?.S === ADMISSION);
  return { decisions, ...(admission === undefined ? { told: 0 } : read(AdmissionSchema, admission)) };
};
