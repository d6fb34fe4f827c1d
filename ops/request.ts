import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { malformed } from '../functions/domain/errors.ts';
import { itemOf } from '../functions/registry/items.ts';
import { ADMISSION, APPROVAL_PREFIX, DECISION_PREFIX, requestKey } from '../functions/registry/keys.ts';
import { ApprovalSchema, DecisionSchema } from '../functions/registry/records.ts';
import { parseWith, problemOf } from '../functions/registry/schemas.ts';
import type { Services } from './services.ts';
import type { RequestIds } from './wake.ts';

const WordSchema = v.object({
  ...ApprovalSchema.entries,
  /** ISO 8601, UTC. */
  saidAt: v.string(),
});

const OwnedSchema = v.object({ by: v.string(), reason: v.string(), at: v.string() });

const AdmissionSchema = v.object({ owned: v.exactOptional(OwnedSchema) });

/** A decision in the ledger, as far as a person's answer depends on it. */
export type PastDecision = v.InferOutput<typeof DecisionSchema>;

/** What a person said of a held request, in the form of the ledger. */
export type Word = v.InferOutput<typeof WordSchema>;

/** Who said that a connection which the Concierge did not accept is its to revoke, why and when. */
export type Owned = v.InferOutput<typeof OwnedSchema>;

/** What the ledger says of one request at this moment, oldest first. */
export interface RequestRecords {
  readonly decisions: readonly PastDecision[];
  readonly words: readonly Word[];
  /** Absent where no run ever had the request in hand. */
  readonly admission?: { readonly owned?: Owned };
}

/** Reads a request's group. It has a handful of items; a page holds them all. @throws `Malformed` for a record that we did not write. */
export const readRequest = async (
  { serviceId, endpointId }: RequestIds,
  { dynamo, tables }: Services,
): Promise<RequestRecords> => {
  const command = new QueryCommand({
    TableName: tables.ledger,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: marshall({ ':pk': requestKey(serviceId, endpointId) }),
  });
  const { Items = [] } = await dynamo.send(command);
  const items = Items.map((item) => itemOf(item));
  const all = <T>(prefix: string, schema: v.GenericSchema<unknown, T>): readonly T[] =>
    items
      .filter(({ sk }) => String(sk).startsWith(prefix))
      .map((item) => {
        const parsed = parseWith(schema, item);
        if (parsed.success) return parsed.output;
        throw malformed(`The record ${String(item.sk)} of ${endpointId} can't be read: ${problemOf(parsed.issues)}`);
      });
  const [admission] = all(ADMISSION, AdmissionSchema);
  return {
    decisions: all(DECISION_PREFIX, DecisionSchema),
    words: all(APPROVAL_PREFIX, WordSchema),
    ...(admission === undefined ? {} : { admission }),
  };
};
